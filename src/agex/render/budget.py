"""How long may a text be? Cutting to a number of characters, saying what was cut, guessing tokens."""

from __future__ import annotations

CHARS_PER_TOKEN = 3.6
"""Characters of English and Python to a token, on average: good enough to plan a context with."""

TOKENS_PER_IMAGE = 1_200
"""A picture of the size :mod:`agex.render.images` makes costs about this much with every provider."""


def estimate_tokens(text: str) -> int:
    """About how many tokens ``text`` is, without asking a tokenizer."""
    return int(len(text) / CHARS_PER_TOKEN) + 1 if text else 0


def clip(text: str, limit: int) -> str:
    """The beginning of ``text``, never more than ``limit`` characters, with a mark where it was cut."""
    if len(text) <= limit:
        return text
    if limit <= 0:
        return ""
    mark = f"… (+{len(text) - limit:,} chars)"
    if len(mark) * 3 > limit:
        mark = "…"
    return text[: limit - len(mark)] + mark


def clip_middle(text: str, limit: int) -> str:
    """Both ends of ``text``, never more than ``limit`` characters, and a line that says what is missing.

    The end of an output is worth as much as its beginning: that is where a loop stopped.
    """
    if len(text) <= limit:
        return text
    mark = f"\n… {len(text) - limit:,}+ characters left out …\n"
    if len(mark) * 3 > limit:
        return clip(text, limit)
    room = limit - len(mark)
    tail = room // 3
    return text[: room - tail] + mark + text[len(text) - tail :]


def plural(count: int, noun: str, nouns: str = "") -> str:
    """``1 item``, ``1,200 items``, ``2 replies``."""
    return f"{count:,} {noun if count == 1 else nouns or noun + 's'}"
