"""What a state asks of the place that keeps it.

A store holds two things: *blobs*, immutable bytes under an id the caller computed from them, and
*refs*, names that point at an id (``branch/main``, ``tag/v1``). What every store promises, and
``tests/state/test_stores.py`` holds each of them to:

1. ``write`` is atomic. Either every blob is stored and every ref moved, or nothing changed.
2. A ref moves only from the value the caller expected (compare and swap), across processes.
3. What ``write`` acknowledged is whole after the process is killed at any instant.
4. A blob that is already there is left alone; blobs are never changed.
5. Whatever the medium fails with comes out as :class:`~agex.errors.StoreError`.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol, TypeAlias

Data: TypeAlias = bytes | bytearray | memoryview


@dataclass(frozen=True, slots=True)
class Move:
    """A ref goes from ``expected`` to ``new``; ``None`` means that it does not exist."""

    expected: str | None
    new: str | None


class Store(Protocol):
    """Blobs and refs; the five promises are at the top of this file. Safe to use from threads."""

    def get(self, ids: Iterable[str]) -> dict[str, bytes]:
        """The blobs under ``ids``; those that are not stored are missing from the answer."""
        ...

    def find(self, prefix: str, *, most: int = 16) -> list[str]:
        """Ids of stored blobs that begin with ``prefix``, at most ``most`` of them."""
        ...

    def refs(self, prefix: str = "") -> dict[str, str]:
        """Every ref whose name begins with ``prefix``, and where it points."""
        ...

    def write(self, blobs: Mapping[str, Data], moves: Mapping[str, Move]) -> None:
        """Store ``blobs`` and move refs, both or neither.

        Raises:
            ConflictError: a ref was not where its move expected it; its ``names`` say which.
            StoreError: the medium failed; nothing changed.
        """
        ...

    def sweep(self, mark: Callable[[], Container[str]]) -> int:
        """Delete each blob that is not in ``mark()``; how many went.

        ``mark`` is called, and reads this store, while no other process can write.
        """
        ...

    def close(self) -> None:
        """Let go of files and connections; the store opens them again when it is used again."""
        ...
