"""Assignment in all its forms, and ``del``."""

from __future__ import annotations

import ast
from typing import cast

from agex.sandbox import inference, tables
from agex.sandbox.hoist import bound_names
from agex.sandbox.transformer.operators import Operators
from agex.sandbox.transformer.shapes import (
    CALLED_IN_BODY,
    LOAD,
    STORE,
    guard_of,
    is_flat,
    is_plain,
    is_scalar,
    may_be_twice,
    place,
)


class Assignments(Operators):
    """Assignment in all its forms, and ``del``."""

    def visit_Assign(self, node: ast.Assign) -> ast.AST | list[ast.stmt]:
        plain_tuple = isinstance(node.value, (ast.Tuple, ast.List)) and not any(
            isinstance(e, ast.Starred) for e in node.value.elts
        )
        known = self.known(node.value, inference.CONTAINERS)
        harmless = (
            is_scalar(node.value)
            or type(node.value) is ast.Lambda
            or bool(self.inference.of(node.value, self.scope))
        )
        value = cast(ast.expr, self.visit(node.value))
        if self.scope.kind == "class" and any(
            type(t) is ast.Name and t.id in CALLED_IN_BODY for t in node.targets
        ):
            value = self.call("$call", node, value)
        if self.scope.kind == "class" and type(value) is ast.Lambda:
            for target in node.targets:
                if type(target) is ast.Name and target.id in tables.GIVING:
                    value.body = self.call(guard_of(target.id), node, value.body)
        for target in node.targets:
            if (
                isinstance(target, ast.Subscript)
                and isinstance(target.slice, ast.Slice)
                and not known
                and not is_plain(value)
            ):
                # xs[:] = ys iterates ys
                value = self.checked(value, "ok", "$iter", node)
                harmless = True
        nested = [t for t in node.targets if isinstance(t, (ast.Tuple, ast.List))]
        if nested and not ((plain_tuple or known) and all(is_flat(t) for t in nested)):
            if len(node.targets) == 1:
                value = self.unpacked(node.targets[0], value, node.value)
            elif all(is_flat(t) for t in nested):
                value = self.checked(value, "ok", "$iter", node.value)
            else:
                return self.chain(node, value)
        targets: list[ast.expr] = []
        for target in node.targets:
            self.harmless = harmless and type(target) is ast.Subscript
            targets.append(self.visit(target))
        self.harmless = False
        node.targets = targets
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
            ast.Assign([self.store(held, node)], value, None, **place(node))
        ]
        for target in node.targets:
            source = self.unpacked(target, self.name(held, node), node)
            statements.append(ast.Assign([self.visit(target)], source, None, **place(node)))
            statements += self.tested(bound_names(target), node)
        if self.scope.kind == "class":
            statements.append(ast.Delete([ast.Name(held, ast.Del(), **place(node))], **place(node)))
        return statements

    def visit_AugAssign(self, node: ast.AugAssign) -> ast.AST | list[ast.stmt]:
        simple = self.visit_aug_value(node.op, node.value)
        target = node.target
        scalar = is_scalar(node.value) or self.known(node.value, inference.NUMBERS)
        if not simple and type(target) is ast.Name and type(node.op) in (ast.Mult, ast.Mod):
            counted = self.known(ast.Name(target.id, LOAD), inference.NUMBERS)
            simple = counted and (
                type(node.op) is ast.Mod or self.known(node.value, inference.NUMBERS)
            )
        if not simple:
            return self.big_augmented(node)
        if isinstance(node.op, ast.Add) and type(target) is ast.Name:
            scalar = scalar or self.known(ast.Name(target.id, LOAD), inference.SHOWN)
        floats = self.two_floats(node.value)
        value = cast(ast.expr, self.visit(node.value))
        if isinstance(node.op, ast.Sub) and not scalar:
            value = self.checked(
                value, "$views", "$viewed", node, op=ast.NotIn, first=self.likely()
            )
            value = self.unless_floats(floats, value)
        if type(target) is ast.Name:
            self.check_binding(target.id, target)
            if isinstance(node.op, ast.Add) and not scalar:
                if self.is_fast(target) and may_be_twice(node.value):
                    return self.added(node, value)
                # xs += ys iterates ys where xs is a list
                value = self.checked(
                    value, "ok", "$iadd", node, self.name(target.id, node), first=self.likely()
                )
            node.value = value
            return self.with_tests(node, [target])
        if isinstance(node.op, ast.Add) and not scalar:
            value = self.checked(value, "ok", "$iadd", node, first=self.likely())
            value = self.unless_floats(floats, value)
        node.value = value
        if type(target) is ast.Attribute:
            self.assigned.add(self.mangled(target.attr))
            if type(value) is ast.Constant and type(value.value) is int and not self.once:
                if self.is_class(target.value) and isinstance(node.op, (ast.Add, ast.Sub)):
                    return self.counted(node, target, value)
            node.target = cast(ast.Attribute, self.through(target, "x_", "$xdoor"))
        else:
            node.target = self.visit(target)
        return node

    def two_floats(self, node: ast.expr) -> list[str]:
        """The names of a product of two locals whose being floats was tested where they were bound."""
        if type(node) is not ast.BinOp or type(node.op) is not ast.Mult or not self.floats:
            return []
        names = [side.id for side in (node.left, node.right) if type(side) is ast.Name]
        return names if sum(self.is_hoisted(name, "floats") for name in names) == 2 else []

    def unless_floats(self, names: list[str], value: ast.expr) -> ast.expr:
        """``a * b`` of two floats is a float, and needs none of the guards in ``value``."""
        if not names:
            return value
        at = value
        left, right = (self.name(name, at) for name in names)
        both: list[ast.expr] = [self.name("$f_" + name, at) for name in names]
        return self.either(
            ast.BoolOp(ast.And(), both, **place(at)),
            ast.BinOp(left, ast.Mult(), right, **place(at)),
            value,
            at,
        )

    def counted(
        self, node: ast.AugAssign, target: ast.Attribute, step: ast.Constant
    ) -> list[ast.stmt]:
        """``C.count += 1``, where a whole number takes the place of one.

        → ``if C is $s.k_d_C.count and type($t := C.count) is $int: C.count = $t + 1``
        ``else: $countdoor(C, "count", "k_d_C.count").count += 1``
        """
        at, owner = node, cast(ast.Name, target.value).id
        attr = self.mangled(target.attr)
        known = f"k_d_{owner}.{attr}"
        now = self.hold(self.attribute(self.name(owner, at), attr, LOAD, at), self.temporary, at)
        test = ast.BoolOp(
            ast.And(),
            [
                self.compare(self.name(owner, at), ast.Is(), self.remembered(known, at), at),
                self.compare(self.type_of(now, at), ast.Is(), self.guard("$int", at), at),
            ],
            **place(at),
        )
        place_of = self.attribute(self.name(owner, at), attr, STORE, at)
        total = ast.BinOp(
            self.name(self.temporary, at), node.op, self.constant(step.value, at), **place(at)
        )
        target.value = self.call(
            "$countdoor",
            at,
            self.name(owner, at),
            self.constant(attr, at),
            self.constant(known, at),
        )
        counted = ast.Assign([place_of], total, None, **place(at))
        return [ast.If(test, [counted], [node], **place(at))]

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
            **place(at),
        )
        guarded = self.checked(value, "ok", "$iadd", at, self.name(target.id, at))
        again = ast.AugAssign(self.store(target.id, at), node.op, guarded, **place(at))
        node.value = value
        choice = ast.If(scalar, [node], [again], **place(at))
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
            ast.BitAnd: "$iand",
            ast.BitXor: "$ixor",
        }[type(node.op)]
        statements: list[ast.stmt] = []
        target = node.target
        held: list[str] = []

        def keep(value: ast.expr) -> ast.expr:
            self._held += 1
            name = f"$a{self._held}"
            held.append(name)
            statements.append(ast.Assign([self.store(name, at)], value, None, **place(at)))
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
            current = self.attribute(owner, target.attr, LOAD, at)
            final = self.attribute(owner, target.attr, STORE, at)
        else:
            subscript = cast(ast.Subscript, self.visit(target))
            owner = keep(subscript.value)
            index = keep(subscript.slice)
            current = ast.Subscript(owner, index, LOAD, **place(at))
            final = ast.Subscript(owner, index, STORE, **place(at))
        value = cast(ast.expr, self.visit(node.value))
        if self.once or not self.can_hold:
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
                **place(at),
            )
            if type(node.op) in (ast.Mult, ast.Mod, ast.BitOr, ast.BitAnd, ast.BitXor):
                native = ast.BinOp(left, node.op, right, **place(at))
                result = self.either(numbers, native, self.call(slow, at, left, right), at)
            else:
                result = self.call(slow, at, left, right)
        statements.append(ast.Assign([final], result, None, **place(at)))
        statements += self.tested(bound_names(final), at)
        if self.scope.kind == "class":
            statements.extend(
                ast.Delete([ast.Name(name, ast.Del(), **place(at))], **place(at)) for name in held
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
                statements.append(ast.Assign([node.target], value, None, **place(node)))
            if self.future_annotations:
                annotation = self.constant(ast.unparse(node.annotation), node)
            if not node.simple:  # (x): int = 1 runs the annotation and forgets it
                return [*statements, ast.Expr(annotation, **place(node))]
            name = self.constant(node.target.id, node)
            note = self.call("$annotate", node, name, annotation)
            return [*statements, ast.Expr(note, **place(node))]
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
                statements.append(ast.Expr(restore, **place(node)))
            else:
                statements.append(ast.Delete([self.visit(target)], **place(node)))
        if self.can_hold and self.scope.kind == "module":
            # Nothing of ours keeps alive what the agent deletes.
            nothing = self.constant(None, node)
            statements.append(ast.Assign([self.store("$t", node)], nothing, None, **place(node)))
        return statements
