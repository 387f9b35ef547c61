"""What is said to a model: roles, text and pictures, nothing of any provider.

A conversation is a list of :class:`Message` that only ever grows at its end.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

RUN_PYTHON = "run_python"
"""The tool that code travels in, where it does not travel in a fenced block."""

Role: TypeAlias = Literal["system", "user", "assistant"]


@dataclass(frozen=True, slots=True)
class Image:
    """A picture for the model: encoded bytes and their media type (``image/png``)."""

    data: bytes
    media_type: str = "image/png"


@dataclass(frozen=True, slots=True)
class CodeCall:
    """Code that a model sent as the call of a tool instead of in a fenced block.

    Args:
        id: what ties the call to its result, as the provider gave it.
        code: the code that ran.
        said: the prose before it.
        kept: what its provider wants to see again with the call, such as signed thinking.
        model: whose call it is; another model is shown neither its id nor what is kept.
    """

    id: str
    code: str
    said: str = ""
    kept: Mapping[str, Any] = field(default_factory=dict)
    model: str = ""


@dataclass(frozen=True, slots=True)
class Message:
    """One message: who speaks, the text, and pictures that go with it.

    ``call`` is set where code travelled as a tool call: on the assistant's message it is the call
    that was made, on the user's the one that is answered. ``text`` is the whole message all the same,
    the code in a fence.
    """

    role: Role
    text: str
    images: tuple[Image, ...] = ()
    call: CodeCall | None = None


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens and money of one request, or of many added up.

    ``cost`` is in US dollars; ``None`` means that a price is not known, which is never the same
    as zero, and stays ``None`` when added to a known one. ``cached_tokens`` are part of
    ``input_tokens``, ``reasoning_tokens`` part of ``output_tokens``.
    """

    input_tokens: int = 0
    output_tokens: int = 0
    cached_tokens: int = 0
    reasoning_tokens: int = 0
    cost: float | None = 0.0
    requests: int = 0

    def __add__(self, other: Usage) -> Usage:
        return Usage(
            self.input_tokens + other.input_tokens,
            self.output_tokens + other.output_tokens,
            self.cached_tokens + other.cached_tokens,
            self.reasoning_tokens + other.reasoning_tokens,
            None if self.cost is None or other.cost is None else self.cost + other.cost,
            self.requests + other.requests,
        )

    @property
    def total_tokens(self) -> int:
        """Input and output tokens together."""
        return self.input_tokens + self.output_tokens
