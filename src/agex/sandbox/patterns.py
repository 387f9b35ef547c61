"""Class patterns in ``match``: the class is looked up when its case is tried, under the guards.

The interpreter's own class pattern calls ``isinstance`` and then reads the attributes the pattern
names, positional ones by ``__match_args__``. So a pattern's class is replaced by what :attr:`Pattern.cls`
gives: the class itself where every such read is open on anything that could match, else a stand-in
that asks for the subject at hand.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from agex.errors import TypeRefused
from agex.sandbox import kinds
from agex.sandbox.decisions import Verdict
from agex.sandbox.guards import Guards
from agex.sandbox.opaque import real_class
from agex.sandbox.origin import find, is_agent_class, own_dict

#: Builtin classes whose single positional pattern matches the subject itself.
_SELF = frozenset({bool, bytearray, bytes, dict, float, frozenset, int, list, set, str, tuple})


class Pattern:
    """One class pattern of one ``match`` statement."""

    __slots__ = ("attrs", "count", "guards", "thunk")

    def __init__(
        self, guards: Guards, thunk: Callable[[], Any], attrs: tuple[str, ...], count: int
    ) -> None:
        self.guards = guards
        self.thunk = thunk
        self.attrs = attrs
        self.count = count

    @property
    def cls(self) -> Any:
        """The class to match against."""
        cls = real_class(self.thunk())
        if not isinstance(cls, type):
            raise TypeError("called match pattern must be a class")
        if not self.attrs and (not self.count or cls in _SELF):
            return cls
        names = [*self.positional(cls), *self.attrs]
        if (
            is_agent_class(cls)
            and self.guards.is_pure(cls)
            and not any(name.startswith("__") for name in names)
            and type(cls) is type
            and not any(self.brought(cls, name) for name in names)
        ):
            return cls
        return _asking(self.guards, cls, tuple(names), self.positional(cls))

    def brought(self, cls: type, name: str) -> bool:
        """True where a builtin base, not the agent, defines this attribute."""
        found = find(cls, name)
        return found is not None and not is_agent_class(found[0])

    def positional(self, cls: type) -> tuple[str, ...]:
        """The names that positional sub-patterns read, when they are what they should be."""
        if not self.count or cls in _SELF:
            return ()
        for base in cls.__mro__:
            if "__match_args__" in own_dict(base):
                names = own_dict(base)["__match_args__"]
                break
        else:
            return ()
        if type(names) is not tuple or not all(type(n) is str for n in names):
            raise TypeError(f"{cls.__name__}.__match_args__ must be a tuple of strings")
        for name in names:
            if "$" in name or (name.startswith("__") and name.endswith("__")):
                raise TypeRefused(f"{name} cannot be read in a pattern")
        return names[: self.count]


def _asking(guards: Guards, cls: type, names: tuple[str, ...], positional: tuple[str, ...]) -> type:
    """A class that matches what ``cls`` matches, where ``names`` may be read."""

    class Meta(type):
        def __instancecheck__(self, subject: Any) -> bool:
            if not isinstance(subject, cls):
                return False
            if isinstance(subject, type):
                raise TypeRefused("a class cannot be matched by attributes here")
            kind = guards.decisions.kind(type(subject))
            for name in names:
                if kind == kinds.FOREIGN:
                    raise guards.refusal(subject, name)
                verdict, why = guards.decisions.read(type(subject), name)
                if verdict is not Verdict.CLEAR:
                    raise guards.refusal(subject, name, why)
            return True

    return Meta(cls.__name__, (), {"__match_args__": positional})


class Chosen:
    """A pattern whose class was found fit to be matched natively."""

    __slots__ = ("cls",)

    def __init__(self, cls: type) -> None:
        self.cls = cls


class Matcher:
    """Makes the patterns of one session."""

    def __init__(self, guards: Guards) -> None:
        self.guards = guards

    def make(self, thunk: Callable[[], Any], attrs: tuple[str, ...], count: int) -> Pattern:
        return Pattern(self.guards, thunk, attrs, count)

    def known(self, cls: Any, site: str, attrs: tuple[str, ...], count: int) -> Any:
        """The pattern of a class known by its global name, remembered while the name means it."""
        pattern = Pattern(self.guards, lambda: cls, attrs, count)
        try:
            chosen = pattern.cls
        except Exception:
            return pattern  # raises when its case is tried, as Python does
        fixed = Chosen(chosen)
        if chosen is cls:
            held = self.guards.sets.__dict__
            held["h_" + site], held["k_" + site] = fixed, cls
        return fixed

    def __reduce__(self) -> Any:
        return Matcher, (self.guards,)


class Sequences:
    """``$seq.ok(pattern)``: a nested sequence or mapping pattern meets only what may be indexed."""

    def __init__(self, guards: Guards) -> None:
        class Meta(type):
            def __instancecheck__(cls, subject: Any) -> bool:
                kind = guards.decisions.kind(type(subject))
                if kind == kinds.AGENT:
                    guards.check_matched(subject, type(subject))
                return type(subject) in guards.ok or kind in kinds.OPEN

        # Subclasses of list match a single positional pattern against the subject itself.
        self.guards = guards
        self.ok = Meta("ok", (list,), {})

    def __reduce__(self) -> Any:
        return Sequences, (self.guards,)


def constant(value: Any) -> Callable[[], Any]:
    """A function that gives ``value``: class bodies cannot lend their names to a lambda."""
    return lambda: value
