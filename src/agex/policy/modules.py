"""What does a registered module have for agent code: which members, which submodules, which classes?

Patterns decide first, then origin: what a module imported for its own use is not its member. Reading
a rule imports nothing; only ``get`` loads a submodule of a recursive package, when it is used.
"""

from __future__ import annotations

import importlib
import importlib.util
import types
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from agex.policy.members import (
    is_dunder,
    makes_members_on_demand,
    module_names,
    public_names,
    submodule_names,
)
from agex.policy.origin import is_below, is_own, is_submodule
from agex.policy.patterns import Selection
from agex.policy.portable import pack_module, unpack_module
from agex.policy.specs import (
    MemberSpec,
    TypeRule,
    Visibility,
    excluded,
    frozen_fields,
    nothing,
    thawed,
)

_ABSENT: Any = object()


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
    configure: Mapping[str, MemberSpec] = field(default_factory=nothing)
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
        return not excluded(self.selection, self.path, "", dotted)

    def __reduce__(self) -> tuple[Any, ...]:
        # `registered` holds ids of this process; the policy that is made over there fills it again
        fields = frozen_fields(self, "registered", "module")
        return _module_rule, ({**fields, "module": pack_module(self.module)},)

    def _allows_value(self, member: str, value: object) -> bool:
        if self.instead(member) is not None:  # whatever is there, something else is handed out
            return self.selects(member)
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
    return ModuleRule(**thawed({**fields, "module": unpack_module(fields["module"])}))
