"""Builtin methods in guarded form: the ones that iterate, call or read their arguments, or can grow.

``", ".join(xs)`` reads every item of ``xs`` from C; ``xs.sort(key=f)`` calls ``f`` from C;
``"{0.x}".format(o)`` reads an attribute; ``object.__setattr__(o, …)`` writes one. Each has a twin here
that asks first and then lets the real method work. The guards hand these out; nobody calls them by name.
"""

from __future__ import annotations

import collections
import collections.abc
import enum
import json
import random
import re
from collections.abc import Callable
from decimal import Decimal
from types import MethodType
from typing import Any

from agex.errors import TypeRefused
from agex.sandbox import bounds, clock, decimals, expressions, json_text, kinds, tables
from agex.sandbox.arguments import FILLED_LATER, TAKING, arguments
from agex.sandbox.natives import OPERATORS, guard_operators
from agex.sandbox.opaque import TRACEBACK, Type
from agex.sandbox.origin import args_of, find, is_agent_class, mark, own_dict
from agex.sandbox.taking import Rules as Rules
from agex.sandbox.taking import pairs as pairs
from agex.sandbox.taking import taken as taken

_ITERATING = {
    "union", "intersection", "difference", "symmetric_difference", "intersection_update",
    "difference_update", "symmetric_difference_update", "issubset", "issuperset", "isdisjoint",
    "extend", "extendleft",
}  # fmt: skip
_ENTERING = {
    "enter_context", "enter_async_context", "push", "push_async_exit", "callback",
    "push_async_callback",
}  # fmt: skip
_PADDING = {"ljust", "rjust", "center", "zfill"}
_SETS = (set, frozenset)


def guarded_method(rules: Rules, owner: Any, name: str, holder: type | None = None) -> Any:
    """The guarded twin of ``owner.name``, bound to ``owner``."""
    cls = holder or type(owner)
    if isinstance(owner, type):
        return _class_method(rules, owner, name)
    real = _bound(owner, cls, name)
    if name == "join":
        return lambda parts, /: real(_joinable(rules, owner, parts))
    if name in ("format", "format_map"):
        if name == "format":
            return lambda *args, **kwargs: rules.texts.template(owner, args, kwargs)
        return lambda mapping, /: rules.texts.template(owner, (), rules.mapping(mapping))
    if name in kinds.THROWING:

        def throw(error: Any, *more: Any) -> Any:
            if len(more) > 1 and more[1] is not None and more[1] is not TRACEBACK:
                raise TypeError("throw() third argument must be a traceback object")
            return real(rules.raised(error), *more[:1])

        return throw
    if name == "with_traceback":
        return lambda traceback, /: rules.set(owner, "__traceback__", traceback) or owner
    if name in _PADDING:

        def padded(width: Any, *fill: Any) -> Any:
            bounds.check_width(width)
            return real(width, *fill)

        return padded
    if name == "expandtabs":

        def expanded(tabsize: Any = 8) -> Any:
            bounds.check_length("the text", owner.count(_tab(owner)) * int(tabsize) + len(owner))
            return real(tabsize)

        return expanded
    if name == "replace":
        return lambda *args, **kwargs: real(*_replacing(owner, args), **kwargs)
    if name == "translate":
        return lambda table, *more, **kwargs: real(_table(rules, owner, table), *more, **kwargs)
    if name == "sort":

        def sort(*, key: Any = None, reverse: Any = False) -> None:
            real(key=None if key is None else rules.call(key), reverse=reverse)

        return sort
    if name in _ITERATING:
        return lambda *others: real(*(taken(rules, other) for other in others))
    if name in ("update", "subtract"):
        return _update(rules, owner, real)
    if name == "elements":

        def elements() -> Any:
            return bounds.polled(real(), clock.look)

        return elements
    if isinstance(owner, range):

        def searched(value: Any, /) -> Any:
            if type(value) is not int and type(value) is not bool:
                bounds.bounded(owner)  # compared with each of them
            return real(value)

        return searched
    if name == "tolist":

        def tolist() -> Any:
            size = owner.nbytes if isinstance(owner, memoryview) else len(owner)
            bounds.check_length("the list", size, bounds.MAX_ITEMS)
            return real()

        return tolist
    if name == "to_bytes":

        def to_bytes(length: Any = 1, *args: Any, **kwargs: Any) -> Any:
            bounds.check_length("the bytes", length)
            return real(length, *args, **kwargs)

        return to_bytes
    if name == "from_bytes":
        return _class_method(rules, type(owner), name)
    if name == "fromkeys":
        return _class_method(rules, type(owner), name)
    if name in ("substitute", "safe_substitute"):
        return lambda mapping=None, /, **named: real(_Words(rules, mapping, named))
    if name == "new_child":
        return lambda m=None, **items: real(None if m is None else rules.mapping(m), **items)
    if name == "_make":
        return lambda items, /: real(taken(rules, items))
    if name in ("getter", "setter", "deleter") and issubclass(cls, property):
        return lambda function, /: real(None if function is None else rules.call(function))
    if name == "index":
        return _index(rules, owner, real)
    if name in ("split", "subgroup"):
        return lambda condition, /: real(_condition(rules, condition))
    if name in _ENTERING:
        return _exit_stack(rules, name, real)
    if cls is re.Pattern:
        return expressions.method(rules.call, real, name)
    if isinstance(owner, json.JSONEncoder):
        return json_text.method(owner, real, name)
    if isinstance(owner, random.Random):
        return _drawing(real, name)
    if isinstance(owner, Decimal):
        return decimals.method(owner, real, name)
    if name == "register":
        return lambda key, function=None: (
            real(rules.call(key)) if function is None else real(key, rules.call(function))
        )
    raise AttributeError(f"{cls.__name__!r} object has no attribute {name!r} here")


def _drawing(real: Any, name: str) -> Callable[..., Any]:
    counted, place, most = bounds.RANDOM[name]

    def drawn(*args: Any, **kwargs: Any) -> Any:
        said = args[place] if len(args) > place else kwargs.get(counted)
        bounds.check_length(f"{name}()", said, most)
        return real(*args, **kwargs)

    return drawn


def _index(rules: Rules, owner: Any, real: Any) -> Callable[..., int]:
    """``xs.index(x)``: the interpreter's complaint shows the repr of what was not found."""

    def index(value: Any, /, *place: Any) -> int:
        try:
            return int(real(value, *place))
        except ValueError:
            if rules.texts.is_safe(value):
                raise
        raise ValueError(f"{rules.texts.repr(value)} is not in {type(owner).__name__}")

    return index


class _Words:
    """What a ``string.Template`` is filled with, as text within the policy."""

    __slots__ = ("_mapping", "_named", "_rules")

    def __init__(self, rules: Rules, mapping: Any, named: dict[str, Any]) -> None:
        self._rules, self._mapping, self._named = rules, mapping, named

    def __getitem__(self, key: str) -> str:
        if key in self._named or self._mapping is None:
            return self._rules.texts.str(self._named[key])
        return self._rules.texts.str(self._rules.item(self._mapping)[key])


def _condition(rules: Rules, condition: Any) -> Any:
    if isinstance(condition, (type, tuple)):
        return condition
    return rules.call(condition)


def _exit_stack(rules: Rules, name: str, real: Any) -> Callable[..., Any]:
    """Methods of ``contextlib.ExitStack``: what it will call or enter passes its guard first."""
    if name in ("callback", "push_async_callback"):
        return lambda function, /, *args, **kwargs: real(rules.call(function), *args, **kwargs)
    if name in ("enter_context", "enter_async_context"):
        check = rules.context if name == "enter_context" else rules.acontext
        return lambda manager, /: real(check(manager))
    method = "__exit__" if name == "push" else "__aexit__"

    def push(leave: Any, /) -> Any:
        if hasattr(type(leave), method):
            (rules.context if name == "push" else rules.acontext)(leave)
            return real(leave)
        approved = rules.call(leave)

        def without_frames(kind: Any, error: Any, traceback: Any) -> Any:
            return approved(kind, error, None if traceback is None else TRACEBACK)

        real(without_frames)
        return leave

    return push


def kept(owner: Any, name: str, twin: Any) -> Any:
    """A guarded twin that was read, not called at once: like ``"".join``, it binds to nothing else.

    A plain function in its place would become a method of whatever class it is stored in.
    """

    def method(_: Any, /, *args: Any, **kwargs: Any) -> Any:
        return twin(*args, **kwargs)

    cls = owner if isinstance(owner, type) else type(owner)
    method.__name__ = name
    method.__qualname__ = f"{cls.__name__}.{name}"
    return MethodType(method, owner)


class _TwinDoor:
    """A door to one guarded method, made without a closure: for the methods that programs call most."""

    __slots__ = ("owner", "rules")

    def __init__(self, rules: Rules, owner: Any) -> None:
        self.rules = rules
        self.owner = owner


class _Join(_TwinDoor):
    __slots__ = ()

    def join(self, parts: Any, /) -> Any:
        return str_join(self.rules, self.owner, parts)


class _Format(_TwinDoor):
    __slots__ = ()

    def format(self, /, *args: Any, **kwargs: Any) -> str:
        return str_format(self.rules, self.owner, *args, **kwargs)


class _Replace(_TwinDoor):
    __slots__ = ()

    def replace(self, *args: Any, **kwargs: Any) -> Any:
        return str_replace(self.rules, self.owner, *args, **kwargs)


class _Extend(_TwinDoor):
    __slots__ = ()

    def extend(self, items: Any, /) -> None:
        return list_extend(self.rules, self.owner, items)


class _Sort(_TwinDoor):
    __slots__ = ()

    def sort(self, *, key: Any = None, reverse: Any = False) -> None:
        return list_sort(self.rules, self.owner, key=key, reverse=reverse)


class _Update(_TwinDoor):
    __slots__ = ()

    def update(self, *others: Any, **items: Any) -> None:
        _update(self.rules, self.owner, self.owner.update)(*others, **items)


def str_join(rules: Rules, owner: str, parts: Any, /) -> str:
    """``owner.join(parts)`` for an exact str."""
    if type(parts) is list and len(parts) <= 1000 and len(owner) < 1000:
        try:
            size = sum(map(str.__len__, parts))
        except TypeError:  # the method itself says which item is no text
            size = 0
        if size < 1_000_000:
            return owner.join(parts)
    return owner.join(_joinable(rules, owner, parts))


def str_format(rules: Rules, owner: str, /, *args: Any, **kwargs: Any) -> str:
    """``owner.format(…)`` for an exact str."""
    return rules.texts.template(owner, args, kwargs)


def str_replace(rules: Rules, owner: str, /, *args: Any, **kwargs: Any) -> str:
    """``owner.replace(…)`` for an exact str."""
    return owner.replace(*_replacing(owner, args), **kwargs)


def list_extend(rules: Rules, owner: list[Any], items: Any, /) -> None:
    """``owner.extend(items)`` for an exact list."""
    owner.extend(items if type(items) in (list, tuple) else taken(rules, items))


def list_sort(rules: Rules, owner: list[Any], /, *, key: Any = None, reverse: Any = False) -> None:
    """``owner.sort(…)`` for an exact list."""
    owner.sort(key=None if key is None else rules.call(key), reverse=reverse)


#: Guarded methods for receivers whose type is known when code is compiled: ``$str_join(", ", xs)``.
KNOWN: dict[tuple[str, str], Callable[..., Any]] = {
    (kind, name): globals()[f"{kind}_{name}"] for kind, name in tables.DIRECT_METHODS
}

#: The doors of exact builtin types, by method.
DOORS: dict[tuple[type, str], Callable[[Any, Any], Any]] = {
    (str, "join"): _Join,
    (str, "format"): _Format,
    (str, "replace"): _Replace,
    (list, "extend"): _Extend,
    (list, "sort"): _Sort,
    (dict, "update"): _Update,
    (set, "update"): _Update,
}


def _bound(owner: Any, cls: type, name: str) -> Any:
    """The real method as ``cls`` defines it, past what a subclass of the agent made of it."""
    for base in (cls, *cls.__mro__):
        raw = own_dict(base).get(name)
        if raw is not None:
            return raw.__get__(owner, type(owner))
    return getattr(owner, name)


def _joinable(rules: Rules, separator: Any, parts: Any) -> Any:
    items = parts if type(parts) in (list, tuple) else list(taken(rules, parts))
    rules.iter(parts)
    if len(items) > 1000 or len(separator) > 1000:
        size = bounds.total_length(items if type(items) is list else list(items))
        bounds.check_length("the text", size + len(separator) * len(items))
    elif any(len(part) > 1_000_000 for part in items if isinstance(part, (str, bytes, bytearray))):
        bounds.check_length("the text", bounds.total_length(list(items)))
    return items


def _tab(text: Any) -> Any:
    return "\t" if isinstance(text, str) else b"\t"


def _replacing(text: Any, args: tuple[Any, ...]) -> tuple[Any, ...]:
    if len(args) >= 2 and isinstance(args[1], (str, bytes, bytearray)):
        old, new = args[0], args[1]
        try:
            times = text.count(old) if len(old) else len(text) + 1
        except TypeError:
            return args
        bounds.check_length("the text", len(text) + times * max(0, len(new) - len(old)))
    return args


def _table(rules: Rules, text: Any, table: Any) -> Any:
    rules.item(table)
    if isinstance(table, dict):
        longest = max((len(v) for v in dict.values(table) if isinstance(v, str)), default=1)
        if longest > 1:
            bounds.check_length("the text", len(text) * longest)
    return table


def _update(rules: Rules, owner: Any, real: Any) -> Callable[..., Any]:
    def update(*others: Any, **items: Any) -> Any:
        for other in others:
            rules.mapping(other)
        if isinstance(owner, _SETS):
            return real(*(taken(rules, other) for other in others))
        if isinstance(owner, collections.Counter):
            return real(
                *(o if isinstance(o, collections.abc.Mapping) else taken(rules, o) for o in others),
                **items,
            )
        return real(*(pairs(rules, other) for other in others), **items)

    return update


def _class_method(rules: Rules, cls: type, name: str) -> Callable[..., Any]:
    real = getattr(cls, name)
    if name == "fromkeys":
        return lambda keys, *value: real(taken(rules, keys), *value)
    if name == "_make":
        return lambda items, /: real(taken(rules, items))
    if name == "from_bytes":

        def from_bytes(data: Any, *args: Any, **kwargs: Any) -> Any:
            return real(
                data if isinstance(data, bytes) else bytes(taken(rules, data)), *args, **kwargs
            )

        return from_bytes
    return unbound_method(rules, cls, name)


def unbound_method(rules: Rules, holder: type, name: str) -> Callable[..., Any]:
    """``dict.items`` as a function: its first argument must be one that may have it called."""
    dunder = name.startswith("__")

    def method(*args: Any, **kwargs: Any) -> Any:
        if not args:
            raise TypeError(f"unbound method {holder.__name__}.{name}() needs an argument")
        owner = args[0]
        cls = type(owner)
        if isinstance(owner, type) and holder is object and is_agent_class(type(owner)):
            pass
        elif not (rules.decisions.is_open(cls) or rules.decisions.kind(cls) == kinds.AGENT):
            if not isinstance(owner, holder):
                raise TypeError(
                    f"descriptor {name!r} for {holder.__name__!r} objects doesn't apply to a "
                    f"{cls.__name__!r} object"
                )
            raise TypeRefused(
                f"{cls.__name__!r} object is not registered, so {name} cannot read it"
            )
        if dunder:
            found = guarded_dunder(rules, owner, holder, name, _Unbound(holder, owner))
            return found(*args[1:], **kwargs)
        if any(name in guarded.get(holder, ()) for guarded in _ALL_GUARDED):
            return guarded_method(rules, owner, name, holder)(*args[1:], **kwargs)
        return getattr(holder, name)(*args, **kwargs)

    method.__name__ = method.__qualname__ = name
    return method


_ALL_GUARDED: tuple[Any, ...] = (
    tables.GUARDED_METHODS,
    kinds.LANGUAGE_GUARDED,
    kinds.ABSTRACT_GUARDED,
    kinds.REGISTERED_GUARDED,
)


def class_binding(real: Any) -> Callable[..., Any]:
    """``classmethod.__get__``, which binds the type of a class that comes alone: ``type`` itself."""

    def bind(instance: Any, owner: Any = None, /) -> Any:
        if owner is None and isinstance(instance, type) and type(instance) is type:
            return MethodType(real(instance, instance).__func__, Type)
        return real(instance) if owner is None else real(instance, owner)

    return bind


class _Unbound:
    """Reads ``name`` as ``holder`` defines it, bound to ``owner``: what ``super()`` does otherwise."""

    __slots__ = ("holder", "owner")

    def __init__(self, holder: type, owner: Any) -> None:
        self.holder = holder
        self.owner = owner

    def bound(self, name: str) -> Any:
        raw = getattr(self.holder, name)
        return raw.__get__(self.owner, type(self.owner)) if hasattr(raw, "__get__") else raw


def guarded_dunder(rules: Rules, owner: Any, holder: type, name: str, source: Any) -> Any:
    """The guarded twin of a builtin's dunder, bound to ``owner``."""
    if name in kinds.REGISTERED_GUARDED.get(holder, ()):
        return guarded_method(rules, owner, name, holder)
    if name == "__new__":
        return new_of(rules, holder)
    if name == "__setattr__":
        return lambda attribute, value, /: rules.set(owner, attribute, value, plain=True)
    if name == "__delattr__":
        return lambda attribute, /: rules.delete(owner, attribute, plain=True)
    if name == "__class__":
        return type(owner)
    real = source.bound(name) if type(source) is _Unbound else getattr(source, name)
    if name in ("__mul__", "__rmul__", "__imul__"):

        def times(other: Any, /) -> Any:
            bounds._check_product(owner, other)
            return real(other)

        return times
    if name in ("__pow__", "__rpow__"):

        def power(other: Any, /, *modulus: Any) -> Any:
            if modulus:
                return bounds.power(owner, other, *modulus)
            bounds.check_power(*((owner, other) if name == "__pow__" else (other, owner)))
            return real(other)

        return power
    if name in ("__lshift__", "__rlshift__"):

        def shifted(other: Any, /) -> Any:
            bounds._check_shift(*((owner, other) if name == "__lshift__" else (other, owner)))
            return real(other)

        return shifted
    if name in ("__mod__", "__rmod__"):
        if isinstance(owner, (str, bytes)) and name == "__mod__":
            return lambda values, /: rules.texts.percent(owner, values)
        if isinstance(owner, int):
            return _dividing(owner, real)
        return lambda other, /: (
            rules.texts.percent(other, owner) if isinstance(other, (str, bytes)) else real(other)
        )
    if name in ("__floordiv__", "__rfloordiv__", "__divmod__", "__rdivmod__"):
        return _dividing(owner, real)
    if name == "__str__":
        if holder is object:
            return lambda: rules.texts.repr(owner)
        return lambda: _own_text(rules, owner, real)
    if name == "__repr__":
        return lambda: _own_text(rules, owner, real)
    if name == "__format__":
        if holder is object:
            return lambda spec="", /: _object_format(rules, owner, spec)
        return lambda spec="", /: _bounded_format(real, spec)
    if name == "__round__":

        def rounded(*digits: Any) -> Any:
            if digits:
                bounds.round_digits(owner, digits[0])
            return real(*digits)

        return rounded
    if name in OPERATORS.get(holder, ()) and name != "__call__":
        return lambda other, /: real(rules.iter(other))
    if name == "__setitem__":
        return lambda key, value, /: real(
            key, rules.iter(value) if isinstance(key, slice) else value
        )
    if name in ("__iadd__", "__ior__", "__iand__", "__isub__", "__ixor__"):
        if name == "__ior__" and isinstance(owner, collections.abc.MutableMapping):
            return lambda other, /: real(pairs(rules, other))
        return lambda other, /: real(rules.mapping(other))
    if name == "__init__":
        return _init(rules, holder, real)
    if name == "__getattr__":
        return real
    if name == "__dir__":
        return lambda: [n for n in real() if "$" not in n]
    if name in ("__init_subclass__", "__subclasshook__"):
        return real
    return real


def _dividing(owner: Any, real: Any) -> Callable[[Any], Any]:
    def divided(other: Any, /) -> Any:
        bounds.check_division(owner, other)
        return real(other)

    return divided


def _own_text(rules: Rules, owner: Any, real: Any) -> str:
    """``super().__repr__()``: the builtin's text, which may not look into what is unregistered."""
    texts = rules.texts
    if isinstance(owner, BaseException):
        return (
            texts.exception(owner)
            if real.__name__ == "__str__"
            else texts.structure(owner, set(), 0)
            if not texts.is_safe(args_of(owner))
            else texts.clean(real())
        )
    if isinstance(owner, (list, tuple, dict, set, frozenset, collections.deque)):
        if texts._safe_container(owner, _container(owner), {}, 0, [0]) is None:
            return texts.structure(owner, set(), 0)
    if isinstance(owner, slice) and not texts.is_safe(owner):
        return texts.structure(owner, set(), 0)
    return texts.clean(real())


def _container(owner: Any) -> type:
    return next(
        base
        for base in (collections.deque, list, tuple, set, frozenset, dict)
        if isinstance(owner, base)
    )


def _object_format(rules: Rules, owner: Any, spec: str) -> str:
    if spec:
        raise TypeError(f"unsupported format string passed to {type(owner).__name__}.__format__")
    return rules.texts.str(owner)


def _bounded_format(real: Any, spec: str) -> str:
    bounds.check_spec(spec)
    return str(real(spec))


def _init(rules: Rules, holder: type, real: Any) -> Callable[..., None]:
    """``super().__init__(…)`` of a builtin: what it goes through or calls is asked first."""
    if holder not in TAKING and holder not in kinds.LANGUAGE_MEMBERS:
        return real  # type: ignore[no-any-return]

    def init(*args: Any, **kwargs: Any) -> None:
        args, kwargs = arguments(rules, holder, args, kwargs)
        real(*args, **kwargs)

    return init


def new_of(rules: Rules, cls: type) -> Callable[..., Any]:
    """``C.__new__``: makes objects of classes that may be constructed, and no others."""

    def new(*args: Any, **kwargs: Any) -> Any:
        if not args or not isinstance(args[0], type):
            raise TypeError("__new__() takes a class as its first argument")
        target = args[0]
        if issubclass(target, type):
            return new_class(rules, target, *args[1:], **kwargs)
        if target is Type or not rules.decisions.may_construct(target):
            raise TypeRefused(
                f"{target.__name__} is not registered as constructable, so it cannot be made here"
            )
        rest = args[1:]
        maker = _maker(cls)
        found = find(cls, "__new__")
        if issubclass(target, enum.Enum) and maker is enum.Enum.__new__:
            return rules.call(target)(*rest, **kwargs)
        holder = found[0] if found is not None else object
        if not is_agent_class(holder):
            if holder in kinds.INTERNAL_MEMBERS or holder in _BOUND_BY_CALL:
                raise TypeRefused(f"{target.__name__}.__new__ is not offered here; call the class")
            if holder not in FILLED_LATER:
                rest, kwargs = arguments(rules, holder, rest, kwargs)
        return maker(target, *rest, **kwargs)

    return new


_BOUND_BY_CALL = (property, classmethod, staticmethod)
#: What the body of an enum runs in.
_ENUM_NAMESPACE: Any = type(enum.EnumMeta.__prepare__("E", (enum.Enum,)))


def _maker(cls: type) -> Any:
    """The real ``__new__`` that ``cls`` has."""
    return cls.__new__


def new_class(rules: Rules, meta: type, *args: Any, **kwargs: Any) -> Any:
    """``type.__new__(meta, name, bases, namespace)`` for a metaclass of the agent."""
    if len(args) != 3:
        raise TypeError("type.__new__() takes exactly 3 arguments here: name, bases, namespace")
    name, bases, namespace = args
    if meta is not type and not is_agent_class(meta) and not rules.decisions.is_known_class(meta):
        raise TypeRefused(f"{meta.__name__} cannot be a metaclass here")
    checked = tuple(rules.base(base) for base in bases)
    made_from = (
        dict(namespace)
        if type(namespace) is not dict
        and isinstance(namespace, dict)
        and type(namespace) is not _ENUM_NAMESPACE
        else namespace
    )
    for key in made_from:
        if type(key) is not str or ("$" in key and key != tables.MARK):
            raise TypeRefused(f"{key!r} cannot be a name in a class body")
    made_from.setdefault("__module__", tables.HOME)
    maker = _real_metaclass(meta).__new__
    rules.check_class(meta, {k: v for k, v in made_from.items() if k != "__classcell__"})
    made = maker(meta, str(name), checked, made_from, **kwargs)
    if isinstance(made, type):
        mark(made)
        guard_operators(rules, made)
    return made


def _real_metaclass(meta: type) -> Any:
    """The first metaclass in the order of ``meta`` that the agent did not make."""
    return next(base for base in meta.__mro__ if not is_agent_class(base))
