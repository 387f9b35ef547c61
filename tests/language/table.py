"""The corpus of small programs: text files in ``corpus/``, one area of the language each.

A program starts with a line ``=== name``, which may go on with ``| since 3.12`` (the first Python
that has the syntax), ``| modules json re`` (what has to be registered) and ``| helpers stdlib numpy`` (the
helpers that register it).
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

_HERE = Path(__file__).parent / "corpus"
_MARK = "=== "


@dataclass(frozen=True)
class Program:
    """One program of an area, with what it needs."""

    area: str
    name: str
    code: str
    since: tuple[int, int] = (3, 11)
    modules: tuple[str, ...] = ()
    helpers: tuple[str, ...] = ()

    @property
    def applies(self) -> bool:
        """Whether this Python has the syntax, and the packages."""
        packages = (name for name in self.helpers if name != "stdlib")
        return sys.version_info[:2] >= self.since and all(map(find_spec, packages))

    def __str__(self) -> str:
        return f"{self.area}/{self.name}"


def programs() -> list[Program]:
    """Every program of every area."""
    found: list[Program] = []
    for file in sorted(_HERE.glob("*.txt")):
        for part in ("\n" + file.read_text()).split("\n" + _MARK)[1:]:
            head, _, code = part.partition("\n")
            name, *options = [field.strip() for field in head.split("|")]
            since: tuple[int, int] = (3, 11)
            modules: tuple[str, ...] = ()
            helpers: tuple[str, ...] = ()
            for option in options:
                word, _, rest = option.partition(" ")
                if word == "since":
                    major, minor = rest.split(".")
                    since = (int(major), int(minor))
                elif word == "modules":
                    modules = tuple(rest.split())
                elif word == "helpers":
                    helpers = tuple(rest.split())
                else:
                    raise ValueError(f"{file.name}: unknown option {option!r} of {name!r}")
            code = code.strip("\n") + "\n"
            found.append(Program(file.stem, name, code, since, modules, helpers))
    return found
