"""``collections`` and ``collections.abc``: containers that take what they are given through guards."""

from __future__ import annotations

import collections
import collections.abc
from typing import Any

from agex.sandbox import bounds, methods, tables
from agex.sandbox.arguments import arguments
from agex.sandbox.guards import Guards
from agex.sandbox.language.picked import picked
from agex.sandbox.language.reprs import show_fields
from agex.sandbox.origin import mark

_CONTAINERS: tuple[Any, ...] = (
    collections.deque,
    collections.Counter,
    collections.OrderedDict,
    collections.defaultdict,
    collections.ChainMap,
    collections.UserDict,
    collections.UserList,
)


def members(guards: Guards) -> dict[str, Any]:
    def namedtuple(name: str, fields: Any, **options: Any) -> Any:
        options.pop("module", None)
        if type(name) is not str:
            raise TypeError("the name of a named tuple must be a string")
        names = fields if type(fields) is str else list(methods.taken(guards, fields))
        if type(names) is list and not all(type(one) is str for one in names):
            raise TypeError("Type names and field names must be strings")
        bounds.check_length("the named tuple", len(names), bounds.MAX_FIELDS)
        if options.get("defaults") is not None:
            options["defaults"] = tuple(methods.taken(guards, options["defaults"]))
        made = mark(collections.namedtuple(name, names, module=tables.HOME, **options))
        show_fields(made, guards.texts)
        return made

    def container(real: Any) -> Any:
        def make(*args: Any, **kwargs: Any) -> Any:
            args, kwargs = arguments(guards, real, args, kwargs)
            return real(*args, **kwargs)

        return make

    for cls in _CONTAINERS:
        guards.substitutes[id(cls)] = (cls, container(cls))
    return {
        **picked(collections, "deque Counter OrderedDict defaultdict ChainMap UserDict UserList"),
        "namedtuple": namedtuple,
    }


def abc_members(guards: Guards) -> dict[str, Any]:
    return {name: getattr(collections.abc, name) for name in collections.abc.__all__}
