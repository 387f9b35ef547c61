"""polars for agent code: frames, lazy frames, series, expressions, selectors.

Left out: what reads or writes files, databases and buckets (``read_*``, ``scan_*``, ``write_*``,
``sink_*``), SQL (its ``FROM read_csv(…)`` opens files too), serialized plans (they may hold pickled
functions), plugins (they load native libraries), plots, and settings of the whole process.
"""

from __future__ import annotations

import importlib
import types
from functools import cache

from agex.helpers.table import Exposed, TypesModule, installed
from agex.policy import Registrar

FILES = (
    "read_*", "scan_*", "write_*", "sink_*", "delete_iceberg", "Catalog", "catalog",
    "CredentialProvider*", "FileProviderArgs", "Parquet*", "PartitionBy", "io", "interchange",
    "from_lazyframe_resolver",
)  # fmt: skip

CODE = (
    "sql", "sql_expr", "SQLContext", "serialize", "deserialize", "from_json", "register_*",
    "unregister_*", "plugins", "api", "plr", "wrap_df", "wrap_s", "defer", "override", "remote",
    "execute", "RemoteEngine", "GPUEngine", "Engine", "StreamingEngine", "InMemoryEngine",
)  # fmt: skip

SETTINGS = (
    "Config", "config", "enable_string_cache", "disable_string_cache", "StringCache", "string_cache",
    "set_random_seed", "show_versions", "build_info", "jemalloc_conf", "thread_pool_size",
)  # fmt: skip

DRAWING = ("plot", "style", "show", "show_graph", "glimpse", "inspect")

DENIED = (*FILES, *CODE, *SETTINGS, *DRAWING)

POLARS = (
    Exposed("polars", deny=DENIED),
    Exposed("polars.selectors", deny=DENIED),
    Exposed("polars.exceptions"),
    Exposed("polars.datatypes", deny=DENIED),
)

NAMESPACES = {
    "polars.functions.col": ("Col",),
    "polars.expr.whenthen": ("When", "Then", "ChainedWhen", "ChainedThen"),
    "polars.dataframe.group_by": ("GroupBy", "DynamicGroupBy", "RollingGroupBy"),
    "polars.lazyframe.group_by": ("LazyGroupBy",),
    "polars.selectors": ("Selector",),
    "polars.expr.string": ("ExprStringNameSpace",),
    "polars.expr.datetime": ("ExprDateTimeNameSpace",),
    "polars.expr.list": ("ExprListNameSpace",),
    "polars.expr.array": ("ExprArrayNameSpace",),
    "polars.expr.struct": ("ExprStructNameSpace",),
    "polars.expr.categorical": ("ExprCatNameSpace",),
    "polars.expr.binary": ("ExprBinaryNameSpace",),
    "polars.expr.name": ("ExprNameNameSpace",),
    "polars.expr.ext": ("ExprExtensionNameSpace",),
    "polars.schema": ("Schema",),
    "polars.expr.meta": ("ExprMetaNameSpace",),
    "polars.series.string": ("StringNameSpace",),
    "polars.series.datetime": ("DateTimeNameSpace",),
    "polars.series.list": ("ListNameSpace",),
    "polars.series.array": ("ArrayNameSpace",),
    "polars.series.struct": ("StructNameSpace",),
    "polars.series.categorical": ("CatNameSpace",),
    "polars.series.binary": ("BinaryNameSpace",),
}
"""Classes of what public members return, by the private module that holds them."""


def register_polars(agent: Registrar) -> None:
    """Let agent code use polars: ``import polars as pl``, eager and lazy.

    Args:
        agent: an ``Agent``, or anything else with the three verbs.

    Raises:
        MissingExtraError: polars is not installed.
    """
    installed("polars", "polars")
    for exposed in POLARS:
        exposed.register(agent)
    module = private_types()
    Exposed(module.__name__, deny=DENIED).add(agent, module)


@cache
def private_types() -> types.ModuleType:
    """One module that holds the classes of :data:`NAMESPACES`."""
    found: dict[str, type | None] = {}
    for where, names in NAMESPACES.items():
        try:
            module = importlib.import_module(where)
        except ImportError:
            continue
        for name in names:
            found[name] = getattr(module, name, None)
    return TypesModule("polars_types", __name__, found)
