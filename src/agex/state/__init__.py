"""Named values that outlive a turn: in memory, or as snapshots with history, branches and merges.

*Knows:* values, their bytes, commits and stores; the words of ``errors``, ``event_types``, ``messages``.
*Never imports:* ``policy``, ``llm``, ``sandbox`` or anything above; definitions come through a codec it
is handed (:class:`DefinitionCodec`).
"""

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
