"""The guards compiled code calls: slow paths that clear a type, hand out a door, or refuse.

Every guard asks :class:`Decisions` and remembers the answer in the cleared sets that the inline tests
read. What keeps warm equal to cold:

- a type enters ``$s.r_x`` only when *every* object of exactly that type may have ``x`` read natively;
- an agent type enters ``$s.m_x`` only when ``x`` is a function of its class that no instance can hide:
  never while any agent code of the process assigns an attribute ``x`` (``ASSIGNED``), nor when its
  instance dictionaries were handed out; so ``o.x(…)`` cannot call what an assignment put there without
  passing ``$call``;
- writing to a class empties the sets of that name.

Guards pickle to their policy, cleared sets to their guards and name: a function that somebody else's
pickler takes to another process finds the same rules there.
"""

from __future__ import annotations

import abc
import collections
import collections.abc
import enum
import types
import typing
from collections.abc import Callable, Iterable, Iterator
from types import BuiltinFunctionType, FunctionType, MethodType
from typing import Any
from weakref import WeakSet

from agex.errors import (
    AttributeRefused,
    NameRefused,
    TypeRefused,
    did_you_mean,
)
from agex.policy import Policy, is_function_like
from agex.sandbox import bounds, kinds, methods, tables
from agex.sandbox.decisions import MUTABLE, Decisions, Verdict
from agex.sandbox.formatting import PLAIN, Texts, is_twin
from agex.sandbox.opaque import TRACEBACK, Door, Type, ViewMeta, is_stand_in, view_of
from agex.sandbox.origin import (
    THE_MARK,
    find,
    is_agent_class,
    is_agent_function,
    mro_of,
    own_dict,
)

_MISSING: Any = object()


class Cleared:
    """What inline tests read: ``$s.r_x`` is the set of types cleared for reading ``x``, ``$s.k_f``
    the value of the global ``f`` that was last found callable.

    Plain sets, because the interpreter is twice as fast with them as with a subclass; held by one
    object, because that can say how it pickles: as its guards, with nothing cleared yet.
    """

    guards: Guards
    ok: set[type]
    own: set[type]
    plain: set[type]

    def provide(self, keys: Iterable[str]) -> None:
        """Make what compiled code reads; a ``__getattr__`` would do, and cost the caches."""
        held = self.__dict__
        for key in keys:
            if key not in held:
                held[key] = _MISSING if key[:2] in ("k_", "h_") else set()

    def __reduce__(self) -> Any:
        return _cleared_of, (self.guards, tuple(self.__dict__))


def _cleared_of(guards: Guards, keys: tuple[str, ...]) -> Cleared:
    guards.sets.provide(keys)
    return guards.sets


class Guards:
    """The guards of one session, over one policy."""

    def __init__(self, policy: Policy) -> None:
        self.policy = policy
        self.decisions = Decisions(policy)
        self.sets = Cleared()
        self.sets.guards = self
        self.sets.provide(("ok", "own", "plain"))
        #: Types whose protocol is open, and agent types of which every attribute is the agent's.
        self.ok: set[type] = self.sets.ok
        self.own: set[type] = self.sets.own
        self.ok.update(_ALWAYS_OPEN)
        self.sets.plain.update(PLAIN)
        _live.add(self)
        #: Agent types whose instance dictionaries agent code holds, or that came from elsewhere.
        self.exposed: set[type] = set()
        #: Private names that agent code itself put on instances of its subclasses of host classes.
        self.own_names: dict[type, set[str]] = {}
        #: True where the guards came out of a pickle: instances may be of any making.
        self.away = False
        self._unbound: dict[tuple[type, str], Any] = {}
        self.texts = Texts(self.decisions, self.value, self.item)
        self.globals: dict[str, Any] = {}
        #: ``(class, name)`` of members of agent classes that are read natively, and what
        #: ``super()`` hands out as it is: ``(start, class, name)``.
        self.native_members: set[tuple[type, str]] = set()
        self.native_methods: set[tuple[Any, str]] = set()
        self.native_supers: set[tuple[type, type, str]] = set()
        #: Generated functions that were read from a class, with the checked form that was handed out.
        self.checked_members: dict[Any, tuple[type, Any]] = {}
        #: Where ``print`` goes inside ``contextlib.redirect_stdout``, innermost last.
        self.redirects: list[Callable[[str], Any]] = []
        #: ``{real callable: guarded one}``; filled by the session.
        self.substitutes: dict[int, tuple[Any, Any]] = {}

    def __reduce__(self) -> Any:
        return restore, (self.policy,)

    def clear(self, key: str, cls: type) -> None:
        self.sets.provide((key,))
        self.sets.__dict__[key].add(cls)

    def cleared(self, key: str) -> set[type]:
        """The types cleared under ``key`` so far."""
        return self.sets.__dict__.get(key) or set()

    def forget(self, name: str) -> None:
        """A class changed: what was known of ``name`` is asked anew."""
        for prefix in ("r_", "m_", "w_", "x_"):
            self.cleared(prefix + name).clear()
        self.native_members.clear()
        self.native_methods.clear()
        self.native_supers.clear()

    def expose(self, cls: type) -> None:
        """Instance dictionaries of ``cls`` left our sight: its calls are checked one by one."""
        self.exposed.add(cls)
        for key, known in list(self.sets.__dict__.items()):
            if key.startswith("m_"):
                known.discard(cls)

    # ================================================================ reading attributes

    def door(self, owner: Any, name: str) -> Any:
        """``owner`` itself where ``.name`` may be read natively, else a door."""
        cls = type(owner)
        if isinstance(owner, type):
            if (owner, name) in self.native_members:
                return owner
            return Door(name, self.class_value(owner, name))
        if cls in kinds.FUNCTION_TYPES:
            return Door(name, self.function_value(owner, name))
        if cls is super:
            return Door(name, self.super_value(owner, name))
        rule = self.policy.instance_rule(owner) if self.policy.instances else None
        if rule is not None:
            if not rule.allows(name):
                raise self.refused_attribute(owner, name, rule.members())
            return Door(name, getattr(owner, name))
        verdict, why = self.decisions.read(cls, name)
        if verdict is Verdict.CLEAR:
            self.note_own(cls)
            self.clear("r_" + name, cls)
            return owner
        if verdict is Verdict.GUARDED:
            return Door(name, methods.kept(owner, name, self.guarded_method(owner, name)))
        if verdict is Verdict.ASK:
            return Door(name, self.asked(owner, name, why))
        raise self.refusal(owner, name, why)

    def note_own(self, cls: type) -> None:
        """Remember agent types whose every attribute may be read and written natively."""
        if cls not in self.own and is_agent_class(cls) and not issubclass(cls, type):
            for base in mro_of(cls):
                if not is_agent_class(base) and base not in _BARE:
                    return
            self.own.add(cls)

    def asked(self, owner: Any, name: str, why: str) -> Any:
        """Reads that depend on the object at hand."""
        cls = type(owner)
        if isinstance(owner, BaseException):
            if name in owner.__dict__.get(OWN_FIELDS, ()):
                return getattr(owner, name)
            if find(cls, name) is None and name not in owner.__dict__:
                return getattr(owner, name)  # not there: Python says so itself
            raise self.refusal(owner, name)
        if self.decisions.kind(cls) == kinds.AGENT:
            if name in self.own_names.get(cls, ()):
                return getattr(owner, name)
            raise self.refusal(owner, name, why)
        rule = self.decisions.rule(cls)
        if rule is not None and (instead := rule.instead(name)) is not None:
            return MethodType(instead, owner)
        value = getattr(owner, name)
        held = find(cls, name)
        return copied(value) if held is not None and held[1] is value else value

    def get(self, owner: Any, name: str) -> Any:
        """A dunder read: ``owner.__name__``."""
        if isinstance(owner, type):
            return self.class_dunder(owner, name)
        cls = type(owner)
        if name == "__class__":
            return self.type_of(owner)
        if cls in kinds.FUNCTION_TYPES:
            return self.function_value(owner, name)
        if cls is super:
            return self.super_value(owner, name)
        kind = self.decisions.kind(cls)
        if kind == kinds.MODULE:
            if name in ("__name__", "__doc__"):
                return getattr(owner, name)
            raise self.refusal(owner, name)
        if isinstance(owner, BaseException):
            if name == "__traceback__":
                return None if owner.__traceback__ is None else TRACEBACK
            if name in ("__cause__", "__context__", "__suppress_context__", "__notes__"):
                return getattr(owner, name)
        if kind == kinds.FOREIGN:
            if name == "__doc__" or self.policy.instance_rule(owner) is None:
                raise self.refusal(owner, name)
            return self.protocol_value(owner, name)
        if name == "__doc__":
            return getattr(owner, name)
        if name == "__module__":
            return _main(getattr(owner, name))
        if name == "__dict__":
            return self.instance_dict(owner)
        if kind == kinds.AGENT:
            found = find(cls, name)
            if found is None:
                if name in tables.READABLE_DUNDERS or name in tables.PROTOCOL:
                    return getattr(owner, name)
                if name in tables.REFUSED_DEFINITIONS or name in tables.REFUSED_NAMES:
                    raise self.refusal(owner, name)
                return getattr(owner, name)
            holder, _ = found
            if is_agent_class(holder) and name not in _NEVER:
                return getattr(owner, name)
            return self.inherited(owner, holder, name)
        if kind in (kinds.REGISTERED, kinds.EXCEPTION, kinds.LANGUAGE):
            if kind == kinds.LANGUAGE and name in tables.READABLE_DUNDERS:
                return self.language_dunder(owner, name)
            return self.protocol_value(owner, name)
        found = find(cls, name)
        return self.inherited(owner, found[0] if found else cls, name)

    def language_dunder(self, owner: Any, name: str) -> Any:
        value = getattr(owner, name)
        if name == "__wrapped__" and not is_agent_function(value):
            raise self.refusal(owner, name)
        if name in ("__origin__", "__args__", "__bound__", "__value__", "__supertype__"):
            return self.shown(value)
        return value

    def shown(self, value: Any) -> Any:
        """Classes inside a typing object, with stand-ins where a class must not be held."""
        if isinstance(value, type):
            return self.show_class(value)
        if type(value) is tuple:
            return tuple(self.shown(item) for item in value)
        return value

    def protocol_value(self, owner: Any, name: str) -> Any:
        """A protocol dunder of a registered object follows its class."""
        if name == "__get__" and isinstance(owner, classmethod):
            return methods.class_binding(owner.__get__)
        if name in _PROTOCOL_READS and hasattr(type(owner), name):
            return getattr(owner, name)
        if name in ("__str__", "__repr__", "__format__"):
            text = {"__str__": self.texts.str, "__repr__": self.texts.repr}.get(name)
            if text is None:
                return lambda spec="": self.texts.format(owner, spec)
            return lambda: text(owner)
        found = find(type(owner), name)
        if found is not None and found[0] in kinds.BUILTIN_TYPES | kinds.EXCEPTION_CLASSES:
            return self.inherited(owner, found[0], name)
        raise self.refusal(owner, name)

    def instance_dict(self, owner: Any) -> dict[str, Any]:
        """``o.__dict__`` of an object that is all the agent's own; the real one."""
        cls = type(owner)
        if cls is _NAMESPACE:
            held: dict[str, Any] = vars(owner)
            return held
        if not is_agent_class(cls) or not self.is_pure(cls) or issubclass(cls, BaseExceptionGroup):
            raise self.refusal(owner, "__dict__")
        self.expose(cls)
        return getattr(owner, "__dict__")  # type: ignore[no-any-return]  # noqa: B009

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

    def value(self, owner: Any, name: str) -> Any:
        """``owner.name`` for a name known at run time only.

        Raises:
            AttributeError: it is not there, or not allowed.
        """
        if type(name) is not str:
            raise not_a_name(name)
        if "$" in name:
            raise AttributeError(f"{type(owner).__name__!r} object has no attribute {name!r}")
        if name.startswith("__") and name.endswith("__"):
            return self.get(owner, name)
        return getattr(self.door(owner, name), name)

    # ================================================================ functions, super, classes

    def function_value(self, function: Any, name: str) -> Any:
        """Attributes of functions and bound methods: names for all, the rest for the agent's own."""
        if name in ("__name__", "__qualname__", "__doc__"):
            return self.texts.clean(v) if isinstance(v := getattr(function, name), str) else v
        if name == "__module__":
            return _main(getattr(function, name, None))
        if name == "__class__":
            return self.type_of(function)
        inner = function.__func__ if type(function) is MethodType else function
        if is_agent_function(inner):
            if type(function) is MethodType and name in ("__self__", "__func__"):
                return getattr(function, name)
            if name in _FUNCTION_DUNDERS:
                value = getattr(function, name)
                if name == "__wrapped__" and not is_agent_function(value):
                    raise self.refusal(function, name)
                return value
            if name == "__dict__":
                return inner.__dict__
            if not name.startswith("__"):
                return getattr(function, name)
        elif (
            type(function) is MethodType
            and name == "__self__"
            and is_agent_class(type(function.__self__))
        ):
            return function.__self__
        if name in ("__call__", "__eq__", "__ne__", "__hash__"):
            return getattr(function, name)
        if name == "__get__" and type(function) is not BuiltinFunctionType:
            return getattr(function, name)
        found = getattr(function, "__dict__", {}).get(name) if not name.startswith("_") else None
        substitute = _FUNCTION_ATTRIBUTES.get(name)
        if found is not None and substitute is None and type(found) in PLAIN:
            return found
        if found is not None and type(found) in kinds.FUNCTION_TYPES and not name.startswith("_"):
            return found
        raise self.refusal(function, name)

    def super_value(self, owner: Any, name: str) -> Any:
        """Attributes of an explicit ``super(C, o)`` object."""
        start = owner.__thisclass__
        return self.super_get(start, owner.__self__, name)

    def super_get(self, start: type, owner: Any, name: str) -> Any:
        """``super().name``: what the next class in line brings, decided by who defines it there."""
        actual = owner if isinstance(owner, type) and issubclass(owner, start) else type(owner)
        order = mro_of(actual)
        if start not in order:
            raise TypeError("super(type, obj): obj must be an instance or subtype of type")
        for holder in order[order.index(start) + 1 :]:
            if name in own_dict(holder):
                break
        else:
            return getattr(super(start, owner), name)
        if is_agent_class(holder):
            return getattr(super(start, owner), name)
        return self.inherited(owner, holder, name, bound=super(start, owner))

    def super_call(self, start: type, owner: Any, name: str) -> Any:
        """``super().name(…)``"""
        key = (start, type(owner), name)
        if key in self.native_supers:
            return getattr(super(start, owner), name)
        approved = self.call(self.super_get(start, owner, name))
        if not isinstance(owner, type):
            native = getattr(super(start, owner), name)
            if approved == native and type(approved) in (MethodType, types.MethodWrapperType):
                self.native_supers.add(key)
        return approved

    def inherited(self, owner: Any, holder: type, name: str, *, bound: Any = _MISSING) -> Any:
        """``name`` of the host's or builtin class ``holder``, for an object that inherits it."""
        source = owner if bound is _MISSING else bound
        kind = self.decisions.kind(holder)
        dunder = name.startswith("__") and name.endswith("__")
        if kind == kinds.CLASS and issubclass(holder, type):
            return self.metaclass_value(owner, holder, name, source)
        if dunder:
            if name in _NEVER:
                raise self.refusal(owner, name)
            if kind in (kinds.BUILTIN, kinds.EXCEPTION, kinds.LANGUAGE) or holder is object:
                if name in tables.GUARDED_BUILTIN_DUNDERS:
                    return self.guarded_dunder(owner, holder, name, source)
                if name == "__get__" and holder is classmethod:
                    return methods.class_binding(getattr(source, name))
                if name in tables.SAFE_BUILTIN_DUNDERS or name in _PROTOCOL_READS:
                    return getattr(source, name)
            elif kind == kinds.REGISTERED or kinds.is_abc(holder):
                if name in ("__new__", "__setattr__", "__delattr__"):
                    return self.guarded_dunder(owner, holder, name, source)
                if name in tables.PROTOCOL:
                    return getattr(source, name)
            elif kind == kinds.INTERNAL and (
                name in tables.SAFE_BUILTIN_DUNDERS or name in _PROTOCOL_READS
            ):
                return getattr(source, name)
            if name in tables.READABLE_DUNDERS and kind != kinds.FOREIGN:
                return getattr(source, name)
            raise self.refusal(owner, name)
        verdict, why = self.decisions.defined_read(type(owner), kind, holder, name)
        if verdict is Verdict.GUARDED:
            return self.guarded_method(owner, name, holder)
        if verdict is Verdict.REFUSED:
            raise self.refusal(owner, name, why)
        return getattr(source, name)

    def metaclass_value(self, owner: Any, holder: type, name: str, source: Any) -> Any:
        """What ``type`` and its kin bring to an agent metaclass through ``super()``."""
        if name == "__new__":
            return self.new_of(holder)
        if name == "__setattr__":
            return lambda attribute, value: self.set_class(owner, attribute, value, plain=True)
        if name == "__delattr__":
            return lambda attribute: self.delete_class(owner, attribute, plain=True)
        if name in ("__init__", "__call__", "__repr__", "__iter__", "__len__", "__contains__",
                    "__getitem__", "__or__", "__ror__", "mro", "__dir__", "__bool__", "register",
                    "__eq__", "__hash__"):  # fmt: skip
            if name == "__call__" and not self.decisions.may_construct(owner):
                raise self.refusal(owner, name)
            return getattr(source, name)
        raise self.refusal(owner, name)

    def class_value(self, cls: type, name: str) -> Any:
        """``C.name`` for a name that is no dunder."""
        if name.startswith("__") and name.endswith("__"):
            return self.class_dunder(cls, name)
        if isinstance(cls, ViewMeta) and self.decisions.rule(cls.real) is not None:
            cls = cls.real
        if "$" in name or isinstance(cls, ViewMeta):
            raise self.refusal(cls, name)
        if cls is Type:
            raise self.refusal(cls, name)
        found = find(cls, name)
        if found is None:
            return self.metaclass_attribute(cls, name)
        holder, raw = found
        if is_agent_class(holder):
            if type(raw) is not FunctionType or is_agent_function(raw):
                self.native_members.add((cls, name))
            return self.own_member(holder, raw, getattr(cls, name))
        kind = self.decisions.kind(holder)
        if kind in (kinds.BUILTIN, kinds.EXCEPTION):
            verdict, why = self.decisions.defined_read(cls, kind, holder, name)
            if verdict is Verdict.REFUSED:
                raise self.refusal(cls, name, why)
            return self.unbound(cls, holder, name, raw)
        if kind == kinds.LANGUAGE:
            verdict, why = self.decisions.defined_read(cls, kind, holder, name)
            if verdict is Verdict.REFUSED:
                raise self.refusal(cls, name, why)
            return self.unbound(cls, holder, name, raw)
        # A class the host registered answers for what it inherits as well.
        rule = self.decisions.rule(cls) or self.decisions.rule(holder)
        if rule is None:
            if (kinds.is_abc(holder) and not name.startswith("_")) or (
                kinds.is_abc(cls) and name == "register"
            ):
                return getattr(cls, name)
            raise self.refusal(cls, name)
        if not rule.allows(name):
            raise self.refusal(cls, name, self.decisions.sentence(cls, name, rule))
        instead = rule.instead(name)
        return instead if instead is not None else copied(getattr(cls, name))

    def visible_members(self, cls: type) -> dict[str, Any]:
        """The members of a class of the host or of Python, as far as each may be read."""
        found: dict[str, Any] = {}
        for name in own_dict(cls):
            if "$" not in name and name not in ("__dict__", "__weakref__", "__class__"):
                try:
                    found[name] = self.class_value(cls, name)
                except AttributeError:
                    continue
        return found

    def own_member(self, holder: type, raw: Any, value: Any) -> Any:
        """A member of an agent class. What the standard library wrote into it (``__init__`` of a
        dataclass) reads and writes natively, so it is for objects of that class only."""
        if type(raw) is not FunctionType or is_agent_function(raw):
            return value
        known = self.checked_members.get(raw)
        if known is not None and known[0] is holder:
            return known[1]

        def checked(*args: Any, **kwargs: Any) -> Any:
            if not args or not isinstance(args[0], holder):
                raise TypeError(f"{raw.__name__}() needs a {holder.__name__!r} object")
            return raw(*args, **kwargs)

        checked.__name__ = raw.__name__
        checked.__qualname__ = raw.__qualname__
        checked.__doc__ = raw.__doc__
        self.checked_members[raw] = (holder, checked)
        return checked

    def metaclass_attribute(self, cls: type, name: str) -> Any:
        """A name that only the metaclass knows: the agent's own, Enum's members, ABC's register."""
        meta = type(cls)
        found = find(meta, name)
        if found is None:
            if not is_agent_class(cls) and self.decisions.rule(cls) is None:
                raise self.refusal(cls, name)
            if not is_agent_class(cls) and name.startswith("_"):
                raise self.refusal(cls, name)
            return getattr(cls, name)  # not there, or a metaclass __getattr__: Enum members
        if is_agent_class(found[0]):
            return getattr(cls, name)
        if name == "register" and (is_agent_class(cls)):
            return getattr(cls, name)
        if name == "mro" and is_agent_class(cls):
            return lambda: list(self.shown(mro_of(cls)))
        raise self.refusal(cls, name)

    def class_dunder(self, cls: type, name: str) -> Any:
        """``C.__name__`` and its kin."""
        if name == "__class__":
            return self.type_of(cls)
        if isinstance(cls, ViewMeta) and self.decisions.rule(cls.real) is not None:
            cls = cls.real
        if cls is Type or isinstance(cls, ViewMeta):
            if name in ("__name__", "__qualname__"):
                return getattr(cls, name)
            raise self.refusal(cls, name)
        if name in ("__name__", "__qualname__"):
            return self.texts.clean(getattr(cls, name))
        if name == "__module__":
            return _main(cls.__module__)
        known = self.decisions.is_known_class(cls)
        if name in _NEVER or not known:
            raise self.refusal(cls, name)
        own = is_agent_class(cls)
        if name == "__doc__":
            return cls.__doc__
        if name in ("__mro__", "__bases__", "__base__"):
            if not own and cls not in kinds.BUILTIN_TYPES and cls not in kinds.EXCEPTION_CLASSES:
                raise self.refusal(cls, name)
            return self.shown(getattr(cls, name))
        if name == "__dict__":
            if not own:
                return types.MappingProxyType(self.visible_members(cls))
            return types.MappingProxyType(
                {
                    k: self.own_member(cls, v, v)
                    for k, v in own_dict(cls).items()
                    if "$" not in k and k not in _HIDDEN_KEYS
                }
            )
        if name in tables.READABLE_DUNDERS and name not in tables.PROTOCOL:
            if not own and self.decisions.rule(cls) is None and cls not in kinds.LANGUAGE_MEMBERS:
                found_at = find(cls, name)
                if found_at is None:
                    return getattr(cls, name)
                raise self.refusal(cls, name)
            return self.shown(copied(getattr(cls, name)))
        if name == "__new__":
            return self.new_of(cls)
        if name not in tables.PROTOCOL:
            if own and find(cls, name) is not None and name not in tables.REFUSED_DEFINITIONS:
                return getattr(cls, name)
            raise self.refusal(cls, name)
        found = find(cls, name)
        if found is None:
            return self.metaclass_dunder(cls, name)
        holder, raw = found
        if is_agent_class(holder):
            return self.own_member(holder, raw, getattr(cls, name))
        if holder in (type,) or issubclass(holder, type):
            if name in ("__init__", "__call__", "__repr__", "__setattr__", "__delattr__"):
                return lambda target, *a, **k: self.call(self._type_method(target, holder, name))(
                    *a, **k
                )
            raise self.refusal(cls, name)
        if name == "__init__" and not own and not self.decisions.may_construct(cls):
            raise self.refusal(cls, name)  # making an object anew is making one
        return self.unbound(cls, holder, name, raw)

    def _type_method(self, target: Any, holder: type, name: str) -> Any:
        """``type.__call__(C)`` spelled out: the same guards as through ``super()``."""
        if not isinstance(target, type) or not is_agent_class(target):
            raise self.refusal(target, name)
        if name == "__setattr__":
            return lambda attribute, value: self.set_class(target, attribute, value, plain=True)
        if name == "__delattr__":
            return lambda attribute: self.delete_class(target, attribute, plain=True)
        return MethodType(getattr(holder, name), target)

    def metaclass_dunder(self, cls: type, name: str) -> Any:
        if not is_agent_class(cls) and self.decisions.rule(cls) is None:
            raise self.refusal(cls, name)
        if name == "__call__":
            return self.call(cls)
        if name in ("__iter__", "__len__", "__contains__", "__getitem__", "__or__", "__ror__"):
            return getattr(cls, name)
        found = find(type(cls), name)
        if found is not None and is_agent_class(found[0]):
            return getattr(cls, name)
        if found is None:
            return getattr(cls, name)
        raise self.refusal(cls, name)

    def unbound(self, cls: type, holder: type, name: str, raw: Any) -> Any:
        """``dict.items``: a method without its object, which must be one that may have it called."""
        if isinstance(raw, (classmethod, staticmethod, types.ClassMethodDescriptorType)):
            if name in tables.GUARDED_METHODS.get(holder, ()) or name in kinds.LANGUAGE_GUARDED.get(
                holder, ()
            ):
                return methods.kept(cls, name, self.guarded_method(cls, name, holder))
            return getattr(cls, name)
        if type(raw) is BuiltinFunctionType:  # str.maketrans and other static ones
            return getattr(cls, name)
        if isinstance(raw, type) or not callable(raw):
            if name.startswith("__") or not isinstance(raw, (int, str, float)):
                return raw if not isinstance(raw, MUTABLE) else copied(raw)
            return raw
        key = (holder, name)
        made = self._unbound.get(key)
        if made is None:
            made = self._unbound[key] = methods.unbound_method(self, holder, name)
        return made

    def show_class(self, cls: type) -> Any:
        """A class as agent code may hold it: itself, the stand-in of ``type``, or a view.

        A class that may not be constructed is a view, whoever it is handed to: the host calls what it
        is given. Exceptions stay themselves, because ``except`` takes nothing else.
        """
        if cls is type or is_stand_in(cls):
            return Type
        if not self.decisions.is_known_class(cls):
            return view_of(cls)
        if issubclass(cls, BaseException) or self.decisions.may_subclass(cls):
            return cls
        return view_of(cls)

    def type_of(self, value: Any) -> Any:
        """``type(value)``"""
        cls = type(value)
        if cls in kinds.FUNCTION_TYPES and is_twin(value):
            cls = BuiltinFunctionType
        return self.show_class(cls)

    # ================================================================ writing attributes

    def write_door(self, owner: Any, name: str) -> Any:
        """``owner`` itself where ``.name`` may be assigned natively, else a door that checks."""
        cls = type(owner)
        if not isinstance(owner, type) and not name.startswith("__"):
            kind = self.decisions.kind(cls)
            if kind == kinds.AGENT and self.is_pure(cls):
                if "$" not in name and not (
                    name in _TRUSTED and issubclass(cls, BaseExceptionGroup)
                ):
                    self.note_own(cls)
                    self.clear("w_" + name, cls)
                    return owner
            elif kind == kinds.REGISTERED:
                rule = self.decisions.rule(cls)
                if rule is not None and rule.writable(name):
                    self.clear("w_" + name, cls)
                    return owner
            elif cls is _NAMESPACE:
                self.clear("w_" + name, cls)
                return owner
        return WriteDoor(self, owner)

    def delete_door(self, owner: Any, name: str) -> Any:
        return WriteDoor(self, owner)

    def change_door(self, owner: Any, name: str) -> Any:
        """The door of ``o.x += …``: reads and writes."""
        if isinstance(owner, type):
            return _ClassDoor(self, owner)
        if self.write_door(owner, name) is owner and self.door(owner, name) is owner:
            self.clear("x_" + name, type(owner))
            return owner
        return WriteDoor(self, owner)

    def set(self, owner: Any, name: str, value: Any, *, plain: bool = False) -> None:
        """``owner.name = value``; ``plain`` goes past the owner's own ``__setattr__``."""
        if type(name) is not str:
            raise not_a_name(name)
        if "$" in name or (name in _TRUSTED and isinstance(owner, BaseExceptionGroup)):
            raise self.refusal(owner, name)
        if isinstance(owner, type):
            self.set_class(owner, name, value, plain=plain)
            return
        cls = type(owner)
        store: Callable[[Any, str, Any], None] = object.__setattr__ if plain else setattr
        if type(owner) in kinds.FUNCTION_TYPES:
            self.set_function(owner, name, value)
            return
        if name in _NEVER or (name in tables.REFUSED_DEFINITIONS and name not in _PLAIN_DUNDERS):
            raise self.refusal(owner, name)
        if isinstance(owner, BaseException) and self.decisions.kind(cls) in (
            kinds.EXCEPTION,
            kinds.AGENT,
        ):
            if name == "__traceback__":
                if value is TRACEBACK:
                    return  # the one it has
                if value is not None:
                    raise TypeError("__traceback__ must be a traceback or None")
            if name.startswith("__") and name not in _EXCEPTION_WRITES:
                raise self.refusal(owner, name)
            if not is_agent_class(cls) and not name.startswith("__"):
                if find(cls, name) is None:
                    held = owner.__dict__
                    if name in held and name not in held.get(OWN_FIELDS, ()):
                        raise self.refusal(owner, name)
                    held[OWN_FIELDS] = (*held.get(OWN_FIELDS, ()), name)
                elif name not in tables.EXCEPTION_FIELDS:
                    raise self.refusal(owner, name)
            store(owner, name, value)
            return
        kind = self.decisions.kind(cls)
        if kind == kinds.AGENT:
            self.set_agent(owner, cls, name, value, store)
        elif kind == kinds.REGISTERED:
            rule = self.decisions.rule(cls)
            if rule is None or not rule.writable(name):
                raise AttributeRefused(
                    f"attribute {name!r} of {cls.__name__!r} object cannot be assigned here"
                    + did_you_mean(
                        name, [m for m in rule.members() if rule.writable(m)] if rule else []
                    )
                )
            store(owner, name, value)
        elif cls is _NAMESPACE:
            store(owner, name, value)
        elif kind in (kinds.BUILTIN, kinds.INTERNAL):
            store(owner, name, value)  # has no attributes to set: Python says so
        else:
            raise AttributeRefused(
                f"attributes of a {cls.__name__!r} object cannot be assigned here; "
                "it belongs to the host"
            )

    def set_agent(self, owner: Any, cls: type, name: str, value: Any, store: Any) -> None:
        if not is_agent_class(cls):
            # The host's subclass of an agent class: what the host itself keeps there stays its own.
            own = self.own_names.setdefault(cls, set())
            if name not in own:
                if self.decisions.derived_read(cls, name)[0] is Verdict.REFUSED or name in getattr(
                    owner, "__dict__", ()
                ):
                    raise self.refusal(owner, name)
                own.add(name)
        if not self.is_pure(cls):
            for base in mro_of(cls):
                rule = None if is_agent_class(base) else self.decisions.rule(base)
                if rule is None or rule.allows(name):
                    continue
                own = self.own_names.setdefault(cls, set())
                held = getattr(owner, "__dict__", {})
                if name not in own and (find(base, name) is not None or name in held):
                    raise AttributeRefused(
                        f"attribute {name!r} belongs to {base.__name__} and is not registered; "
                        "choose another name"
                    )
                own.add(name)
        assigned((name,))
        store(owner, name, value)

    def set_function(self, owner: Any, name: str, value: Any) -> None:
        if not is_agent_function(owner):
            raise AttributeRefused(
                f"attributes of the function {getattr(owner, '__name__', '?')!r} cannot be "
                "assigned here; it belongs to the host"
            )
        if name in ("__name__", "__qualname__"):
            if type(value) is not str:
                raise TypeError(f"{name} must be set to a string object")
        elif name == "__wrapped__":
            if not is_agent_function(value):
                raise self.refusal(owner, name)
        elif name.startswith("__") and name not in _FUNCTION_WRITES:
            raise self.refusal(owner, name)
        setattr(owner, name, value)

    def set_class(self, cls: type, name: str, value: Any, *, plain: bool = False) -> None:
        if (
            type(value) in PLAIN
            and not name.startswith("__")
            and is_agent_class(cls)
            and type(own_dict(cls).get(name)) in PLAIN
            and name in own_dict(cls)
        ):
            setattr(cls, name, value)  # data in the place of data
            return
        if not is_agent_class(cls):
            raise AttributeRefused(
                f"attributes of the class {cls.__name__!r} cannot be assigned here; "
                "it belongs to the host"
            )
        if (
            "$" in name
            or name in _NEVER
            or (name in tables.REFUSED_DEFINITIONS and name not in _PLAIN_DUNDERS)
        ):
            advice = tables.REFUSED_DEFINITIONS.get(name, "choose another name")
            raise AttributeRefused(f"setting {name} is not offered here; {advice}")
        if name in _TRUSTED and _leads_to_groups(cls):
            raise TypeRefused(f"an exception group cannot define {name} here; define derive")
        if name == "__match_args__" and not _is_match_args(value):
            raise TypeRefused("__match_args__ must be a tuple of names without leading underscores")
        if name.startswith("__") and name.endswith("__"):
            self.check_protocol_value(cls, name, value)
        if not issubclass(cls, type) and not self.is_pure(cls):
            self.check_override(cls, name, value)
        self.check_descriptor(name, value)
        before = own_dict(cls).get(name, _MISSING)
        # Data in the place of data changes nothing that was decided about the name.
        data = before is not _MISSING and type(before) in PLAIN and type(value) in PLAIN
        if not data:
            self.forget(name)
        if plain:
            type.__setattr__(cls, name, value)
        else:
            setattr(cls, name, value)
        if not data:
            self.forget(name)

    def delete(self, owner: Any, name: str, *, plain: bool = False) -> None:
        """``del owner.name``"""
        if type(name) is not str:
            raise not_a_name(name)
        if isinstance(owner, type):
            self.delete_class(owner, name, plain=plain)
            return
        cls = type(owner)
        kind = self.decisions.kind(cls)
        if "$" in name or name in _NEVER:
            raise self.refusal(owner, name)
        if is_agent_function(owner) and not name.startswith("__"):
            delattr(owner, name)
        elif kind == kinds.AGENT or cls is _NAMESPACE:
            if not self.is_pure(cls) and cls is not _NAMESPACE:
                self.door(owner, name)
            (object.__delattr__ if plain else delattr)(owner, name)
        elif (
            kind == kinds.REGISTERED and (rule := self.decisions.rule(cls)) and rule.writable(name)
        ):
            delattr(owner, name)
        elif kind in (kinds.BUILTIN, kinds.INTERNAL):
            delattr(owner, name)
        elif kind == kinds.EXCEPTION and (not name.startswith("__") or name in _EXCEPTION_WRITES):
            delattr(owner, name)
        else:
            raise AttributeRefused(
                f"attribute {name!r} of {cls.__name__!r} object cannot be deleted here"
            )

    def delete_class(self, cls: type, name: str, *, plain: bool = False) -> None:
        if not is_agent_class(cls) or "$" in name or name in _NEVER:
            raise AttributeRefused(f"attribute {name!r} of {cls.__name__} cannot be deleted here")
        self.forget(name)
        (type.__delattr__ if plain else delattr)(cls, name)
        self.forget(name)

    # ================================================================ calls

    def call(self, callee: Any) -> Any:
        """``callee`` where it may be called, its guarded form where it has one, or a refusal."""
        cls = type(callee)
        if cls is FunctionType:
            found = self.substitutes.get(id(callee))
            return callee if found is None else found[1]
        if cls is MethodType:
            return callee
        if isinstance(callee, type):
            found = self.substitutes.get(id(callee))
            if found is not None:
                return found[1]
            if self.decisions.may_construct(callee):
                return callee
            raise TypeRefused(
                f"{callee.__name__} is not registered as constructable, so it cannot be called; "
                "use the objects you are given"
            )
        if cls in kinds.FUNCTION_TYPES:
            found = self.substitutes.get(id(callee))
            return callee if found is None else found[1]
        kind = self.decisions.kind(cls)
        if kind in (kinds.AGENT, kinds.REGISTERED):
            return callee
        if kind == kinds.LANGUAGE:
            origin = getattr(callee, "__origin__", None)
            if isinstance(origin, type):
                self.call(origin)
            return callee
        if kind == kinds.INTERNAL and cls is types.GenericAlias:
            return self.call(callee.__origin__)
        if not callable(callee):
            return callee  # Python's own TypeError says it best
        if self.policy.instance_rule(callee) is not None:
            return callee
        registered = self._registered_callables
        if id(callee) in registered or is_function_like(cls):
            return callee
        raise TypeRefused(
            f"{cls.__name__!r} object is not registered, so it cannot be called; "
            "it can be passed on and compared by identity"
        )

    def raised(self, error: Any) -> Any:
        """``raise E`` makes an E: the same guard as a call. An unregistered error passes on."""
        if isinstance(error, type):
            if isinstance(error, ViewMeta):
                raise TypeRefused(f"{error.__name__} is not registered as constructable")
            if issubclass(error, BaseException):
                approved = self.call(error)
                return error if approved is error else approved()
        return error

    @property
    def _registered_callables(self) -> frozenset[int]:
        found = self.__dict__.get("_callables")
        if found is None:
            found = frozenset(id(spec.value) for spec in self.policy.functions.values())
            self.__dict__["_callables"] = found
        return found

    def call_global(self, callee: Any, name: str) -> Any:
        """The same for a global name, remembered as ``$s.k_name`` while the value stays."""
        approved = self.call(callee)
        if approved is callee:
            setattr(self.sets, "k_" + name, callee)
        return approved

    def method(self, owner: Any, name: str) -> Any:
        """``owner`` itself where calling ``.name`` natively is safe, else a door to what is called."""
        cls = type(owner)
        twin = methods.DOORS.get((cls, name))
        if twin is not None:
            return twin(self, owner)
        if isinstance(owner, type) or cls in kinds.FUNCTION_TYPES or cls is super:
            if (owner, name) in self.native_methods:
                return owner
            value = self.value(owner, name)
            approved = self.call(value)
            if (
                approved is value
                and isinstance(owner, type)
                and (owner, name) in self.native_members
                and self.decisions.is_method(owner, name)
            ):
                self.native_methods.add((owner, name))
            return Door(name, approved)
        if self.policy.instances and self.policy.instance_rule(owner) is not None:
            return Door(name, self.call(getattr(self.door(owner, name), name)))
        kind = self.decisions.kind(cls)
        if kind == kinds.MODULE:
            value = getattr(owner, name)
            approved = self.call(value)
            if approved is value:
                self.clear("m_" + name, cls)
                return owner
            return Door(name, approved)
        if kind != kinds.AGENT and self.decisions.read(cls, name)[0] is Verdict.GUARDED:
            return Door(name, self.guarded_method(owner, name))
        door = self.door(owner, name)
        if door is not owner:
            return Door(name, self.call(getattr(door, name)))
        if kind == kinds.AGENT:
            if self.may_clear_method(owner, cls, name):
                self.clear("m_" + name, cls)
                return owner
        elif self.decisions.is_method(cls, name):
            self.clear("m_" + name, cls)
            return owner
        return Door(name, self.call(getattr(owner, name)))

    def quiet(self, owner: Any, name: str) -> Any:
        """A method that can make something long, called with small constants."""
        if type(owner) in (str, bytes, bytearray):
            self.clear("q_" + name, type(owner))
            return owner
        return self.method(owner, name)

    def may_clear_method(self, owner: Any, cls: type, name: str) -> bool:
        """True where no instance of ``cls`` can have something else in the place of this method."""
        if self.away or cls in self.exposed or name in ASSIGNED:
            return False
        if name in getattr(cls, "__dataclass_fields__", ()):
            return False
        if name in getattr(owner, "__dict__", ()):
            return False
        return self.decisions.is_method(cls, name)

    def call_attribute(self, owner: Any, name: str) -> Any:
        """``owner.__dunder__(…)``"""
        return self.call(self.get(owner, name))

    # ================================================================ protocols

    def _open(self, owner: Any, what: str, *needed: str) -> Any:
        """``owner`` where its type's protocol is open; a refusal where nobody registered it."""
        cls = type(owner)
        if cls in self.ok:
            return owner
        if self.decisions.is_open(cls):
            self.ok.add(cls)
            return owner
        if isinstance(owner, type):
            if owner is Type or self.decisions.is_known_class(owner):
                return owner
        elif self.policy.instance_rule(owner) is not None:
            return owner
        if not any(hasattr(cls, name) for name in needed):
            return owner  # Python's own TypeError says it best
        raise TypeRefused(
            f"{cls.__name__!r} object is not registered, so it cannot be {what}; "
            "it can be passed on and compared by identity"
        )

    def item(self, owner: Any) -> Any:
        if owner is Type:
            return _TypeAlias
        return self._open(
            owner, "indexed", "__getitem__", "__setitem__", "__delitem__", "__class_getitem__"
        )

    def iter(self, owner: Any) -> Any:
        return self._open(owner, "iterated", "__iter__", "__getitem__")

    def aiter(self, owner: Any) -> Any:
        return self._open(owner, "iterated", "__aiter__")

    def awaited(self, owner: Any) -> Any:
        return self._open(owner, "awaited", "__await__")

    def contains(self, owner: Any) -> Any:
        if type(owner) is range:
            return bounds.RangeDoor(owner)
        found = self._open(owner, "searched", "__contains__", "__iter__", "__getitem__")
        if type(owner) in self.ok:
            self.clear("held", type(owner))
        return found

    def star(self, owner: Any) -> Any:
        """``*owner``: taken whole, so that a range has to be of a sane length."""
        if type(owner) is range:
            return bounds.bounded(owner, 1_000_000)
        found = self.iter(owner)
        if type(owner) in self.ok:
            self.clear("held", type(owner))
        return found

    def context(self, owner: Any) -> Any:
        return self._open(owner, "used in a with statement", "__enter__", "__exit__")

    def acontext(self, owner: Any) -> Any:
        return self._open(owner, "used in a with statement", "__aenter__", "__aexit__")

    def mapping(self, owner: Any) -> Any:
        return self._open(owner, "unpacked", "keys", "__getitem__", "__iter__")

    def subject(self, owner: Any) -> Any:
        """The subject of a match with sequence or mapping patterns."""
        if isinstance(owner, type) or not type(owner).__flags__ & _DESTRUCTURED:
            return owner  # neither sequence nor mapping: such patterns read nothing of it
        return self._open(owner, "matched against [..] or {..} patterns", "__getitem__", "__iter__")

    def added(self, value: Any, left: Any = _MISSING) -> Any:
        """The right side of ``x += value``: where x is a list, value is iterated."""
        if self.decisions.is_open(type(value)):
            self.ok.add(type(value))
            return value
        if left is not _MISSING and not isinstance(left, _EXTENDED):
            return value
        return self.iter(value)

    def merged(self, left: Any, right: Any) -> Any:
        """``left |= right``: a dict goes through pairs, which C code iterates one by one."""
        if isinstance(left, collections.abc.MutableMapping):
            right = methods.pairs(self, right)
        left |= right
        return left

    def unpack(self, value: Any, shape: tuple[Any, ...]) -> tuple[Any, ...]:
        """``value`` as nested tuples of the target's shape, every level through its guard."""
        items = list(bounds.bounded(self.iter(value)))
        star = next((i for i, part in enumerate(shape) if part == "*" or _is_starred(part)), None)
        if star is None:
            if len(items) != len(shape):
                few = len(items) < len(shape)
                raise ValueError(
                    f"not enough values to unpack (expected {len(shape)}, got {len(items)})"
                    if few
                    else f"too many values to unpack (expected {len(shape)})"
                )
            return tuple(
                self.unpack(item, part) if type(part) is tuple else item
                for item, part in zip(items, shape, strict=True)
            )
        after = len(shape) - star - 1
        if len(items) < len(shape) - 1:
            raise ValueError(
                f"not enough values to unpack (expected at least {len(shape) - 1}, "
                f"got {len(items)})"
            )
        middle = items[star : len(items) - after]
        parts: list[Any] = [
            self.unpack(item, part) if type(part) is tuple else item
            for item, part in zip(items[:star], shape[:star], strict=True)
        ]
        parts.extend(self.unpack(middle, shape[star][1]) if _is_starred(shape[star]) else middle)
        parts.extend(
            self.unpack(item, part) if type(part) is tuple else item
            for item, part in zip(items[len(items) - after :], shape[star + 1 :], strict=True)
        )
        return tuple(parts)

    # ================================================================ classes being made

    def base(self, base: Any) -> Any:
        """A base class in a class statement."""
        if base is Type:
            return type
        if isinstance(base, type):
            if self.decisions.may_subclass(base) and base not in _FINAL:
                return base
            raise TypeRefused(
                f"{base.__name__} is not registered as constructable, so no class can derive from it"
            )
        if type(base).__module__ in ("typing", "types", "collections", "builtins", "dataclasses"):
            origin = getattr(base, "__origin__", None)
            if isinstance(origin, type) and origin is not type:
                self.base(origin)
            return base
        raise TypeRefused(f"a {type(base).__name__!r} object cannot be a base class here")

    def bases(self, bases: Any) -> list[Any]:
        return [self.base(base) for base in bases]

    def metaclass(self, meta: Any) -> Any:
        """``metaclass=M``: type, the metaclasses of ABC and Enum, or the agent's own."""
        if meta is Type:
            return type
        if isinstance(meta, type) and (is_agent_class(meta) or meta in _METACLASSES):
            return meta
        if is_agent_function(meta):
            return meta
        raise TypeRefused(
            f"{getattr(meta, '__name__', type(meta).__name__)} cannot be a metaclass here; "
            "use type, abc.ABCMeta, or a class of your own derived from type"
        )

    def metaclass_keywords(self, keywords: Any) -> dict[str, Any]:
        found = dict(keywords)
        if "metaclass" in found:
            found["metaclass"] = self.metaclass(found["metaclass"])
        return found

    def finish_class(self, cls: Any) -> Any:
        """The last look at a class that agent source just made."""
        if isinstance(cls, type):
            if not is_agent_class(cls):
                return cls
            self.check_class(cls, own_dict(cls))
            if not issubclass(cls, type) and not self.is_pure(cls):
                for base in mro_of(cls)[1:]:  # a mixin made elsewhere overrides just as well
                    if is_agent_class(base):
                        for name, value in own_dict(base).items():
                            self.check_override(cls, name, value)
        return cls

    def check_class(self, cls: type, namespace: Any) -> None:
        """Refuse, in the namespace of a class, the definitions that nobody may make."""
        is_meta = issubclass(cls, type)
        for name, value in list(namespace.items()):
            if name in tables.REFUSED_DEFINITIONS and _is_agent_made(value):
                advice = tables.REFUSED_DEFINITIONS[name]
                raise TypeRefused(f"defining {name} is not offered here; {advice}")
            if is_meta and name in ("__eq__", "__hash__", "mro") and _is_agent_made(value):
                raise TypeRefused(f"a metaclass cannot define {name} here; leave it out")
            if name in tables.PROTOCOL or name in _ENUM_HOOKS:
                self.check_protocol_value(cls, name, value)
            self.check_descriptor(name, value)
        if isinstance(cls, type) and issubclass(cls, BaseExceptionGroup):
            for name in _TRUSTED:
                found = find(cls, name)
                if found is not None and found[0] is not BaseExceptionGroup:
                    raise TypeRefused(
                        f"an exception group cannot define {name} here; define derive"
                    )
        if isinstance(cls, type) and not is_meta and not self.is_pure(cls):
            for name in namespace:
                self.check_override(cls, name, namespace[name])

    def check_descriptor(self, name: str, value: Any) -> None:
        """An unregistered object with ``__get__`` in a class would run, and show what it holds."""
        if hasattr(type(value), "__get__") and self.decisions.kind(type(value)) == kinds.FOREIGN:
            if type(value) in _DESCRIPTORS or name == tables.MARK or name in _HIDDEN_KEYS:
                return
            raise TypeRefused(
                f"{type(value).__name__!r} object is not registered, so it cannot be an attribute "
                f"of a class; put it into a list, or set {name} on instances"
            )

    def check_override(self, cls: type, name: str, value: Any) -> None:
        """A subclass of a host class keeps its hands off what the policy does not show of that class.

        Private methods are hooks that the host calls; a descriptor of a private name would be handed
        what the host stores there.
        """
        if name in ("__setattr__", "__delattr__", "__getattr__") and _is_agent_made(value):
            raise TypeRefused(f"a subclass of a host class cannot define {name} here")
        if name.startswith("__") and name.endswith("__"):
            return
        for base in mro_of(cls):
            rule = None if is_agent_class(base) else self.decisions.rule(base)
            if rule is None or rule.allows(name):
                continue
            stores = hasattr(type(value), "__set__") or hasattr(type(value), "__delete__")
            if stores or any(name in own_dict(c) for c in mro_of(base)):
                raise TypeRefused(
                    f"{name!r} belongs to {base.__name__} and is not registered; "
                    "choose another name"
                )

    def check_protocol_value(self, cls: type, name: str, value: Any) -> None:
        """What is called through a protocol passes the same guard as any call."""
        if isinstance(value, (staticmethod, classmethod)):
            value = value.__func__
        if isinstance(value, type) or (
            callable(value)
            and type(value) not in kinds.FUNCTION_TYPES
            and name != "__class_getitem__"
        ):
            if self.call(value) is not value and name in tables.PROTOCOL:
                raise TypeRefused(
                    f"{name} = {getattr(value, '__name__', '?')} is not offered here; "
                    f"write def {name}"
                )
        elif type(value) is BuiltinFunctionType and self.call(value) is not value:
            raise TypeRefused(f"{name} cannot be that builtin here; write def {name}")
        if issubclass(cls, type) and name in ("__eq__", "__hash__"):
            raise TypeRefused(f"a metaclass cannot define {name} here; leave it out")

    # ================================================================ words

    def refusal(self, owner: Any, name: str, why: str = "") -> AttributeRefused:
        """The error for a refused attribute, in words for the model."""
        if not why:
            if isinstance(owner, type):
                shown = getattr(owner, "__name__", "?")
                why = (
                    f"type object {shown!r} has no attribute {name!r} here"
                    if name.startswith("__")
                    else self.decisions.sentence(owner, name, self.decisions.rule(owner)).replace(
                        f"{shown!r} object", f"class {shown!r}", 1
                    )
                )
            elif name.startswith("__"):
                why = f"{name} of a {type(owner).__name__!r} object is not offered here"
            else:
                why = self.decisions.sentence(type(owner), name, self.decisions.rule(type(owner)))
        error = AttributeRefused(why)
        error.name = name
        cls = owner if isinstance(owner, type) else type(owner)
        if self.decisions.kind(type(owner)) == kinds.FOREIGN or (
            isinstance(owner, type) and not self.decisions.is_known_class(owner)
        ):
            error.hint = f"agent.cls({cls.__name__})"
        elif self.decisions.rule(cls) is not None:
            error.hint = f"agent.cls({cls.__name__}, include=[..., {name!r}])"
        return error

    def refused_attribute(self, owner: Any, name: str, known: Any) -> AttributeRefused:
        error = AttributeRefused(
            f"{type(owner).__name__!r} object has no registered attribute {name!r}."
            + (did_you_mean(name, known) or f" Registered: {', '.join(list(known)[:12])}")
        )
        error.name = name
        return error

    def missing_name(self, name: str) -> Any:
        """A builtin that is not offered, unless agent code gave the name a meaning of its own."""
        value = self.globals.get(name, _MISSING)
        if value is not _MISSING:
            return value
        why = tables.NOT_OFFERED_WHY.get(name, "leave it out")
        error = NameRefused(f"name {name!r} is not offered here: {why}")
        error.name = name
        raise error

    # ================================================================ twins of builtins

    def guarded_method(self, owner: Any, name: str, holder: type | None = None) -> Any:
        return methods.guarded_method(self, owner, name, holder)

    def guarded_dunder(self, owner: Any, holder: type, name: str, source: Any) -> Any:
        return methods.guarded_dunder(self, owner, holder, name, source)

    def new_of(self, cls: type) -> Any:
        return methods.new_of(self, cls)


#: Attribute names that agent code in this process assigns somewhere. Calls of a method of such a
#: name on agent objects are checked one by one, because an instance may hold something else there.
ASSIGNED: set[str] = set()
_live: WeakSet[Guards] = WeakSet()


def assigned(names: Iterable[str]) -> None:
    """Note that compiled code assigns these attributes; must be called before it runs."""
    new = [name for name in names if name not in ASSIGNED]
    if new:
        ASSIGNED.update(new)
        for guards in list(_live):
            for name in new:
                guards.cleared("m_" + name).clear()


class WriteDoor:
    """Stands for an object in ``o.x = v``, ``del o.x`` and ``o.x += v`` where each is checked."""

    __slots__ = ("_guards", "_owner")

    def __init__(self, guards: Guards, owner: Any) -> None:
        object.__setattr__(self, "_guards", guards)
        object.__setattr__(self, "_owner", owner)

    def __setattr__(self, name: str, value: Any) -> None:
        get = object.__getattribute__
        get(self, "_guards").set(get(self, "_owner"), name, value)

    def __delattr__(self, name: str) -> None:
        get = object.__getattribute__
        get(self, "_guards").delete(get(self, "_owner"), name)

    def __getattribute__(self, name: str) -> Any:
        get = object.__getattribute__
        return get(self, "_guards").value(get(self, "_owner"), name)


class _ClassDoor:
    """Stands for a class in ``C.count += 1``: data in the place of data is written at once."""

    __slots__ = ("_guards", "_owner")

    def __init__(self, guards: Guards, owner: type) -> None:
        _put_guards(self, guards)
        _put_owner(self, owner)

    def __getattribute__(self, name: str) -> Any:
        owner, guards = _owner_of(self), _guards_of(self)
        if (owner, name) in guards.native_members:
            return getattr(owner, name)
        return guards.value(owner, name)

    def __setattr__(self, name: str, value: Any) -> None:
        _guards_of(self).set_class(_owner_of(self), name, value)


_put_guards = own_dict(_ClassDoor)["_guards"].__set__
_put_owner = own_dict(_ClassDoor)["_owner"].__set__
_guards_of = own_dict(_ClassDoor)["_guards"].__get__
_owner_of = own_dict(_ClassDoor)["_owner"].__get__


class _TypeAlias:
    """``type[int]``"""

    def __class_getitem__(cls, item: Any) -> Any:
        return types.GenericAlias(type, item)


def not_a_name(name: Any) -> TypeError:
    """A name that comes at run time must be an exact str: a subclass can change its mind."""
    if isinstance(name, str):
        return TypeRefused("an attribute name must be an exact str here; use str(name)")
    return TypeError(f"attribute name must be string, not '{type(name).__name__}'")


def _is_match_args(value: Any) -> bool:
    """What positional patterns read natively: exact names, none of them a dunder."""
    return type(value) is tuple and all(
        type(name) is str and "$" not in name and not name.startswith("__") for name in value
    )


def _leads_to_groups(cls: type) -> bool:
    """Is this class, or any that derives from it, an exception group?"""
    return issubclass(cls, BaseExceptionGroup) or any(
        _leads_to_groups(below) for below in type.__subclasses__(cls)
    )


def _is_starred(part: Any) -> bool:
    return type(part) is tuple and len(part) == 2 and part[0] == "*"


def _is_agent_made(value: Any) -> bool:
    """True for functions of the agent, however wrapped, and for its other objects."""
    if isinstance(value, (staticmethod, classmethod)):
        value = value.__func__
    if isinstance(value, property):
        return any(is_agent_function(f) for f in (value.fget, value.fset, value.fdel))
    return is_agent_function(value) or is_agent_class(type(value))


def copied(value: Any, _depth: int = 0) -> Any:
    """Containers at class or module level are the host's own: agent code gets a copy, all the way
    down through builtin containers."""
    cls = type(value)
    if cls not in MUTABLE and cls is not tuple:
        return value
    if _depth > 50:
        raise TypeRefused("this container of the host is too deeply nested to be copied")
    if cls is dict:
        return {key: copied(item, _depth + 1) for key, item in value.items()}
    if cls in (list, tuple):
        items = [copied(item, _depth + 1) for item in value]
        if cls is tuple:
            unchanged = all(a is b for a, b in zip(items, value, strict=True))
            return value if unchanged else tuple(items)
        return items
    return value.copy()


def _main(module: Any) -> Any:
    return tables.MAIN if module == tables.HOME else module


def restore(policy: Policy) -> Guards:
    """The guards of a policy in a process that unpickled them; ``session.py`` knows every part."""
    return _restorers[-1](policy)


_restorers: list[Callable[[Policy], Guards]] = []


def chain_of(error: BaseException) -> Iterator[BaseException]:
    """The error, its cause or context, and so on."""
    seen: set[int] = set()
    current: BaseException | None = error
    while current is not None and id(current) not in seen:
        seen.add(id(current))
        yield current
        current = current.__cause__ or (
            None if current.__suppress_context__ else current.__context__
        )


_BARE: frozenset[type] = kinds.BARE_BASES | {abc.ABC}
_NAMESPACE = types.SimpleNamespace
#: Where a function of the standard library keeps its checked form.
#: Where an exception keeps the names that agent code set on it.
OWN_FIELDS = "$own"
_ENUM_HOOKS = frozenset({"_missing_", "_generate_next_value_"})
#: Descriptors that classes are made of.
_DESCRIPTORS: frozenset[type] = frozenset(
    {types.MemberDescriptorType, types.GetSetDescriptorType, type(THE_MARK),
     types.DynamicClassAttribute, type(collections.namedtuple("_", "x").x)}  # type: ignore[attr-defined]
)  # fmt: skip
_ALWAYS_OPEN = (kinds.BUILTIN_TYPES | frozenset(kinds.INTERNAL_MEMBERS)) - {
    object,
    types.SimpleNamespace,
}
#: The type flags by which the interpreter knows what [..] and {..} patterns may take apart.
_DESTRUCTURED = (1 << 5) | (1 << 6)
#: What ``except*`` trusts a group to do right; a lie crashes the interpreter.
_TRUSTED = frozenset({"split", "subgroup"})
_EXTENDED = (list, bytearray, set, dict)
_FINAL: frozenset[type] = frozenset({bool, type(None), range, slice, memoryview})

#: Never readable or writable by name, whatever the object.
_NEVER = frozenset(
    """
    __code__ __globals__ __closure__ __builtins__ __subclasses__ __reduce__ __reduce_ex__
    __getstate__ __setstate__ __getattribute__ __del__ __loader__ __spec__ __import__
    __getnewargs__ __getnewargs_ex__ __copy__ __deepcopy__ __prepare__ __instancecheck__
    __subclasscheck__ __mro_entries__ __weakref__ __sizeof__ __subclasshook__
    """.split()
)
_PLAIN_DUNDERS = frozenset({"__module__", "__name__", "__wrapped__"})
_HIDDEN_KEYS = frozenset({"__weakref__", "__dict__"})
_EXCEPTION_WRITES = frozenset(
    {"__cause__", "__context__", "__suppress_context__", "__notes__", "__traceback__"}
)
_FUNCTION_DUNDERS = frozenset(
    {"__defaults__", "__kwdefaults__", "__annotations__", "__wrapped__", "__type_params__",
     "__isabstractmethod__"}
)  # fmt: skip
_FUNCTION_WRITES = frozenset(
    {"__doc__", "__annotations__", "__defaults__", "__kwdefaults__", "__isabstractmethod__",
     "__module__", "__test__", "__signature__"}
)  # fmt: skip
_FUNCTION_ATTRIBUTES: dict[str, str] = {"func_globals": "", "func_code": ""}
_PROTOCOL_READS = (
    tables.PROTOCOL
    - tables.GUARDED_BUILTIN_DUNDERS
    - frozenset({"__getattr__", "__setattr__", "__delattr__", "__dir__", "__subclasshook__"})
) | frozenset({"__add__", "__mul__"})
_METACLASSES: frozenset[type] = frozenset({abc.ABCMeta, enum.EnumMeta, type(typing.Protocol)})
