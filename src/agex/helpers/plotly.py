"""plotly for agent code: figures, traces, layouts, subplots, ``plotly.express``.

Left out: what writes files or starts a browser or an export process (``write_*``, ``to_image``,
``show``), renderers and templates of the whole process (``plotly.io``), bundled data sets, widgets.
A figure is returned, or put into text with ``to_html`` and ``to_json``; whoever gets it shows it.
"""

from __future__ import annotations

import types
from functools import cache

from agex.helpers import plotly_standins as standins
from agex.helpers.table import Exposed, TypesModule, installed
from agex.policy import Registrar

OUTSIDE = (
    "write_*", "to_image", "full_figure_for_development", "FigureWidget", "_figurewidget", "re", "BaseFigureWidget", "io",
    "offline", "data_", "tools", "utils", "optional_imports", "figure_factory", "serializers",
)  # fmt: skip

PLOTLY = (
    Exposed("plotly", deny=(*OUTSIDE, "data", "matplotlylib", "plot*", "hist_*", "boxplot_*")),
    Exposed(
        "plotly.express",
        deny=(
            *OUTSIDE, "data", "defaults", "imshow_utils", "np", "trendline_functions", "Constant",
            "NO_COLOR", "IdentityMap", "Range",
        ),
    ),
    Exposed(
        "plotly.express.colors",
        deny=("swatches*",),
        instead={name: standins.Palettes(name) for name in standins.PALETTES},
    ),
    Exposed("plotly.subplots", include=("make_subplots",)),
    Exposed("plotly.graph_objects", deny=OUTSIDE, instead={"Figure.show": standins.show}),
    Exposed(
        "plotly.graph_objs",
        deny=OUTSIDE,
        # Every class stands in a private module: `graph_objs.layout._xaxis.XAxis`.
        private_modules=True,
        recursive=True,
        instead={"_figure.Figure.show": standins.show, "Figure.show": standins.show},
    ),
)  # fmt: skip


def register_plotly(agent: Registrar) -> None:
    """Let agent code draw with plotly: ``plotly.express``, ``plotly.graph_objects``, subplots.

    Args:
        agent: an ``Agent``, or anything else with the three verbs.

    Raises:
        MissingExtraError: plotly is not installed.
    """
    installed("plotly", "plotly")
    for exposed in PLOTLY:
        exposed.register(agent)
    agent.module(private_types())


@cache
def private_types() -> types.ModuleType:
    """The class of the palettes in ``px.colors``."""
    return TypesModule("plotly_types", __name__, {"Palettes": standins.Palettes})
