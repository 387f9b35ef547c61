"""How numbers and tables are written, as one session wants it: ``np.set_printoptions``, ``pd.set_option``.

The real settings belong to the whole program. numpy's hold for a context of execution, so those of a
session are put in place while one of its actions runs. Those of pandas hold for the process: here they
are arguments of the text that agent code sees.
"""

from __future__ import annotations

import contextlib
import re
import sys
from collections.abc import Iterator
from contextvars import ContextVar, Token
from typing import Any

from agex.errors import ValueRefused, did_you_mean
from agex.sandbox.origin import mark

#: The guards of a session, which hold a ``Display`` and so cannot be named in this file.
Guards = Any

#: Options of pandas → the argument of ``to_string`` that does the same.
_FRAMES = {
    "display.max_rows": "max_rows",
    "display.min_rows": "min_rows",
    "display.max_columns": "max_cols",
    "display.max_colwidth": "max_colwidth",
    "display.show_dimensions": "show_dimensions",
    "display.float_format": "float_format",
    "display.width": "line_width",
    "display.expand_frame_repr": "line_width",
}
_SERIES = {
    "display.max_rows": "max_rows",
    "display.min_rows": "min_rows",
    "display.show_dimensions": "length",
    "display.float_format": "float_format",
}
_MISSING: Any = object()

#: The settings of the session whose action runs in this thread, or task.
_RUNNING: ContextVar[Display | None] = ContextVar("running", default=None)


class Display:
    """The settings of one session; a context manager for each of its actions."""

    __slots__ = ("_before", "_tokens", "arrays", "tables")

    def __init__(self) -> None:
        self.arrays: dict[str, Any] = {}
        self.tables: dict[str, Any] = {}
        self._before: list[dict[str, Any] | None] = []
        self._tokens: list[Token[Display | None]] = []

    def __enter__(self) -> None:
        self._tokens.append(_RUNNING.set(self))
        self._before.append(None)
        if self.arrays:
            self._put(self.arrays)

    def __exit__(self, *details: object) -> None:
        before = self._before.pop()
        if before is not None:
            sys.modules["numpy"].set_printoptions(**before)
        _RUNNING.reset(self._tokens.pop())

    def write_arrays(self, options: dict[str, Any]) -> None:
        """``np.set_printoptions``; outside of an action nothing changes."""
        if _RUNNING.get() is self:
            # What numpy resets where it is left out, as its documentation says.
            self.arrays.update({"formatter": None, **options})
            self._put(self.arrays)

    def _put(self, options: dict[str, Any]) -> None:
        numpy: Any = sys.modules["numpy"]
        if self._before[-1] is None:
            self._before[-1] = numpy.get_printoptions()
        numpy.set_printoptions(**options)

    def text(self, value: Any) -> str | None:
        """``repr`` of a frame or a series under the settings, or None of anything else."""
        pandas: Any = sys.modules["pandas"]
        written = type(value).__repr__
        if written is pandas.DataFrame.__repr__:
            return self._of_frame(value)
        if written is pandas.Series.__repr__:
            given = pandas.io.formats.format.get_series_repr_params()
            given |= {_SERIES[k]: v for k, v in self.tables.items() if k in _SERIES}
            return str(value.to_string(**given))
        return None

    def _of_frame(self, frame: Any) -> str:
        pandas: Any = sys.modules["pandas"]
        given = pandas.io.formats.format.get_dataframe_repr_params()
        tables = dict(self.tables)
        expands = tables.pop("display.expand_frame_repr", _MISSING)
        given |= {_FRAMES[key]: value for key, value in tables.items()}
        if expands is False:
            given["line_width"] = None
        elif expands is True and given["line_width"] is None:
            given["line_width"] = pandas.get_option("display.width")
        return str(frame.to_string(**given))


def twins(guards: Guards) -> dict[Any, Any]:
    """``{function of numpy or pandas: the same for one session}``"""
    found: dict[Any, Any] = {}
    if guards.policy.module("numpy") is not None and "numpy" in sys.modules:
        found |= _of_numpy(guards)
    if guards.policy.module("pandas") is not None and "pandas" in sys.modules:
        found |= _of_pandas(guards)
    return found


def _of_numpy(guards: Guards) -> dict[Any, Any]:
    numpy: Any = sys.modules["numpy"]

    def set_printoptions(*args: Any, **options: Any) -> None:
        given = dict(zip(_ARRAYS, args, strict=False)) | options
        if unknown := [name for name in given if name not in _ARRAYS]:
            raise TypeError(f"set_printoptions() got an unexpected keyword argument {unknown[0]!r}")
        _check_formatter(guards, given)
        guards.display.write_arrays({k: v for k, v in given.items() if v is not None})

    return {numpy.set_printoptions: set_printoptions}


_ARRAYS = (
    "precision", "threshold", "edgeitems", "linewidth", "suppress", "nanstr", "infstr",
    "formatter", "sign", "floatmode",
)  # fmt: skip


def _check_formatter(guards: Guards, options: dict[str, Any]) -> None:
    formatter = options.get("formatter")
    if formatter is not None:
        pairs = dict(guards.mapping(formatter))
        options["formatter"] = {key: guards.call(value) for key, value in pairs.items()}


def _of_pandas(guards: Guards) -> dict[Any, Any]:
    pandas: Any = sys.modules["pandas"]
    tables = guards.display.tables

    def set_option(*pairs: Any) -> None:
        for key, value in _options(pairs):
            tables[key] = _checked(guards, key, value)
        guards.texts.tables = guards.display.text if tables else None

    def get_option(pat: str) -> Any:
        key = _option(pat)
        return tables[key] if key in tables else pandas.get_option(key)

    def reset_option(pat: str) -> None:
        for key in [*tables] if pat == "all" else [k for k in tables if re.search(pat, k)]:
            del tables[key]
        set_option()

    @contextlib.contextmanager
    def option_context(*pairs: Any) -> Iterator[None]:
        before = dict(tables)
        set_option(*pairs)
        try:
            yield
        finally:
            tables.clear()
            tables.update(before)
            set_option()

    def holder(members: dict[str, Any]) -> Any:
        return mark(type("DictWrapper", (), {"__slots__": (), "__module__": "pandas", **members}))()

    def option(key: str) -> property:
        return property(lambda _: get_option(key), lambda _, value: set_option(key, value))

    display = holder({key.removeprefix("display."): option(key) for key in _FRAMES})
    return {
        pandas.set_option: set_option,
        pandas.get_option: get_option,
        pandas.reset_option: reset_option,
        pandas.option_context: option_context,
        pandas.options: holder({"display": property(lambda _: display)}),
    }


def _options(pairs: tuple[Any, ...]) -> list[tuple[str, Any]]:
    if len(pairs) == 1 and type(pairs[0]) is dict:
        pairs = tuple(part for pair in pairs[0].items() for part in pair)
    if len(pairs) % 2:
        raise ValueError("Must provide an even number of non-keyword arguments")
    return [(_option(key), value) for key, value in zip(pairs[::2], pairs[1::2], strict=True)]


def _option(pattern: Any) -> str:
    """The option that is meant: its name, or a part of it that no other has."""
    if type(pattern) is not str:
        raise TypeError("the name of an option is a str")
    if pattern in _FRAMES:
        return pattern
    found = [key for key in _FRAMES if pattern.lower() in key]
    if len(found) != 1:
        raise ValueRefused(_unknown(pattern))
    return found[0]


def _unknown(pattern: str) -> str:
    if "precision" in pattern:
        return (
            "display.precision: write df.round(3), or set display.float_format to '{:.3f}'.format"
        )
    return (
        f"the option {pattern!r} belongs to the whole program.{did_you_mean(pattern, _FRAMES)} "
        f"Of a session are: {', '.join(_FRAMES)}"
    )


def _checked(guards: Guards, key: str, value: Any) -> Any:
    if key == "display.float_format":
        return None if value is None else guards.call(value)
    if key in ("display.expand_frame_repr", "display.show_dimensions"):
        allowed: tuple[Any, ...] = (bool,) if key.endswith("repr") else (bool, str)
    else:
        allowed = (int, type(None))
    if type(value) not in allowed or (type(value) is int and value < 0):
        raise ValueError(f"{key} takes a number or None" if int in allowed else f"{key} is a bool")
    return value
