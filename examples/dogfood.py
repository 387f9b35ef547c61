"""An architect writes a specialist and hands it over: an agent made by an agent, in the caller's hands.

    python examples/dogfood.py                                   plays a replay, written by hand
    AGEX_MODEL=openai/gpt-5-mini python examples/dogfood.py      asks that model

Output of the replay:

    solve: Solve a linear equation in x, such as '2x - 1 = 7', for x.
    4x + 5 = 13  ->  x = 2
    3 - x = 2x   ->  x = 1
    checked: True
"""

import os
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

from agex import Agent
from agex.helpers import register_stdlib
from agex.llm import ReplayClient

REPLAY = Path(__file__).parent / "replays" / "dogfood.md"

architect = Agent(
    name="architect", llm=None if os.environ.get("AGEX_MODEL") else ReplayClient(REPLAY)
)
register_stdlib(architect)
# Its code may make agents; they get what it registers for them, out of what it may use itself.
architect.cls(Agent)


@architect.task
def create_specialist(need: str) -> Callable[[str], Fraction]:
    """Make an agent for the need, give it what it has to use, define its one task, return the task."""
    raise NotImplementedError


def main() -> None:
    solve = create_specialist("solve linear equations in x, exactly, as fractions")
    print(f"{solve.__name__}: {solve.__doc__}")

    first = solve("4x + 5 = 13")
    print("4x + 5 = 13  ->  x =", first)
    second = solve("3 - x = 2x")
    print("3 - x = 2x   ->  x =", second)
    print("checked:", 4 * first + 5 == 13 and 3 - second == 2 * second)


if __name__ == "__main__":
    main()
