"""Who made this class, this function? The mark that tells agent-made things from the host's.

A class made by agent source carries a token in its own ``__dict__``: assigned in the class body, so
that it is there before ``__init_subclass__`` or ``__set_name__`` run, and carried along where the
standard library rebuilds a class (``dataclass(slots=True)``, ``NamedTuple``). A function is the
agent's when its globals are a session's.
"""

from __future__ import annotations

import typing
from collections.abc import Iterator
from contextlib import contextmanager
from types import FunctionType
from typing import Any, Protocol

from agex.errors import AttributeRefused, Refusal, TypeRefused
from agex.sandbox.tables import MARK

#: Reads a class's own dictionary and order past anything its metaclass says.
own_dict: Any = type.__dict__["__dict__"].__get__
mro_of: Any = type.__dict__["__mro__"].__get__

#: An error's arguments as the interpreter writes them, whatever its class calls ``args``.
args_of: Any = BaseException.__dict__["args"].__get__
set_args: Any = BaseException.__dict__["args"].__set__

#: The key under which a session's globals hold their guards.
GUARDS_KEY = "$guards"


#: Where numpy, and what exchanges data frames, look on any object for memory to read and write at.
ADDRESSES = ("__array_interface__", "__dataframe__")
#: What a ``__getattr__`` of agent code calls first (the transformer puts it there).
ASKED = "$asked"


class Nothing:
    """What stands under ``ADDRESSES`` in each class of agent code: nothing is there.

    A data descriptor, so that no dictionary of an instance has a say.
    """

    __slots__ = ()

    def __get__(self, instance: object, owner: type | None = None) -> Any:
        raise AttributeError("it has no addresses of memory")

    def __set__(self, instance: object, value: object) -> None:
        raise AttributeRefused(
            "this attribute is not offered here: it leads to addresses of memory"
        )

    def __delete__(self, instance: object) -> None:
        raise AttributeError("it has no addresses of memory")

    def __reduce__(self) -> str:
        return "NOTHING"


NOTHING = Nothing()


def asked(name: object) -> None:
    """The first thing a ``__getattr__`` of agent code does: for numpy, it has no addresses either.

    Raises:
        AttributeError: the name is one of ``ADDRESSES``.
    """
    if name in ADDRESSES:
        raise AttributeError(name)


def _nothing_else(self: object, name: str) -> Any:
    raise AttributeError(name)


def seal(cls: type, *, again: bool = False) -> None:
    """Make sure that numpy takes nothing in a class for an address.

    Raises:
        TypeRefused: its ``__getattr__`` was not written as one.
    """
    own = own_dict(cls)
    if "__getattr__" in own and not again:
        check_fallback(own["__getattr__"])
    # The names in a protocol class are the protocol, and it has no instances of its own; those of a
    # metaclass are classes, which have theirs.
    everywhere = not (typing.Protocol in cls.__bases__ or issubclass(cls, type))
    for name in ADDRESSES:
        if everywhere or name in own:
            type.__setattr__(cls, name, NOTHING)


def check_fallback(value: object) -> None:
    """Refuse what is put in the place of ``__getattr__`` and does not ask first.

    Raises:
        TypeRefused: with what to write.
    """
    if type(value) is FunctionType and value.__code__.co_name == "__getattr__":
        if ASKED in value.__code__.co_names:
            return
    raise TypeRefused("__getattr__ is written as `def __getattr__(self, name)` in the class here")


class ClassRules(Protocol):
    """What looks at a class."""

    def look_at(self, cls: type) -> None: ...


class Mark:
    """The token itself. A descriptor, so that ``enum`` does not take it for a member.

    Each class gets one of its own: cloudpickle leaves out of a class what is the same object in its
    base, and a class without a mark would be the host's on the other side. Where a pickler takes a
    class by value, its mark takes the text of its statement along (``classes/`` says how).

    The mark that compiled code puts first into a class knows the ``rules``: it is told of the class
    before any other name in it is, and has it looked at before a hook of the agent's meets it.
    """

    __slots__ = ("owner", "rules", "text")

    def __init__(
        self, owner: type | None = None, text: str = "", rules: ClassRules | None = None
    ) -> None:
        self.owner = owner
        self.text = text
        self.rules = rules

    def __get__(self, instance: object, owner: type | None = None) -> Mark:
        return self

    def __set_name__(self, owner: type, name: str) -> None:
        type.__setattr__(owner, MARK, Mark(owner))
        try:
            seal(owner)
        except TypeRefused:  # said when the class is finished; until then it is harmless
            type.__setattr__(owner, "__getattr__", _nothing_else)
            seal(owner, again=True)
        if self.rules is not None:
            self.rules.look_at(owner)

    def __repr__(self) -> str:
        return "<made by agent code>"


THE_MARK = Mark()


@contextmanager
def making() -> Iterator[None]:
    """A class is made inside: a refusal of its mark leaves as the refusal it is.

    ``type`` says of an error in ``__set_name__`` where it was, by one that it raises instead (3.11) or in
    a note.
    """
    try:
        yield
    except Refusal as refused:
        notes = getattr(refused, "__notes__", [])
        notes[:] = [note for note in notes if MARK not in note]
        raise
    except RuntimeError as error:
        if isinstance(error.__cause__, Refusal) and MARK in str(error):
            raise error.__cause__ from None
        raise


def marked(rules: ClassRules, namespace: dict[str, Any]) -> dict[str, Any]:
    """The namespace of a class to be, with its mark in front of all that has a hook."""
    rest = {name: value for name, value in namespace.items() if name != MARK}
    if type(namespace) is dict:
        return {MARK: Mark(rules=rules), **rest}
    # That of an enum knows more than it shows, and stays what it is.
    dict.clear(namespace)
    dict.__setitem__(namespace, MARK, Mark(rules=rules))
    for name, value in rest.items():
        dict.__setitem__(namespace, name, value)
    return namespace


def mark(cls: type) -> type:
    """Mark a class that a guarded factory (``namedtuple``, ``Enum(…)``, ``type(…)``) just made."""
    type.__setattr__(cls, MARK, Mark(cls))
    seal(cls)
    return cls


def is_agent_class(cls: type) -> bool:
    """True for classes made by agent code; subclasses made by the host are the host's."""
    return type(own_dict(cls).get(MARK)) is Mark


def is_agent_function(function: object) -> bool:
    """True for functions compiled from agent source."""
    return type(function) is FunctionType and GUARDS_KEY in function.__globals__


def is_own(value: object) -> bool:
    """True for functions and classes of agent code, and for objects of such a class."""
    cls: Any = value if issubclass(type(value), type) else type(value)
    return is_agent_function(value) or is_agent_class(cls)


def find(cls: type, name: str) -> tuple[type, Any] | None:
    """The class in the order of ``cls`` that defines ``name``, and the raw value it has there."""
    for owner in mro_of(cls):
        namespace = own_dict(owner)
        if name in namespace:
            return owner, namespace[name]
    return None
