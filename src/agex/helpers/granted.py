"""What a task grants when its signature names a library's type: what the helper lists for it.

``CURATED`` maps ``"module.ClassName"``, as the class states it, to a function that gives the rules
for the class and for what its members return. Nothing is imported until such a class turns up.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from functools import cache

from agex.helpers.matplotlib import register_matplotlib
from agex.helpers.numpy import register_numpy
from agex.helpers.pandas import register_pandas
from agex.helpers.plotly import register_plotly
from agex.helpers.polars import register_polars
from agex.policy import Policy, Registrar, Registry, TypeRule


@cache
def _policy(*registers: Callable[[Registrar], None]) -> Policy:
    registry = Registry()
    for register in registers:
        register(registry)
    return registry.freeze()


def _rules(
    *registers: Callable[[Registrar], None], more: Callable[[], Iterable[type]] = tuple
) -> Callable[[type], Iterable[TypeRule]]:
    """The rules of these helpers, first the one for the class that was named."""

    def rules(cls: type) -> Iterable[TypeRule]:
        policy = _policy(*registers)
        found: dict[int, TypeRule] = {}
        for named in (cls, *more()):
            rule = policy.type_rule(named)
            if rule is not None:
                found.setdefault(id(named), rule)
        for exposed in policy.exposed_types():
            found.setdefault(id(exposed.cls), exposed)
        # A signature grants the use of objects; making new ones needs the library registered.
        return [replace(rule, constructable=False) for rule in found.values()]

    return rules


@cache
def _parts_of_figures() -> tuple[type, ...]:
    """The parts that figures are made of most; each is loaded when it is first asked for."""
    found = []
    for part in _PARTS:
        module = importlib.import_module(f"plotly.graph_objs{part}")
        for name in module.__all__:
            value = getattr(module, name, None)
            if isinstance(value, type):
                found.append(value)
    return tuple(found)


_PARTS = (
    "", ".layout", ".layout.xaxis", ".layout.yaxis", ".layout.title", ".layout.legend",
    ".layout.annotation", ".scatter", ".scatter.marker", ".bar", ".bar.marker", ".histogram", ".pie",
    ".box", ".heatmap",
)  # fmt: skip

_NUMPY = _rules(register_numpy)
_PANDAS = _rules(register_numpy, register_pandas)
_PLOTLY = _rules(register_plotly, more=_parts_of_figures)
_POLARS = _rules(register_polars)
_MATPLOTLIB = _rules(register_matplotlib)

CURATED: Mapping[str, Callable[[type], Iterable[TypeRule]]] = {
    **dict.fromkeys(
        ("numpy.ndarray", "numpy.ma.MaskedArray", "numpy.random._generator.Generator"), _NUMPY
    ),
    **{
        f"{home}.{name}": _PANDAS
        for name, old in {
            "DataFrame": "pandas.core.frame",
            "Series": "pandas.core.series",
            "Index": "pandas.core.indexes.base",
            "DatetimeIndex": "pandas.core.indexes.datetimes",
            "Timestamp": "pandas._libs.tslibs.timestamps",
            "Timedelta": "pandas._libs.tslibs.timedeltas",
        }.items()
        for home in ("pandas", old)
    },
    "plotly.graph_objs._figure.Figure": _PLOTLY,
    "polars.dataframe.frame.DataFrame": _POLARS,
    "polars.lazyframe.frame.LazyFrame": _POLARS,
    "polars.series.series.Series": _POLARS,
    "polars.expr.expr.Expr": _POLARS,
    "matplotlib.figure.Figure": _MATPLOTLIB,
    "matplotlib.axes._axes.Axes": _MATPLOTLIB,
}
