"""What ``$s`` means to a function that somebody else's pickler took to another process: nothing is
cleared there yet.

The cleared sets of a session live in a module object of this name, because the interpreter reads
attributes of modules fastest and picklers store a module by its name alone. The guards put their own
sets in this module's place the first time they are asked there.
"""

from __future__ import annotations

from typing import Any

#: Stands for a value that nothing else is.
MISSING: Any = object()


def __getattr__(key: str) -> Any:
    if key.startswith("__"):
        raise AttributeError(key)
    return MISSING if key.startswith("k_") else frozenset()
