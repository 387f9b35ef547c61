"""Classes of agent code that derive from the host's: in host code they are what their base says."""

from __future__ import annotations

import abc
import subprocess
import sys
from typing import Any

import cloudpickle
import pytest

from agex import Agent


class Strategy(abc.ABC):
    """What a host asks of an agent's class."""

    @abc.abstractmethod
    def bid(self, amount: int) -> int: ...

    def twice(self, amount: int) -> int:
        return self.bid(amount) * 2


def box() -> Any:
    agent = Agent()
    agent.cls(Strategy)
    return agent.sandbox()


def test_an_abstract_class_of_the_host_is_filled_in() -> None:
    result = box().run(
        "class Mine(Strategy):\n    def bid(self, amount):\n        return amount + 1\nMine()"
    )

    assert result.error is None, result.traceback
    assert isinstance(result.output, Strategy)
    assert result.output.twice(1) == 4


def test_what_is_left_abstract_cannot_be_made() -> None:
    result = box().run("class Mine(Strategy):\n    pass\nMine()")

    assert isinstance(result.error, TypeError)
    assert "abstract" in str(result.error)


@pytest.mark.parametrize(
    "code",
    [
        "Strategy._abc_impl",
        "class Mine(Strategy):\n    _abc_impl = {}",
        "class Mine(Strategy):\n    bid = 1\nMine._abc_impl = 1",
        "class Mine(Strategy):\n    bid = 1\nStrategy._abc_impl = Mine._abc_impl",
    ],
)
def test_the_registry_behind_an_abstract_class_is_not_the_agents(code: str) -> None:
    before = Strategy.__dict__["_abc_impl"]
    space = box()
    space.run(code)

    assert Strategy.__dict__["_abc_impl"] is before
    assert not isinstance({}, Strategy)


FAMILY = """
from dataclasses import dataclass
@dataclass
class Point:
    x: int
class Far(Point):
    def norm(self):
        return abs(self.x)
class Farther(Far):
    pass
task = lambda: Farther(-3).norm()
task
"""

THERE = """
import pickle, sys
import cloudpickle
task, Farther = pickle.loads(sys.stdin.buffer.read())
again, Again = pickle.loads(cloudpickle.dumps((task, Farther)))
class Vault:
    x = "s3cret"
try:
    seen = Again.norm(Vault())
except AttributeError as error:
    seen = type(error).__name__
print(task(), again(), Farther(-2).norm(), Again(-1), seen)
"""


def test_a_family_of_classes_stays_the_agents_own_in_other_processes() -> None:
    """A pickler by value leaves out of a class what is the same object in its base."""
    space = Agent().sandbox()
    task = space.run(FAMILY).output
    sent = cloudpickle.dumps((task, space.namespace["Farther"]))
    done = subprocess.run([sys.executable, "-c", THERE], input=sent, capture_output=True)

    assert done.stdout.decode().split(maxsplit=3) == [
        "3", "3", "2", "Farther(x=-1) AttributeRefused\n"
    ], done.stderr.decode()  # fmt: skip
