"""Runs played again without a model, and recorded while a model answers."""

from __future__ import annotations

import copy
import os
import threading
from collections.abc import Sequence
from pathlib import Path

from agex.errors import LLMError
from agex.llm.client import (
    BeforeRetry,
    LLMClient,
    LLMResponse,
    OnText,
    StopWhen,
    Tool,
    can_see,
    estimate,
    for_run,
    with_tool,
)
from agex.llm.recording import (
    BY_HAND,
    FROM,
    Recording,
    Run,
    digest,
    load_recording,
    save_recording,
)
from agex.messages import Message, Usage

# One lock each for all clients of a kind, so that a client can be pickled with its agent; both are
# held only for bookkeeping and for writing a small file.
_claiming = threading.Lock()
_recording = threading.Lock()


class ReplayClient:
    """Gives the answers of a replay file, in order for each run of each task.

    ``source`` is a file (its format: :mod:`agex.llm.recording`) or a :class:`Recording`. A run that
    starts takes the next recorded run of its task; one whose first request is the very one that was
    recorded takes precedence. A heading ``## plan`` also stands for a longer path ending in ``plan``.

    ``origin`` says where the answers come from, and so does ``model``, which whoever plays a replay
    shows: a replay never passes for a model. Its tokens are those of the recording; its cost is zero.
    """

    def __init__(self, source: str | os.PathLike[str] | Recording) -> None:
        if isinstance(source, Recording):
            self.name, recording = "the replay", source
        else:
            self.name, recording = os.fspath(source), load_recording(Path(source))
        self.origin = recording.origin
        self.model = f"replay ({self.origin})"
        self._runs = recording.runs
        self._claimed: set[int] = set()
        self._every = _Playing(self, None)

    def __repr__(self) -> str:
        return f"ReplayClient({self.name!r}, {self.origin})"

    def for_run(self, path: str, *, before_retry: BeforeRetry | None = None) -> LLMClient:
        """The answers of one run; nothing is ever asked twice, so ``before_retry`` has no use."""
        return _Playing(self, path)

    def complete(
        self,
        messages: Sequence[Message],
        *,
        on_text: OnText | None = None,
        stop_when: StopWhen | None = None,
    ) -> LLMResponse:
        """The next answer of the file, whatever its run: for a client used outside of a task."""
        return self._every.complete(messages, on_text=on_text, stop_when=stop_when)

    def claim(self, path: str | None, messages: Sequence[Message]) -> Run:
        """The recorded run that a starting run plays; nobody else gets it."""
        if path is None:
            return Run("", [reply for run in self._runs for reply in run.replies])
        asked = digest(messages)
        with _claiming:
            left = [
                (number, run)
                for number, run in enumerate(self._runs)
                if number not in self._claimed and _is_at(run.path, path)
            ]
            if not left:
                raise LLMError(self._no_run_left(path), model=self.model)
            number, run = next((one for one in left if one[1].asked == asked), left[0])
            self._claimed.add(number)
            return run

    def _no_run_left(self, path: str) -> str:
        counts: dict[str, int] = {}
        for run in self._runs:
            counts[run.path] = counts.get(run.path, 0) + 1
        played = sum(_is_at(run.path, path) for run in self._runs)
        held = ", ".join(f"{name} ({count})" for name, count in counts.items()) or "none"
        missing = (
            f"holds no run of {path!r}"
            if not played
            else f"holds {_count(played, 'run')} of {path!r}, and one more began"
        )
        return (
            f"{self.name} ({self.origin}) {missing}. Its runs: {held}. Add a run to it, or record "
            "it again."
        )


class _Playing:
    """One run of a replay, claimed by its first request."""

    def __init__(self, replay: ReplayClient, path: str | None) -> None:
        self.model = replay.model
        self._replay = replay
        self._path = path
        self._run: Run | None = None
        self._given = 0

    def complete(
        self,
        messages: Sequence[Message],
        *,
        on_text: OnText | None = None,
        stop_when: StopWhen | None = None,
    ) -> LLMResponse:
        if self._run is None:
            self._run = self._replay.claim(self._path, messages)
        if self._given >= len(self._run.replies):
            of = f"this run of {self._path!r}" if self._path is not None else "it"
            raise LLMError(
                f"the replay has run out: {self._replay.name} ({self._replay.origin}) holds "
                f"{_count(len(self._run.replies), 'reply')} for {of}, and one more was asked for. "
                "The run took another course than the recorded one; record it again.",
                model=self.model,
            )
        response = self._run.replies[self._given]
        self._given += 1
        if on_text is not None and response.text:
            on_text(response.text)
        return response


class RecordingClient:
    """Asks ``client`` and writes every answer to the replay file ``path`` as it comes.

    The file is written anew from the first answer on, and is whole after each one, so that a run
    that fails leaves what happened until then. A path that is recorded can be played at once by
    :class:`ReplayClient`.
    """

    def __init__(self, client: LLMClient, path: str | os.PathLike[str]) -> None:
        self.model = client.model
        self.path = Path(path)
        self.recording = Recording(getattr(client, "origin", f"{FROM}{client.model}"))
        self._client = client
        self._outside: _Recorded | None = None

    def __repr__(self) -> str:
        return f"RecordingClient({self._client!r}, {str(self.path)!r})"

    @property
    def sees_images(self) -> bool:
        """What the recorded client says."""
        return can_see(self._client)

    def with_tool(self, tool: Tool) -> LLMClient:
        """The recorded client offering ``tool``; its calls are written like its texts."""
        bound = copy.copy(self)
        bound._client = with_tool(self._client, tool)
        return bound

    def for_run(self, path: str, *, before_retry: BeforeRetry | None = None) -> LLMClient:
        """The client for one run, whose answers are written under its heading."""
        return _Recorded(self, for_run(self._client, path, before_retry=before_retry), path)

    def estimate(self, messages: Sequence[Message]) -> Usage:
        """What the recorded client says."""
        return estimate(self._client, messages)

    def complete(
        self,
        messages: Sequence[Message],
        *,
        on_text: OnText | None = None,
        stop_when: StopWhen | None = None,
    ) -> LLMResponse:
        """The client's answer, recorded as part of one nameless run."""
        if self._outside is None:
            self._outside = _Recorded(self, self._client, "run")
        return self._outside.complete(messages, on_text=on_text, stop_when=stop_when)

    def keep(self, run: Run, response: LLMResponse) -> None:
        """Add one answer to its run, and write the file."""
        with _recording:
            if response.replayed and not hasattr(self._client, "origin"):
                self.recording.origin = BY_HAND  # a script is no model, whatever it calls itself
            if not run.replies:
                self.recording.runs.append(run)
            run.replies.append(response)
            save_recording(self.recording, self.path)


class _Recorded:
    def __init__(self, recorder: RecordingClient, client: LLMClient, path: str) -> None:
        self.model = recorder.model
        self._recorder = recorder
        self._client = client
        self._run = Run(path)

    @property
    def sees_images(self) -> bool:
        return can_see(self._client)

    def estimate(self, messages: Sequence[Message]) -> Usage:
        return estimate(self._client, messages)

    def complete(
        self,
        messages: Sequence[Message],
        *,
        on_text: OnText | None = None,
        stop_when: StopWhen | None = None,
    ) -> LLMResponse:
        response = self._client.complete(messages, on_text=on_text, stop_when=stop_when)
        self._run.asked = self._run.asked or digest(messages)
        self._recorder.keep(self._run, response)
        return response


def _is_at(heading: str, path: str) -> bool:
    return path == heading or path.endswith((f"/{heading}", f".{heading}"))


def _count(number: int, noun: str) -> str:
    plural = noun[:-1] + "ies" if noun.endswith("y") else noun + "s"
    return f"{number} {noun if number == 1 else plural}"
