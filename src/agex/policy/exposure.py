"""Which registered module offers a class, and under which name?

A class is looked for, nearest first: among what registered modules hold; nested in a class they
hold; in the submodule of a recursive package that defines it; in a loaded submodule that offers it
(``pandas`` defines most of its classes in private files). Always by identity: a class is free to say
of itself that it is called ``DataFrame`` and comes from ``pandas``.
"""

from __future__ import annotations

import sys
import types
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import Any

from agex.policy.companions import companions, homes
from agex.policy.members import public_names
from agex.policy.modules import ModuleRule
from agex.policy.patterns import Selection
from agex.policy.specs import TypeRule


class Exposure:
    """The classes that the modules of one policy offer.

    Args:
        rules: the registered modules.
        resolve: finds the rule of a submodule by its dotted name.
    """

    __slots__ = ("_by_name", "_held", "_resolve", "_rules")

    def __init__(
        self, rules: Iterable[ModuleRule], resolve: Callable[[str], ModuleRule | None]
    ) -> None:
        self._rules = tuple(rules)
        self._resolve = resolve
        self._held: dict[int, TypeRule] | None = None
        self._by_name: dict[str, list[ModuleRule]] = {}
        for rule in self._rules:
            self._by_name.setdefault(rule.module.__name__, []).append(rule)

    def registered(self, name: str) -> ModuleRule | None:
        """The registration of a module, by the module's own name."""
        rules = self._by_name.get(name)
        return rules[0] if rules else None

    def rule_for(self, cls: type) -> TypeRule | None:
        """The rule of a class that some module offers; ``None`` when none does."""
        return self.held().get(id(cls)) or self._nested(cls) or self._in_package(cls)

    def may_change(self, cls: type) -> bool:
        """Whether a submodule imported later could offer it, so that a "no" is not remembered."""
        return any(rule.recursive for rule in self._above(cls))

    def held(self) -> dict[int, TypeRule]:
        """The classes that registered modules hold, by id; one's own package goes first."""
        table = self._held
        if table is None:
            found: dict[int, tuple[bool, TypeRule]] = {}
            for rule in self._rules:
                for name, value in list(vars(rule.module).items()):
                    if not isinstance(value, type) or not rule.allows(name):
                        continue
                    at_home = rule in self._above(value)
                    before = found.get(id(value))
                    if before is None or (at_home and not before[0]):
                        found[id(value)] = (at_home, rule.type_at(name, value))
            for rule in self._rules:
                for cls in companions(rule.module):
                    found.setdefault(id(cls), (False, _handed_out(rule, cls)))
            table = self._held = {key: rule for key, (_, rule) in found.items()}
        return table

    def _above(self, cls: type) -> Iterator[ModuleRule]:
        """The registered modules that define the class, and the packages above, nearest first."""
        home = _said_by(cls, "__module__")
        while home:
            yield from self._by_name.get(home, ())
            home = home.rpartition(".")[0]

    def _nested(self, cls: type) -> TypeRule | None:
        """A class inside an exposed class, or one that a module makes when it is asked for."""
        dotted = _said_by(cls, "__qualname__")
        for rule in self._above(cls):
            if _stands_at(rule, dotted, cls) and rule.selects(dotted, container=True):
                return rule.type_at(dotted, cls)
        return None

    def _in_package(self, cls: type) -> TypeRule | None:
        dotted = _said_by(cls, "__qualname__")
        home = _said_by(cls, "__module__")
        for root in self._above(cls):
            if not root.recursive:
                continue
            defining = sys.modules.get(home)
            if defining is not None and _static(defining, dotted) is cls:
                where = root if root.module is defining else self._resolve(home)
                if where is not None and where.selects(dotted, container=True):
                    return where.type_at(dotted, cls)
            name = _said_by(cls, "__name__")
            for offering in _offering(root.module.__name__ + ".", name, cls):
                where = self._resolve(offering)
                if where is not None and where.allows(name):
                    return where.type_at(name, cls)
        return self._with_submodule(cls)

    def _with_submodule(self, cls: type) -> TypeRule | None:
        """A class whose objects a submodule of a recursive package hands out."""
        roots = [rule.module.__name__ + "." for rule in self._rules if rule.recursive]
        if roots:
            for home in homes(cls):
                if home.startswith(tuple(roots)) and (where := self._resolve(home)) is not None:
                    return _handed_out(where, cls)
        return None


def _handed_out(rule: ModuleRule, cls: type) -> TypeRule:
    """The rule of a class that comes with a module: its public members, never its constructor."""
    return replace(
        rule.type_at(cls.__name__, cls),
        constructable=False,
        selection=Selection(("*",), ("_*",)),
        path="",
    )


def _said_by(cls: type, name: str) -> str:
    """``__module__`` and its like as ``type`` reads them: a metaclass may have its own idea."""
    said: Any = type.__dict__[name].__get__(cls)
    return said if type(said) is str else ""


def _static(holder: object, dotted: str) -> object:
    for part in dotted.split("."):
        if not isinstance(holder, (type, types.ModuleType)):
            return None
        holder = vars(holder).get(part)
    return holder


def _stands_at(rule: ModuleRule, dotted: str, cls: type) -> bool:
    first, _, rest = dotted.partition(".")
    try:
        holder = rule.get(first)
    except AttributeError:
        return False
    return (_static(holder, rest) if rest else holder) is cls


def _offering(prefix: str, name: str, cls: type) -> list[str]:
    """Loaded submodules that hold ``cls``: those that list it in ``__all__`` first, then by depth."""
    found = [
        (name not in public_names(module), dotted.count("."), dotted)
        for dotted, module in list(sys.modules.items())
        if dotted.startswith(prefix) and getattr(module, "__dict__", {}).get(name) is cls
    ]
    return [dotted for _, _, dotted in sorted(found)]
