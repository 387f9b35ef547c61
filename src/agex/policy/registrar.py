"""The seam between helpers and whoever is registered with: an agent, a registry, or a test's own."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Protocol, TypeVar

from agex.policy.patterns import Pattern
from agex.policy.specs import MemberSpec, Visibility

F = TypeVar("F", bound=Callable[..., Any])
C = TypeVar("C", bound=type)
M = TypeVar("M")

#: What a person would not write from outside: of a class, and of what a module holds at any depth.
PRIVATE = "_*"
PRIVATE_ANYWHERE = ("_*", "*._*")


class Registrar(Protocol):
    """What a helper needs of an agent: the three verbs, called directly."""

    def fn(
        self,
        f: F,
        /,
        *,
        name: str | None = None,
        visibility: Visibility = "high",
        docstring: str | None = None,
    ) -> F:
        """Register one callable."""

    def cls(
        self,
        C: C,
        /,
        *,
        name: str | None = None,
        visibility: Visibility = "high",
        include: Pattern = "*",
        exclude: Pattern = PRIVATE,
        constructable: bool = True,
        configure: Mapping[str, MemberSpec] | None = None,
    ) -> C:
        """Register a class and its instances."""

    def module(
        self,
        m: M,
        /,
        *,
        name: str | None = None,
        visibility: Visibility = "low",
        include: Pattern = "*",
        exclude: Pattern = PRIVATE_ANYWHERE,
        configure: Mapping[str, MemberSpec] | None = None,
        recursive: bool = False,
    ) -> M:
        """Register a module, or a live object under a name."""
