"""Asking a real model."""

from __future__ import annotations

from collections.abc import Sequence

from agex.errors import LLMError
from agex.llm.client import LLMResponse, OnText, StopWhen
from agex.messages import Message


class LiteLLMClient:
    """A model by its litellm name."""

    def __init__(
        self, model: str, *, request_timeout: float = 120.0, max_attempts: int = 5
    ) -> None:
        self.model = model
        self.request_timeout = request_timeout
        self.max_attempts = max_attempts

    def complete(
        self,
        messages: Sequence[Message],
        *,
        on_text: OnText | None = None,
        stop_when: StopWhen | None = None,
    ) -> LLMResponse:
        raise LLMError("not wired yet", model=self.model)
