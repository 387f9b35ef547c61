"""A conversation in the shape of OpenAI's chat API, and a provider's count of tokens out of it.

Every provider that litellm speaks to takes the one and sends the other.
"""

from __future__ import annotations

import base64
import copy
import json
from collections.abc import Sequence
from typing import Any

from agex.llm.client import Tool
from agex.messages import RUN_PYTHON, CodeCall, Image, Message, Usage


def to_wire(
    messages: Sequence[Message], *, images: bool = True, model: str = ""
) -> list[dict[str, Any]]:
    """Fresh dictionaries for a request; a model that cannot see is told where a picture was.

    A message and its call become an assistant's message with ``tool_calls``, and what answers it one of
    the role ``tool`` under the same id, which every provider demands to follow at once. Calls of another
    model than ``model`` get an id that any provider takes.
    """
    wired: list[dict[str, Any]] = []
    id = ""
    for number, message in enumerate(messages):
        call = message.call
        if call is None:
            wired.append(_one(message, images))
        elif message.role == "assistant":
            is_own = call.model == model and bool(call.id)
            id = call.id if is_own else f"call{number:05}"
            wired.append(_made(call, id, is_own))
        else:
            wired += _answered(message, id, images)
    return wired


def tool_to_wire(tool: Tool) -> dict[str, Any]:
    """A tool as a request offers it."""
    return {
        "type": "function",
        "function": {
            "name": tool.name,
            "description": tool.description,
            "parameters": {
                "type": "object",
                "properties": {"code": {"type": "string", "description": tool.takes}},
                "required": ["code"],
                "additionalProperties": False,
            },
        },
    }


def _made(call: CodeCall, id: str, is_own: bool) -> dict[str, Any]:
    arguments = json.dumps({"code": call.code}, ensure_ascii=False)
    function = {"name": RUN_PYTHON, "arguments": arguments}
    return {
        **(copy.deepcopy(dict(call.kept)) if is_own else {}),
        "role": "assistant",
        # No prose is no text, not an empty one, which some providers refuse.
        "content": call.said or None,
        "tool_calls": [{"id": id, "type": "function", "function": function}],
    }


def _answered(message: Message, id: str, images: bool) -> list[dict[str, Any]]:
    answer = {"role": "tool", "tool_call_id": id, "content": message.text}
    if not message.images:
        return [answer]
    # A tool's answer is text for most providers: the pictures follow it as a message of their own.
    shown = _one(Message("user", "The pictures it shows:", message.images), images)
    return [answer, shown]


def _one(message: Message, images: bool) -> dict[str, Any]:
    if not message.images:
        return {"role": message.role, "content": message.text}
    if not images:
        count = len(message.images)
        note = f"[{count} picture{'s' * (count != 1)} left out: this model cannot see]"
        return {"role": message.role, "content": f"{message.text}\n{note}".lstrip()}
    blocks: list[dict[str, Any]] = []
    if message.text:
        blocks.append({"type": "text", "text": message.text})
    blocks += [{"type": "image_url", "image_url": {"url": _data_url(i)}} for i in message.images]
    return {"role": message.role, "content": blocks}


def _data_url(image: Image) -> str:
    return f"data:{image.media_type};base64,{base64.b64encode(image.data).decode('ascii')}"


def read_tokens(usage: Any) -> Usage:
    """The tokens in a provider's usage object, with no cost yet; what it leaves out is zero."""
    taken = getattr(usage, "prompt_tokens_details", None)
    given = getattr(usage, "completion_tokens_details", None)
    return Usage(
        input_tokens=_count(usage, "prompt_tokens"),
        output_tokens=_count(usage, "completion_tokens"),
        cached_tokens=_count(taken, "cached_tokens"),
        reasoning_tokens=_count(given, "reasoning_tokens"),
        cost=None,
        requests=1,
    )


def _count(holder: Any, name: str) -> int:
    value = getattr(holder, name, None)
    return value if isinstance(value, int) else 0
