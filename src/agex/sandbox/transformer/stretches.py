"""Looks at the clock in long stretches of code that neither loops nor calls a function of its own.

Loops and functions look at the clock at each turn. What lies between two of those looks is a stretch,
and nothing bounds it but the length of the source: forty lines of ``xs = xs + xs`` ask for all the
memory there is, a line of a hundred ``sorted(xs)`` runs for a minute, and as neither gives the watcher
a chance to run, nothing is noticed (``tests/limits/stretches.py`` tries them). So the steps of a stretch
that may take long, or make a value larger, are counted while they are visited, and where there are many
a look stands before the next:

- between statements ``$pause()``, or inside of one ``($pause() or step)``;
- at the top level, where a statement runs once, nearly each time, and it looks for itself;
- in loops and functions each few, ``$breathe()``, which looks only where the watcher found something,
  and lets the watcher run.
"""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import Any

from agex.sandbox import inference
from agex.sandbox.transformer.blocks import Blocks
from agex.sandbox.transformer.shapes import SMALL, is_scalar, place

#: Weights of steps. What may double a value weighs most: that of a stretch to the power of two is how
#: much larger one turn of a loop can make something, ``2 ** (AT_MOST / GROWS)``.
GROWS = 24
COPIES = 16
CALLS = 8
READS = 1
#: The weight of a stretch without a look in loops and functions.
AT_MOST = 64
#: The same where all runs once: inside of one statement, and between statements.
INSIDE = 32
AT_TOP = 16
#: Comparisons in one chain, the same.
AT_CHAIN = 8
#: Fields of one f-string that are joined without asking how long the text will be.
FIELDS = 8

_READING = (ast.Eq, ast.NotEq, ast.Lt, ast.LtE, ast.Gt, ast.GtE)
_NUMERIC = (ast.Mult, ast.Sub, ast.Div, ast.FloorDiv, ast.Pow)
_SEEKING = (ast.In, ast.NotIn)
#: What may take long, or make a value larger.
STEPS: tuple[type[ast.AST], ...] = (
    ast.Call,
    ast.BinOp,
    ast.AugAssign,
    ast.Compare,
    ast.Subscript,
    ast.Starred,
    ast.Dict,
    ast.JoinedStr,
)
#: What begins with a look of its own, or with each turn of it.
STRETCHES: tuple[type[ast.AST], ...] = (
    ast.For,
    ast.AsyncFor,
    ast.While,
    ast.FunctionDef,
    ast.AsyncFunctionDef,
    ast.Lambda,
    ast.ListComp,
    ast.SetComp,
    ast.DictComp,
    ast.GeneratorExp,
)
#: Comprehensions that 3.12 and newer compile as part of the code around them. Their compiler crashes where
#: those lie inside of too many blocks, of one another for instance: twenty, less what it needs itself.
INLINED = (ast.ListComp, ast.SetComp, ast.DictComp)
MOST_BLOCKS = 16
#: Blocks of the compiler that a statement takes.
BLOCKS: dict[type[ast.AST], int] = {
    **dict.fromkeys((ast.For, ast.AsyncFor, ast.While, *INLINED), 1),
    **dict.fromkeys((ast.With, ast.AsyncWith, ast.Try, ast.TryStar), 2),
}
#: What is code of its own, in no block of the code around it.
SEPARATE: tuple[type[ast.AST], ...] = (
    ast.FunctionDef,
    ast.AsyncFunctionDef,
    ast.Lambda,
    ast.GeneratorExp,
    ast.ClassDef,
)
#: What may skip a part of itself.
BRANCHES: tuple[type[ast.AST], ...] = (ast.BoolOp, ast.IfExp, ast.Compare, ast.Match)


class Stretches(Blocks):
    """Counts steps and puts looks between them."""

    def block(self, statements: list[ast.stmt]) -> list[ast.stmt]:
        before, weighed = self.weight, self.weighed
        result: list[ast.stmt] = []
        for statement in statements:
            if self.weight >= (AT_TOP if self.once else AT_MOST):
                self.weight = 0
                result.append(ast.Expr(self.call(self.look_name(), statement), **place(statement)))
            visited = self.visit(statement)
            if type(visited) is list:
                result.extend(visited)
            else:
                result.append(visited)
        self.weight = before + self.weighed - weighed  # it may be skipped, its looks with it
        return result

    def look_name(self) -> str:
        return "$pause" if self.once else "$breathe"

    def paced(self, node: ast.expr) -> ast.expr:
        """``e`` → ``($pause() or e)`` where much lies behind it in its stretch; a look gives None."""
        if self.weight < (INSIDE if self.once else AT_MOST):
            return node
        self.weight = 0
        if type(node) is ast.Starred:
            node.value = self.paced_value(node.value)
            return node
        return self.paced_value(node)

    def paced_value(self, node: ast.expr) -> ast.expr:
        return ast.BoolOp(ast.Or(), [self.call(self.look_name(), node), node], **place(node))

    def visit_JoinedStr(self, node: ast.JoinedStr) -> ast.expr:
        raise NotImplementedError  # of a floor above

    def visit_text(self, node: ast.JoinedStr) -> ast.expr:
        """``f"{a}{b}…"`` of many fields → ``$joined((f"{a}…", f"{…}"))``, which asks for the length."""
        fields = sum(type(part) is ast.FormattedValue for part in node.values)
        visited = self.visit_JoinedStr(node)
        if fields <= FIELDS:
            return visited
        parts: list[ast.expr] = [
            ast.JoinedStr(node.values[start : start + FIELDS], **place(node))
            for start in range(0, len(node.values), FIELDS)
        ]
        parts[1:] = [self.paced_value(part) for part in parts[1:]]
        return self.call("$joined", node, ast.Tuple(parts, ast.Load(), **place(node)))

    def may_be_large(self, node: ast.expr) -> bool:
        """False for constants, and for what is known to be a number."""
        if type(node) is ast.Name:
            return not self.known(node, inference.NUMBERS) and not self.is_hoisted(
                node.id, "floats"
            )
        return not is_scalar(node)

    def weigh(self, node: Any) -> int:
        """What a node weighs, not counting what is inside of it; before it is visited."""
        kind = type(node)
        if kind is ast.Call:
            return CALLS
        if kind is ast.BinOp:
            return self.weigh_operator(node.op, node.left, node.right)
        if kind is ast.AugAssign:
            return self.weigh_operator(node.op, node.target, node.value)
        if kind is ast.Compare:
            if len(node.ops) > 1:
                return READS * len(node.ops)
            op, right = type(node.ops[0]), node.comparators[0]
            if op in _SEEKING:
                return CALLS if self.may_be_large(right) else 0
            large = op in _READING and self.may_be_large(node.left) and self.may_be_large(right)
            return READS if large else 0
        if kind is ast.Subscript:
            if type(node.slice) is not ast.Slice:
                return 0
            return COPIES if type(node.ctx) is ast.Load else GROWS
        if kind is ast.Starred:
            return GROWS
        if kind is ast.Dict:
            return CALLS * sum(key is None for key in node.keys)
        fields = sum(type(part) is ast.FormattedValue for part in node.values)
        return GROWS if fields > 1 else CALLS * fields

    def weigh_operator(self, op: ast.operator, left: ast.expr, right: ast.expr) -> int:
        """``a + b`` and ``a += b``; ``a * 8`` three times as much as ``a * 2``."""
        kind = type(op)
        for one, other in ((left, right), (right, left)):
            if type(one) is ast.Constant:
                if kind is ast.Mod and isinstance(one.value, (str, bytes)):
                    return CALLS  # "%9999d" % x is long whatever x is
                if kind is not ast.Mult or type(one.value) is not int or one.value < 2:
                    return 0
                if one.value > SMALL:
                    return CALLS  # ``$mul`` asks how long it will be
                doublings = int(one.value - 1).bit_length()
                return GROWS * doublings if self.may_be_large(other) else 0
        if not (self.may_be_large(left) and self.may_be_large(right)):
            return 0
        if kind is not ast.Add or _is_arithmetic(left) or _is_arithmetic(right):
            return READS
        # xs + xs is no sum that programs are full of, and doubles.
        same = type(left) is ast.Name and type(right) is ast.Name and left.id == right.id
        return AT_MOST if same else GROWS


def _is_arithmetic(node: ast.expr) -> bool:
    """A product or a difference: a sequence only where ``*`` went the slow way, which asked."""
    return type(node) is ast.BinOp and type(node.op) in _NUMERIC


def step(method: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    """The visitor of a node that is a step of its own."""

    def visit(self: Stretches, node: Any) -> Any:
        weight = self.weigh(node)
        visited = method(self, node)
        self.made += 1  # of nodes without a guard there can be too many as well
        if weight:
            self.weight += weight
            self.weighed += weight
            if type(visited) is ast.Compare and len(visited.comparators) > AT_CHAIN:
                for index in range(AT_CHAIN, len(visited.comparators), AT_CHAIN):
                    visited.comparators[index] = self.paced_value(visited.comparators[index])
            if isinstance(visited, ast.expr):
                context = getattr(visited, "ctx", None)
                if context is None or type(context) is ast.Load:
                    return self.paced(visited)
        return visited

    return visit


def stretch(method: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    """The visitor of a node whose body begins with a look, and may run many times."""

    def visit(self: Stretches, node: Any) -> Any:
        before, weighed = self.weight, self.weighed
        self.weight = 0
        visited = method(self, node)
        # Defaults, decorators and what is gone through are evaluated outside.
        self.weight = before + self.weighed - weighed
        return self.paced(visited) if isinstance(visited, ast.expr) else visited

    return visit


def branch(method: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    """The visitor of a node of which parts may be skipped, and the looks in them."""

    def visit(self: Stretches, node: Any) -> Any:
        before, weighed = self.weight, self.weighed
        visited = method(self, node)
        self.weight = before + self.weighed - weighed
        return visited

    return visit


def nested(method: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    """The visitor of a node that is a block of the compiler's, or begins to count anew."""

    def visit(self: Stretches, node: Any) -> Any:
        before, kind = self.blocks, type(node)
        if type(node) in BLOCKS:
            items = len(node.items) if isinstance(node, (ast.With, ast.AsyncWith)) else 1
            self.blocks += BLOCKS[kind] * items
            if kind in INLINED and self.blocks > MOST_BLOCKS:
                message = (
                    "too many comprehensions, loops and blocks inside of one another; use functions"
                )
                self.refuse(node, message)
        else:
            self.blocks = 0
        visited = method(self, node)
        self.blocks = before
        return visited

    return visit
