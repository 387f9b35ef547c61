"""Closures that stored states name by an earlier place are found where they stand now."""

from __future__ import annotations

import pytest

from agex.sandbox import moved, offered


@pytest.mark.parametrize("old", moved.MOVED, ids=lambda old: f"{old[1]} {old[2]}")
def test_a_closure_that_moved_is_where_the_table_says(old: moved.Place) -> None:
    module, path, place = moved.now_at(*old)

    same = [code for code in offered._codes(module, path) if code.co_qualname == path]

    assert place < len(same)


def test_a_closure_that_never_moved_is_where_it_was() -> None:
    here = ("agex.sandbox.language.functools", "_calling.<locals>.partial", 0)

    assert moved.now_at(*here) == here
