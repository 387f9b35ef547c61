"""``o.x = v``, ``del o.x`` and ``o.x += v``: what may be put on an object, and by which way."""

from __future__ import annotations

import types
from collections.abc import Callable
from typing import Any

from agex.errors import AttributeRefused, did_you_mean
from agex.sandbox import decimals, kinds, own_values, tables
from agex.sandbox.decisions import Verdict, declares_field
from agex.sandbox.given import MAPPED, is_mapping
from agex.sandbox.guards.memory import assigned
from agex.sandbox.guards.names import (
    EXCEPTION_WRITES,
    NEVER,
    OWN_FIELDS,
    PLAIN_DUNDERS,
    TRUSTED,
    not_a_name,
)
from agex.sandbox.guards.reading import Reading
from agex.sandbox.natives import check_trusted, trusted
from agex.sandbox.opaque import TRACEBACK
from agex.sandbox.origin import find, is_agent_class, is_agent_function, mro_of, own_dict

_FUNCTION_WRITES = frozenset(
    {"__doc__", "__annotations__", "__defaults__", "__kwdefaults__", "__isabstractmethod__",
     "__module__", "__test__", "__signature__"}
)  # fmt: skip


class Writing(Reading):
    """The guards of assignments and deletions."""

    def write_door(self, owner: Any, name: str) -> Any:
        """``owner`` itself where ``.name`` may be assigned natively, else a door that checks."""
        cls = type(owner)
        if not isinstance(owner, type) and not name.startswith("__"):
            kind = self.decisions.kind(cls)
            if kind == kinds.AGENT and self.is_pure(cls):
                if (
                    "$" not in name
                    and name not in trusted(cls)
                    and not (name in TRUSTED and issubclass(cls, BaseExceptionGroup))
                    and not self.decisions.is_method(cls, name)
                ):
                    self.note_own(cls)
                    self.clear("w_" + name, cls)
                    return owner
            elif kind == kinds.REGISTERED:
                rule = self.decisions.rule(cls)
                if rule is not None and rule.writable(name):
                    self.clear("w_" + name, cls)
                    return owner
            elif cls is types.SimpleNamespace:
                self.clear("w_" + name, cls)
                return owner
        return WriteDoor(self, owner)

    def delete_door(self, owner: Any, name: str) -> Any:
        return WriteDoor(self, owner)

    def change_door(self, owner: Any, name: str) -> Any:
        """The door of ``o.x += …``: reads and writes."""
        if isinstance(owner, type):
            return ClassDoor(self, owner, "")
        if self.write_door(owner, name) is owner and self.door(owner, name) is owner:
            self.clear("x_" + name, type(owner))
            return owner
        return WriteDoor(self, owner)

    def count_door(self, owner: Any, name: str, known: str) -> Any:
        """The same where a small number is added: a class that counts so is remembered as ``known``."""
        if issubclass(type(owner), type):
            return ClassDoor(self, owner, known)
        return self.change_door(owner, name)

    def set(self, owner: Any, name: str, value: Any, *, plain: bool = False) -> None:
        """``owner.name = value``; ``plain`` goes past the owner's own ``__setattr__``."""
        if type(name) is not str:
            raise not_a_name(name)
        if "$" in name or (name in TRUSTED and isinstance(owner, BaseExceptionGroup)):
            raise self.refusal(owner, name)
        if isinstance(owner, type):
            self.set_class(owner, name, value, plain=plain)
            return
        cls = type(owner)
        store: Callable[[Any, str, Any], None] = object.__setattr__ if plain else setattr
        if type(owner) in kinds.FUNCTION_TYPES:
            self.set_function(owner, name, value)
            return
        if name in NEVER or (name in tables.REFUSED_DEFINITIONS and name not in PLAIN_DUNDERS):
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
            if name.startswith("__") and name not in EXCEPTION_WRITES:
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
            if rule is None or not (rule.writable(name) or decimals.may_set(owner, name, value)):
                raise AttributeRefused(
                    f"attribute {name!r} of {cls.__name__!r} object cannot be assigned here"
                    + did_you_mean(
                        name, [m for m in rule.members() if rule.writable(m)] if rule else []
                    )
                )
            store(owner, name, value)
        elif cls is types.SimpleNamespace or kind in (kinds.BUILTIN, kinds.INTERNAL):
            store(owner, name, value)  # builtins have no attributes to set: Python says so
        else:
            raise AttributeRefused(
                f"attributes of a {cls.__name__!r} object cannot be assigned here; "
                "it belongs to the host"
            )

    def set_agent(self, owner: Any, cls: type, name: str, value: Any, store: Any) -> None:
        if name in trusted(cls):
            check_trusted(self, name, value)
        if name in MAPPED and is_mapping(cls):
            raise AttributeRefused(
                f"{name} of a mapping cannot be assigned here; write def {name} in its class"
            )
        if not is_agent_class(cls):
            # The host's subclass of an agent class: what the host itself keeps there stays its own.
            refused = self.decisions.derived_read(cls, name)[0] is Verdict.REFUSED
            free = own_values.is_free(owner, name) or declares_field(cls, name)
            if refused or not free:
                raise self.refusal(owner, name)
            own_values.note(owner, name, value)
        if not self.is_pure(cls):
            for base in mro_of(cls):
                rule = None if is_agent_class(base) else self.decisions.rule(base)
                if rule is None or rule.allows(name):
                    continue
                if find(base, name) is not None or not own_values.is_free(owner, name):
                    raise AttributeRefused(
                        f"attribute {name!r} belongs to {base.__name__} and is not registered; "
                        "choose another name"
                    )
                own_values.note(owner, name, value)
        assigned((name,))
        if self.decisions.is_method(cls, name):
            self.hide(cls, name)
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

    def delete(self, owner: Any, name: str, *, plain: bool = False) -> None:
        """``del owner.name``"""
        if type(name) is not str:
            raise not_a_name(name)
        if isinstance(owner, type):
            self.delete_class(owner, name, plain=plain)
            return
        cls = type(owner)
        kind = self.decisions.kind(cls)
        if "$" in name or name in NEVER:
            raise self.refusal(owner, name)
        if is_agent_function(owner) and not name.startswith("__"):
            delattr(owner, name)
        elif kind == kinds.AGENT or cls is types.SimpleNamespace:
            if not self.is_pure(cls) and cls is not types.SimpleNamespace:
                self.door(owner, name)
            (object.__delattr__ if plain else delattr)(owner, name)
        elif (
            kind in (kinds.BUILTIN, kinds.INTERNAL)
            or (kind == kinds.EXCEPTION and (not name.startswith("__") or name in EXCEPTION_WRITES))
            or (
                kind == kinds.REGISTERED
                and (rule := self.decisions.rule(cls))
                and rule.writable(name)
            )
        ):
            delattr(owner, name)
        else:
            raise AttributeRefused(
                f"attribute {name!r} of {cls.__name__!r} object cannot be deleted here"
            )


class WriteDoor:
    """Stands for an object in ``o.x = v``, ``del o.x`` and ``o.x += v`` where each is checked."""

    __slots__ = ("_guards", "_owner")

    def __init__(self, guards: Writing, owner: Any) -> None:
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


class ClassDoor:
    """Stands for a class in ``C.count += 1``: data in the place of data is written at once."""

    __slots__ = ("_guards", "_known", "_owner")

    def __init__(self, guards: Writing, owner: type, known: str) -> None:
        _put_guards(self, guards)
        _put_owner(self, owner)
        _put_known(self, known)

    def __getattribute__(self, name: str) -> Any:
        owner, guards = _owner_of(self), _guards_of(self)
        if (owner, name) in guards.native_members:
            return getattr(owner, name)
        return guards.value(owner, name)

    def __setattr__(self, name: str, value: Any) -> None:
        owner, guards, known = _owner_of(self), _guards_of(self), _known_of(self)
        guards.set_class(owner, name, value)
        if known and type(value) is int and (owner, name) in guards.native_members:
            if type(own_dict(owner).get(name)) is int:  # and not what a metaclass did with it
                guards.remember(known, owner)


_put_guards = own_dict(ClassDoor)["_guards"].__set__
_put_owner = own_dict(ClassDoor)["_owner"].__set__
_put_known = own_dict(ClassDoor)["_known"].__set__
_guards_of = own_dict(ClassDoor)["_guards"].__get__
_owner_of = own_dict(ClassDoor)["_owner"].__get__
_known_of = own_dict(ClassDoor)["_known"].__get__
