"""What is known of the types of locals before anything runs: guards that need not be asked.

``chars = []`` followed by ``chars.append(c)`` needs no guard where every binding of ``chars`` in its
function gives an exact list: nothing but that function binds its local, unless a function inside says
``nonlocal``. What functions inside only read is known there as well. For each scope the
types of its names are found together by iterating from "nothing yet"
until nothing changes (a forward data-flow analysis without regard to order, Kildall 1973). A type is
the name of a builtin class and means *exactly* that class. Every way of binding a name that is not
understood here makes it unknown.

What a builtin's name calls can change later; :data:`RESULTS` is what the trampolines of rebound names
hold the new function to.
"""

from __future__ import annotations

import ast
from collections.abc import Callable

from agex.sandbox import tables
from agex.sandbox.scopes import Scope, Scopes, Source

#: The exact types a value may have; None where nothing is known.
Types = frozenset[str] | None

_NOTHING: frozenset[str] = frozenset()
_INT, _FLOAT, _STR, _BOOL = (frozenset({n}) for n in ("int", "float", "str", "bool"))
_LIST, _TUPLE, A_DICT, _SET = (frozenset({n}) for n in ("list", "tuple", "dict", "set"))
FUNCTION = frozenset({"function"})
_WHOLE = frozenset({"int", "bool"})
_REAL = _WHOLE | _FLOAT
NUMBERS = _REAL | {"complex"}
#: Types whose comparison runs nobody's code and gives a bool.
_SCALARS = NUMBERS | {"str", "bytes", "NoneType"}
#: Types that may be iterated, unpacked and searched as they are.
CONTAINERS = frozenset("list tuple dict set frozenset str bytes bytearray".split())
INDEXED = frozenset("list tuple dict str bytes bytearray".split())
#: … of which a slice can be assigned: the other side is gone through.
SLICED = frozenset({"list", "bytearray"})
#: Types a replacement field shows by themselves.
SHOWN = frozenset("int float str bool".split())
_OF_TYPE: dict[str, type] = {
    cls.__name__: cls
    for cls in (int, float, complex, bool, str, bytes, bytearray, list, tuple, dict, set, frozenset)
}

#: What calls of builtins give, exactly.
RESULTS: dict[str, str] = {
    **dict.fromkeys("len ord int id hash".split(), "int"),
    **dict.fromkeys("isinstance issubclass callable hasattr bool".split(), "bool"),
    **dict.fromkeys("chr hex oct bin ascii".split(), "str"),
    **{name: name for name in "list dict set tuple frozenset float bytearray".split()},
    "sorted": "list",
}
#: Results of these may be iterated as they are …
ITERABLE_RESULTS = frozenset(
    "range enumerate zip sorted list tuple set frozenset dict map filter reversed str bytes".split()
)
#: … and these yield tuples, so that unpacking each needs no test.
TUPLE_RESULTS = frozenset({"enumerate", "zip"})
_METHODS: dict[str, dict[str, str]] = {
    "str": {
        **dict.fromkeys("split rsplit splitlines".split(), "list"),
        **dict.fromkeys("partition rpartition".split(), "tuple"),
        **dict.fromkeys("find rfind index rindex count".split(), "int"),
        **dict.fromkeys(
            "strip lstrip rstrip lower upper title capitalize casefold swapcase removeprefix"
            " removesuffix".split(),
            "str",
        ),
        **dict.fromkeys(
            "startswith endswith isdigit isalpha isalnum isspace isupper islower isnumeric"
            " isdecimal istitle isidentifier isprintable isascii".split(),
            "bool",
        ),
    },
    "list": {"copy": "list", "index": "int", "count": "int"},
    "tuple": {"index": "int", "count": "int"},
    "dict": {"copy": "dict"},
    "set": {"copy": "set"},
}
#: Methods of str that give texts in a list.
_TEXTS = frozenset("split rsplit splitlines".split())

#: Operators inside of one another that are gone into: each of them is asked by each around it.
_DEEPEST = 20


class Inference:
    """The types of the fast locals of one source.

    Args:
        scopes: the scopes of the tree.
        shadowed: builtin names that mean something of the agent's own.
    """

    def __init__(self, scopes: Scopes, shadowed: frozenset[str]) -> None:
        self.scopes = scopes
        self.shadowed = shadowed
        self.locals: dict[Scope, dict[str, Types]] = {}
        #: Operators around the one at hand.
        self.depth = 0
        self._settle()

    def steady(self) -> frozenset[str]:
        """Globals that this source, as far as it goes, only ever binds to builtin containers."""
        known = self.locals.get(self.scopes.module, {})
        return frozenset(name for name, types in known.items() if types and types <= CONTAINERS)

    def of(self, node: ast.AST, scope: Scope) -> Types:
        """The exact types the value of an expression may have."""
        handler = _EXPRESSIONS.get(type(node))
        return None if handler is None else handler(self, node, scope)

    # ------------------------------------------------------------ the analysis

    def _settle(self) -> None:
        pending: list[tuple[Scope, str, list[Source]]] = []
        shared = self._bound_from_inside()
        for scope in self.scopes.all:
            known = self.locals[scope] = {}
            if scope.kind == "class":
                continue
            for name, sources in scope.sources.items():
                if sources is not None and (scope, name) not in shared and name in scope.bound:
                    known[name] = _NOTHING
                    pending.append((scope, name, sources))
        for _ in range(8):
            changed = False
            for scope, name, sources in pending:
                before = self.locals[scope][name]
                if before is None:
                    continue
                found: Types = before
                for source in sources:
                    found = _union(found, self._bound(name, source))
                if found is None or len(found) > 4:
                    found = None
                if found != before:
                    self.locals[scope][name] = found
                    changed = True
            if not changed:
                return
        for scope, name, _ in pending:
            self.locals[scope][name] = None

    def _bound_from_inside(self) -> set[tuple[Scope, str]]:
        """The locals that a scope inside binds with ``nonlocal``."""
        found: set[tuple[Scope, str]] = set()
        for scope in self.scopes.all:
            for name in scope.nonlocals:
                owner = scope.parent
                while owner is not None and (owner.kind == "class" or name not in owner.bound):
                    owner = owner.parent
                if owner is not None:
                    found.add((owner, name))
        return found

    def _bound(self, name: str, source: Source) -> Types:
        """The types that one binding gives a name."""
        if source.kind == "value":
            return self.of(source.node, source.scope)
        if source.kind == "element":
            return self.elements(source.node, source.scope)
        if source.kind == "part":
            return self.parts(source.node, source.count, source.scope)[source.index]
        assert source.op is not None
        before = self.locals[source.scope].get(name)
        return self.operation(source.op, before, self.of(source.node, source.scope))

    # ------------------------------------------------------------ expressions

    def _name(self, node: ast.Name, scope: Scope) -> Types:
        owner = scope.owner(node.id)
        if owner is None or owner.kind == "module":  # a global, which anybody may rebind
            return None
        return self.locals[owner].get(node.id)

    def _constant(self, node: ast.Constant, scope: Scope) -> Types:
        name = type(node.value).__name__
        return frozenset({name}) if name in _SCALARS else None

    def _text(self, node: ast.JoinedStr, scope: Scope) -> Types:
        return _STR if len(node.values) > 1 else None  # one field alone may show a subclass

    def _compare(self, node: ast.Compare, scope: Scope) -> Types:
        if len(node.ops) == 1 and type(node.ops[0]) in (ast.Is, ast.IsNot, ast.In, ast.NotIn):
            return _BOOL
        if all(_within(self.of(n, scope), _SCALARS) for n in (node.left, *node.comparators)):
            return _BOOL
        return None

    def _bool(self, node: ast.BoolOp, scope: Scope) -> Types:
        found: Types = _NOTHING
        for value in node.values:
            found = _union(found, self.of(value, scope))
        return found

    def _unary(self, node: ast.UnaryOp, scope: Scope) -> Types:
        if type(node.op) is ast.Not:
            return _BOOL
        operand = self.of(node.operand, scope)
        if not operand:
            return operand
        if operand <= _WHOLE:
            return _INT
        return _FLOAT if operand <= _FLOAT and type(node.op) is not ast.Invert else None

    def _binary(self, node: ast.BinOp, scope: Scope) -> Types:
        if self.depth >= _DEEPEST:
            return None
        self.depth += 1
        types = self.operation(node.op, self.of(node.left, scope), self.of(node.right, scope))
        self.depth -= 1
        return types

    def operation(self, op: ast.operator, left: Types, right: Types) -> Types:
        """What ``left op right`` gives for operands of these types."""
        if left is None or right is None:
            return None
        if not left or not right:
            return _NOTHING
        kind = type(op)
        if left <= _REAL and right <= _REAL:
            if kind is ast.Pow:
                return None
            if kind is ast.Div:
                return _FLOAT
            if left <= _WHOLE and right <= _WHOLE:
                return _WHOLE if kind in (ast.BitAnd, ast.BitOr, ast.BitXor) else _INT
            return _FLOAT if left <= _FLOAT or right <= _FLOAT else _REAL
        if kind is ast.Add and left == right and left in (_STR, _LIST, _TUPLE):
            return left
        if kind is ast.Mult and left in (_STR, _LIST, _TUPLE) and right <= _WHOLE:
            return left
        return None

    def _either(self, node: ast.IfExp, scope: Scope) -> Types:
        return _union(self.of(node.body, scope), self.of(node.orelse, scope))

    def _walrus(self, node: ast.NamedExpr, scope: Scope) -> Types:
        return self.of(node.value, scope)

    def _item(self, node: ast.Subscript, scope: Scope) -> Types:
        value = self.of(node.value, scope)
        if value == _STR:
            return _STR
        if value in (_LIST, _TUPLE) and type(node.slice) is ast.Slice:
            return value
        return value if value == _NOTHING else None

    def _call(self, node: ast.Call, scope: Scope) -> Types:
        func = node.func
        if type(func) is ast.Name:
            if self.is_builtin(func, scope) and func.id in RESULTS:
                return frozenset({RESULTS[func.id]})
            return None
        if type(func) is ast.Attribute:
            value = self.of(func.value, scope)
            if not value:
                return value
            results = {_METHODS.get(kind, {}).get(func.attr) for kind in value}
            if None not in results:
                return frozenset(r for r in results if r is not None)
        return None

    def is_builtin(self, func: ast.expr, scope: Scope, *names: str) -> bool:
        """Is this the name of an offered builtin that nobody has bound (and one of ``names``)?"""
        return (
            type(func) is ast.Name
            and func.id in tables.OFFERED_CALLS
            and func.id not in self.shadowed
            and (not names or func.id in names)
            and scope.is_global(func.id)
        )

    # ------------------------------------------------------------ what iterating gives

    def elements(self, node: ast.expr, scope: Scope) -> Types:
        """The types of what iterating over an expression gives."""
        if isinstance(node, (ast.Tuple, ast.List, ast.Set)):
            found: Types = _NOTHING
            for element in node.elts:
                found = _union(found, self.of(element, scope))
            return found
        value = self.of(node, scope)
        if value == _STR:
            return _STR
        if value is not None and value <= {"bytes", "bytearray"}:
            return _INT
        if type(node) is ast.Call:
            if self.is_builtin(node.func, scope, "range"):
                return _INT
            if (
                type(node.func) is ast.Attribute
                and node.func.attr in _TEXTS
                and self.of(node.func.value, scope) == _STR
            ):
                return _STR
        return None

    def parts(self, node: ast.expr, count: int, scope: Scope) -> list[Types]:
        """The types of the ``count`` values that each element of an iterable unpacks into."""
        unknown: list[Types] = [None] * count
        if type(node) is ast.Call and not node.keywords:
            if self.is_builtin(node.func, scope, "enumerate") and count == 2:
                return [_INT, None]  # what is counted may be anybody's, once the name is rebound
        if isinstance(node, (ast.Tuple, ast.List)):
            found: list[Types] = [_NOTHING] * count
            for element in node.elts:
                if type(element) is not ast.Tuple or len(element.elts) != count:
                    return unknown
                if any(type(part) is ast.Starred for part in element.elts):
                    return unknown
                for index, part in enumerate(element.elts):
                    found[index] = _union(found[index], self.of(part, scope))
            return found
        return unknown


def _union(one: Types, other: Types) -> Types:
    return None if one is None or other is None else one | other


def _within(types: Types, allowed: frozenset[str]) -> bool:
    return types is not None and types <= allowed


def within(types: Types, allowed: frozenset[str]) -> bool:
    """Is something known, and all of it in ``allowed``?"""
    return bool(types) and types <= allowed  # type: ignore[operator]  # not None where true


def has_native(types: Types, name: str) -> bool:
    """Have all these types a public method ``name`` that needs no guard?"""
    if not types or name.startswith("_"):
        return False
    for kind in types:
        cls = _OF_TYPE.get(kind)
        if cls is None or not hasattr(cls, name) or name in tables.GUARDED_METHODS[cls]:
            return False
    return True


_EXPRESSIONS: dict[type[ast.AST], Callable[..., Types]] = {
    ast.Name: Inference._name,
    ast.Constant: Inference._constant,
    ast.JoinedStr: Inference._text,
    ast.Compare: Inference._compare,
    ast.BoolOp: Inference._bool,
    ast.UnaryOp: Inference._unary,
    ast.BinOp: Inference._binary,
    ast.IfExp: Inference._either,
    ast.NamedExpr: Inference._walrus,
    ast.Subscript: Inference._item,
    ast.Call: Inference._call,
    ast.Lambda: lambda self, node, scope: FUNCTION,
    ast.List: lambda self, node, scope: _LIST,
    ast.ListComp: lambda self, node, scope: _LIST,
    ast.Tuple: lambda self, node, scope: _TUPLE,
    ast.Dict: lambda self, node, scope: A_DICT,
    ast.DictComp: lambda self, node, scope: A_DICT,
    ast.Set: lambda self, node, scope: _SET,
    ast.SetComp: lambda self, node, scope: _SET,
}
