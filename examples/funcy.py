"""A function from a sentence, and a follow-up in the same state.

    python examples/funcy.py                                   plays a replay, written by hand
    AGEX_MODEL=openai/gpt-5-mini python examples/funcy.py      asks that model

Output of the replay:

    next prime after 100: 101
    sorted by next prime: [2, 7, 31, 100, 7919]
    primes after 100: [101, 103, 107, 109, 113]
"""

import math
import os
from collections.abc import Callable
from pathlib import Path

from agex import Agent, Versioned
from agex.llm import ReplayClient

REPLAY = Path(__file__).parent / "replays" / "funcy.md"

agent = Agent(llm=None if os.environ.get("AGEX_MODEL") else ReplayClient(REPLAY))
agent.module(math)


@agent.task
def make_function(description: str) -> Callable[..., object]:
    """Generate a Python function from a text description."""
    raise NotImplementedError


def main() -> None:
    # What the agent defines in the first call is there in the second: both have the same state.
    state = (
        Versioned()
    )  # Versioned("functions.db") would keep them for the next run of this program
    next_prime = make_function("find the next prime larger than a given number", state=state)
    print("next prime after 100:", next_prime(100))
    print("sorted by next prime:", sorted([31, 7, 100, 7919, 2], key=next_prime))

    primes_after = make_function(
        "with the function you made before: the first `count` primes larger than `n`, as a list",
        state=state,
    )
    print("primes after 100:", primes_after(100, 5))


if __name__ == "__main__":
    main()
