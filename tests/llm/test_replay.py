"""Replays: read and written as text, played in order for each run, and honest about what they are."""

from __future__ import annotations

import pickle
import threading
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agex.errors import ConfigurationError, LLMError
from agex.llm import (
    LLMResponse,
    Recording,
    RecordingClient,
    ReplayClient,
    Run,
    ScriptedClient,
    for_run,
    format_recording,
    parse_recording,
)
from agex.messages import Message, Usage
from tests.servers import ChatServer

BY_HAND = """\
# agex replay

written by hand

Two tasks: a boss, and the worker it calls.

## boss.plan

````reply
I ask the worker.

```python
x = worker_draw()
```
````

````reply
```python
task_success(x)  # ## not a heading
```
````

## worker.draw

````reply in=12 out=3 finish=length
cut
````

## worker.draw

`````reply
````
four backticks, and

blank lines

````
`````
"""


def ask(text: str = "go") -> list[Message]:
    return [Message("user", text)]


def test_a_file_written_by_hand_reads_as_it_looks() -> None:
    recording = parse_recording(BY_HAND)

    assert recording.origin == "written by hand"
    assert [run.path for run in recording.runs] == ["boss.plan", "worker.draw", "worker.draw"]
    assert (
        recording.runs[0].replies[0].text
        == "I ask the worker.\n\n```python\nx = worker_draw()\n```"
    )
    assert recording.runs[2].replies[0].text == "````\nfour backticks, and\n\nblank lines\n\n````"
    cut = recording.runs[1].replies[0]
    assert (cut.finish_reason, cut.usage.input_tokens, cut.usage.output_tokens) == ("length", 12, 3)


def test_answers_come_in_order_for_each_run_of_each_task() -> None:
    replay = ReplayClient(parse_recording(BY_HAND))
    plan = for_run(replay, "boss.plan")

    texts = [plan.complete(ask()).text]
    for _ in range(2):
        texts.append(for_run(replay, "boss.plan/worker.draw").complete(ask()).text)
    texts.append(plan.complete(ask()).text)

    assert [text[:8] for text in texts] == ["I ask th", "cut", "````\nfou", "```pytho"]


def test_a_replay_says_that_it_is_one_and_where_it_comes_from() -> None:
    recorded = ReplayClient(Recording("recorded from openai/gpt-5-mini", [Run("t", [reply("a")])]))
    by_hand = ReplayClient(Recording(runs=[Run("t", [reply("a")])]))

    assert recorded.model == "replay (recorded from openai/gpt-5-mini)"
    assert by_hand.model == "replay (written by hand)"
    assert by_hand.complete(ask()).replayed


def reply(text: str, **facts: object) -> LLMResponse:
    return LLMResponse(text, Usage(requests=1), "openai/gpt-5-mini", replayed=True, **facts)  # type: ignore[arg-type]


def test_a_replay_costs_nothing_and_keeps_its_tokens() -> None:
    usage = ReplayClient(parse_recording(BY_HAND)).claim("worker.draw", ask()).replies[0].usage

    assert usage == Usage(12, 3, cost=0.0, requests=1)


def test_a_run_that_needs_more_answers_than_were_recorded_is_told_so() -> None:
    run = for_run(ReplayClient(parse_recording(BY_HAND)), "worker.draw")
    run.complete(ask())

    with pytest.raises(LLMError, match="has run out.*1 reply for this run of 'worker.draw'"):
        run.complete(ask())


def test_more_runs_than_were_recorded_are_told_which_there_are() -> None:
    replay = ReplayClient(parse_recording(BY_HAND))
    for_run(replay, "boss.plan").complete(ask())

    with pytest.raises(LLMError, match=r"1 run of 'boss.plan', and one more.*worker.draw \(2\)"):
        for_run(replay, "boss.plan").complete(ask())
    with pytest.raises(LLMError, match="holds no run of 'nobody'"):
        for_run(replay, "nobody").complete(ask())


def test_a_run_is_found_by_its_first_request_when_several_go_on_at_once(tmp_path: Path) -> None:
    """Recorded and played in threads, each input still gets its own answers."""
    path = tmp_path / "many.md"
    echo = ScriptedClient(lambda messages: f"re {messages[-1].text}")
    recorder = RecordingClient(echo, path)

    def run_all(client: object, numbers: list[int]) -> dict[int, list[str]]:
        got: dict[int, list[str]] = {}

        def one(number: int) -> None:
            bound = for_run(client, "task")  # type: ignore[arg-type]
            first, second = ask(f"input {number}"), ask(f"more {number}")
            got[number] = [bound.complete(first).text, bound.complete(second).text]

        threads = [threading.Thread(target=one, args=(number,)) for number in numbers]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return got

    recorded = run_all(recorder, list(range(8)))
    played = run_all(ReplayClient(path), list(reversed(range(8))))

    assert recorded == played == {n: [f"re input {n}", f"re more {n}"] for n in range(8)}


def test_a_real_run_is_recorded_and_played_again(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "run.md"
    with ChatServer(["one\n```python\nx\n```\n", "two"]) as server:
        recorded = for_run(RecordingClient(server.client(), path), "agent.task")
        first = [recorded.complete(ask("a")), recorded.complete(ask("b"))]
    text = path.read_text()

    replay = ReplayClient(path)
    again = [for_run_once.complete(ask()) for for_run_once in [for_run(replay, "agent.task")] * 2]

    assert "recorded from openai/test-model" in text.splitlines()[2]
    assert [r.text for r in again] == [r.text for r in first]
    assert [r.usage.input_tokens for r in again] == [r.usage.input_tokens for r in first]
    assert again[0].model == "openai/test-model" and again[0].replayed
    assert [p.name for p in path.parent.iterdir()] == ["run.md"]


def test_a_recorded_script_does_not_pass_for_a_model(tmp_path: Path) -> None:
    path = tmp_path / "script.md"
    RecordingClient(ScriptedClient(["hello"]), path).complete(ask())

    assert ReplayClient(path).origin == "written by hand"


def test_a_replay_recorded_anew_keeps_saying_where_it_came_from(tmp_path: Path) -> None:
    origin = "recorded from openai/gpt-5-mini"
    first = ReplayClient(Recording(origin, [Run("t", [reply("a")])]))
    RecordingClient(first, tmp_path / "copy.md").complete(ask())

    assert ReplayClient(tmp_path / "copy.md").origin == origin


texts = st.text(max_size=60) | st.sampled_from(
    ["```", "````", "`````reply\nx\n`````", "## no", "asked: x", "\n\n", "a\r\nb", "\r", "", " "]
)


@given(
    st.lists(
        st.builds(
            Run,
            path=st.from_regex(r"[a-z_]+(\.[a-z_]+)?(/[a-z_.]+)?", fullmatch=True),
            replies=st.lists(
                st.builds(
                    reply,
                    st.lists(texts).map("\n".join),
                    reasoning=texts,
                    finish_reason=st.sampled_from(["stop", "length", "content_filter"]),
                ),
                max_size=3,
            ),
            asked=st.sampled_from(["", "0123456789ab"]),
        ),
        max_size=4,
    )
)
def test_what_is_written_reads_back_the_same(runs: list[Run]) -> None:
    recording = Recording("recorded from openai/gpt-5-mini", runs)

    assert parse_recording(format_recording(recording)) == recording


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "does not say where its replies come from"),
        ("# agex replay\n\nby a model\n", "recorded from MODEL"),
        ("# agex replay\n\nrecorded from \n", "recorded from MODEL"),
        ("# agex replay\n\nwritten by hand\n````reply\nx\n````", "line 4.*heading of its run"),
        ("# agex replay\n\nwritten by hand\n## t\n````reply\nx", "line 5.*not closed"),
        ("# agex replay\n\nwritten by hand\n## t\n````reply tokens=3\nx\n````", "'tokens=3'"),
        ("# agex replay\n\nwritten by hand\n## t\n````reply in=few\nx\n````", "whole numbers"),
    ],
)
def test_a_file_that_is_no_replay_is_told_what_is_missing(text: str, words: str) -> None:
    with pytest.raises(ConfigurationError, match=words):
        parse_recording(text, name="demo.md")


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="there is no replay file .*gone.md"):
        ReplayClient(tmp_path / "gone.md")


def test_a_file_saved_on_windows_reads_the_same() -> None:
    assert parse_recording(BY_HAND.replace("\n", "\r\n")) == parse_recording(BY_HAND)


def test_a_replay_travels_with_a_pickled_agent() -> None:
    replay = pickle.loads(pickle.dumps(ReplayClient(parse_recording(BY_HAND))))

    assert for_run(replay, "boss.plan").complete(ask()).text.startswith("I ask")


def test_a_heading_without_the_agents_name_stands_for_its_task_under_any_agent() -> None:
    recording = Recording(runs=[Run("plan", [reply("a")]), Run("plan", [reply("b")])])
    replay = ReplayClient(recording)

    assert for_run(replay, "boss.plan").complete(ask()).text == "a"
    assert for_run(replay, "top.do/boss.plan").complete(ask()).text == "b"
    with pytest.raises(LLMError):
        for_run(ReplayClient(recording), "boss.replan").complete(ask())
