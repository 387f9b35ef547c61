"""A session: one module's worth of agent code, run an action at a time under a policy and limits.

``Session(policy).run(source)`` takes source in and gives a :class:`Result` back: what was printed, the
value of a last bare expression, the error with a short traceback, and what the action set. It never
raises for what agent code does.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Set
from types import FunctionType
from typing import Any

from agex.errors import LimitReached, SyntaxRefused, TaskFinished
from agex.policy import Policy
from agex.sandbox import clock, event_loops, sources, tables
from agex.sandbox.closed_over import ClosedOver
from agex.sandbox.compiler import Compiled, compile_action
from agex.sandbox.decisions import ModuleView
from agex.sandbox.described import described
from agex.sandbox.guard_names import _go, _without_traceback, fill
from agex.sandbox.guards import Guards, assigned
from agex.sandbox.origin import GUARDS_KEY
from agex.sandbox.outlet import Put, outlet_of
from agex.sandbox.own_names import Names, is_own
from agex.sandbox.reach import reached
from agex.sandbox.results import Limits, Result, Returned
from agex.sandbox.shadowing import Shadowed, Shadows
from agex.sandbox.suspended import close_suspended

# ``_go``, ``_without_traceback``, ``Returned`` and ``Shadowed``: functions pickled by earlier versions
# look for them here.
__all__ = ["Limits", "Result", "Returned", "Session", "Shadowed", "_go", "_without_traceback"]

_MISSING: Any = object()
_CONTAINERS = frozenset({list, dict, set, tuple, str})


def _is_steady(value: Any) -> bool:
    cls = type(value)
    return cls in _CONTAINERS or issubclass(cls, (ModuleView, type))


class Session:
    """A persistent namespace in which agent code runs.

    Args:
        policy: what the code may reach.
        namespace: a dict that becomes the globals of agent code, so that functions made in an earlier
            session over the same dict keep seeing its names. Mutated.
        inputs: variables to begin with, also attributes of ``inputs``.
        limits: what each action may take.
        verbs: further functions by name, such as ``task_success``; they are called unguarded.
    """

    def __init__(
        self,
        policy: Policy,
        *,
        namespace: dict[str, Any] | None = None,
        inputs: Mapping[str, Any] | None = None,
        limits: Limits = Limits(),  # noqa: B008  # frozen
        verbs: Mapping[str, Callable[..., Any]] | None = None,
    ) -> None:
        self.policy = policy
        self.limits = limits
        self.globals: dict[str, Any] = {} if namespace is None else namespace
        self._ended: TaskFinished | None = None
        self.outlet = outlet_of(self.globals, limits.max_output)
        #: Annotations are texts, since a block said ``from __future__ import annotations``.
        self.future = False
        #: Called when one does, by whoever keeps that for sessions to come.
        self.on_future: Callable[[], object] | None = None
        self._flags = clock.needs_flags()
        self.guards = Guards(policy)
        self.guards.globals = self.globals
        self._shadows = Shadows(self.guards, self.globals)
        fill(self, verbs or {}, inputs or {})
        given = (*(inputs or {}), *(("inputs",) if inputs else ()))
        self._closed_over = ClosedOver(
            self.globals, (n for n in given if n not in tables.OFFERED and n.isidentifier())
        )
        clock.watch_session(self)

    # ------------------------------------------------------------ what runs

    def run(self, source: str) -> Result:
        """Run one action.

        A ``KeyboardInterrupt`` of the person passes; everything else ends up in the result.
        """
        started = time.perf_counter()
        self._ended = None
        outer, self.outlet.now = self.outlet.now, Put(self.limits.max_output)
        try:
            return self._run(source, started)
        finally:
            self.outlet.now = outer  # an action that called the host, who ran this one, goes on

    def _run(self, source: str, started: float) -> Result:
        try:
            compiled = self._compile(source)
        except (SyntaxRefused, SyntaxError) as refused:
            return self._result(refused, source, (), frozenset(), started)
        starred = "$star" in compiled.code.co_names  # which binds what nobody has spelled out
        known = dict(self.globals) if starred else self.globals
        before = {name: known.get(name, _MISSING) for name in compiled.bound}
        error = self._execute(compiled)
        if starred:
            found = self.globals.keys() - known.keys()
            before.update((name, _MISSING) for name in found if is_own(name))
        assigned = self._changed(before)
        touched = reached(self.globals, compiled.used | before.keys())
        return self._result(error, source, assigned, touched, started)

    def _changed(self, before: Mapping[str, Any]) -> tuple[str, ...]:
        """The names that mean something else than before and are still there, in order."""
        space = self.globals
        changed = {
            name
            for name, value in before.items()
            if (now := space.get(name, _MISSING)) is not value and now is not _MISSING
        }
        found: list[str] = []
        for name in reversed(space):  # new names come last, and the guards' hundreds first
            if len(found) == len(changed):
                break
            if name in changed:
                found.append(name)
        return tuple(reversed(found))

    def _compile(self, source: str) -> Compiled:
        compiled = compile_action(
            source,
            shadowed=self._shadows.names(),
            flags=self._flags,
            future=self.future,
            max_source=self.limits.max_source,
            steady=self._steady,
            known=self.globals,
            arguments=self._closed_over.names,
        )
        if compiled.future and not self.future:
            self.future = True
            if self.on_future is not None:
                self.on_future()
        for name in compiled.bound & tables.OFFERED:
            self.shadow(name)
        # Of two sessions in one namespace, code meets the guards of the later one.
        self.globals[GUARDS_KEY].provide(compiled.keys)
        for name in compiled.callees:
            self.globals.setdefault(name, None)
        assigned(compiled.assigned)
        clock.watch_code(compiled.code)
        sources.keep(compiled.code)
        return compiled

    def _steady(self, names: Set[str]) -> dict[str, type]:
        """Those of the names that mean modules, classes and containers, and their types."""
        space = self.globals
        return {n: type(space[n]) for n in names if n in space and _is_steady(space[n])}

    def _execute(self, compiled: Compiled) -> BaseException | None:
        self._closed_over.settle()
        closure = self._closed_over.closure(compiled.code)
        function = FunctionType(compiled.code, self.globals, "<module>", None, closure)
        try:
            return self._run_within_limits(function, compiled)
        finally:
            self._closed_over.settle()

    def _run_within_limits(
        self, function: FunctionType, compiled: Compiled
    ) -> BaseException | None:
        deadline = clock.Deadline(self.limits.timeout_seconds, self.limits.max_memory)
        try:
            with clock.running(deadline), self.guards.display:
                value = function()
                if compiled.is_async:
                    value = event_loops.drive(value, self.policy.module("asyncio") is not None)
                if type(value) is Returned:
                    self._ended = TaskFinished("success", value.value)
            error: BaseException | None = None
        except TaskFinished as finished:
            if self._ended is None:
                self._ended = finished
            return None
        except BaseException as raised:
            if isinstance(raised, KeyboardInterrupt):
                raise
            error = raised
        if self.outlet.now.limit is not None:
            error = self.outlet.now.limit
        elif deadline.expired is not None and not isinstance(error, LimitReached):
            # Agent code swallowed the signal, or C code wrapped it: the clock has the last word.
            error = deadline.stop()
        if isinstance(error, LimitReached):
            # Where the limit landed before an __exit__, print would go on into what it was sent to.
            self.guards.redirects.clear()
        if self._ended is not None and not isinstance(error, LimitReached):
            return None
        return error

    def _result(
        self,
        error: BaseException | None,
        source: str,
        assigned: tuple[str, ...],
        touched: frozenset[str],
        started: float,
    ) -> Result:
        text = ""
        if error is not None:
            text = described(error, self.guards, source, self.limits.timeout_seconds)
        return Result(
            error=error,
            traceback=text,
            stdout="".join(self.outlet.now.pieces),
            output=self.outlet.now.output,
            ended=self._ended,
            assigned=assigned,
            touched=touched,
            images=tuple(self.outlet.now.images),
            seconds=time.perf_counter() - started,
        )

    def close(self) -> None:
        """Close generators and coroutines that agent code left suspended, each within half a second.

        For a session that is not needed any more: the garbage collector would run what is in their
        ``finally`` without any deadline.
        """
        close_suspended(self.globals)

    # ------------------------------------------------------------ names

    @property
    def namespace(self) -> Names:
        """The agent's own names, as a mapping the host may change."""
        return Names(self)

    def shadow(self, name: str) -> None:
        """Agent code binds a builtin's name: calls compiled before see its value from now on."""
        self._shadows.add(name)

    def notice(self) -> None:
        """A state bound names behind our back: builtins among them mean the agent's own from now on."""
        self._shadows.notice(self.globals["$hidden"])

    def bind(self, name: str, value: Any) -> None:
        """Bind a name from outside compiled code."""
        if name in tables.OFFERED:
            self.shadow(name)
        self.globals[name] = value

    def annotate(self, name: str, annotation: Any) -> None:
        """``x: int`` at the top level, which compiled code cannot say of a global."""
        self.globals.setdefault("__annotations__", {})[name] = annotation

    def restore(self, name: str) -> None:
        """``del print``: the name means the builtin again."""
        hidden = self.globals["$hidden"]
        if name not in self.globals or hidden.get(name, _MISSING) is self.globals[name]:
            raise NameError(f"name {name!r} is not defined")
        if name in hidden:
            self.globals[name] = hidden[name]
        else:
            del self.globals[name]
