"""The text of what holds something unregistered: as the interpreter writes it, with a type in its place."""

from __future__ import annotations

import builtins
import collections
import enum
import types
from collections.abc import Callable, Sequence
from typing import Any

from agex.sandbox import kinds
from agex.sandbox.decisions import Decisions
from agex.sandbox.formatting.generated import held, shown_fields
from agex.sandbox.formatting.plain import DEPTH, MAPPINGS, PLAIN, USER_CONTAINERS, is_twin
from agex.sandbox.formatting.safety import Safety
from agex.sandbox.origin import args_of, is_agent_class, mro_of, own_dict


class Structures(Safety):
    """The middle floor of the texts.

    ``read`` is the guarded attribute read.
    """

    def __init__(self, decisions: Decisions, read: Callable[[Any, str], Any]) -> None:
        super().__init__(decisions)
        self.read = read
        self.tables: Callable[[Any], str | None] | None = None

    def repr(self, value: Any) -> str:
        """``repr(value)``"""
        if type(value) in PLAIN:
            return repr(value)
        if self.is_safe(value):
            return self.clean(self.table(value) or repr(value))
        return self.structure(value, set(), 0)

    def table(self, value: Any) -> str | None:
        """The text of a frame under the settings of the session, where it has some."""
        return None if self.tables is None else self.tables(value)

    def structure(self, value: Any, inside: set[int], depth: int) -> str:
        """The text of a structure with something unregistered in it."""
        cls = type(value)
        if cls in PLAIN:
            return repr(value)
        if depth > DEPTH or id(value) in inside:
            return "..."
        inside = inside | {id(value)}

        def again(item: Any) -> str:
            return self.structure(item, inside, depth + 1)

        if self.is_safe(value):
            return self.clean(repr(value))
        if isinstance(value, type):
            return _class_text(value)
        if self.decisions.kind(cls) == kinds.FOREIGN:
            return f"<{cls.__name__} object>"
        if (names := shown_fields(cls)) is not None and not isinstance(value, type):
            body = zip(names, map(again, held(value, names)), strict=True)
            return f"{cls.__qualname__}({', '.join(f'{name}={text}' for name, text in body)})"
        return _container(value, cls, again) or _object(value, cls, again)

    def fields(self, value: Any, names: Sequence[str], shown: str | None = None) -> str:
        """The text of a dataclass instance, ``C(x=1, y=[2])``, or under another name than its own."""
        body = ", ".join(f"{name}={self.repr(self.read(value, name))}" for name in names)
        return f"{self.clean(shown or type(value).__qualname__)}({body})"

    def exception(self, error: BaseException) -> str:
        """``str`` of an exception: its arguments, as the interpreter would write them."""
        if self.is_safe((args_of(error), _worded(error))) and self.decisions.kind(type(error)) in (
            kinds.EXCEPTION,
            kinds.AGENT,
            kinds.REGISTERED,
        ):
            return self.clean(str(error))
        if self.decisions.kind(type(error)) == kinds.FOREIGN:
            # A library's own error: its words are meant for whoever called it.
            safe = self.is_safe((args_of(error), _worded(error)))
            return self.clean(str(error)) if safe else type(error).__name__
        if len(args_of(error)) == 1:
            return self.repr(args_of(error)[0])
        return self.repr(tuple(args_of(error))) if args_of(error) else ""


def _container(value: Any, cls: type, again: Callable[[Any], str]) -> str:
    """The text of a container; "" for what is none."""
    if isinstance(value, MAPPINGS):
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
    if isinstance(value, collections.ChainMap):
        return f"ChainMap({', '.join(map(again, value.maps))})"
    return again(value.__dict__.get("data")) if isinstance(value, USER_CONTAINERS) else ""


def _object(value: Any, cls: type, again: Callable[[Any], str]) -> str:
    """The text of what is no container, and shows what it is made of."""
    if isinstance(value, BaseException):
        return f"{cls.__name__}({', '.join(map(again, args_of(value)))})"
    if cls is kinds.OwnPartial or cls is kinds.OwnPartialMethod:
        parts = [_called_text(value.func, again), *map(again, value.args)]
        parts += [f"{name}={again(item)}" for name, item in value.keywords.items()]
        return f"functools.{cls.__name__}({', '.join(parts)})"
    if cls is slice:
        return f"slice({again(value.start)}, {again(value.stop)}, {again(value.step)})"
    if cls in kinds.FUNCTION_TYPES and is_twin(value):
        return f"<built-in function {value.__name__}>"
    if cls is types.MethodType:
        function = value.__func__
        name = getattr(function, "__qualname__", None) or getattr(function, "__name__", "?")
        return f"<bound method {name if type(name) is str else '?'} of {again(value.__self__)}>"
    if isinstance(value, types.SimpleNamespace):
        return f"namespace({', '.join(f'{k}={again(v)}' for k, v in vars(value).items())})"
    if isinstance(value, enum.Enum) and is_agent_class(cls):
        return f"<{cls.__name__}.{value._name_}: {again(value._value_)}>"
    return f"<{cls.__name__} object>"


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


def _called_text(function: Any, again: Callable[[Any], str]) -> str:
    """The text of what a partial calls; a twin of a class is written as the class it stands for."""
    if is_twin(function) and isinstance(vars(builtins).get(function.__name__), type):
        return f"<class {function.__name__!r}>"
    return again(function)
