"""The agent itself: what it takes, what it refuses, and what it makes."""

from __future__ import annotations

import inspect
import math
import pickle
import sqlite3
import subprocess
import sys
import warnings
from dataclasses import dataclass
from typing import Any

import pytest

import agex
from agex import Agent, MemberSpec, Task
from agex.errors import ArgumentError, ConfigurationError, ContextWindowExceeded, RegistrationError
from agex.event_types import AnyEvent, LLMRequest
from agex.llm import ScriptedClient
from agex.task import AgentChoices, TaskChoices
from agex.task.options import AGENT_OPTIONS, TASK_OPTIONS


def block(code: str) -> str:
    return f"So.\n\n```python\n{code}\n```\n"


# ---------------------------------------------------------------- made with


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"max_iteration": 3}, "Did you mean 'max_iterations'"),
        ({"max_iterations": 0}, "max_iterations is a whole number of at least 1, got 0"),
        ({"max_iterations": True}, "max_iterations is a whole number"),
        ({"timeout_seconds": 0}, "timeout_seconds is a number of seconds above 0"),
        ({"max_cost": -1}, "max_cost is a number of at least 0, or None"),
        ({"name": "a/b"}, "no '/' or '.'"),
        ({"name": ""}, "name is a text"),
        ({"primer": 3}, "primer is a text, got 3"),
        ({"llm": 3}, "llm=3 is not a model"),
        ({"check": len}, "an option of a task: @agent.task"),
    ],
)
def test_a_wrong_option_is_refused_at_once(options: dict[str, Any], words: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        Agent(**options)
    assert words in str(caught.value)


def test_a_type_checker_and_help_know_every_option() -> None:
    own = set(inspect.signature(Agent).parameters) - {"name", "primer", "llm", "options"}

    assert own | set(AgentChoices.__annotations__) == set(AGENT_OPTIONS)
    assert {*AgentChoices.__annotations__, *TaskChoices.__annotations__} == {
        *TASK_OPTIONS,
        "primer",
    }
    assert "AgentChoices" in str(inspect.signature(Agent))
    assert "exclude" in inspect.signature(Agent.cls).parameters


def test_an_agent_with_nothing_configured_can_be_tried_in_its_sandbox() -> None:
    agent = Agent()
    agent.module(math)
    box = agent.sandbox(inputs={"n": 16})

    assert box.run("import math\nmath.sqrt(n)").output == 4.0
    assert box.run("inputs.n").output == 16
    assert box.run("task_success(1)").ended is not None


def test_the_model_is_read_from_the_environment_when_a_task_is_called(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    agent = Agent()

    monkeypatch.setenv("AGEX_MODEL", "openai/one")
    assert agent._model().model == "openai/one"
    assert agent._model() is agent._model()
    monkeypatch.setenv("AGEX_MODEL", "openai/two")
    assert agent._model().model == "openai/two"


def test_the_verbs_return_what_they_were_given() -> None:
    agent = Agent()

    @agent.fn
    def one() -> int:
        return 1

    @agent.fn(name="zwei", visibility="medium")
    def two() -> int:
        return 2

    @agent.cls(configure={"x": MemberSpec(visibility="low")})
    class Box:
        x: int = 0

    assert (one(), two(), Box().x) == (1, 2, 0)
    assert agent.fn(max, name="largest") is max
    assert agent.cls(Engine, constructable=False) is Engine
    assert agent.module(math) is math


def test_a_live_connection_can_be_registered() -> None:
    connection = sqlite3.connect(":memory:")
    agent = Agent()
    agent.module(connection, name="db", include=["execute"])
    agent.cls(sqlite3.Cursor, include=["fetchone"], constructable=False)

    assert agent.sandbox().run("db.execute('select 1').fetchone()").output == (1,)
    connection.close()


# ---------------------------------------------------------------- tasks


def test_a_task_keeps_name_signature_and_docstring() -> None:
    import inspect

    agent = Agent()

    @agent.task
    def answer(n: int, *, exact: bool = True) -> int:
        """A number."""
        raise NotImplementedError

    assert isinstance(answer, Task)
    assert answer.__name__ == "answer"
    assert answer.__doc__ == "A number."
    assert str(inspect.signature(answer)).startswith("(n: 'int', *, exact: 'bool' = True)")
    assert repr(answer) == "<task agent.answer(n: 'int', *, exact: 'bool' = True) -> 'int'>"


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"chek": len}, "Did you mean 'check'"),
        ({"check": 3}, "check= is a function of the result"),
        ({"max_iterations": 0}, "max_iterations is a whole number"),
        ({"setup": 3}, "setup is Python source"),
        ({"doctest": True}, "there is none"),
        ({"primer": 3}, "a task's primer is a string"),
    ],
)
def test_a_wrong_option_of_a_task_is_refused_where_it_is_written(
    options: dict[str, Any], words: str
) -> None:
    with pytest.raises(RegistrationError) as caught:

        @Agent().task(**options)
        def answer(n: int) -> int:
            """A number."""
            raise NotImplementedError

    assert words in str(caught.value)


class Engine:
    def start(self) -> None: ...


@dataclass
class Car:
    name: str
    engine: Engine


def test_a_type_nobody_registered_is_warned_of_with_the_line_that_registers_it() -> None:
    agent = Agent()
    with pytest.warns(UserWarning, match=r"agent\.cls\(Engine\)") as caught:

        @agent.task
        def tune(car: Car) -> str:
            """Tune it."""
            raise NotImplementedError

    assert len(caught) == 1
    assert caught[0].filename == __file__


def test_registered_and_data_types_are_not_warned_of() -> None:
    agent = Agent()
    agent.cls(Engine)
    with warnings.catch_warnings():
        warnings.simplefilter("error")

        @agent.task
        def tune(car: Car, cars: dict[str, list[Car]]) -> Car | None:
            """Tune it."""
            raise NotImplementedError


def test_a_task_grants_the_data_types_it_names_and_no_more() -> None:
    client = ScriptedClient(
        [block("car.engine.start()"), block("Car('x', car.engine)"), block("return car.name")]
    )
    agent = Agent(llm=client)
    with pytest.warns(UserWarning, match="Engine"):

        @agent.task
        def name(car: Car) -> str:
            """Its name."""
            raise NotImplementedError

    assert name(Car("Bee", Engine())) == "Bee"
    assert "Engine" in client.requests[1][-1].text  # opaque
    assert "Error" in client.requests[2][-1].text  # an argument's type cannot be constructed


def test_what_is_registered_after_the_task_was_made_counts() -> None:
    agent = Agent(llm=ScriptedClient([block("return late(20)")]))

    @agent.task
    def answer() -> int:
        """A number."""
        raise NotImplementedError

    @agent.fn
    def late(n: int) -> int:
        return n + 1

    assert answer() == 21


def test_options_of_a_task_override_those_of_its_agent() -> None:
    client = ScriptedClient([block("1")] * 9)
    agent = Agent(llm=client, max_iterations=5)

    @agent.task(max_iterations=2)
    def answer() -> int:
        """A number."""
        raise NotImplementedError

    with pytest.raises(TimeoutError, match="2 turns"):
        answer()


def test_a_conversation_too_long_for_the_model_is_shortened_once_and_asked_again() -> None:
    replies: list[Any] = [block(f"x{i} = {i}\nprint('y' * 3000)") for i in range(8)]
    replies += [ContextWindowExceeded("too long", model="m"), block("return x0")]
    client = ScriptedClient(replies)
    agent = Agent(llm=client)

    @agent.task
    def answer() -> int:
        """A number."""
        raise NotImplementedError

    seen: list[AnyEvent] = []

    assert answer(on_event=seen.append) == 0
    sizes = [event.characters for event in seen if isinstance(event, LLMRequest)]
    assert sizes[9] < sizes[8]
    assert seen[-1].turns == 9  # type: ignore[union-attr]


# ---------------------------------------------------------------- processes


def _double(messages: Any) -> str:
    return block("return 2 * n")


worker = Agent(name="worker", llm=_double)


@worker.task
def double(n: int) -> int:
    """Twice n."""
    raise NotImplementedError


def test_a_task_of_a_module_travels_to_another_process() -> None:
    assert pickle.loads(pickle.dumps(double)) is double


def test_an_agent_and_a_task_without_a_home_travel_by_value() -> None:
    import cloudpickle

    agent = Agent(name="a", llm=_double, max_iterations=3)
    agent.module(math)

    @agent.task
    def twice(n: int) -> int:
        """Twice n."""
        raise NotImplementedError

    again = pickle.loads(cloudpickle.dumps(agent))
    task = pickle.loads(cloudpickle.dumps(twice))

    assert (again.name, again.policy().importable()) == ("a", ("math",))
    assert again.sandbox().run("import math\nmath.sqrt(4)").output == 2.0
    assert task is not twice
    assert task(21) == 42
    again.fn(len, name="size")
    with pytest.raises(RegistrationError, match="math"):
        again.module(math)


def test_map_can_run_in_processes(tmp_path: Any) -> None:
    script = tmp_path / "tasks.py"
    script.write_text(
        "from concurrent.futures import ProcessPoolExecutor\n"
        "from agex import Agent\n"
        "worker = Agent(llm=lambda messages: '```python\\nreturn 2 * n\\n```')\n"
        "@worker.task\n"
        "def double(n: int) -> int:\n"
        '    """Twice n."""\n'
        "    raise NotImplementedError\n"
        "if __name__ == '__main__':\n"
        "    with ProcessPoolExecutor(2) as pool:\n"
        "        print(list(double.map([1, 2, 3], executor=pool)), pool.submit(double, 4).result())\n"
    )
    done = subprocess.run([sys.executable, str(script)], capture_output=True, text=True, timeout=60)

    assert done.stdout.strip() == "[2, 4, 6] 8", done.stderr


def test_wrong_arguments_of_a_worker_are_told_by_the_call() -> None:
    with pytest.raises(ArgumentError, match="double"):
        double("x")  # type: ignore[arg-type]


def test_the_full_view_of_an_agent_lists_what_it_may_touch_by_visibility() -> None:
    import math

    from agex import view

    agent = Agent()
    agent.module(math)

    @agent.fn
    def area(width: float) -> float:
        return width * width

    shown = str(view(agent, full=True))

    assert shown.index("high:") < shown.index("area(...)") < shown.index("low:")
    assert "module math: " in shown and "isqrt" in shown


@pytest.mark.parametrize("channel", ["text", "tool"])
def test_the_view_of_an_agent_is_the_system_text_its_model_reads(channel: str) -> None:
    client = ScriptedClient(["```python\ntask_success(1)\n```"])
    agent = Agent(llm=client, primer="Be exact.", max_iterations=4, code_channel=channel)
    agent.module(math)

    @agent.task
    def one() -> int:  # type: ignore[empty-body]
        """One."""

    one()
    assert str(agex.view(agent)) == client.requests[0][0].text
