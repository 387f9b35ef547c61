"""Members of a module that need no guard, by their names."""

from __future__ import annotations

from typing import Any


def picked(module: Any, names: str) -> dict[str, Any]:
    """Those of ``names`` that this Python's ``module`` has."""
    return {name: getattr(module, name) for name in names.split() if hasattr(module, name)}
