"""agex: typed Python functions that a language model implements at call time.

The public names, each from its room. They are fetched on first use, so that ``import agex`` costs
next to nothing; what is not here lives by its room (``agex.llm``, ``agex.event_types``, …).

*Knows:* where each public name lives.
*Never imports:* anything until a name is asked for.
"""

from __future__ import annotations

from importlib import import_module as _import_module
from typing import TYPE_CHECKING as _TYPE_CHECKING
from typing import Any as _Any

if _TYPE_CHECKING:
    from agex.agent import Agent
    from agex.errors import (
        AgexError,
        BudgetExceeded,
        LLMError,
        TaskClarify,
        TaskFail,
        TaskTimeout,
    )
    from agex.inspection import events, view
    from agex.policy import MemberSpec
    from agex.state import Live, Versioned
    from agex.task import Task
    from agex.task.deadlines import limited
    from agex.task.graduation import source

__all__ = [
    "Agent",
    "AgexError",
    "BudgetExceeded",
    "LLMError",
    "Live",
    "MemberSpec",
    "Task",
    "TaskClarify",
    "TaskFail",
    "TaskTimeout",
    "Versioned",
    "events",
    "limited",
    "source",
    "view",
]

_HOMES = {
    "Agent": "agex.agent",
    "AgexError": "agex.errors",
    "BudgetExceeded": "agex.errors",
    "LLMError": "agex.errors",
    "Live": "agex.state",
    "MemberSpec": "agex.policy",
    "Task": "agex.task",
    "TaskClarify": "agex.errors",
    "TaskFail": "agex.errors",
    "TaskTimeout": "agex.errors",
    "Versioned": "agex.state",
    "events": "agex.inspection",
    "limited": "agex.task.deadlines",
    "source": "agex.task.graduation",
    "view": "agex.inspection",
}


def __getattr__(name: str) -> _Any:
    home = _HOMES.get(name)
    if home is None:
        from agex.errors import did_you_mean

        raise AttributeError(
            f"module 'agex' has no attribute {name!r}.{did_you_mean(name, __all__)}"
        )
    value = getattr(_import_module(home), name)
    globals()[name] = value  # the next read does not come here
    return value


def __dir__() -> list[str]:
    return list(__all__)
