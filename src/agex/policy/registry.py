"""Collecting what an agent may reach: three verbs, each argument checked at once.

``fn`` one callable, ``cls`` a class, ``module`` a module or a live object under a name. Each works
bare, with arguments, or as a call, and hands its argument back unchanged. ``freeze`` makes the
:class:`Policy` that sandbox and prompt read, and remembers it until the next registration.
"""

from __future__ import annotations

import threading
import types
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, overload

from agex.errors import RegistrationError
from agex.policy import checks, pattern_checks
from agex.policy.modules import ModuleRule
from agex.policy.patterns import Pattern
from agex.policy.policy import Policy
from agex.policy.registrar import PRIVATE, PRIVATE_ANYWHERE, C, F, M
from agex.policy.specs import (
    FunctionSpec,
    InstanceRule,
    MemberSpec,
    TypeRule,
    Visibility,
)


class Registry:
    """The mutable side of a policy. Safe to use from several threads.

    Args:
        within: a policy that every registration must lie within, and that has the last word: the
            parent's, for a registry that a parent's own code fills.
    """

    def __init__(self, *, within: Policy | None = None) -> None:
        self.within = within
        self._lock = threading.RLock()
        self._functions: list[FunctionSpec] = []
        self._classes: list[TypeRule] = []
        self._modules: list[ModuleRule] = []
        self._instances: list[InstanceRule] = []
        self._aliased: list[str] = []
        self._bound: dict[str, str] = {}
        self._frozen: Policy | None = None

    # ------------------------------------------------------------ the three verbs

    @overload
    def fn(
        self,
        f: F,
        /,
        *,
        name: str | None = None,
        visibility: Visibility = "high",
        docstring: str | None = None,
        held: bool = False,
    ) -> F: ...

    @overload
    def fn(
        self,
        f: None = None,
        /,
        *,
        name: str | None = None,
        visibility: Visibility = "high",
        docstring: str | None = None,
        held: bool = False,
    ) -> Callable[[F], F]: ...

    def fn(
        self,
        f: Any = None,
        /,
        *,
        name: str | None = None,
        visibility: Visibility = "high",
        docstring: str | None = None,
        held: bool = False,
    ) -> Any:
        """Register one callable; returns it unchanged, or a decorator when called without one.

        Args:
            f: the function, method or callable object.
            name: what agent code calls it; needed where it has no name of its own.
            visibility: ``"high"`` shows signature and docstring, ``"medium"`` the signature.
            docstring: shown in place of its own.
            held: whoever registers it may call it anyway, so it need not be in ``within``.

        Raises:
            RegistrationError: it is not a callable, the name is taken or not an identifier.
        """
        checks.visibility("fn", visibility)
        checks.text("fn", "docstring", docstring)
        if f is None:
            return lambda given: self.fn(
                given, name=name, visibility=visibility, docstring=docstring, held=held
            )
        called = checks.function(f, name)
        if self.within is not None and not held:
            if not any(spec.value is f for spec in self.within.functions.values()):
                raise _beyond(f"the function {called}")
        with self._lock:
            self._claim(called, f"the function {called}")
            self._functions.append(FunctionSpec(called, f, visibility, docstring, held))
        return f

    @overload
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
        held: bool = False,
    ) -> C: ...

    @overload
    def cls(
        self,
        C: None = None,
        /,
        *,
        name: str | None = None,
        visibility: Visibility = "high",
        include: Pattern = "*",
        exclude: Pattern = PRIVATE,
        constructable: bool = True,
        configure: Mapping[str, MemberSpec] | None = None,
        held: bool = False,
    ) -> Callable[[C], C]: ...

    def cls(
        self,
        C: Any = None,
        /,
        *,
        name: str | None = None,
        visibility: Visibility = "high",
        include: Pattern = "*",
        exclude: Pattern = PRIVATE,
        constructable: bool = True,
        configure: Mapping[str, MemberSpec] | None = None,
        held: bool = False,
    ) -> Any:
        """Register a class: its members, and its instances wherever they turn up.

        Args:
            C: the class; instances of its subclasses are not meant.
            name: what agent code calls it, when not its own name.
            include, exclude: which members: a glob, a list of globs and names, or a predicate.
            constructable: whether agent code may make instances.
            configure: a :class:`MemberSpec` for single members, by name.
            held: whoever registers it made it, so it need not be in ``within``.

        Raises:
            RegistrationError: it is not a class, the name is taken, a pattern or a key of
                ``configure`` matches nothing.
        """
        checks.visibility("cls", visibility)
        checks.flag("cls", "constructable", constructable)
        selection = checks.selection("cls", include, exclude)
        specs = checks.member_specs("cls", configure)
        if C is None:
            return lambda given: self.cls(
                given,
                name=name,
                visibility=visibility,
                include=include,
                exclude=exclude,
                constructable=constructable,
                configure=configure,
                held=held,
            )
        called = checks.class_(C, name)
        rule = TypeRule(C, called, visibility, constructable, specs, selection, held=held)
        if self.within is not None and not held:
            theirs = self.within.type_rule(C)
            if theirs is None:
                raise _beyond(f"the class {called}")
            rule = rule.narrowed_to(theirs)
        pattern_checks.plain_patterns(rule, PRIVATE_ANYWHERE)
        with self._lock:
            checks.unregistered_class(C, self._classes)
            self._claim(called, f"the class {called}")
            self._classes.append(rule)
        return C

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
        """Register a module, or a live object under a name; returns it unchanged.

        Args:
            m: a module, or any object such as an open ``sqlite3.Connection``.
            name: the import name agent code uses; it is then bound from the start as well. An
                object needs one.
            include, exclude: which members; dotted names reach into classes (``"Path.open"``).
            configure: a :class:`MemberSpec` for single members, by (dotted) name.
            recursive: with the submodules of a package, each when it is first used.

        Raises:
            RegistrationError: a wrong kind of object, a name that is taken, a pattern or a key of
                ``configure`` that matches nothing.
        """
        checks.visibility("module", visibility)
        checks.flag("module", "recursive", recursive)
        selection = checks.selection("module", include, exclude)
        specs = checks.member_specs("module", configure)
        if isinstance(m, types.ModuleType):
            made = ModuleRule(
                checks.module_name(m, name), m, visibility, recursive, specs, selection
            )
            if self.within is not None:
                allowed = self.within.module_rule(m)
                if allowed is None:
                    raise _beyond(f"the module {made.name}")
                made = replace(made, within=allowed)
            self._add_module(made, aliased=name is not None)
            return m
        called = checks.instance(m, name, recursive)
        rule = InstanceRule(called, m, visibility, specs, selection)
        if self.within is not None:
            theirs = self.within.instance_rule(m)
            if theirs is None:
                raise _beyond(f"the live object {called}")
            rule = replace(rule, within=theirs)
        pattern_checks.plain_patterns(rule, PRIVATE_ANYWHERE)
        with self._lock:
            checks.unregistered_instance(m, self._instances)
            self._claim(called, f"the live object {called}")
            self._instances.append(rule)
        return m

    # ------------------------------------------------------------ freezing

    def freeze(self) -> Policy:
        """Everything registered so far as one :class:`Policy`; the same one until more is."""
        with self._lock:
            if self._frozen is None:
                self._frozen = self._own()
                if self.within is not None:
                    self._frozen = self._frozen.narrowed_to(self.within)
            return self._frozen

    def _own(self) -> Policy:
        return Policy(
            functions=self._functions,
            classes=self._classes,
            modules=self._modules,
            instances=self._instances,
            aliased=self._aliased,
        )

    def __reduce__(self) -> tuple[Any, ...]:
        # A lock does not pickle, and what the policy leaves behind stays behind here too.
        with self._lock:
            own = self.freeze() if self.within is None else self._own()
            return _registry_of, (own, dict(self._bound), self.within)

    def _add_module(self, rule: ModuleRule, *, aliased: bool) -> None:
        pattern_checks.module_patterns(rule, PRIVATE_ANYWHERE)
        with self._lock:
            checks.free_module_name(rule, self._modules)
            if aliased:
                self._claim(rule.name.rpartition(".")[2], f"the module {rule.name}")
                self._aliased.append(rule.name)
            self._modules.append(rule)
            self._frozen = None

    def _claim(self, name: str, what: str) -> None:
        checks.free_name(name, what, self._bound)
        self._bound[name] = what
        self._frozen = None


def _beyond(what: str) -> RegistrationError:
    return RegistrationError(
        f"{what} is not registered with the agent that made this one, and an agent can give what it "
        "may use itself, and no more."
    )


def _registry_of(policy: Policy, bound: dict[str, str], within: Policy | None = None) -> Registry:
    registry = Registry(within=within)
    registry._functions = list(policy.functions.values())
    registry._classes = list(policy.classes.values())
    registry._modules = list(policy.modules.values())
    registry._instances = list(policy.instances.values())
    registry._aliased = list(policy._aliased)
    registry._bound = {name: what for name, what in bound.items() if name not in policy.missing}
    registry._frozen = policy if within is None else None
    return registry
