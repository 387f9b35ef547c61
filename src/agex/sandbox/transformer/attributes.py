"""``o.x``, ``super().x`` and ``o[i]``."""

from __future__ import annotations

import ast
from typing import cast

from agex.sandbox import inference, tables
from agex.sandbox.transformer.names import Names
from agex.sandbox.transformer.shapes import (
    COUNTING,
    STEADY,
    is_plain,
    is_scalar,
    native_method,
    place,
)


class Attributes(Names):
    """``o.x``, ``super().x`` and ``o[i]``."""

    def visit_Attribute(self, node: ast.Attribute) -> ast.expr:
        """``o.x`` → ``(o if type(o) in $s.r_x else $door(o, "x")).x``, for each context its own door."""
        if type(node.ctx) is ast.Load:
            return self.read(node)
        if type(node.ctx) is ast.Store:
            self.assigned.add(self.mangled(node.attr))
            return self.through(node, "w_", "$wdoor")
        node.value = self.call(
            "$ddoor", node, self.visit(node.value), self.constant(self.mangled(node.attr), node)
        )
        return node

    def read(self, node: ast.Attribute) -> ast.expr:
        attr = node.attr
        if self.is_dunder(attr):
            if self.is_super(node.value):
                return self.super_attribute(node, "$supget")
            return self.call("$get", node, self.visit(node.value), self.constant(attr, node))
        if self.is_super(node.value):
            return self.super_attribute(node, "$supget")
        return self.through(node, "r_", "$door")

    def through(self, node: ast.Attribute, cleared: str, slow: str) -> ast.expr:
        attr = node.attr
        if self.is_dunder(attr):
            self.dunder_write(node)
        mangled = self.mangled(attr)
        if (
            slow in STEADY
            and not self.once
            and (self.is_steady(node.value) or self.is_cls(node.value))
        ):
            known = f"{cleared}{cast(ast.Name, node.value).id}.{mangled}"
            known = f"k_{known}" if self.is_class(node.value) else f"${known}"
            node.value = self.same_as_before(node.value, slow, known, self.constant(mangled, node))
            return node
        types = self.inference.of(node.value, self.scope) if cleared in ("r_", "m_") else None
        value = cast(ast.expr, self.visit(node.value))
        if inference.has_native(types, attr) or (
            slow == "$door" and is_plain(value) and native_method(value, attr)
        ):
            node.value = value
            return node
        node.value = self.checked(
            value, cleared + mangled, slow, node, self.constant(mangled, node)
        )
        return node

    def is_steady(self, node: ast.expr) -> bool:
        """Is this a global that means one thing throughout, by the look of it?"""
        return (
            type(node) is ast.Name
            and node.id in self.steady
            and self.scope.is_global(node.id)
            and self.scope.frame.kind != "class"
        )

    def is_cls(self, node: ast.expr) -> bool:
        """Is this the class that a class method was called for?"""
        return (
            self.in_class_method
            and type(node) is ast.Name
            and node.id == self.self_name
            and self.scope.is_fast(node.id)
        )

    def is_class(self, node: ast.expr) -> bool:
        """Does this name mean a class, as far as one can see?"""
        if self.is_steady(node):
            return cast(ast.Name, node).id in self.meant_classes
        return self.is_cls(node)

    def same_as_before(self, owner: ast.expr, slow: str, known: str, *extra: ast.expr) -> ast.expr:
        """``math.sin(…)`` → ``(math if math is $m_math.sin else $methk(…)).sin(…)``

        ``$m_math.sin`` is what ``math`` meant when the guard let ``sin`` through: a module or a builtin
        container. What a class of the agent's was is kept as ``$s.k_m_C.m``, where picklers do not take
        it along. No code of anybody runs between the two reads of the global.
        """
        name = cast(ast.Name, owner).id
        test = self.compare(owner, ast.Is(), self.remembered(known, owner), owner)
        guarded = self.call(
            STEADY[slow], owner, self.name(name, owner), *extra, self.constant(known, owner)
        )
        return self.either(test, self.name(name, owner), guarded, owner)

    def remembered(self, known: str, at: ast.AST) -> ast.expr:
        """What the guards put under this name."""
        if known.startswith("k_"):
            return self.cleared(known, at)
        self.callees.add(known)
        return self.guard(known, at)

    def dunder_write(self, node: ast.Attribute) -> None:
        attr = node.attr
        if attr in tables.REFUSED_DEFINITIONS and attr not in (
            "__name__",
            "__module__",
            "__wrapped__",
        ):
            advice = tables.REFUSED_DEFINITIONS[attr]
            self.refuse(node, f"setting {attr} is not offered here; {advice}")
        elif attr in ("__class__", "__dict__", "__code__", "__globals__"):
            self.refuse(node, f"setting {attr} is not offered here")

    def is_super(self, node: ast.AST) -> bool:
        """A call ``super()`` without arguments in a method."""
        return (
            type(node) is ast.Call
            and type(node.func) is ast.Name
            and node.func.id == "super"
            and not node.args
            and not node.keywords
            and self.in_class_function
            and self.self_name is not None
            and self.scope.is_global("super")
            and "super" not in self.shadowed
        )

    def super_attribute(self, node: ast.Attribute, guard: str) -> ast.expr:
        """``super().x`` → ``$supget(__class__, self, "x")``"""
        assert self.self_name is not None
        return self.call(
            guard,
            node,
            self.name("__class__", node),
            self.name(self.self_name, node),
            self.constant(self.mangled(node.attr), node),
        )

    def super_call(self, func: ast.Attribute) -> ast.expr:
        """``super().m(…)`` → ``($super(__class__, self) if type(self) in $s.s_m else $supdoor(…)).m(…)``"""
        if self.is_dunder(func.attr) and func.attr != "__init__":
            return self.super_attribute(func, "$supcall")
        assert self.self_name is not None
        at, name = func, self.mangled(func.attr)
        owner = [self.name("__class__", at), self.name(self.self_name, at)]
        test = self.compare(
            self.type_of(self.name(self.self_name, at), at),
            ast.In(),
            self.cleared("s_" + name, at),
            at,
        )
        func.value = self.either(
            test,
            self.call("$super", at, *owner),
            self.call("$supdoor", at, *owner, self.constant(name, at)),
            at,
        )
        return func

    def visit_Subscript(self, node: ast.Subscript) -> ast.expr:
        """``o[i]`` → ``(o if type(o) in $s.ok else $item(o))[i]``, in every context."""
        value = node.value
        harmless, self.harmless = self.harmless, False
        if (
            type(value) is ast.Name
            and value.id in tables.GUARDED_CLASSES
            and value.id != "type"
            and self.scope.is_global(value.id)
            and value.id not in self.shadowed
        ):
            pass  # list[int]: a builtin's alias
        else:
            known = self.known(value, inference.INDEXED)
            visited = cast(ast.expr, self.visit(value))
            if type(node.ctx) is ast.Store and self.is_dict(visited):
                harmless = True  # a key of any type
                known_as = f"$z_{cast(ast.Name, visited).id}"
                visited = self.same_as_before(visited, "$put", known_as)
            elif self.is_steady(visited) and not self.once:
                visited = self.same_as_before(visited, "$item", f"$x_{cast(ast.Name, visited).id}")
            elif not known and not is_plain(visited):
                rows = type(value) in (ast.Subscript, ast.Call)
                visited = self.checked(visited, "ok", "$item", node, first="$list" if rows else "")
            node.value = visited
        index = node.slice
        counted = self.counted_by(index) if type(node.ctx) is ast.Store else None
        node.slice = self.visit(index)
        if type(node.ctx) is ast.Store and not harmless:
            self.watch_slices(node, index, value, counted)
        return node

    def is_dict(self, node: ast.expr) -> bool:
        """Is this a global that means a dict, as far as one can see?"""
        return (
            not self.once and self.is_steady(node) and cast(ast.Name, node).id in self.meant_dicts
        )

    def counted_by(self, index: ast.expr) -> list[str] | None:
        """The locals that an index such as ``i + 1`` or ``y * w + x`` is computed from: if they are
        numbers, it is one. None for any other index."""
        if type(index) is not ast.BinOp:
            return None
        found: set[str] = set()
        queue: list[ast.expr] = [index]
        while queue:
            part = queue.pop()
            if type(part) is ast.BinOp and type(part.op) in COUNTING:
                queue += (part.left, part.right)
            elif type(part) is ast.Name and self.is_fast(part):
                if not self.known(part, inference.NUMBERS):
                    found.add(part.id)
            elif type(part) is not ast.Constant or type(part.value) is not int:
                return None
        return sorted(found) if 0 < len(found) < 3 else None

    def watch_slices(
        self,
        node: ast.Subscript,
        index: ast.expr,
        owner: ast.expr,
        counted: list[str] | None,
    ) -> None:
        """``xs[i] = v`` iterates ``v`` where ``xs`` is a list and ``i`` a slice, written as one or not.

        → ``(xs if type(xs) in $s.ok and type(i) is not $slice else $slices(xs))[i] = v``
        """
        at = node
        container = node.value
        if type(index) is not ast.Slice:
            if is_scalar(index) or type(index) is ast.Tuple:
                return
            if self.inference.of(index, self.scope):  # no type that is inferred is a slice
                return
            if self.known(owner, inference.CONTAINERS - inference.SLICED):
                return
        if type(index) is ast.Slice or not self.can_hold:
            node.value = self.call("$slices", at, container)
            return
        if self.is_fast(node.slice) and isinstance(container, (ast.IfExp, ast.Name)):
            plain = self.compare(
                self.type_of(node.slice, at), ast.IsNot(), self.guard("$slice", at), at
            )
            node.slice = self.name(cast(ast.Name, index).id, at)
            if isinstance(container, ast.IfExp):
                container.test = ast.BoolOp(ast.And(), [container.test, plain], **place(at))
                container.orelse = self.call("$slices", at, container.orelse)
            else:
                same = self.name(container.id, at)
                node.value = self.either(plain, container, self.call("$slices", at, same), at)
            return
        if counted and isinstance(container, (ast.IfExp, ast.Name)):
            tests: list[ast.expr] = [
                self.compare(
                    self.type_of(self.name(name, at), at), ast.In(), self.guard("$num", at), at
                )
                for name in counted
            ]
            if isinstance(container, ast.IfExp):
                container.test = ast.BoolOp(ast.And(), [container.test, *tests], **place(at))
                container.orelse = self.call("$slices", at, container.orelse)
            else:
                again = self.name(container.id, at)
                test = ast.BoolOp(ast.And(), tests, **place(at)) if tests[1:] else tests[0]
                node.value = self.either(test, container, self.call("$slices", at, again), at)
            return
        # Both are held: the container is read before the index.
        owner_name, index_name = self.fresh("$c"), self.fresh("$c")
        first = self.compare(
            self.hold(container, owner_name, at), ast.Is(), self.name(owner_name, at), at
        )
        plain = self.compare(
            self.type_of(self.hold(node.slice, index_name, at), at),
            ast.IsNot(),
            self.guard("$slice", at),
            at,
        )
        node.value = self.either(
            ast.BoolOp(ast.And(), [first, plain], **place(at)),
            self.name(owner_name, at),
            self.call("$slices", at, self.name(owner_name, at)),
            at,
        )
        node.slice = self.name(index_name, at)
