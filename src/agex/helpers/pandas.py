"""pandas for agent code: frames, series, indexes, groups, windows, dates.

Left out: what reads or writes files, databases, clipboards and web pages (``read_*``, most of
``to_*``), plotting and styling, options of the whole process. Some members come in a form that
cannot do too much (see ``pandas_standins``): ``agg``, ``apply`` and their kin call any method by its
name, ``query`` and ``eval`` look variables up in the caller's frame, ``to_csv`` writes files.
"""

from __future__ import annotations

import importlib
import types
from functools import cache

from agex.helpers import pandas_standins as standins
from agex.helpers.standins import without_addresses
from agex.helpers.table import Exposed, TypesModule, installed
from agex.policy import Registrar

FILES = (
    # Every reader but read_csv, which reads text in memory here.
    "read_[!c]*", "read_c[!s]*", "read_cs[!v]*", "read_csv?*", "ExcelFile", "ExcelWriter", "HDFStore", "JsonReader", "SASReader", "StataReader",
    "to_clipboard", "to_excel", "to_feather", "to_gbq", "to_hdf", "to_iceberg", "to_latex", "to_orc",
    "to_parquet", "to_pickle", "to_sql", "to_stata", "to_xarray", "to_xml",
)  # fmt: skip

SETTINGS = (
    "describe_option", "set_eng_float_format", "show_versions", "test", "register_*",
)  # fmt: skip

DRAWING = ("plot", "plotting", "hist", "boxplot", "style", "boxplot_frame")

INTERNALS = ("core", "io", "compat", "util", "pandas", "annotations", "ctypes", "base")

DENIED = (*FILES, *SETTINGS, *DRAWING, *INTERNALS)

CALLS_BY_NAME = ("agg", "aggregate", "apply", "transform")

TEXTS = ("to_csv", "to_json", "to_string", "to_html", "to_markdown")


def _by_name(*classes: str) -> dict[str, object]:
    return {f"{cls}.{name}": getattr(standins, name) for cls in classes for name in CALLS_BY_NAME}


def _texts(*classes: str) -> dict[str, object]:
    return {f"{cls}.{name}": getattr(standins, name) for cls in classes for name in TEXTS}


FRAMES = Exposed(
    "pandas",
    deny=(*DENIED, "pandas.eval"),
    instead={
        **_by_name("DataFrame", "Series"),
        **_texts("DataFrame", "Series"),
        "DataFrame.query": standins.query,
        "DataFrame.eval": standins.evaluate,
        "DataFrame.pivot_table": standins.pivot_table,
        "DataFrame.itertuples": standins.itertuples,
        "DataFrame.info": standins.info,
        "Series.info": standins.info,
        "pivot_table": standins.pivot_table,
        "read_csv": standins.read_csv,
        "crosstab": standins.crosstab,
        "eval": standins.no_eval,
    },
)

GROUPS = Exposed(
    "pandas.api.typing",
    deny=(*DENIED, "NoDefault"),
    instead=_by_name(
        "DataFrameGroupBy", "SeriesGroupBy", "Resampler", "Rolling", "Expanding", "Window",
        "ExponentialMovingWindow", "RollingGroupBy", "ExpandingGroupBy",
        "ExponentialMovingWindowGroupBy", "DatetimeIndexResamplerGroupBy",
        "PeriodIndexResamplerGroupBy", "TimedeltaIndexResamplerGroupBy",
    ),
    sealed=("DataFrameGroupBy", "SeriesGroupBy", "Resampler", "Rolling", "Expanding", "Window"),
)  # fmt: skip

PANDAS = (
    FRAMES,
    GROUPS,
    Exposed("pandas.api"),
    Exposed("pandas.tseries"),
    Exposed("pandas.api.types"),
    Exposed("pandas.api.indexers"),
    Exposed("pandas.arrays", deny=DENIED),
    Exposed("pandas.errors"),
    Exposed("pandas.testing"),
    Exposed("pandas.tseries.offsets"),
    Exposed("pandas.tseries.frequencies", include=("to_offset", "infer_freq")),
)

ACCESSORS = {
    "pandas.core.strings.accessor": ("StringMethods",),
    "pandas.core.indexes.accessors": (
        "DatetimeProperties", "TimedeltaProperties", "PeriodProperties", "CombinedDatetimelikeProperties",
    ),
    "pandas.core.arrays.categorical": ("CategoricalAccessor",),
    "pandas.core.arrays.arrow.accessors": ("ListAccessor", "StructAccessor"),
    "pandas.core.arrays.arrow": ("ArrowExtensionArray",),
    "pandas.core.arrays.sparse.accessor": ("SparseAccessor", "SparseFrameAccessor"),
    "pandas.core.indexing": (
        "_LocIndexer", "_iLocIndexer", "_AtIndexer", "_iAtIndexer", "_IndexSlice",
    ),
    "pandas.core.groupby.indexing": ("GroupByPositionalSelector", "GroupByNthSelector"),
    "pandas.core.groupby.generic": ("DataFrameGroupBy", "SeriesGroupBy", "NamedAgg"),
    "pandas.core.resample": (
        "DatetimeIndexResampler", "PeriodIndexResampler", "TimedeltaIndexResampler",
    ),
    "pandas.core.window.rolling": ("Rolling", "Window", "RollingGroupby"),
    "pandas.core.flags": ("Flags",),
    "pandas._libs.tslibs.nattype": ("NaTType",),
    "pandas._libs.missing": ("NAType",),
    "pandas.io.formats.printing": ("PrettyDict",),
}  # fmt: skip
"""Classes of what public members return, by the private module that holds them."""


def register_pandas(agent: Registrar) -> None:
    """Let agent code use pandas: ``import pandas as pd``, frames, groups, windows, accessors.

    Arrays that frames hand out are numpy's: register those too, with :func:`register_numpy`.

    Args:
        agent: an ``Agent``, or anything else with the three verbs.

    Raises:
        MissingExtraError: pandas is not installed.
    """
    installed("pandas", "pandas")
    without_addresses(importlib.import_module("pandas.core.generic").NDFrame)
    for exposed in PANDAS:
        exposed.register(agent)
    module = private_types()
    resamplers = [name for name in vars(module) if name.endswith("Resampler")]
    shown = ("Row._asdict", "Row._replace", "Row._fields")
    instead = _by_name(*resamplers)
    Exposed(module.__name__, deny=DENIED, instead=instead, shown=shown).add(agent, module)


@cache
def private_types() -> types.ModuleType:
    """One module that holds the classes of :data:`ACCESSORS`."""
    found: dict[str, type | None] = {"Row": standins.Row}
    for where, names in ACCESSORS.items():
        try:
            module = importlib.import_module(where)
        except ImportError:
            continue
        for name in names:
            if name not in GROUPS_PUBLIC:
                found[name.lstrip("_")] = getattr(module, name, None)
    return TypesModule("pandas_types", __name__, found)


GROUPS_PUBLIC = frozenset(key.partition(".")[0] for key in GROUPS.instead) | {"NamedAgg", "Flags"}
