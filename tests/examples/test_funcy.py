"""The follow-up of ``funcy.py`` needs the call before it."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path

import pytest

from agex import Agent, Versioned
from agex.llm import ScriptedClient
from agex.llm.recording import load_recording

REPLAY = Path(__file__).parents[2] / "examples" / "replays" / "funcy.md"


def test_the_follow_up_builds_on_what_the_first_call_made() -> None:
    """The words "now the next lower prime" mean nothing without what was said before."""

    recording = load_recording(REPLAY)
    client = ScriptedClient([reply.text for run in recording.runs for reply in run.replies])
    agent = Agent(llm=client)
    agent.module(math)

    @agent.task
    def make_function(description: str) -> Callable[..., object]:
        """Generate a Python function from a text description."""
        raise NotImplementedError

    state = Versioned()
    make_function("find the next prime larger than a given number", state=state)
    lower = make_function("now the next lower prime", state=state)

    assert [lower(n) for n in (3, 100, 7920)] == [2, 97, 7919]
    heard = "\n".join(message.text for message in client.requests[-1])
    assert "The smallest prime larger than n." in heard
    assert "next_prime: <function next_prime(n)>" in heard
    with pytest.raises(ValueError, match="no prime below 2"):
        lower(2)
