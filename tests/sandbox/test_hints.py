"""What an error says beside the mistake: the name that was probably meant."""

from __future__ import annotations

import collections
import datetime

import pytest

from agex import Agent
from agex.helpers import register_stdlib


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("[1].add(2)", "Did you mean append(x)?"),
        ("{1}.append(2)", "Did you mean add(x)?"),
        ("'abc'.length", "Did you mean len(…)?"),
        ("{}.has_key(1)", "Did you mean key in d?"),
        ("[1].apend(2)", "Did you mean 'append'?"),
        ("class Mine(list): pass\nMine().add(1)", "has no attribute 'add'"),
        ("Counter('aab')", "Did you forget 'from collections import Counter'?"),
        ("mean([1])", "Did you forget 'from statistics import mean'?"),
        ("json.dumps(1)", "Did you forget 'import json'?"),
        ("import datetime\ndatetime.now()", "Did you mean 'datetime.datetime.now'?"),
        ("pirnt(1)", "Did you mean 'print' or 'int'?"),
    ],
)
def test_a_mistake_is_answered_with_what_was_meant(code: str, said: str) -> None:
    agent = Agent()
    register_stdlib(agent)

    assert said in agent.sandbox().run(code).traceback


def test_only_what_is_registered_is_recommended() -> None:
    space = Agent()
    space.module(datetime, include=["date"])
    box = space.sandbox()

    assert "Did you forget" not in box.run("mean([1])").traceback
    assert "datetime.datetime" not in box.run("import datetime\ndatetime.now()").traceback
    assert "Did you forget" not in box.run("x1 = 1\nx2").traceback


def test_the_host_may_have_an_attribute_of_such_a_name() -> None:
    class Bag(collections.UserList[int]):
        def add(self, x: int) -> int:
            return x

    agent = Agent()
    agent.cls(Bag)

    assert agent.sandbox().run("Bag().add(3)").output == 3
