"""Which blobs a store must keep: everything that a branch or a tag leads to."""

from __future__ import annotations

from collections.abc import Iterable

from agex.state import trie
from agex.state.blobs import BlobId, Blobs
from agex.state.commits import ancestors
from agex.state.tree import Tree
from agex.state.trie import from_json


def reachable(blobs: Blobs, heads: Iterable[BlobId]) -> set[BlobId]:
    """Ids of every blob that the history of ``heads`` needs; what two commits share is read once."""
    seen: set[BlobId] = set()
    for commit in ancestors(blobs, *dict.fromkeys(heads)):
        seen.add(commit.id)
        if commit.events_id is not None:
            seen.add(commit.events_id)
        if commit.snapshot in seen:
            continue
        seen.add(commit.snapshot)
        tree = Tree.open(blobs, commit.snapshot)
        for spaces in trie.nodes(blobs, tree.root.spaces, seen):
            for space in spaces.values():
                for _ in trie.nodes(blobs, space["names"], seen):
                    pass
                seen.update(space.get("by", ()))
                for head, _size in space["logs"].values():
                    _mark_log(blobs, head, seen)
        groups: set[BlobId] = set()
        for nodes in trie.nodes(blobs, tree.root.nodes, seen):
            groups.update(entry[0] for entry in nodes.values())
        for group in groups - seen:
            seen.add(group)
            seen.update(tree.packed(group).content())
    return seen


def _mark_log(blobs: Blobs, head: BlobId, seen: set[BlobId]) -> None:
    while head and head not in seen:
        seen.add(head)
        head = from_json(blobs.get(head))["p"] or ""
