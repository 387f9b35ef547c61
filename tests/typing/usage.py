"""agex as a caller's type checker sees it: read by mypy --strict, never run.

A line that must be an error carries a ``type: ignore`` with its code; ``warn_unused_ignores`` makes
mypy complain when it is not one any more.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, assert_type

from agex import Agent, MemberSpec, Task

agent = Agent(name="typed", max_iterations=3)
agent.module(math, visibility="low", include=["sqrt", "pi"])


@dataclass
class Point:
    x: float
    y: float


@agent.task
def make_function(description: str) -> Callable[..., Any]:
    """Generate a Python function from a text description."""
    raise NotImplementedError


# What is asked for, and what comes back.
assert_type(make_function("the next prime"), Callable[..., Any])
assert_type(make_function(description="the next prime"), Callable[..., Any])
held: Task[[str], Callable[..., Any]] = make_function

make_function(123)  # type: ignore[call-overload]
make_function()  # type: ignore[call-overload]
make_function("a", "b")  # type: ignore[call-overload]


@agent.task("Answer with exact numbers.")
def middle(points: list[Point], *, weight: float = 1.0) -> Point:
    raise NotImplementedError


assert_type(middle([Point(0, 0)], weight=2.0), Point)
middle([Point(0, 0)], weight="heavy")  # type: ignore[call-overload]


# Registering hands back what it was given, so decorated names keep their types.
@agent.fn
def double(n: int) -> int:
    return 2 * n


@agent.fn(name="thrice", visibility="medium")
def triple(n: int) -> int:
    return 3 * n


@agent.cls(include="*", configure={"x": MemberSpec(visibility="high")})
class Box:
    x: int = 0


assert_type(double(2), int)
assert_type(triple(2), int)
assert_type(Box().x, int)
assert_type(agent.cls(Point), type[Point])

agent.fn(double, visibility="loud")  # type: ignore[call-overload]

# Options are known by name and type.
Agent(max_cost=0.5, code_channel="tool")
Agent(max_cos=0.5)  # type: ignore[call-arg]
Agent(max_depth="deep")  # type: ignore[arg-type]


@agent.task(max_iterations=2, check=lambda answer: answer > 0)
def positive(n: int) -> int:
    """A positive number."""
    raise NotImplementedError


assert_type(positive(3), int)
agent.task(max_iteration=2)  # type: ignore[call-overload]
