"""Modules that belong to the whole program are a session's own, as far as its code can tell."""

from __future__ import annotations

import inspect
import io
import json
import pprint
import random
import traceback
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


HINTS = """
from typing import *
from dataclasses import dataclass
T = TypeVar("T")
@dataclass
class Node(Generic[T]):
    value: "T"
    next: "Optional[Node[T]]" = None
    kids: "list[Node]" = ()
    meta: Annotated["dict[str, int | None]", "why"] = None
    other: List["Node"] = ()
    size = int
    count: "size" = 0
def f(a: "int", b: "Node | None" = None, *c: "Callable[[int], str]") -> "tuple[int, ...]": ...
"""


def test_annotations_written_as_text_are_read_as_python_reads_them() -> None:
    box = session()
    box.run(HINTS)

    ran = box.run(
        "n, g = get_type_hints(Node), get_type_hints(f)\n"
        "[n['next'] == Optional[Node[T]], n['kids'] == list[Node], n['meta'] == dict[str, int | None],"
        " n['other'] == List[Node], n['value'] is T, n['count'] is int,"
        " g == {'a': int, 'b': Node | None, 'c': Callable[[int], str], 'return': tuple[int, ...]},"
        " get_type_hints(Node, include_extras=True)['meta'].__metadata__]"
    )

    assert ran.error is None
    assert ran.output == [True] * 7 + [("why",)]


def test_an_annotation_that_names_nothing_is_a_name_error() -> None:
    box = session()

    ran = box.run("import typing\ndef f(x: 'Nowhere'): ...\ntyping.get_type_hints(f)")

    assert isinstance(ran.error, NameError)


@pytest.mark.parametrize(
    "text",
    [
        "secret.written",
        "__builtins__",
        "print.__self__",
        "().__class__.__base__.__subclasses__()",
        "(lambda: 0).__globals__",
        "[secret.written for _ in 'a']",
        "secret['k']",
        "f'{secret!r}'",
    ],
)
def test_an_annotation_reaches_nothing_that_code_could_not(text: str) -> None:
    box = session(secret=Secret())

    ran = box.run(f"import typing\ndef f(x: {text!r}): ...\nstr(typing.get_type_hints(f))")

    assert isinstance(ran.error, (AttributeError, TypeError))


def test_a_signature_shows_what_the_agent_wrote_and_only_the_type_of_an_unregistered_default() -> (
    None
):
    box = session(inspect, secret=Secret())

    ran = box.run(
        "import inspect\ndef f(a, *, b=secret): ...\n"
        "s = inspect.signature(f)\nprint(s, s.parameters['b'], list(s.parameters))"
    )

    assert ran.error is None
    assert "the secret" not in ran.stdout
    assert "['a', 'b']" in ran.stdout


def hosts(a: int, b: Any = Secret()) -> None:  # noqa: B008
    """Registered, with a default of the host's."""


@pytest.mark.parametrize(
    "use",
    [
        "inspect.signature(hosts)",
        "inspect.Signature.from_callable(hosts)",
        "inspect.getsource(hosts)",
    ],
)
def test_the_signature_of_a_function_of_the_host_stays_with_the_host(use: str) -> None:
    registry = Registry()
    registry.module(inspect, include=["signature", "Signature", "getsource"])
    registry.fn(hosts)

    ran = Session(registry.freeze()).run(f"import inspect\n{use}")

    assert isinstance(ran.error, (AttributeError, TypeError))


def test_a_traceback_names_the_lines_of_the_agent_and_none_of_the_host() -> None:
    def failing() -> None:
        raise ValueError("from the host")

    registry = Registry()
    registry.module(traceback, include=["format_exc"])
    registry.fn(failing)

    ran = Session(registry.freeze()).run(
        "import traceback\ndef f():\n    failing()\n"
        "try:\n    f()\nexcept ValueError:\n    print(traceback.format_exc())"
    )

    assert ran.error is None
    assert "in f\n    failing()" in ran.stdout
    assert "ValueError: from the host" in ran.stdout
    assert __file__ not in ran.stdout


def test_a_weak_reference_has_no_callback() -> None:
    from agex.helpers import register_stdlib

    registry = Registry()
    register_stdlib(registry)
    box = Session(registry.freeze())

    plain = box.run("import weakref\nclass A: pass\na = A()\nr = weakref.ref(a)\nr() is a")
    called = box.run("weakref.ref(a, print)")
    by_type = box.run("type(r)(a, print)")

    assert plain.output is True
    assert isinstance(called.error, ValueError)
    assert isinstance(by_type.error, TypeError)
