"""How long the text of agent code is kept: as long as code of it lives."""

from __future__ import annotations

import gc
import inspect
import linecache
import traceback

import pytest

from agex.policy import Registry
from agex.sandbox import Session, functions, tracebacks
from agex.sandbox.sources import files
from agex.state import Versioned
from agex.state.stores import MemoryStore
from tests.state.worlds import World, policy


def kept():
    return [name for name in linecache.cache if tracebacks.is_agent_file(name)]


def churn(session, count=150):
    """Actions that leave nothing behind, and push out what is kept because it is new."""
    for n in range(count):
        session.run(f"x = {n}\n(lambda: x)()")
    gc.collect()


def test_a_thousand_actions_leave_a_few_texts():
    session = Session(Registry().freeze())

    churn(session, 1000)

    before = len(kept())
    churn(session, 300)
    assert len(kept()) <= before + 5
    assert before < 500


def test_loading_and_dropping_definitions_leaves_a_few_texts(monkeypatch):
    monkeypatch.setattr(functions, "_MOST_CODES", 16)
    store = MemoryStore()
    first = World(Versioned(store), policy())
    first.run("def f():\n    return 1\nclass A:\n    def g(self): pass")
    counts = []
    for round_ in range(3):
        for n in range(60):
            world = World(Versioned(store), policy())
            world.run(f"def f(x={round_}):\n    return {n}\nf()")
            world.run("A().g()")
        del world
        gc.collect()
        counts.append(len(kept()) + len(files._files) + len(files._living))

    assert counts[2] <= counts[1] + 30


@pytest.mark.parametrize(
    "define",
    [
        "def f(x):\n    y = x\n    return 1 / y",
        "f = lambda x: 1 / x",
        "class C:\n    def f(self, x):\n        return 1 / x\nf = C().f",
        "def outer():\n    def f(x):\n        return 1 / x\n    return f\nf = outer()",
    ],
)
def test_a_living_function_keeps_its_source_and_its_lines_in_tracebacks(define):
    session = Session(Registry().freeze())
    session.run(define)
    f = session.globals["f"]
    churn(session)

    assert "1 / " in inspect.getsource(f)
    with pytest.raises(ZeroDivisionError) as caught:
        f(0)
    assert "return 1 / " in "".join(traceback.format_exception(caught.value)) or "lambda" in define
    assert "f(0)" in session.run("f(0)").traceback
    assert "1 / " in session.run("f(0)").traceback


def test_a_function_out_of_a_state_keeps_them_as_well():
    store = MemoryStore()
    World(Versioned(store), policy()).run("def f(x):\n    # why\n    return 1 / x")
    world = World(Versioned(store), policy())
    world.space.load(["f"])
    f = world.space.globals["f"]
    churn(world.session)

    assert inspect.getsource(f) == "def f(x):\n    # why\n    return 1 / x\n"
    assert "return 1 / x" in world.session.run("f(0)").traceback


def test_an_error_that_the_host_keeps_still_shows_its_lines():
    session = Session(Registry().freeze())
    error = session.run("def g():\n    raise ValueError('kept')\ng()").error
    session.run("del g")
    churn(session)

    assert "raise ValueError('kept')" in "".join(traceback.format_exception(error))


def test_a_class_without_a_method_is_stored_with_its_text():
    world = World(Versioned(), policy())
    world.run("class Empty:\n    size = 3\n    # a remark")
    world.run("e = Empty()")

    inert = Versioned(world.state.blobs.store)["Empty"]

    assert "size = 3" in inert.source
