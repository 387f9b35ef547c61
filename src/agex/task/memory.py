"""What was said in earlier calls with the same state, and what they left: how the next call begins.

The conversation of a namespace is a log of the state, written as it happens: every snapshot holds what
was said until then, so a branch from an earlier step goes on from that step. Its items are ``{"run": id,
"task": name, "window": runs shown to it}`` where a run begins, ``{"run": id, "said": Message}``, and
``{"run": id, "ended": words}``.

A call begins with the messages of the runs before it, as they were, so that a provider's cache of them
holds; pictures and the ids of tool calls are left out. When they outgrow a quarter of ``context_tokens``,
the older half is let go of at once, not a run at a time with every call.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field, replace
from typing import Any

from agex.messages import Message
from agex.policy import Policy
from agex.render import describe
from agex.render.budget import clip
from agex.render.compaction import compact, conversation_tokens
from agex.state.protocol import Namespace

LOG = "conversation"

_SHARE = 4  # earlier calls may fill this part of the context
_MOST_NAMES = 40
_NAME_CHARS = 160
_ENDED_CHARS = 300


@dataclass(slots=True)
class _Past:
    """One earlier run, its messages newest first while they are read."""

    window: int | None = None
    said: list[Message] = field(default_factory=list)
    ended: str = ""


class Memory:
    """The conversation of one namespace, for one run.

    Args:
        space: where the run's names live.
        run_id, task: which run this is.
    """

    def __init__(self, space: Namespace, run_id: str, task: str) -> None:
        self._log = space.log(LOG)
        self._run_id = run_id
        self._task = task

    def begin(self, context_tokens: int, alive: Collection[str]) -> list[Message]:
        """The messages of earlier runs, oldest first; from here on this run is written down."""
        past = self._past()
        bound = context_tokens // _SHARE
        shown = [_shown(run, bound, alive) for run in past]
        if sum(map(conversation_tokens, shown)) > bound:
            while shown and sum(map(conversation_tokens, shown)) > bound // 2:
                del shown[0]
        self._log.append({"run": self._run_id, "task": self._task, "window": len(shown)})
        return [message for messages in shown for message in messages]

    def say(self, message: Message) -> None:
        """Write down what was just said."""
        if message.images or message.call:
            message = replace(message, images=(), call=None)
        self._log.append({"run": self._run_id, "said": message})

    def end(self, words: str) -> None:
        """Write down how the run ended."""
        self._log.append({"run": self._run_id, "ended": clip(words, _ENDED_CHARS)})

    def _past(self) -> list[_Past]:
        """The runs that the one before this was shown, and that one itself; only they are read."""
        runs: dict[str, _Past] = {}
        wanted: int | None = None
        begun: list[_Past] = []
        for item in self._log.backwards():
            if not isinstance(item, dict) or "run" not in item:
                continue  # a program's own, or an older agex's
            run = runs.setdefault(item["run"], _Past())
            if "said" in item:
                if isinstance(item["said"], Message):
                    run.said.append(item["said"])
            elif "ended" in item:
                run.ended = item["ended"]
            else:
                begun.append(run)
                if wanted is None:
                    wanted = item["window"] + 1
                if len(begun) >= wanted:
                    break
        return [run for run in reversed(begun) if any(m.role == "assistant" for m in run.said)]


def _shown(run: _Past, bound: int, alive: Collection[str]) -> list[Message]:
    """A run's messages, shortened where they alone would fill the room for all of them."""
    said = run.said[::-1]
    if conversation_tokens(said) > bound // 2:
        said = compact([Message("system", ""), *said], bound // 2, alive=alive)[1:]
    if run.ended:
        said.append(Message("user", f"That call is over: {run.ended}"))
    return said


def continued(earlier: Iterable[Message], assignment: Message) -> list[Message]:
    """Earlier messages and a new assignment; one voice does not speak twice in a row."""
    joined: list[Message] = []
    for message in (*earlier, assignment):
        if joined and joined[-1].role == message.role:
            before = joined.pop()
            message = replace(message, text=f"{before.text}\n\n{message.text}")
        joined.append(message)
    return joined


def names_text(
    space: Namespace,
    own: Callable[[], dict[str, Any]],
    *,
    repr_: Callable[[Any, int], str | None],
    policy: Policy,
) -> str:
    """A line for each name that is there already; empty where there is none.

    Args:
        space: the namespace; what is large is named, and not loaded for this.
        own: the agent's names as they are bound now.
    """
    names = space.names()
    if not names:
        return ""
    light = space.light(names[:_MOST_NAMES])
    absent = space.load(light)
    bound = own()
    lines: list[str] = []
    for name in names[:_MOST_NAMES]:
        if name in bound:
            lines.append(describe(name, bound[name], _NAME_CHARS, repr_=repr_, policy=policy))
        elif name in absent:
            lines.append(clip(f"{name}: {absent[name]}", _NAME_CHARS))
        elif name not in light:
            lines.append(f"{name}: (large; not loaded yet)")
    if len(names) > _MOST_NAMES:
        lines.append(f"… and {len(names) - _MOST_NAMES} more; dir() lists them")
    return "\n".join(["These names are there already:", *lines]) if lines else ""
