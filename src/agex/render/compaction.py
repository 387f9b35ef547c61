"""How a long conversation is made to fit again: older outputs go first, then older code.

A pure function over messages. The conversation is ``system, task, (reply, observation)…``; system and
task are never touched, nor are the last turns. What was compacted once stays as it is, byte for byte,
and each compaction makes room for many turns, so that a provider's cache is broken seldom.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, replace

from agex.messages import Message
from agex.render.budget import CHARS_PER_TOKEN, TOKENS_PER_IMAGE, clip

KEEP_TURNS = 4
"""The last turns stay whole: what the model is working on right now."""

_KEEP_AT_LEAST = 2

_NEAR = 0.85
_TARGET = 0.5
_SHORT_CHARS = 240
"""An output of this length is not worth leaving out."""

_OUTPUT_MARK = "(output left out to save room"
_CODE_MARK = "(an earlier step, shortened)"
_MERGED_MARK = "(earlier steps, left out)"
_FENCE = re.compile(r"^(```+)[ \t]*(?:python|py)?[ \t]*\n(.*?)^\1", re.MULTILINE | re.DOTALL)


def conversation_tokens(messages: Sequence[Message]) -> int:
    """About how many tokens a request with these messages costs."""
    characters = sum([len(message.text) for message in messages])
    pictures = sum([len(message.images) for message in messages])
    return int(characters / CHARS_PER_TOKEN) + TOKENS_PER_IMAGE * pictures


def fenced_code(reply: str) -> str | None:
    """The first fenced block of a reply."""
    found = _FENCE.search(reply)
    return found.group(2) if found else None


def compact(
    messages: Sequence[Message],
    context_tokens: int,
    *,
    alive: Collection[str] = (),
    keep_turns: int = KEEP_TURNS,
    begins_at: int = 1,
    code_of: Callable[[str], str | None] = fenced_code,
) -> list[Message]:
    """The same conversation, shorter when it nears ``context_tokens``, unchanged otherwise.

    Args:
        alive: names the session still holds; only their definitions are kept, a line each.
        keep_turns: how many of the last turns stay whole.
        begins_at: where the task stands; before it may be what was said in earlier calls.
        code_of: finds the code that ran in a reply.
    """
    if conversation_tokens(messages) <= context_tokens * _NEAR:
        return list(messages)
    fixed, turns = list(messages[: begins_at + 1]), _turns(messages[begins_at + 1 :])
    target = int(context_tokens * _TARGET)
    shorter = _flat(fixed, turns)
    # Four turns of long outputs can fill a small context alone; then the last two must do.
    for keep in dict.fromkeys((keep_turns, min(keep_turns, _KEEP_AT_LEAST))):
        shorter = _shortened(fixed, list(turns), len(turns) - keep, target, alive, code_of)
        if conversation_tokens(shorter) <= target:
            break
    return shorter


def _shortened(
    fixed: list[Message],
    turns: list[_Turn],
    older: int,
    target: int,
    alive: Collection[str],
    code_of: Callable[[str], str | None],
) -> list[Message]:
    for shorten in (_without_output, lambda turn: _without_code(turn, alive, code_of)):
        for index in range(older):
            if _total(fixed, turns) <= target:
                return _flat(fixed, turns)
            turns[index] = shorten(turns[index])
    if _total(fixed, turns) > target and older > 1:
        turns[:older] = [_merged(turns[:older], alive, code_of)]
    return _flat(fixed, turns)


@dataclass(frozen=True, slots=True)
class _Turn:
    """A reply with what it led to; the last one of a conversation may have nothing yet."""

    messages: tuple[Message, ...]

    def map(self, change: Callable[[Message], Message]) -> _Turn:
        return _Turn(tuple(change(message) for message in self.messages))


def _turns(messages: Sequence[Message]) -> list[_Turn]:
    grouped: list[list[Message]] = []
    for message in messages:
        if message.role == "assistant" or not grouped:
            grouped.append([])
        grouped[-1].append(message)
    return [_Turn(tuple(group)) for group in grouped]


def _flat(fixed: list[Message], turns: Sequence[_Turn]) -> list[Message]:
    return fixed + [message for turn in turns for message in turn.messages]


def _total(fixed: list[Message], turns: Sequence[_Turn]) -> int:
    return conversation_tokens(_flat(fixed, turns))


def _without_output(turn: _Turn) -> _Turn:
    def change(message: Message) -> Message:
        if message.role != "user" or message.text.startswith(_OUTPUT_MARK):
            return message
        if len(message.text) <= _SHORT_CHARS:
            return replace(message, images=()) if message.images else message
        # The last lines say how it ended: an error, a correction, a name that was set.
        end = clip(message.text.rstrip().rsplit("\n", 1)[-1], 160)
        shorter = (
            f"{_OUTPUT_MARK}: {len(message.text):,} characters; variables still hold their "
            f"values, print what you need again)\n… {end}"
        )
        return replace(message, text=shorter, images=())

    return turn.map(change)


def _without_code(
    turn: _Turn, alive: Collection[str], code_of: Callable[[str], str | None]
) -> _Turn:
    def change(message: Message) -> Message:
        if message.role != "assistant" or message.text.startswith((_CODE_MARK, _MERGED_MARK)):
            return message
        kept = [line for name, line in definitions(code_of(message.text) or "") if name in alive]
        shorter = _reply(_CODE_MARK, kept)
        if len(shorter) >= len(message.text):
            return message
        # A call stays a call, so that what answers it has something to answer.
        call = message.call and replace(message.call, said=_CODE_MARK, code=_still_there(kept))
        return Message("assistant", shorter, call=call)

    return turn.map(change)


def _merged(
    turns: Sequence[_Turn], alive: Collection[str], code_of: Callable[[str], str | None]
) -> _Turn:
    """All older turns as one: the last definition of each name that is still there."""
    last: dict[str, str] = {}
    count = 0
    for turn in turns:
        for message in turn.messages:
            if message.role != "assistant":
                continue
            merged = re.match(rf"{re.escape(_MERGED_MARK)} (\d+)", message.text)
            count += int(merged.group(1)) if merged else 1
            for name, line in _definitions_shown(message.text, code_of):
                last.pop(name, None)
                last[name] = line
    kept = [line for name, line in last.items() if name in alive]
    said = _reply(f"{_MERGED_MARK} {count}", kept)
    answer = f"{_OUTPUT_MARK} of {count} earlier steps; variables still hold their values)"
    return _Turn((Message("assistant", said), Message("user", answer)))


def _reply(mark: str, kept: Sequence[str]) -> str:
    return f"{mark}\n```python\n{_still_there(kept)}\n```"


def _still_there(kept: Sequence[str]) -> str:
    return "\n".join(f"# still there: {line}" for line in kept) or "..."


def _definitions_shown(
    text: str, code_of: Callable[[str], str | None]
) -> Iterator[tuple[str, str]]:
    if text.startswith((_CODE_MARK, _MERGED_MARK)):
        for line in re.findall(r"^# still there: (.*)$", text, re.MULTILINE):
            name = re.match(r"(?:async def |def |class |import |from \S+ import )?(\w+)", line)
            if name:
                yield _bound_by_import(line) or name.group(1), line
    else:
        yield from definitions(code_of(text) or "")


def _bound_by_import(line: str) -> str | None:
    found = re.match(r"(?:from \S+ )?import (?:(\w+)\S*)(?: as (\w+))?$", line)
    return (found.group(2) or found.group(1)) if found else None


def definitions(source: str) -> list[tuple[str, str]]:
    """What a block defines at its top level, as ``(name, one line)``, in order."""
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return []
    return [pair for node in tree.body for pair in _defined_by(node)]


def _defined_by(node: ast.stmt) -> Iterator[tuple[str, str]]:
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        keyword = "async def" if isinstance(node, ast.AsyncFunctionDef) else "def"
        returns = f" -> {ast.unparse(node.returns)}" if node.returns else ""
        yield node.name, clip(f"{keyword} {node.name}({ast.unparse(node.args)}){returns}", 200)
    elif isinstance(node, ast.ClassDef):
        inherits = ", ".join(ast.unparse(base) for base in node.bases)
        yield node.name, clip(f"class {node.name}({inherits})".replace("()", ""), 200)
    elif isinstance(node, ast.Import):
        for alias in node.names:
            bound = alias.asname or alias.name.partition(".")[0]
            yield bound, f"import {alias.name}" + (f" as {alias.asname}" if alias.asname else "")
    elif isinstance(node, ast.ImportFrom):
        for alias in node.names:
            renamed = f" as {alias.asname}" if alias.asname else ""
            yield alias.asname or alias.name, f"from {node.module} import {alias.name}{renamed}"
    elif isinstance(node, ast.Assign | ast.AnnAssign | ast.AugAssign):
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        for target in targets:
            for part in ast.walk(target):
                if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store):
                    value = clip(ast.unparse(node.value), 60) if node.value else "…"
                    operator = "=" if not isinstance(node, ast.AugAssign) else "(updated)"
                    yield part.id, f"{part.id} {operator} {value}".replace("\n", " ")
