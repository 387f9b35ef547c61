"""Think, act, observe: what costs a turn, what the model is told, how a run ends."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import pytest

from agex import Agent, BudgetExceeded, LLMError, TaskClarify, TaskFail, TaskTimeout
from agex.errors import ArgumentError, ConfigurationError
from agex.event_types import (
    Action,
    AnyEvent,
    LLMReply,
    LLMRequest,
    Observation,
    TaskFailed,
    TaskStarted,
    TaskSucceeded,
)
from agex.llm import LLMResponse, ScriptedClient
from agex.messages import Usage


def block(code: str) -> str:
    return f"I do this.\n\n```python\n{code}\n```\n"


def scripted(*replies: Any, **options: Any) -> tuple[Any, ScriptedClient]:
    """A task ``answer(n: int) -> int`` whose model gives ``replies``."""
    client = ScriptedClient(replies)
    agent = Agent(name="a", llm=client, **options)
    agent.module(math)

    @agent.task
    def answer(n: int) -> int:
        """A number."""
        raise NotImplementedError

    return answer, client


def last_told(client: ScriptedClient) -> str:
    return client.requests[-1][-1].text


# ---------------------------------------------------------------- the shape of a run


def test_a_run_emits_its_events_in_order() -> None:
    answer, _ = scripted(block("x = n + 1\nx"), block("task_success(x)"))
    seen: list[AnyEvent] = []

    assert answer(1, on_event=seen.append) == 2
    turn = [LLMRequest, LLMReply, Action, Observation]
    assert [type(event) for event in seen] == [TaskStarted, *turn, *turn, TaskSucceeded]
    assert {event.path for event in seen} == {"a.answer"}
    assert len({event.run_id for event in seen}) == 1
    assert [event.turn for event in seen] == [0, 1, 1, 1, 1, 2, 2, 2, 2, 0]


def test_what_the_model_thinks_and_writes_is_on_the_reply() -> None:
    answer, _ = scripted(block("task_success(n)"))
    seen: list[AnyEvent] = []
    answer(1, on_event=seen.append)
    reply = next(event for event in seen if isinstance(event, LLMReply))

    assert (reply.thinking, reply.code) == ("I do this.", "task_success(n)\n")
    assert reply.replayed
    assert reply.usage.requests == 1


def test_the_conversation_only_grows_at_its_end() -> None:
    answer, client = scripted(*[block(f"x = {i}\nprint(x)") for i in range(8)], block("return x"))
    answer(1)

    for shorter, longer in zip(client.requests, client.requests[1:], strict=False):
        assert longer[: len(shorter)] == shorter
        assert [message.role for message in longer[len(shorter) :]] == ["assistant", "user"]


def test_names_live_from_one_turn_to_the_next_and_not_to_the_next_call() -> None:
    answer, client = scripted(
        block("kept = n * 2"), block("task_success(kept)"), block("print(kept)"), block("return 0")
    )

    assert answer(21) == 42
    assert answer(1) == 0
    assert "NameError" in client.requests[3][-1].text


def test_a_top_level_return_is_a_success() -> None:
    answer, _ = scripted(block("if n > 0:\n    return n + 1"))

    assert answer(1) == 2


def test_the_two_other_endings_are_exceptions_for_the_caller() -> None:
    answer, _ = scripted(block('task_fail("no data")'), block('task_clarify("which one?")'))

    with pytest.raises(TaskFail) as failed:
        answer(1)
    with pytest.raises(TaskClarify) as asked:
        answer(1)

    assert failed.value.message == "no data"
    assert failed.value.task == "a.answer"
    assert isinstance(failed.value.events[-1], TaskFailed)
    assert failed.value.events[-1].kind == "TaskFail"
    assert asked.value.message == "which one?"


def test_wrong_arguments_ask_no_model() -> None:
    answer, client = scripted()

    with pytest.raises(ArgumentError, match="n: should be a valid integer"):
        answer("x")
    assert client.requests == []


def test_without_a_model_the_first_call_says_what_to_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AGEX_MODEL", raising=False)
    agent = Agent()

    @agent.task
    def answer(n: int) -> int:
        """A number."""
        raise NotImplementedError

    with pytest.raises(ConfigurationError, match="AGEX_MODEL"):
        answer(1)


# ---------------------------------------------------------------- what costs a turn


@pytest.mark.parametrize(
    ("reply", "told"),
    [
        ("I would rather not.", "no block of Python"),
        ("", "no block of Python"),
        (LLMResponse("```python\nx = 1", Usage(), "m", "length"), "cut off"),
        (LLMResponse("Let me th", Usage(), "m", "length"), "cut off"),
        (block("x = = 1"), "SyntaxError"),
        (block("1 / 0"), "ZeroDivisionError"),
        (block("task_success('x')"), "result: should be a valid integer, got str 'x'"),
        (block("task_fail(3)"), "task_fail takes a text"),
    ],
)
def test_a_bad_turn_is_answered_and_costs_one_turn(reply: Any, told: str) -> None:
    answer, client = scripted(reply, block("task_success(7)"))
    seen: list[AnyEvent] = []

    assert answer(1, on_event=seen.append) == 7
    assert told in last_told(client)
    assert seen[-1].turns == 2  # type: ignore[union-attr]
    assert len(client.requests) == 2


def test_a_stream_that_broke_inside_its_block_is_asked_for_again_and_costs_no_turn() -> None:
    broken = LLMResponse("```python\ntask_success(1", Usage(requests=1), "m", "stop", streamed=True)
    answer, client = scripted(broken, block("task_success(2)"))
    seen: list[AnyEvent] = []

    assert answer(1, on_event=seen.append) == 2
    assert seen[-1].turns == 1  # type: ignore[union-attr]
    assert client.requests[0] == client.requests[1]


def test_a_prefix_of_a_broken_stream_is_never_run() -> None:
    broken = LLMResponse("```python\nn = 5\n", Usage(requests=1), "m", "stop", streamed=True)
    answer, client = scripted(broken, broken, broken, block("task_success(n)"))

    assert answer(1) == 1
    assert "cut off" in last_told(client)


def test_what_follows_the_block_is_dropped_and_the_model_is_told() -> None:
    answer, client = scripted(block("x = 1") + "Observation: x is 1\n", block("task_success(x)"))
    answer(1)

    assert "Observation" not in client.requests[1][-2].text
    assert "dropped" in last_told(client)


def test_turns_run_out_as_a_timeout_with_what_happened() -> None:
    answer, client = scripted(*[block("n") for _ in range(5)], max_iterations=3)

    with pytest.raises(TaskTimeout, match="no result after 3 turns") as caught:
        answer(1)
    assert isinstance(caught.value, TimeoutError)
    assert len(client.requests) == 3
    assert [type(e) for e in caught.value.events].count(Action) == 3
    assert "last turn" in client.requests[2][-1].text


def test_what_a_client_raises_ends_the_task() -> None:
    answer, _ = scripted(LLMError("no such model"))
    seen: list[AnyEvent] = []

    with pytest.raises(LLMError, match="no such model"):
        answer(1, on_event=seen.append)
    assert isinstance(seen[-1], TaskFailed)


def test_what_a_listener_raises_reaches_the_caller() -> None:
    answer, _ = scripted(block("task_success(1)"))

    def listen(event: AnyEvent) -> None:
        raise KeyError("mine")

    with pytest.raises(KeyError, match="mine"):
        answer(1, on_event=listen)


# ---------------------------------------------------------------- results and checks


def test_a_result_keeps_its_identity_and_a_builtin_is_exact() -> None:
    rows: list[object] = [object()]
    agent = Agent(llm=ScriptedClient([block("task_success(rows)")]))

    @agent.task
    def same(rows: list[object]) -> list[object]:
        """The same."""
        raise NotImplementedError

    assert same(rows) is rows


def test_an_agents_own_subclass_of_int_comes_back_as_int() -> None:
    answer, _ = scripted(block("class Liar(int):\n    pass\ntask_success(Liar(3))"))

    assert type(answer(1)) is int


def test_a_function_comes_back_as_a_function() -> None:
    agent = Agent(llm=ScriptedClient([block("def twice(n):\n    return 2 * n\nreturn twice")]))

    @agent.task
    def make(what: str) -> Callable[[int], int]:
        """A function."""
        raise NotImplementedError

    twice = make("double")

    assert twice(21) == 42
    assert sorted([3, 1, 2], key=twice) == [1, 2, 3]


def check_task(replies: list[str], **options: Any) -> tuple[Any, ScriptedClient]:
    client = ScriptedClient(replies)
    agent = Agent(llm=client)

    @agent.task(**options)
    def numbers() -> list[int]:
        """Three numbers."""
        raise NotImplementedError

    return numbers, client


@pytest.mark.parametrize(
    ("check", "told"),
    [
        (lambda numbers: len(numbers) == 3, "the check answered False"),
        (lambda numbers: numbers[2], "the check raised IndexError"),
        ([sum, lambda numbers: len(numbers) == 3], "the check answered False"),
    ],
)
def test_a_check_of_the_callers_own_sends_the_result_back(check: Any, told: str) -> None:
    numbers, client = check_task([block("return [1]"), block("return [1, 2, 3]")], check=check)

    assert numbers() == [1, 2, 3]
    assert told in last_told(client)


def test_what_a_check_says_of_itself_stands_in_the_first_request() -> None:
    def three(numbers: list[int]) -> bool:
        """There are three numbers.

        (More about it for people.)
        """
        return len(numbers) == 3

    numbers, client = check_task([block("return [1, 2, 3]")], check=[three, bool])

    assert numbers() == [1, 2, 3]
    assert client.requests[0][1].text.endswith(
        "\nThe caller will check it: There are three numbers."
    )


def test_a_check_that_asserts_has_passed_when_it_returns() -> None:
    def three(numbers: list[int]) -> None:
        """There are three."""
        if len(numbers) != 3:
            raise AssertionError(f"{len(numbers)} instead of 3")

    numbers, client = check_task([block("return [1]"), block("return [1, 2, 3]")], check=three)

    assert numbers() == [1, 2, 3]
    assert "three raised AssertionError: 1 instead of 3 (There are three.)" in last_told(client)


def doctest_task(*replies: str) -> tuple[Any, ScriptedClient]:
    client = ScriptedClient(replies)
    agent = Agent(llm=client)

    @agent.task(doctest=True)
    def make_slug() -> Callable[[str], str]:
        """Write a function that makes a slug of a title.

        >>> slugify("Hello World")
        'hello-world'
        """
        raise NotImplementedError

    return make_slug, client


def test_the_examples_of_the_docstring_can_be_the_check() -> None:
    make_slug, client = doctest_task(
        block("return lambda title: title.lower()"),
        block('def slugify(title):\n    return title.lower().replace(" ", "-")\nreturn slugify'),
    )

    assert make_slug()("A B") == "a-b"
    assert "an example of the docstring does not hold" in last_told(client)
    assert "'hello world'" in last_told(client)


# ---------------------------------------------------------------- options


def test_setup_runs_before_the_first_turn_and_is_shown() -> None:
    client = ScriptedClient([block("task_success(rate * n)")])
    agent = Agent(llm=client)

    @agent.task("Use the rate.", setup="rate = 2\nprint('rate is', rate)")
    def price(n: int) -> int:
        raise NotImplementedError

    assert price(4) == 8
    assert "rate is 2" in client.requests[0][-1].text
    assert "Use the rate." in client.requests[0][-1].text


def test_copy_inputs_keeps_the_callers_objects_apart() -> None:
    agent = Agent(llm=ScriptedClient([block("rows.append(1)\nreturn None")] * 2))

    @agent.task(copy_inputs=True)
    def apart(rows: list[int]) -> None:
        """Append."""
        raise NotImplementedError

    @agent.task
    def shared(rows: list[int]) -> None:
        """Append."""
        raise NotImplementedError

    mine: list[int] = []
    apart(mine)
    assert mine == []
    shared(mine)
    assert mine == [1]


def test_a_budget_of_calls_stops_before_the_request_that_would_pass_it() -> None:
    answer, client = scripted(*[block("n") for _ in range(9)], max_llm_calls=2)

    with pytest.raises(BudgetExceeded) as caught:
        answer(1)
    assert (caught.value.limit, caught.value.allowed, caught.value.used) == ("max_llm_calls", 2, 2)
    assert len(client.requests) == 2
    assert [type(e) for e in caught.value.events].count(Action) == 2


def test_a_budget_of_tokens_stops_before_the_request_that_would_pass_it() -> None:
    answer, client = scripted(*[block("n") for _ in range(50)], max_llm_tokens=3_000)

    with pytest.raises(BudgetExceeded) as caught:
        answer(1)
    assert caught.value.limit == "max_llm_tokens"
    assert caught.value.used <= 3_000
    assert 1 <= len(client.requests) < 9


def test_an_answer_that_passes_a_budget_runs_and_nothing_more_is_asked() -> None:
    dear = Usage(input_tokens=10, output_tokens=9_000, cost=0.5, requests=1)
    look = LLMResponse(block("print(n)"), dear, "m")
    answer, client = scripted(look, block("task_success(1)"), max_llm_tokens=5_000)

    with pytest.raises(BudgetExceeded, match=r"9,010 used, which is past it") as caught:
        answer(7)

    assert caught.value.used == 9_010
    assert len(client.requests) == 1
    assert [type(event) for event in caught.value.events] == [
        TaskStarted, LLMRequest, LLMReply, Action, Observation, TaskFailed
    ]  # fmt: skip
    assert caught.value.events[4].text.startswith("7")


def test_an_answer_that_passes_a_budget_and_ends_the_task_is_the_result() -> None:
    dear = Usage(input_tokens=10, output_tokens=9_000, cost=0.5, requests=1)
    finish = LLMResponse(block("task_success(n + 1)"), dear, "m")
    answer, _ = scripted(finish, max_llm_tokens=5_000, max_cost=0.1)

    assert answer(7) == 8


def test_an_answer_without_code_that_passes_a_budget_ends_the_task() -> None:
    dear = Usage(input_tokens=10, output_tokens=9_000, requests=1)
    answer, client = scripted(LLMResponse("Hm.", dear, "m"), "unasked", max_llm_tokens=5_000)

    with pytest.raises(BudgetExceeded):
        answer(7)

    assert len(client.requests) == 1


def test_usage_of_the_whole_run_is_on_the_last_event() -> None:
    paid = Usage(input_tokens=100, output_tokens=10, cost=0.5, requests=1)
    answer, _ = scripted(
        LLMResponse(block("n"), paid, "m"), LLMResponse(block("task_success(1)"), paid, "m")
    )
    seen: list[AnyEvent] = []
    answer(1, on_event=seen.append)

    assert seen[-1].usage == paid + paid  # type: ignore[union-attr]


def test_an_unknown_price_makes_the_cost_of_the_run_unknown() -> None:
    unpriced = Usage(input_tokens=100, output_tokens=10, cost=None, requests=1)
    answer, _ = scripted(LLMResponse(block("task_success(1)"), unpriced, "m"))
    seen: list[AnyEvent] = []
    answer(1, on_event=seen.append)

    assert seen[-1].usage.cost is None  # type: ignore[union-attr]


def test_a_conversation_near_its_bound_is_shortened_and_keeps_task_and_last_turns() -> None:
    noisy = [block(f"step{i} = {i}\nprint('x' * 6000)") for i in range(12)]
    answer, client = scripted(
        *noisy, block("task_success(step0)"), context_tokens=8_000, max_iterations=20
    )

    assert answer(1) == 0
    sizes = [sum(len(m.text) for m in request) for request in client.requests]
    assert max(sizes) < 8_000 * 3.6 * 1.1
    assert client.requests[-1][:2] == client.requests[0][:2]
    assert "xxxx" in client.requests[-1][-1].text


# ---------------------------------------------------------------- pictures


def picture_task(sees: bool) -> tuple[Any, ScriptedClient]:
    import numpy as np

    client = ScriptedClient([block("view_image(pixels)"), block("return None")])
    client.sees_images = sees  # type: ignore[attr-defined]
    agent = Agent(llm=client)
    agent.cls(np.ndarray, include=["shape"], constructable=False)

    @agent.task
    def look(pixels: np.ndarray) -> None:
        """Look at it."""
        raise NotImplementedError

    look(np.zeros((4, 4), dtype=np.uint8))
    return look, client


def test_a_picture_goes_into_the_next_message_of_a_model_that_sees() -> None:
    _, client = picture_task(sees=True)

    assert "view_image" in client.requests[0][0].text
    (image,) = client.requests[1][-1].images
    assert image.media_type == "image/png"


def test_a_model_that_cannot_see_is_told_so() -> None:
    _, client = picture_task(sees=False)

    assert "view_image" not in client.requests[0][0].text
    assert client.requests[1][-1].images == ()
    assert "cannot be shown pictures" in client.requests[1][-1].text
