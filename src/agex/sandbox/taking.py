"""What C code may go through: registered, and of bounded length.

Also what the code around asks of the guards, so that no file has to know all of them.
"""

from __future__ import annotations

import collections.abc
from typing import Any, Protocol

from agex.sandbox import bounds, clock
from agex.sandbox.decisions import Decisions
from agex.sandbox.formatting import Texts


class Rules(Protocol):
    """What the methods here ask of the guards."""

    decisions: Decisions
    texts: Texts

    def iter(self, owner: Any) -> Any: ...
    def item(self, owner: Any) -> Any: ...
    def slices(self, owner: Any) -> Any: ...
    def mapping(self, owner: Any) -> Any: ...
    def spread(self, owner: Any) -> Any: ...
    def looked_into(self, owner: Any, by: str) -> Any: ...
    def context(self, owner: Any) -> Any: ...
    def acontext(self, owner: Any) -> Any: ...
    def call(self, callee: Any) -> Any: ...
    def raised(self, error: Any) -> Any: ...
    def set(self, owner: Any, name: str, value: Any, *, plain: bool = False) -> Any: ...
    def delete(self, owner: Any, name: str, *, plain: bool = False) -> None: ...
    def value(self, owner: Any, name: str) -> Any: ...
    def base(self, base: Any) -> Any: ...
    def check_class(self, cls: type, namespace: Any) -> None: ...
    def look_at(self, cls: type) -> None: ...
    def finish_class(self, cls: Any) -> Any: ...


def taken(rules: Rules, iterable: Any) -> Any:
    """An iterable that C code may go through: registered, and of bounded length.

    Items that are not in memory yet are collected with looks at the clock between them.
    """
    rules.iter(iterable)
    if bounds.sized(iterable):
        bounds.check_items("the collection", iterable)
        return iterable
    if type(iterable) is range:
        return bounds.bounded(iterable)
    if type(iterable).__module__ in ("builtins", "itertools"):
        return bounds.collected(iterable, clock.look)
    return iterable


def pairs(rules: Rules, source: Any) -> Any:
    """What ``dict(source)`` may take: a mapping, or pairs, each of which is iterated as well."""
    rules.mapping(source)
    if isinstance(source, collections.abc.Mapping) or hasattr(type(source), "keys"):
        return rules.spread(source)
    items = taken(rules, source)
    if type(items) in (list, tuple, set, frozenset) and _PAIRS.issuperset(map(type, items)):
        return items
    return (item if type(item) in _PAIRS else rules.iter(item) for item in items)


_PAIRS = frozenset({tuple, list, str, bytes})
