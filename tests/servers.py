"""A model server on this machine: speaks OpenAI's chat protocol over real HTTP, well or badly, on demand.

(And as much of Anthropic's as its replies need: ``model="anthropic/…"`` with ``api_base`` less ``/v1``.)

    with ChatServer(["```python\\ntask_success(1)\\n```"]) as server:
        client = server.client()
        ...
        assert len(server.requests) == 1

The script is a list of behaviours, one a request, or a function from the request's body to one:

- ``str`` or :class:`Reply`: an answer, streamed when the request asks for it;
- :class:`Status`: an HTTP error with a body and headers;
- :class:`Cut`: part of an answer, then the connection is gone;
- :class:`Hang`: the request is taken, and nothing comes.

A request past the end of the script is answered 418, which no client retries, and is counted.
"""

from __future__ import annotations

import json
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Literal

from agex.llm import LiteLLMClient


@dataclass(frozen=True)
class Call:
    """A tool call in an answer: its arguments as they go over the wire."""

    arguments: str
    id: str | None = "call_1"
    name: str = "run_python"

    @staticmethod
    def of(code: str, id: str = "call_1") -> Call:
        return Call(json.dumps({"code": code}), id)


@dataclass(frozen=True)
class Reply:
    """An answer. ``usage`` is OpenAI's usage object; without it, four characters are one token."""

    text: str
    finish_reason: str | None = "stop"
    usage: dict[str, Any] | None = None
    reasoning: str = ""
    calls: tuple[Call, ...] = ()
    piece: int = 8
    delay: float = 0.0


@dataclass(frozen=True)
class Status:
    """An HTTP error: its code, a message, OpenAI's error code, and headers such as ``Retry-After``."""

    code: int
    message: str = ""
    error: str | None = None
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Cut:
    """Part of an answer, then nothing more.

    ``how`` is ``"reset"`` (the connection breaks), ``"close"`` (it ends before the body is whole) or
    ``"end"`` (a body that is whole for HTTP, but whose answer has no finish reason and no ``[DONE]``).
    """

    text: str
    how: Literal["reset", "close", "end"] = "close"
    calls: tuple[Call, ...] = ()


@dataclass(frozen=True)
class Hang:
    """Take the request and say nothing, or after ``text`` has been streamed, no more."""

    text: str | None = None


Behaviour = str | Reply | Status | Cut | Hang


@dataclass(frozen=True)
class Seen:
    """One request as the server saw it."""

    path: str
    body: dict[str, Any]
    headers: dict[str, str]
    at: float

    @property
    def messages(self) -> list[dict[str, Any]]:
        return self.body["messages"]

    @property
    def tokens(self) -> int:
        """Four characters of message text are one token."""
        return count_tokens(self.body)


def count_tokens(body: dict[str, Any]) -> int:
    """The input tokens of a request, by this server's own count."""
    total = 0
    for message in body["messages"]:
        content = message.get("content") or ""
        blocks = [content] if isinstance(content, str) else [b.get("text", "") for b in content]
        total += sum(len(block) for block in blocks)
    return total // 4


class ChatServer:
    """Serves ``script`` on a free port of this machine, in threads, until the ``with`` block ends."""

    def __init__(
        self,
        script: Sequence[Behaviour] | Callable[[dict[str, Any]], Behaviour],
        *,
        model: str = "openai/test-model",
    ) -> None:
        self.model = model
        self.requests: list[Seen] = []
        self.hang_ups = 0  # answers the client closed before they were whole
        self.pieces = 0  # pieces of text written, over all answers
        self.slept: list[float] = []
        self._script = script
        self._lock = threading.Lock()
        self._closing = threading.Event()
        self._http: ThreadingHTTPServer | None = None

    @property
    def url(self) -> str:
        assert self._http is not None
        return f"http://127.0.0.1:{self._http.server_address[1]}/v1"

    def client(self, **options: Any) -> LiteLLMClient:
        """A real client for this server, whose pauses between attempts take no time.

        ``slept`` of the server holds the pauses it would have made.
        """
        given = {
            "api_base": self.url,
            "api_key": "test-key",
            "cost_per_token": (1e-6, 2e-6),
            "sleep": self.slept.append,
        }
        return LiteLLMClient(self.model, **(given | options))

    def __enter__(self) -> ChatServer:
        self._http = _Quiet(("127.0.0.1", 0), _Handler)
        self._http.chat = self  # type: ignore[attr-defined]
        threading.Thread(target=self._http.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._closing.set()
        assert self._http is not None
        self._http.shutdown()
        self._http.server_close()

    def take(self, seen: Seen) -> Behaviour:
        """Record a request and find what it is answered with."""
        with self._lock:
            number = len(self.requests)
            self.requests.append(seen)
        if callable(self._script):
            return self._script(seen.body)
        if number < len(self._script):
            return self._script[number]
        return Status(418, f"request {number + 1}, but the script has {len(self._script)}")

    def wait(self, seconds: float) -> None:
        """Wait, but no longer than the server lives."""
        self._closing.wait(seconds)

    def wait_for(self, condition: Callable[[], bool], seconds: float = 5.0) -> None:
        """Wait until the server's threads have seen what the client did."""
        until = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < until, "it did not happen"
            time.sleep(0.005)


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class _Quiet(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that goes away in the middle is one of the things tested, not an error."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    @property
    def chat(self) -> ChatServer:
        return self.server.chat  # type: ignore[attr-defined, no-any-return]

    def log_message(self, *_: object) -> None:
        pass

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers.get("Content-Length", 0))) or b"{}")
        headers = {name.lower(): value for name, value in self.headers.items()}
        behaviour = self.chat.take(Seen(self.path, body, headers, time.monotonic()))
        if isinstance(behaviour, str):
            behaviour = Reply(behaviour)
        try:
            match behaviour:
                case Status():
                    self._status(behaviour)
                case Reply() if self.path.endswith("/messages") and body.get("stream"):
                    self._begin_stream()
                    self._pieces(_anthropic_events(behaviour, body), delay=behaviour.delay)
                    self.wfile.write(b"0\r\n\r\n")
                case Reply() if self.path.endswith("/messages"):
                    self._json(200, _anthropic(behaviour, body))
                case Reply() if body.get("stream"):
                    self._stream(_chunks(behaviour, body), delay=behaviour.delay)
                case Reply():
                    self._json(200, _completion(behaviour, body))
                case Cut():
                    self._cut(behaviour, body)
                case Hang():
                    if behaviour.text is not None and body.get("stream"):
                        reply = Reply(behaviour.text, finish_reason=None)
                        self._begin_stream()
                        self._pieces(_chunks(reply, body, whole=False))
                    self.chat.wait(60)
                    self._break(reset=True)
        except (BrokenPipeError, ConnectionResetError):
            self.chat.hang_ups += 1
            self.close_connection = True

    def _status(self, status: Status) -> None:
        error = {
            "message": status.message or f"status {status.code}",
            "type": "error",
            "param": None,
            "code": status.error,
        }
        self._json(status.code, {"error": error}, status.headers)

    def _json(self, code: int, value: Any, headers: dict[str, str] | None = None) -> None:
        payload = json.dumps(value).encode()
        self.send_response(code)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(payload)))
        for name, text in (headers or {}).items():
            self.send_header(name, text)
        self.end_headers()
        self.wfile.write(payload)

    def _begin_stream(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()

    def _stream(self, chunks: Iterator[dict[str, Any]], *, delay: float) -> None:
        self._begin_stream()
        self._pieces(chunks, delay=delay)
        self._event("[DONE]")
        self.wfile.write(b"0\r\n\r\n")

    def _pieces(self, chunks: Iterator[dict[str, Any]], *, delay: float = 0.0) -> None:
        for chunk in chunks:
            self._event(json.dumps(chunk))
            self.chat.pieces += 1
            if delay:
                time.sleep(delay)

    def _event(self, data: str) -> None:
        line = f"data: {data}\n\n".encode()
        self.wfile.write(f"{len(line):x}\r\n".encode() + line + b"\r\n")
        self.wfile.flush()

    def _cut(self, cut: Cut, body: dict[str, Any]) -> None:
        if body.get("stream"):
            self._begin_stream()
            self._pieces(_chunks(Reply(cut.text, calls=cut.calls), body, whole=False))
            if cut.how == "end":
                self.wfile.write(b"0\r\n\r\n")
                return
        else:
            payload = json.dumps(_completion(Reply(cut.text), body)).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(payload)))
            self.end_headers()
            self.wfile.write(payload[: len(payload) // 2])
        self._break(reset=cut.how == "reset")

    def _break(self, *, reset: bool) -> None:
        self.close_connection = True
        self.wfile.flush()
        if reset:
            time.sleep(0.02)  # a reset overtakes what was written just before, and would hide it
            linger = struct.pack("ii", 1, 0)
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        else:
            self.connection.shutdown(socket.SHUT_RDWR)
        self.connection.close()


def _usage(reply: Reply, body: dict[str, Any]) -> dict[str, Any]:
    if reply.usage is not None:
        return reply.usage
    taken, given = count_tokens(body), len(reply.text) // 4
    return {"prompt_tokens": taken, "completion_tokens": given, "total_tokens": taken + given}


def _completion(reply: Reply, body: dict[str, Any]) -> dict[str, Any]:
    message: dict[str, Any] = {"role": "assistant", "content": reply.text}
    if reply.reasoning:
        message["reasoning_content"] = reply.reasoning
    if reply.calls:
        message["content"] = reply.text or None
        message["tool_calls"] = [_call(call) for call in reply.calls]
    return {
        "id": "chatcmpl-test",
        "object": "chat.completion",
        "created": 0,
        "model": body["model"],
        "choices": [{"index": 0, "message": message, "finish_reason": _finish_reason(reply)}],
        "usage": _usage(reply, body),
    }


def _call(call: Call) -> dict[str, Any]:
    function = {"name": call.name, "arguments": call.arguments}
    return {"id": call.id, "type": "function", "function": function}


def _finish_reason(reply: Reply) -> str | None:
    return "tool_calls" if reply.calls and reply.finish_reason == "stop" else reply.finish_reason


def _chunks(reply: Reply, body: dict[str, Any], *, whole: bool = True) -> Iterator[dict[str, Any]]:
    def chunk(delta: dict[str, Any], finish_reason: str | None = None) -> dict[str, Any]:
        return {
            "id": "chatcmpl-test",
            "object": "chat.completion.chunk",
            "created": 0,
            "model": body["model"],
            "choices": [{"index": 0, "delta": delta, "finish_reason": finish_reason}],
        }

    yield chunk({"role": "assistant", "content": ""})
    if reply.reasoning:
        yield chunk({"reasoning_content": reply.reasoning})
    for start in range(0, len(reply.text), reply.piece):
        yield chunk({"content": reply.text[start : start + reply.piece]})
    for index, call in enumerate(reply.calls):
        begun = _call(call)
        begun["function"]["arguments"] = ""
        yield chunk({"tool_calls": [{"index": index, **begun}]})
        for start in range(0, len(call.arguments), reply.piece):
            part = {"arguments": call.arguments[start : start + reply.piece]}
            yield chunk({"tool_calls": [{"index": index, "function": part}]})
    if not whole:
        return
    yield chunk({}, _finish_reason(reply))
    if (body.get("stream_options") or {}).get("include_usage"):
        yield {**chunk({}), "choices": [], "usage": _usage(reply, body)}


def _anthropic_events(reply: Reply, body: dict[str, Any]) -> Iterator[dict[str, Any]]:
    whole = _anthropic(reply, body)
    usage = whole["usage"]
    yield {
        "type": "message_start",
        "message": {
            **whole,
            "content": [],
            "stop_reason": None,
            "usage": {**usage, "output_tokens": 1},
        },
    }
    for index, block in enumerate(whole["content"]):
        yield from _anthropic_block(index, block, reply.piece)
    if reply.finish_reason is not None:
        yield {
            "type": "message_delta",
            "delta": {"stop_reason": whole["stop_reason"], "stop_sequence": None},
            "usage": {"output_tokens": usage["output_tokens"]},
        }
        yield {"type": "message_stop"}


def _anthropic_block(index: int, block: dict[str, Any], piece: int) -> Iterator[dict[str, Any]]:
    """One content block as its events: begun empty, filled in pieces, ended."""
    kind = block["type"]
    field, said = {
        "text": ("text", block.get("text")),
        "thinking": ("thinking", block.get("thinking")),
        "tool_use": ("partial_json", json.dumps(block.get("input"))),
    }[kind]
    empty: dict[str, Any] = {**block, "input": {}} if kind == "tool_use" else {**block, field: ""}
    empty.pop("signature", None)
    yield {"type": "content_block_start", "index": index, "content_block": empty}
    named = "input_json_delta" if kind == "tool_use" else f"{kind}_delta"
    deltas = [
        {"type": named, field: said[start : start + piece]} for start in range(0, len(said), piece)
    ]
    if kind == "thinking":
        deltas.append({"type": "signature_delta", "signature": block["signature"]})
    for delta in deltas:
        yield {"type": "content_block_delta", "index": index, "delta": delta}
    yield {"type": "content_block_stop", "index": index}


def _anthropic_content(reply: Reply) -> list[dict[str, Any]]:
    content: list[dict[str, Any]] = []
    if reply.reasoning:
        signed = {"thinking": reply.reasoning, "signature": f"signed:{len(reply.reasoning)}"}
        content.append({"type": "thinking", **signed})
    if reply.text or not reply.calls:
        content.append({"type": "text", "text": reply.text})
    for call in reply.calls:
        given = json.loads(call.arguments)
        content.append({"type": "tool_use", "id": call.id, "name": call.name, "input": given})
    return content


def _anthropic(reply: Reply, body: dict[str, Any]) -> dict[str, Any]:
    ended = "tool_use" if reply.calls else "end_turn"
    return {
        "id": "msg_test",
        "type": "message",
        "role": "assistant",
        "model": body["model"],
        "content": _anthropic_content(reply),
        "stop_reason": "max_tokens" if reply.finish_reason == "length" else ended,
        "stop_sequence": None,
        "usage": reply.usage or {"input_tokens": 10, "output_tokens": 5},
    }
