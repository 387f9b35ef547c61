"""A run answered by a person or a program: any function of the messages is a client."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from typing import TypeAlias

from agex.errors import ConfigurationError
from agex.llm.client import LLMResponse, OnText, StopWhen, estimate_tokens
from agex.messages import Message, Usage

Answer: TypeAlias = Callable[[Sequence[Message]], "str | LLMResponse"]


class CallableClient:
    """Asks ``answer(messages)``, which returns the text of the next message.

    It may return an :class:`LLMResponse` as well, to say what the answer cost or why it ended.
    What it raises reaches the caller of the task as it is. With ``sees_images=True`` the messages
    hold pictures, where there are some.

    >>> client = CallableClient(lambda messages: f"{len(messages)} so far")
    >>> client.complete([Message("user", "hello")]).text
    '1 so far'
    """

    def __init__(
        self, answer: Answer, *, model: str | None = None, sees_images: bool = False
    ) -> None:
        if inspect.iscoroutinefunction(answer):
            raise ConfigurationError(
                f"llm={_name(answer)} is an async function; give an ordinary function of the "
                "messages that returns the text (a client is asked from a worker thread, so it "
                "may block)."
            )
        self.model = model or _name(answer)
        self.sees_images = sees_images
        self._answer = answer

    def __repr__(self) -> str:
        return f"CallableClient({self.model})"

    def complete(
        self,
        messages: Sequence[Message],
        *,
        on_text: OnText | None = None,
        stop_when: StopWhen | None = None,
    ) -> LLMResponse:
        """The function's answer, whole: ``stop_when`` is not asked."""
        answer = self._answer(tuple(messages))
        response = as_response(answer, messages, model=self.model)
        if on_text is not None and response.text:
            on_text(response.text)
        return response


def as_response(
    answer: object, messages: Sequence[Message], *, model: str, replayed: bool = False
) -> LLMResponse:
    """An answer that cost nothing as a response, its tokens counted by characters."""
    if isinstance(answer, LLMResponse):
        return answer
    if not isinstance(answer, str):
        raise ConfigurationError(
            f"{model} returned {type(answer).__name__} in answer to the messages; a function given "
            "as llm= returns the text of the next message, a str."
        )
    usage = Usage(estimate_tokens(messages), estimate_tokens(answer), requests=1)
    return LLMResponse(answer, usage, model, replayed=replayed, estimated=True)


def _name(answer: object) -> str:
    return str(getattr(answer, "__qualname__", type(answer).__qualname__))
