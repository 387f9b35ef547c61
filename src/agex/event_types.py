"""What happened in a run, one frozen value a step; ``on_event`` and ``agex.events`` hand them out.

The order within one turn is ``LLMRequest`` → ``LLMReply`` → ``Action`` → ``Observation``; a run opens
with ``TaskStarted`` and closes with exactly one of ``TaskSucceeded``, ``TaskFailed``.
"""

from __future__ import annotations

import time
from dataclasses import asdict, dataclass, field
from typing import Any, TypeAlias

from agex.messages import Usage


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """What every event has.

    Args:
        path: the task and the tasks it was called from, outermost first: ``"boss.plan/worker.draw"``.
        run_id: the same for every event of one task call.
        turn: 1 for the first turn; 0 outside of turns.
        at: seconds since the epoch.
        commit: the id of the commit this event led to, where the state keeps history.
    """

    path: str
    run_id: str
    turn: int = 0
    at: float = field(default_factory=time.time)
    commit: str | None = None

    def to_dict(self) -> dict[str, Any]:
        """The event as plain data, its type under ``"type"``."""
        return {"type": type(self).__name__, **asdict(self)}


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskStarted(Event):
    """A task was called. ``inputs`` holds each argument as the model was shown it."""

    task: str
    inputs: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class LLMRequest(Event):
    """A request is about to be sent: the number of messages and characters in it."""

    messages: int
    characters: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LLMReply(Event):
    """The model answered. ``thinking`` is its prose, ``code`` the block that will run, if any."""

    text: str
    thinking: str
    code: str | None
    model: str
    usage: Usage
    seconds: float = 0.0
    replayed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Action(Event):
    """A block of code is about to run."""

    code: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Observation(Event):
    """What the model reads back after its action, and what went wrong, if anything.

    ``hint`` is for the developer: the line that would allow what was refused.
    """

    text: str
    stdout: str = ""
    error: str | None = None
    seconds: float = 0.0
    hint: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskSucceeded(Event):
    """A task returned. ``result`` is a short rendering; ``usage`` covers the whole run and its sub-tasks."""

    task: str
    result: str
    usage: Usage
    turns: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskFailed(Event):
    """A task ended without a result: ``kind`` is the name of the error's class."""

    task: str
    kind: str
    message: str
    usage: Usage
    turns: int


AnyEvent: TypeAlias = (
    TaskStarted | LLMRequest | LLMReply | Action | Observation | TaskSucceeded | TaskFailed
)
