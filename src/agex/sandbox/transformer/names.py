"""Names: what may be read by name, and what may be bound."""

from __future__ import annotations

import ast

from agex.sandbox import tables
from agex.sandbox.transformer.stretches import Stretches


class Names(Stretches):
    """Names: what may be read by name, and what may be bound."""

    def visit_Name(self, node: ast.Name) -> ast.expr:
        name = node.id
        if type(node.ctx) is not ast.Load:
            self.check_binding(name, node)
            return node
        if name.startswith("__") and name.endswith("__") and len(name) > 4:
            return self.dunder_name(node)
        if name in tables.NOT_OFFERED and self.scope.is_global(name):
            # open → $name("open"): never resolved by an interpreter that has the real builtins
            return self.call("$name", node, self.constant(name, node))
        if name == "super" and self.scope.is_global(name) and name not in self.shadowed:
            return self.guard("$b_super", node)
        return node

    def dunder_name(self, node: ast.Name) -> ast.expr:
        name = node.id
        if name == "__name__" and self.scope.is_global(name):
            return self.constant(tables.MAIN, node)
        if name == "__class__":
            if not self.in_class_function:
                self.refuse(node, "__class__ is known inside the methods of a class only")
            return node
        if name in ("__debug__", "__doc__"):
            return self.constant(True if name == "__debug__" else None, node)
        if name in tables.REFUSED_NAMES:
            self.refuse(node, f"the name {name} is not offered here; leave it out")
        return node

    def check_binding(self, name: str, node: ast.AST) -> None:
        """Binding a dunder: the protocol in any scope, data dunders, nothing of the machinery."""
        if not (name.startswith("__") and name.endswith("__") and len(name) > 4):
            return
        if name in tables.REFUSED_DEFINITIONS and (
            self.scope.kind == "class" or name in tables.REFUSED_NAMES or name == "__name__"
        ):
            advice = tables.REFUSED_DEFINITIONS[name]
            self.refuse(node, f"defining {name} is not offered here; {advice}")
        elif name in tables.REFUSED_NAMES:
            self.refuse(node, f"the name {name} cannot be bound here; choose another")
        elif (
            self.scope.kind == "class"
            and name not in tables.PROTOCOL
            and name not in tables.DATA_DUNDERS
            and name not in tables.REFUSED_DEFINITIONS
        ):
            self.refuse(node, f"defining {name} is not offered here; choose a name without __")
