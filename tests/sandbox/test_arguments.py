"""A task's arguments belong to one call: what is made in it goes on with them."""

from __future__ import annotations

from typing import Any

import pytest

from agex import Agent, Live, Versioned
from agex.policy import Registry
from agex.sandbox import Session


def session(**inputs: Any) -> Session:
    return Session(Registry().freeze(), inputs=inputs)


def run(box: Session, *actions: str) -> Any:
    for action in actions:
        result = box.run(action)
        assert result.error is None, result.traceback
    return result.output


@pytest.mark.parametrize("state", [Live, Versioned])
def test_functions_of_two_calls_with_one_state_have_their_own_arguments(state: Any) -> None:
    agent = Agent(llm=lambda m: "```python\ndef add(x):\n    return x + n\nreturn add\n```")

    @agent.task
    def make(n: int) -> object:
        """Make an adder."""
        raise NotImplementedError

    held = state()
    five, seven = make(5, state=held), make(7, state=held)

    assert (five(1), seven(1)) == (6, 8)


@pytest.mark.parametrize(
    ("actions", "shown"),
    [
        (["def f(): return n", "n = 2", "f()"], 2),
        (["def f(): return n", "n += 1\nf()"], 2),
        (["def f(): return n", "for n in range(4): pass", "f(), n"], (3, 3)),
        (["def f(): return n", "def g():\n    global n\n    n = 9\ng()", "f(), n"], (9, 9)),
        (["global n\nn = 3", "def f(): return n\nf()"], 3),
        (["n = 5\nn"], 5),
        (["[n for _ in range(2)]"], [1, 1]),
        (["class A:\n    x = n\n    def f(self): return n", "A.x, A().f()"], (1, 1)),
        (["(lambda: (lambda: n)())()"], 1),
        (["n: int = 4\nn"], 4),
        (["import math as n" if False else "n = [n]", "n.append(2)\nn"], [1, 2]),
        (["def f(n=n): return n\nf()"], 1),
        (["def f():\n    n = 8\n    return n\n(f(), n)"], (8, 1)),
        (["def gen():\n    yield n", "list(gen())"], [1]),
        (["inputs.n"], 1),
        (["def f(): return inputs.n", "f()"], 1),
        (["match [n]:\n    case [n]: pass", "n"], 1),
        (["try:\n    1 / 0\nexcept ZeroDivisionError as n:\n    pass", "'n' in dir()"], False),
        (["async def f(): return n", "await f()"], 1),
        (["def f():\n    nonlocal_ = n\n    return nonlocal_", "n = 6\nf()"], 6),
    ],
)
def test_an_argument_is_a_variable_like_any_other(actions: list[str], shown: Any) -> None:
    assert run(session(n=1), *actions) == shown


def test_a_deleted_argument_is_gone() -> None:
    box = session(n=1)
    run(box, "def f(): return n", "del n")

    assert isinstance(box.run("n").error, NameError)
    assert isinstance(box.run("f()").error, NameError)


def test_names_of_functions_are_those_of_a_module() -> None:
    box = session(n=1)
    run(box, "def f():\n    def g(): return n\n    return g\nclass A:\n    def m(self): return n")

    assert box.globals["f"].__qualname__ == "f"
    assert box.globals["f"]().__qualname__ == "f.<locals>.g"
    assert box.globals["A"].m.__qualname__ == "A.m"


def test_assigned_and_touched_tell_of_arguments_too() -> None:
    box = session(n=1)
    result = box.run("n = 2\nm = n")

    assert set(result.assigned) == {"n", "m"}
    assert {"n", "m"} <= result.touched
    assert box.namespace["n"] == 2
