"""What is wrong with a registration, said at once and with the right form beside it.

Every function here either returns what the registry keeps or raises ``RegistrationError``.
"""

from __future__ import annotations

import keyword
import sys
import types
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, get_args

from agex.errors import AlreadyRegistered, RegistrationError, did_you_mean
from agex.policy.members import (
    answers_any_name,
    class_names,
    every_stored_name,
    is_dunder,
    module_names,
    object_names,
    submodule_names,
)
from agex.policy.origin import is_submodule
from agex.policy.patterns import Pattern, Selection, freeze_pattern, is_plain, matches
from agex.policy.specs import InstanceRule, MemberSpec, ModuleRule, TypeRule, Visibility

_VISIBILITIES: tuple[str, ...] = get_args(Visibility)
_RESERVED = ("inputs", "task_success", "task_fail", "task_clarify")
_MACHINERY = (
    type, object, types.FunctionType, types.CodeType, types.FrameType, types.TracebackType,
    types.ModuleType, types.GeneratorType, types.CoroutineType, types.AsyncGeneratorType,
)  # fmt: skip
_PLAIN_VALUES = (
    int, float, complex, bool, str, bytes, bytearray, list, tuple, dict, set, frozenset,
    type(None),
)  # fmt: skip


# ---------------------------------------------------------------- single options


def visibility(verb: str, value: object) -> None:
    if value not in _VISIBILITIES:
        raise RegistrationError(
            f"{verb}(visibility={value!r}): visibility is 'high', 'medium' or 'low'."
            + (did_you_mean(value, _VISIBILITIES) if isinstance(value, str) else "")
        )


def flag(verb: str, option: str, value: object) -> None:
    if not isinstance(value, bool):
        raise RegistrationError(f"{verb}({option}={value!r}): {option} is True or False.")


def text(verb: str, option: str, value: object) -> None:
    if value is not None and not isinstance(value, str):
        raise RegistrationError(
            f"{verb}({option}=…): {option} is a string, not a {type(value).__name__}."
        )


def selection(verb: str, include: Pattern, exclude: Pattern) -> Selection:
    frozen = {}
    for option, pattern in (("include", include), ("exclude", exclude)):
        try:
            frozen[option] = freeze_pattern(pattern)
        except TypeError as wrong:
            raise RegistrationError(
                f"{verb}({option}=…): {option} is a glob such as 'get_*', a list of globs and "
                f"names, or a function (name) -> bool; this is {wrong}."
            ) from None
    return Selection(frozen["include"], frozen["exclude"])


def member_specs(verb: str, configure: Mapping[str, MemberSpec] | None) -> Mapping[str, MemberSpec]:
    if configure is None:
        return types.MappingProxyType({})
    right = f"{verb}(configure={{'member': MemberSpec(visibility='medium')}})"
    if not isinstance(configure, Mapping):
        raise RegistrationError(
            f"configure maps member names to MemberSpec, as in {right}; "
            f"this is a {type(configure).__name__}."
        )
    for name, spec in configure.items():
        if not isinstance(name, str):
            raise RegistrationError(f"configure has the key {name!r}; keys are names: {right}.")
        if not isinstance(spec, MemberSpec):
            raise RegistrationError(
                f"configure[{name!r}] is a {type(spec).__name__}; write {right}."
            )
        if spec.visibility is not None:
            visibility(f"configure[{name!r}] MemberSpec", spec.visibility)
        if spec.instead is not None and not callable(spec.instead):
            if verb == "cls" or "." in name:
                raise RegistrationError(
                    f"configure[{name!r}]: MemberSpec(instead=…) is a function that takes the place "
                    f"of the member, not a {type(spec.instead).__name__}."
                )
    return types.MappingProxyType(dict(configure))


# ---------------------------------------------------------------- the thing itself


def function(value: object, name: str | None) -> str:
    """The name under which a callable is registered."""
    if isinstance(value, type):
        raise RegistrationError(
            f"fn() registers functions, and {value.__name__} is a class: write "
            f"agent.cls({value.__name__})."
        )
    if isinstance(value, types.ModuleType):
        raise RegistrationError(
            f"fn() registers functions, and {value.__name__} is a module: write "
            f"agent.module({value.__name__})."
        )
    if not callable(value):
        raise RegistrationError(
            f"fn() registers a callable, and a {type(value).__name__} is none. For a live object "
            "write agent.module(obj, name='…')."
        )
    own = getattr(value, "__name__", None)
    if name is None and not (isinstance(own, str) and own.isidentifier()):
        what = "a lambda" if own == "<lambda>" else f"a {type(value).__name__}"
        raise RegistrationError(
            f"{what} has no name that code could call: write agent.fn(f, name='…')."
        )
    return bindable("fn", name if name is not None else str(own))


def class_(value: object, name: str | None) -> str:
    """The name under which a class is registered."""
    if not isinstance(value, type):
        kind = type(value).__name__
        origin = getattr(value, "__origin__", None)
        if isinstance(origin, type):
            hint = f"write agent.cls({origin.__name__})."
        elif isinstance(value, types.ModuleType):
            hint = f"{value.__name__} is a module: write agent.module({value.__name__})."
        elif callable(value):
            hint = "it is a callable: write agent.fn(f)."
        else:
            hint = f"write agent.cls({kind}), or agent.module(obj, name='…') for this one object."
        raise RegistrationError(f"cls() registers a class, and this is a {kind}: {hint}")
    if any(value is machinery for machinery in _MACHINERY):
        raise RegistrationError(
            f"{value.__name__} is part of the interpreter: code that holds one can reach everything "
            "in the process, so it is not registered. Register functions that do what is needed."
        )
    return bindable("cls", name if name is not None else value.__name__)


def instance(value: object, name: str | None, recursive: bool) -> str:
    """The name under which a live object is registered."""
    kind = type(value).__name__
    if isinstance(value, type):
        raise RegistrationError(
            f"module() registers modules and live objects, and {value.__name__} is a class: write "
            f"agent.cls({value.__name__})."
        )
    if isinstance(value, (types.FunctionType, types.BuiltinFunctionType, types.MethodType)):
        raise RegistrationError(
            f"module() registers modules and live objects, and {value.__name__} is a function: "
            f"write agent.fn({value.__name__})."
        )
    if isinstance(value, str):
        raise RegistrationError(
            f"module() takes the module itself, not its name: import {value or '…'}, then "
            f"agent.module({value or '…'})."
        )
    if type(value) in _PLAIN_VALUES:
        raise RegistrationError(
            f"a {kind} is a plain value with no identity of its own: pass it to the task as an "
            "argument, or register a function that returns it."
        )
    if recursive:
        raise RegistrationError(
            f"recursive=True is about submodules of a package; this is a {kind} object."
        )
    if name is None:
        raise RegistrationError(
            f"a live {kind} needs a name that code can use: "
            f"agent.module(obj, name={kind.lower()!r})."
        )
    return bindable("module", name)


def module_name(module: types.ModuleType, name: str | None) -> str:
    """The name under which a module is imported."""
    if name is None:
        return module.__name__
    text("module", "name", name)
    for segment in name.split("."):
        bindable("module", segment)
    return name


def bindable(verb: str, name: str) -> str:
    """A name that code can be given: an identifier, and none that means something else already."""
    text(verb, "name", name)
    if not name.isidentifier() or keyword.iskeyword(name):
        raise RegistrationError(
            f"{verb}(name={name!r}): code could not write this name; use letters, digits and _, "
            "and no keyword."
        )
    if name in _RESERVED or name.startswith("task_"):
        raise RegistrationError(
            f"{name!r} is taken by agex in every task (inputs, task_success, task_fail, "
            f"task_clarify, task_*): choose another with {verb}(…, name='…')."
        )
    if is_dunder(name):
        raise RegistrationError(f"{name!r} is a name of Python's own protocols: choose another.")
    return name


# ---------------------------------------------------------------- names already taken


def free_name(name: str, what: str, bound: Mapping[str, str]) -> None:
    if name in bound:
        raise AlreadyRegistered(
            f"cannot register {what}: the name {name!r} is taken by {bound[name]}. "
            "Give one of them another with name='…'."
        )


def free_module_name(rule: ModuleRule, others: Sequence[ModuleRule]) -> None:
    for other in others:
        if other.name == rule.name:
            raise AlreadyRegistered(
                f"a module is registered as {rule.name!r} already. Put both sets of patterns into "
                "one call, or give one another name with name='…'."
            )
        if other.module is rule.module:
            raise AlreadyRegistered(
                f"{rule.module.__name__} is registered already, as {other.name!r}. Put both sets "
                "of patterns into one call."
            )


def unregistered_class(cls: type, others: Sequence[TypeRule]) -> None:
    for other in others:
        if other.cls is cls:
            raise AlreadyRegistered(
                f"{cls.__name__} is registered already, as {other.name!r}. Put both sets of "
                "patterns into one call."
            )


def unregistered_instance(value: object, others: Sequence[InstanceRule]) -> None:
    for other in others:
        if other.value is value:
            raise AlreadyRegistered(
                f"this {type(value).__name__} is registered already, as {other.name!r}. Put both "
                "sets of patterns into one call."
            )


# ---------------------------------------------------------------- patterns and configure


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
