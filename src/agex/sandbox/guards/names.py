"""Attribute names that more than one guard has something to say about."""

from __future__ import annotations

from typing import Any

from agex.errors import TypeRefused
from agex.sandbox import tables
from agex.sandbox.origin import ADDRESSES

MISSING: Any = object()

#: Never readable or writable by name, whatever the object.
NEVER = frozenset(
    """
    __code__ __globals__ __closure__ __builtins__ __subclasses__ __reduce__ __reduce_ex__
    __getstate__ __setstate__ __getattribute__ __del__ __loader__ __spec__ __import__
    __getnewargs__ __getnewargs_ex__ __copy__ __deepcopy__ __prepare__ __instancecheck__
    __subclasscheck__ __mro_entries__ __weakref__ __sizeof__ __subclasshook__
    __array_interface__ __dataframe__
    """.split()
)
PLAIN_DUNDERS = frozenset({"__module__", "__name__", "__wrapped__"})
HIDDEN_KEYS = frozenset({"__weakref__", "__dict__", *ADDRESSES})
EXCEPTION_WRITES = frozenset(
    {"__cause__", "__context__", "__suppress_context__", "__notes__", "__traceback__"}
)
#: What ``except*`` trusts a group to do right; a lie crashes the interpreter.
TRUSTED = frozenset({"split", "subgroup"})
PROTOCOL_READS = (
    tables.PROTOCOL
    - tables.GUARDED_BUILTIN_DUNDERS
    - frozenset({"__getattr__", "__setattr__", "__delattr__", "__dir__", "__subclasshook__"})
) | frozenset({"__add__", "__mul__"})
#: Where an exception keeps the names that agent code set on it.
OWN_FIELDS = "$own"


def not_a_name(name: Any) -> TypeError:
    """A name that comes at run time must be an exact str: a subclass can change its mind."""
    if isinstance(name, str):
        return TypeRefused("an attribute name must be an exact str here; use str(name)")
    return TypeError(f"attribute name must be string, not '{type(name).__name__}'")


def shown_module(module: Any) -> Any:
    """What ``__module__`` says: the home of agent code has no name of its own there."""
    return tables.MAIN if module == tables.HOME else module
