"""Where a run stands among runs: its path, how deep it is, who listens, what may still be spent.

The place of the running task is in a context variable while agent code runs, so that a task called
from there (as a function of the agent, or by a host function the agent called) finds its parent. It
is set for the time of one action only: between actions nothing of a run is visible to other code.
"""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, TypeAlias

from agex.errors import BudgetExceeded
from agex.event_types import AnyEvent
from agex.llm.budget import Meter
from agex.sandbox.clock import paused

OnEvent: TypeAlias = Callable[[AnyEvent], object]

_current: ContextVar[Place | None] = ContextVar("agex_place", default=None)


class Place:
    """One run's place in the tree of runs.

    Args:
        parent: the run whose code called this one.
        agent, task: their names; the path is the parent's with ``agent.task`` behind a slash.
        meter: what this run and its sub-tasks may spend.
        on_event: the caller's listener.
        max_depth, max_subtasks: the bounds of the tree below this run.

    Raises:
        BudgetExceeded: the tree is as deep, or the parent has as many sub-tasks, as it may.
    """

    def __init__(
        self,
        parent: Place | None,
        agent: str,
        task: str,
        *,
        meter: Meter,
        on_event: OnEvent | None = None,
        max_depth: int = 5,
        max_subtasks: int = 100,
        state: Any = None,
        stopping: threading.Event | None = None,
    ) -> None:
        self.parent = parent
        name = f"{agent}.{task}"
        self.path: str = f"{parent.path}/{name}" if parent else name
        # Where its names live in a state: at the top for the agent a caller asks, below by name.
        self.home: str = "/".join(filter(None, (parent.home, agent))) if parent else ""
        self.run_id = uuid.uuid4().hex
        self.depth: int = parent.depth + 1 if parent else 1
        # The bounds of the outermost task hold below it: a sub-task cannot widen them.
        deepest = max_depth + self.depth - 1
        self.max_depth: int = min(deepest, parent.max_depth) if parent else deepest
        self.max_subtasks = max_subtasks
        self.meter = meter
        self.state = state
        self.events: list[AnyEvent] = []
        self._on_event = on_event
        self._subtasks = 0
        self._lock = threading.Lock()
        # One for the whole tree: listeners hear one event at a time, whatever runs at once.
        self._speaking: threading.RLock = parent._speaking if parent else threading.RLock()
        inherited: threading.Event | None = parent.stopping if parent else None
        self.stopping: threading.Event = stopping or inherited or threading.Event()
        if parent is not None:
            parent._admit(self)

    def _admit(self, child: Place) -> None:
        if child.depth > self.max_depth:
            raise BudgetExceeded(
                f"{child.path} would be {child.depth} tasks deep, and {self.max_depth} is the limit "
                "(max_depth). Do the work here instead of handing it on.",
                limit="max_depth",
                allowed=self.max_depth,
                used=child.depth,
                task=child.path,
            )
        with self._lock:
            self._subtasks += 1
            count = self._subtasks
        if count > self.max_subtasks:
            raise BudgetExceeded(
                f"{self.path} has started {self.max_subtasks} sub-tasks, which is the limit "
                "(max_subtasks). Give each one more of the work.",
                limit="max_subtasks",
                allowed=self.max_subtasks,
                used=count,
                task=self.path,
            )

    def emit(self, event: AnyEvent) -> None:
        """Record an event here and above, and tell every listener on the way up."""
        with self._speaking:
            place: Place | None = self
            while place is not None:
                place.events.append(event)
                if place._on_event is not None:
                    place._on_event(event)
                place = place.parent

    def facts(self, turn: int = 0) -> dict[str, Any]:
        """The fields that every event of this run has."""
        return {"path": self.path, "run_id": self.run_id, "turn": turn}

    @contextmanager
    def running(self) -> Iterator[None]:
        """For the time of one action: tasks called now are sub-tasks of this run."""
        token = _current.set(self)
        try:
            yield
        finally:
            _current.reset(token)


def current_place() -> Place | None:
    """The run whose code is running in this context, if any."""
    return _current.get()


@contextmanager
def outside() -> Iterator[None]:
    """For the time of a sub-task: what its own machinery calls is not the parent's code, and the
    parent's clock stands still."""
    token = _current.set(None)
    try:
        with paused():
            yield
    finally:
        _current.reset(token)
