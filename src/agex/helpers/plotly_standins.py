"""What agent code gets in place of plotly members that can do too much."""

from __future__ import annotations

from typing import Any, NoReturn

from agex.errors import ValueRefused

PALETTES = ("qualitative", "sequential", "diverging", "cyclical", "carto", "cmocean", "colorbrewer")


class Palettes:
    """``px.colors.qualitative`` and its kin: lists of colours by name, copied on each read."""

    __slots__ = ("_kind",)

    def __init__(self, kind: str) -> None:
        self._kind = kind

    def __getattr__(self, name: str) -> list[str]:
        if name.startswith("_"):
            raise AttributeError(name)
        import plotly.express as px

        found = getattr(getattr(px.colors, self._kind), name, None)
        if not isinstance(found, list):
            raise AttributeError(f"px.colors.{self._kind} has no palette {name!r}")
        return list(found)

    def __dir__(self) -> list[str]:
        import plotly.express as px

        held = vars(getattr(px.colors, self._kind))
        return sorted(name for name, value in held.items() if isinstance(value, list))

    def __reduce__(self) -> tuple[Any, ...]:
        return Palettes, (self._kind,)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Palettes) and other._kind == self._kind

    def __hash__(self) -> int:
        return hash(self._kind)


def show(self: Any, *args: Any, **options: Any) -> NoReturn:
    """Refuse to start a browser."""
    raise ValueRefused("fig.show() would open a browser on the host: return the figure instead")
