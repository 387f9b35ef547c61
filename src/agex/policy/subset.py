"""Is one rule never wider than another?

Two proofs are asked for at once: every name that exists and is allowed here is allowed there, and
the patterns here can select nothing that the patterns there do not, for the names that come to be
later. What cannot be proven counts as wider.
"""

from __future__ import annotations

from agex.policy.members import has_fixed_members
from agex.policy.modules import ModuleRule
from agex.policy.origin import same_module
from agex.policy.specs import InstanceRule, TypeRule


def type_within(mine: TypeRule, other: TypeRule) -> bool:
    """Whether ``other`` allows all that ``mine`` allows of the same class."""
    if mine is other:
        return True
    if mine.constructable and not other.constructable:
        return False
    if other.frozen and not mine.frozen:
        return False
    if mine.within is not None and type_within(mine.within, other):
        return True
    if not all(other.allows(member) for member in mine.members()):
        return False
    for name in _replaced(other):
        if mine.allows(name) and mine.instead(name) is not other.instead(name):
            return False
    if mine.closed or has_fixed_members(mine.cls):
        return True
    if mine.path == other.path and mine.local == other.local:
        return mine.selection.within(other.selection)
    # Seen from different places the patterns do not compare; only "everything public" is known.
    return (
        not other.closed
        and other.selection.is_everything_public()
        and mine.selection.leaves_out_private(below=bool(mine.path))
    )


def instance_within(mine: InstanceRule, other: InstanceRule) -> bool:
    """Whether ``other`` allows all that ``mine`` allows of the same object."""
    if mine is other or (mine.within is not None and instance_within(mine.within, other)):
        return True
    return (
        mine.value is other.value
        and all(other.allows(member) for member in mine.members())
        and mine.selection.within(other.selection)
    )


def module_within(mine: ModuleRule, other: ModuleRule) -> bool:
    """Whether ``other`` allows all that ``mine`` allows of the same module, classes aside."""
    if mine is other or (mine.within is not None and module_within(mine.within, other)):
        return True
    if not same_module(mine.module, other.module) or (mine.recursive and not other.recursive):
        return False
    if mine.path == other.path:
        if not mine.selection.within(other.selection):
            return False
    elif (
        mine.recursive
        or not other.selection.is_everything_public()
        or not mine.selection.leaves_out_private(below=bool(mine.path))
    ):
        return False
    for name in _replaced(other):
        own = mine.configure.get(name)
        if mine.selects(name) and (own is None or own.instead is not other.configure[name].instead):
            return False
    for key, spec in other.configure.items():
        if spec.constructable is False and mine.selects(key, container=True):
            own = mine.configure.get(key)
            if own is None or own.constructable is not False:
                return False
    return all(other.allows(member) for member in mine.members())


def _replaced(rule: ModuleRule | TypeRule) -> list[str]:
    """The members that something else stands in for: what must not be had in its first form."""
    return [name for name, spec in rule.configure.items() if spec.instead is not None]
