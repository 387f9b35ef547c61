"""What a tree of tasks may spend on models, and what it has spent: no request starts that would pass it.

One :class:`Meter` stands for one task call; the meter of a sub-task is its child. A request is
*reserved* on the meter and on all above it before it is sent, with its estimated input, and *settled*
with what it really used. A reservation counts as spent while the request is out, so that many tasks
at once cannot each find the last cent free.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from typing import NoReturn

from agex.errors import BudgetExceeded, ConfigurationError, LLMError
from agex.llm.client import (
    LLMClient,
    LLMResponse,
    OnText,
    StopWhen,
    can_see,
    estimate,
    for_run,
)
from agex.messages import Message, Usage


class Meter:
    """Adds up the usage of one task call and its sub-tasks, within limits. Safe for many threads.

    Args:
        max_cost: US dollars.
        max_llm_tokens: input and output tokens together.
        max_llm_calls: requests, repeated ones included.
        parent: the meter of the calling task, whose limits hold here too.
    """

    def __init__(
        self,
        *,
        max_cost: float | None = None,
        max_llm_tokens: int | None = None,
        max_llm_calls: int | None = None,
        parent: Meter | None = None,
    ) -> None:
        for name, limit in (
            ("max_cost", max_cost),
            ("max_llm_tokens", max_llm_tokens),
            ("max_llm_calls", max_llm_calls),
        ):
            number = isinstance(limit, (int, float)) and not isinstance(limit, bool)
            if limit is not None and not (number and limit >= 0):
                raise ConfigurationError(f"{name}={limit!r} is not a number of 0 or more.")
        self.max_cost = max_cost
        self.max_llm_tokens = max_llm_tokens
        self.max_llm_calls = max_llm_calls
        self.parent = parent
        self._usage = Usage()
        self._out: set[Ticket] = set()
        # One lock for the whole tree: a reservation is made on every meter up to the root, or on none.
        self._lock: threading.Lock = parent._lock if parent is not None else threading.Lock()

    def child(
        self,
        *,
        max_cost: float | None = None,
        max_llm_tokens: int | None = None,
        max_llm_calls: int | None = None,
    ) -> Meter:
        """The meter of a sub-task: what it spends is spent here as well."""
        return Meter(
            max_cost=max_cost,
            max_llm_tokens=max_llm_tokens,
            max_llm_calls=max_llm_calls,
            parent=self,
        )

    @property
    def usage(self) -> Usage:
        """What has been spent, sub-tasks and failed requests included."""
        return self._usage

    @property
    def limited(self) -> bool:
        """Whether any limit holds here, its own or one from above."""
        return any(
            limit is not None
            for meter in self._upwards()
            for limit in (meter.max_cost, meter.max_llm_tokens, meter.max_llm_calls)
        )

    def reserve(self, expected: Usage, *, model: str = "the model") -> Ticket:
        """Set aside one request before it is sent.

        Args:
            expected: its input tokens, and their cost.

        Raises:
            BudgetExceeded: it would pass a limit here or above; nothing was set aside.
            ConfigurationError: a cost is limited, and the model has no known price.
        """
        ticket = Ticket(self, Usage(expected.input_tokens, cost=expected.cost, requests=1))
        with self._lock:
            for meter in self._upwards():
                meter._allow(ticket.held, model)
            for meter in self._upwards():
                meter._out.add(ticket)
        return ticket

    def check(self) -> None:
        """Raise :class:`BudgetExceeded` when more has been spent than a limit allows."""
        for meter in self._upwards():
            usage = meter._usage
            spent = (
                ("max_cost", meter.max_cost, usage.cost),
                ("max_llm_tokens", meter.max_llm_tokens, usage.total_tokens),
                ("max_llm_calls", meter.max_llm_calls, usage.requests),
            )
            for name, limit, used in spent:
                if limit is not None and used is not None and used > limit:
                    _exceed(name, limit, used, "which is past it")

    def _upwards(self) -> Iterator[Meter]:
        meter: Meter | None = self
        while meter is not None:
            yield meter
            meter = meter.parent

    def _allow(self, more: Usage, model: str) -> None:
        if self.max_llm_calls is None and self.max_llm_tokens is None and self.max_cost is None:
            return
        used = sum((ticket.held for ticket in self._out), self._usage)
        if self.max_llm_calls is not None and used.requests + more.requests > self.max_llm_calls:
            _exceed("max_llm_calls", self.max_llm_calls, used.requests, "and one more was needed")
        if (
            self.max_llm_tokens is not None
            and used.total_tokens + more.total_tokens > self.max_llm_tokens
        ):
            wanted = f"and the next request would send about {more.total_tokens:,}"
            _exceed("max_llm_tokens", self.max_llm_tokens, used.total_tokens, wanted)
        if self.max_cost is None:
            return
        if more.cost is None or used.cost is None:
            raise ConfigurationError(
                f"max_cost={self.max_cost} cannot be kept: no price is known for {model}. Give it "
                "one with LiteLLMClient(..., cost_per_token=(input, output)), or set "
                "max_llm_tokens= instead."
            )
        if used.cost + more.cost > self.max_cost:
            wanted = f"and the next request would cost at least {_number('max_cost', more.cost)}"
            _exceed("max_cost", self.max_cost, used.cost, wanted)

    def _close(self, ticket: Ticket, used: Usage) -> None:
        with self._lock:
            for meter in self._upwards():
                meter._out.discard(ticket)
                meter._usage += used

    def _one_more(self, ticket: Ticket) -> None:
        again = Usage(requests=1)
        with self._lock:
            for meter in self._upwards():
                # The input is reserved once: what was turned down is not billed, and what was
                # answered and broke off is settled with the rest.
                meter._allow(again, "the model")
            ticket.held += again


class Ticket:
    """One reserved request, until it is settled."""

    def __init__(self, meter: Meter, held: Usage) -> None:
        self.held = held
        self._meter = meter

    def retry(self) -> None:
        """Set aside one more request in place of one that failed."""
        self._meter._one_more(self)

    def settle(self, used: Usage) -> None:
        """Replace the reservation by what was really used."""
        self._meter._close(self, used)

    def abandon(self, error: BaseException) -> None:
        """Give the reservation back, less what the failed requests used."""
        if isinstance(error, LLMError):
            self.settle(error.usage)
        else:
            self.settle(Usage(requests=self.held.requests))


class MeteredClient:
    """A client for one run that spends from a meter; :func:`metered` makes it."""

    def __init__(self, client: LLMClient, meter: Meter, path: str) -> None:
        self.model = client.model
        self._client = for_run(client, path, before_retry=self._retry)
        self._meter = meter
        self._ticket: Ticket | None = None

    @property
    def sees_images(self) -> bool:
        """What the client says."""
        return can_see(self._client)

    def __repr__(self) -> str:
        return f"MeteredClient({self._client!r})"

    def complete(
        self,
        messages: Sequence[Message],
        *,
        on_text: OnText | None = None,
        stop_when: StopWhen | None = None,
    ) -> LLMResponse:
        """The client's answer, if the budget allows the request.

        An answer that passes a limit by its own length is handed out: it is paid for, and may hold
        the result. ``meter.check()`` then raises, and so does the next request.

        Raises:
            BudgetExceeded: the request, or one more in place of a failed one, was not sent.
        """
        # Without a limit there is nothing to hold an estimate against, and a price may be slow.
        expected = estimate(self._client, messages) if self._meter.limited else Usage(requests=1)
        ticket = self._ticket = self._meter.reserve(expected, model=self.model)
        try:
            response = self._client.complete(messages, on_text=on_text, stop_when=stop_when)
        except BaseException as error:
            ticket.abandon(error)
            raise
        ticket.settle(response.usage)
        return response

    def _retry(self) -> None:
        if self._ticket is not None:
            self._ticket.retry()


def metered(client: LLMClient, meter: Meter, path: str = "") -> LLMClient:
    """``client`` for one run of the task at ``path``, whose every request passes ``meter``.

    A run asks one question at a time; two runs at once have a client each.
    """
    return MeteredClient(client, meter, path)


def _exceed(name: str, limit: float, used: float, then: str) -> NoReturn:
    raise BudgetExceeded(
        f"{name}={limit} is reached: {_number(name, used)} used, {then}. "
        "Raise the limit, or give the task less to do.",
        limit=name,
        allowed=limit,
        used=used,
    )


def _number(name: str, value: float) -> str:
    if name == "max_cost":
        return f"${value:.6f}".rstrip("0").rstrip(".")
    return f"{value:,}"
