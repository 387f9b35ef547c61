"""What happens when agent code gives a builtin's name another meaning: code compiled before sees it."""

from __future__ import annotations

import builtins as real
from collections.abc import Mapping
from typing import Any

from agex.errors import TypeRefused
from agex.sandbox import tables
from agex.sandbox.guards import Guards
from agex.sandbox.inference import ITERABLE_RESULTS, RESULTS

_MISSING: Any = object()

#: The exact classes of what builtins give, where compiled code counts on it.
_EXACT: dict[str, type] = {
    **{name: getattr(real, kind) for name, kind in RESULTS.items()},
    **{cls.__name__: cls for cls in (range, enumerate, zip)},
}


class Shadowed:
    """Calls a builtin's name as it is bound now."""

    __slots__ = ("guards", "name", "original")

    def __init__(self, guards: Guards, name: str, original: Any) -> None:
        self.guards = guards
        self.name = name
        self.original = original

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        space = self.guards.globals
        value = space.get(self.name, _MISSING)
        if value is _MISSING or space["$hidden"].get(self.name, _MISSING) is value:
            return self.original(*args, **kwargs)
        result = self.guards.call(value)(*args, **kwargs)
        # Code compiled while the name meant the builtin leaves out guards on the ground of its result.
        if self.name in _EXACT:
            fits = type(result) is _EXACT[self.name]
        else:
            fits = self.name not in ITERABLE_RESULTS or type(result) in self.guards.ok
        if not fits:
            raise TypeRefused(
                f"{self.name}() was given a new meaning after this code was written, and gave "
                f"a {type(result).__name__}; define what calls it again"
            )
        return result


class Shadows:
    """Which builtins' names agent code of one session has bound."""

    __slots__ = ("_guards", "_names", "_space")

    def __init__(self, guards: Guards, space: dict[str, Any]) -> None:
        self._guards = guards
        self._space = space
        self._names: set[str] = set()

    def names(self) -> frozenset[str]:
        """The names that may mean something else than the builtin."""
        return frozenset(self._names)

    def add(self, name: str) -> None:
        """Agent code binds a builtin's name: calls compiled before see its value from now on."""
        known = name in self._names
        self._names.add(name)
        if known or name not in tables.OFFERED_CALLS:
            return
        space = self._space
        for key in (f"$b_{name}", f"$n_{name}", f"${name}"):
            original = space.get(key, _MISSING)
            if original is not _MISSING and key != "$type":
                space[key] = Shadowed(self._guards, name, original)

    def notice(self, hidden: Mapping[str, Any]) -> None:
        """Find builtins' names that were bound without :meth:`add` being told."""
        space = self._space
        for name in tables.OFFERED & space.keys():
            if name not in self._names and hidden.get(name, _MISSING) is not space[name]:
                self.add(name)
