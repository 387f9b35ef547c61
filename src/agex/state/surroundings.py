"""Where values live: which codec makes their definitions, and which globals belong to which path."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from agex.state.protocol import DefinitionCodec


@dataclass(frozen=True, slots=True)
class Surroundings:
    """Where values live: the codecs of definitions by path, and which globals belong to which path."""

    codecs: dict[str, DefinitionCodec]
    path_of: Callable[[dict[str, Any] | None], str]
    globals_of: Callable[[str], dict[str, Any]]

    @property
    def codec(self) -> DefinitionCodec | None:
        """Any of the codecs: they all know what is theirs, and differ in what they allow."""
        return next(iter(self.codecs.values()), None)

    def codec_for(self, path: str) -> DefinitionCodec | None:
        """The codec under which the definitions of ``path`` are made."""
        return self.codecs.get(path) or self.codec

    def owns(self, value: object) -> bool:
        """Whether agent code made this function or class."""
        codec = self.codec
        return codec is not None and codec.owns(value)


# A snapshot read without any codec: definitions are inert in it.
INERT = Surroundings({}, lambda _namespace: "", lambda _path: {})
