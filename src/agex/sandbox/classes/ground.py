"""What describing a class and making it again have in common: metaclasses, annotations, the statement."""

from __future__ import annotations

import abc
import copyreg
import enum
import sys
import typing
from collections.abc import Iterable, Iterator, Mapping
from types import FunctionType
from typing import Any
from weakref import WeakKeyDictionary

from agex.sandbox import sources, tables
from agex.sandbox.origin import (
    Mark,
    is_agent_class,
    is_agent_function,
    mro_of,
    own_dict,
)

#: What every class has by being made, or what says where it was compiled.
MADE = frozenset(
    """
    __dict__ __weakref__ __module__ __qualname__ __slots__ __annotations__ __orig_bases__
    _abc_impl __static_attributes__ __firstlineno__ __annotate__ __annotate_func__
    __annotations_cache__ __protocol_attrs__ __non_callable_proto_members__ __type_params__
    __array_interface__ __dataframe__
    """.split()
) | {tables.MARK}


#: Metaclasses whose classes can be put together from a dictionary.
METACLASSES: tuple[type, ...] = (
    type, abc.ABCMeta, enum.EnumMeta, type(typing.Protocol),
    type(typing.TypedDict("_", {})),  # type: ignore[operator]  # a class on some, a function on others
)  # fmt: skip
PROTOCOL_META: type = type(typing.Protocol)
TYPED_DICT_META: Any = METACLASSES[-1]


#: The statement that each class came from, once it was looked for.
_texts: WeakKeyDictionary[type, str] = WeakKeyDictionary()


def source_of(cls: type, functions: Iterable[FunctionType]) -> str:
    """The statement of an agent's class, given its own functions; "" where it is not known."""
    carried: str = getattr(own_dict(cls).get(tables.MARK), "text", "")
    text = _texts.get(cls) or carried or None
    if text is None:
        prefix = f"{cls.__qualname__}."
        codes = [f.__code__ for f in functions if f.__code__.co_qualname.startswith(prefix)]
        text = _texts[cls] = sources.class_text(cls, codes)
    return text


def _mark_with_text(mark: Mark) -> tuple[type[Mark], tuple[None, str, Any]]:
    """What a pickler by value takes of a class's mark: a new one, with the text of the statement."""
    text, cls = mark.text, mark.owner
    if not text and cls is not None:
        try:
            text = source_of(cls, functions_in(own_dict(cls)))
        except sources.SourceLost:
            pass
    return Mark, (None, text, mark.rules)


copyreg.pickle(Mark, _mark_with_text)


def remember_source(cls: type, text: str) -> None:
    """Note which statement a class came from."""
    _texts[cls] = text


def functions_in(own: Mapping[str, Any]) -> Iterator[FunctionType]:
    """The agent's functions among the values of a class."""
    for value in own.values():
        inner = getattr(value, "fget", None) or getattr(value, "func", value)
        if isinstance(value, (staticmethod, classmethod)):
            inner = value.__func__
        if is_agent_function(inner):
            yield inner


def annotations_of(cls: type, own: Mapping[str, Any]) -> dict[str, Any]:
    if sys.version_info >= (3, 14):
        return dict(cls.__annotations__)
    return dict(own.get("__annotations__", ()))


def only_holds(meta: type) -> bool:
    """Whether classes of this metaclass can be put together from a dictionary.

    One of the host's can unless it has a say in how a class is made: what it did, such as keeping a list
    of its classes, would be missing or be done twice.
    """
    if meta in METACLASSES:
        return True
    says = {"__new__", "__init__", "__prepare__"}
    return all(
        base in METACLASSES or base is object or says.isdisjoint(own_dict(base))
        for base in mro_of(meta)
    )


def library(meta: type) -> type:
    """The metaclass itself, or the nearest in its order that agent code did not make."""
    found: type = next(base for base in mro_of(meta) if not is_agent_class(base))
    return found
