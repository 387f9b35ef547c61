"""Streams back to values, with what agents define made again by their codec, or inert without one."""

from __future__ import annotations

import io
import pickle
import types
from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from typing import Any

from agex.state import rebuild
from agex.state.definitions import (
    InertDefinition,
    InertInstance,
    enum_member,
    new_instance,
    set_state,
)
from agex.state.protocol import DefinitionCodec, Missing
from agex.state.stores.protocol import Data
from agex.state.surroundings import Surroundings


class Unpickler(pickle.Unpickler):
    def __init__(
        self,
        stream: Data,
        buffers: Iterable[bytearray],
        refs: Sequence[Any],
        around: Surroundings,
        limits: ExitStack,
    ) -> None:
        super().__init__(io.BytesIO(stream), buffers=buffers)
        self._refs = refs
        self._around = around
        self._limits = limits
        self._limited = False
        self._makers: dict[int, DefinitionCodec] = {}
        self.inert = False

    def persistent_load(self, pid: Any) -> Any:
        found = self._refs[pid]
        if not self._limited and self._around.owns(type(found)):
            self._limit()
        return found

    def _limit(self) -> None:
        """An object of the agent's is at hand: a set that takes it up runs its ``__hash__``."""
        codec = self._around.codec
        if codec is not None and not self._limited:
            self._limited = True
            self._limits.enter_context(codec.limited())

    def find_class(self, module: str, name: str) -> Any:
        if module == rebuild.__name__:
            return getattr(self, f"_rebuild_{name}")
        return super().find_class(module, name)

    def _rebuild_definition(self, recipe: Any, needs: Any, path: str, uses: list[str]) -> Any:
        codec = self._around.codec_for(path)
        if codec is None:
            self.inert = True
            return InertDefinition(recipe, needs, path, uses)
        around = self._around
        value = codec.create(
            recipe, needs, around.globals_of(path), lambda name: around.is_bound(path, name)
        )
        self._makers[id(value)] = codec
        return value

    def _rebuild_fill(self, value: Any, parts: Any) -> None:
        if isinstance(value, InertDefinition):
            value.parts = parts
        else:
            self._makers[id(value)].fill(value, parts)

    def _rebuild_instance(self, cls: Any, args: Any = ()) -> Any:
        self._limit()
        if isinstance(cls, Missing):
            raise TypeError(f"its class was not kept: {cls.why}")
        return new_instance(cls, args, self._around.owns)

    def _rebuild_attributes(self, obj: Any, state: Any) -> None:
        set_state(obj, state)
        if self._around.codec is not None:
            self._around.codec.restored(obj)

    def _rebuild_member(self, cls: Any, name: str) -> Any:
        return enum_member(cls, name)

    def _rebuild_method(self, obj: Any, name: str) -> Any:
        if isinstance(obj, InertInstance):
            return Missing("method", "its class has not been compiled")
        for base in type(obj).__mro__:
            if name in vars(base):
                return types.MethodType(vars(base)[name], obj)
        raise AttributeError(f"{type(obj).__qualname__} has no method {name!r} any more")

    def _rebuild_view(
        self, base: Any, offset: int, shape: Any, strides: Any, dtype: Any, writable: bool
    ) -> Any:
        array = type(base)(shape, dtype, base, offset, strides)
        array.flags.writeable = writable
        return array

    def _rebuild_builtin_type(self, name: str) -> type:
        found = getattr(types, name)
        if not isinstance(found, type):
            raise TypeError(f"types.{name} is not a type")
        return found

    def _rebuild_cell(self) -> types.CellType:
        return types.CellType()

    def _rebuild_content(self, cell: types.CellType, value: tuple[Any]) -> None:
        cell.cell_contents = value[0]
