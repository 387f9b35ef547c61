"""The programs: one file each in ``programs/``, definitions above a marker, the timed action below."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).parent / "programs"
MARKER = "# --- timed ---\n"


@dataclass(frozen=True, slots=True)
class Program:
    """One program: ``definitions`` run once, ``timed`` is run each round and binds ``checksum``."""

    name: str
    title: str
    definitions: str
    timed: str


def load(only: str = "") -> list[Program]:
    """Every program whose name contains ``only``, by name."""
    found = []
    for path in sorted(FOLDER.glob("*.py")):
        definitions, _, timed = path.read_text(encoding="utf-8").partition(MARKER)
        if not timed:
            raise ValueError(f"{path.name} has no line {MARKER.strip()!r}")
        title = definitions.split('"""')[1].splitlines()[0].rstrip(".")
        if only in path.stem:
            found.append(Program(path.stem, title, definitions, timed))
    return found
