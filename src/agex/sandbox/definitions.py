"""What agent code defines, in parts that can be stored; and back, through the sandbox's own compiler.

:class:`Definitions` is what a state is handed to store functions and classes with: *source* plus values,
never a code object. What comes back is compiled again under the policy in force, guarded, and lives in
the globals of the session at hand: one module, whichever process each definition was made in.

=============== ============================================================ ====================
recipe kind     what it is                                                   where
=============== ============================================================ ====================
function        a function or lambda of the agent's                          ``functions.py``
class, enum,    a class of the agent's                                       ``classes/``
named tuple
the others      what the sandbox hands out: views of modules, guarded twins  ``offered.py``
=============== ============================================================ ====================

Coming back runs no method and no class body of the agent's; what may run on the way (a ``__hash__``
in a set, a ``__subclasshook__``) is guarded code under a deadline.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import FunctionType, MethodType
from typing import Any, TypeAlias

from agex.errors import LimitReached, TypeRefused
from agex.policy import Policy
from agex.policy.stored import recall, record
from agex.sandbox import classes, clock, functions, offered
from agex.sandbox.guards import assigned
from agex.sandbox.origin import GUARDS_KEY, is_agent_class, is_agent_function
from agex.sandbox.session import Limits, Session

__all__ = ["Definitions", "Description"]

_CLASSES = frozenset({"class", "enum", "named tuple"})
Namespace: TypeAlias = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Description:
    """A definition in storable parts.

    Args:
        recipe: plain data, ``"name"`` and ``"source"`` among it where there are such.
        needs: values that must exist before the thing is made: closure cells, bases.
        parts: what it is given once it exists; may hold the thing itself.
        uses: the global names it mentions.
        namespace: the globals it lives in.
    """

    recipe: Mapping[str, Any]
    needs: tuple[Any, ...] = ()
    parts: Any = None
    uses: frozenset[str] = field(default=frozenset())
    namespace: Namespace | None = None


class Definitions:
    """Stores and makes again what agent code defines, under one policy.

    Args:
        policy: under which stored definitions are made; it need not be the one they were made under.
        limits: what may be spent on making one of them.
    """

    def __init__(self, policy: Policy, limits: Limits = Limits()) -> None:  # noqa: B008  # frozen
        self.policy = policy
        self.limits = limits
        self._recipes: dict[int, tuple[Any, Mapping[str, Any], Namespace]] = {}

    def owns(self, value: object) -> bool:
        """Whether agent code, or the sandbox on its behalf, made this."""
        if type(value) is FunctionType:
            return is_agent_function(value) or offered.owns_function(value)
        if isinstance(value, type):
            return is_agent_class(value) or offered.owns_class(value)
        if type(value) is MethodType:
            return offered.owns_method(value)
        return offered.owns_type(type(value))

    def describe(self, value: Any) -> Description:
        """An owned value in storable parts.

        Raises:
            TypeError: it cannot be stored; the message says what to keep instead.
        """
        if is_agent_function(value):
            recipe, cells, uses = functions.recipe_of(value)
            parts = functions.parts_of(value)
            return Description(recipe, cells, parts, uses, value.__globals__)
        if isinstance(value, type) and is_agent_class(value):
            made = classes.describe(value)
        else:
            made = offered.describe(value)
        recipe, needs, parts, namespace = made
        return Description(recipe, needs, parts, frozenset(), namespace)

    def create(
        self,
        recipe: Mapping[str, Any],
        needs: tuple[Any, ...],
        namespace: Namespace,
        is_bound: Callable[[str], bool],
    ) -> Any:
        """The thing itself, living in ``namespace``; :meth:`fill` gives it the rest.

        Args:
            is_bound: whether the namespace has a name, be it loaded or not.

        Raises:
            Exception: this policy, or this Python, does not allow it.
        """
        self._furnish(namespace)
        kind = recipe["kind"]
        if kind == "function":
            return functions.make(recipe, needs, namespace, clock.needs_flags(), is_bound)
        if kind not in _CLASSES:
            return offered.make(recipe, needs, namespace)
        with self.limited():
            made = classes.make(recipe, needs, namespace)
        self._recipes[id(made)] = (made, recipe, namespace)
        return made

    def fill(self, value: Any, parts: Any) -> None:
        """Give a created value what could not exist before it."""
        if is_agent_function(value):
            functions.fill(value, parts)
            return
        entry = self._recipes.pop(id(value), None)
        if entry is None:
            offered.fill(value, parts)
            return
        _, recipe, namespace = entry
        with self.limited():
            classes.fill(value, recipe, parts or {}, namespace[GUARDS_KEY])

    def capabilities(self, namespace: Namespace) -> bytes:
        """What the code that lives in ``namespace`` may do: its rules, and no live object."""
        guards = namespace.get(GUARDS_KEY)
        return record(self.policy if guards is None else guards.policy)

    def within(self, capabilities: bytes) -> Definitions:
        """These definitions for code that may do what both this policy and ``capabilities`` allow.

        Raises:
            Exception: they cannot be read by this version of agex.
        """
        return Definitions(recall(capabilities, self.policy), self.limits)

    def reserved(self, namespace: Namespace) -> Mapping[str, Any]:
        """Names in a session's globals that are not the agent's own while they have these values."""
        found: Mapping[str, Any] = namespace.get("$hidden", {})
        return found

    def restored(self, value: Any) -> None:
        """An instance of an agent-made class has its attributes again.

        Where one of them can be called, calls of that name are checked one by one from now on, as
        if agent code had just assigned it.
        """
        try:
            held = object.__getattribute__(value, "__dict__")
        except AttributeError:
            return
        assigned([name for name, item in held.items() if callable(item)])

    @contextmanager
    def limited(self) -> Iterator[None]:
        """Inside, agent code that loading runs into (a ``__hash__``) is stopped in time.

        Raises:
            TypeError: it was.
        """
        try:
            with clock.running(clock.Deadline(self.limits.timeout_seconds)):
                yield
        except LimitReached as reached:
            raise TypeRefused(f"loading it took too long: {reached}") from None

    def _furnish(self, namespace: Namespace) -> None:
        """Guards and builtins for globals that no session works in yet."""
        if GUARDS_KEY not in namespace:
            namespace["$session"] = Session(self.policy, namespace=namespace, limits=self.limits)
