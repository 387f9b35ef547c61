"""Load an adapted module into a world, leaving out what is refused and remembering why.

A class that is refused is tried again without the methods, or other statements of its body,
that the refusal names: one method that uses a frame does not take the other ninety with it.
"""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass, field

from agex.errors import LimitReached, Refusal, SyntaxRefused
from benchmarks.compatibility.adapt import Adapted, Piece
from benchmarks.compatibility.worlds import Ran, World

MOST_REPAIRS = 400


@dataclass(slots=True)
class Loaded:
    """What is missing after loading: names and ``Class.method`` with the reason for each.

    ``left_out`` says the same in pieces: the ones that did not run at all (``None``), and classes
    as they stand without the members that were refused. ``lost`` is the last such reason.
    """

    missing: dict[str, str] = field(default_factory=dict)
    left_out: dict[int, str | None] = field(default_factory=dict)
    lost: str = ""


def reason_of(error: BaseException) -> str:
    """A refusal's class and sentence; of a refused source only the first line's sentence."""
    if isinstance(error, SyntaxRefused) and error.lines:
        return f"SyntaxRefused: {error.lines[0].message}"
    return f"{type(error).__name__}: {error}"


def reasons_by_line(ran: Ran) -> dict[int, str]:
    """Which lines of the source the error is about."""
    error = ran.error
    assert error is not None
    if isinstance(error, SyntaxRefused):
        return {entry.line: f"SyntaxRefused: {entry.message}" for entry in error.lines}
    found: dict[int, str] = {}
    lines = [int(number) for number in re.findall(r"line (\d+)", ran.traceback)]
    trace = error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename.startswith("<"):
            lines.append(trace.tb_lineno)
        trace = trace.tb_next
    if lines:
        found[lines[0]] = reason_of(error)
        found[lines[-1]] = reason_of(error)
    return found


class Repair:
    """One class statement whose body loses what is refused, member by member."""

    def __init__(self, piece: Piece) -> None:
        assert isinstance(piece.node, ast.ClassDef)
        self.node = piece.node
        self.lines = piece.source.splitlines(keepends=True)
        self.removed: dict[str, str] = {}
        self.members = list(piece.node.body)

    @property
    def source(self) -> str:
        """The class as it stands."""
        return "".join(self.lines)

    def remove(self, reasons: dict[int, str]) -> bool:
        """Blank the members at those lines; whether there was one."""
        hit = False
        for member in list(self.members):
            decorators = getattr(member, "decorator_list", [])
            first = min([member.lineno, *[d.lineno for d in decorators]])
            last = member.end_lineno or member.lineno
            why = next((text for line, text in reasons.items() if first <= line <= last), None)
            if why is None:
                continue
            hit = True
            self.members.remove(member)
            indent = self.lines[first - 1][: member.col_offset]
            for number in range(first, last + 1):
                self.lines[number - 1] = "\n"
            self.lines[first - 1] = f"{indent}pass\n"
            for name in names_of(member):
                self.removed[name] = why
        return hit


def names_of(member: ast.stmt) -> list[str]:
    """What a statement of a class body defines."""
    if isinstance(member, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        return [member.name]
    return [
        node.id
        for node in ast.walk(member)
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
    ]


def load(adapted: Adapted, world: World) -> Loaded:
    """Run every piece; afterwards ``missing`` explains each name that is not there."""
    loaded = Loaded()
    for shown, expression in adapted.harness.items():
        if shown != expression and world.run(f"{shown} = {expression}\n").error is not None:
            loaded.missing[shown] = f"the harness's own {expression}"
        elif shown == expression and world.run(f"{expression}\n").error is not None:
            loaded.missing[shown] = f"the harness's own {expression}"
    for number, piece in enumerate(adapted.pieces):
        run_piece(number, piece, adapted, world, loaded)
    return loaded


def reduced(adapted: Adapted, loaded: Loaded) -> Adapted:
    """The module as far as a world could load it, to see what plain CPython makes of the rest."""
    pieces = []
    for number, piece in enumerate(adapted.pieces):
        text = loaded.left_out.get(number, piece.source)
        if text is not None:
            pieces.append(Piece(text, piece.node, piece.binds))
    return Adapted(pieces, adapted.docstring, adapted.future, adapted.harness)


def run_piece(number: int, piece: Piece, adapted: Adapted, world: World, loaded: Loaded) -> None:
    """Run one piece, a class if need be without some of its members."""
    ran = world.run(adapted.future + piece.source)
    if ran.error is None:
        return
    if isinstance(piece.node, ast.ClassDef):
        shift = adapted.future.count("\n")
        repair = Repair(piece)
        for _ in range(MOST_REPAIRS):
            reasons = {line - shift: why for line, why in reasons_by_line(ran).items()}
            if not repair.remove(reasons):
                break
            ran = world.run(adapted.future + repair.source)
            if ran.error is None:
                for name, why in repair.removed.items():
                    loaded.missing[f"{piece.node.name}.{name}"] = why
                    loaded.lost = why
                loaded.left_out[number] = repair.source
                return
    why = reason_of(ran.error) if ran.error is not None else ""
    why = explain(ran.error, loaded, why)
    loaded.left_out[number] = None
    loaded.lost = why
    for name in piece.binds:
        loaded.missing.setdefault(name, why)


def explain(error: BaseException | None, loaded: Loaded, why: str) -> str:
    """The reason behind a NameError, when the name is one that was refused before."""
    if isinstance(error, NameError) and not isinstance(error, Refusal):
        name = getattr(error, "name", None) or (re.findall(r"name '(\w+)'", str(error)) or [""])[0]
        if name in loaded.missing:
            return loaded.missing[name]
    return why


def is_limit(error: BaseException | None) -> bool:
    """Whether an action ended at one of its limits."""
    return isinstance(error, LimitReached)
