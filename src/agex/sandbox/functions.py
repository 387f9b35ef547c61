"""Agent-made functions as source, cells and values; and back, compiled by the sandbox.

Nothing of the agent's runs when a function comes back: its text is compiled in surroundings that give
its free variables and its class the meaning they had, and the function object is put together from the
code object, the globals, and the very cells that were stored::

    def $make(total):          # its free variables, if any
        class Account:         # the class around it, if any
            def add(self, n):  # the function: decorators and defaults are gone, they are values now
                ...
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from sys import intern
from types import CellType, CodeType, FunctionType, SimpleNamespace
from typing import Any
from weakref import WeakKeyDictionary

from agex.sandbox import clock, sources, tables
from agex.sandbox.compiler import Compiled, compile_tree
from agex.sandbox.guards import assigned
from agex.sandbox.origin import GUARDS_KEY
from agex.sandbox.sources import Piece

_MAKE = "$make"
_MOST_CODES = 512
#: What was compiled lately: closures of one function share its code, here as where they were made.
_codes: dict[tuple[Piece, bool], tuple[CodeType, Compiled]] = {}
#: The task's arguments that each function was found to read, and their cells.
_inputs: WeakKeyDictionary[FunctionType, dict[str, CellType]] = WeakKeyDictionary()
_PLACE: dict[str, Any] = {"lineno": 1, "col_offset": 0, "end_lineno": 1, "end_col_offset": 0}


def recipe_of(
    function: FunctionType,
) -> tuple[dict[str, Any], tuple[CellType, ...], frozenset[str]]:
    """The plain data a function is made from again, the cells it needs, the global names it uses."""
    piece = sources.piece_of(function.__code__)
    inputs = _inputs_of(function, piece)
    own = [
        (name, cell)
        for name, cell in zip(piece.free, function.__closure__ or (), strict=True)
        if name not in inputs
    ]
    recipe = {
        "kind": "function",
        "name": piece.name,
        "qualname": piece.qualname,
        "source": piece.text,
        "owner": piece.owner,
        "free": [name for name, _ in own],
        "future": piece.future,
        "shadowed": list(piece.shadowed),
    }
    if inputs:
        recipe["inputs"] = list(inputs)
    cells = (*(cell for _, cell in own), *inputs.values())
    return recipe, cells, piece.uses.union(inputs)


def _inputs_of(function: FunctionType, piece: Piece) -> dict[str, CellType]:
    """The arguments of a task that a function reads, in cells that functions of one call share.

    A task's arguments are gone after its call, and another call has others. What a function was made
    with is found when it is first stored, which is right after the action that made it.
    """
    known = _inputs.get(function)
    if known is None:
        space = function.__globals__
        hidden: Mapping[str, Any] = space.get("$hidden", {})
        held = hidden.get("inputs")
        named = {"inputs", *vars(held)} if type(held) is SimpleNamespace else set()
        known = {
            name: _shared_cell(space, name)
            for name in sorted(named & piece.uses)
            # Where the agent has bound the name anew, it is a name like any other.
            if name in space and name in hidden and hidden[name] is space[name]
        }
        _inputs[function] = known
    return known


def _shared_cell(space: dict[str, Any], name: str) -> CellType:
    cells: dict[str, CellType] = space.setdefault("$cells", {})
    cell = cells.get(name)
    if cell is None or cell.cell_contents is not space[name]:
        cell = cells[name] = CellType(space[name])
    return cell


def parts_of(function: FunctionType) -> dict[str, Any] | None:
    """What a function has beside its code, as far as it differs from what its code gives it."""
    code = function.__code__
    parts: dict[str, Any] = {}
    if function.__defaults__:
        parts["defaults"] = function.__defaults__
    if function.__kwdefaults__:
        parts["keyword_defaults"] = dict(function.__kwdefaults__)
    if function.__annotations__:
        parts["annotations"] = dict(function.__annotations__)
    if function.__dict__:
        parts["attributes"] = dict(function.__dict__)
    if function.__name__ != code.co_name:
        parts["name"] = function.__name__
    if function.__qualname__ != code.co_qualname:
        parts["qualname"] = function.__qualname__
    if function.__doc__ != FunctionType(code, {}, closure=_empty(code)).__doc__:
        parts["doc"] = function.__doc__
    if function.__module__ != tables.HOME:
        parts["module"] = function.__module__
    if types := getattr(function, "__type_params__", ()):
        parts["type_params"] = types
    return parts or None


def make(
    recipe: Mapping[str, Any],
    cells: tuple[CellType, ...],
    namespace: dict[str, Any],
    flags: bool,
    is_bound: Callable[[str], bool],
) -> FunctionType:
    """A function from its recipe, in the session whose globals ``namespace`` are.

    Args:
        is_bound: whether the namespace has this name. The arguments of the task that the function was
            made in are closed over, unless agent code gave the name another value later.

    Raises:
        SyntaxRefused, SyntaxError: the source may not be compiled here, or not by this Python.
    """
    inputs = dict(zip(recipe.get("inputs", ()), cells[len(recipe["free"]) :], strict=True))
    held = {
        **dict(zip(recipe["free"], cells, strict=False)),
        **{name: cell for name, cell in inputs.items() if not is_bound(name)},
    }
    # Interned, as names in code are: a pickle tells one text that is there twice from two equal ones.
    piece = Piece(
        intern(recipe["name"]),
        intern(recipe["qualname"]),
        recipe["source"],
        intern(recipe["owner"]),
        tuple(map(intern, sorted(held))),
        recipe["future"],
        tuple(map(intern, recipe["shadowed"])),
        frozenset(),
    )
    code = _code(piece, namespace, flags)
    closure = tuple(held[name] if name in held else CellType() for name in code.co_freevars)
    function = FunctionType(code, namespace, closure=closure)
    function.__module__ = tables.HOME
    _inputs[function] = inputs
    return function


def fill(function: FunctionType, parts: Mapping[str, Any]) -> None:
    """Give a new function its defaults, annotations, attributes and names."""
    function.__defaults__ = parts.get("defaults")
    function.__kwdefaults__ = parts.get("keyword_defaults")
    if "annotations" in parts:
        function.__annotations__ = parts["annotations"]
    function.__dict__.update(parts.get("attributes", ()))
    function.__name__ = parts.get("name", function.__name__)
    function.__qualname__ = parts.get("qualname", function.__qualname__)
    if "doc" in parts:
        function.__doc__ = parts["doc"]
    function.__module__ = parts.get("module", function.__module__)
    if "type_params" in parts and hasattr(function, "__type_params__"):
        function.__type_params__ = parts["type_params"]


def _empty(code: CodeType) -> tuple[CellType, ...]:
    return tuple(CellType() for _ in code.co_freevars)


# ---------------------------------------------------------------- compiling


def _code(piece: Piece, namespace: dict[str, Any], flags: bool) -> CodeType:
    """The guarded code of a piece, known to the clock; ``namespace`` gets the globals it expects."""
    found = _codes.get((piece, flags))
    if found is None:
        found = _compiled(piece, flags)
        while len(_codes) >= _MOST_CODES:
            _codes.pop(next(iter(_codes)), None)
        _codes[piece, flags] = found
    code, compiled = found
    namespace[GUARDS_KEY].provide(compiled.keys)
    for name in compiled.callees:
        namespace.setdefault(name, None)
    assigned(compiled.assigned)
    return code


def _compiled(piece: Piece, flags: bool) -> tuple[CodeType, Compiled]:
    node = sources.parsed(piece)
    arguments = node.args
    arguments.defaults = []
    arguments.kw_defaults = [None for _ in arguments.kw_defaults]
    # A default is what makes a parameter optional; the defaults themselves are stored as values.
    for argument in ast.walk(arguments):
        if isinstance(argument, ast.arg):
            argument.annotation = None
    statement: ast.stmt
    if isinstance(node, ast.Lambda):
        statement = ast.Expr(node, **_PLACE)
    else:
        node.decorator_list = []
        node.returns = None
        if hasattr(node, "type_params"):
            node.type_params = []
        statement = node
    body, trail = _surrounded(statement, piece)
    compiled = compile_tree(
        ast.Module(body, []),
        piece.text,
        shadowed=frozenset(piece.shadowed),
        flags=flags,
        future=piece.future,
    )
    code = compiled.code
    for name in (*trail, piece.name):
        code = next(c for c in code.co_consts if isinstance(c, CodeType) and c.co_name == name)
    code = _requalified(code, code.co_qualname, piece.qualname)
    clock.watch_code(code)
    sources.keep(code)
    uses = sources.uses_of(code)
    sources.remember(code, _with_uses(piece, uses))
    sources.remember_file(compiled.filename, piece)
    return code, compiled


def _surrounded(statement: ast.stmt, piece: Piece) -> tuple[list[ast.stmt], list[str]]:
    """The statement inside a class and a function that stand for its surroundings, and their names.

    What the surroundings bind themselves, the name of the definition, is declared global: the code
    inside means the module by it, unless it is one of the free variables.
    """
    free = [name for name in piece.free if name != "__class__"]
    trail: list[str] = []
    body = [statement]
    if piece.owner:
        body = [_class(piece.owner, body)]
        trail.append(piece.owner)
    if free:
        bound = getattr(body[0], "name", None)
        if bound is not None and bound not in free:
            body.insert(0, ast.Global([bound], **_PLACE))
        body = [_function(free, body)]
        trail.insert(0, _MAKE)
    return body, trail


def _class(name: str, body: list[ast.stmt]) -> ast.ClassDef:
    made: Any = ast.ClassDef(name, [], [], body, [], **_PLACE)
    if "type_params" in made._fields:
        made.type_params = []
    return made  # type: ignore[no-any-return]


def _function(names: list[str], body: list[ast.stmt]) -> ast.FunctionDef:
    parameters = [ast.arg(name, None, None, **_PLACE) for name in names]
    arguments = ast.arguments([], parameters, None, [], [], None, [])
    made: Any = ast.FunctionDef(_MAKE, arguments, body, [], None, None, **_PLACE)
    if "type_params" in made._fields:
        made.type_params = []
    return made  # type: ignore[no-any-return]


def _requalified(code: CodeType, before: str, after: str) -> CodeType:
    """The code with its qualified name, and those of the functions in it, as they were."""
    constants = tuple(
        _requalified(const, before, after) if isinstance(const, CodeType) else const
        for const in code.co_consts
    )
    qualname = code.co_qualname
    if qualname == before or qualname.startswith(before + "."):
        qualname = after + qualname[len(before) :]
    return code.replace(co_consts=constants, co_qualname=qualname)


def _with_uses(piece: Piece, uses: frozenset[str]) -> Piece:
    return Piece(
        piece.name, piece.qualname, piece.text, piece.owner, piece.free, piece.future,
        piece.shadowed, uses,
    )  # fmt: skip
