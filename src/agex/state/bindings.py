"""Which names a commit binds, rebinds or removes, and the labels that new values get.

Names are unbound before any is bound: a label is free for a new value when nothing else refers to the old
one. Once values have been encoded (``late``), something may refer to an old value by its label, and no
label is given a second time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from agex.state.boards import ABSENT, COVERED, Board, Name
from agex.state.heap import Heap
from agex.state.identity import ATOMS, is_atom
from agex.state.ledger import Ledger
from agex.state.protocol import Missing

_UNASKED: Any = object()


class Bindings:
    """The names of one commit in the making.

    Args:
        heap: its anchors are changed, which encoding reads; :meth:`undo` takes that back.
        boards: the namespaces that are in memory, by path.
        adopted: finds the board of a path that a function brings along while it is encoded.
        ledger: told of each name that comes or goes.
    """

    def __init__(
        self,
        heap: Heap,
        boards: Mapping[str, Board],
        adopted: Callable[[str], Board | None],
        ledger: Ledger,
    ) -> None:
        self.boards = dict(boards)
        self.names: dict[Name, str | None] = {}  # rebound names; None: removed
        self.seen: set[Name] = set()
        self.values: dict[str, Any] = {}  # labels that get a value they did not have
        self.late = False
        self._heap = heap
        self._tree = heap.tree
        self._anchors = heap.anchors
        self._adopted = adopted
        self._ledger = ledger
        self._now: dict[Name, Any] = {}
        self._undo: list[tuple[int, str | None]] = []

    def lead_to(self, touched: Iterable[Name]) -> list[Name]:
        """The touched names and those that the functions they reach use, sorted.

        Names that mean nothing of the agent's, now or before, are not among them.
        """
        waiting = list(touched)
        names: set[Name] = set()
        looked: set[Name] = set()
        labels: set[str] = set()
        anchors, nodes = self._anchors, self._heap.nodes
        while waiting:
            name = waiting.pop()
            if name in looked:
                continue
            looked.add(name)
            label = self._tree.label(*name)
            current = self._value(name)
            if label is None and current is ABSENT:
                continue
            names.add(name)
            stack = [label] if label is not None else []
            if current is not ABSENT and id(current) in anchors:
                stack.append(anchors[id(current)])
            while stack:
                label = stack.pop()
                node = nodes.get(label)
                if node is None or label in labels:
                    continue
                group = node.group
                labels.update(group.labels)
                waiting.extend(group.packed.uses)
                stack.extend(group.packed.refs)
                if len(group.labels) > 1:
                    stack.extend(one for one in group.labels if one != label and one in nodes)
        return sorted(names)

    def unbind(self, name: Name) -> bool:
        """Let go of the old value if there is another now; whether a value is to be bound."""
        if name in self.seen:
            return False
        self.seen.add(name)
        board = self._board(name[0])
        if board is None:
            return False
        old = self._tree.label(*name)
        value = self._value(name)
        if value is COVERED:
            return False
        if value is ABSENT:
            if old is None or name[1] not in board.loaded:
                return False  # never stored, or stored and not looked at
            node = self._heap.nodes.get(old)
            if node is not None and isinstance(node.value, Missing):
                return False  # it is not bound because it could not be
            self.names[name] = None
            self._ledger.names[old] -= 1
            return False
        if old is not None:
            if name[1] in board.loaded:
                node = self._heap.nodes.get(old)
                if node is not None and node.value is value:
                    return False
            self._ledger.names[old] -= 1
        return True

    def alias(self, name: Name) -> bool:
        """Bind to an object that has a label already."""
        value = self._value(name)
        if type(value) in ATOMS:
            return False
        label = self._anchors.get(id(value))
        if label is None or (label in self.values and self.values[label] is not value):
            return False
        self.names[name] = label
        self._ledger.names[label] += 1
        return True

    def bind(self, name: Name) -> None:
        """Bind to an object that has no label yet."""
        if self.alias(name):
            return  # a second new name for one new object
        value = self._value(name)
        path, plain = name
        base = f"{path}:{plain}" if path else plain
        label, number = base, 1
        while not self._free(label):
            number += 1
            label = f"{base}~{number}"
        old = self._heap.nodes.get(label)
        if old is not None and self._anchors.get(id(old.value)) == label:
            self._anchor(id(old.value), None)
        self.values[label] = value
        self.names[name] = label
        self._ledger.names[label] += 1
        if not is_atom(value, self._heap.around):
            self._anchor(id(value), label)

    def labels(self, name: Name) -> list[str]:
        """What a name was bound to, and what it is bound to now."""
        found = [self._tree.label(*name), self.names.get(name)]
        return [label for label in found if label is not None]

    def moved(self) -> dict[str, dict[str, str | None]]:
        """The names of each path whose label is another one than is stored; ``None``: removed."""
        by_path: dict[str, dict[str, str | None]] = {}
        for (path, name), label in self.names.items():
            if label != self._tree.label(path, name):
                by_path.setdefault(path, {})[name] = label
        return by_path

    def confirm(self) -> None:
        """The commit happened: these bindings are what is stored."""
        self._undo.clear()
        for (path, name), label in self.names.items():
            board = self.boards.get(path)  # names brought along may be nobody's in this process
            if board is not None and label is None:
                board.loaded.discard(name)
            elif board is not None:
                board.loaded.add(name)

    def undo(self) -> None:
        """The commit did not happen: leave the living state as it was."""
        for key, label in reversed(self._undo):
            self._anchors.pop(key, None)
            if label is not None:
                self._anchors[key] = label
        self._undo.clear()

    def _value(self, name: Name) -> Any:
        """What a name means in this commit: asked once, since encoding may run a host's code."""
        value = self._now.get(name, _UNASKED)
        if value is _UNASKED:
            board = self._board(name[0])
            if board is None:
                return ABSENT
            value = self._now[name] = board.value(name[1])
        return value

    def _board(self, path: str) -> Board | None:
        """The names of a path; one that a function brought along turns up while it is encoded."""
        board = self.boards.get(path)
        if board is None:
            board = self._adopted(path)
            if board is not None:
                self.boards[path] = board
        return board

    def _anchor(self, key: int, label: str | None) -> None:
        self._undo.append((key, self._anchors.pop(key, None)))
        if label is not None:
            self._anchors[key] = label

    def _free(self, label: str) -> bool:
        if label in self.values:
            return False
        node = self._tree.node(label)
        return node is None or (not self.late and self._ledger.bound(label) <= 0)
