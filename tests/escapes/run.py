"""Runs one attack, in plain CPython or in a session, and says what it won."""

from __future__ import annotations

import ast
import asyncio
import contextlib
import inspect
import io
import textwrap
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from .case import Attack
from .forbidden import forbidden_in
from .world import World

TIMEOUT_SECONDS = 2.0


@dataclass
class Outcome:
    """What an attack won, and the errors its actions ended with."""

    wins: list[str] = field(default_factory=list)
    errors: list[BaseException] = field(default_factory=list)
    stdout: str = ""


def run_plainly(attack: Attack) -> Outcome:
    """The attack in plain CPython: it changes what it can reach, so run it in a process apart."""
    world = World(attack.modules)
    outcome = Outcome()
    ns: dict[str, Any] = {"__name__": "__main__", **world.names()}
    before = set(ns)
    out = io.StringIO()
    try:
        for source in attack.actions:
            with contextlib.redirect_stdout(out):
                try:
                    execute(source, ns)
                except BaseException as error:
                    outcome.errors.append(error)
        seen = [out.getvalue(), *_afterwards(attack, world, ns), *map(_text, outcome.errors)]
        kept = {name: value for name, value in ns.items() if name not in before}
        outcome.wins = world.verdict(seen, {n: v for n, v in kept.items() if n[:4] == "loot"})
        kept.pop("__builtins__", None)
        found = forbidden_in(kept, own_types=tuple(world.classes.values()), canary=world.canary)
        outcome.wins += [text for text in found if text.endswith("holds the canary")]
        outcome.stdout = out.getvalue()
    finally:
        world.close()
    return outcome


def execute(source: str, ns: dict[str, Any]) -> None:
    """Runs a source in ``ns``; a top-level ``await`` works as it does in a session."""
    code = compile(source, "<action>", "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT, dont_inherit=True)
    value = eval(code, ns)
    if inspect.iscoroutine(value):
        asyncio.run(value)


def run_guarded(attack: Attack, *, warm: bool) -> Outcome:
    """The attack in a session; ``warm`` reads its names innocently first and attacks twice."""
    from agex.errors import AgexError
    from agex.sandbox import Limits, Session

    world = World(attack.modules)
    outcome = Outcome()
    try:
        limits = Limits(timeout_seconds=TIMEOUT_SECONDS)
        session = Session(world.policy(), inputs=world.inputs, limits=limits)
        if warm:
            for source in innocent(attack):
                session.run(source)
        texts: list[str] = []
        for source in attack.actions * (2 if warm else 1):
            result = session.run(source)
            if result.error is not None:
                outcome.errors.append(result.error)
                if isinstance(result.error, AgexError):  # an agent's own error is for the host
                    texts.append(_text(result.error))
            texts += [result.stdout, result.traceback]
            if type(result.output) is str:
                texts.append(result.output)
            ended = getattr(result.ended, "value", None)
            kept = {**session.namespace, "output": result.output, "ended": ended}
            outcome.wins += world.verdict(texts, kept)
        seen = _afterwards(attack, world, session.namespace)
        outcome.wins += [f"the canary is in {text!r:.200}" for text in seen if world.canary in text]
        texts += seen
        outcome.stdout = "".join(texts)
    finally:
        world.close()
    return outcome


def _afterwards(attack: Attack, world: World, ns: Mapping[str, Any]) -> list[str]:
    """What the host then does with what the attack left, and what it would see by that."""
    if not attack.after:
        return []
    seen: list[str] = []
    out = io.StringIO()
    scope = {"ns": ns, "world": world, "seen": seen, **world.inputs}
    with contextlib.redirect_stdout(out):
        try:
            exec(textwrap.dedent(attack.after), scope)
        except Exception as error:
            seen.append(_text(error))
    return [*seen, out.getvalue()]


def _text(error: BaseException) -> str:
    try:
        return str(error)
    except Exception as broken:
        return type(broken).__name__


def innocent(attack: Attack) -> list[str]:
    """Small programs that read every attribute name of the attack from objects that allow it."""
    names: set[str] = set()
    for source in attack.actions:
        try:
            tree = ast.parse(source)
        except (SyntaxError, ValueError):
            continue
        for node in ast.walk(tree):
            if isinstance(node, ast.Attribute):
                names.add(node.attr)
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                if node.value.isidentifier():
                    names.add(node.value)
    return [_innocent_reads(name) for name in sorted(names)]


def _innocent_reads(name: str) -> str:
    own = "" if name.startswith("__") else f"warm = Warm()\nwarm.{name} = 1\nwarm.{name}\n"
    return (
        "class Warm:\n    pass\n"
        + own
        + f"for value in (host, shape, '', [], {{}}, 0, (), Host, len, Warm):\n"
        f"    try:\n        value.{name}\n    except Exception:\n        pass\n"
        f"    try:\n        getattr(value, {name!r})\n    except Exception:\n        pass\n"
        "del value, Warm\n"
    )
