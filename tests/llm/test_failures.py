"""Reading errors that no server on this machine can cause, and the words made of them."""

from __future__ import annotations

import datetime
import email.utils
from typing import get_args

import pytest

from agex.llm.failures import TRANSIENT, Failure, Kind, explain, read_failure, retry_after


class APIConnectionError(Exception):
    status_code = 500


class RateLimitError(Exception):
    status_code = 429


class InternalServerError(Exception):
    status_code = 500


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (APIConnectionError("Missing Gemini API key. Set the GEMINI_API_KEY"), "missing_key"),
        (InternalServerError("OpenAIException - Missing credentials. Please pass"), "missing_key"),
        (InternalServerError("Unable to locate credentials"), "missing_key"),
        (InternalServerError("AnthropicException - [Errno 111] Connection refused"), "refused"),
        (
            InternalServerError("GroqException - [Errno -2] Name or service not known"),
            "unknown_host",
        ),
        (InternalServerError("[Errno -3] Temporary failure in name resolution"), "connection"),
        (RateLimitError("You exceeded your current quota, please retry in 31s"), "rate_limit"),
        (RateLimitError("insufficient_quota"), "quota"),
        (ConnectionResetError("gone"), "connection"),
        (TimeoutError("slow"), "timeout"),
        (ValueError("a bug somewhere"), "other"),
    ],
)
def test_a_failure_is_known_by_more_than_its_class(error: Exception, kind: str) -> None:
    failure = read_failure(error)

    assert failure.kind == kind
    assert failure.transient == (kind in TRANSIENT)


def test_the_cause_below_an_error_is_looked_at() -> None:
    try:
        try:
            raise ConnectionRefusedError(111, "Connection refused")
        except ConnectionRefusedError as cause:
            raise InternalServerError("Connection error.") from cause
    except InternalServerError as error:
        assert read_failure(error).kind == "refused"


@pytest.mark.parametrize("kind", get_args(Kind))
def test_every_kind_of_failure_has_words_that_name_the_model(kind: Kind) -> None:
    text = explain(Failure(kind, "the provider's words", 400), "openai/some-model")

    assert "openai/some-model" in text
    assert text.endswith((".", ")."))


def test_the_time_to_wait_is_read_as_seconds_or_as_a_date() -> None:
    soon = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=30)
    past = soon - datetime.timedelta(hours=1)

    assert retry_after({"retry-after": "2.5"}) == 2.5
    assert retry_after({"retry-after": email.utils.format_datetime(soon)}) == pytest.approx(
        30, abs=2
    )
    assert retry_after({"retry-after": email.utils.format_datetime(past)}) == 0.0
    assert retry_after({"retry-after": "soon"}) is None
    assert retry_after({}) is None
