"""A messy DataFrame in; a tidy DataFrame and a figure of it out.

    python examples/data_analysis.py                                   plays a replay, by hand
    AGEX_MODEL=openai/gpt-5-mini python examples/data_analysis.py      asks that model

Needs pandas and plotly. Output of the replay:

    columns: ['day', 'city', 'celsius']
    rows: 6 of 8, no gaps left: True
    mean by city: {'Oslo': 1.2, 'Rome': 13.2}
    the figure has a line for: ['Oslo', 'Rome']
    the caller's own frame is untouched: True
"""

import os
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import plotly.graph_objects as go

from agex import Agent
from agex.helpers import register_numpy, register_pandas, register_plotly
from agex.llm import ReplayClient

REPLAY = Path(__file__).parent / "replays" / "data_analysis.md"

agent = Agent(llm=None if os.environ.get("AGEX_MODEL") else ReplayClient(REPLAY))
for register in (register_numpy, register_pandas, register_plotly):
    register(agent)


@dataclass
class Report:
    """The cleaned data, and a figure that shows it."""

    data: pd.DataFrame
    figure: go.Figure


def is_tidy(report: Report) -> bool:
    """The caller's own check: what fails it goes back to the model."""
    return bool(report.data.notna().all().all()) and report.data["city"].nunique() == 2


@agent.task(check=is_tidy)
def tidy(raw: pd.DataFrame, wish: str) -> Report:
    """Tidy a table as the wish says and draw it; leave `raw` itself as it is."""
    raise NotImplementedError


def measurements() -> pd.DataFrame:
    """A table as people send them: odd names, mixed units, repeats, holes."""
    return pd.DataFrame(
        {
            " Date": ["2024-01-01", "2024-01-01", "2024-01-02", "02.01.2024", "2024-01-03",
                      "2024-01-03", "2024-01-03", "not a day"],
            "CITY ": ["rome", "Oslo", "Rome ", "oslo", "ROME", "Oslo", "Oslo", "Rome"],
            "temp": ["12.5 C", "0.5 C", "55.4 F", "1.0 C", "14.1", "2.1", "2.1", "13"],
        }
    )  # fmt: skip


def main() -> None:
    raw = measurements()
    report = tidy(raw, "columns day, city, celsius (°C, one decimal); a line per city")
    print("columns:", list(report.data.columns))
    print(
        f"rows: {len(report.data)} of {len(raw)}, no gaps left:", not report.data.isna().any().any()
    )
    print("mean by city:", report.data.groupby("city")["celsius"].mean().round(1).to_dict())
    print("the figure has a line for:", [trace.name for trace in report.figure.data])
    print("the caller's own frame is untouched:", raw.equals(measurements()))


if __name__ == "__main__":
    main()
