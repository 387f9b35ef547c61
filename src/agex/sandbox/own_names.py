"""Which names of a session's globals are the agent's own: a mapping of those, for the host to change."""

from __future__ import annotations

from collections.abc import Iterator, MutableMapping
from typing import Any, Protocol

_MISSING: Any = object()


class _Home(Protocol):
    @property
    def globals(self) -> dict[str, Any]: ...
    def bind(self, name: str, value: Any) -> None: ...


def is_own(name: str) -> bool:
    """Not a name of the machinery: a guard's, or one that every module has."""
    return "$" not in name and name not in ("__name__", "__builtins__", "__annotations__")


class Names(MutableMapping[str, Any]):
    """The agent's own names: no guards, no builtins, nothing registered unless it was bound anew."""

    __slots__ = ("_session",)

    def __init__(self, session: _Home) -> None:
        self._session = session

    def _has(self, name: Any) -> bool:
        space = self._session.globals
        return (
            type(name) is str
            and "$" not in name
            and name in space
            and not name.startswith("__builtins__")
            and name not in ("__name__", "__annotations__")
            and space["$hidden"].get(name, _MISSING) is not space[name]
        )

    def __getitem__(self, name: str) -> Any:
        if not self._has(name):
            raise KeyError(name)
        return self._session.globals[name]

    def __setitem__(self, name: str, value: Any) -> None:
        if not name.isidentifier():
            raise KeyError(f"{name!r} cannot be a name")
        self._session.bind(name, value)

    def __delitem__(self, name: str) -> None:
        if not self._has(name):
            raise KeyError(name)
        hidden = self._session.globals["$hidden"]
        if name in hidden:
            self._session.globals[name] = hidden[name]
        else:
            del self._session.globals[name]

    def __iter__(self) -> Iterator[str]:
        return iter([name for name in self._session.globals if self._has(name)])

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def __repr__(self) -> str:
        return f"<names: {', '.join(self)}>"
