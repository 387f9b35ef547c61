"""What may be named and assigned on instances of a registered class."""

from __future__ import annotations

import collections
import dataclasses
import enum
import sqlite3
from typing import Any, ClassVar, NamedTuple

import pytest

from agex.policy import Registry, TypeRule


def rule_for(cls: type, **options: Any) -> TypeRule:
    registry = Registry()
    registry.cls(cls, **options)
    rule = registry.freeze().type_rule(cls)
    assert rule is not None
    return rule


class Base:
    def inherited(self) -> None: ...


class Box(Base):
    note: str
    size = 3
    default = None
    kinds: ClassVar[int] = 4

    def __init__(self, width: int) -> None:
        self.width, other = width, Base()
        other.nothing = 1  # type: ignore[attr-defined]
        self._secret = 1

    def open(self) -> None: ...

    @classmethod
    def make(cls) -> None: ...

    @staticmethod
    def help() -> None: ...

    @property
    def area(self) -> int:
        return 1

    @property
    def label(self) -> str:
        return ""

    @label.setter
    def label(self, value: str) -> None: ...


class Slotted:
    __slots__ = ("_hidden", "x")


@dataclasses.dataclass
class Point:
    x: int
    y: int = dataclasses.field(default=0)
    scale: dataclasses.InitVar[int] = 1
    origin: ClassVar[int] = 0

    def __post_init__(self, scale: int) -> None:
        self.far = scale


@dataclasses.dataclass(frozen=True)
class FrozenPoint:
    x: int


class Pair(NamedTuple):
    left: int
    right: int


class Colour(enum.Enum):
    RED = 1
    BLUE = 2

    def darker(self) -> None: ...


def test_members_are_what_instances_really_have() -> None:
    """``dir()`` of the class knows neither ``note`` nor ``width``."""
    assert rule_for(Box).members() == (
        "area", "default", "help", "inherited", "kinds", "label", "make", "note", "open", "size",
        "width",
    )  # fmt: skip
    assert rule_for(Slotted).members() == ("x",)
    assert set(rule_for(Point).members()) >= {"x", "y", "far", "origin"}
    assert rule_for(Pair).members() == ("count", "index", "left", "right")
    assert rule_for(Colour).members() == ("BLUE", "RED", "darker", "name", "value")


def test_pydantic_and_attrs_fields_are_members() -> None:
    attrs = pytest.importorskip("attrs")
    pydantic = pytest.importorskip("pydantic")

    class Model(pydantic.BaseModel):  # type: ignore[misc, name-defined]
        price: float

    @attrs.define
    class Item:
        weight: int

    assert "price" in rule_for(Model).members()
    assert "model_dump" in rule_for(Model).members()
    assert rule_for(Item).members() == ("weight",)
    assert rule_for(Model, include="price").writable("price")
    assert rule_for(Item).writable("weight")


@pytest.mark.parametrize("name", ["width", "size", "default", "note", "label"])
def test_data_may_be_assigned(name: str) -> None:
    assert rule_for(Box).writable(name)


@pytest.mark.parametrize(
    "name", ["open", "make", "help", "area", "kinds", "inherited", "_secret", "nothing", "newborn"]
)
def test_methods_constants_read_only_and_unknown_names_may_not(name: str) -> None:
    assert not rule_for(Box).writable(name)


@pytest.mark.parametrize(("cls", "name"), [(FrozenPoint, "x"), (Pair, "left"), (Colour, "value")])
def test_nothing_of_a_frozen_type_is_assigned(cls: type, name: str) -> None:
    assert rule_for(cls).allows(name)
    assert not rule_for(cls).writable(name)


def test_frozen_pydantic_and_attrs_types_are_seen_as_frozen() -> None:
    attrs = pytest.importorskip("attrs")
    pydantic = pytest.importorskip("pydantic")

    class Model(pydantic.BaseModel):  # type: ignore[misc, name-defined]
        model_config = {"frozen": True}
        price: float

    @attrs.frozen
    class Item:
        weight: int

    assert not rule_for(Model).writable("price")
    assert not rule_for(Item).writable("weight")


def test_slots_are_data_and_c_setters_are_not() -> None:
    assert rule_for(Slotted).writable("x")
    assert not rule_for(collections.OrderedDict).writable("popitem")
    assert not rule_for(ValueError).writable("with_traceback")


@pytest.mark.parametrize("name", ["__dict__", "__class__", "__globals__", "__init__", "mro"])
def test_machinery_is_never_a_member_whatever_the_patterns_say(name: str) -> None:
    rule = rule_for(Box, exclude=())

    assert not rule.allows(name)
    assert name not in rule.members()


def test_a_class_may_have_a_member_of_its_own_that_is_called_like_machinery() -> None:
    class Office:
        def mro(self) -> str:
            return "maintenance, repair, operations"

    assert rule_for(Office).allows("mro")


def test_only_an_exact_string_names_a_member() -> None:
    class Sly(str):
        pass

    assert not rule_for(Box).allows(Sly("open"))
    assert not rule_for(Box).allows(3)  # type: ignore[arg-type]


def test_private_names_open_only_when_exclude_lets_them() -> None:
    assert not rule_for(Pair).allows("_replace")
    assert rule_for(Pair, exclude=(), include=["_replace"]).members() == ("_replace",)


def test_the_type_is_taken_exactly() -> None:
    class Bigger(Box): ...

    registry = Registry()
    registry.cls(Box)
    policy = registry.freeze()

    assert policy.type_rule(Bigger) is None
    assert policy.type_rule(Base) is None
    assert policy.type_rule(type) is None


def test_a_metaclass_that_lies_about_equality_gets_no_other_classes_rule() -> None:
    class Liar(type):
        def __eq__(cls, other: object) -> bool:
            return True

        def __hash__(cls) -> int:
            return hash(Box)

    class Impostor(metaclass=Liar): ...

    registry = Registry()
    registry.cls(Box)
    policy = registry.freeze()
    policy.type_rule(Box)

    assert policy.type_rule(Impostor) is None
    assert policy.type_rule(Box).cls is Box  # type: ignore[union-attr]


def test_members_of_a_c_type_are_found() -> None:
    members = rule_for(sqlite3.Cursor, exclude=["_*", "exec*"]).members()

    assert "fetchall" in members
    assert "execute" not in members


def test_a_rule_is_frozen() -> None:
    rule = rule_for(Box)

    with pytest.raises(dataclasses.FrozenInstanceError):
        rule.constructable = True  # type: ignore[misc]
    with pytest.raises(TypeError):
        rule.configure["open"] = 1  # type: ignore[index]


def test_a_class_that_says_it_is_another_one_gets_no_rule() -> None:
    """Names are free to choose; only identity counts."""
    import datetime
    import xml
    import xml.etree.ElementTree as tree

    class Meta(type):
        @property
        def __module__(cls) -> Any:  # type: ignore[override]
            raise AssertionError("the policy asked a metaclass of unknown origin")

    registry = Registry()
    registry.module(datetime)
    registry.module(xml, recursive=True)
    policy = registry.freeze()
    date = type("date", (), {"__module__": "datetime"})
    element = type("Element", (), {"__module__": "xml.etree.ElementTree"})

    assert policy.type_rule(date) is None
    assert policy.type_rule(element) is None
    assert policy.type_rule(Meta("date", (), {})) is None
    assert policy.type_rule(datetime.date) is not None
    assert policy.type_rule(tree.ElementTree) is not None
