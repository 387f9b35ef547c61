"""What kind of thing is this type? The first question of every decision.

A type is *agent* (made by agent code), *builtin* (str, list, …), *internal* (generators, iterators
and views that builtins hand out), *exception*, *language* (the curated classes of the standard
library that Python code cannot do without), *registered*, one of our own *views* and *classes*, or
*foreign*: nobody decided, so its objects may be held, passed on and compared, and nothing else.
"""

from __future__ import annotations

import abc
import array
import builtins
import collections
import collections.abc
import contextlib
import dataclasses
import decimal
import enum
import functools
import inspect
import itertools
import json
import numbers
import random
import re
import string
import types
import typing
from collections.abc import Callable, Iterator
from typing import Any

from agex.sandbox import bounds, decimals, tables

AGENT = "agent"
BUILTIN = "builtin"
INTERNAL = "internal"
EXCEPTION = "exception"
LANGUAGE = "language"
REGISTERED = "registered"
MODULE = "module"
FUNCTION = "function"
CLASS = "class"
FOREIGN = "foreign"

#: Kinds whose protocol (iteration, items, contexts, containment) is open.
OPEN = frozenset({AGENT, BUILTIN, INTERNAL, EXCEPTION, LANGUAGE, REGISTERED})


def _iterators() -> set[type]:
    """The types that only exist as results of builtin operations."""

    def generator() -> Any:
        yield

    async def coroutine() -> None:
        pass

    async def async_generator() -> Any:
        yield

    running = coroutine()
    agen = async_generator()
    step = agen.asend(None)
    examples: tuple[Any, ...] = (
            iter([]), iter(()), iter({}), iter({}.values()), iter({}.items()), iter(set()),
            iter(""), iter("\u00e9"), iter(b""), iter(bytearray()), iter(range(0)),
            iter(range(1 << 70)), reversed([]), reversed({}), reversed({}.values()),
            reversed({}.items()), reversed(()), {}.keys(), {}.values(), {}.items(),
            iter(memoryview(b"")), iter(int, 0), iter(collections.deque()),
            reversed(collections.deque()), iter(collections.OrderedDict()),
            collections.OrderedDict().keys(), collections.OrderedDict().values(),
            collections.OrderedDict().items(), iter(collections.OrderedDict().items()),
            generator(), agen, running, step, running.__await__(),
            map(str, ()), zip(), filter(None, ()), enumerate(()), types.MappingProxyType({}),
    )  # fmt: skip
    found = {type(example) for example in examples}
    running.close()
    step.close()
    found |= {v for v in vars(itertools).values() if isinstance(v, type)}
    found.add(type(itertools.groupby("a").__next__()[1]))
    return found


class CallIterator:
    """``iter(function, sentinel)`` with a look at the clock now and then: it may never end."""

    __slots__ = ("_count", "_look", "_real")

    def __init__(self, real: Iterator[Any], look: Callable[[], None]) -> None:
        self._real = real
        self._look = look
        self._count = 0

    def __iter__(self) -> CallIterator:
        return self

    def __next__(self) -> Any:
        self._count += 1
        if not self._count & 1023:
            self._look()
        return next(self._real)


CallIterator.__name__ = CallIterator.__qualname__ = "callable_iterator"
CallIterator.__module__ = "builtins"


def _awaiting() -> Any:
    """What ``await`` steps through: the iterator of a coroutine."""

    async def nothing() -> None:
        pass

    running = nothing()
    steps = running.__await__()
    running.close()
    return steps


#: Public members of internal types; an iterator has none.
INTERNAL_MEMBERS: dict[type, frozenset[str]] = {
    **{kind: frozenset() for kind in _iterators()},
    types.GeneratorType: frozenset({"send", "throw", "close", "gi_running", "gi_suspended"}),
    types.CoroutineType: frozenset({"send", "throw", "close", "cr_running", "cr_suspended"}),
    types.AsyncGeneratorType: frozenset({"asend", "athrow", "aclose", "ag_running"}),
    type(_awaiting()): frozenset({"send", "throw", "close"}),
    type({}.keys()): frozenset({"isdisjoint", "mapping"}),
    type({}.values()): frozenset({"mapping"}),
    type({}.items()): frozenset({"isdisjoint", "mapping"}),
    types.MappingProxyType: frozenset({"get", "keys", "values", "items", "copy"}),
    itertools.chain: frozenset(),
    CallIterator: frozenset(),
    types.GenericAlias: frozenset(),
    types.UnionType: frozenset(),
}
for _step in ("asend", "athrow", "aclose"):

    async def _agen() -> Any:
        yield

    _a = _agen()
    _s = getattr(_a, _step)(
        *([] if _step == "aclose" else [None] if _step == "asend" else [ValueError])
    )
    INTERNAL_MEMBERS[type(_s)] = frozenset({"send", "throw", "close"})
    _s.close()
del _step, _agen, _a, _s

FUNCTION_TYPES: frozenset[type] = frozenset(
    {
        types.FunctionType,
        types.BuiltinFunctionType,
        types.MethodType,
        types.MethodDescriptorType,
        types.WrapperDescriptorType,
        types.MethodWrapperType,
        types.ClassMethodDescriptorType,
    }
)


class OwnPartial(functools.partial):  # type: ignore[type-arg]  # what agent code knows as partial
    """``functools.partial`` over a function that passed the call guard; the host's stay opaque."""

    __slots__ = ()


OwnPartial.__name__ = OwnPartial.__qualname__ = "partial"


class OwnPartialMethod(functools.partialmethod):  # type: ignore[type-arg]
    """``functools.partialmethod`` that binds to the partial above."""

    def __get__(self, obj: Any, cls: Any = None) -> Any:
        bound = super().__get__(obj, cls)
        if type(bound) is functools.partial:
            return OwnPartial(bound.func, *bound.args, **bound.keywords)
        return bound


OwnPartialMethod.__name__ = OwnPartialMethod.__qualname__ = "partialmethod"

_MANAGERS: tuple[tuple[Any, Any], ...] = (
    (contextlib.contextmanager, lambda: iter(())),
    (contextlib.asynccontextmanager, lambda: iter(())),
)

#: Curated classes: what of them is native, and what is guarded (see ``methods.py``).
#: ``None`` for the members means that every public one is native.
LANGUAGE_MEMBERS: dict[type, frozenset[str] | None] = {
    collections.deque: None,
    collections.Counter: None,
    collections.OrderedDict: None,
    collections.defaultdict: None,
    collections.ChainMap: None,
    types.SimpleNamespace: None,
    type(functools.lru_cache(lambda: None).cache_info()): None,
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

#: Curated classes that agent code may call as they are: they keep what they are given.
MADE_NATIVELY: frozenset[type] = frozenset(
    {
        enum.auto, enum.member, enum.nonmember, dataclasses.InitVar, dataclasses.KW_ONLY,
        contextlib.suppress, contextlib.nullcontext, contextlib.ExitStack,
        contextlib.AsyncExitStack, contextlib.ContextDecorator, contextlib.AsyncContextDecorator,
        contextlib.AbstractContextManager, contextlib.AbstractAsyncContextManager,
    }
)  # fmt: skip
#: … and those whose arguments are looked at first. The others only come out of calls: agent code sees
#: a view of such a class.
MADE_GUARDED: frozenset[type] = frozenset(
    {
        collections.deque, collections.Counter, collections.OrderedDict, collections.defaultdict,
        collections.ChainMap, collections.UserDict, collections.UserList, types.SimpleNamespace,
        OwnPartial, property, staticmethod, classmethod, enum.Enum, enum.IntEnum, enum.Flag,
        enum.IntFlag, enum.property, typing.TypeVar, typing.ParamSpec, typing.TypeVarTuple,
        typing.NewType, typing.ForwardRef,
        *(c for c in (getattr(enum, "StrEnum", None), getattr(enum, "ReprEnum", None)) if c),
    }
)  # fmt: skip
#: Classes that nobody derives from: they call or go through what their instances hold, from C.
NO_BASES: frozenset[type] = frozenset(
    {bool, type(None), range, slice, memoryview, map, filter, zip, enumerate, reversed, staticmethod,
     classmethod, super, OwnPartial, enum.property, enum.auto, enum.member, enum.nonmember,
     contextlib.ExitStack, contextlib.AsyncExitStack, contextlib.suppress, contextlib.nullcontext,
     dataclasses.InitVar, dataclasses.KW_ONLY, typing.TypeVar, typing.ParamSpec,
     typing.TypeVarTuple, typing.NewType, typing.ForwardRef}
)  # fmt: skip

#: Types of hints: indexing one makes another.
HINTS: frozenset[type] = frozenset({*ALIASES, types.GenericAlias, types.UnionType})

#: Classes of the language that have nothing to hide as a base: they bring hooks, not data.
BARE_BASES: frozenset[type] = frozenset(
    {object, typing.cast(type, typing.Generic), typing.cast(type, typing.Protocol)}
    | {c for c in (getattr(typing, "_ProtocolMeta", None),) if c is not None}
)

BUILTIN_TYPES: frozenset[type] = frozenset(tables.GUARDED_METHODS) | {object}

EXIT_STACK = frozenset({"enter_context", "push", "callback"})

#: Guarded methods of the curated containers, by class.
LANGUAGE_GUARDED: dict[type, frozenset[str]] = {
    collections.deque: frozenset({"extend", "extendleft", "index"}),
    collections.Counter: frozenset({"update", "subtract", "fromkeys", "elements"}),
    collections.OrderedDict: frozenset({"update", "fromkeys"}),
    collections.defaultdict: frozenset({"update", "fromkeys"}),
    collections.ChainMap: frozenset({"update", "fromkeys", "new_child"}),
    collections.UserDict: frozenset({"update", "fromkeys"}),
    collections.UserList: frozenset({"extend", "sort", "index"}),
    functools.singledispatchmethod: frozenset({"register"}),
    property: frozenset({"getter", "setter", "deleter"}),
    contextlib.ExitStack: EXIT_STACK,
    contextlib.AsyncExitStack: EXIT_STACK
    | {"enter_async_context", "push_async_exit", "push_async_callback"},
}

#: Guarded methods of the abstract classes: they go through what they are given.
ABSTRACT_GUARDED: dict[type, frozenset[str]] = {
    collections.abc.MutableMapping: frozenset({"update"}),
    collections.abc.MutableSequence: frozenset({"extend"}),
    collections.abc.Set: frozenset({"isdisjoint"}),
}

#: Guarded methods of library types, where these are registered: work in C that the policy allows and
#: the clock has to be able to end.
REGISTERED_GUARDED: dict[type, frozenset[str]] = {
    re.Pattern: frozenset("match fullmatch search findall finditer split sub subn".split()),
    json.JSONEncoder: frozenset({"encode", "iterencode"}),
    decimal.Decimal: decimals.METHODS,
    array.array: frozenset({"tolist"}),
    string.Template: frozenset({"substitute", "safe_substitute"}),
    random.Random: frozenset(bounds.RANDOM),
}

#: Every builtin exception class, by identity.
EXCEPTION_CLASSES: frozenset[type] = frozenset(
    value
    for value in vars(builtins).values()
    if isinstance(value, type) and issubclass(value, BaseException)
)


#: Methods that raise what they are given: an exception class is constructed by that.
THROWING = frozenset({"throw", "athrow"})

#: Classes nobody gets to make or derive from, whatever is registered: one reads attributes by name,
#: of the other there is a maker within bounds.
NEVER_MADE: frozenset[type] = frozenset({string.Formatter, decimal.Context})


_ABSTRACT_HOMES = (
    "collections.abc",
    "_collections_abc",
    "abc",
    "numbers",
    "contextlib",
    "typing",
    "enum",
)
#: Classes of these modules that do something with what they are given.
_CONCRETE: frozenset[type] = frozenset(
    {collections.abc.KeysView, collections.abc.ValuesView, collections.abc.ItemsView,
     collections.abc.MappingView, typing.TypeVar, typing.ParamSpec, typing.TypeVarTuple,
     typing.NewType, typing.ForwardRef, enum.property, contextlib.ExitStack,
     contextlib.AsyncExitStack}
)  # fmt: skip


def is_abc(cls: type) -> bool:
    """True for the abstract classes of ``collections.abc``, ``numbers``, ``contextlib``, ``abc``."""
    return cls in _ABSTRACT


_ABSTRACT: frozenset[type] = frozenset(
    value
    for module in (collections.abc, abc, numbers, contextlib, typing, enum)
    for name, value in vars(module).items()
    if isinstance(value, type)
    and not name.startswith("_")
    and value.__module__ in _ABSTRACT_HOMES
    and value not in _CONCRETE
)
