"""What agent code gets in place of pandas members that can do too much.

- ``agg``, ``aggregate``, ``apply``, ``transform`` look a method up by its name, and ``"to_csv"`` is a
  name too: here a name is one of :data:`METHODS`. Functions are welcome as ever.
- ``query`` and ``eval`` read variables out of the caller's frame: here an expression is made of
  columns, constants and operators.
- ``to_csv`` and its kin write files: here they return text, or fill an ``io.StringIO``.
- ``itertuples`` makes a new class per frame: here every row is a :class:`Row`.
"""

from __future__ import annotations

import ast
import functools
import io
import re
import types
from collections.abc import Iterator
from typing import Any, NoReturn

from agex.errors import TypeRefused, ValueRefused
from agex.policy import prints

METHODS = frozenset(
    """
    abs all any argmax argmin bfill ceil clip corr count cov cumcount cummax cummin cumprod cumsum
    describe diff exp expm1 ffill fillna first floor head idxmax idxmin interpolate isna isnull
    kurt kurtosis last log log10 log1p log2 max mean median min mode ngroup nlargest
    notna notnull nsmallest nth nunique ohlc pct_change prod product ptp quantile rank round sem
    shift sign size skew sqrt square std sum tail unique value_counts var
    """.split()
)

ENGINES = frozenset({"python", "cython"})


# ---------------------------------------------------------------- functions by name


def clean(called: str, function: Any) -> Any:
    """The function, or names of computations, as exact builtin types.

    A ``str`` subclass may lie about being equal, a callable may also be iterable: pandas would
    then read names out of it that nobody has seen here.
    """
    if function is None:
        return None
    if isinstance(function, str):
        name = str.__str__(function)
        if name not in METHODS:
            raise ValueRefused(
                f"{called}({name!r}): a name here is a computation such as 'sum', 'mean' or "
                "'nunique'; for anything else give a function: lambda column: …"
            )
        return name
    if type(function) is dict:
        return {key: clean(called, value) for key, value in function.items()}
    if type(function) in (list, tuple):
        return type(function)(clean(called, value) for value in function)
    if type(function) in _FUNCTIONS or isinstance(function, type):
        return function
    if type(function).__module__.partition(".")[0] == "numpy" and callable(function):
        return function
    if callable(function):

        def wrapped(*args: Any, **kwargs: Any) -> Any:
            return function(*args, **kwargs)

        return wrapped
    raise TypeRefused(
        f"{called}() takes a function, a name such as 'sum', or a list or dict of them, not a "
        f"{type(function).__name__}"
    )


_FUNCTIONS = (
    types.FunctionType, types.BuiltinFunctionType, types.MethodType, types.MethodDescriptorType,
    functools.partial,
)  # fmt: skip


def _named(called: str, value: Any) -> Any:
    """``("price", "sum")`` or ``NamedAgg("price", "sum")``, its function cleaned."""
    if isinstance(value, tuple):
        column, function, *rest = value
        if rest:
            raise TypeRefused(f"{called}(name=…): give (column, function)")
        return column, clean(called, function)
    return clean(called, value)


def _engine(called: str, options: dict[str, Any]) -> None:
    """An engine compiles code or runs it elsewhere; the plain ones remain."""
    engine = options.get("engine")
    if engine is not None and (type(engine) is not str or engine not in ENGINES):
        raise ValueRefused(f"{called}(engine=…): leave the engine out")


def of_pandas(called: str, target: Any) -> Any:
    """The object, when it is one of pandas: the real method is looked up on it by name."""
    if not any(cls.__module__.partition(".")[0] == "pandas" for cls in type(target).__mro__):
        raise TypeRefused(f"{called}() is for objects of pandas, not for a {type(target).__name__}")
    return target


def _call(name: str, target: Any, func: Any, args: tuple[Any, ...], options: dict[str, Any]) -> Any:
    _engine(name, options)
    of_pandas(name, target)
    if func is None:  # named aggregation: total=("price", "sum")
        options = {
            key: value if key in _PLAIN_OPTIONS else _named(name, value)
            for key, value in options.items()
        }
        return getattr(target, name)(**options)
    return getattr(target, name)(clean(name, func), *args, **options)


_PLAIN_OPTIONS = frozenset({"axis", "engine", "engine_kwargs"})


def agg(self: Any, func: Any = None, *args: Any, **options: Any) -> Any:
    """Aggregate with functions, names such as ``'sum'``, or ``total=('column', 'sum')``."""
    return _call("agg", self, func, args, options)


def aggregate(self: Any, func: Any = None, *args: Any, **options: Any) -> Any:
    """Aggregate with functions, names such as ``'sum'``, or ``total=('column', 'sum')``."""
    return _call("aggregate", self, func, args, options)


def apply(self: Any, func: Any, *args: Any, **options: Any) -> Any:
    """Apply a function, or a computation by name such as ``'sum'``."""
    return _call("apply", self, func, args, options)


def transform(self: Any, func: Any, *args: Any, **options: Any) -> Any:
    """Transform with a function, or a computation by name such as ``'rank'``."""
    return _call("transform", self, func, args, options)


def pivot_table(data: Any, *args: Any, **options: Any) -> Any:
    """``pivot_table`` whose ``aggfunc`` is a function or a computation by name."""
    import pandas as pd

    args, options = _aggfunc("pivot_table", args, options)
    return pd.pivot_table(data, *args, **options)


def crosstab(index: Any, columns: Any, *args: Any, **options: Any) -> Any:
    """``crosstab`` whose ``aggfunc`` is a function or a computation by name."""
    import pandas as pd

    args, options = _aggfunc("crosstab", args, options)
    return pd.crosstab(index, columns, *args, **options)


def _aggfunc(
    called: str, args: tuple[Any, ...], options: dict[str, Any]
) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """The arguments with ``aggfunc`` cleaned; it is the fourth after the data in both functions."""
    if len(args) > 3:
        args = (*args[:3], clean(called, args[3]), *args[4:])
    if "aggfunc" in options:
        options = {**options, "aggfunc": clean(called, options["aggfunc"])}
    return args, options


# ---------------------------------------------------------------- expressions

_BACKTICKS = re.compile(r"`[^`]*`")
_PLAIN_NODES = (
    ast.Expression, ast.BoolOp, ast.And, ast.Or, ast.UnaryOp, ast.Not, ast.USub, ast.UAdd,
    ast.Invert, ast.BinOp, ast.Add, ast.Sub, ast.Mult, ast.Div, ast.FloorDiv, ast.Mod, ast.BitAnd,
    ast.BitOr, ast.Compare, ast.Eq, ast.NotEq, ast.Lt, ast.LtE, ast.Gt, ast.GtE, ast.In, ast.NotIn,
    ast.Name, ast.Load, ast.Constant, ast.List, ast.Tuple,
)  # fmt: skip


def check_expression(called: str, text: Any) -> None:
    """Columns, constants, comparisons, arithmetic, and/or/not: nothing that calls or looks up."""
    if type(text) is not str:
        raise TypeRefused(f"{called}() takes a string, not a {type(text).__name__}")
    instead = "write df[df['column'] > value] instead"
    if "@" in text:
        raise ValueRefused(f"{called}({text!r}): variables with @ are not offered here; {instead}")
    try:
        tree = ast.parse(_BACKTICKS.sub("column", text).strip(), mode="eval")
    except (SyntaxError, ValueError, RecursionError, MemoryError) as wrong:
        raise ValueRefused(f"{called}({text!r}): {wrong}; {instead}") from None
    for node in ast.walk(tree):
        if not isinstance(node, _PLAIN_NODES):
            what = type(node).__name__.lower()
            raise ValueRefused(f"{called}({text!r}): a {what} is not offered here; {instead}")


def query(self: Any, expr: str, **options: Any) -> Any:
    """The rows for which an expression over the columns holds."""
    check_expression("query", expr)
    return of_pandas("query", self).query(expr, local_dict={}, global_dict={})


def evaluate(self: Any, expr: str, **options: Any) -> Any:
    """The value of an expression over the columns, or with ``name = …`` a frame that has it."""
    name, equals, body = expr.partition("=") if type(expr) is str else ("", "", expr)
    if equals and name.strip().isidentifier() and not body.startswith("="):
        check_expression("eval", body)
    else:
        check_expression("eval", expr)
    return of_pandas("eval", self).eval(expr, local_dict={}, global_dict={})


def no_eval(*args: Any, **options: Any) -> NoReturn:
    """Refuse ``pd.eval``: it looks variables up in the caller's frame."""
    raise ValueRefused("pd.eval() is not offered here: write the expression itself")


# ---------------------------------------------------------------- text


def _text(self: Any, name: str, target: Any, options: dict[str, Any]) -> Any:
    if target is not None and type(target) is not io.StringIO:
        raise ValueRefused(
            f"{name}() returns text here, or fills an io.StringIO; files are not offered: "
            f"text = df.{name}()"
        )
    of_pandas(name, self)
    options.pop("storage_options", None)
    options.pop("compression", None)
    if target is None:
        return getattr(self, name)(**options)
    return getattr(self, name)(target, **options)


def to_csv(self: Any, path_or_buf: io.StringIO | None = None, **options: Any) -> str | None:
    """The data as CSV text."""
    return _text(self, "to_csv", path_or_buf, options)  # type: ignore[no-any-return]


def to_json(self: Any, path_or_buf: io.StringIO | None = None, **options: Any) -> str | None:
    """The data as JSON text."""
    return _text(self, "to_json", path_or_buf, options)  # type: ignore[no-any-return]


def to_string(self: Any, buf: io.StringIO | None = None, **options: Any) -> str | None:
    """The data as a table of text, nothing left out."""
    return _text(self, "to_string", buf, options)  # type: ignore[no-any-return]


def to_html(self: Any, buf: io.StringIO | None = None, **options: Any) -> str | None:
    """The data as an HTML table."""
    return _text(self, "to_html", buf, options)  # type: ignore[no-any-return]


def to_markdown(self: Any, buf: io.StringIO | None = None, **options: Any) -> str | None:
    """The data as a Markdown table."""
    return _text(self, "to_markdown", buf, options)  # type: ignore[no-any-return]


@prints
def info(self: Any, verbose: Any = None, buf: Any = None, **options: Any) -> str:
    """Print a summary of the frame, or write it into an ``io.StringIO``."""
    text = io.StringIO()
    of_pandas("info", self).info(verbose=verbose, buf=text, **options)
    if buf is None:
        return text.getvalue()
    if type(buf) is not io.StringIO:
        raise TypeRefused(f"info(buf=…) takes an io.StringIO here, not a {type(buf).__name__}")
    buf.write(text.getvalue())
    return ""


_READING = frozenset(
    """sep delimiter header names index_col usecols dtype skiprows nrows na_values keep_default_na
    parse_dates date_format dayfirst thousands decimal comment quotechar escapechar
    skipinitialspace skip_blank_lines true_values false_values on_bad_lines""".split()
)


def read_csv(filepath_or_buffer: io.StringIO, **options: Any) -> Any:
    """``pd.read_csv`` of text in memory: ``pd.read_csv(io.StringIO(text))``."""
    import pandas as pd

    if type(filepath_or_buffer) is not io.StringIO:
        raise TypeRefused(
            "read_csv() reads an io.StringIO here, not a "
            f"{type(filepath_or_buffer).__name__}: files are not offered"
        )
    left_out = sorted(options.keys() - _READING)
    if left_out:
        raise TypeRefused(f"read_csv({left_out[0]}=…) is not offered here")
    return pd.read_csv(filepath_or_buffer, **options)


# ---------------------------------------------------------------- rows


class Row(tuple[Any, ...]):
    """A row of a frame: a tuple whose values have the columns' names as well."""

    def __new__(cls, values: Any, names: tuple[str, ...], shown: str = "Pandas") -> Row:
        row = super().__new__(cls, values)
        row.__dict__.update(zip(names, row, strict=True))
        row.__dict__["_fields"] = names
        row.__dict__["_shown"] = shown
        return row

    def __repr__(self) -> str:
        pairs = ", ".join(f"{name}={self.__dict__[name]!r}" for name in self.__dict__["_fields"])
        return f"{self.__dict__['_shown']}({pairs})"

    def _asdict(self) -> dict[str, Any]:
        return dict(zip(self.__dict__["_fields"], self, strict=True))

    def _replace(self, **changes: Any) -> Row:
        names = self.__dict__["_fields"]
        values = [changes.pop(name, value) for name, value in zip(names, self, strict=True)]
        if changes:
            raise ValueError(f"Got unexpected field names: {[*changes]!r}")
        return Row(values, names, self.__dict__["_shown"])

    def __reduce__(self) -> tuple[Any, ...]:
        return Row, (tuple(self), self.__dict__["_fields"], self.__dict__["_shown"])


def itertuples(self: Any, index: bool = True, name: str | None = "Pandas") -> Iterator[Any]:
    """The rows one by one: ``row.column`` or ``row[1]``."""
    of_pandas("itertuples", self)
    if name is None:
        yield from self.itertuples(index=index, name=None)
        return
    names = ["Index"] * index + [str(column) for column in self.columns]
    usable = tuple(
        column if column.isidentifier() and not column.startswith("_") else f"_{place}"
        for place, column in enumerate(names)
    )
    for values in self.itertuples(index=index, name=None):
        yield Row(values, usable, name)
