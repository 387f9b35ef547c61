"""What the host is handed works as often as it calls it, whatever it prints."""

from __future__ import annotations

import pytest

from agex import Agent


def test_printing_outside_of_an_action_has_no_limit_and_goes_nowhere(
    capsys: pytest.CaptureFixture[str],
) -> None:
    space = Agent().sandbox()
    space.run("def loud():\n    print('x' * 150_000)\n    return 1")
    loud = space.namespace["loud"]

    assert [loud(), loud(), loud()] == [1, 1, 1]
    assert space.run("print(1)").stdout == "1\n"
    assert capsys.readouterr().out == ""
