"""Commits: what a snapshot was made by, when, and after which others.

A commit is the JSON ``{"v": 1, "root", "parents", "height", "time", "path", "agent", "task", "message",
"events"}``; *root* is the snapshot, *height* one more than the highest parent's, *events* the blob of the
events that led to it (a list of records). Its id is the hash of that, so a commit vouches for all before it.
"""

from __future__ import annotations

import dataclasses
import datetime
import heapq
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from agex.errors import StateError, StoreError
from agex.state.blobs import BlobId, Blobs, blob_id
from agex.state.records import from_record, to_record
from agex.state.stores.protocol import Data
from agex.state.trie import from_json, to_json

FORMAT = 1


@dataclass(frozen=True, slots=True)
class Commit:
    """One step of a state's history.

    Args:
        id: forty hex digits; the first few are enough wherever a commit is asked for.
        parents: one for an action, two for a merge, none for the first.
        snapshot: equal for equal content, whenever and by whom it was made.
        time: seconds since the epoch, never before a parent's.
        path: the namespace that was committed.
    """

    id: str
    parents: tuple[str, ...]
    snapshot: str
    time: float
    path: str = ""
    agent: str = ""
    task: str = ""
    message: str = ""
    height: int = 0
    events_id: str | None = None

    def __str__(self) -> str:
        when = datetime.datetime.fromtimestamp(self.time).strftime("%Y-%m-%d %H:%M:%S")
        who = " ".join(part for part in (self.agent, self.task) if part)
        first = self.message.strip().splitlines()[0] if self.message.strip() else ""
        return "  ".join(part for part in (self.id[:10], when, who, first) if part)


def write_commit(
    into: dict[BlobId, Data],
    *,
    root: BlobId,
    parents: Sequence[Commit],
    time: float,
    path: str = "",
    agent: str = "",
    task: str = "",
    message: str = "",
    events: Sequence[Any] = (),
) -> Commit:
    """A new commit, its blobs added to ``into``."""
    events_id = None
    if events:
        data = to_json([to_record(event) for event in events])
        into[events_id := blob_id(data)] = data
    time = max([time, *(parent.time for parent in parents)])
    height = 1 + max((parent.height for parent in parents), default=-1)
    record = {
        "v": FORMAT,
        "root": root,
        "parents": [parent.id for parent in parents],
        "height": height,
        "time": time,
        "path": path,
        "agent": agent,
        "task": task,
        "message": message,
        "events": events_id,
    }
    data = to_json(record)
    into[key := blob_id(data)] = data
    ids = tuple(parent.id for parent in parents)
    return Commit(key, ids, root, time, path, agent, task, message, height, events_id)


def read_commit(blobs: Blobs, key: BlobId) -> Commit:
    """The commit under ``key``.

    Raises:
        StoreError: there is none, or it is of a newer agex.
    """
    commit = as_commit(key, blobs.get(key))
    if commit is None:
        raise StoreError(f"{key[:10]} is not a commit")
    return commit


def as_commit(key: BlobId, data: bytes) -> Commit | None:
    """The commit these bytes are, if they are one."""
    if not data.startswith(b'{"agent":'):
        return None
    try:
        record: dict[str, Any] = from_json(data)
    except ValueError:
        return None
    if not isinstance(record, dict) or "root" not in record:
        return None
    if record["v"] != FORMAT:
        raise StoreError(f"commit {key[:10]} has format {record['v']}; this agex reads {FORMAT}")
    return Commit(
        key,
        tuple(record["parents"]),
        record["root"],
        record["time"],
        record["path"],
        record["agent"],
        record["task"],
        record["message"],
        record["height"],
        record["events"],
    )


def events_of(blobs: Blobs, commit: Commit) -> tuple[Any, ...]:
    """The events that led to ``commit``, each with its id."""
    if commit.events_id is None:
        return ()
    found = []
    for record in from_json(blobs.get(commit.events_id)):
        event = from_record(record)
        if dataclasses.is_dataclass(event) and hasattr(event, "commit"):
            event = dataclasses.replace(event, commit=commit.id)  # type: ignore[type-var]
        found.append(event)
    return tuple(found)


def ancestors(blobs: Blobs, *heads: BlobId) -> Iterator[Commit]:
    """Commits from the heads back, newest first, each once, no parent before its child."""
    queue: list[tuple[int, float, str, Commit]] = []
    seen: set[BlobId] = set()

    def push(key: BlobId) -> None:
        if key not in seen:
            seen.add(key)
            commit = read_commit(blobs, key)
            heapq.heappush(queue, (-commit.height, -commit.time, key, commit))

    for head in heads:
        push(head)
    while queue:
        commit = heapq.heappop(queue)[3]
        yield commit
        for parent in commit.parents:
            push(parent)


def common_ancestor(blobs: Blobs, ours: BlobId, theirs: BlobId) -> Commit | None:
    """The highest commit that both descend from, ``None`` if there is none."""
    marks: dict[BlobId, int] = {ours: 1}
    marks[theirs] = marks.get(theirs, 0) | 2
    queue: list[tuple[int, BlobId]] = []
    for key in marks:
        heapq.heappush(queue, (-read_commit(blobs, key).height, key))
    while queue:
        _, key = heapq.heappop(queue)
        commit = read_commit(blobs, key)
        if marks[key] == 3:
            return commit
        for parent in commit.parents:
            if parent not in marks:
                heapq.heappush(queue, (-read_commit(blobs, parent).height, parent))
            marks[parent] = marks.get(parent, 0) | marks[key]
    return None


def resolve(blobs: Blobs, refs: dict[str, str], which: str | Commit, *, branch: str) -> Commit:
    """The commit that ``which`` means: a commit, its id or the first digits of it, a branch or a tag.

    ``~2`` after any of these goes two parents back; ``"~1"`` alone starts at ``branch``.

    Raises:
        StateError: nothing, or more than one thing, is called that.
    """
    if isinstance(which, Commit):
        return which
    if not isinstance(which, str):
        raise StateError(
            f"a commit is named by itself, its id, a branch, a tag or '~2', not by a "
            f"{type(which).__name__}"
        )
    if not refs:
        raise StateError(f"{which!r} is nowhere yet: nothing was committed to this state")
    name, tilde, steps = which.partition("~")
    if steps and not steps.isdecimal():
        raise StateError(f"{which!r}: after '~' stands how many commits to go back")
    name = name or branch
    key = refs.get(f"branch/{name}") or refs.get(f"tag/{name}")
    if key is None:
        found = []
        if len(name) >= 4 and all(digit in "0123456789abcdef" for digit in name):
            for candidate in blobs.store.find(name):
                if as_commit(candidate, blobs.get(candidate)) is not None:
                    found.append(candidate)
        if not found:
            known = sorted(ref.partition("/")[2] for ref in refs)
            raise StateError(
                f"no commit, branch or tag is called {name!r}. There are: {', '.join(known)}"
            )
        if len(found) > 1:
            raise StateError(f"{len(found)} commits begin with {name!r}; give more digits")
        key = found[0]
    commit = read_commit(blobs, key)
    for _ in range(int(steps or 1) if tilde else 0):
        if not commit.parents:
            raise StateError(f"{which!r} goes back before the first commit")
        commit = read_commit(blobs, commit.parents[0])
    return commit
