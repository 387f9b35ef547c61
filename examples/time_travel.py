"""An agent's memory with a history: go back, try something else, compare, merge.

    python examples/time_travel.py                                   plays a replay, written by hand
    AGEX_MODEL=openai/gpt-5-mini python examples/time_travel.py      asks that model

Output of the replay:

    3 orders kept, 2 skipped
    discount: 220.00 in all
    three for two: 174.00 in all
    names that differ: amount, total
    both changed: amount, total
    merged: 174.0
    ann pays 80.00
"""

import os
from pathlib import Path

from agex import Agent, Versioned
from agex.llm import ReplayClient
from agex.state import MergeConflict

REPLAY = Path(__file__).parent / "replays" / "time_travel.md"

agent = Agent(llm=None if os.environ.get("AGEX_MODEL") else ReplayClient(REPLAY))


@agent.task
def work(request: str) -> str:
    """Do what is asked with the variables that are there, and keep what is worth keeping."""
    raise NotImplementedError


def main() -> None:
    state = Versioned()  # Versioned("orders.db") keeps it in a file
    state["orders"] = [
        {"customer": "ann", "pieces": 12, "price": 10.0},
        {"customer": "bob", "pieces": 4, "price": 18.0},
        {"customer": "cid", "pieces": 2, "price": 20.0},
        {"customer": "bob", "pieces": 3, "price": None},
        {"customer": "ann", "pieces": 0, "price": 7.5},
    ]
    print(work("keep the orders that can be counted as `clean`; how many?", state=state))
    cleaned = state.tag("cleaned")

    print(
        "discount:",
        work("`amount(order)` with 10 % off from 10 pieces on, and `total`", state=state),
    )

    # Back to where the orders had just been cleaned, and on from there another way.
    other = state.fork(at=cleaned)
    print("three for two:", work("`amount(order)` with three for two, and `total`", state=other))

    difference = state.diff("main", other.head)
    print("names that differ:", ", ".join(difference.changed))

    # Both sides made these names. Nothing is merged until somebody says who wins.
    try:
        state.merge(other)
    except MergeConflict as conflict:
        print("both changed:", ", ".join(conflict.names))
    state.merge(other, prefer="theirs", message="three for two it is")
    print("merged:", state["total"])

    # The agent goes on with what was merged.
    print(work("who pays most under this rule?", state=state))


if __name__ == "__main__":
    main()
