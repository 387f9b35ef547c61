"""The second interrupter ends long steps in C, and nothing that belongs to the host."""

from __future__ import annotations

import asyncio
import functools
import os
import re
import signal
import sys
import threading
import time
from collections.abc import Iterator
from types import FrameType
from typing import Any

import pytest

from agex.errors import LimitReached
from agex.policy import Registry
from agex.sandbox import Limits, Session

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such timer")

HOPELESS = "re.match(r'(a+)+$', 'a' * 40 + 'b')"
LONG_PRODUCTS = "x = 3\nwhile True:\n    x = x*x*x*x*x*x*x*x*x*x*x*x"
#: A search of some tenths of a second that no limit of the tests lets run to its end in agent code.
PATTERN = re.compile(r"(a|b|ab)*c")
TEXT = "ab" * 20


@pytest.fixture(autouse=True)
def nothing_left_behind() -> Iterator[None]:
    yield
    assert signal.getitimer(signal.ITIMER_VIRTUAL) == (0.0, 0.0)


def session(*functions: Any, seconds: float = 0.3, **named: Any) -> Session:
    registry = Registry()
    registry.module(re)
    for function in functions:
        registry.fn(function)
    for name, function in named.items():
        registry.fn(function, name=name)
    return Session(registry.freeze(), limits=Limits(timeout_seconds=seconds))


def burn(seconds: float) -> None:
    """Use processor time, so that signals come."""
    end = time.process_time() + seconds
    while time.process_time() < end:
        pass


@pytest.mark.parametrize(
    "code",
    [
        LONG_PRODUCTS,
        "x = 7\nfor i in range(21):\n    x = x * x\nx % (x - 3)\nx // (x >> 5000000)",
        "import re\n" + HOPELESS,
        "import re\nre.compile(r'(a+)+$').match('a' * 40 + 'b')",
        "import re\nre.Pattern.match(re.compile(r'(a+)+$'), 'a' * 40 + 'b')",
        "import re\nre.compile(r'(a+)+$').split('a' * 40 + 'b', maxsplit=1)",
        "import re\nfor m in re.compile(r'(a+)+$').finditer('a' * 40 + 'b'):\n    pass",
        "import re\nre.sub(r'(a+)+$', lambda m: '', 'a' * 40 + 'b')",
    ],
)
def test_a_long_step_in_c_ends_with_the_deadline(code: str) -> None:
    box = session()

    result = box.run(code)

    assert isinstance(result.error, LimitReached)
    assert result.error.limit == "timeout_seconds"
    assert box.run("1 + 1").output == 2


def test_agent_code_can_neither_catch_nor_outlive_it() -> None:
    code = f"""
import re
caught = []
def stubborn():
    while True:
        try:
            {HOPELESS}
        except BaseException as error:
            caught.append(error)
        finally:
            stubborn()
stubborn()
"""
    box = session()

    result = box.run(code)

    assert isinstance(result.error, LimitReached)
    assert box.namespace["caught"] == []


def test_what_was_set_before_is_named_and_the_traceback_points_at_the_line() -> None:
    result = session().run("a = 1\nimport re\n" + HOPELESS + "\nb = 2")

    assert "a" in result.assigned and "b" not in result.assigned
    assert "line 3" in result.traceback


@pytest.mark.parametrize("kind", ["computing", "sleeping", "searching", "multiplying"])
def test_a_function_of_the_host_runs_to_its_end(kind: str) -> None:
    done: list[str] = []

    def work() -> None:
        if kind == "computing":
            burn(0.6)
        elif kind == "sleeping":
            time.sleep(0.6)
        elif kind == "searching":
            for _ in range(3):
                re.match(PATTERN.pattern, TEXT)
                PATTERN.match(TEXT)
            burn(0.4)
        else:
            number = 7**40_000
            end = time.process_time() + 0.6
            while time.process_time() < end:
                _ = number * number % (number - 2)
        done.append(kind)

    result = session(work).run("work()\nafter = 1\nwhile True:\n    pass")

    assert done == [kind]
    assert isinstance(result.error, LimitReached)


def test_a_function_of_the_host_written_in_c_runs_to_its_end() -> None:
    """The innermost frame is the agent's then, in the middle of a call."""
    reached: list[str] = []

    def note(match: re.Match[str]) -> str:
        reached.append(match.group())
        return ""

    replace = re.compile(PATTERN.pattern + "|z").sub
    box = session(replace=functools.partial(replace, note, TEXT + "z"), seconds=0.05)
    started = time.process_time()

    result = box.run("replace()\nafter = 1\nwhile True:\n    pass")

    assert time.process_time() - started > 0.1, "the search is too short to show anything"
    assert reached == ["z"]
    assert isinstance(result.error, LimitReached)


def test_what_the_host_calls_back_with_is_the_agents_again() -> None:
    """A callback of the agent is stopped; the host's function around it sees the signal pass."""
    seen: list[str] = []

    def apply(function: Any) -> None:
        try:
            function()
        except LimitReached:
            seen.append("stopped")
            raise

    result = session(apply).run("import re\napply(lambda: " + HOPELESS + ")")

    assert seen == ["stopped"]
    assert isinstance(result.error, LimitReached)


def test_an_inner_deadline_is_not_the_outer_ones() -> None:
    ends: list[str] = []

    def ask() -> int:
        inner = session(seconds=0.2).run("import re\n" + HOPELESS)
        ends.append(type(inner.error).__name__)
        return 1

    result = session(ask, seconds=20.0).run("x = ask()\ny = 3 ** 1000 * 3 ** 1000\nx + 1")

    assert ends == ["LimitReached"]
    assert result.error is None
    assert result.output == 2


def test_the_outer_deadline_counts_again_after_an_inner_one() -> None:
    def ask() -> None:
        session(seconds=5.0).run("1")

    result = session(ask).run("import re\nask()\n" + HOPELESS)

    assert isinstance(result.error, LimitReached)


def test_a_person_can_still_interrupt() -> None:
    threading.Timer(0.2, lambda: os.kill(os.getpid(), signal.SIGINT)).start()

    with pytest.raises(KeyboardInterrupt):
        session(seconds=20.0).run("while True:\n    pass")


def test_a_handler_of_somebody_else_is_left_alone() -> None:
    came: list[int] = []

    def theirs(number: int, frame: FrameType | None) -> None:
        came.append(number)

    before = signal.signal(signal.SIGVTALRM, theirs)
    try:
        result = session().run("while True:\n    pass")

        assert signal.getsignal(signal.SIGVTALRM) is theirs
        assert isinstance(result.error, LimitReached)
        assert came == []
    finally:
        signal.signal(signal.SIGVTALRM, before)


def test_a_timer_of_somebody_else_is_left_alone() -> None:
    before = signal.signal(signal.SIGVTALRM, signal.SIG_DFL)
    signal.setitimer(signal.ITIMER_VIRTUAL, 1000.0)
    try:
        session().run("1 + 1")

        assert signal.getitimer(signal.ITIMER_VIRTUAL)[0] > 900
        assert signal.getsignal(signal.SIGVTALRM) is signal.SIG_DFL
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0.0)
        signal.signal(signal.SIGVTALRM, before)


def test_an_event_loop_of_the_host_goes_on() -> None:
    async def host() -> list[Any]:
        errors: list[Any] = []
        asyncio.get_running_loop().set_exception_handler(lambda _, context: errors.append(context))
        ticks = asyncio.ensure_future(asyncio.sleep(0.05, "tick"))
        result = session().run("import re\n" + HOPELESS)
        await asyncio.sleep(0.01)
        return [type(result.error), await ticks, errors]

    assert asyncio.run(host()) == [LimitReached, "tick", []]


def test_another_thread_has_no_timer_and_meets_its_deadline_as_before() -> None:
    found: list[Any] = []

    def work() -> None:
        result = session().run("while True:\n    pass")
        found.append((type(result.error), signal.getitimer(signal.ITIMER_VIRTUAL)))

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()

    assert found == [(LimitReached, (0.0, 0.0))]
