"""What a state is to those who use it, and what it asks of the sandbox's definitions.

A *state* is a mutable mapping of names to values. Below it, each agent works in its own *namespace*,
found by a path: ``""`` is the mapping itself, the namespace of the agent a caller asks; a sub-agent's
is ``"worker"``, and so on. A namespace has one plain dict, ``globals``, for as long as the state
object lives, so that functions made in an earlier call keep seeing the module they were made in.

How a task uses a namespace, action by action::

    state.settle()                                    # what the caller changed since the last call
    absent = space.load(names the source mentions)   # values come from the store by name
    result = session.run(source)                      # the session's globals are space.globals
    saved = space.commit(result.touched, message=…, events=…)
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Any, Protocol, runtime_checkable

from agex.errors import StateError


@dataclass(frozen=True, slots=True)
class Description:
    """An agent-made function or class (or another thing the sandbox owns) in storable parts.

    Args:
        recipe: plain data: strings, numbers, lists, dicts. ``"name"`` and ``"source"`` are shown
            to people. Never a code object.
        needs: values that must exist before the thing is made (bases, closure cells, decorators).
        parts: a value handed to ``fill`` once the thing exists (defaults, attributes); it may hold
            the thing itself.
        uses: the global names it mentions, so that they are loaded with it.
        namespace: the globals it lives in, by identity.
    """

    recipe: Mapping[str, Any]
    needs: tuple[Any, ...] = ()
    parts: Any = None
    uses: frozenset[str] = frozenset()
    namespace: dict[str, Any] | None = None


class DefinitionCodec(Protocol):
    """The sandbox's side of storing what agents define: as source, through its own compiler."""

    def owns(self, value: object) -> bool:
        """Whether agent code made this function or class, or the sandbox did on its behalf.

        For anything but functions and classes the answer depends on the type alone. Instances of
        agent-made classes are not owned; they are stored by their layout.
        """
        ...

    def describe(self, value: Any) -> Description:
        """An owned value in storable parts."""
        ...

    def create(
        self,
        recipe: Mapping[str, Any],
        needs: tuple[Any, ...],
        namespace: dict[str, Any],
        is_bound: Callable[[str], bool],
    ) -> Any:
        """A new value from its recipe, living in ``namespace``.

        ``is_bound`` says whether that has a name, be it loaded already or only stored.
        """
        ...

    def fill(self, value: Any, parts: Any) -> None:
        """Give a created value the parts that could not exist before it."""
        ...

    def capabilities(self, namespace: dict[str, Any]) -> bytes:
        """What the code that lives in ``namespace`` may do, to be kept beside it."""
        ...

    def within(self, capabilities: bytes) -> DefinitionCodec:
        """This codec, for code that may do what both say and no more."""
        ...

    def reserved(self, namespace: dict[str, Any]) -> Mapping[str, Any]:
        """Names in a session's globals that are not the agent's while they have these values."""
        ...

    def restored(self, value: Any) -> None:
        """An instance of an agent-made class has its attributes again."""
        ...

    def limited(self) -> AbstractContextManager[None]:
        """Inside, agent code that loading runs into (a ``__hash__``) is stopped in time.

        Raises:
            Exception: on leaving, if it was.
        """
        ...


def checked_name(name: object) -> str:
    """A name that a program may give a value in a state.

    Raises:
        TypeError: it is not text.
        StateError: it is one of those that make a module work.
    """
    if not isinstance(name, str):
        raise TypeError(f"names in a state are text, not {type(name).__name__}")
    if is_machinery(name):
        raise StateError(
            f"{name!r} cannot be a name in a state; names are those of Python variables"
        )
    return name


def is_machinery(name: str) -> bool:
    """Whether a name in a module's globals belongs to the interpreter or to the sandbox."""
    return "$" in name or name in ("__builtins__", "__name__", "")


class Missing:
    """Stands where a value could not be stored or read back; remembers what it was.

    ``what`` is its type (``"sqlite3.Cursor"``), ``why`` the reason.
    """

    __slots__ = ("what", "why")

    def __init__(self, what: str, why: str) -> None:
        self.what = what
        self.why = why

    def __reduce__(self) -> tuple[Any, ...]:
        return (Missing, (self.what, self.why))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Missing) and (self.what, self.why) == (other.what, other.why)

    def __hash__(self) -> int:
        return hash((self.what, self.why))

    def __repr__(self) -> str:
        return f"<missing: {self}>"

    def __str__(self) -> str:
        return f"was a {self.what}, which was not kept ({self.why}); make it again"


@dataclass(frozen=True, slots=True)
class Saved:
    """What one commit did. ``commit`` is ``None`` where a state keeps no history.

    ``left_out`` tells, by name, what stays usable in this process and was not stored.
    """

    commit: str | None = None
    added: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    left_out: Mapping[str, str] = field(default_factory=dict)


class Log(Protocol):
    """A list that only grows: a conversation, say. Items are data or agex's own dataclasses."""

    def append(self, item: Any) -> None:
        """Add an item; the next commit of the namespace stores it."""
        ...

    def read(self) -> tuple[Any, ...]:
        """Every item, oldest first."""
        ...

    def backwards(self) -> Iterator[Any]:
        """The items newest first, read as they are asked for."""
        ...

    def __len__(self) -> int: ...


class Namespace(Protocol):
    """One agent's part of a state; the top of this module shows its use."""

    path: str
    globals: dict[str, Any]
    reserved: Mapping[str, Any]
    """Names that are not the agent's while they are bound to these very values: what the policy
    binds, and the arguments of the running task. They are not stored."""
    pinned: frozenset[str]
    """Those of them that stand before stored names: arguments. A stored name that was the agent's own
    rebinding of a registered one is loaded over it; under an argument it waits until the run is over."""
    bind: Callable[[str, Any], None] | None
    """Called to bind what is loaded, where a session must know; otherwise ``globals`` is written to."""

    def names(self) -> list[str]:
        """Every stored name, loaded or not, sorted."""
        ...

    def load(self, names: Iterable[str] | None = None) -> dict[str, Missing]:
        """Bring names (all of them without an argument), and what they use, into ``globals``.

        Returns those that cannot be had: they are not bound, and say what they were.
        """
        ...

    def light(self, names: Iterable[str]) -> list[str]:
        """Those of the names whose values are in memory or quickly loaded, in their order."""
        ...

    def holes(self, names: Iterable[str]) -> dict[str, tuple[str, ...]]:
        """Of the loaded names, those whose values came back without parts of these types."""
        ...

    def log(self, name: str) -> Log:
        """The append-only list under ``name``."""
        ...

    def commit(
        self,
        touched: Iterable[str] | None = None,
        *,
        message: str = "",
        agent: str = "",
        task: str = "",
        events: Sequence[Any] = (),
    ) -> Saved:
        """Store what changed among ``touched``, the names the action could have reached.

        Without ``touched``, everything that is loaded is examined.

        Raises:
            ConflictError: another process moved the branch; nothing was stored.
            StoreError: the store failed; nothing was stored.
        """
        ...


@runtime_checkable
class State(Protocol):
    """A mutable mapping of names to values with a namespace for each agent path."""

    def namespace(self, path: str = "", *, definitions: DefinitionCodec | None = None) -> Namespace:
        """The namespace at ``path``; the same object each time. ``definitions`` binds the codec."""
        ...

    def paths(self) -> list[str]:
        """The paths that have a namespace, sorted."""
        ...

    def settle(self, message: str = "") -> Saved:
        """Commit what the host changed; a task calls it before its first action."""
        ...

    def events(self) -> tuple[Any, ...]:
        """Everything that happened, oldest first, each event with its commit."""
        ...

    def __getitem__(self, name: str) -> Any: ...
    def __setitem__(self, name: str, value: Any) -> None: ...
    def __delitem__(self, name: str) -> None: ...
    def __contains__(self, name: object) -> bool: ...
