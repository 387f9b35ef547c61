"""Which piece of which text a code object was compiled from, and which statement made a class."""

from __future__ import annotations
import __future__

import ast
import dis
import linecache
import weakref
from collections.abc import Callable
from types import CodeType

from agex.sandbox import tables, tracebacks
from agex.sandbox.origin import own_dict
from agex.sandbox.sources.files import file_of, index_of, lines_of
from agex.sandbox.sources.pieces import Piece, SourceLost
from agex.sandbox.sources.syntax import Function, first_line, name_of, text_of

_FUTURE = __future__.annotations.compiler_flag
_GLOBAL_OPS = frozenset(
    "LOAD_GLOBAL LOAD_NAME STORE_GLOBAL DELETE_GLOBAL LOAD_FROM_DICT_OR_GLOBALS".split()
)
_PLAIN = frozenset({int, float, complex, str, bytes, bool})

#: Pieces by the identity of their code; code objects compare by content, so no dict of them would do.
_pieces: dict[int, tuple[weakref.ref[CodeType], Piece]] = {}


def piece_of(code: CodeType) -> Piece:
    """The piece of source that ``code`` was compiled from.

    Raises:
        SourceLost: there is no such text.
    """
    known = _pieces.get(id(code))
    if known is not None and known[0]() is code:
        return known[1]
    piece = _find(code)
    remember(code, piece)
    return piece


def remember(code: CodeType, piece: Piece) -> None:
    """Note what ``code`` was compiled from."""
    key = id(code)

    def gone(_: object, forget: Callable[[int, None], object] = _pieces.pop) -> None:
        forget(key, None)  # bound now: at the interpreter's end the names of this module go first

    _pieces[key] = (weakref.ref(code, gone), piece)


def _find(code: CodeType) -> Piece:
    filename = file_of(code)
    entries = [
        entry
        for entry in index_of(filename)
        if code.co_firstlineno in (entry.line, entry.node.lineno)
        and name_of(entry.node) == code.co_name
    ]
    exact = [entry for entry in entries if entry.qualname == code.co_qualname]
    entries = exact or entries
    if len(entries) > 1:
        entries.sort(key=lambda entry: _inside(entry.node, code), reverse=True)
    if not entries:
        raise SourceLost(f"the source of {code.co_qualname} is not known any more")
    entry = entries[0]
    uses, ours = _names_of(code)
    return Piece(
        code.co_name,
        code.co_qualname,
        text_of(entry.node, lines_of(filename)),
        entry.owner,
        code.co_freevars,
        bool(code.co_flags & _FUTURE),
        tuple(sorted(n for n in uses & tables.OFFERED if not {f"$b_{n}", f"$n_{n}"} & ours)),
        uses,
    )


def class_text(cls: type, functions: list[CodeType]) -> str:
    """The statement of a class, for people to read; "" where it is not found.

    Args:
        cls: the class.
        functions: code of functions in it, which say where to look. Without any, what is bound in the
            statement has to be what is in the class.
    """
    files = list(dict.fromkeys(map(file_of, functions)))
    if not files:
        files = [name for name in reversed(list(linecache.cache)) if tracebacks.is_agent_file(name)]
    lines = {code.co_firstlineno for code in functions}
    others: set[str] = set()
    for filename in files:
        try:
            found = [
                entry.node
                for entry in index_of(filename)
                if isinstance(entry.node, ast.ClassDef) and entry.qualname == cls.__qualname__
            ]
        except (SourceLost, SyntaxError):
            continue
        for node in reversed(found):
            text = text_of(node, lines_of(filename))
            if functions:
                if any(first_line(node) <= line <= (node.end_lineno or 0) for line in lines):
                    return text
            elif _fits(node, cls):
                return text
            others.add(text)
    return others.pop() if len(others) == 1 else ""


def _fits(statement: ast.ClassDef, cls: type) -> bool:
    """Whether a statement may be that of a class: the same names, and constants where they are plain."""
    own = own_dict(cls)
    bound: set[str] = set()
    for node in ast.walk(statement):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            bound.add(node.id)
        elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            bound.add(node.name)
    if {name for name in own if not name.startswith("_")} - bound:
        return False
    for part in statement.body:
        if isinstance(part, ast.Assign) and isinstance(part.value, ast.Constant):
            for target in part.targets:
                if isinstance(target, ast.Name) and type(own.get(target.id)) in _PLAIN:
                    if own[target.id] != part.value.value:
                        return False
    return own.get("__doc__") == ast.get_docstring(statement, clean=False) or not (
        ast.get_docstring(statement)
    )


def _inside(node: Function | ast.ClassDef, code: CodeType) -> int:
    """How many instructions of ``code`` came from within ``node``."""
    start = (node.lineno, node.col_offset)
    end = (node.end_lineno or 0, node.end_col_offset or 0)
    found = 0
    for line, last, column, last_column in code.co_positions():
        if line is not None and last is not None and column is not None and last_column:
            found += start <= (line, column) and (last, last_column) <= end
    return found


def uses_of(code: CodeType) -> frozenset[str]:
    """The global names that ``code`` and the functions in it mention."""
    return _names_of(code)[0]


def _names_of(code: CodeType) -> tuple[frozenset[str], frozenset[str]]:
    """Global names that a code object and those in it mention: the agent's, and ``$`` names."""
    uses: set[str] = set()
    ours: set[str] = set()
    stack = [code]
    while stack:
        current = stack.pop()
        for instruction in dis.get_instructions(current):
            if instruction.opname in _GLOBAL_OPS:
                (ours if "$" in instruction.argval else uses).add(instruction.argval)
        stack.extend(const for const in current.co_consts if isinstance(const, CodeType))
    return frozenset(n for n in uses if not (n.startswith("__") and n.endswith("__"))), frozenset(
        ours
    )
