"""Where the code of one run lives: a sandbox session over a namespace, and the snapshot after each action.

The loop sees neither the sandbox nor the state: it runs a cell here, and saves after it. The two
protocols say what this room needs of the sandbox; the state's own is :class:`agex.state.protocol.Namespace`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeAlias, TypeVar, cast

from agex.errors import LimitReached, RegistrationError, TaskFinished
from agex.messages import Message
from agex.policy import Policy
from agex.sandbox import Limits, Session
from agex.sandbox.clock import Deadline, running
from agex.sandbox.definitions import Definitions
from agex.sandbox.opaque import view_of
from agex.state.protocol import DefinitionCodec, Namespace, State
from agex.state.surroundings import offer_codec
from agex.task.memory import Memory, continued, names_text
from agex.task.options import Options
from agex.task.place import Place
from agex.task.verbs import VERBS

T = TypeVar("T")

Makers: TypeAlias = Callable[[Policy], Mapping[str, tuple[type, Callable[..., Any]]]]
"""What is called in place of a class that cannot be constructed, by the name agent code has for it."""

_REPR_SECONDS = 0.5
_FUTURE = "future"  # the log of what is imported from __future__
_NAME = re.compile(r"[^\W\d]\w*")


class Cell(Protocol):
    """What one run cell did: the part of the sandbox's result that the loop reads."""

    @property
    def error(self) -> BaseException | None: ...
    @property
    def traceback(self) -> str: ...
    @property
    def stdout(self) -> str: ...
    @property
    def output(self) -> Any: ...
    @property
    def ended(self) -> TaskFinished | None: ...
    @property
    def assigned(self) -> Sequence[str]: ...
    @property
    def touched(self) -> Collection[str]: ...
    @property
    def images(self) -> Sequence[Any]: ...
    @property
    def seconds(self) -> float: ...


@dataclass(frozen=True, slots=True)
class Kept:
    """What a snapshot did: the commit it made, and lines the model should read about it."""

    commit: str | None = None
    notes: tuple[str, ...] = ()


@dataclass(slots=True)
class Workspace:
    """A session, and the namespace it is saved to; ``space`` is ``None`` where nothing outlives the run."""

    session: Session
    place: Place
    space: Namespace | None = None
    agent: str = ""
    task: str = ""
    introduction: str = ""
    inputs: Mapping[str, Any] = field(default_factory=dict)
    _missing: dict[str, str] = field(default_factory=dict)
    _told: set[str] = field(default_factory=set)
    _events_saved: int = 0
    _memory: Memory | None = None

    def begin(self, assignment: str, context_tokens: int) -> list[Message]:
        """How the conversation of the run begins: earlier calls with this state, and the assignment."""
        if self.space is None:
            return [Message("user", assignment)]
        self._memory = Memory(self.space, self.place.run_id, self.task)
        earlier = self._memory.begin(context_tokens, self.space.names())
        there = names_text(
            self.space,
            lambda: dict(self.session.namespace),
            repr_=self.repr,
            policy=self.session.policy,
        )
        said = Message("user", f"{assignment}\n\n{there}" if there else assignment)
        self.say(said)
        return continued(earlier, said)

    def say(self, message: Message) -> None:
        """Keep what was said for later calls with this state."""
        if self._memory is not None:
            self._memory.say(message)

    def end(self, words: str) -> None:
        """Keep how the run ended."""
        if self._memory is not None:
            self._memory.end(words)

    def run(self, source: str) -> Cell:
        """Run one cell; the names it mentions are loaded first."""
        if self.space is not None:
            absent = self.space.load(set(_NAME.findall(source)))
            self._missing = {name: str(missing) for name, missing in absent.items()}
        with self.place.running():
            return self.session.run(source)

    def save(self, cell: Cell, turn: int) -> Kept:
        """Snapshot what ``cell`` could have changed."""
        if self.space is None:
            return Kept()
        saved = self.space.commit(
            cell.touched,
            message=f"turn {turn}",
            agent=self.agent,
            task=self.task,
            events=self._fresh_events(),
        )
        notes: list[str] = []
        if isinstance(cell.error, NameError) and cell.error.name in self._missing:
            notes.append(f"{cell.error.name} {self._missing[cell.error.name]}")
        elif cell.error is not None:
            for name, parts in sorted(self.space.holes(cell.touched).items()):
                what = " and a ".join(dict.fromkeys(parts))
                notes.append(f"{name} held a {what}, which was not kept; make it again.")
        for name, why in saved.left_out.items():
            if name not in self._told:
                self._told.add(name)
                notes.append(
                    f"{name} can be used now and will not be kept for later calls ({why})."
                )
        return Kept(saved.commit, tuple(notes))

    def close(self) -> None:
        """Store what happened after the last action, such as how the run ended."""
        if self.space is not None:
            rest = self._fresh_events()
            if rest:
                self.space.commit((), message="end", agent=self.agent, task=self.task, events=rest)

    def _fresh_events(self) -> list[Any]:
        fresh = self.place.events[self._events_saved :]
        self._events_saved = len(self.place.events)
        return fresh

    @property
    def namespace(self) -> Mapping[str, Any]:
        """What agent code has made, by name."""
        return self.session.namespace

    @property
    def visible(self) -> Mapping[str, Any]:
        """What agent code can name without importing: the task's arguments and what it has made."""
        return {**self.inputs, **self.session.namespace}

    def names(self) -> Collection[str]:
        """The names that are still there."""
        return tuple(self.session.namespace)

    def repr(self, value: Any, limit: int) -> str | None:
        """The ``repr`` of an object as agent code would see it, or ``None`` when it has none to show."""
        try:
            with running(Deadline(_REPR_SECONDS)):
                text: str = self.session.guards.texts.repr(value)  # type: ignore[assignment,unused-ignore]
        except (Exception, LimitReached):
            return None
        return text if len(text) <= limit else f"{text[: max(0, limit - 1)]}…"

    def bounded(self, call: Callable[[], T]) -> T:
        """Run ``call``, which may enter agent code, within the limits of one action.

        Raises:
            LimitReached: agent code in it took too long.
        """
        limits = self.session.limits
        with running(Deadline(limits.timeout_seconds, limits.max_memory)):
            return call()


def no_makers(policy: Policy) -> Mapping[str, tuple[type, Callable[..., Any]]]:
    """The makers of agents whose code makes no agents."""
    return {}


def open_session(
    policy: Policy,
    space: Namespace | None,
    inputs: Mapping[str, Any] | None,
    options: Options,
    makers: Makers = no_makers,
) -> Session:
    """A session over the names of ``space``, or over fresh ones."""
    made = makers(policy)
    if space is not None:
        # What an earlier session bound itself (registered names, arguments) is bound anew, or gone.
        for name, value in space.globals.get("$hidden", {}).items():
            if space.globals.get(name) is value:
                del space.globals[name]
    session = Session(
        policy,
        namespace=space.globals if space is not None else None,
        inputs=inputs,
        limits=_limits(options),
        verbs={**VERBS, **{name: cls for name, (cls, _) in made.items()}},
    )
    for cls, make in made.values():
        view = view_of(cls)  # what agent code holds of a class that it cannot construct
        session.guards.substitutes[id(view)] = (view, make)
    if space is not None:
        _keep_future(session, space)
        space.reserved = session.globals["$hidden"]
        # Arguments are the caller's objects: they are not stored, and what is stored under their names
        # waits until they are gone.
        space.pinned = frozenset(inputs or ())
        space.bind = session.bind
    return session


def _keep_future(session: Session, space: Namespace) -> None:
    """``from __future__ import annotations`` holds for all code of a namespace that comes after it.

    A session is one module, and so are the sessions of later calls over the same names.
    """
    log = space.log(_FUTURE)
    session.future = len(log) > 0
    session.on_future = lambda: log.append("annotations")


def _space(state: Any, path: str, policy: Policy, options: Options) -> Namespace | None:
    if state is None:
        return None
    if not isinstance(state, State):
        raise TypeError(
            f"state= takes a state such as agex.Live() or agex.Versioned(), got "
            f"{type(state).__name__}. To start from a dict: agex.Live(the_dict)."
        )
    # The state's protocol and the sandbox's class do not know of each other's Description, which are
    # alike: this is where the two rooms meet.
    definitions = cast(DefinitionCodec, Definitions(policy, _limits(options)))
    return state.namespace(path, definitions=definitions)


# A host may store what an agent made in a state that no agent works with: it is source there as well.
offer_codec(cast(DefinitionCodec, Definitions(Policy())))


def expect_workers(state: Any, workers: Mapping[str, Policy], options: Options) -> None:
    """Tell a state which policies the workers at these paths have, before any of them is called."""
    expect = getattr(state, "expect", None)
    if expect is not None:
        for path, policy in workers.items():
            expect(path, cast(DefinitionCodec, Definitions(policy, _limits(options))))


def _limits(options: Options) -> Limits:
    return Limits(timeout_seconds=options.timeout_seconds, max_memory=options.max_memory)


def open_sandbox(
    policy: Policy,
    inputs: Mapping[str, Any] | None,
    state: Any,
    options: Options,
    makers: Makers = no_makers,
) -> Session:
    """The agent's world without a model, for ``agent.sandbox()``."""
    space = _space(state, "", policy, options)
    if space is not None:
        space.load()
    return open_session(policy, space, inputs, options, makers)


def open_workspace(
    policy: Policy,
    place: Place,
    inputs: Mapping[str, Any],
    options: Options,
    *,
    agent: str,
    task: str,
    makers: Makers = no_makers,
) -> Workspace:
    """A workspace for one run, in the caller's state where one was given.

    Raises:
        RegistrationError: the task's ``setup`` failed.
    """
    space = _space(place.state, place.home, policy, options)
    if space is not None and place.parent is None:
        place.state.settle("what the caller changed")
    session = open_session(policy, space, inputs, options, makers)
    workspace = Workspace(session, place, space, agent, task, inputs=inputs)
    if options.setup:
        cell = workspace.run(options.setup)
        if cell.error is not None:
            raise RegistrationError(f"the setup of {task} failed:\n{cell.traceback}")
        workspace.save(cell, 0)
        workspace.introduction = (
            f"This has run already:\n\n```python\n{options.setup.strip()}\n```"
            + (f"\n\nIt printed:\n{cell.stdout.strip()[:2000]}" if cell.stdout.strip() else "")
        )
    return workspace
