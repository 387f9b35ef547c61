"""``pyplot`` for agent code, and methods of figures and axes that look at their arguments first.

The current figure is kept per thread (or asyncio task), apart from the host's own ``pyplot``: figures
made here need no backend, cannot be closed by the host's ``plt.close("all")`` and are freed with the
last reference.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable
from contextvars import ContextVar
from functools import cache
from typing import Any, NoReturn

from agex.errors import TypeRefused, ValueRefused

_CURRENT: ContextVar[Any] = ContextVar("current matplotlib figure", default=None)

_REFUSED_OPTIONS = {
    "usetex": "TeX would start another process; matplotlib's own $…$ needs none",
    "fname": "fonts are chosen by family here, not by file",
    "canvas": "leave it out",
}


def check(called: str, value: Any) -> None:
    """Refuse options that start processes or open files, also inside dicts of options."""
    if isinstance(value, dict):
        for key, inner in value.items():
            why = _REFUSED_OPTIONS.get(key) if isinstance(key, str) else None
            if why is not None and inner is not False and inner is not None:
                raise ValueRefused(f"{called}({key}=…) is not offered here: {why}")
            check(called, inner)
    elif type(value) in (list, tuple) and len(value) <= 100:
        for inner in value:
            check(called, inner)


def of_matplotlib(called: str, target: Any) -> Any:
    """The object, when it is one of matplotlib: the real method is looked up on it by name."""
    if not any(cls.__module__.partition(".")[0] == "matplotlib" for cls in type(target).__mro__):
        raise TypeRefused(
            f"{called}() is for objects of matplotlib, not for a {type(target).__name__}"
        )
    return target


class Careful:
    """A method of a figure or of axes, called after its options were looked at."""

    __slots__ = ("name",)

    def __init__(self, name: str) -> None:
        self.name = name

    def __call__(self, target: Any, /, *args: Any, **options: Any) -> Any:
        check(self.name, options)
        check(self.name, list(args))
        return getattr(of_matplotlib(self.name, target), self.name)(*args, **options)

    def __reduce__(self) -> tuple[Any, ...]:
        return careful, (self.name,)


@cache
def careful(name: str) -> Careful:
    """The one :class:`Careful` of this name: policies are compared by it."""
    return Careful(name)


def savefig(self: Any, fname: io.BytesIO, **options: Any) -> None:
    """Draw the figure into an ``io.BytesIO``."""
    if type(fname) is not io.BytesIO:
        raise ValueRefused(
            "savefig() fills an io.BytesIO here; files are not offered: return the figure instead"
        )
    kind = options.pop("format", "png")
    if kind not in ("png", "svg"):
        raise ValueRefused(f"savefig(format={kind!r}): png or svg")
    options.pop("backend", None)
    check("savefig", options)
    of_matplotlib("savefig", self).savefig(fname, format=kind, **options)


# ---------------------------------------------------------------- pyplot


def figure(num: Any = None, figsize: Any = None, dpi: Any = None, **options: Any) -> Any:
    """A new figure, which becomes the current one."""
    from matplotlib.figure import Figure

    check("figure", options)
    allowed = {"facecolor", "edgecolor", "layout", "tight_layout", "constrained_layout"}
    kept = {key: value for key, value in options.items() if key in allowed}
    made = Figure(figsize=figsize, dpi=dpi, **kept)
    _CURRENT.set(made)
    return made


def gcf() -> Any:
    """The current figure, a new one if there is none."""
    return _CURRENT.get() or figure()


def gca() -> Any:
    """The current axes, new ones if there are none."""
    return gcf().gca()


def sca(ax: Any) -> None:
    """Make these axes the current ones."""
    owner = of_matplotlib("sca", ax).figure
    owner.sca(ax)
    _CURRENT.set(owner)


def subplots(nrows: int = 1, ncols: int = 1, **options: Any) -> tuple[Any, Any]:
    """A new figure with a grid of axes."""
    check("subplots", options)
    grid = ("sharex", "sharey", "squeeze", "width_ratios", "height_ratios", "subplot_kw",
            "gridspec_kw")  # fmt: skip
    chosen = {key: options.pop(key) for key in grid if key in options}
    made = figure(**options)
    return made, made.subplots(nrows, ncols, **chosen)


def subplot(*args: Any, **options: Any) -> Any:
    """Axes of the current figure: ``subplot(2, 1, 1)``."""
    check("subplot", options)
    return gcf().add_subplot(*args, **options)


def close(fig: Any = None) -> None:
    """Forget the current figure; figures made here hold nothing that has to be closed."""
    _CURRENT.set(None)


def show(*args: Any, **options: Any) -> NoReturn:
    """Refuse to open a window."""
    raise ValueRefused(
        "plt.show() would open a window on the host: look with view_image(plt.gcf()), or return the "
        "figure"
    )


def get_cmap(name: str = "viridis") -> Any:
    """A colour map by name."""
    import matplotlib

    return matplotlib.colormaps[name]


def savefig_current(fname: io.BytesIO, **options: Any) -> None:
    """Draw the current figure into an ``io.BytesIO``."""
    savefig(gcf(), fname, **options)


def _forward(name: str, method: str, *, on_figure: bool = False) -> Callable[..., Any]:
    """A function of ``pyplot`` that calls a method of the current axes, or of their figure."""

    def function(*args: Any, **options: Any) -> Any:
        check(name, options)
        check(name, list(args))
        return getattr(gcf() if on_figure else gca(), method)(*args, **options)

    function.__name__ = function.__qualname__ = name
    function.__doc__ = f"Call ``{method}`` of the current {'figure' if on_figure else 'axes'}."
    return function


def colorbar(mappable: Any = None, **options: Any) -> Any:
    """A colour bar for what was drawn last, or for ``mappable``."""
    check("colorbar", options)
    drawn = mappable if mappable is not None else _last_mappable()
    options.setdefault("ax", gca())
    return gcf().colorbar(drawn, **options)


def _last_mappable() -> Any:
    held = [*gca().images, *gca().collections]
    if not held:
        raise ValueRefused("colorbar(): nothing with colours was drawn yet")
    return held[-1]


_TO_SETTER = {
    "title": "set_title", "xlabel": "set_xlabel", "ylabel": "set_ylabel", "xscale": "set_xscale",
    "yscale": "set_yscale",
}  # fmt: skip
_LIMITS = ("xlim", "ylim", "xticks", "yticks")
_OF_FIGURE = ("suptitle", "tight_layout", "subplots_adjust", "subplot_mosaic", "figlegend")


def _limits(name: str) -> Callable[..., Any]:
    """``xlim``, ``ylim``, ``xticks``, ``yticks``: read without arguments, set with them."""

    def function(*args: Any, **options: Any) -> Any:
        check(name, options)
        axes = gca()
        if not args and not options:
            return getattr(axes, f"get_{name}")()
        rotation = options.pop("rotation", None)
        done = getattr(axes, f"set_{name}")(*args, **options) if args or options else None
        if rotation is not None:
            axes.tick_params(axis=name[0], labelrotation=rotation)
        return done

    function.__name__ = function.__qualname__ = name
    function.__doc__ = f"Read or set the {name} of the current axes."
    return function


def pyplot_functions(axes_methods: Iterable[str]) -> dict[str, Any]:
    """Everything our ``pyplot`` holds, by name."""
    found: dict[str, Callable[..., Any]] = {
        "figure": figure, "gcf": gcf, "gca": gca, "sca": sca, "subplots": subplots,
        "subplot": subplot, "close": close, "show": show, "get_cmap": get_cmap,
        "savefig": savefig_current, "colorbar": colorbar,
    }  # fmt: skip
    for name in axes_methods:
        if not name.startswith("set") and name not in ("remove", "cla", "clear"):
            found[name] = _forward(name, name)
    for name, method in _TO_SETTER.items():
        found[name] = _forward(name, method)
    for name in _OF_FIGURE:
        method = "legend" if name == "figlegend" else name
        found[name] = _forward(name, method, on_figure=True)
    for name in _LIMITS:
        found[name] = _limits(name)
    return found
