"""The thirteen tasks whose figures stand in ``benchmarks/context.md`` are solved by their replay."""

from __future__ import annotations

import pytest

pytest.importorskip("pandas")
pytest.importorskip("plotly")

from agex.llm import ReplayClient
from benchmarks.context import REPLIES, report_thirteen, thirteen
from benchmarks.thirteen.tasks import CASES


@pytest.mark.parametrize("title", CASES)
def test_the_hand_written_replies_solve_the_task(title: str) -> None:
    assert CASES[title](ReplayClient(REPLIES))


def test_all_thirteen_take_less_than_twenty_requests_and_120_000_characters() -> None:
    solved = thirteen()

    assert len(solved) == 13
    assert sum(one.requests for one in solved) < 20
    assert sum(one.sent for one in solved) < 120_000
    assert "written by hand" in "\n".join(report_thirteen(solved))
