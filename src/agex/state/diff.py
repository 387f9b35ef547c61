"""What is different between two commits, by name, for programs and for people."""

from __future__ import annotations

import difflib
import reprlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

from agex.state import trie
from agex.state.codec import type_name
from agex.state.commits import Commit
from agex.state.definitions import InertDefinition, InertInstance
from agex.state.protocol import Missing
from agex.state.reading import Reader
from agex.state.tree import Tree, space_from

Kind: TypeAlias = Literal["added", "removed", "changed"]
_SIGNS = {"added": "+", "removed": "-", "changed": "~"}
_LINE = 100  # characters of a value on its line


@dataclass(frozen=True, slots=True)
class Change:
    """One name that differs. ``before`` and ``after`` load the values when they are asked for."""

    path: str
    name: str
    kind: Kind
    _before: Reader = field(repr=False, compare=False)
    _after: Reader = field(repr=False, compare=False)

    @property
    def label(self) -> str:
        """The name as people read it: ``rows``, or ``worker:rows`` in a sub-agent's namespace."""
        return f"{self.path}:{self.name}" if self.path else self.name

    @property
    def before(self) -> Any:
        """The value it had; ``None`` if there was none. Definitions are inert."""
        return None if self.kind == "added" else value_at(self._before, self.path, self.name)

    @property
    def after(self) -> Any:
        """The value it has now; ``None`` if there is none. Definitions are inert."""
        return None if self.kind == "removed" else value_at(self._after, self.path, self.name)

    def __str__(self) -> str:
        head = f"{_SIGNS[self.kind]} {self.label}"
        if self.kind == "added":
            return f"{head} = {describe(self.after)}"
        if self.kind == "removed":
            return f"{head}  (was {describe(self.before)})"
        before, after = self.before, self.after
        if isinstance(before, InertDefinition) and isinstance(after, InertDefinition):
            lines = difflib.unified_diff(
                before.source.splitlines(), after.source.splitlines(), lineterm="", n=1
            )
            return "\n".join([head, *(f"    {line}" for line in list(lines)[2:])])
        return f"{head}: {describe(before)} → {describe(after)}"


@dataclass(frozen=True, slots=True)
class Diff:
    """Every name that differs from ``before`` to ``after``; ``str`` shows it for people."""

    before: Commit | None
    after: Commit | None
    changes: tuple[Change, ...]

    def _labels(self, kind: Kind) -> tuple[str, ...]:
        return tuple(change.label for change in self.changes if change.kind == kind)

    @property
    def added(self) -> tuple[str, ...]:
        """Names that came; those of a sub-agent's namespace as ``worker:rows``."""
        return self._labels("added")

    @property
    def removed(self) -> tuple[str, ...]:
        """Names that went."""
        return self._labels("removed")

    @property
    def changed(self) -> tuple[str, ...]:
        """Names whose value differs, or that hold something which does."""
        return self._labels("changed")

    def __getitem__(self, label: str) -> Change:
        for change in self.changes:
            if change.label == label:
                return change
        raise KeyError(label)

    def __iter__(self) -> Iterator[Change]:
        return iter(self.changes)

    def __len__(self) -> int:
        return len(self.changes)

    def __str__(self) -> str:
        return "\n".join(map(str, self.changes)) or "no difference"


def compare(before: Reader, after: Reader) -> Diff:
    """The difference between two readable snapshots."""
    changes = [
        Change(path, name, kind, before, after)
        for (path, name), kind in sorted(differing(before.heap.tree, after.heap.tree).items())
    ]
    return Diff(before.head, after.head, tuple(changes))


def differing(before: Tree, after: Tree) -> dict[tuple[str, str], Kind]:
    """Which names differ and how; reads what differs, and all headers only if it must."""
    found: dict[tuple[str, str], Kind] = {}
    blobs = after.blobs
    for path, was, now in trie.differences(blobs, before.root.spaces, after.root.spaces):
        names = space_from(was).names, space_from(now).names
        for name, old, new in trie.differences(blobs, *names):
            if old is None:
                found[path, name] = "added"
            elif new is None:
                found[path, name] = "removed"
            elif _place(before, old) != _place(after, new):
                found[path, name] = "changed"
    moved = {
        label
        for label, old, new in trie.differences(blobs, before.root.nodes, after.root.nodes)
        if old is not None and new is not None and old[:2] != new[:2]
    }
    if moved and any(not _stands_alone(after, label) for label in moved):
        _add_holders(before, after, moved, found)
    else:
        for label in moved:
            path, name = _bound(after, label)
            found.setdefault((path, name), "changed")
    return found


def _place(tree: Tree, label: str) -> tuple[str, int]:
    node = tree.node(label)
    assert node is not None
    return node.group, node.index


def _bound(tree: Tree, label: str) -> tuple[str, str]:
    """The path and name that a label is called after."""
    path, colon, name = label.rpartition(":")
    if colon and tree.label(path, name) == label:
        return path, name
    return "", label


def _stands_alone(tree: Tree, label: str) -> bool:
    """Whether a label's name is all that refers to it."""
    node = tree.node(label)
    return node is not None and node.count == 1 and tree.label(*_bound(tree, label)) == label


def _add_holders(
    before: Tree, after: Tree, moved: set[str], found: dict[tuple[str, str], Kind]
) -> None:
    """Names that hold, at any depth, a value that changed."""
    reached: dict[str, bool] = {}

    def reaches(start: str) -> bool:
        stack = [start]
        while stack:
            label = stack[-1]
            if label in reached:
                stack.pop()
                continue
            node = after.node(label)
            refs = after.packed(node.group).refs if node is not None else ()
            waiting = [ref for ref in refs if ref not in reached and ref not in moved]
            if label in moved or not waiting:
                reached[label] = label in moved or any(
                    ref in moved or reached.get(ref, False) for ref in refs
                )
                stack.pop()
            else:
                stack.extend(waiting)
        return reached[start]

    for path in after.paths():
        for name, label in after.names(path).items():
            if (path, name) not in found and reaches(label):
                found[path, name] = "changed"


# ---------------------------------------------------------------- for people


def value_at(reader: Reader, path: str, name: str) -> Any:
    """The value of a name in a snapshot."""
    space = reader.space(path)
    absent = space.load([name])
    return absent[name] if name in absent else space.globals[name]


class _Careful(reprlib.Repr):
    """A bounded ``repr`` that calls no ``__repr__`` but those of exact builtin types."""

    def __init__(self) -> None:
        super().__init__()
        self.maxstring = self.maxother = 60
        self.maxlist = self.maxtuple = self.maxset = self.maxdict = 5

    def repr1(self, x: Any, level: int) -> str:
        if type(x) in (type(None), bool, int, float, complex, str, bytes):
            return super().repr1(x, level)
        if type(x) in (list, tuple, set, frozenset, dict):
            return super().repr1(x, level)
        return outline(x)


_careful = _Careful()


def describe(value: Any) -> str:
    """A value in one line, without running anything of a class that is not builtin."""
    kind = type(value)
    text = _careful.repr(value)
    if kind in (list, tuple, set, frozenset, dict, str, bytes) and len(value) > 5:
        unit = "characters" if kind is str else "bytes" if kind is bytes else "items"
        text = f"{text} ({len(value)} {unit})"
    return text if len(text) <= _LINE else text[: _LINE - 1] + "…"


def outline(value: Any) -> str:
    """What an object is, from its type alone, with the shape of an array or a frame."""
    if isinstance(value, (InertDefinition, Missing)):
        return repr(value)
    if isinstance(value, InertInstance):
        return f"<{getattr(value.cls, 'name', '?')} object>"
    kind = type(value)
    if kind is type or kind.__name__ in ("function", "builtin_function_or_method"):
        return f"<{kind.__name__} {getattr(value, '__qualname__', '?')}>"
    if kind.__module__.partition(".")[0] in ("numpy", "pandas", "polars"):
        shape = getattr(value, "shape", None)
        if type(shape) is tuple:
            return f"<{type_name(value)} {' × '.join(map(str, shape))}>"
    return f"<{type_name(value)}>"
