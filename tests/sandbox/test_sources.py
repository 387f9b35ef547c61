"""How long the texts of agent code are remembered, and what is left to do when nothing is."""

from __future__ import annotations

import gc
from types import CodeType

import pytest

from agex.sandbox import sources
from agex.sandbox.sources import finding


def _code() -> CodeType:
    made = compile("lambda: 1", "<here>", "eval").co_consts[0]
    assert isinstance(made, CodeType)
    return made


def test_code_that_dies_when_the_interpreter_has_emptied_the_module_says_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A module's names are taken from it one by one, and what they meant may live on elsewhere."""
    code = _code()
    pieces = finding._pieces
    sources.remember(
        code, sources.Piece("<lambda>", "<lambda>", "lambda: 1", None, (), False, (), frozenset())
    )
    key = id(code)
    assert key in pieces

    monkeypatch.setattr(finding, "_pieces", None)
    del code
    gc.collect()  # an error in a callback would be reported as one that nobody can catch

    assert key not in pieces
