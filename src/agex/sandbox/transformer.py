"""Turns agent source into guarded source: one method per kind of node, refused unless decided.

Invariants; each number names what the tests of this file bear out.

1. Every node kind is decided: it recurses as it is, it has a method, or it is refused.
2. Every attribute read, write and delete, every item, iteration, call, class base and import
   passes its guard, the ones hidden in syntax included.
3. Guard names start with ``$``, which source cannot spell: nothing binds, imports, deletes or
   declares them.
4. Evaluation order, line numbers and qualified names are those of the source.
5. Syntax is decided here and objects at run time: the transformer knows no policy.
6. All refusals of a source are reported together.

The shape of a guard. ``o.x`` becomes ``(o if type(o) in $s.r_x else $door(o, "x")).x``: a type test,
then the interpreter's own attribute read with its caches. ``$s.r_x`` is the set of types cleared for
reading ``x``; the slow path either clears the type and hands ``o`` back, hands out a *door* (a small
object with the one attribute), or refuses. Where ``o`` is not a fast local it is held in the
temporary ``$t``; where temporaries are illegal or would leak (class bodies, generator expressions,
iterables of comprehensions, annotations) the guard is called outright.

What is opened beyond the base class: annotations, augmented assignment to attributes and items,
``nonlocal``, ``match``, ``async``, ``try*``, type parameters, and ``_private`` names, because guards
decide about objects and not about spellings. What is closed: the dunders of ``tables.py``.
"""

from __future__ import annotations

import ast
import itertools
import re
from collections.abc import Iterable
from types import CodeType
from typing import Any, cast

from RestrictedPython.transformer import RestrictingNodeTransformer

from agex.errors import RefusedLine
from agex.sandbox import inference, tables
from agex.sandbox.hoist import Hoisted, bound_names, hoisted, in_comprehension
from agex.sandbox.scopes import Scope, Scopes

#: Numbers the class patterns of the process: what one was found fit for says nothing of another.
_SITES = itertools.count(1)

_LOAD = ast.Load()
_STORE = ast.Store()

#: Repeating a sequence, or raising to a power, by a constant up to this grows no faster than
#: ``x + x`` in a loop, which the clock and the memory watch stop.
SMALL = 8
#: Constant sequences up to this many characters are built without asking.
SMALL_SEQUENCE = 10_000
#: Widths and precisions in constant format specifications up to this are left to the interpreter.
SMALL_WIDTH = 10_000

_NUMBERS = re.compile(r"\d+")


_NOTHING_HOISTED = Hoisted()


class AgentTransformer(RestrictingNodeTransformer):
    """Rewrites one parsed action.

    Args:
        scopes: the scopes of the same tree.
        shadowed: builtin names that agent code has bound to something of its own.
        flags: put a check of the stop flag into loops and functions (interpreters without
            ``sys.monitoring``).
        future_annotations: annotations are strings and stay as they were written.
        steady: names that earlier actions bound to modules and containers.

    After ``transform``: ``lines`` holds the refusals, ``callees`` the globals that remember callees,
    ``assigned`` the attribute names it assigns.
    """

    def __init__(
        self,
        scopes: Scopes,
        *,
        shadowed: frozenset[str],
        flags: bool,
        future_annotations: bool,
        steady: frozenset[str] = frozenset(),
    ) -> None:
        super().__init__()
        self.scopes = scopes
        self.shadowed = shadowed
        self.inference = inference.Inference(scopes, shadowed)
        #: Global names that mean one module or container throughout, as far as one can see.
        self.steady = (steady - scopes.globals) | scopes.modules
        self.flags = flags
        self.future_annotations = future_annotations
        self.lines: list[RefusedLine] = []
        self.guards: set[str] = set()
        self.callees: set[str] = set()
        self.scope: Scope = scopes.module
        #: The scope whose names are visible first; differs from ``scope`` in inlined comprehensions.
        self.can_hold = True
        self.classes: list[str] = []
        self.self_name: str | None = None
        self.in_class_function = False
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
        self._held = 0

    # ============================================================ entry

    def transform(self, tree: ast.Module) -> list[ast.stmt]:
        """The guarded statements of a module body. Mutates ``tree``."""
        self.steady |= self.inference.steady()
        return self.block(tree.body)

    def visit(self, node: ast.AST) -> Any:
        return _METHODS.get(type(node), AgentTransformer.undecided)(self, node)

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
        result: list[ast.stmt] = []
        for statement in statements:
            visited = self.visit(statement)
            if type(visited) is list:
                result.extend(visited)
            else:
                result.append(visited)
        return result

    # ============================================================ building blocks

    def name(self, identifier: str, at: ast.AST) -> ast.Name:
        return ast.Name(identifier, _LOAD, **_place(at))

    def store(self, identifier: str, at: ast.AST) -> ast.Name:
        return ast.Name(identifier, _STORE, **_place(at))

    def guard(self, identifier: str, at: ast.AST) -> ast.Name:
        """A ``$`` name, noted as needed."""
        self.guards.add(identifier)
        return ast.Name(identifier, _LOAD, **_place(at))

    def constant(self, value: Any, at: ast.AST) -> ast.Constant:
        return ast.Constant(value, **_place(at))

    def call(self, guard: str, at: ast.AST, *args: ast.expr) -> ast.Call:
        return ast.Call(self.guard(guard, at), list(args), [], **_place(at))

    def attribute(self, value: ast.expr, attr: str, ctx: ast.expr_context, at: ast.AST) -> ast.expr:
        return ast.Attribute(value, attr, ctx, **_place(at))

    def either(self, test: ast.expr, body: ast.expr, orelse: ast.expr, at: ast.AST) -> ast.expr:
        return ast.IfExp(test, body, orelse, **_place(at))

    def compare(self, left: ast.expr, op: ast.cmpop, right: ast.expr, at: ast.AST) -> ast.expr:
        return ast.Compare(left, [op], [right], **_place(at))

    def cleared(self, key: str, at: ast.AST) -> ast.expr:
        """``$s.key``: a set of cleared types."""
        return ast.Attribute(self.guard("$s", at), key, _LOAD, **_place(at))

    def type_of(self, value: ast.expr, at: ast.AST) -> ast.expr:
        return ast.Call(self.guard("$type", at), [value], [], **_place(at))

    def hold(self, value: ast.expr, name: str, at: ast.AST) -> ast.expr:
        """``(name := value)``"""
        return ast.NamedExpr(self.store(name, at), value, **_place(at))

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
                return name in getattr(self.in_comprehensions.get(scope, _NOTHING_HOISTED), kind)
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
        flag = ""
        if type(value) is ast.Name and self.scope.is_fast(value.id):
            read: ast.expr = value
            again: ast.expr = self.name(value.id, at)
            if cleared == "ok":
                flag = "$i_" if self.is_hoisted(value.id, "items") else ""
            elif cleared[:2] in ("r_", "w_", "x_"):
                flag = "$o_" if self.is_hoisted(value.id, "own") else ""
        elif self.can_hold:
            read = self.hold(value, self.temporary, at)
            again = self.name(self.temporary, at)
        else:
            return self.call(slow, at, value, *extra)
        known = self.guard(cleared, at) if op is ast.Is else self.cleared(cleared, at)
        if first:
            # Likely one type: identity is cheaper than a look into the set.
            likely = self.compare(self.type_of(read, at), ast.Is(), self.guard(first, at), at)
            rest = self.compare(self.type_of(again, at), op(), known, at)
            test: ast.expr = ast.BoolOp(ast.Or(), [likely, rest], **_place(at))
        else:
            test = self.compare(self.type_of(read, at), op(), known, at)
        if flag:
            hoisted = self.name(flag + cast(ast.Name, value).id, at)
            test = ast.BoolOp(ast.Or(), [hoisted, test], **_place(at))
        return self.either(test, again, self.call(slow, at, again, *extra), at)

    def tested(self, names: Iterable[str], at: ast.AST) -> list[ast.stmt]:
        """After a binding of ``p``: ``$o_p = type(p) in $s.own``, for the names that are hoisted."""
        statements: list[ast.stmt] = []
        for name in names:
            for prefix, key, among in (
                ("$o_", "own", self.hoisted.own),
                ("$i_", "ok", self.hoisted.items),
            ):
                if name in among:
                    test = self.compare(
                        self.type_of(self.name(name, at), at), ast.In(), self.cleared(key, at), at
                    )
                    statements.append(
                        ast.Assign([self.store(prefix + name, at)], test, None, **_place(at))
                    )
            if self.floats and name in self.hoisted.floats:
                is_float = self.compare(
                    self.type_of(self.name(name, at), at), ast.Is(), self.guard("$float", at), at
                )
                statements.append(
                    ast.Assign([self.store("$f_" + name, at)], is_float, None, **_place(at))
                )
        return statements

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

    # ============================================================ names

    def visit_Name(self, node: ast.Name) -> ast.expr:
        name = node.id
        if type(node.ctx) is not ast.Load:
            self.check_binding(name, node)
            return node
        if name.startswith("__") and name.endswith("__") and len(name) > 4:
            return self.dunder_name(node)
        if name in tables.NOT_OFFERED and self.scope.is_global(name):
            # open → $name("open"): never resolved by an interpreter that has the real builtins
            return self.call("$name", node, self.constant(name, node))
        if name == "super" and self.scope.is_global(name) and name not in self.shadowed:
            return self.guard("$b_super", node)
        return node

    def dunder_name(self, node: ast.Name) -> ast.expr:
        name = node.id
        if name == "__name__" and self.scope.is_global(name):
            return self.constant(tables.MAIN, node)
        if name == "__class__":
            if not self.in_class_function:
                self.refuse(node, "__class__ is known inside the methods of a class only")
            return node
        if name in ("__debug__", "__doc__"):
            return self.constant(True if name == "__debug__" else None, node)
        if name in tables.REFUSED_NAMES:
            self.refuse(node, f"the name {name} is not offered here; leave it out")
        return node

    def check_binding(self, name: str, node: ast.AST) -> None:
        """Binding a dunder: the protocol in any scope, data dunders, nothing of the machinery."""
        if not (name.startswith("__") and name.endswith("__") and len(name) > 4):
            return
        if name in tables.REFUSED_DEFINITIONS and (
            self.scope.kind == "class" or name in tables.REFUSED_NAMES or name == "__name__"
        ):
            advice = tables.REFUSED_DEFINITIONS[name]
            self.refuse(node, f"defining {name} is not offered here; {advice}")
        elif name in tables.REFUSED_NAMES:
            self.refuse(node, f"the name {name} cannot be bound here; choose another")
        elif (
            self.scope.kind == "class"
            and name not in tables.PROTOCOL
            and name not in tables.DATA_DUNDERS
            and name not in tables.REFUSED_DEFINITIONS
        ):
            self.refuse(node, f"defining {name} is not offered here; choose a name without __")

    # ============================================================ attributes

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
        if slow in _STEADY and self.is_steady(node.value):
            known = f"${cleared[0]}_{cast(ast.Name, node.value).id}.{mangled}"
            node.value = self.same_as_before(node.value, slow, known, self.constant(mangled, node))
            return node
        types = self.inference.of(node.value, self.scope) if cleared in ("r_", "m_") else None
        value = cast(ast.expr, self.visit(node.value))
        if inference.has_native(types, attr) or (
            slow == "$door" and _is_plain(value) and _native_method(value, attr)
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

    def same_as_before(self, owner: ast.expr, slow: str, known: str, *extra: ast.expr) -> ast.expr:
        """``math.sin(…)`` → ``(math if math is $m_math.sin else $methk(…)).sin(…)``

        ``$m_math.sin`` is what ``math`` meant when the guard let ``sin`` through: a module, or a
        builtin container. No code of anybody runs between the two reads of the global.
        """
        name = cast(ast.Name, owner).id
        self.callees.add(known)
        test = self.compare(owner, ast.Is(), self.guard(known, owner), owner)
        guarded = self.call(
            _STEADY[slow], owner, self.name(name, owner), *extra, self.constant(known, owner)
        )
        return self.either(test, self.name(name, owner), guarded, owner)

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

    @staticmethod
    def is_dunder(attr: str) -> bool:
        return attr.startswith("__") and attr.endswith("__") and len(attr) > 4

    # ------------------------------------------------------------ super()

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

    # ============================================================ items

    def visit_Subscript(self, node: ast.Subscript) -> ast.expr:
        """``o[i]`` → ``(o if type(o) in $s.ok else $item(o))[i]``, in every context."""
        value = node.value
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
            if self.is_steady(visited):
                visited = self.same_as_before(visited, "$item", f"$x_{cast(ast.Name, visited).id}")
            elif not known and not _is_plain(visited):
                rows = type(value) in (ast.Subscript, ast.Call)
                visited = self.checked(visited, "ok", "$item", node, first="$list" if rows else "")
            node.value = visited
        node.slice = self.visit(node.slice)
        return node

    # ============================================================ calls

    def visit_Call(self, node: ast.Call) -> ast.expr:
        func = node.func
        place = node
        if type(func) is ast.Name and self.scope.is_global(func.id):
            special = self.builtin_call(node, func.id)
            if special is not None:
                return special
        if type(func) is ast.Attribute:
            if func.attr in _GROWING and _small_arguments(node):
                self.small.add(id(func))
            elif known := self.known_method(func):
                # ", ".join(xs) → $str_join(", ", xs)
                node.args = [self.visit(func.value), *(self.argument(arg) for arg in node.args)]
                for keyword in node.keywords:
                    self.keyword(keyword)
                node.func = self.guard(known, func)
                return node
        callee = self.callee(func, place)
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

    def argument(self, arg: ast.expr) -> ast.expr:
        if type(arg) is ast.Starred:
            return self.visit_Starred(arg)
        return cast(ast.expr, self.visit(arg))

    def keyword(self, keyword: ast.keyword) -> None:
        if keyword.arg is None:
            keyword.value = self.checked(self.visit(keyword.value), "ok", "$map", keyword.value)
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
            return self.checked(visited, "$function", "$call", at, op=ast.Is)
        if type(func) is ast.Lambda:
            return cast(ast.expr, self.visit(func))
        return self.checked(self.visit(func), "$function", "$call", at, op=ast.Is)

    def global_callee(self, func: ast.Name, at: ast.AST) -> ast.expr:
        """``f(…)`` → ``(f if f is $k_f else $callk(f, "f"))(…)``

        ``$k_f`` is the last value of ``f`` that the call guard let through. Reading a global twice
        is safe here: no code of anybody runs between the two reads, and so no other thread.
        """
        if self.scope.frame.kind == "class":  # where a name may mean what a mapping says it means
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
            if self.known(func.value, _TEXT):
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
            real = ast.Call(self.guard("$locals", node), [], [], **_place(node))
            return self.call("$clean" if name != "dir" else "$cleandir", node, real)
        if plain and name in ("min", "max") and len(node.args) > 1:
            target = f"$n_{name}"  # no iterable, no key: the real one
        elif plain and name in _EMPTY_NATIVE and not node.args:
            target = f"$n_{name}"
        elif plain and name == "round" and len(node.args) == 1:
            target = "$n_round"
        node.args = [self.argument(arg) for arg in node.args]
        for keyword in node.keywords:
            self.keyword(keyword)
        if plain and name == "str" and len(node.args) == 1 and self.can_hold:
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

    def is_builtin_call(self, node: ast.expr, names: frozenset[str]) -> bool:
        return (
            type(node) is ast.Call
            and type(node.func) is ast.Name
            and node.func.id in names
            and node.func.id not in self.shadowed
            and self.scope.is_global(node.func.id)
        )

    # ============================================================ iteration

    def iterable(self, node: ast.expr) -> ast.expr:
        """``xs`` → ``(xs if type(xs) in $s.ok else $iter(xs))``; results of builtins need no test."""
        if self.is_builtin_call(node, frozenset({"range"})):
            call = cast(ast.Call, node)
            call.args = [self.argument(arg) for arg in call.args]
            # A loop polls the clock itself, so that its range may be of any length.
            call.func = self.guard("$range", call.func)
            return call
        trusted = (
            _is_plain(node)
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
            if not known and not _is_plain(node.value):
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
                            _LOAD,
                            **_place(target),
                        )
                    )
                else:
                    elements.append(self.constant("*", target))
            else:
                elements.append(self.constant(None, target))
        return ast.Tuple(elements, _LOAD, **_place(target))

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
        if _is_plain(value):
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
            elif tuples and _flat(target):
                node.target = self.visit(target)
            else:
                # for a, b in xs: …  →  for $u in xs: a, b = guarded $u; …
                held = self.fresh("$u")
                prefix = self.unpack_into(target, self.name(held, target))
                node.target = self.store(held, target)
        else:
            node.target = self.visit(target)
        prefix += self.tested(_all_names(target), target)
        node.body = [*prefix, *self.poll(node), *self.block(node.body)]
        node.orelse = self.block(node.orelse)
        return node

    def fresh(self, prefix: str) -> str:
        self._held += 1
        return f"{prefix}{self._held}"

    def is_simple(self, target: ast.expr) -> bool:
        """True for tuples of names and of such tuples, without stars or repeats."""
        names = _all_names(target)
        return len(set(names)) == len(names) and _only_names(target)

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
        return ast.Tuple(flat, _STORE, **_place(target)), rest

    def unpack_into(self, target: ast.expr, value: ast.Name) -> list[ast.stmt]:
        """``a, (b, c) = $u`` → ``a, $v = guarded $u; b, c = guarded $v``"""
        at = target
        if not _flat(target) and not self.is_simple(target):
            source = self.call("$unpack", at, value, self.shape(target))
            return [ast.Assign([self.visit(target)], source, None, **_place(at))]
        again = self.name(value.id, at)
        guarded = self.either(self.is_tuple(value, at), again, self.call("$iter", at, again), at)
        if _flat(target):
            return [ast.Assign([self.visit(target)], guarded, None, **_place(at))]
        flat, rest = self.spread(target)
        return [ast.Assign([flat], guarded, None, **_place(at)), *rest]

    def is_tuple(self, value: ast.expr, at: ast.AST) -> ast.expr:
        """``type(v) is tuple or type(v) in $s.ok``: what is unpacked is a tuple nearly always."""
        return ast.BoolOp(
            ast.Or(),
            [
                self.compare(self.type_of(value, at), ast.Is(), self.guard("$tuple", at), at),
                self.compare(self.type_of(value, at), ast.In(), self.cleared("ok", at), at),
            ],
            **_place(at),
        )

    def visit_While(self, node: ast.While) -> ast.AST:
        node.test = self.visit(node.test)
        node.body = [*self.poll(node), *self.block(node.body)]
        node.orelse = self.block(node.orelse)
        return node

    def poll(self, at: ast.AST) -> list[ast.stmt]:
        """``if $stop: $stopped()`` where the interpreter cannot watch for us."""
        if not self.flags:
            return []
        stopped = ast.Expr(self.call("$stopped", at), **_place(at))
        return [ast.If(self.guard("$stop", at), [stopped], [], **_place(at))]

    def visit_comprehension_node(self, node: ast.expr) -> ast.expr:
        """Comprehensions: each iterable guarded, each tuple target unpacked through its guard."""
        generators: list[ast.comprehension] = node.generators  # type: ignore[attr-defined]
        first = generators[0]
        firsts_tuples = self.is_builtin_call(first.iter, inference.TUPLE_RESULTS)
        if first.is_async:
            first_iter = self.async_iterable(first.iter)
        else:
            first_iter = self.star_iterable(first.iter)
        outer, outer_hold = self.scope, self.can_hold
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
            if type(node) is not ast.GeneratorExp or index > 0:
                rewritten += self.held_iterable(generator)
            target = generator.target
            conditions = generator.ifs
            rewritten.append(generator)
            if isinstance(target, (ast.Tuple, ast.List)) and not (tuples and _flat(target)):
                # for a, b in xs  →  for $u in xs for a, b in [guarded $u]
                self._held += 1
                held = f"$u{self._held}"
                self.scope.bound.add(held)
                generator.target = self.store(held, target)
                generator.ifs = []
                if _flat(target):
                    test = self.is_tuple(self.name(held, target), target)
                    slow = self.call("$iter", target, self.name(held, target))
                    source = self.either(test, self.name(held, target), slow, target)
                else:
                    source = self.call(
                        "$unpack", target, self.name(held, target), self.shape(target)
                    )
                once = ast.List([source], _LOAD, **_place(target))
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
            idle = ast.UnaryOp(ast.Not(), self.guard("$stop", at), **_place(at))
            rewritten[-1].ifs.insert(0, ast.BoolOp(ast.Or(), [idle, go], **_place(at)))
        node.generators = rewritten  # type: ignore[attr-defined]
        if isinstance(node, ast.DictComp):
            node.key = self.visit(node.key)
            node.value = self.visit(node.value)
        else:
            node.elt = self.visit(node.elt)  # type: ignore[attr-defined]
        self.scope, self.can_hold = outer, outer_hold
        self.temporary = outer_temporary
        return node

    def tested_variables(self, target: ast.expr) -> list[ast.comprehension]:
        """``for $i_x in [type(x) in $s.ok]``: the test of a comprehension's variable, made once."""
        tests: list[ast.comprehension] = []
        hoisted = self.in_comprehensions[self.scope]
        for name in _all_names(target):
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
                    once = ast.List([test], _LOAD, **_place(target))
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
        once = ast.List([guarded.args[0]], _LOAD, **_place(guarded))
        generator.iter = self.checked(self.name(held, guarded), "ok", "$iter", guarded)
        return [ast.comprehension(self.store(held, guarded), once, [], 0)]

    def visit_YieldFrom(self, node: ast.YieldFrom) -> ast.expr:
        node.value = self.iterable(node.value)
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
                values.append(self.checked(self.visit(value), "ok", "$map", value))
            else:
                keys.append(self.visit(key))
                values.append(self.visit(value))
        node.keys, node.values = keys, values
        return node

    # ============================================================ operators

    def visit_Compare(self, node: ast.Compare) -> ast.expr:
        """``x in o`` iterates ``o`` where its class has no ``__contains__``: the same guard."""
        node.left = self.visit(node.left)
        comparators: list[ast.expr] = []
        for op, right in zip(node.ops, node.comparators, strict=True):
            known = self.known(right, inference.CONTAINERS)
            visited = cast(ast.expr, self.visit(right))
            if type(op) in (ast.In, ast.NotIn) and not known and not _is_plain(right):
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
        rebinds = op in (ast.Mult, ast.LShift) and self.scopes.walrus and _assigns(right)
        numbers: list[bool] = []
        if op is ast.Mult:
            numbers = [self.known(side, inference.NUMBERS) for side in (left, right)]
            same = same or all(numbers) or any(self.known(side, _A_FLOAT) for side in (left, right))
        counted = op is ast.Mod and self.known(left, inference.NUMBERS)
        node.left = self.visit(left)
        node.right = self.visit(right)
        if op is ast.Mult:
            return (
                node
                if same or _cheap_product(left, right)
                else self.product(node, numbers, rebinds)
            )
        if op is ast.Mod:
            return node if counted else self.modulo(node, left)
        if op is ast.Pow:
            if _small_number(right, 3):
                return node
            node.left = self.checked(node.left, "$float", "$powl", node, op=ast.Is)
            return node
        if op is ast.LShift:
            return node if _small_number(right, 64) else self.both(node, "$lshift", 512, rebinds)
        return node

    def visit_aug_value(self, op: ast.operator, value: ast.expr) -> bool:
        """True where ``x op= value`` needs no guard of its own."""
        if isinstance(op, ast.Mult):
            return _small_number(value, SMALL)
        if isinstance(op, ast.Pow):
            return _small_number(value, 3)
        if isinstance(op, ast.LShift):
            return _small_number(value, 64)
        if isinstance(op, ast.BitOr):  # d |= [pair] iterates the pairs
            return isinstance(value, (ast.Set, ast.SetComp, ast.Dict, ast.DictComp, ast.Constant))
        return not isinstance(op, ast.Mod)

    def product(self, node: ast.BinOp, numbers: list[bool], rebinds: bool) -> ast.expr:
        """``a * b``: where one side is known to be a number, the other is all there is to test."""
        if not any(numbers) or not self.can_hold:
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
            test = ast.BoolOp(ast.And(), [held, test], **_place(at))
        native = ast.BinOp(agains[0], node.op, agains[1], **_place(at))
        return self.either(test, native, self.call("$mul", at, *agains), at)

    def both(self, node: ast.BinOp, slow: str, limit: int | None, rebinds: bool) -> ast.expr:
        """``a * b`` repeats a sequence only where the types differ and one of them is an int.

        → ``a * b if type(a) is type(b) or (both are numbers) else $mul(a, b)``; with a ``limit``
        the native way is for two ints, the right one below it.
        """
        at = node
        if not self.can_hold:
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
            test: ast.expr = ast.BoolOp(ast.Or(), options, **_place(at))
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
                **_place(at),
            )
            test = ast.BoolOp(ast.Or(), [test, numbers], **_place(at))
        else:
            is_int = self.compare(self.type_of(agains[1], at), ast.Is(), self.guard("$int", at), at)
            small = self.compare(agains[1], ast.Lt(), self.constant(limit, at), at)
            test = ast.BoolOp(ast.And(), [test, is_int, small], **_place(at))
        native = ast.BinOp(agains[0], node.op, agains[1], **_place(at))
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

    # ============================================================ text

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
        if spec is not None and not _small_spec(spec):
            part.value = self.call("$fmtspec", part, value)
            self.visit_JoinedStr(cast(ast.JoinedStr, spec))
            return
        if type(value) is not ast.Constant and not shown:
            part.value = self.checked(value, "plain", "$fmt", part)
        else:
            part.value = value

    # ============================================================ assignment

    def visit_Assign(self, node: ast.Assign) -> ast.AST | list[ast.stmt]:
        plain_tuple = isinstance(node.value, (ast.Tuple, ast.List)) and not any(
            isinstance(e, ast.Starred) for e in node.value.elts
        )
        known = self.known(node.value, inference.CONTAINERS)
        value = cast(ast.expr, self.visit(node.value))
        if self.scope.kind == "class" and any(
            type(t) is ast.Name and t.id in _CALLED_IN_BODY for t in node.targets
        ):
            value = self.call("$call", node, value)
        for target in node.targets:
            if (
                isinstance(target, ast.Subscript)
                and isinstance(target.slice, ast.Slice)
                and not known
                and not _is_plain(value)
            ):
                # xs[:] = ys iterates ys
                value = self.checked(value, "ok", "$iter", node)
        nested = [t for t in node.targets if isinstance(t, (ast.Tuple, ast.List))]
        if nested and not ((plain_tuple or known) and all(_flat(t) for t in nested)):
            if len(node.targets) == 1:
                value = self.unpacked(node.targets[0], value, node.value)
            elif all(_flat(t) for t in nested):
                value = self.checked(value, "ok", "$iter", node.value)
            else:
                return self.chain(node, value)
        node.targets = [self.visit(target) for target in node.targets]
        node.value = value
        return self.with_tests(node, node.targets)

    def with_tests(self, node: ast.stmt, targets: list[ast.expr]) -> ast.AST | list[ast.stmt]:
        """The statement, followed by the tests of what it bound."""
        names = [name for target in targets for name in bound_names(target)]
        tests = self.tested(names, node)
        return [node, *tests] if tests else node

    def chain(self, node: ast.Assign, value: ast.expr) -> list[ast.stmt]:
        """``a = (b, (c, d)) = v``: one value, each nested target unpacked by itself."""
        self._held += 1
        held = f"$u{self._held}"
        statements: list[ast.stmt] = [
            ast.Assign([self.store(held, node)], value, None, **_place(node))
        ]
        for target in node.targets:
            source = self.unpacked(target, self.name(held, node), node)
            statements.append(ast.Assign([self.visit(target)], source, None, **_place(node)))
            statements += self.tested(bound_names(target), node)
        if self.scope.kind == "class":
            statements.append(
                ast.Delete([ast.Name(held, ast.Del(), **_place(node))], **_place(node))
            )
        return statements

    def visit_AugAssign(self, node: ast.AugAssign) -> ast.AST | list[ast.stmt]:
        simple = self.visit_aug_value(node.op, node.value)
        target = node.target
        scalar = _is_scalar(node.value) or self.known(node.value, inference.NUMBERS)
        if not simple and type(target) is ast.Name and type(node.op) in (ast.Mult, ast.Mod):
            counted = self.known(ast.Name(target.id, _LOAD), inference.NUMBERS)
            simple = counted and (
                type(node.op) is ast.Mod or self.known(node.value, inference.NUMBERS)
            )
        if not simple:
            return self.big_augmented(node)
        if isinstance(node.op, ast.Add) and type(target) is ast.Name:
            scalar = scalar or self.known(ast.Name(target.id, _LOAD), inference.SHOWN)
        value = cast(ast.expr, self.visit(node.value))
        if type(target) is ast.Name:
            self.check_binding(target.id, target)
            if isinstance(node.op, ast.Add) and not scalar:
                if self.is_fast(target) and _may_be_twice(node.value):
                    return self.added(node, value)
                # xs += ys iterates ys where xs is a list
                value = self.checked(value, "ok", "$iadd", node, self.name(target.id, node))
            node.value = value
            return self.with_tests(node, [target])
        if isinstance(node.op, ast.Add) and not scalar:
            likely = "$float" if self.floats else "$int"
            value = self.checked(value, "ok", "$iadd", node, first=likely)
        node.value = value
        if type(target) is ast.Attribute:
            self.assigned.add(self.mangled(target.attr))
            node.target = cast(ast.Attribute, self.through(target, "x_", "$xdoor"))
        else:
            node.target = self.visit(target)
        return node

    def added(self, node: ast.AugAssign, value: ast.expr) -> list[ast.stmt]:
        """``x += v``: only a list or its like iterates v, and most sums are numbers.

        → ``if type(x) is $int or type(x) is $float or type(x) is $str: x += v`` ``else: x += guarded v``
        """
        at = node
        target = cast(ast.Name, node.target)
        scalar = ast.BoolOp(
            ast.Or(),
            [
                self.compare(
                    self.type_of(self.name(target.id, at), at), ast.Is(), self.guard(kind, at), at
                )
                for kind in ("$int", "$float", "$str")
            ],
            **_place(at),
        )
        guarded = self.checked(value, "ok", "$iadd", at, self.name(target.id, at))
        again = ast.AugAssign(self.store(target.id, at), node.op, guarded, **_place(at))
        node.value = value
        choice = ast.If(scalar, [node], [again], **_place(at))
        return [choice, *self.tested([target.id], at)]

    def big_augmented(self, node: ast.AugAssign) -> ast.AST | list[ast.stmt]:
        """``x *= v`` → ``x = x * v if both are numbers else $imul(x, v)``; the same for % ** <<."""
        at = node
        slow = {
            ast.Mult: "$imul",
            ast.Mod: "$imod",
            ast.Pow: "$ipow",
            ast.LShift: "$ilshift",
            ast.BitOr: "$ior",
        }[type(node.op)]
        statements: list[ast.stmt] = []
        target = node.target
        held: list[str] = []

        def keep(value: ast.expr) -> ast.expr:
            self._held += 1
            name = f"$a{self._held}"
            held.append(name)
            statements.append(ast.Assign([self.store(name, at)], value, None, **_place(at)))
            return self.name(name, at)

        final: ast.expr
        if type(target) is ast.Name:
            self.check_binding(target.id, target)
            current: ast.expr = self.name(target.id, at)
            final = self.store(target.id, at)
        elif type(target) is ast.Attribute:
            self.assigned.add(self.mangled(target.attr))
            door = self.through(target, "x_", "$xdoor")
            owner = keep(cast(ast.Attribute, door).value)
            current = self.attribute(owner, target.attr, _LOAD, at)
            final = self.attribute(owner, target.attr, _STORE, at)
        else:
            subscript = cast(ast.Subscript, self.visit(target))
            owner = keep(subscript.value)
            index = keep(subscript.slice)
            current = ast.Subscript(owner, index, _LOAD, **_place(at))
            final = ast.Subscript(owner, index, _STORE, **_place(at))
        value = cast(ast.expr, self.visit(node.value))
        if not self.can_hold:
            result: ast.expr = self.call(slow, at, current, value)
        else:
            left = keep(current)
            right = keep(value)
            numbers = ast.BoolOp(
                ast.And(),
                [
                    self.compare(self.type_of(x, at), ast.In(), self.guard("$num", at), at)
                    for x in (left, right)
                ],
                **_place(at),
            )
            if type(node.op) in (ast.Mult, ast.Mod, ast.BitOr):
                native = ast.BinOp(left, node.op, right, **_place(at))
                result = self.either(numbers, native, self.call(slow, at, left, right), at)
            else:
                result = self.call(slow, at, left, right)
        statements.append(ast.Assign([final], result, None, **_place(at)))
        statements += self.tested(bound_names(final), at)
        if self.scope.kind == "class":
            statements.extend(
                ast.Delete([ast.Name(name, ast.Del(), **_place(at))], **_place(at)) for name in held
            )
        return statements

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AST | list[ast.stmt]:
        """``x: T = v``; at the top level names are global, which Python does not annotate."""
        value = None if node.value is None else cast(ast.expr, self.visit(node.value))
        annotation = self.annotation(node.annotation)
        if self.scope.kind == "module" and type(node.target) is ast.Name:
            self.check_binding(node.target.id, node.target)
            statements: list[ast.stmt] = []
            if value is not None:
                statements.append(ast.Assign([node.target], value, None, **_place(node)))
            if self.future_annotations:
                annotation = self.constant(ast.unparse(node.annotation), node)
            if not node.simple:  # (x): int = 1 runs the annotation and forgets it
                return [*statements, ast.Expr(annotation, **_place(node))]
            name = self.constant(node.target.id, node)
            note = self.call("$annotate", node, name, annotation)
            return [*statements, ast.Expr(note, **_place(node))]
        node.value = value
        node.annotation = annotation
        node.target = self.visit(node.target)
        return node

    def annotation(self, node: ast.expr) -> ast.expr:
        """Annotations run in scopes of their own on newer interpreters: no temporaries."""
        if self.future_annotations:
            return node
        return self.unheld(node)

    def visit_NamedExpr(self, node: ast.NamedExpr) -> ast.expr:
        self.check_binding(node.target.id, node.target)
        node.value = self.visit(node.value)
        return node

    def visit_Delete(self, node: ast.Delete) -> ast.AST | list[ast.stmt]:
        """``del print`` brings the builtin back; the rest goes through the same doors as writing."""
        statements: list[ast.stmt] = []
        for target in node.targets:
            if (
                type(target) is ast.Name
                and target.id in tables.OFFERED
                and self.scope.is_global(target.id)
            ):
                restore = self.call("$restore", node, self.constant(target.id, node))
                statements.append(ast.Expr(restore, **_place(node)))
            else:
                statements.append(ast.Delete([self.visit(target)], **_place(node)))
        if self.can_hold and self.scope.kind == "module":
            # Nothing of ours keeps alive what the agent deletes.
            nothing = self.constant(None, node)
            statements.append(ast.Assign([self.store("$t", node)], nothing, None, **_place(node)))
        return statements

    # ============================================================ statements

    def visit_With(self, node: ast.With | ast.AsyncWith) -> ast.AST:
        prefix: list[ast.stmt] = []
        guard = "$ctx" if type(node) is ast.With else "$actx"
        for item in node.items:
            item.context_expr = self.checked(
                self.visit(item.context_expr), "ok", guard, item.context_expr
            )
            target = item.optional_vars
            if isinstance(target, (ast.Tuple, ast.List)):
                self._held += 1
                held = f"$u{self._held}"
                source = self.unpacked(target, self.name(held, target), target)
                prefix.append(ast.Assign([self.visit(target)], source, None, **_place(target)))
                item.optional_vars = self.store(held, target)
            elif target is not None:
                item.optional_vars = self.visit(target)
            if target is not None:
                prefix += self.tested(_all_names(target), target)
        node.body = [*prefix, *self.block(node.body)]
        return node

    def visit_Try(self, node: ast.Try) -> ast.AST:
        """Signals pass: a handler that could catch them gets ``except $Signals: raise`` before it."""
        node.body = self.block(node.body)
        broad = any(self.is_broad(handler.type) for handler in node.handlers)
        handlers = [self.visit_ExceptHandler(handler) for handler in node.handlers]
        if broad and type(node) is ast.Try:
            first = node.handlers[0]
            again = ast.Raise(None, None, **_place(first))
            handlers.insert(
                0, ast.ExceptHandler(self.guard("$Signals", first), None, [again], **_place(first))
            )
        node.handlers = handlers
        node.orelse = self.block(node.orelse)
        node.finalbody = self.block(node.finalbody)
        return node

    def is_broad(self, node: ast.expr | None) -> bool:
        if node is None:
            return True
        if type(node) is ast.Name:
            return not (
                node.id in tables.EXCEPTIONS
                and node.id not in ("BaseException", "BaseExceptionGroup")
                and node.id not in self.shadowed
                and self.scope.is_global(node.id)
            )
        if type(node) is ast.Tuple:
            return any(self.is_broad(element) for element in node.elts)
        return True

    def visit_ExceptHandler(self, node: ast.ExceptHandler) -> ast.ExceptHandler:
        if node.type is not None:
            node.type = self.visit(node.type)
        if node.name:
            self.check_binding(node.name, node)
        node.body = self.block(node.body)
        return node

    def visit_Raise(self, node: ast.Raise) -> ast.AST:
        """``raise E`` constructs E: → ``raise $raise(E)``"""
        for field in ("exc", "cause"):
            value = getattr(node, field)
            if value is None:
                continue
            visited = cast(ast.expr, self.visit(value))
            known = type(value) is ast.Call or (
                type(value) is ast.Name and not self.is_broad(value)
            )
            setattr(node, field, visited if known else self.call("$raise", value, visited))
        return node

    def visit_If(self, node: ast.If) -> ast.AST:
        node.test = self.visit(node.test)
        node.body = self.block(node.body)
        node.orelse = self.block(node.orelse)
        return node

    def visit_Expr(self, node: ast.Expr) -> ast.AST:
        node.value = self.visit(node.value)
        return node

    def visit_Return(self, node: ast.Return) -> ast.AST:
        """At the top level ``return v`` is ``task_success(v)``: → ``return $Returned(v)``."""
        value = None if node.value is None else cast(ast.expr, self.visit(node.value))
        if self.scope.kind == "module":
            value = self.call("$Returned", node, value or self.constant(None, node))
        node.value = value
        return node

    def visit_Global(self, node: ast.Global) -> ast.AST:
        for name in node.names:
            self.check_binding(name, node)
        if self.scope.kind == "module":
            return ast.Pass(**_place(node))
        return node

    def visit_Nonlocal(self, node: ast.Nonlocal) -> ast.AST:
        for name in node.names:
            self.check_binding(name, node)
        return node

    # ============================================================ imports

    def visit_Import(self, node: ast.Import) -> list[ast.stmt]:
        """``import a.b as c`` → ``c = $import("a.b", True)``"""
        statements: list[ast.stmt] = []
        for alias in node.names:
            target = alias.asname or alias.name.split(".")[0]
            self.check_binding(target, node)
            value = self.call(
                "$import",
                node,
                self.constant(alias.name, node),
                self.constant(alias.asname is not None, node),
            )
            statements.append(ast.Assign([self.store(target, node)], value, None, **_place(node)))
        return statements

    def visit_ImportFrom(self, node: ast.ImportFrom) -> list[ast.stmt]:
        """``from a import b as c`` → ``c = $from("a", "b", 0)``; a star asks at run time."""
        module = node.module or ""
        statements: list[ast.stmt] = []
        if module == "__future__":
            return [ast.Pass(**_place(node))]
        for alias in node.names:
            level = self.constant(node.level or 0, node)
            if alias.name == "*":
                if self.scope.kind != "module":
                    self.refuse(node, "import * only allowed at module level")
                star = self.call("$star", node, self.constant(module, node), level)
                statements.append(ast.Expr(star, **_place(node)))
                continue
            target = alias.asname or alias.name
            self.check_binding(target, node)
            value = self.call(
                "$from", node, self.constant(module, node), self.constant(alias.name, node), level
            )
            statements.append(ast.Assign([self.store(target, node)], value, None, **_place(node)))
        return statements

    # ============================================================ functions

    def visit_FunctionDef(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> ast.AST:
        self.check_binding(node.name, node)
        node.decorator_list = [self.decorator(d) for d in node.decorator_list]
        outer = self.scope
        self.arguments(node.args)
        if params := getattr(node, "type_params", None):
            self.scope = self.scopes.type_params[node]
            for param in params:
                self.visit(param)
        self.annotations(node.args)
        if node.returns is not None:
            node.returns = self.annotation(node.returns)
        saved = (
            self.can_hold,
            self.self_name,
            self.in_class_function,
            self.hoisted,
            self.temporary,
        )
        self.in_class_function = self.in_class_function or outer.kind == "class"
        self.self_name = self.first_argument(node.args)
        self.scope = self.scopes.of[node]
        self.can_hold, self.temporary = True, "$t"
        self.hoisted = hoisted(node, self.scope, self.inference)
        outer_floats, self.floats = self.floats, self.scope.floats
        docstring = _docstring(node.body)
        body = self.block(node.body[len(docstring) :])
        opening = self.poll(node) if node.name.startswith("__") or _may_recurse(node) else []
        opening += self.tested([arg.arg for arg in _all_arguments(node.args)], node)
        if node.name in ("__exit__", "__aexit__"):
            opening += self.without_traceback(node)
        if node.name == "__getattr__":
            opening += self.without_addresses(node)
        node.body = [*docstring, *opening, *body] or [ast.Pass(**_place(node))]
        self.can_hold, self.self_name, self.in_class_function = saved[:3]
        self.hoisted, self.temporary = saved[3:]
        self.floats = outer_floats
        self.scope = outer
        return node

    def first_argument(self, args: ast.arguments) -> str | None:
        first = [*args.posonlyargs, *args.args]
        return first[0].arg if first else None

    def without_traceback(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> list[ast.stmt]:
        """``__exit__`` is handed a real traceback by the interpreter; agent code sees None."""
        statements: list[ast.stmt] = []
        args = [*node.args.posonlyargs, *node.args.args][3:4]
        names = [arg.arg for arg in args]
        if node.args.vararg is not None:
            names.append(node.args.vararg.arg)
        for name in names:
            value = self.call("$notb", node, self.name(name, node))
            statements.append(ast.Assign([self.store(name, node)], value, None, **_place(node)))
        return statements

    def without_addresses(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> list[ast.stmt]:
        """numpy asks each object it is handed for an address of memory: ``__getattr__`` has none."""
        args = [*node.args.posonlyargs, *node.args.args]
        if len(args) < 2:
            return []  # no use as a method, which ``origin.check_fallback`` sees
        asked = self.call("$asked", node, self.name(args[1].arg, node))
        return [ast.Expr(asked, **_place(node))]

    def decorator(self, node: ast.expr) -> ast.expr:
        """A decorator is a call: ``@d`` → ``@$call(d)``."""
        if self.is_builtin_name(node):
            return self.guard(f"$b_{cast(ast.Name, node).id}", node)
        return self.call("$call", node, self.visit(node))

    def is_builtin_name(self, node: ast.expr) -> bool:
        return (
            type(node) is ast.Name
            and node.id in tables.OFFERED_CALLS
            and node.id not in self.shadowed
            and self.scope.is_global(node.id)
        )

    def arguments(self, args: ast.arguments) -> None:
        args.defaults = [self.visit(default) for default in args.defaults]
        args.kw_defaults = [d if d is None else self.visit(d) for d in args.kw_defaults]
        for arg in _all_arguments(args):
            self.check_binding(arg.arg, arg)

    def annotations(self, args: ast.arguments) -> None:
        for arg in _all_arguments(args):
            if arg.annotation is None:
                continue
            if arg is args.vararg and type(arg.annotation) is ast.Starred:
                if not self.future_annotations:
                    before, self.can_hold = self.can_hold, False
                    arg.annotation.value = self.iterable(arg.annotation.value)
                    self.can_hold = before
            else:
                arg.annotation = self.annotation(arg.annotation)

    def visit_Lambda(self, node: ast.Lambda) -> ast.expr:
        self.arguments(node.args)
        saved = (self.scope, self.can_hold, self.self_name, self.in_class_function)
        outer, self.hoisted = (self.hoisted, self.temporary), Hoisted()
        self.temporary = "$t"
        self.in_class_function = self.in_class_function or self.scope.kind == "class"
        self.scope, self.can_hold = self.scopes.of[node], not self.in_iterable
        self.self_name = self.first_argument(node.args)
        body = cast(ast.expr, self.visit(node.body))
        if self.flags:
            idle = ast.UnaryOp(ast.Not(), self.guard("$stop", node), **_place(node))
            ready = ast.BoolOp(ast.Or(), [idle, self.call("$go", node)], **_place(node))
            body = self.either(ready, body, self.constant(None, node), node)
        node.body = body
        self.scope, self.can_hold, self.self_name, self.in_class_function = saved
        self.hoisted, self.temporary = outer
        return node

    # ============================================================ classes

    def visit_ClassDef(self, node: ast.ClassDef) -> ast.AST:
        """Bases and metaclass pass a guard, the body carries the mark, ``@$class`` has the last look."""
        self.check_binding(node.name, node)
        at = node
        node.decorator_list = [self.decorator(d) for d in node.decorator_list]
        node.decorator_list.append(self.guard("$class", at))
        outer = self.scope
        saved = (self.can_hold, self.self_name, self.in_class_function)
        if params := getattr(node, "type_params", None):
            self.scope = self.scopes.type_params[node]
            self.can_hold = False
            for param in params:
                self.visit(param)
        bases: list[ast.expr] = []
        for base in node.bases:
            if type(base) is ast.Starred:
                base.value = self.call("$bases", base, self.iterable(base.value))
                bases.append(base)
            else:
                bases.append(self.call("$base", base, self.visit(base)))
        node.bases = bases
        for keyword in node.keywords:
            if keyword.arg == "metaclass":
                keyword.value = self.call("$meta", at, self.visit(keyword.value))
            elif keyword.arg is None:
                keyword.value = self.call("$metas", at, self.visit(keyword.value))
            else:
                keyword.value = self.visit(keyword.value)
        self.scope = self.scopes.of[node]
        outer_hoisted, self.hoisted = self.hoisted, Hoisted()
        self.can_hold, self.self_name, self.in_class_function = False, None, False
        self.classes.append(node.name)
        outer_guards, self.guards = self.guards, set()
        docstring = _docstring(node.body)
        body = self.block(node.body[len(docstring) :])
        mark = ast.Assign(
            [self.store(tables.MARK, at)], self.guard("$mark", at), None, **_place(at)
        )
        declared = ast.Global(sorted(self.guards), **_place(at))
        outer_guards |= self.guards
        self.guards = outer_guards
        node.body = [*docstring, declared, mark, *body]
        self.classes.pop()
        self.hoisted = outer_hoisted
        self.can_hold, self.self_name, self.in_class_function = saved
        self.scope = outer
        return node

    def visit_TypeParam(self, node: ast.AST) -> ast.AST:
        """PEP 695: bounds and defaults are expressions in a scope of their own."""
        self.check_binding(node.name, node)  # type: ignore[attr-defined]  # nodes of 3.12
        for field in ("bound", "default_value"):
            value = getattr(node, field, None)
            if value is not None:
                setattr(node, field, self.unheld(value))
        return node

    def visit_TypeAlias(self, node: ast.AST) -> ast.AST:
        outer = self.scope
        self.visit(node.name)  # type: ignore[attr-defined]  # a node of 3.12
        if params := getattr(node, "type_params", None):
            self.scope = self.scopes.type_params[node]
            for param in params:
                self.visit(param)
        self.scope = self.scopes.of[node]
        node.value = self.unheld(node.value)  # type: ignore[attr-defined]
        self.scope = outer
        return node

    # ============================================================ match

    def visit_Match(self, node: ast.Match) -> list[ast.stmt]:
        """Class patterns look their class up through a matcher, which the guard made."""
        subject = cast(ast.expr, self.visit(node.subject))
        before: list[ast.stmt] = []
        kinds = {type(p) for case in node.cases for p in _outer_patterns(case.pattern)}
        if kinds & {ast.MatchSequence, ast.MatchMapping} and not isinstance(
            node.subject, (ast.Tuple, ast.List, ast.Dict)
        ):
            subject = self.checked(subject, "ok", "$subject", node)
        for case in node.cases:
            case.pattern = self.pattern(case.pattern, before, top=True)
            if case.guard is not None:
                case.guard = self.visit(case.guard)
            case.body = self.block(case.body)
        node.subject = subject
        return [*before, node]

    def pattern(
        self, node: ast.pattern, before: list[ast.stmt], *, top: bool = False
    ) -> ast.pattern:
        if isinstance(node, ast.MatchValue):
            node.value = self.pattern_value(node.value)
        elif isinstance(node, ast.MatchSequence):
            node.patterns = [self.pattern(p, before) for p in node.patterns]
            return node if top else self.sequence(node)
        elif isinstance(node, ast.MatchMapping):
            node.keys = [self.pattern_value(key) for key in node.keys]
            node.patterns = [self.pattern(p, before) for p in node.patterns]
            if node.rest:
                self.check_binding(node.rest, node)
            return node if top else self.sequence(node)
        elif isinstance(node, ast.MatchClass):
            return self.class_pattern(node, before)
        elif isinstance(node, ast.MatchAs):
            if node.name:
                self.check_binding(node.name, node)
            if node.pattern is not None:
                node.pattern = self.pattern(node.pattern, before, top=top)
        elif isinstance(node, ast.MatchStar):
            if node.name:
                self.check_binding(node.name, node)
        elif isinstance(node, ast.MatchOr):
            node.patterns = [self.pattern(p, before, top=top) for p in node.patterns]
        elif not isinstance(node, ast.MatchSingleton):
            self.undecided(node)
        return node

    def pattern_value(self, node: ast.expr) -> ast.expr:
        """``case Color.RED`` reads an attribute: the value under the last dot may be any guard."""
        if type(node) is ast.Attribute:
            if self.is_dunder(node.attr):
                self.refuse(node, f"{node.attr} cannot be read in a pattern")
                return node
            return self.through(node, "r_", "$door")
        return node

    def sequence(self, node: ast.pattern) -> ast.pattern:
        """A nested sequence or mapping pattern → ``$seq.ok(pattern)``: checks the type, then self."""
        cls = self.attribute(self.guard("$seq", node), "ok", _LOAD, node)
        return ast.MatchClass(cls, [node], [], [], **_place(node))

    def class_pattern(self, node: ast.MatchClass, before: list[ast.stmt]) -> ast.pattern:
        """``case C(x=p)`` → ``case $mN.cls(x=p)``; ``$mN`` asks for C only when the case is tried."""
        at = node
        node.patterns = [self.pattern(p, before) for p in node.patterns]
        node.kwd_patterns = [self.pattern(p, before) for p in node.kwd_patterns]
        for attr in node.kwd_attrs:
            if self.is_dunder(attr):
                self.refuse(node, f"{attr} cannot be read in a pattern")
        if _MANGLES_PATTERNS:
            node.kwd_attrs = [self.mangled(a) for a in node.kwd_attrs]
        attrs = ast.Tuple([self.constant(a, at) for a in node.kwd_attrs], _LOAD, **_place(at))
        count = self.constant(len(node.patterns), at)
        plain = type(node.cls) is ast.Name and self.scope.is_global(node.cls.id)
        if (
            plain
            and not node.kwd_attrs
            and cast(ast.Name, node.cls).id in _MATCHED_AS_IS
            and cast(ast.Name, node.cls).id not in self.shadowed
        ):
            return node  # case int(): the class itself, and at most the subject itself
        self._held += 1
        held = f"$p{self._held}"
        if plain and self.can_hold:
            # $pN = $s.h_N if C is $s.k_N else $pattern(C, "N", attrs, count), before the match
            name = cast(ast.Name, node.cls)
            if name.id in tables.NOT_OFFERED:
                return self.refused_pattern(node, name.id)
            site = f"{name.id}${next(_SITES)}"
            read = self.hold(self.name(name.id, at), "$t", at)
            same = self.compare(read, ast.Is(), self.cleared(f"k_{site}", at), at)
            slow = self.call(
                "$pattern", at, self.name("$t", at), self.constant(site, at), attrs, count
            )
            chosen = self.either(same, self.cleared(f"h_{site}", at), slow, at)
            before.append(ast.Assign([self.store(held, at)], chosen, None, **_place(at)))
            node.cls = self.attribute(self.name(held, at), "cls", _LOAD, at)
            return node
        cls = self.unheld_class(node.cls)
        empty = ast.arguments([], [], None, [], [], None, [])
        thunk: ast.expr = ast.Lambda(empty, cls, **_place(at))
        if self.scope.kind == "class":
            thunk = self.call("$constant", at, cls)
        matcher = self.call("$matcher", at, thunk, attrs, count)
        before.append(ast.Assign([self.store(held, at)], matcher, None, **_place(at)))
        node.cls = self.attribute(self.name(held, at), "cls", _LOAD, at)
        return node

    def refused_pattern(self, node: ast.MatchClass, name: str) -> ast.pattern:
        self.refuse(node, f"the name {name} is not offered here")
        return node

    def unheld_class(self, node: ast.expr) -> ast.expr:
        """The class of a pattern, read inside a lambda: guards without temporaries."""
        before, self.can_hold = self.can_hold, False
        scope, self.scope = self.scope, _opaque(self.scope)
        try:
            return cast(ast.expr, self.visit(node))
        finally:
            self.can_hold, self.scope = before, scope


def _opaque(scope: Scope) -> Scope:
    """The scope as a lambda inside it sees it: nothing is a fast local."""
    return Scope("function", scope, "<lambda>")


def _place(at: Any) -> dict[str, Any]:
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


def _all_arguments(args: ast.arguments) -> list[ast.arg]:
    return [
        *args.posonlyargs,
        *args.args,
        *args.kwonlyargs,
        *(a for a in (args.vararg, args.kwarg) if a is not None),
    ]


def _all_names(target: ast.expr) -> list[str]:
    """Every name a target binds, at any depth."""
    if isinstance(target, ast.Name):
        return [target.id]
    if isinstance(target, (ast.Tuple, ast.List)):
        return [name for element in target.elts for name in _all_names(element)]
    return _all_names(target.value) if isinstance(target, ast.Starred) else []


def _only_names(target: ast.expr) -> bool:
    if isinstance(target, (ast.Tuple, ast.List)):
        return all(_only_names(element) for element in target.elts)
    return isinstance(target, ast.Name) and not target.id.startswith("__")


def _small_arguments(node: ast.Call) -> bool:
    """True where all arguments are constants that keep the result within a small multiple."""
    values = [a.value for a in node.args if type(a) is ast.Constant]
    if len(values) != len(node.args) or node.keywords or not values:
        return False
    first, second = values[0], values[1] if len(values) == 2 else None
    if isinstance(first, str) and isinstance(second, str):
        return len(second) <= SMALL * max(1, len(first))
    return type(first) is int and abs(first) <= SMALL_WIDTH


_TEXT = frozenset({"str", "bytes"})
#: The guards of steady globals, by the one of anything.
_STEADY = {"$meth": "$methk", "$door": "$doork", "$item": "$itemk"}
_A_FLOAT = frozenset({"float"})
#: Methods that are native when :func:`_small_arguments` holds.
_GROWING = frozenset("replace ljust rjust center zfill".split())


def _docstring(body: list[ast.stmt]) -> list[ast.stmt]:
    first = body[0] if body else None
    if (
        type(first) is ast.Expr
        and type(first.value) is ast.Constant
        and isinstance(first.value.value, str)
    ):
        return [first]
    return []


def _may_recurse(node: ast.AST) -> bool:
    """False for a function without calls, which can neither recurse nor wait."""
    return any(
        isinstance(n, (ast.Call, ast.Attribute, ast.Subscript, ast.BinOp, ast.Compare, ast.Await))
        for statement in node.body  # type: ignore[attr-defined]  # a function
        for n in ast.walk(statement)
    )


def _may_be_twice(node: ast.AST) -> bool:
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


def _assigns(node: ast.AST) -> bool:
    return any(isinstance(n, (ast.NamedExpr, ast.Await, ast.Yield)) for n in ast.walk(node))


def _flat(target: ast.expr) -> bool:
    """True for ``a, b``: a target with no tuple inside."""
    return not any(
        isinstance(e, (ast.Tuple, ast.List))
        or (isinstance(e, ast.Starred) and isinstance(e.value, (ast.Tuple, ast.List)))
        for e in cast("ast.Tuple | ast.List", target).elts
    )


def _is_plain(node: ast.AST) -> bool:
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
            ast.JoinedStr,
        ),
    ) or (type(node) is ast.Constant and isinstance(node.value, (str, bytes)))


def _is_scalar(node: ast.AST) -> bool:
    """True for values that adding to a list could not iterate, or may."""
    return _is_plain(node) or type(node) is ast.Constant


def _native_method(value: ast.expr, attr: str) -> bool:
    """``"abc".upper``: the receiver's type is known here, and the method needs no guard."""
    if type(value) is ast.JoinedStr or (
        type(value) is ast.Constant and isinstance(value.value, str)
    ):
        return (
            not attr.startswith("_")
            and hasattr(str, attr)
            and attr not in tables.GUARDED_METHODS[str]
        )
    return False


def _small_number(node: ast.AST, limit: int) -> bool:
    if type(node) is ast.Constant:
        value = node.value
        return type(value) in (float, complex) or (type(value) is int and abs(value) <= limit)
    return False


def _cheap_product(left: ast.expr, right: ast.expr) -> bool:
    """Products that cannot make anything long: a small factor, a float, a boolean, constants."""
    for node in (left, right):
        if _small_number(node, SMALL) or type(node) is ast.Compare:
            return True
        if type(node) is ast.UnaryOp and (
            type(node.op) is ast.Not or _small_number(node.operand, SMALL)
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


def _small_spec(spec: ast.expr) -> bool:
    """A constant format specification without a large number in it."""
    text = ""
    for part in cast(ast.JoinedStr, spec).values:
        if type(part) is not ast.Constant:
            return False
        text += str(part.value)
    return (
        all(int(number) <= SMALL_WIDTH for number in _NUMBERS.findall(text[:100]))
        and len(text) <= 100
    )


def _outer_patterns(pattern: ast.pattern) -> list[ast.pattern]:
    """The patterns that meet the subject itself: through ``as`` and ``|``, not inside others."""
    if isinstance(pattern, ast.MatchAs):
        return [pattern] if pattern.pattern is None else _outer_patterns(pattern.pattern)
    if isinstance(pattern, ast.MatchOr):
        return [inner for p in pattern.patterns for inner in _outer_patterns(p)]
    return [pattern]


def _mangles_patterns() -> bool:
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


_MANGLES_PATTERNS = _mangles_patterns()

#: Builtin classes whose pattern without attributes is matched by the interpreter itself.
_MATCHED_AS_IS = frozenset(
    "bool bytearray bytes dict float frozenset int list set str tuple complex object".split()
)

#: Names in a class body that the metaclass calls before the class is there.
_CALLED_IN_BODY = frozenset({"_generate_next_value_", "_missing_"})

#: ``list()`` and its like, without arguments, make something empty.
_EMPTY_NATIVE = frozenset("list dict set tuple frozenset str bytes bytearray".split())

# -------------------------------------------------------------- the table of node kinds

_T = AgentTransformer

#: Kinds that stay as they are; what they hold is visited.
_RECURSE: tuple[type[ast.AST], ...] = (
    ast.Tuple,
    ast.List,
    ast.Set,
    ast.BoolOp,
    ast.UnaryOp,
    ast.IfExp,
    ast.Yield,
    ast.Slice,
    ast.Assert,
)
#: Kinds with nothing inside.
_LEAVES: tuple[type[ast.AST], ...] = (
    ast.Constant,
    ast.Pass,
    ast.Break,
    ast.Continue,
    *(getattr(ast, n) for n in "Load Store Del And Or Not Invert UAdd USub".split()),
    *(getattr(ast, n) for n in "Add Sub Mult Div Mod Pow LShift RShift BitOr BitXor".split()),
    *(getattr(ast, n) for n in "BitAnd FloorDiv MatMult Eq NotEq Lt LtE Gt GtE Is".split()),
    *(getattr(ast, n) for n in "IsNot In NotIn".split()),
)
#: Kinds that are handled by the method of the node that holds them.
_PARTS: tuple[type[ast.AST], ...] = (
    ast.arguments,
    ast.arg,
    ast.keyword,
    ast.alias,
    ast.withitem,
    ast.match_case,
    ast.comprehension,
    ast.FormattedValue,
    ast.MatchValue,
    ast.MatchSingleton,
    ast.MatchSequence,
    ast.MatchMapping,
    ast.MatchClass,
    ast.MatchStar,
    ast.MatchAs,
    ast.MatchOr,
)
_METHODS: dict[type[ast.AST], Any] = {
    **dict.fromkeys(_RECURSE, _T.recurse),
    **dict.fromkeys(_LEAVES, _T.leaf),
    ast.Name: _T.visit_Name,
    ast.Attribute: _T.visit_Attribute,
    ast.Subscript: _T.visit_Subscript,
    ast.Call: _T.visit_Call,
    ast.Starred: _T.visit_Starred,
    ast.For: _T.visit_For,
    ast.AsyncFor: _T.visit_For,
    ast.While: _T.visit_While,
    ast.ListComp: _T.visit_comprehension_node,
    ast.SetComp: _T.visit_comprehension_node,
    ast.DictComp: _T.visit_comprehension_node,
    ast.GeneratorExp: _T.visit_comprehension_node,
    ast.YieldFrom: _T.visit_YieldFrom,
    ast.Await: _T.visit_Await,
    ast.Dict: _T.visit_Dict,
    ast.Compare: _T.visit_Compare,
    ast.BinOp: _T.visit_BinOp,
    ast.JoinedStr: _T.visit_JoinedStr,
    ast.Assign: _T.visit_Assign,
    ast.AugAssign: _T.visit_AugAssign,
    ast.AnnAssign: _T.visit_AnnAssign,
    ast.NamedExpr: _T.visit_NamedExpr,
    ast.Delete: _T.visit_Delete,
    ast.With: _T.visit_With,
    ast.AsyncWith: _T.visit_With,
    ast.Try: _T.visit_Try,
    ast.TryStar: _T.visit_Try,
    ast.ExceptHandler: _T.visit_ExceptHandler,
    ast.If: _T.visit_If,
    ast.Raise: _T.visit_Raise,
    ast.Expr: _T.visit_Expr,
    ast.Return: _T.visit_Return,
    ast.Global: _T.visit_Global,
    ast.Nonlocal: _T.visit_Nonlocal,
    ast.Import: _T.visit_Import,
    ast.ImportFrom: _T.visit_ImportFrom,
    ast.FunctionDef: _T.visit_FunctionDef,
    ast.AsyncFunctionDef: _T.visit_FunctionDef,
    ast.Lambda: _T.visit_Lambda,
    ast.ClassDef: _T.visit_ClassDef,
    ast.Match: _T.visit_Match,
}
for _kind in ("TypeVar", "ParamSpec", "TypeVarTuple"):  # PEP 695, from 3.12 on
    if hasattr(ast, _kind):
        _METHODS[getattr(ast, _kind)] = _T.visit_TypeParam
if hasattr(ast, "TypeAlias"):
    _METHODS[ast.TypeAlias] = _T.visit_TypeAlias

#: Every kind this file decides, for the test that holds it against the running Python.
DECIDED = frozenset(_METHODS) | frozenset(_PARTS)
