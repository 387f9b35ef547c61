"""One attack: what it is called, how it works, and the code that tries it."""

from __future__ import annotations

import sys
import textwrap
from collections.abc import Iterable
from dataclasses import dataclass

SPLIT = "# --- next action ---\n"


@dataclass(frozen=True)
class Attack:
    """A program that wins by printing or keeping the canary, or by changing what is the host's.

    ``how`` is the line that explains it. A line ``# --- next action ---`` in ``code`` splits it
    into several actions of one session. ``after`` is what the host then does with the session's
    names (``ns``), ``modules`` are standard library modules the host registered on top, ``since``
    is the first Python that has the syntax, ``before`` the first without the hole. One that ``crashes`` the interpreter where it works is
    run in a process of its own; the crash counts as a win.
    """

    name: str
    how: str
    code: str
    after: str = ""
    modules: tuple[str, ...] = ()
    since: tuple[int, int] = (3, 11)
    before: tuple[int, int] = (9, 9)
    crashes: bool = False

    @property
    def actions(self) -> list[str]:
        """The sources, one per action."""
        return [textwrap.dedent(part).strip() + "\n" for part in self.code.split(SPLIT)]

    @property
    def applies(self) -> bool:
        """Whether this Python has the syntax."""
        return self.since <= sys.version_info[:2]

    @property
    def works(self) -> bool:
        """Whether the attack wins in this Python when nothing guards against it."""
        return self.applies and sys.version_info[:2] < self.before


@dataclass(frozen=True)
class Twin:
    """An innocent program that uses what a family's attacks use: it must go on working."""

    name: str
    code: str
    modules: tuple[str, ...] = ()
    since: tuple[int, int] = (3, 11)


def each(
    prefix: str, how: str, template: str, variants: Iterable[tuple[str, str]], **options: object
) -> list[Attack]:
    """One attack per variant: ``template`` with ``@`` replaced by the variant's text."""
    return [
        Attack(f"{prefix}: {name}", how, textwrap.dedent(template).replace("@", text), **options)  # type: ignore[arg-type]
        for name, text in variants
    ]
