"""``Versioned``: a state with a history, in memory, in a file, or in a shared database.

What is said here is time travel: checkouts, branches, tags, merges and the way back. How names are set
and stored is ``writing.py``, how they are read ``reading.py``.
"""

from __future__ import annotations

import os
import time
from collections.abc import Mapping, Sequence
from typing import Any, Literal

from agex.errors import ConflictError, StateError
from agex.state.blobs import BlobId, Blobs
from agex.state.boards import Board, Name
from agex.state.commits import Commit, common_ancestor, read_commit, resolve, write_commit
from agex.state.diff import Diff, compare
from agex.state.garbage import reachable
from agex.state.heap import Heap
from agex.state.merge import merge
from agex.state.reading import Reader
from agex.state.refs import Refs, check
from agex.state.staging import Staging
from agex.state.stores.opening import open_store
from agex.state.stores.protocol import Data, Store
from agex.state.tree import Root, Tree
from agex.state.writing import Writer


class Checkout(Reader):
    """A read-only view of one commit: a mapping, with a namespace for each path."""

    def __init__(self, blobs: Blobs, commit: Commit) -> None:
        super().__init__(blobs, commit)
        self.commit = commit

    def __repr__(self) -> str:
        return f"<checkout of {self.commit.id[:10]}>"


class Versioned(Writer):
    """Named values with a history: a snapshot after every action, branches, and a way back.

    Args:
        where: ``None`` keeps it in memory; a path in one SQLite file; a URL (``postgresql://…``) in a
            database that machines share; or any :class:`~agex.state.stores.Store`.
        branch: the branch to work on. A new state has ``"main"``; :meth:`branch` makes others.
        key: signs every stored blob, and refuses those that do not carry the signature.
        durable: wait for the disk at every commit, so that a power cut loses nothing either.

    Raises:
        StoreError: the file cannot be opened, or is not a state of this agex.
        StateError: there is no such branch.

    Example:
        >>> state = Versioned()
        >>> state["rows"] = [1, 2]
        >>> first = state.commit("two rows").commit
        >>> state["rows"].append(3)
        >>> _ = state.commit("three rows")
        >>> state.checkout(first)["rows"]
        [1, 2]
    """

    def __init__(
        self,
        where: str | os.PathLike[str] | Store | None = None,
        *,
        branch: str = "main",
        key: bytes | str | None = None,
        durable: bool = False,
    ) -> None:
        store = open_store(where, durable=durable)
        self._start(Blobs(store, key=key), branch)

    def _start(self, blobs: Blobs, branch: str) -> None:
        self._branches = Refs(blobs, "branch")
        self._tags = Refs(blobs, "tag")
        known = self._branches.all()
        target = known.get(branch)
        if target is None and known:
            names = ", ".join(sorted(known))
            raise StateError(f"there is no branch {branch!r}. There are: {names}")
        super().__init__(
            blobs, read_commit(blobs, target) if target is not None else None, name=branch
        )

    @classmethod
    def _on(cls, blobs: Blobs, branch: str) -> Versioned:
        state = cls.__new__(cls)
        state._start(blobs, branch)
        return state

    # ------------------------------------------------------------ time travel

    def checkout(self, which: str | Commit) -> Checkout:
        """A read-only view of a commit: its id or first digits, a branch, a tag, or ``"~2"``."""
        return Checkout(self.blobs, self._resolve(which))

    def branch(self, name: str, *, at: str | Commit | None = None) -> Versioned:
        """A new branch, as a state of its own; nothing is copied.

        Args:
            name: what to call it.
            at: where it starts; without it, here, with everything that is not committed yet.

        Raises:
            StateError: there is such a branch already.
        """
        check(name)
        with self.lock:
            if self._branches.get(name) is not None:
                raise StateError(
                    f"there is a branch {name!r} already: Versioned(where, branch={name!r})"
                )
            rescued = False
            try:
                start = self._resolve(at) if at is not None else self._settled()
            except ConflictError:
                # Our own branch moved on without us: what we hold goes to the new one.
                if self.head is None:
                    raise
                start, rescued = self.head, True
            self._branches.move(name, None, start.id)
            if rescued:
                ours, self.name = self.name, name
                try:
                    self._settled()
                finally:
                    self.name = ours
            return self._on(self.blobs, name)

    def fork(self, *, at: str | Commit | None = None) -> Versioned:
        """A branch whose name is made up, for trying something."""
        start = self._resolve(at) if at is not None else self._settled()
        number = 1
        taken = self.branches()
        while f"fork-{start.id[:7]}-{number}" in taken:
            number += 1
        return self.branch(f"fork-{start.id[:7]}-{number}", at=start)

    def branches(self) -> dict[str, str]:
        """Every branch and the commit it points at."""
        return self._branches.all()

    def tags(self) -> dict[str, str]:
        """Every tag and the commit it points at."""
        return self._tags.all()

    def tag(self, name: str, *, at: str | Commit | None = None) -> Commit:
        """Give a commit a name that stays with it; without ``at``, the present one.

        Raises:
            StateError: there is such a tag already.
        """
        check(name)
        commit = self._resolve(at) if at is not None else self._settled()
        self._tags.make(name, commit.id)
        return commit

    def reset(self, which: str | Commit) -> Commit:
        """Move the branch to a commit and forget what is not committed; the same object lives on.

        Values that were read before are no longer part of the state: read them again.
        """
        with self.lock:
            refs = self.blobs.store.refs()
            # Of one look: read a second time, the branch may have moved on, and what another process
            # just stored would be moved away from.
            current = refs.get(f"branch/{self.name}")
            commit = resolve(self.blobs, refs, which, branch=self.name)
            if current != commit.id:
                self._branches.move(self.name, current, commit.id)
            self._become(commit)
            return commit

    def diff(self, before: str | Commit, after: str | Commit | None = None) -> Diff:
        """What differs between two commits, or between one and the present; ``print`` it.

        Example:
            >>> state = Versioned()
            >>> state["n"] = 1
            >>> _ = state.commit()
            >>> state["n"] = 2
            >>> print(state.diff("main"))
            ~ n: 1 → 2
        """
        first = self.checkout(before)
        last = self.checkout(after if after is not None else self._settled())
        return compare(first, last)

    def merge(
        self,
        other: str | Commit | Versioned,
        *,
        prefer: Literal["ours", "theirs"] | None = None,
        resolve: Mapping[str, Any] | None = None,
        message: str = "",
    ) -> Commit:
        """Bring in what another branch did since the two parted, name by name.

        Args:
            other: a branch, commit or state of the same store.
            prefer: who wins where both changed the same name.
            resolve: values for such names (``"worker:rows"`` for a sub-agent's), which win over both.
            message: for the history.

        Raises:
            MergeConflict: both changed the same names, and nobody said who wins; nothing changed.
        """
        with self.lock:
            if isinstance(other, Versioned):
                if other.blobs.store is not self.blobs.store:
                    raise StateError("only states of one store can be merged; open both on one")
                label, theirs = other.name, other._settled()
            else:
                label, theirs = str(other)[:10], self._resolve(other)
            ours = self._settled()
            base = common_ancestor(self.blobs, ours.id, theirs.id)
            if base is not None and base.id == theirs.id:
                return ours
            if base is not None and base.id == ours.id and not resolve:
                self._branches.move(self.name, ours.id, theirs.id)
                self._become(theirs)
                return theirs
            return self._combine(
                base, theirs, [ours, theirs], prefer, resolve, message or f"merge {label}"
            )

    def revert(
        self,
        which: str | Commit,
        *,
        prefer: Literal["ours", "theirs"] | None = None,
        message: str = "",
    ) -> Commit:
        """Undo what one commit did, in a new commit; what came after it stays.

        Args:
            which: the commit to undo.
            prefer: for names that changed again later: ``"ours"`` keeps them, ``"theirs"`` goes back.
            message: for the history.

        Raises:
            MergeConflict: a name was changed again later, and nobody said who wins.
        """
        with self.lock:
            ours, undone = self._settled(), self._resolve(which)
            before = read_commit(self.blobs, undone.parents[0]) if undone.parents else None
            said = message or f"revert {undone.id[:10]} {undone.message}".strip()
            return self._combine(undone, before, [ours], prefer, None, said)

    def gc(self) -> int:
        """Delete every blob that no branch or tag leads to; how many went."""
        with self.lock:
            self._settled()
            store = self.blobs.store
            gone = store.sweep(lambda: reachable(self.blobs, store.refs().values()))
            self.blobs.forget()
            return gone

    def delete_branch(self, name: str) -> None:
        """Forget a branch; :meth:`gc` frees what only it led to.

        Raises:
            StateError: there is no such branch, or it is this state's own.
        """
        if name == self.name:
            raise StateError(f"this state is on branch {name!r}; delete it from another")
        self._branches.delete(name)

    def delete_tag(self, name: str) -> None:
        """Forget a tag.

        Raises:
            StateError: there is no such tag.
        """
        self._tags.delete(name)

    def close(self) -> None:
        """Commit what the host changed, and let go of the store's files."""
        with self.lock:
            self.settle()
            self.blobs.store.close()

    def __enter__(self) -> Versioned:
        return self

    def __exit__(self, *error: object) -> None:
        if error[0] is None:
            self.close()
        else:
            self.blobs.store.close()

    def __reduce__(self) -> tuple[Any, ...]:
        """A state travels as its store and branch: a file by its path, a memory with its blobs."""
        if self.blobs.is_signed:
            raise StateError("a signed state does not travel: open it there, with its key")
        self.settle()
        return _reopen, (self.blobs.store, self.name)

    def __repr__(self) -> str:
        head = self.head.id[:10] if self.head else "nothing yet"
        return f"<Versioned {self.name!r} at {head}>"

    # ------------------------------------------------------------ inside

    def _combine(
        self,
        base: Commit | None,
        theirs: Commit | None,
        parents: Sequence[Commit],
        prefer: Literal["ours", "theirs"] | None,
        resolve: Mapping[str, Any] | None,
        message: str,
    ) -> Commit:
        """Commit the three-way merge of ``theirs`` into the present commit."""
        wanted = {_split(label): value for label, value in (resolve or {}).items()}
        root, fresh = merge(
            Reader(self.blobs, base),
            Reader(self.blobs, parents[0]),
            Reader(self.blobs, theirs),
            lambda name: "ours" if name in wanted else prefer,
        )
        if wanted:
            root = self._with_values(wanted, root, fresh)
        commit = write_commit(
            fresh, root=root.pack(fresh), parents=parents, time=time.time(), message=message
        )
        self._move(commit, fresh)
        self._become(commit)
        return commit

    def _with_values(
        self, wanted: Mapping[Name, Any], root: Root, fresh: dict[BlobId, Data]
    ) -> Root:
        """A snapshot that is not stored yet with other values for some names."""
        heap = Heap(Tree(self.blobs.over(fresh), root), self.heap.around)
        values: dict[str, dict[str, Any]] = {}
        for (path, name), value in wanted.items():
            values.setdefault(path, {})[name] = value
        boards = {path: Board(named, set(), {}) for path, named in values.items()}
        staging = Staging(heap, boards, brought=self._brought, maker=self._maker)
        staging.examine(wanted)
        made = staging.build({})
        fresh.update(staging.fresh)
        return made

    def _resolve(self, which: str | Commit) -> Commit:
        return resolve(self.blobs, self.blobs.store.refs(), which, branch=self.name)


def _reopen(store: Store, branch: str) -> Versioned:
    return Versioned(store, branch=branch)


def _split(label: str) -> Name:
    path, _, name = label.rpartition(":")
    return path, name
