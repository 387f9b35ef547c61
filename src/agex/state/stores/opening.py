"""Which store a path, a URL or nothing at all means."""

from __future__ import annotations

import os

from agex.errors import ConfigurationError
from agex.state.stores.memory import MemoryStore
from agex.state.stores.protocol import Store


def open_store(
    where: str | os.PathLike[str] | Store | None = None, *, durable: bool = False
) -> Store:
    """The store for ``where``.

    Args:
        where: ``None`` for memory, a path for one SQLite file, a URL (``postgresql://…``) for a
            database that several machines share, or a store, which is returned as it is.
        durable: wait for the disk at every commit, so that a power cut loses nothing either.

    Raises:
        MissingExtraError: a URL was given and SQLAlchemy is not installed.
        StoreError: the file is not a state of agex, or of a newer agex.
    """
    if where is None:
        return MemoryStore()
    if isinstance(where, (str, os.PathLike)):
        text = os.fspath(where)
        if not isinstance(text, str) or not text.strip() or "\0" in text:
            raise ConfigurationError(
                f"a state is kept in a file with a name, and {text!r} is none; for one in memory, say "
                "Versioned()"
            )
        # Both stores are imported here, so that `import agex` opens no database module.
        if "://" in text:
            from agex.state.stores.sql import SqlStore

            return SqlStore(text)
        from agex.state.stores.sqlite import SqliteStore

        return SqliteStore(text, durable=durable)
    if all(hasattr(where, verb) for verb in ("get", "find", "refs", "write", "sweep")):
        return where
    raise ConfigurationError(
        f"a state is kept in a file path, a database URL or a Store, not in {type(where).__name__}"
    )
