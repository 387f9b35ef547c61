"""What a task returns works in host code like anything else there, and stays guarded."""

from __future__ import annotations

import doctest
import functools
import inspect
import os
import pickle
import subprocess
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

import cloudpickle
import pytest

import agex
from agex import Agent
from agex.errors import Refusal
from agex.llm import ScriptedClient
from agex.task import Task

CODE = '''
import math

class TooSmall(ValueError):
    """For numbers below 2."""

class Shape:
    """A shape with a name."""

    sides = 0

    def __init__(self, name):
        self.name = name

    def describe(self):
        return f"{self.name} has {self.sides} sides"

def next_prime(n: int, *, most: int = 10_000) -> int:
    """The smallest prime above n.

    >>> next_prime(100)
    101
    """
    if n < 1:
        raise TooSmall(n)
    return next(
        c for c in range(n + 1, most) if c > 1 and all(c % d for d in range(2, math.isqrt(c) + 1))
    )

def peek(value):
    return value.secret

def spin():
    while True:
        pass
'''


class Vault:
    secret = "s3cret"


def returned(name: str, code: str = CODE) -> Any:
    """What a task that returns ``name`` gives to the host."""
    import math

    agent = Agent(llm=ScriptedClient([f"```python\n{code}\ntask_success({name})\n```"]))
    agent.module(math)

    @agent.task
    def make() -> Any:
        """Make it."""
        raise NotImplementedError

    return make()


def test_a_function_sorts_maps_and_is_bound_like_any_other() -> None:
    f = returned("next_prime")

    assert sorted([7, 31, 2], key=f) == [2, 7, 31]
    assert list(map(f, [1, 2])) == [2, 3]
    assert functools.partial(f, most=200)(100) == 101
    assert functools.reduce(lambda n, _: f(n), range(3), 1) == 5


def test_inspect_and_doctest_read_a_function_as_it_was_written() -> None:
    f = returned("next_prime")

    assert str(inspect.signature(f)) == "(n: int, *, most: int = 10000) -> int"
    assert inspect.getsource(f).startswith("def next_prime(n: int")
    assert inspect.getdoc(f).startswith("The smallest prime")  # type: ignore[union-attr]
    test = doctest.DocTestFinder().find(f, "next_prime", globs={"next_prime": f}, module=False)[0]
    assert doctest.DocTestRunner().run(test) == doctest.TestResults(0, 1)


def test_an_exception_class_catches_what_a_function_raises() -> None:
    f, too_small = returned("(next_prime, TooSmall)")

    with pytest.raises(too_small) as caught:
        f(0)
    assert isinstance(caught.value, ValueError)
    try:
        f(-1)
    except too_small as error:
        assert error.args == (-1,)


def test_a_class_can_be_derived_from_on_the_hosts_side() -> None:
    shape = returned("Shape")

    class Square(shape):  # type: ignore[misc, valid-type]
        sides = 4

        def describe(self) -> str:
            return super().describe().upper()

    assert Square("box").describe() == "BOX HAS 4 SIDES"
    assert isinstance(Square("box"), shape)
    assert shape("dot").describe() == "dot has 0 sides"
    assert inspect.getsource(shape.describe).strip().startswith("def describe(self):")


def test_what_the_host_keeps_in_its_subclass_is_not_open_to_the_agents_methods() -> None:
    probe = returned(
        "Probe",
        "class Probe:\n    def look(self):\n        return self.key\n"
        "    def put(self, value):\n        self.key = value\n"
        "    def mine(self):\n        self.own = 1\n        self.own += 1\n        return self.own\n",
    )

    class Holder(probe):  # type: ignore[misc, valid-type]
        token = "s3cret"

        def __init__(self) -> None:
            self.key = "s3cret"

    holder = Holder()
    assert holder.mine() == 2
    with pytest.raises(Refusal):
        holder.look()
    with pytest.raises(Refusal):
        holder.put("x")
    assert holder.key == "s3cret"


def test_a_function_runs_in_many_threads_at_once() -> None:
    f = returned("next_prime")

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(f, [100] * 40)) == [101] * 40


def test_a_function_keeps_its_guards_and_has_no_deadline_in_the_hosts_hands() -> None:
    peek = returned("peek")
    said: list[BaseException] = []

    def try_it() -> None:
        try:
            peek(Vault())
        except BaseException as error:
            said.append(error)

    try_it()
    thread = threading.Thread(target=try_it)
    thread.start()
    thread.join()
    assert [isinstance(error, Refusal) for error in said] == [True, True]


THERE = """
import pickle, sys
f, peek, Shape, shape = pickle.load(sys.stdin.buffer)
class Vault:
    secret = "s3cret"
try:
    seen = peek(Vault())
except AttributeError as error:
    seen = type(error).__name__
print(f(100), seen, shape.describe(), isinstance(shape, Shape))
"""


def test_cloudpickle_takes_them_to_another_process_where_they_are_guarded_still() -> None:
    sent = cloudpickle.dumps(returned("(next_prime, peek, Shape, Shape('dot'))"))
    done = subprocess.run([sys.executable, "-c", THERE], input=sent, capture_output=True)

    assert done.stdout.decode() == "101 AttributeRefused dot has 0 sides True\n", done.stderr


def in_loky(call: Callable[..., Any], *args: Any) -> Any:
    loky = pytest.importorskip("loky")
    pool = loky.get_reusable_executor(max_workers=1)
    try:
        return pool.submit(call, *args).result(timeout=120)
    finally:
        pool.shutdown(wait=True)


def in_dask(call: Callable[..., Any], *args: Any) -> Any:
    dask = pytest.importorskip("dask")
    done = dask.compute(dask.delayed(call)(*args), scheduler="processes", num_workers=1)
    return done[0]


@pytest.mark.parametrize("elsewhere", [in_loky, in_dask])
def test_loky_and_dask_take_them_to_their_processes_where_they_are_guarded_still(
    elsewhere: Callable[..., Any],
) -> None:
    find, peek = returned("(next_prime, peek)")

    def there(n: int) -> tuple[int, str, bool]:
        class Vault:
            secret = "s3cret"

        try:
            seen = peek(Vault())
        except AttributeError as error:
            seen = type(error).__name__
        return find(n), seen, os.getpid() == here

    here = os.getpid()
    there.__module__ = "__main__"  # by value: this file is not importable there

    assert elsewhere(there, 100) == (101, "AttributeRefused", False)
    assert elsewhere(find, 100) == 101
    with pytest.raises(AttributeError, match="secret"):
        elsewhere(peek, 3)
    with pytest.raises(TimeoutError):
        elsewhere(agex.limited(returned("spin"), seconds=0.3))


def test_plain_pickle_cannot_take_a_function_without_a_home() -> None:
    with pytest.raises((pickle.PicklingError, AttributeError)):
        pickle.dumps(returned("next_prime"))


def test_a_returned_function_graduates_and_can_be_limited() -> None:
    f = returned("next_prime")

    assert "class TooSmall(ValueError):" in agex.source(f)
    assert agex.limited(f, seconds=2)(100) == 101


# ---------------------------------------------------------------- on the way in


@dataclass
class Order:
    items: list[str]
    price: float = 1.0
    _cost: float = field(default=0.5, repr=False)


def task_on(code: str, annotation: Any, **options: Any) -> Task[..., Any]:
    agent = Agent(llm=ScriptedClient([f"```python\n{code}\n```"]), max_iterations=1)

    def work(given: Any) -> object:
        """Work."""
        raise NotImplementedError

    work.__annotations__["given"] = annotation
    work.__annotations__["return"] = object
    made: Task[..., Any] = agent.task(**options)(work)
    return made


def test_arguments_are_the_callers_own_objects() -> None:
    order = Order(["a"])

    assert task_on("given.items.append('b')\nreturn given", Order)(order) is order
    assert order.items == ["a", "b"]


def test_with_copy_inputs_the_caller_keeps_what_it_had() -> None:
    order = Order(["a"])
    back = task_on("given.items.append('b')\nreturn given", Order, copy_inputs=True)(order)

    assert order == Order(["a"])
    assert back == Order(["a", "b"])


def test_a_data_type_in_the_signature_is_open_by_its_public_fields() -> None:
    assert task_on("return given.price", Order)(Order([], 2.0)) == 2.0
    with pytest.raises(agex.TaskTimeout, match="_cost"):
        task_on("return given._cost", Order)(Order([]))


def test_a_callable_argument_is_called_and_an_unregistered_object_is_only_passed_on() -> None:
    vault = Vault()

    assert task_on("return given(2)", Callable[[int], int])(lambda n: n * 21) == 42
    with pytest.warns(UserWarning, match=r"agent\.cls\(Vault\)"):
        task = task_on("return given", Vault)
    assert task(vault) is vault
    with pytest.warns(UserWarning), pytest.raises(agex.TaskTimeout, match="not registered"):
        task_on("return given.secret", Vault)(vault)


def test_a_librarys_type_in_the_signature_is_open_as_far_as_its_helper_says() -> None:
    np = pytest.importorskip("numpy")
    array = np.arange(4.0)

    assert task_on("given[0] = 9.0\nreturn float(given.sum())", np.ndarray)(array) == 15.0
    assert array[0] == 9.0
    with pytest.raises(agex.TaskTimeout):
        task_on("given.tofile('x')\nreturn 1", np.ndarray)(array)
