"""One agent's part of a versioned state: a plain dict that fills by name, and lists that only grow."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, Protocol

from agex.state.blobs import BlobId, Blobs, blob_id
from agex.state.boards import Board
from agex.state.heap import Heap
from agex.state.protocol import Missing, Saved, is_machinery
from agex.state.records import from_record, to_record
from agex.state.stores.protocol import Data
from agex.state.tree import is_adopted
from agex.state.trie import from_json, to_json

_FEW_CHUNKS = 2  # of one value: at most 8 MiB
_ALL_CHUNKS = 16  # of all that are loaded for a look


class Owner(Protocol):
    """What a namespace asks of the state it belongs to."""

    lock: threading.RLock
    blobs: Blobs
    heap: Heap

    def space(self, path: str) -> VersionedNamespace: ...
    def commit_path(
        self,
        path: str,
        touched: Iterable[str] | None,
        *,
        message: str,
        agent: str,
        task: str,
        events: Sequence[Any],
    ) -> Saved: ...


class VersionedNamespace:
    """See :class:`~agex.state.protocol.Namespace`."""

    def __init__(self, owner: Owner, path: str, adopted: dict[str, Any] | None = None) -> None:
        self.path = path
        self.globals: dict[str, Any] = {} if adopted is None else adopted
        self.is_adopted = adopted is not None
        self.reserved: Mapping[str, Any] = {}
        self.pinned: frozenset[str] = frozenset()
        self.bind: Callable[[str, Any], None] | None = None
        self.loaded: set[str] = set()
        self.dirty: set[str] = set()  # set by the host and not committed yet
        self.handed: set[str] = set()  # read by the host, who may change them in place
        self.logs: dict[str, VersionedLog] = {}
        self._owner = owner

    def names(self) -> list[str]:
        """Every stored name, loaded or not, sorted."""
        with self._owner.lock:
            return list(self._owner.heap.tree.names(self.path))

    def load(self, names: Iterable[str] | None = None) -> dict[str, Missing]:
        """Bring names and what they use into ``globals``; those that cannot be had are returned."""
        with self._owner.lock:
            wanted = self.names() if names is None else names
            return {
                name: missing
                for (path, name), missing in load(
                    self._owner, ((self.path, n) for n in wanted)
                ).items()
                if path == self.path
            }

    def light(self, names: Iterable[str]) -> list[str]:
        """Those of the names whose values are in memory or quickly loaded, in their order."""
        tree, found, chunks = self._owner.heap.tree, [], 0
        with self._owner.lock:
            for name in names:
                label = tree.label(self.path, name)
                node = tree.node(label) if label is not None else None
                if name in self.loaded or node is None:
                    found.append(name)
                else:
                    size = sum(1 for _ in tree.packed(node.group).content())
                    if size <= _FEW_CHUNKS and chunks + size <= _ALL_CHUNKS:
                        found.append(name)
                        chunks += size
        return found

    def holes(self, names: Iterable[str]) -> dict[str, tuple[str, ...]]:
        """Of the loaded names, those whose values came back without parts of these types."""
        heap, found = self._owner.heap, {}
        with self._owner.lock:
            for name in self.loaded.intersection(names):
                label = heap.tree.label(self.path, name)
                node = heap.nodes.get(label) if label is not None else None
                if node is not None and node.group.holes and name in self.globals:
                    found[name] = node.group.packed.missing
        return found

    def log(self, name: str) -> VersionedLog:
        """The append-only list under ``name``."""
        with self._owner.lock:
            found = self.logs.get(name)
            if found is None:
                found = self.logs[name] = VersionedLog(self._owner, self.path, name)
            return found

    def commit(
        self,
        touched: Iterable[str] | None = None,
        *,
        message: str = "",
        agent: str = "",
        task: str = "",
        events: Sequence[Any] = (),
    ) -> Saved:
        """Store what changed; see :meth:`agex.state.protocol.Namespace.commit`."""
        return self._owner.commit_path(
            self.path, touched, message=message, agent=agent, task=task, events=events
        )

    def board(self) -> Board:
        """The names as they are bound now."""
        return Board(self.globals, self.loaded, self.reserved, self.pinned)

    def is_covered(self, name: str) -> bool:
        """Whether an argument of the running task stands before the stored name."""
        return name in self.pinned and self.reserved.get(name, self) is self.globals.get(name)

    def put(self, name: str, value: Any) -> None:
        """Bind what was loaded."""
        if self.bind is None:
            self.globals[name] = value
        else:
            self.bind(name, value)

    def own_names(self) -> set[str]:
        """Every name that may be the agent's: loaded, set by the host, or bound by an action."""
        if self.is_adopted or is_adopted(self.path):
            return set(self.loaded)  # the rest is another session's own business, or nobody's
        bound = {name for name in self.globals if not _is_machinery(name)}
        return bound | self.loaded | self.dirty

    def unload(self) -> None:
        """Forget loaded values, to read them again; ``globals`` stays the same dict."""
        for name in self.own_names():
            if self.reserved.get(name, self) is not self.globals.get(name, self):
                self.globals.pop(name, None)
        self.loaded.clear()
        self.dirty.clear()
        self.handed.clear()
        for log in self.logs.values():
            log.reset()


def _is_machinery(name: str) -> bool:
    return "$" in name or (name.startswith("__") and name.endswith("__"))


def load(owner: Owner, names: Iterable[tuple[str, str]]) -> dict[tuple[str, str], Missing]:
    """Bind ``(path, name)`` pairs and, through the functions among them, the names those use."""
    absent: dict[tuple[str, str], Missing] = {}
    waiting = list(names)
    seen: set[tuple[str, str]] = set()
    heap = owner.heap
    while waiting:
        labels: dict[tuple[str, str], str] = {}
        for path, name in waiting:
            space = owner.space(path)
            if name in space.loaded and name in space.globals:
                continue
            label = heap.tree.label(path, name)
            if label is None or (path, name) in seen:
                continue
            if name in space.dirty or space.is_covered(name):
                continue
            if is_machinery(name):
                continue  # whoever wrote the file: nothing that it holds takes a guard's place
            seen.add((path, name))
            labels[path, name] = label
        waiting = list(heap.load(labels.values()))
        for (path, name), label in labels.items():
            space, value = owner.space(path), heap.nodes[label].value
            space.loaded.add(name)
            if isinstance(value, Missing):
                absent[path, name] = value
            else:
                space.put(name, value)
    if absent:
        _try_again(owner, absent)
    return absent


def _try_again(owner: Owner, absent: dict[tuple[str, str], Missing]) -> None:
    """Load once more what could not be read: a ``__hash__`` may have needed a global name."""
    heap = owner.heap
    for path, name in list(absent):
        label = heap.tree.label(path, name)
        node = heap.nodes.get(label) if label is not None else None
        if label is None or node is None or not node.group.unreadable:
            continue
        for member in node.group.labels:
            heap.drop(member)
        heap.load([label])
        value = heap.nodes[label].value
        if isinstance(value, Missing):
            absent[path, name] = value
        else:
            del absent[path, name]
            owner.space(path).put(name, value)


class VersionedLog:
    """A list that only grows, in chunks ``{"p": the chunk before, "i": [items]}``, one per commit.

    A commit writes the new items and reads nothing, however long the list is.
    """

    def __init__(self, owner: Owner, path: str, name: str) -> None:
        self._owner = owner
        self._path = path
        self.name = name
        self._pending: list[Any] = []
        self._records: list[Any] = []  # the pending items as they will be stored
        self._read: list[Any] | None = None
        self._stored = self._head()[1]

    def append(self, item: Any) -> None:
        """Add an item; the next commit stores it.

        Raises:
            StateError: it is neither plain data nor one of agex's own values.
        """
        record = to_record(item)
        with self._owner.lock:
            self._pending.append(item)
            self._records.append(record)

    def extend(self, items: Iterable[Any]) -> None:
        """Add several items."""
        for item in items:
            self.append(item)

    def read(self) -> tuple[Any, ...]:
        """Every item, oldest first; what the next commit will store is among them."""
        with self._owner.lock:
            if self._read is None:
                self._read = read_log(self._owner.blobs, self._head()[0])
            return (*self._read, *self._pending)

    def backwards(self) -> Iterator[Any]:
        """The items newest first, read as they are asked for."""
        with self._owner.lock:
            pending, head = self._pending[::-1], self._head()[0]
        yield from pending
        while head:
            chunk = from_json(self._owner.blobs.get(head))
            yield from map(from_record, reversed(chunk["i"]))
            head = chunk["p"] or ""

    def __len__(self) -> int:
        return self._stored + len(self._pending)

    def __iter__(self) -> Iterator[Any]:
        return iter(self.read())

    def stage(self, into: dict[BlobId, Data]) -> tuple[BlobId, int] | None:
        """The new head once the pending items are stored, or ``None`` if there are none."""
        if not self._pending:
            return None
        head, size = self._head()
        data = to_json({"p": head or None, "i": self._records})
        into[key := blob_id(data)] = data
        return key, size + len(self._pending)

    def applied(self) -> None:
        """The pending items are stored."""
        self._stored += len(self._pending)
        if self._read is not None:
            self._read.extend(self._pending)
        self._pending.clear()
        self._records.clear()

    def reset(self) -> None:
        """Read again from the snapshot, and let go of what is not stored."""
        self._pending.clear()
        self._records.clear()
        self._read = None
        self._stored = self._head()[1]

    def _head(self) -> tuple[BlobId, int]:
        logs = self._owner.heap.tree.space(self._path).logs or {}
        return logs.get(self.name, ("", 0))


def read_log(blobs: Blobs, head: BlobId) -> list[Any]:
    """Every item of the log whose last chunk is ``head``, oldest first."""
    chunks = []
    while head:
        chunk = from_json(blobs.get(head))
        chunks.append(chunk["i"])
        head = chunk["p"] or ""
    return [from_record(item) for items in reversed(chunks) for item in items]
