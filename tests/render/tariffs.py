"""A module of the shop's, to be registered as a whole."""

from __future__ import annotations

import dataclasses
import os  # noqa: F401  # a module's own imports are not part of what it offers

EURO = "EUR"


@dataclasses.dataclass(frozen=True)
class Zone:
    """Where a parcel goes."""

    code: str
    factor: float = 1.0


def price(weight: float, zone: Zone | None = None, *, express: bool = False) -> float:
    """What sending a parcel costs.

    Weights are in kilograms.
    """
    return weight


def zones() -> list[Zone]:
    """All zones, nearest first."""
    return []
