"""Three-way merge of snapshots, by name, without loading values.

What changed from the common ancestor on one side only is taken from that side. What changed on both,
differently, is a conflict. The unit is the *label* (``tree.py``), so objects keep their identity: a list
merged from one side still holds the very table that was left alone on both.

Of a log that grew on both sides nothing is lost, and nothing is a conflict: what theirs added follows what
ours added. So an agent goes on knowing what was said on both branches, ours first.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

from agex.errors import ConflictError
from agex.state import trie
from agex.state.blobs import BlobId, blob_id
from agex.state.codec import encode
from agex.state.diff import describe, value_at
from agex.state.heap import Heap
from agex.state.ledger import Ledger, Place
from agex.state.packing import pack
from agex.state.reading import Reader
from agex.state.stores.protocol import Data
from agex.state.surroundings import INERT
from agex.state.tree import Node, Root, Space, Tree, space_to

Side: TypeAlias = Literal["ours", "theirs"]
Name: TypeAlias = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Conflict:
    """One name that both sides changed. The values load when they are asked for."""

    path: str
    name: str
    _base: Reader = field(repr=False, compare=False)
    _ours: Reader = field(repr=False, compare=False)
    _theirs: Reader = field(repr=False, compare=False)

    @property
    def label(self) -> str:
        """The name as people read it."""
        return f"{self.path}:{self.name}" if self.path else self.name

    def _get(self, reader: Reader) -> Any:
        known = reader.heap.tree.label(self.path, self.name) is not None
        return value_at(reader, self.path, self.name) if known else None

    @property
    def base(self) -> Any:
        """What both sides started from; ``None`` if there was no such name."""
        return self._get(self._base)

    @property
    def ours(self) -> Any:
        """The value on the branch that is merged into; ``None`` if it was removed."""
        return self._get(self._ours)

    @property
    def theirs(self) -> Any:
        """The value on the branch that is merged; ``None`` if it was removed."""
        return self._get(self._theirs)

    def __str__(self) -> str:
        return f"{self.label}  ours: {self._said(self._ours)}  theirs: {self._said(self._theirs)}"

    def _said(self, reader: Reader) -> str:
        if reader.heap.tree.label(self.path, self.name) is None:
            return "removed"
        return describe(self._get(reader))


class MergeConflict(ConflictError):
    """Both sides changed the same names, and nothing was merged. Read by the developer.

    ``conflicts`` holds each with its three values.
    """

    def __init__(self, conflicts: Sequence[Conflict]) -> None:
        super().__init__(
            "both sides changed "
            + ", ".join(conflict.label for conflict in conflicts)
            + ". Nothing was merged. Say who wins with prefer='ours' or 'theirs', or give values "
            "with resolve={name: value}.\n" + "\n".join(f"  {conflict}" for conflict in conflicts),
            [conflict.label for conflict in conflicts],
        )
        self.conflicts = tuple(conflicts)


def merge(
    base: Reader, ours: Reader, theirs: Reader, choose: Callable[[Name], Side | None]
) -> tuple[Root, dict[BlobId, Data]]:
    """The merged snapshot and its new blobs.

    Args:
        choose: which side wins a conflict; ``None`` if nobody said.

    Raises:
        MergeConflict: there are conflicts that nobody decided.
    """
    work = _Merge(base.heap.tree, ours.heap.tree, theirs.heap.tree, choose)
    work.bind()
    work.place()
    if work.open:
        raise MergeConflict(
            [Conflict(path, name, base, ours, theirs) for path, name in sorted(work.open)]
        )
    work.complete()
    return work.root(), work.fresh


class _Merge:
    def __init__(
        self, base: Tree, ours: Tree, theirs: Tree, choose: Callable[[Name], Side | None]
    ) -> None:
        self.base, self.ours, self.theirs = base, ours, theirs
        self.blobs = ours.blobs
        self.choose = choose
        self.names: dict[Name, str | None] = {}  # bindings that differ from ours
        self.logs: dict[str, dict[str, tuple[BlobId, int]]] = {}
        self.ledger = Ledger(ours, lambda _label, group: ours.packed(group))
        self.open: set[Name] = set()
        self.fresh: dict[BlobId, Data] = {}
        self._by_label: dict[str, set[Name]] = {}

    # ------------------------------------------------------------ what each side did

    def bind(self) -> None:
        """Which label each name is bound to."""
        blobs = self.blobs
        paths: set[str] = set()
        for side in (self.ours, self.theirs):
            changed = trie.differences(blobs, self.base.root.spaces, side.root.spaces)
            paths |= {path for path, _, _ in changed}
        for path in paths:
            was, *sides = [tree.space(path) for tree in (self.base, self.ours, self.theirs)]
            self._merge_logs(path, [was, *sides])
            names: set[str] = set()
            for space in sides:
                changed = trie.differences(blobs, was.names, space.names)
                names |= {name for name, _, _ in changed}
            for name in names:
                self._bind((path, name))

    def _bind(self, name: Name) -> None:
        base, ours, theirs = (tree.label(*name) for tree in (self.base, self.ours, self.theirs))
        for label in (base, ours, theirs):
            if label is not None:
                self._by_label.setdefault(label, set()).add(name)
        if theirs in (ours, base):
            return
        if ours == base or self._decide([name]) == "theirs":
            self.names[name] = theirs

    def _merge_logs(self, path: str, spaces: Sequence[Space]) -> None:
        base, ours, theirs = (space.logs or {} for space in spaces)
        for log, head in theirs.items():
            if head == ours.get(log):
                continue
            if ours.get(log) != base.get(log):
                head = self._joined(base.get(log, ("", 0)), ours[log], head)
            self.logs.setdefault(path, {})[log] = head

    def _joined(
        self, base: tuple[BlobId, int], ours: tuple[BlobId, int], theirs: tuple[BlobId, int]
    ) -> tuple[BlobId, int]:
        """The head of ours with theirs' additions behind it, as one chunk."""
        added: list[Any] = []
        head = theirs[0]
        while head and head != base[0]:
            chunk = trie.from_json(self.blobs.get(head))
            added[:0] = chunk["i"]
            head = chunk["p"] or ""
        if head != base[0] or not added:
            return ours  # theirs is a part of what ours grew from: a revert takes back no words
        data = trie.to_json({"p": ours[0] or None, "i": added})
        self.fresh[key := blob_id(data)] = data
        return key, ours[1] + len(added)

    def _decide(self, names: Iterable[Name]) -> Side:
        """Who wins; without a word about it the names are open."""
        known = sorted(names)
        for name in known:
            side = self.choose(name)
            if side is not None:
                return side
        self.open.update(known)
        return "ours"

    # ------------------------------------------------------------ where each label is stored

    def place(self) -> None:
        """Which side each label's value comes from."""
        blobs = self.blobs
        ours = trie.differences(blobs, self.base.root.nodes, self.ours.root.nodes)
        mine = {label for label, old, new in ours if _moved(old, new)}
        for label, old, new in trie.differences(
            blobs, self.base.root.nodes, self.theirs.root.nodes
        ):
            if not _moved(old, new):
                continue
            node = self.ours.node(label)
            if label in mine and _place(node) != _place(self.theirs.node(label)):
                if self._same_value(self.theirs, label):
                    continue
                if not self._same_value(self.ours, label) and self._conflict(label) == "ours":
                    continue
            self.ledger.places[label] = _place(self.theirs.node(label))

    def _conflict(self, label: str) -> Side:
        names = self._by_label.get(label) or self._bound_to(label)
        side = self._decide(names) if names else "ours"
        # Who wins the value wins the name: one side may have removed what the other changed.
        for name in names:
            if side == "ours":
                self.names.pop(name, None)
            elif self.theirs.label(*name) != self.ours.label(*name):
                self.names[name] = self.theirs.label(*name)
        return side

    def _bound_to(self, label: str) -> set[Name]:
        path, _, name = label.rpartition(":")
        for candidate in ((path, name), ("", label)):
            if any(t.label(*candidate) == label for t in (self.base, self.ours, self.theirs)):
                return {candidate}
        # Nothing but other values refers to it: they are what a person knows.
        found: set[Name] = set()
        for tree in (self.ours, self.theirs):
            for where in tree.paths():
                for bound, target in tree.names(where).items():
                    node = tree.node(target)
                    if target == label or (node and label in tree.packed(node.group).refs):
                        found.add((where, bound))
        return found

    def _same_value(self, side: Tree, label: str) -> bool:
        """Whether a label's value is what it was, in another company.

        A value is stored anew when a value it shared a group with goes elsewhere.
        """
        return side.node(label) is not None and self._alone(side, label) == self._alone(
            self.base, label
        )

    def _alone(self, tree: Tree, label: str) -> BlobId | None:
        if tree.node(label) is None:
            return None
        heap = Heap(tree, INERT)
        heap.load([label])
        node = heap.nodes[label]
        for member in node.group.labels:
            if member != label:
                heap.drop(member)
        return pack(encode({label: node.value}, heap.anchors, INERT), {})[0]

    # ------------------------------------------------------------ one whole

    def complete(self) -> None:
        """Bring back what one side let go of and the other needs; count references."""
        ledger = self.ledger
        waiting = [label for label, place in ledger.places.items() if place is not None]
        for name, bound in self.names.items():
            old = self.ours.label(*name)
            if old is not None:
                ledger.names[old] -= 1
            if bound is not None:
                ledger.names[bound] += 1
                waiting.append(bound)
        while waiting:
            label = waiting.pop()
            place = ledger.place(label)
            if place is None:
                place = ledger.places[label] = _place(
                    self.theirs.node(label) or self.base.node(label)
                )
            assert place is not None, label
            waiting.extend(
                ref for ref in self.ours.packed(place[0]).refs if ledger.place(ref) is None
            )
        # What theirs let go of stays where something of ours still refers to it.
        while True:
            ledger.count()
            kept = [
                label
                for label, place in ledger.places.items()
                if place is None and ledger.total(label) > 0 and ledger.old_place(label) is not None
            ]
            if not kept:
                break
            for label in kept:
                del ledger.places[label]
        ledger.drop()

    def root(self) -> Root:
        """The tries of the merged snapshot."""
        entries = self.ledger.entries()
        nodes = trie.update(self.blobs, self.ours.root.nodes, entries, self.fresh)
        by_path: dict[str, dict[str, str | None]] = {}
        for (path, name), bound in self.names.items():
            by_path.setdefault(path, {})[name] = bound
        spaces = {}
        for path in {*by_path, *self.logs}:
            old = self.ours.space(path)
            names = trie.update(self.blobs, old.names, by_path.get(path, {}), self.fresh)
            logs = {**(old.logs or {}), **self.logs.get(path, {})}
            # What both makers were allowed, until the agent works there again.
            makers = sorted({*old.makers, *self.theirs.space(path).makers})
            spaces[path] = space_to(Space(names, logs, tuple(makers)))
        return Root(trie.update(self.blobs, self.ours.root.spaces, spaces, self.fresh), nodes)


def _place(node: Node | None) -> Place | None:
    return None if node is None else (node.group, node.index)


def _moved(old: Sequence[Any] | None, new: Sequence[Any] | None) -> bool:
    return old is None or new is None or old[:2] != new[:2]
