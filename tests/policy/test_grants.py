"""What a signature names is granted: data by its fields, curated types by their table."""

from __future__ import annotations

import collections
import dataclasses
import decimal
import enum
from collections.abc import Callable, Iterable
from typing import Annotated, Any, Literal, NamedTuple, NewType, Optional, TypedDict, TypeVar

import attrs
import pydantic
import pytest

from agex.policy import Policy, Registry, TypeRule, granted_by, registering_line


class Colour(enum.Enum):
    RED = 1


@dataclasses.dataclass
class Item:
    price: float
    colour: Colour
    _cost: float = 0.0

    def sell(self) -> None: ...


@dataclasses.dataclass
class Order:
    items: list[Item]
    after: Optional["Order"] = None


class Model(pydantic.BaseModel):
    name: str
    order: Order | None = None

    @pydantic.computed_field  # type: ignore[prop-decorator]
    @property
    def shout(self) -> str:
        return self.name.upper()


@attrs.define
class Parcel:
    weight: int
    _inside: Any = None


class Pair(NamedTuple):
    left: int
    right: "Parcel"


class Row(TypedDict):
    item: Item


class Engine:
    def start(self) -> None: ...


T = TypeVar("T", bound=Item)
Price = NewType("Price", decimal.Decimal)


def rules(*parameters: Any, result: Any = None, **options: Any) -> dict[str, tuple[str, ...]]:
    granted = granted_by(parameters, result, **options)
    return {cls.__name__: rule.members() for cls, rule in granted.rules.items()}


@pytest.mark.parametrize(
    ("cls", "members"),
    [
        (Item, ("colour", "price")),
        (Model, ("name", "order", "shout")),
        (Parcel, ("weight",)),
        (Pair, ("left", "right")),
        (Row, ("item",)),
        (Colour, ("RED", "name", "value")),
    ],
)
def test_a_data_type_gives_its_public_fields_and_nothing_else(
    cls: type, members: tuple[str, ...]
) -> None:
    rule = granted_by([cls]).rules[cls]

    assert rule.members() == members
    assert not rule.allows("sell")
    assert not rule.allows("model_dump")
    assert not rule.allows("__dict__")
    assert not rule.constructable


def test_fields_of_mutable_data_may_be_assigned_and_only_those() -> None:
    rule = granted_by([Item]).rules[Item]

    assert rule.writable("price")
    assert not rule.writable("_cost")
    assert not rule.writable("sell")
    assert not granted_by([Pair]).rules[Pair].writable("left")


@pytest.mark.parametrize(
    "annotation",
    [
        Item,
        list[Item],
        dict[str, list[Item]],
        Item | None,
        Optional[Item],
        tuple[Item, ...],
        Annotated[Item, Engine()],
        Callable[[Item], int],
        Iterable[Item],
        type[Item],
        T,
        NewType("Cheap", Item),
        collections.defaultdict[str, Item],
    ],
)
def test_a_type_is_found_wherever_the_annotation_names_it(annotation: Any) -> None:
    granted = granted_by([annotation])

    assert set(granted.rules) == {Item, Colour}
    assert granted.opaque in ((), (collections.defaultdict,))


def test_what_stands_in_a_literal_or_beside_a_type_is_not_named() -> None:
    assert rules(Literal["Item"], Annotated[int, Item], "Item", None, Any) == {}


def test_types_of_fields_come_along_even_in_circles() -> None:
    assert set(rules(Order)) == {"Order", "Item", "Colour"}
    assert set(rules(Model)) == {"Model", "Order", "Item", "Colour"}
    assert set(rules(Pair)) == {"Pair", "Parcel"}


def test_the_constructor_comes_with_the_result() -> None:
    granted = granted_by([Order, Parcel], list[Order])

    assert granted.rules[Order].constructable
    assert granted.rules[Item].constructable
    assert granted.rules[Colour].constructable
    assert not granted.rules[Parcel].constructable


def test_other_classes_stay_opaque_and_are_named_once() -> None:
    granted = granted_by([Engine, list[Engine], int, decimal.Decimal, Callable[..., Any]], Engine)

    assert granted.rules == {}
    assert granted.opaque == (Engine, decimal.Decimal)
    assert registering_line(Engine, "boss") == "boss.cls(Engine)"


def test_what_is_registered_is_neither_granted_nor_opaque() -> None:
    registry = Registry()
    registry.cls(Engine)
    registry.cls(Item, include="price")
    granted = granted_by([Engine, Item, Colour], policy=registry.freeze())

    assert set(granted.rules) == {Colour}
    assert granted.opaque == ()


def test_a_curated_table_speaks_for_a_librarys_types_by_their_names() -> None:
    asked: list[type] = []

    def engine(cls: type) -> list[TypeRule]:
        asked.append(cls)
        return [
            TypeRule(cls, "motors.Engine", only=frozenset({"start"})),
            TypeRule(decimal.Decimal, "decimal.Decimal", only=frozenset({"quantize"})),
        ]

    table = {f"{Engine.__module__}.Engine": engine, "numpy.ndarray": engine}
    granted = granted_by([list[Engine]], curated=table)

    assert asked == [Engine]
    assert granted.opaque == ()
    policy = Policy().with_types(granted.rules)
    assert policy.type_rule(Engine).members() == ("start",)  # type: ignore[union-attr]
    assert policy.type_rule(decimal.Decimal).members() == ("quantize",)  # type: ignore[union-attr]
    assert policy.names() == {}


def test_a_granted_type_is_usable_under_its_name_in_the_task() -> None:
    policy = Policy().with_types(granted_by([], Order).rules)

    assert policy.names() == {"Order": Order, "Item": Item, "Colour": Colour}


def test_a_field_type_that_does_not_resolve_hides_only_itself() -> None:
    @dataclasses.dataclass
    class Loose:
        known: Item
        unknown: "NowhereToBeFound"  # type: ignore[name-defined]  # noqa: F821

    Loose.__annotations__["known"] = Item

    assert "Item" in rules(Loose)
