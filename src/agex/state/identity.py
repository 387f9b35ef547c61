"""Which objects have an identity that matters, and who shares what with whom.

Two names for one list are one list after a restart; two names for one number may as well be two. What is a
mere value is decided here: numbers, texts, enum members, functions and classes that are imported by name,
numpy's numbers and dtypes, pandas' indexes and scalars.
"""

from __future__ import annotations

import datetime
import decimal
import enum
import gc
import sys
import types
import uuid
from collections.abc import Iterator, Mapping
from typing import Any

from agex.state.protocol import Missing
from agex.state.surroundings import Surroundings

# Values whose identity no program relies on: never an object that two places share.
ATOMS = frozenset(
    {
        type(None), bool, int, float, complex, str, bytes, range, slice, type(...),
        type(NotImplemented), datetime.date, datetime.datetime, datetime.time, datetime.timedelta,
        datetime.timezone, decimal.Decimal, uuid.UUID,
    }
)  # fmt: skip
# Homes of more such types, by name: none of these packages is imported for it.
_IMMUTABLE_HOMES = frozenset(
    {"fractions", "numpy.dtypes", "pathlib", "pathlib._local", "re", "zoneinfo", "ipaddress"}
)
_PANDAS_VALUES = frozenset(
    "Index ExtensionDtype BaseOffset NaTType NAType Timestamp Timedelta Period Interval".split()
)
# Containers that cannot change; what can change inside them is looked at by itself.
_FROZEN = frozenset({tuple, frozenset})
BY_NAME = (type, types.FunctionType, types.BuiltinFunctionType, types.ModuleType)


def is_atom(value: object, around: Surroundings) -> bool:
    """Whether ``value`` needs no identity: a number, a text, an enum member, an imported function."""
    if type(value) in ATOMS or isinstance(value, (enum.Enum, Missing)):
        return True
    return isinstance(value, BY_NAME) and not around.owns(value) and is_importable(value)


def scan(value: Any, anchors: Mapping[int, str]) -> set[int] | None:
    """Ids of the mutable containers in plain data; ``None`` if it is not plain, or refers out.

    Plain data takes the fast road: the C pickler without a call per object. The pickler's memo, the
    other way to know what is shared, costs five times as much as pickling.
    """
    found: set[int] = set()
    seen: set[int] = set()
    stack = [value]
    while stack:
        item = stack.pop()
        key = id(item)
        if key in seen:
            continue
        if key in anchors:
            return None
        seen.add(key)
        kind = type(item)
        if kind is dict:
            found.add(key)
            if not gc.is_tracked(item):
                continue  # the collector knows that no container is in it; _plain sees the rest
            if not ATOMS.issuperset(map(type, item)):
                stack.extend(part for part in item if type(part) not in ATOMS)
            if not ATOMS.issuperset(map(type, item.values())):
                stack.extend(part for part in item.values() if type(part) not in ATOMS)
        elif kind is list or kind is set:
            found.add(key)
            if not ATOMS.issuperset(map(type, item)):
                stack.extend(part for part in item if type(part) not in ATOMS)
        elif kind in _FROZEN:
            stack.extend(part for part in item if type(part) not in ATOMS)
        elif kind is bytearray:
            found.add(key)
        else:
            return None
    return found


def is_importable(value: Any) -> bool:
    """Whether a function or class is found under its own name; ``__main__`` counts.

    cloudpickle takes what ``__main__`` defines by value. A state outlives the process, and the same
    script is there again with a class of the same name: instances must be of *that* class.
    """
    if isinstance(value, types.ModuleType):
        return sys.modules.get(value.__name__) is value
    name = getattr(value, "__qualname__", None) or getattr(value, "__name__", None)
    home = getattr(value, "__module__", None)
    if isinstance(value, types.BuiltinFunctionType) and not isinstance(
        value.__self__, (types.ModuleType, type(None))
    ):
        return False  # a bound method of some object
    found: Any = sys.modules.get(home) if isinstance(home, str) else None
    if found is None or not isinstance(name, str):
        return False
    for part in name.split("."):
        found = getattr(found, part, None)
    return found is value


def is_shared(obj: Any) -> bool:
    """Whether it matters that two places hold this very object."""
    kind = type(obj)
    if kind in ATOMS or kind in _FROZEN:
        return False
    if isinstance(obj, BY_NAME):
        return not isinstance(obj, types.ModuleType) and not is_importable(obj)
    if isinstance(obj, (enum.Enum, Missing)):
        return False
    home = kind.__module__
    if home in _IMMUTABLE_HOMES or kind.__name__ == "cython_function_or_method":
        return False
    if is_pandas(kind) and any(base.__name__ in _PANDAS_VALUES for base in kind.__mro__):
        return False
    # Numbers of numpy are values; its dtypes are singletons that every array points at.
    return not (home == "numpy" and kind.__name__ != "ndarray")


def is_array(value: object) -> bool:
    """Whether this is a plain numpy array; numpy is not imported to find out."""
    return type(value).__name__ == "ndarray" and type(value).__module__ == "numpy"


def memory_of(array: Any) -> Any:
    """The array whose memory ``array`` looks into, or ``None`` if the memory is its own."""
    if not is_array(array):
        return None
    base = array.base
    while type(base) is type(array) and type(base.base) is type(array):
        base = base.base
    return base if type(base) is type(array) else None


def is_pandas(kind: type) -> bool:
    return kind.__module__.partition(".")[0] == "pandas"


def inside_pandas(obj: Any) -> Iterator[int]:
    """Ids of the arrays that a frame, column or index is made of, and of what its class brings.

    Frames derived from one another share them by copy-on-write, so that no change passes from one
    to the other: each frame is stored by itself.
    """
    yield id(getattr(obj, "_metadata", None))
    manager = getattr(obj, "_mgr", None)
    arrays = list(getattr(manager, "arrays", ())) if manager is not None else [obj]
    for array in arrays:
        yield id(array)
        for part in ("_data", "_ndarray", "_codes", "_mask", "_pa_array"):
            inner = getattr(array, part, None)
            if inner is not None:
                yield id(inner)


def address_of(array: Any) -> int:
    address: int = array.__array_interface__["data"][0]
    return address
