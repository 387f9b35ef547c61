"""``with``, ``try``, ``raise``, ``return``, ``global`` and ``import``."""

from __future__ import annotations

import ast
from typing import cast

from agex.sandbox import tables
from agex.sandbox.transformer.assignments import Assignments
from agex.sandbox.transformer.shapes import all_names, place


class Statements(Assignments):
    """``with``, ``try``, ``raise``, ``return``, ``global`` and ``import``."""

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
                prefix.append(ast.Assign([self.visit(target)], source, None, **place(target)))
                item.optional_vars = self.store(held, target)
            elif target is not None:
                item.optional_vars = self.visit(target)
            if target is not None:
                prefix += self.tested(all_names(target), target)
        node.body = [*prefix, *self.block(node.body)]
        return node

    def visit_Try(self, node: ast.Try) -> ast.AST:
        """Signals pass: a handler that could catch them gets ``except $Signals: raise`` before it."""
        node.body = self.block(node.body)
        broad = any(self.is_broad(handler.type) for handler in node.handlers)
        handlers = [self.visit_ExceptHandler(handler) for handler in node.handlers]
        if broad and type(node) is ast.Try:
            first = node.handlers[0]
            again = ast.Raise(None, None, **place(first))
            handlers.insert(
                0, ast.ExceptHandler(self.guard("$Signals", first), None, [again], **place(first))
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
        elif self.giving and value is not None:
            value = self.call(self.giving, node, value)
        node.value = value
        return node

    def visit_Global(self, node: ast.Global) -> ast.AST:
        for name in node.names:
            self.check_binding(name, node)
        if self.scope.kind == "module":
            return ast.Pass(**place(node))
        return node

    def visit_Nonlocal(self, node: ast.Nonlocal) -> ast.AST:
        for name in node.names:
            self.check_binding(name, node)
        return node

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
            statements.append(ast.Assign([self.store(target, node)], value, None, **place(node)))
        return statements

    def visit_ImportFrom(self, node: ast.ImportFrom) -> list[ast.stmt]:
        """``from a import b as c`` → ``c = $from("a", "b", 0)``; a star asks at run time."""
        module = node.module or ""
        statements: list[ast.stmt] = []
        if module == "__future__":
            return [ast.Pass(**place(node))]
        for alias in node.names:
            level = self.constant(node.level or 0, node)
            if alias.name == "*":
                if self.scope.kind != "module":
                    self.refuse(node, "import * only allowed at module level")
                star = self.call("$star", node, self.constant(module, node), level)
                statements.append(ast.Expr(star, **place(node)))
                continue
            target = alias.asname or alias.name
            self.check_binding(target, node)
            value = self.call(
                "$from", node, self.constant(module, node), self.constant(alias.name, node), level
            )
            statements.append(ast.Assign([self.store(target, node)], value, None, **place(node)))
        return statements
