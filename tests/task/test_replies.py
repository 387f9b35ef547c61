"""What runs, and what does not, for every shape of reply."""

from __future__ import annotations

import json
import textwrap
import time
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agex.llm import ToolCall
from agex.messages import Message
from agex.task.fences import parses
from agex.task.replies import block_watcher, parse_reply
from tests.servers import ChatServer, Cut, Reply
from tests.task.reply_shapes import SHAPES, Shape, X


@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: shape.name)
def test_every_shape_of_reply_is_read_as_meant(shape: Shape) -> None:
    reply = parse_reply(shape.text, finish_reason=shape.finish_reason, streamed=shape.streamed)

    assert (reply.code, reply.problem) == (shape.code, shape.problem)
    assert reply.dropped == shape.dropped
    if shape.thinking is not None:
        assert reply.thinking == shape.thinking


def test_the_table_of_shapes_has_at_least_sixty_entries_with_names_of_their_own() -> None:
    assert len({shape.name for shape in SHAPES}) == len(SHAPES) >= 60


def test_what_follows_the_block_is_not_kept_in_the_conversation() -> None:
    reply = parse_reply(f"I print.\n```python\n{X}```\nObservation: 1\nDone.")

    assert reply.kept == f"I print.\n```python\n{X}```"


# ---------------------------------------------------------------- fuzzing

GOOD = ["x = 1", "print(1)", "for i in range(3):\n    print(i)", 's = """\n```\n"""', "return 3"]
NOISE = [
    "", "Some prose.", "I think: `x`", "x = = 1", "```", "```text\nhello\n```", "```json\n{}\n```",
    "<think>", "</think>", "<code>", "</code>", "~~~", "{", '{"code": "x"', "> quoted", "1. list",
    "```python\nx = (\n```", "```python", "<tool_call>", "\u2028", "\ud800", "\x00", "\r", "'''", '"""',
]  # fmt: skip
texts = st.lists(st.one_of(st.sampled_from(NOISE), st.text(max_size=30)), max_size=8).map("\n".join)


@settings(max_examples=400, deadline=None)
@given(texts, st.sampled_from(["stop", "length", None]), st.booleans())
def test_the_parser_never_raises(text: str, finish_reason: str | None, streamed: bool) -> None:
    reply = parse_reply(text, finish_reason=finish_reason, streamed=streamed)

    assert (reply.code is None) == bool(reply.problem)
    assert streamed or not reply.problem == "broken"


# Noise that neither opens a block that would swallow what follows, nor turns it into a thought.
calm = st.lists(
    st.sampled_from(
        [piece for piece in NOISE if piece not in ("~~~", "```", "</think>", "<think>")]
    ),
    max_size=5,
).map("\n".join)


@settings(max_examples=400, deadline=None)
@given(calm, st.sampled_from(GOOD), calm, st.booleans())
def test_a_reply_with_a_good_block_never_yields_code_that_does_not_parse(
    before: str, code: str, after: str, streamed: bool
) -> None:
    reply = parse_reply(f"{before}\n```python\n{code}\n```\n{after}", streamed=streamed)

    assert reply.code is not None
    assert parses(reply.code)


WRAPS: dict[str, Callable[[str], str]] = {
    "fence": lambda code: f"```python\n{code}\n```",
    "four backticks": lambda code: f"````py\n{code}\n````",
    "tildes": lambda code: f"~~~python3\n{code}\n~~~",
    "attributes": lambda code: f'```Python title="x"\n{code}\n```',
    "prose before it": lambda code: f"Here: ```python\n{code}\n```",
    "list": lambda code: "- " + textwrap.indent(f"```python\n{code}\n```", "  ")[2:],
    "quote": lambda code: textwrap.indent(f"```python\n{code}\n```", "> ", lambda _: True),
    "CRLF": lambda code: f"```python\n{code}\n```".replace("\n", "\r\n"),
    "tags": lambda code: f"<execute>\n{code}\n</execute>",
    "fence in tags": lambda code: f"<code>\n```python\n{code}\n```\n</code>",
    "JSON": lambda code: json.dumps({"thinking": "so", "code": code}),
    "JSON in a fence": lambda code: f"```json\n{json.dumps({'code': code})}\n```",
    "tool call": lambda code: (
        f"<tool_call>\n{json.dumps({'name': 'p', 'arguments': {'code': code}})}\n</tool_call>"
    ),
    "call in XML": lambda code: f'<a:parameter name="code">{code}</a:parameter>',
}
wrapped = st.tuples(st.sampled_from(sorted(WRAPS)), st.sampled_from(GOOD))


@pytest.mark.parametrize("code", GOOD)
@pytest.mark.parametrize("how", WRAPS)
@pytest.mark.parametrize("streamed", [True, False])
def test_every_code_comes_whole_out_of_every_wrapping(how: str, code: str, streamed: bool) -> None:
    reply = parse_reply(WRAPS[how](code), streamed=streamed)

    assert (reply.code or "").strip() == code
    assert not reply.dropped


@settings(max_examples=400, deadline=None)
@given(
    wrapped, st.sampled_from(["", "So:\n", "\u200f", "I think `x`.\n\n"]), st.integers(0, 10_000)
)
def test_a_stream_that_stops_anywhere_never_runs_a_part_of_the_code(
    pair: tuple[str, str], before: str, cut: int
) -> None:
    how, code = pair
    text = before + WRAPS[how](code)
    part = text[: cut % (len(text) + 1)]

    found = parse_reply(part, streamed=True).code
    assert found is None or found.strip() == code or not parses(found)


@settings(max_examples=300, deadline=None)
@given(calm, wrapped, calm, wrapped, st.booleans())
def test_of_two_wrapped_codes_one_is_chosen_whole(
    before: str, first: tuple[str, str], between: str, second: tuple[str, str], streamed: bool
) -> None:
    texts = [WRAPS[how](code) for how, code in (first, second)]
    text = "\n".join([before, texts[0], between, texts[1]])

    reply = parse_reply(text, streamed=streamed)
    assert reply.code is not None
    assert parses(reply.code)


@settings(max_examples=300, deadline=None)
@given(texts, st.text(max_size=40), st.sampled_from(["stop", "tool_calls", "length", None]))
def test_arguments_of_a_call_are_code_that_is_whole_or_nothing(
    said: str, arguments: str, finish_reason: str | None
) -> None:
    whole = json.dumps({"code": "x = 1"})
    for text in (arguments, whole, whole[:-3], whole + arguments):
        reply = parse_reply(
            said, finish_reason=finish_reason, calls=[ToolCall("a", "run_python", text)]
        )
        assert (reply.code is None) == bool(reply.problem)
        if text == whole:
            assert reply.code == "x = 1\n"
        if finish_reason == "length" and text == whole[:-3]:
            assert reply.call is None


@settings(max_examples=200, deadline=None)
@given(st.text(alphabet="abc `\n", max_size=60), st.sampled_from(GOOD), st.integers(1, 7))
def test_a_watched_stream_stops_only_where_the_whole_block_has_arrived(
    prose: str, code: str, step: int
) -> None:
    text = f"{prose.replace('```', '')}\n```python\n{code}\n```\n"
    whole = parse_reply(text).code
    is_complete = block_watcher()

    for end in range(step, len(text) + step, step):
        if is_complete(text[:end]):
            assert parse_reply(text[:end], streamed=True).code == whole
            return

    assert is_complete(text) or whole is None


def test_a_watched_stream_that_is_sent_anew_is_watched_from_its_beginning() -> None:
    is_complete = block_watcher()

    assert not is_complete("A long thought, and then it\nbroke off.\n```python\nx = (\n")
    assert not is_complete("Now")
    assert is_complete(f"Now\n```python\n{X}```\n")


def test_a_stream_that_broke_behind_its_first_fence_ends_early_the_second_time() -> None:
    """Over the wire: the retry inside one request shows the watcher a text that starts again."""
    answer = "Now:\n```python\nx = 1\n```\n"
    # Far more than the buffers of both ends take in: those hold some megabytes, and an event of
    # eight characters is about 200 bytes on the wire.
    pieces = 400_000
    endless = "words " * (pieces * Reply("").piece // 6)
    broken = "A long thought.\n" * 30 + "```python\nx = ("
    asked = 0
    watcher = block_watcher()

    def stop_when(text: str) -> bool:
        nonlocal asked
        asked += 1
        assert asked <= (len(broken) + len(answer)) // Reply("").piece + 4, "nobody stopped it"
        return watcher(text)

    with ChatServer([Cut(broken, how="reset"), answer + endless]) as server:
        response = server.client().complete([Message("user", "Go.")], stop_when=stop_when)
        server.wait_for(lambda: server.hang_ups == 1)

    assert response.text.startswith(answer)
    assert len(response.text) < len(answer) + 20
    assert server.pieces < pieces // 8


@pytest.mark.parametrize(
    "text",
    [
        "```x\n" * 20_000,
        "```python\n(" * 20_000,
        "<think>" * 20_000,
        "</code><code>" * 10_000,
        "> " * 50_000,
        "`" * 100_000,
        "<|a|>" * 20_000 + "!",
        "    \n" * 20_000,
        "{" * 50_000,
        "[" * 50_000,
        '{"code": ' * 5_000,
    ],
    ids=lambda text: repr(text[:10]),
)
def test_a_hostile_reply_costs_no_more_than_a_moment(text: str) -> None:
    started = time.perf_counter()
    parse_reply(text)
    parse_reply("```python\nx = 1\n```\n" + text)

    assert time.perf_counter() - started < 3.0
