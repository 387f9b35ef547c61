"""What a commit would change, worked out without changing anything yet.

Given the names an action could have touched, find those that were bound, rebound or removed, and
those whose value changed in place; encode the latter, group them, and compute the next snapshot. Nothing
of the living state is changed until :meth:`Staging.apply`, which the caller runs after the store
has acknowledged: a commit that fails can be tried again.

Examined are the labels that the touched names lead to (now or before the action): through the other
members of their group, through the labels a group refers to, and through the global names that functions
use. Values that are not in memory cannot have changed and are not examined.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from agex.state import trie
from agex.state.blobs import BlobId, blob_id
from agex.state.codec import Encoded, EncodingFailed, encode
from agex.state.groups import partition
from agex.state.heap import Heap, LiveGroup
from agex.state.identity import ATOMS, is_atom
from agex.state.ledger import Ledger
from agex.state.packing import Packed, pack
from agex.state.protocol import Missing
from agex.state.stores.protocol import Data
from agex.state.tree import Root, Space, Tree, is_adopted, space_to

Name: TypeAlias = tuple[str, str]  # path, name
ABSENT: Any = object()  # Any: stands where any value could
COVERED: Any = object()


@dataclass(slots=True)
class Board:
    """The names of one namespace as the program sees them now."""

    values: Mapping[str, Any]
    loaded: set[str]
    reserved: Mapping[str, Any]
    pinned: frozenset[str] = frozenset()

    def value(self, name: str) -> Any:
        """What ``name`` is bound to: ``ABSENT`` if it is not, or is the policy's own; ``COVERED`` if an
        argument of the running task stands before it."""
        value = self.values.get(name, ABSENT)
        if value is not ABSENT and self.reserved.get(name, ABSENT) is value:
            return COVERED if name in self.pinned else ABSENT
        return value


@dataclass(slots=True)
class _Final:
    """A group as it will be stored."""

    encoded: Encoded
    values: dict[str, Any]
    key: BlobId = ""
    packed: Packed = field(default_factory=Packed)
    kept: bool = False  # it is what is stored already


class Staging:
    """One commit in the making; ``root`` and ``fresh`` are what to store."""

    def __init__(
        self,
        heap: Heap,
        boards: Mapping[str, Board],
        *,
        adopted: Callable[[str], Board | None] = lambda _path: None,
        maker: Callable[[str], bytes | None] = lambda _path: None,
    ) -> None:
        self._heap = heap
        self._tree = heap.tree
        self._boards = dict(boards)
        self._adopted = adopted
        self._maker = maker
        self._homes: set[str] = set()
        self._names: dict[Name, str | None] = {}  # rebound names; None: removed
        self._seen: set[Name] = set()
        self._packed: dict[BlobId, Packed] = {}  # headers of groups that are not stored yet
        self._ledger = Ledger(heap.tree, self._header)
        self._values: dict[str, Any] = {}  # labels that get a value they did not have
        self._anchors = heap.anchors
        self._undo: list[tuple[int, str | None]] = []
        self._late = False
        self._parts: list[Encoded] = []
        self._roots: list[dict[str, Any]] = []
        self._done: set[str] = set()
        self._finals: list[_Final] = []
        self._entries: Mapping[str, object] = {}
        self.fresh: dict[BlobId, Data] = {}
        self.left_out: dict[str, str] = {}
        self.added: list[Name] = []
        self.changed: list[Name] = []
        self.removed: list[Name] = []
        self.root: Root = heap.tree.root

    # ------------------------------------------------------------ names

    def examine(self, touched: Iterable[Name]) -> None:
        """Work out what changed among ``touched`` and whatever they lead to."""
        names = self._lead_to(touched)
        # Unbind first: a label is free for a new value when nothing else refers to the old one.
        rebound = [name for name in names if self._unbind(name)]
        unknown = [name for name in rebound if not self._alias(name)]
        for name in unknown:
            self._bind(name)
        self._late = True
        waiting = [label for name in names for label in self._labels(name)]
        # What a touched name meant before the action may have been changed before it was let go.
        self._encode_all(waiting)
        self._group()
        self._settle()

    def _lead_to(self, touched: Iterable[Name]) -> list[Name]:
        """The touched names and those that the functions they reach use, sorted."""
        waiting = list(touched)
        names: set[Name] = set()
        labels: set[str] = set()
        while waiting:
            name = waiting.pop()
            if name in names:
                continue
            names.add(name)
            label = self._tree.label(*name)
            stack = [label] if label is not None else []
            current = self._board_value(name)
            if current is not ABSENT and id(current) in self._anchors:
                stack.append(self._anchors[id(current)])
            while stack:
                label = stack.pop()
                node = self._heap.nodes.get(label)
                if node is None or label in labels:
                    continue
                labels.update(node.group.labels)
                waiting.extend(node.group.packed.uses)
                stack.extend(node.group.packed.refs)
                for member in node.group.labels:
                    if member in self._heap.nodes and member != label:
                        stack.append(member)
        return sorted(names)

    def _board_value(self, name: Name) -> Any:
        board = self._board(name[0])
        return ABSENT if board is None else board.value(name[1])

    def _board(self, path: str) -> Board | None:
        """The names of a path; one that a function brought along turns up while it is encoded."""
        board = self._boards.get(path)
        if board is None:
            board = self._adopted(path)
            if board is not None:
                self._boards[path] = board
        return board

    def _unbind(self, name: Name) -> bool:
        """Let go of the old value if there is another now; whether a value is to be bound."""
        if name in self._seen:
            return False
        self._seen.add(name)
        board = self._board(name[0])
        if board is None:
            return False
        old = self._tree.label(*name)
        value = board.value(name[1])
        if value is COVERED:
            return False
        if value is ABSENT:
            if old is None or name[1] not in board.loaded:
                return False  # never stored, or stored and not looked at
            node = self._heap.nodes.get(old)
            if node is not None and isinstance(node.value, Missing):
                return False  # it is not bound because it could not be
            self._names[name] = None
            self._ledger.names[old] -= 1
            return False
        if old is not None and name[1] in board.loaded:
            node = self._heap.nodes.get(old)
            if node is not None and node.value is value:
                return False
        if old is not None:
            self._ledger.names[old] -= 1
        return True

    def _alias(self, name: Name) -> bool:
        """Bind to an object that has a label already."""
        value = self._board_value(name)
        if type(value) in ATOMS:
            return False
        label = self._anchors.get(id(value))
        if label is None or (label in self._values and self._values[label] is not value):
            return False
        self._names[name] = label
        self._ledger.names[label] += 1
        return True

    def _bind(self, name: Name) -> None:
        """Bind to an object that has no label yet."""
        value = self._board_value(name)
        if self._alias(name):
            return  # a second new name for one new object
        path, plain = name
        base = f"{path}:{plain}" if path else plain
        label, number = base, 1
        while not self._free(label):
            number += 1
            label = f"{base}~{number}"
        old = self._heap.nodes.get(label)
        if old is not None and self._anchors.get(id(old.value)) == label:
            self._anchor(id(old.value), None)
        self._values[label] = value
        self._names[name] = label
        self._ledger.names[label] += 1
        if not is_atom(value, self._heap.around):
            self._anchor(id(value), label)

    def _anchor(self, key: int, label: str | None) -> None:
        """Change the heap's anchors, which encoding reads; :meth:`undo` takes it back."""
        self._undo.append((key, self._anchors.pop(key, None)))
        if label is not None:
            self._anchors[key] = label

    def undo(self) -> None:
        """The commit did not happen: leave the living state as it was."""
        for key, label in reversed(self._undo):
            self._anchors.pop(key, None)
            if label is not None:
                self._anchors[key] = label
        self._undo.clear()

    def _free(self, label: str) -> bool:
        if label in self._values:
            return False
        node = self._tree.node(label)
        # Once values have been encoded, something may refer to an old value by its label.
        return node is None or (not self._late and self._ledger.bound(label) <= 0)

    def _labels(self, name: Name) -> list[str]:
        found = [self._tree.label(*name), self._names.get(name)]
        return [label for label in found if label is not None]

    # ------------------------------------------------------------ values

    def _encode_all(self, waiting: list[str]) -> None:
        demanded: set[str] = set()
        looked: set[str] = set()
        while waiting:
            label = waiting.pop()
            if label in self._done:
                continue
            node = self._heap.nodes.get(label)
            if node is not None and label not in looked:
                # Even if nothing refers to it any more: the action may have changed, through it, what
                # others hold.
                looked.add(label)
                waiting.extend(node.group.labels)
                waiting.extend(node.group.packed.refs)
            if label in self._values:
                self._done.add(label)
                self._encode({label: self._values[label]}, waiting, demanded)
                continue
            if node is None or not (label in demanded or self._ledger.bound(label) > 0):
                continue
            group = node.group
            if group.unreadable or type(node.value) in ATOMS:
                self._done.add(label)  # it is the same object, and it cannot change
                continue
            roots = {
                member: self._heap.nodes[member].value
                for member in group.labels
                if member in self._heap.nodes
                and member not in self._values
                and (member in demanded or member == label or self._ledger.bound(member) > 0)
            }
            self._done.update(roots)
            self._encode(roots, waiting, demanded)

    def _encode(self, roots: dict[str, Any], waiting: list[str], demanded: set[str]) -> None:
        try:
            encoded = encode(roots, self._anchors, self._heap.around)
        except EncodingFailed:
            for label, value in roots.items():
                self._encode({label: value}, waiting, demanded)
            return
        self._parts.append(encoded)
        self._roots.append(roots)
        self._homes |= encoded.homes
        demanded.update(encoded.refs)
        waiting.extend(encoded.refs)
        for name in encoded.uses:
            if name not in self._seen:
                if self._unbind(name) and not self._alias(name):
                    self._bind(name)
                waiting.extend(self._labels(name))

    def _header(self, group: BlobId) -> Packed:
        fresh = self._packed.get(group)
        return fresh if fresh is not None else self._heap.packed(group)

    def _group(self) -> None:
        """Put together what must be stored together."""
        for indexes in partition(self._parts):
            values: dict[str, Any] = {}
            for index in indexes:
                values.update(self._roots[index])
            if len(indexes) == 1:
                self._finals.append(_Final(self._parts[indexes[0]], values))
                continue
            try:
                encoded = encode(values, self._anchors, self._heap.around)
            except EncodingFailed:
                # Stored apart, and each with its own copy: better than not at all.
                apart = {key: to for key, to in self._anchors.items() if to not in values}
                self._finals.extend(
                    _Final(encode({label: value}, apart, self._heap.around), {label: value})
                    for label, value in values.items()
                )
            else:
                self._finals.append(_Final(encoded, values))

    def _settle(self) -> None:
        """Compare with what is stored, count references, let go of what nothing refers to."""
        for final in self._finals:
            into: dict[BlobId, Data] = {}
            final.key, final.packed = pack(final.encoded, into)
            group = self._same_group(final)
            if group is not None and self._is_stored(final, group):
                final.kept = True
                continue
            # What an array did not change is there already, and need not be sent again.
            known = set(group.packed.content()) if group is not None else set()
            self.fresh.update((key, data) for key, data in into.items() if key not in known)
            self._packed[final.key] = final.packed
            for index, label in enumerate(final.encoded.labels):
                self._ledger.places[label] = (final.key, index)
        self._ledger.count()
        self._ledger.drop()

    def _same_group(self, final: _Final) -> LiveGroup | None:
        """The stored group of exactly these labels, if their values are not new."""
        labels = final.encoded.labels
        if any(label in self._values for label in labels):
            return None
        group = self._heap.nodes[labels[0]].group
        return group if group.labels == labels else None

    def _is_stored(self, final: _Final, group: LiveGroup) -> bool:
        if final.key in (group.print, group.id):
            group.print, group.checked = final.key, True
            return True
        if group.checked or group.id != group.print:
            return False
        # First look since it was loaded: a set may only have come back in another order.
        group.checked = True
        try:
            again = self._heap.unpack(group)
            parts = again if group.packed.labels else (again,)
            values = dict(zip(group.labels, parts, strict=True))
            key, _ = pack(encode(values, self._heap.anchors, self._heap.around), {})
        except Exception:
            return False
        group.print = key
        return key == final.key

    # ------------------------------------------------------------ the next snapshot

    def build(self, logs: Mapping[str, Mapping[str, tuple[BlobId, int]]]) -> Root:
        """The next snapshot's root; ``logs`` are the log heads that moved, by path."""
        self._entries = entries = self._ledger.entries()
        blobs = self._tree.blobs
        nodes = trie.update(blobs, self._tree.root.nodes, entries, self.fresh)
        spaces: dict[str, dict[str, Any]] = {}
        by_path: dict[str, dict[str, str | None]] = {}
        for (path, name), bound in self._names.items():
            if bound != self._tree.label(path, name):
                by_path.setdefault(path, {})[name] = bound
        makers = self._makers()
        for path in by_path.keys() | logs.keys() | makers.keys():
            old = self._tree.space(path)
            names = trie.update(blobs, old.names, by_path.get(path, {}), self.fresh)
            merged = {**(old.logs or {}), **logs.get(path, {})}
            spaces[path] = space_to(Space(names, merged, makers.get(path, old.makers)))
        self._tell()
        self.root = Root(trie.update(blobs, self._tree.root.spaces, spaces, self.fresh), nodes)
        return self.root

    def _makers(self) -> dict[str, tuple[BlobId]]:
        """What the definitions of this commit may do, by path, where it is not what is stored."""
        found: dict[str, tuple[BlobId]] = {}
        for path in self._homes:
            data = self._maker(path)
            if data is not None and (key := blob_id(data),) != self._tree.space(path).makers:
                found[path] = (key,)
                self.fresh[key] = data
        return found

    def _tell(self) -> None:
        """Which names were added, changed, removed, and which values have parts left out."""
        holes = {
            label: ", ".join(dict.fromkeys(final.encoded.missing))
            for final in self._finals
            for label in final.encoded.labels
            if final.encoded.missing
        }
        for name in sorted(self._seen):
            if is_adopted(name[0]):
                continue  # what a function brought along is not known to people by name
            old = self._tree.label(*name)
            now = self._names.get(name, old)
            if now is None:
                if old is not None:
                    self.removed.append(name)
                continue
            if old is None:
                self.added.append(name)
            elif self._ledger.place(now) != self._ledger.old_place(old) or now != old:
                self.changed.append(name)
            if now in holes:
                self.left_out[name[1]] = holes[now]

    def apply(self, tree: Tree) -> None:
        """The store has it: make it the living state."""
        heap = self._heap
        if tree is not heap.tree:
            tree.take_over(heap.tree, self._names, self._entries)
        heap.tree = tree
        self._undo.clear()
        for label, place in self._ledger.places.items():
            if place is None:
                heap.drop(label)
        for final in self._finals:
            if final.kept:
                continue
            group = LiveGroup(
                final.key, final.key, final.encoded.labels, final.packed, checked=True
            )
            for index, label in enumerate(final.encoded.labels):
                if self._ledger.place(label) == (final.key, index):
                    heap.put(label, final.values[label], group)
        for (path, name), bound in self._names.items():
            if bound is None:
                self._boards[path].loaded.discard(name)
            else:
                self._boards[path].loaded.add(name)

    def told(self) -> tuple[list[Name], list[Name], list[Name]]:
        """The names added, changed and removed."""
        return self.added, self.changed, self.removed

    @property
    def is_empty(self) -> bool:
        """Whether the snapshot stays as it was."""
        return self.root == self._tree.root
