"""One scope of a source: where its names live, and where their values come from."""

from __future__ import annotations

import ast
import sys
from typing import Literal

Kind = Literal["module", "function", "class", "comp"]

#: From 3.12 on, list, set and dict comprehensions run in the frame of the function around them.
INLINED = sys.version_info >= (3, 12)


class Source:
    """One binding that is understood: ``name = node``, ``for name in node``, ``name op= node``."""

    __slots__ = ("count", "index", "kind", "node", "op", "scope")

    def __init__(
        self,
        node: ast.expr,
        scope: Scope,
        kind: Literal["value", "element", "part", "operation"] = "value",
        *,
        index: int = 0,
        count: int = 0,
        op: ast.operator | None = None,
    ) -> None:
        #: The expression, and the scope it is evaluated in.
        self.node, self.scope = node, scope
        self.kind = kind
        #: For a part: which of how many values each element unpacks into.
        self.index, self.count = index, count
        self.op = op


class Scope:
    """One scope: what it binds, what it uses, and which of its locals others capture.

    ``sources`` says of each name where its values come from; None where a binding is not understood.
    """

    __slots__ = (
        "bound",
        "captured",
        "deep",
        "floats",
        "globals",
        "kind",
        "name",
        "nonlocals",
        "parent",
        "sources",
        "used",
    )

    def __init__(self, kind: Kind, parent: Scope | None, name: str = "") -> None:
        self.kind: Kind = kind
        self.parent = parent
        self.name = name
        self.bound: set[str] = set()
        #: Does it, or a scope inside, hold a float or a division?
        self.floats = False
        self.sources: dict[str, list[Source] | None] = {}
        self.used: set[str] = set()
        self.deep: set[str] = set()
        self.captured: set[str] = set()
        self.globals: set[str] = set()
        self.nonlocals: set[str] = set()

    def is_fast(self, name: str) -> bool:
        """True where ``name`` is a local of the running frame that no other scope can rebind."""
        scope: Scope | None = self
        while scope is not None and scope.kind == "comp" and name not in scope.bound:
            scope = scope.parent
        if scope is None or scope.kind in ("module", "class"):
            return False
        return (
            name in scope.bound
            and name not in scope.captured
            and name not in scope.globals
            and name not in scope.nonlocals
        )

    def owner(self, name: str) -> Scope | None:
        """The function, comprehension or module whose local ``name`` means when it is read here.

        None where a class body is asked first: its namespace may be anything.
        """
        scope: Scope | None = self
        first = True
        while scope is not None and scope.kind != "module":
            if name in scope.globals:
                break
            if scope.kind == "class":
                if first:
                    return None
            elif name in scope.bound:
                return scope
            first = first and scope.kind == "comp"
            scope = scope.parent
        while scope is not None and scope.parent is not None:
            scope = scope.parent
        return scope

    def is_global(self, name: str) -> bool:
        """True where reading ``name`` here reads the module, or a builtin."""
        scope: Scope | None = self
        first = True
        while scope is not None:
            if scope.kind == "module" or name in scope.globals:
                return True
            if name in scope.bound and (first or scope.kind != "class"):
                return False
            if scope.kind != "comp":
                first = False
            scope = scope.parent
        return True

    @property
    def frame(self) -> Scope:
        """The scope whose frame runs this one: itself, or the function an inlined one sits in."""
        scope = self
        while scope.kind == "comp" and scope.parent is not None:
            scope = scope.parent
        return scope
