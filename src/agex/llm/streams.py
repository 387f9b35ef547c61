"""Reading an answer as it arrives, and knowing whether it came to its end.

What litellm hands out while it streams is read by its attributes, not by its classes, so that
nothing of litellm is imported here.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from agex.llm.client import ToolCall

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
    calls: Sequence[Any] = ()
    signed: Sequence[Any] = ()


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
            getattr(choice.delta, "tool_calls", None) or (),
            getattr(choice.delta, "thinking_blocks", None) or (),
        )


class Calls:
    """The tool calls of one message, put together from the pieces they arrive in."""

    def __init__(self) -> None:
        self._parts: dict[int, dict[str, str]] = {}
        self._signed: list[dict[str, Any]] = []

    @property
    def text(self) -> str:
        """All arguments so far, to be counted."""
        return "".join(part["arguments"] for part in self._parts.values())

    def add(self, piece: Piece) -> None:
        """Take what one piece brought."""
        for position, call in enumerate(piece.calls):
            index = getattr(call, "index", None)
            part = self._parts.setdefault(
                index if isinstance(index, int) else position,
                {"id": "", "name": "", "arguments": ""},
            )
            function = getattr(call, "function", None)
            part["id"] = getattr(call, "id", None) or part["id"]
            part["name"] = getattr(function, "name", None) or part["name"]
            part["arguments"] += getattr(function, "arguments", None) or ""
        for block in piece.signed:
            self._sign(dict(block))

    def _sign(self, block: dict[str, Any]) -> None:
        """Thoughts come in pieces, the signature last; what is redacted comes whole."""
        last = self._signed[-1] if self._signed else None
        if block.get("type") != "thinking" or last is None or last.get("signature"):
            self._signed.append(block)
            return
        last["thinking"] = (last.get("thinking") or "") + (block.get("thinking") or "")
        if block.get("signature"):
            last["signature"] = block["signature"]

    def whole(self) -> tuple[ToolCall, ...]:
        """The calls in order; asked for when the message has ended."""
        kept = {"thinking_blocks": self._signed} if self._signed else {}
        return tuple(
            ToolCall(part["id"], part["name"], part["arguments"], kept)
            for _, part in sorted(self._parts.items())
        )


def calls_of(message: Any) -> tuple[ToolCall, ...]:
    """The tool calls of a message that came whole."""
    calls = Calls()
    made = getattr(message, "tool_calls", None) or ()
    for position, call in enumerate(made):
        # Indices are a stream's business; what came whole is counted by its place.
        calls.add(Piece(calls=(_At(position, call.id, call.function),)))
    calls.add(Piece(signed=getattr(message, "thinking_blocks", None) or ()))
    return calls.whole()


@dataclass(frozen=True, slots=True)
class _At:
    index: int
    id: str | None
    function: Any


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
