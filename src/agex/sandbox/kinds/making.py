"""Which classes of the language agent code may make objects of, and derive from."""

from __future__ import annotations

import collections
import contextlib
import dataclasses
import decimal
import enum
import string
import types
import typing

from agex.sandbox.kinds.partials import OwnPartial

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

#: Classes of the language that have nothing to hide as a base: they bring hooks, not data.
BARE_BASES: frozenset[type] = frozenset(
    {object, typing.cast(type, typing.Generic), typing.cast(type, typing.Protocol)}
    | {c for c in (getattr(typing, "_ProtocolMeta", None),) if c is not None}
)

#: Classes nobody gets to make or derive from, whatever is registered: one reads attributes by name,
#: of the other there is a maker within bounds.
NEVER_MADE: frozenset[type] = frozenset({string.Formatter, decimal.Context})
