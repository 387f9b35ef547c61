"""Bytes under the id of their content: hashing, chunks, signatures, and a cache of small ones.

The id of a blob is the first 40 hex digits of its SHA-256 (160 bits; the processors of the last
years hash it faster than anything else in the standard library). Large data is cut into chunks of
four MiB, each a blob of its own: a change in one place of a large array writes one chunk, and no
blob comes near a database's size limit. With a ``key``, each stored blob is preceded by 32 bytes,
the HMAC-SHA256 of its id under the key; the id is checked against the content on every read.
"""

from __future__ import annotations

import hashlib
import hmac
import os
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeAlias

from agex.errors import ConfigurationError, StoreError, TamperedError
from agex.state.stores.protocol import Data, Move, Store

BlobId: TypeAlias = str
CHUNK = 4 << 20
_TAG = 32
_COPIED = 64 << 20  # buffers up to this size are copied before they are hashed
_PARALLEL = 32 << 20  # data from this size on is hashed by several threads
_CACHED_SIZE = 8 << 10  # blobs up to this size are worth keeping
_CACHED_COUNT = 4096


def blob_id(data: Data) -> BlobId:
    """The id of ``data``: equal content, equal id."""
    return hashlib.sha256(data).hexdigest()[:40]


class Blobs:
    """A store seen as content-addressed memory, with an optional signing key."""

    def __init__(self, store: Store, *, key: bytes | str | None = None) -> None:
        if isinstance(key, str):
            key = key.encode()
        if key is not None and len(key) < 16:
            raise ConfigurationError("a signing key has at least 16 bytes: secrets.token_bytes(32)")
        self.store = store
        self._key = key
        self._cache: dict[BlobId, bytes] = {}
        self.parsed: dict[BlobId, dict[str, Any]] = {}
        """What :mod:`agex.state.trie` has read already, as Python values."""

    @property
    def is_signed(self) -> bool:
        """Whether blobs carry signatures."""
        return self._key is not None

    def get(self, key: BlobId) -> bytes:
        """One blob.

        Raises:
            StoreError: it is not there, or is not what was written.
            TamperedError: its signature is not the one this key makes.
        """
        cached = self._cache.get(key)
        return cached if cached is not None else self.get_many((key,))[key]

    def get_many(self, keys: Iterable[BlobId]) -> dict[BlobId, bytes]:
        """Several blobs in one trip to the store; raises as :meth:`get` does."""
        cache = self._cache
        found: dict[BlobId, bytes] = {}
        missing: list[BlobId] = []
        for key in dict.fromkeys(keys):
            cached = cache.get(key)
            if cached is None:
                missing.append(key)
            else:
                found[key] = cached
        if missing:
            stored = self.store.get(missing)
            for key in missing:
                raw = stored.get(key)
                if raw is None:
                    raise StoreError(
                        f"blob {key} is not in the store: it was deleted, or never written"
                    )
                found[key] = data = self._verify(key, raw)
                self._remember(key, data)
        return found

    def join(self, chunks: Sequence[BlobId]) -> bytearray:
        """Chunks put together again, in a buffer of their own that may be written to."""
        joined = bytearray()
        for key in chunks:
            joined += self.get(key)
        return joined

    def write(self, fresh: Mapping[BlobId, Data], moves: Mapping[str, Move]) -> None:
        """Store blobs and move refs, both or neither; raises as :meth:`Store.write` does."""
        if self._key is None:
            self.store.write(fresh, moves)
        else:
            signed = {key: b"".join((self._sign(key), data)) for key, data in fresh.items()}
            self.store.write(signed, moves)
        if len(self._cache) >= _CACHED_COUNT:
            self._make_room()
        self._cache.update(
            (key, data)
            for key, data in fresh.items()
            if type(data) is bytes and len(data) <= _CACHED_SIZE
        )

    def over(self, fresh: Mapping[BlobId, Data]) -> Blobs:
        """The same store with blobs in front of it that are not written yet."""
        seen = Blobs(self.store, key=self._key)
        seen._cache = {key: bytes(data) for key, data in fresh.items()}
        return seen

    def forget(self) -> None:
        """Empty the cache, after blobs were deleted."""
        self._cache.clear()
        self.parsed.clear()

    def _remember(self, key: BlobId, data: bytes) -> None:
        if len(data) <= _CACHED_SIZE:
            if len(self._cache) >= _CACHED_COUNT:
                self._make_room()
            self._cache[key] = data

    def _make_room(self) -> None:
        for old in list(self._cache)[: _CACHED_COUNT // 4]:
            self._cache.pop(old, None)

    def _sign(self, key: BlobId) -> bytes:
        assert self._key is not None
        return hmac.digest(self._key, key.encode(), "sha256")

    def _verify(self, key: BlobId, raw: bytes) -> bytes:
        data = raw
        if self._key is not None:
            data = raw[_TAG:]
            if not hmac.compare_digest(raw[:_TAG], self._sign(key)):
                raise TamperedError(
                    f"blob {key} does not carry the signature of this key: it was changed by somebody "
                    "else, or the state was written with another key or none. It was not read."
                )
        if blob_id(data) != key:
            if self._key is not None:
                raise TamperedError(f"blob {key} was changed after it was signed. It was not read.")
            raise StoreError(
                f"blob {key} is damaged, or the state was written with a signing key: "
                "its content does not have this id"
            )
        return data


def cut(data: Data, into: dict[BlobId, Data]) -> list[BlobId]:
    """Add ``data`` to ``into`` in chunks, and give the ids of the chunks in order."""
    view = memoryview(data).cast("B")
    # A buffer belongs to an array that another thread may be writing to: what is hashed must be what
    # is stored. Only where a copy would double a very large array is the array itself handed on.
    copied = not isinstance(data, bytes) and len(view) <= _COPIED
    pieces: list[Data] = [data]
    if len(view) > CHUNK:
        pieces = [view[start : start + CHUNK] for start in range(0, len(view), CHUNK)]
    if copied:
        pieces = [bytes(piece) for piece in pieces]
    if len(view) < _PARALLEL:
        chunks = [blob_id(piece) for piece in pieces]
    else:
        from concurrent.futures import ThreadPoolExecutor

        # Hashing lets go of the interpreter's lock: a gigabyte takes as many cores as there are.
        with ThreadPoolExecutor(min(8, os.cpu_count() or 1)) as pool:
            chunks = list(pool.map(blob_id, pieces))
    for key, piece in zip(chunks, pieces, strict=True):
        into.setdefault(key, piece)
    return chunks
