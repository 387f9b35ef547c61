"""``random`` for one session: its own generator, which it may seed as a program of its own would.

The generator behind ``random.random`` belongs to the whole program: code that seeded it would make the
host's numbers predictable, and the host's draws would disturb the code's. So the module's functions
are, for agent code, the same methods of another ``random.Random``.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

from agex.sandbox import bounds

_NAMES = (
    "seed random uniform triangular randint randrange choice sample gauss normalvariate "
    "lognormvariate expovariate vonmisesvariate gammavariate betavariate binomialvariate "
    "paretovariate weibullvariate getstate setstate"
).split()


def twins() -> dict[Any, Callable[..., Any]]:
    """``{function of the module: method of the session's generator}``; what can be huge is bounded."""
    own = random.Random()

    def choices(
        population: Any, weights: Any = None, *, cum_weights: Any = None, k: int = 1
    ) -> Any:
        bounds.check_length("choices()", k, bounds.MAX_ITEMS)
        return own.choices(population, weights, cum_weights=cum_weights, k=k)

    def random_bytes(n: int) -> bytes:
        bounds.check_length("randbytes()", n)
        return own.randbytes(n)

    def getrandbits(k: int) -> int:
        bounds.check_length("getrandbits()", k, bounds.MAX_BITS)
        return own.getrandbits(k)

    def shuffle(x: Any) -> None:
        own.shuffle(x)

    return {
        **{getattr(random, n): getattr(own, n) for n in _NAMES if hasattr(random, n)},
        random.choices: choices,
        random.randbytes: random_bytes,
        random.getrandbits: getrandbits,
        random.shuffle: shuffle,
    }
