"""A small shop, as a developer might register it: what stubs and prompts are tested with."""

from __future__ import annotations

import dataclasses
import enum
from functools import cached_property
from typing import Any, ClassVar, Literal, NamedTuple, TypedDict

import attrs
import pydantic


class Status(enum.Enum):
    """How far an order is."""

    OPEN = "open"
    PAID = "paid"


@dataclasses.dataclass
class Order:
    """An order of the shop.

    Amounts are in euros, net.
    """

    id: int
    amounts: list[float] = dataclasses.field(default_factory=list)
    note: str | None = None
    status: Status = Status.OPEN
    weight: float = dataclasses.field(default=0.0, kw_only=True)
    total_seen: int = dataclasses.field(default=0, init=False)
    shop: ClassVar[str] = "corner"
    _secret: str = ""

    def total(self, tax: float = 0.2, *, rounded: bool = True) -> float:
        """The sum of all amounts with tax.

        Rounded to cents unless told otherwise.
        """
        return sum(self.amounts) * (1 + tax)

    @property
    def size(self) -> int:
        """How many amounts."""
        return len(self.amounts)

    @classmethod
    def parse(cls, line: str) -> Order:
        """Read an order from a line."""
        return cls(int(line))

    @staticmethod
    def currencies() -> list[str]:
        return ["EUR"]


class Customer(pydantic.BaseModel):
    """Somebody who buys."""

    name: str
    address: dict[str, str] = {}
    kind: Literal["private", "company"] = "private"

    def greeting(self) -> str:
        return f"Dear {self.name}"


@attrs.define
class Parcel:
    width: float
    label: str = "fragile"


class Position(NamedTuple):
    article: str
    count: int = 1


class Filter(TypedDict, total=False):
    article: str
    most: int


class Database:
    """A connection to the shop's database."""

    def __init__(self, url: str, *, timeout: float = 3.0) -> None:
        self.url = url
        self.timeout = timeout

    def query(self, sql: str, *parameters: Any) -> list[dict[str, Any]]:
        """Run a query and return its rows."""
        return []

    def drop(self) -> None:
        """Delete everything."""

    @cached_property
    def latency(self) -> float:
        raise AssertionError("a property of a live object was run to show it")


def convert(amount: float, /, source: str = "EUR", *, to: "str" = "USD") -> float:  # noqa: UP037
    """Convert an amount between currencies.

    Uses the rate of the day.

    Args:
        amount: in the source currency.
    """
    return amount


def orders_of(customer: Customer, status: Status | None = None, *more: Filter) -> list[Order]:
    """The customer's orders, newest first."""
    return []


def hidden() -> None:
    """Registered, but not shown."""
