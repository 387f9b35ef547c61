"""Short tracebacks: the agent's own lines, with what stood there and what went wrong.

Source of agent code is registered with ``linecache``, so that ``inspect.getsource`` and the host's own
tracebacks find it too.
"""

from __future__ import annotations

import builtins
import itertools
import linecache
import re
import threading
from types import TracebackType
from typing import Any

from agex.errors import AttributeRefused, Refusal, did_you_mean
from agex.sandbox import tables
from agex.sandbox.guards import Guards
from agex.sandbox.origin import is_agent_class

_PREFIX = "<agex:"
_numbers = itertools.count(1)
_lock = threading.Lock()
_MOST_FRAMES = 6


def register(source: str) -> str:
    """A new file name under which tracebacks and ``inspect`` find this source."""
    with _lock:
        name = f"{_PREFIX}{next(_numbers)}>"
    lines = source.splitlines(keepends=True)
    if lines and not lines[-1].endswith("\n"):
        lines[-1] += "\n"
    linecache.cache[name] = (len(source), None, lines, name)
    return name


def forget(name: str) -> None:
    """Drop a source that nothing refers to any more."""
    linecache.cache.pop(name, None)


def is_agent_file(name: str) -> bool:
    """True for the file names given out by :func:`register`."""
    return name.startswith(_PREFIX)


def agent_frames(traceback: TracebackType | None) -> list[tuple[str, int, str]]:
    """``(file, line, function)`` for each frame of agent code, outermost first."""
    found: list[tuple[str, int, str]] = []
    while traceback is not None:
        code = traceback.tb_frame.f_code
        if is_agent_file(code.co_filename):
            found.append((code.co_filename, traceback.tb_lineno, code.co_name))
        traceback = traceback.tb_next
    return found


def line_of(error: BaseException) -> int | None:
    """The line of the newest agent source that the error came through."""
    frames = agent_frames(error.__traceback__)
    if frames or is_agent_class(type(error)):
        return frames[0][1] if frames else None
    return getattr(error, "lineno", None)


def short(error: BaseException, guards: Guards, source: str) -> str:
    """The text a model reads: frames of its own code, type, message, hint.

    An error of the agent's own class may answer any question by raising; that never gets out of here.
    """
    try:
        return _short(error, guards, source)
    except (KeyboardInterrupt, SystemExit):
        raise  # the person's own: agent code only has namesakes of them
    except BaseException as failed:
        return f"{_name(error)[:200]}: <no message: {_name(failed)[:200]}>"


def _short(error: BaseException, guards: Guards, source: str) -> str:
    lines: list[str] = []
    if (
        isinstance(error, SyntaxError)
        and not isinstance(error, Refusal)
        and type(error.lineno) is int
    ):
        text = _source_line(source, error.lineno)
        lines.append(f"line {error.lineno}: {text}")
        said = error.msg if type(error.msg) is str else _message(error, guards)
        lines.append(f"{type(error).__name__}: {said}")
        return "\n".join(lines)
    cause = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if isinstance(cause, Exception) and agent_frames(cause.__traceback__):
        lines.append(f"{_name(cause)}: {_message(cause, guards)}".rstrip(": "))
        lines.append(
            "which caused" if error.__cause__ is not None else "and while that was handled"
        )
    frames = agent_frames(error.__traceback__)
    if len(frames) > _MOST_FRAMES:
        shown: list[Any] = [*frames[:3], None, *frames[-2:]]
    else:
        shown = list(frames)
    for frame in shown:
        if frame is None:
            lines.append(f"  … {len(frames) - 5} more")
            continue
        file, line, function = frame
        where = "" if function == "<module>" else f", in {function}"
        text = linecache.getline(file, line).strip()
        lines.append(f"line {line}{where}: {text}")
    message = _message(error, guards)
    hint = hint_for(error, guards)
    lines.append(f"{_name(error)}: {message}{hint}" if message or hint else _name(error))
    if isinstance(error, BaseExceptionGroup):
        for inner in error.exceptions[:5]:
            lines.append(f"  - {_name(inner)}: {_message(inner, guards)}")
    notes = getattr(error, "__notes__", None)
    for note in notes[:10] if type(notes) is list else ():
        if type(note) is str:
            lines.append(note[:1000])
    return "\n".join(lines)


def _source_line(source: str, number: int) -> str:
    lines = source.splitlines()
    return lines[number - 1].strip() if 0 < number <= len(lines) else ""


PLAIN_NAMES = {
    "AttributeRefused": "AttributeError",
    "NameRefused": "NameError",
    "ImportRefused": "ImportError",
    "ModuleRefused": "ModuleNotFoundError",
    "TypeRefused": "TypeError",
    "SizeRefused": "ValueError",
    "SyntaxRefused": "SyntaxError",
    "LimitReached": "Stopped",
}


def _name(error: BaseException) -> str:
    """The type's name as the model knows it: refusals are what Python would have raised."""
    name = type(error).__name__
    return PLAIN_NAMES.get(name, name[:200])


def message(error: BaseException, guards: Guards) -> str:
    """The words of an error within the policy, of a bounded length."""
    return _message(error, guards)


def _message(error: BaseException, guards: Guards) -> str:
    try:
        text = guards.texts.exception(error)
    except Exception as failed:  # the message of an agent's own __str__ may fail in any way
        return f"<no message: {type(failed).__name__}>"
    return text if len(text) <= 2000 else text[:2000] + " …"


_MISSING_NAME = re.compile(r"name '(\w+)' is not defined")


def hint_for(error: BaseException, guards: Guards) -> str:
    """The nearest name, where Python itself would offer one only to a terminal."""
    if isinstance(error, Refusal):
        return ""
    if isinstance(error, NameError) and type(error) in (NameError, UnboundLocalError):
        name = getattr(error, "name", None)
        if name is None:
            match = _MISSING_NAME.search(str(error))
            name = match.group(1) if match else None
        if name is None or type(error) is UnboundLocalError:
            return ""
        importer = guards.globals.get("$importer")
        if importer is not None and importer.knows(name):
            return f". Did you forget 'import {name}'?"
        if importer is not None and (len(name) > 3 or name[:1].isupper()):
            if (module := importer.home_of(name)) is not None:
                return f". Did you forget 'from {module} import {name}'?"
        known = [
            *(n for n in guards.globals if "$" not in n),
            *tables.OFFERED,
            *(n for n in vars(builtins) if n in tables.EXCEPTIONS),
        ]
        return did_you_mean(name, known).replace(" Did", ". Did", 1)
    if isinstance(error, AttributeError) and not isinstance(error, AttributeRefused):
        name, owner = getattr(error, "name", None), getattr(error, "obj", None)
        if type(name) is str and (other := _elsewhere(type(owner), name)):
            return f". Did you mean {other}?"
        if type(name) is str and owner is not None and "Did you mean" not in str(error):
            known = [*guards.decisions.known_members(type(owner))]
            held = getattr(owner, "__dict__", None)
            if type(held) is dict:
                known.extend(k for k in held if type(k) is str)
            return did_you_mean(name, known).replace(" Did", ". Did", 1)
    return ""


#: Names of other languages, of older versions or of another type, and what to write.
_ELSEWHERE: dict[str, dict[str, str]] = {
    "list": {"add": "append(x)", "push": "append(x)", "length": "len(…)", "size": "len(…)"},
    "set": {"append": "add(x)", "push": "add(x)", "length": "len(…)", "size": "len(…)"},
    "tuple": {"append": "(*t, x)", "length": "len(…)"},
    "dict": {
        "has_key": "key in d", "has": "key in d", "iteritems": "items()", "add": "d[key] = x",
        "append": "d[key] = x", "length": "len(…)", "size": "len(…)",
    },
    "str": {
        "length": "len(…)", "len": "len(…)", "size": "len(…)", "contains": "x in s",
        "includes": "x in s", "trim": "strip()", "substring": "s[start:stop]",
        "append": "s + x",
    },
    "DataFrame": {"append": "pd.concat([df, other])", "ix": "df.loc[…] or df.iloc[…]"},
    "Series": {"append": "pd.concat([s, other])", "ix": "s.loc[…] or s.iloc[…]"},
    "generator": {"next": "next(g)", "length": "sum(1 for _ in g)"},
    "ndarray": {"append": "np.append(a, x)", "length": "len(…)", "len": "len(…)"},
}  # fmt: skip


def _elsewhere(cls: type, name: str) -> str | None:
    """What to write for a name that nobody defines on this well-known type."""
    known = cls.__module__.partition(".")[0] in ("builtins", "pandas", "numpy")
    return _ELSEWHERE.get(cls.__name__, {}).get(name) if known else None
