"""Which registered objects can travel to another process, and how?

What does not pickle (a database connection, a function over an open socket) is left out of a pickled
policy and named in ``Policy.missing``: code that uses it over there meets a name that is not
registered, never a dead handle. Modules go by name; one put together in memory goes as what it holds.
"""

from __future__ import annotations

import importlib
import pickle
import sys
import types
from typing import Any, cast

from agex.policy.origin import is_hand_made

_IMMUTABLE = 1 << 8  # Py_TPFLAGS_IMMUTABLETYPE


def travels(value: object) -> bool:
    """Whether ``value`` can be pickled by whoever is pickling now.

    cloudpickle takes more than pickle does. It is asked only where it is loaded, and where it is
    not, it is not what pickles us.
    """
    if isinstance(value, (type, types.FunctionType)) and _has_a_home(value):
        return True
    if isinstance(value, type) and value.__flags__ & _IMMUTABLE:
        return False  # a C class no import finds: cloudpickle writes it and nobody can read it
    pickler = sys.modules.get("cloudpickle", pickle)
    try:
        pickler.dumps(value)
    except Exception:  # an object's own reduce hook may raise anything at all
        return False
    return True


def pack_module(module: types.ModuleType) -> object:
    """A module as something that pickles: see :func:`unpack_module`."""
    if sys.modules.get(module.__name__) is module:
        return module.__name__
    if not is_hand_made(module):
        return module
    held = {
        name: value
        for name, value in vars(module).items()
        if (name == "__all__" or not name.startswith("__")) and travels(value)
    }
    return (module.__name__, module.__doc__, held)


def unpack_module(packed: object) -> types.ModuleType:
    """The module that :func:`pack_module` packed, imported where it was named."""
    if isinstance(packed, str):
        return importlib.import_module(packed)
    if isinstance(packed, types.ModuleType):
        return packed
    name, doc, held = cast("tuple[str, str | None, dict[str, Any]]", packed)
    module = types.ModuleType(name, doc)
    vars(module).update(held)
    return module


def _has_a_home(value: type | types.FunctionType) -> bool:
    """Whether it is found again by import, so that no closure has to be tried."""
    if value.__module__ == "__main__":
        return False
    held: object = sys.modules.get(value.__module__)
    for part in value.__qualname__.split("."):
        held = getattr(held, part, None)
    return held is value
