"""``match``: every pattern that reads an attribute or tests a class passes a guard."""

from __future__ import annotations

import ast
from typing import cast

from agex.sandbox import tables
from agex.sandbox.transformer.definitions import Definitions
from agex.sandbox.transformer.shapes import (
    LOAD,
    MANGLES_PATTERNS,
    MATCHED_AS_IS,
    SITES,
    opaque,
    outer_patterns,
    place,
)


class Matching(Definitions):
    """``match``: every pattern that reads an attribute or tests a class passes a guard."""

    def visit_Match(self, node: ast.Match) -> list[ast.stmt]:
        """Class patterns look their class up through a matcher, which the guard made."""
        subject = cast(ast.expr, self.visit(node.subject))
        before: list[ast.stmt] = []
        kinds = {type(p) for case in node.cases for p in outer_patterns(case.pattern)}
        if kinds & {ast.MatchSequence, ast.MatchMapping} and not isinstance(
            node.subject, (ast.Tuple, ast.List, ast.Dict)
        ):
            subject = self.checked(subject, "matched", "$subject", node)
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
        cls = self.attribute(self.guard("$seq", node), "ok", LOAD, node)
        return ast.MatchClass(cls, [node], [], [], **place(node))

    def class_pattern(self, node: ast.MatchClass, before: list[ast.stmt]) -> ast.pattern:
        """``case C(x=p)`` → ``case $mN.cls(x=p)``; ``$mN`` asks for C only when the case is tried."""
        at = node
        node.patterns = [self.pattern(p, before) for p in node.patterns]
        node.kwd_patterns = [self.pattern(p, before) for p in node.kwd_patterns]
        for attr in node.kwd_attrs:
            if self.is_dunder(attr):
                self.refuse(node, f"{attr} cannot be read in a pattern")
        if MANGLES_PATTERNS:
            node.kwd_attrs = [self.mangled(a) for a in node.kwd_attrs]
        attrs = ast.Tuple([self.constant(a, at) for a in node.kwd_attrs], LOAD, **place(at))
        count = self.constant(len(node.patterns), at)
        plain = type(node.cls) is ast.Name and self.scope.is_global(node.cls.id)
        if (
            plain
            and not node.kwd_attrs
            and cast(ast.Name, node.cls).id in MATCHED_AS_IS
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
            site = f"{name.id}${next(SITES)}"
            read = self.hold(self.name(name.id, at), "$t", at)
            same = self.compare(read, ast.Is(), self.cleared(f"k_{site}", at), at)
            slow = self.call(
                "$pattern", at, self.name("$t", at), self.constant(site, at), attrs, count
            )
            chosen = self.either(same, self.cleared(f"h_{site}", at), slow, at)
            before.append(ast.Assign([self.store(held, at)], chosen, None, **place(at)))
            node.cls = self.attribute(self.name(held, at), "cls", LOAD, at)
            return node
        cls = self.unheld_class(node.cls)
        empty = ast.arguments([], [], None, [], [], None, [])
        thunk: ast.expr = ast.Lambda(empty, cls, **place(at))
        if self.scope.kind == "class":
            thunk = self.call("$constant", at, cls)
        matcher = self.call("$matcher", at, thunk, attrs, count)
        before.append(ast.Assign([self.store(held, at)], matcher, None, **place(at)))
        node.cls = self.attribute(self.name(held, at), "cls", LOAD, at)
        return node

    def refused_pattern(self, node: ast.MatchClass, name: str) -> ast.pattern:
        self.refuse(node, f"the name {name} is not offered here")
        return node

    def unheld_class(self, node: ast.expr) -> ast.expr:
        """The class of a pattern, read inside a lambda: guards without temporaries."""
        before, self.can_hold = self.can_hold, False
        scope, self.scope = self.scope, opaque(self.scope)
        try:
            return cast(ast.expr, self.visit(node))
        finally:
            self.can_hold, self.scope = before, scope
