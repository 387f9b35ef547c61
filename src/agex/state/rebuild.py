"""The names that stored values call to be built again. They are part of the stored format.

Each stands in a pickle as ``agex.state.rebuild.<name>``; the loader answers with a function of its own
that knows the namespace and the codec at hand (:mod:`agex.state.codec`). Called as they are here,
by a plain ``pickle.loads``, they refuse: a state's blobs are read through a state.
"""

from __future__ import annotations

from typing import Any, NoReturn

from agex.errors import StateError


def _refuse() -> NoReturn:
    raise StateError("a blob of a state is read through the state, not by pickle alone")


def definition(recipe: Any, needs: Any, path: Any, uses: Any) -> Any:
    """A function or class from its source."""
    _refuse()


def fill(value: Any, parts: Any) -> Any:
    """The parts of a definition that could not exist before it."""
    _refuse()


def instance(cls: Any, args: Any) -> Any:
    """An empty instance of an agent-made class."""
    _refuse()


def attributes(obj: Any, state: Any) -> Any:
    """The attributes of such an instance."""
    _refuse()


def member(cls: Any, name: Any) -> Any:
    """A member of an agent-made enum."""
    _refuse()


def method(obj: Any, name: Any) -> Any:
    """A bound method of such an instance."""
    _refuse()


def cell() -> Any:
    """An empty closure cell."""
    _refuse()


def content(cell: Any, value: Any) -> Any:
    """What a closure cell holds."""
    _refuse()


def view(base: Any, offset: Any, shape: Any, strides: Any, dtype: Any, writable: Any) -> Any:
    """An array that looks into another one's memory."""
    _refuse()


def builtin_type(name: Any) -> Any:
    """A type of the interpreter's that only ``types`` has a name for."""
    _refuse()
