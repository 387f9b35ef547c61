"""What a tree of tasks may spend: a request that would pass a limit is never sent."""

from __future__ import annotations

import threading
import time

import pytest

from agex.errors import BudgetExceeded, ConfigurationError, LLMError
from agex.llm import CallableClient, FallbackClient, LLMResponse, Meter, ScriptedClient, metered
from agex.messages import Message, Usage
from tests.servers import ChatServer, Reply, Status, count_tokens

ASK = [Message("user", "x" * 400)]


def spend(meter: Meter, **used: float) -> None:
    meter.reserve(Usage()).settle(Usage(**{"requests": 1, **used}))  # type: ignore[arg-type]


def test_usage_adds_up_over_a_tree_of_tasks() -> None:
    boss = Meter()
    worker, other = boss.child(), boss.child()

    spend(boss, input_tokens=1, cost=0.1)
    spend(worker, input_tokens=10, output_tokens=5, cost=0.2)
    spend(other.child(), input_tokens=100, cached_tokens=50, reasoning_tokens=7)

    assert boss.usage == Usage(111, 5, 50, 7, pytest.approx(0.3), 3)
    assert worker.usage.requests == other.usage.requests == 1


def test_an_unknown_cost_makes_the_sum_unknown_and_never_zero() -> None:
    meter = Meter()
    spend(meter, cost=0.5)
    meter.reserve(Usage()).settle(Usage(cost=None, requests=1))

    assert meter.usage.cost is None


def test_calls_stop_at_the_limit_with_what_was_used() -> None:
    meter = Meter(max_llm_calls=2)
    client = metered(ScriptedClient(["a", "b", "c"]), meter)
    client.complete(ASK)
    client.complete(ASK)

    with pytest.raises(BudgetExceeded, match="max_llm_calls=2 is reached: 2 used") as caught:
        client.complete(ASK)

    error = caught.value
    assert (error.limit, error.allowed, error.used) == ("max_llm_calls", 2, 2)
    assert meter.usage.requests == 2


def test_a_limit_above_holds_for_the_sub_tasks_together() -> None:
    boss = Meter(max_llm_calls=3)
    workers = [metered(ScriptedClient(["x"] * 9), boss.child(max_llm_calls=2)) for _ in range(2)]
    workers[0].complete(ASK)
    workers[0].complete(ASK)
    workers[1].complete(ASK)

    with pytest.raises(BudgetExceeded, match="max_llm_calls=2"):
        workers[0].complete(ASK)
    with pytest.raises(BudgetExceeded, match="max_llm_calls=3"):
        workers[1].complete(ASK)


def test_a_runaway_is_stopped_at_the_request_before_the_cap() -> None:
    """The server counts the tokens: what it saw stays under the cap, the refused request included."""
    cap = 3_000
    with ChatServer(lambda body: Reply("y" * 400)) as server:
        meter = Meter(max_llm_tokens=cap)
        boss = metered(server.client(), meter)
        worker = metered(server.client(), meter.child())
        talk = list(ASK)
        with pytest.raises(BudgetExceeded) as caught:
            for turn in range(100):
                reply = (worker if turn % 3 == 2 else boss).complete(talk)
                talk += [Message("assistant", reply.text), Message("user", "go on " * 50)]
        wanted = count_tokens({"messages": [{"content": m.text} for m in talk]})

    seen = sum(request.tokens + 100 for request in server.requests)
    assert caught.value.limit == "max_llm_tokens"
    assert seen == meter.usage.total_tokens <= cap
    assert seen + wanted * 1.3 > cap, "it would have had room for one more"
    assert meter.usage.requests == len(server.requests) > 2


def test_money_stops_before_the_request_that_would_pass_the_cap() -> None:
    with ChatServer([Reply("y" * 40)] * 9) as server:
        meter = Meter(max_cost=0.001)  # 100 tokens in and 10 out are 0.00012
        client = metered(server.client(), meter)
        with pytest.raises(BudgetExceeded, match=r"max_cost=0.001 is reached: \$0.0009") as caught:
            for _ in range(9):
                client.complete(ASK)

    assert len(server.requests) == 8
    assert meter.usage.cost is not None and meter.usage.cost <= 0.001
    assert caught.value.used == pytest.approx(meter.usage.cost)


def test_a_cost_cannot_be_limited_where_no_price_is_known() -> None:
    with ChatServer(["x"], model="openai/no-price") as server:
        client = metered(server.client(cost_per_token=None), Meter(max_cost=1.0))
        with pytest.warns(UserWarning), pytest.raises(ConfigurationError, match="max_llm_tokens"):
            client.complete(ASK)

    assert server.requests == []


def test_retries_count_as_calls() -> None:
    with ChatServer([Status(500)] * 9) as server:
        meter = Meter(max_llm_calls=3)
        with pytest.raises(BudgetExceeded, match="max_llm_calls=3"):
            metered(server.client(max_attempts=9), meter).complete(ASK)

    assert len(server.requests) == 3 == meter.usage.requests


def test_fallbacks_count_as_calls() -> None:
    second = ScriptedClient(["never asked"])
    with ChatServer([Status(401)]) as server:
        client = FallbackClient([server.client(), second])
        with pytest.raises(BudgetExceeded):
            metered(client, Meter(max_llm_calls=1)).complete(ASK)

    assert second.requests == []


def test_what_failed_requests_used_is_counted_when_all_fail() -> None:
    with ChatServer([Status(500)] * 9) as server:
        meter = Meter()
        with pytest.raises(LLMError):
            metered(server.client(max_attempts=2), meter).complete(ASK)

    assert meter.usage.requests == 2


def test_an_answer_that_passes_the_limit_is_handed_out_and_nothing_after_it() -> None:
    meter = Meter(max_llm_tokens=200)
    client = metered(ScriptedClient(["y" * 4000] * 2), meter)

    assert len(client.complete(ASK).text) == 4000
    with pytest.raises(BudgetExceeded, match="past it"):
        meter.check()
    with pytest.raises(BudgetExceeded):
        client.complete(ASK)


def test_a_check_below_the_limit_says_nothing() -> None:
    meter = Meter(max_llm_calls=1, max_llm_tokens=10_000, max_cost=1.0)
    metered(ScriptedClient(["ok"]), meter).complete(ASK)

    meter.child().check()


def test_many_tasks_at_once_do_not_pass_the_limit_together() -> None:
    """Each looks before it asks; without reservations all would find the same room."""
    asked: list[int] = []

    def slow(messages: object) -> str:
        asked.append(1)
        time.sleep(0.01)
        return "ok"

    boss = Meter(max_llm_calls=20)
    refused: list[BudgetExceeded] = []

    def task() -> None:
        client = metered(CallableClient(slow), boss.child())
        try:
            for _ in range(21):
                client.complete(ASK)
        except BudgetExceeded as error:
            refused.append(error)

    threads = [threading.Thread(target=task) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(asked) == 20 == boss.usage.requests
    assert len(refused) == 8


def test_a_request_that_fails_gives_its_reservation_back() -> None:
    meter = Meter(max_llm_tokens=150)
    failing = metered(ScriptedClient([LLMError("down", attempts=1), "ok"]), meter)

    with pytest.raises(LLMError):
        failing.complete(ASK)

    assert failing.complete(ASK).text == "ok"


def test_without_a_limit_nothing_is_estimated() -> None:
    class Priced(ScriptedClient):
        def estimate(self, messages: object) -> Usage:
            raise AssertionError("asked for a price nobody needs")

    response: LLMResponse = metered(Priced(["ok"]), Meter().child()).complete(ASK)

    assert response.text == "ok"


@pytest.mark.parametrize(
    "limits", [{"max_cost": -1}, {"max_llm_calls": True}, {"max_llm_tokens": "9"}]
)
def test_a_limit_that_is_no_number_is_refused(limits: dict[str, object]) -> None:
    with pytest.raises(ConfigurationError, match="not a number of 0 or more"):
        Meter(**limits)  # type: ignore[arg-type]
