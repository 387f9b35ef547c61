"""A codec of definitions for tests: source through plain ``exec``, no guards.

It stores what the sandbox's stores: source, closure cells, defaults, bases, class attributes that were
added later. Definitions are made with :meth:`run`, one per call, so that each knows its own text.
"""

from __future__ import annotations

import ast
import contextlib
import textwrap
import types
from typing import Any

from agex.state import Description

MARK = "__made_by_agent__"


class FakeCodec:
    def __init__(self) -> None:
        self.created: list[str] = []

    # ------------------------------------------------------------ the "sandbox"

    def run(self, source: str, namespace: dict[str, Any]) -> None:
        """Run agent code; functions and classes in it remember their text."""
        source = textwrap.dedent(source)
        tree = ast.parse(source)
        code = compile(source, "<agent>", "exec")
        # One plain dict is the module of all code; the machinery in it is not the agent's.
        namespace.setdefault("__name__", "agent")
        exec(code, namespace)
        known: dict[str, str] = {}
        for node in ast.walk(tree):
            if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
                known[node.name] = ast.unparse(node)
        self._claim(list(namespace.values()), known, set())

    def _claim(self, values: list[Any], known: dict[str, str], seen: set[int]) -> None:
        while values:
            value = values.pop()
            if id(value) in seen:
                continue
            seen.add(id(value))
            if isinstance(value, types.FunctionType) and value.__module__ == "agent":
                if not hasattr(value, MARK) and value.__name__ in known:
                    setattr(value, MARK, known[value.__name__])
                values.extend(c.cell_contents for c in value.__closure__ or () if _full(c))
            elif isinstance(value, type) and value.__module__ == "agent":
                if MARK not in vars(value) and value.__name__ in known:
                    setattr(value, MARK, known[value.__name__])
            elif isinstance(value, (list, tuple)):
                values.extend(value)
            elif isinstance(value, dict):
                values.extend(value.values())
            elif type(value).__module__ == "agent":
                values.append(type(value))

    # ------------------------------------------------------------ DefinitionCodec

    def owns(self, value: object) -> bool:
        if isinstance(value, types.FunctionType):
            return hasattr(value, MARK)
        return isinstance(value, type) and MARK in vars(value)

    def describe(self, value: Any) -> Description:
        source = vars(value)[MARK]
        if isinstance(value, type):
            body = ast.parse(source).body[0]
            fixed = {"__module__", "__dict__", "__weakref__", "__doc__", "__qualname__", MARK}
            assert isinstance(body, ast.ClassDef)
            defined = {n.name for n in body.body if isinstance(n, ast.FunctionDef)}
            extra = {
                key: item
                for key, item in vars(value).items()
                if key not in fixed | defined
                and not key.startswith("__")
                and not isinstance(item, types.MemberDescriptorType)
            }
            return Description(
                {"kind": "class", "name": value.__name__, "source": source},
                needs=value.__bases__,
                parts=extra or None,
                uses=frozenset(_globals_of(source)),
            )
        return Description(
            {
                "kind": "function",
                "name": value.__name__,
                "source": source,
                "free": list(value.__code__.co_freevars),
            },
            needs=value.__closure__ or (),
            parts=value.__defaults__,
            uses=frozenset(_globals_of(source)),
            namespace=value.__globals__,
        )

    def create(self, recipe, needs, namespace, is_bound):
        self.created.append(recipe["name"])
        namespace.setdefault("__name__", "agent")
        node = ast.parse(recipe["source"]).body[0]
        node.decorator_list = []
        if recipe["kind"] == "class":
            made = self._class(node, needs, namespace)
            type.__setattr__(made, MARK, recipe["source"])
            return made
        free = recipe["free"]
        node.args.defaults = []
        inner = textwrap.indent(ast.unparse(node), "    ")
        outer = f"def _make({', '.join(free)}):\n{inner}\n    return {recipe['name']}"
        scratch: dict[str, Any] = {}
        exec(compile(outer, "<agent>", "exec"), namespace, scratch)
        function = scratch["_make"](*[None] * len(free))
        made = types.FunctionType(
            function.__code__, namespace, recipe["name"], None, tuple(needs) or None
        )
        setattr(made, MARK, recipe["source"])
        return made

    def _class(self, node, bases, namespace):
        """Run the statement in the real namespace, whose own names are put back afterwards."""
        borrowed = {base.__name__: base for base in bases}
        before = {name: namespace[name] for name in (*borrowed, node.name) if name in namespace}
        namespace.update(borrowed)
        try:
            exec(compile(ast.unparse(node), "<agent>", "exec"), namespace)
            return namespace[node.name]
        finally:
            for name in (*borrowed, node.name):
                namespace.pop(name, None)
            namespace.update(before)

    def restored(self, value):
        pass

    def capabilities(self, namespace):
        return b"everything"

    def within(self, capabilities):
        assert capabilities == b"everything"
        return self

    def reserved(self, namespace):
        return {}

    def limited(self):
        return contextlib.nullcontext()

    def fill(self, value, parts):
        if isinstance(value, type):
            for key, item in parts.items():
                type.__setattr__(value, key, item)
        else:
            value.__defaults__ = parts


def _full(cell: types.CellType) -> bool:
    try:
        cell.cell_contents
    except ValueError:
        return False
    return True


def _globals_of(source: str) -> set[str]:
    return {node.id for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Name)}
