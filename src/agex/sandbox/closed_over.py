"""What functions of one call close over: the task's arguments, which belong to that call alone.

Agent code sees an argument both as a name of its module and, compiled, as a variable of the function
around its action; here the two are kept one.
"""

from __future__ import annotations

from collections.abc import Iterable
from types import CellType, CodeType
from typing import Any

_MISSING: Any = object()


class ClosedOver:
    """The cells of a call's arguments, and what they held when cells and names last agreed."""

    __slots__ = ("_cells", "_settled", "_space", "names")

    def __init__(self, space: dict[str, Any], names: Iterable[str]) -> None:
        self._space = space
        self._cells = {name: CellType(space[name]) for name in names}
        self._settled = {name: cell.cell_contents for name, cell in self._cells.items()}
        self.names = frozenset(self._cells)

    def closure(self, code: CodeType) -> tuple[CellType, ...]:
        """The cells that ``code`` asks for, in its order."""
        return tuple(self._cells[name] for name in code.co_freevars)

    def settle(self) -> None:
        """An argument that was bound anew, in its cell or as a name of the module, is so in both."""
        space = self._space
        for name, cell in self._cells.items():
            before = self._settled[name]
            try:
                held = cell.cell_contents
            except ValueError:  # the code deleted it
                held = _MISSING
            bound = space.get(name, _MISSING)
            if held is not before:
                if held is _MISSING:
                    space.pop(name, None)
                else:
                    space[name] = held
            elif bound is not before:
                held = bound
                if bound is _MISSING:
                    del cell.cell_contents
                else:
                    cell.cell_contents = bound
            self._settled[name] = held
