"""The annotations of a class, resolved, and never by evaluating what agent code wrote.

``typing.get_type_hints`` evaluates annotations that are texts, with the builtins of the host. A class
that agent code made can carry any text, and be given it after it was looked at, so its texts stand for
anything (``tests/task/test_architects.py`` tries it).
"""

from __future__ import annotations

import typing
from typing import Any

from agex.policy.members import annotated
from agex.sandbox.origin import is_agent_class, mro_of


def safe_hints(cls: type) -> dict[str, Any]:
    """The annotations of a class, resolved; of classes that agent code made, without evaluating texts."""
    if not any(is_agent_class(base) for base in mro_of(cls)):
        return typing.get_type_hints(cls, include_extras=True)
    found: dict[str, Any] = {}
    for base in reversed(mro_of(cls)):
        for name, hint in annotated(base).items():
            found[name] = Any if isinstance(hint, (str, typing.ForwardRef)) else hint
    return found
