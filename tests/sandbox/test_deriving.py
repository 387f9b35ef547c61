"""Classes of agent code that derive from the host's: in host code they are what their base says."""

from __future__ import annotations

import abc
import dataclasses
import subprocess
import sys
from typing import Any

import cloudpickle
import pytest

from agex import Agent, MemberSpec


class Strategy(abc.ABC):
    """What a host asks of an agent's class."""

    @abc.abstractmethod
    def bid(self, amount: int) -> int: ...

    def twice(self, amount: int) -> int:
        return self.bid(amount) * 2


def box() -> Any:
    agent = Agent()
    agent.cls(Strategy)
    return agent.sandbox()


def test_an_abstract_class_of_the_host_is_filled_in() -> None:
    result = box().run(
        "class Mine(Strategy):\n    def bid(self, amount):\n        return amount + 1\nMine()"
    )

    assert result.error is None, result.traceback
    assert isinstance(result.output, Strategy)
    assert result.output.twice(1) == 4


def test_what_is_left_abstract_cannot_be_made() -> None:
    result = box().run("class Mine(Strategy):\n    pass\nMine()")

    assert isinstance(result.error, TypeError)
    assert "abstract" in str(result.error)


@pytest.mark.parametrize(
    "code",
    [
        "Strategy._abc_impl",
        "class Mine(Strategy):\n    _abc_impl = {}",
        "class Mine(Strategy):\n    bid = 1\nMine._abc_impl = 1",
        "class Mine(Strategy):\n    bid = 1\nStrategy._abc_impl = Mine._abc_impl",
    ],
)
def test_the_registry_behind_an_abstract_class_is_not_the_agents(code: str) -> None:
    before = Strategy.__dict__["_abc_impl"]
    space = box()
    space.run(code)

    assert Strategy.__dict__["_abc_impl"] is before
    assert not isinstance({}, Strategy)


class Reader:
    """A class of the host's whose methods trust their ``self``."""

    path = "greeting.txt"

    def read(self) -> str:
        return f"contents of {self.path}"

    @property
    def size(self) -> int:
        return len(self.path)

    def save(self, where: str) -> str:
        return f"wrote {where}"


def careful(self: Any, where: str) -> str:
    return f"kept {type(self).__name__}"


def reading() -> Any:
    agent = Agent()
    agent.cls(Reader, configure={"save": MemberSpec(instead=careful)})
    return agent.sandbox()


LOOKALIKE = "class Mine:\n    path = '/etc/passwd'\n"


@pytest.mark.parametrize(
    "code",
    [
        LOOKALIKE + "Reader.read(Mine())",
        LOOKALIKE + "Mine.read = Reader.read\nMine().read()",
        LOOKALIKE + "vars(Reader)['read'](Mine())",
        LOOKALIKE + "import operator\noperator.attrgetter('read')(Reader)(Mine())",
        LOOKALIKE + "Reader.size.__get__(Mine())",
        LOOKALIKE + "Mine.size = Reader.size\nMine().size",
        LOOKALIKE + "import functools\nfunctools.partial(Reader.read, Mine())()",
        LOOKALIKE + "next(map(Reader.read, [Mine()]))",
    ],
)
def test_a_method_of_the_host_is_for_objects_of_its_class(code: str) -> None:
    """It reads of its ``self`` what it likes: an object made to look alike must not get there."""
    result = reading().run(code)

    assert isinstance(result.error, TypeError), result.output
    assert "needs a 'Reader' object" in str(result.error)


def test_objects_and_subclasses_may_have_it_called_through_the_class() -> None:
    box = reading()
    code = "class Mine(Reader):\n    alias = Reader.read\n"

    assert box.run("Reader.read(Reader())").output == "contents of greeting.txt"
    assert box.run(code + "Mine().alias(), Reader.read(Mine())").output == (
        "contents of greeting.txt", "contents of greeting.txt"
    )  # fmt: skip
    assert box.run("list(map(Reader.read, [Reader()]))").output == ["contents of greeting.txt"]


@pytest.mark.parametrize(
    "code",
    [
        "Reader().save('x')",
        "Reader.save(Reader(), 'x')",
        "class Mine(Reader):\n    def go(self): return super().save('x')\nMine().go()",
        "class Mine(Reader):\n    def go(self): return Reader.save(self, 'x')\nMine().go()",
        "class Mine(Reader): pass\nMine.save(Mine(), 'x')",
        "class Mine(Reader): pass\nMine().save('x')",
        "class Mine(Reader):\n    def go(self): return super(Mine, self).save('x')\nMine().go()",
        "class Mine(Reader):\n    def go(self): return getattr(super(), 'save')('x')\nMine().go()",
    ],
)
def test_a_member_in_careful_form_is_careful_on_every_way_to_it(code: str) -> None:
    result = reading().run(code)

    assert result.error is None, result.traceback
    assert result.output.startswith("kept")


class Root:
    """A class nobody registered, with one derived from it that somebody did."""

    def shown(self) -> str:
        return "shown"

    def hidden(self) -> str:
        return "hidden"

    def _private(self) -> str:
        return "private"

    @property
    def size(self) -> int:
        return 3

    @classmethod
    def make(cls) -> Any:
        return cls()


class Branch(Root):
    pass


def branching() -> Any:
    agent = Agent()
    agent.cls(Branch, exclude=["_*", "hidden"])
    return agent.sandbox()


LEAF = """
class Leaf(Branch):
    def up(self, name):
        return getattr(super(), name)()
leaf = Leaf()
"""


@pytest.mark.parametrize(
    ("code", "value"),
    [
        ("leaf.shown()", "shown"),
        ("leaf.up('shown')", "shown"),
        ("Leaf.shown(leaf)", "shown"),
        ("leaf.size", 3),
        ("type(leaf.make()).__name__", "Leaf"),
    ],
)
def test_a_registered_class_answers_for_what_it_inherits_in_subclasses_too(
    code: str, value: Any
) -> None:
    result = branching().run(LEAF + code)

    assert result.error is None, result.traceback
    assert result.output == value


@pytest.mark.parametrize(
    "code",
    [
        "leaf.hidden()",
        "leaf._private()",
        "leaf.up('hidden')",
        "leaf.up('_private')",
        "Leaf.hidden(leaf)",
        "getattr(leaf, 'hidden')",
        "class Other(Branch):\n    go = Branch.hidden",
        "import operator\noperator.methodcaller('_private')(leaf)",
    ],
)
def test_what_it_does_not_show_stays_closed_there(code: str) -> None:
    result = branching().run(LEAF + code)

    assert isinstance(result.error, AttributeError), result.output


def test_a_dataclass_of_the_host_keeps_the_fields_of_its_agent_made_base() -> None:
    space = Agent().sandbox()
    space.run(
        "from dataclasses import dataclass\n@dataclass\nclass Point:\n    x: int\n"
        "    def moved(self):\n        self.x += 1\n        return self.x\n"
        "    def peek(self):\n        return self.secret"
    )

    @dataclasses.dataclass
    class Mine(space.namespace["Point"]):  # type: ignore[misc]  # made at run time
        secret: str = "s"

    assert Mine(1).moved() == 2
    with pytest.raises(AttributeError):
        Mine(1).peek()


FAMILY = """
from dataclasses import dataclass
@dataclass
class Point:
    x: int
class Far(Point):
    def norm(self):
        return abs(self.x)
class Farther(Far):
    pass
task = lambda: Farther(-3).norm()
task
"""

THERE = """
import pickle, sys
import cloudpickle
task, Farther = pickle.loads(sys.stdin.buffer.read())
again, Again = pickle.loads(cloudpickle.dumps((task, Farther)))
class Vault:
    x = "s3cret"
try:
    seen = Again.norm(Vault())
except AttributeError as error:
    seen = type(error).__name__
print(task(), again(), Farther(-2).norm(), Again(-1), seen)
"""


def test_a_family_of_classes_stays_the_agents_own_in_other_processes() -> None:
    """A pickler by value leaves out of a class what is the same object in its base."""
    space = Agent().sandbox()
    task = space.run(FAMILY).output
    sent = cloudpickle.dumps((task, space.namespace["Farther"]))
    done = subprocess.run([sys.executable, "-c", THERE], input=sent, capture_output=True)

    assert done.stdout.decode().split(maxsplit=3) == [
        "3", "3", "2", "Farther(x=-1) AttributeRefused\n"
    ], done.stderr.decode()  # fmt: skip
