"""What agent code may reach, frozen: the one object that sandbox and prompt both read.

Invariants:

1. Nothing here changes after it was made; caches only remember answers.
2. Closed by default: a type nobody registered has no rule, a name nobody registered is not there.
3. The type of an object is taken exactly; a subclass of a registered class is another class.
4. A registration of a class itself stands before what a module says of it, and both stand before
   what a task was granted: naming a type in a signature never widens what the developer decided.
"""

from __future__ import annotations

import types
import weakref
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from agex.policy.exposure import Exposure
from agex.policy.members import is_dunder
from agex.policy.modules import ModuleRule
from agex.policy.origin import same_module
from agex.policy.portable import travels
from agex.policy.specs import FunctionSpec, InstanceRule, TypeRule
from agex.policy.subset import instance_within, module_within, type_within

_MANY_TYPES = 10_000


class Policy:
    """Frozen registrations. Made by :meth:`Registry.freeze`; compared by identity.

    Attributes:
        functions, classes, instances: what is registered, by name.
        modules: by the name under which agent code imports them.
        missing: names of what could not be pickled, when this policy came out of a pickle.
        aliased: names of the modules that are bound from the start as well.
        narrowing: the policy this one was before, and the one that has the last word, where there is one.
    """

    __slots__ = (
        "__weakref__",
        "_aliased",
        "_by_id",
        "_by_type",
        "_exposed",
        "_grants",
        "_narrowing",
        "_seen",
        "_submodules",
        "classes",
        "functions",
        "instances",
        "missing",
        "modules",
        "narrowing",
    )

    functions: Mapping[str, FunctionSpec]
    classes: Mapping[str, TypeRule]
    modules: Mapping[str, ModuleRule]
    instances: Mapping[str, InstanceRule]
    missing: tuple[str, ...]
    _aliased: tuple[str, ...]
    _by_type: dict[int, TypeRule]
    _by_id: dict[int, InstanceRule]
    _grants: dict[int, TypeRule]
    _narrowing: tuple[Policy, Policy] | None
    _exposed: Exposure
    _seen: dict[int, tuple[weakref.ref[type], TypeRule | None]]
    _submodules: dict[str, ModuleRule]

    def __init__(
        self,
        *,
        functions: Iterable[FunctionSpec] = (),
        classes: Iterable[TypeRule] = (),
        modules: Iterable[ModuleRule] = (),
        instances: Iterable[InstanceRule] = (),
        aliased: Iterable[str] = (),
        grants: Iterable[TypeRule] = (),
        missing: Iterable[str] = (),
        narrowing: tuple[Policy, Policy] | None = None,
    ) -> None:
        put = object.__setattr__
        put(self, "functions", types.MappingProxyType({spec.name: spec for spec in functions}))
        put(self, "classes", types.MappingProxyType({rule.name: rule for rule in classes}))
        held = tuple(modules)
        registered = frozenset(id(rule.module) for rule in held)
        held = tuple(replace(rule, registered=registered) for rule in held)
        put(self, "modules", types.MappingProxyType({rule.name: rule for rule in held}))
        put(self, "instances", types.MappingProxyType({rule.name: rule for rule in instances}))
        put(self, "missing", tuple(missing))
        put(self, "_aliased", tuple(aliased))
        # A metaclass may define __eq__ and __hash__, so no table here is keyed by a class itself.
        put(self, "_by_type", {id(rule.cls): rule for rule in self.classes.values()})
        put(self, "_by_id", {id(rule.value): rule for rule in self.instances.values()})
        put(self, "_grants", {id(rule.cls): rule for rule in grants})
        put(self, "_narrowing", narrowing)
        put(self, "_exposed", Exposure(held, self.module))
        put(self, "_seen", {})
        put(self, "_submodules", {})

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"a Policy is frozen; register on its agent to change {name!r}")

    def __delattr__(self, name: str) -> None:
        raise AttributeError("a Policy is frozen")

    def __repr__(self) -> str:
        parts = [
            f"{kind}={list(held)}"
            for kind in ("functions", "classes", "modules", "instances")
            if (held := getattr(self, kind))
        ]
        return f"Policy({', '.join(parts)})"

    def __reduce__(self) -> tuple[Any, ...]:
        if self._narrowing is not None:
            return _narrow, self._narrowing
        functions = [spec for spec in self.functions.values() if travels(spec.value)]
        instances = [rule for rule in self.instances.values() if travels(rule.value)]
        classes = [rule for rule in self.classes.values() if travels(rule.cls)]
        kept = {spec.name for spec in functions}
        kept |= {rule.name for rule in instances} | {rule.name for rule in classes}
        lost = [
            name for name in (*self.functions, *self.classes, *self.instances) if name not in kept
        ]
        parts = {
            "functions": functions,
            "classes": classes,
            "modules": list(self.modules.values()),
            "instances": instances,
            "aliased": self._aliased,
            "grants": [rule for rule in self._grants.values() if travels(rule.cls)],
            "missing": (*self.missing, *lost),
        }
        return _thaw, (parts,)

    # ------------------------------------------------------------ names and modules

    def names(self) -> dict[str, object]:
        """What is bound from the start.

        Functions, classes and live objects by name, the data types a task was granted, and for each
        module registered with ``name=`` its :class:`ModuleRule` (never the module itself).
        """
        bound: dict[str, object] = {spec.name: spec.value for spec in self.functions.values()}
        bound.update((rule.name, rule.cls) for rule in self.classes.values())
        bound.update((rule.name, rule.value) for rule in self.instances.values())
        bound.update((name.rpartition(".")[2], self.modules[name]) for name in self._aliased)
        for rule in self._grants.values():
            if rule.name.isidentifier():  # a library's class keeps its dotted name: not bound
                bound.setdefault(rule.name, rule.cls)
        return bound

    def module(self, dotted: str) -> ModuleRule | None:
        """The rule for an import of this dotted name; ``None`` when it is not registered.

        A module registered under an alias is found under its real name as well.
        """
        if type(dotted) is not str:
            return None
        rule = self.modules.get(dotted) or self._exposed.registered(dotted)
        if rule is not None:
            return rule
        parent_name, dot, member = dotted.rpartition(".")
        if not dot or is_dunder(member):
            return None
        parent = self.module(parent_name)
        if parent is None:
            return None
        known = self._submodules.get(f"{parent.name}.{member}")
        if known is not None:
            return known
        return self._submodule(parent, member)

    def importable(self) -> tuple[str, ...]:
        """The registered modules by import name, sorted; submodules of recursive ones not listed."""
        return tuple(sorted(self.modules))

    def _submodule(self, parent: ModuleRule, member: str) -> ModuleRule | None:
        if not parent.allows(member):
            return None
        value = parent.get(member)
        if not isinstance(value, types.ModuleType):
            # `import a.b` means the submodule, also where the package binds `b` to something else
            return None
        for rule in self.modules.values():
            if rule.module is value:
                return rule
        made = parent.below(member, value)
        if self._narrowing is not None:
            theirs = _module_of(made, self._narrowing[1])
            if theirs is None:
                return None
            made = replace(made, within=theirs)
        self._submodules[made.name] = made
        return made

    # ------------------------------------------------------------ types and instances

    def type_rule(self, cls: type) -> TypeRule | None:
        """What may be done with instances of exactly ``cls``; ``None`` when nobody registered it."""
        seen = self._seen.get(id(cls))
        if seen is not None and seen[0]() is cls:
            return seen[1]
        rule = self._find_type(cls)
        if rule is not None or not self._exposed.may_change(cls):
            if len(self._seen) > _MANY_TYPES:  # agents make classes; their ids must not pile up
                self._seen.clear()
            self._seen[id(cls)] = (weakref.ref(cls), rule)
        return rule

    def instance_rule(self, obj: object) -> InstanceRule | None:
        """The rule of a registered live object, found by identity."""
        rule = self._by_id.get(id(obj))
        return rule if rule is not None and rule.value is obj else None

    def _find_type(self, cls: type) -> TypeRule | None:
        rule = self._own_rule(cls)
        if rule is None or rule.within is not None or rule.held or self._narrowing is None:
            return rule
        theirs = self._narrowing[1].type_rule(cls)
        return rule.narrowed_to(theirs) if theirs is not None else None

    def _own_rule(self, cls: type) -> TypeRule | None:
        return (
            self._by_type.get(id(cls)) or self._exposed.rule_for(cls) or self._grants.get(id(cls))
        )

    # ------------------------------------------------------------ derived policies

    def with_types(self, grants: Mapping[type, TypeRule]) -> Policy:
        """This policy with rules for more types; a type that has a rule here keeps it."""
        if self._narrowing is not None:
            own, other = self._narrowing
            return own.with_types(grants).narrowed_to(other)
        more = [rule for cls, rule in grants.items() if self.type_rule(cls) is None]
        return Policy(
            functions=self.functions.values(),
            classes=self.classes.values(),
            modules=self.modules.values(),
            instances=self.instances.values(),
            aliased=self._aliased,
            grants=(*self._grants.values(), *more),
            missing=self.missing,
        )

    def exposed_types(self) -> tuple[TypeRule, ...]:
        """The rules of the classes that registered modules hold."""
        return tuple(self._exposed.held().values())

    def granted(self) -> tuple[TypeRule, ...]:
        """The rules that a task was granted on top of the registrations."""
        return tuple(self._grants.values())

    @property
    def is_narrowed(self) -> bool:
        """Whether it is held within another policy, as that of an agent which agent code made is."""
        return self._narrowing is not None

    def narrowed_to(self, other: Policy) -> Policy:
        """What both policies allow: a child's registrations within its parent's.

        Where the two differ, the narrower answer holds, for names that come later as well; so the
        result is a subset of ``other`` by construction.
        """
        classes = ((rule, other.type_rule(rule.cls)) for rule in self.classes.values())
        grants = ((rule, other.type_rule(rule.cls)) for rule in self._grants.values())
        modules = ((rule, _module_of(rule, other)) for rule in self.modules.values())
        instances = ((rule, other.instance_rule(rule.value)) for rule in self.instances.values())
        kept = [replace(rule, within=theirs) for rule, theirs in modules if theirs is not None]
        names = {rule.name for rule in kept}
        return Policy(
            functions=[spec for spec in self.functions.values() if _same_function(spec, other)],
            classes=[
                rule if rule.held or theirs is None else rule.narrowed_to(theirs)
                for rule, theirs in classes
                if rule.held or theirs is not None
            ],
            modules=kept,
            instances=[
                replace(rule, within=theirs) for rule, theirs in instances if theirs is not None
            ],
            aliased=[name for name in self._aliased if name in names],
            grants=[rule.narrowed_to(theirs) for rule, theirs in grants if theirs is not None],
            missing=self.missing,
            narrowing=(self, other),
        )

    def module_rule(self, module: types.ModuleType) -> ModuleRule | None:
        """The rule of this very module, under whatever name it is registered."""
        for rule in self.modules.values():
            if same_module(module, rule.module):
                return rule
        found = self.module(module.__name__)
        return found if found is not None and found.module is module else None

    def is_subset_of(self, other: Policy) -> bool:
        """Whether ``other`` allows all that this policy allows. In doubt, ``False``."""
        if self._narrowing is not None and self._narrowing[1].is_subset_of(other):
            return True
        return self is other or (
            all(_same_function(spec, other) for spec in self.functions.values())
            and all(_same_instance(rule, other) for rule in self.instances.values())
            and all(_same_module(rule, other) for rule in self.modules.values())
            and all(_same_type(cls, self, other) for cls in self._all_types())
            # What a class registration over there narrows must be as narrow here.
            and all(_same_type(cls, self, other) for cls in other._all_types())
        )

    def _all_types(self) -> Iterator[type]:
        for rules in (self._by_type, self._exposed.held(), self._grants):
            yield from (rule.cls for rule in rules.values())


def _same_function(mine: FunctionSpec, other: Policy) -> bool:
    return mine.held or any(spec.value is mine.value for spec in other.functions.values())


def _same_instance(mine: InstanceRule, other: Policy) -> bool:
    theirs = other.instance_rule(mine.value)
    return theirs is not None and instance_within(mine, theirs)


def _same_module(mine: ModuleRule, other: Policy) -> bool:
    theirs = _module_of(mine, other)
    return theirs is not None and module_within(mine, theirs)


def _module_of(mine: ModuleRule, other: Policy) -> ModuleRule | None:
    """What ``other`` says of the same module, under whatever name, or through a recursive one."""
    return other.module_rule(mine.module)


def _same_type(cls: type, mine: Policy, other: Policy) -> bool:
    here, there = mine.type_rule(cls), other.type_rule(cls)
    return here is None or here.held or (there is not None and type_within(here, there))


def _narrow(own: Policy, other: Policy) -> Policy:
    return own.narrowed_to(other)


def _thaw(parts: dict[str, Any]) -> Policy:
    return Policy(**parts)
