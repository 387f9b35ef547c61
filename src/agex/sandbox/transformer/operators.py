"""Operators that can grow, iterate or format; f-strings."""

from __future__ import annotations

import ast
from typing import cast

from agex.sandbox import inference
from agex.sandbox.transformer.calls import Calls
from agex.sandbox.transformer.shapes import (
    A_FLOAT,
    SET_OPERATORS,
    SMALL,
    assigns,
    cheap_product,
    is_plain,
    place,
    small_number,
    small_spec,
)


class Operators(Calls):
    """Operators that can grow, iterate or format; f-strings."""

    def visit_Compare(self, node: ast.Compare) -> ast.expr:
        """``x in o`` iterates ``o`` where its class has no ``__contains__``: the same guard."""
        node.left = self.visit(node.left)
        comparators: list[ast.expr] = []
        for op, right in zip(node.ops, node.comparators, strict=True):
            known = self.known(right, inference.CONTAINERS)
            visited = cast(ast.expr, self.visit(right))
            if type(op) in (ast.In, ast.NotIn) and not known and not is_plain(right):
                visited = self.checked(visited, "held", "$in", right)
            comparators.append(visited)
        node.comparators = comparators
        return node

    def visit_BinOp(self, node: ast.BinOp) -> ast.expr:
        left, right = node.left, node.right
        op = type(node.op)
        same = (
            type(left) is ast.Name
            and type(right) is ast.Name
            and left.id == right.id
            and self.is_fast(left)
        )
        # A name that the right side rebinds has to be read before it.
        rebinds = op in (ast.Mult, ast.LShift) and self.scopes.walrus and assigns(right)
        numbers: list[bool] = []
        if op is ast.Mult:
            numbers = [self.known(side, inference.NUMBERS) for side in (left, right)]
            same = same or all(numbers) or any(self.known(side, A_FLOAT) for side in (left, right))
        counted = op is ast.Mod and self.known(left, inference.NUMBERS)
        node.left = self.visit(left)
        node.right = self.visit(right)
        if op in SET_OPERATORS:
            return self.beside_views(node, left, right)
        if op is ast.Mult:
            return (
                node if same or cheap_product(left, right) else self.product(node, numbers, rebinds)
            )
        if op is ast.Mod:
            return node if counted else self.modulo(node, left)
        if op is ast.Pow:
            if small_number(right, 3):
                return node
            node.left = self.checked(node.left, "$float", "$powl", node, op=ast.Is)
            return node
        if op is ast.LShift:
            return node if small_number(right, 64) else self.both(node, "$lshift", 512, rebinds)
        return node

    def beside_views(self, node: ast.BinOp, left: ast.expr, right: ast.expr) -> ast.expr:
        """``a | b`` goes through b where a is a view of a dictionary, and the other way round.

        → ``a | (b if type(b) not in $views else $viewed(b))``; of ``-``, which is written for numbers
        nearly always, the right side only: a view on the left tells no more than what it holds itself.
        """
        if any(
            type(side) is ast.Constant or self.inference.of(side, self.scope)
            for side in (left, right)
        ):
            return node  # neither a view, nor anything that one may not go through
        numeric = type(node.op) is ast.Sub
        likely = self.likely() if numeric else ""
        for side in ("right",) if numeric else ("left", "right"):
            value = getattr(node, side)
            if type(value) is not ast.Constant and not is_plain(value):
                guarded = self.checked(value, "$views", "$viewed", node, op=ast.NotIn, first=likely)
                setattr(node, side, guarded)
        return node

    def likely(self) -> str:
        """What is added to something unknown, or taken from it, is a number nearly always."""
        return "$float" if self.floats else "$int"

    def visit_aug_value(self, op: ast.operator, value: ast.expr) -> bool:
        """True where ``x op= value`` needs no guard of its own."""
        if isinstance(op, ast.Mult):
            return small_number(value, SMALL)
        if isinstance(op, ast.Pow):
            return small_number(value, 3)
        if isinstance(op, ast.LShift):
            return small_number(value, 64)
        if isinstance(op, ast.BitOr):  # d |= [pair] iterates the pairs
            return isinstance(value, (ast.Set, ast.SetComp, ast.Dict, ast.DictComp, ast.Constant))
        if isinstance(op, (ast.BitAnd, ast.BitXor)):
            return type(value) is ast.Constant or self.known(value, inference.NUMBERS)
        return not isinstance(op, ast.Mod)

    def product(self, node: ast.BinOp, numbers: list[bool], rebinds: bool) -> ast.expr:
        """``a * b``: where one side is known to be a number, the other is all there is to test."""
        if not any(numbers) or self.once or not self.can_hold:
            return self.both(node, "$mul", None, rebinds)
        at = node
        firsts: list[ast.expr] = []
        agains: list[ast.expr] = []
        for value in (node.left, node.right):
            if type(value) is ast.Constant:
                firsts.append(value)
                agains.append(self.constant(value.value, at))
            elif self.is_fast(value) and not rebinds:
                firsts.append(value)
                agains.append(self.name(cast(ast.Name, value).id, at))
            else:
                name = self.fresh("$a")
                firsts.append(self.hold(value, name, at))
                agains.append(self.name(name, at))
        tested = 1 if numbers[0] else 0
        test = self.compare(self.type_of(firsts[tested], at), ast.In(), self.guard("$num", at), at)
        if type(firsts[1 - tested]) is ast.NamedExpr:
            # Both sides run in their order, then the test.
            held = self.compare(firsts[0], ast.Is(), agains[0], at) if tested else None
            if held is None:
                return self.both(node, "$mul", None, rebinds)
            test = ast.BoolOp(ast.And(), [held, test], **place(at))
        native = ast.BinOp(agains[0], node.op, agains[1], **place(at))
        return self.either(test, native, self.call("$mul", at, *agains), at)

    def both(self, node: ast.BinOp, slow: str, limit: int | None, rebinds: bool) -> ast.expr:
        """``a * b`` repeats a sequence only where the types differ and one of them is an int.

        → ``a * b if type(a) is type(b) or (both are numbers) else $mul(a, b)``; with a ``limit``
        the native way is for two ints, the right one below it.
        """
        at = node
        if self.once or not self.can_hold:
            return self.call(slow, at, node.left, node.right)
        self._held += 1
        names = [f"$a{self._held}", f"$c{self._held}"]
        firsts: list[ast.expr] = []
        agains: list[ast.expr] = []
        for value, name in zip((node.left, node.right), names, strict=True):
            if self.is_fast(value) and not rebinds:
                firsts.append(value)
                agains.append(self.name(cast(ast.Name, value).id, at))
            else:
                firsts.append(self.hold(value, name, at))
                agains.append(self.name(name, at))
        held = [type(first) is ast.NamedExpr for first in firsts]
        if limit is None and self.floats and not all(held):
            # Where floats are about, the operand that had to be held is one nearly always.
            index = 1 if held[1] else 0
            is_float = self.compare(
                self.type_of(firsts[index], at), ast.Is(), self.guard("$float", at), at
            )
            alike = self.compare(
                self.type_of(agains[0], at), ast.Is(), self.type_of(agains[1], at), at
            )
            known: list[ast.expr] = []
            if not any(held):
                known = [
                    self.name("$f_" + value.id, at)
                    for value in agains
                    if type(value) is ast.Name and self.is_hoisted(value.id, "floats")
                ]
            options = [*known, alike] if known else [is_float, alike]
            test: ast.expr = ast.BoolOp(ast.Or(), options, **place(at))
        else:
            test = self.compare(
                self.type_of(firsts[0], at), ast.Is(), self.type_of(firsts[1], at), at
            )
        if limit is None:
            numbers = ast.BoolOp(
                ast.And(),
                [
                    self.compare(self.type_of(x, at), ast.In(), self.guard("$num", at), at)
                    for x in agains
                ],
                **place(at),
            )
            test = ast.BoolOp(ast.Or(), [test, numbers], **place(at))
        else:
            is_int = self.compare(self.type_of(agains[1], at), ast.Is(), self.guard("$int", at), at)
            small = self.compare(agains[1], ast.Lt(), self.constant(limit, at), at)
            test = ast.BoolOp(ast.And(), [test, is_int, small], **place(at))
        native = ast.BinOp(agains[0], node.op, agains[1], **place(at))
        return self.either(test, native, self.call(slow, at, *agains), at)

    def modulo(self, node: ast.BinOp, left: ast.expr) -> ast.expr:
        """``"…" % x`` formats, and formatting reads: strings on the left take the guard."""
        if type(left) is ast.Constant:
            if isinstance(left.value, (str, bytes)):
                return self.call("$mod", node, node.left, node.right)
            return node
        if type(left) is ast.JoinedStr:
            return self.call("$mod", node, node.left, node.right)
        node.left = self.checked(node.left, "$int", "$modl", node, op=ast.Is)
        return node

    def visit_JoinedStr(self, node: ast.JoinedStr) -> ast.expr:
        for part in node.values:
            if type(part) is ast.FormattedValue:
                self.formatted(part)
        return node

    def formatted(self, part: ast.FormattedValue) -> None:
        """``{x}`` → ``{x if type(x) in $plain else $fmt(x)}``; a computed width is always checked."""
        spec = part.format_spec
        shown = self.known(part.value, inference.SHOWN)
        value = cast(ast.expr, self.visit(part.value))
        if spec is not None and not small_spec(spec):
            part.value = self.call("$fmtspec", part, value)
            self.visit_JoinedStr(cast(ast.JoinedStr, spec))
            return
        if type(value) is not ast.Constant and not shown:
            part.value = self.checked(value, "plain", "$fmt", part)
        else:
            part.value = value
