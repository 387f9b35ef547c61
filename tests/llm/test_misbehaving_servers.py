"""What a client does when the server does not: every case counts the requests that the server saw."""

from __future__ import annotations

import time

import pytest

from agex.errors import ContextWindowExceeded, LLMError
from agex.llm import LiteLLMClient
from agex.messages import Message
from tests.servers import Behaviour, ChatServer, Cut, Hang, Reply, Status, free_port

ASK = [Message("user", "Write a function.")]
ANSWER = "```python\ntask_success(1)\n```\n"
HALF = "```python\nimport os\nos.remove('a file that must sta"

both = pytest.mark.parametrize("streams", [True, False], ids=["streamed", "whole"])


def ask(client: LiteLLMClient, streams: bool, seen: list[str] | None = None) -> object:
    heard = [] if seen is None else seen
    return client.complete(ASK, on_text=heard.append if streams else None)


def failure(
    script: list[Behaviour], streams: bool, **options: object
) -> tuple[LLMError, ChatServer]:
    with ChatServer(script) as server:
        with pytest.raises(LLMError) as caught:
            ask(server.client(**options), streams)
    return caught.value, server


@both
def test_a_rate_limit_is_waited_for_as_long_as_the_server_asks(streams: bool) -> None:
    script = [Status(429, "slow down", headers={"Retry-After": "7"}), ANSWER]
    with ChatServer(script) as server:
        response = ask(server.client(), streams)

    assert response.text == ANSWER
    assert response.usage.requests == 2 == len(server.requests)
    assert len(server.slept) == 1
    assert 7.0 <= server.slept[0] <= 7.5


def test_a_rate_limit_without_a_time_is_waited_for_with_growing_jittered_pauses() -> None:
    with ChatServer([Status(429)] * 4 + [ANSWER]) as server:
        server.client().complete(ASK)
    with ChatServer([Status(429)] * 4 + [ANSWER]) as again:
        again.client().complete(ASK)

    assert len(server.requests) == 5
    assert [round(pause / 2**n, 1) for n, pause in enumerate(server.slept)] == pytest.approx(
        [1, 1, 1, 1], abs=0.3
    )
    assert server.slept != again.slept


def test_a_server_that_asks_for_an_hour_is_not_waited_for() -> None:
    error, server = failure([Status(429, headers={"Retry-After": "3600"})], False)

    assert len(server.requests) == 1
    assert error.transient
    assert "3600 s" in str(error)


@both
@pytest.mark.parametrize("code", [500, 502, 503, 529, 408, 409])
def test_a_server_error_is_asked_again(code: int, streams: bool) -> None:
    with ChatServer([Status(code, "oops"), ANSWER]) as server:
        response = ask(server.client(), streams)

    assert response.text == ANSWER
    assert len(server.requests) == 2
    assert response.usage.requests == 2


@both
def test_retries_end_and_do_not_multiply(streams: bool) -> None:
    """litellm and the provider's library retry on their own unless told not to."""
    error, server = failure([Status(500, "oops")] * 20, streams, max_attempts=3)

    assert len(server.requests) == 3
    assert error.attempts == 3 and error.usage.requests == 3
    assert error.transient
    assert "Asked 3 times" in str(error)
    assert "oops" in str(error)


@both
@pytest.mark.parametrize(
    ("status", "words"),
    [
        (Status(401, "Incorrect API key provided", "invalid_api_key"), "did not accept the key"),
        (Status(403, "not for you"), "did not accept the key"),
        (
            Status(404, "The model `x` does not exist", "model_not_found"),
            "not a model its provider",
        ),
        (Status(400, "temperature must be below 2"), "temperature must be below 2"),
        (Status(402, "please pay"), "quota or credit"),
        (Status(429, "You exceeded your quota", "insufficient_quota"), "quota or credit"),
        (Status(418, "I am a teapot"), "teapot"),
    ],
    ids=lambda value: str(value.code) if isinstance(value, Status) else "",
)
def test_what_waiting_cannot_mend_fails_at_once(status: Status, words: str, streams: bool) -> None:
    error, server = failure([status, ANSWER], streams)

    assert len(server.requests) == 1
    assert server.slept == []
    assert not error.transient and error.attempts == 1
    assert words in str(error)
    assert error.model == "openai/test-model"


def test_a_conversation_too_long_for_the_model_is_an_error_of_its_own() -> None:
    status = Status(
        400, "This model's maximum context length is 10 tokens", "context_length_exceeded"
    )

    error, server = failure([status], False)

    assert isinstance(error, ContextWindowExceeded)
    assert len(server.requests) == 1


@both
def test_a_missing_key_is_named_and_nothing_is_sent(
    streams: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """litellm reports it as a server error 500, which a naive client would retry."""
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    error, server = failure([ANSWER], streams, api_key=None)

    assert server.requests == [] and server.slept == []
    assert not error.transient and error.attempts == 0
    assert "OPENAI_API_KEY" in str(error)


@pytest.mark.parametrize(
    ("model", "variable"),
    [("anthropic/claude-haiku-5-5", "ANTHROPIC_API_KEY"), ("gemini/gemini-flash-latest", "GEMINI")],
)
def test_a_missing_key_is_named_for_other_providers_too(
    model: str, variable: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("ANTHROPIC_API_KEY", "ANTHROPIC_AUTH_TOKEN", "GEMINI_API_KEY", "GOOGLE_API_KEY"):
        monkeypatch.delenv(name, raising=False)
    slept: list[float] = []

    with pytest.raises(LLMError, match=f"no key for {model}.*{variable}") as caught:
        LiteLLMClient(model, sleep=slept.append).complete(ASK)

    assert slept == [] and not caught.value.transient


@both
def test_a_refused_connection_says_where_nobody_listens(streams: bool) -> None:
    """litellm reports this as a server error 500 as well, as it does a missing key."""
    slept: list[float] = []
    address = f"http://127.0.0.1:{free_port()}/v1"
    client = LiteLLMClient(
        "openai/local", api_base=address, api_key="k", max_attempts=3, sleep=slept.append
    )

    with pytest.raises(LLMError) as caught:
        ask(client, streams)

    assert len(slept) == 2
    assert caught.value.transient and caught.value.attempts == 3
    assert f"nobody listens at {address}: connection refused" in str(caught.value)
    assert "key" not in str(caught.value)


def test_a_model_without_a_provider_is_told_how_to_name_one() -> None:
    with pytest.raises(LLMError, match="Write provider/model") as caught:
        LiteLLMClient("llama", sleep=lambda _: None).complete(ASK)

    assert caught.value.attempts == 0 and not caught.value.transient


@both
def test_a_server_that_never_answers_times_out_and_is_asked_again(streams: bool) -> None:
    started = time.monotonic()
    with ChatServer([Hang(), ANSWER]) as server:
        response = ask(server.client(request_timeout=0.3), streams)

    assert response.text == ANSWER
    assert len(server.requests) == 2
    assert time.monotonic() - started < 3


def test_a_server_that_never_answers_at_all_is_given_up_on() -> None:
    error, server = failure([Hang()] * 5, False, request_timeout=0.15, max_attempts=2)

    assert len(server.requests) == 2
    assert "did not answer in time" in str(error) and error.transient


@pytest.mark.parametrize("how", ["reset", "close", "end"])
@both
def test_half_an_answer_is_thrown_away_and_asked_for_again(how: str, streams: bool) -> None:
    """The half block would run if it were taken for an answer; litellm calls one kind "stop"."""
    heard: list[str] = []
    with ChatServer([Cut(HALF, how), ANSWER]) as server:  # type: ignore[arg-type]
        response = ask(server.client(), streams, heard)

    assert response.text == ANSWER
    assert "os.remove" not in response.text
    assert len(server.requests) == 2
    if streams:
        assert "os.remove" in "".join(heard)  # it was shown as it came, and is not in the answer
        assert response.usage.output_tokens > len(ANSWER) // 4  # and it was generated, so it counts


def test_an_answer_that_always_breaks_off_is_never_returned() -> None:
    error, server = failure([Cut(HALF, "end")] * 9, True, max_attempts=2)

    assert len(server.requests) == 2
    assert "broke off before it was whole" in str(error)
    assert error.usage.output_tokens > 0


def test_a_stream_that_falls_silent_is_asked_for_again() -> None:
    with ChatServer([Hang(HALF), ANSWER]) as server:
        response = ask(server.client(request_timeout=0.3), True)

    assert response.text == ANSWER
    assert len(server.requests) == 2


def test_an_answer_ended_by_the_caller_is_whole_even_if_the_stream_breaks_after_it() -> None:
    with ChatServer([Cut(ANSWER, "reset")]) as server:
        response = server.client().complete(ASK, stop_when=lambda text: text.count("```") == 2)

    assert response.text.startswith(ANSWER.rstrip())
    assert len(server.requests) == 1
    assert response.estimated


def test_a_failure_is_not_taken_for_the_one_its_caller_is_handling() -> None:
    """Python hangs what is being handled below everything that is raised meanwhile."""
    with ChatServer([Status(500, "oops")]) as server:
        try:
            raise ConnectionRefusedError(111, "Connection refused")
        except ConnectionRefusedError:
            with pytest.raises(LLMError, match="oops"):
                server.client(max_attempts=1).complete(ASK)


def test_an_empty_answer_is_an_answer() -> None:
    with ChatServer([Reply(""), Reply("")]) as server:
        whole = server.client().complete(ASK)
        streamed = server.client().complete(ASK, on_text=lambda _: None)

    assert whole.text == streamed.text == ""
    assert len(server.requests) == 2


def test_a_retry_is_asked_for_before_it_is_made() -> None:
    class Enough(Exception):
        pass

    def no() -> None:
        raise Enough

    with ChatServer([Status(500)] * 5) as server:
        with pytest.raises(Enough):
            server.client().for_run("task", before_retry=no).complete(ASK)

    assert len(server.requests) == 1
    assert server.slept == []
