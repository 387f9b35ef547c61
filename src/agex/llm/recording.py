"""Runs as text: a Markdown file that a person can read, write and review.

    # agex replay

    recorded from openai/gpt-5-mini

    ## make_function

    ````reply in=812 out=64
    I will search upwards.

    ```python
    task_success(next_prime)
    ```
    ````

The second line of text says where the replies come from: ``recorded from MODEL``, or ``written by
hand``. Each ``##`` heading opens one run of the task at that path (a task called twice has two), and
each block of four or more backticks marked ``reply`` is one answer, in order. Prose outside of blocks
is for the reader. What else a file may hold, all of it optional:

- ``asked: 3f2a…`` under a heading, the digest of the run's first request: when several runs of one
  task go on at once, it tells which recorded run belongs to which;
- after ``reply``: ``in= out= cached= reasoning=`` (tokens), ``finish=`` (the finish reason when it
  is not ``stop``), ``model=`` (when it is not the one in the header);
- before a reply, a block marked ``reasoning``, and one marked ``call NAME id=…`` for each tool call it
  made: it holds the code, or with the word ``raw`` in its mark the arguments as they came.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from agex.errors import ConfigurationError
from agex.llm.client import LLMResponse, ToolCall
from agex.messages import Message, Usage

BY_HAND = "written by hand"
FROM = "recorded from "
_TITLE = "# agex replay"
_FORM = f"A replay begins with:\n\n{_TITLE}\n\n{BY_HAND}      (or: {FROM}MODEL)"


@dataclass(slots=True)
class Run:
    """The answers that one run of the task at ``path`` got, in order."""

    path: str
    replies: list[LLMResponse] = field(default_factory=list)
    asked: str = ""


@dataclass(slots=True)
class Recording:
    """Runs, and where their answers come from: ``"recorded from MODEL"`` or ``"written by hand"``."""

    origin: str = BY_HAND
    runs: list[Run] = field(default_factory=list)

    @property
    def model(self) -> str:
        """The recorded model, or what stands in its place."""
        return self.origin.removeprefix(FROM)


def digest(messages: Sequence[Message]) -> str:
    """Twelve characters that tell one conversation from another."""
    seal = hashlib.blake2b(digest_size=6)
    for message in messages:
        for part in (message.role, message.text):
            seal.update(f"{len(part)}:{part}".encode("utf-8", "surrogatepass"))
        for image in message.images:
            seal.update(image.data)
    return seal.hexdigest()


# ---------------------------------------------------------------- writing


def format_recording(recording: Recording) -> str:
    """The text of a replay file."""
    parts = [f"{_TITLE}\n\n{recording.origin}\n"]
    for run in recording.runs:
        parts.append(f"\n## {run.path}\n")
        if run.asked:
            parts.append(f"\nasked: {run.asked}\n")
        for reply in run.replies:
            if reply.reasoning:
                parts.append(_block("reasoning", reply.reasoning))
            parts += [_call_block(call) for call in reply.calls]
            parts.append(_block(_label(reply, recording.model), reply.text))
    return "".join(parts)


def save_recording(recording: Recording, path: Path) -> None:
    """Write the file in one step: a reader sees the old text or the new one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    text = format_recording(recording).encode("utf-8", "surrogatepass")
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(text)
        os.chmod(temporary, 0o644)
        os.replace(temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise


def _block(label: str, text: str) -> str:
    longest = max((len(run) for run in re.findall(r"^`+", text, re.MULTILINE)), default=0)
    fence = "`" * max(4, longest + 1)
    return f"\n{fence}{label}\n{text}\n{fence}\n"


def _call_block(call: ToolCall) -> str:
    words = ["call", *call.name.split()[:1], *(f"id={part}" for part in call.id.split()[:1])]
    try:
        arguments = json.loads(call.arguments)
    except ValueError:
        arguments = None
    code = arguments.get("code") if isinstance(arguments, dict) else None
    if isinstance(code, str) and len(arguments) == 1:
        return _block(" ".join(words), code)
    return _block(" ".join([*words, "raw"]), call.arguments)


def _label(reply: LLMResponse, model: str) -> str:
    usage = reply.usage
    facts = {
        "in": usage.input_tokens,
        "out": usage.output_tokens,
        "cached": usage.cached_tokens,
        "reasoning": usage.reasoning_tokens,
        "finish": reply.finish_reason if reply.finish_reason != "stop" else None,
        "model": reply.model if reply.model != model and not reply.replayed else None,
    }
    return " ".join(["reply", *(f"{name}={value}" for name, value in facts.items() if value)])


# ---------------------------------------------------------------- reading


def load_recording(path: Path) -> Recording:
    """The recording in a file.

    Raises:
        ConfigurationError: there is no such file, or it does not read as a replay.
    """
    try:
        text = path.read_bytes().decode("utf-8", "surrogatepass")
    except FileNotFoundError:
        raise ConfigurationError(f"there is no replay file {path}") from None
    return parse_recording(text, name=str(path))


def parse_recording(text: str, *, name: str = "the replay") -> Recording:
    """The recording in a text; ``name`` is what an error calls it."""
    if "\r\n" in text.split("\n", 1)[0] + "\n":
        text = text.replace("\r\n", "\n")
    lines = text.split("\n")
    recording = Recording(_origin(lines, name))
    reasoning = ""
    calls: list[ToolCall] = []
    at = 0
    while at < len(lines):
        line = lines[at]
        opened = re.fullmatch(r"(`{4,})(reply|reasoning|call)\b(.*)", line)
        if opened is None:
            if line.startswith("## "):
                recording.runs.append(Run(line[3:].strip()))
            elif line.startswith("asked:") and recording.runs:
                recording.runs[-1].asked = line.removeprefix("asked:").strip()
            at += 1
            continue
        fence, kind, label = opened.groups()
        try:
            end = lines.index(fence, at + 1)
        except ValueError:
            raise ConfigurationError(
                f"{name}, line {at + 1}: this {kind} is not closed by a line of {fence}"
            ) from None
        body = "\n".join(lines[at + 1 : end])
        if not recording.runs:
            raise ConfigurationError(
                f"{name}, line {at + 1}: a {kind} belongs under the heading of its run, such as "
                '"## make_function"'
            )
        if kind == "reasoning":
            reasoning = body
        elif kind == "call":
            calls.append(_call(body, label.split()))
        else:
            reply = _reply(body, label, recording.model, f"{name}, line {at + 1}")
            reply = replace(reply, reasoning=reasoning, calls=tuple(calls))
            recording.runs[-1].replies.append(reply)
            reasoning, calls = "", []
        at = end + 1
    return recording


def _origin(lines: Sequence[str], name: str) -> str:
    said = [line.strip() for line in lines if line.strip()][:2]
    if len(said) == 2 and said[0] == _TITLE:
        if said[1] == BY_HAND:
            return BY_HAND
        if said[1].startswith(FROM) and said[1] != FROM.strip():
            return said[1]
    raise ConfigurationError(f"{name} does not say where its replies come from. {_FORM}")


def _call(body: str, words: Sequence[str]) -> ToolCall:
    name = next((word for word in words if word != "raw" and "=" not in word), "")
    id = next((word[3:] for word in words if word.startswith("id=")), "")
    arguments = body if "raw" in words else json.dumps({"code": body}, ensure_ascii=False)
    return ToolCall(id, name, arguments)


def _reply(text: str, label: str, model: str, where: str) -> LLMResponse:
    facts: dict[str, str] = {}
    for word in label.split():
        key, sign, value = word.partition("=")
        if not sign or key not in ("in", "out", "cached", "reasoning", "finish", "model"):
            raise ConfigurationError(
                f"{where}: {word!r} means nothing here; a reply may have in= out= cached= "
                "reasoning= finish= model="
            )
        facts[key] = value
    try:
        taken, given, cached, reasoned = (
            int(facts.get(key, 0)) for key in ("in", "out", "cached", "reasoning")
        )
    except ValueError:
        raise ConfigurationError(f"{where}: tokens are whole numbers: {label.strip()!r}") from None
    return LLMResponse(
        text=text,
        usage=Usage(taken, given, cached, reasoned, cost=0.0, requests=1),  # nothing is billed
        model=facts.get("model", model),
        finish_reason=facts.get("finish", "stop"),
        replayed=True,
    )
