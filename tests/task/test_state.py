"""A run inside a state: what it starts with, what it keeps, what its events say."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from agex import Agent, Live, TaskFail, Versioned
from agex.event_types import AnyEvent, Observation, TaskSucceeded
from agex.inspection import events, view
from agex.llm import ScriptedClient


def block(code: str) -> str:
    return f"So.\n\n```python\n{code}\n```\n"


def task_of(*replies: str, **options: Any) -> tuple[Any, ScriptedClient]:
    client = ScriptedClient(replies)
    agent = Agent(name="keeper", llm=client, **options)

    @agent.task
    def work(n: int) -> object:
        """Work."""
        raise NotImplementedError

    return work, client


@pytest.fixture(params=["Live", "Versioned", "Versioned file"])
def state(request: pytest.FixtureRequest, tmp_path: Path) -> Any:
    if request.param == "Live":
        return Live()
    return Versioned() if request.param == "Versioned" else Versioned(str(tmp_path / "runs.db"))


def test_names_live_from_one_call_to_the_next(state: Any) -> None:
    work, _ = task_of(block("kept = [n]\nreturn None"), block("kept.append(n)\nreturn kept"))
    work(1, state=state)

    assert work(2, state=state) == [1, 2]
    assert state["kept"] == [1, 2]


def test_a_run_starts_with_what_the_caller_put_there(state: Any) -> None:
    state["rates"] = {"eur": 2}
    work, _ = task_of(block("return rates['eur'] * n"))

    assert work(21, state=state) == 42


def test_a_function_made_in_one_call_is_there_in_the_next(state: Any) -> None:
    work, _ = task_of(
        block("def twice(x):\n    return 2 * x\nreturn None"), block("return twice(n)")
    )
    work(1, state=state)

    assert work(21, state=state) == 42


def test_arguments_are_not_kept(state: Any) -> None:
    work, _ = task_of(block("m = n + 1\nreturn n"))
    work(1, state=state)

    assert list(state) == ["m"]


def test_the_state_holds_the_events_of_its_runs(state: Any) -> None:
    work, _ = task_of(block("x = n"), block("return x"), block('task_fail("no")'))
    work(1, state=state)
    with pytest.raises(TaskFail):
        work(2, state=state)

    seen = events(state)
    assert [e.kind if hasattr(e, "kind") else "ok" for e in seen if hasattr(e, "turns")] == [
        "ok",
        "TaskFail",
    ]
    assert len(events(state, kind=Observation)) == 3
    assert events(state, path="keeper.work") == seen
    assert events(state, path="keeper") == ()


def test_an_observation_carries_the_commit_it_led_to(tmp_path: Path) -> None:
    state = Versioned(str(tmp_path / "runs.db"))
    work, _ = task_of(block("x = n"), block("x += 1\nreturn x"))
    seen: list[AnyEvent] = []
    work(1, state=state, on_event=seen.append)

    commits = [event.commit for event in seen if isinstance(event, Observation)]
    assert len(set(commits)) == 2
    assert None not in commits
    assert state.checkout(commits[0])["x"] == 1
    assert state.checkout(commits[1])["x"] == 2


def test_a_state_on_disk_is_there_for_another_process(tmp_path: Path) -> None:
    path = str(tmp_path / "runs.db")
    work, _ = task_of(block("kept = {'n': n}\nreturn None"), block("return kept"))
    with Versioned(path) as first:
        work(3, state=first)

    with Versioned(path) as second:
        assert work(0, state=second) == {"n": 3}


def test_a_worker_keeps_its_names_below_its_own(state: Any) -> None:
    boss = Agent(name="boss", llm=ScriptedClient([block("mine = 1\nreturn ask(n)")] * 2))
    worker = Agent(
        name="worker",
        llm=ScriptedClient([block("theirs = n\nreturn theirs"), block("return theirs + n")]),
    )

    @boss.fn
    @worker.task
    def ask(n: int) -> int:
        """Ask."""
        raise NotImplementedError

    @boss.task
    def plan(n: int) -> int:
        """Plan."""
        raise NotImplementedError

    assert plan(1, state=state) == 1
    assert plan(2, state=state) == 3
    assert sorted(state.paths()) == ["", "worker"]
    assert list(state) == ["mine"]
    assert "theirs" in state.namespace("worker").globals


def test_what_is_no_state_is_refused_with_what_would_be() -> None:
    work, client = task_of()

    with pytest.raises(TypeError, match=r"agex\.Live\(the_dict\)"):
        work(1, state={"x": 1})
    assert client.requests == []


def test_view_tells_what_is_there_and_what_happened(state: Any) -> None:
    work, _ = task_of(block("kept = [n]\nprint('noted')"), block("return kept"))
    seen: list[AnyEvent] = []
    work(1, state=state, on_event=seen.append)

    assert "kept: list of 1 int = [1]" in str(view(state))
    told = str(view(seen))
    assert told.startswith("keeper.work\n  n: int = 1\n")
    assert "| kept = [n]" in told
    assert "noted" in told
    assert told.splitlines()[-1].startswith("result: [1] (2 turns")


def test_view_of_an_agent_is_what_its_model_reads() -> None:
    import math

    agent = Agent(primer="Be exact.")
    agent.module(math)

    assert "math" in str(view(agent))
    assert "Be exact." in repr(view(agent))


def test_events_of_an_error_are_those_until_then() -> None:
    work, _ = task_of(block('task_fail("no")'))
    with pytest.raises(TaskFail) as caught:
        work(1)

    assert events(caught.value, kind=TaskSucceeded) == ()
    assert len(events(caught.value, kind=Observation)) == 1
    with pytest.raises(TypeError, match="events\\(\\) takes"):
        events(3)


def test_a_function_returned_from_a_state_keeps_working(state: Any) -> None:
    client = ScriptedClient([block("base = 10\ndef add(x):\n    return base + x\nreturn add")])
    agent = Agent(llm=client)

    @agent.task
    def make() -> Callable[[int], int]:
        """Make."""
        raise NotImplementedError

    assert make(state=state)(5) == 15


@pytest.mark.parametrize("kind", ["live", "file"])
def test_the_future_import_of_one_call_holds_in_later_calls_with_its_state(
    kind: str, tmp_path: Path
) -> None:
    """As it does from one line to the next of one Python session: the names are one module's."""
    agent = Agent()
    later = "def scale(row: Row) -> Row:\n    return row\nscale.__annotations__"
    state: Any = Live() if kind == "live" else Versioned(tmp_path / "state.db")
    first = agent.sandbox(state=state)
    assert first.run("from __future__ import annotations\nn = 1").error is None
    if kind == "file":
        state.commit()
        state.close()
        state = Versioned(tmp_path / "state.db")

    ran = agent.sandbox(state=state).run(later)

    assert ran.output == {"row": "Row", "return": "Row"}
    assert isinstance(agent.sandbox(state=Live()).run(later).error, NameError)
