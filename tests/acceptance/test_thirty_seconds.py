"""The 30-second example, word for word, through real litellm over HTTP."""

from __future__ import annotations

import functools
import types
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from agex.llm import LiteLLMClient, choose
from tests.docs.pages import blocks_of, replies_named
from tests.servers import ChatServer, Cut, Hang, Reply, Status

ROOT = Path(__file__).resolve().parents[2]
WRITE, HAND_IN = replies_named("prime_finder")


def example() -> str:
    """The first Python block of the README."""
    return next(blocks_of((ROOT / "README.md").read_text(encoding="utf-8"))).code


@pytest.fixture(autouse=True)
def _unpriced() -> Iterator[None]:
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "no price is known")
        yield


def run_example(
    server: ChatServer, monkeypatch: pytest.MonkeyPatch, **options: Any
) -> dict[str, Any]:
    """Run the example as a user would: the model and where it is come from the environment."""
    monkeypatch.setenv("AGEX_MODEL", server.model)
    monkeypatch.setenv("OPENAI_API_BASE", server.url)
    monkeypatch.setenv("OPENAI_API_KEY", "test-key")
    # Pauses between attempts are the only thing that is not as a user would have it.
    quick = functools.partial(LiteLLMClient, sleep=server.slept.append, **options)
    monkeypatch.setattr(choose, "LiteLLMClient", quick)
    module = types.ModuleType("thirty_seconds")
    module.__dict__["my_data"] = [31, 7, 100, 7919, 2]
    exec(compile(example(), "README.md", "exec"), vars(module))
    return vars(module)


@pytest.mark.parametrize("stream", [True, False], ids=["streamed", "whole"])
def test_the_example_returns_a_function_that_finds_primes_and_sorts(
    stream: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    with ChatServer([WRITE, HAND_IN]) as server:
        names = run_example(server, monkeypatch, stream=stream)

    assert names["prime_finder"](100) == 101
    assert names["my_data"] == [2, 7, 31, 100, 7919]
    assert sorted([13, 8, 2], key=names["prime_finder"], reverse=True) == [13, 8, 2]
    assert len(server.requests) == 2
    assert [bool(seen.body.get("stream")) for seen in server.requests] == [stream, stream]


def test_generation_stops_when_the_block_closes(monkeypatch: pytest.MonkeyPatch) -> None:
    chatter = WRITE + "\n\n" + "Observation: it prints 102, which is wrong. " * 400
    with ChatServer([Reply(chatter, delay=0.001), HAND_IN]) as server:
        names = run_example(server, monkeypatch)
        server.wait_for(lambda: server.hang_ups == 1)

    assert names["prime_finder"](100) == 101
    assert "Observation" not in str(server.requests[1].body)


# Each: what the server does, requests it sees, pauses made.
TROUBLE = {
    "429 with Retry-After": ([Status(429, headers={"Retry-After": "2"}), WRITE, HAND_IN], 3, 1),
    "500": ([Status(500), Status(500), WRITE, HAND_IN], 4, 2),
    "a stream cut in its block": ([Cut(WRITE[:200], "end"), WRITE, HAND_IN], 3, 1),
    "a connection that breaks": ([Cut(WRITE[:200], "reset"), WRITE, HAND_IN], 3, 1),
}


@pytest.mark.parametrize("trouble", TROUBLE, ids=str)
def test_what_is_transient_is_retried_and_costs_no_turn(
    trouble: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    script, requests, pauses = TROUBLE[trouble]
    with ChatServer(script) as server:
        names = run_example(server, monkeypatch)

    assert names["prime_finder"](100) == 101
    assert len(server.requests) == requests
    assert len(server.slept) == pauses
    # The repeated request is the same, so nothing of the broken answer was kept or run.
    assert server.requests[0].body["messages"] == server.requests[1].body["messages"]


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (Status(401, "bad key", "invalid_api_key"), "key"),
        (Status(404, "no such model", "model_not_found"), "model"),
    ],
)
def test_what_no_retry_can_mend_fails_at_once(
    status: Status, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from agex import LLMError

    with ChatServer([status]) as server, pytest.raises(LLMError, match=words) as caught:
        run_example(server, monkeypatch)

    assert len(server.requests) == 1
    assert not caught.value.transient


def test_a_server_that_never_answers_times_out_and_is_asked_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with ChatServer([Hang(), WRITE, HAND_IN]) as server:
        names = run_example(server, monkeypatch, request_timeout=1.0)

    assert names["prime_finder"](100) == 101
    assert len(server.requests) == 3


def test_a_connection_that_is_refused_is_retried_then_fails_in_words(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from agex import LLMError

    with ChatServer([]) as server:
        pass  # closed: nobody listens there now
    with pytest.raises(LLMError, match="127.0.0.1|connect") as caught:
        run_closed(server, monkeypatch)
    assert caught.value.transient
    assert len(server.slept) == 2


def run_closed(server: ChatServer, monkeypatch: pytest.MonkeyPatch) -> None:
    run_example(server, monkeypatch, max_attempts=3)


CORRECTED = {
    "finish_reason=length": (Reply(WRITE[:200], finish_reason="length"), "cut off"),
    "no code": (Reply("I would look for the next prime."), "no block of Python"),
}


@pytest.mark.parametrize("shape", CORRECTED, ids=str)
def test_a_reply_that_cannot_run_is_corrected_and_costs_one_turn(
    shape: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    reply, told = CORRECTED[shape]
    with ChatServer([reply, WRITE, HAND_IN]) as server:
        names = run_example(server, monkeypatch)

    assert names["prime_finder"](100) == 101
    assert len(server.requests) == 3
    assert told in server.requests[1].messages[-1]["content"]


def test_of_two_blocks_the_first_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    with ChatServer([f"{WRITE}\n\n```python\ntask_success(len)\n```", HAND_IN]) as server:
        names = run_example(server, monkeypatch, stream=False)

    assert names["prime_finder"](100) == 101
    assert len(server.requests) == 2
    assert "dropped" in server.requests[1].messages[-1]["content"]


def test_a_reply_in_json_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    import json

    code = WRITE.partition("```python\n")[2].partition("```")[0]
    replies = [
        json.dumps({"thinking": "a loop", "code": code}),
        json.dumps({"thinking": "done", "code": "task_success(next_prime)"}),
    ]
    with ChatServer(replies) as server:
        names = run_example(server, monkeypatch)

    assert names["prime_finder"](100) == 101
    assert len(server.requests) == 2
