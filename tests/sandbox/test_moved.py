"""Closures that stored states name by an earlier place are found where they stand now."""

from __future__ import annotations

from types import CellType

import pytest

from agex.policy import Registry
from agex.sandbox import Session, moved, offered


@pytest.mark.parametrize("old", moved.MOVED, ids=lambda old: f"{old[1]} {old[2]}")
def test_a_closure_that_moved_is_where_the_table_says(old: moved.Place) -> None:
    module, path, place = moved.now_at(*old)

    same = [code for code in offered._codes(module, path) if code.co_qualname == path]

    assert place < len(same)


def test_a_closure_that_never_moved_is_where_it_was() -> None:
    here = ("agex.sandbox.language.functools", "_calling.<locals>.partial", 0)

    assert moved.now_at(*here) == here


def test_a_closure_that_closes_over_less_or_more_than_it_did_is_made_of_what_there_is() -> None:
    session = Session(Registry().freeze())
    session.run("import operator\nkept = operator.itemgetter(1)")
    recipe, cells, _, namespace = offered.describe(session.globals["kept"])
    more = {**recipe, "free": [*recipe["free"], "gone"]}

    again = offered.make(more, (*cells, CellType(None)), namespace)

    assert again("ab") == "b"
