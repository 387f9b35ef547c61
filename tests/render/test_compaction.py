"""A long conversation is made to fit: old outputs first, then old code, never the task or the end."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agex.messages import Image, Message
from agex.render import compact, conversation_tokens
from agex.render.compaction import KEEP_TURNS, definitions

HEAD = [Message("system", "the rules " * 50), Message("user", "the task " * 20)]


def turn(number: int, *, output: str = "", code: str = "") -> list[Message]:
    code = (
        code
        or f"def step{number}(rows, *, n={number}):\n    return rows\nx{number} = step{number}([])"
    )
    return [
        Message("assistant", f"Now step {number}.\n\n```python\n{code}\n```"),
        Message("user", output or f"printed {number}\n" * 100 + f"end of {number}"),
    ]


def conversation(turns: int) -> list[Message]:
    return HEAD + [message for number in range(turns) for message in turn(number)]


def test_a_conversation_that_fits_is_left_as_it_is() -> None:
    messages = conversation(5)

    assert compact(messages, 100_000) == messages


def test_outputs_go_first_and_the_code_stays() -> None:
    messages = conversation(12)

    shorter = compact(messages, int(conversation_tokens(messages) * 1.1))

    assert shorter[2] == messages[2]
    assert shorter[3].text.startswith("(output left out to save room: 1,")
    assert shorter[3].text.endswith("… end of 0")
    assert "variables still hold their values" in shorter[3].text


def test_system_task_and_the_last_turns_are_never_touched() -> None:
    messages = conversation(40)

    shorter = compact(messages, 5_000)

    assert shorter[:2] == HEAD
    assert shorter[-2 * KEEP_TURNS :] == messages[-2 * KEEP_TURNS :]


def test_where_four_turns_fill_the_context_the_last_two_are_kept() -> None:
    messages = conversation(40)

    shorter = compact(messages, 2_500)

    assert shorter[-4:] == messages[-4:]
    assert conversation_tokens(shorter) < 1_500


def test_then_code_becomes_a_line_per_definition_that_is_still_there() -> None:
    messages = conversation(30)

    shorter = compact(messages, 4_500, alive={"step0", "x1"})

    text = shorter[2].text
    assert "def step0(rows, *, n=0)" in text
    assert "x0" not in text
    assert "return rows" not in text


def test_at_last_all_older_turns_become_one_that_counts_them() -> None:
    messages = conversation(200)

    shorter = compact(messages, 5_000, alive={"step3", "x150"})

    assert shorter[2].text.startswith("(earlier steps, left out) 196")
    assert "def step3(rows, *, n=3)" in shorter[2].text
    assert "x150 = step150([])" in shorter[2].text
    assert len(shorter) == 2 + 2 + 2 * KEEP_TURNS


def test_only_the_last_definition_of_a_name_is_kept() -> None:
    messages = list(HEAD)
    for number in range(60):
        messages += turn(
            number, code=f"def parse(a, b={number}):\n    return a\nvalue = parse({number})"
        )

    shorter = compact(messages, 4_000, alive={"parse", "value"})

    assert shorter[2].text.count("def parse") == 1
    assert "def parse(a, b=55)" in shorter[2].text
    assert "value = parse(55)" in shorter[2].text


def test_compaction_is_seldom_and_keeps_the_prefix_between() -> None:
    messages = list(HEAD)
    broken = 0
    for number in range(200):
        messages += turn(number)
        before = list(messages)
        messages = compact(messages, 8_000, alive={"step1"})
        broken += messages != before

        assert conversation_tokens(messages) <= 8_000
    assert 0 < broken <= 20


def test_old_pictures_go_with_old_outputs() -> None:
    messages = list(HEAD)
    for number in range(10):
        messages += turn(number, output="seen")
        messages[-1] = Message("user", "seen", (Image(b"..."),))

    shorter = compact(messages, 14_000)

    assert shorter[3] == Message("user", "seen")
    assert shorter[-1].images


def test_corrections_between_turns_stay_with_their_turn() -> None:
    messages = conversation(20)
    messages.insert(4, Message("user", "a note"))

    shorter = compact(messages, 3_500)

    assert [m.role for m in shorter[:3]] == ["system", "user", "assistant"]


@given(sizes=st.lists(st.integers(0, 4_000), max_size=40), limit=st.integers(500, 20_000))
@settings(max_examples=60, deadline=None)
def test_compacting_twice_changes_nothing_more(sizes: list[int], limit: int) -> None:
    messages = list(HEAD)
    for number, size in enumerate(sizes):
        messages += turn(number, output="o" * size)

    once = compact(messages, limit, alive={"step0"})

    assert conversation_tokens(once) <= conversation_tokens(messages)
    assert once[:2] == HEAD
    if conversation_tokens(once) <= limit * 0.85:
        assert compact(once, limit, alive={"step0"}) == once


@pytest.mark.parametrize(
    ("source", "lines"),
    [
        ("def f(a, b=1) -> int:\n    return a", [("f", "def f(a, b=1) -> int")]),
        ("async def f(*a, **k): ...", [("f", "async def f(*a, **k)")]),
        ("class A(B, C):\n    x = 1", [("A", "class A(B, C)")]),
        ("class A: ...", [("A", "class A")]),
        ("import numpy as np, os.path", [("np", "import numpy as np"), ("os", "import os.path")]),
        ("from math import pi as p", [("p", "from math import pi as p")]),
        ("a, (b, *c) = f()", [("a", "a = f()"), ("b", "b = f()"), ("c", "c = f()")]),
        ("x: int = 3", [("x", "x = 3")]),
        ("n += 1", [("n", "n (updated) 1")]),
        ("d['k'] = 1\no.a = 2", []),
        ("not python (", []),
        ("", []),
    ],
)
def test_what_a_block_defines_is_one_line_each(source: str, lines: list[tuple[str, str]]) -> None:
    assert definitions(source) == lines
