"""Modules that belong to the whole program are a session's own, as far as its code can tell."""

from __future__ import annotations

import io
import json
import pprint
import random
from collections import deque
from typing import Any

import pytest

from agex.policy import Registry
from agex.sandbox import Session


class Secret:
    """Nobody registered it."""

    def __init__(self) -> None:
        self.written: list[str] = []

    def __repr__(self) -> str:
        return "the secret"

    def write(self, text: str) -> None:
        self.written.append(text)

    def read(self) -> str:
        return '"the secret"'


def session(*modules: Any, **names: Any) -> Session:
    registry = Registry()
    for module in modules:
        registry.module(module)
    made = Session(registry.freeze())
    made.namespace.update(names)
    return made


def test_seeding_repeats_the_numbers_of_python_and_leaves_the_host_alone() -> None:
    random.seed(1)
    expected = random.random()
    random.seed(1)
    box = session(random)

    ran = box.run("import random\nrandom.seed(42)\n[random.random(), random.randint(1, 99)]")

    own = random.Random(42)
    assert ran.output == [own.random(), own.randint(1, 99)]
    assert random.random() == expected


def test_one_session_does_not_disturb_the_numbers_of_another() -> None:
    one, other = session(random), session(random)
    one.run("import random\nrandom.seed(7)\nfirst = random.random()")

    other.run("import random\nrandom.seed(3)\nrandom.random()")
    ran = one.run("random.random()")

    own = random.Random(7)
    assert [own.random(), own.random()][1] == ran.output


def test_numpys_own_generator_can_be_seeded_as_well() -> None:
    np = pytest.importorskip("numpy")
    np.random.seed(5)
    expected = np.random.random()
    np.random.seed(5)
    box = session(np, np.random)

    ran = box.run("import numpy as np\nnp.random.seed(42)\nfloat(np.random.rand())")

    assert ran.error is None
    assert ran.output == float(np.random.RandomState(42).rand())
    assert np.random.random() == expected


def test_pretty_printing_is_printed_here_and_shows_only_the_type_of_unregistered_objects() -> None:
    box = session(pprint, secret=Secret())

    ran = box.run("from pprint import pprint\npprint({'a': [secret, 1], 'b': [secret]})")

    assert ran.error is None
    assert ran.stdout == "{'a': [<Secret object>, 1], 'b': [<Secret object>]}\n"


def test_pretty_printing_shows_only_the_type_inside_a_deque() -> None:
    box = session(pprint, held=deque([Secret()]))

    ran = box.run("from pprint import pformat\npformat(held)")

    assert "the secret" not in str(ran.output)


def test_json_writes_to_text_in_memory() -> None:
    box = session(json, io)

    ran = box.run(
        "import io, json\nout = io.StringIO()\njson.dump({'a': 1}, out)\nout.seek(0)\njson.load(out)"
    )

    assert ran.error is None
    assert ran.output == {"a": 1}


@pytest.mark.parametrize("use", ["json.dump(1, secret)", "json.load(secret)"])
def test_json_neither_writes_to_nor_reads_from_an_unregistered_object(use: str) -> None:
    secret = Secret()
    box = session(json, secret=secret)

    ran = box.run(f"import json\n{use}")

    assert "not registered" in str(ran.error)
    assert secret.written == []
