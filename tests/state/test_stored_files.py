"""Files of earlier days, and of another Python: what was stored once is read for good.

``data/python-3.11.state`` was written by CPython 3.11 with format 1, by running this module:
``python -m tests.state.test_stored_files FILE``. It is not written again when the format grows; a new file
is added beside it.
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import pytest

from agex.state import Missing, Versioned
from tests.state.actions import ACTIONS, shown
from tests.state.worlds import World

DATA = Path(__file__).parent / "data"
# The first actions, but for those that need numpy or pandas.
WRITTEN = ACTIONS[:24]


def allowed():
    from agex.helpers import register_stdlib
    from agex.policy import Registry

    registry = Registry()
    register_stdlib(registry)
    return registry.freeze()


def write(path: str) -> None:
    """Make a file: twenty-four actions, a branch, a tag, a conversation, values of many kinds."""
    state = Versioned(path)
    state["kept"] = {"text": "ü", "set": {"a", "b"}, "bytes": b"\x00" * 5000, "none": None}
    state["lambda"] = lambda: 1
    state.tag("start")
    world = World(state, allowed())
    for source in WRITTEN:
        world.run(source)
    world.space.log("conversation").append({"role": "user", "text": "hello"})
    world.space.commit([])
    other = state.branch("other")
    other["kept"]["n"] = 1
    other.close()
    state.close()


@pytest.fixture(params=sorted(DATA.glob("*.state")), ids=lambda path: path.stem)
def stored(request, tmp_path):
    return Versioned(shutil.copy(request.param, tmp_path / "copy.state"))


def test_every_value_of_an_old_file_is_read(stored):
    world = World(stored, allowed())
    absent = world.space.load()

    assert set(absent) <= {"lambda"}
    assert stored["kept"]["set"] == {"a", "b"}
    assert stored.history()[-1].height == 0
    assert stored.checkout("start")["kept"] == stored["kept"]
    assert Versioned(stored.blobs.store, branch="other")["kept"]["n"] == 1
    assert world.space.log("conversation").read() == ({"role": "user", "text": "hello"},)


def test_what_agents_defined_works_on_this_python(stored):
    world = World(stored, allowed())

    assert shown(world, "(fib(10), taxed(3), handlers['lambda'](1), Order(1), up())") == (
        "(55, 104.5, 101, Order(n=1, lines=[]), 17)"
    )
    assert shown(world, "shapes") == "[<square 4>, <dot 0>, <square 9>]"
    assert shown(world, "(paint['wall'].warm(), a.next.next is a, best is rows[2])") == (
        "(True, True, True)"
    )


def test_bytecode_of_another_python_is_missing_in_words(stored):
    found = stored["lambda"]

    if sys.version_info[:2] == (3, 11):
        assert found() == 1
    else:
        assert isinstance(found, Missing)
        assert "bytecode of Python 3.11" in str(found)


def test_an_old_file_is_written_to(stored):
    stored["more"] = 1
    stored.commit()

    assert Versioned(stored.blobs.store)["more"] == 1


if __name__ == "__main__":
    write(sys.argv[1])
