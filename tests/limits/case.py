"""One hostile program and how it may end."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

End = Literal["limit", "stopped", "any"]


@dataclass(frozen=True)
class Hostile:
    """A program that must not outlive its limit of one second.

    ``end`` says how it may end: ``limit`` when a limit has to be reached, ``stopped`` when it may be
    refused beforehand or fail with an ordinary error as well, ``any`` when finishing in time is
    fine too (the interpreter may be clever about it).
    """

    name: str
    how: str
    code: str
    end: End = "stopped"
    modules: tuple[str, ...] = ()
    since: tuple[int, int] = (3, 11)
    after: str = ""
