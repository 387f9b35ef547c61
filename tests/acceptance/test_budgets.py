"""What a run may spend, by the count of the server that is paid: the last request is the one before the cap."""

from __future__ import annotations

import json
from typing import Any

import pytest

from agex import Agent, BudgetExceeded
from agex.event_types import AnyEvent, LLMReply, TaskFailed
from tests.servers import ChatServer, Status


def block(code: str) -> str:
    return f"On I go.\n\n```python\n{code}\n```\n"


def runaway(server: ChatServer, **limits: Any) -> Any:
    agent = Agent(name="a", llm=server.client(), max_iterations=1000, **limits)

    @agent.task
    def count(n: int) -> int:
        """Count."""
        raise NotImplementedError

    return count


def spent(server: ChatServer) -> int:
    """Input tokens of every request, by the server's own count."""
    return sum(seen.tokens for seen in server.requests)


def test_a_runaway_agent_stops_at_the_request_before_its_cap_of_tokens() -> None:
    with ChatServer(lambda body: block("print('x' * 400)")) as server:
        with pytest.raises(BudgetExceeded) as caught:
            runaway(server, max_llm_tokens=20_000)(1)

    assert caught.value.limit == "max_llm_tokens"
    assert spent(server) <= 20_000
    # One more request of the size of the last would have passed it.
    assert caught.value.used + server.requests[-1].tokens + 200 > 20_000
    assert len(server.requests) > 5


def test_a_runaway_agent_stops_at_its_cap_of_money() -> None:
    with ChatServer(lambda body: block("print('x' * 400)")) as server:
        with pytest.raises(BudgetExceeded) as caught:
            runaway(server, max_cost=0.02)(1)  # one dollar is a million tokens here

    assert caught.value.limit == "max_cost"
    assert caught.value.used <= 0.02
    assert spent(server) <= 20_000


def test_retries_count_as_calls() -> None:
    script = [Status(500), block("1"), Status(500), block("2"), block("3")]
    with ChatServer(script) as server, pytest.raises(BudgetExceeded) as caught:
        runaway(server, max_llm_calls=4)(1)

    assert len(server.requests) == 4
    assert caught.value.used == 4


def test_sub_agents_spend_from_the_budget_of_who_called_them() -> None:
    def answer(body: dict[str, Any]) -> str:
        is_boss = "def plan" in json.dumps(body["messages"][1])
        return block("work(1)" if is_boss else "print('x' * 400)")

    with ChatServer(answer) as server:
        boss = Agent(name="boss", llm=server.client(), max_llm_calls=12)
        worker = Agent(name="worker", llm=server.client(), max_iterations=5)

        @boss.fn
        @worker.task
        def work(n: int) -> int:
            """Work."""
            raise NotImplementedError

        @boss.task
        def plan() -> int:
            """Plan."""
            raise NotImplementedError

        seen: list[AnyEvent] = []
        with pytest.raises(BudgetExceeded):
            plan(on_event=seen.append)

    assert len(server.requests) == 12
    assert sum(isinstance(event, LLMReply) for event in seen) == 12
    failed = [
        event for event in seen if isinstance(event, TaskFailed) and event.path == "boss.plan"
    ]
    assert failed[-1].usage.requests == 12


def test_requests_of_a_ten_turn_run_share_their_beginning_byte_for_byte() -> None:
    """Providers cache by prefix: each request begins with the whole of the one before."""
    turns = [block(f"x{i} = {i}\nprint(x{i})") for i in range(9)]
    with ChatServer([*turns, block("task_success(x8)")]) as server:
        assert runaway(server)(1) == 8

    bodies = [json.dumps(seen.messages)[:-1] for seen in server.requests]
    assert len(bodies) == 10
    for shorter, longer in zip(bodies, bodies[1:], strict=False):
        assert longer.startswith(shorter)
