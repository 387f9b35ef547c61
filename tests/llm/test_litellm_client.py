"""Real litellm over real HTTP, against a server on this machine that behaves well."""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
import warnings
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from agex.errors import ConfigurationError
from agex.llm import LiteLLMClient, prices
from agex.messages import Image, Message, Usage
from tests.servers import ChatServer, Reply, Status

ASK = [Message("system", "Answer in code."), Message("user", "What is the next prime?")]
BLOCK = "I will compute it.\n\n```python\nx = 1\n```\n"


def closed(text: str) -> bool:
    return text.count("```") >= 2


def test_an_answer_comes_whole_with_its_usage_and_cost() -> None:
    with ChatServer([BLOCK]) as server:
        response = server.client().complete(ASK)

    assert response.text == BLOCK
    assert response.finish_reason == "stop"
    assert response.model == "openai/test-model"
    assert not response.streamed and not response.estimated and not response.replayed
    tokens = server.requests[0].tokens
    assert response.usage == Usage(
        tokens, len(BLOCK) // 4, cost=tokens * 1e-6 + len(BLOCK) // 4 * 2e-6, requests=1
    )


def test_a_streamed_answer_says_the_same_and_arrives_in_pieces() -> None:
    pieces: list[str] = []
    with ChatServer([BLOCK, BLOCK]) as server:
        whole = server.client().complete(ASK)
        streamed = server.client().complete(ASK, on_text=pieces.append)

    assert streamed.text == whole.text == "".join(pieces)
    assert streamed.usage == whole.usage
    assert streamed.streamed and not streamed.estimated
    assert len(pieces) > 2
    assert server.requests[1].body["stream_options"] == {"include_usage": True}


def test_a_client_told_not_to_stream_hands_over_the_text_at_once() -> None:
    pieces: list[str] = []
    with ChatServer([BLOCK]) as server:
        server.client(stream=False).complete(ASK, on_text=pieces.append, stop_when=closed)

    assert pieces == [BLOCK]
    assert "stream" not in server.requests[0].body


def test_generation_ends_where_the_caller_says_and_the_connection_is_closed() -> None:
    """What a model imagines after its block is neither read nor paid for."""
    pieces: list[str] = []
    imagined = "Output: 101\n" * 400
    with ChatServer([Reply(BLOCK + imagined, delay=0.002)]) as server:
        response = server.client().complete(ASK, on_text=pieces.append, stop_when=closed)
        server.wait_for(lambda: server.hang_ups == 1)

    assert response.text.startswith(BLOCK.rstrip())
    assert len(response.text) <= len(BLOCK) + 8
    assert "".join(pieces) == response.text
    assert server.pieces < 100
    assert response.finish_reason == "stop"


def test_usage_of_an_answer_ended_early_is_estimated_and_marked() -> None:
    with ChatServer([Reply(BLOCK + "Output: 101\n" * 400, delay=0.001)]) as server:
        response = server.client().complete(ASK, stop_when=closed)

    assert response.estimated
    assert response.usage.input_tokens == pytest.approx(server.requests[0].tokens, rel=0.3)
    assert 0 < response.usage.output_tokens < 30
    assert response.usage.cost == pytest.approx(
        response.usage.input_tokens * 1e-6 + response.usage.output_tokens * 2e-6
    )


def test_an_answer_that_ends_with_its_block_keeps_the_providers_own_count() -> None:
    """Most answers end right after the block, and the count comes with the end."""
    with ChatServer([BLOCK]) as server:
        response = server.client().complete(ASK, stop_when=closed)

    assert not response.estimated
    assert response.usage.input_tokens == server.requests[0].tokens


def test_an_answer_cut_off_for_its_length_says_so() -> None:
    with ChatServer([Reply("```python\nx = ", "length"), Reply("x", "length")]) as server:
        streamed = server.client().complete(ASK, stop_when=closed)
        whole = server.client().complete(ASK)

    assert streamed.finish_reason == whole.finish_reason == "length"
    assert streamed.text == "```python\nx = "
    assert len(server.requests) == 2


@pytest.mark.parametrize("streams", [True, False])
def test_cached_and_reasoning_tokens_are_read(streams: bool) -> None:
    usage = {
        "prompt_tokens": 1000,
        "completion_tokens": 50,
        "total_tokens": 1050,
        "prompt_tokens_details": {"cached_tokens": 800},
        "completion_tokens_details": {"reasoning_tokens": 20},
    }
    with ChatServer(
        [Reply("forty-two", usage=usage, reasoning="hmm, six times seven")],
        model="openai/gpt-5-mini",
    ) as server:
        response = server.client(cost_per_token=None).complete(
            ASK, on_text=(lambda _: None) if streams else None
        )

    assert response.reasoning == "hmm, six times seven"
    assert response.text == "forty-two"
    used = response.usage
    assert (used.input_tokens, used.cached_tokens) == (1000, 800)
    assert (used.output_tokens, used.reasoning_tokens) == (50, 20)
    # 200 new and 800 cached input tokens are cheaper than 1000 new ones, and not free.
    full = server.client(cost_per_token=None)._priced(Usage(1000, 50, requests=1), None).cost
    assert used.cost is not None and full is not None
    assert 0 < used.cost < full


def test_an_unknown_price_is_none_and_said_once() -> None:
    prices._unpriced.discard("openai/nobody-knows-me")
    with ChatServer(["a", "b", "c"], model="openai/nobody-knows-me") as server:
        client = server.client(cost_per_token=None)
        with pytest.warns(UserWarning, match="no price is known for openai/nobody-knows-me"):
            first = client.complete(ASK)
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            second = client.complete(ASK)

    assert first.usage.cost is None and second.usage.cost is None
    assert (first.usage + second.usage).cost is None
    assert first.usage.input_tokens > 0


def test_pictures_travel_as_data_and_are_named_to_a_model_that_cannot_see() -> None:
    shown = [Message("user", "Look.", (Image(b"\x89PNG"),))]
    with ChatServer(["yes", "no"]) as server:
        server.client(sees_images=True).complete(shown)
        server.client().complete(shown)  # litellm knows of no eyes of this model

    text, picture = server.requests[0].messages[0]["content"]
    assert text == {"type": "text", "text": "Look."}
    assert picture["image_url"]["url"] == "data:image/png;base64,iVBORw=="
    assert server.requests[1].messages[0]["content"] == (
        "Look.\n[1 picture left out: this model cannot see]"
    )


def test_options_reach_the_provider_and_unsupported_ones_are_left_out() -> None:
    with ChatServer(["ok"], model="openai/gpt-4o") as server:
        server.client(temperature=0.5, reasoning_effort="low").complete(ASK)

    body = server.requests[0].body
    assert body["temperature"] == 0.5
    assert "reasoning_effort" not in body
    assert "cache_control" not in str(body)


def test_anthropic_models_get_cache_marks_on_the_system_text_and_the_last_message() -> None:
    with ChatServer(["ok"], model="anthropic/claude-haiku-5-5") as server:
        talk = [*ASK, Message("assistant", "```python\nx\n```"), Message("user", "x = 1")]
        response = server.client(api_base=server.url.removesuffix("/v1")).complete(talk)

    body = server.requests[0].body
    mark = {"type": "ephemeral"}
    assert response.text == "ok"
    assert body["system"][0]["cache_control"] == mark
    assert body["messages"][-1]["content"][-1]["cache_control"] == mark
    assert "cache_control" not in str(body["messages"][:-1])


def test_anthropic_streams_are_read_ended_early_and_never_taken_when_cut() -> None:
    usage = {"input_tokens": 200, "output_tokens": 50, "cache_read_input_tokens": 800}
    usage["cache_creation_input_tokens"] = 0
    script = [
        Reply(BLOCK, usage=usage),
        Reply(BLOCK, "length", usage=usage),
        Reply("```python\nx =", None),
        Reply(BLOCK),
        Reply(BLOCK + "Output: 101\n" * 400, delay=0.002),
    ]
    with ChatServer(script, model="anthropic/claude-haiku-5-5") as server:
        client = server.client(api_base=server.url.removesuffix("/v1"), cost_per_token=None)
        whole = client.complete(ASK, stop_when=closed)
        long = client.complete(ASK, on_text=lambda _: None)
        again = client.complete(ASK, stop_when=closed)
        ended = client.complete(ASK, stop_when=closed)
        server.wait_for(lambda: server.hang_ups == 1)

    assert whole.text.startswith(BLOCK.rstrip()) and not whole.estimated
    used = whole.usage
    assert (used.input_tokens, used.cached_tokens, used.output_tokens) == (1000, 800, 50)
    assert used.cost is not None and 0 < used.cost < 1000 * 1e-7 + 50 * 5e-7
    assert long.finish_reason == "length"
    assert again.text.startswith(BLOCK.rstrip()) and again.usage.requests == 2
    assert ended.estimated and len(ended.text) <= len(BLOCK) + 8


def test_what_the_callers_own_callback_raises_reaches_the_caller() -> None:
    def stop(_: str) -> bool:
        raise ZeroDivisionError("mine")

    with ChatServer([BLOCK]) as server, pytest.raises(ZeroDivisionError, match="mine"):
        server.client().complete(ASK, stop_when=stop)

    assert len(server.requests) == 1


def test_the_messages_given_are_sent_in_order_and_not_changed() -> None:
    talk = (*ASK, Message("assistant", "thinking…"), Message("user", "go on — ünïcode ✓"))
    with ChatServer(["ok"]) as server:
        server.client().complete(talk)

    assert server.requests[0].messages == [{"role": m.role, "content": m.text} for m in talk]


def test_a_client_is_a_description_that_can_be_pickled() -> None:
    client = LiteLLMClient("openai/gpt-5-mini", temperature=0, max_attempts=2)

    twin = pickle.loads(pickle.dumps(client))

    assert (twin.model, twin.options, twin.max_attempts) == (
        "openai/gpt-5-mini",
        {"temperature": 0},
        2,
    )


@pytest.mark.parametrize(
    ("wrong", "word"),
    [
        ({"model": "  "}, "provider/model"),
        ({"model": "a/b", "num_retries": 3}, "max_attempts"),
        ({"model": "a/b", "timeout": 3}, "request_timeout"),
        ({"model": "a/b", "max_attempts": 0}, "at least 1"),
    ],
)
def test_options_that_cannot_work_are_refused_when_the_client_is_made(
    wrong: dict[str, object], word: str
) -> None:
    with pytest.raises(ConfigurationError, match=word):
        LiteLLMClient(**wrong)  # type: ignore[arg-type]


def test_many_threads_share_a_client_without_mixing_answers() -> None:
    def echo(body: dict[str, Any]) -> Reply:
        return Reply(f"you said {body['messages'][0]['content']}")

    with ChatServer(echo) as server, ThreadPoolExecutor(8) as pool:
        client = server.client()
        texts = list(
            pool.map(
                lambda n: client.complete([Message("user", str(n))], on_text=lambda _: None).text,
                range(64),
            )
        )

    assert texts == [f"you said {n}" for n in range(64)]
    assert len(server.requests) == 64


def test_a_first_request_prints_nothing_and_reads_no_env_file(tmp_path: Path) -> None:
    """litellm reads a .env file, fetches a price list and prints banners unless told otherwise."""
    (tmp_path / ".env").write_text("AGEX_FROM_DOTENV=1\n")
    program = """
import os, sys
from agex.llm import LiteLLMClient
from agex.messages import Message
ask = [Message("user", "hello")]
assert "litellm" not in sys.modules
client = LiteLLMClient("openai/x", api_base=sys.argv[1], api_key="k", cost_per_token=(0, 0))
client.complete(ask, on_text=lambda _: None)
try:
    client.complete(ask)
except Exception as error:
    assert "401" in str(error), error
assert "litellm" in sys.modules
assert "AGEX_FROM_DOTENV" not in os.environ
"""
    environ = {
        name: value for name, value in os.environ.items() if not name.startswith("LITELLM")
    } | {"PYTHONPATH": os.pathsep.join(sys.path), "HTTPS_PROXY": "http://127.0.0.1:9"}
    with ChatServer(["hello", Status(401)]) as server:
        done = subprocess.run(
            [sys.executable, "-c", program, server.url],
            cwd=tmp_path,
            env=environ,
            capture_output=True,
            text=True,
        )

    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_an_estimate_is_near_the_servers_count_and_priced() -> None:
    long = [Message("user", "a sentence of ordinary words and x = f(y)\n" * 200)]
    with ChatServer(["ok"]) as server:
        client = server.client()
        expected = client.estimate(long)
        used = client.complete(long).usage

    assert expected.requests == 1
    assert expected.input_tokens == pytest.approx(used.input_tokens, rel=0.3)
    assert expected.cost == pytest.approx(expected.input_tokens * 1e-6)
