"""Is the interpreter's own text of a value safe: does it reach nothing unregistered, and stay short?"""

from __future__ import annotations

import collections
import collections.abc
import contextlib
import dataclasses
import enum
import inspect
import itertools
import re
import types
from typing import Any
from weakref import WeakSet

from agex.errors import SizeRefused
from agex.sandbox import kinds, tables
from agex.sandbox.decisions import Decisions
from agex.sandbox.formatting.generated import held, shown_fields
from agex.sandbox.formatting.plain import (
    DEPTH,
    MAPPINGS,
    PLAIN,
    SEQUENCES,
    USER_CONTAINERS,
    is_twin,
)
from agex.sandbox.opaque import Type, ViewMeta
from agex.sandbox.origin import args_of, find, is_agent_class, is_agent_function

#: Characters one text may have.
MAX_TEXT = 20_000_000
#: What is taken for the length of a text that says little more than a type's name.
_SHORT = 60

#: Methods made for dataclasses and named tuples of agents, which write through a ``Texts``; of the
#: whole process, because a class outlives the session that it was made in.
_OWN_TEXTS: WeakSet[Any] = WeakSet()


class Safety:
    """The ground floor of the texts: what may be left to the interpreter, and what is cut from it."""

    def __init__(self, decisions: Decisions) -> None:
        self.decisions = decisions
        self.own_texts = _OWN_TEXTS

    def clean(self, text: str) -> str:
        """Names of our own machinery do not appear in what agent code reads."""
        if "<module>.<locals>." in text:
            text = text.replace("<module>.<locals>.", "")
        if tables.HOME in text:
            # Python names a class of the main module without it in its messages: 'C' object has …
            text = _IN_MESSAGE.sub("'", text).replace(f"{tables.HOME}.", f"{tables.MAIN}.")
        if _PARTIALS in text:
            text = text.replace(_PARTIALS, "functools.partial")
        return text

    def has_own(self, cls: type, name: str) -> bool:
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
        return self._safe(value, {}, 0) is not None

    def is_safe_as(self, value: Any, cls: type) -> bool:
        """The same of a container, whose text is asked for as that of the builtin ``cls``."""
        return self._safe_container(value, cls, {}, 0) is not None

    def _safe(self, value: Any, seen: dict[int, int | None], depth: int) -> int | None:
        """An estimate of the length of the text, or None where it is not safe."""
        cls = type(value)
        if cls in PLAIN:
            return len(value) if cls in (str, bytes, bytearray) else 8
        if cls is object:
            return 40
        key = id(value)
        if key in seen:
            return seen[key]
        if depth > DEPTH:
            return None
        seen[key] = 3
        size: int | None
        if cls is types.MethodType:
            size = None if is_twin(value) else self._safe(value.__self__, seen, depth + 1)
        elif cls is types.FunctionType and is_twin(value):
            size = None
        elif cls is slice:
            size = self._safe((value.start, value.stop, value.step), seen, depth + 1)
        elif cls in SEQUENCES or cls in MAPPINGS or cls in kinds.INTERNAL_MEMBERS:
            size = self._safe_container(value, cls, seen, depth)
        else:
            size = self._safe_object(value, cls, seen, depth)
        seen[key] = size
        if size is not None and size > MAX_TEXT:
            raise SizeRefused(
                f"the text of this {cls.__name__} would have about {size:,} characters; "
                "look at a part of it"
            )
        return size

    def _safe_container(
        self, value: Any, cls: type, seen: dict[int, int | None], depth: int
    ) -> int | None:
        if cls in MAPPINGS:
            keys, values = list(dict.keys(value)), list(dict.values(value))
            if cls is collections.defaultdict:
                values.append(value.default_factory)
        elif cls in (_KEYS, _VALUES, _ITEMS):
            keys, values = [], list(value)
        elif cls is types.MappingProxyType:
            keys, values = [], [dict(value)]
        elif cls in SEQUENCES:
            keys, values = [], list(value)
        elif cls in (types.GenericAlias, types.UnionType):
            keys, values = [], list(value.__args__)
        elif cls is itertools.repeat:
            return None if depth else self._safe(_repeated(value), seen, depth + 1)
        else:
            return _SHORT  # iterators and generators: their repr names the type
        total = 2
        for part in (keys, values):
            types_ = set(map(type, part))
            if PLAIN.issuperset(types_):
                lengthy = types_ & {str, bytes, bytearray}
                total += sum(map(len, part)) if lengthy == types_ and part else 8 * len(part)
                continue
            for item in part:
                size = self._safe(item, seen, depth + 1)
                if size is None:
                    return None
                total += size + 2
        return total

    def _safe_object(
        self, value: Any, cls: type, seen: dict[int, int | None], depth: int
    ) -> int | None:
        if isinstance(value, type):
            known = value is Type or type(value) in (type, ViewMeta)
            return _SHORT if known or self.decisions.is_known_class(value) else None
        kind = self.decisions.kind(cls)
        if kind == kinds.REGISTERED and (names := shown_fields(cls)) is not None:
            return self._safe(held(value, names), seen, depth + 1)
        if cls.__module__.startswith(_TELLING):
            return None
        if kind in (kinds.FUNCTION, kinds.MODULE, kinds.REGISTERED):
            return _SHORT
        if kind == kinds.EXCEPTION:
            return self._safe(args_of(value), seen, depth + 1)
        if kind == kinds.LANGUAGE:
            return self._safe_language(value, cls, seen, depth)
        if kind == kinds.AGENT:
            return self._safe_own(value, cls, seen, depth)
        return None

    def _safe_language(
        self, value: Any, cls: type, seen: dict[int, int | None], depth: int
    ) -> int | None:
        """Of the curated classes: what of it their text shows."""
        if cls is types.SimpleNamespace:
            return self._safe(vars(value), seen, depth + 1)
        if cls is collections.ChainMap:
            return self._safe(value.maps, seen, depth + 1)
        if isinstance(value, USER_CONTAINERS):
            return self._safe(value.__dict__.get("data"), seen, depth + 1)
        for name in _SHOWN_FIELDS.get(cls, ("__args__", "__metadata__")):
            if self._safe(getattr(value, name, None), seen, depth + 1) is None:
                return None
        if isinstance(value, enum.Enum):
            return self._safe(value._value_, seen, depth + 1)
        return _SHORT

    def _safe_own(
        self, value: Any, cls: type, seen: dict[int, int | None], depth: int
    ) -> int | None:
        """Of the agent's own classes: a text that they write, or that of what they derive from."""
        if self.has_own(cls, "__repr__"):
            return _SHORT
        if isinstance(value, BaseException):
            return self._safe(args_of(value), seen, depth + 1)
        if isinstance(value, enum.Enum):
            return self._safe(value._value_, seen, depth + 1)
        for base in (*SEQUENCES, *MAPPINGS):
            if isinstance(value, base):
                return self._safe_container(value, base, seen, depth)
        if isinstance(value, USER_CONTAINERS):
            return self._safe(value.__dict__.get("data"), seen, depth + 1)
        if isinstance(value, (int, float, complex, str, bytes, bytearray)):
            return _SHORT
        writer: type = find(cls, "__repr__")[0]  # type: ignore[index]  # object has it
        if (names := shown_fields(cls)) is not None:
            return self._safe(held(value, names), seen, depth + 1)
        known = writer is object or self.decisions.kind(writer) == kinds.REGISTERED
        return _SHORT if known else None


def _repeated(value: Any) -> Any:
    """What ``itertools.repeat(x, n)`` would show."""
    return value.__reduce__()[1]


_IN_MESSAGE = re.compile(rf"(?<!<class )'{tables.HOME}\.(?=[\w.]+' object )")
_PARTIALS = f"{kinds.OwnPartial.__module__}.partial"
#: Attributes of the language's own objects that their text shows.
_SHOWN_FIELDS: dict[type, tuple[str, ...]] = {
    kinds.OwnPartial: ("func", "args", "keywords"),
    kinds.OwnPartialMethod: ("func", "args", "keywords"),
    dataclasses.Field: ("default", "default_factory", "metadata", "type"),
    dataclasses.InitVar: ("type",),
    enum.auto: ("value",),
    staticmethod: ("__func__",),
    classmethod: ("__func__",),
    contextlib.nullcontext: (),
    inspect.Signature: ("parameters", "return_annotation"),
    inspect.Parameter: ("default", "annotation"),
    inspect.BoundArguments: ("arguments",),
    collections.abc.KeysView: ("_mapping",),
    collections.abc.ValuesView: ("_mapping",),
    collections.abc.ItemsView: ("_mapping",),
}
#: A task shows the ``repr`` of its result, a queue that of its items.
_TELLING = ("asyncio", "_asyncio")
_KEYS: type = type({}.keys())
_VALUES: type = type({}.values())
_ITEMS: type = type({}.items())
