"""A branch that is worked on: names are set, what changed is stored, and the branch moves on."""

from __future__ import annotations

import time
from collections.abc import Iterable, MutableMapping, Sequence
from typing import Any

from agex.errors import ConflictError
from agex.state.blobs import Blobs
from agex.state.boards import Board, Name
from agex.state.commits import Commit, write_commit
from agex.state.protocol import DefinitionCodec, Saved, checked_name
from agex.state.reading import Reader
from agex.state.staging import Staging
from agex.state.stores.protocol import Move
from agex.state.tree import Tree


class Writer(Reader, MutableMapping[str, Any]):
    """A snapshot as a mapping that takes commits, each of which moves the branch ``name``."""

    def __init__(self, blobs: Blobs, head: Commit | None, name: str) -> None:
        self.name = name
        self._owed: set[Name] = set()  # what a commit that failed would have looked at
        super().__init__(blobs, head)

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
            self.space(path)  # is among them from now on
            boards = {other: space.board() for other, space in self._spaces.items()}
            staging = Staging(self.heap, boards, brought=self._brought, maker=self._maker)
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

    def _settled(self) -> Commit:
        """The present commit, with what the host set; a first, empty one if there is none."""
        self.settle()
        if self.head is None:
            fresh: dict[str, Any] = {}
            root = self.heap.tree.root.pack(fresh)
            self._move(write_commit(fresh, root=root, parents=[], time=time.time()), fresh)
        assert self.head is not None
        return self.head

    def _bind(self, path: str, definitions: DefinitionCodec) -> None:
        if path not in self._codecs and any(node.group.inert for node in self.heap.nodes.values()):
            self.commit()  # what the host changed beside the inert definitions
        super()._bind(path, definitions)
