"""What the model reads after its action, and after a reply that was none."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agex.render import (
    cut_off_text,
    dropped_blocks_text,
    dropped_tail_text,
    failed_check_text,
    invalid_result_text,
    no_code_text,
    no_vision_text,
    observation_text,
    unreadable_code_text,
)


def test_output_then_value() -> None:
    assert observation_text(stdout="hello\n", output=[1, 2]) == "hello\n→ [1, 2]"


def test_a_value_of_none_says_nothing_as_in_a_repl() -> None:
    assert observation_text(stdout="hello\n", output=None) == "hello"


def test_a_silent_block_is_told_from_one_that_did_not_run() -> None:
    assert observation_text() == "(ran to its end, printed nothing)"
    assert observation_text(notes=["A note."]) == "A note."


def test_an_error_is_followed_by_what_was_already_set() -> None:
    text = observation_text(
        stdout="reading\n", error="line 3: df['x']\nKeyError: 'x'\n", assigned=["df", "rows"]
    )

    assert text == (
        "reading\nline 3: df['x']\nKeyError: 'x'\n"
        "Already set by this block before the error: df, rows."
    )


def test_an_error_in_the_first_line_says_that_nothing_was_set() -> None:
    assert observation_text(error="NameError: x").endswith("Nothing was set by this block.")


def test_a_failed_block_that_set_much_names_a_dozen() -> None:
    text = observation_text(error="E", assigned=[f"n{i}" for i in range(40)])

    assert text.endswith("n11 and 28 more.")


def test_notes_and_the_turns_left_come_last() -> None:
    text = observation_text(output=1, notes=["A note."], turns_left=1)

    assert text == "→ 1\nA note.\nThis is the last turn: end the task in the next block."
    assert "turn" not in observation_text(output=1, turns_left=9)
    assert observation_text(output=1, turns_left=3).endswith("3 turns are left.")


def test_of_a_long_output_both_ends_are_kept() -> None:
    text = observation_text(
        stdout="\n".join(f"row {n}" for n in range(100_000)), budget_chars=1_000
    )

    assert text.startswith("row 0\nrow 1\n")
    assert text.endswith("row 99999")
    assert "characters left out" in text


def test_a_long_output_leaves_room_for_the_error_and_the_value() -> None:
    with_error = observation_text(stdout="x" * 50_000, error="KeyError: 'a'", budget_chars=2_000)
    with_value = observation_text(stdout="x" * 50_000, output="y" * 50_000, budget_chars=2_000)

    assert "KeyError: 'a'" in with_error
    assert with_value.count("y") > 300


@given(
    stdout=st.text(max_size=3_000),
    output=st.text(max_size=3_000) | st.none() | st.lists(st.integers()),
    error=st.text(max_size=1_500),
    assigned=st.lists(st.text(max_size=20), max_size=30),
    budget=st.integers(0, 1_500),
)
@settings(max_examples=150, deadline=None)
def test_no_observation_is_longer_than_its_budget(
    stdout: str, output: Any, error: str, assigned: list[str], budget: int
) -> None:
    text = observation_text(
        stdout=stdout, output=output, error=error, assigned=assigned, budget_chars=budget
    )

    assert len(text) <= budget


def test_every_correction_is_short_and_says_what_to_do(golden: Callable[[str, str], None]) -> None:
    corrections = {
        "no code": no_code_text(list[int]),
        "no code, text wanted": no_code_text(str),
        "cut off": cut_off_text(),
        "not Python": unreadable_code_text("line 2: '(' was never closed"),
        "two blocks": dropped_blocks_text(1),
        "four blocks": dropped_blocks_text(3),
        "text after the block": dropped_tail_text(),
        "wrong result": invalid_result_text(
            dict[str, int], "result['a']: expected int, got str '3'"
        ),
        "failed check": failed_check_text("AssertionError: f(2) should be 3"),
        "blind": no_vision_text(),
    }

    golden(
        "corrections.md", "\n\n".join(f"## {name}\n{text}" for name, text in corrections.items())
    )
    assert all(len(text) < 300 for text in corrections.values())


@pytest.mark.parametrize("make", [unreadable_code_text, failed_check_text])
def test_a_correction_does_not_grow_with_what_it_quotes(make: Callable[[str], str]) -> None:
    assert len(make("x" * 100_000)) < 2_000
