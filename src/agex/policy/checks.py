"""What is wrong with a registration, said at once and with the right form beside it.

Every function here either returns what the registry keeps or raises ``RegistrationError``.
"""

from __future__ import annotations

import keyword
import types
from collections.abc import Mapping, Sequence
from typing import get_args

from agex.errors import AlreadyRegistered, RegistrationError, did_you_mean
from agex.policy.members import is_dunder
from agex.policy.modules import ModuleRule
from agex.policy.patterns import Pattern, Selection, freeze_pattern
from agex.policy.specs import InstanceRule, MemberSpec, TypeRule, Visibility

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
    """One of the three visibilities."""
    if value not in _VISIBILITIES:
        raise RegistrationError(
            f"{verb}(visibility={value!r}): visibility is 'high', 'medium' or 'low'."
            + (did_you_mean(value, _VISIBILITIES) if isinstance(value, str) else "")
        )


def flag(verb: str, option: str, value: object) -> None:
    """A boolean, and not something that happens to be true."""
    if not isinstance(value, bool):
        raise RegistrationError(f"{verb}({option}={value!r}): {option} is True or False.")


def text(verb: str, option: str, value: object) -> None:
    """A string, or nothing."""
    if value is not None and not isinstance(value, str):
        raise RegistrationError(
            f"{verb}({option}=…): {option} is a string, not a {type(value).__name__}."
        )


def selection(verb: str, include: Pattern, exclude: Pattern) -> Selection:
    """Both patterns, in the form in which they are kept."""
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
    """The overrides by name, each a ``MemberSpec`` with options that mean something."""
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
    """Nobody else has the name; ``bound`` says who has which."""
    if name in bound:
        raise AlreadyRegistered(
            f"cannot register {what}: the name {name!r} is taken by {bound[name]}. "
            "Give one of them another with name='…'."
        )


def free_module_name(rule: ModuleRule, others: Sequence[ModuleRule]) -> None:
    """Neither the module nor its import name is registered."""
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
    """The class has no registration of its own yet."""
    for other in others:
        if other.cls is cls:
            raise AlreadyRegistered(
                f"{cls.__name__} is registered already, as {other.name!r}. Put both sets of "
                "patterns into one call."
            )


def unregistered_instance(value: object, others: Sequence[InstanceRule]) -> None:
    """The object has no registration yet."""
    for other in others:
        if other.value is value:
            raise AlreadyRegistered(
                f"this {type(value).__name__} is registered already, as {other.name!r}. Put both "
                "sets of patterns into one call."
            )
