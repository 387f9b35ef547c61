"""What the guards of a session know of types and names, and when they forget it."""

from __future__ import annotations

import abc
import sys
import types
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any
from weakref import WeakSet

from agex.policy import Policy
from agex.sandbox import kinds, uncleared
from agex.sandbox.decisions import Decisions
from agex.sandbox.formatting import PLAIN, Texts
from agex.sandbox.origin import is_agent_class, mro_of, own_dict

if TYPE_CHECKING:
    # What the floors above bring, for those below that hand themselves to a guarded method.
    from agex.sandbox.methods import Rules
else:
    # A Protocol as a real base would bring ABCMeta, whose isinstance() runs code of the object.
    Rules = object

_BARE: frozenset[type] = kinds.BARE_BASES | {abc.ABC}
_ALWAYS_OPEN = (kinds.BUILTIN_TYPES | frozenset(kinds.INTERNAL_MEMBERS)) - {
    *kinds.HINTS,
    object,
    types.SimpleNamespace,
}

#: Attribute names that agent code in this process assigns somewhere. What has a method of such a name
#: is written under the eyes of the guards only, or else that method is checked call by call: an
#: instance may hold something else there.
ASSIGNED: set[str] = set()
#: Classes of which an instance may hold something in the place of a method without our knowing.
_hiding: WeakSet[type] = WeakSet()
_live: WeakSet[Memory] = WeakSet()


class Memory(Rules):
    """The ground floor of the guards: what they hold, clear and forget."""

    texts: Texts

    def __init__(self, policy: Policy) -> None:
        self.policy = policy
        self.decisions = Decisions(policy)
        #: ``$s``, what inline tests read: ``$s.r_x`` is the set of types cleared for reading ``x``.
        #: Plain sets, because the interpreter is twice as fast with them as with a subclass; held
        #: by a module, because it reads attributes of modules fastest and because picklers store a
        #: module by its name: on the other side nothing is cleared yet.
        self.sets = types.ModuleType(uncleared.__name__)
        self.provide(("ok", "own", "plain"))
        #: Types whose protocol is open, and agent types of which every attribute is the agent's.
        self.ok: set[type] = self.sets.ok
        self.own: set[type] = self.sets.own
        self.ok.update(_ALWAYS_OPEN)
        self.sets.plain.update(PLAIN)
        _live.add(self)
        #: Agent types whose instance dictionaries agent code holds, or that came from elsewhere.
        self.exposed: set[type] = set()
        #: True where the guards came out of a pickle: instances may be of any making.
        self.away = False
        self._unbound: dict[tuple[type, str], Any] = {}
        self.globals: dict[str, Any] = {}
        #: ``(class, name)`` of members of agent classes that are read natively, and what
        #: ``super()`` hands out as it is: ``(start, class, name)``.
        self.native_members: set[tuple[type, str]] = set()
        self.native_methods: set[tuple[Any, str]] = set()
        #: Keys of ``sets`` that hold a class of which such a member was used.
        self.remembered: set[str] = set()
        #: Generated functions that were read from a class, with the checked form that was handed out.
        self.checked_members: dict[Any, tuple[type, Any]] = {}
        #: Where ``print`` goes inside ``contextlib.redirect_stdout``, innermost last.
        self.redirects: list[Callable[[str], Any]] = []
        #: ``{real callable: guarded one}``; filled by the session.
        self.substitutes: dict[int, tuple[Any, Any]] = {}

    def provide(self, keys: Iterable[str]) -> None:
        """Make the sets that code reads. At home they are there before it runs: a module with a
        ``__getattr__`` is read the slow way."""
        held = self.sets.__dict__
        for key in keys:
            if key not in held:
                held[key] = uncleared.MISSING if key.startswith("k_") else set()

    def go_away(self) -> None:
        """These guards are those of code that another process compiled: nobody says what it reads."""
        self.away = True
        held = self.sets.__dict__

        def missing(key: str) -> Any:
            if key.startswith("__"):
                raise AttributeError(key)
            self.provide((key,))
            return held[key]

        held["__getattr__"] = missing

    def clear(self, key: str, cls: type) -> None:
        self.provide((key,))
        self.sets.__dict__[key].add(cls)
        if self.away:
            self._settle()

    def cleared(self, key: str) -> set[type]:
        """The types cleared under ``key`` so far."""
        return self.sets.__dict__.get(key) or set()

    def _settle(self) -> None:
        """Code that came here by somebody else's pickler reads our sets from now on."""
        frame = sys._getframe(2)
        while frame is not None and frame.f_globals.get("$s") is not uncleared:
            frame = frame.f_back  # type: ignore[assignment]
        if frame is not None:
            frame.f_globals["$s"] = self.sets

    def forget(self, name: str) -> None:
        """A class changed: what was known of ``name`` is asked anew."""
        for guards in list(_live):
            for prefix in ("r_", "m_", "w_", "x_", "s_"):
                guards.cleared(prefix + name).clear()
            if name in ASSIGNED:
                _hiding.update(guards.own)  # frames that are running now may write it natively
            guards.native_members.clear()
            guards.native_methods.clear()
            for known in guards.remembered:
                guards.sets.__dict__[known] = uncleared.MISSING
            guards.remembered.clear()

    def remember(self, known: str, cls: type) -> None:
        """Let code of this session know a class again that a guard let through, until :meth:`forget`."""
        if known.startswith("k_") and not self.away:
            self.sets.__dict__[known] = cls
            self.remembered.add(known)

    def may_be_hidden(self, cls: type, name: str) -> bool:
        """May an instance of ``cls`` hold something else in the place of its method ``name``?"""
        return name in ASSIGNED and (
            cls in _hiding or any(cls in guards.own for guards in list(_live))
        )

    def hide(self, cls: type, name: str) -> None:
        """An instance of ``cls`` gets something in the place of a method."""
        _hiding.add(cls)
        for guards in list(_live):
            guards.cleared("m_" + name).discard(cls)

    def expose(self, cls: type) -> None:
        """Instance dictionaries of ``cls`` left our sight: its calls are checked one by one."""
        self.exposed.add(cls)
        for key, known in list(self.sets.__dict__.items()):
            if key.startswith("m_"):
                known.discard(cls)

    def note_own(self, cls: type) -> None:
        """Remember agent types whose every attribute may be read and written natively."""
        if cls not in self.own and is_agent_class(cls) and not issubclass(cls, type):
            for base in mro_of(cls):
                if not is_agent_class(base) and base not in _BARE:
                    return
            if not _has_function(cls, ASSIGNED):
                self.own.add(cls)

    def is_pure(self, cls: type) -> bool:
        """True where no class in the order of ``cls`` is a registered or foreign one of the host."""
        for base in mro_of(cls):
            if is_agent_class(base) or base in kinds.BUILTIN_TYPES:
                continue
            if base in kinds.EXCEPTION_CLASSES or base in kinds.LANGUAGE_MEMBERS:
                continue
            if base in kinds.BARE_BASES or kinds.is_abc(base):
                continue
            return False
        return True


def assigned(names: Iterable[str]) -> None:
    """Note that compiled code assigns these attributes; must be called before it runs."""
    new = [name for name in names if name not in ASSIGNED]
    if new:
        ASSIGNED.update(new)
        for guards in list(_live):
            for name in new:
                guards.cleared("m_" + name).clear()
            # No code compiled before assigns these: frames that are running may go on as they were.
            guards.own -= {cls for cls in guards.own if _has_function(cls, new)}


def _has_function(cls: type, names: Iterable[str]) -> bool:
    """Has ``cls`` a function, plain or wrapped, under one of these names?"""
    for base in mro_of(cls):
        members = own_dict(base)
        for name in members.keys() & names:
            value = members[name]
            if isinstance(value, (staticmethod, classmethod)):
                value = value.__func__
            if type(value) in kinds.FUNCTION_TYPES:
                return True
    return False
