"""Where values live: which codec makes their definitions, and which globals belong to which path."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from agex.state.protocol import DefinitionCodec, Description

_offered: list[DefinitionCodec] = []


def offer_codec(codec: DefinitionCodec) -> None:
    """Name the codec that takes definitions apart where a state has none of its own.

    A host may put an agent's function into a state that no agent works with. It is stored as source all
    the same; making it again takes the codec of an agent.
    """
    _offered[:] = [codec]


@dataclass(frozen=True, slots=True)
class Surroundings:
    """Where values live.

    Args:
        codecs: of the agents that work here, by path.
        codec_for: under which codec the definitions of a path are made; ``None``: they stay inert.
        path_of: the path whose globals these are; globals from elsewhere get one of their own.
        globals_of: the globals of a path.
        is_bound: whether a path has a name.
    """

    codecs: dict[str, DefinitionCodec]
    codec_for: Callable[[str], DefinitionCodec | None]
    path_of: Callable[[dict[str, Any] | None], str]
    globals_of: Callable[[str], dict[str, Any]]
    is_bound: Callable[[str, str], bool]

    @property
    def codec(self) -> DefinitionCodec | None:
        """Any of the codecs: they all know what is theirs, and differ in what they allow."""
        for codec in self.codecs.values():
            return codec
        return _offered[0] if _offered else None

    def owns(self, value: object) -> bool:
        """Whether agent code made this function or class."""
        codec = self.codec
        return codec is not None and codec.owns(value)

    def describe(self, value: Any) -> tuple[Description, str]:
        """An owned value in storable parts, and the path it lives at."""
        codec = self.codec
        assert codec is not None
        said = codec.describe(value)
        return said, self.path_of(said.namespace)


# A snapshot read without any codec: definitions are inert in it.
INERT = Surroundings(
    {}, lambda _path: None, lambda _namespace: "", lambda _path: {}, lambda _path, _name: False
)
