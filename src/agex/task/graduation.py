"""Agent code as a module of its own: the definition, what it needs, in order, ready to be saved.

``source`` starts from a function or class and follows the names its text mentions: definitions of the
agent's own become definitions, modules and functions of the host's become imports, plain values become
assignments, and what a closure held becomes an assignment too (or, where the closure is written to, a
function around it). What no module could say is an error that names it.
"""

from __future__ import annotations

import ast
import builtins
import inspect
import linecache
import re
import symtable
import sys
import textwrap
import weakref
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from types import FunctionType
from typing import Any

from agex.errors import NotStandalone
from agex.sandbox import classes, clock, sources, tables, tracebacks
from agex.sandbox.decisions import ModuleView
from agex.sandbox.opaque import real_class
from agex.sandbox.origin import is_agent_class, is_agent_function, own_dict
from agex.task.checks import examples_of, unknown_names
from agex.task.definition import Definition
from agex.task.options import Check

_MISSING: Any = object()
_MAKERS = ("dataclasses", "enum", "typing", "abc", "functools", "contextlib")
"""Modules of the language that definitions are made with, while they are made."""


@dataclass(frozen=True, slots=True)
class Origin:
    """The task that a function or class came from, as far as its checks go."""

    task: str
    doc: str
    checks: tuple[Check, ...]


_origins: weakref.WeakKeyDictionary[Any, Origin] = weakref.WeakKeyDictionary()


def remember(value: Any, definition: Definition, checks: tuple[Check, ...]) -> None:
    """Note which task a result came from, for :func:`source` to write its tests."""
    if is_agent_function(value) or (isinstance(value, type) and is_agent_class(value)):
        _origins[value] = Origin(definition.name, definition.doc, checks)


def source(fn_or_class: Any, *, tests: bool = False) -> str:
    """Standalone Python source of a function or class that agent code made.

    It holds the definition with all it needs, imports first, and runs in plain Python, without agex.

    Args:
        fn_or_class: what a task returned; also from inside :func:`agex.limited`.
        tests: add the task's ``check=`` functions and the examples of its docstring as tests.

    Raises:
        TypeError: agent code did not make it, or it has no definition of its own.
        NotStandalone: it uses what a module cannot name, such as a live connection.
    """
    target = fn_or_class
    while not _is_definition(target) and hasattr(target, "__wrapped__"):
        target = target.__wrapped__
    if not _is_definition(target):
        raise TypeError(
            "source() takes a function or class that agent code made, got "
            f"{getattr(target, '__name__', type(target).__name__)}"
        )
    module = _Module()
    name = module.define(_undecorated(target))
    if module.lost:
        raise NotStandalone(name, module.lost)
    if tests:
        _add_tests(module, name, _origins.get(target))
    return module.text()


def _is_definition(value: Any) -> bool:
    return _is_function(value) or (isinstance(value, type) and is_agent_class(value))


def _is_function(value: Any) -> bool:
    """Also one that a pickler took to this process: its globals hold only what it mentions."""
    return is_agent_function(value) or (
        type(value) is FunctionType and tracebacks.is_agent_file(value.__code__.co_filename)
    )


@dataclass
class _Module:
    """The module as it grows: each definition goes behind what it needs."""

    imports: set[str] = field(default_factory=set)
    parts: list[str] = field(default_factory=list)
    known: dict[str, Any] = field(default_factory=dict)
    lost: dict[str, str] = field(default_factory=dict)

    def text(self) -> str:
        """The whole source: imports, values in a block, definitions two lines apart."""
        future = sorted(line for line in self.imports if line.startswith("from __future__"))
        plain = sorted(line for line in self.imports if line.startswith("import "))
        named = sorted(self.imports - set(future) - set(plain))
        blocks = ["\n".join(lines) for lines in (future, plain + named) if lines]
        head = "\n\n".join(blocks)
        body, was_value = "", False
        for part in self.parts:
            is_value = not part.startswith(("def ", "class ", "async ", "@"))
            gap = "\n" if is_value and was_value else "\n\n\n" if body else ""
            body += gap + part
            was_value = is_value
        return "\n\n\n".join(filter(None, (head, body))) + "\n"

    # ------------------------------------------------------------ definitions

    def define(self, value: Any) -> str:
        """Add a function or class, after what it needs; the name it has in the module."""
        if isinstance(value, type):
            return self._class(value)
        return self._function(value)

    def _function(self, function: FunctionType) -> str:
        piece = sources.piece_of(function.__code__)
        is_lambda = piece.name == "<lambda>"
        name = self._lambda_name(function) if is_lambda else piece.name
        if self.known.get(name, _MISSING) is function:
            return name
        self.known.setdefault(name, function)
        if piece.owner and "." in piece.qualname and "<locals>" not in piece.qualname:
            self.lost[piece.qualname] = "a method; take the source of its class"
            return name
        text = piece.text
        if piece.future:
            self.imports.add("from __future__ import annotations")
        held = _cells(function)
        space = {**function.__globals__, **held}
        decorated = space.get(name)
        if decorated is not function and _undecorated(decorated) is function:
            self.known[name] = decorated  # the definition binds what the decorators made of it
        self._came_along(_names_in(_decorators(text)), space, name)
        self._needs(text, space, held)
        writes = any(isinstance(node, ast.Nonlocal) for node in ast.walk(ast.parse(text)))
        if is_lambda:
            text = f"{name} = {text}"
        if writes:
            text = self._factory(name, text, held)
        self.parts.append(text)
        return name

    def _lambda_name(self, function: FunctionType) -> str:
        for name, value in function.__globals__.items():
            if value is function and name.isidentifier():
                return name
        return "function"

    def _factory(self, name: str, text: str, held: Mapping[str, Any]) -> str:
        """A function that writes to its closure, in a function that holds the closure."""
        lines = []
        for key, value in held.items():
            if _literal(value) is not None:
                assignment = f"{key} = {_literal(value)}"
                if assignment in self.parts:
                    self.parts.remove(assignment)
                lines.append(assignment)
        body = textwrap.indent("\n".join([*lines, "", text, "", f"return {name}"]), "    ")
        return f"def _make_{name}():\n{body}\n\n\n{name} = _make_{name}()"

    def _class(self, cls: Any) -> str:
        name: str = cls.__name__
        if self.known.get(name, _MISSING) is cls:
            return name
        self.known[name] = cls
        functions = [inner for member in own_dict(cls).values() for inner in _functions(member)]
        text = classes.source_of(cls, functions)
        if not text:
            self.lost[name] = "a class whose text is not known"
            return name
        space: dict[str, Any] = {}
        for base in cls.__mro__:
            if base is not cls and is_agent_class(base):
                space[base.__name__] = base
        for function in functions:
            space.update(_cells(function))
            space.update(function.__globals__)
        if not functions:
            space.update(_globals_defining(cls))
        self._came_along(_names_needed(text, ()) if not functions else (), space, name)
        self._needs(text, space)
        self.parts.append(text)
        return name

    def _came_along(self, names: Iterable[str], space: Mapping[str, Any], own: str) -> None:
        """Names that no function reads when it is called: a pickler leaves them behind."""
        for name in names:
            if name == own or name in space or name in tables.OFFERED or name in dir(builtins):
                continue
            home = next((m for m in _MAKERS if hasattr(sys.modules.get(m), name)), None)
            if home is not None:
                self.imports.add(f"from {home} import {name}")
            elif name in _MAKERS:
                self.imports.add(f"import {name}")
            else:
                self.lost[name] = "a name that did not come along to this process"

    # ------------------------------------------------------------ what a text needs

    def _needs(self, text: str, space: Mapping[str, Any], held: Iterable[str] = ()) -> None:
        for name in _names_needed(text, tuple(held)):
            value = space.get(name, _MISSING)
            if value is _MISSING or "$" in name:
                continue
            if name in tables.OFFERED and value is space.get("$hidden", {}).get(name, _MISSING):
                continue  # the builtin
            self._need(name, value, text)

    def _need(self, name: str, value: Any, text: str) -> None:
        if self.known.get(name, _MISSING) is value or name in self.lost:
            return
        if isinstance(value, ModuleView):
            self.known[name] = value
            self._import_module(name, value, text)
            return
        wrapped = getattr(value, "__wrapped__", None) if not isinstance(value, type) else None
        target = value if _is_definition(value) else wrapped
        if _is_definition(target):
            made = self.define(_undecorated(target))
            if made != name:
                self.parts.append(f"{name} = {made}")
                self.known[name] = value
            return
        self.known[name] = value
        line = _import_of(name, value) or _imported_by_agent(name, value)
        literal = None if line else _literal(value)
        if line:
            self.imports.add(line)
        elif literal is not None:
            self.parts.append(f"{name} = {literal}")
        elif isinstance(value, re.Pattern):
            self.imports.add("import re")
            flags = value.flags & ~re.UNICODE
            self.parts.append(
                f"{name} = re.compile({value.pattern!r}{f', {flags}' if flags else ''})"
            )
        else:
            self.lost[name] = f"a {type(value).__name__} object of the program that ran the agent"

    def _import_module(self, name: str, view: Any, text: str) -> None:
        dotted = _dotted(view)
        if dotted == name:
            self.imports.add(f"import {name}")
        elif "." not in dotted or dotted.split(".")[0] != name:
            parent, _, last = dotted.rpartition(".")
            self.imports.add(
                f"from {parent} import {last}"
                if parent and last == name
                else f"import {dotted} as {name}"
            )
        # `import a.b` binds `a`: what the text reaches through it is imported as well.
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.Attribute):
                path = ast.unparse(node)
                if re.fullmatch(rf"{name}(\.\w+)+", path):
                    found: Any = view
                    for part in path.split(".")[1:]:
                        found = vars(found).get(part) if isinstance(found, ModuleView) else None
                    if isinstance(found, ModuleView):
                        self.imports.add(f"import {_dotted(found)}")


def _undecorated(value: Any, depth: int = 5) -> Any:
    """The function whose definition, decorators and all, gave ``value``; ``value`` itself else."""
    inner = value
    while depth and _is_function(inner):
        depth -= 1
        candidates = [getattr(inner, "__wrapped__", None), *_cells(inner).values()]
        found = [f for f in candidates if _is_function(f) and _binds(f, value)]
        if found:
            return found[0]
        inner = candidates[0]
    return value


def _binds(function: FunctionType, value: Any) -> bool:
    """Whether the definition of ``function`` has decorators, and its name is bound to ``value``."""
    name = function.__code__.co_name
    bound = function.__globals__.get(name, value)  # another process may not have it
    return bound is value and bool(_decorators(sources.piece_of(function.__code__).text))


def _decorators(text: str) -> list[ast.expr]:
    if not text.lstrip().startswith("@"):
        return []
    return list(getattr(ast.parse(textwrap.dedent(text)).body[0], "decorator_list", ()))


def _names_in(nodes: Iterable[ast.AST]) -> list[str]:
    return [part.id for node in nodes for part in ast.walk(node) if isinstance(part, ast.Name)]


def _cells(function: FunctionType) -> dict[str, Any]:
    held: dict[str, Any] = {}
    for name, cell in zip(function.__code__.co_freevars, function.__closure__ or (), strict=True):
        if "$" not in name and name != "__class__":
            try:
                held[name] = cell.cell_contents
            except ValueError:
                continue  # not assigned yet
    return held


def _functions(member: Any) -> Iterator[FunctionType]:
    candidates = (
        member,
        *(getattr(member, key, None) for key in ("__func__", "fget", "fset", "func")),
    )
    yield from (found for found in candidates if _is_function(found))


def _globals_defining(cls: type) -> Mapping[str, Any]:
    """The namespace of a class without functions: that of a session which holds it."""
    for space in clock.namespaces():
        if space.get(cls.__name__) is cls:
            return space
    return {}


def _names_needed(text: str, free: tuple[str, ...]) -> list[str]:
    """Names that a definition reads from around it, in order of appearance."""
    # In a function that binds its free variables, so that ``nonlocal`` has something to mean.
    binding = "".join(f"    {name} = None\n" for name in free) or "    pass\n"
    table = symtable.symtable(
        f"def _around():\n{binding}{textwrap.indent(text, '    ')}", "<source>", "exec"
    )
    found = set(free)
    pending = table.get_children()
    while pending:
        scope = pending.pop()
        pending.extend(scope.get_children())
        found.update(symbol.get_name() for symbol in scope.get_symbols() if symbol.is_global())
    order = [node.id for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Name)]
    return sorted(found, key=lambda name: order.index(name) if name in order else -1)


# ---------------------------------------------------------------- values of the host


def _dotted(view: Any) -> str:
    """The real import name of the module behind a view."""
    reduced: Any = view.__reduce__()
    guards, dotted = reduced[1]
    rule = guards.policy.module(dotted)
    return str(dotted if rule is None else rule.module.__name__)


def _import_of(name: str, value: Any) -> str | None:
    """The line that imports a function or class of the host's, where one does."""
    value = real_class(value)
    home, own = getattr(value, "__module__", None), getattr(value, "__qualname__", None)
    if type(home) is not str or type(own) is not str or "." in own or home == "__main__":
        return None
    if getattr(sys.modules.get(home), own, None) is not value:
        return None
    if home == "builtins":
        return None if own == name else f"from builtins import {own} as {name}"
    public = home.lstrip("_") if hasattr(sys.modules.get(home.lstrip("_")), own) else home
    return f"from {public} import {own}" + (f" as {name}" if own != name else "")


def _imported_by_agent(name: str, value: Any) -> str | None:
    """The agent's own ``from … import``, for what it was given a guarded twin of."""
    candidates = [
        file for file in reversed(list(linecache.cache)) if tracebacks.is_agent_file(file)
    ]
    for file in candidates:
        try:
            tree = ast.parse("".join(linecache.getlines(file)))
        except SyntaxError:
            continue
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom) and node.module and not node.level:
                for alias in node.names:
                    if (alias.asname or alias.name) == name and _gives(node.module, alias.name):
                        return f"from {node.module} import {alias.name}" + (
                            f" as {alias.asname}" if alias.asname else ""
                        )
    return None


def _gives(module: str, name: str) -> bool:
    return hasattr(sys.modules.get(module), name)


def _literal(value: Any) -> str | None:
    """The value as it would be written, where it is plain data."""
    if type(value) not in (
        bool, int, float, complex, str, bytes, list, tuple, dict, set, frozenset, type(None)
    ):  # fmt: skip
        return None
    try:
        text = repr(value)
        return text if ast.literal_eval(text) == value else None
    except (ValueError, SyntaxError, RecursionError):
        return None


# ---------------------------------------------------------------- tests


def _add_tests(module: _Module, name: str, origin: Origin | None) -> None:
    if origin is None:
        return
    for number, check in enumerate(origin.checks, 1):
        label = getattr(check, "__name__", "")
        suffix = label if label.isidentifier() else str(number)
        line = _import_of(label, check)
        if line:
            module.imports.add(line)
        elif (text := _text_of_check(check)) is not None:
            module.parts.append(text)
        else:
            module.parts.append(
                f"# The task's check {number} cannot be shown: it has no text of its own."
            )
            continue
        module.parts.append(
            f"def test_{suffix}() -> None:\n    answer = {label}({name})\n"
            "    assert answer is None or answer"
        )
    examples = examples_of(origin.doc)
    if examples:
        module.parts.append(_examples_test(name, origin, examples))


def _text_of_check(check: Any) -> str | None:
    if type(check) is not FunctionType or check.__closure__ or check.__name__ == "<lambda>":
        return None
    try:
        return textwrap.dedent(inspect.getsource(check)).rstrip()
    except (OSError, TypeError):
        return None


def _examples_test(name: str, origin: Origin, examples: Any) -> str:
    known: dict[str, Any] = {name: None, "result": None, origin.task: None}
    others = unknown_names(examples, known)
    text = "".join(example.source for example in examples)
    lines = [f'"""The examples of {origin.task}."""']
    lines += [f"{other} = {name}" for other in others[:1]]
    if re.search(r"\bresult\b", text) and name != "result":
        lines.append(f"result = {name}")
    if origin.task != name and re.search(rf"\b{origin.task}\(", text):
        lines.append(f"{origin.task} = lambda *args, **kwargs: {name}")
    for example in examples:
        code, want = example.source.rstrip(), example.want.rstrip()
        if not want:
            lines.append(code)
        elif _literal_text(want):
            lines.append(f"assert ({code}) == {want}")
        else:
            lines.append(f"assert repr({code}) == {want!r}")
    return f"def test_examples() -> None:\n{textwrap.indent(chr(10).join(lines), '    ')}"


def _literal_text(want: str) -> bool:
    try:
        ast.literal_eval(want)
    except (ValueError, SyntaxError):
        return False
    return True
