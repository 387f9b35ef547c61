"""Scripts, functions and fallbacks as clients, and how ``llm=`` is read."""

from __future__ import annotations

import pickle
import subprocess
import sys
import threading

import pytest

from agex.errors import ConfigurationError, LLMError
from agex.llm import (
    CallableClient,
    FallbackClient,
    LiteLLMClient,
    LLMClient,
    LLMResponse,
    Meter,
    Recording,
    RecordingClient,
    ReplayClient,
    Run,
    ScriptedClient,
    can_see,
    make_client,
    metered,
)
from agex.messages import Message, Usage
from tests.servers import ChatServer, Status, free_port

ASK = [Message("system", "Be brief."), Message("user", "Hello?")]
TEXT = "thinking\n\n```python\nx = 1\n```\nand more"


class OnlyComplete:
    def complete(self, messages: object, **_: object) -> LLMResponse:
        raise NotImplementedError


CLIENTS = {
    "scripted": lambda: ScriptedClient([TEXT] * 2),
    "scripted, streaming": lambda: ScriptedClient([TEXT] * 2, stream=True),
    "function": lambda: CallableClient(lambda messages: TEXT),
    "fallback": lambda: FallbackClient([ScriptedClient([]), ScriptedClient([TEXT] * 2)]),
    "replay": lambda: ReplayClient(
        Recording(runs=[Run("t", [LLMResponse(TEXT, Usage(), "m", replayed=True)] * 2)])
    ),
}


@pytest.mark.parametrize("make", CLIENTS.values(), ids=CLIENTS)
def test_every_client_keeps_the_protocol(make: object) -> None:
    client = make()  # type: ignore[operator]
    heard: list[str] = []
    talk = list(ASK)

    response = client.complete(talk, on_text=heard.append)

    assert isinstance(client, LLMClient)
    assert client.model
    assert response.text == TEXT == "".join(heard)
    assert response.finish_reason == "stop"
    assert response.usage.cost == 0.0
    assert talk == ASK
    assert client.complete(talk).text == TEXT


# ---------------------------------------------------------------- scripts


def test_a_script_answers_in_order_and_remembers_what_it_was_asked() -> None:
    client = ScriptedClient(["one", "two"])

    assert [client.complete(ASK).text, client.complete(ASK[:1]).text] == ["one", "two"]
    assert client.requests == [tuple(ASK), tuple(ASK[:1])]


def test_a_script_that_has_run_out_says_how_long_it_was() -> None:
    client = ScriptedClient("only")
    client.complete(ASK)

    with pytest.raises(LLMError, match="it held 1 reply, and one more was asked for"):
        client.complete(ASK)


def test_a_script_may_be_a_function_of_the_messages() -> None:
    client = ScriptedClient(lambda messages: messages[-1].text.upper())

    assert client.complete(ASK).text == "HELLO?"


def test_a_script_may_hold_failures_and_whole_responses() -> None:
    cut = LLMResponse("x =", Usage(1, 2, requests=1), "scripted", "length")
    client = ScriptedClient([LLMError("down"), cut])

    with pytest.raises(LLMError, match="down"):
        client.complete(ASK)
    assert client.complete(ASK) is cut


def test_a_streaming_script_ends_where_the_caller_says() -> None:
    heard: list[str] = []
    client = ScriptedClient([TEXT], stream=True)

    response = client.complete(ASK, on_text=heard.append, stop_when=lambda t: t.count("```") == 2)

    assert response.text == "thinking\n\n```python\nx = 1\n```\n" == "".join(heard)
    assert response.streamed


def test_a_script_is_shared_by_threads_without_giving_a_reply_twice() -> None:
    client = ScriptedClient(str(n) for n in range(400))
    given: list[str] = []

    def ask() -> None:
        for _ in range(50):
            given.append(client.complete(ASK).text)

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(given, key=int) == [str(n) for n in range(400)]


def test_a_pickled_script_goes_on_where_it_was() -> None:
    client = ScriptedClient(["one", "two"])
    client.complete(ASK)

    assert pickle.loads(pickle.dumps(client)).complete(ASK).text == "two"


# ---------------------------------------------------------------- functions


def test_any_function_of_the_messages_is_a_model() -> None:
    def person(messages: tuple[Message, ...]) -> str:
        return f"I read {len(messages)} messages"

    response = make_client(person).complete(ASK)

    assert response.text == "I read 2 messages"
    assert "person" in response.model
    assert response.usage.requests == 1 and response.estimated and not response.replayed


def test_a_function_that_returns_something_else_is_told_what_to_return() -> None:
    with pytest.raises(ConfigurationError, match="returned int.*a str"):
        make_client(lambda messages: 3).complete(ASK)


def test_an_async_function_is_refused_before_anything_runs() -> None:
    async def answer(messages: object) -> str:
        return ""

    with pytest.raises(ConfigurationError, match="async function"):
        make_client(answer)


def test_what_a_function_raises_reaches_the_caller_as_it_is() -> None:
    def tired(messages: object) -> str:
        raise KeyError("no more")

    with pytest.raises(KeyError, match="no more"):
        make_client(tired).complete(ASK)


# ---------------------------------------------------------------- fallbacks


def test_the_next_model_is_asked_when_the_first_has_failed_for_good() -> None:
    with (
        ChatServer([Status(500)] * 9, model="openai/first") as first,
        ChatServer(["second says hi"], model="openai/second") as second,
    ):
        client = make_client([first.client(max_attempts=2), second.client()])
        response = client.complete(ASK)

    assert (len(first.requests), len(second.requests)) == (2, 1)
    assert response.text == "second says hi" and response.model == "openai/second"
    assert response.usage.requests == 3


def test_a_wrong_key_falls_back_too_and_the_first_model_is_tried_again_next_time() -> None:
    with (
        ChatServer([Status(401), "first again"], model="openai/first") as first,
        ChatServer(["second"], model="openai/second") as second,
    ):
        client = make_client([first.client(), second.client()])
        texts = [client.complete(ASK).text, client.complete(ASK).text]

    assert texts == ["second", "first again"]


def test_when_every_model_fails_each_reason_is_told_in_order() -> None:
    address = f"http://127.0.0.1:{free_port()}/v1"
    dead = LiteLLMClient(
        "openai/dead", api_base=address, api_key="k", max_attempts=2, sleep=lambda _: None
    )
    with ChatServer([Status(401, "bad key")]) as server:
        with pytest.raises(LLMError) as caught:
            make_client([server.client(), dead]).complete(ASK)

    message = str(caught.value)
    assert message.index("did not accept the key") < message.index("nobody listens")
    assert caught.value.attempts == 3 == caught.value.usage.requests
    assert caught.value.transient


def test_only_failures_of_models_fall_back() -> None:
    second = ScriptedClient(["never"])
    client = FallbackClient([ScriptedClient([KeyboardInterrupt()]), second])

    with pytest.raises(KeyboardInterrupt):
        client.complete(ASK)
    assert second.requests == []


def test_pictures_are_sent_only_where_every_fallback_takes_them() -> None:
    seeing, blind = ScriptedClient([], sees_images=True), ScriptedClient([])

    assert can_see(FallbackClient([seeing, seeing]))
    assert not can_see(FallbackClient([seeing, blind]))
    assert can_see(metered(RecordingClient(seeing, "unused.md"), Meter()))
    assert not can_see(CallableClient(lambda messages: ""))


# ---------------------------------------------------------------- llm=


def test_a_model_string_becomes_a_litellm_client() -> None:
    client = make_client("openai/gpt-5-mini")

    assert isinstance(client, LiteLLMClient)
    assert client.model == "openai/gpt-5-mini"


def test_a_client_is_used_as_it_is_and_a_list_of_one_is_that_one() -> None:
    client = ScriptedClient([])

    assert make_client(client) is client
    assert make_client([client]) is client


def test_nothing_given_reads_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AGEX_MODEL", "anthropic/claude-haiku-5-5")

    assert make_client(None).model == "anthropic/claude-haiku-5-5"


def test_nothing_anywhere_is_an_error_that_lists_what_was_looked_for_in_order(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A key that is set is named, and never picks a model that its owner would have to pay for."""
    monkeypatch.setenv("AGEX_MODEL", " ")
    monkeypatch.setenv("ANTHROPIC_API_KEY", "secret-value")
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)

    with pytest.raises(ConfigurationError) as caught:
        make_client()

    message = str(caught.value)
    assert message.index("llm=") < message.index("AGEX_MODEL") < message.index("To fix it")
    assert "Provider keys seen: ANTHROPIC_API_KEY" in message
    assert "export AGEX_MODEL=anthropic/" in message.splitlines()[-1]
    assert "secret-value" not in message


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (3, "is not a model"),
        ("", "not a model string"),
        ([], "holds no model"),
        ([None], r"holds None"),
        (["a/b", ["c/d"]], "each entry"),
        (ScriptedClient, r"llm=ScriptedClient\(\.\.\.\)"),
        (OnlyComplete(), "no attribute `model`"),
    ],
)
def test_what_is_no_model_is_refused_with_what_would_be_one(wrong: object, words: str) -> None:
    with pytest.raises(ConfigurationError, match=words):
        make_client(wrong)


def test_making_a_client_imports_neither_litellm_nor_tenacity() -> None:
    program = (
        "import sys; from agex.llm import make_client; "
        "make_client(['openai/gpt-5-mini', lambda m: 'x']); "
        "print([m for m in ('litellm', 'tenacity', 'openai', 'pydantic') if m in sys.modules])"
    )

    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )

    assert done.stdout.strip() == "[]", done.stderr
