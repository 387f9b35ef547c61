"""What agents define, stored as source and made again: functions, classes, and what they hold on to."""

from __future__ import annotations

import pickletools

import pytest

from agex.policy import Registry
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
    desk.run("@staticmethod\ndef f(x):\n    # doubles\n    return 2 * x\nclass A:\n    # empty\n    x = 1\nf = f.__func__")
    state = Versioned(desk.store)

    assert isinstance(state["f"], InertDefinition)
    assert "    # doubles" in state["f"].source
    assert state["A"].source == "class A:\n    # empty\n    x = 1"
