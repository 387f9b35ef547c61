"""What agex asks of a model: the messages go in, the text of the next one and what it cost come out.

A client takes the whole conversation and hands back the text of the next message. Three things a
client may also do, when it has a reason to, are written here as protocols of their own, so that the
smallest client is one attribute and one method (one more attribute, ``sees_images``, may say that it takes
pictures):

- :class:`RunAware`: it behaves differently from run to run (a replay finds its place, a retrier asks
  before it spends another request);
- :class:`TakesTool`: its model can send code as the call of a tool;
- :class:`Estimates`: it can say beforehand what a request will cost.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from operator import attrgetter
from typing import Any, Protocol, TypeAlias, runtime_checkable

from agex.messages import Message, Usage

OnText: TypeAlias = Callable[[str], None]
StopWhen: TypeAlias = Callable[[str], bool]
BeforeRetry: TypeAlias = Callable[[], None]
"""Called before one more request is sent in place of a failed one; raises to forbid it."""

CHARACTERS_PER_TOKEN = 3.6
"""Prose and Python in today's vocabularies: between 3 and 4.5; used only where nothing counts exactly."""

TOKENS_PER_IMAGE = 1_000
"""The order of magnitude providers charge for a picture of a screen's size."""

_text = attrgetter("text")
_images = attrgetter("images")


@dataclass(frozen=True, slots=True)
class Tool:
    """The one tool that a model may be offered: it takes code.

    Args:
        description: what it does, for the model.
        takes: what ``code``, its one argument, is.
    """

    name: str
    description: str
    takes: str


@dataclass(frozen=True, slots=True)
class ToolCall:
    """A call that a model made, as it arrived: its arguments are a text, most often JSON.

    Args:
        kept: what the provider wants back with it in the next request.
    """

    id: str
    name: str
    arguments: str
    kept: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class LLMResponse:
    """What a model answered.

    Args:
        text: the message, without any reasoning the provider kept apart.
        usage: everything this answer cost, failed attempts included.
        model: the model that answered, which with fallbacks need not be the first one.
        finish_reason: ``"stop"``, ``"length"``, ``"content_filter"``, or what the provider said.
        replayed: the text comes from a file or a script, not from a model.
        reasoning: what the provider showed of the model's reasoning.
        streamed: the text arrived in pieces, and may have been ended early by ``stop_when``.
        estimated: ``usage`` is counted by characters because the provider's own count never came.
        calls: the tool calls of the message, in order.
    """

    text: str
    usage: Usage
    model: str
    finish_reason: str | None = "stop"
    replayed: bool = False
    reasoning: str = ""
    streamed: bool = False
    estimated: bool = False
    calls: tuple[ToolCall, ...] = ()


@runtime_checkable
class LLMClient(Protocol):
    """Something that can be asked for the next message of a conversation.

    It may be called from many threads at once. What it raises ends the task; raise
    :class:`agex.errors.LLMError` for a model that could not be asked.
    """

    model: str

    def complete(
        self,
        messages: Sequence[Message],
        *,
        on_text: OnText | None = None,
        stop_when: StopWhen | None = None,
    ) -> LLMResponse:
        """The next message. ``messages`` is not changed.

        Args:
            on_text: called with each piece of text as it arrives, at least once for a text that is
                not empty. A request that had to be repeated calls it again from the start.
            stop_when: called with the text so far; once true, a client that streams may end
                generation there, and the text ends there.
        """
        ...


@runtime_checkable
class RunAware(Protocol):
    """A client that wants to know for which run it is being asked."""

    def for_run(self, path: str, *, before_retry: BeforeRetry | None = None) -> LLMClient:
        """The same client for one run of one task; ``path`` is as in the run's events."""
        ...


@runtime_checkable
class TakesTool(Protocol):
    """A client whose model can be offered a tool, and send its code as a call of it."""

    def with_tool(self, tool: Tool) -> LLMClient:
        """The same client, whose requests offer ``tool``."""
        ...


@runtime_checkable
class Estimates(Protocol):
    """A client that can say what a request will use at least: its input, and the price of that."""

    def estimate(self, messages: Sequence[Message]) -> Usage:
        """One request's input tokens, cost (``None`` when no price is known), and ``requests=1``."""
        ...


def can_see(client: LLMClient) -> bool:
    """Whether pictures in a message reach the model: what the client's ``sees_images`` says, if it
    has that attribute, and no otherwise."""
    return bool(getattr(client, "sees_images", False))


def for_run(client: LLMClient, path: str, *, before_retry: BeforeRetry | None = None) -> LLMClient:
    """``client`` bound to one run of the task at ``path``, or itself when runs are all the same to it."""
    if isinstance(client, RunAware):
        return client.for_run(path, before_retry=before_retry)
    return client


def with_tool(client: LLMClient, tool: Tool) -> LLMClient:
    """``client`` offering ``tool``, or itself where it knows no tools: its answers are texts then."""
    return client.with_tool(tool) if isinstance(client, TakesTool) else client


def estimate(client: LLMClient, messages: Sequence[Message]) -> Usage:
    """What sending ``messages`` to ``client`` will use at least.

    A client that does not estimate is somebody's own code, and taken to be free of charge.
    """
    if isinstance(client, Estimates):
        return client.estimate(messages)
    return Usage(input_tokens=estimate_tokens(messages), requests=1)


def estimate_tokens(what: str | Sequence[Message]) -> int:
    """A rough number of tokens of a text or of a conversation, by its characters; never exact."""
    if isinstance(what, str):
        return round(len(what) / CHARACTERS_PER_TOKEN)
    # Without a step of Python for each message: this runs over the whole conversation with every request.
    characters = sum(map(len, map(_text, what)))
    pictures = sum(map(len, filter(None, map(_images, what))))
    return round(characters / CHARACTERS_PER_TOKEN) + pictures * TOKENS_PER_IMAGE
