"""The names of commits: branches, which move on, and tags, which stay."""

from __future__ import annotations

from typing import Literal

from agex.errors import ConflictError, StateError
from agex.state.blobs import Blobs
from agex.state.stores.protocol import Move


class Refs:
    """The branches, or the tags, of a store."""

    def __init__(self, blobs: Blobs, kind: Literal["branch", "tag"]) -> None:
        self._blobs = blobs
        self._kind = kind

    def all(self) -> dict[str, str]:
        """Every name and the commit it points at."""
        found = self._blobs.store.refs(f"{self._kind}/")
        return {name.partition("/")[2]: to for name, to in found.items()}

    def get(self, name: str) -> str | None:
        """The commit a name points at, if there is such a name."""
        ref = f"{self._kind}/{name}"
        return self._blobs.store.refs(ref).get(ref)

    def make(self, name: str, commit: str) -> None:
        """Give a commit a new name.

        Raises:
            StateError: it is taken, or cannot name anything.
        """
        check(name)
        try:
            self.move(name, None, commit)
        except ConflictError:
            raise StateError(f"there is a {self._kind} {name!r} already") from None

    def move(self, name: str, expected: str | None, to: str | None) -> None:
        """Point a name elsewhere, or at nothing.

        Raises:
            ConflictError: it does not point where it was expected to.
        """
        self._blobs.write({}, {f"{self._kind}/{name}": Move(expected, to)})

    def delete(self, name: str) -> None:
        """Forget a name.

        Raises:
            StateError: there is none such.
        """
        target = self.get(name)
        if target is None:
            raise StateError(f"there is no {self._kind} {name!r}")
        self.move(name, target, None)


def check(name: str) -> None:
    """Refuse what cannot name a branch or tag.

    Raises:
        StateError: it is empty, has blanks around it, or holds ``~`` or a line break.
    """
    if (
        not name
        or not isinstance(name, str)
        or name.strip() != name
        or any(c in name for c in "~\n")
    ):
        raise StateError(
            f"{name!r} cannot name a branch or tag: use words without '~' or line breaks"
        )
