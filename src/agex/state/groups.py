"""Which values are stored together.

The invariant this file owns: *two groups never hold the same mutable object, and groups refer to one
another without a circle.* From it follows that every object is rebuilt exactly once, so that two
names for one object, or one object inside two containers, are one object after a restart.

Values that share an unlabelled part are put in one group (one pickle, whose memo keeps them one).
A part that has a label of its own (a named table in a list) is referred to instead and stays apart,
so a list of a thousand named tables is not one huge group. Values that refer to one another in a
circle are put in one group too.

Why examining the touched values is enough: the only way for an action to make two values share a part
is to reach both, and what it could reach is what its names lead to through the groups as they
were stored. The caller examines exactly that set, so both values are in it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Protocol, TypeAlias

Label: TypeAlias = str


class Part(Protocol):
    """What is known about an encoded group: see :class:`~agex.state.codec.Encoded`."""

    @property
    def labels(self) -> tuple[Label, ...]: ...
    @property
    def refs(self) -> tuple[Label, ...]: ...
    @property
    def shared(self) -> frozenset[int] | set[int]: ...


def partition(parts: Sequence[Part]) -> list[list[int]]:
    """Indexes into ``parts`` that must become one group; each list has at least one."""
    if len(parts) == 1:
        return [[0]]
    together = set[int]().union(*(part.shared for part in parts))
    if len(together) == sum(len(part.shared) for part in parts) and not any(
        part.refs for part in parts
    ):
        return [[index] for index in range(len(parts))]  # nothing is shared, nothing refers
    leader = list(range(len(parts)))

    def find(index: int) -> int:
        while leader[index] != index:
            leader[index] = leader[leader[index]]
            index = leader[index]
        return index

    owner: dict[int, int] = {}
    for index, part in enumerate(parts):
        # The largest set is usually alone; only overlaps cost anything.
        for key in part.shared:
            first = owner.setdefault(key, index)
            if first != index:
                leader[find(index)] = find(first)

    if any(part.refs for part in parts):
        _join_circles(parts, leader, find)

    groups: dict[int, list[int]] = {}
    for index in range(len(parts)):
        groups.setdefault(find(index), []).append(index)
    return list(groups.values())


def _join_circles(parts: Sequence[Part], leader: list[int], find: Callable[[int], int]) -> None:
    place = {label: index for index, part in enumerate(parts) for label in part.labels}
    edges: dict[int, set[int]] = {}
    for index, part in enumerate(parts):
        targets = {find(place[ref]) for ref in part.refs if ref in place}
        edges.setdefault(find(index), set()).update(targets)
    for circle in _circles(edges):
        for index in circle[1:]:
            leader[find(index)] = find(circle[0])


def _circles(edges: Mapping[int, Iterable[int]]) -> list[list[int]]:
    """Strongly connected components of more than one node (Tarjan 1972, without recursion)."""
    number: dict[int, int] = {}
    low: dict[int, int] = {}
    stack: list[int] = []
    waiting: set[int] = set()
    found: list[list[int]] = []
    for start in edges:
        if start in number:
            continue
        work = [(start, iter(edges.get(start, ())))]
        number[start] = low[start] = len(number)
        stack.append(start)
        waiting.add(start)
        while work:
            node, targets = work[-1]
            for target in targets:
                if target not in number:
                    number[target] = low[target] = len(number)
                    stack.append(target)
                    waiting.add(target)
                    work.append((target, iter(edges.get(target, ()))))
                    break
                if target in waiting:
                    low[node] = min(low[node], number[target])
            else:
                work.pop()
                if work:
                    low[work[-1][0]] = min(low[work[-1][0]], low[node])
                if low[node] == number[node]:
                    circle = []
                    while True:
                        member = stack.pop()
                        waiting.discard(member)
                        circle.append(member)
                        if member == node:
                            break
                    if len(circle) > 1:
                        found.append(circle)
    return found
