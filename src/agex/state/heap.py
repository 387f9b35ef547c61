"""The values of one snapshot that are in memory, each built once.

A *live node* is a label whose value is in memory; a *live group* is what it was stored with. Loading a
label loads the groups it refers to first, so each object is there before something points at it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from agex.errors import StateError
from agex.state.blobs import BlobId
from agex.state.codec import decode, reason
from agex.state.identity import is_atom
from agex.state.packing import Packed
from agex.state.protocol import Missing
from agex.state.surroundings import Surroundings
from agex.state.tree import Tree


@dataclass(slots=True)
class LiveGroup:
    """A stored group whose values are in memory.

    ``print`` is the id that encoding these values gave when they were last known to be what is
    stored; it may differ from ``id``, since a set comes back in another order. ``checked`` says that
    ``print`` was computed in this process. ``unreadable`` groups keep their stored bytes; those with
    ``holes`` were read without what could not be stored.
    """

    id: BlobId
    print: BlobId
    labels: tuple[str, ...]
    packed: Packed
    checked: bool = False
    unreadable: bool = False
    inert: bool = False
    holes: bool = False


@dataclass(slots=True)
class LiveNode:
    """A label's value in memory."""

    value: Any
    group: LiveGroup


class Heap:
    """Live nodes over a snapshot; ``anchors`` finds a label by ``id(value)``."""

    def __init__(self, tree: Tree, around: Surroundings) -> None:
        self.tree = tree
        self.around = around
        self.nodes: dict[str, LiveNode] = {}
        self.anchors: dict[int, str] = {}

    def load(self, labels: Iterable[str]) -> set[tuple[str, str]]:
        """Bring ``labels`` and what they refer to into memory; the global names that they use."""
        uses: set[tuple[str, str]] = set()
        waiting = [label for label in labels if label not in self.nodes]
        opened: dict[str, tuple[BlobId, Packed]] = {}
        while waiting:
            label = waiting[-1]
            if label in self.nodes:
                waiting.pop()
                continue
            if label not in opened:
                node = self.tree.node(label)
                if node is None:
                    raise StateError(f"{label!r} is not in this snapshot")
                packed = self.tree.packed(node.group)
                opened[label] = node.group, packed
                missing = [ref for ref in packed.refs if ref not in self.nodes]
                if any(ref in opened for ref in missing):
                    raise StateError("stored values refer to one another in a circle")
                if missing:
                    waiting.extend(missing)
                    continue
            waiting.pop()
            group, packed = opened[label]
            uses.update(packed.uses)
            self._build(label, group, packed)
        return uses

    def packed(self, label: str, group: BlobId) -> Packed:
        """The header of the group that ``label`` is stored in; that of a living one is at hand."""
        node = self.nodes.get(label)
        if node is not None and node.group.id == group:
            return node.group.packed
        return self.tree.packed(group)

    def unpack(self, group: LiveGroup) -> Any:
        """A group's value built once more, beside the living one."""
        return self._decode(group.packed)[0]

    def put(self, label: str, value: Any, group: LiveGroup) -> None:
        """Make ``value`` the living value of ``label``."""
        self.drop(label)
        self.nodes[label] = LiveNode(value, group)
        if not is_atom(value, self.around):
            self.anchors[id(value)] = label

    def drop(self, label: str) -> None:
        """Forget the living value of ``label``."""
        node = self.nodes.pop(label, None)
        if node is not None and self.anchors.get(id(node.value)) == label:
            del self.anchors[id(node.value)]

    def forget(self, tree: Tree) -> None:
        """Let go of every value and show another snapshot."""
        self.tree = tree
        self.nodes.clear()
        self.anchors.clear()

    def _build(self, label: str, key: BlobId, packed: Packed) -> None:
        labels = packed.labels or (label,)
        group = LiveGroup(key, key, labels, packed, holes=bool(packed.missing))
        try:
            value, group.inert = self._decode(packed)
            parts = value if packed.labels else (value,)
        except StateError:
            raise  # the store's own troubles are not the value's
        except Exception as error:
            # The blob stays as it is, and another process may well be able to read it.
            group.unreadable = True
            what = packed.missing[0] if packed.missing else "value"
            parts = [Missing(what, f"it could not be read back: {reason(error)}")] * len(labels)
        for index, member in enumerate(labels):
            # A label may have been given to another value since this group was written.
            node = self.tree.node(member) if packed.labels else None
            if member == label or (node is not None and (node.group, node.index) == (key, index)):
                if member not in self.nodes:
                    self.put(member, parts[index], group)

    def _decode(self, packed: Packed) -> tuple[Any, bool]:
        blobs = self.tree.blobs
        buffers = [blobs.join(chunks) for chunks in packed.buffers]
        refs = [self.nodes[ref].value for ref in packed.refs]
        return decode(packed.stream(blobs), buffers, refs, self.around, packed.python)
