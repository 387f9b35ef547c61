"""Why a request failed, whether asking again can help, and what to tell the developer.

Providers' errors arrive as litellm's exceptions, which this file reads without importing them: by
status code, by message, and by the chain of causes below them. The class alone does not tell enough:
a missing key and a refused connection both arrive as a server error 500, a quota that is used up
arrives as a rate limit, and a Gemini key that is missing as a broken connection.
"""

from __future__ import annotations

import datetime
import re
import socket
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

Kind = Literal[
    "missing_key",
    "bad_key",
    "unknown_model",
    "unknown_provider",
    "context_window",
    "content_policy",
    "quota",
    "bad_request",
    "rate_limit",
    "timeout",
    "refused",
    "unknown_host",
    "connection",
    "cut",
    "server",
    "other",
]

# What waiting a little may mend. A refused connection is among them: a server that is being
# restarted refuses for seconds.
TRANSIENT: frozenset[Kind] = frozenset(
    {"rate_limit", "timeout", "refused", "connection", "cut", "server"}
)

# 408 timeout, 409 conflict and 425 too early are the server's own way to say "again"; 429 is a rate.
_TRANSIENT_STATUS = frozenset({408, 409, 425, 429})

_MISSING_KEY = re.compile(
    r"missing credentials|missing \w+( \w+)? api[ _]key|locate credentials|no api[ _]key"
    r"|api[ _]key (is |was )?(missing|required|not (set|found|provided))",
    re.IGNORECASE,
)
_PROVIDER_MISSING = re.compile(r"LLM Provider NOT provided", re.IGNORECASE)
# Gemini words a limit per minute as "exceeded your current quota" too; only the code tells.
_USED_UP = re.compile(
    r"insufficient_quota|credit balance is too low|insufficient[_ ](funds|balance|credits)"
)
_TOO_LONG = re.compile(
    r"context_length_exceeded|maximum context length|prompt is too long", re.IGNORECASE
)
_NO_SUCH_MODEL = re.compile(
    r"model_not_found|model\b.{0,80}\b(does not exist|not found)", re.IGNORECASE
)


class StreamCut(Exception):
    """A stream ended before its answer was whole."""


@dataclass(frozen=True, slots=True)
class Failure:
    """One failed request: what kind, the provider's own words, and how long it asks to wait."""

    kind: Kind
    detail: str
    status: int | None = None
    retry_after: float | None = None

    @property
    def transient(self) -> bool:
        """Whether asking again in a while can help."""
        return self.kind in TRANSIENT

    @property
    def sent(self) -> bool:
        """Whether a request left this process; a missing key stops it before."""
        return self.kind not in ("missing_key", "unknown_provider")


def read_failure(error: BaseException, *, handling: BaseException | None = None) -> Failure:
    """What went wrong in ``error``, as litellm, its transports or the stream raised it.

    ``handling`` is what the caller was handling when the request was made: Python hangs it below
    whatever is raised then, and it says nothing about the request.
    """
    causes = list(_chain(error, until=handling))
    text = _own_words(error)
    status = getattr(error, "status_code", None)
    status = status if isinstance(status, int) else None
    everything = " ".join([text, *(str(getattr(cause, "body", None) or "") for cause in causes)])
    return Failure(
        _kind(error, causes, everything, status), text, status, retry_after(_headers(causes))
    )


def _kind(error: BaseException, causes: list[BaseException], text: str, status: int | None) -> Kind:
    name = type(error).__name__
    if isinstance(error, StreamCut):
        return "cut"
    if _PROVIDER_MISSING.search(text):
        return "unknown_provider"
    if _MISSING_KEY.search(text):
        return "missing_key"
    if name == "ContextWindowExceededError" or _TOO_LONG.search(text):
        return "context_window"
    if name == "ContentPolicyViolationError":
        return "content_policy"
    if any(isinstance(cause, ConnectionRefusedError) for cause in causes) or "Errno 111" in text:
        return "refused"
    if "Errno -3]" in text:  # the name server could not be asked just now
        return "connection"
    if any(isinstance(cause, socket.gaierror) for cause in causes) or "Errno -2]" in text:
        return "unknown_host"
    if name == "MidStreamFallbackError":
        return "timeout" if "timed out" in text else "cut"
    if status == 429 or name == "RateLimitError":
        return "quota" if _USED_UP.search(text) else "rate_limit"
    if any(type(cause).__name__ in ("RemoteProtocolError", "ReadError") for cause in causes):
        return "connection"
    if name in ("Timeout", "APITimeoutError") or isinstance(error, TimeoutError) or status == 408:
        return "timeout"
    if name == "APIConnectionError" or isinstance(error, (ConnectionError, EOFError)):
        return "connection"
    return _kind_by_status(name, text, status)


def _kind_by_status(name: str, text: str, status: int | None) -> Kind:
    if status is None:
        return "other"
    if status in _TRANSIENT_STATUS or status >= 500:
        return "server"
    if _NO_SUCH_MODEL.search(text) or status == 404:
        return "unknown_model"
    if status in (401, 403):
        return "bad_key"
    if status == 402 or _USED_UP.search(text):
        return "quota"
    return "bad_request"


def explain(failure: Failure, model: str, *, where: str | None = None, missing: str = "") -> str:
    """One or two sentences for the developer: what happened, and what mends it.

    Args:
        where: the address that was asked, when it is not the provider's own.
        missing: the environment variable that would hold the key.
    """
    at = f" at {where}" if where else ""
    said = failure.detail
    quoted = (
        f" The provider says: {said}{'' if said.endswith(('.', '!', '?')) else '.'}" if said else ""
    )
    status = f" (status {failure.status})" if failure.status else ""
    match failure.kind:
        case "missing_key":
            return f"no key for {model}. Set {missing or 'the provider key'} in the environment."
        case "bad_key":
            return f"the provider of {model} did not accept the key{status}. Check it.{quoted}"
        case "unknown_model":
            return f"{model} is not a model its provider knows{status}. Check the name.{quoted}"
        case "unknown_provider":
            return (
                f"{model!r} does not say who provides it. Write provider/model, such as "
                '"openai/gpt-5-mini"; a server of your own that speaks OpenAI\'s protocol is '
                f'LiteLLMClient("openai/{model}", api_base="http://...").'
            )
        case "context_window":
            return f"the conversation is longer than {model} accepts.{quoted}"
        case "content_policy":
            return f"the provider of {model} refuses this content by its policy.{quoted}"
        case "quota":
            return f"the account behind {model} has used up its quota or credit{status}.{quoted}"
        case "bad_request":
            return f"the provider of {model} rejects the request{status}.{quoted}"
        case "rate_limit":
            return f"{model} is asked more often than its provider allows{status}.{quoted}"
        case "timeout":
            return f"{model}{at} did not answer in time."
        case "refused":
            return f"nobody listens{at or f' at the address of {model}'}: connection refused."
        case "unknown_host":
            return f"the host of {model}{at} is not known here; check the address and the network."
        case "connection":
            return f"the connection to {model}{at} broke.{quoted}"
        case "cut":
            return f"the answer of {model}{at} broke off before it was whole; it was not used."
        case "server":
            return f"the provider of {model} failed{status}.{quoted}"
        case "other":
            return f"{model} could not be asked.{quoted}"


def retry_after(headers: Mapping[str, str]) -> float | None:
    """The seconds a server asks to wait, from ``Retry-After`` in either of its two spellings."""
    value = headers.get("retry-after")
    if value is None:
        return None
    try:
        return max(0.0, float(value))
    except ValueError:
        pass
    import email.utils  # imports the whole mail package, for a date that few servers send

    try:
        when = email.utils.parsedate_to_datetime(value)
    except ValueError:
        return None
    now = datetime.datetime.now(when.tzinfo)
    return max(0.0, (when - now).total_seconds())


def _headers(causes: list[BaseException]) -> Mapping[str, str]:
    """Lower-cased headers of the answer: litellm moves them to an attribute of its own."""
    for cause in causes:
        response = getattr(cause, "response", None)
        for found in (
            getattr(cause, "litellm_response_headers", None),
            getattr(response, "headers", None),
        ):
            if found:
                return {str(name).lower(): str(value) for name, value in dict(found).items()}
    return {}


def _own_words(error: BaseException) -> str:
    """The provider's sentence without the class names litellm puts before it, on one line."""
    text = str(getattr(error, "message", None) or error)
    text = text.split("\nTraceback", 1)[0]
    text = re.sub(r"^(litellm\.)?\w+(Error|Timeout)?: ", "", text)
    text = re.sub(r"^((litellm\.)?\w*(Error|Exception)\s*[:-] *)+", "", text)
    text = " ".join(text.split())
    return text if len(text) <= 500 else text[:499] + "…"


def _chain(error: BaseException | None, *, until: BaseException | None) -> Iterator[BaseException]:
    seen: set[int] = set()
    while error is not None and error is not until and id(error) not in seen:
        seen.add(id(error))
        yield error
        error = error.__cause__ or error.__context__
