"""Frames, arrays and tensors are described by shape, names, types and a few rows."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agex.policy import Registry
from agex.render import describe, render_value


@pytest.fixture
def orders() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "id": range(365),
            " amount": [1.5, None] * 182 + [3.25],
            "customer": ["ann", " bob", ""] * 121 + ["carl", "dora"],
            "day": pd.date_range("2024-01-01", periods=365),
        }
    )


def test_a_frame_shows_shape_exact_names_types_nulls_and_head(
    orders: pd.DataFrame, golden: Callable[[str, str], None]
) -> None:
    golden("values/pandas_frame.txt", describe("orders", orders, 2_000))


def test_a_polars_frame_shows_the_same(golden: Callable[[str, str], None]) -> None:
    frame = pl.DataFrame({"a": [1, None, 3], " b": ["x", "y ", ""], "c": [[1], [2, 3], None]})

    golden("values/polars_frame.txt", describe("frame", frame, 2_000))


def test_a_leading_space_in_a_column_name_shows(orders: pd.DataFrame) -> None:
    assert "' amount' float64 (182 null)" in render_value(orders, 2_000)


def test_an_index_with_labels_is_told(orders: pd.DataFrame) -> None:
    assert "index 'customer'" in render_value(orders.set_index("customer"), 2_000)


def test_columns_of_the_same_name_do_no_harm() -> None:
    frame = pd.DataFrame([[1, 2], [3, 4]], columns=["a", "a"])

    assert "'a' int64, 'a' int64" in render_value(frame, 500)


def test_several_levels_of_columns_do_no_harm() -> None:
    columns = pd.MultiIndex.from_tuples([("x", 1), ("y", 2)])
    frame = pd.DataFrame([[1, 2]], columns=columns)

    assert "('x', 1)" in render_value(frame, 500)


def test_a_wide_frame_counts_the_columns_it_does_not_name() -> None:
    frame = pd.DataFrame({f"column {n}": [n] for n in range(2_000)})

    text = render_value(frame, 600)

    assert "2,000 columns" in text
    assert "more" in text


@given(
    rows=st.integers(0, 8),
    columns=st.lists(st.text(max_size=40), max_size=30, unique=True),
    budget=st.integers(0, 900),
)
@settings(max_examples=60, deadline=None)
def test_no_frame_is_longer_than_its_budget(rows: int, columns: list[str], budget: int) -> None:
    frame = pd.DataFrame({name: ["cell of some length"] * rows for name in columns})

    assert len(render_value(frame, budget)) <= budget
    assert len(render_value(pl.from_dict({c: ["x"] * rows for c in columns}), budget)) <= budget


def test_series_and_index_show_size_type_and_first_items(orders: pd.DataFrame) -> None:
    assert render_value(orders["id"], 70).startswith("Series of 365 int64, name='id': [0, 1, 2")
    assert render_value(orders.index, 60).startswith("RangeIndex of 365 int64: [0, 1")
    by_name = orders.groupby("customer")["id"].count()
    assert "'carl': 1" in render_value(by_name, 300)
    assert render_value(pl.Series("s", [1, None]), 100).endswith("name='s', 1 null: [1, None]")


def test_a_lazy_frame_is_not_computed() -> None:
    def explode(frame: pl.DataFrame) -> pl.DataFrame:
        raise AssertionError("it was computed")

    lazy = pl.LazyFrame({"a": [1]}).map_batches(explode)

    assert render_value(lazy, 200) == "LazyFrame, not computed yet"


class Spy:
    """An object in a cell; nobody may look at it."""

    def __repr__(self) -> str:
        raise AssertionError("a cell's repr was run")

    __str__ = __repr__


def test_objects_in_cells_are_shown_like_any_other_value() -> None:
    space: dict[str, Any] = {"Spy": Spy, "__name__": "made_by_an_agent"}
    exec("class Mine(Spy): pass\nvalue = Mine()", space)
    frame = pd.DataFrame({"a": [space["value"]]})
    array = np.array([space["value"], None], dtype=object)

    assert "<Mine object>" in render_value(frame, 300, repr_=lambda v, n: None)
    assert "<Mine object>" in render_value(array, 300, repr_=lambda v, n: None)


# ---------------------------------------------------------------- arrays


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (np.arange(3), "array shape=(3,) dtype=int64, range 0 to 2 [0, 1, 2]"),
        (np.array([]), "array shape=(0,) dtype=float64"),
        (np.array([1.0, np.nan]), "array shape=(2,) dtype=float64, range 1 to 1, 1 nan [ 1., nan]"),
        (np.array([np.nan]), "array shape=(1,) dtype=float64, all nan [nan]"),
        (np.array([True, False]), "array shape=(2,) dtype=bool, 1 true [ True, False]"),
        (np.array(["a", "b"]), "array shape=(2,) dtype=<U1 ['a', 'b']"),
        (np.array([{"a": 1}], dtype=object), "array shape=(1,) dtype=object [{'a': 1}]"),
        (np.float64(1.5), "np.float64(1.5)"),
        (np.int32(3), "np.int32(3)"),
        (np.dtype("f8"), "dtype('float64')"),
        (np.ma.array([1, 2], mask=[0, 1]), "MaskedArray shape=(2,) dtype=int64 [1, None]"),
    ],
)
def test_arrays_show_shape_type_range_and_elements(value: Any, shown: str) -> None:
    assert render_value(value, 300) == shown


@given(
    shape=st.lists(st.integers(0, 7), min_size=0, max_size=4),
    dtype=st.sampled_from(["f8", "i4", "?", "U5", "M8[s]", "O", "c16"]),
    budget=st.integers(0, 500),
)
@settings(max_examples=100, deadline=None)
def test_no_array_is_longer_than_its_budget(shape: list[int], dtype: str, budget: int) -> None:
    assert len(render_value(np.zeros(shape, dtype=dtype), budget)) <= budget


def test_of_a_ten_gigabyte_array_only_metadata_is_touched() -> None:
    unit = np.zeros(1)
    huge = np.lib.stride_tricks.as_strided(unit, shape=(1_250_000_000,), strides=(0,))

    begun = time.perf_counter()
    text = render_value(huge, 300)

    assert time.perf_counter() - begun < 0.5
    assert text.startswith("array shape=(1250000000,) dtype=float64 [0., 0., 0., ..., 0., 0., 0.]")


def test_a_registered_type_is_needed_where_a_policy_decides(orders: pd.DataFrame) -> None:
    registry = Registry()
    nothing = registry.freeze()
    registry.cls(pd.DataFrame)

    assert render_value(orders, 500, policy=nothing) == "<DataFrame object>"
    assert render_value(orders, 500, policy=registry.freeze()).startswith("DataFrame 365 rows")


def test_importing_render_imports_none_of_these_packages() -> None:
    program = (
        "import sys, agex.render as r; r.render_value([1, {'a': 2.0}], 100);"
        "print([m for m in ('numpy','pandas','polars','PIL','matplotlib','plotly','torch','litellm',"
        "'rich','pydantic','asyncio','sqlite3') if m in sys.modules])"
    )

    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )

    assert done.stdout.strip() == "[]"
