"""The system text: how to work here, and what this agent has. Short, and the same for every call."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from importlib.resources import files

from agex.policy import ModuleRule, Policy
from agex.render.budget import plural
from agex.render.classes import type_name
from agex.render.stubs import api_text, is_shown

API_CHARS = 12_000
"""What the listing of a rich API may take of every request; ``help`` has the rest."""

LANGUAGE = (
    "abc",
    "collections",
    "collections.abc",
    "contextlib",
    "copy",
    "dataclasses",
    "enum",
    "functools",
    "itertools",
    "numbers",
    "operator",
    "types",
    "typing",
)
"""The modules that are the language itself: every agent may import them, nobody registers them."""

_CONDITION = re.compile(r"\[(!?)(\w+)\] ")


def system_text(
    policy: Policy,
    *,
    primer: str | None = None,
    vision: bool = False,
    api_chars: int = API_CHARS,
    timeout_seconds: float | None = None,
    max_iterations: int | None = None,
    language: Sequence[str] = LANGUAGE,
    tool: str | None = None,
) -> str:
    """What stands before the conversation of every task of an agent.

    It depends on nothing but its arguments, so it is the same, byte for byte, in each request.

    Args:
        primer: the developer's own words about this agent, put after ours.
        vision: whether the model can be shown pictures.
        api_chars: the most the listing of the registered API may take.
        timeout_seconds, max_iterations: the limits the model should plan with, where there are any.
        language: modules importable for every agent.
        tool: the tool that takes the code; ``None`` where it travels in a fenced block.
    """
    api = api_text(policy, api_chars)
    modules = modules_line(policy, language)
    limits = _limits(timeout_seconds, max_iterations)
    objects = objects_line(policy)
    has = {
        "modules": bool(modules),
        "objects": bool(objects),
        "api": bool(api),
        "images": vision,
        "limits": bool(limits),
        "tool": tool is not None,
    }
    lines: list[str] = []
    for line in _primer().split("\n"):
        condition = _CONDITION.match(line)
        if condition is not None:
            negated, flag = condition.groups()
            if has[flag] is bool(negated):
                continue
            line = line[condition.end() :]
        lines.append(
            line.replace("{modules}", modules)
            .replace("{limits}", limits)
            .replace("{objects}", objects)
            .replace("{tool}", str(tool))
        )
    parts = ["\n".join(lines).strip()]
    if primer and primer.strip():
        parts.append(f"# About this work\n{primer.strip()}")
    if api:
        parts.append(f"# What you have\nReady to use, nothing to define:\n\n```python\n{api}\n```")
    return "\n\n".join(parts)


def modules_line(policy: Policy, language: Sequence[str] = LANGUAGE) -> str:
    """Every importable module on one line; submodules fold into ``package (.sub, .other)``."""
    children: dict[str, list[str]] = {}
    # A leading underscore marks a module that only carries classes: nobody needs to import it.
    public = [name for name in policy.importable() if not name.startswith("_")]
    names = sorted({*public, *language})
    known = set(names)
    for name in names:
        root, dot, _ = name.partition(".")
        if dot and root in known:
            children.setdefault(root, []).append(name[len(root) :])
        else:
            children.setdefault(name, [])
    bound = {rule.name for rule in policy.names().values() if isinstance(rule, ModuleRule)}
    shown: list[str] = []
    for name, below in children.items():
        rule = policy.module(name)
        about = list(below)
        if rule is not None and rule.recursive:
            about = ["with submodules"]
        if name in bound:
            about.append("imported already")
        shown.append(f"{name} ({', '.join(about)})" if about else name)
    return ", ".join(shown)


def objects_line(policy: Policy) -> str:
    """The live objects that no stub shows, with their types: nothing else would give their names away."""
    return ", ".join(
        f"`{name}` ({type_name(type(rule.value))})"
        for name, rule in sorted(policy.instances.items())
        if not is_shown(rule)
    )


def _limits(timeout_seconds: float | None, max_iterations: int | None) -> str:
    parts = []
    if timeout_seconds is not None:
        parts.append(f"A block may run for {timeout_seconds:g} seconds.")
    if max_iterations is not None:
        parts.append(f"The task may take {plural(max_iterations, 'reply', 'replies')}.")
    return " ".join(parts)


@cache
def _primer() -> str:
    return files("agex.render").joinpath("primer.md").read_text(encoding="utf-8")
