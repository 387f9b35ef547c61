"""What agent code has in place of the methods of ``Agent``: they register what it may pass on itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from agex.errors import TypeRefused
from agex.policy import Visibility
from agex.sandbox import kinds
from agex.sandbox.decisions import ModuleView
from agex.sandbox.opaque import Type, real_class
from agex.sandbox.origin import is_agent_class
from agex.task.handed_in import (
    pattern,
    plain_text,
    policy_within,
    registry_of,
    rule_behind,
    within,
)
from agex.task.options import AGENT_OPTIONS
from agex.task.plain_definitions import classes_in, plain_definition
from agex.task.task import Task

WORDS: Mapping[str, str] = {
    "fn": "Give the agent a function: one of yours, or one that was given to you.",
    "cls": "Give the agent a class: one of yours, or one that was given to you.",
    "module": "Give the agent a module you may import, or a live object you have.",
    "task": (
        "Make a function that the agent writes when it is called, of one with an empty body, type "
        "annotations and a docstring: as a decorator or as `solve = agent.task(solve)`."
    ),
}


def fn(
    agent: Any,
    f: Any = None,
    /,
    *,
    name: str | None = None,
    visibility: Visibility = "high",
    docstring: str | None = None,
) -> Any:
    """``agent.fn`` as agent code has it."""
    registry = registry_of(agent)
    options: dict[str, Any] = {"name": name, "visibility": visibility, "docstring": docstring}
    for option, value in options.items():
        plain_text(option, value, none=True)
    if f is None:
        return lambda function: fn(
            agent, function, name=name, visibility=visibility, docstring=docstring
        )
    if type(f) is Task:
        agent._register_task(f, name, visibility, docstring)
    elif type(f) in kinds.FUNCTION_TYPES:
        registry.fn(f, held=True, **options)
    else:
        raise TypeRefused(f"fn() takes a function, got a {type(f).__name__!r} object")
    return f


def cls(
    agent: Any,
    C: Any = None,  # as the method has it
    /,
    *,
    name: str | None = None,
    visibility: Visibility = "high",
    include: str | Sequence[str] = "*",
    exclude: str | Sequence[str] = "_*",
    constructable: bool = True,
) -> Any:
    """``agent.cls`` as agent code has it."""
    registry = registry_of(agent)
    options: dict[str, Any] = {"name": name, "visibility": visibility}
    for option, value in options.items():
        plain_text(option, value, none=True)
    patterns = {"include": pattern("include", include), "exclude": pattern("exclude", exclude)}
    if type(constructable) is not bool:
        raise TypeError("constructable= is True or False")
    if C is None:
        return lambda given: cls(agent, given, **options, **patterns, constructable=constructable)
    real = real_class(C)
    if not isinstance(C, type) or C is Type:
        raise TypeRefused("cls() takes a class, such as one of your own")
    if real is type(agent):
        agent._offer_agents({"name": name, "visibility": visibility})
        return C
    registry.cls(
        real, **options, **patterns, constructable=constructable, held=is_agent_class(real)
    )
    return C


def module(
    agent: Any,
    m: Any,
    /,
    *,
    name: str | None = None,
    visibility: Visibility = "low",
    include: str | Sequence[str] = "*",
    exclude: str | Sequence[str] = ("_*", "*._*"),
    recursive: bool = False,
) -> Any:
    """``agent.module`` as agent code has it."""
    registry = registry_of(agent)
    plain_text("name", name, none=True)
    plain_text("visibility", visibility)
    patterns = {"include": pattern("include", include), "exclude": pattern("exclude", exclude)}
    if type(recursive) is not bool:
        raise TypeError("recursive= is True or False")
    policy = policy_within(registry)
    if isinstance(m, ModuleView):
        rule = rule_behind(m, policy)
        if rule is None:
            return m  # a module of the language, which every agent has
        own = rule.name if rule.name != rule.module.__name__ else None
        registry.module(
            rule.module,
            name=name or own,
            visibility=visibility,
            recursive=recursive and rule.recursive,
            **patterns,
        )
        return m
    held = policy.instance_rule(m)
    if held is None:
        raise TypeRefused(
            f"a {type(m).__name__!r} object is not registered with you, so you cannot give it to an "
            "agent; module() takes modules you may import and live objects you have by name"
        )
    registry.module(m, name=name or held.name, visibility=visibility, **patterns)
    return m


def task(agent: Any, f: Any = None, /, *, primer: Any = None, **given: Any) -> Any:
    """``agent.task`` as agent code has it."""
    registry = registry_of(agent)
    if type(f) is str:
        f, primer = None, f
    plain_text("primer", primer, none=True)
    for option, value in given.items():
        if option not in AGENT_OPTIONS:
            raise TypeRefused(
                f"task() has no option {option!r} here; there is primer=, and "
                f"{', '.join(AGENT_OPTIONS)}"
            )
        if type(value) not in (int, float, type(None)):
            raise TypeError(f"{option}= is a number, got {type(value).__name__}")
    if f is None:
        return lambda function: task(agent, function, primer=primer, **given)
    function = plain_definition(f)
    for own in classes_in(tuple(function.__annotations__.values())):
        # What a signature names is granted; a class of agent code is a name to bind and no more.
        if is_agent_class(own) and registry.freeze().type_rule(own) is None:
            registry.cls(own, held=True)
    return agent._make(function, primer, within(agent._options, given))


INSTEAD: Mapping[str, Callable[..., Any]] = {"cls": cls, "fn": fn, "module": module, "task": task}
for _verb, _function in INSTEAD.items():
    _function.__doc__ = WORDS[_verb]  # what help() says to agent code
