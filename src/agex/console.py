"""A run as it happens, for a person at a terminal.

rich is imported when the first event is shown; it honours ``NO_COLOR``, ``FORCE_COLOR`` and a
terminal that is none.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, TextIO

from agex.event_types import (
    AnyEvent,
    LLMReply,
    Observation,
    TaskFailed,
    TaskStarted,
    TaskSucceeded,
)

if TYPE_CHECKING:
    from rich.console import Console


def narrator(file: TextIO | None = None, *, width: int | None = None) -> Callable[[AnyEvent], None]:
    """A listener for ``on_event=`` that prints thinking, code, output and result as they come.

    >>> import io
    >>> page = io.StringIO()
    >>> tell = narrator(page, width=60)
    >>> tell(TaskStarted(path="a.double", run_id="1", task="double", inputs={"n": "n: int = 4"}))
    >>> print(page.getvalue().rstrip())
    a.double
      n: int = 4
    """
    console = make_console(file, width=width)

    def tell(event: AnyEvent) -> None:
        _tell(console, event)

    return tell


def make_console(file: TextIO | None = None, *, width: int | None = None) -> Console:
    """A console on ``file``, or on what ``sys.stdout`` is now."""
    from rich.console import Console

    return Console(file=file or sys.stdout, width=width, highlight=False, soft_wrap=False)


def _tell(console: Console, event: AnyEvent) -> None:
    indent = 2 * event.path.count("/")
    if isinstance(event, TaskStarted):
        _line(console, event.path, "bold", indent)
        for shown in event.inputs.values():
            _block(console, shown, "", indent + 2)
    elif isinstance(event, LLMReply):
        source = "replay, turn" if event.replayed else f"{event.model}, turn"
        _line(console, f"\n{source} {event.turn}", "dim", indent)
        if event.thinking:
            _block(console, event.thinking, "italic", indent + 2)
        if event.code:
            _code(console, event.code, indent + 2)
    elif isinstance(event, Observation):
        if event.text.strip():
            _block(console, event.text, "red" if event.error else "green", indent + 4)
    elif isinstance(event, TaskSucceeded):
        turns = f"{event.turns} turn{'' if event.turns == 1 else 's'}"
        _line(console, f"\nresult: {event.result}", "bold green", indent)
        _line(console, f"{turns}, {event.usage.total_tokens:,} tokens", "dim", indent)
    elif isinstance(event, TaskFailed):
        _line(console, f"\n{event.kind}: {event.message}", "bold red", indent)


def _line(console: Console, text: str, style: str, indent: int) -> None:
    if text.startswith("\n"):
        console.print()
    _block(console, text.lstrip("\n"), style, indent)


def _block(console: Console, text: str, style: str, indent: int) -> None:
    from rich.padding import Padding
    from rich.text import Text

    console.print(Padding(Text(text.rstrip(), style), (0, 0, 0, indent), expand=False))


def _code(console: Console, code: str, indent: int) -> None:
    from rich.padding import Padding
    from rich.syntax import Syntax

    shown = Syntax(
        code.strip("\n"), "python", theme="ansi_dark", background_color="default", word_wrap=True
    )
    console.print(Padding(shown, (1, 0, 1, indent), expand=False))
