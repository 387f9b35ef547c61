"""Reading one snapshot by name: what a checkout and a living state have in common."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from agex.errors import StateError
from agex.state.blobs import Blobs
from agex.state.commits import Commit, ancestors, events_of
from agex.state.heap import Heap
from agex.state.namespaces import VersionedNamespace, load
from agex.state.protocol import DefinitionCodec, Missing, Saved
from agex.state.surroundings import Surroundings
from agex.state.tree import Root, Tree, is_adopted, new_path


class Reader(Mapping[str, Any]):
    """A snapshot as a mapping of names to values, loaded as they are asked for."""

    def __init__(self, blobs: Blobs, head: Commit | None) -> None:
        self.lock = threading.RLock()
        self.blobs = blobs
        self.head = head
        self._spaces: dict[str, VersionedNamespace] = {}
        self._codecs: dict[str, DefinitionCodec] = {}
        self._worked: set[str] = set()  # paths whose agents have come here themselves
        self._lent: dict[tuple[str, tuple[str, ...]], DefinitionCodec] = {}
        around = Surroundings(
            self._codecs,
            self._codec_for,
            self._path_of,
            lambda path: self.space(path).globals,
            lambda path, name: self.heap.tree.label(path, name) is not None,
        )
        self.heap = Heap(self._tree(), around)

    def _tree(self) -> Tree:
        return Tree.open(self.blobs, self.head.snapshot) if self.head else Tree(self.blobs, Root())

    def _path_of(self, namespace: dict[str, Any] | None) -> str:
        for path, space in self._spaces.items():
            if space.globals is namespace:
                return path
        return "" if namespace is None else self._adopt(namespace)

    def _adopt(self, namespace: dict[str, Any]) -> str:
        """A path for globals of another session, whose functions somebody put in here.

        Only the names that such functions use are stored with them.
        """
        codec = self.heap.around.codec
        path = new_path()
        space = self._spaces[path] = VersionedNamespace(self, path, namespace)
        if codec is not None:
            space.reserved = codec.reserved(namespace)
        return path

    def _codec_for(self, path: str) -> DefinitionCodec | None:
        """Whose definitions live at ``path``: the agent's who works there now.

        While nobody does, they may do what an agent at hand may, as far as their maker was allowed to:
        what a worker left behind never runs with more than the worker had.
        """
        found = self._codecs.get(path)
        if found is not None or not self._codecs:
            return found
        makers = self.heap.tree.space(path).makers
        if not makers:
            return None
        found = self._lent.get((path, makers))
        if found is None:
            found = self._codecs.get("") or next(iter(self._codecs.values()))
            for maker in makers:
                found = found.within(self.blobs.get(maker))
            self._lent[path, makers] = found
        return found

    # ------------------------------------------------------------ namespaces

    def namespace(
        self, path: str = "", *, definitions: DefinitionCodec | None = None
    ) -> VersionedNamespace:
        """The namespace at ``path``; the same object each time.

        Args:
            path: ``""`` for the mapping itself, ``"worker"`` for a sub-agent's part of it.
            definitions: the sandbox's codec for what agents define there.
        """
        with self.lock:
            if definitions is not None:
                self._worked.add(path)
                if self._codecs.get(path) is not definitions:
                    self._bind(path, definitions)
            return self.space(path)

    def expect(self, path: str, definitions: DefinitionCodec) -> None:
        """Say whose definitions live at ``path`` before that agent works there, if it ever does.

        What it left in another process is needed as soon as the agent it was handed to uses it.
        """
        with self.lock:
            if path not in self._worked:
                self._bind(path, definitions)

    def space(self, path: str) -> VersionedNamespace:
        """The namespace at ``path``, without binding anything."""
        found = self._spaces.get(path)
        if found is None:
            found = self._spaces[path] = VersionedNamespace(self, path)
        return found

    def paths(self) -> list[str]:
        """The paths that have a namespace, sorted."""
        with self.lock:
            paths = {*self.heap.tree.paths(), *self._spaces}
            return sorted(path for path in paths if not is_adopted(path))

    def _bind(self, path: str, definitions: DefinitionCodec) -> None:
        first = path not in self._codecs
        self._codecs[path] = definitions
        if first:
            self._lent.clear()
            self._wake()

    def _wake(self) -> None:
        """Let go of inert definitions and what refers to them: they can be made now."""
        nodes = self.heap.nodes
        asleep = {label for label, node in nodes.items() if node.group.inert}
        while True:
            more = {
                label
                for label, node in nodes.items()
                if label not in asleep and asleep.intersection(node.group.packed.refs)
            }
            if not more:
                break
            asleep |= more
        gone = {id(nodes[label].value) for label in asleep}
        for space in self._spaces.values():
            for name in [n for n in space.loaded if id(space.globals.get(n)) in gone]:
                del space.globals[name]
                space.loaded.discard(name)
        for label in asleep:
            self.heap.drop(label)

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
        """A checkout does not take commits."""
        raise StateError(
            "this is a read-only view of a commit; state.branch(name, at=commit) gives one to work on"
        )

    # ------------------------------------------------------------ the mapping

    def __getitem__(self, name: str) -> Any:
        with self.lock:
            space = self.space("")
            if space.is_covered(name):
                label = self.heap.tree.label("", name)
                if label is None:
                    raise KeyError(name)
                self.heap.load([label])
                return self.heap.nodes[label].value
            if name not in space.dirty or name not in space.globals:
                absent = load(self, [("", name)])
                if ("", name) in absent:
                    return absent["", name]
            if name in space.globals and (name in space.loaded or name in space.dirty):
                space.handed.add(name)
                return space.globals[name]
            raise KeyError(name)

    def __contains__(self, name: object) -> bool:
        if not isinstance(name, str):
            return False
        with self.lock:
            space = self.space("")
            if name in space.dirty:
                return name in space.globals
            if self.heap.tree.label("", name) is None:
                return False
            return name not in space.loaded or name in space.globals or self._is_missing(name)

    def __iter__(self) -> Iterator[str]:
        with self.lock:
            return iter(sorted(self._names()))

    def __len__(self) -> int:
        with self.lock:
            return len(self._names())

    # Comparing contents would load everything and run what values define; two states are two objects.
    __eq__ = object.__eq__
    __hash__ = object.__hash__

    def _names(self) -> set[str]:
        space = self.space("")
        stored = {
            name
            for name in self.heap.tree.names("")
            if name not in space.loaded or name in space.globals or self._is_missing(name)
        }
        return stored | {name for name in space.dirty if name in space.globals}

    def _is_missing(self, name: str) -> bool:
        label = self.heap.tree.label("", name)
        node = self.heap.nodes.get(label) if label is not None else None
        return node is not None and isinstance(node.value, Missing)

    # ------------------------------------------------------------ history

    def history(self, limit: int | None = None) -> list[Commit]:
        """The commits that led here, newest first."""
        with self.lock:
            if self.head is None:
                return []
            return list(itertools.islice(ancestors(self.blobs, self.head.id), limit))

    def events(self) -> tuple[Any, ...]:
        """Everything that happened until here, oldest first, each event with its commit."""
        found = [events_of(self.blobs, commit) for commit in reversed(self.history())]
        return tuple(itertools.chain.from_iterable(found))
