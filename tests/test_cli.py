"""The command line, as a person who has just installed agex meets it."""

from __future__ import annotations

import os
import subprocess
import sys
import warnings

import pytest

from agex.cli import main
from tests.servers import ChatServer


def test_the_demo_runs_offline_and_uses_what_it_made(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("AGEX_MODEL", raising=False)

    assert main(["demo"]) == 0
    shown = capsys.readouterr().out
    assert "A replay, written by hand." in shown  # it never passes for a model
    assert "def next_prime(n):" in shown
    assert "100 -> 101" in shown
    assert "2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37" in shown
    assert "[3, 12, 24, 90, 7919]" in shown


def test_the_demo_asks_the_model_that_is_set(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    code = "def after(n):\n    return n + 1\ntask_success(after)"
    with ChatServer([f"Mine.\n```python\n{code}\n```"]) as server:
        monkeypatch.setenv("AGEX_MODEL", server.model)
        monkeypatch.setenv("OPENAI_API_BASE", server.url)
        monkeypatch.setenv("OPENAI_API_KEY", "test-key")
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", "no price is known")
            assert main(["demo"]) == 0

    shown = capsys.readouterr().out
    assert f"Asking {server.model}." in shown
    assert "replay" not in shown.lower()
    assert "def after(n):" in shown
    assert len(server.requests) == 1


def test_a_demo_that_cannot_reach_its_model_says_so_in_words(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AGEX_MODEL", "no-such-provider/x")

    assert main(["demo"]) == 1
    assert "no-such-provider" in capsys.readouterr().err


def test_the_installed_command_prints_no_colours_into_a_pipe() -> None:
    environment = {k: v for k, v in os.environ.items() if k not in ("AGEX_MODEL", "FORCE_COLOR")}
    done = subprocess.run(
        [sys.executable, "-m", "agex.cli", "demo"],
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
    )

    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    assert "\x1b" not in done.stdout
    assert "prime_finder(100)" in done.stdout


def test_without_a_command_the_usage_is_shown(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main([])

    assert "COMMAND" in capsys.readouterr().err
