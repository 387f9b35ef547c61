"""Which part of a model's reply is the code to run.

The wire format is prose, then one fenced ``python`` block. Models bend it in many ways, and a turn
lost to a strict pattern is a turn paid for nothing, so :func:`parse_reply` tries, in order:

1. a reply that is one JSON object with the code in a field;
2. fenced blocks tagged as Python, the first that is complete and parses;
3. blocks in tags: ``<code>``, ``<tool_call>``, ``<|python_tag|>`` and their like;
4. a fenced JSON object with the code in a field;
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

import ast
import itertools
import json
import re
import textwrap
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from agex.llm import ToolCall
from agex.messages import CodeCall
from agex.task.fences import (
    PYTHON_TAGS,
    Fence,
    fences,
    parses,
    syntax_tree,
    without_prompts,
)

Problem: TypeAlias = Literal["", "empty", "no_code", "cut_off", "broken", "bad_call"]

# No honest turn comes near this; beyond it only the beginning is read.
_MOST_CHARACTERS = 400_000

_THOUGHTS = ("think", "thinking", "reasoning", "scratchpad", "analysis")
_CODE_TAGS = (
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
_TOOL_TAGS = ("tool_call", "function_call", "tool_use")
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
_LABEL = r"^[#* \t]*+(?:code|action(?:[ _]input)?|python)[ \t]*:?[* \t]*:?[ \t]*$"
_CODE_LINE = re.compile(rf"{_LABEL}|^Action Input:[ \t]*(?=\S)", re.I | re.MULTILINE)
_AFTERWARDS = re.compile(r"^(?:Observation|Output|Result):", re.MULTILINE)
_OBJECT = re.compile(r"(?:^|(?<=Action Input: ))(?=\{\s*\")", re.MULTILINE)
_PROMPTS = re.compile(r"(?:^[ \t]*>>> ?[^\n]*\n(?:(?!\n)[^\n]*\n)*+\n?)++", re.MULTILINE)
_MOST_TRIES = 8
_MOST_THOUGHTS = 16
_INDENTED = re.compile(r"(?:\A|(?<=\n))(?:(?:    |\t)[^\n]*\n|[ \t]*\n(?=    |\t))++")
# What may follow a block without being anything the model meant to say.
_TRAILER = re.compile(
    r"(?:\s|</?[\w|:]+>|<｜[^<>\s]{1,40}｜>|\[/?\w+\]|`{3,}+|~{3,}+|-{3,}+(?=\s|\Z))*+\Z"
)
# In these fields of a JSON reply, any Python is the code; in the others only Python that does something.
_SURE_FIELDS = ("code", "python", "source", "python_code", "source_code")
_CODE_FIELDS = (*_SURE_FIELDS, "script", "action", "input", "action_input", "command")
_THINKING_FIELDS = ("thinking", "thought", "thoughts", "reasoning", "explanation", "plan")
_WRAPPERS = ("arguments", "args", "parameters", "tool_calls", "function", "input", "action_input")


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


@dataclass(frozen=True, slots=True)
class _Candidate:
    code: str
    start: int
    end: int
    valid: bool
    thinking: str | None = None


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
    body = _plain(text[:_MOST_CHARACTERS])
    is_whole = finish_reason != "length" and len(text) <= _MOST_CHARACTERS
    if not body.strip():
        return Reply("", None, "empty" if is_whole else "cut_off", body)
    masked = _without_thoughts(body)
    if not is_whole and _opened(masked, _THOUGHTS) is not None:
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
    said = _plain(text[:_MOST_CHARACTERS]).strip()
    for call in calls:
        code = _code_in_call(call, is_whole=finish_reason != "length")
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
    return Reply(said, None, problem, _joined(said, f"(tried to call {tried})"))


def _code_in_call(call: ToolCall, *, is_whole: bool) -> str | None:
    """The code in the arguments of a call; JSON that reads is whole, whatever came after it."""
    arguments = call.arguments[:_MOST_CHARACTERS].strip()
    try:
        data = json.loads(arguments, strict=False)
    except (ValueError, RecursionError):
        # Some models send the bare code, where a call was asked for. Braces are JSON cut short.
        if not is_whole or arguments[:1] in ("{", "[", '"'):
            return None
        bare = _inner(_plain(arguments))
        return bare if does_something(bare) else None
    if isinstance(data, str):
        nested = data.strip()
        if nested[:1] in ("{", "["):
            found = _code_in_json(nested)
            return found[1] if found else None
        data = {"code": data}
    if isinstance(data, dict) and len(data) == 1:
        (only,) = data.values()  # whatever the model called the argument
        data = {"code": only} if isinstance(only, str) and does_something(_inner(only)) else data
    found = _code_in_data(data, 0)
    return found[1] if found else None


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
        masked = _without_thoughts(_plain(text[:end]))
        if _opened(masked, _THOUGHTS) is not None:
            return False
        found = fences(masked, line_break=True)
        return any(
            fence.valid
            and fence.code
            and fence.tag in PYTHON_TAGS
            and not _is_placeholder(fence.code)
            for fence in found
        )

    return is_complete


def does_something(source: str) -> bool:
    """Whether ``source`` is Python that calls, binds or imports, and not a word of prose."""
    tree = syntax_tree(source)
    return tree is not None and any(
        _is_active(node)
        for statement in tree.body
        if not _is_annotation(statement)
        for node in ast.walk(statement)
    )


def _is_annotation(node: ast.AST) -> bool:
    """``Note: this`` parses as an annotation, and so does ``Action: run(x)``."""
    return isinstance(node, ast.AnnAssign) and node.value is None


def _is_active(node: ast.AST) -> bool:
    return isinstance(
        node,
        ast.Call
        | ast.AnnAssign
        | ast.Assign
        | ast.AugAssign
        | ast.Import
        | ast.ImportFrom
        | ast.Return
        | ast.FunctionDef
        | ast.AsyncFunctionDef
        | ast.ClassDef
        | ast.For
        | ast.While
        | ast.With,
    )


def _is_placeholder(source: str) -> bool:
    """A block of ``...`` and comments: what a model shows before the block that it means."""
    if "..." not in source and "pass" not in source:
        return False  # nearly every block, at no cost
    tree = syntax_tree(source)
    return tree is not None and all(
        isinstance(node, ast.Pass)
        or (isinstance(node, ast.Expr) and getattr(node.value, "value", None) is ...)
        for node in tree.body
    )


# ---------------------------------------------------------------- choosing


def _choose(text: str, *, is_whole: bool, streamed: bool) -> _Candidate | None:
    broken: _Candidate | None = None
    found = fences(text)
    seen: list[Fence] = []

    for candidate in _json_reply(text):
        return candidate
    for fence in found:
        seen.append(fence)
        if fence.tag in PYTHON_TAGS and fence.closed and fence.code:
            if fence.valid and not _is_placeholder(fence.code):
                return _Candidate(fence.code, fence.start, fence.end, True)
            broken = broken or _Candidate(fence.code, fence.start, fence.end, False)
    for candidate in _tagged(text):
        if candidate.valid:
            return candidate
        broken = broken or candidate
    for candidate in (*_json_fences(text, seen), *_json_in_prose(text), *_untagged(seen)):
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
    return _opened(text, (*_THOUGHTS, *_CODE_TAGS, *_TOOL_TAGS)) is not None


def _untagged(seen: list[Fence]) -> Iterator[_Candidate]:
    """Blocks without a tag: those that do something before those that only name something."""
    usable = [fence for fence in seen if fence.tag == "" and fence.valid and fence.code]
    active = [fence for fence in usable if does_something(fence.code)]
    for fence in (*active, *(fence for fence in usable if not fence.nested)):
        yield _Candidate(fence.code, fence.start, fence.end, True)


def _json_fences(text: str, seen: list[Fence]) -> Iterator[_Candidate]:
    for fence in seen:
        if fence.tag in ("json", "json5", "tool_call") and fence.closed:
            found = _code_in_json(fence.code)
            if found is not None and parses(found[1]):
                thinking = _joined(text[: fence.start], found[0])
                yield _Candidate(found[1], fence.start, fence.end, True, thinking)


def _unclosed(text: str, seen: list[Fence]) -> Iterator[_Candidate]:
    for fence in seen:
        if not fence.closed and (fence.tag in PYTHON_TAGS or fence.tag == ""):
            if fence.code and parses(fence.code):
                yield _Candidate(fence.code, fence.start, len(text), True)
    opened = _opened(text, _CODE_TAGS)
    if opened is not None:
        code = _inner(text[opened[1] :])
        if does_something(code):
            yield _Candidate(code, opened[0], len(text), True)


def _unfenced(text: str) -> Iterator[_Candidate]:
    bare = textwrap.dedent(text).strip() + "\n"
    if does_something(bare):
        yield _Candidate(bare, 0, len(text), True)
    for label in itertools.islice(_CODE_LINE.finditer(text), _MOST_TRIES):
        after = _AFTERWARDS.search(text, label.end())
        end = after.start() if after else len(text)
        code = textwrap.dedent(text[label.end() : end]).strip() + "\n"
        if does_something(code):
            yield _Candidate(code, label.start(), end, True)
    for session in itertools.islice(_PROMPTS.finditer(f"{text}\n"), _MOST_TRIES):
        code = without_prompts(session.group())
        if does_something(code):
            yield _Candidate(code, session.start(), min(session.end(), len(text)), True)
    for block in _INDENTED.finditer(text if text.endswith("\n") else text + "\n"):
        code = textwrap.dedent(block.group()).strip() + "\n"
        if does_something(code):
            yield _Candidate(code, block.start(), min(block.end(), len(text)), True)


# ---------------------------------------------------------------- thoughts and tags


def _plain(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n").lstrip("\ufeff")


def _joined(*parts: str) -> str:
    return "\n".join(part.strip() for part in parts if part.strip())


def _blanked(text: str, start: int, end: int) -> str:
    return text[:start] + re.sub(r"[^\n]", " ", text[start:end]) + text[end:]


def _without_thoughts(text: str) -> str:
    """``text`` with what the model thought blanked out, at the same length: positions still hold.

    A tag inside a block of code is part of a string there, and stays.
    """
    thoughts = [span for marks in _OTHER_THOUGHTS for span in _between(text, *marks)]
    if "</" in text:
        thoughts += [(start, end) for start, _, _, end in _pairs(text, _THOUGHTS)]
    for start, end in thoughts[:_MOST_THOUGHTS]:
        if not _is_inside_a_fence(text, start):
            text = _blanked(text, start, end)
    if len(thoughts) > _MOST_THOUGHTS:  # so many are no strings of a program
        text = _all_blanked(text, sorted(thoughts[_MOST_THOUGHTS:]))
    if "</" not in text:
        return text
    # Some servers strip the opening tag and leave the closing one.
    stray = re.search(rf"</(?:{'|'.join(_THOUGHTS)})>", text, re.I)
    if stray is not None and not _is_inside_a_fence(text, stray.start()):
        text = _blanked(text, 0, stray.end())
    return text


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


def _opened(text: str, tags: tuple[str, ...]) -> tuple[int, int] | None:
    """Where the last of ``tags`` opens that is never closed: start and end of the tag."""
    last: re.Match[str] | None = None
    for match in re.finditer(rf"<({'|'.join(tags)})>", text, re.I):
        last = match
    if last is None or f"</{last[1].lower()}>" in text[last.end() :].lower():
        return None
    return None if _is_inside_a_fence(text, last.start()) else last.span()


def _tagged(text: str) -> Iterator[_Candidate]:
    if "<" not in text and "[TOOL_CALLS]" not in text:
        return
    found: list[_Candidate] = []
    for start, begin, finish, end in _pairs(text, _CODE_TAGS):
        code = _inner(text[begin:finish])
        if code:
            found.append(_Candidate(code, start, end, parses(code)))
    for match in itertools.islice(_PARAMETER.finditer(text), 64):
        close = f"</{match[1]}{match[2] or match[3] or match[4]}>"
        finish = text.find(close, match.end())
        if finish >= 0:
            body = text[match.end() : finish]
            inner = _code_in_json(body)
            code = inner[1] if inner else "" if match[4] else _inner(body)
            if code:
                start = _before_tags(text, match.start())
                found.append(_Candidate(code, start, finish + len(close), parses(code)))
    for start, begin, finish, end in _pairs(text, _TOOL_TAGS):
        inner = _code_in_json(text[begin:finish])
        if inner is not None:
            thinking = _joined(text[:start], inner[0])
            found.append(_Candidate(inner[1], start, end, parses(inner[1]), thinking))
    for match in _TOKENS.finditer(text):
        stop = _END_TOKEN.search(text, match.end())
        rest = text[match.end() : stop.start() if stop else len(text)]
        inner = _code_in_json(rest)
        code = inner[1] if inner else _inner(rest)
        end = stop.end() if stop else len(text)
        found.append(_Candidate(code, match.start(), end, parses(code)))
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


def _inner(body: str) -> str:
    """The code inside a tag or a JSON field, which may carry a fence or a CDATA wrapper of its own."""
    body = re.sub(r"\A\s*<!\[CDATA\[(.*?)\]\]>\s*\Z", r"\1", body, flags=re.DOTALL)
    fence = next(fences(body), None)
    if fence is not None and not body[: fence.start].strip():
        return fence.code
    return textwrap.dedent(body.strip("\n")).strip() + "\n" if body.strip() else ""


# ---------------------------------------------------------------- JSON


def _json_reply(text: str) -> Iterator[_Candidate]:
    stripped = text.strip()
    if stripped[:1] in ("{", "["):
        found = _code_in_json(stripped)
        if found is not None and parses(found[1]):
            yield _Candidate(found[1], 0, len(text), True, found[0])


def _json_in_prose(text: str) -> Iterator[_Candidate]:
    """An object with the code in a sure field, at the beginning of a line; one cut short is none."""
    for match in itertools.islice(_OBJECT.finditer(text), _MOST_TRIES):
        try:
            data, length = json.JSONDecoder(strict=False).raw_decode(text[match.end() :])
        except (ValueError, RecursionError):
            continue
        found = _code_in_data(data, 0) if isinstance(data, dict) else None
        if found is not None and does_something(found[1]):
            thinking = _joined(text[: match.start()], found[0])
            yield _Candidate(found[1], match.start(), match.end() + length, True, thinking)


def _code_in_json(text: str) -> tuple[str, str] | None:
    """``(thinking, code)`` of a JSON value that carries code, else ``None``."""
    try:
        # Models put raw line breaks into strings; ``strict=False`` allows them.
        data, _ = json.JSONDecoder(strict=False).raw_decode(text.strip())
    except (ValueError, RecursionError):
        return None
    return _code_in_data(data, 0)


def _code_in_data(data: Any, depth: int) -> tuple[str, str] | None:
    if depth > 4:
        return None
    if isinstance(data, list):
        found = (_code_in_data(item, depth + 1) for item in data[:20])
        return next((pair for pair in found if pair is not None), None)
    if isinstance(data, str):
        return _code_in_json(data) if depth and data.strip()[:1] in ("{", "[") else None
    if not isinstance(data, dict):
        return None
    thoughts = (data[key] for key in _THINKING_FIELDS if isinstance(data.get(key), str))
    thinking = next(thoughts, "")
    for key in _CODE_FIELDS:
        value = data.get(key)
        if isinstance(value, list) and value and all(isinstance(line, str) for line in value):
            value = "\n".join(value)
        if isinstance(value, str) and value.strip():
            code = _inner(_plain(value))
            if code and (key in _SURE_FIELDS or does_something(code)):
                return thinking, code
    for key in _WRAPPERS:
        inner = _code_in_data(data.get(key), depth + 1)
        if inner is not None:
            return _joined(thinking, inner[0]), inner[1]
    return None
