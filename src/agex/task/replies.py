"""Which part of a model's reply is the code to run.

The wire format is prose, then one fenced ``python`` block. Models bend it in many ways, and a turn
lost to a strict pattern is a turn paid for nothing, so :func:`parse_reply` tries, in order:

1. a reply that is one JSON object with the code in a field;
2. fenced blocks tagged as Python, the first that is complete and parses;
3. blocks in tags: ``<code>``, ``<tool_call>``, ``<|python_tag|>`` and their like;
4. a JSON object with the code in a field, in a fence or at the beginning of a line;
5. fenced blocks without a tag that parse;
6. in a reply that is whole and was not streamed: an unclosed fence whose block parses, an indented
   block or one under the line ``Code:``, and the whole reply, if it parses and does something.

Rules that hold throughout: what a model thinks (``<think>…</think>``) is never run; a block that was
cut off is never run, because a prefix of a program is a different program; and where any candidate
parses, one that does not is never chosen. If none parses, the first complete Python block is returned
as it stands: its syntax error, with its line, is the best correction there is.

``tests/task/reply_shapes.py`` holds the table of shapes this was written against.
"""

from __future__ import annotations

import itertools
import re
import textwrap
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from agex.llm import ToolCall
from agex.messages import CodeCall
from agex.task.candidates import (
    MOST_CHARACTERS,
    MOST_TRIES,
    Candidate,
    does_something,
    is_placeholder,
    joined,
    plain,
    unwrapped,
)
from agex.task.fences import PYTHON_TAGS, Fence, fences, parses, without_prompts
from agex.task.json_code import code_in_call, json_fences, json_in_prose, json_reply
from agex.task.marks import CODE_TAGS, THOUGHTS, TOOL_TAGS, left_open, tagged, without_thoughts

Problem: TypeAlias = Literal["", "empty", "no_code", "cut_off", "broken", "bad_call"]
_LABEL = r"^[#* \t]*+(?:code|action(?:[ _]input)?|python)[ \t]*:?[* \t]*:?[ \t]*$"
_CODE_LINE = re.compile(rf"{_LABEL}|^Action Input:[ \t]*(?=\S)", re.I | re.MULTILINE)
_AFTERWARDS = re.compile(r"^(?:Observation|Output|Result):", re.MULTILINE)
_PROMPTS = re.compile(r"(?:^[ \t]*>>> ?[^\n]*\n(?:(?!\n)[^\n]*\n)*+\n?)++", re.MULTILINE)
_INDENTED = re.compile(r"(?:\A|(?<=\n))(?:(?:    |\t)[^\n]*\n|[ \t]*\n(?=    |\t))++")
# What may follow a block without being anything the model meant to say.
_TRAILER = re.compile(
    r"(?:\s|</?[\w|:]+>|<｜[^<>\s]{1,40}｜>|\[/?\w+\]|`{3,}+|~{3,}+|-{3,}+(?=\s|\Z))*+\Z"
)


@dataclass(frozen=True, slots=True)
class Reply:
    """A reply taken apart.

    Args:
        thinking: the prose before the code, never run.
        code: the block to run, without its fence; ``None`` when there is none.
        problem: why there is no code: ``"empty"``, ``"no_code"`` (prose only), ``"cut_off"`` (the
            reply stopped at its length limit), ``"broken"`` (the stream ended inside a block),
            ``"bad_call"`` (a tool call without code, or with arguments that do not read).
        kept: the part of the text that belongs in the conversation, as it was written: everything
            up to the end of the block.
        dropped: whether something was said after the block.
        call: the tool call that brought the code, if one did.
    """

    thinking: str
    code: str | None
    problem: Problem
    kept: str
    dropped: bool = False
    call: CodeCall | None = None


def parse_reply(
    text: str,
    *,
    finish_reason: str | None = "stop",
    streamed: bool = False,
    calls: Sequence[ToolCall] = (),
) -> Reply:
    """Take a reply apart; never raises, whatever ``text`` is.

    Args:
        text: what the model wrote.
        finish_reason: why it stopped; ``"length"`` means that it was cut off.
        streamed: whether the text came piece by piece, so that its end may be missing.
        calls: tool calls that came with the text; code in one of them goes before code in the text.
    """
    if calls:
        return _called(text, calls, finish_reason)
    return _written(text, finish_reason, streamed)


def _written(text: str, finish_reason: str | None, streamed: bool) -> Reply:
    body = plain(text[:MOST_CHARACTERS])
    is_whole = finish_reason != "length" and len(text) <= MOST_CHARACTERS
    if not body.strip():
        return Reply("", None, "empty" if is_whole else "cut_off", body)
    masked = without_thoughts(body)
    if not is_whole and left_open(masked, THOUGHTS) is not None:
        return Reply(body.strip(), None, "cut_off", body)
    chosen = _choose(masked, is_whole=is_whole, streamed=streamed)
    if chosen is None:
        problem: Problem = "no_code" if is_whole else "cut_off"
        if is_whole and streamed and _ends_inside_a_block(masked):
            problem = "broken"
        return Reply(body.strip(), None, problem, body)
    dropped = _TRAILER.match(body, chosen.end) is None
    thinking = body[: chosen.start] if chosen.thinking is None else chosen.thinking
    kept = body[: chosen.end] if dropped else body.rstrip()
    return Reply(thinking.strip(), chosen.code, "", kept, dropped)


def _called(text: str, calls: Sequence[ToolCall], finish_reason: str | None) -> Reply:
    """The first call whose arguments are whole and hold code; never the beginning of one."""
    said = plain(text[:MOST_CHARACTERS]).strip()
    for call in calls:
        code = code_in_call(call, is_whole=finish_reason != "length")
        if code is None:
            continue
        kept = "\n\n".join(filter(None, (said, _fenced(code))))
        made = CodeCall(call.id, code, said, call.kept)
        return Reply(said, code, "", kept, dropped=len(calls) > 1, call=made)
    written = _written(text, finish_reason, streamed=True)
    if written.code is not None:
        return written
    tried = "\n".join(f"{call.name or 'a tool'}({_cut(call.arguments)})" for call in calls[:3])
    problem: Problem = "cut_off" if finish_reason == "length" else "bad_call"
    return Reply(said, None, problem, joined(said, f"(tried to call {tried})"))


def _fenced(code: str) -> str:
    longest = max((len(run) for run in re.findall("`{3,}", code)), default=2)
    mark = "`" * (longest + 1)
    return f"{mark}python\n{code.rstrip()}\n{mark}"


def _cut(arguments: str) -> str:
    return arguments if len(arguments) <= 200 else f"{arguments[:200]}…"


def block_watcher() -> Callable[[str], bool]:
    """A predicate over the text so far of one stream: true once its first Python block is complete.

    It waits for the line break behind the closing fence, because three backticks at the end of the
    text so far may still become four. It looks again only when a line has ended since it last did,
    and from the beginning when the text has become shorter: a stream that broke is being sent anew.
    """
    looked_at = length = 0

    def is_complete(text: str) -> bool:
        nonlocal looked_at, length
        if len(text) < length:
            looked_at = 0
        length = len(text)
        end = text.rfind("\n") + 1
        if end <= looked_at or ("```" not in text and "~~~" not in text):
            return False
        fresh = text[text.rfind("\n", 0, looked_at) + 1 : end].splitlines()
        looked_at = end
        if not any(line.rstrip(" \t>").endswith(("```", "~~~")) for line in fresh):
            return False
        masked = without_thoughts(plain(text[:end]))
        if left_open(masked, THOUGHTS) is not None:
            return False
        found = fences(masked, line_break=True)
        return any(
            fence.valid
            and fence.code
            and fence.tag in PYTHON_TAGS
            and not is_placeholder(fence.code)
            for fence in found
        )

    return is_complete


def _choose(text: str, *, is_whole: bool, streamed: bool) -> Candidate | None:
    broken: Candidate | None = None
    found = fences(text)
    seen: list[Fence] = []

    for candidate in json_reply(text):
        return candidate
    for fence in found:
        seen.append(fence)
        if fence.tag in PYTHON_TAGS and fence.closed and fence.code:
            if fence.valid and not is_placeholder(fence.code):
                return Candidate(fence.code, fence.start, fence.end, True)
            broken = broken or Candidate(fence.code, fence.start, fence.end, False)
    for candidate in tagged(text):
        if candidate.valid:
            return candidate
        broken = broken or candidate
    for candidate in (*json_fences(text, seen), *json_in_prose(text), *_untagged(seen)):
        return candidate
    if not is_whole or (streamed and _ends_inside_a_block(text, seen)):
        return None
    if not streamed:
        for candidate in _unclosed(text, seen):
            return candidate
    return broken or next(_unfenced(text), None)


def _ends_inside_a_block(text: str, seen: list[Fence] | None = None) -> bool:
    last = None
    for last in fences(text) if seen is None else seen:  # noqa: B007 - the last one is wanted
        pass
    if last is not None and not last.closed:
        return True
    return left_open(text, (*THOUGHTS, *CODE_TAGS, *TOOL_TAGS)) is not None


def _untagged(seen: list[Fence]) -> Iterator[Candidate]:
    """Blocks without a tag: those that do something before those that only name something."""
    usable = [fence for fence in seen if fence.tag == "" and fence.valid and fence.code]
    active = [fence for fence in usable if does_something(fence.code)]
    for fence in (*active, *(fence for fence in usable if not fence.nested)):
        yield Candidate(fence.code, fence.start, fence.end, True)


def _unclosed(text: str, seen: list[Fence]) -> Iterator[Candidate]:
    for fence in seen:
        if not fence.closed and (fence.tag in PYTHON_TAGS or fence.tag == ""):
            if fence.code and parses(fence.code):
                yield Candidate(fence.code, fence.start, len(text), True)
    opened = left_open(text, CODE_TAGS)
    if opened is not None:
        code = unwrapped(text[opened[1] :])
        if does_something(code):
            yield Candidate(code, opened[0], len(text), True)


def _unfenced(text: str) -> Iterator[Candidate]:
    bare = textwrap.dedent(text).strip() + "\n"
    if does_something(bare):
        yield Candidate(bare, 0, len(text), True)
    for label in itertools.islice(_CODE_LINE.finditer(text), MOST_TRIES):
        after = _AFTERWARDS.search(text, label.end())
        end = after.start() if after else len(text)
        code = textwrap.dedent(text[label.end() : end]).strip() + "\n"
        if does_something(code):
            yield Candidate(code, label.start(), end, True)
    for session in itertools.islice(_PROMPTS.finditer(f"{text}\n"), MOST_TRIES):
        code = without_prompts(session.group())
        if does_something(code):
            yield Candidate(code, session.start(), min(session.end(), len(text)), True)
    for block in _INDENTED.finditer(text if text.endswith("\n") else text + "\n"):
        code = textwrap.dedent(block.group()).strip() + "\n"
        if does_something(code):
            yield Candidate(code, block.start(), min(block.end(), len(text)), True)
