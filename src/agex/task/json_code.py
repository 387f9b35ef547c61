"""Code inside JSON: a reply that is an object, one in a fence or in prose, the arguments of a call.

Only JSON that is whole is read: an object cut short parses as nothing, so no beginning of a program
is ever taken for the program.
"""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Iterator
from typing import Any

from agex.llm import ToolCall
from agex.task.candidates import (
    MOST_CHARACTERS,
    MOST_TRIES,
    Candidate,
    does_something,
    joined,
    plain,
    unwrapped,
)
from agex.task.fences import Fence, parses

# In these fields of a JSON reply, any Python is the code; in the others only Python that does something.
_SURE_FIELDS = ("code", "python", "source", "python_code", "source_code")
_CODE_FIELDS = (*_SURE_FIELDS, "script", "action", "input", "action_input", "command")
_THINKING_FIELDS = ("thinking", "thought", "thoughts", "reasoning", "explanation", "plan")
_WRAPPERS = ("arguments", "args", "parameters", "tool_calls", "function", "input", "action_input")
_OBJECT = re.compile(r"(?:^|(?<=Action Input: ))(?=\{\s*\")", re.MULTILINE)


def json_reply(text: str) -> Iterator[Candidate]:
    """A reply that is one JSON value and nothing else."""
    stripped = text.strip()
    if stripped[:1] in ("{", "["):
        found = code_in_json(stripped)
        if found is not None and parses(found[1]):
            yield Candidate(found[1], 0, len(text), True, found[0])


def json_fences(text: str, seen: list[Fence]) -> Iterator[Candidate]:
    """Fenced JSON that carries code."""
    for fence in seen:
        if fence.tag in ("json", "json5", "tool_call") and fence.closed:
            found = code_in_json(fence.code)
            if found is not None and parses(found[1]):
                thinking = joined(text[: fence.start], found[0])
                yield Candidate(found[1], fence.start, fence.end, True, thinking)


def json_in_prose(text: str) -> Iterator[Candidate]:
    """An object with the code in a sure field, at the beginning of a line; one cut short is none."""
    for match in itertools.islice(_OBJECT.finditer(text), MOST_TRIES):
        try:
            data, length = json.JSONDecoder(strict=False).raw_decode(text[match.end() :])
        except (ValueError, RecursionError):
            continue
        found = _code_in_data(data, 0) if isinstance(data, dict) else None
        if found is not None and does_something(found[1]):
            thinking = joined(text[: match.start()], found[0])
            yield Candidate(found[1], match.start(), match.end() + length, True, thinking)


def code_in_call(call: ToolCall, *, is_whole: bool) -> str | None:
    """The code in the arguments of a call; JSON that reads is whole, whatever came after it."""
    arguments = call.arguments[:MOST_CHARACTERS].strip()
    try:
        data = json.loads(arguments, strict=False)
    except (ValueError, RecursionError):
        # Some models send the bare code, where a call was asked for. Braces are JSON cut short.
        if not is_whole or arguments[:1] in ("{", "[", '"'):
            return None
        bare = unwrapped(plain(arguments))
        return bare if does_something(bare) else None
    if isinstance(data, str):
        nested = data.strip()
        if nested[:1] in ("{", "["):
            found = code_in_json(nested)
            return found[1] if found else None
        data = {"code": data}
    if isinstance(data, dict) and len(data) == 1:
        (only,) = data.values()  # whatever the model called the argument
        data = {"code": only} if isinstance(only, str) and does_something(unwrapped(only)) else data
    found = _code_in_data(data, 0)
    return found[1] if found else None


def code_in_json(text: str) -> tuple[str, str] | None:
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
        return code_in_json(data) if depth and data.strip()[:1] in ("{", "[") else None
    if not isinstance(data, dict):
        return None
    thoughts = (data[key] for key in _THINKING_FIELDS if isinstance(data.get(key), str))
    thinking = next(thoughts, "")
    for key in _CODE_FIELDS:
        value = data.get(key)
        if isinstance(value, list) and value and all(isinstance(line, str) for line in value):
            value = "\n".join(value)
        if isinstance(value, str) and value.strip():
            code = unwrapped(plain(value))
            if code and (key in _SURE_FIELDS or does_something(code)):
                return thinking, code
    for key in _WRAPPERS:
        inner = _code_in_data(data.get(key), depth + 1)
        if inner is not None:
            return joined(thinking, inner[0]), inner[1]
    return None
