"""``inspect`` and ``traceback`` for agent code: its own functions, and its own lines.

The real ones walk from a function to the interpreter and from an error to the host's frames, and write
``repr`` of what they find there. Signatures are those of the agent's own functions and classes;
a traceback names the lines of agent code that the error came through.
"""

from __future__ import annotations

import functools
import inspect
import linecache
import sys
import traceback
import types
from collections.abc import Callable, Iterator
from typing import Any

from agex.errors import TypeRefused
from agex.sandbox import kinds, tracebacks
from agex.sandbox.formatting import is_twin
from agex.sandbox.guards import Guards
from agex.sandbox.origin import is_agent_class, is_agent_function

Table = dict[Any, Callable[..., Any]]

_CACHED = type(functools.lru_cache(lambda: None))


def twins(guards: Guards) -> Table:
    """``{function of inspect or traceback: the same for one session}``"""
    return {**_inspect(guards), **_traceback(guards)}


# ------------------------------------------------------------------ inspect


def _is_own(guards: Guards, called: Any) -> bool:
    """Whether all that a signature would show was written by agent code."""
    if isinstance(called, type):
        return is_agent_class(called) and guards.is_pure(called)
    kind = type(called)
    if kind is types.MethodType:
        return _is_own(guards, called.__func__)
    if kind is kinds.OwnPartial:
        return _is_own(guards, called.func)
    if kind is _CACHED:
        return _is_own(guards, called.__wrapped__)
    return is_agent_function(called) or (is_agent_class(kind) and guards.is_pure(kind))


def _inspect(guards: Guards) -> Table:
    def signature(obj: Any, *, follow_wrapped: bool = True) -> inspect.Signature:
        if not _is_own(guards, obj):
            if not callable(obj):
                raise TypeError(f"{guards.texts.repr(obj)} is not a callable object")
            raise TypeRefused(
                "signature() reads functions and classes of your own; help(f) shows the others"
            )
        return inspect.signature(obj, follow_wrapped=follow_wrapped)

    def getdoc(object: Any) -> str | None:
        try:
            doc = guards.value(object, "__doc__")
        except AttributeError:
            return None
        return inspect.cleandoc(doc) if type(doc) is str else None

    def getsource(object: Any) -> str:
        if type(object) is types.MethodType:
            object = object.__func__
        if not is_agent_function(object):
            raise TypeRefused("getsource() shows functions of your own here")
        return inspect.getsource(object)

    def getmembers(object: Any, predicate: Any = None) -> list[tuple[str, Any]]:
        approved = None if predicate is None else guards.call(predicate)
        found = []
        for name in guards.globals["$b_dir"](object):
            try:
                value = guards.value(object, name)
            except AttributeError:
                continue
            if approved is None or approved(value):
                found.append((name, value))
        return sorted(found, key=lambda pair: pair[0])

    def isfunction(object: Any) -> bool:
        return type(object) is types.FunctionType and not is_twin(object)

    def isbuiltin(object: Any) -> bool:
        return type(object) is types.BuiltinFunctionType or is_twin(object)

    def ismethod(object: Any) -> bool:
        return type(object) is types.MethodType and not is_twin(object)

    return {
        inspect.signature: signature,
        inspect.getdoc: getdoc,
        inspect.getsource: getsource,
        inspect.getmembers: getmembers,
        inspect.isfunction: isfunction,
        inspect.isbuiltin: isbuiltin,
        inspect.ismethod: ismethod,
    }


# ------------------------------------------------------------------ traceback


def _traceback(guards: Guards) -> Table:
    def only(error: BaseException) -> Iterator[str]:
        kind = type(error)
        name = kind.__qualname__
        if kind.__module__ not in ("builtins", "__main__") and not is_agent_class(kind):
            name = f"{kind.__module__}.{name}"
        name = tracebacks.PLAIN_NAMES.get(kind.__name__, guards.texts.clean(name))
        text = tracebacks.message(error, guards)
        yield f"{name}: {text}\n" if text else f"{name}\n"
        notes = getattr(error, "__notes__", None)
        for note in notes if type(notes) is list else ():
            if type(note) is str:
                yield from (f"{line}\n" for line in note.split("\n"))

    def whole(error: BaseException, chain: bool, seen: frozenset[int]) -> Iterator[str]:
        cause = error.__cause__
        before = cause or (None if error.__suppress_context__ else error.__context__)
        if chain and before is not None and id(before) not in seen:
            yield from whole(before, chain, seen | {id(error)})
            how = "The above exception was the direct cause of the following exception"
            if cause is None:
                how = "During handling of the above exception, another exception occurred"
            yield f"\n{how}:\n\n"
        frames = tracebacks.agent_frames(error.__traceback__)
        if frames:
            yield "Traceback (most recent call last):\n"
        for file, line, function in frames:
            text = linecache.getline(file, line).strip()
            yield f'  File "{file}", line {line}, in {function}\n' + (
                f"    {text}\n" if text else ""
            )
        yield from only(error)
        if isinstance(error, BaseExceptionGroup):
            for inner in error.exceptions:
                yield from (f"  | {line}" for line in whole(inner, chain, seen | {id(error)}))

    def given(exc: Any, value: Any) -> Any:
        error = exc if value is None else value
        if error is not None and not isinstance(error, BaseException):
            raise TypeError(f"Exception expected for value, {type(error).__name__} found")
        return error

    def format_exception(
        exc: Any, /, value: Any = None, tb: Any = None, limit: Any = None, chain: bool = True
    ) -> list[str]:
        error = given(exc, value)
        return ["NoneType: None\n"] if error is None else list(whole(error, chain, frozenset()))

    def format_exception_only(exc: Any, /, value: Any = None) -> list[str]:
        error = given(exc, value)
        return ["NoneType: None\n"] if error is None else list(only(error))

    def format_exc(limit: Any = None, chain: bool = True) -> str:
        return "".join(format_exception(sys.exception(), chain=chain))

    def print_exc(limit: Any = None, file: Any = None, chain: bool = True) -> None:
        print_exception(sys.exception(), file=file, chain=chain)

    def print_exception(
        exc: Any,
        /,
        value: Any = None,
        tb: Any = None,
        limit: Any = None,
        file: Any = None,
        chain: bool = True,
    ) -> None:
        # There is no standard error here: what is printed is what is seen.
        text = "".join(format_exception(exc, value, chain=chain))
        guards.globals["$b_print"](text, end="", file=file)

    return {
        traceback.format_exc: format_exc,
        traceback.print_exc: print_exc,
        traceback.format_exception: format_exception,
        traceback.format_exception_only: format_exception_only,
        traceback.print_exception: print_exception,
    }
