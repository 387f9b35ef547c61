"""An error as the model reads it: the failing line, its source, the type, the message, and hints."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from agex.errors import Signal, SyntaxRefused
from agex.policy import Policy
from agex.render.budget import clip
from agex.render.classes import error_arguments, ids, inherits, is_importable, is_one_of, type_name
from agex.render.hints import hints
from agex.render.walk import BoundedRepr, Walk

MESSAGE_CHARS = 2_000
_SOURCE_CHARS = 200
_FRAMES = 6
_SCALARS = ids(str, int, float, bool, bytes, type(None))
_NO_NAMES: Mapping[str, Any] = {}


def error_text(
    error: BaseException,
    lines: Sequence[tuple[int, str]] = (),
    *,
    policy: Policy | None = None,
    namespace: Mapping[str, Any] = _NO_NAMES,
    repr_: BoundedRepr | None = None,
) -> str:
    """A short traceback of the agent's own lines, with what would have been right.

    Args:
        lines: ``(line number, source line)`` of each frame in agent code, outermost first.
        policy, namespace: what hints may draw on, see :func:`agex.render.hints.hints`.
        repr_: for values inside the error's arguments that are not plain data.
    """
    shown = list(lines)
    skipped = len(shown) - _FRAMES
    if skipped > 0:  # recursion: the first and the last frames tell the story
        shown = [*shown[:2], *shown[-(_FRAMES - 2) :]]
    parts: list[str] = []
    for index, (number, source) in enumerate(shown):
        if skipped > 0 and index == 2:
            parts.append(f"… {skipped} more calls …")
        code = clip(source.strip(), _SOURCE_CHARS)
        parts.append(f"line {number}: {code}" if code else f"line {number}")
    message = error_message(error, repr_=repr_)
    name = type_name(type(error))
    if inherits(type(error), SyntaxRefused):  # it holds its own lines, all at once
        parts = ["The block was not run:", message]
    elif inherits(type(error), Signal):
        parts.append(message)
    else:
        parts.append(f"{name}: {message}" if message else name)
    source_line = lines[-1][1] if lines else ""
    parts += hints(error, policy=policy, namespace=namespace, source_line=source_line)
    return "\n".join(parts)


def error_message(error: BaseException, *, repr_: BoundedRepr | None = None) -> str:
    """``str(error)`` where that runs no code of the agent's, its arguments otherwise."""
    arguments = error_arguments(error)
    if is_importable(type(error)) and all(is_one_of(type(item), _SCALARS) for item in arguments):
        try:
            text = str(error)
        except Exception:
            text = ""
        return clip(text, MESSAGE_CHARS)
    walk = Walk(repr_, None)
    if len(arguments) == 1 and type(arguments[0]) is str:
        return clip(arguments[0], MESSAGE_CHARS)
    return clip(", ".join(walk(item, 300) for item in arguments[:8]), MESSAGE_CHARS)
