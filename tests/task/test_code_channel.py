"""Code that travels as the call of a tool: real litellm over real HTTP, one request a turn."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from agex import Agent, TaskTimeout
from agex.errors import ConfigurationError, RegistrationError
from agex.event_types import Action, AnyEvent, LLMReply, Observation
from agex.llm import LLMResponse, RecordingClient, ReplayClient, ScriptedClient, ToolCall
from agex.messages import Usage
from tests.servers import Behaviour, Call, ChatServer, Cut, Reply

LOOK = "total = sum(n for n in numbers)\ntotal"
END = "task_success(total)"

both = pytest.mark.parametrize("streams", [True, False], ids=["streamed", "whole"])


def called(code: str, id: str = "call_1", said: str = "") -> Reply:
    return Reply(said, calls=(Call.of(code, id),))


def add_up(
    server: ChatServer, streams: bool = True, events: list[AnyEvent] | None = None, **options: Any
) -> int:
    """A task that adds numbers, answered by ``server``."""
    agent = Agent(llm=server.client(stream=streams), **{"code_channel": "tool", **options})

    @agent.task
    def add(numbers: list[int]) -> int:  # type: ignore[empty-body]
        """Add them up."""

    return add([1, 2, 3], on_event=(events if events is not None else []).append)


def called_back(arguments: str, finish_reason: str = "tool_calls") -> LLMResponse:
    call = ToolCall("a", "run_python", arguments)
    return LLMResponse("", Usage(requests=1), "scripted", finish_reason, calls=(call,))


def play(replies: list[LLMResponse], events: list[AnyEvent]) -> int:
    """The same answers without a server between."""
    agent = Agent(llm=ScriptedClient(replies), code_channel="tool")

    @agent.task
    def add(numbers: list[int]) -> int:  # type: ignore[empty-body]
        """Add them up."""

    return add([1, 2, 3], on_event=events.append)


def codes(events: list[AnyEvent]) -> list[str]:
    return [event.code for event in events if isinstance(event, Action)]


def told(events: list[AnyEvent]) -> list[str]:
    return [event.text for event in events if isinstance(event, Observation)]


def check_history(messages: list[dict[str, Any]]) -> int:
    """Every call is answered by the next message under the same id; returns how many there are."""
    made = 0
    for message, following in zip(messages, [*messages[1:], None], strict=True):
        for call in message.get("tool_calls", []):
            made += 1
            assert following is not None and following["role"] == "tool"
            assert following["tool_call_id"] == call["id"]
            assert list(json.loads(call["function"]["arguments"])) == ["code"]
        if message["role"] == "tool":
            assert messages[messages.index(message) - 1]["tool_calls"]
    return made


# ---------------------------------------------------------------- over the wire


@both
def test_code_travels_as_a_call_and_its_observation_as_the_answer(streams: bool) -> None:
    events: list[AnyEvent] = []
    with ChatServer([called(LOOK, "call_a", "I look."), called(END, "call_b")]) as server:
        result = add_up(server, streams, events)

    assert result == 6
    assert codes(events) == [LOOK + "\n", END + "\n"]
    first, second = server.requests
    (tool,) = first.body["tools"]
    assert tool["function"]["name"] == "run_python"
    assert "run_python" in first.messages[0]["content"]
    assert second.messages[:2] == first.messages
    assistant, answer = second.messages[2:]
    assert (assistant["role"], assistant["content"]) == ("assistant", "I look.")
    assert assistant["tool_calls"][0]["id"] == "call_a" == answer["tool_call_id"]
    assert (answer["role"], answer["content"]) == ("tool", "→ 6")


@both
def test_an_agent_whose_code_travels_as_text_offers_no_tool(streams: bool) -> None:
    with ChatServer(["```python\ntask_success(6)\n```"]) as server:
        add_up(server, streams, code_channel="text")

    assert "tools" not in server.requests[0].body
    assert "run_python" not in server.requests[0].messages[0]["content"]


def test_a_call_whose_stream_breaks_is_asked_for_again_and_never_run_in_part() -> None:
    events: list[AnyEvent] = []
    half = Call.of("task_success(1)\nimport os")
    broken = Cut("", how="end", calls=(Call(half.arguments[:30]),))
    with ChatServer([broken, called("task_success(6)")]) as server:
        result = add_up(server, events=events)

    assert result == 6
    assert codes(events) == ["task_success(6)\n"]
    assert len(server.requests) == 2
    assert [event.turn for event in events if isinstance(event, LLMReply)] == [1]


@both
@pytest.mark.parametrize("whole_reason", ["length", "stop"])
def test_arguments_that_are_cut_in_the_middle_are_never_run(
    streams: bool, whole_reason: str
) -> None:
    events: list[AnyEvent] = []
    arguments = Call.of("task_success(1)\nprint('more')").arguments
    cut = Reply("", whole_reason, calls=(Call(arguments[:-12]),))
    with ChatServer([cut, called("task_success(6)")]) as server:
        result = add_up(server, streams, events)

    assert result == 6
    assert codes(events) == ["task_success(6)\n"]
    assert told(events)[0].startswith("Nothing ran")
    check_history(server.requests[1].messages)


def test_bare_code_that_was_cut_off_is_not_run_although_it_reads() -> None:
    events: list[AnyEvent] = []
    cut = called_back("task_success(1)\n", "length")

    assert play([cut, called_back("task_success(6)")], events) == 6
    assert codes(events) == ["task_success(6)\n"]


@both
def test_a_reply_in_text_with_a_fence_is_accepted_where_a_call_was_asked_for(
    streams: bool,
) -> None:
    with ChatServer([f"So.\n```python\n{LOOK}\n```\n", called(END)]) as server:
        result = add_up(server, streams)

    assert result == 6
    messages = server.requests[1].messages
    assert [message["role"] for message in messages[2:]] == ["assistant", "user"]
    assert LOOK in messages[2]["content"]


@both
def test_a_call_is_accepted_where_text_was_asked_for(streams: bool) -> None:
    events: list[AnyEvent] = []
    with ChatServer([called(LOOK, said="I look."), "```python\n" + END + "\n```"]) as server:
        result = add_up(server, streams, events, code_channel="text")

    assert result == 6
    messages = server.requests[1].messages
    assert "tools" not in server.requests[1].body
    assert messages[2] == {"role": "assistant", "content": f"I look.\n\n```python\n{LOOK}\n```"}
    assert messages[3]["role"] == "user"


def test_prose_with_a_fence_before_the_call_does_not_end_the_stream_early() -> None:
    events: list[AnyEvent] = []
    example = "Not\n```python\ntask_success(0)\n```\nbut the sum:"
    with ChatServer([called("task_success(6)", said=example)]) as server:
        result = add_up(server, events=events)

    assert result == 6
    assert codes(events) == ["task_success(6)\n"]


@both
def test_of_several_calls_the_first_runs_and_the_model_is_told(streams: bool) -> None:
    events: list[AnyEvent] = []
    two = Reply("", calls=(Call.of(LOOK, "call_a"), Call.of("task_success(0)", "call_b")))
    with ChatServer([two, called(END, "call_c")]) as server:
        assert add_up(server, streams, events) == 6

    assert codes(events) == [LOOK + "\n", END + "\n"]
    assert "Only the first call ran" in told(events)[0]
    assert check_history(server.requests[1].messages) == 1


@both
def test_a_call_of_another_tool_is_answered_with_what_to_call(streams: bool) -> None:
    events: list[AnyEvent] = []
    other = Call('{"value": 6}', name="task_success")
    with ChatServer([Reply("", calls=(other,)), called("task_success(6)")]) as server:
        assert add_up(server, streams, events) == 6

    assert "The one tool is run_python(code)" in told(events)[0]
    assert check_history(server.requests[1].messages) == 0


@pytest.mark.parametrize(
    "arguments",
    ["{}", "", "{", '{"code": 5}', '{"code": ""}', '{"code": "', '{"a": 1}', "six", "[" * 50_000],
    ids=lambda arguments: arguments[:12],
)
def test_a_call_without_code_runs_nothing_and_does_not_end_the_task(arguments: str) -> None:
    events: list[AnyEvent] = []
    wrong, right = called_back(arguments), called_back('{"code": "task_success(6)"}')

    assert play([wrong, right], events) == 6
    assert codes(events) == ["task_success(6)\n"]
    assert told(events)[0].startswith("Nothing ran: the call brought no code.")


@pytest.mark.parametrize(
    "arguments",
    [
        '{"code": "task_success(6)"}',
        '{"code": "task_success(\\n6)", "thought": "so"}',
        '{"code": "```python\\ntask_success(6)\\n```"}',
        '{"python": "task_success(6)"}',
        '{"__arg1": "task_success(6)"}',
        '{"code": ["total = 6", "task_success(total)"]}',
        '"task_success(6)"',
        '"{\\"code\\": \\"task_success(6)\\"}"',
        '{"code": "x = 6\nprint(x)\ntask_success(x)"}',
        "task_success(6)",
        "```python\ntask_success(6)\n```",
    ],
)
def test_arguments_are_read_in_every_shape_they_come_in(arguments: str) -> None:
    assert play([called_back(arguments)], []) == 6


def test_no_call_and_no_fence_costs_a_turn_and_says_what_is_missing() -> None:
    events: list[AnyEvent] = []
    with ChatServer(["It is six.", called("task_success(6)")]) as server:
        assert add_up(server, events=events) == 6

    assert "run_python was not called" in told(events)[0]
    assert "```" not in told(events)[0]


def test_calls_without_an_id_get_one_each_and_keep_it() -> None:
    replies = [called(LOOK, None), called("total", None), called(END, None)]  # type: ignore[arg-type]
    with ChatServer(replies) as server:
        assert add_up(server) == 6

    last = server.requests[2].messages
    assert check_history(last) == 2
    assert last[:4] == server.requests[1].messages
    assert len({message["tool_call_id"] for message in last if message["role"] == "tool"}) == 2


def test_pictures_follow_the_answer_of_the_call_as_a_message_of_their_own() -> None:
    agent_sees = [called("view_image(picture)"), called("task_success(None)")]
    with ChatServer(agent_sees) as server:
        agent = Agent(llm=server.client(sees_images=True), code_channel="tool")
        agent.cls(np.ndarray, include=["shape"])

        @agent.task
        def look(picture: np.ndarray) -> None:
            """Look at it."""

        look(np.zeros((4, 4, 3), dtype=np.uint8))

    assistant, answer, shown = server.requests[1].messages[2:]
    assert check_history([assistant, answer, shown]) == 1
    assert isinstance(answer["content"], str)
    assert shown["role"] == "user"
    assert shown["content"][-1]["type"] == "image_url"


# ---------------------------------------------------------------- a long conversation


def ten_turns(server_context: int) -> tuple[list[list[dict[str, Any]]], int]:
    replies: list[Behaviour] = [
        called(f"part_{n} = {n}\nprint('x' * 900)", f"call_{n}", f"Step {n}.") for n in range(12)
    ]
    with ChatServer([*replies, called("task_success(part_3)")]) as server:
        result = add_up(server, context_tokens=server_context, max_iterations=20)
    return [seen.messages for seen in server.requests], result


def test_the_beginning_of_the_conversation_stays_the_same_byte_for_byte() -> None:
    requests, result = ten_turns(65_536)

    assert result == 3
    for earlier, later in zip(requests, requests[1:], strict=False):
        assert json.dumps(later[: len(earlier)]) == json.dumps(earlier)
        check_history(later)
    assert check_history(requests[-1]) == 12


def test_compaction_keeps_calls_and_their_answers_together() -> None:
    requests, result = ten_turns(2_400)

    assert result == 3
    for messages in requests:
        check_history(messages)
    assert any("earlier step" in str(messages) for messages in requests)
    assert max(len(json.dumps(messages)) for messages in requests) < 2_400 * 5
    assert check_history(requests[-1]) >= 3


# ---------------------------------------------------------------- Anthropic's shape


@both
def test_signed_thoughts_go_back_to_the_provider_with_their_call(streams: bool) -> None:
    thought = Reply("I look.", reasoning="Numbers, then.", calls=(Call.of(LOOK, "toolu_1"),))
    with ChatServer([thought, called(END, "toolu_2")], model="anthropic/test-model") as server:
        client = server.client(
            api_base=server.url.removesuffix("/v1"), stream=streams, max_tokens=500
        )
        agent = Agent(llm=client, code_channel="tool")

        @agent.task
        def add(numbers: list[int]) -> int:  # type: ignore[empty-body]
            """Add them up."""

        assert add([1, 2, 3]) == 6

    first, second = server.requests
    assert first.body["tools"][0]["name"] == "run_python"
    assistant, answer = second.messages[-2:]
    kinds = {block["type"]: block for block in assistant["content"]}
    assert kinds["thinking"]["signature"] == "signed:14"
    assert kinds["thinking"]["thinking"] == "Numbers, then."
    assert kinds["tool_use"]["input"] == {"code": LOOK + "\n"}
    (result,) = answer["content"]
    assert (result["type"], result["tool_use_id"]) == ("tool_result", "toolu_1")
    assert result["cache_control"] == {"type": "ephemeral"}


def test_another_model_is_shown_neither_the_ids_nor_the_thoughts_of_the_first() -> None:
    long_id = "call_" + "x" * 200
    with (
        ChatServer([called(LOOK, long_id)], model="openai/one") as one,
        ChatServer([called(END)], model="openai/two") as two,
    ):
        first, second = one.client(max_attempts=1), two.client()
        agent = Agent(llm=[first, second], code_channel="tool")

        @agent.task
        def add(numbers: list[int]) -> int:  # type: ignore[empty-body]
            """Add them up."""

        assert add([1, 2, 3]) == 6

    messages = two.requests[0].messages
    assert check_history(messages) == 1
    assert messages[2]["tool_calls"][0]["id"] == "call00002"


# ---------------------------------------------------------------- other clients


def test_a_run_by_calls_is_recorded_as_readable_code_and_played_again(tmp_path: Path) -> None:
    path = tmp_path / "run.md"
    with ChatServer([called(LOOK, "call_a", "I look."), called(END, "call_b")]) as server:
        recorder = RecordingClient(server.client(), path)
        agent = Agent(llm=recorder, code_channel="tool")

        @agent.task
        def add(numbers: list[int]) -> int:  # type: ignore[empty-body]
            """Add them up."""

        assert add([1, 2, 3]) == 6
        assert "tools" in server.requests[0].body

    text = path.read_text()
    assert f"````call run_python id=call_a\n{LOOK}\n````" in text
    for channel in ("tool", "text"):
        events: list[AnyEvent] = []
        again = Agent(llm=ReplayClient(path), code_channel=channel)
        again_add = again.task(add.__wrapped__)
        assert again_add([1, 2, 3], on_event=events.append) == 6
        assert codes(events) == [LOOK + "\n", END + "\n"]


def test_a_client_that_knows_no_tools_answers_in_text() -> None:
    scripted = ScriptedClient(["```python\ntask_success(6)\n```"])
    agent = Agent(llm=scripted, code_channel="tool")

    @agent.task
    def six() -> int:  # type: ignore[empty-body]
        """Six."""

    assert six() == 6


def test_one_task_of_an_agent_can_take_the_other_channel() -> None:
    with ChatServer([called("task_success(6)")]) as server:
        agent = Agent(llm=server.client())

        @agent.task(code_channel="tool")
        def six() -> int:  # type: ignore[empty-body]
            """Six."""

        assert six() == 6

    assert "tools" in server.requests[0].body


def test_a_channel_that_does_not_exist_is_refused_at_once() -> None:
    with pytest.raises(ConfigurationError, match='"text" or "tool"'):
        Agent(code_channel="json")
    with pytest.raises(RegistrationError, match='"text" or "tool"'):

        @Agent().task(code_channel="json")
        def six() -> int:  # type: ignore[empty-body]
            """Six."""


def test_a_run_out_of_turns_says_what_the_model_was_last_told() -> None:
    with ChatServer(lambda body: called("total = 1")) as server, pytest.raises(TaskTimeout):
        add_up(server, max_iterations=3)

    assert len(server.requests) == 3


def test_what_the_model_reads_when_its_code_travels_by_calls(
    golden: Callable[[str, str], None],
) -> None:
    replies = [
        called("print(numbers[9])", "call_1", "I look."),
        Reply("I think it is six."),
        Reply("", calls=(Call('{"value": 6}', name="task_success"),)),
        called("task_success(6)"),
    ]
    with ChatServer(replies) as server:
        add_up(server)

    last = server.requests[-1].messages
    shown = [
        f"## {message['role']}\n{message.get('content') or ''}"
        + "".join(f"\n(call) {c['function']['arguments']}" for c in message.get("tool_calls", []))
        for message in last
    ]
    golden("prompt/code_by_tool.md", "\n\n".join(shown) + "\n")
