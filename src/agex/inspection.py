"""Looking at what happened and at what is there: ``agex.events`` and ``agex.view``, for people.

Both only read. What they print of values is bounded, and never runs code of an agent's making.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Literal

from agex.event_types import (
    Action,
    AnyEvent,
    Event,
    LLMReply,
    Observation,
    TaskFailed,
    TaskStarted,
    TaskSucceeded,
)
from agex.messages import RUN_PYTHON
from agex.policy import Policy
from agex.render import describe, system_text
from agex.state.protocol import State

_VALUE_CHARS = 300
_LOOK_BACK = 50  # commits that may hold events alone before the last change is given up


def events(
    source: Any, *, path: str | None = None, kind: type[Event] | tuple[type[Event], ...] = Event
) -> tuple[AnyEvent, ...]:
    """What happened, oldest first.

    Args:
        source: a state, an error that a task raised, or any iterable of events (a list that was
            given as ``on_event=seen.append``).
        path: only events of the task at this path and of its sub-tasks.
        kind: only events of this type or of these types.
    """
    if isinstance(source, State):
        found: Iterable[Any] = source.events()
    else:
        held = getattr(source, "events", source)
        found = held() if callable(held) else held
    if not isinstance(found, Iterable):
        raise TypeError(
            "events() takes a state, an error of a task, or an iterable of events, got "
            f"{type(source).__name__}"
        )
    chosen: list[Any] = [
        event
        for event in found
        if isinstance(event, kind) and (path is None or _is_below(event.path, path))
    ]
    return tuple(chosen)


def _is_below(path: str, root: str) -> bool:
    return path == root or path.startswith(f"{root}/")


class View:
    """Text for a person: shown at a prompt as it is, in a notebook too, and by ``print``."""

    def __init__(self, text: str) -> None:
        self.text = text

    def __str__(self) -> str:
        return self.text

    def __repr__(self) -> str:
        return self.text

    def _repr_mimebundle_(self, **_: Any) -> dict[str, str]:
        return {"text/plain": self.text}


def view(thing: Any, *, focus: Literal["recent", "full"] = "recent", full: bool = False) -> View:
    """What is there, in words.

    Args:
        thing: an agent (the system text its model reads), a state (what changed last), an error of a
            task or events (the run, turn by turn), or a sandbox's namespace.
        focus: of a state, ``"recent"`` shows the last commit that changed something and ``"full"``
            every name; one without a history always shows every name.
        full: of an agent, everything its code may touch, by visibility, the unshown members of
            modules included.
    """
    policy = getattr(thing, "policy", None)
    if callable(policy) and isinstance(made := policy(), Policy):
        if full:
            return View(_reach(made))
        options = getattr(thing, "options", None)
        by_tool = getattr(options, "code_channel", "text") == "tool"
        return View(
            system_text(
                made,
                primer=getattr(thing, "primer", None),
                timeout_seconds=getattr(options, "timeout_seconds", None),
                max_iterations=getattr(options, "max_iterations", None),
                tool=RUN_PYTHON if by_tool else None,
            )
        )
    if isinstance(thing, Policy):
        return View(_reach(thing) if full else system_text(thing))
    if isinstance(thing, State):
        return View(_state(thing) if focus == "full" else _recent(thing))
    if isinstance(thing, Mapping):
        return View(_names(thing))
    return View("\n".join(_told(event) for event in events(thing)))


def _reach(policy: Policy) -> str:
    """Everything agent code may touch under a policy, by visibility, a line each."""
    lines: dict[str, list[str]] = {"high": [], "medium": [], "low": []}
    for function in policy.functions.values():
        lines[function.visibility].append(f"{function.name}(...)")
    for rule in policy.classes.values():
        calls = "" if rule.constructable else " (not constructable)"
        lines[rule.visibility].append(f"class {rule.name}{calls}: {', '.join(rule.members())}")
    for instance in policy.instances.values():
        lines[instance.visibility].append(f"{instance.name}: {', '.join(instance.members())}")
    for module in policy.modules.values():
        below = ", with its submodules" if module.recursive else ""
        lines[module.visibility].append(
            f"module {module.name}{below}: {', '.join(module.members())}"
        )
    parts = [
        f"{visibility}:\n{_indented(chr(10).join(sorted(found)))}"
        for visibility, found in lines.items()
        if found
    ]
    return "\n".join(parts) or "(nothing registered)"


def _recent(state: Any) -> str:
    """The last change of a state with a history, as a difference by name."""
    history = getattr(state, "history", None)
    for commit in history(_LOOK_BACK) if history is not None else ():
        # A first commit is all change: every name is the shorter way to say so.
        difference = state.diff(commit.parents[0], commit) if commit.parents else ()
        if len(difference):
            more = f"{len(state)} names in all: view(state, focus='full')"
            return f"{commit}\n{_indented(str(difference))}\n{more}"
    return _state(state)


def _state(state: State) -> str:
    parts: list[str] = []
    for path in state.paths():
        space = state.namespace(path)
        space.load()
        held = {name: space.globals[name] for name in space.names() if name in space.globals}
        parts.append(f"{path or 'names'}:\n{_indented(_names(held))}")
    return "\n".join(parts) or "(empty)"


def _names(names: Mapping[str, Any]) -> str:
    lines = [describe(str(name), value, _VALUE_CHARS) for name, value in names.items()]
    return "\n".join(lines) or "(empty)"


def _told(event: AnyEvent) -> str:
    depth = "  " * event.path.count("/")
    if isinstance(event, TaskStarted):
        inputs = "".join(f"\n  {shown}" for shown in event.inputs.values())
        text = f"{event.path}{inputs}"
    elif isinstance(event, LLMReply):
        text = f"turn {event.turn} ({event.model}{', replayed' if event.replayed else ''})"
        if event.thinking:
            text += f"\n{_indented(event.thinking)}"
    elif isinstance(event, Action):
        text = _indented("\n".join(f"| {line}" for line in event.code.rstrip().splitlines()))
    elif isinstance(event, Observation):
        text = _indented(event.text.rstrip() or "(nothing printed)")
        if event.hint:
            text += f"\n  for the developer: {event.hint}"
    elif isinstance(event, TaskSucceeded):
        text = f"result: {event.result} ({event.turns} turns, {event.usage.total_tokens:,} tokens)"
    elif isinstance(event, TaskFailed):
        text = f"{event.kind}: {event.message}"
    else:
        text = f"request: {event.messages} messages, {event.characters:,} characters"
    return "\n".join(depth + line for line in text.splitlines())


def _indented(text: str) -> str:
    return "\n".join(f"  {line}" for line in text.splitlines())
