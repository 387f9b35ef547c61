"""Which regular expressions may try exponentially many ways, asked where no interrupt ends a search.

A pattern is exponential where a loop can go through one and the same text in two ways and come back to
where it was: ``(a+)+``, ``(a|a)*``, ``(\\w+\\s?)*``. Then each character doubles the ways that a search
tries before it fails. This is decided on the parsed pattern: its positions are the states of an
automaton (Glushkov's), and two paths of it are followed at once (Weber and Seidl, "On the degree of
ambiguity of finite automata", 1991: the criterion EDA). Where a loop is the last thing in a pattern
nothing behind it can fail, and so nothing is tried twice.

What it does not see: ways that differ only in what they skip, and patterns that are merely polynomial.
"""

from __future__ import annotations

import re
from functools import lru_cache
from re import _constants as ops  # type: ignore[attr-defined]  # private, and what re is made of
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any

#: Positions inside of loops that are looked at; a pattern with more is taken for exponential where
#: its loops hold choices.
MAX_POSITIONS = 80
#: Characters that stand for all, besides those of the pattern itself.
_SAMPLES = "aZ5_ \n\t-.,:;/\"'\\é中\x1f\u2003"
#: A finite repetition from this on counts as a loop.
_MANY = 10
_CATEGORIES = {
    ops.CATEGORY_DIGIT: re.compile(r"\d"),
    ops.CATEGORY_NOT_DIGIT: re.compile(r"\D"),
    ops.CATEGORY_SPACE: re.compile(r"\s"),
    ops.CATEGORY_NOT_SPACE: re.compile(r"\S"),
    ops.CATEGORY_WORD: re.compile(r"\w"),
    ops.CATEGORY_NOT_WORD: re.compile(r"\W"),
}
_REPEATS = (ops.MAX_REPEAT, ops.MIN_REPEAT, getattr(ops, "POSSESSIVE_REPEAT", ops.MAX_REPEAT))
_SETS = (ops.LITERAL, ops.NOT_LITERAL, ops.IN, ops.ANY)


@lru_cache(maxsize=512)
def may_explode(pattern: str | bytes, flags: int, *, whole: bool) -> bool:
    """Whether a search with this pattern may try exponentially many ways.

    Args:
        whole: the whole text has to match, so that the end of the pattern can fail too.
    """
    text = pattern if isinstance(pattern, str) else pattern.decode("latin-1")
    try:
        tree = parser.parse(text, flags & ~(re.DEBUG | re.LOCALE))
    except (re.error, ValueError, OverflowError, RecursionError):
        return False  # compiling it says why
    builder = _Automaton(tree, bool((flags | tree.state.flags) & re.IGNORECASE))
    try:
        _, _, last = builder.sequence(tree)
    except RecursionError:
        return True
    if not builder.branching:
        return False
    if len(builder.looping) > MAX_POSITIONS:
        return True
    ends = set() if whole or builder.conditions else last
    return builder.is_ambiguous(ends)


class _Automaton:
    """The positions of a pattern, the characters they take, and which may follow which."""

    def __init__(self, tree: Any, ignores_case: bool) -> None:
        self.ignores_case = ignores_case
        self.characters = sorted({*map(ord, _SAMPLES), *_mentioned(tree)})
        self.takes: list[frozenset[int]] = []
        self.follow: dict[int, set[int]] = {}
        #: Pairs that follow one another for two reasons, each of them a way.
        self.twice: set[tuple[int, int]] = set()
        self.looping: set[int] = set()
        #: What each loop ends and begins with, and whether it can be gone through in two ways for sure.
        self.loops: list[tuple[set[int], set[int], bool]] = []
        #: Choices between nothing and nothing, which the parser makes of ``(a|a)``.
        self.same = 0
        #: A loop holds a loop or a choice: otherwise nothing is ambiguous.
        self.branching = False
        #: There is a condition on what is around, which can fail where a loop ends.
        self.conditions = False

    def position(self, op: Any, value: Any) -> int:
        self.takes.append(frozenset(c for c in self.characters if self.matches(op, value, c)))
        self.follow[len(self.takes) - 1] = set()
        return len(self.takes) - 1

    def matches(self, op: Any, value: Any, code: int) -> bool:
        if self.ignores_case:
            both = {code, *map(ord, chr(code).lower()[:1] + chr(code).upper()[:1])}
            return any(_matches(op, value, one) for one in both)
        return _matches(op, value, code)

    def join(self, before: set[int], after: set[int]) -> None:
        for one in before:
            for other in after & self.follow[one]:
                self.twice.add((one, other))
            self.follow[one] |= after

    def sequence(self, items: Any) -> tuple[bool, set[int], set[int]]:
        """Whether it may be empty, the positions it may begin with, and those it may end with."""
        empty, first, last = True, set[int](), set[int]()
        for op, value in items:
            e, f, l = self.item(op, value)  # noqa: E741
            self.join(last, f)
            first |= f if empty else set()
            last = last | l if e else l
            empty = empty and e
        return empty, first, last

    def item(self, op: Any, value: Any) -> tuple[bool, set[int], set[int]]:
        if op in _SETS:
            here = {self.position(op, value)}
            return False, here, here
        if op in _REPEATS:
            return self.repeat(*value)
        if op is ops.SUBPATTERN:
            return self.sequence(value[3])
        if op is ops.BRANCH:
            return self.choice(value[1])
        if op is ops.GROUPREF_EXISTS:
            return self.choice([value[1], value[2] or []])
        if op is getattr(ops, "ATOMIC_GROUP", None):
            self.conditions = True
            return self.sequence(value)
        if op in (ops.ASSERT, ops.ASSERT_NOT):
            self.conditions = True
            self.sequence(value[1])  # a search of its own
            return True, set(), set()
        if op in (ops.GROUPREF, ops.AT):
            self.conditions = True
            return True, set(), set()
        here = {self.position(ops.ANY, None)}
        return False, here, here

    def choice(self, options: list[Any]) -> tuple[bool, set[int], set[int]]:
        empty, first, last = False, set[int](), set[int]()
        for option in options:
            e, f, l = self.sequence(option)  # noqa: E741
            self.same += e and empty
            empty, first, last = empty or e, first | f, last | l
        return empty, first, last

    def repeat(self, least: int, most: int, body: Any) -> tuple[bool, set[int], set[int]]:
        begin, loops, same = len(self.takes), len(self.loops), self.same
        empty, first, last = self.sequence(body)
        if most >= _MANY:
            inside = set(range(begin, len(self.takes)))
            chooses = len(self.loops) > loops or len(inside) > 1 or empty or self.same > same
            self.branching = self.branching or chooses
            self.loops.append((last, first, self.same > same))
            self.looping |= inside
        return empty or least == 0, first, last

    def is_ambiguous(self, ends: set[int]) -> bool:
        """Can a loop be gone through with one text in two ways, and something fail behind it?"""
        for last, first, surely in self.loops:
            if last <= ends:
                continue  # wherever it stops, all is well
            self.join(last, first)
            if surely:
                self.twice |= {(one, other) for one in last for other in first}
        return any(self._comes_back_twice(state) for state in self.looping)

    def _comes_back_twice(self, state: int) -> bool:
        """From ``(state, state)`` over two different paths with the same text, and back."""
        seen = {(state, state, False)}
        queue = [(state, state, False)]
        while queue:
            left, right, parted = queue.pop()
            for a in self.follow[left]:
                for b in self.follow[right]:
                    if a not in self.looping or b not in self.looping:
                        continue
                    if not self.takes[a] & self.takes[b]:
                        continue
                    twice = left == right and a == b and (left, a) in self.twice
                    apart = parted or a != b or twice
                    if apart and a == b == state:
                        return True
                    pair = (min(a, b), max(a, b), apart)
                    if pair not in seen:
                        seen.add(pair)
                        queue.append(pair)
        return False


def _matches(op: Any, value: Any, code: int) -> bool:
    if op is ops.LITERAL:
        return bool(code == value)
    if op is ops.NOT_LITERAL:
        return bool(code != value)
    if op is ops.IN:
        negated = bool(value) and value[0][0] is ops.NEGATE
        return any(_matches(one, its, code) for one, its in value[negated:]) != negated
    if op is ops.RANGE:
        return bool(value[0] <= code <= value[1])
    if op is ops.CATEGORY:
        test = _CATEGORIES.get(value)
        return test is None or test.match(chr(code)) is not None
    return True  # ANY, and a line break is not worth a difference


def _mentioned(tree: Any) -> set[int]:
    """The characters a pattern names, and the neighbours of its ranges."""
    found: set[int] = set()
    stack = [tree]
    while stack:
        item = stack.pop()
        if isinstance(item, parser.SubPattern):
            stack.extend(item.data)
        elif isinstance(item, (list, tuple)):
            if len(item) == 2 and item[0] in (ops.LITERAL, ops.NOT_LITERAL):
                found.add(item[1])
            elif len(item) == 2 and item[0] is ops.RANGE:
                found.update((item[1][0], item[1][1]))
            else:
                stack.extend(item)
    return found
