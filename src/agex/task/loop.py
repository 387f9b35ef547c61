"""One run of a task: think → act → observe → snapshot, until the agent ends it or a limit does.

A turn is one reply of the model. A reply without code, or cut off, costs a turn and is answered with
a line that says what was missing; a stream that broke inside its block costs none and is asked for
again. The conversation only grows at its end, so that providers can cache its beginning; only when it
nears ``context_tokens`` are its older turns shortened, once for many turns.

The run is handed everything it needs and keeps nothing after it: two runs share no mutable state but
the caller's own objects.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from time import perf_counter
from typing import Any, NoReturn

from agex.errors import (
    ContextWindowExceeded,
    Refusal,
    TaskClarify,
    TaskError,
    TaskFail,
    TaskFinished,
    TaskTimeout,
)
from agex.event_types import (
    Action,
    LLMReply,
    LLMRequest,
    Observation,
    TaskFailed,
    TaskStarted,
    TaskSucceeded,
)
from agex.llm import LLMClient, LLMResponse
from agex.messages import Image, Message, Usage
from agex.policy import Policy
from agex.render import (
    bad_call_text,
    cut_off_text,
    dropped_tail_text,
    no_code_text,
    observation_text,
    render_value,
)
from agex.render.hints import hints
from agex.task.contract import Contract
from agex.task.conversation import Conversation
from agex.task.judging import judge
from agex.task.options import Options
from agex.task.pictures import pictures
from agex.task.place import Place
from agex.task.replies import Reply, block_watcher, parse_reply
from agex.task.workspace import Cell, Workspace

_BROKEN_AGAIN = 2
"""How often a stream that broke is asked for again by the loop, after the client's own retries."""

_RESULT_CHARS = 500


class Cancelled(TaskError):
    """The caller stopped listening to the run. Read by nobody: the caller is gone."""


@dataclass(slots=True)
class Run:
    """Everything one run needs. ``result()`` runs it to its end; a run is used once."""

    contract: Contract
    options: Options
    policy: Policy
    client: LLMClient
    place: Place
    workspace: Workspace
    inputs: Mapping[str, str]
    system: str
    assignment: str
    sees_images: Callable[[], bool]

    def result(self) -> Any:
        """The validated result.

        Raises:
            TaskFail, TaskClarify, TaskTimeout, BudgetExceeded: as the task ended.
            LLMError: the model could not be asked.
        """
        name = self.contract.name
        self.place.emit(TaskStarted(**self.place.facts(), task=name, inputs=dict(self.inputs)))
        begun = self.workspace.begin(self.assignment, self.options.context_tokens)
        talk = Conversation(
            [Message("system", self.system), *begun],
            self.options.context_tokens,
            self.workspace.names,
        )
        turn = 0
        try:
            for turn in range(1, self.options.max_iterations + 1):
                ended = self._turn(turn, talk)
                if ended is not None:
                    self._succeeded(turn, ended[0])
                    self.workspace.close()
                    return ended[0]
                # An answer that passed a budget by its own length was paid for, so its code ran: it
                # might have ended the task. It did not, and nothing more is asked.
                self.place.meter.check()
            raise TaskTimeout(
                f"{name}: no result after {self.options.max_iterations} turns (max_iterations). The "
                f"last thing the model was told: {talk.last.text[-300:]}"
            )
        except BaseException as error:
            self._failed(turn, error)
            raise

    def _turn(self, turn: int, talk: Conversation) -> tuple[Any] | None:
        """One turn; the result in a tuple when the task succeeded in it."""
        reply = self._think(turn, talk)
        talk.append(
            Message("assistant", reply.kept if reply.kept.strip() else "(no text)", call=reply.call)
        )
        self.workspace.say(talk.last)
        if reply.code is None:
            self._tell(turn, talk, self._correction(reply))
            return None
        self.place.emit(Action(**self.place.facts(turn), code=reply.code))
        cell = self.workspace.run(reply.code)
        notes = [dropped_tail_text(reply.call is not None)] if reply.dropped else []
        if cell.ended is not None:
            problem, value = self._conclude(turn, cell, cell.ended)
            if not problem:
                return (value,)
            notes.append(problem)
        self._observe(turn, talk, reply, cell, notes)
        return None

    # ------------------------------------------------------------ think

    def _think(self, turn: int, talk: Conversation) -> Reply:
        talk.make_room()
        for attempt in range(_BROKEN_AGAIN + 1):
            response, seconds = self._ask(turn, talk)
            reply = self._read(response)
            thinking = "\n".join(filter(None, (response.reasoning.strip(), reply.thinking)))
            self.place.emit(
                LLMReply(
                    **self.place.facts(turn),
                    text=reply.kept if response.calls else response.text,
                    thinking=thinking,
                    code=reply.code,
                    model=response.model,
                    usage=response.usage,
                    seconds=seconds,
                    replayed=response.replayed,
                )
            )
            if reply.problem != "broken" or attempt == _BROKEN_AGAIN:
                break
        return reply

    def _read(self, response: LLMResponse) -> Reply:
        reply = parse_reply(
            response.text,
            finish_reason=response.finish_reason,
            streamed=response.streamed,
            calls=response.calls,
        )
        if reply.call is None:
            return reply
        # A call that nobody offered stays in the conversation as text: providers want to have been
        # told of the tools that a conversation uses.
        call = replace(reply.call, model=response.model) if self._by_tool else None
        return replace(reply, call=call)

    @property
    def _by_tool(self) -> bool:
        return self.options.code_channel == "tool"

    def _ask(self, turn: int, talk: Conversation) -> tuple[LLMResponse, float]:
        is_wanted = block_watcher()

        def stop_when(text: str) -> bool:
            if self.place.stopping.is_set():
                return True
            # A fence in the prose before a call is an example, or the code after all: the end tells.
            return not self._by_tool and is_wanted(text)

        for shortened in (False, True):
            if self.place.stopping.is_set():
                raise Cancelled(f"{self.contract.name}: nobody listens any more")
            size = talk.characters()
            self.place.emit(
                LLMRequest(**self.place.facts(turn), messages=len(talk), characters=size)
            )
            started = perf_counter()
            try:
                response = self.client.complete(talk.messages(), stop_when=stop_when)
            except ContextWindowExceeded:
                if shortened or not talk.make_room(size // 6):
                    raise
                continue
            return response, perf_counter() - started
        raise AssertionError("unreachable")

    def _correction(self, reply: Reply) -> str:
        if reply.problem in ("cut_off", "broken"):
            return cut_off_text()
        if reply.problem == "bad_call":
            return bad_call_text(self._by_tool)
        return no_code_text(self.contract.returns, by_tool=self._by_tool)

    # ------------------------------------------------------------ observe

    def _observe(
        self, turn: int, talk: Conversation, reply: Reply, cell: Cell, notes: list[str]
    ) -> None:
        saved = self.workspace.save(cell, turn)
        images = pictures(cell.images, self.sees_images, notes)
        error = cell.traceback
        if cell.error is not None:
            found = hints(
                cell.error,
                policy=self.policy,
                namespace=self.workspace.visible,
                source_line=reply.code or "",
                said=error,
            )
            error = "\n".join([error.rstrip(), *found])
        text = observation_text(
            stdout=cell.stdout,
            output=cell.output,
            error=error,
            assigned=cell.assigned,
            notes=[*saved.notes, *notes],
            turns_left=self.options.max_iterations - turn,
            repr_=self.workspace.repr,
            policy=self.policy,
        )
        self._tell(turn, talk, text, cell=cell, images=images, commit=saved.commit)

    def _tell(
        self,
        turn: int,
        talk: Conversation,
        text: str,
        *,
        cell: Cell | None = None,
        images: tuple[Image, ...] = (),
        commit: str | None = None,
    ) -> None:
        talk.append(Message("user", text, images, talk.last.call))
        self.workspace.say(talk.last)
        error = cell.error if cell else None
        self.place.emit(
            Observation(
                **self.place.facts(turn),
                text=text,
                stdout=cell.stdout if cell else "",
                error=type(error).__name__ if error is not None else None,
                seconds=cell.seconds if cell else 0.0,
                hint=error.hint if isinstance(error, Refusal) else None,
                commit=commit,
            )
        )

    # ------------------------------------------------------------ end

    def _conclude(self, turn: int, cell: Cell, ended: TaskFinished) -> tuple[str, Any]:
        """``(problem, value)`` of a success; raises for the two other endings."""
        if ended.kind == "success":
            problem, value = judge(ended.value, self.contract, self.options, self.workspace.bounded)
            if problem:
                return problem, None
            self._last_observation(turn, cell)
            return "", value
        self._last_observation(turn, cell)
        self._give_up(ended)

    def _give_up(self, ended: TaskFinished) -> NoReturn:
        kind = TaskFail if ended.kind == "fail" else TaskClarify
        raise kind(ended.value if type(ended.value) is str else "no reason was given")

    def _last_observation(self, turn: int, cell: Cell) -> None:
        """The action that ended the task is snapshotted and seen like any other."""
        saved = self.workspace.save(cell, turn)
        self.place.emit(
            Observation(
                **self.place.facts(turn),
                text=cell.stdout,
                stdout=cell.stdout,
                seconds=cell.seconds,
                commit=saved.commit,
            )
        )

    def _succeeded(self, turn: int, value: Any) -> None:
        shown = self.workspace.bounded(
            lambda: render_value(value, _RESULT_CHARS, repr_=self.workspace.repr)
        )
        self.workspace.end(f"it returned {shown}")
        self.place.emit(
            TaskSucceeded(
                **self.place.facts(),
                task=self.contract.name,
                result=shown,
                usage=self._usage(),
                turns=turn,
            )
        )

    def _failed(self, turn: int, error: BaseException) -> None:
        event = TaskFailed(
            **self.place.facts(),
            task=self.contract.name,
            kind=type(error).__name__,
            message=str(error),
            usage=self._usage(),
            turns=turn,
        )
        self.workspace.end(f"{type(error).__name__}: {error}")
        # A listener or a store that fails now must not hide what went wrong before.
        with contextlib.suppress(Exception):
            self.place.emit(event)
        with contextlib.suppress(Exception):
            self.workspace.close()
        if isinstance(error, TaskError) and not error.events:
            error.task = self.place.path
            error.events = tuple(self.place.events)

    def _usage(self) -> Usage:
        return self.place.meter.usage
