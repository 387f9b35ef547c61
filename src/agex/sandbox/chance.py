"""``random`` for one session: its own generator, which it may seed as a program of its own would.

The generator behind ``random.random`` belongs to the whole program: code that seeded it would make the
host's numbers predictable, and the host's draws would disturb the code's. So the module's functions
are, for agent code, the same methods of another ``random.Random``; those of ``numpy.random``, where
it is registered, of another ``RandomState``.
"""

from __future__ import annotations

import random
import sys
from collections.abc import Callable
from typing import Any

from agex.policy import Policy
from agex.sandbox import bounds

_NAMES = (
    "seed random uniform triangular randint randrange choice sample gauss normalvariate "
    "lognormvariate expovariate vonmisesvariate gammavariate betavariate binomialvariate "
    "paretovariate weibullvariate getstate setstate"
).split()


def twins(policy: Policy) -> dict[Any, Callable[..., Any]]:
    """``{function of a module: method of the session's generator}``."""
    return {
        **(_of_python() if policy.module("random") is not None else {}),
        **(_of_numpy() if policy.module("numpy.random") is not None else {}),
    }


def _of_numpy() -> dict[Any, Callable[..., Any]]:
    """The functions that draw from numpy's shared ``RandomState``."""
    module: Any = sys.modules.get("numpy.random")  # imported by whoever registered it
    if module is None:
        return {}
    made: list[Any] = []  # on first use: to make one takes a third of a millisecond

    def method(name: str) -> Callable[..., Any]:
        def drawn(*args: Any, **kwargs: Any) -> Any:
            if not made:
                made.append(module.RandomState())
            return getattr(made[0], name)(*args, **kwargs)

        drawn.__name__ = drawn.__qualname__ = name
        drawn.__doc__ = getattr(module.RandomState, name).__doc__
        return drawn

    shared = module.mtrand._rand
    of_shared = {
        value: method(name)
        for name, value in vars(module).items()
        if getattr(value, "__self__", None) is shared
    }
    return {
        **of_shared,
        module.seed: method("seed"),
        module.ranf: method("random_sample"),
        module.sample: method("random_sample"),
    }


def _of_python() -> dict[Any, Callable[..., Any]]:
    """The functions of ``random``; what they can make huge is bounded."""
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

    def sample(population: Any, k: int, *, counts: Any = None) -> Any:
        bounds.check_length("sample()", k, bounds.MAX_ITEMS)
        return own.sample(population, k, counts=counts)

    def shuffle(x: Any) -> None:
        own.shuffle(x)

    return {
        **{getattr(random, n): getattr(own, n) for n in _NAMES if hasattr(random, n)},
        random.choices: choices,
        random.randbytes: random_bytes,
        random.sample: sample,
        random.getrandbits: getrandbits,
        random.shuffle: shuffle,
    }
