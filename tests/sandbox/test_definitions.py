"""What agents define, stored as source and made again: functions, classes, and what they hold on to."""

from __future__ import annotations

import math
import pickletools

import pytest

from agex.policy import Registry
from agex.sandbox import Limits
from agex.sandbox.definitions import Definitions
from agex.sandbox.origin import is_agent_class, is_agent_function
from agex.state import InertDefinition, Versioned
from agex.state.tree import Tree
from tests.sandbox.defined import CASES, Desk


@pytest.fixture
def desk() -> Desk:
    return Desk()


def streams(state: Versioned) -> list[bytes]:
    assert state.head is not None
    tree = Tree.open(state.blobs, state.head.snapshot)
    return [bytes(tree.packed(node.group).stream(state.blobs)) for _, node in tree.nodes()]


@pytest.mark.parametrize("name", CASES)
def test_a_definition_works_after_a_restart(desk: Desk, name: str) -> None:
    action, expression, value = CASES[name]
    desk.run(action)

    assert desk.again(expression) == value


@pytest.mark.parametrize("name", CASES)
def test_a_definition_works_after_two_restarts(desk: Desk, name: str) -> None:
    """What came back is stored again: the second recipe is made from a thing that was made."""
    action, expression, value = CASES[name]
    desk.run(action)
    names = [n for n in desk.state]
    desk.restart()
    desk.space.load()
    # Everything is encoded anew, because it is reached from a list that was not there before.
    desk.run(f"copies = [{', '.join(names)}]")
    for n in names:
        desk.run(f"del {n}")
    desk.restart()
    desk.run(f"{', '.join(names)}, = copies")

    assert desk.again(expression) == value


@pytest.mark.parametrize("name", CASES)
def test_what_came_back_is_not_stored_again(desk: Desk, name: str) -> None:
    """Its recipe is the one it was made from, so a commit finds nothing to write."""
    desk.run(CASES[name][0])
    desk.restart()
    desk.space.load()

    saved = desk.space.commit()

    assert (saved.added, saved.changed, saved.removed) == ((), (), ())


@pytest.mark.parametrize("name", CASES)
def test_no_stored_definition_contains_a_code_object(desk: Desk, name: str) -> None:
    desk.run(CASES[name][0])

    for stream in streams(desk.state):
        named = {arg for _, arg, _ in pickletools.genops(stream) if isinstance(arg, str)}
        assert not {"CodeType", "_make_function", "_builtin_type", "marshal"} & named
        assert b"_make_skeleton_class" not in stream


def test_what_comes_back_is_the_agents_and_guarded(desk: Desk) -> None:
    desk.run("class A:\n    def f(self, o): return o.secret\ndef g(o): return o.secret")
    desk.restart()
    desk.space.load()

    class Host:
        secret = 1

    for call in (desk.state["g"], desk.state["A"]().f):
        with pytest.raises(AttributeError, match="not registered"):
            call(Host())
    assert is_agent_function(desk.state["g"])
    assert is_agent_class(desk.state["A"])


def test_a_definition_read_without_an_agent_shows_its_source(desk: Desk) -> None:
    desk.run(
        "@staticmethod\ndef f(x):\n    # doubles\n    return 2 * x\nclass A:\n    # empty\n    x = 1\nf = f.__func__"
    )
    state = Versioned(desk.store)

    assert isinstance(state["f"], InertDefinition)
    assert "    # doubles" in state["f"].source
    assert state["A"].source == "class A:\n    # empty\n    x = 1"


def test_closures_share_their_variables_still(desk: Desk) -> None:
    desk.run(
        "def make():\n    n = 0\n    def up():\n        nonlocal n\n        n += 1\n        return n\n"
        "    def now(): return n\n    return up, now\nup, now = make()\nkept = [up, now]"
    )
    desk.again("up()")

    assert desk.again("up(), now(), kept[0] is up, kept[1]()") == (2, 2, True, 2)


def test_a_function_made_in_one_process_sees_names_made_in_another(desk: Desk) -> None:
    desk.run("rate = 2\ndef f(x):\n    return x * rate + extra(x)")
    desk.again("def extra(x):\n    return 100")
    desk.again("rate = 5")

    assert desk.again("f(1)") == 105


def test_a_class_of_a_base_that_is_not_registered_any_more_does_not_come_back() -> None:
    class Base:
        def greet(self) -> str:
            return "hello"

    registry = Registry()
    registry.cls(Base)
    desk = Desk(registry=registry)
    desk.run("class A(Base):\n    pass")
    assert desk.again("A().greet()") == "hello"

    narrower = Desk(desk.store)

    absent = narrower.space.load(["A"])
    assert "not registered" in str(absent["A"])


def test_a_module_that_is_not_registered_any_more_does_not_come_back() -> None:
    registry = Registry()
    registry.module(math)
    desk = Desk(registry=registry)
    desk.run("import math\ndef f(x): return math.sqrt(x)")
    assert desk.again("f(4)") == 2

    narrower = Desk(desk.store)

    absent = narrower.space.load(["f"])
    assert "not registered" in str(absent["math"])
    assert narrower.session.run("f(4)").error is not None


def test_agent_code_that_loading_runs_into_is_stopped_in_time(desk: Desk) -> None:
    """A set hashes what it takes up."""
    desk.run(
        "class Slow:\n    slow = False\n    def __hash__(self):\n        while self.slow: pass\n"
        "        return 1\ns = Slow()\nheld = {s}\nfine = 1\nSlow.slow = True"
    )
    state = Versioned(desk.store)
    space = state.namespace(definitions=Definitions(desk.policy, Limits(0.3)))

    absent = space.load(["held", "fine"])

    assert "longer than 0.3 seconds" in str(absent["held"])
    assert space.globals["fine"] == 1


def test_a_generator_is_left_out_with_a_word_on_what_to_keep(desk: Desk) -> None:
    desk.space.load()
    result = desk.session.run("def f():\n    yield 1\ng = f()\nbox = [g, 2]")
    saved = desk.space.commit(result.touched)

    assert set(saved.left_out) == {"g"}
    desk.restart()
    assert "keep the function that makes it" in str(desk.space.load(["g"])["g"])
    assert desk.run("box[1]") == 2
