"""Runs share no mutable state: many at once, and no name, output or event in the wrong run."""

from __future__ import annotations

import re
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from agex import Agent
from agex.event_types import AnyEvent, Observation, TaskSucceeded
from agex.messages import Message

THREADS, RUNS = 8, 20


def model(messages: Sequence[Message]) -> str:
    """Three turns: note the number, print it, hand in what was noted."""
    turn = sum(message.role == "assistant" for message in messages)
    code = (
        "noted = [number]\ndef tell():\n    return noted[0]",
        "print('number', tell(), 'seen', sorted(n for n in dir() if n.startswith('mark')))",
        "noted.append(number)\ntask_success((noted, tell))",
    )[turn]
    return f"Turn {turn}.\n```python\n{code}\n```"


def test_eight_threads_of_twenty_runs_do_not_hear_each_other() -> None:
    agent = Agent(llm=model)

    @agent.task
    def note(number: int) -> tuple[list[int], object]:
        """Note the number."""
        raise NotImplementedError

    def run(number: int) -> list[AnyEvent]:
        seen: list[AnyEvent] = []
        noted, tell = note(number, on_event=seen.append)
        assert noted == [number, number]
        assert tell() == number  # type: ignore[operator]  # declared as object
        return seen

    with ThreadPoolExecutor(THREADS) as pool:
        streams = list(pool.map(run, range(THREADS * RUNS)))

    assert len({stream[0].run_id for stream in streams}) == THREADS * RUNS
    for number, stream in enumerate(streams):
        assert len({event.run_id for event in stream}) == 1
        assert len(stream) == 14
        assert isinstance(stream[-1], TaskSucceeded)
        outputs = "".join(event.stdout for event in stream if isinstance(event, Observation))
        assert re.findall(r"number (\d+)", outputs) == [str(number)]


def test_the_functions_that_come_back_stay_apart() -> None:
    agent = Agent(llm=model)

    @agent.task
    def note(number: int) -> tuple[list[int], object]:
        """Note the number."""
        raise NotImplementedError

    made = [note(number)[1] for number in range(5)]

    assert [tell() for tell in made] == [0, 1, 2, 3, 4]  # type: ignore[operator]
