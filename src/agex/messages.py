"""What is said to a model: roles, text and pictures, nothing of any provider.

A conversation is a list of :class:`Message` that only ever grows at its end.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

Role: TypeAlias = Literal["system", "user", "assistant"]


@dataclass(frozen=True, slots=True)
class Image:
    """A picture for the model: encoded bytes and their media type (``image/png``)."""

    data: bytes
    media_type: str = "image/png"


@dataclass(frozen=True, slots=True)
class Message:
    """One message: who speaks, the text, and pictures that go with it."""

    role: Role
    text: str
    images: tuple[Image, ...] = ()


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
