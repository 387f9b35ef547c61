"""Does every pattern, and every key of ``configure``, match something that is there?

A typing error in ``exclude`` would leave open what was meant to be closed, and one in ``include``
close what was meant to be open; so both are found at once, with the nearest names. Nothing is
imported to find out: of a recursive package, what is loaded and what lies in its folder counts.
"""

from __future__ import annotations

import sys
import types
from collections.abc import Iterable, Sequence
from typing import Any

from agex.errors import RegistrationError, did_you_mean
from agex.policy.members import (
    answers_any_name,
    class_names,
    every_stored_name,
    is_dunder,
    module_names,
    object_names,
    submodule_names,
)
from agex.policy.modules import ModuleRule
from agex.policy.origin import is_submodule
from agex.policy.patterns import Selection, is_plain, matches
from agex.policy.specs import InstanceRule, TypeRule


def plain_patterns(rule: TypeRule | InstanceRule, usual: Sequence[str]) -> None:
    """Every pattern and key of a class or live object matches a member it has."""
    selected = rule.selection
    globs = [
        (option, glob)
        for option, glob in _globs(selected)
        if glob != "*" and not (option == "exclude" and glob in usual)
    ]
    if not (globs or rule.configure or callable(selected.include) or callable(selected.exclude)):
        return  # the usual case: no need to look
    names = class_names(rule.cls) if isinstance(rule, TypeRule) else object_names(rule.value)
    protocol = {name for name in names if is_dunder(name)}
    known = names - protocol
    if (
        rule.within is not None
    ):  # what is said about a mistake must not tell of more than is allowed
        known = set(filter(rule.within.allows, known))
    cls = rule.cls if isinstance(rule, TypeRule) else type(rule.value)
    for option, glob in globs:
        if glob in protocol:
            continue
        matched = [name for name in known if matches(glob, name)]
        if not matched and not _may_come(cls, glob):
            raise _matches_nothing(rule.name, option, glob, known)
        if option == "include" and matched and all(map(selected.excludes, matched)):
            raise _included_and_excluded(rule.name, glob, selected)
    _predicates(rule.name, selected, known)
    for key in rule.configure:
        if key in protocol:
            continue
        if key not in known and not _may_come(cls, key):
            raise _configures_nothing(rule.name, key, known)
        if not rule.allows(key):
            raise _configures_excluded(rule.name, key)


def _may_come(cls: type, name: str) -> bool:
    """Whether instances can come to have a member that neither class nor ``__init__`` shows."""
    if is_plain(name) and answers_any_name(cls):
        return True
    return any(matches(name, stored) for stored in every_stored_name(cls))


def module_patterns(rule: ModuleRule, usual: Sequence[str]) -> None:
    """Every pattern and key of a module matches something; nothing is imported to find out."""
    known = {name for name in module_names(rule.module) if not is_dunder(name)}
    if rule.recursive:
        known |= submodule_names(rule.module)
    if rule.within is not None:
        known = set(filter(rule.within.allows, known))
    selected = rule.selection
    for option, glob in _globs(selected):
        if glob == "*" or (option == "exclude" and glob in usual):
            continue
        head, dot, rest = glob.partition(".")
        matched = [name for name in known if matches(head if dot else glob, name)]
        if option == "exclude" and not matched:
            matched = _crossing(rule, glob, known)
        elif dot and matched and not _below(rule, matched, rest):
            raise _matches_nothing(rule.name, option, glob, _dotted(rule, matched))
        if not matched:
            if is_dunder(head):
                raise RegistrationError(
                    f"{option}={glob!r}: names of Python's own protocols are not members of a "
                    "registered module."
                )
            raise _matches_nothing(rule.name, option, glob, known)
        if option == "include" and not dot:
            _includable(rule, glob, matched)
    _predicates(rule.name, selected, known)
    for key in rule.configure:
        _configurable(rule, key, known)


def _includable(rule: ModuleRule, glob: str, matched: Sequence[str]) -> None:
    if all(map(rule.selection.excludes, matched)):
        raise _included_and_excluded(rule.name, glob, rule.selection)
    if not is_plain(glob):
        return
    value = vars(rule.module).get(glob)
    if isinstance(value, types.ModuleType) and not rule.recursive:
        raise RegistrationError(
            f"include={glob!r}: {rule.name}.{glob} is a module, and modules are registered on their "
            f"own: import {value.__name__}, then agent.module({value.__name__})."
        )


def _configurable(rule: ModuleRule, key: str, known: Iterable[str]) -> None:
    head, dot, rest = key.partition(".")
    if head not in known:
        raise _configures_nothing(rule.name, key, known)
    if dot and not _below(rule, [head], rest):
        raise _configures_nothing(rule.name, key, _dotted(rule, [head]))
    if not rule.selects(key, container=True):
        raise _configures_excluded(rule.name, key)


def _below(rule: ModuleRule, heads: Sequence[str], rest: str) -> bool:
    """Whether ``rest`` matches a member of one of the classes or submodules named ``heads``."""
    first, _, further = rest.partition(".")
    for head in heads:
        value = vars(rule.module).get(head)
        if value is None:
            value = sys.modules.get(f"{rule.module.__name__}.{head}")
        if value is None and len(heads) == 1 and head not in submodule_names(rule.module):
            value = getattr(rule.module, head, None)  # made on demand, and named by the caller
        if isinstance(value, type):
            if any(matches(first, name) for name in class_names(value) | every_stored_name(value)):
                return True
        elif isinstance(value, types.ModuleType):
            if not rule.recursive or not is_submodule(rule.module, head, value):
                continue
            inner = rule.below(head, value)
            names = module_names(value) | submodule_names(value)
            matched = [name for name in names if matches(first, name)]
            if matched and (not further or _below(inner, matched, further)):
                return True
        elif value is None and rule.recursive:
            return True  # a submodule that nobody has imported yet: not loaded to find out
    return False


def _crossing(rule: ModuleRule, glob: str, known: Iterable[str]) -> list[str]:
    """Where an exclude glob finds something further down: in classes, in loaded submodules."""
    held = [vars(rule.module).get(head) for head in known]
    if rule.recursive:
        prefix = rule.module.__name__ + "."
        for dotted, module in list(sys.modules.items()):
            if dotted.startswith(prefix):
                if any(matches(glob, name) for name in vars(module)):
                    return [dotted]
                held.extend(vars(module).values())
    for value in held:
        if isinstance(value, type):
            for name in class_names(value):
                if matches(glob, f"{value.__name__}.{name}"):
                    return [value.__name__]
    # A glob may be about a submodule that is not loaded; a plain name can say which one it is.
    return ["…"] if rule.recursive and not is_plain(glob) else []


def _dotted(rule: ModuleRule, heads: Iterable[str]) -> set[str]:
    found: set[str] = set()
    if rule.within is not None:
        return found
    for head in heads:
        value = vars(rule.module).get(head)
        if isinstance(value, type):
            found.update(f"{head}.{name}" for name in class_names(value) if name[0] != "_")
        elif rule.recursive and isinstance(value, types.ModuleType):
            found.update(f"{head}.{name}" for name in module_names(value) if name[0] != "_")
    return found


def _globs(selected: Selection) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for option, pattern in (("include", selected.include), ("exclude", selected.exclude)):
        if isinstance(pattern, tuple):
            found.extend((option, glob) for glob in pattern)
    return found


def _predicates(owner: str, selected: Selection, known: Iterable[str]) -> None:
    """A predicate answers for every name, and one for ``include`` says yes to one at least."""
    for option, predicate in (("include", selected.include), ("exclude", selected.exclude)):
        if isinstance(predicate, tuple):
            continue
        answers: list[Any] = []
        for name in sorted(known):
            try:
                answers.append(predicate(name))
            except Exception as wrong:
                raise RegistrationError(
                    f"{owner}: the {option} function raised {type(wrong).__name__}: {wrong} for "
                    f"the name {name!r}."
                ) from wrong
        if option == "include" and not any(answers):
            raise RegistrationError(
                f"{owner}: the include function says no to every name, {_some(known)}."
            )


# ---------------------------------------------------------------- the sentences


def _matches_nothing(owner: str, option: str, glob: str, known: Iterable[str]) -> RegistrationError:
    known = sorted(known)
    meant = did_you_mean(glob, known) or did_you_mean(glob.strip("*_."), known)
    return RegistrationError(
        f"{option}={glob!r} matches nothing in {owner}.{meant or f' It has {_some(known)}.'}"
    )


def _included_and_excluded(owner: str, glob: str, selected: Selection) -> RegistrationError:
    shown = selected.exclude if isinstance(selected.exclude, tuple) else "the exclude function"
    return RegistrationError(
        f"include={glob!r} names what exclude={shown!r} removes from {owner}, and exclude wins: "
        "leave one of them out (exclude=() removes nothing)."
    )


def _configures_nothing(owner: str, key: str, known: Iterable[str]) -> RegistrationError:
    known = sorted(known)
    return RegistrationError(
        f"configure names {key!r}, which {owner} does not have."
        + (did_you_mean(key, known) or f" It has {_some(known)}.")
    )


def _configures_excluded(owner: str, key: str) -> RegistrationError:
    return RegistrationError(
        f"configure names {key!r}, which include and exclude leave out of {owner}: include it, or "
        "drop the key."
    )


def _some(names: Iterable[str], most: int = 8) -> str:
    public = sorted(name for name in names if not name.startswith("_"))
    if not public:
        return "no public names"
    more = len(public) - most
    return ", ".join(public[:most]) + (f" and {more} more" if more > 0 else "")
