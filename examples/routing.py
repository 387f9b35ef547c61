"""Deliveries by graph: three libraries at once, and objects of yours among them.

    python examples/routing.py                                   plays a replay, written by hand
    AGEX_MODEL=openai/gpt-5-mini python examples/routing.py      asks that model

Needs numpy, pandas and matplotlib. Output of the replay:

    tour: depot, harbour, school, bakery, mill, depot (24.0 km)
    the depot comes first and last, every place once: True
    legs: 5, the longest from depot to harbour
    the figure shows 5 places
"""

import math
import os
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
from matplotlib.figure import Figure

from agex import Agent
from agex.helpers import register_matplotlib, register_numpy, register_pandas
from agex.llm import ReplayClient

REPLAY = Path(__file__).parent / "replays" / "routing.md"


@dataclass(frozen=True)
class Place:
    """A place on the map, in kilometres from the depot."""

    name: str
    east: float
    north: float


@dataclass
class Tour:
    """A closed tour, its legs (columns: start, end, km), and a map."""

    stops: list[Place]
    legs: pd.DataFrame
    map: Figure

    @property
    def kilometres(self) -> float:
        return float(self.legs["km"].sum())


agent = Agent(llm=None if os.environ.get("AGEX_MODEL") else ReplayClient(REPLAY))
for register in (register_numpy, register_pandas, register_matplotlib):
    register(agent)


@agent.fn
def distance(a: Place, b: Place) -> float:
    """Kilometres between two places as the van drives: 20 % more than the straight line."""
    return 1.2 * math.hypot(a.east - b.east, a.north - b.north)


@agent.task
def plan(places: list[Place]) -> Tour:
    """Plan the shortest closed tour through all places, from the first one and back to it."""
    raise NotImplementedError


def main() -> None:
    places = [
        Place("depot", 0, 0), Place("harbour", 6, 1), Place("bakery", 2, 5), Place("school", 5, 5),
        Place("mill", -1, 3),
    ]  # fmt: skip
    tour = plan(places)
    names = [stop.name for stop in tour.stops]
    print(f"tour: {', '.join(names)} ({tour.kilometres:.1f} km)")
    closed = names[0] == names[-1] == "depot" and sorted(names[1:]) == sorted(
        p.name for p in places
    )
    print("the depot comes first and last, every place once:", closed)
    longest = tour.legs.loc[tour.legs["km"].idxmax()]
    print(f"legs: {len(tour.legs)}, the longest from {longest['start']} to {longest['end']}")
    print("the figure shows", len(tour.map.axes[0].texts), "places")


if __name__ == "__main__":
    main()
