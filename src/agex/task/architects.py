"""Agents that agent code makes: what it gets is ``Agent`` with these functions in place of its methods.

Capabilities only shrink. What agent code hands to an agent of its own is held against the policy that
the code itself runs under; functions and classes it made, and functions it was handed, it may pass on,
since it may call them anyway. Beyond that:

1. The model, and every option that bounds a run, are those of the agent whose code it is.
2. Nothing that agent code wrote is evaluated or looked into outside of its guards: a task is made of
   its name, parameters, plain defaults, annotations that hold no strings, and its docstring. The
   function object itself stays behind (``tests/task/test_architects.py`` has the escapes).
3. What runs in the host's name is not for agent code to choose: no ``check=``, ``doctest=``,
   ``copy_inputs=``, ``setup=`` or ``configure=``, and patterns are text, never predicates.
4. An agent of the host's own, or one whose maker may do more, is nothing to register on.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

from agex.errors import TypeRefused
from agex.policy import MemberSpec, Policy, Registry, Visibility
from agex.task.architect_verbs import INSTEAD, WORDS, cls, fn, module, task
from agex.task.handed_in import plain_text, within
from agex.task.options import Options

# The verbs: what earlier versions stored looks for them here.
__all__ = ["INSTEAD", "agent_signature", "cls", "fn", "maker", "module", "name_in", "offer", "task"]


def agent_signature(
    *,
    name: str = "agent",
    primer: str | None = None,
    max_iterations: int | None = None,
    timeout_seconds: float | None = None,
    context_tokens: int | None = None,
    max_cost: float | None = None,
    max_llm_tokens: int | None = None,
    max_llm_calls: int | None = None,
) -> Any:
    """Stands in the listing for the call that makes an agent; never called itself."""
    raise TypeRefused("agents are made by the code of a task")


MAKING = """Make an agent, a value like any other: keep it, return it, give it tasks.

It asks the same model as you, and starts with nothing registered. Register what its code needs, of
what you may use yourself, then make functions for it to write:

    solver = Agent(primer="You solve equations.")
    solver.module(math)

    @solver.task
    def solve(equation: str) -> float:
        \"\"\"The x that solves the equation.\"\"\"

    task_success(solve)"""


def offer(registry: Registry, agent: type, *, name: str | None, visibility: Visibility) -> None:
    """Register ``Agent`` in the form that agent code may use.

    Raises:
        RegistrationError: it is registered already, or the name is taken.
    """
    called = name or agent.__name__
    registry.cls(
        agent,
        name=f"{called}Type",
        visibility="low" if visibility == "low" else "medium",
        include=list(INSTEAD),
        constructable=False,
        configure={
            verb: MemberSpec(visibility=visibility, docstring=WORDS[verb], instead=function)
            for verb, function in INSTEAD.items()
        },
    )
    registry.fn(agent_signature, name=called, visibility=visibility, docstring=MAKING, held=True)


def name_in(policy: Policy) -> str | None:
    """What agent code calls ``Agent``; ``None`` where it is not registered."""
    for spec in policy.functions.values():
        if spec.value is agent_signature:
            return spec.name
    return None


def maker(
    make: Callable[[str, str | None, Options, Registry], Any], options: Options, policy: Policy
) -> Callable[..., Any]:
    """What agent code calls as ``Agent(…)``: makes agents within ``policy`` and ``options``."""

    def made(*, name: Any = "agent", primer: Any = None, **given: Any) -> Any:
        plain_text("name", name)
        plain_text("primer", primer, none=True)
        if "llm" in given:
            raise TypeRefused("llm= is not yours to choose: the agent asks the same model as you")
        for option, value in given.items():
            if type(value) not in (int, float, type(None)):
                raise TypeError(f"{option}= is a number, got {type(value).__name__}")
        return make(name, primer, within(options, given), Registry(within=policy))

    made.__name__ = made.__qualname__ = "Agent"
    made.__doc__ = MAKING
    made.__signature__ = inspect.signature(agent_signature)  # type: ignore[attr-defined]  # for help()
    return made
