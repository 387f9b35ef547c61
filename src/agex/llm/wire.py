"""A conversation in the shape of OpenAI's chat API, and a provider's count of tokens out of it.

Every provider that litellm speaks to takes the one and sends the other.
"""

from __future__ import annotations

import base64
from collections.abc import Sequence
from typing import Any

from agex.messages import Image, Message, Usage


def to_wire(messages: Sequence[Message], *, images: bool = True) -> list[dict[str, Any]]:
    """Fresh dictionaries for a request; a model that cannot see is told where a picture was."""
    return [_one(message, images) for message in messages]


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
