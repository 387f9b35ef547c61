"""Trees of source, built once and built whole whatever other threads do."""

from __future__ import annotations

import ast
import sys
import threading
import time
import weakref
from collections.abc import Iterator

import pytest

from agex.sandbox import trees
from agex.task.replies import parse_reply

LONG = "x = [1, 2, (3, {4: 5})]\n" * 60


@pytest.fixture
def busy_threads() -> Iterator[None]:
    """Threads that change places often, and garbage whose collection runs Python in the middle of C."""
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(interval)


class Knot:
    pass


def test_threads_that_parse_at_once_each_get_their_tree(busy_threads: None) -> None:
    """With plain ``ast.parse`` one in ten fails here under Python 3.11, with a SystemError."""
    end = time.monotonic() + 1.0
    whole = ast.dump(ast.parse(LONG))
    failed: list[object] = []

    def litter() -> None:
        kept = []
        while time.monotonic() < end:
            knot, other = Knot(), Knot()
            knot.other, other.other = other, knot  # type: ignore[attr-defined]
            kept.append(weakref.ref(knot, lambda _: sum(range(50))))
            del kept[:-1000]

    def parse() -> None:
        while time.monotonic() < end:
            try:
                if ast.dump(trees.parsed(LONG)) != whole:
                    failed.append("another tree")
            except SystemError as error:
                failed.append(error)

    threads = [threading.Thread(target=work) for work in (parse, parse, parse, litter)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert failed == []


def test_the_tree_that_a_reply_was_read_with_is_the_one_that_is_compiled() -> None:
    code = parse_reply("So.\n\n```python\nx = 1\n```\n").code
    assert code is not None

    tree = trees.syntax_tree(code)

    assert trees.taken(code) is tree is not None
    assert trees.taken(code) is None  # once: compiling changes it
