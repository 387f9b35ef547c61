"""Which modules every agent may import, and which of their functions have a twin."""

from __future__ import annotations

import importlib
import numbers
from collections.abc import Callable
from typing import Any

from agex.sandbox.guards import Guards
from agex.sandbox.language import (
    abc,
    collections,
    contextlib,
    copy,
    dataclass_fields,
    dataclasses,
    enum,
    functools,
    itertools,
    operator,
    types,
    typing,
)
from agex.sandbox.language.picked import picked

#: Module name → what makes its members for one session.
MODULES: dict[str, Callable[[Guards], dict[str, Any]]] = {
    "__future__": lambda _: {"annotations": None},
    "abc": abc.members,
    "collections": collections.members,
    "collections.abc": collections.abc_members,
    "contextlib": contextlib.members,
    "copy": lambda guards: {**copy.members(guards), **dataclass_fields.copy_replace(guards)},
    "dataclasses": dataclasses.members,
    "enum": enum.members,
    "functools": functools.members,
    "itertools": itertools.members,
    "numbers": lambda _: picked(numbers, "Number Complex Real Rational Integral"),
    "operator": operator.members,
    "types": types.members,
    "typing": typing.members,
}

_TWINS = {
    "functools": """partial reduce wraps update_wrapper lru_cache cache singledispatch
    singledispatchmethod total_ordering cached_property partialmethod cmp_to_key""",
    "operator": "attrgetter methodcaller itemgetter getitem setitem delitem mul pow lshift mod iadd",
    "copy": "copy deepcopy",
    "dataclasses": "dataclass field fields asdict astuple replace make_dataclass",
    "itertools": """count cycle repeat chain islice compress accumulate groupby starmap tee
    filterfalse dropwhile takewhile product permutations combinations
    combinations_with_replacement""",
    "contextlib": "contextmanager asynccontextmanager closing suppress ExitStack",
    "typing": "get_type_hints",
}


def _homes() -> dict[int, tuple[Any, str, str]]:
    found: dict[int, tuple[Any, str, str]] = {}
    for module, names in _TWINS.items():
        for name, value in picked(importlib.import_module(module), names).items():
            found[id(value)] = (value, module, name)
    return found


#: ``{id: (function, module, name)}`` of those with a twin, wherever another module shows them again.
HOMES = _homes()
