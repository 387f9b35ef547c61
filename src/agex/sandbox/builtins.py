"""The builtins agent code has: the real ones where a call can do no harm, guarded twins elsewhere.

Functions such as ``getattr`` or ``sum`` *are* their guarded form for agent code. Classes such as
``list`` stay themselves as values, so that ``isinstance`` and annotations mean what they say, and are
guarded where they are called.
"""

from __future__ import annotations

import builtins
import inspect
import types
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from agex.errors import TypeRefused
from agex.sandbox import bounds, clock, introspection, kinds, methods, tables
from agex.sandbox.arguments import arguments
from agex.sandbox.decisions import STAND_IN_CLASSES
from agex.sandbox.formatting import PLAIN
from agex.sandbox.guards import Guards
from agex.sandbox.guards.names import OWN_FIELDS
from agex.sandbox.opaque import Type, ViewMeta
from agex.sandbox.origin import (
    ADDRESSES,
    is_agent_class,
    is_agent_function,
    making,
    marked,
)

_MISSING: Any = object()
_TAKEN = (list, tuple, dict, set, frozenset, str)


class SystemExit(BaseException):  # what agent code knows by that name
    """``SystemExit`` of agent code: ends the action, never the host."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.code = args[0] if len(args) == 1 else args or None
        self.__dict__[OWN_FIELDS] = ("code",)  # a field that agent code may read


class KeyboardInterrupt(BaseException):  # the same
    """``KeyboardInterrupt`` of agent code; the person's own passes through agent code unseen."""


for _stand_in in (SystemExit, KeyboardInterrupt):
    _stand_in.__module__ = "builtins"
    STAND_IN_CLASSES.add(_stand_in)


class Builtins:
    """The guarded builtins of one session.

    Args:
        guards: whose rules they follow.
        write: takes what is printed.
    """

    def __init__(self, guards: Guards, write: Callable[[str], object]) -> None:
        self.guards = guards
        self.write = write

    def __reduce__(self) -> Any:
        return _restored, (self.guards,)

    # ------------------------------------------------------------ attributes

    def getattr_(self, owner: Any, name: str, default: Any = _MISSING, /) -> Any:
        try:
            return self.guards.value(owner, name)
        except AttributeError:
            if default is _MISSING:
                raise
            return default

    def hasattr_(self, owner: Any, name: str, /) -> bool:
        try:
            self.guards.value(owner, name)
        except AttributeError:
            return False
        return True

    def issubclass_(self, cls: Any, class_or_tuple: Any, /) -> bool:
        # A view is asked about as the class it stands for, except by what agent code could listen in on.
        asked = class_or_tuple if type(class_or_tuple) is tuple else (class_or_tuple,)
        if type(cls) is ViewMeta and not any(
            isinstance(c, type) and is_agent_class(c) for c in asked
        ):
            return issubclass(cls.real, class_or_tuple)
        return issubclass(cls, class_or_tuple)

    def setattr_(self, owner: Any, name: str, value: Any, /) -> None:
        self.guards.set(owner, name, value)

    def delattr_(self, owner: Any, name: str, /) -> None:
        self.guards.delete(owner, name)

    def vars_(self, owner: Any = _MISSING, /) -> Any:
        return self.globals_() if owner is _MISSING else self.guards.value(owner, "__dict__")

    def globals_(self) -> dict[str, Any]:
        """The agent's own names, as a copy: assigning to it changes nothing."""
        return self.own_names(self.guards.globals)

    def locals_(self) -> dict[str, Any]:
        """The same, where a call by another name reaches it."""
        return self.globals_()

    def own_names(self, namespace: dict[str, Any]) -> dict[str, Any]:
        hidden = self.guards.globals.get("$hidden", {})
        return {
            name: value
            for name, value in namespace.items()
            if "$" not in name
            and not (name.startswith("__") and name.endswith("__"))
            and hidden.get(name, _MISSING) is not value
        }

    def clean(self, namespace: dict[str, Any]) -> dict[str, Any]:
        """``locals()`` without what the guards keep there."""
        return {
            name: value
            for name, value in namespace.items()
            if "$" not in name and not (name.startswith(".") or value is Guards)
        }

    def clean_dir(self, namespace: dict[str, Any]) -> list[str]:
        return sorted(self.clean(namespace))

    def dir_(self, owner: Any = _MISSING, /) -> list[str]:
        guards = self.guards
        if owner is _MISSING:
            return sorted(self.globals_())
        if isinstance(owner, type):
            if not guards.decisions.is_known_class(owner):
                return []
            if is_agent_class(owner):
                return sorted(n for n in dir(owner) if "$" not in n and n not in ADDRESSES)
            return guards.decisions.known_members(owner)
        cls = type(owner)
        kind = guards.decisions.kind(cls)
        if kind == kinds.AGENT:
            names = dir(owner)
            return sorted(
                n for n in names if type(n) is str and "$" not in n and n not in ADDRESSES
            )
        if kind == kinds.MODULE:
            return list(owner.__dir__())
        rule = guards.policy.instance_rule(owner)
        if rule is not None:
            return list(rule.members())
        if kind == kinds.FUNCTION:
            return self.function_names(owner)
        names = guards.decisions.known_members(cls)
        if kind in (kinds.REGISTERED, kinds.FOREIGN, kinds.CLASS):
            return names
        shown = tables.PROTOCOL | _SHOWN_DUNDERS
        return sorted({*names, *(name for name in dir(cls) if name in shown)})

    def function_names(self, function: Any) -> list[str]:
        """What of a function or bound method may be read."""
        found = set()
        for name in dir(function):
            if "$" not in name:
                try:
                    self.guards.function_value(function, name)
                except AttributeError:
                    continue
                found.add(name)
        return sorted(found)

    def help_(self, topic: Any = _MISSING, /) -> None:
        """Prints signature, docstring and members of what is registered."""
        if topic is _MISSING:
            self.write("help(x) shows the signature, docstring and members of x\n")
            return
        self.write(self.describe(topic) + "\n")

    def describe(self, topic: Any) -> str:
        guards = self.guards
        if isinstance(topic, types.ModuleType) or (
            isinstance(type(topic), type) and (guards.decisions.kind(type(topic)) == kinds.MODULE)
        ):
            return f"module {topic.__name__}: {', '.join(topic.__dir__())}"
        name = getattr(topic, "__name__", None) if callable(topic) else None
        lines: list[str] = []
        if (callable(topic) and type(topic) in kinds.FUNCTION_TYPES) or isinstance(topic, type):
            try:
                lines.append(f"{name}{introspection.signature_text(guards, topic)}")
            except (TypeError, ValueError):
                lines.append(str(name))
            document = inspect.getdoc(topic)
            if document and (not isinstance(topic, type) or guards.decisions.is_known_class(topic)):
                lines.append(document)
        else:
            lines.append(f"{type(topic).__name__} object")
        members = [n for n in self.dir_(topic) if not n.startswith("_")]
        if members and type(topic) not in kinds.FUNCTION_TYPES:
            lines.append("members: " + ", ".join(members))
        return "\n".join(lines)

    # ------------------------------------------------------------ text

    def print_(
        self, /, *values: Any, sep: Any = " ", end: Any = "\n", file: Any = None, flush: Any = False
    ) -> None:
        sep = " " if sep is None else sep
        end = "\n" if end is None else end
        if type(sep) is not str or type(end) is not str:
            raise TypeError("sep and end must be None or a string")
        bounds.check_length("the printed text", len(sep) * len(values), 10_000_000)
        if file is not None:
            write = self.guards.call(self.guards.value(file, "write"))
        else:
            write = self.guards.redirects[-1] if self.guards.redirects else self.write
        if PLAIN.issuperset(map(type, values)):
            write(sep.join([v if type(v) is str else str(v) for v in values]) + end)
            return
        between = ""
        for value in values:  # a __str__ may print or fail: what came before it stands already
            if between:
                write(between)
            write(self.guards.texts.str(value))
            between = sep
        write(end)

    def repr_(self, value: Any, /) -> str:
        return self.guards.texts.repr(value)

    def ascii_(self, value: Any, /) -> str:
        return self.guards.texts.ascii(value)

    def format_(self, value: Any, spec: str = "", /) -> str:
        return self.guards.texts.format(value, spec)

    def str_(self, /, *args: Any, **kwargs: Any) -> Any:
        if len(args) == 1 and not kwargs:
            value = args[0]
            return str(value) if type(value) in PLAIN else self.guards.texts.str(value)
        if not args and kwargs.keys() == {"object"}:
            return self.guards.texts.str(kwargs["object"])
        return str(*args, **kwargs)  # bytes with an encoding, or Python's own complaint

    # ------------------------------------------------------------ going over things

    def taken(self, iterable: Any) -> Any:
        """An iterable that C code may go through (see ``methods.taken``)."""
        cls = type(iterable)
        if cls in _TAKEN and (cls is not str or len(iterable) <= bounds.MAX_ITEMS):
            return iterable
        return methods.taken(self.guards, iterable)

    def list_(self, iterable: Any = (), /) -> list[Any]:
        cls = type(iterable)
        if cls in _TAKEN and (cls is not str or len(iterable) <= bounds.MAX_ITEMS):
            return list(iterable)
        taken = methods.taken(self.guards, iterable)
        return taken if taken is not iterable and type(taken) is list else list(taken)

    def tuple_(self, iterable: Any = (), /) -> tuple[Any, ...]:
        return tuple(self.taken(iterable))

    def set_(self, iterable: Any = (), /) -> set[Any]:
        items = self.taken(iterable)
        return self._gathered(items) if type(items) in (list, tuple) else set(items)

    def frozenset_(self, iterable: Any = (), /) -> frozenset[Any]:
        items = self.taken(iterable)
        return frozenset(self._gathered(items) if type(items) in (list, tuple) else items)

    @staticmethod
    def _gathered(items: Any) -> set[Any]:
        """A set of the items, a part at a time: what has one hash is compared with all before it."""
        if len(items) <= 4096:
            return set(items)
        made: set[Any] = set()
        for start in range(0, len(items), 512):
            made.update(items[start : start + 512])
            clock.look()
        return made

    def dict_(self, /, *args: Any, **kwargs: Any) -> dict[Any, Any]:
        if args:
            if type(args[0]) is not dict:
                args = (methods.pairs(self.guards, args[0]), *args[1:])
        return dict(*args, **kwargs)

    def sum_(self, iterable: Any, /, start: Any = 0) -> Any:
        if type(start) in (int, float, complex):
            items = iterable if type(iterable) in _TAKEN else self.counted(iterable)
            if type(items) is not list or not any(type(i) in (list, tuple) for i in items[:1]):
                return sum(items, start)
        total = start
        if type(start) is str:
            raise TypeError("sum() can't sum strings [use ''.join(seq) instead]")
        for index, item in enumerate(self.taken(iterable)):
            total = total + item
            if not index & 63:
                clock.look()
        return total

    def counted(self, iterable: Any) -> Any:
        """An iterable whose items need not be kept: generators of the agent stop by themselves."""
        self.guards.iter(iterable)
        if type(iterable) is types.GeneratorType:
            return iterable
        return self.taken(iterable)

    def any_(self, iterable: Any, /) -> bool:
        return any(self.passing(iterable))

    def all_(self, iterable: Any, /) -> bool:
        return all(self.passing(iterable))

    def passing(self, iterable: Any) -> Any:
        """An iterable that is gone through until something is found: never collected first."""
        if type(iterable) in _TAKEN or type(iterable) is types.GeneratorType:
            return iterable
        self.guards.iter(iterable)
        if type(iterable) is range:
            return bounds.bounded(iterable)
        if type(iterable).__module__ in ("builtins", "itertools"):
            return bounds.polled(iter(iterable), clock.look)
        return iterable

    def sorted_(self, iterable: Any, /, *, key: Any = None, reverse: Any = False) -> list[Any]:
        if key is not None:
            key = self.guards.call(key)
        return sorted(self.taken(iterable), key=key, reverse=reverse)

    def _extreme(self, real: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        if kwargs.get("key") is not None:
            kwargs["key"] = self.guards.call(kwargs["key"])
        if len(args) == 1:
            return real(self.counted(args[0]), **kwargs)
        return real(*args, **kwargs)

    def min_(self, /, *args: Any, **kwargs: Any) -> Any:
        return self._extreme(min, args, kwargs)

    def max_(self, /, *args: Any, **kwargs: Any) -> Any:
        return self._extreme(max, args, kwargs)

    def iter_(self, source: Any, /, *sentinel: Any) -> Any:
        if sentinel:
            function = self.guards.call(source)
            return kinds.CallIterator(iter(function, *sentinel), clock.look)
        if type(source) is range and bounds.len_of_range(source) > bounds.MAX_RANGE:
            return bounds.polled(iter(source), clock.look)
        made = iter(self.guards.iter(source))
        if type(made).__module__ not in ("builtins", "itertools"):
            self.guards.ok.add(type(made))
        return made

    def next_(self, iterator: Any, /, *default: Any) -> Any:
        if type(iterator) not in self.guards.ok:
            self.guards.iter(iterator)
        return next(iterator, *default)

    def aiter_(self, source: Any, /) -> Any:
        return aiter(self.guards.aiter(source))

    def anext_(self, iterator: Any, /, *default: Any) -> Any:
        return anext(self.guards.aiter(iterator), *default)

    def layered(self, iterable: Any) -> Any:
        """An iterator around another runs on the C stack: ours in between count as frames."""
        self.guards.iter(iterable)
        cls = type(iterable)
        if cls in _LAYERS:
            return (item for item in iterable)
        if cls is range and bounds.len_of_range(iterable) > bounds.MAX_RANGE:
            return bounds.polled(iter(iterable), clock.look)
        return iterable

    def map_(self, function: Any, *iterables: Any) -> Any:
        approved = self.guards.call(function)
        made = map(approved, *[self.layered(i) for i in iterables])
        return made

    def filter_(self, function: Any, iterable: Any, /) -> Any:
        approved = None if function is None else self.guards.call(function)
        source = self.layered(iterable)
        if not bounds.sized(source):
            source = bounds.polled(iter(source), clock.look)
        return filter(approved, source)

    def zip_(self, *iterables: Any, strict: Any = False) -> Any:
        return zip(*[self.layered(i) for i in iterables], strict=bool(strict))

    def enumerate_(self, iterable: Any, start: Any = 0) -> Any:
        return enumerate(iterable if type(iterable) in _TAKEN else self.layered(iterable), start)

    def reversed_(self, source: Any, /) -> Any:
        self.guards.iter(source)
        if type(source) is range and bounds.len_of_range(source) > bounds.MAX_RANGE:
            return bounds.polled(reversed(source), clock.look)
        return reversed(source)

    def range_(self, *args: Any) -> range:
        return range(*args)

    # ------------------------------------------------------------ numbers and bytes

    def pow_(self, base: Any, exp: Any, mod: Any = None) -> Any:
        return bounds.power(base, exp, mod)

    def int_(self, /, *args: Any, **kwargs: Any) -> Any:
        if len(args) == 1:
            bounds.check_decimal(args[0])
        return int(*args, **kwargs)

    def divmod_(self, left: Any, right: Any, /) -> Any:
        bounds.check_division(left, right)
        return divmod(left, right)

    def round_(self, number: Any, ndigits: Any = None) -> Any:
        bounds.check_decimal(number)
        if ndigits is None:
            return round(number)
        bounds.round_digits(number, ndigits)
        return round(number, ndigits)

    def _bytes(self, cls: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        if len(args) == 1 and not kwargs:
            source = args[0]
            if isinstance(source, int):
                bounds.check_length(cls.__name__, source)
            elif not isinstance(source, (str, bytes, bytearray)) and not hasattr(
                type(source), "__bytes__"
            ):
                return cls(self.taken(source))
        return cls(*args, **kwargs)

    def bytes_(self, /, *args: Any, **kwargs: Any) -> bytes:
        return self._bytes(bytes, args, kwargs)  # type: ignore[no-any-return]

    def bytearray_(self, /, *args: Any, **kwargs: Any) -> bytearray:
        return self._bytes(bytearray, args, kwargs)  # type: ignore[no-any-return]

    def memoryview_(self, object: Any) -> memoryview:
        if type(object) not in (bytes, bytearray, memoryview):
            self.guards.item(object)
        return memoryview(object)

    # ------------------------------------------------------------ classes

    def type_(self, /, *args: Any, **kwargs: Any) -> Any:
        if len(args) == 1 and not kwargs:
            return self.guards.type_of(args[0])
        if len(args) != 3:
            raise TypeError("type() takes 1 or 3 arguments")
        name, bases, namespace = args
        if "metaclass" in kwargs:
            raise TypeError(
                f"{name if type(name) is str else chr(63)}.__init_subclass__() takes no keyword arguments"
            )
        if type(name) is not str:
            raise TypeError(f"type.__new__() argument 1 must be str, not {type(name).__name__}")
        guards = self.guards
        checked = tuple(guards.base(base) for base in guards.iter(bases))
        space = dict(guards.mapping(namespace))
        space.pop(tables.MARK, None)  # the namespace of a class statement, handed on
        for key in space:
            if type(key) is not str or "$" in key:
                raise TypeRefused(f"{key!r} cannot be a name in a class body")
            if key in tables.REFUSED_DEFINITIONS and key not in ("__module__", "__name__"):
                raise TypeRefused(
                    f"defining {key} is not offered here; {tables.REFUSED_DEFINITIONS[key]}"
                )
        space["__module__"] = tables.HOME
        space = marked(guards, space)
        with making():
            made = types.new_class(name, checked, kwargs, lambda target: target.update(space))
        return guards.finish_class(made)

    def group_of(self, cls: Any) -> Callable[..., Any]:
        """An exception group's class, called."""

        def group(*args: Any, **kwargs: Any) -> Any:
            args, kwargs = arguments(self.guards, BaseExceptionGroup, args, kwargs)
            return cls(*args, **kwargs)

        return group

    def super_(self, *args: Any) -> Any:
        if not args:
            raise RuntimeError("super(): no arguments")
        if not isinstance(args[0], type) or not is_agent_class(args[0]):
            shown = getattr(args[0], "__name__", type(args[0]).__name__)
            raise TypeRefused(f"super() starts from a class of your own here, not from {shown}")
        return super(*args)

    def object_(self) -> object:
        return object()

    def property_(self, /, *args: Any, **kwargs: Any) -> property:
        call = self.guards.call
        checked = [a if a is None or i > 2 else call(a) for i, a in enumerate(args)]
        named = {k: v if v is None or k == "doc" else call(v) for k, v in kwargs.items()}
        return property(*checked, **named)

    def classmethod_(self, function: Any, /) -> Any:
        return classmethod(self.wrapped(function))

    def staticmethod_(self, function: Any, /) -> Any:
        return staticmethod(self.wrapped(function))

    def wrapped(self, function: Any) -> Any:
        return (
            function
            if is_agent_function(function)
            else (self.guards.call(function) if callable(function) else function)
        )


#: What ``dir`` lists of objects of Python's own types, beside the protocol.
_SHOWN_DUNDERS = frozenset({"__class__", "__doc__", "__name__", "__qualname__", "__notes__"})

for _name, _method in vars(Builtins).copy().items():
    if _name.endswith("_") and not _name.startswith("_"):
        _method.__name__ = _method.__qualname__ = _name[:-1]
        # Some picklers (loky's) find a bound method again by the name it says.
        setattr(Builtins, _name[:-1], _method)

_LAYERS: frozenset[type] = frozenset(
    kind
    for kind in kinds.INTERNAL_MEMBERS
    if kind in (map, zip, filter, enumerate) or kind.__module__ == "itertools"
)


def offered(guards: Guards, write: Callable[[str], object]) -> dict[str, Any]:
    """What a session's globals hold of builtins: ``$b_…`` and ``$n_…`` for calls, names for values."""
    made = Builtins(guards, write)
    result: dict[str, Any] = {}
    for name in tables.NATIVE:
        result[f"$b_{name}"] = getattr(builtins, name)
    for name in tables.GUARDED_FUNCTIONS:
        function = getattr(made, name + "_")
        result[f"$b_{name}"] = function
        result[name] = function
    for name in tables.GUARDED_CLASSES:
        result[f"$b_{name}"] = getattr(made, name + "_")
    for name in ("min", "max", "round", "list", "dict", "set", "tuple", "frozenset", "str",
                 "bytes", "bytearray"):  # fmt: skip
        result[f"$n_{name}"] = getattr(builtins, name)
    result["$range"] = range
    if guards.policy.type_rule(Decimal) is not None:
        # The only numbers that C code takes long to make an int of; everybody else gets the builtin.
        result["$b_int"] = made.int_
        result["$n_round"] = made.round_
        guards.substitutes[id(int)] = (int, made.int_)
    result["type"] = Type
    result["SystemExit"] = SystemExit
    result["KeyboardInterrupt"] = KeyboardInterrupt
    result["$clean"] = made.clean
    result["$cleandir"] = made.clean_dir
    result["$locals"] = builtins.locals
    substitutes = {
        id(getattr(builtins, name)): (getattr(builtins, name), getattr(made, name + "_"))
        for name in tables.GUARDED_CLASSES | tables.GUARDED_FUNCTIONS
    }
    substitutes[id(Type)] = (Type, made.type_)
    for group in (BaseExceptionGroup, ExceptionGroup):
        substitutes[id(group)] = (group, made.group_of(group))
    for name in tables.NOT_OFFERED:
        real = getattr(builtins, name)
        if callable(real):
            substitutes[id(real)] = (real, _refuser(name))
    guards.substitutes.update(substitutes)
    return result


def _refuser(name: str) -> Callable[..., Any]:
    def refused(*_: Any, **__: Any) -> Any:
        raise TypeRefused(f"{name}() is not offered here: {tables.NOT_OFFERED_WHY.get(name, '')}")

    return refused


def _restored(guards: Guards) -> Builtins:
    """Builtins in another process print to its standard output."""
    import sys

    return Builtins(guards, sys.stdout.write)


def build_class(body: Any, name: str, /, *bases: Any, **keywords: Any) -> Any:
    """What a class statement calls."""
    with making():
        return builtins.__build_class__(body, name, *bases, **keywords)


def frame_builtins() -> dict[str, Any]:
    """The ``__builtins__`` of agent frames: offered names, and the two hooks C code needs.

    ``__import__`` and ``__build_class__`` cannot be spelled in agent source; C functions such as
    ``datetime.strptime`` import through the frame that called them.
    """
    result = {
        name: getattr(builtins, name)
        for name in tables.NATIVE | tables.GUARDED_CLASSES | tables.EXCEPTIONS | tables.CONSTANTS
        if name not in tables.STAND_INS and name not in ("type", "super")
    }
    result["__build_class__"] = build_class
    result["__import__"] = builtins.__import__
    result["__name__"] = "builtins"
    return result
