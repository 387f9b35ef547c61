"""A call with a state goes on from what was said and made in the calls before it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from agex import Agent, Live, TaskFail, Versioned
from agex.llm import ScriptedClient


def block(code: str, said: str = "So.") -> str:
    return f"{said}\n\n```python\n{code}\n```\n"


def task_of(*replies: str, **options: Any) -> tuple[Any, ScriptedClient]:
    client = ScriptedClient(replies)
    agent = Agent(name="keeper", llm=client, **options)

    @agent.task
    def work(request: str) -> object:
        """Work."""
        raise NotImplementedError

    return work, client


def told(client: ScriptedClient, request: int) -> list[tuple[str, str]]:
    """Who said what in one request, the system text aside."""
    return [(message.role, message.text) for message in client.requests[request][1:]]


@pytest.fixture(params=["Live", "Versioned"])
def state(request: pytest.FixtureRequest) -> Any:
    return Live() if request.param == "Live" else Versioned()


def test_the_next_call_reads_what_was_said_in_the_last_one(state: Any) -> None:
    work, client = task_of(
        block("x = 1\nx", "I count."), block("return 'one'"), block("return x + 1")
    )
    work("count", state=state)

    assert work("and one more", state=state) == 2
    first, again = told(client, 0), told(client, 2)
    assert again[:2] == [first[0], ("assistant", block("x = 1\nx", "I count.").strip())]
    assert [role for role, _ in again] == ["user", "assistant", "user", "assistant", "user"]
    assert again[-1][1].startswith("That call is over: it returned 'one'\n\nComplete this function")
    assert "'and one more'" in again[-1][1]


def test_without_a_state_nothing_was_said() -> None:
    work, client = task_of(block("return 1"), block("return 2"))
    work("a")
    work("b")

    assert len(client.requests[1]) == 2


def test_a_call_that_failed_is_part_of_the_conversation(state: Any) -> None:
    work, client = task_of(block("task_fail('no such file')"), block("return 2"))
    with pytest.raises(TaskFail):
        work("read it", state=state)
    work("try again", state=state)

    assert "That call is over: TaskFail: no such file" in told(client, 1)[-1][1]


def test_what_the_caller_put_there_is_shown_by_name(state: Any) -> None:
    state["orders"] = [{"n": 1}, {"n": 2}]
    work, client = task_of(block("return len(orders)"))

    work("how many?", state=state)

    assert "These names are there already:\norders: list of 2 dicts" in told(client, 0)[0][1]


def test_names_of_the_policy_and_arguments_are_not_among_them(state: Any) -> None:
    import math

    client = ScriptedClient([block("kept = 1\nreturn sums.sqrt(4)"), block("return 2")])
    agent = Agent(name="keeper", llm=client)
    agent.module(math, name="sums")

    @agent.task
    def work(request: str) -> object:
        """Work."""
        raise NotImplementedError

    work("a", state=state)
    work("b", state=state)

    shown = told(client, 1)[-1][1].partition("These names are there already:\n")[2]
    assert "kept: int = 1" in shown
    assert "request" not in shown
    assert "sums" not in shown


def test_another_process_goes_on_with_the_conversation(tmp_path: Path) -> None:
    path = str(tmp_path / "runs.db")
    work, _ = task_of(block("def f(x):\n    return 2 * x\nreturn f", "I double."))
    with Versioned(path) as first:
        work("double", state=first)

    work, client = task_of(block("return f(4)"))
    with Versioned(path) as second:
        assert work("use it on 4", state=second) == 8
    assert "I double." in told(client, 0)[1][1]
    assert "f: <function f(x)>" in told(client, 0)[-1][1]


def test_a_branch_from_an_earlier_step_goes_on_from_what_was_said_until_then() -> None:
    state = Versioned()
    work, client = task_of(
        block("x = 1\nx", "First."), block("return x", "Second."), block("return x", "Other.")
    )
    work("go", state=state)
    step = next(commit for commit in state.history() if commit.message == "turn 1")

    work("another way", state=state.fork(at=step))

    said = " ".join(text for _, text in told(client, 2))
    assert "First." in said
    assert "Second." not in said


def test_a_worker_has_a_conversation_of_its_own() -> None:
    state = Versioned()
    worker_client = ScriptedClient([block("return 1", "Worker speaks."), block("return 2")])
    boss_client = ScriptedClient([block("return ask()", "Boss speaks."), block("return ask()")])
    boss, worker = Agent(name="boss", llm=boss_client), Agent(name="worker", llm=worker_client)

    @boss.fn
    @worker.task
    def ask() -> int:
        """Ask."""
        raise NotImplementedError

    @boss.task
    def plan() -> int:
        """Plan."""
        raise NotImplementedError

    plan(state=state)
    plan(state=state)

    to_worker = " ".join(text for _, text in told(worker_client, 1))
    to_boss = " ".join(text for _, text in told(boss_client, 1))
    assert "Worker speaks." in to_worker
    assert "Boss speaks." not in to_worker
    assert "Boss speaks." in to_boss
    assert "Worker speaks." not in to_boss


def test_long_conversations_lose_their_beginning_and_seldom() -> None:
    state = Versioned()
    replies = [block(f"return {n}", f"Reply {n}. " + "word " * 300) for n in range(60)]
    work, client = task_of(*replies, context_tokens=16_384)
    for n in range(60):
        work(f"request {n}", state=state)

    starts = [request[1].text for request in client.requests]
    sizes = [sum(len(message.text) for message in request[1:]) for request in client.requests]
    moved = sum(before != after for before, after in zip(starts, starts[1:], strict=False))
    assert max(sizes) < 16_384 * 3.6 / 4 + 3000
    assert 2 <= moved <= 12  # each time several runs go at once, so that a cache of the rest holds
    assert "Reply 58." in " ".join(text for _, text in told(client, 59))


def test_one_long_run_does_not_fill_the_next_call() -> None:
    state = Versioned()
    replies = [block("print('x ' * 4000)") for _ in range(8)]
    work, client = task_of(
        *replies, block("return 1"), block("return 2"), context_tokens=16_384, max_iterations=10
    )
    work("long", state=state)
    work("short", state=state)

    assert sum(len(message.text) for message in client.requests[-1][1:]) < 16_384


def test_the_task_of_the_present_call_is_never_shortened() -> None:
    state = Versioned()
    replies = [block("print('x ' * 3000)") for _ in range(8)]
    work, client = task_of(
        block("return 0", "Before."),
        *replies,
        block("return 1"),
        context_tokens=8_192,
        max_iterations=10,
    )
    work("first", state=state)
    work("a request that must stay whole", state=state)

    last = " ".join(text for _, text in told(client, -1))
    assert "a request that must stay whole" in last
    assert "output left out to save room" in last


def test_a_large_value_is_named_and_not_loaded_to_be_shown(tmp_path: Path) -> None:
    path = str(tmp_path / "runs.db")
    with Versioned(path) as first:
        first["big"] = b"\1" * (20 << 20)
        first["small"] = 1
    work, client = task_of(block("return small"))
    with Versioned(path) as state:
        work("go", state=state)

        assert "big" not in state.namespace().globals
    assert "big: (large; not loaded yet)" in told(client, 0)[0][1]


def test_a_hundred_names_do_not_fill_the_prompt(state: Any) -> None:
    for n in range(100):
        state[f"name{n}"] = n
    work, client = task_of(block("return 1"))

    work("go", state=state)

    assert "… and 60 more; dir() lists them" in told(client, 0)[0][1]


def test_what_a_program_wrote_into_the_log_itself_is_left_alone(state: Any) -> None:
    space = state.namespace()
    for item in ({"role": "user", "text": "hello"}, "hello", {"run": "x", "said": {"type": "New"}}):
        space.log("conversation").append(item)
    space.commit([])
    work, client = task_of(block("return 1"), block("return 2"))

    assert work("a", state=state) == 1
    assert work("b", state=state) == 2
    assert [role for role, _ in told(client, 1)] == ["user", "assistant", "user"]
