"""Two ways of doing the same thing, timed in turns in one process.

The clock is the processor time of the whole process: what other programs of the machine do
does not count, what agex's own threads do does. One way is timed right after the other, so
that both meet the same clock frequency and caches.
"""

from __future__ import annotations

import gc
import math
import statistics
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Pair:
    """Seconds per round of the plain way and of agex, round by round."""

    plain: tuple[float, ...]
    agex: tuple[float, ...]

    @property
    def ratio(self) -> float:
        """The best round of agex over the best plain one."""
        return min(self.agex) / min(self.plain)

    @property
    def median_ratio(self) -> float:
        """The median of the ratios of neighbouring rounds: what noise moves least."""
        return statistics.median(b / a for a, b in zip(self.plain, self.agex, strict=True))


def alternate(plain: Callable[[], object], agex: Callable[[], object], rounds: int) -> Pair:
    """Time both ``rounds`` times, in turns, after one unmeasured round of each.

    Every second round starts with the other one, so that neither always finds warm caches.
    """
    plain()
    agex()
    times: tuple[list[float], list[float]] = ([], [])
    for number in range(rounds):
        order = (0, 1) if number % 2 == 0 else (1, 0)
        for which in order:
            gc.collect()
            work = (plain, agex)[which]
            start = time.process_time()
            work()
            times[which].append(time.process_time() - start)
    return Pair(tuple(times[0]), tuple(times[1]))


def geometric_mean(values: Iterable[float]) -> float:
    """The mean that treats 2x and 0.5x as opposites."""
    logs = [math.log(value) for value in values]
    return math.exp(sum(logs) / len(logs))
