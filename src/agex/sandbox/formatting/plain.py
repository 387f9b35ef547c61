"""What can be told of a value's text from its type alone."""

from __future__ import annotations

import collections
import types
from typing import Any

#: Exact types whose text is their value.
PLAIN: frozenset[type] = frozenset(
    {int, float, complex, bool, str, bytes, bytearray, type(None), type(Ellipsis), range,
     type(NotImplemented)}
)  # fmt: skip

SEQUENCES = (list, tuple, set, frozenset, collections.deque)
MAPPINGS = (collections.OrderedDict, collections.defaultdict, collections.Counter, dict)
#: Containers of the library that keep what they hold in an attribute, ``data``.
USER_CONTAINERS = (collections.UserDict, collections.UserList)
#: Levels of a structure that are written.
DEPTH = 200

_OURS = "agex."


def is_twin(function: Any) -> bool:
    """True for the functions that stand in for builtins and library functions."""
    if type(function) is types.MethodType:
        return type(function.__self__).__module__.startswith(_OURS) or is_twin(function.__func__)
    return type(function) is types.FunctionType and (
        function.__globals__.get("__name__", "").startswith(_OURS)
    )
