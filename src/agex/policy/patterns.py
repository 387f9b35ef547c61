"""Which names do ``include`` and ``exclude`` select?

A pattern is a glob (``"get_*"``), a list of globs and plain names, or a predicate over the name.
Names may be dotted (``"Path.name"``, ``"linalg.norm"``): the members of a class that a module holds,
or what stands in a submodule of a recursive package. The rules, all of them:

1. ``exclude`` wins over ``include``.
2. An include pattern is read segment by segment: ``*`` stays within its dots. A pattern brings what
   it names *and* all below it: ``"Path"`` brings the members of ``Path``.
3. Where a longer pattern speaks of the same parent, only the longer ones count there:
   ``["*", "Path.name"]`` is everything, but of ``Path`` only ``name``.
4. An exclude pattern is read freely: its ``*`` crosses dots, and what it matches is gone with all
   below it. ``"*open*"`` removes ``open`` as well as ``Path.open``.
5. A predicate is asked with the whole dotted name, and its answer stands (an exclude predicate is
   asked about the parents too). One that raises has not included, and has excluded.
"""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeAlias

Predicate: TypeAlias = Callable[[str], bool]
Pattern: TypeAlias = str | Iterable[str] | Predicate
"""What a caller may write for ``include`` and ``exclude``."""

Frozen: TypeAlias = tuple[str, ...] | Predicate

_WILD = re.compile(r"[*?\[]")


@lru_cache(maxsize=4096)
def _matcher(glob: str) -> Callable[[str], object]:
    return re.compile(fnmatch.translate(glob)).match


@lru_cache(maxsize=256)
def _split(globs: tuple[str, ...]) -> tuple[list[str], ...]:
    return tuple(glob.split(".") for glob in globs)


def is_plain(pattern: str) -> bool:
    """Whether a pattern is a name rather than a glob."""
    return _WILD.search(pattern) is None


def matches(glob: str, name: str) -> bool:
    """Whether one glob matches one name, case-sensitively, ``*`` crossing dots."""
    return _matcher(glob)(name) is not None


def freeze_pattern(pattern: Pattern) -> Frozen:
    """A pattern as it is kept: a tuple of globs, or the predicate itself.

    Raises:
        TypeError: it is none of the three forms.
    """
    if isinstance(pattern, str):
        return (pattern,)
    if callable(pattern) and not isinstance(pattern, type):
        return pattern
    try:
        globs = tuple(pattern)  # type: ignore[arg-type]  # a type is not iterable: TypeError, as wanted
    except TypeError:
        raise TypeError(f"a {type(pattern).__name__}") from None
    for glob in globs:
        if not isinstance(glob, str):
            raise TypeError(f"a list that holds a {type(glob).__name__}")
    return globs


@dataclass(frozen=True, slots=True)
class Selection:
    """An include and an exclude pattern, ready to be asked."""

    include: Frozen = ("*",)
    exclude: Frozen = ()

    def __contains__(self, name: str) -> bool:
        return self.includes(name) and not self.excludes(name)

    def includes(self, name: str) -> bool:
        """Whether ``include`` brings this dotted name (rules 2, 3 and 5)."""
        if not isinstance(self.include, tuple):
            return _ask(self.include, name, on_error=False)
        if self.include == ("*",):
            return True
        parts = name.split(".")
        globs = _split(self.include)
        for length in range(len(parts), 0, -1):
            speaking = [
                glob for glob in globs if len(glob) == length and _all_match(glob[:-1], parts)
            ]
            if speaking:
                return any(matches(glob[-1], parts[length - 1]) for glob in speaking)
        return False

    def opens(self, name: str) -> bool:
        """Whether ``include`` names something *below* this dotted name, such as a class's member."""
        if not isinstance(self.include, tuple):
            return False
        parts = name.split(".")
        return any(
            len(glob) > len(parts) and _all_match(glob[: len(parts)], parts)
            for glob in _split(self.include)
        )

    def excludes(self, name: str) -> bool:
        """Whether ``exclude`` removes this dotted name, or one of its parents (rules 4 and 5)."""
        if self.exclude == ():
            return False
        parts = name.split(".")
        prefixes = [".".join(parts[:end]) for end in range(1, len(parts) + 1)]
        if not isinstance(self.exclude, tuple):
            predicate = self.exclude
            return any(_ask(predicate, prefix, on_error=True) for prefix in prefixes)
        return any(matches(glob, prefix) for glob in self.exclude for prefix in prefixes)

    def names(self, name: str) -> bool:
        """Whether ``include`` spells this very name out, without a wildcard."""
        return isinstance(self.include, tuple) and name in self.include

    def within(self, other: Selection) -> bool:
        """Whether all this can ever select, known names or not, ``other`` selects too.

        ``False`` when it cannot be told: of two predicates only the same one is known to fit.
        """
        return _include_within(self, other) and _exclude_covers(self, other)

    def is_everything_public(self) -> bool:
        """Whether nothing is left out but private names."""
        return self.include == ("*",) and (
            isinstance(self.exclude, tuple) and set(self.exclude) <= {"_*", "*._*"}
        )

    def leaves_out_private(self, *, below: bool) -> bool:
        """Whether no ``_name`` is ever selected: at the top, or ``below`` a class or submodule."""
        return isinstance(self.exclude, tuple) and ("*._*" if below else "_*") in self.exclude


def _ask(predicate: Predicate, name: str, *, on_error: bool) -> bool:
    try:
        return bool(predicate(name))
    except Exception:
        return on_error


def _all_match(globs: list[str], parts: list[str]) -> bool:
    return len(globs) <= len(parts) and all(map(matches, globs, parts))


def _include_within(mine: Selection, other: Selection) -> bool:
    if other.include == ("*",) or mine.include == other.include:
        return True
    if not isinstance(mine.include, tuple):
        return False
    if not isinstance(other.include, tuple):
        return False
    if any("." in glob for glob in other.include):
        # A longer pattern narrows (rule 3), so covering one glob by another proves nothing.
        return False
    return all(_glob_within(glob.split(".")[0], other.include) for glob in mine.include)


def _exclude_covers(mine: Selection, other: Selection) -> bool:
    if other.exclude == () or mine.exclude == other.exclude:
        return True
    if not isinstance(mine.exclude, tuple) or not isinstance(other.exclude, tuple):
        return False
    wider = mine.exclude
    return all(_glob_within(glob, wider) for glob in other.exclude)


def _glob_within(glob: str, wider: tuple[str, ...]) -> bool:
    """Whether each name that ``glob`` matches, one of ``wider`` matches as well.

    A wider glob made of letters and ``*`` alone that matches the *text* of ``glob`` also matches
    everything ``glob`` stands for; with ``?`` or ``[…]`` on the wide side only equality is proof.
    """
    return any(
        candidate == glob
        or (is_plain(candidate.replace("*", "")) and "[" not in glob and matches(candidate, glob))
        for candidate in wider
    )
