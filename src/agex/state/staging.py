"""What a commit would change, worked out without changing anything yet.

Given the names an action could have touched, find those that were bound, rebound or removed
(``bindings.py``), and those whose value changed in place; encode the latter, group them, and compute the
next snapshot. Nothing of the living state is changed until :meth:`Staging.apply`, which the caller runs
after the store has acknowledged: a commit that fails can be tried again.

Examined are the labels that the touched names lead to (now or before the action): through the other
members of their group, through the labels a group refers to, and through the global names that functions
use. Values that are not in memory cannot have changed and are not examined.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from agex.state import adopted, trie
from agex.state.bindings import Bindings
from agex.state.blobs import BlobId, blob_id
from agex.state.boards import Board, Name
from agex.state.codec import Encoded, EncodingFailed, encode
from agex.state.groups import partition
from agex.state.heap import Heap, LiveGroup
from agex.state.identity import ATOMS
from agex.state.ledger import Ledger
from agex.state.packing import Packed, pack
from agex.state.stores.protocol import Data
from agex.state.tree import Root, Space, Tree, is_adopted, space_to


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
        brought: Callable[[str], Board | None] = lambda _path: None,
        maker: Callable[[str], bytes | None] = lambda _path: None,
    ) -> None:
        self._heap = heap
        self._tree = heap.tree
        self._anchors = heap.anchors
        self._maker = maker
        self._homes: set[str] = set()
        self._packed: dict[BlobId, Packed] = {}  # headers of groups that are not stored yet
        self._ledger = Ledger(heap.tree, self._header)
        self._bindings = Bindings(heap, boards, brought, self._ledger)
        self._parts: list[Encoded] = []
        self._roots: list[dict[str, Any]] = []
        self._done: set[str] = set()
        self._finals: list[_Final] = []
        self._entries: Mapping[str, list[Any] | None] = {}
        self._spaces: dict[str, Space] = {}
        self.fresh: dict[BlobId, Data] = {}
        self.left_out: dict[str, str] = {}
        self.added: list[Name] = []
        self.changed: list[Name] = []
        self.removed: list[Name] = []
        self.root: Root = heap.tree.root

    def examine(self, touched: Iterable[Name]) -> None:
        """Work out what changed among ``touched`` and whatever they lead to."""
        bindings = self._bindings
        names = bindings.lead_to(touched)
        rebound = [name for name in names if bindings.unbind(name)]
        unknown = [name for name in rebound if not bindings.alias(name)]
        for name in unknown:
            bindings.bind(name)
        bindings.late = True
        # What a touched name meant before the action may have been changed before it was let go.
        self._encode_all([label for name in names for label in bindings.labels(name)])
        self._group()
        self._settle()

    # ------------------------------------------------------------ values

    def _encode_all(self, waiting: list[str]) -> None:
        demanded: set[str] = set()
        looked: set[str] = set()
        given, nodes = self._bindings.values, self._heap.nodes
        while waiting:
            label = waiting.pop()
            if label in self._done:
                continue
            node = nodes.get(label)
            if node is not None and label not in looked:
                # Even if nothing refers to it any more: the action may have changed, through it, what
                # others hold.
                looked.add(label)
                waiting.extend(node.group.labels)
                waiting.extend(node.group.packed.refs)
            if label in given:
                self._done.add(label)
                self._encode({label: given[label]}, waiting, demanded)
                continue
            if node is None or not (label in demanded or self._ledger.bound(label) > 0):
                continue
            group = node.group
            if group.unreadable or type(node.value) in ATOMS:
                self._done.add(label)  # it is the same object, and it cannot change
                continue
            roots = {
                member: nodes[member].value
                for member in group.labels
                if member in nodes
                and member not in given
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
        bindings = self._bindings
        for name in encoded.uses:
            if name not in bindings.seen:
                if bindings.unbind(name) and not bindings.alias(name):
                    bindings.bind(name)
                waiting.extend(bindings.labels(name))

    def _header(self, label: str, group: BlobId) -> Packed:
        fresh = self._packed.get(group)
        return fresh if fresh is not None else self._heap.packed(label, group)

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
            if group is not None:
                if self._is_stored(final, group):
                    final.kept = True
                    continue
                # What an array did not change is there already, and need not be sent again.
                for known in group.packed.content():
                    into.pop(known, None)
            self.fresh.update(into)
            self._packed[final.key] = final.packed
            for index, label in enumerate(final.encoded.labels):
                self._ledger.places[label] = (final.key, index)
        self._ledger.count()
        self._ledger.drop()
        if adopted.is_let_go(self._ledger, self._header):
            for name, label in adopted.unreached(
                self._tree, self._bindings.names, self._ledger, self._header
            ):
                self._bindings.names[name] = None
                self._ledger.names[label] -= 1
            self._ledger.drop()

    def _same_group(self, final: _Final) -> LiveGroup | None:
        """The stored group of exactly these labels, if their values are not new."""
        labels = final.encoded.labels
        if not self._bindings.values.keys().isdisjoint(labels):
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
        by_path = self._bindings.moved()
        makers = self._makers()
        for path in by_path.keys() | logs.keys() | makers.keys():
            old = self._tree.space(path)
            names = trie.update(blobs, old.names, by_path.get(path, {}), self.fresh)
            merged = {**(old.logs or {}), **logs.get(path, {})}
            made = self._spaces[path] = Space(names, merged, makers.get(path, old.makers))
            spaces[path] = space_to(made)
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
        ledger, bound = self._ledger, self._bindings.names
        holes = {
            label: ", ".join(dict.fromkeys(final.encoded.missing))
            for final in self._finals
            if final.encoded.missing
            for label in final.encoded.labels
        }
        for name in sorted(self._bindings.seen):
            if is_adopted(name[0]):
                continue  # what a function brought along is not known to people by name
            old = self._tree.label(*name)
            now = bound.get(name, old)
            if now is None:
                if old is not None:
                    self.removed.append(name)
                continue
            if old is None:
                self.added.append(name)
            elif now != old or ledger.has_moved(now):
                self.changed.append(name)
            if now in holes:
                self.left_out[name[1]] = holes[now]

    def apply(self, tree: Tree) -> None:
        """The store has it: make it the living state."""
        heap = self._heap
        if tree is not heap.tree:
            tree.take_over(heap.tree, self._bindings.names, self._entries, self._spaces)
        heap.tree = tree
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
        self._bindings.confirm()

    def undo(self) -> None:
        """The commit did not happen: leave the living state as it was."""
        self._bindings.undo()

    def told(self) -> tuple[list[Name], list[Name], list[Name]]:
        """The names added, changed and removed."""
        return self.added, self.changed, self.removed

    @property
    def is_empty(self) -> bool:
        """Whether the snapshot stays as it was."""
        return self.root == self._tree.root
