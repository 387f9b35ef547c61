"""Agent code as a module of its own: the definition, what it needs, in order, ready to be saved.

``source`` starts from a function or class and follows the names its text mentions: definitions of the
agent's own become definitions, modules and functions of the host's become imports, plain values become
assignments, and what a closure held becomes an assignment too (or, where the closure is written to, a
function around it). What no module could say is an error that names it.
"""

from __future__ import annotations

import ast
import builtins
import re
import sys
import textwrap
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import FunctionType
from typing import Any

from agex.errors import NotStandalone
from agex.sandbox import classes, sources, tables
from agex.sandbox.decisions import ModuleView
from agex.sandbox.origin import is_agent_class, own_dict
from agex.sandbox.trees import parsed
from agex.task.named_values import dotted_name, import_of, imported_by_agent, literal_of
from agex.task.surroundings import (
    cells_of,
    decorators_of,
    functions_in,
    globals_defining,
    is_definition,
    names_in,
    names_needed,
    undecorated,
)
from agex.task.written_tests import remember, tests_of

__all__ = ["remember", "source"]

_MISSING: Any = object()
_MAKERS = ("dataclasses", "enum", "typing", "abc", "functools", "contextlib")
"""Modules of the language that definitions are made with, while they are made."""


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
    while not is_definition(target) and hasattr(target, "__wrapped__"):
        target = target.__wrapped__
    if not is_definition(target):
        raise TypeError(
            "source() takes a function or class that agent code made, got "
            f"{getattr(target, '__name__', type(target).__name__)}"
        )
    module = _Module()
    name = module.define(undecorated(target))
    if module.lost:
        raise NotStandalone(name, module.lost)
    if tests:
        imports, parts = tests_of(target, name)
        module.imports |= imports
        module.parts += parts
    return module.text()


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
        held = cells_of(function)
        space = {**function.__globals__, **held}
        decorated = space.get(name)
        if decorated is not function and undecorated(decorated) is function:
            self.known[name] = decorated  # the definition binds what the decorators made of it
        self._came_along(names_in(decorators_of(text)), space, name)
        self._needs(text, space, held)
        writes = any(isinstance(node, ast.Nonlocal) for node in ast.walk(parsed(text)))
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
            if literal_of(value) is not None:
                assignment = f"{key} = {literal_of(value)}"
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
        functions = [inner for member in own_dict(cls).values() for inner in functions_in(member)]
        text = classes.source_of(cls, functions)
        if not text:
            self.lost[name] = "a class whose text is not known"
            return name
        space: dict[str, Any] = {}
        for base in cls.__mro__:
            if base is not cls and is_agent_class(base):
                space[base.__name__] = base
        for function in functions:
            space.update(cells_of(function))
            space.update(function.__globals__)
        if not functions:
            space.update(globals_defining(cls))
        self._came_along(names_needed(text, ()) if not functions else (), space, name)
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
        for name in names_needed(text, tuple(held)):
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
        target = value if is_definition(value) else wrapped
        if is_definition(target):
            made = self.define(undecorated(target))
            if made != name:
                self.parts.append(f"{name} = {made}")
                self.known[name] = value
            return
        self.known[name] = value
        line = import_of(name, value) or imported_by_agent(name, value)
        literal = None if line else literal_of(value)
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
        dotted = dotted_name(view)
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
        for node in ast.walk(parsed(text)):
            if isinstance(node, ast.Attribute):
                path = ast.unparse(node)
                if re.fullmatch(rf"{name}(\.\w+)+", path):
                    found: Any = view
                    for part in path.split(".")[1:]:
                        found = vars(found).get(part) if isinstance(found, ModuleView) else None
                    if isinstance(found, ModuleView):
                        self.imports.add(f"import {dotted_name(found)}")
