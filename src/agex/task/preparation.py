"""What the runs of a task may reach and are told: its agent's policy, what signatures grant, the system text.

A task grants what its own signature names, and what the signatures of the tasks among its agent's
functions name: agents work on the same objects, and whoever calls a worker makes what that takes and reads
what that returns. Types that the worker's developer registered keep that rule, and are not opened by a
signature; nor does a signature that agent code wrote open anything to others.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from agex import helpers
from agex.errors import RegistrationError
from agex.llm import LLMClient
from agex.messages import RUN_PYTHON
from agex.policy import Granted, Policy, TypeRule, granted_by, registering_line
from agex.render import system_text
from agex.task.contract import Contract
from agex.task.hints import safe_hints
from agex.task.options import Options

_PICTURE_LIBRARIES = frozenset({"PIL", "matplotlib", "numpy", "plotly"})


@dataclass(frozen=True, slots=True)
class Prepared:
    """A policy with the grants of one task, and the system text for it."""

    base: Policy
    policy: Policy
    types: tuple[TypeRule, ...]
    system: str
    client: LLMClient


@dataclass(frozen=True, slots=True)
class Worker:
    """A task among the functions of an agent: what it takes and gives, and what its own runs may reach."""

    contract: Contract
    policy: Policy


def prepare(
    contract: Contract,
    base: Policy,
    workers: Iterable[Worker],
    client: LLMClient,
    options: Options,
    primer: str | None,
) -> Prepared:
    """What runs of a task under a policy have in common.

    Args:
        base: the policy of its agent.
        workers: the tasks among the functions of that policy.
        primer: the developer's words about the agent.
    """
    rules = dict(_granted(contract, base).rules)
    for worker in workers:
        for cls, rule in _granted_for_calls(worker).items():
            if cls not in rules or rule.constructable:
                rules[cls] = rule
    policy = base.with_types(rules) if rules else base
    text = system_text(
        policy,
        primer=primer,
        vision=may_hold_pictures(policy) and sees_images(client),
        timeout_seconds=options.timeout_seconds,
        max_iterations=options.max_iterations,
        tool=RUN_PYTHON if options.code_channel == "tool" else None,
    )
    shown = tuple(rule for rule in policy.granted() if rule.visibility == "high")
    return Prepared(base, policy, shown, text, client)


def warn_of_opaque_types(contract: Contract, policy: Policy, stacklevel: int) -> None:
    """Warn of types in a task's signature that agent code could only hold and pass on."""
    try:
        granted = _granted(contract, policy)
    except RegistrationError:
        return  # a class further down the module; the first call will say so if it never comes
    if granted.opaque:
        lines = "\n".join(f"    {registering_line(cls)}" for cls in granted.opaque)
        names = ", ".join(cls.__name__ for cls in granted.opaque)
        warnings.warn(
            f"{contract.name}: {names} in the signature is not registered, so agent code can hold "
            f"it and pass it on, and nothing else. To open it:\n{lines}",
            UserWarning,
            stacklevel=stacklevel + 1,
        )


def _granted(contract: Contract, policy: Policy) -> Granted:
    """What a task's signature grants to its own runs."""
    annotations = dict(contract.annotations)
    result = annotations.pop("return", None)
    return granted_by(
        annotations.values(), result, policy=policy, curated=_curated(), hints=safe_hints
    )


def _granted_for_calls(worker: Worker) -> dict[type, TypeRule]:
    """What a worker's signature grants to those who call it: they make what it takes.

    Nothing if an agent made the worker: what its code wrote into a signature would open, to agents of
    the host's, types that nobody gave them (``tests/task/test_subtasks.py``).
    """
    if worker.policy.is_narrowed:
        return {}
    try:
        annotations = dict(worker.contract.annotations)
    except RegistrationError:
        return {}
    result = annotations.pop("return", None)
    granted = granted_by(
        (result,),
        tuple(annotations.values()),
        policy=worker.policy,
        curated=_curated(),
        hints=safe_hints,
    )
    return dict(granted.rules)


def sees_images(client: LLMClient) -> bool:
    """Whether the model behind ``client`` can be shown pictures; unknown means no."""
    return bool(getattr(client, "sees_images", False))


def may_hold_pictures(policy: Policy) -> bool:
    """Whether agent code can come by a picture; a model's eyes are asked about only then."""
    names = [rule.module.__name__ for rule in policy.modules.values()]
    names += [rule.cls.__module__ for rule in (*policy.classes.values(), *policy.granted())]
    return any(name.partition(".")[0] in _PICTURE_LIBRARIES for name in names)


def _curated() -> Any:
    return getattr(helpers, "CURATED", None)
