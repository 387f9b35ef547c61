"""Comparing, merging, reverting and collecting garbage."""

from __future__ import annotations

import pytest

from agex.errors import StateError, StoreError
from agex.state import MergeConflict, Versioned
from agex.state.stores import MemoryStore
from tests.state.fake_definitions import FakeCodec
from tests.state.model import check_counts


def started(**values):
    state = Versioned(MemoryStore())
    state.update(values)
    state.commit("start")
    return state


# ---------------------------------------------------------------- diff


def test_a_diff_tells_added_removed_and_changed(snapshot_text):
    state = started(same=1, rows=[1, 2], gone="text")
    first = state.head
    state["rows"].append(3)
    state["new"] = {"a": None}
    del state["gone"]

    diff = state.diff(first)

    assert (diff.added, diff.removed, diff.changed) == (("new",), ("gone",), ("rows",))
    assert (diff["rows"].before, diff["rows"].after) == ([1, 2], [1, 2, 3])
    assert str(diff) == snapshot_text(
        """
        - gone  (was 'text')
        + new = {'a': None}
        ~ rows: [1, 2] → [1, 2, 3]
        """
    )


@pytest.fixture
def snapshot_text():
    import textwrap

    return lambda text: textwrap.dedent(text).strip()


def test_a_diff_names_whatever_holds_a_changed_value():
    state = started()
    state["row"] = [1]
    state["rows"] = [state["row"]]
    state["report"] = {"rows": state["rows"]}
    state["other"] = [1]
    first = state.tag("first")
    state["row"].append(2)

    assert state.diff(first).changed == ("report", "row", "rows")


def test_a_diff_shows_the_lines_of_a_function_that_changed():
    state = started()
    codec = FakeCodec()
    space = state.namespace("worker", definitions=codec)
    codec.run("def price(x):\n    tax = 2\n    return x * tax", space.globals)
    space.commit(["price"])
    codec.run("def price(x):\n    tax = 3\n    return x * tax", space.globals)
    space.commit(["price"])

    text = str(state.diff("~1", "main"))

    assert text.startswith("~ worker:price\n")
    assert "    -    tax = 2\n    +    tax = 3" in text
    assert state.diff("~1").changed == ("worker:price",)


def test_a_diff_runs_no_repr_of_a_host_class():
    class Loud:
        def __repr__(self):
            raise AssertionError("called")

    state = started(a=1)
    first = state.head
    state["loud"] = [Loud()]

    assert "Loud" in str(state.diff(first))


def test_a_long_value_is_shown_short_with_its_size():
    state = started(a=1)
    first = state.head
    state["rows"] = list(range(10_000))

    assert str(state.diff(first)) == "+ rows = [0, 1, 2, 3, 4, ...] (10000 items)"


def test_no_difference_says_so():
    state = started(a=1)

    assert str(state.diff("main")) == "no difference"
    assert not len(state.diff("main"))


# ---------------------------------------------------------------- merge


def test_what_each_side_changed_alone_is_merged():
    ours = started(a=[1], b=[1], c=1, d=1)
    theirs = ours.branch("theirs")
    ours["a"].append("ours")
    ours["new"] = "ours"
    del ours["c"]
    theirs["b"].append("theirs")
    theirs["more"] = "theirs"
    del theirs["d"]

    merged = ours.merge(theirs, message="bring it in")

    assert dict(ours) == {
        "a": [1, "ours"],
        "b": [1, "theirs"],
        "new": "ours",
        "more": "theirs",
    }
    assert len(merged.parents) == 2
    assert dict(Versioned(ours.blobs.store)) == dict(ours)
    check_counts(ours)


def test_objects_keep_their_identity_through_a_merge():
    ours = started()
    ours["table"] = [1]
    ours["one"] = {"table": ours["table"]}
    ours["two"] = [ours["table"]]
    ours.commit()
    theirs = ours.branch("theirs")
    ours["one"]["n"] = 1
    theirs["two"].append("theirs")

    ours.merge(theirs)

    assert ours["one"]["table"] is ours["table"] is ours["two"][0]
    assert ours["two"][1] == "theirs"
    check_counts(ours)


def test_both_sides_changing_one_name_is_a_conflict_with_three_values():
    ours = started(a=[1], b=1)
    theirs = ours.branch("theirs")
    ours["a"].append("ours")
    theirs["a"].append("theirs")
    before = ours.commit().commit

    with pytest.raises(MergeConflict, match="both sides changed a") as caught:
        ours.merge(theirs)

    conflict = caught.value.conflicts[0]
    assert caught.value.names == ("a",)
    assert (conflict.base, conflict.ours, conflict.theirs) == ([1], [1, "ours"], [1, "theirs"])
    assert str(conflict) == "a  ours: [1, 'ours']  theirs: [1, 'theirs']"
    assert ours.head.id == before


@pytest.mark.parametrize(("prefer", "value"), [("ours", [1, "ours"]), ("theirs", [1, "theirs"])])
def test_a_side_can_be_preferred(prefer, value):
    ours = started(a=[1], b=1)
    theirs = ours.branch("theirs")
    ours["a"].append("ours")
    theirs["a"].append("theirs")
    theirs["b"] = 2

    ours.merge(theirs, prefer=prefer)

    assert dict(ours) == {"a": value, "b": 2}


def test_a_conflict_can_be_resolved_with_a_value():
    ours = started(a=1)
    theirs = ours.branch("theirs")
    ours["a"], theirs["a"] = 2, 3

    commit = ours.merge(theirs, resolve={"a": [2, 3]})

    assert ours["a"] == [2, 3]
    assert len(commit.parents) == 2
    check_counts(ours)


def test_the_same_change_on_both_sides_is_no_conflict():
    ours = started(a=[1])
    theirs = ours.branch("theirs")
    ours["a"].append(2)
    theirs["a"].append(2)

    ours.merge(theirs)

    assert ours["a"] == [1, 2]


@pytest.mark.parametrize(("prefer", "left"), [("ours", {}), ("theirs", {"a": [1, 2]})])
def test_removing_what_the_other_changed_is_a_conflict(prefer, left):
    ours = started(a=[1])
    theirs = ours.branch("theirs")
    del ours["a"]
    theirs["a"].append(2)

    with pytest.raises(MergeConflict) as caught:
        ours.merge(theirs)
    ours.merge(theirs, prefer=prefer)

    assert "ours: removed" in str(caught.value)
    assert dict(ours) == left
    check_counts(ours)


def test_what_one_side_removed_and_the_other_holds_is_kept_where_it_is_held():
    ours = started(row=[1], rows=[])
    theirs = ours.branch("theirs")
    del ours["row"]
    theirs["rows"].append(theirs["row"])

    ours.merge(theirs)

    assert dict(ours) == {"rows": [[1]]}
    check_counts(ours)


def test_a_value_that_only_lost_its_company_is_no_conflict():
    """Two names share a part and are stored together; giving one away stores the other anew."""
    inner = [1]
    ours = started(a={"i": inner}, b={"i": inner}, c=1)
    theirs = ours.branch("theirs")
    theirs["b"] = "given away"
    ours["a"]["i"].append(2)

    with pytest.raises(MergeConflict) as caught:
        ours.merge(theirs)

    assert caught.value.names == ("b",)


def test_merging_what_is_behind_changes_nothing_and_ahead_moves_forward():
    ours = started(a=1)
    ahead = ours.branch("ahead")
    ahead["a"] = 2
    ahead.commit()
    head = ours.head

    assert ahead.merge(ours) == ahead.head
    assert ours.merge("ahead").id == ahead.head.id
    assert ours["a"] == 2
    assert ours.head != head


def test_states_of_two_stores_are_not_merged():
    with pytest.raises(StateError, match="one store"):
        started(a=1).merge(started(a=2))


def test_a_conversation_that_grew_on_one_side_comes_along():
    ours = started(a=1)
    theirs = ours.branch("theirs")
    theirs.namespace().log("talk").append("hello")
    theirs.commit()
    ours["b"] = 1
    ours.commit()

    ours.merge("theirs")

    assert ours.namespace().log("talk").read() == ("hello",)


# ---------------------------------------------------------------- revert


def test_a_commit_is_undone_and_what_came_after_stays():
    state = started(a=[1], b=[1])
    state["a"].append("mistake")
    wrong = state.commit("mistake").commit
    state["b"].append("good")
    state.commit()

    commit = state.revert(wrong)

    assert dict(state) == {"a": [1], "b": [1, "good"]}
    assert commit.message.startswith("revert")
    assert len(state.history()) == 4


def test_reverting_what_changed_again_is_a_conflict():
    state = started(a=1)
    state["a"] = 2
    wrong = state.commit().commit
    state["a"] = 3

    with pytest.raises(MergeConflict):
        state.revert(wrong)
    state.revert(wrong, prefer="theirs")

    assert state["a"] == 1


# ---------------------------------------------------------------- garbage


def test_garbage_goes_and_what_a_branch_or_tag_leads_to_stays():
    state = started(a=[1])
    state.namespace().log("talk").append("hello")
    state["big"] = list(range(5000))
    first = state.tag("first")
    lost = state.branch("lost")
    lost["huge"] = "x" * 100_000
    thrown = lost.commit().commit
    state["a"].append(2)
    state.commit()
    state.delete_branch("lost")

    assert state.gc() > 0

    assert state.checkout(first)["a"] == [1]
    assert dict(Versioned(state.blobs.store)) == {"a": [1, 2], "big": list(range(5000))}
    assert Versioned(state.blobs.store).namespace().log("talk").read() == ("hello",)
    with pytest.raises((StateError, StoreError)):
        state.checkout(thrown)
    assert state.gc() == 0


def test_the_branch_one_stands_on_cannot_be_deleted():
    state = started(a=1)

    with pytest.raises(StateError, match="delete it from another"):
        state.delete_branch("main")
    with pytest.raises(StateError, match="no tag"):
        state.delete_tag("nowhere")


# ---------------------------------------------------------------- what was said


def say(state, *words, path=""):
    space = state.namespace(path)
    for word in words:
        space.log("conversation").append(word)
        space.commit([])


def said(state, path=""):
    return list(state.namespace(path).log("conversation").read())


def test_what_was_said_on_both_sides_is_all_there_ours_first():
    state = Versioned()
    say(state, "start")
    other = state.fork()
    say(state, "ours 1", "ours 2")
    say(other, "theirs 1", "theirs 2")

    state.merge(other)

    assert said(state) == ["start", "ours 1", "ours 2", "theirs 1", "theirs 2"]
    assert len(state.namespace().log("conversation")) == 5
    assert list(state.namespace().log("conversation").backwards()) == said(state)[::-1]
    say(state, "after")
    again = Versioned(state.blobs.store)
    assert said(again)[-2:] == ["theirs 2", "after"]
    assert said(other) == ["start", "theirs 1", "theirs 2"]


def test_what_was_said_on_one_side_only_is_taken_over():
    state = Versioned()
    say(state, "start")
    state["n"] = 1
    other = state.fork()
    say(other, "theirs", path="worker")
    say(other, "theirs")
    state["n"] = 2

    state.merge(other)

    assert said(state) == ["start", "theirs"]
    assert said(state, "worker") == ["theirs"]


def test_conversations_that_began_on_both_sides_are_both_kept():
    state = Versioned()
    state["n"] = 1
    other = state.fork()
    say(state, "ours")
    say(other, "theirs")

    state.merge(other)

    assert said(state) == ["ours", "theirs"]


def test_merging_twice_says_nothing_twice():
    state = Versioned()
    say(state, "start")
    other = state.fork()
    say(state, "ours")
    say(other, "theirs 1")
    state.merge(other)
    say(other, "theirs 2")

    state.merge(other)

    assert said(state) == ["start", "ours", "theirs 1", "theirs 2"]
    other.merge(state)
    assert said(other) == said(state)


def test_a_revert_takes_back_names_and_no_words_that_others_followed():
    state = Versioned()
    say(state, "start")
    space = state.namespace()
    space.globals["n"] = 1
    space.log("conversation").append("n is one")
    step = space.commit(["n"]).commit
    say(state, "after")

    state.revert(step)

    assert "n" not in state
    assert said(state) == ["start", "n is one", "after"]
