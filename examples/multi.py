"""An orchestrator that uses two other agents as functions: one makes data, one draws it.

    python examples/multi.py                                   plays a replay, written by hand
    AGEX_MODEL=openai/gpt-5-mini python examples/multi.py      asks that model

Needs numpy and plotly. The array passes from worker to boss to worker by reference: it is one object
all the way. Output of the replay:

    walks: 5 of 200 steps
    the figure has 6 traces and the title 'Five random walks and their mean'
    written: walks.html
"""

import os
import sys
from pathlib import Path

import numpy as np
import plotly.graph_objects as go

from agex import Agent
from agex.helpers import register_numpy, register_plotly
from agex.llm import ReplayClient

REPLAY = Path(__file__).parent / "replays" / "multi.md"

llm = None if os.environ.get("AGEX_MODEL") else ReplayClient(REPLAY)
boss = Agent(name="boss", llm=llm, primer="You delegate: say what is needed, look at what you get.")
maker = Agent(name="maker", llm=llm)
plotter = Agent(name="plotter", llm=llm)
register_numpy(maker)
register_numpy(plotter)
register_plotly(plotter)


# The boss calls these two as ordinary typed functions.
@boss.fn
@maker.task
def make_data(description: str) -> np.ndarray:
    """Make an array as described; one row per series."""
    raise NotImplementedError


@boss.fn
@plotter.task
def draw(data: np.ndarray, wish: str) -> go.Figure:
    """Draw the rows of an array as the wish says, with a title and labelled axes."""
    raise NotImplementedError


@boss.task
def illustrate(request: str) -> tuple[np.ndarray, go.Figure]:
    """Make data and a figure of it, as requested; return both."""
    raise NotImplementedError


def main(target: Path) -> None:
    walks, figure = illustrate("five random walks of 200 steps, and their mean as a thick line")
    print(f"walks: {walks.shape[0]} of {walks.shape[1]} steps")
    print(f"the figure has {len(figure.data)} traces and the title {figure.layout.title.text!r}")
    figure.write_html(target)  # with all it needs: opens in a browser without a network
    print("written:", target.name)


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "walks.html"))
