"""A run as an iterator of its events, in the order and at the moment they happen."""

from __future__ import annotations

import contextvars
import queue
import threading
from collections.abc import Callable, Iterator
from types import TracebackType
from typing import Any, Generic, TypeVar

from agex.event_types import AnyEvent
from agex.task.place import OnEvent

R = TypeVar("R")


class TaskStream(Generic[R]):
    """Iterates over the events of a run that goes on in a thread; made by ``task.stream(...)``.

    When the run fails, its ``TaskFailed`` event comes first, then the iteration raises what the call
    would have raised. ``result()`` waits for the end. Leaving the iteration early, or ``close()``,
    ends the run at its next step.
    """

    def __init__(
        self, start: Callable[[OnEvent, threading.Event], R], on_event: OnEvent | None = None
    ) -> None:
        self._start = start
        self._on_event = on_event
        self._events: queue.SimpleQueue[AnyEvent | None] = queue.SimpleQueue()
        self._stopping = threading.Event()
        self._ended = threading.Event()
        self._result: R | None = None
        self._error: BaseException | None = None
        context = contextvars.copy_context()
        self._thread = threading.Thread(
            target=context.run, args=(self._work,), name="agex-stream", daemon=True
        )
        self._thread.start()

    def _work(self) -> None:
        try:
            self._result = self._start(self._hear, self._stopping)
        except BaseException as error:
            self._error = error
        finally:
            self._ended.set()
            self._events.put(None)

    def _hear(self, event: AnyEvent) -> Any:
        if self._on_event is not None:
            self._on_event(event)
        self._events.put(event)

    def __iter__(self) -> Iterator[AnyEvent]:
        try:
            while (event := self._events.get()) is not None:
                yield event
            self._events.put(None)  # a second iteration ends at once
            if self._error is not None:
                raise self._error
        finally:
            self.close()

    def result(self) -> R:
        """What the run returned, or raises what it raised; waits for its end."""
        self._ended.wait()
        if self._error is not None:
            raise self._error
        return self._result  # type: ignore[return-value]  # set when there is no error

    def close(self) -> None:
        """End the run at its next step, if it has not ended."""
        self._stopping.set()

    def __enter__(self) -> TaskStream[R]:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()
