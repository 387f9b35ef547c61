"""Names that functions of other sessions brought along, and which of them nothing needs any more.

A function that is put into a state from elsewhere is stored with the global names it uses, under a path of
its own (``tree.py``). No agent works there, so a name is wanted only as long as a stored function that
something leads to uses it. Counting references does not tell: such functions use one another. So when a
commit lets go of what used such a name, all that names of agents and of the host lead to is looked through.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from agex.state.blobs import BlobId
from agex.state.boards import Name
from agex.state.ledger import Ledger
from agex.state.packing import Packed
from agex.state.tree import Tree, is_adopted


def is_let_go(ledger: Ledger, packed: Callable[[str, BlobId], Packed]) -> bool:
    """Whether fewer things than before refer to, or are, something that used a name brought along."""
    for label in ledger.loosened():
        place = ledger.old_place(label)
        if place is not None and _adopted_uses(packed(label, place[0])):
            return True
    return False


def unreached(
    tree: Tree,
    bound: Mapping[Name, str | None],
    ledger: Ledger,
    packed: Callable[[str, BlobId], Packed],
) -> Iterator[tuple[Name, str]]:
    """Names brought along that nothing leads to, each with its label.

    Args:
        tree: the snapshot.
        bound: names that mean another label than there; ``None``: none.
        ledger: where labels will be stored.
        packed: the header of a group.
    """
    ours: dict[Name, str] = {}
    waiting: list[str] = []
    now = {
        **{
            (path, name): label for path in tree.paths() for name, label in tree.names(path).items()
        },
        **bound,
    }
    for name, label in now.items():
        if label is not None:
            if is_adopted(name[0]):
                ours[name] = label
            else:
                waiting.append(label)
    seen: set[str] = set()
    while waiting:
        label = waiting.pop()
        place = ledger.place(label)
        if label in seen or place is None:
            continue
        seen.add(label)
        header = packed(label, place[0])
        waiting.extend(header.refs)
        for name in _adopted_uses(header):
            used = ours.pop(name, None)
            if used is not None:
                waiting.append(used)
    yield from ours.items()


def _adopted_uses(header: Packed) -> list[Name]:
    return [name for name in header.uses if is_adopted(name[0])]
