"""``Live``: a state in this process's memory, for any object, without a history."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, MutableMapping, Sequence
from typing import Any

from agex.state.protocol import DefinitionCodec, Missing, Saved, checked_name


class LiveLog:
    """A list that only grows."""

    def __init__(self) -> None:
        self._items: list[Any] = []

    def append(self, item: Any) -> None:
        """Add an item."""
        self._items.append(item)

    def extend(self, items: Iterable[Any]) -> None:
        """Add several items."""
        self._items.extend(items)

    def read(self) -> tuple[Any, ...]:
        """Every item, oldest first."""
        return tuple(self._items)

    def backwards(self) -> Iterator[Any]:
        """The items newest first."""
        yield from reversed(self.read())

    def __len__(self) -> int:
        return len(self._items)

    def __iter__(self) -> Iterator[Any]:
        return iter(self.read())


class LiveNamespace:
    """See :class:`~agex.state.protocol.Namespace`; everything is loaded, and commits keep events."""

    def __init__(self, state: Live, path: str) -> None:
        self.path = path
        self.globals: dict[str, Any] = {}
        self.reserved: Mapping[str, Any] = {}
        self.pinned: frozenset[str] = frozenset()
        self.bind: Callable[[str, Any], None] | None = None
        self._state = state
        self._logs: dict[str, LiveLog] = {}
        self._known: dict[str, Any] = {}

    def names(self) -> list[str]:
        """Every name that is not the policy's own, sorted."""
        return sorted(
            name
            for name, value in self.globals.items()
            if self.reserved.get(name, self) is not value
            and "$" not in name
            and not (name.startswith("__") and name.endswith("__"))
        )

    def load(self, names: Iterable[str] | None = None) -> dict[str, Missing]:
        """Nothing to load, and nothing is ever missing."""
        return {}

    def light(self, names: Iterable[str]) -> list[str]:
        """All of them: everything is in memory."""
        return list(names)

    def holes(self, names: Iterable[str]) -> dict[str, tuple[str, ...]]:
        """None: nothing is stored, so nothing is left out."""
        return {}

    def log(self, name: str) -> LiveLog:
        """The append-only list under ``name``."""
        return self._logs.setdefault(name, LiveLog())

    def commit(
        self,
        touched: Iterable[str] | None = None,
        *,
        message: str = "",
        agent: str = "",
        task: str = "",
        events: Sequence[Any] = (),
    ) -> Saved:
        """Keep the events; says which names came, went, or are bound to something else."""
        now = {name: self.globals[name] for name in self.names()}
        was, self._known = self._known, now
        self._state._events.extend(events)
        return Saved(
            added=tuple(name for name in now if name not in was),
            changed=tuple(name for name in now if name in was and was[name] is not now[name]),
            removed=tuple(name for name in was if name not in now),
        )


class Live(MutableMapping[str, Any]):
    """Named values that live as long as this object: any value at all, nothing is stored.

    Example:
        >>> state = Live()
        >>> state["rows"] = [1, 2]
        >>> state.namespace().globals["rows"]
        [1, 2]
    """

    def __init__(self, values: Mapping[str, Any] | None = None) -> None:
        self._spaces: dict[str, LiveNamespace] = {}
        self._events: list[Any] = []
        self._lock = threading.Lock()
        self.namespace().globals.update(values or {})

    def namespace(
        self, path: str = "", *, definitions: DefinitionCodec | None = None
    ) -> LiveNamespace:
        """The namespace at ``path``; the same object each time."""
        with self._lock:
            found = self._spaces.get(path)
            if found is None:
                found = self._spaces[path] = LiveNamespace(self, path)
            return found

    def settle(self, message: str = "") -> Saved:
        """Nothing to do: what the host changed is there."""
        return Saved()

    def paths(self) -> list[str]:
        """The paths that have a namespace, sorted."""
        return sorted(self._spaces)

    def events(self) -> tuple[Any, ...]:
        """Everything that happened, oldest first."""
        return tuple(self._events)

    def __getitem__(self, name: str) -> Any:
        if name not in self:
            raise KeyError(name)
        return self.namespace().globals[name]

    def __setitem__(self, name: str, value: Any) -> None:
        self.namespace().globals[checked_name(name)] = value

    def __delitem__(self, name: str) -> None:
        if name not in self:
            raise KeyError(name)
        del self.namespace().globals[name]

    def __contains__(self, name: object) -> bool:
        return name in self.namespace().names()

    def __iter__(self) -> Iterator[str]:
        return iter(self.namespace().names())

    def __len__(self) -> int:
        return len(self.namespace().names())

    def __repr__(self) -> str:
        return f"<Live with {len(self)} names>"
