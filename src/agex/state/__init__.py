"""Named values that outlive a turn: in memory, or as snapshots with history, branches and merges.

The names are fetched on first use: whoever only needs the protocols does not pay for the rest.

*Knows:* values, their bytes, commits and stores; the words of ``errors``, ``event_types``, ``messages``.
*Never imports:* ``policy``, ``llm``, ``sandbox`` or anything above; definitions come through a codec it
is handed (:class:`DefinitionCodec`).
"""

from __future__ import annotations

from importlib import import_module as _import_module
from typing import TYPE_CHECKING as _TYPE_CHECKING
from typing import Any as _Any

if _TYPE_CHECKING:
    from agex.state.commits import Commit
    from agex.state.definitions import InertDefinition, InertInstance
    from agex.state.diff import Change, Diff
    from agex.state.live import Live
    from agex.state.merge import Conflict, MergeConflict
    from agex.state.protocol import (
        DefinitionCodec,
        Description,
        Log,
        Missing,
        Namespace,
        Saved,
        State,
    )
    from agex.state.versioned import Checkout, Versioned

__all__ = [
    "Change",
    "Checkout",
    "Commit",
    "Conflict",
    "DefinitionCodec",
    "Description",
    "Diff",
    "InertDefinition",
    "InertInstance",
    "Live",
    "Log",
    "MergeConflict",
    "Missing",
    "Namespace",
    "Saved",
    "State",
    "Versioned",
]

_HOMES = {
    "Change": "diff",
    "Checkout": "versioned",
    "Commit": "commits",
    "Conflict": "merge",
    "Diff": "diff",
    "InertDefinition": "definitions",
    "InertInstance": "definitions",
    "Live": "live",
    "MergeConflict": "merge",
    "Versioned": "versioned",
}


def __getattr__(name: str) -> _Any:
    if name not in __all__:
        raise AttributeError(f"module 'agex.state' has no attribute {name!r}")
    value = getattr(_import_module(f"agex.state.{_HOMES.get(name, 'protocol')}"), name)
    globals()[name] = value  # the next read does not come here
    return value


def __dir__() -> list[str]:
    return list(__all__)
