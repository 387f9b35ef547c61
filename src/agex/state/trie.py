"""An immutable map from strings to small JSON values, stored as blobs that versions share.

A node is a JSON blob of one of two shapes:

- leaf ``{"l": {key: value, …}}``, keys sorted, at most ``LEAF`` of them;
- branch ``{"b": [[id, count] or null, … 16 of them]}``: the child for the next hex digit of the
  key's hash, and how many keys lie below it.

A subtree with at most ``LEAF`` keys is a leaf and any larger one is a branch, so the shape depends on
the keys alone: *equal content has an equal id, whatever order it was made in*
(``tests/state/test_trie.py``). Changing one key writes one node per level, of which a map of ten
thousand keys has four; comparing two maps reads only the nodes that differ.
"""

from __future__ import annotations

import functools
import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Protocol, TypeAlias

from agex.state.blobs import BlobId, blob_id
from agex.state.stores.protocol import Data

# What JSON can hold: a trie's owner knows which of it.
Value: TypeAlias = Any
LEAF = 32
_PARSED = 4096  # nodes kept as Python values
_ENCODER = json.JSONEncoder(separators=(",", ":"), sort_keys=True, ensure_ascii=False)
# The encoder makes the C one anew for each value otherwise, which takes as long as most values do.
_encode: Callable[[object, int], Iterable[str]] = (
    json.encoder.c_make_encoder(  # type: ignore[attr-defined]
        None, _ENCODER.default, json.encoder.encode_basestring, None, ":", ",", True, False, True
    )
    if getattr(json.encoder, "c_make_encoder", None)
    else lambda value, _: _ENCODER.iterencode(value)
)
_scan: Callable[[str, int], tuple[Any, int]] = json.scanner.make_scanner(json.JSONDecoder())  # type: ignore[attr-defined]


class Source(Protocol):
    """Where nodes are read; :class:`~agex.state.blobs.Blobs` is one."""

    parsed: dict[BlobId, dict[str, Any]]

    def get(self, key: BlobId) -> bytes: ...


def to_json(value: object) -> bytes:
    """The one spelling that ids are computed from: sorted keys, no spaces, UTF-8."""
    text = "".join(_encode(value, 0))
    # Names may hold lone surrogates, which plain UTF-8 refuses.
    return text.encode("utf-8", "surrogatepass")


def from_json(data: bytes) -> Any:  # Any: whatever was written
    """What :func:`to_json` wrote."""
    return _scan(data.decode("utf-8", "surrogatepass"), 0)[0]


EMPTY = blob_id(to_json({"l": {}}))


@functools.lru_cache(maxsize=8192)
def _digits(key: str) -> str:
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()


def _node(source: Source, node: BlobId) -> dict[str, Any]:
    known = source.parsed.get(node)
    if known is None:
        known = {"l": {}} if node == EMPTY else from_json(source.get(node))
        _remember(source, node, known)
    return known


def _remember(source: Source, key: BlobId, node: dict[str, Any]) -> None:
    if len(source.parsed) >= _PARSED:
        for old in list(source.parsed)[: _PARSED // 4]:
            source.parsed.pop(old, None)
    source.parsed[key] = node


def get(source: Source, root: BlobId, key: str) -> Value | None:
    """The value under ``key``, or ``None``."""
    node = _node(source, root)
    if "l" in node:
        return node["l"].get(key)
    for digit in _digits(key):
        child = node["b"][int(digit, 16)]
        if child is None:
            return None
        node = _node(source, child[0])
        if "l" in node:
            return node["l"].get(key)
    raise AssertionError("a trie deeper than its hash")


def items(source: Source, root: BlobId) -> Iterator[tuple[str, Value]]:
    """Every key and value, in the order of the keys' hashes."""
    node = _node(source, root)
    if "l" in node:
        yield from node["l"].items()
    else:
        for child in node["b"]:
            if child is not None:
                yield from items(source, child[0])


def size(source: Source, root: BlobId) -> int:
    """How many keys there are."""
    return _count(_node(source, root))


def update(
    source: Source, root: BlobId, changes: Mapping[str, Value | None], into: dict[BlobId, Data]
) -> BlobId:
    """The root of the map with ``changes`` made (``None`` removes); new nodes go to ``into``."""
    if not changes:
        return root

    keyed = {key: (_digits(key), value) for key, value in changes.items()}
    return _update(source, root, keyed, 0, into)[0]


_Changes: TypeAlias = dict[str, tuple[str, Value]]


def _update(
    source: Source, root: BlobId, changes: _Changes, depth: int, into: dict[BlobId, Data]
) -> tuple[BlobId, int]:
    node = _node(source, root)
    if "l" in node:
        leaf = dict(node["l"])
        for key, (_, value) in changes.items():
            if value is None:
                leaf.pop(key, None)
            else:
                leaf[key] = value
        return _build(source, leaf, depth, into)
    children: list[list[Any] | None] = list(node["b"])
    split: dict[int, _Changes] = {}
    for key, (digits, value) in changes.items():
        split.setdefault(int(digits[depth], 16), {})[key] = (digits, value)
    for position, part in split.items():
        child = children[position]
        old = child[0] if child is not None else EMPTY
        new, count = _update(source, old, part, depth + 1, into)
        children[position] = [new, count] if count else None
    total = sum(child[1] for child in children if child is not None)
    if total > LEAF:
        return _put(source, {"b": children}, into), total
    leaf = {}
    for child in children:
        if child is not None:
            leaf.update(items(source, child[0]))
    return _put(source, {"l": leaf}, into), total


def _build(
    source: Source, leaf: dict[str, Value], depth: int, into: dict[BlobId, Data]
) -> tuple[BlobId, int]:
    if len(leaf) <= LEAF:
        return _put(source, {"l": leaf}, into), len(leaf)
    parts: dict[int, dict[str, Value]] = {}
    for key, value in leaf.items():
        parts.setdefault(int(_digits(key)[depth], 16), {})[key] = value
    children: list[list[Any] | None] = [None] * 16
    for position, part in parts.items():
        node, count = _build(source, part, depth + 1, into)
        children[position] = [node, count]
    return _put(source, {"b": children}, into), len(leaf)


def _put(source: Source, node: dict[str, Any], into: dict[BlobId, Data]) -> BlobId:
    data = to_json(node)
    key = blob_id(data)
    if key != EMPTY:
        into[key] = data
        _remember(source, key, node)
    return key


def _count(node: dict[str, Any]) -> int:
    if "l" in node:
        return len(node["l"])
    return sum(child[1] for child in node["b"] if child is not None)


def differences(
    source: Source, before: BlobId, after: BlobId
) -> Iterator[tuple[str, Value | None, Value | None]]:
    """Each key whose value differs, with both values; ``None`` stands for absent."""
    if before == after:
        return
    old, new = _node(source, before), _node(source, after)
    if "b" in old and "b" in new:
        for left, right in zip(old["b"], new["b"], strict=True):
            if left != right:
                yield from differences(
                    source, left[0] if left else EMPTY, right[0] if right else EMPTY
                )
        return
    was, now = dict(items(source, before)), dict(items(source, after))
    for key in was.keys() | now.keys():
        if was.get(key) != now.get(key):
            yield key, was.get(key), now.get(key)


def nodes(source: Source, root: BlobId, seen: set[BlobId]) -> Iterator[dict[str, Value]]:
    """The entries of each leaf not in ``seen`` yet; adds every node it visits to ``seen``."""
    if root in seen:
        return
    seen.add(root)
    node = _node(source, root)
    if "l" in node:
        yield node["l"]
    else:
        for child in node["b"]:
            if child is not None:
                yield from nodes(source, child[0], seen)
