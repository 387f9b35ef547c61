"""The three ways agent code ends a task. Each raises a signal that no ``except Exception`` sees."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NoReturn

from agex.errors import TaskFinished


def task_success(value: Any = None) -> NoReturn:
    """End the task with its result."""
    raise TaskFinished("success", value)


def task_fail(message: str) -> NoReturn:
    """End the task: it cannot be done. Say why, for the person or program that asked."""
    raise TaskFinished("fail", _words("task_fail", message))


def task_clarify(question: str) -> NoReturn:
    """End the task with a question to whoever asked; they call again with the answer."""
    raise TaskFinished("clarify", _words("task_clarify", question))


def _words(verb: str, message: object) -> str:
    # Only the exact type: a subclass of agent code could run when the message is shown.
    if type(message) is not str or not message.strip():
        raise TypeError(
            f'{verb} takes a text: {verb}("what is missing"), got {type(message).__name__}'
        )
    return message


VERBS: dict[str, Callable[..., Any]] = {
    "task_success": task_success,
    "task_fail": task_fail,
    "task_clarify": task_clarify,
}
