"""The syntax tree of the source that this thread parsed last, so that nobody parses it again.

Whoever looks for the code in a reply parses it to find out whether it is Python, and the compiler wants
the same tree a moment later. It is handed over once: compiling changes it.
"""

from __future__ import annotations

import ast
import threading
import warnings

_quiet = threading.Lock()
_TRIES = 20


class _Last(threading.local):
    def __init__(self) -> None:
        self.source: str | None = None
        self.tree: ast.Module | None = None


_last = _Last()


def parsed(source: str) -> ast.Module:
    """``ast.parse``, tried again where the trees of several threads got into one another.

    Python 3.11 counts how deep the tree is that it builds in one place for all threads, and other threads
    get their turn while it collects garbage in the middle of that; what comes of it is a SystemError
    (``tests/sandbox/test_trees.py`` provokes some).

    Raises:
        SyntaxError, ValueError, RecursionError, MemoryError: as ``ast.parse`` does.
    """
    for _ in range(_TRIES):
        try:
            return ast.parse(source)
        except SystemError:
            continue
    return ast.parse(source)


def syntax_tree(source: str) -> ast.Module | None:
    """The tree of ``source``, not to be changed; ``None`` when it is not Python."""
    if _last.source == source and _last.tree is not None:
        return _last.tree
    try:
        if "\\" not in source:
            tree = parsed(source)
        else:
            # An invalid escape warns while parsing, which is noise to a reader of replies; the filters
            # are global to the process, hence the lock.
            with _quiet, warnings.catch_warnings():
                warnings.simplefilter("ignore")
                tree = parsed(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    _last.source, _last.tree = source, tree
    return tree


def taken(source: str) -> ast.Module | None:
    """The tree of ``source`` if it is what was parsed last, for the taker to change."""
    tree = _last.tree if _last.source == source else None
    _last.source = _last.tree = None
    return tree
