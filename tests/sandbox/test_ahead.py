"""Builtins that are not offered are refused before anything runs, where the block would come to them."""

from __future__ import annotations

import pytest

from agex.errors import NameRefused, SyntaxRefused
from agex.policy import Registry
from agex.sandbox import Session


def test_every_line_that_uses_such_a_name_is_said_before_anything_has_run() -> None:
    session = Session(Registry().freeze())

    ran = session.run(
        "print('begun')\nwith open('notes') as file:\n    rows = eval(file.read())\nx.__class__ = int\n"
    )

    assert isinstance(ran.error, SyntaxRefused)
    assert [entry.line for entry in ran.error.lines] == [2, 3, 4]
    assert "files are not offered here; use what is registered" in ran.error.lines[0].message
    assert "write the expression itself" in ran.error.lines[1].message
    assert ran.stdout == ""


@pytest.mark.parametrize(
    "source",
    [
        "def load(path):\n    return open(path).read()\nrows = load('a')",
        "def load(path):\n    return open(path).read()\ndef rows():\n    return load('a')\nrows()",
        "class Desk:\n    def ask(self):\n        return input('?')\nDesk().ask()",
        "for row in [1]:\n    if row:\n        exec('x = 1')",
        "calls = [lambda: compile('1', 'a', 'eval')]",
    ],
)
def test_what_the_top_level_leads_to_counts(source: str) -> None:
    ran = Session(Registry().freeze()).run(source)

    assert isinstance(ran.error, SyntaxRefused)
    assert "is not offered here" in str(ran.error)


def test_a_function_that_is_only_defined_is_refused_when_it_is_called() -> None:
    session = Session(Registry().freeze())

    assert session.run("def load(path):\n    return open(path)").error is None
    assert isinstance(session.run("load('a')").error, NameRefused)


@pytest.mark.parametrize(
    "source",
    [
        "def ask(input):\n    return input\nask(2)",
        "[input for input in [1, 2]][1]",
        "def open(path):\n    return 2\nopen('a')",
        "def f():\n    compile = 2\n    return compile\nf()",
        "match 2:\n    case input:\n        pass\ninput",
    ],
)
def test_a_name_that_the_code_gives_a_meaning_is_its_own(source: str) -> None:
    ran = Session(Registry().freeze()).run(source)

    assert ran.error is None
    assert ran.output == 2


def test_what_an_earlier_block_or_the_host_gave_the_name_is_called() -> None:
    registry = Registry()
    registry.fn(lambda path: f"text of {path}", name="open")
    session = Session(registry.freeze())
    session.run("def input(question):\n    return 'yes'")

    ran = session.run("open('notes'), input('?')")

    assert ran.output == ("text of notes", "yes")
