"""One group as a blob: a small JSON header, then the stream if it is small too.

``G``, the header's length in four bytes (big-endian), the header, the stream. Header keys, absent when
empty: ``r`` labels referred to · ``u`` global names used, ``[path, name]`` · ``b`` buffers, each a list
of chunk ids · ``s`` chunk ids of a stream too long to stand here · ``l`` the group's labels when it has
more than one · ``m`` types of the parts left out · ``p`` the Python version that its bytecode needs.

A group of one value does not name its label: equal values have equal ids wherever they are bound.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from agex.errors import StoreError
from agex.state.blobs import BlobId, Blobs, blob_id, cut
from agex.state.codec import Encoded
from agex.state.stores.protocol import Data
from agex.state.trie import from_json, to_json

_INLINE = 2048  # longer streams are blobs of their own, so that headers stay cheap to read


@dataclass(slots=True)  # nor frozen, as Encoded is not
class Packed:
    """A group's header, and its stream where that is inline."""

    refs: tuple[str, ...] = ()
    uses: tuple[tuple[str, str], ...] = ()
    labels: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    python: str | None = None
    buffers: tuple[tuple[BlobId, ...], ...] = ()
    chunks: tuple[BlobId, ...] = ()
    inline: bytes = b""

    def stream(self, blobs: Blobs) -> Data:
        """The pickle stream."""
        return blobs.join(self.chunks) if self.chunks else self.inline

    def content(self) -> Iterator[BlobId]:
        """Every blob this group needs beside its own."""
        yield from self.chunks
        for buffer in self.buffers:
            yield from buffer


def pack(encoded: Encoded, into: dict[BlobId, Data]) -> tuple[BlobId, Packed]:
    """The id of a group's blob, and its header; blobs go to ``into``."""
    header: dict[str, Any] = {}
    chunks: list[BlobId] = []
    buffers = [cut(buffer, into) for buffer in encoded.buffers]
    inline = encoded.stream
    if len(inline) > _INLINE:
        chunks, inline = cut(inline, into), b""
    labels = encoded.labels if len(encoded.labels) > 1 else ()
    if encoded.refs:
        header["r"] = encoded.refs
    if encoded.uses:
        header["u"] = encoded.uses
    if buffers:
        header["b"] = buffers
    if chunks:
        header["s"] = chunks
    if labels:
        header["l"] = labels
    if encoded.missing:
        header["m"] = encoded.missing
    if encoded.python:
        header["p"] = encoded.python
    text = to_json(header) if header else b"{}"
    data = b"".join((b"G", len(text).to_bytes(4, "big"), text, inline))
    key = blob_id(data)
    into[key] = data
    packed = Packed(
        encoded.refs,
        encoded.uses,
        labels,
        encoded.missing,
        encoded.python,
        tuple(map(tuple, buffers)),
        tuple(chunks),
        inline,
    )
    return key, packed


def unpack(data: bytes) -> Packed:
    """A group's header and inline stream.

    Raises:
        StoreError: these bytes are not a group.
    """
    if data[:1] != b"G":
        raise StoreError("a blob that should be a stored value is something else")
    end = 5 + int.from_bytes(data[1:5], "big")
    if end == 7:
        return Packed(inline=data[7:])  # an empty header: most small values
    header: Mapping[str, Any] = from_json(data[5:end])
    return Packed(
        tuple(header.get("r", ())),
        tuple((path, name) for path, name in header.get("u", ())),
        tuple(header.get("l", ())),
        tuple(header.get("m", ())),
        header.get("p"),
        tuple(map(tuple, header.get("b", ()))),
        tuple(header.get("s", ())),
        data[end:],
    )
