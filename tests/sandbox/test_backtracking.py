"""Where no interrupt ends a search, patterns that may take for ever are refused, and no others."""

from __future__ import annotations

import re
import threading
from typing import Any

import pytest

from agex.policy import Registry
from agex.sandbox import Limits, Result, Session
from agex.sandbox.backtracking import may_explode

EXPONENTIAL = [
    r"(a+)+$",
    r"(a|a)*$",
    r"^(\w+\s?)*$",
    r"(x+x+)+y",
    r"(.*)*,",
    r"(a*)*b",
    r"(a|aa)+$",
    r"(aa|aa)*$",
    r"^(([a-z])+.)+[A-Z]([a-z])+$",
    r"(\d+|\w+)*!",
    r"(a+){20}$",
    r"(ab|a|b)*c",
    r"^(?:\s*\w+\s*)*;",
    r"(\\.|[^\"])*\"",
    r"(a{1,60000}){1,60000}b",
    r"(?=(a+)+$)a",
    r"(?:(a+)+b)+",
    r"((a|a)x?)*y",
    "(" + "|".join(f"{chr(97 + i % 26)}{i}" for i in range(90)) + ")*!",
]
HARMLESS = [
    r"\d+",
    r"^(\d+,)*\d+$",
    r"(\w+)\s*=\s*(\w+)",
    r"^\s*(#.*)?$",
    r"\"(?:[^\"\\]|\\.)*\"",
    r"(\w+\s?)+",
    r"(?:\d+,?)+",
    r"[\w.+-]+@[\w-]+\.[\w.-]+",
    r"^(?:[a-z]+\.)+[a-z]{2,}$",
    r"(\d{4})-(\d{2})-(\d{2})",
    r"(?:\d{1,3}\.){3}\d{1,3}",
    r"\$?(\d{1,3}(,\d{3})*(\.\d+)?)$",
    r"^(https?)://([^/:]+)(:\d+)?(/.*)?$",
    r"<(\w+)[^>]*>(.*?)</\1>",
    r"(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)\.){3}(?:25[0-5]|2[0-4]\d|1?\d?\d)",
    r"(?:-?\d+(?:\.\d+)?,?\s*)+",
    r"^(?:\w+ )+\w+$",
    r"(?:[^()]|\([^()]*\))*$",
    r"(\w+)(?:,\s*(\w+))*$",
    r"^([a-zA-Z0-9_.-]+\s*,\s*)*x$",
    r"(?s)/\*.*?\*/",
    r"^[A-Z]{2,5}(-[A-Z0-9]+)*$",
    "(",
]
CALLS = [
    "re.match(p, t)",
    "re.search(p, t, re.M)",
    "re.search(pattern=p, string=t)",
    "re.findall(p, t)",
    "re.split(p, t, 0, re.M)",
    "re.sub(p, '', t)",
    "re.subn(p, '', t)",
    "list(re.finditer(p, t))",
    "re.compile(p).match(t)",
    "re.compile(p).search(string=t)",
    "re.compile(p).fullmatch(t)",
    "re.compile(p).sub('', t)",
    "list(re.compile(p).finditer(t))",
    "re.Pattern.match(re.compile(p), t)",
    "list(map(re.compile(p).match, [t]))",
]


@pytest.mark.parametrize("pattern", EXPONENTIAL)
def test_a_loop_with_two_ways_through_one_text_is_found(pattern: str) -> None:
    assert may_explode(pattern, 0, whole=False)
    assert may_explode(pattern.encode(), 0, whole=True)


@pytest.mark.parametrize("pattern", HARMLESS)
def test_patterns_that_programs_are_full_of_are_let_through(pattern: str) -> None:
    assert not may_explode(pattern, 0, whole=False)


def test_the_end_of_a_pattern_can_fail_where_the_whole_text_has_to_match() -> None:
    assert not may_explode(r"(\w+\s?)+", 0, whole=False)
    assert may_explode(r"(\w+\s?)+", 0, whole=True)


def elsewhere(code: str) -> Result:
    """How an action ends that runs in another thread."""
    registry = Registry()
    registry.module(re)
    session = Session(registry.freeze(), limits=Limits(timeout_seconds=5.0))
    found: list[Any] = []
    thread = threading.Thread(target=lambda: found.append(session.run(code)))
    thread.start()
    thread.join()
    (result,) = found
    assert isinstance(result, Result)
    return result


@pytest.mark.parametrize("call", CALLS)
def test_in_another_thread_such_a_search_does_not_begin(call: str) -> None:
    result = elsewhere("import re\np, t = r'(a+)+$', 'a' * 60 + 'b'\n" + call)

    assert type(result.error).__name__ == "SizeRefused"
    assert "(a+)+ is a+" in str(result.error)


def test_short_texts_and_other_patterns_are_searched_there_as_anywhere() -> None:
    result = elsewhere(
        "import re\n"
        "[re.match(r'(a+)+$', 'a' * 12 + 'b'), re.findall(r'(\\w+)=(\\d+)', 'a=1 b=2 ' * 9)[:2],\n"
        " re.sub(r'\\s+', ' ', 'a   b ' * 9)[:4], re.split(',', 'a,b,' * 9, maxsplit=1)[0]]"
    )

    assert result.output == [None, [("a", "1"), ("b", "2")], "a b ", "a"]


def test_without_a_deadline_nothing_is_refused() -> None:
    """A function that an agent made belongs to the host, once the host calls it."""
    registry = Registry()
    registry.module(re)
    session = Session(registry.freeze())
    session.run("import re\ndef f(t):\n    return re.match(r'^(\\w+\\s?)*$', t) is not None")

    assert session.namespace["f"]("a sentence of many words and no end to it") is True
