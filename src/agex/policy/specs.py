"""What may be done with one registered thing: a function, a class, a live object.

Each spec answers ``allows(member)`` and lists ``members()``; both come from the same patterns, so
what a prompt shows and what a guard permits cannot drift apart. Specs hold no decision of their own
about protocol dunders (``__len__``, ``__enter__``): those follow their class, and who runs the code
decides about them; ``allows`` says no to every dunder.
"""

from __future__ import annotations

import types
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal, TypeAlias

from agex.policy.members import (
    MACHINERY,
    class_names,
    is_dunder,
    object_names,
    static_attribute,
)
from agex.policy.patterns import Selection
from agex.policy.writing import is_writable

Visibility: TypeAlias = Literal["high", "medium", "low"]

_MANY_NAMES = 10_000  # agent code can make names up; remembered answers must not pile up


@dataclass(frozen=True, slots=True)
class MemberSpec:
    """What differs for one member from the class or module it belongs to; ``None`` means "the same".

    Args:
        visibility: ``"high"`` shows signature and docstring, ``"medium"`` the signature, ``"low"``
            nothing.
        docstring: shown in place of the member's own.
        constructable: for a class inside a module, whether agent code may call it.
        instead: what agent code gets in place of the member: of a module any value, for a method a
            function that is called with the object first. For members that are useful but can do
            too much, such as pandas' ``agg``, which calls any method by name. What a function
            marked with :func:`prints` returns is printed.
    """

    visibility: Visibility | None = None
    docstring: str | None = None
    constructable: bool | None = None
    instead: Any = None


def prints(stand_in: Callable[..., str]) -> Callable[..., str]:
    """Mark the stand-in of a method that prints: what it returns goes where agent code prints."""
    stand_in.prints = True  # type: ignore[attr-defined]
    return stand_in


def nothing() -> Mapping[str, MemberSpec]:
    """No overrides: the default of ``configure``."""
    return types.MappingProxyType({})


@dataclass(frozen=True, slots=True, eq=False)
class FunctionSpec:
    """A registered callable; ``docstring`` replaces its own where it is not ``None``.

    ``held`` as for :class:`TypeRule`.
    """

    name: str
    value: Callable[..., Any]
    visibility: Visibility = "high"
    docstring: str | None = None
    held: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class TypeRule:
    """What may be done with instances of exactly this class, and with the class object.

    Args:
        cls: the class.
        name: how agent code writes it: ``"Cursor"``, or ``"datetime.timedelta"`` in a module.
        constructable: whether agent code may call the class.
        configure: overrides by plain member name.
        selection: the patterns, asked with ``path`` in front.
        path: where the class stands, seen from the module that exposes it (``"Path"``, or
            ``"frame.DataFrame"`` in a recursive package); empty for a class registered itself.
        local: the same, seen from the submodule that defines it.
        frozen: no member may be assigned, whatever the class would permit.
        only: when given, exactly these members, whatever the patterns say (a task's grants and
            curated rules are closed lists).
        within: a rule that has the last word: what it refuses is refused here too.
        held: the code that registered it could use it without anybody's leave (it made it itself), so
            no other policy has to allow it.
    """

    cls: type
    name: str
    visibility: Visibility = "high"
    constructable: bool = True
    configure: Mapping[str, MemberSpec] = field(default_factory=nothing)
    selection: Selection = Selection(("*",), ("_*",))
    path: str = ""
    local: str = ""
    frozen: bool = False
    only: frozenset[str] | None = None
    within: TypeRule | None = None
    held: bool = False
    _known: dict[str, Any] = field(default_factory=dict, repr=False)

    def allows(self, member: str) -> bool:
        """Whether agent code may name this member; existence is another question."""
        if type(member) is not str:
            return False
        known: dict[str, bool] = self._known.setdefault("allows", {})
        answer = known.get(member)
        if answer is None:
            if len(known) > _MANY_NAMES:
                known.clear()
            answer = known[member] = self._decide(member)
        return answer

    def _decide(self, member: str) -> bool:
        if is_dunder(member):
            return False
        if member in MACHINERY and static_attribute(self.cls, member) is None:
            return False
        if self.within is not None and not self.within.allows(member):
            return False
        if self.only is not None:
            return member in self.only
        if not self.path:
            return member in self.selection
        if not self.selection.includes(f"{self.path}.{member}"):
            return False
        return not excluded(self.selection, self.path, self.local, member)

    def instead(self, member: str) -> Callable[..., Any] | None:
        """The function that stands in for a method; it takes the object first. ``None``: the real one."""
        if self.within is not None and (other := self.within.instead(member)) is not None:
            return other
        spec = self.configure.get(member)
        return None if spec is None else spec.instead

    @property
    def closed(self) -> bool:
        """Whether the allowed members are a closed list, so that ``members()`` is all there is."""
        return self.only is not None

    def narrowed_to(self, other: TypeRule) -> TypeRule:
        """This rule as far as ``other`` allows the same."""
        return replace(
            self,
            constructable=self.constructable and other.constructable,
            frozen=self.frozen or other.frozen,
            within=other,
            _known={},
        )

    def members(self) -> tuple[str, ...]:
        """The allowed names that exist, sorted: declared fields and attributes of instances too."""
        known = self._known.get("members")
        if known is None:
            names = class_names(self.cls) | (self.only or frozenset())
            known = tuple(sorted(filter(self.allows, names)))
            self._known["members"] = known
        result: tuple[str, ...] = known
        return result

    def writable(self, member: str) -> bool:
        """Whether agent code may assign this member of an *instance*.

        Data may be assigned, methods may not; nothing of frozen dataclasses, NamedTuples and Enums.
        The class object itself is the host's: nothing of it is ever assigned.
        """
        if self.frozen or not self.allows(member):
            return False
        if self.within is not None and not self.within.writable(member):
            return False
        known: dict[str, bool] = self._known.setdefault("writable", {})
        answer = known.get(member)
        if answer is None:
            answer = known[member] = is_writable(self.cls, member)
        return answer

    def __reduce__(self) -> tuple[Any, ...]:
        return _type_rule, (frozen_fields(self, "_known"),)


def _type_rule(fields: dict[str, Any]) -> TypeRule:
    return TypeRule(**thawed(fields))


@dataclass(frozen=True, slots=True, eq=False)
class InstanceRule:
    """A live object under a name: what may be done with this very object."""

    name: str
    value: object
    visibility: Visibility = "low"
    configure: Mapping[str, MemberSpec] = field(default_factory=nothing)
    selection: Selection = Selection(("*",), ("_*", "*._*"))
    within: InstanceRule | None = None

    def allows(self, member: str) -> bool:
        """Whether agent code may name this member of the object."""
        return (
            type(member) is str
            and not is_dunder(member)
            and member not in MACHINERY
            and member in self.selection
            and (self.within is None or self.within.allows(member))
        )

    def members(self) -> tuple[str, ...]:
        """The allowed names the object has now, sorted."""
        return tuple(sorted(filter(self.allows, object_names(self.value))))

    def __reduce__(self) -> tuple[Any, ...]:
        return _instance_rule, (frozen_fields(self),)


def _instance_rule(fields: dict[str, Any]) -> InstanceRule:
    return InstanceRule(**thawed(fields))


def frozen_fields(rule: Any, *left_out: str) -> dict[str, Any]:
    """A rule's fields for a pickle, where a read-only mapping has to become a dict."""
    kept = {name: getattr(rule, name) for name in rule.__slots__ if name not in left_out}
    return {**kept, "configure": dict(rule.configure)}


def thawed(fields: dict[str, Any]) -> dict[str, Any]:
    """The fields of a rule as its constructor takes them."""
    return {**fields, "configure": types.MappingProxyType(fields["configure"])}


def excluded(selection: Selection, path: str, local: str, member: str) -> bool:
    """An exclude pattern counts whether written from the package or from the submodule itself."""
    near = f"{local}.{member}" if local else member
    return selection.excludes(f"{path}.{member}" if path else member) or (
        bool(path) and path != local and selection.excludes(near)
    )
