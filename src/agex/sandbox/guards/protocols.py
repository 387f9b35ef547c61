"""Items, iteration, ``with``, ``await``, unpacking: protocols that are open or closed as a whole."""

from __future__ import annotations

import collections
import collections.abc
import types
from typing import Any

from agex.errors import TypeRefused
from agex.policy import is_function_like
from agex.sandbox import bounds, kinds, methods, views
from agex.sandbox.given import MAPPED, check_mapping, delegate, is_mapping
from agex.sandbox.guards.memory import Memory
from agex.sandbox.guards.names import MISSING
from agex.sandbox.opaque import Type
from agex.sandbox.origin import find, is_agent_class, is_agent_function, mro_of

#: The type flags by which the interpreter knows what [..] and {..} patterns may take apart.
_DESTRUCTURED = (1 << 5) | (1 << 6)
_EXTENDED = (list, bytearray, set, dict, collections.deque)
#: Mappings that are all Python's own.
_PLAIN_MAPPINGS = (
    dict,
    collections.OrderedDict,
    collections.defaultdict,
    collections.Counter,
)
#: Sequences of which a slice can be assigned: the other side is gone through.
SLICED = (list, bytearray, memoryview, collections.UserList)


class Protocols(Memory):
    """The guards of syntax that calls a protocol."""

    def _open(self, owner: Any, what: str, *needed: str) -> Any:
        """``owner`` where its type's protocol is open; a refusal where nobody registered it."""
        cls = type(owner)
        if cls in self.ok:
            return owner
        if self.decisions.is_open(cls):
            if cls not in kinds.HINTS:
                self.ok.add(cls)
            return owner
        if isinstance(owner, type):
            if owner is Type or self.decisions.is_known_class(owner):
                return owner
        elif self.policy.instance_rule(owner) is not None:
            return owner
        if not any(hasattr(cls, name) for name in needed):
            return owner  # Python's own TypeError says it best
        raise TypeRefused(
            f"{cls.__name__!r} object is not registered, so it cannot be {what}; "
            "it can be passed on and compared by identity"
        )

    def item(self, owner: Any) -> Any:
        if owner is Type:
            return _TypeAlias
        found = self._open(
            owner, "indexed", "__getitem__", "__setitem__", "__delitem__", "__class_getitem__"
        )
        return _Subscripted(self, found) if _makes_hints(found) else found

    def slices(self, owner: Any) -> Any:
        """``owner[i] = v`` where ``i`` may be a slice: what a list then goes through is asked first."""
        return SliceDoor(self, owner) if isinstance(owner, SLICED) else owner

    def iter(self, owner: Any) -> Any:
        return self._open(owner, "iterated", "__iter__", "__getitem__")

    def aiter(self, owner: Any) -> Any:
        return self._open(owner, "iterated", "__aiter__")

    def awaited(self, owner: Any) -> Any:
        return self._open(owner, "awaited", "__await__")

    def contains(self, owner: Any) -> Any:
        if type(owner) is range:
            return bounds.RangeDoor(owner)
        found = self._open(owner, "searched", "__contains__", "__iter__", "__getitem__")
        if type(owner) in self.ok:
            self.clear("held", type(owner))
        return found

    def star(self, owner: Any) -> Any:
        """``*owner``: taken whole, so that a range has to be of a sane length."""
        if type(owner) is range:
            return bounds.bounded(owner, 1_000_000)
        bounds.check_items("what the star spreads", owner)
        found = self.iter(owner)
        if type(owner) in self.ok:
            self.clear("held", type(owner))
        return found

    def context(self, owner: Any) -> Any:
        return self._open(owner, "used in a with statement", "__enter__", "__exit__")

    def acontext(self, owner: Any) -> Any:
        return self._open(owner, "used in a with statement", "__aenter__", "__aexit__")

    def mapping(self, owner: Any) -> Any:
        return self._open(owner, "unpacked", "keys", "__getitem__", "__iter__")

    def spread(self, owner: Any) -> Any:
        """What ``{**owner}`` and ``dict(owner)`` take: C code calls ``keys`` on it, whatever that is.

        A mapping of the agent's own is gone through here.
        """
        self.mapping(owner)
        cls = type(owner)
        if cls in _PLAIN_MAPPINGS:
            self.clear("spread", cls)
            return owner
        kind = self.decisions.kind(cls)
        if kind != kinds.AGENT and cls is not types.MappingProxyType:
            return owner
        if issubclass(cls, dict) and not _overrides(cls, "__iter__"):
            return owner
        try:
            keys = self.call(self.value(owner, "keys"))
        except AttributeError:
            return owner  # Python's own TypeError says it best
        return {key: owner[key] for key in self.iter(keys())}

    def viewed(self, value: Any) -> Any:
        """What stands beside ``|``, ``&``, ``^`` or ``-``."""
        return views.View(self, value) if type(value) in views.VIEWS else value

    def looked_into(self, owner: Any, by: str) -> Any:
        """What a function of the library is given, which may do anything with it."""
        if (
            self.decisions.kind(type(owner)) == kinds.FOREIGN
            and self.policy.instance_rule(owner) is None
            and not is_function_like(type(owner))
            and not any(owner is spec.value for spec in self.policy.functions.values())
        ):
            raise TypeRefused(
                f"{type(owner).__name__!r} object is not registered, so {by}() cannot look into it; "
                "it can be passed on and compared by identity"
            )
        return owner

    def given(self, value: Any) -> Any:
        """What a method of the agent's hands to the interpreter, which uses it by itself."""
        return self._open(
            value, "used", "__await__", "__iter__", "__next__", "__anext__", "__getitem__"
        )

    def given_awaited(self, value: Any) -> Any:
        """The same of ``__await__``, whose iterator has more called on it than a loop's."""
        return delegate(self, self.given(value))

    def delegated(self, owner: Any) -> Any:
        """What ``yield from`` goes through."""
        self.iter(owner)
        if self.decisions.kind(type(owner)) != kinds.AGENT:
            if type(owner) in self.ok:
                self.clear("delegated", type(owner))
            return owner
        return delegate(self, iter(owner))

    def subject(self, owner: Any) -> Any:
        """The subject of a match with sequence or mapping patterns."""
        if isinstance(owner, type) or not type(owner).__flags__ & _DESTRUCTURED:
            return owner  # neither sequence nor mapping: such patterns read nothing of it
        cls = type(owner)
        if self.decisions.kind(cls) == kinds.AGENT:
            self.check_matched(owner, cls)
        elif self.decisions.is_open(cls):
            self.clear("matched", cls)
        return self._open(owner, "matched against [..] or {..} patterns", "__getitem__", "__iter__")

    def check_matched(self, owner: Any, cls: type) -> None:
        """A mapping pattern calls ``get`` and ``keys`` of its subject by name."""
        if not is_mapping(cls):
            return
        check_mapping(cls)
        held = getattr(owner, "__dict__", ())
        # One that became a mapping later may have had its dictionary handed out.
        late = cls in self.exposed and not issubclass_plainly(cls)
        if late or any(name in held for name in MAPPED):
            raise TypeRefused(f"{cls.__name__!r} object cannot be matched against a mapping here")

    def added(self, value: Any, left: Any = MISSING) -> Any:
        """The right side of ``x += value``: where x is a list, value is iterated."""
        if self.decisions.is_open(type(value)):
            if type(value) not in kinds.HINTS:
                self.ok.add(type(value))
            return value
        if left is not MISSING and not isinstance(left, _EXTENDED):
            return value
        return self.iter(value)

    def merged(self, left: Any, right: Any) -> Any:
        """``left |= right``: a dict goes through pairs, which C code iterates one by one."""
        if isinstance(left, collections.abc.MutableMapping):
            right = methods.pairs(self, right)
        views.in_place(self, left, right)
        left |= right
        return left

    def intersected(self, left: Any, right: Any) -> Any:
        """``left &= right``"""
        views.in_place(self, left, right)
        left &= right
        return left

    def differed(self, left: Any, right: Any) -> Any:
        """``left ^= right``"""
        views.in_place(self, left, right)
        left ^= right
        return left

    def reduced(self, left: Any, right: Any) -> Any:
        """``left -= right``"""
        views.in_place(self, left, right)
        left -= right
        return left

    def unpack(self, value: Any, shape: tuple[Any, ...]) -> tuple[Any, ...]:
        """``value`` as nested tuples of the target's shape, every level through its guard."""
        items = list(bounds.bounded(self.iter(value)))
        star = next((i for i, part in enumerate(shape) if part == "*" or _is_starred(part)), None)
        if star is None:
            if len(items) != len(shape):
                few = len(items) < len(shape)
                raise ValueError(
                    f"not enough values to unpack (expected {len(shape)}, got {len(items)})"
                    if few
                    else f"too many values to unpack (expected {len(shape)})"
                )
            return tuple(
                self.unpack(item, part) if type(part) is tuple else item
                for item, part in zip(items, shape, strict=True)
            )
        after = len(shape) - star - 1
        if len(items) < len(shape) - 1:
            raise ValueError(
                f"not enough values to unpack (expected at least {len(shape) - 1}, "
                f"got {len(items)})"
            )
        middle = items[star : len(items) - after]
        parts: list[Any] = [
            self.unpack(item, part) if type(part) is tuple else item
            for item, part in zip(items[:star], shape[:star], strict=True)
        ]
        parts.extend(self.unpack(middle, shape[star][1]) if _is_starred(shape[star]) else middle)
        parts.extend(
            self.unpack(item, part) if type(part) is tuple else item
            for item, part in zip(items[len(items) - after :], shape[star + 1 :], strict=True)
        )
        return tuple(parts)


def issubclass_plainly(cls: type) -> bool:
    """Is this a mapping by what it derives from, rather than by a registration?"""
    return not {dict, collections.abc.Mapping}.isdisjoint(mro_of(cls))


def _overrides(cls: type, name: str) -> bool:
    found = find(cls, name)
    return found is not None and is_agent_class(found[0])


class SliceDoor:
    """A sequence in which a slice may be assigned."""

    __slots__ = ("_guards", "_owner")

    def __init__(self, guards: Protocols, owner: Any) -> None:
        self._guards = guards
        self._owner = owner

    def __getitem__(self, key: Any) -> Any:
        return self._owner[key]

    def __setitem__(self, key: Any, value: Any) -> None:
        if isinstance(key, slice):
            self._guards.iter(value)
        self._owner[key] = value


class _TypeAlias:
    """``type[int]``"""

    def __class_getitem__(cls, item: Any) -> Any:
        return types.GenericAlias(type, item)


def _is_starred(part: Any) -> bool:
    return type(part) is tuple and len(part) == 2 and part[0] == "*"


def _makes_hints(owner: Any) -> bool:
    """Does ``owner[x]`` make a hint, in code that says in its complaints what ``x`` looks like?"""
    if not isinstance(owner, type):
        return type(owner) in kinds.HINTS
    if find(type(owner), "__getitem__") is not None:
        return False
    found = find(owner, "__class_getitem__")
    return found is not None and not is_agent_function(getattr(found[1], "__func__", None))


class _Subscripted:
    """A class or a hint of which something is asked for in brackets."""

    __slots__ = ("_guards", "_owner")

    def __init__(self, guards: Protocols, owner: Any) -> None:
        self._guards = guards
        self._owner = owner

    def __getitem__(self, key: Any) -> Any:
        if not self.is_hint(key) or not self.is_hint(self._owner):
            raise TypeRefused("what stands in brackets after a type must be a type, or registered")
        return self._owner[key]

    def is_hint(self, key: Any) -> bool:
        if type(key) in (tuple, list):
            return all(self.is_hint(part) for part in key)
        return type(key) is type or bool(self._guards.texts.is_safe(key))
