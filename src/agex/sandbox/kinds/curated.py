"""The curated classes of the standard library that Python code cannot do without."""

from __future__ import annotations

import collections
import collections.abc
import contextlib
import dataclasses
import enum
import functools
import inspect
import types
import typing
from typing import Any

from agex.sandbox.kinds.partials import OwnPartial, OwnPartialMethod

_MANAGERS: tuple[tuple[Any, Any], ...] = (
    (contextlib.contextmanager, lambda: iter(())),
    (contextlib.asynccontextmanager, lambda: iter(())),
)

#: Curated classes: what of them is native, and what is guarded (see ``methods/``).
#: ``None`` for the members means that every public one is native.
LANGUAGE_MEMBERS: dict[type, frozenset[str] | None] = {
    collections.deque: None,
    collections.Counter: None,
    collections.OrderedDict: None,
    collections.defaultdict: None,
    collections.ChainMap: None,
    types.SimpleNamespace: None,
    OwnPartial: frozenset({"func", "args", "keywords"}),
    OwnPartialMethod: frozenset({"func", "args", "keywords"}),
    functools.cached_property: frozenset(),
    functools.singledispatchmethod: frozenset({"register"}),
    type(functools.lru_cache(lambda: None)): frozenset(
        {"cache_info", "cache_clear", "cache_parameters"}
    ),
    type(functools.lru_cache(lambda: None).cache_info()): frozenset(
        {"hits", "misses", "maxsize", "currsize"}
    ),
    property: frozenset({"getter", "setter", "deleter"}),
    staticmethod: frozenset(),
    classmethod: frozenset(),
    enum.Enum: frozenset({"name", "value", "_name_", "_value_", "_missing_"}),
    enum.IntEnum: frozenset({"name", "value"}),
    enum.Flag: frozenset({"name", "value"}),
    enum.IntFlag: frozenset({"name", "value"}),
    enum.auto: frozenset({"value"}),
    enum.property: frozenset(),
    enum.nonmember: frozenset({"value"}),
    enum.member: frozenset({"value"}),
    dataclasses.Field: frozenset(
        "name type default default_factory init repr hash compare metadata kw_only".split()
    ),
    dataclasses.InitVar: frozenset({"type"}),
    type(dataclasses.MISSING): frozenset(),
    type(dataclasses.make_dataclass("_", ()).__dataclass_params__): frozenset(  # type: ignore[attr-defined]
        """init repr eq order unsafe_hash frozen match_args kw_only slots weakref_slot""".split()
    ),
    dataclasses.KW_ONLY: frozenset(),
    **{type(made(function)()): frozenset() for made, function in _MANAGERS},
    contextlib.suppress: frozenset(),
    contextlib.nullcontext: frozenset({"enter_result"}),
    contextlib.ContextDecorator: frozenset(),
    contextlib.AsyncContextDecorator: frozenset(),
    contextlib.ExitStack: frozenset({"pop_all", "close"}),
    contextlib.AsyncExitStack: frozenset({"pop_all", "aclose"}),
    contextlib.AbstractContextManager: frozenset(),
    contextlib.AbstractAsyncContextManager: frozenset(),
    type(functools.cmp_to_key(lambda a, b: 0)): frozenset({"obj"}),
    collections.UserDict: None,
    collections.UserList: None,
    collections.abc.KeysView: frozenset({"isdisjoint", "mapping"}),
    collections.abc.ItemsView: frozenset({"isdisjoint", "mapping"}),
    collections.abc.ValuesView: frozenset({"mapping"}),
    typing.TypeVar: frozenset(),
    typing.ParamSpec: frozenset({"args", "kwargs"}),
    typing.TypeVarTuple: frozenset(),
    typing.NewType: frozenset(),
    typing.ForwardRef: frozenset(),
    inspect.Signature: frozenset(
        {"parameters", "return_annotation", "bind", "bind_partial", "replace", "empty", "format"}
    ),
    inspect.Parameter: frozenset(
        """name default annotation kind replace empty POSITIONAL_ONLY POSITIONAL_OR_KEYWORD
        VAR_POSITIONAL KEYWORD_ONLY VAR_KEYWORD""".split()
    ),
    inspect.BoundArguments: frozenset(
        {"arguments", "args", "kwargs", "signature", "apply_defaults"}
    ),
    type(inspect.Parameter.KEYWORD_ONLY): frozenset({"name", "value", "description"}),
}
if hasattr(enum, "StrEnum"):
    LANGUAGE_MEMBERS[enum.StrEnum] = frozenset({"name", "value"})
if hasattr(enum, "ReprEnum"):
    LANGUAGE_MEMBERS[enum.ReprEnum] = frozenset({"name", "value"})
if hasattr(typing, "TypeAliasType"):
    LANGUAGE_MEMBERS[typing.TypeAliasType] = frozenset()
#: The typing module's own alias objects, of private types.
ALIASES: set[type] = set()
for _alias in (
    typing.Any, typing.Union, typing.Optional, typing.List, typing.List[int], typing.Callable,
    typing.Callable[[int], int], typing.Tuple, typing.Tuple[int], typing.Union[int, str],
    typing.Literal, typing.Literal["a"], typing.Final, typing.ClassVar, typing.ClassVar[int],
    typing.Annotated[int, 1], typing.Generic, typing.Optional[int], typing.Type,
    typing.ParamSpec("_P").args, typing.ParamSpec("_P").kwargs, typing.Self,
    typing.Concatenate[int, ...], typing.Unpack[tuple[int, ...]],
):  # fmt: skip
    if not isinstance(_alias, type) and type(_alias) not in LANGUAGE_MEMBERS:
        LANGUAGE_MEMBERS[type(_alias)] = frozenset()
        ALIASES.add(type(_alias))
del _alias

ENUMS: frozenset[type] = frozenset(
    value
    for value in vars(enum).values()
    if isinstance(value, type) and issubclass(value, enum.Enum)
)

#: Types of hints: indexing one makes another.
HINTS: frozenset[type] = frozenset({*ALIASES, types.GenericAlias, types.UnionType})
