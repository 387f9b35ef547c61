"""Text that takes the normal forms of Unicode too long: they sort accents, and slowly.

Bringing a run of combining characters into order is quadratic in its length, in one step of C. The
parser does it with every identifier, before any limit is set.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Any

from agex.sandbox import bounds, clock

#: Combining characters after one another; more than any script or joke needs.
MOST_MARKS = 500
#: Characters whose normal form is made in one step, where they are not ASCII.
MOST_CHARACTERS = 2_000_000
_BEYOND_ASCII = re.compile(rf"[^\x00-\x7f]{{{MOST_MARKS},}}")


def has_stacked_marks(text: str) -> bool:
    """Whether a run of combining characters in the text is too long to be put into order."""
    for part in _BEYOND_ASCII.finditer(text):
        run = 0
        for character in part.group():
            run = run + 1 if unicodedata.combining(character) else 0
            if run > MOST_MARKS:
                return True
    return False


def normalize(form: str, unistr: str, /) -> str:
    """``unicodedata.normalize``, bounded."""
    _check(unistr)
    return unicodedata.normalize(form, unistr)  # type: ignore[arg-type]  # Python says which exist


def is_normalized(form: str, unistr: str, /) -> bool:
    """``unicodedata.is_normalized``, bounded."""
    _check(unistr)
    return unicodedata.is_normalized(form, unistr)  # type: ignore[arg-type]


def _check(text: Any) -> None:
    if not isinstance(text, str) or text.isascii():
        return
    bounds.check_length("the text", len(text), MOST_CHARACTERS)
    clock.look()
    if has_stacked_marks(text):
        raise bounds.refuse_length("one character with its accents", MOST_MARKS + 1, MOST_MARKS)
