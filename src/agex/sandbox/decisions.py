"""What the policy says about a type, an attribute, a call: decided once, without any cache of answers.

The guards cache what this file decides and never decide themselves; a test holds warm against cold.
Every rule here looks at exact types and at the class that *defines* a name, never at spellings such as
``self``, and never asks the object.
"""

from __future__ import annotations

import collections
import enum
import types
from enum import Enum, auto
from types import BuiltinFunctionType, FunctionType, ModuleType
from typing import Any

from agex.errors import did_you_mean, some_of
from agex.policy import Policy, TypeRule
from agex.sandbox import kinds, tables
from agex.sandbox.opaque import ViewMeta
from agex.sandbox.origin import find, is_agent_class, mro_of, own_dict
from agex.sandbox.origin import is_agent_function as _is_agents


class ModuleView:
    """Base of the views agent code sees modules through; see ``imports.py``."""

    __slots__ = ("__dict__", "__weakref__")


class Verdict(Enum):
    """What may happen to ``o.name`` for every object of one exact type."""

    CLEAR = auto()  # the interpreter's own read, for any instance
    GUARDED = auto()  # a method of a builtin that is offered in guarded form
    ASK = auto()  # depends on the object: ask each time
    REFUSED = auto()


#: Containers at class level that belong to whoever wrote the class: read as copies.
MUTABLE = (list, dict, set, bytearray)


def is_derived(cls: type) -> bool:
    """True for a class of the host's with a class that agent code made among its bases."""
    return not is_agent_class(cls) and any(is_agent_class(base) for base in mro_of(cls))


def shows_fields(cls: type, name: str, rule: TypeRule) -> bool:
    """Is this the ``_asdict``, ``_replace`` or ``_fields`` of a named tuple whose fields are all shown?

    Their underscore keeps them apart from fields; they give no more than these. Only what
    ``collections`` wrote counts: a class may have something else by that name.
    """
    sample = own_dict(_SAMPLE).get(name) if name in _OF_NAMED_TUPLES else None
    found = find(cls, name)
    if sample is None or found is None:
        return False
    holder, value = found
    fields = own_dict(holder).get("_fields")
    if type(fields) is not tuple or not all(map(rule.allows, fields)):
        return False
    if name == "_fields":
        return True
    if type(value) is not FunctionType or value.__code__ is not sample.__code__:
        return False
    made = find(cls, "__new__")
    return name != "_replace" or (rule.constructable and made is not None and made[0] is holder)


_OF_NAMED_TUPLES = frozenset({"_asdict", "_replace", "_fields"})
_SAMPLE = collections.namedtuple("_SAMPLE", "")


def declares_field(cls: type, name: str) -> bool:
    """Is this a field of a dataclass of agent code, from which the host derived ``cls``?"""
    return any(
        is_agent_class(base) and name in own_dict(base).get("__dataclass_fields__", ())
        for base in mro_of(cls)
    )


class Decisions:
    """The uncached answers for one policy."""

    def __init__(self, policy: Policy) -> None:
        self.policy = policy

    # ------------------------------------------------------------ kinds

    def kind(self, cls: type) -> str:
        """The kind of the exact type ``cls`` (see ``kinds/``)."""
        if own_dict(cls).get(tables.MARK) is not None and is_agent_class(cls):
            return kinds.CLASS if issubclass(cls, type) else kinds.AGENT
        if cls in kinds.BUILTIN_TYPES:
            return kinds.BUILTIN
        if cls in kinds.FUNCTION_TYPES:
            return kinds.FUNCTION
        if cls in kinds.INTERNAL_MEMBERS:
            return kinds.INTERNAL
        if cls in kinds.EXCEPTION_CLASSES or cls in STAND_IN_CLASSES:
            return kinds.EXCEPTION
        if issubclass(cls, ModuleView):
            return kinds.MODULE
        if issubclass(cls, type):
            return kinds.CLASS
        # A registration says more than our own list of the language's classes.
        if cls in kinds.LANGUAGE_MEMBERS:
            return kinds.LANGUAGE
        if self.policy.type_rule(cls) is not None:
            return kinds.REGISTERED
        if issubclass(cls, BaseException):
            return kinds.EXCEPTION
        # The host derived it from a class that agent code made, whose methods work on it.
        return kinds.AGENT if is_derived(cls) else kinds.FOREIGN

    def is_open(self, cls: type) -> bool:
        """May objects of exactly this type be iterated, indexed, entered, awaited?"""
        return self.kind(cls) in kinds.OPEN and cls is not object

    def rule(self, cls: type) -> TypeRule | None:
        return self.policy.type_rule(cls)

    # ------------------------------------------------------------ attributes of instances

    def read(self, cls: type, name: str) -> tuple[Verdict, str]:
        """May ``name`` (not a dunder) be read on objects of exactly ``cls``? With a reason, or none."""
        kind = self.kind(cls)
        if kind == kinds.AGENT:
            return self.agent_read(cls, name)
        return self.defined_read(cls, kind, cls, name)

    def agent_read(self, cls: type, name: str) -> tuple[Verdict, str]:
        """An object of an agent class: what the agent defined is open, what a base brings follows it."""
        if not is_agent_class(cls):
            return self.derived_read(cls, name)
        found = find(cls, name)
        if found is not None:
            owner, raw = found
            if name == "_make" and isinstance(raw, classmethod) and not _is_agents(raw.__func__):
                return Verdict.GUARDED, ""
            if not is_agent_class(owner):
                owner = self.answering(cls, owner)
                return self.defined_read(cls, self.kind(owner), owner, name)
        if name == "maps" and collections.ChainMap in mro_of(cls):
            return Verdict.ASK, ""
        for base in mro_of(cls):
            if not is_agent_class(base) and self.kind(base) == kinds.REGISTERED:
                rule = self.rule(base)
                if rule is None or not rule.allows(name):
                    # The host may keep a private attribute of this name on the instance, where it
                    # also goes before what the agent's class has by that name.
                    return Verdict.ASK, ""
        return Verdict.CLEAR, ""

    def answering(self, cls: type, holder: type) -> type:
        """Who decides about what ``holder`` brings to ``cls``: a class that the host registered answers
        for what it inherits as well, for the agent's subclasses of it too."""
        if self.kind(holder) != kinds.FOREIGN or kinds.is_abc(holder):
            return holder  # the mixins of abstract classes have guards of their own
        order: tuple[type, ...] = mro_of(cls)
        for base in order:
            if not is_agent_class(base) and holder in mro_of(base) and self.rule(base) is not None:
                return base
        return holder

    def derived_read(self, cls: type, name: str) -> tuple[Verdict, str]:
        """An object of the host's subclass of an agent class: what the agent's class defines, also
        where the host overrides it, and the attributes that agent code itself put there."""
        holders = [base for base in mro_of(cls) if name in own_dict(base)]
        if any(map(is_agent_class, holders)) or declares_field(cls, name):
            return Verdict.CLEAR, ""
        return (Verdict.REFUSED if holders else Verdict.ASK), ""

    def defined_read(self, cls: type, kind: str, owner: type, name: str) -> tuple[Verdict, str]:
        if kind == kinds.BUILTIN:
            if name.startswith("_") or name in tables.DENIED_MEMBERS.get(owner, ()):
                return Verdict.REFUSED, ""
            if name in tables.GUARDED_METHODS.get(owner, ()):
                return Verdict.GUARDED, ""
            return Verdict.CLEAR, ""
        if kind == kinds.INTERNAL:
            if name in kinds.THROWING or name == "isdisjoint":
                return Verdict.GUARDED, ""
            members = kinds.INTERNAL_MEMBERS[owner]
            return self.listed(cls, name, members)
        if kind == kinds.LANGUAGE:
            if name in kinds.LANGUAGE_GUARDED.get(owner, ()):
                return Verdict.GUARDED, ""
            if name == "maps" and owner is collections.ChainMap:
                return Verdict.ASK, ""
            if name == "func" and owner in (kinds.OwnPartial, kinds.OwnPartialMethod):
                return Verdict.ASK, ""
            allowed = kinds.LANGUAGE_MEMBERS[owner]
            if allowed is None:
                if name.startswith("_") and owner is not _NAMESPACE:
                    return Verdict.REFUSED, ""
                return Verdict.CLEAR, ""
            return self.listed(cls, name, allowed)
        if kind == kinds.EXCEPTION:
            known = find(cls, name)
            if known is not None and known[0] in kinds.EXCEPTION_CLASSES:
                if name == "with_traceback":
                    return Verdict.GUARDED, ""
                return self.listed(cls, name, tables.EXCEPTION_FIELDS)
            # Whoever raised it may have put anything into its dictionary.
            return Verdict.ASK, ""
        if kind == kinds.MODULE:
            return Verdict.CLEAR, ""
        if kind == kinds.REGISTERED:
            rule = self.rule(owner)
            if rule is None or not (rule.allows(name) or shows_fields(owner, name, rule)):
                return Verdict.REFUSED, ""
            if rule.instead(name) is not None:
                return Verdict.ASK, ""
            if name in kinds.REGISTERED_GUARDED.get(owner, ()):
                return Verdict.GUARDED, ""
            found = find(owner, name)
            if found is not None and isinstance(found[1], MUTABLE):
                return Verdict.ASK, ""
            return Verdict.CLEAR, ""
        if kinds.is_abc(owner) and (not name.startswith("_") or name in kinds.ABSTRACT_HOOKS):
            # mixin methods of collections.abc and numbers: they work on the object's own protocol
            if name in kinds.ABSTRACT_GUARDED.get(owner, ()):
                return Verdict.GUARDED, ""
            return Verdict.CLEAR, ""
        return Verdict.REFUSED, ""

    def listed(self, cls: type, name: str, members: frozenset[str]) -> tuple[Verdict, str]:
        if name in members:
            return Verdict.CLEAR, ""
        if find(cls, name) is None and not name.startswith("_"):
            return Verdict.CLEAR, ""  # not there: Python says so itself
        return Verdict.REFUSED, ""

    def is_method(self, cls: type, name: str) -> bool:
        """Is ``name`` in ``cls`` something that only ever calls a function of that class?"""
        found = find(cls, name)
        if found is None:
            return False
        value = found[1]
        if isinstance(value, (staticmethod, classmethod)):
            value = value.__func__
        return type(value) in kinds.FUNCTION_TYPES

    # ------------------------------------------------------------ classes

    def is_known_class(self, cls: type) -> bool:
        """May agent code hold the class itself, rather than a view of it?"""
        return (
            cls in kinds.BUILTIN_TYPES
            or cls in kinds.EXCEPTION_CLASSES
            or cls in STAND_IN_CLASSES
            or cls in kinds.LANGUAGE_MEMBERS
            or cls in _OFFERED_CLASSES
            or is_agent_class(cls)
            or kinds.is_abc(cls)
            or isinstance(cls, ViewMeta)
            or self.policy.type_rule(cls) is not None
        )

    def may_construct(self, cls: type) -> bool:
        """May agent code call this class? Builtins with a guarded call are handled before."""
        if is_agent_class(cls):
            return True
        if cls in kinds.NEVER_MADE:
            return False
        if cls in kinds.BUILTIN_TYPES or cls in kinds.EXCEPTION_CLASSES or cls in STAND_IN_CLASSES:
            return True
        rule = self.policy.type_rule(cls)
        if rule is not None:
            return rule.constructable or issubclass(cls, enum.Enum)
        return cls in kinds.MADE_NATIVELY or cls in kinds.MADE_GUARDED or cls in _OFFERED_CLASSES

    def may_subclass(self, cls: type) -> bool:
        """May agent code derive from this class? Whoever may derive can construct."""
        return cls not in kinds.NO_BASES and (
            self.may_construct(cls)
            or kinds.is_abc(cls)
            or cls in kinds.BARE_BASES
            or cls in _OFFERED_CLASSES
        )

    # ------------------------------------------------------------ words

    def sentence(self, cls: type, name: str, rule: TypeRule | None) -> str:
        """Why ``name`` is refused, and what is there instead."""
        known = self.known_members(cls, rule)
        if rule is None and not known:
            return (
                f"{cls.__name__!r} object is not registered, so its attribute {name!r} cannot be "
                "used; it can be passed on and compared by identity"
            )
        text = f"{cls.__name__!r} object has no registered attribute {name!r}."
        hint = did_you_mean(name, known)
        if hint:
            return text + hint
        return f"{text} Registered: {some_of(known, 12)}" if known else text

    def known_members(self, cls: type, rule: TypeRule | None = None) -> list[str]:
        """The names agent code may read on objects of ``cls``: for messages and ``dir``."""
        rule = rule or self.policy.type_rule(cls)
        if rule is not None:
            return list(rule.members())
        if self.kind(cls) in (kinds.FOREIGN, kinds.MODULE, kinds.CLASS):
            return []
        return sorted(
            name
            for name in dir(cls)
            if not name.startswith("_")
            and "$" not in name
            and self.read(cls, name)[0] is not Verdict.REFUSED
        )


_NAMESPACE: Any = types.SimpleNamespace

#: Namesakes of exceptions that would end the host; filled by ``builtins/``.
STAND_IN_CLASSES: set[type] = set()

#: Builtin classes offered by name.
_OFFERED_CLASSES: frozenset[type] = frozenset(
    value
    for name in tables.OFFERED
    for value in [
        __builtins__[name] if isinstance(__builtins__, dict) else getattr(__builtins__, name, None)
    ]
    if isinstance(value, type) and value is not type
)

__all__ = [
    "MUTABLE",
    "STAND_IN_CLASSES",
    "BuiltinFunctionType",
    "Decisions",
    "FunctionType",
    "ModuleType",
    "ModuleView",
    "Verdict",
]
