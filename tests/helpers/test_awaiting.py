"""``asyncio`` in agent code: it works as elsewhere, and no wait outlives the deadline."""

from __future__ import annotations

import asyncio
import time

import pytest

from agex.errors import LimitReached
from agex.helpers import register_stdlib
from agex.policy import Registry
from agex.sandbox import Limits, Session


def session(seconds: float = 5.0) -> Session:
    registry = Registry()
    register_stdlib(registry)
    return Session(registry.freeze(), limits=Limits(timeout_seconds=seconds))


WORKERS = """
import asyncio

async def double(n, delay=0.001):
    await asyncio.sleep(delay)
    return 2 * n
"""


def test_a_top_level_await_gathers() -> None:
    result = session().run(WORKERS + "await asyncio.gather(*[double(n) for n in range(3)])")

    assert result.output == [0, 2, 4], result.traceback


def test_asyncio_run_works_from_plain_code() -> None:
    result = session().run(WORKERS + "asyncio.run(double(4))")

    assert result.output == 8, result.traceback


def test_asyncio_run_inside_a_running_action_is_the_error_it_is_elsewhere() -> None:
    result = session().run(WORKERS + "await asyncio.sleep(0)\nasyncio.run(double(4))")

    assert isinstance(result.error, RuntimeError)


def test_queues_locks_groups_and_timeouts() -> None:
    result = session().run(
        WORKERS
        + """
queue = asyncio.Queue()
lock = asyncio.Lock()

async def produce():
    for n in range(3):
        await queue.put(n)

async def consume():
    async with lock:
        return [await queue.get() for _ in range(3)]

async with asyncio.TaskGroup() as group:
    group.create_task(produce())
    task = group.create_task(consume())
try:
    await asyncio.wait_for(double(1, delay=5), timeout=0.01)
except asyncio.TimeoutError:
    late = True
try:
    async with asyncio.timeout(0.01):
        await asyncio.sleep(5)
except TimeoutError:
    later = True
task.result(), late, later, queue.empty()
"""
    )

    assert result.output == ([0, 1, 2], True, True, True), result.traceback


@pytest.mark.parametrize(
    "code",
    [
        "await asyncio.sleep(100)",
        "await asyncio.Queue().get()",
        "await asyncio.Event().wait()",
        "asyncio.run(asyncio.sleep(100))" if False else "asyncio.run(double(1, 100))",
        """
async def stubborn():
    while True:
        try:
            await asyncio.sleep(100)
        except BaseException:
            pass
await stubborn()
""",
        """
async def stubborn():
    while True:
        try:
            await asyncio.sleep(100)
        except asyncio.CancelledError:
            continue
task = asyncio.create_task(stubborn())
await asyncio.sleep(100)
""",
        """
async def busy():
    while True:
        await asyncio.sleep(0)
await busy()
""",
        """
async def generate():
    try:
        yield 1
    finally:
        await asyncio.sleep(100)
async for x in generate():
    await asyncio.sleep(100)
""",
    ],
)
def test_no_wait_outlives_the_deadline(code: str) -> None:
    box = session(0.3)
    start = time.monotonic()
    result = box.run(WORKERS + code)

    assert isinstance(result.error, LimitReached), result.traceback
    assert time.monotonic() - start < 2.0
    assert box.run("1 + 1").output == 2


def test_a_task_that_is_left_over_does_not_hold_the_action_up() -> None:
    start = time.monotonic()
    result = session(5.0).run(
        WORKERS
        + """
async def stubborn():
    while True:
        try:
            await asyncio.sleep(100)
        except asyncio.CancelledError:
            pass
task = asyncio.create_task(stubborn())
await double(1)
"""
    )

    assert result.output == 2, result.traceback
    assert time.monotonic() - start < 2.0


async def test_an_action_may_await_inside_a_running_loop_of_the_hosts() -> None:
    result = session().run(WORKERS + "await double(5)")

    assert result.output == 10, result.traceback
    await asyncio.sleep(0)  # the host's own loop goes on


def test_loops_threads_and_processes_are_not_there() -> None:
    box = session()
    for name in ("get_event_loop", "new_event_loop", "to_thread", "create_subprocess_exec",
                 "open_connection", "all_tasks", "get_running_loop", "Runner"):  # fmt: skip
        assert box.run(f"import asyncio\nasyncio.{name}").error is not None
    denied = "t = asyncio.create_task(double(1))\nt.get_loop()"
    assert box.run(WORKERS + "await asyncio.sleep(0)\n" + denied).error is not None


def test_a_recursion_that_ends_in_the_making_of_a_loop_leaves_nothing_half_made() -> None:
    """Each level tries again, with one more frame to spare than the one below it."""
    box = session()
    result = box.run(
        WORKERS
        + """
asyncio.run(double(1))
waiting = [double(4) for _ in range(2000)]
found = []

def deep():
    try:
        deep()
    except RecursionError:
        pass
    try:
        found.append(asyncio.run(waiting[-1]))
        waiting.pop()
    except RecursionError:
        found.append(None)

deep()
for each in waiting:
    each.close()
found.count(None), {each for each in found if each is not None}
"""
    )

    assert result.error is None, result.traceback
    refused, answers = result.output
    assert refused > 0
    assert answers == {8}
    assert box.run("asyncio.run(double(2))").output == 4
    assert asyncio._get_running_loop() is None
