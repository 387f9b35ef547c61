"""What one action may take, and what came of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from agex.errors import TaskFinished


@dataclass(frozen=True, slots=True)
class Limits:
    """What one action may take.

    Args:
        timeout_seconds: time of the action's own code; sub-agents and model calls are not counted.
        max_memory: bytes the process may grow by; ``None`` for no limit.
        max_output: characters it may print.
        max_source: characters its source may have.
    """

    timeout_seconds: float = 5.0
    max_memory: int | None = 1 << 30
    max_output: int = 200_000
    max_source: int = 100_000


@dataclass(frozen=True, slots=True)
class Result:
    """What came of one action.

    Args:
        error: what agent code raised, a refusal, or :class:`LimitReached`; ``None`` where the action
            ran to its end or ended the task.
        traceback: the short text of the error, for the model; empty without one.
        stdout: what was printed.
        output: the value of a last bare expression; ``None`` where there was none.
        ended: the ending the action called, if any.
        assigned: names the action set, in order.
        touched: names whose values the action could have read or changed.
        images: what ``view_image`` was given.
        seconds: how long it took.
    """

    error: BaseException | None
    traceback: str
    stdout: str
    output: Any
    ended: TaskFinished | None
    assigned: tuple[str, ...]
    touched: frozenset[str]
    images: tuple[Any, ...]
    seconds: float


class Returned:
    """What ``return value`` at the top level hands over."""

    __slots__ = ("value",)

    def __init__(self, value: Any) -> None:
        self.value = value
