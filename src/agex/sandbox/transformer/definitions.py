"""Functions, lambdas, classes and type parameters."""

from __future__ import annotations

import ast
from typing import cast

from agex.sandbox import tables
from agex.sandbox.hoist import Hoisted, hoisted
from agex.sandbox.scopes import Scope
from agex.sandbox.transformer.shapes import (
    all_arguments,
    guard_of,
    is_generator,
    leading_docstring,
    may_recurse,
    place,
)
from agex.sandbox.transformer.statements import Statements


class Definitions(Statements):
    """Functions, lambdas, classes and type parameters."""

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
            self.in_class_method,
            self.hoisted,
            self.temporary,
        )
        self.in_class_method = outer.kind == "class" and self.takes_class(node)
        self.in_class_function = self.in_class_function or outer.kind == "class"
        self.self_name = self.first_argument(node.args)
        self.scope = self.scopes.of[node]
        self.can_hold, self.temporary = True, "$t"
        by_identity = self.self_name if self.in_class_method else None
        self.hoisted = hoisted(node, self.scope, self.inference, by_identity)
        outer_floats, self.floats = self.floats, self.scope.floats
        outer_once, self.once = self.once, False
        outer_giving, self.giving = self.giving, self.guard_of_results(node, outer)
        docstring = leading_docstring(node.body)
        body = self.block(node.body[len(docstring) :])
        opening = self.poll(node) if node.name.startswith("__") or may_recurse(node) else []
        opening += self.untested(node)
        opening += self.tested([arg.arg for arg in all_arguments(node.args)], node)
        if node.name in ("__exit__", "__aexit__"):
            opening += self.without_traceback(node)
        if node.name == "__getattr__":
            opening += self.without_addresses(node)
        if self.giving:  # at the end as well, so that the code shows that it asks
            nothing = self.call(self.giving, node, self.constant(None, node))
            body.append(ast.Return(nothing, **place(node)))
        self.giving = outer_giving
        node.body = [*docstring, *opening, *body] or [ast.Pass(**place(node))]
        self.can_hold, self.self_name, self.in_class_function, self.in_class_method = saved[:4]
        self.hoisted, self.temporary = saved[4:]
        self.floats, self.once = outer_floats, outer_once
        self.scope = outer
        return node

    def guard_of_results(self, node: ast.FunctionDef | ast.AsyncFunctionDef, outer: Scope) -> str:
        """What a method asks before it returns, where the interpreter uses the result by itself."""
        if (
            node.name not in tables.GIVING
            or outer.kind != "class"
            or type(node) is ast.AsyncFunctionDef
            or is_generator(node)
        ):
            return ""
        return guard_of(node.name)

    def takes_class(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
        """Is the first argument of this method a class, by the look of it? Only speed hangs on it."""
        return node.name in ("__init_subclass__", "__class_getitem__", "__new__") or any(
            type(decorator) is ast.Name and decorator.id in ("classmethod", "$b_classmethod")
            for decorator in node.decorator_list
        )

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
            statements.append(ast.Assign([self.store(name, node)], value, None, **place(node)))
        return statements

    def without_addresses(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> list[ast.stmt]:
        """numpy asks each object it is handed for an address of memory: ``__getattr__`` has none."""
        args = [*node.args.posonlyargs, *node.args.args]
        if len(args) < 2:
            return []  # no use as a method, which ``origin.check_fallback`` sees
        asked = self.call("$asked", node, self.name(args[1].arg, node))
        return [ast.Expr(asked, **place(node))]

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
        for arg in all_arguments(args):
            self.check_binding(arg.arg, arg)

    def annotations(self, args: ast.arguments) -> None:
        for arg in all_arguments(args):
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
        saved = (self.scope, self.can_hold, self.self_name, self.in_class_function, self.once)
        outer, self.hoisted = (self.hoisted, self.temporary), Hoisted()
        giving, self.giving = self.giving, ""
        self.temporary = "$t"
        self.in_class_function = self.in_class_function or self.scope.kind == "class"
        self.scope, self.can_hold = self.scopes.of[node], not self.in_iterable
        self.once = False
        self.self_name = self.first_argument(node.args)
        body = cast(ast.expr, self.visit(node.body))
        if self.flags:
            idle = ast.UnaryOp(ast.Not(), self.guard("$stop", node), **place(node))
            ready = ast.BoolOp(ast.Or(), [idle, self.call("$go", node)], **place(node))
            body = self.either(ready, body, self.constant(None, node), node)
        node.body = body
        self.scope, self.can_hold, self.self_name, self.in_class_function, self.once = saved
        self.hoisted, self.temporary = outer
        self.giving = giving
        return node

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
        docstring = leading_docstring(node.body)
        body = self.block(node.body[len(docstring) :])
        mark = ast.Assign([self.store(tables.MARK, at)], self.guard("$mark", at), None, **place(at))
        first: list[ast.stmt] = [mark]
        if node.bases or node.keywords:  # the namespace may be one that the metaclass made
            here = ast.Call(self.guard("$locals", at), [], [], **place(at))
            first.append(ast.Expr(self.call("$body", at, here), **place(at)))
        declared = ast.Global(sorted(self.guards), **place(at))
        outer_guards |= self.guards
        self.guards = outer_guards
        node.body = [*docstring, declared, *first, *body]
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
