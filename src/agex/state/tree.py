"""A snapshot: everything a state holds at one commit, read by name and never as a whole.

Its root is the JSON ``{"v": 1, "spaces": <trie>, "nodes": <trie>}``:

- *spaces*: path → ``{"names": <trie>, "logs": {log: [last chunk, length]}, "by": [blobs]}``; *names*:
  name → label; *by*, where definitions live at the path: what their makers were allowed;
- *nodes*: label → ``[group, index, count]``: the blob that holds the value, its place there, and how many
  names and groups refer to the label. At zero the label goes.

A *label* is an object's identity, as a group's id is its content. It is usually the name the object was
first bound to (``worker:rows`` below the path ``worker``); two names for one object have one label, and an
object whose name was given to another keeps its label as long as something refers to it.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from agex.errors import StoreError
from agex.state import trie
from agex.state.blobs import BlobId, Blobs, blob_id
from agex.state.packing import Packed, unpack
from agex.state.stores.protocol import Data

FORMAT = 1
_ADOPTED = "$"
_KNOWN = 50_000  # names and labels remembered from one snapshot to the next


@dataclass(frozen=True, slots=True)
class Node:
    """Where a label's value is stored."""

    group: BlobId
    index: int
    count: int


@dataclass(frozen=True, slots=True)
class Space:
    """One namespace: its names, its logs as ``(last chunk, length)``, what its makers were allowed."""

    names: BlobId = trie.EMPTY
    logs: Mapping[str, tuple[BlobId, int]] | None = None
    makers: tuple[BlobId, ...] = ()


@dataclass(frozen=True, slots=True)
class Root:
    """The two tries of a snapshot."""

    spaces: BlobId = trie.EMPTY
    nodes: BlobId = trie.EMPTY

    def pack(self, into: dict[BlobId, Data]) -> BlobId:
        """The id of the root's blob, which goes to ``into``."""
        data = trie.to_json({"v": FORMAT, "spaces": self.spaces, "nodes": self.nodes})
        key = blob_id(data)
        into[key] = data
        return key


class Tree:
    """A snapshot read through its blobs."""

    def __init__(self, blobs: Blobs, root: Root) -> None:
        self.blobs = blobs
        self.root = root
        self._spaces: dict[str, Space] = {}
        self._labels: dict[tuple[str, str], str | None] = {}
        self._nodes: dict[str, Node | None] = {}

    @classmethod
    def open(cls, blobs: Blobs, root: BlobId) -> Tree:
        """The snapshot whose root blob is ``root``."""
        data: dict[str, Any] = trie.from_json(blobs.get(root))
        if data.get("v") != FORMAT:
            raise StoreError(
                f"this snapshot has format {data.get('v')}, and this agex reads format {FORMAT}"
            )
        return cls(blobs, Root(data["spaces"], data["nodes"]))

    def take_over(
        self,
        before: Tree,
        names: Mapping[tuple[str, str], str | None],
        entries: Mapping[str, Sequence[Any] | None],
        spaces: Mapping[str, Space],
    ) -> None:
        """Know what an earlier snapshot knew, and what changed since then.

        A session asks for the same few names, and for many that are not there, turn after turn.
        """
        if len(before._labels) + len(before._nodes) < _KNOWN:
            self._labels, self._nodes, self._spaces = before._labels, before._nodes, before._spaces
            before._labels, before._nodes, before._spaces = {}, {}, {}
            self._labels.update(names)
            for label, entry in entries.items():
                self._nodes[label] = None if entry is None else Node(*entry)
            self._spaces.update(spaces)

    def paths(self) -> list[str]:
        """The paths that have a namespace."""
        return sorted(path for path, _ in trie.items(self.blobs, self.root.spaces))

    def space(self, path: str) -> Space:
        """The namespace at ``path``; an empty one if there is none."""
        known = self._spaces.get(path)
        if known is None:
            data = trie.get(self.blobs, self.root.spaces, path)
            known = space_from(data)
            self._spaces[path] = known
        return known

    def names(self, path: str) -> dict[str, str]:
        """Every name of a namespace and its label, sorted."""
        return dict(sorted(trie.items(self.blobs, self.space(path).names)))

    def size(self, path: str) -> int:
        """How many names a namespace has."""
        return trie.size(self.blobs, self.space(path).names)

    def label(self, path: str, name: str) -> str | None:
        """The label ``name`` is bound to."""
        try:
            return self._labels[path, name]
        except KeyError:
            found = trie.get(self.blobs, self.space(path).names, name)
            self._labels[path, name] = found
            return found

    def node(self, label: str) -> Node | None:
        """Where ``label`` is stored."""
        try:
            return self._nodes[label]
        except KeyError:
            entry = trie.get(self.blobs, self.root.nodes, label)
            found = self._nodes[label] = None if entry is None else Node(*entry)
            return found

    def packed(self, group: BlobId) -> Packed:
        """A group's header."""
        return unpack(self.blobs.get(group))

    def nodes(self) -> Iterator[tuple[str, Node]]:
        """Every label; reads the whole trie."""
        for label, entry in trie.items(self.blobs, self.root.nodes):
            yield label, Node(*entry)


def new_path() -> str:
    """A path for globals that came along with a function; unique, so that branches never mix two."""
    return f"{_ADOPTED}{uuid.uuid4().hex[:12]}"


def is_adopted(path: str) -> bool:
    """Whether a function brought this namespace along, rather than an agent working in it."""
    return path.startswith(_ADOPTED)


def space_from(data: Mapping[str, Any] | None) -> Space:
    """A namespace from its entry in the trie."""
    if data is None:
        return Space()
    logs = {name: (head, size) for name, (head, size) in data["logs"].items()}
    return Space(data["names"], logs, tuple(data.get("by", ())))


def space_to(space: Space) -> dict[str, Any]:
    """A namespace's entry in the trie."""
    logs = {name: list(entry) for name, entry in (space.logs or {}).items()}
    made = {"by": list(space.makers)} if space.makers else {}
    return {"names": space.names, "logs": logs, **made}
