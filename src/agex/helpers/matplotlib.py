"""matplotlib for agent code: figures, axes, the drawing functions of ``pyplot``.

``pyplot`` is one of our own (see ``matplotlib_standins``): the real one keeps its figures, its backend
and its settings for the whole process. Left out as well: what reads or writes files (``savefig`` fills
an ``io.BytesIO``), and TeX, which would start another process. A figure is returned, or looked at
with ``view_image(fig)``.
"""

from __future__ import annotations

import importlib
import types
from functools import cache

from agex.helpers import matplotlib_standins as standins
from agex.helpers.table import Exposed, MadeModule, TypesModule, installed
from agex.policy import Registrar

AXES = tuple(
    """
    acorr annotate arrow autoscale axhline axhspan axis axline axvline axvspan bar bar_label barbs
    barh boxplot broken_barh clabel contour contourf csd ecdf errorbar eventplot fill fill_between
    fill_betweenx grid hexbin hist hist2d hlines imshow invert_xaxis invert_yaxis legend
    locator_params loglog margins matshow minorticks_off minorticks_on pcolor pcolormesh pie plot
    quiver quiverkey scatter semilogx semilogy set set_aspect set_axis_off set_axis_on
    set_axisbelow set_facecolor set_title set_xlabel set_xlim set_xscale set_xticklabels set_xticks
    set_ylabel set_ylim set_yscale set_yticklabels set_yticks set_box_aspect specgram spy stackplot
    stairs stem step streamplot table text tick_params ticklabel_format tricontour tricontourf
    tripcolor triplot twinx twiny violinplot vlines xcorr secondary_xaxis secondary_yaxis
    inset_axes label_outer cla clear remove
    """.split()
)

FIGURE = tuple(
    """
    add_axes add_gridspec add_subplot align_labels autofmt_xdate clear clf colorbar delaxes
    legend set_dpi set_facecolor set_size_inches set_tight_layout subfigures subplot_mosaic
    subplots subplots_adjust suptitle supxlabel supylabel text tight_layout savefig set_figwidth
    set_figheight set_layout_engine
    """.split()
)

ARTIST = tuple(
    """
    set_alpha set_color set_edgecolor set_facecolor set_fontsize set_fontweight set_ha set_label
    set_linestyle set_linewidth set_marker set_rotation set_text set_va set_visible set_zorder
    set_major_formatter set_major_locator set_minor_formatter set_minor_locator set_ticks
    set_ticklabels set_tick_params set_label_text set_label_position set_ticks_position set_data
    set_height set_width set_position set_clim set_cmap set_norm set_title set_clip_on
    set_horizontalalignment set_verticalalignment set_markersize set_hatch set_bounds
    """.split()
)

READ = ("get_*", "axes", "figure", "lines", "patches", "texts", "containers", "images", "xaxis",
        "yaxis", "spines", "transData", "transAxes", "transFigure", "dpi", "number", "title", "ax",
        "errorbar", "orientation", "markerline", "stemlines", "baseline", "values", "items", "keys",
        "count", "index")  # fmt: skip

ARTISTS = {
    "matplotlib.lines": ("Line2D",),
    "matplotlib.text": ("Text", "Annotation"),
    "matplotlib.patches": ("Rectangle", "Wedge", "Polygon", "Circle", "StepPatch", "Patch"),
    "matplotlib.collections": (
        "PathCollection",
        "LineCollection",
        "PolyCollection",
        "QuadMesh",
        "FillBetweenPolyCollection",
    ),
    "matplotlib.container": ("BarContainer", "ErrorbarContainer", "StemContainer"),
    "matplotlib.legend": ("Legend",),
    "matplotlib.image": ("AxesImage",),
    "matplotlib.colorbar": ("Colorbar",),
    "matplotlib.axis": ("XAxis", "YAxis"),
    "matplotlib.spines": ("Spine", "Spines"),
    "matplotlib.gridspec": ("GridSpec", "SubplotSpec"),
    "matplotlib.contour": ("QuadContourSet",),
}

TICKS = Exposed(
    "matplotlib.ticker",
    include=(
        "FuncFormatter", "StrMethodFormatter", "PercentFormatter", "ScalarFormatter",
        "FormatStrFormatter", "NullFormatter", "EngFormatter", "MaxNLocator", "MultipleLocator",
        "FixedLocator", "NullLocator", "LogLocator", "AutoMinorLocator",
    ),
    deny=("create_dummy_axis", "set_axis"),
)  # fmt: skip

DATES = Exposed(
    "matplotlib.dates",
    include=(
        "DateFormatter", "ConciseDateFormatter", "AutoDateFormatter", "AutoDateLocator",
        "DayLocator", "MonthLocator", "YearLocator", "WeekdayLocator", "HourLocator", "date2num",
        "num2date",
    ),
    deny=("create_dummy_axis", "set_axis"),
)  # fmt: skip


def register_matplotlib(agent: Registrar) -> None:
    """Let agent code draw with matplotlib: ``import matplotlib.pyplot as plt``, figures, axes.

    Args:
        agent: an ``Agent``, or anything else with the three verbs.

    Raises:
        MissingExtraError: matplotlib is not installed.
    """
    installed("matplotlib", "matplotlib")
    agent.module(pyplot())
    for exposed in (TICKS, DATES):
        exposed.register(agent)
    figures, artists = figure_types(), private_types()
    Exposed(
        figures.__name__,
        include=("*", *(f"Axes.{name}" for name in (*AXES, *READ)),
                 *(f"Figure.{name}" for name in (*FIGURE, *READ))),
        instead={
            **{f"Axes.{name}": standins.careful(name) for name in AXES},
            **{f"Figure.{name}": standins.careful(name) for name in FIGURE if name != "savefig"},
            "Figure.savefig": standins.savefig,
        },
    ).add(agent, figures)  # fmt: skip
    names = [name for name in vars(artists) if not name.startswith("_")]
    Exposed(
        artists.__name__,
        include=("*", *(f"{cls}.{name}" for cls in names for name in (*ARTIST, *READ))),
    ).add(agent, artists)


@cache
def pyplot() -> types.ModuleType:
    """Our own ``matplotlib.pyplot``."""
    about = "Figures and axes; the current ones are kept per thread."
    held = standins.pyplot_functions(AXES)
    return MadeModule("matplotlib.pyplot", about, held, __name__, "pyplot")


@cache
def figure_types() -> types.ModuleType:
    """The classes whose methods are checked call by call."""
    axes = importlib.import_module("matplotlib.axes")
    figure = importlib.import_module("matplotlib.figure")
    classes = {"Axes": axes.Axes, "Figure": figure.Figure, "SubFigure": figure.SubFigure}
    return TypesModule("matplotlib_figures", __name__, classes, maker="figure_types")


@cache
def private_types() -> types.ModuleType:
    """The artists that drawing methods return."""
    found: dict[str, object] = {}
    for where, names in ARTISTS.items():
        module = importlib.import_module(where)
        for name in names:
            found[name] = getattr(module, name, None)
    return TypesModule("matplotlib_types", __name__, found)
