"""The ``__repr__`` of classes that Python writes for the agent: the same text, within the policy."""

from __future__ import annotations

import dataclasses
from typing import Any

from agex.sandbox.formatting import Texts


def show_dataclass(cls: type, texts: Texts) -> None:
    """A dataclass shows the fields that are for showing; one that holds itself shows dots."""
    names = [f.name for f in dataclasses.fields(cls) if f.repr]
    running: set[int] = set()

    def __repr__(self: Any) -> str:  # it becomes one
        if id(self) in running:
            return "..."
        running.add(id(self))
        try:
            return texts.fields(self, names)
        finally:
            running.discard(id(self))

    __repr__.__qualname__ = f"{cls.__qualname__}.__repr__"
    texts.own_texts.add(__repr__)
    type.__setattr__(cls, "__repr__", __repr__)


def show_fields(cls: Any, texts: Texts) -> None:
    """A NamedTuple shows its fields within the policy."""
    names = cls._fields

    def __repr__(self: Any) -> str:  # it becomes one
        return texts.fields(self, names, type(self).__name__)

    texts.own_texts.add(__repr__)
    type.__setattr__(cls, "__repr__", __repr__)


def shows_fields(function: Any) -> bool:
    """Whether this is one of the functions made here."""
    return getattr(function, "__globals__", None) is globals()
