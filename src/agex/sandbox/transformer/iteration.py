"""Loops, comprehensions, stars and unpacking: everything that iterates."""

from __future__ import annotations

import ast
from typing import cast

from agex.sandbox import inference
from agex.sandbox.hoist import in_comprehension
from agex.sandbox.transformer.attributes import Attributes
from agex.sandbox.transformer.shapes import (
    LOAD,
    STORE,
    all_names,
    is_flat,
    is_plain,
    only_names,
    place,
)


class Iteration(Attributes):
    """Loops, comprehensions, stars and unpacking: everything that iterates."""

    def iterable(self, node: ast.expr) -> ast.expr:
        """``xs`` → ``(xs if type(xs) in $s.ok else $iter(xs))``; results of builtins need no test."""
        if self.is_builtin_call(node, frozenset({"range"})):
            call = cast(ast.Call, node)
            call.args = [self.argument(arg) for arg in call.args]
            # A loop polls the clock itself, so that its range may be of any length.
            call.func = self.guard("$range", call.func)
            return call
        trusted = (
            is_plain(node)
            or self.is_builtin_call(node, inference.ITERABLE_RESULTS)
            or self.known(node, inference.CONTAINERS)
        )
        visited = cast(ast.expr, self.visit(node))
        if trusted:
            return visited
        return self.checked(visited, "ok", "$iter", node)

    def star_iterable(self, node: ast.expr) -> ast.expr:
        """The iterable of a comprehension: like ``iterable`` where no temporary may be used."""
        before = (self.can_hold, self.in_iterable)
        self.can_hold, self.in_iterable = False, True
        try:
            return self.iterable(node)
        finally:
            self.can_hold, self.in_iterable = before

    def async_iterable(self, node: ast.expr) -> ast.expr:
        before = (self.can_hold, self.in_iterable)
        self.can_hold, self.in_iterable = False, True
        try:
            return self.call("$aiter", node, self.visit(node))
        finally:
            self.can_hold, self.in_iterable = before

    def visit_Starred(self, node: ast.Starred) -> ast.expr:
        if type(node.ctx) is ast.Load:
            # *xs takes all of xs in one go: a range is held apart from what a loop may go through.
            known = self.known(node.value, inference.CONTAINERS)
            value = cast(ast.expr, self.visit(node.value))
            if not known and not is_plain(node.value):
                value = self.checked(value, "held", "$spread", node.value)
            node.value = value
        else:
            node.value = self.visit(node.value)
        return node

    def shape(self, target: ast.expr) -> ast.expr:
        """The shape of a nested target: ``a, (b, *c)`` → ``(None, (None, "*"))``."""
        elements: list[ast.expr] = []
        for element in cast("ast.Tuple | ast.List", target).elts:
            if isinstance(element, (ast.Tuple, ast.List)):
                elements.append(self.shape(element))
            elif isinstance(element, ast.Starred):
                inner = element.value
                if isinstance(inner, (ast.Tuple, ast.List)):
                    elements.append(
                        ast.Tuple(
                            [self.constant("*", target), self.shape(inner)],
                            LOAD,
                            **place(target),
                        )
                    )
                else:
                    elements.append(self.constant("*", target))
            else:
                elements.append(self.constant(None, target))
        return ast.Tuple(elements, LOAD, **place(target))

    def unpacked(self, target: ast.expr, value: ast.expr, at: ast.AST) -> ast.expr:
        """The visited ``value``, cleared for being unpacked into ``target``."""
        if not isinstance(target, (ast.Tuple, ast.List)):
            return value
        if any(
            isinstance(n, (ast.Tuple, ast.List))
            for e in target.elts
            for n in (e, getattr(e, "value", None))
            if type(e) is not ast.Attribute and type(e) is not ast.Subscript
        ):
            return self.call("$unpack", at, value, self.shape(target))
        if is_plain(value):
            return value
        return self.checked(value, "ok", "$iter", at)

    def visit_For(self, node: ast.For | ast.AsyncFor) -> ast.AST:
        tuples = self.is_builtin_call(node.iter, inference.TUPLE_RESULTS)
        if type(node) is ast.AsyncFor:
            node.iter = self.checked(self.visit(node.iter), "ok", "$aiter", node.iter)
        else:
            node.iter = self.iterable(node.iter)
        target = node.target
        prefix: list[ast.stmt] = []
        if isinstance(target, (ast.Tuple, ast.List)):
            if tuples and self.is_simple(target):
                # for i, (a, b) in enumerate(xs): …  →  for i, $u in …: a, b = guarded $u; …
                node.target, prefix = self.spread(target)
            elif tuples and is_flat(target):
                node.target = self.visit(target)
            else:
                # for a, b in xs: …  →  for $u in xs: a, b = guarded $u; …
                held = self.fresh("$u")
                prefix = self.unpack_into(target, self.name(held, target))
                node.target = self.store(held, target)
        else:
            node.target = self.visit(target)
        prefix = self.tested_in_turn(node.target, prefix)
        node.body = [*prefix, *self.poll(node), *self.in_turns(node.body)]
        node.orelse = self.block(node.orelse)
        return node

    def tested_in_turn(self, target: ast.expr, prefix: list[ast.stmt]) -> list[ast.stmt]:
        """The tests of what a loop binds, each before anything that can raise: an error on the way
        must not leave a name with the answer for what it was bound to before."""
        statements = self.tested(all_names(target), target)
        for statement in prefix:
            statements.append(statement)
            for bound in cast(ast.Assign, statement).targets:
                statements += self.tested(all_names(bound), bound)
        return statements

    def is_simple(self, target: ast.expr) -> bool:
        """True for tuples of names and of such tuples, without stars or repeats."""
        names = all_names(target)
        return len(set(names)) == len(names) and only_names(target)

    def spread(self, target: ast.expr) -> tuple[ast.expr, list[ast.stmt]]:
        """A nested target as a flat one, and the statements that unpack the rest."""
        flat: list[ast.expr] = []
        rest: list[ast.stmt] = []
        for element in cast("ast.Tuple | ast.List", target).elts:
            if isinstance(element, (ast.Tuple, ast.List)):
                held = self.fresh("$u")
                flat.append(self.store(held, element))
                rest += self.unpack_into(element, self.name(held, element))
            else:
                flat.append(self.visit(element))
        return ast.Tuple(flat, STORE, **place(target)), rest

    def unpack_into(self, target: ast.expr, value: ast.Name) -> list[ast.stmt]:
        """``a, (b, c) = $u`` → ``a, $v = guarded $u; b, c = guarded $v``"""
        at = target
        if not is_flat(target) and not self.is_simple(target):
            source = self.call("$unpack", at, value, self.shape(target))
            return [ast.Assign([self.visit(target)], source, None, **place(at))]
        again = self.name(value.id, at)
        guarded = self.either(self.is_tuple(value, at), again, self.call("$iter", at, again), at)
        if is_flat(target):
            return [ast.Assign([self.visit(target)], guarded, None, **place(at))]
        flat, rest = self.spread(target)
        return [ast.Assign([flat], guarded, None, **place(at)), *rest]

    def is_tuple(self, value: ast.expr, at: ast.AST) -> ast.expr:
        """``type(v) is tuple or type(v) in $s.ok``: what is unpacked is a tuple nearly always."""
        return ast.BoolOp(
            ast.Or(),
            [
                self.compare(self.type_of(value, at), ast.Is(), self.guard("$tuple", at), at),
                self.compare(self.type_of(value, at), ast.In(), self.cleared("ok", at), at),
            ],
            **place(at),
        )

    def visit_While(self, node: ast.While) -> ast.AST:
        before, self.once = self.once, False
        node.test = self.visit(node.test)
        self.once = before
        node.body = [*self.poll(node), *self.in_turns(node.body)]
        node.orelse = self.block(node.orelse)
        return node

    def poll(self, at: ast.AST) -> list[ast.stmt]:
        """``if $stop: $stopped()`` where the interpreter cannot watch for us."""
        if not self.flags:
            return []
        stopped = ast.Expr(self.call("$stopped", at), **place(at))
        return [ast.If(self.guard("$stop", at), [stopped], [], **place(at))]

    def visit_comprehension_node(self, node: ast.expr) -> ast.expr:
        """Comprehensions: each iterable guarded, each tuple target unpacked through its guard."""
        generators: list[ast.comprehension] = node.generators  # type: ignore[attr-defined]
        first = generators[0]
        firsts_tuples = self.is_builtin_call(first.iter, inference.TUPLE_RESULTS)
        if first.is_async:
            first_iter = self.async_iterable(first.iter)
        else:
            first_iter = self.star_iterable(first.iter)
        outer, outer_hold, outer_once = self.scope, self.can_hold, self.once
        self.once = False
        self.scope = self.scopes.of[node]
        outer_temporary = self.temporary
        if self.scope.kind != "comp" and self.can_hold:
            self.temporary = self.fresh("$t")
        self.in_comprehensions[self.scope] = in_comprehension(node, self.scope, self.inference)
        rewritten: list[ast.comprehension] = []
        for index, generator in enumerate(generators):
            tuples = (
                firsts_tuples
                if index == 0
                else self.is_builtin_call(generator.iter, inference.TUPLE_RESULTS)
            )
            if index == 0:
                generator.iter = first_iter
            elif generator.is_async:
                generator.iter = self.async_iterable(generator.iter)
            else:
                generator.iter = self.star_iterable(generator.iter)
            first_of_all = index == 0 and (outer_once or type(node) is ast.GeneratorExp)
            if not first_of_all:
                rewritten += self.held_iterable(generator)
            target = generator.target
            conditions = generator.ifs
            rewritten.append(generator)
            if isinstance(target, (ast.Tuple, ast.List)) and not (tuples and is_flat(target)):
                # for a, b in xs  →  for $u in xs for a, b in [guarded $u]
                self._held += 1
                held = f"$u{self._held}"
                self.scope.bound.add(held)
                generator.target = self.store(held, target)
                generator.ifs = []
                if is_flat(target):
                    test = self.is_tuple(self.name(held, target), target)
                    slow = self.call("$iter", target, self.name(held, target))
                    source = self.either(test, self.name(held, target), slow, target)
                else:
                    source = self.call(
                        "$unpack", target, self.name(held, target), self.shape(target)
                    )
                once = ast.List([source], LOAD, **place(target))
                inner = ast.comprehension(self.unheld(target), once, conditions, 0)
                rewritten.append(inner)
            else:
                generator.target = self.unheld(target)
            rewritten[-1].ifs = []
            rewritten += self.tested_variables(target)
            rewritten[-1].ifs = [self.visit(condition) for condition in conditions]
        if self.flags:
            at = node
            go = self.call("$go", at)
            idle = ast.UnaryOp(ast.Not(), self.guard("$stop", at), **place(at))
            rewritten[-1].ifs.insert(0, ast.BoolOp(ast.Or(), [idle, go], **place(at)))
        node.generators = rewritten  # type: ignore[attr-defined]
        if isinstance(node, ast.DictComp):
            node.key = self.visit(node.key)
            node.value = self.visit(node.value)
        else:
            node.elt = self.visit(node.elt)  # type: ignore[attr-defined]
        self.scope, self.can_hold, self.once = outer, outer_hold, outer_once
        self.temporary = outer_temporary
        return node

    def tested_variables(self, target: ast.expr) -> list[ast.comprehension]:
        """``for $i_x in [type(x) in $s.ok]``: the test of a comprehension's variable, made once."""
        tests: list[ast.comprehension] = []
        hoisted = self.in_comprehensions[self.scope]
        for name in all_names(target):
            for prefix, key, among in (("$o_", "own", hoisted.own), ("$i_", "ok", hoisted.items)):
                if name in among:
                    test = self.compare(
                        self.type_of(self.name(name, target), target),
                        ast.In(),
                        self.cleared(key, target),
                        target,
                    )
                    self.scope.bound.add(prefix + name)
                    flag = self.store(prefix + name, target)
                    once = ast.List([test], LOAD, **place(target))
                    tests.append(ast.comprehension(flag, once, [], 0))
        return tests

    def held_iterable(self, generator: ast.comprehension) -> list[ast.comprehension]:
        """``for x in $iter(xs)`` → ``for $u in [xs] for x in (xs if … in $s.ok else $iter($u))``

        No temporary is legal there, and a loop over one item is none: the compiler sees through it.
        A generator expression asks for the iterator of its first iterable when it is made, and so
        keeps the guard outside.
        """
        guarded = generator.iter
        if not (
            type(guarded) is ast.Call
            and type(guarded.func) is ast.Name
            and guarded.func.id == "$iter"
        ):
            return []
        held = self.fresh("$u")
        self.scope.bound.add(held)
        once = ast.List([guarded.args[0]], LOAD, **place(guarded))
        generator.iter = self.checked(self.name(held, guarded), "ok", "$iter", guarded)
        return [ast.comprehension(self.store(held, guarded), once, [], 0)]

    def visit_YieldFrom(self, node: ast.YieldFrom) -> ast.expr:
        known = is_plain(node.value) or self.known(node.value, inference.CONTAINERS)
        value = cast(ast.expr, self.visit(node.value))
        node.value = value if known else self.checked(value, "delegated", "$delegated", node)
        return node

    def visit_Await(self, node: ast.Await) -> ast.expr:
        node.value = self.checked(self.visit(node.value), "ok", "$await", node)
        return node

    def visit_Dict(self, node: ast.Dict) -> ast.expr:
        """``{**d}`` reads every item of ``d``."""
        values: list[ast.expr] = []
        keys: list[ast.expr | None] = []
        for key, value in zip(node.keys, node.values, strict=True):
            if key is None:
                keys.append(None)
                values.append(self.checked(self.visit(value), "spread", "$map", value))
            else:
                keys.append(self.visit(key))
                values.append(self.visit(value))
        node.keys, node.values = keys, values
        return node
