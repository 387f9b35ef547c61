"""What makes a function a task: the rules for its definition, each with the right form in its error."""

from __future__ import annotations

import inspect
import sys
import typing
from collections.abc import Mapping
from dataclasses import dataclass
from types import FunctionType
from typing import Any

from agex.errors import RegistrationError
from agex.task.body import is_empty

RESERVED = ("state", "on_event", "inputs")
"""Names a task's parameters may not have: the first two are the caller's, the last the agent's."""


@dataclass(frozen=True, slots=True)
class Definition:
    """A function as it was written down, checked, with nothing resolved yet.

    Args:
        function: the function itself, kept for its annotations and its globals.
        doc: its docstring, dedented; ``""`` without one.
        primer: the task's own instructions, ``@agent.task("…")``.
        is_async: whether it was written ``async def``.
        scope: names of the scope it was defined in, where its annotations need them.
    """

    function: FunctionType
    name: str
    doc: str
    primer: str | None
    signature: inspect.Signature
    is_async: bool
    scope: Mapping[str, Any] | None = None

    def annotations(self) -> dict[str, Any]:
        """The annotations, resolved, by parameter name and under ``"return"``.

        Raises:
            RegistrationError: an annotation names something that cannot be found.
        """
        try:
            return _hints(self.function, self.scope)
        except NameError as error:
            raise RegistrationError(
                f"{self.name}: an annotation names {error.name!r}, which is not defined where the task "
                "is. Types are needed when the task runs: import them at run time, not only under "
                "TYPE_CHECKING, or write the class above the task."
            ) from error
        except TypeError as error:
            raise RegistrationError(f"{self.name}: an annotation is not a type: {error}") from error


def define(function: Any, *, primer: str | None = None, frame_depth: int = 2) -> Definition:
    """Check that ``function`` can be a task.

    Args:
        primer: the task's own instructions.
        frame_depth: how many calls lie between this one and the code that defines the function, so
            that annotations of a function defined inside another can be resolved.

    Raises:
        RegistrationError: it cannot; the message shows the right form.
    """
    if primer is not None and not isinstance(primer, str):
        raise RegistrationError(f"a task's primer is a string, got {type(primer).__name__}")
    if not isinstance(function, FunctionType):
        raise RegistrationError(_not_a_function(function))
    name = function.__name__
    if name == "<lambda>":
        raise RegistrationError(
            "a lambda has code in its body, so it cannot be a task.\n" + _form()
        )
    signature = inspect.signature(function)
    if not is_empty(function):
        raise RegistrationError(
            f"{name} has code in its body, and a task's body is empty: the model writes it.\n"
            + _form(name, signature, function.__doc__)
        )
    taken = [p for p in signature.parameters if p in RESERVED or p.startswith("task_")]
    if taken:
        names = ", ".join(repr(parameter) for parameter in taken)
        raise RegistrationError(
            f"{name} has a parameter named {names}. The names {', '.join(RESERVED)} and task_* are "
            f"taken by every task; call it something else:\n\n    def {name}({taken[0]}_: ...) -> ..."
        )
    doc = inspect.cleandoc(function.__doc__) if function.__doc__ else ""
    if not doc and not (primer and primer.strip()):
        raise RegistrationError(
            f"{name} has neither a docstring nor a primer, so nothing says what it should do.\n"
            + _form(name, signature)
            + f'\n\nor give the instructions to the decorator: @agent.task("What {name} does.")'
        )
    return Definition(
        function=function,
        name=name,
        doc=doc,
        primer=primer,
        signature=signature,
        is_async=inspect.iscoroutinefunction(function),
        scope=_scope(function, frame_depth),
    )


def _scope(function: FunctionType, depth: int) -> Mapping[str, Any] | None:
    """The local names around the definition, kept only where the annotations need them."""
    try:
        _hints(function, None)
        return None
    except NameError:
        pass
    except Exception:  # said later, when the annotations are asked for
        return None
    if "<locals>" not in function.__qualname__:
        return None  # a class further down the module: it will be there when the task runs
    frame = sys._getframe(depth)
    while frame is not None and frame.f_globals is not function.__globals__:
        if frame.f_back is None:
            return None
        frame = frame.f_back
    return dict(frame.f_locals)


def _hints(function: FunctionType, scope: Mapping[str, Any] | None) -> dict[str, Any]:
    return typing.get_type_hints(function, localns=dict(scope or {}) or None, include_extras=True)


def _not_a_function(thing: Any) -> str:
    if isinstance(thing, staticmethod | classmethod):
        return (
            "a task is a plain function, not a method: define it at the module's level.\n" + _form()
        )
    if isinstance(thing, type):
        return f"{thing.__name__} is a class, and a task is a function.\n" + _form()
    if callable(thing) and hasattr(thing, "__wrapped__"):
        return (
            "the task decorator goes directly on the function, below other decorators.\n" + _form()
        )
    return f"a task is a plain function with an empty body, got {type(thing).__name__}.\n" + _form()


def _form(
    name: str = "name", signature: inspect.Signature | None = None, doc: str | None = None
) -> str:
    head = str(signature) if signature is not None else "(argument: str) -> int"
    lines = inspect.cleandoc(doc).splitlines() if doc else ["What it returns, in a sentence."]
    return (
        f"The right form:\n\n    @agent.task\n    def {name}{head}:\n"
        f'        """{lines[0]}"""\n        raise NotImplementedError'
    )


def wrong_order(name: str) -> RegistrationError:
    """The error for ``@agent.task`` over ``@boss.fn``."""
    return RegistrationError(
        f"{name} was registered as a function before it was made a task, so the agent would call the "
        f"empty function. The right order:\n\n    @boss.fn\n    @worker.task\n    def {name}(...): ..."
    )


def twice(name: str) -> RegistrationError:
    """The error for two ``task`` decorators on one function."""
    return RegistrationError(
        f"{name} is a task already; a function has one task decorator. To let another agent call it, "
        f"register it there:\n\n    @boss.fn\n    @worker.task\n    def {name}(...): ..."
    )
