"""A function from a sentence, and a follow-up in the same state.

    python examples/funcy.py                                   plays a replay, written by hand
    AGEX_MODEL=openai/gpt-5-mini python examples/funcy.py      asks that model

Output of the replay:

    next prime after 100: 101
    sorted by next prime: [2, 7, 31, 100, 7919]
    next lower prime before 100: 97
    both in another process: 101 and 97
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
    # Both calls have the same state, so the second goes on from what was said and made in the first.
    # Versioned("functions.db") keeps it for the next run of this program.
    state = Versioned()
    next_prime = make_function("find the next prime larger than a given number", state=state)
    print("next prime after 100:", next_prime(100))
    print("sorted by next prime:", sorted([31, 7, 100, 7919, 2], key=next_prime))

    lower_prime = make_function("now the next lower prime", state=state)
    print("next lower prime before 100:", lower_prime(100))

    # What another process finds in the store: source, which the agent's sandbox compiles again.
    state["up"], state["down"] = next_prime, lower_prime
    state.commit()
    again = agent.sandbox(state=Versioned(state.blobs.store)).namespace
    print("both in another process:", again["up"](100), "and", again["down"](100))


if __name__ == "__main__":
    main()
