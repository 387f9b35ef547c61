"""What may be done with one registered thing: a function, a class, a module, a live object.

Each spec answers ``allows(member)`` and lists ``members()``; both come from the same patterns, so
what a prompt shows and what a guard permits cannot drift apart. Specs hold no decision of their own
about protocol dunders (``__len__``, ``__enter__``): those follow their class, and who runs the code
decides about them; ``allows`` says no to every dunder.
"""

from __future__ import annotations

import importlib
import importlib.util
import types
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal, TypeAlias

from agex.policy.members import (
    MACHINERY,
    class_names,
    is_dunder,
    makes_members_on_demand,
    module_names,
    object_names,
    public_names,
    static_attribute,
    submodule_names,
)
from agex.policy.origin import is_below, is_own, is_submodule
from agex.policy.patterns import Selection
from agex.policy.portable import pack_module, unpack_module
from agex.policy.writing import is_writable

Visibility: TypeAlias = Literal["high", "medium", "low"]

_ABSENT: Any = object()
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
            too much, such as pandas' ``agg``, which calls any method by name.
    """

    visibility: Visibility | None = None
    docstring: str | None = None
    constructable: bool | None = None
    instead: Any = None


def _nothing() -> Mapping[str, MemberSpec]:
    return types.MappingProxyType({})


@dataclass(frozen=True, slots=True, eq=False)
class FunctionSpec:
    """A registered callable; ``docstring`` replaces its own where it is not ``None``."""

    name: str
    value: Callable[..., Any]
    visibility: Visibility = "high"
    docstring: str | None = None


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
    """

    cls: type
    name: str
    visibility: Visibility = "high"
    constructable: bool = True
    configure: Mapping[str, MemberSpec] = field(default_factory=_nothing)
    selection: Selection = Selection(("*",), ("_*",))
    path: str = ""
    local: str = ""
    frozen: bool = False
    only: frozenset[str] | None = None
    within: TypeRule | None = None
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
        return not _excluded(self.selection, self.path, self.local, member)

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
        return _type_rule, (_frozen_fields(self, "_known"),)


def _type_rule(fields: dict[str, Any]) -> TypeRule:
    return TypeRule(**_thawed(fields))


@dataclass(frozen=True, slots=True, eq=False)
class InstanceRule:
    """A live object under a name: what may be done with this very object."""

    name: str
    value: object
    visibility: Visibility = "low"
    configure: Mapping[str, MemberSpec] = field(default_factory=_nothing)
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
        return _instance_rule, (_frozen_fields(self),)


def _instance_rule(fields: dict[str, Any]) -> InstanceRule:
    return InstanceRule(**_thawed(fields))


@dataclass(frozen=True, slots=True, eq=False)
class ModuleRule:
    """A registered module, or a submodule reached through a recursive one.

    Args:
        name: how agent code imports it: the dotted import name or the alias given by ``name=``.
        recursive: whether its submodules, as far as the patterns go, come with it.
        configure: overrides by (dotted) member name, as seen from this module.
        path: where this submodule stands below the registered package; empty for that itself.
        registered: the modules with a registration of their own, by ``id``; the policy keeps them
            alive.
        within: a rule that has the last word: what it refuses is refused here too.
    """

    name: str
    module: types.ModuleType
    visibility: Visibility = "low"
    recursive: bool = False
    configure: Mapping[str, MemberSpec] = field(default_factory=_nothing)
    selection: Selection = Selection(("*",), ("_*", "*._*"))
    path: str = ""
    registered: frozenset[int] = frozenset()
    within: ModuleRule | None = None

    def allows(self, member: str) -> bool:
        """Whether the module has this member for agent code: patterns, then origin.

        Functions and classes that somebody else's module defines are out unless ``__all__`` lists
        them or ``include`` spells their name out; submodules unless registered or recursive.
        """
        if type(member) is not str or is_dunder(member) or "." in member:
            return False
        if self.within is not None and not self.within.allows(member):
            return False
        value = vars(self.module).get(member, _ABSENT)
        if value is _ABSENT:
            return self._may_load(member) or self._made_on_demand(member)
        return self._allows_value(member, value)

    def members(self) -> tuple[str, ...]:
        """The allowed names that exist, sorted; nothing is imported to find out."""
        names = module_names(self.module)
        if self.recursive:
            names |= submodule_names(self.module)
        return tuple(sorted(filter(self.allows, names)))

    def get(self, member: str) -> object:
        """The member's value; a submodule of a recursive package is imported when it must be.

        Raises:
            AttributeError: it is not allowed, or is not there.
        """
        if not self.allows(member):
            raise self._refuse(member)
        value = vars(self.module).get(member, _ABSENT)
        if value is _ABSENT and self._may_load(member):
            return importlib.import_module(f"{self.module.__name__}.{member}")
        if value is _ABSENT:
            value = getattr(self.module, member)
        return self.instead(member) or value

    def instead(self, member: str) -> Callable[..., Any] | None:
        """What agent code gets in place of the member, where the registration says so."""
        if self.within is not None and (other := self.within.instead(member)) is not None:
            return other
        spec = self.configure.get(member)
        return None if spec is None else spec.instead

    def type_at(self, dotted: str, cls: type) -> TypeRule:
        """The rule for a class this module exposes as ``dotted`` (``"Outer.Inner"``)."""
        spec = self.configure.get(dotted, MemberSpec())
        inner = {
            key[len(dotted) + 1 :]: value
            for key, value in self.configure.items()
            if key.startswith(dotted + ".")
        }
        return TypeRule(
            cls=cls,
            name=f"{self.name}.{dotted}",
            visibility=spec.visibility or self.visibility,
            constructable=spec.constructable is not False,
            configure=types.MappingProxyType(inner),
            selection=self.selection,
            path=self.under(dotted),
            local=dotted,
        )

    def below(self, member: str, module: types.ModuleType) -> ModuleRule:
        """The rule for a submodule of this recursive module."""
        return ModuleRule(
            name=f"{self.name}.{member}",
            module=module,
            visibility=self.visibility,
            recursive=True,
            configure=types.MappingProxyType(
                {
                    key[len(member) + 1 :]: value
                    for key, value in self.configure.items()
                    if key.startswith(member + ".")
                }
            ),
            selection=self.selection,
            path=self.under(member),
            registered=self.registered,
        )

    def under(self, member: str) -> str:
        """A member's dotted name as the patterns know it: seen from the registered package."""
        return f"{self.path}.{member}" if self.path else member

    def selects(self, dotted: str, *, container: bool = False) -> bool:
        """Whether the patterns select a (dotted) member, seen from this module.

        A class or submodule (``container``) is selected too when something below it is.
        """
        full = self.under(dotted)
        if not (self.selection.includes(full) or (container and self.selection.opens(full))):
            return False
        return not _excluded(self.selection, self.path, "", dotted)

    def __reduce__(self) -> tuple[Any, ...]:
        # `registered` holds ids of this process; the policy that is made over there fills it again
        fields = _frozen_fields(self, "registered", "module")
        return _module_rule, ({**fields, "module": pack_module(self.module)},)

    def _allows_value(self, member: str, value: object) -> bool:
        if isinstance(value, types.ModuleType):
            if id(value) in self.registered and is_below(self.module, value):
                return True  # also under another name: `pandas.offsets` is `pandas.tseries.offsets`
            if not is_submodule(self.module, member, value):
                return False
            if id(value) in self.registered:
                return True
            return self.recursive and self.selects(member, container=True)
        if not self.selects(member, container=isinstance(value, type)):
            return False
        return (
            is_own(self.module, value)
            or member in public_names(self.module)
            or self.selection.names(self.under(member))
        )

    def _may_load(self, member: str) -> bool:
        """Whether this is a submodule on disk that nobody has imported yet."""
        if not self.recursive or not self.selects(member, container=True):
            return False
        if not member.isidentifier() or not hasattr(self.module, "__path__"):
            return False
        try:
            return importlib.util.find_spec(f"{self.module.__name__}.{member}") is not None
        except (ImportError, ValueError):
            return False

    def _made_on_demand(self, member: str) -> bool:
        """Whether the module makes this member when asked; only then is it known what it is."""
        if not makes_members_on_demand(self.module) or not self.selects(member, container=True):
            return False
        if member in submodule_names(self.module):
            # A package that loads its parts on demand (scipy) must not load them all to list them.
            return False
        if member not in module_names(self.module):
            return False
        try:
            value = getattr(self.module, member, _ABSENT)
        except Exception:  # an optional dependency that is not installed, for one
            return False
        return value is not _ABSENT and self._allows_value(member, value)

    def _refuse(self, member: object) -> AttributeError:
        return AttributeError(f"module {self.name!r} has no registered member {member!r}")


def _module_rule(fields: dict[str, Any]) -> ModuleRule:
    return ModuleRule(**_thawed({**fields, "module": unpack_module(fields["module"])}))


def _frozen_fields(rule: Any, *left_out: str) -> dict[str, Any]:
    """A rule's fields for a pickle, where a read-only mapping has to become a dict."""
    kept = {name: getattr(rule, name) for name in rule.__slots__ if name not in left_out}
    return {**kept, "configure": dict(rule.configure)}


def _thawed(fields: dict[str, Any]) -> dict[str, Any]:
    return {**fields, "configure": types.MappingProxyType(fields["configure"])}


def _excluded(selection: Selection, path: str, local: str, member: str) -> bool:
    """An exclude pattern counts whether written from the package or from the submodule itself."""
    near = f"{local}.{member}" if local else member
    return selection.excludes(f"{path}.{member}" if path else member) or (
        bool(path) and path != local and selection.excludes(near)
    )
