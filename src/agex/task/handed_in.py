"""What agent code hands in when it makes and equips agents, looked at before anything is done with it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from agex.errors import TypeRefused
from agex.policy import ModuleRule, Policy, Registry
from agex.sandbox.decisions import ModuleView
from agex.sandbox.origin import is_agent_class
from agex.task.options import Options, agent_options


def within(options: Options, given: Mapping[str, Any]) -> Options:
    """``options`` with what was given, each bound as tight as it was or tighter.

    Raises:
        ConfigurationError: an option is unknown or out of bounds.
    """
    # Checked as an agent's own options, in the same words; None asks for what the maker has.
    asked = agent_options({name: value for name, value in given.items() if value is not None})
    tighter: dict[str, Any] = {}
    for name in given:
        mine, theirs = getattr(options, name), getattr(asked, name)
        if given[name] is not None and (mine is None or theirs < mine):
            tighter[name] = theirs
    return replace(options, **tighter)


def plain_text(option: str, value: Any, *, none: bool = False) -> None:
    """Refuse what is no text where one is asked for.

    Exactly str: a subclass of agent code would run wherever the text is looked at.
    """
    if type(value) is not str and not (none and value is None):
        raise TypeError(f"{option}= is a text, got {type(value).__name__}")


def registry_of(agent: Any) -> Registry:
    """Where an agent that agent code made registers.

    Raises:
        TypeRefused: it is another's.
    """
    # Through the class, a function may be handed any object at all in the place of an agent.
    registry = None if is_agent_class(type(agent)) else getattr(agent, "_registry", None)
    if type(registry) is not Registry or registry.within is None:
        raise TypeRefused(
            "this agent belongs to the host; you can register on agents that you made"
        )
    return registry


def policy_within(registry: Registry) -> Policy:
    """What the maker of an agent may do itself."""
    assert registry.within is not None
    return registry.within


def rule_behind(view: ModuleView, policy: Policy) -> ModuleRule | None:
    """The rule of the module that agent code sees through ``view``, in the policy of the agent's maker."""
    reduced = type(view).__reduce__(view)
    assert isinstance(reduced, tuple)
    guards, dotted = reduced[1]
    there = guards.policy.module(dotted)
    if there is None:
        return None
    rule = policy.module_rule(there.module)
    if rule is None:
        raise TypeRefused(f"the module {dotted} is not registered with the maker of this agent")
    return rule


def pattern(option: str, value: Any) -> Any:
    """A pattern of names, or several; never a predicate, which the host would call."""
    parts = value if type(value) in (list, tuple) else [value]
    for part in parts:
        if type(part) is not str:
            raise TypeRefused(f"{option}= is a text such as 'get_*', or a list of these, here")
    return value if type(value) is str else list(parts)
