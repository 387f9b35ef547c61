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
from agex.sandbox import kinds, tables, tracebacks
from agex.sandbox.formatting import is_twin
from agex.sandbox.guards import Guards
from agex.sandbox.origin import find, is_agent_class, is_agent_function, mro_of, own_dict

Table = dict[Any, Callable[..., Any]]

_CACHED = type(functools.lru_cache(lambda: None))


def twins(guards: Guards) -> Table:
    """``{function of inspect or traceback: the same for one session}``"""
    return {**_inspect(guards), **_traceback(guards)}


# ------------------------------------------------------------------ inspect


#: Where ``inspect`` finds another signature than that of the code, on whatever it looks at.
_ELSEWHERE = ("__signature__", "__text_signature__", "_partialmethod", "__partialmethod__")
_CONSTRUCTING = ("__new__", "__init__")


def _is_own(guards: Guards, called: Any, follow: bool = True) -> bool:
    """Whether all that a signature would show was written by agent code.

    ``inspect`` follows what stands on a function or class under names that anybody may set.
    """
    if isinstance(called, type):
        return _is_own_class(guards, called)
    kind = type(called)
    if kind is types.MethodType:
        return _is_own(guards, called.__func__, follow)
    if kind is kinds.OwnPartial:
        return not vars(called) and _is_own(guards, called.func, follow)
    if kind is _CACHED:
        return _is_own(guards, called.__wrapped__) and not any(
            n in vars(called) for n in _ELSEWHERE
        )
    if kind is not types.FunctionType or not _is_written(called):
        return False
    held = called.__dict__
    if not follow:
        held = {name: value for name, value in held.items() if name != "__wrapped__"}
    if "__wrapped__" in held and not _is_own(guards, held["__wrapped__"]):
        return False
    said = [name for name in _ELSEWHERE if name in held]
    return not said or (said == ["__signature__"] and type(held[said[0]]) is inspect.Signature)


def _is_written(function: types.FunctionType) -> bool:
    """Whether agent code wrote this function, or the library for a class of its own."""
    home = function.__globals__.get("__name__")
    generated = home == tables.HOME or (type(home) is str and home.startswith("namedtuple_"))
    return is_agent_function(function) or generated


def _is_own_class(guards: Guards, cls: type) -> bool:
    if not is_agent_class(cls) or not guards.is_pure(cls):
        return False
    meta = find(type(cls), "__call__")
    answers = (find(type(cls), name) for name in ("__getattr__", "__wrapped__", *_ELSEWHERE))
    if meta is None or is_agent_class(meta[0]) or any(f and is_agent_class(f[0]) for f in answers):
        return False
    for base in mro_of(cls):
        if not is_agent_class(base):
            continue
        own = own_dict(base)
        if "__wrapped__" in own or any(name in own for name in _ELSEWHERE):
            return False
        for name in _CONSTRUCTING:
            made = own.get(name)
            made = made.__func__ if type(made) is staticmethod else made
            if made is not None and not _is_own(guards, made):
                return False
    return True


def _own_signature(guards: Guards, called: Any, follow: bool = True) -> inspect.Signature | None:
    """The signature of a thing of the agent's, or None where it would show somebody else's."""
    kind = type(called)
    if is_agent_class(kind) and not isinstance(called, type):
        found = find(kind, "__call__")
        if found is None or not is_agent_class(found[0]) or not guards.is_pure(kind):
            return None
        method = found[1]
        called = (
            method.__func__ if type(method) is staticmethod else types.MethodType(method, called)
        )
    return (
        inspect.signature(called, follow_wrapped=follow)
        if _is_own(guards, called, follow)
        else None
    )


def signature_text(guards: Guards, called: Any) -> str:
    """What stands behind the name of a function or class in its help; "" where that is not to be shown.

    Raises:
        TypeError, ValueError: nobody knows.
    """
    inner = called.__func__ if type(called) is types.MethodType else called
    if is_agent_function(inner) or (isinstance(called, type) and is_agent_class(called)):
        own = _own_signature(guards, called)
        return "" if own is None else guards.texts.signature(own)
    return guards.texts.signature(inspect.signature(called), own=False)


def _inspect(guards: Guards) -> Table:
    def signature(obj: Any, *, follow_wrapped: bool = True) -> inspect.Signature:
        if not callable(obj):
            raise TypeError(f"{guards.texts.repr(obj)} is not a callable object")
        found = _own_signature(guards, obj, bool(follow_wrapped))
        if found is None:
            raise TypeRefused(
                "signature() reads functions and classes of your own; help(f) shows the others"
            )
        return found

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
