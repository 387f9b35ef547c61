"""Tags and tokens around thoughts and code: which part of a text is thought, and which a call.

Models write ``<think>…</think>`` and ``<execute>…</execute>`` by training; calls of tools arrive as text
where a server does not know the marks of the model's vendor.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence

from agex.task.candidates import Candidate, joined, unwrapped
from agex.task.fences import fences, parses
from agex.task.json_code import code_in_json

THOUGHTS = ("think", "thinking", "reasoning", "scratchpad", "analysis")
CODE_TAGS = (
    "code",
    "python",
    "tool_code",
    "execute",
    "execute_python",
    "execute_ipython",
    "code_interpreter",
    "python_interpreter",
    "py",
    "run",
    "code_action",
)
TOOL_TAGS = ("tool_call", "function_call", "tool_use")
# Vendors' own marks for "here comes a call", where a server handed them out as text.
_TOKENS = re.compile(
    r"<\|python_tag\|>|\[TOOL_CALLS\](?:\s*\w+\s*\[ARGS\])?|<\|tool_call_argument_begin\|>"
    r"|<\|channel\|>commentary\b[^<\n]{0,80}(?:<\|constrain\|>\w+)?<\|message\|>"
)
_END_TOKEN = re.compile(r"<\|(?:eom_id|eot_id|tool_call_end|call|end|return)\|>|</s>")
_PARAMETER = re.compile(
    r"<((?:\w{1,20}:)?)(?:(parameter)(?:=|\s+name=\"?)(?:code|python|source)\"?|(arg_value)"
    r"|(function)=\w+)>",
    re.I,
)
# Thoughts between marks that are not tags.
_OTHER_THOUGHTS = (("[THINK]", "[/THINK]"), ("<|channel|>analysis<|message|>", "<|end|>"))
_MOST_THOUGHTS = 16


def without_thoughts(text: str) -> str:
    """``text`` with what the model thought blanked out, at the same length: positions still hold.

    A tag inside a block of code is part of a string there, and stays.
    """
    thoughts = [span for marks in _OTHER_THOUGHTS for span in _between(text, *marks)]
    if "</" in text:
        thoughts += [(start, end) for start, _, _, end in _pairs(text, THOUGHTS)]
    for start, end in thoughts[:_MOST_THOUGHTS]:
        if not _is_inside_a_fence(text, start):
            text = _blanked(text, start, end)
    if len(thoughts) > _MOST_THOUGHTS:  # so many are no strings of a program
        text = _all_blanked(text, sorted(thoughts[_MOST_THOUGHTS:]))
    if "</" not in text:
        return text
    # Some servers strip the opening tag and leave the closing one.
    stray = re.search(rf"</(?:{'|'.join(THOUGHTS)})>", text, re.I)
    if stray is not None and not _is_inside_a_fence(text, stray.start()):
        text = _blanked(text, 0, stray.end())
    return text


def _blanked(text: str, start: int, end: int) -> str:
    return text[:start] + re.sub(r"[^\n]", " ", text[start:end]) + text[end:]


def _all_blanked(text: str, spans: Sequence[tuple[int, int]]) -> str:
    parts: list[str] = []
    done = 0
    for start, end in spans:
        if start >= done:
            parts += [text[done:start], re.sub(r"[^\n]", " ", text[start:end])]
            done = end
    return "".join([*parts, text[done:]])


def _between(text: str, begin: str, end: str) -> Iterator[tuple[int, int]]:
    start = text.find(begin)
    while start >= 0 and (stop := text.find(end, start)) >= 0:
        yield start, stop + len(end)
        start = text.find(begin, stop)


def _is_inside_a_fence(text: str, position: int) -> bool:
    if "```" not in text[:position] and "~~~" not in text[:position]:
        return False
    return any(fence.start < position < fence.end and fence.closed for fence in fences(text))


def _pairs(text: str, tags: tuple[str, ...]) -> Iterator[tuple[int, int, int, int]]:
    """Each ``<tag>…</tag>``: start of the opening tag, start and end of its inside, end of the closing."""
    opening = re.compile(rf"<((?:\w{{1,20}}:)?(?:{'|'.join(tags)}))(?:\s[^<>\n]{{0,200}})?>", re.I)
    lowered = text.lower()
    if len(lowered) != len(text):  # a few letters change their length in lower case
        lowered = text
    missing: set[str] = set()
    position = 0
    while (match := opening.search(text, position)) is not None:
        tag = match[1].lower()
        close = -1 if tag in missing else lowered.find(f"</{tag}>", match.end())
        if close < 0:
            missing.add(tag)
            position = match.end()
            continue
        position = close + len(tag) + 3
        yield match.start(), match.end(), close, position


def left_open(text: str, tags: tuple[str, ...]) -> tuple[int, int] | None:
    """Where the last of ``tags`` opens that is never closed: start and end of the tag."""
    last: re.Match[str] | None = None
    for match in re.finditer(rf"<({'|'.join(tags)})>", text, re.I):
        last = match
    if last is None or f"</{last[1].lower()}>" in text[last.end() :].lower():
        return None
    return None if _is_inside_a_fence(text, last.start()) else last.span()


def tagged(text: str) -> Iterator[Candidate]:
    """Code in tags and behind tokens, in the order of the text."""
    if "<" not in text and "[TOOL_CALLS]" not in text:
        return
    found: list[Candidate] = []
    for start, begin, finish, end in _pairs(text, CODE_TAGS):
        code = unwrapped(text[begin:finish])
        if code:
            found.append(Candidate(code, start, end, parses(code)))
    for match in itertools.islice(_PARAMETER.finditer(text), 64):
        close = f"</{match[1]}{match[2] or match[3] or match[4]}>"
        finish = text.find(close, match.end())
        if finish >= 0:
            body = text[match.end() : finish]
            inner = code_in_json(body)
            code = inner[1] if inner else "" if match[4] else unwrapped(body)
            if code:
                start = _before_tags(text, match.start())
                found.append(Candidate(code, start, finish + len(close), parses(code)))
    for start, begin, finish, end in _pairs(text, TOOL_TAGS):
        inner = code_in_json(text[begin:finish])
        if inner is not None:
            thinking = joined(text[:start], inner[0])
            found.append(Candidate(inner[1], start, end, parses(inner[1]), thinking))
    for match in _TOKENS.finditer(text):
        stop = _END_TOKEN.search(text, match.end())
        rest = text[match.end() : stop.start() if stop else len(text)]
        inner = code_in_json(rest)
        code = inner[1] if inner else unwrapped(rest)
        end = stop.end() if stop else len(text)
        found.append(Candidate(code, match.start(), end, parses(code)))
    yield from sorted(found, key=lambda candidate: candidate.start)


def _before_tags(text: str, position: int) -> int:
    """Where the tags begin that stand right before ``position``, such as those a call is wrapped in."""
    while text[:position].rstrip().endswith(">"):
        end = len(text[:position].rstrip())
        start = text.rfind("<", max(0, end - 200), end)
        if start < 0 or "\n" in text[start:end]:
            break
        position = start
    return position
