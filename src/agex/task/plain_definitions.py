"""A task's function, made of the plain parts of one that agent code wrote.

Nothing of the original is in it, and nothing that is looked at later can run: its name, parameters, plain
defaults, annotations that hold no texts, and its docstring.
"""

from __future__ import annotations

import types
import typing
from collections.abc import Iterator
from types import FunctionType
from typing import Any

from agex.errors import RegistrationError
from agex.sandbox.opaque import Type, real_class
from agex.sandbox.origin import is_agent_function
from agex.task.body import is_empty

_PLAIN = (type(None), bool, int, float, complex, str, bytes)
_FORM = (
    "define an empty function and hand it over:\n\n    def solve(text: str) -> int:\n"
    '        """What it returns."""\n\n    solve = agent.task(solve)'
)


def plain_definition(function: Any) -> FunctionType:
    """A function of the host's with the name, parameters and docstring of one that agent code wrote.

    Raises:
        RegistrationError: it cannot be a task.
    """
    if not is_agent_function(function):
        raise RegistrationError(f"a task is made of a function of your own: {_FORM}")
    name = function.__name__
    if not name.isidentifier():
        raise RegistrationError(f"a lambda cannot be a task: {_FORM}")
    if not is_empty(function):
        raise RegistrationError(
            f"{name} has code in its body, and a task's body is empty, for the agent to write: {_FORM}"
        )
    doc = function.__doc__
    if doc is not None and type(doc) is not str:
        raise RegistrationError(f"the docstring of {name} is not a text")
    defaults = (*(function.__defaults__ or ()), *(function.__kwdefaults__ or {}).values())
    for default in defaults:
        if not _is_plain(default):
            raise RegistrationError(
                f"{name} has a {type(default).__name__} as a default; a task's defaults are numbers, "
                "texts, None, and tuples of these"
            )
    annotations = {key: _annotation(name, value) for key, value in _annotations_of(function)}
    made = _stub(function)
    made.__doc__ = doc
    made.__defaults__ = function.__defaults__
    made.__kwdefaults__ = dict(function.__kwdefaults__ or {}) or None
    made.__annotations__ = annotations
    return made


def _stub(function: FunctionType) -> FunctionType:
    """The parameters alone, compiled anew: no code, globals or closure of the original is in it."""
    code = function.__code__
    is_async = bool(code.co_flags & 0x80)
    names = list(code.co_varnames)
    first, count = code.co_posonlyargcount, code.co_argcount
    parts = names[:first] + (["/"] if first else []) + names[first:count]
    taken = count + code.co_kwonlyargcount
    has_rest, has_keywords = bool(code.co_flags & 0x04), bool(code.co_flags & 0x08)
    if has_rest:
        parts.append(f"*{names[taken]}")
    elif code.co_kwonlyargcount:
        parts.append("*")
    parts += names[count:taken]
    if has_keywords:
        parts.append(f"**{names[taken + has_rest]}")
    for part in names[: taken + has_rest + has_keywords]:
        if not part.isidentifier():
            raise RegistrationError(f"{part!r} cannot be a parameter of a task")
    head = f"{'async ' if is_async else ''}def task({', '.join(parts)}): pass"
    space: dict[str, Any] = {}
    exec(compile(head, "<task>", "exec"), space)  # identifiers and commas alone
    made: FunctionType = space["task"]
    made.__name__ = made.__qualname__ = function.__name__
    made.__module__ = function.__module__ if type(function.__module__) is str else "__agex__"
    return made


def _annotations_of(function: FunctionType) -> Iterator[tuple[str, Any]]:
    held = function.__annotations__
    if type(held) is not dict:
        raise RegistrationError("the annotations of a task's function are a dict")
    for key, value in list(held.items()):
        if type(key) is str:
            yield key, value


def _annotation(task: str, node: Any, depth: int = 0) -> Any:
    """The annotation with real classes for their stand-ins, and nothing in it that is evaluated later."""
    if depth > 20:
        raise RegistrationError(f"an annotation of {task} is nested too deeply")
    if isinstance(node, (str, typing.ForwardRef)):
        raise RegistrationError(
            f"{task} has a text as an annotation; write the type itself, and no `from __future__ "
            "import annotations`"
        )
    if isinstance(node, type) and not isinstance(node, types.GenericAlias):
        if node is Type:
            return type
        return real_class(node)
    if isinstance(node, (list, tuple)) and type(node) in (list, tuple):
        return type(node)(_annotation(task, part, depth + 1) for part in node)
    if node is None or node is ... or node is Any:
        return node
    origin = typing.get_origin(node)
    if origin is typing.Literal:
        if all(_is_plain(value) for value in typing.get_args(node)):
            return node
    elif origin in (typing.Union, types.UnionType):
        parts = tuple(_annotation(task, part, depth + 1) for part in typing.get_args(node))
        return typing.Union[parts]  # noqa: UP007  # of what is known at run time only
    elif origin is not None and origin is not typing.Annotated and isinstance(origin, type):
        home = real_class(origin)
        if home.__module__ in ("builtins", "collections.abc", "collections"):
            parts = tuple(_annotation(task, part, depth + 1) for part in typing.get_args(node))
            return home[parts[0] if len(parts) == 1 else parts] if parts else home
    elif node is typing.Callable:
        return node
    raise RegistrationError(
        f"{task} has an annotation that a task cannot have here; use classes, list[…], dict[…], "
        "tuple[…], Callable[…], Literal[…], X | None"
    )


def classes_in(node: Any) -> Iterator[type]:
    """The classes that an annotation names."""
    if isinstance(node, type) and not isinstance(node, types.GenericAlias):
        yield node
    elif type(node) in (list, tuple):
        for part in node:
            yield from classes_in(part)
    elif typing.get_origin(node) is not typing.Literal:
        for part in typing.get_args(node):
            yield from classes_in(part)


def _is_plain(value: Any, depth: int = 0) -> bool:
    if type(value) is tuple:
        return depth < 5 and all(_is_plain(part, depth + 1) for part in value)
    return type(value) in _PLAIN
