"""Agent classes below a host's class that has a metaclass of its own."""

from __future__ import annotations

import abc

import pytest

from agex.policy import Registry
from agex.state import Versioned
from agex.state.stores import MemoryStore
from tests.state.worlds import World


class Counting(type):
    """Adds to what its classes can do, and has no say in how they are made."""

    def __len__(cls) -> int:
        return 7

    @property
    def title(cls) -> str:
        return cls.__name__.lower()


class Shape(metaclass=Counting):
    def area(self):
        return 0


class Abstract(abc.ABCMeta):
    def __contains__(cls, value: object) -> bool:
        return value == "in"


class Plugin(metaclass=Abstract):
    @abc.abstractmethod
    def run(self):
        """Run."""


class Registering(type):
    """Keeps a list of its classes."""

    known: list[str] = []

    def __init__(cls, name, bases, namespace):
        super().__init__(name, bases, namespace)
        Registering.known.append(name)


class Registered(metaclass=Registering):
    pass


def allowed(*classes):
    registry = Registry()
    for cls in classes:
        registry.cls(cls)
    return registry.freeze()


def desk(store, *classes):
    return World(Versioned(store), allowed(*classes))


def test_a_class_whose_metaclass_only_adds_comes_back():
    store = MemoryStore()
    desk(store, Shape).run(
        "class Square(Shape):\n    def __init__(self, side):\n        self.side = side\n"
        "    def area(self):\n        return self.side ** 2\ns = Square(3)"
    )

    world = desk(store, Shape)

    assert world.run("s.area(), isinstance(s, Shape), type(s) is Square") == (9, True, True)
    assert world.state["Square"].title == "square"
    assert type(world.state["Square"]) is Counting


def test_an_abstract_one_is_as_abstract_as_before():
    store = MemoryStore()
    desk(store, Plugin).run(
        "class Half(Plugin):\n    pass\nclass Whole(Half):\n    def run(self):\n        return 'ran'"
    )

    world = desk(store, Plugin)

    assert world.run("Whole().run()") == "ran"
    world.space.load(["Half"])
    assert isinstance(world.session.run("Half()").error, TypeError)
    assert "in" in world.state["Whole"]


def test_without_the_base_s_registration_it_does_not_come_back():
    store = MemoryStore()
    desk(store, Shape).run("class Square(Shape):\n    pass")

    absent = desk(store).space.load(["Square"])

    assert "not registered" in str(absent["Square"]) or "metaclass" in str(absent["Square"])


def test_one_that_its_metaclass_keeps_a_list_of_is_left_out_in_words():
    store = MemoryStore()
    world = desk(store, Registered)
    world.run("class Mine(Registered):\n    pass\nm = Mine()")

    assert world.saved.left_out["Mine"] == "class"
    assert Registering.known.count("Mine") == 1
    absent = desk(store, Registered).space.load(["Mine", "m"])
    assert "made by Registering" in str(absent["Mine"])
    assert "its class was not kept" in str(absent["m"])
    assert Registering.known.count("Mine") == 1


@pytest.mark.parametrize("name", ["Counting", "Registering"])
def test_a_metaclass_of_the_host_cannot_be_named_in_a_class_statement(name):
    world = desk(MemoryStore(), Counting, Registering)

    assert "metaclass" in world.session.run(f"class A(metaclass={name}):\n    pass").traceback
