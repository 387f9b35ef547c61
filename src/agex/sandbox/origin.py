"""Who made this class, this function? The mark that tells agent-made things from the host's.

A class made by agent source carries a token in its own ``__dict__``: assigned in the class body, so
that it is there before ``__init_subclass__`` or ``__set_name__`` run, and carried along where the
standard library rebuilds a class (``dataclass(slots=True)``, ``NamedTuple``). A function is the
agent's when its globals are a session's.
"""

from __future__ import annotations

from types import FunctionType
from typing import Any

from agex.sandbox.tables import MARK

#: Reads a class's own dictionary and order past anything its metaclass says.
own_dict: Any = type.__dict__["__dict__"].__get__
mro_of: Any = type.__dict__["__mro__"].__get__

#: The key under which a session's globals hold their guards.
GUARDS_KEY = "$guards"


class Mark:
    """The token itself. A descriptor, so that ``enum`` does not take it for a member.

    Each class gets one of its own: cloudpickle leaves out of a class what is the same object in its
    base, and a class without a mark would be the host's on the other side. Where a pickler takes a
    class by value, its mark takes the text of its statement along (``classes.py`` says how).
    """

    __slots__ = ("owner", "text")

    def __init__(self, owner: type | None = None, text: str = "") -> None:
        self.owner = owner
        self.text = text

    def __get__(self, instance: object, owner: type | None = None) -> Mark:
        return self

    def __set_name__(self, owner: type, name: str) -> None:
        type.__setattr__(owner, MARK, Mark(owner))

    def __repr__(self) -> str:
        return "<made by agent code>"


THE_MARK = Mark()


def mark(cls: type) -> type:
    """Mark a class that a guarded factory (``namedtuple``, ``Enum(…)``, ``type(…)``) just made."""
    type.__setattr__(cls, MARK, Mark(cls))
    return cls


def is_agent_class(cls: type) -> bool:
    """True for classes made by agent code; subclasses made by the host are the host's."""
    return type(own_dict(cls).get(MARK)) is Mark


def is_agent_function(function: object) -> bool:
    """True for functions compiled from agent source."""
    return type(function) is FunctionType and GUARDS_KEY in function.__globals__


def find(cls: type, name: str) -> tuple[type, Any] | None:
    """The class in the order of ``cls`` that defines ``name``, and the raw value it has there."""
    for owner in mro_of(cls):
        namespace = own_dict(owner)
        if name in namespace:
            return owner, namespace[name]
    return None
