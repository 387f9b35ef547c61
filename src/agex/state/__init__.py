"""Named values that outlive a turn: in memory, or as snapshots with history, branches and merges.

*Knows:* values, their bytes, commits and stores; the words of ``errors``, ``event_types``, ``messages``.
*Never imports:* ``policy``, ``llm``, ``sandbox`` or anything above; definitions come through a codec it
is handed (:class:`DefinitionCodec`).
"""

from agex.state.commits import Commit
from agex.state.definitions import InertDefinition, InertInstance
from agex.state.live import Live
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
    "Checkout",
    "Commit",
    "DefinitionCodec",
    "Description",
    "InertDefinition",
    "InertInstance",
    "Live",
    "Log",
    "Missing",
    "Namespace",
    "Saved",
    "State",
    "Versioned",
]
