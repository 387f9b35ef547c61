"""Calls: the callee is guarded, and builtins by name need no guard at run time."""

from __future__ import annotations

import ast
from typing import cast

from agex.sandbox import inference, tables
from agex.sandbox.transformer.iteration import Iteration
from agex.sandbox.transformer.shapes import EMPTY_NATIVE, GROWING, TEXT, place, small_arguments


class Calls(Iteration):
    """Calls: the callee is guarded, and builtins by name need no guard at run time."""

    def visit_Call(self, node: ast.Call) -> ast.expr:
        func = node.func

        if type(func) is ast.Name and self.scope.is_global(func.id):
            special = self.builtin_call(node, func.id)
            if special is not None:
                return special
        if type(func) is ast.Attribute:
            if func.attr in GROWING and small_arguments(node):
                self.small.add(id(func))
            elif known := self.known_method(func):
                # ", ".join(xs) → $str_join(", ", xs)
                node.args = [self.visit(func.value), *(self.argument(arg) for arg in node.args)]
                for keyword in node.keywords:
                    self.keyword(keyword)
                node.func = self.guard(known, func)
                return node
        callee = self.callee(func, node)
        node.args = [self.argument(arg) for arg in node.args]
        for keyword in node.keywords:
            self.keyword(keyword)
        node.func = callee
        return node

    def known_method(self, func: ast.Attribute) -> str:
        """The guard of a guarded method whose receiver is of one known type, or nothing."""
        types = self.inference.of(func.value, self.scope)
        if types is not None and len(types) == 1:
            (kind,) = types
            if (kind, func.attr) in tables.DIRECT_METHODS:
                return f"${kind}_{func.attr}"
        return ""

    def keyword(self, keyword: ast.keyword) -> None:
        if keyword.arg is None:
            keyword.value = self.checked(self.visit(keyword.value), "spread", "$map", keyword.value)
        else:
            keyword.value = self.visit(keyword.value)

    def callee(self, func: ast.expr, at: ast.AST) -> ast.expr:
        """The function part of a call, guarded at the reference."""
        if type(func) is ast.Attribute:
            return self.method(func)
        if type(func) is ast.Name:
            visited = self.visit_Name(func)
            if type(visited) is not ast.Name or visited.id.startswith("$"):
                return self.call("$call", at, visited)
            if self.scope.is_global(func.id):
                return self.global_callee(visited, at)
            if self.known(func, inference.FUNCTION):
                return visited
            return self.checked(visited, "$function", "$call", at, op=ast.Is)
        if type(func) is ast.Lambda:
            return cast(ast.expr, self.visit(func))
        return self.checked(self.visit(func), "$function", "$call", at, op=ast.Is)

    def global_callee(self, func: ast.Name, at: ast.AST) -> ast.expr:
        """``f(…)`` → ``(f if f is $k_f else $callk(f, "f"))(…)``

        ``$k_f`` is the last value of ``f`` that the call guard let through. Reading a global twice
        is safe here: no code of anybody runs between the two reads, and so no other thread.
        """
        if (
            self.once or self.scope.frame.kind == "class"
        ):  # where a name may mean what a mapping says it means
            return self.call("$call", at, func)
        key = self.mangled(func.id)
        known = f"$k_{key}"
        self.callees.add(known)
        test = self.compare(func, ast.Is(), self.guard(known, at), at)
        again = self.name(func.id, at)
        slow = self.call("$callk", at, self.name(func.id, at), self.constant(key, at))
        return self.either(test, again, slow, at)

    def method(self, func: ast.Attribute) -> ast.expr:
        """``o.m(…)`` → ``(o if type(o) in $s.m_m else $meth(o, "m")).m(…)``: no bound method is made."""
        if self.is_super(func.value):
            return self.super_call(func)
        if self.is_dunder(func.attr):
            return self.call(
                "$callattr", func, self.visit(func.value), self.constant(func.attr, func)
            )
        if self.is_small(func):
            if self.known(func.value, TEXT):
                func.value = self.visit(func.value)
                return func
            return self.through(func, "q_", "$quiet")
        return self.through(func, "m_", "$meth")

    def is_small(self, func: ast.Attribute) -> bool:
        """``s.replace("a", "b")``: by its constant arguments it cannot make anything long."""
        return id(func) in self.small

    def builtin_call(self, node: ast.Call, name: str) -> ast.expr | None:
        """Calls of builtins by name need no test at all: ``len(x)`` → ``$b_len(x)``."""
        if name not in tables.OFFERED_CALLS or name in self.shadowed:
            return None
        if name == "super" and not node.args and not node.keywords:
            if not self.in_class_function or self.self_name is None:
                node.func = self.guard("$b_super", node)
                return node
            # super() → $b_super(__class__, self)
            return self.call(
                "$b_super", node, self.name("__class__", node), self.name(self.self_name, node)
            )
        target = f"$b_{name}"
        plain = not node.keywords and not any(type(arg) is ast.Starred for arg in node.args)
        if name in ("locals", "vars", "dir") and not node.args and not node.keywords:
            at_top = self.scope.frame.kind == "module"
            if at_top:
                return self.call("$b_globals" if name != "dir" else "$b_dir", node)
            real = ast.Call(self.guard("$locals", node), [], [], **place(node))
            return self.call("$clean" if name != "dir" else "$cleandir", node, real)
        if plain and name in ("min", "max") and len(node.args) > 1:
            target = f"$n_{name}"  # no iterable, no key: the real one
        elif plain and name in EMPTY_NATIVE and not node.args:
            target = f"$n_{name}"
        elif plain and name == "round" and len(node.args) == 1:
            target = "$n_round"
        node.args = [self.argument(arg) for arg in node.args]
        for keyword in node.keywords:
            self.keyword(keyword)
        if plain and name == "str" and len(node.args) == 1 and self.can_hold and not self.once:
            # str(x) → $n_str(x) if type(x) in $s.plain else $b_str(x)
            value = node.args[0]
            if not self.is_fast(value):
                value = self.hold(value, self.temporary, node)
                again: ast.expr = self.name(self.temporary, node)
            else:
                again = self.name(cast(ast.Name, value).id, node)
            test = self.compare(
                self.type_of(value, node), ast.In(), self.cleared("plain", node), node
            )
            return self.either(
                test, self.call("$n_str", node, again), self.call("$b_str", node, again), node
            )
        node.func = self.guard(target, node.func)
        return node
