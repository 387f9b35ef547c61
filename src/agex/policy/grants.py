"""What does a task's signature grant, just by naming types?

Data types (dataclasses, pydantic models, attrs classes, NamedTuples, TypedDicts, Enums) give their
public fields, and their constructor where the result may contain them. Types that a curated table
covers give what the table says. Everything else that nobody registered stays opaque, and is reported
so that the developer can be told which line would register it. An object grants nothing by itself.
"""

from __future__ import annotations

import collections.abc
import types
import typing
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from agex.policy.members import annotated, fields
from agex.policy.policy import Policy
from agex.policy.specs import TypeRule

Hints: TypeAlias = Callable[[type], Mapping[str, Any]]
"""The resolved annotations of a class. The default evaluates annotations that are strings: whoever may
meet classes that a model wrote hands in one that does not."""

Curated: TypeAlias = Mapping[str, Callable[[type], Iterable[TypeRule]]]
"""Rules for a library's types, by ``"module.QualifiedName"`` of the class.

A class is looked up under the name it states itself, so the table never imports its library: who
could name the class in a signature has imported it. One class may bring rules for others (an array
for its dtype).
"""

_PLAIN_MODULES = frozenset(
    "abc builtins collections collections.abc dataclasses enum functools itertools types typing "
    "typing_extensions".split()
)


@dataclass(frozen=True, slots=True)
class Granted:
    """What a signature grants.

    Attributes:
        rules: for :meth:`Policy.with_types`.
        opaque: classes the signature names that agent code may only hold and pass on.
    """

    rules: Mapping[type, TypeRule]
    opaque: tuple[type, ...] = ()


def granted_by(
    parameters: Iterable[Any],
    result: Any = None,
    *,
    policy: Policy | None = None,
    curated: Curated | None = None,
    hints: Hints = typing.get_type_hints,
) -> Granted:
    """The types that a task with these (resolved) annotations grants to its own runs.

    Args:
        parameters: the annotation of each parameter.
        result: the return annotation; data types in it may be constructed.
        policy: what is registered keeps its own rules, and is neither granted nor opaque.
        curated: rules for types of libraries.
        hints: how the fields of a data type are looked up.
    """
    constructed = set(map(id, named_types(result, hints)))
    rules: dict[int, TypeRule] = {}
    opaque: list[type] = []
    for annotation in (*parameters, result):
        for cls in named_types(annotation, hints):
            if id(cls) in rules or any(cls is other for other in opaque):
                continue
            if policy is not None and policy.type_rule(cls) is not None:
                continue
            rule = data_rule(cls, constructable=id(cls) in constructed)
            more = [rule] if rule is not None else _from_table(cls, curated)
            for found in more:
                rules.setdefault(id(found.cls), found)
            if not more and not is_plain_type(cls):
                opaque.append(cls)
    return Granted({rule.cls: rule for rule in rules.values()}, tuple(opaque))


def data_rule(cls: type, *, constructable: bool) -> TypeRule | None:
    """The rule for a data type: its public fields, nothing else; ``None`` for other classes."""
    declared = fields(cls)
    if declared is None:
        return None
    public = frozenset(name for name in declared if not name.startswith("_"))
    return TypeRule(cls, cls.__name__, constructable=constructable, only=public)


def named_types(annotation: Any, hints: Hints = typing.get_type_hints) -> Iterator[type]:
    """Every class an annotation mentions, with those in the fields of data types, each once."""
    seen: set[int] = set()
    pending = [annotation]
    while pending:
        node = pending.pop(0)
        if id(node) in seen:
            continue
        seen.add(id(node))
        pending.extend(_parts(node))
        if isinstance(node, type) and not isinstance(node, types.GenericAlias):
            yield node
            pending.extend(_field_types(node, hints))


def is_plain_type(cls: type) -> bool:
    """Whether a class belongs to the language itself, so that nobody has to register it."""
    return cls.__module__ in _PLAIN_MODULES


def registering_line(cls: type, agent: str = "agent") -> str:
    """The line that would register a class: ``agent.cls(Order)``."""
    return f"{agent}.cls({cls.__qualname__})"


def _from_table(cls: type, curated: Curated | None) -> list[TypeRule]:
    provider = (curated or {}).get(f"{cls.__module__}.{cls.__qualname__}")
    return list(provider(cls)) if provider is not None else []


def _parts(node: Any) -> Iterable[Any]:
    """The annotations inside one annotation."""
    if isinstance(node, (list, tuple)):  # the parameters in Callable[[A, B], C]
        return node
    if isinstance(node, typing.TypeVar):
        bound = (node.__bound__,) if node.__bound__ is not None else ()
        return (*bound, *node.__constraints__)
    supertype = getattr(node, "__supertype__", None)  # NewType
    if supertype is not None:
        return (supertype,)
    if type(node).__name__ == "TypeAliasType":  # PEP 695: `type Orders = list[Order]`
        return (node.__value__,)
    origin = typing.get_origin(node)
    if origin is None or origin is typing.Literal:
        return ()
    if origin is typing.Annotated:  # what stands beside the type is data, not a type
        return (node.__origin__,)
    if origin is collections.abc.Callable:
        return typing.get_args(node)
    return (origin, *typing.get_args(node))


def _field_types(cls: type, resolved: Hints) -> Iterator[Any]:
    declared = fields(cls)
    if declared is None:
        return
    hints: dict[str, Any] = {}
    for base in reversed(cls.__mro__):
        hints.update(annotated(base))
    try:
        hints.update(resolved(cls))
    except Exception:  # a name that does not resolve; what is not a string still counts
        pass
    for name in declared:
        if not name.startswith("_") and name in hints:
            yield hints[name]
