"""Tables and columns: shape, the exact column names, types, missing values and the first rows.

Names are written with ``repr``, as a leading space is the most common reason for a ``KeyError``. Cells
go through the walk, since a cell may hold an object of any class. A lazy frame is never computed.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Sequence
from typing import Any

from agex.render.budget import clip, plural
from agex.render.builtin_values import items_text
from agex.render.classes import is_importable, type_name
from agex.render.walk import Child, register_renderer

HEAD_ROWS = 5
COUNT_CELLS = 2_000_000
"""Up to this many cells missing values are counted, which reads all of them."""

_CELL_CHARS = 30
_HEAD_COLUMNS = 20
_NAMED_COLUMNS = 200


def _pandas_frame(value: Any, budget: int, child: Child) -> str:
    rows, width = value.shape
    lazy_labels = list(value.columns[:_NAMED_COLUMNS])
    dtypes = [str(dtype) for dtype in value.dtypes.iloc[:_NAMED_COLUMNS]]
    missing: Sequence[int] = ()
    if 0 < rows * width <= COUNT_CELLS:
        missing = [int(n) for n in value.iloc[:, :_NAMED_COLUMNS].isna().sum()]
    shown = value.iloc[:HEAD_ROWS, :_HEAD_COLUMNS]
    columns = [shown.iloc[:, i].tolist() for i in range(shown.shape[1])]
    index = _pandas_index(value.index, child)
    labels = [child(label, 24) for label in value.index[:HEAD_ROWS].tolist()]
    return _frame(
        f"DataFrame {plural(rows, 'row')} × {plural(width, 'column')}{index}",
        lazy_labels, dtypes, missing, width, columns, labels, rows, budget, child,
    )  # fmt: skip


def _pandas_index(index: Any, child: Child) -> str:
    if type_name(type(index)) == "RangeIndex":
        return ""
    names = [name for name in index.names if name is not None]
    label = f" {', '.join(child(name, 40) for name in names)}" if names else ""
    return f", index{label} {type_name(type(index))} {getattr(index, 'dtype', '')}".rstrip()


def _polars_frame(value: Any, budget: int, child: Child) -> str:
    rows, width = value.shape
    labels = value.columns[:_NAMED_COLUMNS]
    dtypes = [str(dtype) for dtype in value.dtypes[:_NAMED_COLUMNS]]
    missing: Sequence[int] = ()
    if 0 < rows * width <= COUNT_CELLS:
        missing = list(value.null_count().row(0))[:_NAMED_COLUMNS]
    shown = value.head(HEAD_ROWS)
    columns = [shown.to_series(i).to_list() for i in range(min(width, _HEAD_COLUMNS))]
    return _frame(
        f"polars DataFrame {plural(rows, 'row')} × {plural(width, 'column')}",
        labels, dtypes, missing, width, columns, None, rows, budget, child,
    )  # fmt: skip


def _frame(
    head: str,
    labels: Sequence[Any],
    dtypes: Sequence[str],
    missing: Sequence[int],
    width: int,
    columns: Sequence[Sequence[Any]],
    index: Sequence[str] | None,
    rows: int,
    budget: int,
    child: Child,
) -> str:
    names = [child(label, 60) for label in labels]
    described = []
    for position, name in enumerate(names):
        nulls = missing[position] if position < len(missing) else 0
        described.append(f"{name} {dtypes[position]}" + (f" ({nulls:,} null)" if nulls else ""))
    # Half of the room at most for the columns: without the first rows their values are a guess.
    listing = _listed(described, width, max(80, (budget - len(head)) // 2))
    text = f"{head}\n columns: {listing}"
    room = budget - len(text) - 1
    if not rows or not columns or room < 40:
        return clip(text, budget)
    table = _table(names, columns, index, room, child)
    return f"{text}\n{table}" if table else text


def _listed(parts: Sequence[str], count: int, room: int) -> str:
    used: list[str] = []
    left = room
    for part in parts:
        if len(part) + 2 > left - 16:
            break
        used.append(part)
        left -= len(part) + 2
    if len(used) < count:
        used.append(f"… +{count - len(used):,} more")
    return ", ".join(used)


def _table(
    names: Sequence[str],
    columns: Sequence[Sequence[Any]],
    index: Sequence[str] | None,
    room: int,
    child: Child,
) -> str:
    """The first rows, aligned, as many columns and rows as there is room for."""
    rows = len(columns[0])
    grid = [["", *index]] if index is not None else []
    for name, cells in zip(names, columns, strict=False):
        grid.append([name, *(_cell(cell, child) for cell in cells)])
    while len(grid) > 1:
        widths = [max(map(len, column)) for column in grid]
        line = sum(widths) + 2 * len(widths)
        if line * 2 <= room and line <= 200:
            break
        grid.pop()
    widths = [max(map(len, column)) for column in grid]
    lines: list[str] = []
    for row in range(rows + 1):
        cells_of_row = (column[row].rjust(size) for column, size in zip(grid, widths, strict=True))
        lines.append((" " + "  ".join(cells_of_row)).rstrip())
    while lines and sum(map(len, lines)) + len(lines) > room:
        lines.pop()
    return "\n".join(lines) if len(lines) > 1 else ""


def _cell(value: Any, child: Child) -> str:
    if type(value) is float:
        return f"{value:.10g}"
    if type(value) is datetime.date or type_name(type(value)) in ("Timestamp", "datetime"):
        return _moment(value, child)
    if type(value) is str:
        # Quotes only where they show something: space at an end, an empty text, a line break.
        plain = value == value.strip() and value and value.isprintable()
        return clip(value, _CELL_CHARS) if plain else child(value, _CELL_CHARS)
    return child(value, _CELL_CHARS)


def _moment(value: Any, child: Child) -> str:
    """``2024-01-31`` or ``2024-01-31 14:30:00``: in a column of dates the type is known already."""
    text = child(value, 80)
    if is_importable(type(value)) and getattr(value, "tzinfo", None) is None:
        return str(value).removesuffix(" 00:00:00")
    return clip(text, _CELL_CHARS)


def _pandas_series(value: Any, budget: int, child: Child) -> str:
    head = f"Series of {value.size:,} {value.dtype}"
    if value.name is not None:
        head += f", name={child(value.name, 60)}"
    if 0 < value.size <= COUNT_CELLS:
        nulls = int(value.isna().sum())
        head += f", {nulls:,} null" if nulls else ""
    if type_name(type(value.index)) == "RangeIndex":
        return _with_items(head, value.iloc[:50].tolist(), value.size, budget, child)
    shown = value.iloc[:50]
    pairs = dict(zip(shown.index.tolist(), shown.tolist(), strict=True))
    if len(pairs) < len(shown):  # labels that occur twice
        return _with_items(head, shown.tolist(), value.size, budget, child)
    return f"{head}: {child(pairs, max(4, budget - len(head) - 2))}"


def _pandas_index_value(value: Any, budget: int, child: Child) -> str:
    head = f"{type_name(type(value))} of {value.size:,} {getattr(value, 'dtype', '')}".rstrip()
    return _with_items(head, value[:50].tolist(), value.size, budget, child)


def _polars_series(value: Any, budget: int, child: Child) -> str:
    head = f"polars Series of {value.len():,} {value.dtype}, name={child(value.name, 60)}"
    nulls = value.null_count()
    head += f", {nulls:,} null" if nulls else ""
    return _with_items(head, value.head(50).to_list(), value.len(), budget, child)


def _with_items(head: str, items: Iterable[Any], count: int, budget: int, child: Child) -> str:
    room = budget - len(head) - 4
    if not count or room < 12:
        return head
    return f"{head}: [{items_text(items, count, room, child)}]"


def _lazy(value: Any, budget: int, child: Child) -> str:
    return f"{type_name(type(value))}, not computed yet"


def _written(value: Any, budget: int, child: Child) -> str:
    return repr(value)


register_renderer("pandas:DataFrame", _pandas_frame)
register_renderer("pandas:Series", _pandas_series)
register_renderer("pandas:Index", _pandas_index_value)
for _name in ("Timestamp", "Timedelta", "Period", "Interval", "NAType", "NaTType"):
    register_renderer(f"pandas:{_name}", _written)
register_renderer("polars:DataFrame", _polars_frame)
register_renderer("polars:Series", _polars_series)
register_renderer("polars:LazyFrame", _lazy)
register_renderer("dask:DataFrame", _lazy)
register_renderer("dask:Series", _lazy)
register_renderer("pyspark:DataFrame", _lazy)
