"""A store in this process's memory: the fastest, and gone when the process ends."""

from __future__ import annotations

import threading
from collections.abc import Callable, Container, Iterable, Mapping
from typing import Any

from agex.errors import ConflictError
from agex.state.stores.protocol import Data, Move


class MemoryStore:
    """Blobs and refs in two dicts. Share one instance to share a state between threads."""

    def __init__(self) -> None:
        self._blobs: dict[str, bytes] = {}
        self._refs: dict[str, str] = {}
        self._lock = threading.RLock()

    def __getstate__(self) -> dict[str, dict[str, Any]]:
        with self._lock:
            return {"_blobs": dict(self._blobs), "_refs": dict(self._refs)}

    def __setstate__(self, state: dict[str, dict[str, Any]]) -> None:
        self.__init__()  # type: ignore[misc]  # the lock is this process's own
        self.__dict__.update(state)

    def get(self, ids: Iterable[str]) -> dict[str, bytes]:
        """The blobs under ``ids`` that are stored."""
        blobs = self._blobs
        return {key: blobs[key] for key in ids if key in blobs}

    def find(self, prefix: str, *, most: int = 16) -> list[str]:
        """Ids that begin with ``prefix``, at most ``most``."""
        with self._lock:
            found = [key for key in self._blobs if key.startswith(prefix)]
        return found[:most]

    def refs(self, prefix: str = "") -> dict[str, str]:
        """Refs whose names begin with ``prefix``."""
        with self._lock:
            return {name: to for name, to in self._refs.items() if name.startswith(prefix)}

    def write(self, blobs: Mapping[str, Data], moves: Mapping[str, Move]) -> None:
        """Store and move, both or neither.

        Raises:
            ConflictError: a ref was not where its move expected it.
        """
        with self._lock:
            moved = [name for name, move in moves.items() if self._refs.get(name) != move.expected]
            if moved:
                raise ConflictError(f"{', '.join(moved)} moved meanwhile", moved)
            for key, data in blobs.items():
                if key not in self._blobs:
                    # A copy, because buffers belong to arrays that go on changing.
                    self._blobs[key] = data if type(data) is bytes else bytes(data)
            for name, move in moves.items():
                if move.new is None:
                    self._refs.pop(name, None)
                else:
                    self._refs[name] = move.new

    def sweep(self, mark: Callable[[], Container[str]]) -> int:
        """Delete what is not marked."""
        with self._lock:
            keep = mark()
            gone = [key for key in self._blobs if key not in keep]
            for key in gone:
                del self._blobs[key]
        return len(gone)

    def close(self) -> None:
        """Nothing to let go of."""
