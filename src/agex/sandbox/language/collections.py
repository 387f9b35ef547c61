"""``collections`` and ``collections.abc``: containers that take what they are given through guards."""

from __future__ import annotations

import collections
import collections.abc
from typing import Any

from agex.sandbox import methods, tables
from agex.sandbox.guards import Guards
from agex.sandbox.language.picked import picked
from agex.sandbox.language.reprs import show_fields
from agex.sandbox.origin import mark

_EMPTY_MAKERS = (list, dict, set, tuple, str, bytes, frozenset, int)


def members(guards: Guards) -> dict[str, Any]:
    def namedtuple(name: str, fields: Any, **options: Any) -> Any:
        options.pop("module", None)
        names = fields if type(fields) is str else list(methods.taken(guards, fields))
        made = mark(collections.namedtuple(name, names, module=tables.HOME, **options))
        show_fields(made, guards.texts)
        return made

    def container(real: Any, function_first: bool = False, keyed: bool = False) -> Any:
        def make(*args: Any, **kwargs: Any) -> Any:
            rest = list(args)
            if function_first and rest and rest[0] is not None:
                # list() without arguments needs no guard, and shows itself as list.
                if not any(rest[0] is maker for maker in methods.EMPTY_MAKERS):
                    rest[0] = guards.call(rest[0])
            for index, arg in enumerate(rest):
                if index < int(function_first) or arg is None or isinstance(arg, int):
                    continue
                if keyed:
                    rest[index] = methods.pairs(guards, arg)
                elif isinstance(arg, collections.abc.Mapping):
                    rest[index] = guards.mapping(arg)
                else:
                    rest[index] = methods.taken(guards, arg)
            return real(*rest, **kwargs)

        return make

    for cls in (
        collections.deque,
        collections.Counter,
        collections.OrderedDict,
        collections.ChainMap,
        collections.UserDict,
        collections.UserList,
    ):
        keyed = cls in (collections.OrderedDict, collections.UserDict)
        guards.substitutes[id(cls)] = (cls, container(cls, keyed=keyed))
    guards.substitutes[id(collections.defaultdict)] = (
        collections.defaultdict,
        container(collections.defaultdict, function_first=True, keyed=True),
    )
    return {
        **picked(collections, "deque Counter OrderedDict defaultdict ChainMap UserDict UserList"),
        "namedtuple": namedtuple,
    }


def abc_members(guards: Guards) -> dict[str, Any]:
    return {name: getattr(collections.abc, name) for name in collections.abc.__all__}
