"""Two agents and a `while` loop: one writes, one judges, until the judge is content.

    python examples/evaluator_optimizer.py                                   plays a replay, by hand
    AGEX_MODEL=openai/gpt-5-mini python examples/evaluator_optimizer.py      asks that model

Output of the replay:

    round 1: 3 of 10: 86 characters, 60 allowed; no number
    round 2: 9 of 10: good
    A pen that writes for 900 days, and a year of ink with it.
"""

import os
from dataclasses import dataclass
from pathlib import Path

from agex import Agent
from agex.llm import ReplayClient

REPLAY = Path(__file__).parent / "replays" / "evaluator_optimizer.md"


@dataclass
class Review:
    """A judgement of a slogan: marks from 0 to 10, and what to change."""

    marks: int
    remarks: str

    @property
    def is_good(self) -> bool:
        return self.marks >= 8


llm = None if os.environ.get("AGEX_MODEL") else ReplayClient(REPLAY)
writer = Agent(name="writer", llm=llm, primer="You write short, honest slogans.")
editor = Agent(name="editor", llm=llm, primer="You are strict about facts and lengths, and kind.")

# Both know the class; only the editor may make a review.
writer.cls(Review, constructable=False)
editor.cls(Review)


@writer.task
def write(product: str, last: str | None = None, review: Review | None = None) -> str:
    """Write a slogan for the product; with a review of the last one, a better one."""
    raise NotImplementedError


@editor.task
def judge(product: str, slogan: str) -> Review:
    """Judge a slogan: at most 60 characters, says something true with a number in it, no shouting."""
    raise NotImplementedError


def improve(product: str, *, most_rounds: int = 4) -> str:
    """The agents are functions, so their collaboration is a loop."""
    slogan, review, rounds = write(product), None, 0
    while rounds < most_rounds and (review is None or not review.is_good):
        rounds += 1
        review = judge(product, slogan)
        print(f"round {rounds}: {review.marks} of 10: {review.remarks}")
        if not review.is_good:
            slogan = write(product, slogan, review)
    return slogan


def main() -> None:
    print(improve("a fountain pen; lasts 900 days on average; comes with ink for a year"))


if __name__ == "__main__":
    main()
