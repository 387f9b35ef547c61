"""What every visitor builds with: guards as nodes, type tests, temporaries."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping
from typing import Any, ClassVar, cast

from RestrictedPython.transformer import RestrictingNodeTransformer

from agex.errors import RefusedLine, SyntaxRefused
from agex.sandbox import inference
from agex.sandbox.hoist import Hoisted
from agex.sandbox.scopes import Scope, Scopes
from agex.sandbox.transformer.shapes import LOAD, NOTHING_HOISTED, STORE, place

#: Guards in one source, which take most of the time it takes to compile: a second for as many. Code that
#: does something has about ten a line.
MAX_GUARDS = 30_000
_TOO_LARGE = "the source does too much to be compiled in one action; split it into several"


class Blocks(RestrictingNodeTransformer):
    """The ground floor of the transformer: its state, and what makes nodes."""

    #: The visitor of each kind of node; any other kind is refused.
    methods: ClassVar[dict[type[ast.AST], Any]] = {}

    def __init__(
        self,
        scopes: Scopes,
        *,
        shadowed: frozenset[str],
        flags: bool,
        future_annotations: bool,
        steady: Mapping[str, type] | None = None,
    ) -> None:
        super().__init__()
        self.scopes = scopes
        self.shadowed = shadowed
        self.inference = inference.Inference(scopes, shadowed)
        found = {n: t for n, t in (steady or {}).items() if n not in scopes.globals}
        #: Global names that mean one module, class or container throughout, as far as one can see.
        self.steady = found.keys() | scopes.modules | scopes.classes
        #: Those of them that mean classes, and those that mean dicts.
        self.meant_classes = {n for n, t in found.items() if issubclass(t, type)} | scopes.classes
        self.meant_dicts = {n for n, t in found.items() if t is dict}
        self.flags = flags
        self.future_annotations = future_annotations
        self.lines: list[RefusedLine] = []
        self.guards: set[str] = set()
        self.callees: set[str] = set()
        self.keys: set[str] = set()
        self.scope: Scope = scopes.module
        #: The scope whose names are visible first; differs from ``scope`` in inlined comprehensions.
        self.can_hold = True
        #: What runs once is not worth an inline test, which costs more to compile than it saves.
        self.once = True
        self.classes: list[str] = []
        self.self_name: str | None = None
        self.in_class_function = False
        #: In a class method, whose first argument is a class.
        self.in_class_method = False
        #: Inside the iterable of a comprehension no assignment expression is legal, at any depth.
        self.in_iterable = False
        #: Locals of the running function that are tested where they are bound (see ``hoist.py``).
        self.hoisted = Hoisted()
        #: The same for the variables of comprehensions.
        self.in_comprehensions: dict[Scope, Hoisted] = {}
        #: The temporary of the running scope. A comprehension that is a function of its own shares
        #: its temporary with the function around it, so it gets one that nobody else uses.
        self.temporary = "$t"
        #: The function at hand computes with floats, by the look of its source.
        self.floats = scopes.module.floats
        #: Method reads (by ``id``) whose arguments are small constants.
        self.small: set[int] = set()
        #: Attribute names this source assigns.
        self.assigned: set[str] = set()
        #: The guard that the function at hand returns through, if any (see ``given.py``).
        self.giving = ""
        #: The value of the assignment at hand may be gone through by anybody.
        self.harmless = False
        #: What the stretch at hand weighs since its last look, and all that was weighed so far
        #: (see ``stretches.py``).
        self.weight = 0
        self.weighed = 0
        #: Blocks of the compiler's that the node at hand lies in.
        self.blocks = 0
        #: Guards made so far.
        self.made = 0
        self._held = 0
        #: Guards and cleared sets by name and line.
        self._leaves: dict[tuple[str, int], ast.expr] = {}

    def transform(self, tree: ast.Module) -> list[ast.stmt]:
        """The guarded statements of a module body. Mutates ``tree``."""
        self.steady |= self.inference.steady()
        at_top = self.inference.locals[self.scopes.module]
        self.meant_dicts |= {n for n, types in at_top.items() if types == inference.A_DICT}
        return self.block(tree.body)

    def visit(self, node: ast.AST) -> Any:
        return self.methods.get(type(node), Blocks.undecided)(self, node)

    def undecided(self, node: ast.AST) -> ast.AST:
        """Any kind of node that this file does not know, so that a new Python starts closed."""
        self.refuse(node, f"{type(node).__name__} syntax is not supported here")
        return node

    def refuse(self, node: ast.AST, message: str) -> None:
        self.lines.append(RefusedLine(getattr(node, "lineno", 1), message))

    def recurse(self, node: ast.AST) -> ast.AST:
        """Leave the node as it is, and visit what it holds."""
        for field in node._fields:
            value = getattr(node, field, None)
            if type(value) is list:
                value[:] = [
                    self.visit(item) if isinstance(item, ast.AST) else item for item in value
                ]
            elif isinstance(value, ast.AST):
                setattr(node, field, self.visit(value))
        return node

    def leaf(self, node: ast.AST) -> ast.AST:
        """Nothing inside to visit."""
        return node

    def block(self, statements: list[ast.stmt]) -> list[ast.stmt]:
        raise NotImplementedError  # of the next floor

    # Nodes are made by the hundred: with two attributes set one by one, each takes half the time
    # that four keywords take. Where the end of such a node is nobody asks.

    def name(self, identifier: str, at: Any) -> ast.Name:
        node = ast.Name(identifier, LOAD)
        node.lineno, node.col_offset = at.lineno, at.col_offset
        return node

    def store(self, identifier: str, at: Any) -> ast.Name:
        node = ast.Name(identifier, STORE)
        node.lineno, node.col_offset = at.lineno, at.col_offset
        return node

    def guard(self, identifier: str, at: Any) -> ast.Name:
        """A ``$`` name, noted as needed. One node serves a whole line."""
        self.made += 1
        if self.made > MAX_GUARDS:
            raise SyntaxRefused([RefusedLine(getattr(at, "lineno", 1), _TOO_LARGE)])
        self.guards.add(identifier)
        key = identifier, at.lineno
        node = self._leaves.get(key)
        if node is None:
            node = self._leaves[key] = self.name(identifier, at)
        return cast(ast.Name, node)

    def constant(self, value: Any, at: Any) -> ast.Constant:
        node = ast.Constant(value)
        node.lineno, node.col_offset = at.lineno, at.col_offset
        return node

    def call(self, guard: str, at: Any, *args: ast.expr) -> ast.Call:
        return self.call_of(self.guard(guard, at), list(args), at)

    def call_of(self, function: ast.expr, args: list[ast.expr], at: Any) -> ast.Call:
        node = ast.Call(function, args, [])
        node.lineno, node.col_offset = at.lineno, at.col_offset
        return node

    def attribute(self, value: ast.expr, attr: str, ctx: ast.expr_context, at: Any) -> ast.expr:
        node = ast.Attribute(value, attr, ctx)
        node.lineno, node.col_offset = at.lineno, at.col_offset
        return node

    def either(self, test: ast.expr, body: ast.expr, orelse: ast.expr, at: Any) -> ast.expr:
        node = ast.IfExp(test, body, orelse)
        node.lineno, node.col_offset = at.lineno, at.col_offset
        return node

    def compare(self, left: ast.expr, op: ast.cmpop, right: ast.expr, at: Any) -> ast.expr:
        node = ast.Compare(left, [op], [right])
        node.lineno, node.col_offset = at.lineno, at.col_offset
        return node

    def cleared(self, key: str, at: Any) -> ast.expr:
        """``$s.key``: a set of cleared types."""
        self.keys.add(key)
        self.guards.add("$s")
        place_of = key, -at.lineno
        node = self._leaves.get(place_of)
        if node is None:
            node = self.attribute(self.guard("$s", at), key, LOAD, at)
            self._leaves[place_of] = node
        return node

    def type_of(self, value: ast.expr, at: Any) -> ast.expr:
        return self.call_of(self.guard("$type", at), [value], at)

    def hold(self, value: ast.expr, name: str, at: ast.AST) -> ast.expr:
        """``(name := value)``"""
        node = ast.NamedExpr(self.store(name, at), value)
        node.lineno, node.col_offset = at.lineno, at.col_offset  # type: ignore[attr-defined]
        return node

    def known(self, node: ast.expr, allowed: frozenset[str]) -> bool:
        """Is the value of this expression, not yet visited, of exact types that are in ``allowed``?"""
        return inference.within(self.inference.of(node, self.scope), allowed)

    def is_fast(self, node: ast.AST) -> bool:
        return type(node) is ast.Name and self.scope.is_fast(node.id)

    def is_hoisted(self, name: str, kind: str) -> bool:
        """Is this name, read here, a local that was tested at its binding?

        A comprehension may have a variable of the same name, which has tests of its own or none.
        """
        scope: Scope | None = self.scope
        while scope is not None and (scope.kind == "comp" or scope.name == "<gen>"):
            if name in scope.bound or scope.kind != "comp":
                return name in getattr(self.in_comprehensions.get(scope, NOTHING_HOISTED), kind)
            scope = scope.parent
        return name in getattr(self.hoisted, kind)

    def checked(
        self,
        value: ast.expr,
        cleared: str,
        slow: str,
        at: ast.AST,
        *extra: ast.expr,
        op: Any = ast.In,
        first: str = "",
    ) -> ast.expr:
        """``value`` where its type is in ``cleared``, else what ``slow(value, *extra)`` gives.

        The value is read once: fast locals cannot change between the test and the use, anything
        else is held in ``$t``, and where that is illegal the slow path decides alone.
        """
        flag = kind = ""
        if self.once:
            return self.call(slow, at, value, *extra)
        if type(value) is ast.Name and self.scope.is_fast(value.id):
            read: ast.expr = value
            again: ast.expr = self.name(value.id, at)
            if cleared == "ok":
                flag = "$i_" if self.is_hoisted(value.id, "items") else ""
            elif cleared[:2] in ("r_", "w_", "x_"):
                flag = "$o_" if self.is_hoisted(value.id, "own") else ""
            kind = "$y_" + value.id if self.is_hoisted(value.id, "typed") else ""
        elif self.can_hold:
            read = self.hold(value, self.temporary, at)
            again = self.name(self.temporary, at)
        else:
            return self.call(slow, at, value, *extra)
        known = self.guard(cleared, at) if cleared[0] == "$" else self.cleared(cleared, at)
        if first:
            # Likely one type: identity is cheaper than a look into the set.
            likely = self.compare(self.type_of(read, at), ast.Is(), self.guard(first, at), at)
            rest = self.compare(self.type_of(again, at), op(), known, at)
            test: ast.expr = ast.BoolOp(ast.Or(), [likely, rest], **place(at))
        else:
            its_type = self.name(kind, at) if kind else self.type_of(read, at)
            test = self.compare(its_type, op(), known, at)
        if flag:
            hoisted = self.name(flag + cast(ast.Name, value).id, at)
            test = ast.BoolOp(ast.Or(), [hoisted, test], **place(at))
        return self.either(test, again, self.call(slow, at, again, *extra), at)

    def tested(self, names: Iterable[str], at: ast.AST) -> list[ast.stmt]:
        """After a binding of ``p``: the tests of its type, for the names that are hoisted."""
        statements: list[ast.stmt] = []
        for name in names:
            if name in self.hoisted.looped:
                statements.append(self.tested_again(name, at))
            elif name in self.hoisted.typed:
                statements += self.types_of(name, at)
            if self.floats and name in self.hoisted.floats:
                is_float = self.compare(
                    self.type_of(self.name(name, at), at), ast.Is(), self.guard("$float", at), at
                )
                statements.append(self.assign("$f_" + name, is_float, at))
        return statements

    def types_of(self, name: str, at: ast.AST) -> list[ast.stmt]:
        """``$y_p = type(p)``, ``$o_p = $y_p in $s.own`` and ``$i_p = $y_p in $s.ok``, as far as they
        are asked for."""
        return [
            self.assign("$y_" + name, self.type_of(self.name(name, at), at), at),
            *self.flags_of(name, at),
        ]

    def flags_of(self, name: str, at: ast.AST) -> list[ast.stmt]:
        return [
            self.assign(
                prefix + name,
                self.compare(self.name("$y_" + name, at), ast.In(), self.cleared(key, at), at),
                at,
            )
            for prefix, key, among in (
                ("$o_", "own", self.hoisted.own),
                ("$i_", "ok", self.hoisted.items),
            )
            if name in among
        ]

    def tested_again(self, name: str, at: ast.AST) -> ast.stmt:
        """In a loop: ``if type(p) is not $y_p: $y_p = type(p); $o_p = $y_p in $s.own``"""
        before = "$y_" + name
        other = self.compare(
            self.type_of(self.name(name, at), at), ast.IsNot(), self.name(before, at), at
        )
        return ast.If(other, self.types_of(name, at), [], **place(at))

    def untested(self, at: ast.AST) -> list[ast.stmt]:
        """At the start of a function: ``$y_p = None``, which is no type."""
        if not self.hoisted.looped:
            return []
        names: list[ast.expr] = [self.store("$y_" + n, at) for n in sorted(self.hoisted.looped)]
        return [ast.Assign(names, self.constant(None, at), None, **place(at))]

    def assign(self, name: str, value: ast.expr, at: ast.AST) -> ast.stmt:
        return ast.Assign([self.store(name, at)], value, None, **place(at))

    def in_turns(self, statements: list[ast.stmt]) -> list[ast.stmt]:
        """The visited body of a loop."""
        before, self.once = self.once, False
        visited = self.block(statements)
        self.once = before
        return visited

    def mangled(self, name: str) -> str:
        """``__x`` inside class ``C`` is ``_C__x``, as the compiler has it."""
        if name.startswith("__") and not name.endswith("__") and self.classes:
            owner = self.classes[-1].lstrip("_")
            if owner:
                return f"_{owner}{name}"
        return name

    def unheld(self, node: ast.expr) -> ast.expr:
        """Visit an expression in a place where temporaries are illegal."""
        before, self.can_hold = self.can_hold, False
        try:
            return cast(ast.expr, self.visit(node))
        finally:
            self.can_hold = before

    def fresh(self, prefix: str) -> str:
        self._held += 1
        return f"{prefix}{self._held}"

    def argument(self, arg: ast.expr) -> ast.expr:
        return cast(ast.expr, self.visit(arg))

    def is_builtin_call(self, node: ast.expr, names: frozenset[str]) -> bool:
        return (
            type(node) is ast.Call
            and type(node.func) is ast.Name
            and node.func.id in names
            and node.func.id not in self.shadowed
            and self.scope.is_global(node.func.id)
        )

    @staticmethod
    def is_dunder(attr: str) -> bool:
        return attr.startswith("__") and attr.endswith("__") and len(attr) > 4
