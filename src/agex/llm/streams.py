"""Reading an answer as it arrives, and knowing whether it came to its end.

What litellm hands out while it streams is read by its attributes, not by its classes, so that
nothing of litellm is imported here.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

# After `stop_when` is true a model is usually about to end anyway, and the provider's own count of
# tokens comes with the end. So that much more text, or time, is let pass before hanging up on it.
_GRACE_CHARACTERS = 24
_GRACE_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class Piece:
    """What one chunk of a stream brought; ``usage`` comes with the last."""

    text: str = ""
    reasoning: str = ""
    finish_reason: str | None = None
    usage: Any = None


def pieces(stream: Any) -> Iterator[Piece]:
    """The chunks of a litellm stream, as they arrive; raises what the stream raises."""
    for chunk in stream:
        usage = getattr(chunk, "usage", None)
        if not chunk.choices:
            yield Piece(usage=usage)
            continue
        choice = chunk.choices[0]
        yield Piece(
            getattr(choice.delta, "content", None) or "",
            getattr(choice.delta, "reasoning_content", None) or "",
            choice.finish_reason,
            usage,
        )


def drain(rest: Iterator[Piece]) -> Any:
    """The usage that comes with a stream about to end; ``None`` from one that goes on talking."""
    usage, passed, until = None, 0, time.monotonic() + _GRACE_SECONDS
    try:
        for piece in rest:
            usage = piece.usage or usage
            passed += len(piece.text.strip())
            if passed > _GRACE_CHARACTERS or time.monotonic() > until:
                return None
    except Exception:  # the answer is whole; what breaks after it is no failure
        return None
    return usage


def was_ended(stream: Any, finish_reason: str | None) -> bool:
    """Whether the provider ended the answer. litellm makes up a ``"stop"`` for one that broke off,
    and keeps what really came in an attribute."""
    for name in ("received_finish_reason", "intermittent_finish_reason"):
        if getattr(stream, name, None) is not None:
            return True
    return not hasattr(stream, "received_finish_reason") and finish_reason is not None


def hang_up(stream: Any) -> None:
    """Close the connection under a stream, so that the provider stops generating."""
    inner = getattr(stream, "completion_stream", None)
    for held in (
        inner,
        getattr(inner, "response", None),
        getattr(inner, "streaming_response", None),
    ):
        close = getattr(held, "close", None)
        if callable(close):
            try:
                close()
            except Exception:  # closing what is already closed, or is being read
                continue
