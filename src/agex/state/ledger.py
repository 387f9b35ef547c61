"""How many names and groups refer to each label, and which labels go when nothing does.

A label's count is the number of names bound to it plus the number of *groups in use* that refer to it. A
group is in use as long as one of its labels is stored in it. The count of a label reaches zero
exactly when no name leads to it any more, since groups never refer to one another in a circle (``groups.py``).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from typing import Any, TypeAlias

from agex.state.blobs import BlobId
from agex.state.packing import Packed
from agex.state.tree import Tree

Place: TypeAlias = tuple[BlobId, int]


class Ledger:
    """Changes to the labels of a snapshot, and the counts that follow from them.

    ``places`` holds the labels whose place differs from the snapshot's (``None``: gone), ``names`` how
    many more or fewer names are bound to a label.

    Args:
        packed: the header of the group that a label is, was, or will be stored in.
    """

    def __init__(self, tree: Tree, packed: Callable[[str, BlobId], Packed]) -> None:
        self._tree = tree
        self._packed = packed
        self.names: defaultdict[str, int] = defaultdict(int)  # a Counter's zero is a call
        self.places: dict[str, Place | None] = {}
        self._groups: defaultdict[str, int] = defaultdict(int)

    def old_place(self, label: str) -> Place | None:
        """Where a label is stored in the snapshot."""
        node = self._tree.node(label)
        return None if node is None else (node.group, node.index)

    def place(self, label: str) -> Place | None:
        """Where a label will be stored."""
        return self.places[label] if label in self.places else self.old_place(label)

    def has_moved(self, label: str) -> bool:
        """Whether a label will be stored elsewhere than in the snapshot."""
        return label in self.places and self.places[label] != self.old_place(label)

    def bound(self, label: str) -> int:
        """The label's count as far as names have changed; groups not yet looked at."""
        node = self._tree.node(label)
        return (node.count if node is not None else 0) + self.names.get(label, 0)

    def total(self, label: str) -> int:
        """The label's count, once :meth:`count` has run."""
        return self.bound(label) + self._groups.get(label, 0)

    def count(self) -> None:
        """Work out what the groups that came and went referred to."""
        self._groups.clear()
        seen: set[tuple[BlobId, tuple[str, ...]]] = set()
        for label in self.places:
            for place in (self.old_place(label), self.places[label]):
                if place is None:
                    continue
                packed = self._packed(label, place[0])
                if not packed.refs:
                    continue
                group = place[0], packed.labels or (label,)
                if group not in seen:
                    seen.add(group)
                    change = self._used(self.place, *group) - self._used(self.old_place, *group)
                    for ref in packed.refs if change else ():
                        self._groups[ref] += change

    def drop(self) -> None:
        """Let go of labels that nothing refers to, and then of those that only they referred to."""
        waiting = list(dict.fromkeys((*self.names, *self._groups, *self.places)))
        while waiting:
            label = waiting.pop()
            place = self.place(label)
            if place is None or self.total(label) > 0:
                continue
            self.places[label] = None
            packed = self._packed(label, place[0])
            if packed.refs and not self._used(self.place, place[0], packed.labels or (label,)):
                for ref in dict.fromkeys(packed.refs):
                    self._groups[ref] -= 1
                waiting.extend(packed.refs)

    def loosened(self) -> list[str]:
        """Labels that fewer names or groups refer to than before, or that are stored elsewhere or gone."""
        return [
            *(label for label, change in self.names.items() if change < 0),
            *(label for label, change in self._groups.items() if change < 0),
            *self.places,
        ]

    def entries(self) -> dict[str, list[Any] | None]:
        """What to write to the snapshot's nodes."""
        found: dict[str, list[Any] | None] = {}
        for label in {*self.names, *self._groups, *self.places}:
            place = self.place(label)
            found[label] = None if place is None else [*place, self.total(label)]
        return found

    @staticmethod
    def _used(
        place_of: Callable[[str], Place | None], group: BlobId, members: tuple[str, ...]
    ) -> bool:
        return any(place_of(member) == (group, index) for index, member in enumerate(members))
