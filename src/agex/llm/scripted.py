"""A client that says what it was told to say: for tests of agents, and for trying a loop without a model."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from typing import TypeAlias

from agex.errors import LLMError
from agex.llm.callable import as_response
from agex.llm.client import LLMResponse, OnText, StopWhen
from agex.messages import Message

Reply: TypeAlias = "str | LLMResponse | BaseException"

# One lock for all scripts, not one for each: a lock would keep a client from being pickled with its
# agent, and it is held only while the next reply is taken.
_taking = threading.Lock()


class ScriptedClient:
    """Answers with ``replies`` in order, or with ``replies(messages)`` when that is a function.

    A reply is a text, an :class:`LLMResponse` (to script a ``finish_reason`` or a usage), or an
    exception, which is raised. ``requests`` keeps what was asked, for a test to look at. When the
    replies have run out, :class:`agex.errors.LLMError` says how many there were.

    With ``stream=True`` the text comes line by line and ends where ``stop_when`` says, as it does
    with a real model; without, it comes whole.

    >>> client = ScriptedClient(["first", "second"])
    >>> client.complete([Message("user", "go on")]).text
    'first'
    >>> len(client.requests)
    1
    """

    def __init__(
        self,
        replies: Iterable[Reply] | Callable[[Sequence[Message]], Reply],
        *,
        model: str = "scripted",
        stream: bool = False,
        sees_images: bool = False,
    ) -> None:
        if isinstance(replies, (str, LLMResponse, BaseException)):
            replies = [replies]  # one reply; a str would otherwise be read letter by letter
        self.model = model
        self.requests: list[tuple[Message, ...]] = []
        self._answer: Callable[[Sequence[Message]], Reply] | None = None
        self._replies: Iterator[Reply] = iter(())
        if callable(replies):
            self._answer = replies
        else:
            self._replies = iter(replies)
        self._given = 0
        self._stream = stream
        self.sees_images = sees_images

    def __repr__(self) -> str:
        return f"ScriptedClient({self._given} replies given)"

    def complete(
        self,
        messages: Sequence[Message],
        *,
        on_text: OnText | None = None,
        stop_when: StopWhen | None = None,
    ) -> LLMResponse:
        """The next reply of the script."""
        asked = tuple(messages)
        self.requests.append(asked)
        reply = self._take(asked)
        if isinstance(reply, BaseException):
            raise reply
        response = as_response(reply, asked, model=self.model, replayed=True)
        if self._stream:
            return _stream(response, on_text, stop_when)
        if on_text is not None and response.text:
            on_text(response.text)
        return response

    def _take(self, asked: tuple[Message, ...]) -> Reply:
        if self._answer is not None:
            reply = self._answer(asked)
            self._given += 1
            return reply
        with _taking:
            try:
                reply = next(self._replies)
            except StopIteration:
                raise LLMError(
                    f"the script has run out: it held {self._given} "
                    f"{'reply' if self._given == 1 else 'replies'}, and one more was asked for. "
                    "Add a reply, or end the task in the last one with task_success(...).",
                    model=self.model,
                ) from None
            self._given += 1
            return reply


def _stream(
    response: LLMResponse, on_text: OnText | None, stop_when: StopWhen | None
) -> LLMResponse:
    text = ""
    for line in response.text.splitlines(keepends=True):
        text += line
        if on_text is not None:
            on_text(line)
        if stop_when is not None and stop_when(text):
            break
    return replace(response, text=text, streamed=True)
