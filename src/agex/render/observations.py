"""What the model reads after its action: output, value, error, and what to do next."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from agex.policy import Policy
from agex.render.budget import clip, clip_middle
from agex.render.values import render_value
from agex.render.walk import BoundedRepr

OBSERVATION_CHARS = 8_000
"""One observation: some 2,000 tokens. Who needs more can print the next slice."""

_NOTHING: Final[Any] = object()
_NAMES_SHOWN = 12
_LAST_TURNS = 3


def observation_text(
    *,
    stdout: str = "",
    output: Any = _NOTHING,
    error: str = "",
    assigned: Sequence[str] = (),
    notes: Sequence[str] = (),
    turns_left: int | None = None,
    budget_chars: int = OBSERVATION_CHARS,
    repr_: BoundedRepr | None = None,
    policy: Policy | None = None,
) -> str:
    """One observation, at most ``budget_chars`` long.

    Args:
        output: the value of a last bare expression; ``None`` says nothing, as in a REPL.
        error: the short traceback with its hints; ``""`` when the block ran to its end.
        assigned: names the block had set, in order. Told only after an error.
        notes: lines of the loop's own: a second block that was dropped, a value left out of a snapshot.
        turns_left: told when they are about to run out.
    """
    tail: list[str] = []
    if error:
        tail.append(error.rstrip())
        tail.append(already_set(assigned))
    tail += notes
    if turns_left is not None and turns_left <= _LAST_TURNS:
        tail.append(_hurry(turns_left))
    end = clip_middle("\n".join(tail), budget_chars)
    room = budget_chars - len(end) - 1
    parts: list[str] = []
    has_value = output is not _NOTHING and output is not None
    printed = stdout.rstrip("\n")
    if printed:
        # The value is what was asked for last: it keeps a third of the room.
        parts.append(clip_middle(printed, max(0, room * 2 // 3 if has_value else room)))
        room -= len(parts[0]) + 1
    if has_value:
        parts.append(
            clip("→ " + render_value(output, max(0, room - 2), repr_=repr_, policy=policy), room)
        )
    if not parts and not error and not notes:
        parts.append("(ran to its end, printed nothing)")
    if end:
        parts.append(end)
    return clip("\n".join(part for part in parts if part), budget_chars)


def already_set(assigned: Sequence[str]) -> str:
    """One line that names what a failed block had done, so that it is not done again."""
    if not assigned:
        return "Nothing was set by this block."
    names = ", ".join(assigned[:_NAMES_SHOWN])
    more = f" and {len(assigned) - _NAMES_SHOWN} more" if len(assigned) > _NAMES_SHOWN else ""
    return f"Already set by this block before the error: {names}{more}."


def _hurry(turns_left: int) -> str:
    if turns_left <= 0:
        return "No turn is left."
    if turns_left == 1:
        return "This is the last turn: end the task in the next block."
    return f"{turns_left} turns are left."
