"""``agex.limited``: a deadline for a returned function, in the caller's own hands."""

from __future__ import annotations

import subprocess
import sys
import time
from typing import Any

import cloudpickle
import pytest

import agex
from agex import Agent
from agex.errors import CallTimeout, ConfigurationError, LimitReached


def made(code: str, name: str = "f", **inputs: Any) -> Any:
    box = Agent().sandbox(inputs)
    result = box.run(code)
    assert result.error is None, result.traceback
    return box.namespace[name]


ENDLESS = "def f(x=0):\n    while True:\n        x += 1"


def test_a_call_that_takes_too_long_is_a_timeout_error() -> None:
    f = agex.limited(made(ENDLESS), seconds=0.2)
    started = time.monotonic()

    with pytest.raises(TimeoutError, match="f ran longer than 0.2 seconds") as caught:
        f()
    assert isinstance(caught.value, CallTimeout)
    assert time.monotonic() - started < 3


def test_a_call_in_time_is_as_it_was() -> None:
    f = agex.limited(made("def f(a, *, b=2):\n    'Doc.'\n    return a + b"), seconds=1)

    assert f(1, b=3) == 4
    assert f.__name__ == "f"
    assert f.__doc__ == "Doc."


def test_each_call_has_its_own_time() -> None:
    f = agex.limited(made("def f(): return 1"), seconds=0.05)

    for _ in range(3):
        time.sleep(0.04)
        assert f() == 1


def test_what_the_function_raises_passes() -> None:
    with pytest.raises(ZeroDivisionError):
        agex.limited(made("def f(): return 1 / 0"), seconds=1)()


def test_agent_code_cannot_swallow_the_limit() -> None:
    code = "def f():\n    while True:\n        try:\n            while True: pass\n        except BaseException:\n            pass"
    try:
        f = made(code)
    except AssertionError:  # refused already: the name is not offered
        f = made(code.replace("except BaseException", "except"))

    with pytest.raises(CallTimeout):
        agex.limited(f, seconds=0.2)()


def test_agent_code_gains_no_time_by_calling_a_limited_function() -> None:
    slow = agex.limited(made(ENDLESS), seconds=60)
    quick = agex.limited(made("def f():\n    x = 0\n    for i in range(20000): x += 1"), seconds=60)
    agent = Agent(timeout_seconds=0.3)
    agent.fn(slow, name="slow")
    agent.fn(quick, name="quick")
    started = time.monotonic()

    for code in ("slow()", "while True:\n    quick()"):
        error = agent.sandbox().run(code).error
        assert isinstance(error, (LimitReached, CallTimeout))
    assert time.monotonic() - started < 5


THERE = """
import pickle, sys
for f in pickle.load(sys.stdin.buffer):
    try:
        f()
    except TimeoutError as error:
        print(error)
"""


def test_it_travels_with_its_function() -> None:
    helped = made(ENDLESS + "\ndef g():\n    return f()", name="g")
    sent = cloudpickle.dumps([agex.limited(fn, seconds=0.2) for fn in (made(ENDLESS), helped)])
    done = subprocess.run(
        [sys.executable, "-c", THERE], input=sent, capture_output=True, timeout=60, check=True
    )

    assert done.stdout.decode().splitlines() == [
        "f ran longer than 0.2 seconds and was stopped",
        "g ran longer than 0.2 seconds and was stopped",
    ]


@pytest.mark.parametrize("seconds", [0, -1, "1", None, True])
def test_seconds_are_a_number_above_zero(seconds: Any) -> None:
    with pytest.raises(ConfigurationError):
        agex.limited(len, seconds=seconds)
