"""Stored definitions and their instances, with the sandbox's codec or without one.

With a :class:`~agex.state.protocol.DefinitionCodec`, agent-made functions and classes come back
through the sandbox's compiler. Without one they are *inert*: :class:`InertDefinition` shows its name
and source and can be stored again unchanged, and does nothing else; so do instances of its classes.

Instances of agent-made classes are taken apart and put together here, by their memory layout alone.
No method of the class runs, neither when they are stored nor when they are loaded: not ``__new__``,
``__setattr__``, ``__iter__`` or ``__getattr__`` (``tests/state/test_definitions.py`` defines each of
them as a trap). What a *host* base class defines for pickling (pydantic's ``__getstate__``) is used.
"""

from __future__ import annotations

import enum
from collections.abc import Callable, Mapping
from types import MemberDescriptorType
from typing import Any, TypeAlias

Owns: TypeAlias = Callable[[object], bool]


class InertDefinition:
    """An agent-made function or class that nobody has compiled yet; ``source`` shows it."""

    def __init__(
        self, recipe: Mapping[str, Any], needs: tuple[Any, ...], path: str, uses: list[str]
    ) -> None:
        self.recipe = recipe
        self.needs = needs
        self.path = path
        self.uses = uses
        self.parts: Any = None

    @property
    def name(self) -> str:
        """What it was called."""
        return str(self.recipe.get("name", "?"))

    @property
    def source(self) -> str:
        """Its source text."""
        return str(self.recipe.get("source", ""))

    def __call__(self, *args: object, **kwargs: object) -> Any:
        raise TypeError(
            f"{self.name} was read from a state without an agent, so it only shows its .source; "
            "hand the state to a task, or read it through an agent's sandbox"
        )

    def __repr__(self) -> str:
        return f"<inert definition {self.name}>"


class InertInstance:
    """An instance of an agent-made class that nobody has compiled yet."""

    def __init__(self, cls: Any, args: tuple[Any, ...]) -> None:
        self.cls = cls
        self.args = args
        self.state: Any = None
        self.items: list[Any] = []
        self.pairs: list[tuple[Any, Any]] = []

    def append(self, item: Any) -> None:
        """Take an item of a list subclass; unpickling calls it."""
        self.items.append(item)

    def __setitem__(self, key: Any, value: Any) -> None:
        self.pairs.append((key, value))

    def __repr__(self) -> str:
        return f"<inert instance of {getattr(self.cls, 'name', '?')}>"


# ---------------------------------------------------------------- instances

# How an exact builtin is got out of a subclass without calling the subclass: by the base's own slot.
_EXACT: tuple[tuple[type, Callable[[Any], Any]], ...] = (
    (tuple, lambda obj: tuple.__getitem__(obj, slice(None))),
    (str, lambda obj: str.__str__(obj)),
    (bytes, lambda obj: bytes.__getitem__(obj, slice(None))),
    (bytearray, lambda obj: bytearray.__getitem__(obj, slice(None))),
    (int, lambda obj: int.__int__(obj)),
    (float, lambda obj: float.__float__(obj)),
    (complex, lambda obj: complex.__complex__(obj)),
    (frozenset, lambda obj: frozenset.copy(obj)),
    (set, lambda obj: set.copy(obj)),
)
_DATA_BASES = (object, list, dict, BaseException, *(base for base, _ in _EXACT))
_HOOKS = ("__reduce_ex__", "__reduce__", "__getstate__", "__setstate__", "__getnewargs_ex__")


def has_host_hooks(cls: type, owns: Owns) -> bool:
    """Whether a host base of ``cls`` says itself how its instances are pickled."""
    for base in cls.__mro__:
        if base in _DATA_BASES or owns(base):
            continue
        # Builtin exceptions share one layout and one reduce; host exceptions may add their own.
        if issubclass(base, BaseException) and base.__module__ == "builtins":
            continue
        if any(hook in vars(base) for hook in _HOOKS):
            return True
    return False


def take_apart(obj: Any) -> tuple[Any, ...]:
    """An instance as ``(cls, args), state, items, pairs`` without calling its class."""
    cls = type(obj)
    args: tuple[Any, ...] = ()
    items = pairs = None
    for base, exact in _EXACT:
        if issubclass(cls, base):
            args = (exact(obj),)
            break
    else:
        if issubclass(cls, BaseException):
            args = BaseException.args.__get__(obj)  # type: ignore[attr-defined]
        elif issubclass(cls, list):
            items = list.__iter__(obj)
        elif issubclass(cls, dict):
            pairs = iter(dict.items(obj))
    return (cls, args), _state_of(obj, cls), items, pairs


def _state_of(obj: Any, cls: type) -> tuple[dict[str, Any] | None, dict[str, Any]] | None:
    try:
        attributes = object.__getattribute__(obj, "__dict__")
    except AttributeError:
        attributes = None
    slots: dict[str, Any] = {}
    for base in cls.__mro__:
        for name, slot in vars(base).items():
            if type(slot) is MemberDescriptorType and name not in slots:
                try:
                    slots[name] = slot.__get__(obj, cls)
                except AttributeError:
                    continue  # an empty slot
    if not attributes and not slots:
        return None
    return attributes or None, slots


def new_instance(cls: Any, args: tuple[Any, ...], owns: Owns) -> Any:
    """An empty instance of an agent-made class, made by its nearest host base."""
    if isinstance(cls, InertDefinition):
        return InertInstance(cls, args)
    for base in cls.__mro__:
        if not owns(base) and "__new__" in vars(base):
            maker = base.__new__ if base in _DATA_BASES or issubclass(base, BaseException) else None
            if maker is not None:
                made = maker(cls, *args)
                if base in (set, bytearray):
                    base.__init__(made, *args)  # what can change is filled after it is made
                return made
    return object.__new__(cls)


def set_state(obj: Any, state: tuple[dict[str, Any] | None, dict[str, Any]]) -> None:
    """Give a new instance its attributes, past its own ``__setattr__``."""
    if isinstance(obj, InertInstance):
        obj.state = state
        return
    attributes, slots = state
    if attributes:
        object.__getattribute__(obj, "__dict__").update(attributes)
    for name, value in slots.items():
        for base in type(obj).__mro__:
            slot = vars(base).get(name)
            if type(slot) is MemberDescriptorType:
                slot.__set__(obj, value)
                break


def enum_member(cls: Any, name: str) -> Any:
    """A member of an agent-made enum, by name and past its own ``_missing_``."""
    if isinstance(cls, InertDefinition):
        return InertInstance(cls, (name,))
    return cls._member_map_[name]


def is_member(obj: object) -> bool:
    """Whether ``obj`` is an enum member with a name of its own."""
    return isinstance(obj, enum.Enum) and type(obj)._member_map_.get(obj._name_) is obj
