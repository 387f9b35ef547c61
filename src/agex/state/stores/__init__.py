"""Where blobs and branch heads are kept: memory, one SQLite file, a shared database.

*Knows:* bytes under ids, names that point at ids, and how to change both at once.
*Never imports:* anything of agex but ``agex.errors``; not even the rest of ``agex.state``.
"""

from agex.state.stores.memory import MemoryStore
from agex.state.stores.opening import open_store
from agex.state.stores.protocol import Move, Store

__all__ = ["MemoryStore", "Move", "Store", "open_store"]
