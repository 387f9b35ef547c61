"""``agex.source``: agent code as a module that runs in plain Python."""

from __future__ import annotations

import json
import math
import os.path
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cloudpickle
import pytest

import agex
from agex import Agent
from agex.errors import NotStandalone
from agex.llm import ScriptedClient
from agex.policy import Registry
from tests.sandbox.defined import Desk


def furnished(registrar: Any) -> Any:
    registrar.module(math)
    registrar.module(os.path, name="paths", include=["join", "basename"])
    registrar.fn(os.path.basename, name="base")
    registrar.module(object.__new__(type("Live", (), {"ask": lambda self: 1})), name="live")
    return registrar


def made(*actions: str, name: str) -> Any:
    """What agent code calls ``name`` after these actions."""
    box = furnished(Agent()).sandbox()
    for action in actions:
        result = box.run(action)
        assert result.error is None, result.traceback
    return box.namespace[name]


def kept(*actions: str, name: str) -> Any:
    """The same, out of a state that was closed in between."""
    desk = Desk(registry=furnished(Registry()))
    for action in actions:
        desk.run(action)
    return desk.again(name)


def run(text: str, expression: str, tmp_path: Path) -> str:
    """What the module prints for an expression, in a plain Python of its own."""
    (tmp_path / "graduated.py").write_text(text, encoding="utf-8")
    program = f"from graduated import *\nimport sys\nprint(repr({expression}))\n"
    program += "assert not any(name.startswith('agex') for name in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", program],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, f"{text}\n{done.stderr}"
    return done.stdout.strip()


def test_a_function_comes_with_its_helpers_constants_and_imports_in_order(tmp_path: Path) -> None:
    f = made(
        "import math\nfrom math import floor as down\nSTEP = 2\nNAMES = ['a', 'b']",
        "def helper(x):\n    # a comment that stays\n    return down(math.sqrt(x)) + STEP",
        "unused = 1\ndef other(): return unused",
        "def f(x: int) -> int:\n    '''The answer.'''\n    return helper(x) * len(NAMES)",
        name="f",
    )
    text = agex.source(f)

    assert text == (
        "import math\nfrom math import floor as down\n\n\nSTEP = 2\n\n\n"
        "def helper(x):\n    # a comment that stays\n    return down(math.sqrt(x)) + STEP\n\n\n"
        "NAMES = ['a', 'b']\n\n\n"
        "def f(x: int) -> int:\n    '''The answer.'''\n    return helper(x) * len(NAMES)\n"
    )
    assert run(text, "f(10)", tmp_path) == "10"


CASES: list[tuple[list[str], str, str, str]] = [
    (["def f(n): return 1 if n < 2 else n * f(n - 1)"], "f", "f(5)", "120"),
    (
        [
            "def even(n): return n == 0 or odd(n - 1)",
            "def odd(n): return n != 0 and even(n - 1)",
        ],
        "even",
        "even(10)",
        "True",
    ),
    (
        [
            "def adder(k):\n    def add(x):\n        return x + k\n    return add",
            "g = adder(3)",
        ],
        "g",
        "add(4)",
        "7",
    ),
    (
        [
            "def counter(start):\n    n = start\n    def up():\n        nonlocal n\n"
            "        n += 1\n        return n\n    return up",
            "g = counter(5)",
        ],
        "g",
        "[up(), up()]",
        "[6, 7]",
    ),
    (["double = lambda x: 2 * x"], "double", "double(4)", "8"),
    (
        [
            "from dataclasses import dataclass, field",
            "@dataclass\nclass Point:\n    x: int\n    tags: list[str] = field(default_factory=list)",
            "class Far(Point):\n    def norm(self):\n        return abs(self.x)",
            "def make(x): return Far(x).norm()",
        ],
        "make",
        "make(-3)",
        "3",
    ),
    (
        [
            "from functools import lru_cache",
            "@lru_cache\ndef fib(n):\n    return n if n < 2 else fib(n - 1) + fib(n - 2)",
            "def f(n): return fib(n)",
        ],
        "f",
        "f(30)",
        "832040",
    ),
    (
        [
            "import functools\nfrom collections import Counter",
            "def traced(fn):\n    @functools.wraps(fn)\n    def inner(*a):\n        return fn(*a)\n"
            "    return inner",
            "@traced\ndef count(text):\n    return Counter(text).most_common(1)[0]",
            "def f(text): return count(text)",
        ],
        "f",
        "f('aab')",
        "('a', 2)",
    ),
    (["import paths\ndef f(a): return paths.join(a, 'b')"], "f", "f('a')", "'a/b'"),
    (["def f(a): return base(a)"], "f", "f('a/b')", "'b'"),
    (
        ["from __future__ import annotations", "def f(x: Undefined) -> None: return x"],
        "f",
        "f(1)",
        "1",
    ),
    (["class Only:\n    limit = 3"], "Only", "Only.limit", "3"),
    (["size = 3\ndef f(size): return size + 1"], "f", "f(1)", "2"),
]


@pytest.mark.parametrize(("actions", "name", "expression", "printed"), CASES)
def test_it_runs_in_plain_python(
    actions: list[str], name: str, expression: str, printed: str, tmp_path: Path
) -> None:
    assert run(agex.source(made(*actions, name=name)), expression, tmp_path) == printed


ELSEWHERE = """
import json, pickle, sys
# The same file names are given out here: to texts that have nothing to do with what arrives.
from agex import Agent
for n in range(5):
    assert Agent().sandbox().run("def f(): return 'another'\\nclass Only: pass").error is None
import agex
found = []
for thing in pickle.load(sys.stdin.buffer):
    try:
        found.append(agex.source(thing))
    except agex.AgexError as error:
        found.append(str(error))
print(json.dumps(found))
"""


def test_in_another_process_the_source_is_the_same() -> None:
    """Code takes its text along, and so does the mark of a class.

    No pickler takes an ``lru_cache`` of a function by value, a lambda forgets what it was called, and
    decorators stay behind.
    """
    staying = ("cache", "= lambda", "@traced")
    travelling = [case for case in CASES if not any(word in str(case) for word in staying)]
    things = [made(*actions, name=name) for actions, name, _, _ in travelling]
    again = [kept(*actions, name=name) for actions, name, _, _ in travelling]
    done = subprocess.run(
        [sys.executable, "-c", ELSEWHERE],
        input=cloudpickle.dumps(things + again),
        capture_output=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr.decode()

    assert json.loads(done.stdout) == [agex.source(thing) for thing in things + again]


COUNTED = [
    "import functools\ncalls = []",
    "def counted(fn):\n    @functools.wraps(fn)\n    def inner(*a):\n"
    "        calls.append(1)\n        return fn(*a)\n    return inner",
    "def unnamed(fn):\n    def inner(*a):\n        calls.append(1)\n        return fn(*a)\n"
    "    return inner",
    "@counted\ndef f(n):\n    return n if n < 1 else f(n - 1)",
    "@unnamed\ndef g(n):\n    return f(n)",
]


@pytest.mark.parametrize(("name", "calls"), [("f", 3), ("g", 4)])
def test_a_decorated_function_is_decorated_once(name: str, calls: int, tmp_path: Path) -> None:
    text = agex.source(made(*COUNTED, name=name))

    assert run(text, f"({name}(2), len(calls))", tmp_path) == f"(0, {calls})"


def test_a_decorator_that_did_not_come_along_is_named() -> None:
    sent = cloudpickle.dumps([made(*COUNTED, name="f")])
    done = subprocess.run([sys.executable, "-c", ELSEWHERE], input=sent, capture_output=True)

    assert "counted" in json.loads(done.stdout)[0], done.stderr


def test_what_no_module_could_name_is_named_in_the_error() -> None:
    with pytest.raises(NotStandalone, match="live") as caught:
        agex.source(made("def f(): return live.ask()", name="f"))

    assert set(caught.value.names) == {"live"}


@pytest.mark.parametrize("thing", [len, 3, print, Path, lambda: 1])
def test_only_what_agent_code_made_has_a_source_here(thing: Any) -> None:
    with pytest.raises(TypeError, match="agent code made"):
        agex.source(thing)


def has_no_spaces(slugify: Callable[[str], str]) -> bool:
    return " " not in slugify("a b c")


def test_the_tasks_checks_and_examples_become_tests_that_pass(tmp_path: Path) -> None:
    code = "def slug(text):\n    return '-'.join(text.lower().split())\ntask_success(slug)"
    agent = Agent(llm=ScriptedClient([f"```python\n{code}\n```"]))

    @agent.task(check=has_no_spaces, doctest=True)
    def make_slugify() -> Callable[[str], str]:
        """A function that makes slugs.

        >>> slugify("A b")
        'a-b'
        >>> x = slugify("Q")
        >>> x
        'q'
        """
        raise NotImplementedError

    plain = agex.source(make_slugify())
    assert "def test_" not in plain
    agent._model.client = ScriptedClient([f"```python\n{code}\n```"])  # one more call
    text = agex.source(agex.limited(make_slugify(), seconds=1), tests=True)

    assert "assert (slugify(\"A b\")) == 'a-b'" in text
    assert "def test_has_no_spaces() -> None:" in text
    imports = f"import sys; sys.path.insert(0, {str(Path(__file__).resolve().parents[2])!r})\n"
    program = imports + text + "\ntest_examples()\ntest_has_no_spaces()\nprint('passed')"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.stdout == "passed\n", done.stderr
