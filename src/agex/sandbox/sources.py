"""Which text is this code object's? The piece of an action's source that made a function or class.

Agent code is stored as source, so each function must be found in the action it came from: by file name,
first line, name, and, where several lambdas share a line, by the columns its instructions came from.
What a function needs to mean the same when it is compiled alone is kept beside its text: its free
variables, the class around it (private names, ``super()``), which builtin names it knew as the agent's
own, and whether annotations were strings.

Every code object carries the text it was compiled from as its last constant: where somebody's pickler
took a function by value, the text is still to be found in the other process.
"""

from __future__ import annotations
import __future__

import ast
import dis
import linecache
import sys
import textwrap
import weakref
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from types import CodeType
from typing import Any, TypeAlias

from agex.sandbox import tables, tracebacks
from agex.sandbox.origin import own_dict

_FUTURE = __future__.annotations.compiler_flag
_GLOBAL_OPS = frozenset(
    "LOAD_GLOBAL LOAD_NAME STORE_GLOBAL DELETE_GLOBAL LOAD_FROM_DICT_OR_GLOBALS".split()
)
_MOST_FILES = 64
_CARRIED = "$source"
_PLAIN = frozenset({int, float, complex, str, bytes, bool})

Function: TypeAlias = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda


class SourceLost(TypeError):
    """The text of an agent-made function is not to be found any more."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A function's text, and what surrounds it.

    Args:
        name: the name of the code object; ``<lambda>`` for a lambda.
        qualname: its qualified name.
        text: the definition with its decorators, as far left as it goes.
        owner: the innermost class around it, or "".
        free: its free variables.
        future: annotations are strings.
        shadowed: builtin names that were the agent's own when it was compiled.
        uses: the global names it and the functions in it mention.
    """

    name: str
    qualname: str
    text: str
    owner: str
    free: tuple[str, ...]
    future: bool
    shadowed: tuple[str, ...]
    uses: frozenset[str]


@dataclass(frozen=True, slots=True)
class _Entry:
    node: Function | ast.ClassDef
    qualname: str
    owner: str
    line: int


#: Pieces by the identity of their code; code objects compare by content, so no dict of them would do.
_pieces: dict[int, tuple[weakref.ref[CodeType], Piece]] = {}
#: The pieces that whole files were made of, when definitions were compiled again.
_files: dict[str, Piece] = {}
_indexes: dict[str, list[_Entry]] = {}
#: File names of texts that came along with code from another process.
_arrived: dict[str, str] = {}


# ---------------------------------------------------------------- carried along


def carried(text: str) -> tuple[str, str]:
    """The constant that code compiled from ``text`` carries; nothing the code itself can name."""
    return _CARRIED, text


def _file_of(code: CodeType) -> str:
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
        return _plain("\n".join(_lines(filename)))
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


# ---------------------------------------------------------------- finding


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


def remember_file(filename: str, piece: Piece) -> None:
    """Note that the lines of ``filename`` are those of ``piece`` alone."""
    _files[filename] = piece


def _find(code: CodeType) -> Piece:
    filename = _file_of(code)
    entries = [
        entry
        for entry in _index(filename)
        if code.co_firstlineno in (entry.line, entry.node.lineno)
        and _name(entry.node) == code.co_name
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
        _text(entry.node, _lines(filename)),
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
    files = list(dict.fromkeys(map(_file_of, functions)))
    if not files:
        files = [name for name in reversed(list(linecache.cache)) if tracebacks.is_agent_file(name)]
    lines = {code.co_firstlineno for code in functions}
    others: set[str] = set()
    for filename in files:
        try:
            found = [
                entry.node
                for entry in _index(filename)
                if isinstance(entry.node, ast.ClassDef) and entry.qualname == cls.__qualname__
            ]
        except (SourceLost, SyntaxError):
            continue
        for node in reversed(found):
            text = _text(node, _lines(filename))
            if functions:
                if any(_first_line(node) <= line <= (node.end_lineno or 0) for line in lines):
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


def _lines(filename: str) -> list[str]:
    piece = _files.get(filename)
    if piece is not None:
        return piece.text.split("\n")
    lines = linecache.cache.get(filename)
    if lines is None or len(lines) != 4:
        raise SourceLost(f"the source of {filename} is not known any more")
    text = "".join(lines[2]).replace("\r\n", "\n").replace("\r", "\n")
    return text.split("\n")


def _index(filename: str) -> list[_Entry]:
    found = _indexes.get(filename)
    if found is None:
        piece = _files.get(filename)
        if piece is None:
            found = list(_entries(_tree("\n".join(_lines(filename))), "", ""))
        else:
            node = parsed(piece)
            found = list(_entries(node, f"{piece.qualname}.<locals>.", piece.owner))
        while len(_indexes) >= _MOST_FILES:
            _indexes.pop(next(iter(_indexes)), None)
        _indexes[filename] = found
    return found


def _tree(text: str) -> ast.AST:
    """The syntax tree of an action, or of a definition that was compiled again by itself."""
    try:
        return ast.parse(text)
    except SyntaxError:
        pass
    try:
        return ast.Module(_indented(text), [])
    except SyntaxError:
        return ast.parse(f"({text}\n)")


def _entries(tree: ast.AST, prefix: str, owner: str) -> Iterator[_Entry]:
    """The definitions below a node, each with its qualified name and the class around it."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)):
            qualname = prefix + _name(node)
            yield _Entry(node, qualname, owner, _first_line(node))
            yield from _entries(node, f"{qualname}.<locals>.", owner)
        elif isinstance(node, ast.ClassDef):
            qualname = prefix + node.name
            yield _Entry(node, qualname, owner, _first_line(node))
            yield from _entries(node, f"{qualname}.", node.name)
        else:
            yield from _entries(node, prefix, owner)


def _name(node: Function | ast.ClassDef) -> str:
    return "<lambda>" if isinstance(node, ast.Lambda) else node.name


def _first_line(node: Function | ast.ClassDef) -> int:
    decorators: list[ast.expr] = getattr(node, "decorator_list", [])
    return min([node.lineno, *(d.lineno for d in decorators)])


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


# ---------------------------------------------------------------- texts


def _text(node: Function | ast.ClassDef, lines: list[str]) -> str:
    if isinstance(node, ast.Lambda):
        # Columns count bytes of UTF-8.
        found = ast.get_source_segment("\n".join(lines), node)
        return found or ""
    raw = "\n".join(lines[_first_line(node) - 1 : node.end_lineno])
    text = textwrap.dedent(raw)
    if text == raw:
        return raw
    # A text within the definition may be indented less, or be changed by the move.
    try:
        if ast.dump(ast.parse(text)) == ast.dump(ast.Module(_indented(raw), [])):
            return text
    except SyntaxError:
        pass
    return raw


def _indented(raw: str) -> list[ast.stmt]:
    """The statements of a text that begins indented; lines are counted from its own first."""
    branch: Any = ast.parse(f"if 1:\n{raw}").body[0]
    statements: list[ast.stmt] = branch.body
    for statement in statements:
        ast.increment_lineno(statement, -1)
    return statements


def parsed(piece: Piece) -> Function:
    """The syntax tree of a piece, its first line being line 1.

    Raises:
        SyntaxError: it is not Python, or not this version's.
    """
    if piece.name == "<lambda>":
        found: Any = ast.parse(f"({piece.text}\n)", mode="eval").body
        if isinstance(found, ast.Lambda):
            return found
    else:
        statements = (
            _indented(piece.text) if piece.text[:1].isspace() else ast.parse(piece.text).body
        )
        if len(statements) == 1 and isinstance(
            statements[0], (ast.FunctionDef, ast.AsyncFunctionDef)
        ):
            return statements[0]
    raise SyntaxError(f"the stored source of {piece.name} is not one function")
