"""Text of values, as CPython writes it, without letting ``repr`` look into what is not registered.

``repr([secret])`` runs ``secret.__repr__`` from C, where no guard stands. So text of anything but
plain scalars goes through here: a structure that holds only safe things is written by the interpreter,
one that holds an unregistered object is written by us, in the same form, with the object's type in its
place. Aliased structures, whose text can be exponentially longer than they are, are measured first.
"""

from __future__ import annotations

import _string  # type: ignore[import-not-found]  # what string.Formatter splits fields with
import collections
import collections.abc
import contextlib
import dataclasses
import enum
import inspect
import itertools
import re
import string
import types
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from weakref import WeakSet

from agex.errors import SizeRefused
from agex.sandbox import bounds, kinds, tables
from agex.sandbox.decisions import Decisions
from agex.sandbox.opaque import Type, ViewMeta
from agex.sandbox.origin import args_of, find, is_agent_class, is_agent_function, mro_of, own_dict

#: Exact types whose text is their value.
PLAIN: frozenset[type] = frozenset(
    {int, float, complex, bool, str, bytes, bytearray, type(None), type(Ellipsis), range,
     type(NotImplemented)}
)  # fmt: skip

#: Characters one text may have.
MAX_TEXT = 20_000_000
_DEPTH = 200

_SEQUENCES = (list, tuple, set, frozenset, collections.deque)
_MAPPINGS = (collections.OrderedDict, collections.defaultdict, collections.Counter, dict)


#: Methods made for dataclasses and named tuples of agents, which write through a ``Texts``; of the
#: whole process, because a class outlives the session that it was made in.
_OWN_TEXTS: WeakSet[Any] = WeakSet()


class Texts:
    """``str``, ``repr``, ``format`` and friends under one policy.

    ``read`` is the guarded attribute read, used for fields named in format strings.
    """

    def __init__(
        self,
        decisions: Decisions,
        read: Callable[[Any, str], Any],
        item: Callable[[Any], Any],
    ) -> None:
        self.decisions = decisions
        self.read = read
        self.item = item
        self.formatter = _Formatter(self)
        self.own_texts = _OWN_TEXTS

    # ------------------------------------------------------------ the three texts

    def str(self, value: Any) -> str:
        """``str(value)``"""
        if type(value) in PLAIN:
            return _str(value)
        if isinstance(value, BaseException) and not self.has_own(type(value), "__str__"):
            return self.exception(value)
        if self.has_own(type(value), "__str__"):
            return _str(value)
        if self.is_safe(value):
            return self.clean(_str(value))
        return self.repr(value)

    def repr(self, value: Any) -> _str:
        """``repr(value)``"""
        if type(value) in PLAIN:
            return repr(value)
        if self.is_safe(value):
            return self.clean(repr(value))
        return self.structure(value, set(), 0)

    def ascii(self, value: Any) -> _str:
        """``ascii(value)``"""
        return self.repr(value).encode("ascii", "backslashreplace").decode("ascii")

    def format(self, value: Any, spec: Any = "") -> _str:
        """``format(value, spec)``, width and precision bounded."""
        if not isinstance(spec, _str):
            raise TypeError(f"format() argument 2 must be str, not {type(spec).__name__}")
        bounds.check_spec(spec)
        if type(value) in PLAIN:
            return format(value, spec)
        bounds.check_decimal_text(value, spec)
        cls = type(value)
        writer: type = find(cls, "__format__")[0]  # type: ignore[index]  # object has it
        if self.has_own(cls, "__format__") or kinds.REGISTERED in (
            self.decisions.kind(cls),
            self.decisions.kind(writer),
        ):
            return format(value, spec)
        if isinstance(value, enum.Enum) and is_agent_class(cls):
            return format(value, spec)
        if isinstance(value, (int, float, complex, _str)) and self.is_safe(value):
            return format(value, spec)
        if spec == "":
            return self.str(value)
        raise TypeError(f"unsupported format string passed to {cls.__name__}.__format__")

    def clean(self, text: _str) -> _str:
        """Names of our own machinery do not appear in what agent code reads."""
        if "<module>.<locals>." in text:
            text = text.replace("<module>.<locals>.", "")
        if tables.HOME in text:
            # Python names a class of the main module without it in its messages: 'C' object has …
            text = _IN_MESSAGE.sub("'", text).replace(f"{tables.HOME}.", f"{tables.MAIN}.")
        if _PARTIALS in text:
            text = text.replace(_PARTIALS, "functools.partial")
        return text

    # ------------------------------------------------------------ is the interpreter's text safe?

    def has_own(self, cls: type, name: _str) -> bool:
        """Does an agent class define this method itself? Then its text is agent code, guarded."""
        found = find(cls, name)
        if found is None or not is_agent_class(found[0]):
            return False
        method = found[1]
        if type(method) is types.FunctionType and not is_agent_function(method):
            return method in self.own_texts
        return True

    def is_safe(self, value: Any) -> bool:
        """True where ``repr`` reaches nothing unregistered and stays within bounds."""
        budget = [MAX_TEXT // 4]
        return self._safe(value, {}, 0, budget) is not None

    def is_safe_as(self, value: Any, cls: type) -> bool:
        """The same of a container, whose text is asked for as that of the builtin ``cls``."""
        return self._safe_container(value, cls, {}, 0, [0]) is not None

    def _safe(
        self, value: Any, seen: dict[int, int | None], depth: int, budget: list[int]
    ) -> int | None:
        """An estimate of the length of the text, or None where it is not safe."""
        cls = type(value)
        if cls in PLAIN:
            return len(value) if cls in (_str, bytes, bytearray) else 8
        if cls is object:
            return 40
        key = id(value)
        if key in seen:
            return seen[key]
        if depth > _DEPTH:
            return None
        seen[key] = 3
        size: int | None
        if cls is types.MethodType:
            size = None if is_twin(value) else self._safe(value.__self__, seen, depth + 1, budget)
        elif cls is types.FunctionType and is_twin(value):
            size = None
        elif cls is slice:
            size = self._safe((value.start, value.stop, value.step), seen, depth + 1, budget)
        elif cls in _SEQUENCES or cls in _MAPPINGS or cls in kinds.INTERNAL_MEMBERS:
            size = self._safe_container(value, cls, seen, depth, budget)
        else:
            size = self._safe_object(value, cls, seen, depth, budget)
        seen[key] = size
        if size is not None and size > MAX_TEXT:
            raise SizeRefused(
                f"the text of this {cls.__name__} would have about {size:,} characters; "
                "look at a part of it"
            )
        return size

    def _safe_container(
        self, value: Any, cls: type, seen: dict[int, int | None], depth: int, budget: list[int]
    ) -> int | None:
        if cls in _MAPPINGS:
            keys, values = list(dict.keys(value)), list(dict.values(value))
            if cls is collections.defaultdict:
                values.append(value.default_factory)
        elif cls in (_KEYS, _VALUES, _ITEMS):
            keys, values = [], list(value)
        elif cls is types.MappingProxyType:
            keys, values = [], [dict(value)]
        elif cls in _SEQUENCES:
            keys, values = [], list(value)
        elif cls in (types.GenericAlias, types.UnionType):
            keys, values = [], list(value.__args__)
        elif cls is itertools.repeat:
            return None if depth else self._safe(_repeated(value), seen, depth + 1, budget)
        else:
            return 60  # iterators and generators: their repr names the type
        total = 2
        for part in (keys, values):
            types_ = set(map(type, part))
            if PLAIN.issuperset(types_):
                lengthy = types_ & {_str, bytes, bytearray}
                total += sum(map(len, part)) if lengthy == types_ and part else 8 * len(part)
                continue
            for item in part:
                size = self._safe(item, seen, depth + 1, budget)
                if size is None:
                    return None
                total += size + 2
        return total

    def _safe_object(
        self, value: Any, cls: type, seen: dict[int, int | None], depth: int, budget: list[int]
    ) -> int | None:
        decisions = self.decisions
        if isinstance(value, type):
            known = value is Type or type(value) in (type, ViewMeta)
            return 60 if known or decisions.is_known_class(value) else None
        kind = decisions.kind(cls)
        if kind in (kinds.FUNCTION, kinds.MODULE, kinds.REGISTERED):
            return 60
        if kind == kinds.EXCEPTION:
            return self._safe(args_of(value), seen, depth + 1, budget)
        if kind == kinds.LANGUAGE:
            if cls is types.SimpleNamespace:
                return self._safe(vars(value), seen, depth + 1, budget)
            if cls is collections.ChainMap:
                return self._safe(value.maps, seen, depth + 1, budget)
            if isinstance(value, _USER_CONTAINERS):
                return self._safe(value.__dict__.get("data"), seen, depth + 1, budget)
            for name in _SHOWN_FIELDS.get(cls, ("__args__", "__metadata__")):
                if self._safe(getattr(value, name, None), seen, depth + 1, budget) is None:
                    return None
            if isinstance(value, enum.Enum):
                return self._safe(value._value_, seen, depth + 1, budget)
            return 60
        if kind == kinds.AGENT:
            if self.has_own(cls, "__repr__"):
                return 60
            if isinstance(value, BaseException):
                return self._safe(args_of(value), seen, depth + 1, budget)
            if isinstance(value, enum.Enum):
                return self._safe(value._value_, seen, depth + 1, budget)
            for base in (*_SEQUENCES, *_MAPPINGS):
                if isinstance(value, base):
                    return self._safe_container(value, base, seen, depth, budget)
            if isinstance(value, _USER_CONTAINERS):
                return self._safe(value.__dict__.get("data"), seen, depth + 1, budget)
            if isinstance(value, (int, float, complex, _str, bytes, bytearray)):
                return 60
            writer: type = find(cls, "__repr__")[0]  # type: ignore[index]  # object has it
            if writer is object or decisions.kind(writer) == kinds.REGISTERED:
                return 60
            return None
        return None

    # ------------------------------------------------------------ our own text

    def structure(self, value: Any, inside: set[int], depth: int) -> _str:
        """The text of a structure with something unregistered in it."""
        cls = type(value)
        if cls in PLAIN:
            return repr(value)
        if depth > _DEPTH or id(value) in inside:
            return "..."
        inside = inside | {id(value)}

        def again(item: Any) -> _str:
            return self.structure(item, inside, depth + 1)

        if isinstance(value, type) or self.is_safe(value):
            return self.clean(repr(value)) if self.is_safe(value) else _class_text(value)
        if self.decisions.kind(cls) == kinds.FOREIGN:
            return f"<{cls.__name__} object>"
        if isinstance(value, _MAPPINGS):
            body = ", ".join(
                f"{again(k)}: {again(v)}"
                for k, v in zip(dict.keys(value), dict.values(value), strict=True)
            )
            return f"{{{body}}}" if cls is dict else f"{cls.__name__}({{{body}}})"
        if isinstance(value, tuple):
            fields = getattr(cls, "_fields", None)
            if type(fields) is tuple and is_agent_class(cls):
                pairs = zip(fields, tuple.__iter__(value), strict=False)
                return f"{cls.__name__}({', '.join(f'{n}={again(v)}' for n, v in pairs)})"
            body = ", ".join(map(again, tuple.__iter__(value)))
            return f"({body},)" if len(value) == 1 else f"({body})"
        if isinstance(value, list):
            return f"[{', '.join(map(again, list.__iter__(value)))}]"
        if isinstance(value, (set, frozenset)):
            body = ", ".join(map(again, value))
            return f"{{{body}}}" if cls is set else f"{cls.__name__}({{{body}}})"
        if isinstance(value, collections.deque):
            return f"deque([{', '.join(map(again, value))}])"
        if isinstance(value, BaseException):
            return f"{cls.__name__}({', '.join(map(again, args_of(value)))})"
        if isinstance(value, collections.ChainMap):
            return f"ChainMap({', '.join(map(again, value.maps))})"
        if cls is kinds.OwnPartial or cls is kinds.OwnPartialMethod:
            parts = [_called_text(value.func, again), *map(again, value.args)]
            parts += [f"{name}={again(item)}" for name, item in value.keywords.items()]
            return f"functools.{cls.__name__}({', '.join(parts)})"
        if cls is slice:
            return f"slice({again(value.start)}, {again(value.stop)}, {again(value.step)})"
        if isinstance(value, _USER_CONTAINERS):
            return again(value.__dict__.get("data"))
        if cls in kinds.FUNCTION_TYPES and is_twin(value):
            return f"<built-in function {value.__name__}>"
        if cls is types.MethodType:
            name = getattr(value.__func__, "__qualname__", None) or getattr(
                value.__func__, "__name__", "?"
            )
            return (
                f"<bound method {name if type(name) is _str else '?'} of {again(value.__self__)}>"
            )
        if isinstance(value, types.SimpleNamespace):
            return f"namespace({', '.join(f'{k}={again(v)}' for k, v in vars(value).items())})"
        if isinstance(value, enum.Enum) and is_agent_class(cls):
            return f"<{cls.__name__}.{value._name_}: {again(value._value_)}>"
        return f"<{cls.__name__} object>"

    def fields(self, value: Any, names: Sequence[_str], shown: _str | None = None) -> _str:
        """The text of a dataclass instance, ``C(x=1, y=[2])``, or under another name than its own."""
        body = ", ".join(f"{name}={self.repr(self.read(value, name))}" for name in names)
        return f"{self.clean(shown or type(value).__qualname__)}({body})"

    def signature(self, signature: inspect.Signature, *, own: bool = True) -> _str:
        """The text of a signature. Of a function of the host's, what a parameter of a private name is
        left at is not shown."""

        def shown(value: Any) -> Any:
            if value is inspect.Parameter.empty or isinstance(value, type) or self.is_safe(value):
                return value
            return Shown(self, value)

        parameters = [
            parameter.replace(
                annotation=shown(parameter.annotation),
                default=_HIDDEN
                if not own
                and parameter.name.startswith("_")
                and parameter.default is not inspect.Parameter.empty
                else shown(parameter.default),
            )
            for parameter in signature.parameters.values()
        ]
        text = _str(
            signature.replace(
                parameters=parameters, return_annotation=shown(signature.return_annotation)
            )
        )
        return self.clean(text)

    def exception(self, error: BaseException) -> _str:
        """``str`` of an exception: its arguments, as the interpreter would write them."""
        if self.is_safe((args_of(error), _worded(error))) and self.decisions.kind(type(error)) in (
            kinds.EXCEPTION,
            kinds.AGENT,
            kinds.REGISTERED,
        ):
            return self.clean(_str(error))
        if self.decisions.kind(type(error)) == kinds.FOREIGN:
            # A library's own error: its words are meant for whoever called it.
            safe = self.is_safe((args_of(error), _worded(error)))
            return self.clean(_str(error)) if safe else type(error).__name__
        if len(args_of(error)) == 1:
            return self.repr(args_of(error)[0])
        return self.repr(tuple(args_of(error))) if args_of(error) else ""

    # ------------------------------------------------------------ f-strings, % and .format

    def shown(self, value: Any) -> Any:
        """What an f-string may format in place of ``value``: itself, or its text."""
        return Shown(self, value)

    def percent(self, template: Any, values: Any) -> Any:
        """``template % values``"""
        text = template if isinstance(template, _str) else template.decode("latin-1")
        bounds.check_spec(text)
        if type(values) is tuple:
            if "*" in text:
                for value in values:
                    if isinstance(value, int):
                        bounds.check_spec(_str(abs(value))) if abs(
                            value
                        ) > bounds.MAX_WIDTH and "*" in text else None
            arguments: Any = tuple(self.argument(value) for value in values)
        elif isinstance(values, Mapping):
            self.item(values)
            arguments = (
                {key: self.argument(item) for key, item in values.items()}
                if type(values) is dict
                else ShownItems(self, values)
            )
        else:
            arguments = self.argument(values)
        _check_repeated(text, arguments)
        result = template % arguments
        return self.clean(result) if type(result) is _str and tables.HOME in result else result

    def percent_left(self, left: Any) -> Any:
        """The left side of ``%`` where it is no int: strings format through the guard."""
        return PercentLeft(self, left) if isinstance(left, (_str, bytes, bytearray)) else left

    def percent_in_place(self, left: Any, right: Any) -> Any:
        """``left %= right``"""
        if isinstance(left, (_str, bytes, bytearray)):
            return self.percent(left, right)
        left %= right
        return left

    def argument(self, value: Any) -> Any:
        """A value for ``%``: numbers and strings as they are, the rest as something with safe text."""
        if type(value) in PLAIN:
            return value
        bounds.check_decimal(value)  # %d makes an integer of it
        if self.is_safe(value):
            return value
        if isinstance(value, (int, float, bytes)) and is_agent_class(type(value)):
            return value
        return Shown(self, value)

    def template(self, template: _str, args: Sequence[Any], kwargs: Mapping[_str, Any]) -> _str:
        """``template.format(*args, **kwargs)`` with every field read through the guards."""
        return self.formatter.vformat(template, args, kwargs)


def _check_repeated(template: str, values: Any) -> None:
    """Raise where ``template % values`` writes a long text again and again."""
    if isinstance(values, dict):
        longest = max((len(v) for v in values.values() if isinstance(v, (str, bytes))), default=0)
        bounds.check_length("the text", template.count("%") * longest)
    elif type(values) is tuple:
        bounds.check_length("the text", sum(len(v) for v in values if isinstance(v, (str, bytes))))


def _worded(error: BaseException) -> list[Any]:
    """What the interpreter writes into the text of an error beside its arguments: its own fields,
    whatever a subclass has under their names."""
    found = []
    for base in mro_of(type(error)):
        for name in _WORDS if base in kinds.EXCEPTION_CLASSES else ():
            field = own_dict(base).get(name)
            if field is not None:
                try:
                    found.append(field.__get__(error))
                except AttributeError:
                    continue
    return found


_WORDS = """errno strerror filename filename2 msg lineno encoding reason object start end""".split()


def _class_text(cls: type) -> str:
    """``repr`` of a class without asking its metaclass."""
    said = type.__dict__
    return f"<class '{said['__module__'].__get__(cls)}.{said['__qualname__'].__get__(cls)}'>"


def is_twin(function: Any) -> bool:
    """True for the functions that stand in for builtins and library functions."""
    if type(function) is types.MethodType:
        return type(function.__self__).__module__.startswith(_OURS) or is_twin(function.__func__)
    return type(function) is types.FunctionType and (
        function.__globals__.get("__name__", "").startswith(_OURS)
    )


def _called_text(function: Any, again: Callable[[Any], str]) -> str:
    """The text of what a partial calls; a twin of a class is written as the class it stands for."""
    if is_twin(function) and function.__name__ in tables.GUARDED_CLASSES:
        return f"<class {function.__name__!r}>"
    return again(function)


def _repeated(value: Any) -> Any:
    """What ``itertools.repeat(x, n)`` would show."""
    return value.__reduce__()[1]


class _Hidden:
    def __repr__(self) -> str:
        return "..."


_HIDDEN = _Hidden()


class Shown:
    """An object that shows itself as the text of another, within the policy."""

    __slots__ = ("_texts", "_value")

    def __init__(self, texts: Texts, value: Any) -> None:
        self._texts = texts
        self._value = value

    def __str__(self) -> str:
        return self._texts.str(self._value)

    def __repr__(self) -> str:
        return self._texts.repr(self._value)

    def __format__(self, spec: str) -> str:
        return self._texts.format(self._value, spec)


class ShownItems(Shown):
    """A mapping on the right of ``%``, whose items show themselves within the policy."""

    __slots__ = ()

    def __getitem__(self, key: Any) -> Any:
        return self._texts.argument(self._value[key])


class PercentLeft:
    """A string on the left of ``%``."""

    __slots__ = ("_template", "_texts")

    def __init__(self, texts: Texts, template: Any) -> None:
        self._texts = texts
        self._template = template

    def __mod__(self, values: Any) -> Any:
        return self._texts.percent(self._template, values)


class _Formatter(string.Formatter):
    """``str.format`` whose attribute and item lookups pass the guards."""

    def __init__(self, texts: Texts) -> None:
        self.texts = texts

    def vformat(self, format_string: str, args: Any, kwargs: Any) -> str:
        result, _ = self._fill(format_string, args, kwargs, 0, 2)
        return result

    def _fill(
        self, template: str, args: Any, kwargs: Any, automatic: int | None, depth: int
    ) -> tuple[str, int | None]:
        if depth < 0:
            raise ValueError("Max string recursion exceeded")
        result: list[str] = []
        for literal, field, spec, conversion in self.parse(template):
            result.append(literal)
            if field is None:
                continue
            head = field.split(".", 1)[0].split("[", 1)[0]
            if head == "":
                if automatic is None:
                    raise ValueError(
                        "cannot switch from manual field specification to automatic field numbering"
                    )
                field = f"{automatic}{field}"
                automatic += 1
            elif head.isdigit():
                if automatic:
                    raise ValueError(
                        "cannot switch from automatic field numbering to manual field specification"
                    )
                automatic = None
            value, _ = self.get_field(field, args, kwargs)
            if conversion == "r":
                value = self.texts.repr(value)
            elif conversion == "a":
                value = self.texts.ascii(value)
            elif conversion == "s":
                value = self.texts.str(value)
            elif conversion is not None:
                raise ValueError(f"Unknown conversion specifier {conversion!s}")
            filled, automatic = self._fill(spec or "", args, kwargs, automatic, depth - 1)
            result.append(self.texts.format(value, filled))
        return "".join(result), automatic

    def get_field(self, field_name: str, args: Any, kwargs: Any) -> Any:
        first, rest = _split(field_name)
        value = self.get_value(first, args, kwargs)
        for is_attribute, key in rest:
            value = self.texts.read(value, key) if is_attribute else self.texts.item(value)[key]
        return value, first

    def get_value(self, key: int | str, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Any:
        if isinstance(key, int):
            if key >= len(args):
                raise IndexError(f"Replacement index {key} out of range for positional args tuple")
            return args[key]
        return kwargs[key]


_OURS = "agex."
_IN_MESSAGE = re.compile(rf"(?<!<class )'{tables.HOME}\.(?=[\w.]+' object )")
_PARTIALS = f"{kinds.__name__}.partial"
_USER_CONTAINERS = (collections.UserDict, collections.UserList)
#: Attributes of the language's own objects that their text shows.
_SHOWN_FIELDS: dict[type, tuple[str, ...]] = {
    kinds.OwnPartial: ("func", "args", "keywords"),
    kinds.OwnPartialMethod: ("func", "args", "keywords"),
    dataclasses.Field: ("default", "default_factory", "metadata", "type"),
    contextlib.nullcontext: (),
    inspect.Signature: ("parameters", "return_annotation"),
    inspect.Parameter: ("default", "annotation"),
    inspect.BoundArguments: ("arguments",),
    collections.abc.KeysView: ("_mapping",),
    collections.abc.ValuesView: ("_mapping",),
    collections.abc.ItemsView: ("_mapping",),
}
_split: Any = _string.formatter_field_name_split
_str = str
_KEYS: type = type({}.keys())
_VALUES: type = type({}.values())
_ITEMS: type = type({}.items())
