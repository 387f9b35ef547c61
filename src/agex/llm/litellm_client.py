"""Asking a real model, of any provider that litellm knows.

Imports tenacity, and through ``litellm_library`` litellm, inside a first request. tenacity alone decides
about asking again; litellm and the provider's own library are told not to (their retries multiply). One
attempt covers a whole answer, its stream included, so that half an answer is never handed out: it is
thrown away and asked for again.
"""

from __future__ import annotations

import copy
import logging
import random
import re
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NoReturn

from agex.errors import ConfigurationError, ContextWindowExceeded, LLMError
from agex.llm.client import (
    BeforeRetry,
    LLMResponse,
    OnText,
    StopWhen,
    Tool,
    ToolCall,
    estimate_tokens,
)
from agex.llm.failures import Failure, StreamCut, explain, read_failure
from agex.llm.litellm_library import load, plain_tools
from agex.llm.prices import priced
from agex.llm.streams import Calls, calls_of, drain, hang_up, pieces, was_ended
from agex.llm.wire import read_tokens, to_wire, tool_to_wire
from agex.messages import Message, Usage

_log = logging.getLogger("agex.llm")

# Options that would take a decision away from this client, and what to use instead.
_OURS: Mapping[str, str] = {
    "messages": "they come with each request",
    "stream_options": "usage is always asked for",
    "timeout": "use request_timeout=",
    "max_retries": "use max_attempts=",
    "num_retries": "use max_attempts=",
    "fallbacks": "give a list of models: llm=[first, second]",
    "n": "one answer is asked for",
    "tools": 'use Agent(code_channel="tool")',
}

_TAKES_CACHE_MARKS = re.compile("claude|anthropic", re.IGNORECASE)
_CACHE_MARKS = (
    {"location": "message", "role": "system"},
    {"location": "message", "index": -1},
)


@dataclass(frozen=True, slots=True)
class _Answer:
    text: str
    reasoning: str
    finish_reason: str | None
    usage: Any  # litellm's usage object; None when the stream was ended before it came
    streamed: bool
    calls: tuple[ToolCall, ...] = ()


class _Failed(Exception):
    """One attempt failed: what tenacity looks at."""

    def __init__(self, failure: Failure, spent: Usage) -> None:
        super().__init__(failure.kind)
        self.failure = failure
        self.spent = spent


class LiteLLMClient:
    """Asks ``model``, a litellm model string such as ``"openai/gpt-5-mini"``.

    What is transient (a rate limit, a timeout, a broken connection, a server error, a stream that
    breaks off) is asked again with growing, jittered pauses, or after the pause the server asks for.
    What is not (a missing or wrong key, an unknown model, a rejected request) fails at once with an
    :class:`agex.errors.LLMError` that says what to change.

    Args:
        request_timeout: seconds a server may stay silent, before an answer and within one.
        max_attempts: requests made for one answer before giving up.
        max_retry_wait: the longest pause between two; a server that asks for more is not waited for.
        stream: let the answer come in pieces, so that it can be shown and ended early.
        cache: mark the conversation for Anthropic's prompt cache (others need no marks).
        cost_per_token: US dollars per input and output token, for a model without a known price.
        sees_images: whether the model takes pictures; by default what litellm knows about it.
        sleep: how to wait between attempts.
        options: passed on to litellm: ``api_base``, ``api_key``, ``temperature``,
            ``reasoning_effort``, ``max_tokens``, … What a model does not support is left out of its
            requests. A key given here travels with a pickled client; one in the environment does not.
    """

    def __init__(
        self,
        model: str,
        *,
        request_timeout: float = 120.0,
        max_attempts: int = 5,
        max_retry_wait: float = 60.0,
        stream: bool = True,
        cache: bool = True,
        cost_per_token: tuple[float, float] | None = None,
        sees_images: bool | None = None,
        sleep: Callable[[float], None] = time.sleep,
        **options: Any,
    ) -> None:
        if not isinstance(model, str) or not model.strip():
            raise ConfigurationError(
                f'{model!r} is not a model string. Write provider/model: "openai/gpt-5-mini"'
            )
        if max_attempts < 1 or request_timeout <= 0:
            raise ConfigurationError("max_attempts is at least 1, and request_timeout above 0.")
        for name in options.keys() & _OURS.keys():
            raise ConfigurationError(f"{name}= is not an option here: {_OURS[name]}.")
        self.model = model.strip()
        self.request_timeout = request_timeout
        self.max_attempts = max_attempts
        self.max_retry_wait = max_retry_wait
        self.stream = stream
        self.cache = cache
        self.cost_per_token = cost_per_token
        self.options = dict(options)
        self._sees_images = sees_images
        self._sleep = sleep
        self._before_retry: BeforeRetry | None = None
        self._tool: Tool | None = None

    def __repr__(self) -> str:
        return f"LiteLLMClient({self.model!r})"

    def for_run(self, path: str, *, before_retry: BeforeRetry | None = None) -> LiteLLMClient:
        """The same client, which asks ``before_retry`` before each further attempt."""
        bound = copy.copy(self)
        bound._before_retry = before_retry
        return bound

    def with_tool(self, tool: Tool) -> LiteLLMClient:
        """The same client, whose requests offer ``tool``."""
        bound = copy.copy(self)
        bound._tool = tool
        return bound

    def warm_up(self) -> None:
        """Import litellm in a background thread, so that the first request need not wait for it."""
        threading.Thread(target=load, name="agex-warm-up", daemon=True).start()

    @property
    def sees_images(self) -> bool:
        """Whether pictures are sent; otherwise a line in their place says that they are not."""
        if self._sees_images is None:
            try:
                self._sees_images = bool(load().supports_vision(self.model))
            except Exception:  # litellm raises several kinds for a model it does not know
                self._sees_images = False
        return self._sees_images

    def estimate(self, messages: Sequence[Message]) -> Usage:
        """The input tokens by their characters, and what they cost at the least."""
        tokens = Usage(input_tokens=estimate_tokens(messages), requests=1)
        return self._priced(tokens, None)

    def complete(
        self,
        messages: Sequence[Message],
        *,
        on_text: OnText | None = None,
        stop_when: StopWhen | None = None,
    ) -> LLMResponse:
        """The model's answer, whole or up to where ``stop_when`` ended it.

        Raises:
            ContextWindowExceeded: the conversation is too long for the model.
            LLMError: the model could not be asked; ``transient`` says whether waiting may help.
        """
        from tenacity import RetryCallState, Retrying, retry_if_exception, stop_after_attempt

        spent = Usage()

        def attempt() -> _Answer:
            return self._ask(messages, on_text, stop_when)

        def before_sleep(state: RetryCallState) -> None:
            nonlocal spent
            failed = _failed(state)
            spent += failed.spent
            pause = state.next_action.sleep if state.next_action else 0.0
            _log.info(
                "%s, attempt %d: %s; again in %.1f s",
                self.model,
                state.attempt_number,
                failed.failure.kind,
                pause,
            )
            if self._before_retry is not None:
                self._before_retry()

        retrying = Retrying(
            stop=stop_after_attempt(self.max_attempts),
            wait=lambda state: self._pause(_failed(state).failure, state.attempt_number),
            retry=retry_if_exception(self._may_help),
            before_sleep=before_sleep,
            sleep=self._sleep,
            reraise=True,
        )
        try:
            answer = retrying(attempt)
        except _Failed as failed:
            self._give_up(failed, spent + failed.spent)
        used, estimated = self._usage(answer, messages)
        return LLMResponse(
            text=answer.text,
            usage=spent + used,
            model=self.model,
            finish_reason=answer.finish_reason,
            reasoning=answer.reasoning,
            streamed=answer.streamed,
            estimated=estimated,
            calls=answer.calls,
        )

    # ------------------------------------------------------------ one attempt

    def _ask(
        self, messages: Sequence[Message], on_text: OnText | None, stop_when: StopWhen | None
    ) -> _Answer:
        litellm = load()
        handling = sys.exception()
        streams = self.stream and (on_text is not None or stop_when is not None)
        request: dict[str, Any] = {
            "model": self.model,
            # Fresh for every attempt: litellm changes what it is given.
            "messages": to_wire(messages, images=self._shows(messages), model=self.model),
            "timeout": self.request_timeout,
            "max_retries": 0,
            "drop_params": True,
            **copy.deepcopy(self.options),
        }
        if self._tool is not None:
            request |= {"tools": [tool_to_wire(self._tool)], **plain_tools()}
        if streams:
            request |= {"stream": True, "stream_options": {"include_usage": True}}
        if self.cache and _TAKES_CACHE_MARKS.search(self.model):
            request.setdefault("cache_control_injection_points", [dict(m) for m in _CACHE_MARKS])
        try:
            raw = litellm.completion(**request)
        except Exception as error:
            failure = read_failure(error, handling=handling)
            # A request that was turned down is a request, and free.
            raise _Failed(failure, Usage(requests=int(failure.sent))) from error
        if streams:
            return self._read_stream(raw, messages, on_text, stop_when)
        choice = raw.choices[0]
        text = choice.message.content or ""
        if on_text is not None and text:
            on_text(text)
        reasoning = getattr(choice.message, "reasoning_content", None) or ""
        return _Answer(
            text, reasoning, choice.finish_reason, raw.usage, False, calls_of(choice.message)
        )

    def _read_stream(
        self,
        stream: Any,
        messages: Sequence[Message],
        on_text: OnText | None,
        stop_when: StopWhen | None,
    ) -> _Answer:
        handling = sys.exception()
        text, reasoning, finish_reason, usage = "", "", None, None
        calls = Calls()
        arriving = pieces(stream)
        try:
            while True:
                # Only what the provider does is a failure of the request; what `on_text` or
                # `stop_when` raise is the caller's own and passes through.
                try:
                    piece = next(arriving, None)
                except Exception as error:
                    partial = self._partial(messages, text + reasoning + calls.text)
                    raise _Failed(read_failure(error, handling=handling), partial) from error
                if piece is None:
                    break
                reasoning += piece.reasoning
                finish_reason = piece.finish_reason or finish_reason
                usage = piece.usage or usage
                calls.add(piece)
                if not piece.text:
                    if piece.calls and stop_when is not None and stop_when(text):
                        # Nobody waits any more: half a call is none.
                        return _Answer(text, reasoning, "stop", usage, streamed=True)
                    continue
                text += piece.text
                if on_text is not None:
                    on_text(piece.text)
                if stop_when is not None and stop_when(text):
                    usage = drain(arriving) or usage
                    return _Answer(text, reasoning, "stop", usage, streamed=True)
        finally:
            hang_up(stream)
        if not was_ended(stream, finish_reason):
            failure = read_failure(StreamCut("the stream ended without a finish reason"))
            partial = self._partial(messages, text + reasoning + calls.text)
            raise _Failed(failure, partial)
        return _Answer(text, reasoning, finish_reason, usage, True, calls.whole())

    def _shows(self, messages: Sequence[Message]) -> bool:
        return not any(message.images for message in messages) or self.sees_images

    # ------------------------------------------------------------ again, or not

    def _may_help(self, error: BaseException) -> bool:
        if not isinstance(error, _Failed) or not error.failure.transient:
            return False
        return (error.failure.retry_after or 0.0) <= self.max_retry_wait

    def _pause(self, failure: Failure, attempt: int) -> float:
        """Doubling from one second; jittered, so that many tasks do not come back at one instant."""
        if failure.retry_after is not None:
            return failure.retry_after + random.uniform(0.0, 0.25)
        longest: float = min(2.0 ** (attempt - 1), 30.0, self.max_retry_wait)
        return longest * random.uniform(0.75, 1.25)

    def _give_up(self, failed: _Failed, spent: Usage) -> NoReturn:
        failure = failed.failure
        attempts = spent.requests
        message = explain(
            failure,
            self.model,
            where=str(self.options["api_base"]) if self.options.get("api_base") else None,
            missing=self._missing_key() if failure.kind == "missing_key" else "",
        )
        if failure.transient and (failure.retry_after or 0.0) > self.max_retry_wait:
            message += f" It asks to wait {failure.retry_after:.0f} s, longer than max_retry_wait."
        elif attempts > 1:
            message += f" Asked {attempts} times."
        kind = ContextWindowExceeded if failure.kind == "context_window" else LLMError
        raise kind(
            message,
            model=self.model,
            attempts=attempts,
            transient=failure.transient,
            usage=spent,
        ) from failed.__cause__

    def _missing_key(self) -> str:
        try:
            return " or ".join(load().validate_environment(self.model)["missing_keys"])
        except Exception:  # only to word a message better
            return ""

    # ------------------------------------------------------------ tokens and money

    def _usage(self, answer: _Answer, messages: Sequence[Message]) -> tuple[Usage, bool]:
        """What one whole answer used, and whether that had to be estimated."""
        if answer.usage is not None:
            return self._priced(read_tokens(answer.usage), answer.usage), False
        calls = "".join(call.arguments for call in answer.calls)
        return self._partial(messages, answer.text + calls + answer.reasoning), True

    def _partial(self, messages: Sequence[Message], text: str) -> Usage:
        """What an answer used whose count never came: the whole input, and the text so far."""
        tokens = Usage(estimate_tokens(messages), estimate_tokens(text), requests=1)
        return self._priced(tokens, None)

    def _priced(self, tokens: Usage, raw: Any) -> Usage:
        return priced(tokens, raw, model=self.model, cost_per_token=self.cost_per_token)


def _failed(state: Any) -> _Failed:
    error = state.outcome.exception()
    assert isinstance(error, _Failed)  # nothing else is retried
    return error
