"""Which registered objects can travel to another process?

What does not pickle (a database connection, a function over an open socket) is left out of a pickled
policy and named in ``Policy.missing``: code that uses it over there meets a name that is not
registered, never a dead handle.
"""

from __future__ import annotations

import pickle
import sys
import types


def travels(value: object) -> bool:
    """Whether ``value`` can be pickled by whoever is pickling now.

    cloudpickle takes more than pickle does. It is asked only where it is loaded, and where it is
    not, it is not what pickles us.
    """
    if isinstance(value, types.FunctionType) and _has_a_home(value):
        return True
    pickler = sys.modules.get("cloudpickle", pickle)
    try:
        pickler.dumps(value)
    except Exception:  # an object's own reduce hook may raise anything at all
        return False
    return True


def _has_a_home(function: types.FunctionType) -> bool:
    """Whether it is found again by import, so that no closure has to be tried."""
    held: object = sys.modules.get(function.__module__)
    for part in function.__qualname__.split("."):
        held = getattr(held, part, None)
    return held is function and function.__module__ != "__main__"
