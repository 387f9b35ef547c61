"""Several models in order of preference: the next is asked when the one before has failed for good."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import replace

from agex.errors import LLMError
from agex.llm.client import (
    BeforeRetry,
    LLMClient,
    LLMResponse,
    OnText,
    StopWhen,
    Tool,
    can_see,
    estimate,
    for_run,
    with_tool,
)
from agex.messages import Message, Usage

_log = logging.getLogger("agex.llm")


class FallbackClient:
    """Asks the first of ``clients``; when it raises :class:`LLMError`, the second, and so on.

    Each has made its own retries by then. A later request begins with the first client again: an
    outage ends, and the first was named first for a reason. What is not an ``LLMError`` (a budget,
    an interrupt, a bug in a client) is nobody's turn to mend and passes through.
    """

    def __init__(self, clients: Sequence[LLMClient]) -> None:
        self.clients = tuple(clients)
        self.model = self.clients[0].model
        self._before_retry: BeforeRetry | None = None

    def __repr__(self) -> str:
        return f"FallbackClient({', '.join(client.model for client in self.clients)})"

    @property
    def sees_images(self) -> bool:
        """Whether every one of the clients takes pictures: any of them may come to be asked."""
        return all(can_see(client) for client in self.clients)

    def for_run(self, path: str, *, before_retry: BeforeRetry | None = None) -> FallbackClient:
        """The same order of clients, each bound to the run."""
        bound = FallbackClient(
            [for_run(client, path, before_retry=before_retry) for client in self.clients]
        )
        bound._before_retry = before_retry
        return bound

    def with_tool(self, tool: Tool) -> FallbackClient:
        """The same order of clients, each offering ``tool`` if it can."""
        bound = FallbackClient([with_tool(client, tool) for client in self.clients])
        bound._before_retry = self._before_retry
        return bound

    def estimate(self, messages: Sequence[Message]) -> Usage:
        """What the first client says: the one that is going to be asked."""
        return estimate(self.clients[0], messages)

    def complete(
        self,
        messages: Sequence[Message],
        *,
        on_text: OnText | None = None,
        stop_when: StopWhen | None = None,
    ) -> LLMResponse:
        """The answer of the first client that has one; its usage includes what the others spent."""
        failures: list[LLMError] = []
        spent = Usage()
        for client in self.clients:
            if failures and self._before_retry is not None:
                self._before_retry()
            try:
                response = client.complete(messages, on_text=on_text, stop_when=stop_when)
            except LLMError as error:
                failures.append(error)
                spent += error.usage
                _log.warning("%s failed, next model if there is one: %s", client.model, error)
                continue
            return replace(response, usage=spent + response.usage) if failures else response
        raise LLMError(
            f"none of the {len(failures)} models could be asked:\n"
            + "\n".join(f"  {n}. {failure}" for n, failure in enumerate(failures, 1)),
            model=self.model,
            attempts=sum(failure.attempts for failure in failures),
            transient=any(failure.transient for failure in failures),
            usage=spent,
        ) from failures[-1]
