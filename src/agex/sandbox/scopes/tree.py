"""The scopes of a whole tree, found in two passes: what binds and uses, then what is captured."""

from __future__ import annotations

import ast
from typing import Any

from agex.sandbox.scopes.scope import INLINED, Kind, Scope, Source


class Scopes:
    """The scopes of one tree: ``of[node]`` for each node that opens one, ``module`` for the top.

    ``globals`` holds every name the source may bind in the module, ``awaits`` whether the top level
    awaits something, ``yields`` the line of a ``yield`` outside of any function, or None.
    """

    def __init__(self, tree: ast.Module) -> None:
        self.module = Scope("module", None)
        self.of: dict[ast.AST, Scope] = {}
        self.type_params: dict[ast.AST, Scope] = {}
        self.globals: set[str] = set()
        #: Names that an import at the top level binds.
        self.modules: set[str] = set()
        #: Names of classes that the top level defines.
        self.classes: set[str] = set()
        self.awaits = False
        #: Does an assignment expression, a yield or an await stand anywhere?
        self.walrus = False
        self.yields: int | None = None
        self.all: list[Scope] = [self.module]
        for statement in tree.body:
            self._visit(statement, self.module)
        self._capture()
        self.globals |= self.module.bound

    # -------------------------------------------------------------- first pass

    def _open(self, kind: Kind, parent: Scope, node: ast.AST, name: str = "") -> Scope:
        scope = Scope(kind, parent, name)
        self.of[node] = scope
        self.all.append(scope)
        return scope

    def _visit(self, node: ast.AST, scope: Scope) -> None:
        _HANDLERS.get(type(node), Scopes._children)(self, node, scope)

    def _children(self, node: ast.AST, scope: Scope) -> None:
        # What this walk costs every action pays: contexts and operators hold nothing.
        for value in node.__dict__.values():
            kind = type(value)
            if kind is list:
                for item in value:
                    if isinstance(item, ast.AST):
                        _HANDLERS.get(type(item), Scopes._children)(self, item, scope)
            elif kind not in _EMPTY and isinstance(value, ast.AST):
                _HANDLERS.get(kind, Scopes._children)(self, value, scope)

    def _bind(self, name: str, scope: Scope, source: Source | None = None) -> None:
        if name in scope.globals:
            self.globals.add(name)
        elif name not in scope.nonlocals:
            scope.bound.add(name)
            if source is None:
                scope.sources[name] = None
            elif (known := scope.sources.setdefault(name, [])) is not None:
                known.append(source)

    def _assign(self, node: ast.Assign, scope: Scope) -> None:
        self._visit(node.value, scope)
        for target in node.targets:
            self._target(target, node.value, scope)

    def _annotated(self, node: ast.AnnAssign, scope: Scope) -> None:
        self._visit(node.annotation, scope)
        if node.value is not None:
            self._visit(node.value, scope)
            self._target(node.target, node.value, scope)
        else:
            self._visit(node.target, scope)

    def _augmented(self, node: ast.AugAssign, scope: Scope) -> None:
        self._visit(node.value, scope)
        if type(node.target) is ast.Name:
            source = Source(node.value, scope, "operation", op=node.op)
            self._bind(node.target.id, scope, source)
        else:
            self._visit(node.target, scope)

    def _target(self, target: ast.expr, value: ast.expr, scope: Scope) -> None:
        """``target = value``"""
        if type(target) is ast.Name:
            self._bind(target.id, scope, Source(value, scope))
        elif (
            isinstance(target, (ast.Tuple, ast.List))
            and isinstance(value, (ast.Tuple, ast.List))
            and len(target.elts) == len(value.elts)
            and not any(type(e) is ast.Starred for e in (*target.elts, *value.elts))
        ):
            for inner, part in zip(target.elts, value.elts, strict=True):
                self._target(inner, part, scope)
        else:
            self._visit(target, scope)

    def _each(self, target: ast.expr, iterable: ast.expr, scope: Scope, around: Scope) -> None:
        """``for target in iterable``, which is evaluated in the scope ``around``."""
        if type(target) is ast.Name:
            self._bind(target.id, scope, Source(iterable, around, "element"))
        elif isinstance(target, (ast.Tuple, ast.List)) and not any(
            type(e) is ast.Starred for e in target.elts
        ):
            count = len(target.elts)
            for index, element in enumerate(target.elts):
                if type(element) is ast.Name:
                    source = Source(iterable, around, "part", index=index, count=count)
                    self._bind(element.id, scope, source)
                else:
                    self._visit(element, scope)
        else:
            self._visit(target, scope)

    def _for(self, node: ast.For, scope: Scope) -> None:
        self._visit(node.iter, scope)
        self._each(node.target, node.iter, scope, scope)
        for statement in (*node.body, *node.orelse):
            self._visit(statement, scope)

    def _name(self, node: ast.Name, scope: Scope) -> None:
        if type(node.ctx) is ast.Load:
            scope.used.add(node.id)
            if node.id == "super":
                scope.used.add("__class__")
        else:
            self._bind(node.id, scope)

    def _walrus(self, node: ast.NamedExpr, scope: Scope) -> None:
        # In a comprehension the target belongs to the scope around it, which then shares it.
        target = node.target.id
        self.walrus = True
        owner: Scope = scope
        while owner.parent is not None and (owner.kind == "comp" or owner.name == "<gen>"):
            if owner.name == "<gen>":
                owner.used.add(target)
            owner = owner.parent
        self._bind(target, owner)
        if owner is not scope and scope.kind != "comp":
            scope.used.add(target)
        self._visit(node.value, scope)

    def _function(self, node: ast.FunctionDef | ast.AsyncFunctionDef, scope: Scope) -> None:
        self._bind(node.name, scope, None if node.decorator_list else Source(_A_FUNCTION, scope))
        for decorator in node.decorator_list:
            self._visit(decorator, scope)
        outer = self._params(node, scope)
        self._defaults(node.args, scope)
        if node.returns is not None:
            self._visit(node.returns, outer)
        inner = self._open("function", outer, node, node.name)
        self._arguments(node.args, inner, outer)
        for statement in node.body:
            self._visit(statement, inner)

    def _lambda(self, node: ast.Lambda, scope: Scope) -> None:
        self._defaults(node.args, scope)
        inner = self._open("function", scope, node, "<lambda>")
        self._arguments(node.args, inner, scope)
        self._visit(node.body, inner)

    def _params(self, node: ast.AST, scope: Scope) -> Scope:
        """The hidden scope of PEP 695 type parameters; its names are always cells."""
        params = getattr(node, "type_params", None)
        if not params:
            return scope
        inner = Scope("function", scope, "<types>")
        self.all.append(inner)
        self.type_params[node] = inner
        for param in params:
            inner.bound.add(param.name)
            inner.captured.add(param.name)
            self._children(param, inner)
        return inner

    def _defaults(self, args: ast.arguments, scope: Scope) -> None:
        for default in [*args.defaults, *(d for d in args.kw_defaults if d is not None)]:
            self._visit(default, scope)

    def _arguments(self, args: ast.arguments, inner: Scope, outer: Scope) -> None:
        for arg in [
            *args.posonlyargs,
            *args.args,
            *args.kwonlyargs,
            *(a for a in (args.vararg, args.kwarg) if a is not None),
        ]:
            inner.bound.add(arg.arg)
            if arg.annotation is not None:
                self._visit(arg.annotation, outer)
        for arg in (*args.posonlyargs, *args.args, *args.kwonlyargs):
            inner.sources[arg.arg] = None
        for packed, empty in ((args.vararg, _NO_TUPLE), (args.kwarg, _NO_DICT)):
            if packed is not None:  # an exact tuple, an exact dict
                inner.sources[packed.arg] = [Source(empty, inner)]

    def _class(self, node: ast.ClassDef, scope: Scope) -> None:
        self._bind(node.name, scope)
        if scope is self.module:
            self.classes.add(node.name)
        for decorator in node.decorator_list:
            self._visit(decorator, scope)
        outer = self._params(node, scope)
        for base in node.bases:
            self._visit(base, outer)
        for keyword in node.keywords:
            self._visit(keyword.value, outer)
        inner = self._open("class", outer, node, node.name)
        for statement in node.body:
            self._visit(statement, inner)

    def _comprehension(
        self, node: ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp, scope: Scope
    ) -> None:
        inlined = INLINED and not isinstance(node, ast.GeneratorExp) and scope.frame.kind != "class"
        self._visit(node.generators[0].iter, scope)
        if inlined:
            inner = self._open("comp", scope, node, "<comp>")
        else:
            inner = self._open("function", scope, node, "<gen>")
        for index, generator in enumerate(node.generators):
            if generator.is_async and scope.frame is self.module:
                self.awaits = True
            if generator.is_async:
                self._visit(generator.target, inner)
            else:
                self._each(generator.target, generator.iter, inner, inner if index else scope)
            if index:
                self._visit(generator.iter, inner)
            for condition in generator.ifs:
                self._visit(condition, inner)
        if isinstance(node, ast.DictComp):
            self._visit(node.key, inner)
            self._visit(node.value, inner)
        else:
            self._visit(node.elt, inner)

    def _global(self, node: ast.Global, scope: Scope) -> None:
        frame = scope
        frame.globals.update(node.names)
        self.globals.update(node.names)

    def _nonlocal(self, node: ast.Nonlocal, scope: Scope) -> None:
        scope.nonlocals.update(node.names)
        scope.used.update(node.names)

    def _import(self, node: ast.Import | ast.ImportFrom, scope: Scope) -> None:
        for alias in node.names:
            if alias.name != "*":
                name = alias.asname or alias.name.split(".")[0]
                self._bind(name, scope)
                if scope is self.module:
                    self.modules.add(name)

    def _handler(self, node: ast.ExceptHandler, scope: Scope) -> None:
        if node.name:
            self._bind(node.name, scope)
        self._children(node, scope)

    def _capture_pattern(self, node: ast.MatchAs | ast.MatchStar, scope: Scope) -> None:
        if node.name:
            self._bind(node.name, scope)
        self._children(node, scope)

    def _mapping_pattern(self, node: ast.MatchMapping, scope: Scope) -> None:
        if node.rest:
            self._bind(node.rest, scope)
        self._children(node, scope)

    def _match_class(self, node: ast.MatchClass, scope: Scope) -> None:
        # A class pattern is looked up by a small lambda: what it names is captured.
        for name in ast.walk(node.cls):
            if isinstance(name, ast.Name):
                scope.deep.add(name.id)
        self._children(node, scope)

    def _constant(self, node: ast.Constant, scope: Scope) -> None:
        if type(node.value) is float:
            self._division(node, scope)

    def _division(self, node: ast.AST, scope: Scope) -> None:
        at: Scope | None = scope
        while at is not None and not at.floats:
            at.floats = True
            at = at.parent

    def _await(self, node: ast.AST, scope: Scope) -> None:
        self.walrus = True
        if scope.frame is self.module or (scope.name == "<gen>" and scope.parent is self.module):
            self.awaits = True
        self._children(node, scope)

    def _yield(self, node: ast.Yield | ast.YieldFrom, scope: Scope) -> None:
        self.walrus = True
        if scope.frame is self.module:
            self.yields = node.lineno
        self._children(node, scope)

    def _type_alias(self, node: ast.AST, scope: Scope) -> None:
        self._visit(node.name, scope)  # type: ignore[attr-defined]  # a node of 3.12
        outer = self._params(node, scope)
        inner = self._open("function", outer, node, "<alias>")
        self._visit(node.value, inner)  # type: ignore[attr-defined]  # a node of 3.12

    # -------------------------------------------------------------- second pass

    def _capture(self) -> None:
        """Carry each free name up to the scope that binds it; real nesting makes it a cell."""
        for scope in reversed(self.all):
            free = (scope.used - scope.bound) | scope.nonlocals
            if scope.kind == "class":
                # Functions in a class body do not see its names.
                free, deep = set(), scope.deep | free
            else:
                scope.captured |= scope.deep & scope.bound
                deep = scope.deep - scope.bound
                if scope.kind == "function":
                    free, deep = set(), deep | free
            if scope.parent is not None:
                scope.parent.used |= free
                scope.parent.deep |= deep - scope.globals


#: Types of what nodes hold that hold no names: contexts, most operators, positions, identifiers.
_EMPTY = frozenset({int, str, type(None), ast.Load, ast.Store, ast.Del}) | {
    kind
    for base in (ast.operator, ast.unaryop, ast.boolop, ast.cmpop)
    for kind in base.__subclasses__()
    if kind is not ast.Div
}
_NO_TUPLE, _NO_DICT = ast.Tuple([], ast.Load()), ast.Dict([], [])
_A_FUNCTION = ast.Lambda(ast.arguments([], [], None, [], [], None, []), ast.Constant(None))

_HANDLERS: dict[type[ast.AST], Any] = {
    ast.Assign: Scopes._assign,
    ast.AnnAssign: Scopes._annotated,
    ast.AugAssign: Scopes._augmented,
    ast.For: Scopes._for,
    ast.Name: Scopes._name,
    ast.NamedExpr: Scopes._walrus,
    ast.FunctionDef: Scopes._function,
    ast.AsyncFunctionDef: Scopes._function,
    ast.Lambda: Scopes._lambda,
    ast.ClassDef: Scopes._class,
    ast.ListComp: Scopes._comprehension,
    ast.SetComp: Scopes._comprehension,
    ast.DictComp: Scopes._comprehension,
    ast.GeneratorExp: Scopes._comprehension,
    ast.Global: Scopes._global,
    ast.Nonlocal: Scopes._nonlocal,
    ast.Import: Scopes._import,
    ast.ImportFrom: Scopes._import,
    ast.ExceptHandler: Scopes._handler,
    ast.MatchAs: Scopes._capture_pattern,
    ast.MatchStar: Scopes._capture_pattern,
    ast.MatchMapping: Scopes._mapping_pattern,
    ast.MatchClass: Scopes._match_class,
    ast.Constant: Scopes._constant,
    ast.Div: Scopes._division,
    ast.Await: Scopes._await,
    ast.AsyncFor: Scopes._await,
    ast.AsyncWith: Scopes._await,
    ast.Yield: Scopes._yield,
    ast.YieldFrom: Scopes._yield,
}
if hasattr(ast, "TypeAlias"):
    _HANDLERS[ast.TypeAlias] = Scopes._type_alias
