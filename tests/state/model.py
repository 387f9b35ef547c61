"""A plain-Python picture of a namespace, to hold states against: values *and* who is whom."""

from __future__ import annotations

from collections import Counter
from typing import Any


def picture(names: dict[str, Any]) -> Any:
    """Names and values with each container numbered at its first visit: equal if the graphs are."""
    numbers: dict[int, int] = {}

    def draw(value):
        if not isinstance(value, (list, dict)):
            return (type(value).__name__, value)
        if id(value) in numbers:
            return ("seen", numbers[id(value)])
        numbers[id(value)] = len(numbers)
        if isinstance(value, list):
            return ("list", [draw(item) for item in value])
        return ("dict", [(key, draw(value[key])) for key in sorted(value)])

    return {name: draw(names[name]) for name in sorted(names)}


def containers(value: Any, seen: set[int] | None = None) -> list[Any]:
    """Every list and dict that ``value`` leads to, in an order that the graph alone decides."""
    seen = set() if seen is None else seen
    if not isinstance(value, (list, dict)) or id(value) in seen:
        return []
    seen.add(id(value))
    parts = value if isinstance(value, list) else [value[key] for key in sorted(value)]
    return [value, *(found for part in parts for found in containers(part, seen))]


def check_counts(state: Any) -> None:
    """The invariant of ``tree.py``: each count is what refers to the label, and nothing dangles."""
    tree = state.heap.tree
    counts: Counter[str] = Counter()
    for path in tree.paths():
        counts.update(tree.names(path).values())
    nodes = dict(tree.nodes())
    groups = set()
    for label, node in nodes.items():
        groups.add((node.group, tree.packed(node.group).labels or (label,)))
    for group, _members in groups:
        counts.update(dict.fromkeys(tree.packed(group).refs, 1))
    assert {label: node.count for label, node in nodes.items()} == dict(counts)
