"""Which locals of a function are worth testing once, when they are bound, instead of at every use.

A type test costs as much as the attribute read it guards. Where a fast local is read or indexed more
often than it is bound, the transformer tests its type right after each binding and keeps the answer in
a local of its own (``$y_p``: the type of ``p``; ``$o_p``: every attribute of ``p`` is the agent's own; ``$i_p``: ``p`` may be
indexed; ``$f_p``: ``p`` is a float, which repeats nothing). The answer stays true until the next binding, because nothing but this frame binds a fast
local, and a type never leaves the two sets that are asked here. Where the binding is in a loop, the sets
are asked only where the type is another one than in the round before.

Only simple bindings qualify: parameters, plain and tuple assignment, ``for``, ``with``. A name that is
bound in any other way is tested at every use.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass, field

from agex.sandbox.inference import Inference
from agex.sandbox.scopes import Scope

#: A use inside a loop counts as so many.
_LOOP = 8.0
_NESTED = (
    ast.FunctionDef,
    ast.AsyncFunctionDef,
    ast.ClassDef,
    ast.Lambda,
    ast.GeneratorExp,
)


@dataclass(slots=True)
class Hoisted:
    """Names whose attributes (``own``), whose items (``items``) or whose being a float (``floats``)
    are tested at the binding."""

    own: frozenset[str] = frozenset()
    items: frozenset[str] = frozenset()
    floats: frozenset[str] = frozenset()
    #: Names whose type is kept: all of those, and those whose methods are called.
    typed: frozenset[str] = frozenset()
    #: Those of ``own`` and ``items`` that a loop binds.
    looped: frozenset[str] = frozenset()


@dataclass(slots=True)
class _Count:
    own: dict[str, float] = field(default_factory=dict)
    items: dict[str, float] = field(default_factory=dict)
    factors: dict[str, float] = field(default_factory=dict)
    methods: dict[str, float] = field(default_factory=dict)
    bound: dict[str, float] = field(default_factory=dict)
    other: set[str] = field(default_factory=set)
    looped: set[str] = field(default_factory=set)
    #: Does the source hold an assignment expression at all?
    walrus: bool = True


def hoisted(
    node: ast.FunctionDef | ast.AsyncFunctionDef,
    scope: Scope,
    inference: Inference,
    by_identity: str | None = None,
) -> Hoisted:
    """The names of one function worth testing at their binding: their types are not known before.

    ``by_identity`` is a name whose attributes are tested in another way.
    """
    known = inference.locals.get(scope, {})
    count = _Count(walrus=inference.scopes.walrus)
    args = node.args
    for arg in [*args.posonlyargs, *args.args, *args.kwonlyargs]:
        count.bound[arg.arg] = 1.0
    for packed in (args.vararg, args.kwarg):
        if packed is not None:
            count.other.add(packed.arg)  # an exact tuple, an exact dict
    _block(node.body, 1.0, count)

    def worth(uses: dict[str, float]) -> frozenset[str]:
        return frozenset(
            name
            for name, weight in uses.items()
            if name in count.bound
            and name not in count.other
            and not known.get(name)
            and weight > 1.5 * count.bound[name]
            and scope.is_fast(name)
        )

    own, items = worth(count.own) - {by_identity}, worth(count.items)
    tested = own | items
    typed = tested | (worth(count.methods) - {by_identity})
    return Hoisted(own, items, worth(count.factors), typed, frozenset(count.looped & tested))


def in_comprehension(node: ast.expr, scope: Scope, inference: Inference) -> Hoisted:
    """The variables of one comprehension that are read or indexed more than once."""
    count = _Count(walrus=inference.scopes.walrus)
    generators: list[ast.comprehension] = node.generators  # type: ignore[attr-defined]
    for index, generator in enumerate(generators):
        if index:
            _expression(generator.iter, 1.0, count)
        for condition in generator.ifs:
            _expression(condition, 1.0, count)
    if isinstance(node, ast.DictComp):
        _expression(node.key, 1.0, count)
        _expression(node.value, 1.0, count)
    else:
        _expression(node.elt, 1.0, count)  # type: ignore[attr-defined]
    known = inference.locals.get(scope, {})

    def worth(uses: dict[str, float]) -> frozenset[str]:
        return frozenset(
            name
            for name, weight in uses.items()
            if weight > 1.5
            and name in scope.bound
            and name not in count.other
            and not known.get(name)
            and scope.is_fast(name)
        )

    return Hoisted(worth(count.own), worth(count.items), frozenset())


def bound_names(target: ast.expr) -> list[str]:
    """The plain names a target binds, at any depth; starred ones are exact lists."""
    if isinstance(target, ast.Name):
        return [target.id]
    if isinstance(target, (ast.Tuple, ast.List)):
        return [name for element in target.elts for name in bound_names(element)]
    return []


def _block(statements: list[ast.stmt], weight: float, count: _Count) -> None:
    for statement in statements:
        _statement(statement, weight, count)


def _bind(target: ast.expr, weight: float, count: _Count) -> None:
    if isinstance(target, ast.Name):
        count.bound[target.id] = count.bound.get(target.id, 0.0) + weight
        if weight >= _LOOP:
            count.looped.add(target.id)
    elif isinstance(target, (ast.Tuple, ast.List)):
        for element in target.elts:
            if isinstance(element, (ast.Name, ast.Tuple, ast.List)):
                _bind(element, weight, count)
            else:
                _other(element, count)
                _expression(element, weight, count)
    else:
        _expression(target, weight, count)


def _may_stop_halfway(targets: list[ast.expr]) -> bool:
    """May binding these raise when some name of them is bound already, and not yet tested?

    ``p, q.x = v`` where ``q`` has no ``x``; ``p = q[i] = v``; ``a, b = c, d = v``.
    """
    if len(targets) > 1 and not all(isinstance(target, ast.Name) for target in targets):
        return True
    return any(
        isinstance(inner, (ast.Attribute, ast.Subscript))
        for target in targets
        if isinstance(target, (ast.Tuple, ast.List))
        for inner in ast.walk(target)
    )


def _other(node: ast.AST, count: _Count) -> None:
    """Names bound in a way that no test can follow."""
    for inner in ast.walk(node):
        if isinstance(inner, ast.Name) and not isinstance(inner.ctx, ast.Load):
            count.other.add(inner.id)


def _statement(node: ast.stmt, weight: float, count: _Count) -> None:
    if isinstance(node, ast.Assign):
        _expression(node.value, weight, count)
        for target in node.targets:
            _bind(target, weight, count)
        if _may_stop_halfway(node.targets):
            for target in node.targets:
                _other(target, count)
    elif isinstance(node, ast.AnnAssign):
        if node.value is not None:
            _expression(node.value, weight, count)
        _other(node.target, count)
        _expression(node.target, weight, count)
    elif isinstance(node, ast.AugAssign):
        _expression(node.value, weight, count)
        _bind(node.target, weight, count)
    elif isinstance(node, ast.For):
        _expression(node.iter, weight, count)
        _bind(node.target, weight * _LOOP, count)
        if _may_stop_halfway([node.target]):
            _other(node.target, count)
        _block(node.body, weight * _LOOP, count)
        _block(node.orelse, weight, count)
    elif isinstance(node, ast.While):
        _expression(node.test, weight * _LOOP, count)
        _block(node.body, weight * _LOOP, count)
        _block(node.orelse, weight, count)
    elif isinstance(node, ast.If):
        _expression(node.test, weight, count)
        _block(node.body, weight, count)
        _block(node.orelse, weight, count)
    elif isinstance(node, (ast.Expr, ast.Return)):
        if node.value is not None:
            _expression(node.value, weight, count)
    elif isinstance(node, ast.Try):
        _block(node.body, weight, count)
        for handler in node.handlers:
            if handler.name:
                count.other.add(handler.name)
            _block(handler.body, weight, count)
        _block(node.orelse, weight, count)
        _block(node.finalbody, weight, count)
    else:
        _anything(node, weight, count)


def _anything(node: ast.AST, weight: float, count: _Count) -> None:
    """Other statements: what they bind is beyond us, what they read counts."""
    for inner in ast.walk(node):
        if isinstance(inner, ast.Name) and not isinstance(inner.ctx, ast.Load):
            count.other.add(inner.id)
        name = getattr(inner, "name", None)
        if type(name) is str:
            count.other.add(name)
        if isinstance(inner, (ast.Import, ast.ImportFrom)):
            for alias in inner.names:
                count.other.add(alias.asname or alias.name.split(".")[0])
        if isinstance(inner, (ast.Global, ast.Nonlocal)):
            count.other.update(inner.names)
        if isinstance(inner, ast.MatchMapping) and inner.rest:
            count.other.add(inner.rest)


def _expression(node: ast.AST, weight: float, count: _Count) -> None:
    kind = type(node)
    if kind is ast.Attribute:
        value = node.value  # type: ignore[attr-defined]
        if type(value) is ast.Name:
            count.own[value.id] = count.own.get(value.id, 0.0) + weight
            return
    elif kind is ast.Subscript:
        value = node.value  # type: ignore[attr-defined]
        if type(value) is ast.Name:
            count.items[value.id] = count.items.get(value.id, 0.0) + weight
    elif kind is ast.BinOp and type(node.op) is ast.Mult:  # type: ignore[attr-defined]
        for side in (node.left, node.right):  # type: ignore[attr-defined]
            if type(side) is ast.Name:
                count.factors[side.id] = count.factors.get(side.id, 0.0) + weight
    elif kind is ast.Call:
        func = node.func  # type: ignore[attr-defined]
        if type(func) is ast.Attribute and type(func.value) is ast.Name:
            # o.m(): tested by the name of the method
            owner = func.value.id
            count.methods[owner] = count.methods.get(owner, 0.0) + weight
            for arg in node.args:  # type: ignore[attr-defined]
                _expression(arg, weight, count)
            for keyword in node.keywords:  # type: ignore[attr-defined]
                _expression(keyword.value, weight, count)
            return
    elif kind is ast.NamedExpr:
        count.other.add(node.target.id)  # type: ignore[attr-defined]
    elif kind in (ast.ListComp, ast.SetComp, ast.DictComp):
        weight *= _LOOP
    elif kind in _NESTED:
        if count.walrus:
            _other_walrus(node, count)
        return
    for name in node._fields:
        value = getattr(node, name, None)
        if type(value) is list:
            for item in value:
                if isinstance(item, ast.AST):
                    _expression(item, weight, count)
        elif isinstance(value, ast.expr):
            _expression(value, weight, count)


def _other_walrus(node: ast.AST, count: _Count) -> None:
    for inner in ast.walk(node):
        if isinstance(inner, ast.NamedExpr):
            count.other.add(inner.target.id)
