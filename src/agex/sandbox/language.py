"""The parts of the standard library that are the language itself, curated.

Python as people write it needs ``typing``, ``dataclasses``, ``enum``, ``abc``, ``collections``,
``functools``, ``contextlib``, ``itertools``, ``operator``, ``copy``, ``numbers`` and a few of
``types``; so every agent may import these. Each is a list of names, because the modules hold other
people's modules (``dataclasses.builtins``, ``contextlib.os``) and functions that read or write
attributes by name, call what they are given or evaluate strings. Those come as guarded twins.
"""

from __future__ import annotations

import abc
import collections
import collections.abc
import contextlib
import dataclasses
import enum
import functools
import itertools
import keyword
import numbers
import operator
import types
import typing
from collections.abc import Callable, Iterator
from types import MethodType
from typing import Any

from agex.errors import TypeRefused
from agex.sandbox import bounds, clock, kinds, methods, tables
from agex.sandbox.formatting import Texts
from agex.sandbox.guards import Guards
from agex.sandbox.opaque import Type, view_of
from agex.sandbox.origin import (
    find,
    is_agent_class,
    is_agent_function,
    mark,
    own_dict,
)

_MISSING: Any = object()


def _names(module: Any, names: str) -> dict[str, Any]:
    return {name: getattr(module, name) for name in names.split() if hasattr(module, name)}


# ------------------------------------------------------------------ dataclasses


class _DataclassRepr:
    """The ``__repr__`` of agent dataclasses: the same text, within the policy."""

    def __init__(self, texts: Texts) -> None:
        self.texts = texts

    def attach(self, cls: type) -> None:
        texts = self.texts
        names = [f.name for f in dataclasses.fields(cls) if f.repr]
        running: set[int] = set()

        def __repr__(self: Any) -> str:  # it becomes one
            if id(self) in running:
                return "..."
            running.add(id(self))
            try:
                return texts.fields(self, names)
            finally:
                running.discard(id(self))

        __repr__.__qualname__ = f"{cls.__qualname__}.__repr__"
        texts.own_texts.add(__repr__)
        type.__setattr__(cls, "__repr__", __repr__)


def _dataclass_functions(guards: Guards) -> dict[str, Any]:
    shows = _DataclassRepr(guards.texts)

    def own(cls: Any) -> type:
        if not isinstance(cls, type) or not is_agent_class(cls):
            raise TypeRefused("dataclass() decorates classes of your own here")
        return cls

    def dataclass(cls: Any = None, /, **options: Any) -> Any:
        def make(target: Any) -> Any:
            wanted = options.get("repr", True) and "__repr__" not in own_dict(own(target))
            for field in own_dict(target).values():
                if isinstance(field, dataclasses.Field):
                    approve_factory(field.default_factory)
            declared = {
                *getattr(target, "__dataclass_fields__", ()),
                *own_dict(target).get("__annotations__", ()),
            }
            hidden = [
                name
                for name in declared
                if not guards.is_pure(target)
                and any(
                    not rule.allows(name)
                    for base in target.__mro__
                    if (rule := guards.decisions.rule(base)) is not None
                )
            ]
            if hidden:
                raise TypeRefused(
                    f"{target.__name__} cannot be a dataclass here: {hidden[0]!r} of its base is "
                    "not registered"
                )
            made = dataclasses.dataclass(**{**options, "repr": False})(target)
            if wanted:
                shows.attach(made)
            if made is not target:
                mark(made)
            return made

        return make if cls is None else make(cls)

    def approve_factory(factory: Any) -> Any:
        if factory is not dataclasses.MISSING:
            guards.call(factory)
        return factory

    def field(**options: Any) -> Any:
        approve_factory(options.get("default_factory", dataclasses.MISSING))
        return dataclasses.field(**options)

    def known(obj: Any) -> type:
        cls = obj if isinstance(obj, type) else type(obj)
        if find(cls, "__dataclass_fields__") is None:
            raise TypeError("must be called with a dataclass type or instance")
        if not is_agent_class(cls) and guards.decisions.rule(cls) is None:
            raise TypeRefused(
                f"{cls.__name__!r} object is not registered, so its fields cannot be read"
            )
        return cls

    def instance(obj: Any, what: str) -> type:
        if isinstance(obj, type) or find(type(obj), "__dataclass_fields__") is None:
            raise TypeError(f"{what}() should be called on dataclass instances")
        return known(obj)

    def fields(class_or_instance: Any) -> Any:
        cls = known(class_or_instance)
        return tuple(f for f in dataclasses.fields(cls) if readable(cls, f.name))

    def readable(cls: type, name: str) -> bool:
        return is_agent_class(cls) or guards.decisions.read(cls, name)[0].name == "CLEAR"

    def convert(value: Any, factory: Any) -> Any:
        cls = type(value)
        if hasattr(cls, "__dataclass_fields__") and not isinstance(value, type):
            if is_agent_class(cls) or guards.decisions.rule(cls) is not None:
                return factory(
                    [(f.name, convert(guards.value(value, f.name), factory)) for f in fields(value)]
                )
            return value
        if cls in (list, tuple, set, frozenset):
            return cls([convert(item, factory) for item in value])
        if isinstance(value, tuple) and is_agent_class(cls) and hasattr(cls, "_fields"):
            return cls(*[convert(item, factory) for item in value])
        if cls is dict:
            return {convert(k, factory): convert(v, factory) for k, v in value.items()}
        return value

    def asdict(obj: Any, *, dict_factory: Any = dict) -> Any:
        instance(obj, "asdict")
        return convert(obj, guards.call(dict_factory))

    def astuple(obj: Any, *, tuple_factory: Any = tuple) -> Any:
        instance(obj, "astuple")
        make = guards.call(tuple_factory)

        def plain(value: Any) -> Any:
            cls = type(value)
            if hasattr(cls, "__dataclass_fields__") and not isinstance(value, type):
                if is_agent_class(cls) or guards.decisions.rule(cls) is not None:
                    return make([plain(guards.value(value, f.name)) for f in fields(value)])
                return value
            if isinstance(value, tuple) and is_agent_class(cls) and hasattr(cls, "_fields"):
                return cls(*[plain(item) for item in value])
            if cls in (list, tuple, set, frozenset):
                return cls([plain(item) for item in value])
            return {k: plain(v) for k, v in value.items()} if cls is dict else value

        return plain(obj)

    def replace(obj: Any, /, **changes: Any) -> Any:
        cls = instance(obj, "replace")
        for name, spec in cls.__dataclass_fields__.items():  # type: ignore[attr-defined]
            kind = spec._field_type.name
            if kind == "_FIELD_CLASSVAR":
                continue
            if not spec.init:
                if name in changes:
                    raise ValueError(f"field {name} is declared with init=False")
            elif name not in changes:
                if kind == "_FIELD_INITVAR" and spec.default is dataclasses.MISSING:
                    raise ValueError(f"InitVar {name!r} must be specified with replace()")
                changes[name] = guards.value(obj, name)
        return guards.call(cls)(**changes)

    def make_dataclass(
        cls_name: str, fields: Any, *, bases: Any = (), namespace: Any = None, **options: Any
    ) -> Any:
        annotations: dict[str, Any] = {}
        space: dict[str, Any] = dict(namespace or {})
        for spec in guards.iter(fields):
            if type(spec) is not str and not hasattr(type(spec), "__len__"):
                raise TypeError(f"object of type '{type(spec).__name__}' has no len()")
            parts = (spec, "typing.Any") if type(spec) is str else tuple(guards.iter(spec))
            if len(parts) not in (2, 3):
                raise TypeError(f"Invalid field: {spec!r}")
            name = parts[0]
            if type(name) is not str or not name.isidentifier():
                raise TypeError(f"Field names must be valid identifiers: {name!r}")
            if keyword.iskeyword(name):
                raise TypeError(f"Field names must not be keywords: {name!r}")
            if name in annotations:
                raise TypeError(f"Field name duplicated: {name!r}")
            annotations[name] = parts[1]
            if len(parts) == 3:
                space[name] = parts[2]
        space["__annotations__"] = annotations
        for key in space:
            if "$" in key or key in tables.REFUSED_DEFINITIONS:
                raise TypeRefused(f"defining {key} is not offered here")
        checked = tuple(guards.base(base) for base in bases)
        space["__module__"] = tables.HOME
        made = mark(types.new_class(cls_name, checked, {}, lambda target: target.update(space)))
        guards.check_class(made, own_dict(made))
        return dataclass(made, **options)

    def is_dataclass(obj: Any) -> bool:
        return dataclasses.is_dataclass(obj)

    return {
        **_names(dataclasses, "MISSING KW_ONLY InitVar Field FrozenInstanceError"),
        "dataclass": dataclass,
        "field": field,
        "fields": fields,
        "asdict": asdict,
        "astuple": astuple,
        "replace": replace,
        "make_dataclass": make_dataclass,
        "is_dataclass": is_dataclass,
    }


# ------------------------------------------------------------------ functools


def _functools(guards: Guards) -> dict[str, Any]:
    call = guards.call

    def partial(function: Any, /, *args: Any, **kwargs: Any) -> Any:
        return kinds.OwnPartial(call(function), *args, **kwargs)

    def reduce(function: Any, sequence: Any, /, *initial: Any) -> Any:
        return functools.reduce(call(function), methods.taken(guards, sequence), *initial)

    def update_wrapper(
        wrapper: Any, wrapped: Any, assigned: Any = _WRAPPED_NAMES, updated: Any = ("__dict__",)
    ) -> Any:
        if not is_agent_function(wrapper) and not is_agent_class(type(wrapper)):
            raise TypeRefused("wraps() decorates functions of your own here")
        for name in assigned:
            if name not in _WRAPPED_NAMES:
                continue
            try:
                value = guards.value(wrapped, name)
            except AttributeError:
                continue
            try:
                guards.set(wrapper, name, value) if name != "__module__" else None
            except AttributeError:
                setattr(wrapper, name, value) if is_agent_function(wrapper) else None
        if is_agent_function(wrapped) and is_agent_function(wrapper):
            wrapper.__dict__.update(
                {k: v for k, v in wrapped.__dict__.items() if k != "__wrapped__"}
            )
            wrapper.__wrapped__ = wrapped
        return wrapper

    def wraps(wrapped: Any, assigned: Any = _WRAPPED_NAMES, updated: Any = ("__dict__",)) -> Any:
        return lambda wrapper: update_wrapper(wrapper, wrapped, assigned, updated)

    def lru_cache(maxsize: Any = 128, typed: bool = False) -> Any:
        if callable(maxsize):
            return functools.lru_cache(128)(call(maxsize))
        return lambda function: functools.lru_cache(maxsize, typed)(call(function))

    def cache(function: Any, /) -> Any:
        return functools.lru_cache(None)(call(function))

    def singledispatch(function: Any) -> Any:
        registry: dict[Any, Any] = {object: call(function)}

        def dispatch(cls: Any) -> Any:
            for base in [*cls.__mro__, object]:
                if base in registry:
                    return registry[base]
            for base, found in registry.items():
                if issubclass(cls, base):
                    return found
            return registry[object]

        def register(cls: Any, func: Any = None) -> Any:
            if func is None:
                if isinstance(cls, type) or isinstance(cls, types.UnionType):
                    return lambda f: register(cls, f)
                annotations = getattr(cls, "__annotations__", {})
                if not is_agent_function(cls) or not annotations:
                    raise TypeError("register() needs a class or an annotated function")
                kind = next(iter(annotations.values()))
                return register(kind, cls)
            for one in getattr(cls, "__args__", None) or (cls,):
                registry[one] = call(func)
            return func

        def wrapper(*args: Any, **kwargs: Any) -> Any:
            if not args:
                raise TypeError(f"{function.__name__} requires at least 1 positional argument")
            return dispatch(type(args[0]))(*args, **kwargs)

        wrapper.__name__ = wrapper.__qualname__ = getattr(function, "__name__", "wrapper")
        wrapper.__doc__ = getattr(function, "__doc__", None)
        wrapper.register = register  # type: ignore[attr-defined]
        wrapper.dispatch = dispatch  # type: ignore[attr-defined]
        return wrapper

    def total_ordering(cls: Any) -> Any:
        if not isinstance(cls, type) or not is_agent_class(cls):
            raise TypeRefused("total_ordering() decorates classes of your own here")
        return functools.total_ordering(cls)

    def cached_property(function: Any) -> Any:
        return functools.cached_property(call(function))

    def partialmethod(function: Any, /, *args: Any, **kwargs: Any) -> Any:
        return kinds.OwnPartialMethod(call(function), *args, **kwargs)

    def cmp_to_key(function: Any) -> Any:
        return functools.cmp_to_key(call(function))

    def singledispatchmethod(function: Any) -> Any:
        dispatcher = singledispatch(function)

        class Bound:
            register = staticmethod(dispatcher.register)

            def __get__(self, instance: Any, owner: Any = None) -> Any:
                def bound(*args: Any, **kwargs: Any) -> Any:
                    found = dispatcher.dispatch(type(args[0]))
                    return found.__get__(instance, owner)(*args, **kwargs)

                return bound

        return mark(Bound)()

    guards.substitutes[id(kinds.OwnPartial)] = (kinds.OwnPartial, partial)
    return {
        "partial": kinds.OwnPartial,
        "reduce": reduce,
        "wraps": wraps,
        "update_wrapper": update_wrapper,
        "lru_cache": lru_cache,
        "cache": cache,
        "singledispatch": singledispatch,
        "singledispatchmethod": singledispatchmethod,
        "total_ordering": total_ordering,
        "cached_property": cached_property,
        "partialmethod": partialmethod,
        "cmp_to_key": cmp_to_key,
        "WRAPPER_ASSIGNMENTS": _WRAPPED_NAMES,
        "WRAPPER_UPDATES": ("__dict__",),
    }


_WRAPPED_NAMES = ("__module__", "__name__", "__qualname__", "__doc__", "__annotations__")


# ------------------------------------------------------------------ itertools


def _itertools(guards: Guards) -> dict[str, Any]:
    """Endless and explosive sources look at the clock; what takes a function has it checked."""
    look = clock.look

    def source(iterable: Any) -> Any:
        guards.iter(iterable)
        cls = type(iterable)
        if cls.__module__ == "itertools" or cls in (map, zip, filter, enumerate):
            return (item for item in iterable)
        if cls is range and bounds.len_of_range(iterable) > bounds.MAX_RANGE:
            return bounds.polled(iter(iterable), look)
        return iterable

    def over(real: Any, function_at: int | None = None) -> Any:
        def wrapped(*args: Any, **kwargs: Any) -> Any:
            made = []
            for index, arg in enumerate(args):
                if index == function_at:
                    made.append(arg if arg is None else guards.call(arg))
                elif isinstance(arg, (int, float, type(None))) and index:
                    made.append(arg)
                else:
                    made.append(source(arg))
            for name, value in kwargs.items():
                if name in ("key", "func") and value is not None:
                    kwargs[name] = guards.call(value)
            return real(*made, **kwargs)

        return wrapped

    def count(start: Any = 0, step: Any = 1) -> Any:
        return bounds.polled(itertools.count(start, step), look)

    def cycle(iterable: Any) -> Any:
        return bounds.polled(itertools.cycle(source(iterable)), look)

    def repeat(item: Any, times: Any = None) -> Any:
        if times is None:
            return bounds.polled(itertools.repeat(item), look)
        made = itertools.repeat(item, times)
        return made if times <= bounds.MAX_RANGE else bounds.polled(made, look)

    def explosive(real: Any) -> Any:
        def wrapped(*args: Any, **kwargs: Any) -> Any:
            pools = [arg if isinstance(arg, int) else methods.taken(guards, arg) for arg in args]
            if real is itertools.product:
                length = 1
                for pool in pools:
                    length *= max(1, len(pool)) if hasattr(pool, "__len__") else 1
                for _ in range(min(int(kwargs.get("repeat", 1)) - 1, 64)):
                    length *= 2
                bounds.check_length(
                    "the pools",
                    sum(len(p) for p in pools if hasattr(p, "__len__"))
                    * int(kwargs.get("repeat", 1)),
                )
            return bounds.polled(real(*pools, **kwargs), look)

        return wrapped

    def chain(*iterables: Any) -> Any:
        return itertools.chain(*[source(i) for i in iterables])

    def from_iterable(iterables: Any) -> Iterator[Any]:
        index = 0
        for inner in guards.iter(iterables):
            yield from source(inner)
            index += 1
            if not index & 63:
                look()

    chain.from_iterable = from_iterable  # type: ignore[attr-defined]

    def islice(iterable: Any, *args: Any) -> Any:
        return itertools.islice(polled_source(iterable), *args)

    def polled_source(iterable: Any) -> Any:
        guards.iter(iterable)
        if bounds.sized(iterable) or type(iterable) is types.GeneratorType:
            return iterable
        return bounds.polled(iter(iterable), look)

    def skipping(real: Any) -> Any:
        def wrapped(function: Any, iterable: Any) -> Any:
            checked = None if function is None else guards.call(function)
            return real(checked, polled_source(iterable))

        return wrapped

    def compress(data: Any, selectors: Any) -> Any:
        return itertools.compress(polled_source(data), polled_source(selectors))

    def accumulate(iterable: Any, func: Any = None, *, initial: Any = None) -> Any:
        function = None if func is None else guards.call(func)
        return itertools.accumulate(source(iterable), function, initial=initial)

    def groupby(iterable: Any, key: Any = None) -> Any:
        return itertools.groupby(polled_source(iterable), None if key is None else guards.call(key))

    def starmap(function: Any, iterable: Any) -> Any:
        checked = guards.call(function)
        return (checked(*guards.iter(args)) for args in source(iterable))

    def tee(iterable: Any, n: int = 2) -> Any:
        bounds.check_length("the tuple", n, 1000)
        return itertools.tee(source(iterable), n)

    return {
        "count": count,
        "cycle": cycle,
        "repeat": repeat,
        "chain": chain,
        "islice": islice,
        "compress": compress,
        "accumulate": accumulate,
        "groupby": groupby,
        "starmap": starmap,
        "tee": tee,
        "filterfalse": skipping(itertools.filterfalse),
        "dropwhile": skipping(itertools.dropwhile),
        "takewhile": skipping(itertools.takewhile),
        "product": explosive(itertools.product),
        "permutations": explosive(itertools.permutations),
        "combinations": explosive(itertools.combinations),
        "combinations_with_replacement": explosive(itertools.combinations_with_replacement),
        "pairwise": over(itertools.pairwise),
        "zip_longest": over(itertools.zip_longest),
        **({"batched": over(itertools.batched)} if hasattr(itertools, "batched") else {}),
    }


# ------------------------------------------------------------------ operator


def _operator(guards: Guards) -> dict[str, Any]:
    value, item, call = guards.value, guards.item, guards.call

    def attrgetter(*names: str) -> Any:
        for name in names:
            if type(name) is not str:
                raise TypeError("attribute name must be a string")

        def one(obj: Any, path: str) -> Any:
            for name in path.split("."):
                obj = value(obj, name)
            return obj

        if len(names) == 1:
            return lambda obj: one(obj, names[0])
        return lambda obj: tuple(one(obj, name) for name in names)

    def methodcaller(name: str, /, *args: Any, **kwargs: Any) -> Any:
        if type(name) is not str:
            raise TypeError("method name must be a string")
        return lambda obj: call(value(obj, name))(*args, **kwargs)

    def itemgetter(*keys: Any) -> Any:
        if len(keys) == 1:
            key = keys[0]
            return lambda obj: item(obj)[key]
        return lambda obj: tuple(item(obj)[key] for key in keys)

    def getitem(obj: Any, key: Any) -> Any:
        return item(obj)[key]

    def setitem(obj: Any, key: Any, new: Any) -> None:
        item(obj)[key] = new

    def delitem(obj: Any, key: Any) -> None:
        del item(obj)[key]

    def iadd(left: Any, right: Any) -> Any:
        left += guards.added(right, left)
        return left

    def mod(left: Any, right: Any) -> Any:
        if isinstance(left, (str, bytes)):
            return guards.texts.percent(left, right)
        return left % right

    return {
        **_names(
            operator,
            """add sub truediv floordiv neg pos abs and_ or_ xor invert rshift not_ truth is_ is_not
            lt le eq ne ge gt matmul index isub itruediv ifloordiv iand ixor irshift imatmul""",
        ),
        "ior": guards.merged,
        "mul": bounds.multiply,
        "imul": bounds.multiply_in_place,
        "pow": bounds.power,
        "ipow": bounds.power_in_place,
        "lshift": bounds.shift,
        "ilshift": bounds.shift_in_place,
        "mod": mod,
        "imod": mod,
        "iadd": iadd,
        "concat": lambda a, b: item(a) + item(b),
        "contains": lambda a, b: b in guards.contains(a),
        "countOf": lambda a, b: sum(1 for x in methods.taken(guards, a) if x == b),
        "indexOf": lambda a, b: list(methods.taken(guards, a)).index(b),
        "length_hint": operator.length_hint,
        "getitem": getitem,
        "setitem": setitem,
        "delitem": delitem,
        "attrgetter": attrgetter,
        "methodcaller": methodcaller,
        "itemgetter": itemgetter,
        "call": lambda obj, /, *args, **kwargs: call(obj)(*args, **kwargs),
    }


# ------------------------------------------------------------------ collections


def _collections(guards: Guards) -> dict[str, Any]:
    def namedtuple(name: str, fields: Any, **options: Any) -> Any:
        options.pop("module", None)
        names = fields if type(fields) is str else list(methods.taken(guards, fields))
        made = mark(collections.namedtuple(name, names, module=tables.HOME, **options))
        _mark_repr(made, guards.texts)
        return made

    def container(real: Any, function_first: bool = False, keyed: bool = False) -> Any:
        def make(*args: Any, **kwargs: Any) -> Any:
            rest = list(args)
            if function_first and rest and rest[0] is not None:
                # list() without arguments needs no guard, and shows itself as list.
                if not any(rest[0] is maker for maker in _EMPTY_MAKERS):
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
        **_names(collections, "deque Counter OrderedDict defaultdict ChainMap UserDict UserList"),
        "namedtuple": namedtuple,
    }


_EMPTY_MAKERS = (list, dict, set, tuple, str, bytes, frozenset)


def _mark_repr(cls: Any, texts: Texts) -> None:
    """A NamedTuple shows its fields within the policy."""
    names = cls._fields

    def __repr__(self: Any) -> str:  # it becomes one
        return texts.fields(self, names)

    texts.own_texts.add(__repr__)
    type.__setattr__(cls, "__repr__", __repr__)


# ------------------------------------------------------------------ contextlib


def _contextlib(guards: Guards) -> dict[str, Any]:
    call = guards.call

    def contextmanager(function: Any) -> Any:
        return contextlib.contextmanager(call(function))

    def asynccontextmanager(function: Any) -> Any:
        return contextlib.asynccontextmanager(call(function))

    class closing:
        """Context to automatically close something at the end of a block."""

        def __init__(self, thing: Any) -> None:
            self.thing = thing

        def __enter__(self) -> Any:
            return self.thing

        def __exit__(self, *details: Any) -> None:
            call(guards.value(self.thing, "close"))()

    class aclosing:
        """Async context to automatically close something at the end of a block."""

        def __init__(self, thing: Any) -> None:
            self.thing = thing

        async def __aenter__(self) -> Any:
            return self.thing

        async def __aexit__(self, *details: Any) -> None:
            await guards.awaited(call(guards.value(self.thing, "aclose"))())

    class redirect_stdout:
        """Context that sends what is printed to something with a write method."""

        def __init__(self, new_target: Any) -> None:
            self._new_target = new_target

        def __enter__(self) -> Any:
            guards.redirects.append(call(guards.value(self._new_target, "write")))
            return self._new_target

        def __exit__(self, *details: Any) -> None:
            guards.redirects.pop()

    for made in (closing, aclosing, redirect_stdout):
        made.__module__, made.__qualname__ = "contextlib", made.__name__

    return {
        **_names(
            contextlib,
            "AbstractContextManager AbstractAsyncContextManager ContextDecorator "
            "AsyncContextDecorator suppress nullcontext ExitStack AsyncExitStack",
        ),
        "contextmanager": contextmanager,
        "asynccontextmanager": asynccontextmanager,
        "closing": mark(closing),
        "aclosing": mark(aclosing),
        "redirect_stdout": mark(redirect_stdout),
    }


# ------------------------------------------------------------------ copy


def _copy(guards: Guards) -> dict[str, Any]:
    """Copies by structure, without the pickle protocol that the real ones follow."""

    def parts(value: Any, again: Callable[[Any], Any], memo: dict[int, Any]) -> Any:
        cls = type(value)
        if cls in _ATOMIC or isinstance(value, type) or cls in kinds.FUNCTION_TYPES:
            return value
        if id(value) in memo:
            return memo[id(value)]
        made: Any
        if cls is list:
            made = memo[id(value)] = []
            made.extend(again(item) for item in value)
        elif cls is dict:
            made = memo[id(value)] = {}
            for key, item in value.items():
                made[again(key)] = again(item)
        elif cls is set:
            made = memo[id(value)] = {again(item) for item in value}
        elif cls is tuple:
            made = tuple(again(item) for item in value)
            made = value if all(a is b for a, b in zip(made, value, strict=True)) else made
            memo[id(value)] = made
        elif cls is frozenset:
            made = memo[id(value)] = frozenset(again(item) for item in value)
        elif cls is slice:
            inside = (value.start, value.stop, value.step)
            copies = [again(part) for part in inside]
            same = all(a is b for a, b in zip(copies, inside, strict=True))
            made = value if same else slice(*copies)
        elif cls is bytearray:
            made = memo[id(value)] = bytearray(value)
        elif cls is collections.deque:
            made = memo[id(value)] = collections.deque(maxlen=value.maxlen)
            made.extend(again(item) for item in value)
        elif cls is collections.defaultdict:
            made = memo[id(value)] = collections.defaultdict(value.default_factory)
            for key, item in value.items():
                made[again(key)] = again(item)
        elif cls in (collections.OrderedDict, collections.Counter):
            made = memo[id(value)] = cls()
            for key, item in value.items():
                dict.__setitem__(
                    made, again(key), again(item)
                ) if cls is collections.Counter else made.__setitem__(again(key), again(item))
        elif cls is types.SimpleNamespace:
            made = memo[id(value)] = types.SimpleNamespace()
            vars(made).update({k: again(v) for k, v in vars(value).items()})
        elif is_agent_class(cls) and guards.is_pure(cls):
            made = agent_copy(value, cls, again, memo)
        elif guards.decisions.kind(cls) == kinds.REGISTERED and hasattr(cls, "copy"):
            made = memo[id(value)] = guards.call(guards.value(value, "copy"))()
        else:
            raise TypeRefused(f"{cls.__name__!r} object cannot be copied here")
        return made

    def agent_copy(value: Any, cls: type, again: Any, memo: dict[int, Any]) -> Any:
        import enum as _enum

        if isinstance(value, _enum.Enum):
            return value
        made: Any
        if isinstance(value, BaseException):
            made = cls.__new__(cls, *value.args)
            made.args = tuple(again(a) for a in value.args)
        elif isinstance(value, tuple):
            made = tuple.__new__(cls, [again(item) for item in tuple.__iter__(value)])
        elif isinstance(value, (int, float, complex, str, bytes, frozenset)):
            base: Any = next(b for b in cls.__mro__ if b in kinds.BUILTIN_TYPES)
            made = base.__new__(cls, value)
        else:
            base = next(
                (b for b in cls.__mro__ if b in kinds.BUILTIN_TYPES and b is not object), object
            )
            made = base.__new__(cls)
        memo[id(value)] = made
        if isinstance(value, list):
            list.extend(made, [again(item) for item in list.__iter__(value)])
        elif isinstance(value, dict):
            for key, item in dict.items(value):
                dict.__setitem__(made, again(key), again(item))
        elif isinstance(value, set):
            set.update(made, [again(item) for item in set.__iter__(value)])
        held = getattr(value, "__dict__", None)
        if held:
            made.__dict__.update({k: again(v) for k, v in held.items()})
            if cls in guards.exposed:
                guards.expose(cls)
        for base in cls.__mro__:
            slots = own_dict(base).get("__slots__", ())
            for slot in (slots,) if isinstance(slots, str) else slots:
                if slot in ("__dict__", "__weakref__"):
                    continue
                found = find(cls, slot)
                if found is None and slot.startswith("__"):
                    slot = f"_{base.__name__.lstrip('_')}{slot}"
                try:
                    object.__setattr__(made, slot, again(getattr(value, slot)))
                except AttributeError:
                    continue
        return made

    def copy(value: Any) -> Any:
        return parts(value, lambda item: item, {})

    def deepcopy(value: Any, memo: Any = None) -> Any:
        seen: dict[int, Any] = {}

        def again(item: Any) -> Any:
            clock.look()
            return parts(item, again, seen)

        return again(value)

    return {"copy": copy, "deepcopy": deepcopy, "Error": Exception}


_ATOMIC: frozenset[type] = frozenset(
    {int, float, complex, bool, str, bytes, type(None), type(Ellipsis), type(NotImplemented),
     range}
)  # fmt: skip


# ------------------------------------------------------------------ typing, enum, types


def _typing(guards: Guards) -> dict[str, Any]:
    def get_type_hints(obj: Any, *_: Any, **__: Any) -> dict[str, Any]:
        found: dict[str, Any] = {}
        if isinstance(obj, type):
            if not is_agent_class(obj) and guards.decisions.rule(obj) is None:
                raise guards.refusal(obj, "__annotations__")
            for base in reversed(obj.__mro__):
                found.update(own_dict(base).get("__annotations__", {}) or _annotations(base))
        elif is_agent_function(obj):
            found.update(obj.__annotations__)
        else:
            raise TypeRefused("get_type_hints() takes functions and classes of your own here")
        return {name: resolve(hint) for name, hint in found.items()}

    def resolve(hint: Any) -> Any:
        """A string annotation that is a plain name is looked up; anything else stays a string."""
        if hint is None:
            return type(None)
        if type(hint) is str and hint.isidentifier():
            return guards.globals.get(hint, _simple_types().get(hint, hint))
        return hint

    def named_tuple(name: str, fields: Any = (), /, **more: Any) -> Any:
        make: Any = typing.NamedTuple
        made = mark(make(name, list(fields)))
        type.__setattr__(made, "__module__", tables.HOME)
        _mark_repr(made, guards.texts)
        return made

    def typed_dict(name: str, fields: Any = None, /, *, total: bool = True, **more: Any) -> Any:
        make: Any = typing.TypedDict
        return mark(make(name, dict(fields or {}), total=total))

    named_tuple.__mro_entries__ = typing.NamedTuple.__mro_entries__  # type: ignore[attr-defined]
    guards.substitutes[id(typing.NamedTuple)] = (typing.NamedTuple, named_tuple)
    guards.substitutes[id(typing.TypedDict)] = (typing.TypedDict, typed_dict)

    def own_only(real: Any) -> Any:
        """Decorators that leave a mark on what they are given take the agent's own things."""

        def decorate(thing: Any, /) -> Any:
            if (
                not is_agent_function(thing)
                and not (isinstance(thing, type) and is_agent_class(thing))
                and not isinstance(thing, (property, classmethod, staticmethod))
            ):
                raise TypeRefused(f"{real.__name__}() decorates what you made yourself here")
            return real(thing)

        return decorate

    marking = ("final", "no_type_check", "override", "runtime_checkable", "overload")
    names = [
        name
        for name in typing.__all__
        if name
        not in ("get_type_hints", "get_overloads", "clear_overloads", "evaluate_forward_ref")
    ]
    return {
        **{name: getattr(typing, name) for name in names},
        **{n: own_only(getattr(typing, n)) for n in marking if hasattr(typing, n)},
        "get_type_hints": get_type_hints,
    }


def _annotations(cls: type) -> dict[str, Any]:
    return dict(getattr(cls, "__annotations__", {})) if is_agent_class(cls) else {}


def _simple_types() -> dict[str, Any]:
    return {t.__name__: t for t in (int, str, float, bool, bytes, list, dict, set, tuple, complex)}


def _enum(guards: Guards) -> dict[str, Any]:
    def functional(cls: Any) -> Any:
        def make(*args: Any, **kwargs: Any) -> Any:
            if len(args) < 2 and "names" not in kwargs:
                return cls(*args, **kwargs)
            kwargs["module"] = tables.HOME
            return mark(cls(*args, **kwargs))

        return make

    for name in ("Enum", "IntEnum", "Flag", "IntFlag", "StrEnum"):
        cls = getattr(enum, name, None)
        if cls is not None:
            guards.substitutes[id(cls)] = (cls, functional(cls))
    return _names(
        enum,
        """Enum IntEnum StrEnum Flag IntFlag ReprEnum auto unique member nonmember EnumMeta EnumType
        verify EnumCheck CONTINUOUS NAMED_FLAGS UNIQUE FlagBoundary STRICT CONFORM EJECT KEEP
        property global_enum_repr""",
    )


def _types(guards: Guards) -> dict[str, Any]:
    def method_type(function: Any, owner: Any, /) -> Any:
        return MethodType(guards.call(function), owner)

    def new_class(name: str, bases: Any = (), kwds: Any = None, exec_body: Any = None) -> Any:
        space: dict[str, Any] = {}
        if exec_body is not None:
            guards.call(exec_body)(space)
        maker = guards.substitutes[id(_type_stand_in())][1]
        return maker(name, tuple(guards.iter(bases)), space)

    def mapping_proxy(mapping: Any) -> Any:
        return types.MappingProxyType(guards.mapping(mapping))

    guards.substitutes[id(types.MethodType)] = (types.MethodType, method_type)
    guards.substitutes[id(view_of(types.MethodType))] = (view_of(types.MethodType), method_type)
    guards.substitutes[id(types.MappingProxyType)] = (types.MappingProxyType, mapping_proxy)
    views = """FunctionType LambdaType GeneratorType CoroutineType AsyncGeneratorType MethodType
    BuiltinFunctionType BuiltinMethodType ModuleType""".split()
    return {
        **_names(
            types,
            "SimpleNamespace MappingProxyType GenericAlias UnionType NoneType EllipsisType "
            "NotImplementedType DynamicClassAttribute get_original_bases",
        ),
        **{name: view_of(getattr(types, name)) for name in views},
        "new_class": new_class,
    }


def _type_stand_in() -> Any:
    return Type


def _abc(guards: Guards) -> dict[str, Any]:
    def abstractmethod(function: Any) -> Any:
        if not is_agent_function(function) and not isinstance(
            function, (property, classmethod, staticmethod)
        ):
            raise TypeRefused("abstractmethod() decorates methods of your own here")
        return abc.abstractmethod(function)

    return {**_names(abc, "ABC ABCMeta"), "abstractmethod": abstractmethod}


_ABC_NAMES = " ".join(collections.abc.__all__)

#: Module name → what makes its members for one session.
MODULES: dict[str, Callable[[Guards], dict[str, Any]]] = {
    "__future__": lambda _: {"annotations": None},
    "abc": _abc,
    "collections": _collections,
    "collections.abc": lambda _: _names(collections.abc, _ABC_NAMES),
    "contextlib": _contextlib,
    "copy": _copy,
    "dataclasses": _dataclass_functions,
    "enum": _enum,
    "functools": _functools,
    "itertools": _itertools,
    "numbers": lambda _: _names(numbers, "Number Complex Real Rational Integral"),
    "operator": _operator,
    "types": _types,
    "typing": _typing,
}
