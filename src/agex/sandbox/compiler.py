"""From the source of one action to guarded bytecode.

Parse, find the scopes, transform, compile. The action becomes the body of a function whose every bound
name is declared global: temporaries are then fast locals while the agent's names stay names of the
module, and qualified names stay right. Nothing of what can go wrong in here reaches the caller as
anything but :class:`SyntaxRefused` or ``SyntaxError``.
"""

from __future__ import annotations
import __future__

import ast
import warnings
from collections.abc import Callable, Container, Mapping, Set
from dataclasses import dataclass
from types import CodeType
from typing import Any, TypeAlias

from agex.errors import RefusedLine, SyntaxRefused
from agex.sandbox import ahead, copies, sources, tables, tracebacks, trees, unicode
from agex.sandbox.scopes import Scopes
from agex.sandbox.transformer import AgentTransformer

_ENTRY = "<module>"
_NESTED = f"{_ENTRY}.<locals>."
_AROUND = "$call"
_OUTSIDE = f"{_AROUND}.<locals>."
#: Each field of an f-string is parsed as a source of its own before 3.12.
_MAX_BRACES = 12_000
#: Code objects in one source: CPython compares those that look alike with one another, each with each.
_MAX_SCOPES = 2_500
_FUTURE = __future__.annotations.compiler_flag

Steady: TypeAlias = Callable[[Set[str]], Mapping[str, type]]


@dataclass(frozen=True, slots=True)
class Compiled:
    """One compiled action.

    Args:
        code: the body, to be made a function over the session's globals.
        filename: where tracebacks find the source.
        keys: the cleared sets it reads.
        callees: globals in which it remembers what a name called last, to be there before it runs.
        assigned: attribute names it assigns.
        bound: names the action may bind in the module, in no order.
        used: names of the module it mentions.
        is_async: the top level awaits something.
        future: annotations are strings from here on.
    """

    code: CodeType
    filename: str
    keys: frozenset[str]
    callees: frozenset[str]
    assigned: frozenset[str]
    bound: frozenset[str]
    used: frozenset[str]
    is_async: bool
    future: bool


def parse(source: str, *, max_source: int) -> ast.Module:
    """The syntax tree of a source that is fit to be compiled.

    Raises:
        SyntaxRefused: it is too long, too deeply nested, or holds characters no source may hold.
        SyntaxError: it is not Python.
    """
    if len(source) > max_source:
        raise SyntaxRefused(
            [RefusedLine(1, f"the source has {len(source):,} characters; at most {max_source:,}")]
        )
    if source.count("{") > _MAX_BRACES:
        raise SyntaxRefused(
            [RefusedLine(1, f"the source has more than {_MAX_BRACES:,} opening braces")]
        )
    if "\0" in source:
        raise SyntaxRefused([RefusedLine(1, "the source contains null characters")])
    try:
        source.encode("utf-8")
    except UnicodeEncodeError:
        raise SyntaxRefused(
            [RefusedLine(1, "the source contains characters that are not valid text")]
        ) from None
    if not source.isascii() and unicode.has_stacked_marks(source):
        raise SyntaxRefused(
            [RefusedLine(1, "the source contains hundreds of accents on one letter")]
        )
    tree = trees.taken(source)
    if tree is not None:
        return tree
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return trees.parsed(source)
    except (RecursionError, MemoryError, OverflowError):
        raise _too_deep() from None
    except ValueError as error:
        raise SyntaxRefused([RefusedLine(1, str(error))]) from None


def _too_deep() -> SyntaxRefused:
    return SyntaxRefused(
        [
            RefusedLine(
                1, "the source is too deeply nested or too large for one expression; split it up"
            )
        ]
    )


def compile_action(
    source: str,
    *,
    shadowed: frozenset[str],
    flags: bool,
    future: bool,
    max_source: int,
    echo: bool = True,
    steady: Steady | None = None,
    known: Container[str] | None = None,
    arguments: frozenset[str] = frozenset(),
) -> Compiled:
    """Compile one action.

    Args:
        shadowed: builtin names that agent code bound before.
        flags: put stop flags into loops and functions.
        future: an earlier action said ``from __future__ import annotations``.
        echo: hand the value of a last bare expression to ``$echo``.
        steady: which of some names mean modules, classes and containers by now, with their types; a
            hint about speed.
        known: names that have a meaning by now; with it, builtins that are not offered are refused here.
        arguments: the task's, which the code closes over: they belong to one call, and the functions
            made in it go on with them after it.

    Raises:
        SyntaxRefused, SyntaxError: see :func:`parse`; refusals of all lines at once.
    """
    tree = parse(source, max_source=max_source)
    try:
        return _compile(
            tree,
            source,
            shadowed=shadowed,
            flags=flags,
            future=future,
            echo=echo,
            steady=steady,
            known=known,
            arguments=arguments,
        )
    except (RecursionError, MemoryError, OverflowError):
        raise _too_deep() from None


def compile_tree(
    tree: ast.Module, source: str, *, shadowed: frozenset[str], flags: bool, future: bool
) -> Compiled:
    """Compile a tree whose first line is that of ``source``: a stored definition in its surroundings.

    Raises:
        SyntaxRefused: it holds what agent source may not.
    """
    try:
        return _compile(tree, source, shadowed=shadowed, flags=flags, future=future, echo=False)
    except (RecursionError, MemoryError, OverflowError):
        raise _too_deep() from None


def _compile(
    tree: ast.Module,
    source: str,
    *,
    shadowed: frozenset[str],
    flags: bool,
    future: bool,
    echo: bool,
    steady: Steady | None = None,
    known: Container[str] | None = None,
    arguments: frozenset[str] = frozenset(),
) -> Compiled:
    if "finally" in source and (line := copies.too_many(tree)):
        raise SyntaxRefused(
            [RefusedLine(line, "too many finally blocks inside of one another; use functions")]
        )
    scopes = Scopes(tree)
    if len(scopes.of) > _MAX_SCOPES:
        raise SyntaxRefused(
            [
                RefusedLine(
                    1,
                    f"the source has {len(scopes.of):,} functions, classes and comprehensions; "
                    f"at most {_MAX_SCOPES:,}",
                )
            ]
        )
    if scopes.yields is not None:
        raise SyntaxRefused([RefusedLine(scopes.yields, "'yield' outside function")])
    future = future or any(
        type(node) is ast.ImportFrom
        and node.module == "__future__"
        and any(alias.name == "annotations" for alias in node.names)
        for node in tree.body
    )
    bound = frozenset(name for name in scopes.globals if "$" not in name)
    used = frozenset(scopes.module.used | scopes.module.deep)
    transformer = AgentTransformer(
        scopes,
        shadowed=shadowed | (bound & tables.OFFERED),
        flags=flags,
        future_annotations=future,
        steady={} if steady is None else steady(used),
    )
    last = tree.body[-1] if tree.body else None
    absent = _absent(used - bound, known, tree)
    refused = ahead.refused_names(tree, absent) if absent else []
    body = transformer.transform(tree)
    if transformer.lines or refused:
        raise SyntaxRefused(sorted((*transformer.lines, *refused), key=lambda entry: entry.line))
    starred = type(last) is ast.Expr and type(last.value) is ast.Starred  # a SyntaxError to come
    if echo and type(last) is ast.Expr and not starred and body and body[-1] is last:
        last.value = transformer.call("$echo", last, last.value)
    filename = tracebacks.register(source)
    try:
        code = _wrap(body, bound, filename, source, scopes.awaits, future, arguments)
    except SyntaxError:  # it declares one of them global itself
        code = _wrap(body, bound, filename, source, scopes.awaits, future, frozenset())
    return Compiled(
        code,
        filename,
        frozenset(transformer.keys),
        frozenset(transformer.callees),
        frozenset(transformer.assigned),
        bound,
        used,
        scopes.awaits,
        future,
    )


def _absent(used: frozenset[str], known: Container[str] | None, tree: ast.Module) -> frozenset[str]:
    """The builtins among some names that are not offered and mean nothing else either."""
    names = used & ahead.NAMES
    if not names or known is None:
        return frozenset()
    if any(type(node) is ast.ImportFrom and node.names[0].name == "*" for node in tree.body):
        return frozenset()  # which binds what nobody has spelled out
    return frozenset(name for name in names if name not in known)


def _wrap(
    body: list[ast.stmt],
    bound: frozenset[str],
    filename: str,
    source: str,
    is_async: bool,
    future: bool,
    enclosed: frozenset[str],
) -> CodeType:
    place: dict[str, Any] = {"lineno": 1, "col_offset": 0, "end_lineno": 1, "end_col_offset": 0}
    declared: list[ast.stmt] = []
    if bound - enclosed:
        declared.append(ast.Global(sorted(bound - enclosed), **place))
    if bound & enclosed:
        declared.append(ast.Nonlocal(sorted(bound & enclosed), **place))
    kind: Any = ast.AsyncFunctionDef if is_async else ast.FunctionDef
    arguments = ast.arguments([], [], None, [], [], None, [])
    function = kind(
        _ENTRY, arguments, [*declared, *body] or [ast.Pass(**place)], [], None, None, **place
    )
    if "type_params" in kind._fields:
        function.type_params = []
    if enclosed:
        parameters = [ast.arg(name, None, None, **place) for name in sorted(enclosed)]
        arguments = ast.arguments([], parameters, None, [], [], None, [])
        around: Any = ast.FunctionDef(_AROUND, arguments, [function], [], None, None, **place)
        if "type_params" in ast.FunctionDef._fields:
            around.type_params = []
        function = around
    module = ast.Module([function], [])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        outer = compile(module, filename, "exec", flags=_FUTURE if future else 0, dont_inherit=True)
    code = next(const for const in outer.co_consts if isinstance(const, CodeType))
    if enclosed:
        code = next(const for const in code.co_consts if isinstance(const, CodeType))
    return _finished(code, sources.carried(source))


def _finished(code: CodeType, text: tuple[str, str]) -> CodeType:
    """Qualified names as they would be at the top of a module, and the source as the last constant."""
    constants = [
        _finished(const, text) if isinstance(const, CodeType) else const for const in code.co_consts
    ]
    qualified = code.co_qualname.removeprefix(_OUTSIDE).removeprefix(_NESTED)
    return code.replace(co_consts=(*constants, text), co_qualname=qualified)
