"""Agents as functions of agents: objects by reference, failures as exceptions, one tree of events."""

from __future__ import annotations

import threading
import tracemalloc
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import pytest

from agex import Agent, BudgetExceeded, TaskFail, TaskTimeout
from agex.errors import RegistrationError
from agex.event_types import AnyEvent, Observation, TaskStarted, TaskSucceeded
from agex.llm import LLMResponse, ScriptedClient
from agex.messages import Message, Usage


def block(code: str) -> str:
    return f"So.\n\n```python\n{code}\n```\n"


@dataclass
class Sheet:
    rows: list[int]


def pair(boss_replies: Sequence[str], worker_replies: Any, **options: Any) -> tuple[Any, Any]:
    """A boss's task ``plan(sheet) -> object`` whose code can call the worker's ``total(sheet)``."""
    boss = Agent(name="boss", llm=ScriptedClient(boss_replies), **options)
    worker = Agent(name="worker", llm=ScriptedClient(worker_replies))

    @boss.fn
    @worker.task
    def total(sheet: Sheet) -> Sheet:
        """The total, appended."""
        raise NotImplementedError

    @boss.task
    def plan(sheet: Sheet) -> object:
        """Plan it."""
        raise NotImplementedError

    return plan, total


def test_a_worker_is_a_function_of_the_boss_and_objects_pass_by_reference() -> None:
    plan, _ = pair(
        [block("same = total(sheet)\ntask_success((same is sheet, same))")],
        [block("sheet.rows.append(sum(sheet.rows))\nreturn sheet")],
    )
    sheet = Sheet([1, 2])
    is_same, back = plan(sheet)

    assert is_same
    assert back is sheet
    assert sheet.rows == [1, 2, 3]


def test_a_large_array_is_passed_down_and_up_without_a_copy() -> None:
    """The same for a gigabyte, with figures: ``benchmarks/by_reference.py``."""
    np = pytest.importorskip("numpy")
    boss = Agent(name="boss", llm=ScriptedClient([block("return mark(a)")]))
    worker = Agent(name="worker", llm=ScriptedClient([block("a[0] = 7.0\nreturn a")]))

    def mark(a: Any) -> Any:
        """Mark it."""
        raise NotImplementedError

    mark.__annotations__.update({"a": np.ndarray, "return": np.ndarray})

    def through(a: Any) -> Any:
        """Have it marked."""
        raise NotImplementedError

    through.__annotations__.update({"a": np.ndarray, "return": np.ndarray})
    boss.fn(worker.task(mark))
    task = boss.task(through)
    array = np.ones(4_000_000)
    tracemalloc.start()
    try:
        back = task(array)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert back is array
    assert array[0] == 7.0
    assert peak < array.nbytes / 2


def test_the_boss_reads_the_workers_signature_and_docstring() -> None:
    plan, _ = pair([block("return None")], [])
    seen: list[Message] = []
    boss_client = ScriptedClient(lambda messages: seen.extend(messages) or block("return 1"))
    plan._means = plan._means.__class__(
        plan._means.name, None, plan._means.policy, lambda: boss_client
    )
    plan(Sheet([]))

    assert "def total(sheet: Sheet) -> Sheet" in seen[0].text
    assert "The total, appended." in seen[0].text


def test_a_workers_failure_is_an_exception_the_boss_can_catch_by_name() -> None:
    code = """
try:
    total(sheet)
except TaskFail as error:
    said = str(error)
task_success(said)
"""
    plan, _ = pair([block(code)], [block('task_fail("the sheet is empty")')])

    assert plan(Sheet([])) == "the sheet is empty"


def test_a_workers_question_is_an_exception_the_boss_can_catch_by_name() -> None:
    code = """
try:
    total(sheet)
except TaskClarify as question:
    said = str(question)
task_success(said)
"""
    plan, _ = pair([block(code)], [block('task_clarify("net or gross?")')])

    assert plan(Sheet([])) == "net or gross?"


def test_a_failure_nobody_caught_is_an_error_in_the_bosss_turn() -> None:
    plan, _ = pair(
        [block("total(sheet)"), block('task_fail("the worker could not")')],
        [block('task_fail("the sheet is empty")')],
    )

    with pytest.raises(TaskFail) as caught:
        plan(Sheet([]))
    told = [e.text for e in caught.value.events if isinstance(e, Observation)]
    assert "TaskFail: the sheet is empty" in told[1]


def test_a_workers_events_are_in_the_bosss_stream_under_their_own_path() -> None:
    plan, _ = pair([block("task_success(total(sheet).rows)")], [block("return sheet")])
    seen: list[AnyEvent] = []
    plan(Sheet([1]), on_event=seen.append)

    starts = [event for event in seen if isinstance(event, TaskStarted)]
    assert [event.path for event in starts] == ["boss.plan", "boss.plan/worker.total"]
    assert len({event.run_id for event in seen}) == 2
    inner = [event for event in seen if event.path == "boss.plan/worker.total"]
    assert isinstance(inner[-1], TaskSucceeded)
    assert seen.index(inner[-1]) < len(seen) - 1


def test_a_workers_spending_is_part_of_the_bosss() -> None:
    plan, _ = pair(
        [block("total(sheet)"), block("return None")],
        [block("1"), block("2"), block("return sheet")],
        max_llm_calls=4,
    )

    with pytest.raises(BudgetExceeded) as caught:
        plan(Sheet([1]))
    assert caught.value.limit == "max_llm_calls"
    assert caught.value.used == 4


@pytest.mark.parametrize(
    "then", ["total(sheet)", "task_success(total(sheet))"], ids=["goes on", "is done"]
)
def test_a_workers_answer_that_passes_the_bosss_budget_counts_if_it_ends_the_work(
    then: str,
) -> None:
    dear = Usage(input_tokens=10, output_tokens=50_000, requests=1)
    plan, _ = pair(
        [block(then), block("return None")],
        [LLMResponse(block("return sheet"), dear, "m")],
        max_llm_tokens=20_000,
    )
    sheet = Sheet([1])

    if then.startswith("task_success"):
        assert plan(sheet) is sheet
    else:
        with pytest.raises(BudgetExceeded, match="past it"):
            plan(sheet)


def test_a_worker_can_be_asked_directly_as_well() -> None:
    _, total = pair([], [block("return sheet")])
    sheet = Sheet([1])

    assert total(sheet) is sheet


def test_recursion_ends_at_its_limit_and_says_so() -> None:
    agent = Agent(name="a", llm=lambda messages: block("task_success(again(n + 1))"), max_depth=3)

    @agent.fn
    @agent.task
    def again(n: int) -> int:
        """Again."""
        raise NotImplementedError

    seen: list[AnyEvent] = []

    with pytest.raises(TaskTimeout):
        again.using(on_event=seen.append)(0)
    assert max(event.path.count("/") + 1 for event in seen) == 3
    told = [e.text for e in seen if isinstance(e, Observation) and e.path.count("/") == 2]
    assert "would be 4 tasks deep, and 3 is the limit (max_depth)" in told[0]


def test_fan_out_ends_at_its_limit_and_says_so() -> None:
    plan, _ = pair(
        [block("for i in range(5):\n    total(sheet)"), block("return None")],
        [block("return sheet")] * 5,
        max_subtasks=3,
    )
    seen: list[AnyEvent] = []
    plan(Sheet([]), on_event=seen.append)

    told = [e.text for e in seen if isinstance(e, Observation) and e.path == "boss.plan"]
    assert "max_subtasks" in told[0]
    assert sum(isinstance(e, TaskStarted) for e in seen) == 1 + 3


@pytest.mark.parametrize("order", ["task over fn", "task over task"])
def test_the_wrong_order_of_decorators_shows_the_right_one(order: str) -> None:
    boss, worker = Agent(name="boss"), Agent(name="worker")

    with pytest.raises(RegistrationError, match="@boss.fn\n    @worker.task"):
        if order == "task over fn":

            @worker.task
            @boss.fn
            def total(sheet: Sheet) -> int:
                """The total."""
                raise NotImplementedError

        else:

            @boss.task
            @worker.task
            def total(sheet: Sheet) -> int:
                """The total."""
                raise NotImplementedError


# ---------------------------------------------------------------- many at once


def squares(delay: Callable[[int], None] = lambda n: None) -> Any:
    def model(messages: Sequence[Message]) -> str:
        return block("slow(n)\ntask_success(n * n)")

    agent = Agent(name="w", llm=model)
    agent.fn(delay, name="slow")

    @agent.task
    def square(n: int) -> int:
        """The square."""
        raise NotImplementedError

    return square


def test_map_gives_results_in_order_like_the_builtin() -> None:
    square = squares()

    assert list(square.map([3, 1, 2])) == [9, 1, 4]
    assert list(square.map([])) == []


def test_map_runs_as_many_at_once_as_it_is_told() -> None:
    running, most, lock = [0], [0], threading.Lock()
    together = threading.Barrier(3, timeout=5)

    def slow(n: int) -> None:
        with lock:
            running[0] += 1
            most[0] = max(most[0], running[0])
        together.wait()
        with lock:
            running[0] -= 1

    assert list(squares(slow).map(range(6), max_concurrency=3)) == [0, 1, 4, 9, 16, 25]
    assert most[0] == 3


def test_map_raises_when_the_failed_items_turn_comes() -> None:
    square = squares()
    results = square.map([1, "x", 3])

    assert next(results) == 1
    with pytest.raises(TypeError, match="n: should be a valid integer"):
        next(results)


def test_map_inside_a_run_makes_sub_tasks_of_it() -> None:
    square = squares()
    boss = Agent(name="boss", llm=ScriptedClient([block("task_success(all_squares([1, 2, 3]))")]))

    @boss.fn
    def all_squares(numbers: list[int]) -> list[int]:
        return list(square.map(numbers))

    @boss.task
    def plan() -> list[int]:
        """Plan it."""
        raise NotImplementedError

    seen: list[AnyEvent] = []

    assert plan(on_event=seen.append) == [1, 4, 9]
    paths = [event.path for event in seen if isinstance(event, TaskStarted)]
    assert paths == ["boss.plan", *["boss.plan/w.square"] * 3]


def test_agent_code_can_run_many_workers_at_once() -> None:
    square = squares()
    boss = Agent(name="boss", llm=ScriptedClient([block("return list(square.map(range(4)))")]))
    boss.fn(square)

    @boss.task
    def plan() -> list[int]:
        """Plan it."""
        raise NotImplementedError

    assert plan() == [0, 1, 4, 9]


def test_waiting_for_workers_is_not_charged_to_the_bosss_code() -> None:
    import time

    def model(messages: Sequence[Message]) -> str:
        time.sleep(0.4)
        return block("return n")

    worker = Agent(name="w", llm=model)

    @worker.task
    def same(n: int) -> int:
        """The same."""
        raise NotImplementedError

    code = "one = same(1)\nmany = list(same.map([2, 3]))\nreturn [one, *many]"
    boss = Agent(name="boss", llm=ScriptedClient([block(code)]), timeout_seconds=0.3)
    boss.fn(same)

    @boss.task
    def plan() -> list[int]:
        """Plan it."""
        raise NotImplementedError

    assert plan() == [1, 2, 3]


def test_map_runs_in_an_executor_of_the_callers() -> None:
    names: list[str] = []
    square = squares(lambda n: names.append(threading.current_thread().name))

    with ThreadPoolExecutor(2, "mine") as pool:
        assert list(square.map([3, 1], executor=pool)) == [9, 1]
    assert all(name.startswith("mine") for name in names)


def test_a_host_function_may_map_in_its_own_threads_and_they_are_sub_tasks_all_the_same() -> None:
    square = squares()

    def both() -> list[int]:
        with ThreadPoolExecutor(2) as pool:
            return list(square.map([2, 3], executor=pool))

    boss = Agent(name="boss", llm=ScriptedClient([block("return both()")]), max_llm_calls=3)
    boss.fn(both)

    @boss.task
    def plan() -> list[int]:
        """Plan it."""
        raise NotImplementedError

    seen: list[AnyEvent] = []
    assert plan(on_event=seen.append) == [4, 9]
    assert {event.path for event in seen} == {"boss.plan", "boss.plan/w.square"}


def test_map_runs_in_other_processes() -> None:
    """With an executor that takes functions by value; the model goes along with the task."""
    loky = pytest.importorskip("loky")
    agent = Agent(name="w", llm=Echo())

    @agent.task
    def square(n: int) -> int:
        """The square."""
        raise NotImplementedError

    pool = loky.get_reusable_executor(max_workers=2)
    try:
        assert list(square.map([3, 4], executor=pool)) == [9, 16]
    finally:
        pool.shutdown(wait=True)


class Echo:
    """A model that pickles."""

    model = "echo"

    def complete(self, messages: Any, *, on_text: Any = None, stop_when: Any = None) -> Any:
        return LLMResponse(block("task_success(n * n)"), Usage(requests=1), self.model)


NEVER = "class F:\n    def result(self):\n        while True: pass\n    def cancel(self): pass\n"
POOL = NEVER + "class E:\n    def submit(self, call, *item):\n        return F()\n"
LIST = "class L(list):\n    def __iter__(self):\n        while True: pass\n"


@pytest.mark.parametrize(
    "code",
    [
        POOL + "list(total.map([sheet], executor=E()))",
        LIST + "sheet.rows = L([1])\nlist(total.map([sheet]))",
        "def endless():\n    while True:\n        pass\n    yield sheet\nlist(total.map(endless()))",
    ],
    ids=["an executor of its own", "an argument that runs when looked at", "an endless iterable"],
)
@pytest.mark.timeout(60)
def test_map_gives_agent_code_no_time_that_is_not_its_own(code: str) -> None:
    """Waiting for workers is free of charge: nothing of the agent's may run meanwhile."""
    plan, _ = pair([block(code), block("return 'ended'")], [block("return sheet")] * 2)

    assert plan.using()(Sheet([1])) == "ended"


@pytest.mark.parametrize("keyword", ["on_event=lambda event: 0", "state=S()"])
def test_agent_code_cannot_listen_to_or_keep_the_runs_of_its_workers(keyword: str) -> None:
    plan, _ = pair(
        [block(f"class S:\n    pass\ntotal(sheet, {keyword})"), block("return None")],
        [block("return sheet")],
    )
    seen: list[AnyEvent] = []
    plan(Sheet([]), on_event=seen.append)
    told = [e.text for e in seen if isinstance(e, Observation) and e.path == "boss.plan"]

    assert "is for the program that runs the agents" in told[0]


# ---------------------------------------------------------------- stream and async


def test_a_stream_yields_the_events_of_the_run_and_then_its_result() -> None:
    stream = squares().stream(4)
    kinds = [type(event) for event in stream]

    assert kinds[0] is TaskStarted
    assert kinds[-1] is TaskSucceeded
    assert stream.result() == 16


def test_a_stream_raises_what_the_call_would_have_raised_after_its_last_event() -> None:
    agent = Agent(llm=ScriptedClient([block('task_fail("no")')]))

    @agent.task
    def never() -> int:
        """Never."""
        raise NotImplementedError

    seen = []
    with pytest.raises(TaskFail):
        for event in never.stream():
            seen.append(event)
    assert type(seen[-1]).__name__ == "TaskFailed"


def test_leaving_a_stream_early_ends_the_run_at_its_next_step() -> None:
    asked = []
    agent = Agent(llm=lambda messages: asked.append(1) or block("n"), max_iterations=1000)

    @agent.task
    def endless(n: int) -> int:
        """Endless."""
        raise NotImplementedError

    stream = endless.stream(1)
    for event in stream:
        if isinstance(event, Observation):
            break
    stream._thread.join(5)

    assert not stream._thread.is_alive()
    assert len(asked) < 1000


async def test_aio_is_the_same_run_as_a_coroutine() -> None:
    import asyncio

    square = squares()

    assert await asyncio.gather(*(square.aio(n) for n in range(4))) == [0, 1, 4, 9]


async def test_a_task_written_async_is_awaited() -> None:
    agent = Agent(llm=lambda messages: block("return n + 1"))

    @agent.task
    async def after(n: int) -> int:
        """The next."""
        raise NotImplementedError

    assert await after(1) == 2


async def test_more_coroutines_than_the_default_executor_has_threads_run_at_once() -> None:
    import asyncio

    together = threading.Barrier(40, timeout=20)
    square = squares(lambda n: together.wait() and None)

    assert await asyncio.gather(*(square.aio(n) for n in range(40))) == [n * n for n in range(40)]


async def test_cancelling_ends_the_run_at_its_next_step() -> None:
    import asyncio

    asked: list[int] = []
    agent = Agent(llm=lambda messages: asked.append(1) or block("n"), max_iterations=100_000)

    @agent.task
    async def endless(n: int) -> int:
        """Endless."""
        raise NotImplementedError

    running = asyncio.ensure_future(endless(1))
    while len(asked) < 2:
        await asyncio.sleep(0.005)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    await asyncio.sleep(0.1)
    before = len(asked)
    await asyncio.sleep(0.1)

    assert len(asked) == before


@dataclass
class Parcel:
    """What the agents below hand to one another."""

    name: str
    grams: int
    _secret: str = "inside"


@dataclass
class Label:
    text: str


def test_what_a_workers_signature_names_is_open_to_the_agent_that_calls_it() -> None:
    """The boss makes what the worker takes, reads what it gives, and sees both types described."""
    answer = "```python\ntask_success(Parcel(label.text, 12))\n```"
    boss_says = """```python
parcel = pack(Label("blue"))
task_success((parcel.name, parcel.grams + 1, hasattr(parcel, "_secret")))
```"""
    worker = Agent(name="worker", llm=ScriptedClient([answer]))
    client = ScriptedClient([boss_says])
    boss = Agent(name="boss", llm=client)

    @boss.fn
    @worker.task
    def pack(label: Label) -> Parcel:  # type: ignore[empty-body]
        """Pack a parcel."""

    @boss.task
    def send() -> tuple[str, int, bool]:  # type: ignore[empty-body]
        """Send a parcel."""

    assert send() == ("blue", 13, False)
    assert "grams" in client.requests[0][-1].text


def test_a_type_that_the_worker_registered_is_not_opened_by_its_signature() -> None:
    answer = "```python\ntask_success(secret)\n```"
    look = "```python\nparcel = pass_on()\nprint(parcel.grams)\n```"
    worker = Agent(name="worker", llm=ScriptedClient([answer]))
    worker.cls(Parcel, include=["name"])
    client = ScriptedClient([look, "```python\ntask_fail('no')\n```"])
    boss = Agent(name="boss", llm=client)
    kept = Parcel("red", 7)

    @boss.fn
    @worker.task
    def pass_on(secret: Parcel = kept) -> Parcel:
        """Hand over what there is."""
        raise NotImplementedError

    @boss.task
    def send() -> str:  # type: ignore[empty-body]
        """Send a parcel."""

    with pytest.raises(TaskFail):
        send()
    assert "'Parcel' object is not registered" in client.requests[1][-1].text


def test_a_signature_that_agent_code_wrote_opens_nothing_to_who_calls_its_task() -> None:
    architect = Agent(name="architect", llm=ScriptedClient([block("return parcel")]))
    architect.cls(Agent)
    architect.cls(Parcel)
    box = architect.sandbox({"parcel": Parcel("red", 7)})
    made = box.run(
        "a = Agent(name='child')\n@a.task\ndef open_up(parcel: Parcel) -> Parcel:\n    '''Open.'''"
    )
    assert made.error is None, made.traceback
    look = block("print(parcel.grams)")
    client = ScriptedClient([look, look, block("task_fail('no')")])
    boss = Agent(name="boss", llm=client)
    boss.fn(box.namespace["open_up"], name="open_up")

    @boss.task
    def send(parcel: object) -> str:
        """Send a parcel."""
        raise NotImplementedError

    with pytest.raises(TaskFail):
        send(Parcel("blue", 3))
    assert "'Parcel' object is not registered" in client.requests[1][-1].text
