"""A calculation, and a list transformed: plain values in, plain values out.

    python examples/mathy.py                                   plays a replay, written by hand
    AGEX_MODEL=openai/gpt-5-mini python examples/mathy.py      asks that model

Output of the replay:

    volume: 268.08
    scaled: [-1.34, -0.45, 0.45, 1.34]
    their mean is 0: True
"""

import math
import os
import statistics
from pathlib import Path

from agex import Agent
from agex.llm import ReplayClient

REPLAY = Path(__file__).parent / "replays" / "mathy.md"

agent = Agent(llm=None if os.environ.get("AGEX_MODEL") else ReplayClient(REPLAY))
agent.module(math)
agent.module(statistics)


@agent.task
def calculate(question: str) -> float:
    """Answer a question about numbers by calculating it, exactly, in code."""
    raise NotImplementedError


# A result goes back to the model until it passes the checks, here and by its type.
@agent.task(check=lambda numbers: len(numbers) > 0)
def transform(numbers: list[float], instruction: str) -> list[float]:
    """Transform the numbers as the instruction says, in their order."""
    raise NotImplementedError


def main() -> None:
    print("volume:", round(calculate("What is the volume of a sphere with radius 4?"), 2))

    scaled = transform([2.0, 4.0, 6.0, 8.0], "scale to mean 0 and (population) deviation 1")
    print("scaled:", [round(number, 2) for number in scaled])
    print("their mean is 0:", abs(statistics.fmean(scaled)) < 1e-9)


if __name__ == "__main__":
    main()
