"""``Versioned``: a state with a history, in memory, in a file, or in a shared database."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Mapping, MutableMapping, Sequence
from typing import Any, Literal

from agex.errors import ConflictError, StateError
from agex.state.blobs import Blobs
from agex.state.commits import Commit, common_ancestor, read_commit, resolve, write_commit
from agex.state.diff import Diff, compare
from agex.state.garbage import reachable
from agex.state.heap import Heap
from agex.state.merge import merge
from agex.state.protocol import DefinitionCodec, Saved, checked_name
from agex.state.reading import Reader
from agex.state.staging import Board, Name, Staging
from agex.state.stores.opening import open_store
from agex.state.stores.protocol import Move, Store
from agex.state.tree import Tree


class Checkout(Reader):
    """A read-only view of one commit: a mapping, with a namespace for each path."""

    def __init__(self, blobs: Blobs, commit: Commit) -> None:
        super().__init__(blobs, commit)
        self.commit = commit

    def __repr__(self) -> str:
        return f"<checkout of {self.commit.id[:10]}>"


class Versioned(Reader, MutableMapping[str, Any]):
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
        refs = blobs.store.refs("branch/")
        target = refs.get(f"branch/{branch}")
        if target is None and refs:
            known = ", ".join(sorted(name.partition("/")[2] for name in refs))
            raise StateError(f"there is no branch {branch!r}. There are: {known}")
        self.name = branch
        self._owed: set[Name] = set()
        super().__init__(blobs, read_commit(blobs, target) if target is not None else None)

    @classmethod
    def _on(cls, blobs: Blobs, branch: str) -> Versioned:
        state = cls.__new__(cls)
        state._start(blobs, branch)
        return state

    # ------------------------------------------------------------ the mapping

    def __setitem__(self, name: str, value: Any) -> None:
        name = checked_name(name)
        with self.lock:
            space = self.space("")
            space.put(name, value)
            space.dirty.add(name)

    def __delitem__(self, name: str) -> None:
        with self.lock:
            if name not in self:
                raise KeyError(name)
            space = self.space("")
            space.globals.pop(name, None)
            space.loaded.add(name)
            space.dirty.add(name)
            label = self.heap.tree.label("", name)
            node = self.heap.nodes.get(label) if label is not None else None
            if node is not None and self._is_missing(name):
                self.heap.drop(label or "")

    # ------------------------------------------------------------ commits

    def commit(self, message: str = "", *, touched: Iterable[str] | None = None) -> Saved:
        """Store what changed, whoever changed it.

        Args:
            message: for the history.
            touched: the only names to look at; without it, everything that is in memory.

        Raises:
            ConflictError: another process moved the branch; nothing was stored.
            StoreError: the store failed; nothing was stored, and the next commit tries again.
        """
        return self.commit_path("", touched, message=message, agent="", task="", events=())

    def settle(self, message: str = "") -> Saved:
        """Commit what the host set, removed, or may have changed in place since it read it.

        A task does this before its first action, and time travel before it starts, so that nothing
        of the caller's is left behind. What only agents read is not looked at again.
        """
        with self.lock:
            names = self.space("").handed
            return self.commit_path("", names, message=message, agent="", task="", events=())

    def commit_path(
        self,
        path: str,
        touched: Iterable[str] | None,
        *,
        message: str,
        agent: str,
        task: str,
        events: Sequence[Any],
    ) -> Saved:
        """Commit one namespace; see :meth:`agex.state.protocol.Namespace.commit`."""
        with self.lock:
            names = set(self._owed)
            for other, space in self._spaces.items():
                names.update((other, name) for name in space.dirty)
                if touched is None:
                    names.update((other, name) for name in space.own_names())
            if touched is not None:
                names.update((path, name) for name in touched)
            boards = {other: space.board() for other, space in self._spaces.items()}
            boards.setdefault(path, self.space(path).board())
            staging = Staging(self.heap, boards, adopted=self._brought, maker=self._maker)
            try:
                saved = self._commit(staging, names, path, message, agent, task, events)
            except BaseException:
                staging.undo()
                self._owed |= names
                raise
            self._owed.clear()
            for space in self._spaces.values():
                space.dirty.clear()
            return saved

    def _commit(
        self,
        staging: Staging,
        names: Iterable[Name],
        path: str,
        message: str,
        agent: str,
        task: str,
        events: Sequence[Any],
    ) -> Saved:
        staging.examine(names)
        logs: dict[str, dict[str, tuple[str, int]]] = {}
        grown = []
        for other, space in self._spaces.items():
            for log in space.logs.values():
                head = log.stage(staging.fresh)
                if head is not None:
                    logs.setdefault(other, {})[log.name] = head
                    grown.append(log)
        root = staging.build(logs)
        tree = self.heap.tree
        if not staging.is_empty or events:
            fresh = staging.fresh
            commit = write_commit(
                fresh,
                root=root.pack(fresh),
                parents=[self.head] if self.head else [],
                time=time.time(),
                path=path,
                agent=agent,
                task=task,
                message=message,
                events=events,
            )
            self._move(commit, fresh)
            tree = Tree(self.blobs, root)
        staging.apply(tree)
        for log in grown:
            log.applied()
        added, changed, removed = (tuple(name for _, name in part) for part in staging.told())
        return Saved(self.head.id if self.head else None, added, changed, removed, staging.left_out)

    def _brought(self, path: str) -> Board | None:
        space = self._spaces.get(path)
        return space.board() if space is not None else None

    def _maker(self, path: str) -> bytes | None:
        """What definitions that live at ``path`` may do, where that is settled in this process."""
        space, codec = self._spaces.get(path), self.heap.around.codec
        if space is None or codec is None or not (path in self._codecs or space.is_adopted):
            return None
        return self._codecs.get(path, codec).capabilities(space.globals)

    def _move(self, commit: Commit, fresh: Any) -> None:
        """Store ``commit`` and make it the head of the branch."""
        expected = self.head.id if self.head else None
        try:
            self.blobs.write(fresh, {f"branch/{self.name}": Move(expected, commit.id)})
        except ConflictError as error:
            raise ConflictError(
                f"another process moved branch {self.name!r} since this state was opened or last "
                "committed, so nothing was stored. Keep your work with state.branch('mine') and "
                f"merge, or drop it with state.reset({self.name!r})."
            ) from error
        self.head = commit

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
        _check_ref(name)
        with self.lock:
            if f"branch/{name}" in self.blobs.store.refs("branch/"):
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
            self.blobs.write({}, {f"branch/{name}": Move(None, start.id)})
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
        return {name.partition("/")[2]: to for name, to in self.blobs.store.refs("branch/").items()}

    def tags(self) -> dict[str, str]:
        """Every tag and the commit it points at."""
        return {name.partition("/")[2]: to for name, to in self.blobs.store.refs("tag/").items()}

    def tag(self, name: str, *, at: str | Commit | None = None) -> Commit:
        """Give a commit a name that stays with it; without ``at``, the present one.

        Raises:
            StateError: there is such a tag already.
        """
        _check_ref(name)
        commit = self._resolve(at) if at is not None else self._settled()
        try:
            self.blobs.write({}, {f"tag/{name}": Move(None, commit.id)})
        except ConflictError:
            raise StateError(f"there is a tag {name!r} already") from None
        return commit

    def reset(self, which: str | Commit) -> Commit:
        """Move the branch to a commit and forget what is not committed; the same object lives on.

        Values that were read before are no longer part of the state: read them again.
        """
        with self.lock:
            commit = self._resolve(which)
            current = self.blobs.store.refs(f"branch/{self.name}").get(f"branch/{self.name}")
            if current != commit.id:
                self.blobs.write({}, {f"branch/{self.name}": Move(current, commit.id)})
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
                self.blobs.write({}, {f"branch/{self.name}": Move(ours.id, theirs.id)})
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
        self._delete("branch", name)

    def delete_tag(self, name: str) -> None:
        """Forget a tag.

        Raises:
            StateError: there is no such tag.
        """
        self._delete("tag", name)

    def _delete(self, kind: str, name: str) -> None:
        ref = f"{kind}/{name}"
        target = self.blobs.store.refs(ref).get(ref)
        if target is None:
            raise StateError(f"there is no {kind} {name!r}")
        if kind == "branch" and name == self.name:
            raise StateError(f"this state is on branch {name!r}; delete it from another")
        self.blobs.write({}, {ref: Move(target, None)})

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

    def _become(self, commit: Commit) -> None:
        """Show another commit: everything in memory is forgotten, the namespaces stay."""
        self.head = commit
        self._owed.clear()
        self.heap.forget(self._tree())
        for path, space in list(self._spaces.items()):
            if space.is_adopted:
                del self._spaces[path]  # its functions go on with their session
            else:
                space.unload()

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
            heap = Heap(Tree(self.blobs.over(fresh), root), self.heap.around)
            values: dict[str, dict[str, Any]] = {}
            for (path, name), value in wanted.items():
                values.setdefault(path, {})[name] = value
            boards = {path: Board(named, set(), {}) for path, named in values.items()}
            staging = Staging(heap, boards, adopted=self._brought, maker=self._maker)
            staging.examine(wanted)
            root = staging.build({})
            fresh.update(staging.fresh)
        commit = write_commit(
            fresh, root=root.pack(fresh), parents=parents, time=time.time(), message=message
        )
        self._move(commit, fresh)
        self._become(commit)
        return commit

    def _settled(self) -> Commit:
        """The present commit, with what the host set; a first, empty one if there is none."""
        self.settle()
        if self.head is None:
            fresh: dict[str, Any] = {}
            root = self.heap.tree.root.pack(fresh)
            self._move(write_commit(fresh, root=root, parents=[], time=time.time()), fresh)
        assert self.head is not None
        return self.head

    def _resolve(self, which: str | Commit) -> Commit:
        return resolve(self.blobs, self.blobs.store.refs(), which, branch=self.name)

    def _bind(self, path: str, definitions: DefinitionCodec) -> None:
        if path not in self._codecs and any(node.group.inert for node in self.heap.nodes.values()):
            self.commit()  # what the host changed beside the inert definitions
        super()._bind(path, definitions)


def _reopen(store: Store, branch: str) -> Versioned:
    return Versioned(store, branch=branch)


def _split(label: str) -> Name:
    path, _, name = label.rpartition(":")
    return path, name


def _check_ref(name: str) -> None:
    if (
        not name
        or not isinstance(name, str)
        or name.strip() != name
        or any(c in name for c in "~\n")
    ):
        raise StateError(
            f"{name!r} cannot name a branch or tag: use words without '~' or line breaks"
        )
