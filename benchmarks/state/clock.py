"""Two things timed in turns, by the wall clock: a commit may wait for a disk."""

from __future__ import annotations

import gc
import os
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Times:
    """Seconds of each round."""

    rounds: tuple[float, ...]

    @property
    def best(self) -> float:
        """The shortest round."""
        return min(self.rounds)

    @property
    def median(self) -> float:
        """The round in the middle."""
        return statistics.median(self.rounds)

    def __str__(self) -> str:
        return f"{self.best * 1e3:.2f} ({self.median * 1e3:.2f})"


def in_turns(rounds: int, *ways: Callable[[int], object]) -> list[Times]:
    """Time each way ``rounds`` times, in turns; each is handed the number of the round."""
    times: list[list[float]] = [[] for _ in ways]
    for number in range(-1, rounds):  # the first round is not measured
        for way, taken in zip(ways, times, strict=True):
            gc.collect(0)
            start = time.perf_counter()
            way(number)
            if number >= 0:
                taken.append(time.perf_counter() - start)
    return [Times(tuple(taken)) for taken in times]


def once(work: Callable[[], object]) -> float:
    """Seconds of one go."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def size_of(path: str) -> int:
    """Bytes of a SQLite file and its write-ahead log."""
    return sum(os.path.getsize(path + end) for end in ("", "-wal") if os.path.exists(path + end))


def human(size: float) -> str:
    """``1.2 MB``, in powers of a thousand."""
    for unit in ("B", "kB", "MB", "GB"):
        if size < 1000 or unit == "GB":
            return f"{size:.0f} {unit}" if unit == "B" else f"{size:.1f} {unit}"
        size /= 1000
    raise AssertionError
