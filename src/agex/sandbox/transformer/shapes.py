"""What can be said of a node by looking at it, and the constants that the visitors share."""

from __future__ import annotations

import ast
import itertools
import re
from types import CodeType
from typing import Any, cast

from agex.sandbox import tables
from agex.sandbox.hoist import Hoisted
from agex.sandbox.scopes import Scope

#: Numbers the class patterns of the process: what one was found fit for says nothing of another.
SITES = itertools.count(1)
LOAD = ast.Load()
STORE = ast.Store()
#: Repeating a sequence, or raising to a power, by a constant up to this grows no faster than
#: ``x + x`` in a loop, which the clock and the memory watch stop.
SMALL = 8
#: Constant sequences up to this many characters are built without asking.
SMALL_SEQUENCE = 10_000
#: Widths and precisions in constant format specifications up to this are left to the interpreter.
SMALL_WIDTH = 10_000
NUMBERS = re.compile(r"\d+")
NOTHING_HOISTED = Hoisted()
#: Operators that give a number for numbers.
COUNTING = frozenset({ast.Add, ast.Sub, ast.Mult, ast.FloorDiv, ast.Mod})
#: What sets have as well as numbers.
SET_OPERATORS = frozenset({ast.BitOr, ast.BitAnd, ast.BitXor, ast.Sub})
TEXT = frozenset({"str", "bytes"})
#: The guards of steady globals, by the one of anything.
STEADY = {"$meth": "$methk", "$door": "$doork", "$item": "$itemk", "$put": "$putk"}
A_FLOAT = frozenset({"float"})
#: Methods that are native when :func:`small_arguments` holds.
GROWING = frozenset("replace ljust rjust center zfill".split())
#: Builtin classes whose pattern without attributes is matched by the interpreter itself.
MATCHED_AS_IS = frozenset(
    "bool bytearray bytes dict float frozenset int list set str tuple complex object".split()
)
#: Names in a class body that the metaclass calls before the class is there.
CALLED_IN_BODY = frozenset({"_generate_next_value_", "_missing_"})
#: ``list()`` and its like, without arguments, make something empty.
EMPTY_NATIVE = frozenset("list dict set tuple frozenset str bytes bytearray".split())


def opaque(scope: Scope) -> Scope:
    """The scope as a lambda inside it sees it: nothing is a fast local."""
    return Scope("function", scope, "<lambda>")


def place(at: Any) -> dict[str, Any]:
    """The position of ``at`` as keyword arguments, remembered on the node."""
    try:
        return at._at  # type: ignore[no-any-return]
    except AttributeError:
        line = getattr(at, "lineno", 1)
        column = getattr(at, "col_offset", 0)
        at._at = place = {
            "lineno": line,
            "col_offset": column,
            "end_lineno": getattr(at, "end_lineno", line),
            "end_col_offset": getattr(at, "end_col_offset", column),
        }
        return place


def all_arguments(args: ast.arguments) -> list[ast.arg]:
    return [
        *args.posonlyargs,
        *args.args,
        *args.kwonlyargs,
        *(a for a in (args.vararg, args.kwarg) if a is not None),
    ]


def all_names(target: ast.expr) -> list[str]:
    """Every name a target binds, at any depth."""
    if isinstance(target, ast.Name):
        return [target.id]
    if isinstance(target, (ast.Tuple, ast.List)):
        return [name for element in target.elts for name in all_names(element)]
    return all_names(target.value) if isinstance(target, ast.Starred) else []


def only_names(target: ast.expr) -> bool:
    if isinstance(target, (ast.Tuple, ast.List)):
        return all(only_names(element) for element in target.elts)
    return isinstance(target, ast.Name) and not target.id.startswith("__")


def small_arguments(node: ast.Call) -> bool:
    """True where all arguments are constants that keep the result within a small multiple."""
    values = [a.value for a in node.args if type(a) is ast.Constant]
    if len(values) != len(node.args) or node.keywords or not values:
        return False
    first, second = values[0], values[1] if len(values) == 2 else None
    if isinstance(first, str) and isinstance(second, str):
        return len(second) <= SMALL * max(1, len(first))
    return type(first) is int and abs(first) <= SMALL_WIDTH


def leading_docstring(body: list[ast.stmt]) -> list[ast.stmt]:
    first = body[0] if body else None
    if (
        type(first) is ast.Expr
        and type(first.value) is ast.Constant
        and isinstance(first.value.value, str)
    ):
        return [first]
    return []


def is_generator(node: ast.AST) -> bool:
    """Does this function yield by itself?"""
    queue: list[ast.AST] = list(node.body)  # type: ignore[attr-defined]  # a function
    while queue:
        inner = queue.pop()
        if isinstance(inner, (ast.Yield, ast.YieldFrom)):
            return True
        if not isinstance(inner, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef)):
            queue.extend(ast.iter_child_nodes(inner))
    return False


def guard_of(name: str) -> str:
    """The guard through which a method of this name returns."""
    return "$givenawait" if name == "__await__" else "$given"


def may_recurse(node: ast.AST) -> bool:
    """False for a function without calls, which can neither recurse nor wait."""
    return any(
        isinstance(n, (ast.Call, ast.Attribute, ast.Subscript, ast.BinOp, ast.Compare, ast.Await))
        for statement in node.body  # type: ignore[attr-defined]  # a function
        for n in ast.walk(statement)
    )


def may_be_twice(node: ast.AST) -> bool:
    """True where compiling an expression twice is cheap, and opens no scope twice."""
    size = 0
    for inner in ast.walk(node):
        size += 1
        if size > 24 or isinstance(
            inner,
            (
                ast.Lambda,
                ast.ListComp,
                ast.SetComp,
                ast.DictComp,
                ast.GeneratorExp,
                ast.NamedExpr,
                ast.Yield,
                ast.YieldFrom,
                ast.Await,
            ),
        ):
            return False
    return True


def assigns(node: ast.AST) -> bool:
    return any(isinstance(n, (ast.NamedExpr, ast.Await, ast.Yield)) for n in ast.walk(node))


def is_flat(target: ast.expr) -> bool:
    """True for ``a, b``: a target with no tuple inside."""
    return not any(
        isinstance(e, (ast.Tuple, ast.List))
        or (isinstance(e, ast.Starred) and isinstance(e.value, (ast.Tuple, ast.List)))
        for e in cast("ast.Tuple | ast.List", target).elts
    )


def is_plain(node: ast.AST) -> bool:
    """True for expressions whose value is an exact builtin container or constant."""
    return isinstance(
        node,
        (
            ast.List,
            ast.Tuple,
            ast.Dict,
            ast.Set,
            ast.ListComp,
            ast.SetComp,
            ast.DictComp,
            ast.GeneratorExp,
        ),
    ) or (
        is_exact_text(node)
        if type(node) is ast.JoinedStr
        else type(node) is ast.Constant and isinstance(node.value, (str, bytes))
    )


def is_exact_text(node: ast.JoinedStr) -> bool:
    """False for ``f"{x}"``: one field alone is what ``__format__`` gave, of a class of its own maybe."""
    return len(node.values) != 1 or type(node.values[0]) is ast.Constant


def is_scalar(node: ast.AST) -> bool:
    """True for values that adding to a list could not iterate, or may."""
    return is_plain(node) or type(node) is ast.Constant


def native_method(value: ast.expr, attr: str) -> bool:
    """``"abc".upper``: the receiver's type is known here, and the method needs no guard."""
    if (type(value) is ast.JoinedStr and is_exact_text(value)) or (
        type(value) is ast.Constant and isinstance(value.value, str)
    ):
        return (
            not attr.startswith("_")
            and hasattr(str, attr)
            and attr not in tables.GUARDED_METHODS[str]
        )
    return False


def small_number(node: ast.AST, limit: int) -> bool:
    if type(node) is ast.Constant:
        value = node.value
        return type(value) in (float, complex) or (type(value) is int and abs(value) <= limit)
    return False


def cheap_product(left: ast.expr, right: ast.expr) -> bool:
    """Products that cannot make anything long: a small factor, a float, a boolean, constants."""
    for node in (left, right):
        if small_number(node, SMALL) or type(node) is ast.Compare:
            return True
        if type(node) is ast.UnaryOp and (
            type(node.op) is ast.Not or small_number(node.operand, SMALL)
        ):
            return True
    for one, other in ((left, right), (right, left)):
        if type(one) is ast.Constant and isinstance(one.value, (str, bytes)):
            return (
                type(other) is ast.Constant
                and type(other.value) is int
                and len(one.value) * other.value <= SMALL_SEQUENCE
            )
        if type(one) is ast.List and type(other) is ast.Constant and type(other.value) is int:
            return len(one.elts) * other.value <= SMALL_SEQUENCE
    return False


def small_spec(spec: ast.expr) -> bool:
    """A constant format specification without a large number in it."""
    text = ""
    for part in cast(ast.JoinedStr, spec).values:
        if type(part) is not ast.Constant:
            return False
        text += str(part.value)
    return (
        all(int(number) <= SMALL_WIDTH for number in NUMBERS.findall(text[:100]))
        and len(text) <= 100
    )


def outer_patterns(pattern: ast.pattern) -> list[ast.pattern]:
    """The patterns that meet the subject itself: through ``as`` and ``|``, not inside others."""
    if isinstance(pattern, ast.MatchAs):
        return [pattern] if pattern.pattern is None else outer_patterns(pattern.pattern)
    if isinstance(pattern, ast.MatchOr):
        return [inner for p in pattern.patterns for inner in outer_patterns(p)]
    return [pattern]


def mangles_patterns() -> bool:
    """Does this Python mangle ``__x`` in ``case C(__x=y)`` inside a class? From some 3.13 on, no."""
    source = "class A:\n def f(o):\n  match o:\n   case A(__x=y): pass"
    queue = [compile(source, "<patterns>", "exec")]
    while queue:
        for const in queue.pop().co_consts:
            if isinstance(const, CodeType):
                queue.append(const)
            elif isinstance(const, tuple) and "__x" in const:
                return False
    return True


MANGLES_PATTERNS = mangles_patterns()
