"""The texts that code was compiled from: carried along with it, and kept as long as it lives."""

from __future__ import annotations

import linecache
import sys
import weakref
from collections import deque
from collections.abc import Callable
from types import CodeType

from agex.sandbox import tracebacks
from agex.sandbox.sources.pieces import Piece, SourceLost, parsed
from agex.sandbox.sources.syntax import Definition, definitions, tree_of

_MOST_FILES = 64
_CARRIED = "$source"

#: The pieces that whole files were made of, when definitions were compiled again.
_files: dict[str, Piece] = {}
_indexes: dict[str, list[Definition]] = {}
#: File names of texts that came along with code from another process.
_arrived: dict[str, str] = {}


def carried(text: str) -> tuple[str, str]:
    """The constant that code compiled from ``text`` carries; nothing the code itself can name."""
    return _CARRIED, text


def file_of(code: CodeType) -> str:
    """The name under which the text of ``code`` is found in this process."""
    last = code.co_consts[-1] if code.co_consts else None
    if type(last) is not tuple or len(last) != 2 or last[0] != _CARRIED:
        return code.co_filename
    text: str = last[1]
    # File names are numbered in each process: the same one may be another text here.
    if _text_of(code.co_filename) == _plain(text):
        return code.co_filename
    found = _arrived.get(text)
    if found is None or found not in linecache.cache:
        while len(_arrived) >= _MOST_FILES:
            tracebacks.forget(_arrived.pop(next(iter(_arrived))))
        found = _arrived[text] = tracebacks.register(text)
    return found


def _text_of(filename: str) -> str | None:
    try:
        return _plain("\n".join(lines_of(filename)))
    except SourceLost:
        return None


def _plain(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n").rstrip("\n")


# ---------------------------------------------------------------- how long texts are kept


#: Code objects that are alive, by file and identity.
_living: dict[str, dict[int, weakref.ref[CodeType]]] = {}
#: The newest actions: a class without a method leaves no code behind, and is stored right after.
_newest: deque[CodeType] = deque(maxlen=_MOST_FILES)


def keep(code: CodeType) -> None:
    """Keep the text of ``code`` as long as it, or any code in it, is alive; and of the newest anyway.

    A process that runs for weeks compiles an action every few seconds.
    """
    filename = code.co_filename
    alive = _living.setdefault(filename, {})
    stack = [code]
    while stack:
        current = stack.pop()
        key = id(current)

        def gone(_: object, key: int = key, over: Callable[[], bool] = sys.is_finalizing) -> None:
            if over():
                return  # the names of this module are gone already
            alive.pop(key, None)
            if not alive and _living.pop(filename, None) is not None:
                tracebacks.forget(filename)
                _files.pop(filename, None)
                _indexes.pop(filename, None)

        alive[key] = weakref.ref(current, gone)
        stack.extend(const for const in current.co_consts if isinstance(const, CodeType))
    _newest.append(code)


def remember_file(filename: str, piece: Piece) -> None:
    """Note that the lines of ``filename`` are those of ``piece`` alone."""
    _files[filename] = piece


def lines_of(filename: str) -> list[str]:
    """The lines of a file.

    Raises:
        SourceLost: its text is not known any more.
    """
    piece = _files.get(filename)
    if piece is not None:
        return piece.text.split("\n")
    lines = linecache.cache.get(filename)
    if lines is None or len(lines) != 4:
        raise SourceLost(f"the source of {filename} is not known any more")
    text = "".join(lines[2]).replace("\r\n", "\n").replace("\r", "\n")
    return text.split("\n")


def index_of(filename: str) -> list[Definition]:
    """The definitions in a file."""
    found = _indexes.get(filename)
    if found is None:
        piece = _files.get(filename)
        if piece is None:
            found = list(definitions(tree_of("\n".join(lines_of(filename))), "", ""))
        else:
            node = parsed(piece)
            found = list(definitions(node, f"{piece.qualname}.<locals>.", piece.owner))
        while len(_indexes) >= _MOST_FILES:
            _indexes.pop(next(iter(_indexes)), None)
        _indexes[filename] = found
    return found
