"""``view`` and ``events`` of states."""

from __future__ import annotations

from agex import Live, Versioned, events, view
from agex.event_types import Action


def test_a_view_shows_the_last_change():
    state = Versioned()
    state["rows"], state["title"] = [1, 2], "draft"
    state.commit()
    state["rows"].append(3)
    state.commit("one more")
    state.namespace().commit((), events=[Action(path="a.t", run_id="r", code="rows")])

    text = str(view(state))

    assert "one more" in text
    assert "~ rows: [1, 2] → [1, 2, 3]" in text
    assert "title" not in text
    assert "2 names in all" in text


def test_a_full_view_shows_every_name():
    state = Versioned()
    state["rows"] = [1, 2]
    state.namespace("worker").globals["n"] = 5
    state.commit()
    state["rows"].append(3)
    state.commit()

    text = str(view(state, focus="full"))

    assert "rows" in text
    assert "worker:" in text


def test_a_view_of_a_state_without_history_shows_every_name():
    assert "rows" in str(view(Live({"rows": [1]})))
    assert str(view(Versioned())) == "(empty)"


def test_events_of_a_state_carry_their_commits():
    state = Versioned()
    space = state.namespace()
    space.globals["n"] = 1
    saved = space.commit(["n"], events=[Action(path="a.t", run_id="r", code="n = 1")])

    found = events(state, path="a.t", kind=Action)

    assert [event.commit for event in found] == [saved.commit]
