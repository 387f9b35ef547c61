"""Agents that agent code makes: what they may do, what they can never do, and what becomes of them."""

from __future__ import annotations

import math
import pickle
import sqlite3
import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import cloudpickle
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import agex
from agex import Agent, BudgetExceeded, Live, TaskFail, Versioned
from agex.errors import RegistrationError
from agex.event_types import AnyEvent, TaskStarted
from agex.llm import ScriptedClient
from agex.messages import Message
from agex.policy import MemberSpec, Policy
from agex.policy.registry import _registry_of
from tests.policy.test_subset import EXCLUDES, MODULE_PATTERNS, PATTERNS, Desk, Lamp, policies, room
from tests.policy.test_subset import everything as everything_in


def block(code: str) -> str:
    return f"So.\n\n```python\n{code}\n```\n"


@dataclass
class Review:
    words: str


class Secret:
    key = "s3cret"

    def __repr__(self) -> str:
        return "s3cret"


def lookup(name: str) -> str:
    """Look a name up."""
    return name.upper()


def architect(**options: Any) -> Agent:
    """An agent that may use math, ``lookup``, Review and a database, and may make agents."""
    agent = Agent(name="architect", **options)
    agent.module(math, include=["sqrt", "floor", "pi"])
    agent.fn(lookup)
    agent.cls(Review, constructable=False)
    agent.cls(Agent)
    return agent


MADE = "import math\na = Agent(name='child')\n"


def made_by(agent: Agent, code: str, **inputs: Any) -> Agent:
    """The agent that ``code`` calls ``a``."""
    box = agent.sandbox(inputs)
    result = box.run(MADE + code)
    assert result.error is None, result.traceback
    child: Agent = box.namespace["a"]
    return child


def refused(agent: Agent, code: str, **inputs: Any) -> BaseException:
    box = agent.sandbox(inputs)
    result = box.run(MADE + code)
    assert result.error is not None, f"{code} was not refused"
    return result.error


# ---------------------------------------------------------------- what works


def run_design(*replies: str, returns: Any = Callable[[str], float], **options: Any) -> Any:
    agent = architect(llm=ScriptedClient(replies), **options)

    def design(topic: str) -> Any:
        """Make a specialist."""
        raise NotImplementedError

    design.__annotations__ = {"topic": str, "return": returns}
    return agent.task(design)("equations")


def test_an_architect_returns_a_specialists_task_and_the_host_calls_it() -> None:
    solve = run_design(
        block(
            MADE + "a.module(math)\n\n@a.task\ndef solve(equation: str) -> float:\n"
            '    """The x that solves it."""\n\ntask_success(solve)'
        ),
        block("import math\nreturn math.sqrt(4.0)"),
    )

    assert solve("4x + 5 = 13") == 2.0
    assert solve.__doc__ == "The x that solves it."


def test_an_agent_is_a_value_that_a_task_can_return() -> None:
    made = run_design(block(MADE + "return a"), block("return n + 1"), returns=Agent)

    @made.task
    def after(n: int) -> int:
        """The next."""
        raise NotImplementedError

    assert type(made) is Agent
    assert after(1) == 2


def test_a_task_can_be_made_by_a_direct_call_and_called_by_the_architect_itself() -> None:
    code = """
a.fn(lookup)
def greet(name: str, times: int = 2) -> str:
    '''A greeting.'''
    ...
greet = a.task(greet, primer="Be brief.", max_iterations=3)
task_success(greet("ada") + "|" + ",".join(greet.map(["bob", "eve"])))
"""
    replies = [block(MADE + code)] + [block("return lookup(name) * times")] * 3

    assert run_design(*replies, returns=str) == "ADAADA|BOBBOB,EVEEVE"


def test_the_childs_model_reads_only_what_the_child_was_given() -> None:
    seen: list[Sequence[Message]] = []
    replies = iter(
        [
            block(
                MADE + "a.fn(lookup)\n@a.task\ndef go(n: int) -> int:\n    '''Go.'''\nreturn go(1)"
            ),
            block("return n"),
        ]
    )

    def model(messages: Sequence[Message]) -> str:
        seen.append(messages)
        return next(replies)

    agent = architect(llm=model)

    @agent.task
    def design() -> int:
        """Design."""
        raise NotImplementedError

    design()
    assert "def Agent(" in seen[0][0].text
    assert "def lookup(name: str) -> str" in seen[1][0].text
    assert "Agent(" not in seen[1][0].text
    assert "Review" not in seen[1][0].text


def test_the_listing_shows_what_the_verbs_take_here() -> None:
    text = str(agex.view(architect()))
    listing = text[text.index("class AgentType") :]

    assert "def fn(self, f: Any = None, /, *, name: str | None = None" in listing
    assert "recursive: bool = False" in listing
    assert not [
        word for word in ("configure", "MemberSpec", "check", "**options") if word in listing
    ]


def test_functions_and_classes_of_the_architects_own_making_can_be_handed_on() -> None:
    code = """
from dataclasses import dataclass

@dataclass
class Point:
    x: float
    y: float

@a.fn
def norm(p: Point) -> float:
    "How far out it is."
    return math.sqrt(p.x ** 2 + p.y ** 2)

@a.task
def far(scale: float) -> Point:
    '''A point.'''

p = far(2.0)
task_success(norm(p))
"""
    child = "p = Point(3.0 * scale, 4.0 * scale)\nassert norm(p) == 10.0\nreturn p"

    assert run_design(block(MADE + code), block(child), returns=float) == 10.0


def test_events_of_a_made_agent_are_in_the_architects_stream() -> None:
    agent = architect(
        llm=ScriptedClient(
            [
                block(MADE + "@a.task\ndef go(n: int) -> int:\n    '''Go.'''\nreturn go(1)"),
                block("return n"),
            ]
        )
    )

    @agent.task
    def design() -> int:
        """Design."""
        raise NotImplementedError

    seen: list[AnyEvent] = []
    design(on_event=seen.append)
    starts = [event.path for event in seen if isinstance(event, TaskStarted)]
    assert starts == ["architect.design", "architect.design/child.go"]


def test_a_made_agents_spending_is_the_architects() -> None:
    replies = [block(MADE + "@a.task\ndef go(n: int) -> int:\n    '''Go.'''\ngo(1)"), *["?"] * 9]

    with pytest.raises(BudgetExceeded):
        run_design(*replies, max_llm_calls=3)


def test_bounds_are_inherited_and_can_only_be_made_tighter() -> None:
    agent = architect(max_cost=1.0, max_depth=2, max_iterations=6, timeout_seconds=2.0)
    wide = made_by(agent, "a = Agent(max_cost=9.0, max_iterations=50, max_depth=9)")
    tight = made_by(agent, "a = Agent(max_cost=0.25, timeout_seconds=1, max_llm_calls=3)")

    assert wide._options == agent._options
    assert (tight._options.max_cost, tight._options.timeout_seconds) == (0.25, 1)
    assert tight._options.max_llm_calls == 3
    task = made_by(
        agent,
        "@a.task(max_cost=5.0, max_iterations=2)\ndef go(n: int) -> int:\n    'Go.'\nkept = go\na = go",
    )
    assert (task._options.max_cost, task._options.max_iterations) == (1.0, 2)


def test_depth_counts_through_agents_that_agents_made() -> None:
    level = (
        MADE
        + "a.cls(Agent)\na.module(math)\n@a.task\ndef go(n: int) -> int:\n    '''Go.'''\nreturn go(1)"
    )
    seen: list[AnyEvent] = []
    agent = architect(llm=lambda messages: block(level), max_depth=3, max_iterations=2)

    @agent.task
    def design() -> int:
        """Design."""
        raise NotImplementedError

    with pytest.raises(agex.TaskTimeout):
        design(on_event=seen.append)
    assert max(event.path.count("/") for event in seen) == 2


# ---------------------------------------------------------------- never more than the architect


def test_a_child_is_a_subset_of_its_architect() -> None:
    agent = architect()
    child = made_by(agent, "a.module(math)\na.fn(lookup)\na.cls(Review)\na.cls(Agent)")
    policy = child.policy()

    assert policy.is_subset_of(agent.policy())
    box = child.sandbox()
    assert box.run("import math\nmath.sqrt(4.0)").output == 2.0
    assert box.run("import math\nmath.exp(1)").error is not None
    assert box.run("Review('x')").error is not None
    assert box.run("lookup('a')").output == "A"


GIVING = (
    """
import agex_test_room as room
""",
    """
a = Agent()
for give in (
    lambda: a.cls(type(desk), include={0!r}, exclude={1!r}),
    lambda: a.cls(Lamp, include={2!r}),
    lambda: a.fn(helper),
    lambda: a.fn(room.helper, name="other"),
    lambda: a.module(room, include={3!r}, recursive={4!r}),
    lambda: a.module(desk, name="desk"),
):
    try:
        give()
    except Exception:
        pass
""",
)


@settings(max_examples=25, deadline=None)
@given(policies(), st.tuples(PATTERNS, EXCLUDES, PATTERNS, MODULE_PATTERNS, st.booleans()))
def test_whatever_an_architect_may_use_a_child_never_may_use_more(
    policy: Policy, patterns: tuple[object, ...]
) -> None:
    agent = Agent()
    agent._registry = _registry_of(policy, {})
    agent.cls(Agent)
    box = agent.sandbox({"desk": Desk(), "lamp": Lamp()})
    box.run(GIVING[0])
    result = box.run(GIVING[1].format(*patterns))
    assert result.error is None, result.traceback
    child = box.namespace["a"].policy()

    allowed = everything_in(agent.policy())
    if any(isinstance(entry, tuple) and entry[1] == "helper" for entry in allowed):
        allowed.add(room.helper)  # what a module holds may be handed on by itself
    assert everything_in(child) <= allowed
    assert child.is_subset_of(agent.policy())


def test_a_child_starts_with_nothing() -> None:
    box = made_by(architect(), "").sandbox()

    assert box.run("lookup('a')").error is not None
    assert box.run("import math").error is not None
    assert box.run("Agent()").error is not None


def test_a_grandchild_has_no_more_than_the_child_was_given() -> None:
    child = made_by(architect(), "a.module(math, include=['sqrt'])\na.cls(Agent)")
    box = child.sandbox()

    assert box.run("import math\ng = Agent()\ng.module(math)").error is None
    grandchild = box.namespace["g"].sandbox()
    assert grandchild.run("import math\nmath.sqrt(9.0)").output == 3.0
    assert grandchild.run("import math\nmath.floor(9.5)").error is not None
    assert box.run("g.fn(lookup)").error is not None


def test_a_live_object_can_be_handed_on_by_its_own_members() -> None:
    agent = architect()
    connection = sqlite3.connect(":memory:")
    agent.module(connection, name="db", include=["execute"])
    agent.cls(sqlite3.Cursor, include=["fetchone"], constructable=False)
    child = made_by(agent, "a.module(db)\na.cls(type(db.execute('select 1')))")
    box = child.sandbox()

    assert box.run("db.execute('select 42').fetchone()").output == (42,)
    assert box.run("db.close()").error is not None
    assert box.run("db.execute('select 42').fetchall()").error is not None
    connection.close()


def test_what_stands_in_for_a_member_stands_in_for_it_in_a_child_too() -> None:
    agent = Agent()
    agent.module(statistics, configure={"mean": MemberSpec(instead=lambda data: "stand-in")})
    agent.cls(Agent)
    box = agent.sandbox()
    box.run("import statistics\na = Agent()\na.module(statistics)")

    child = box.namespace["a"].sandbox()
    assert child.run("import statistics\nstatistics.mean([1, 2])").output == "stand-in"


def test_the_host_cannot_widen_what_an_agent_made_either() -> None:
    child = made_by(architect(), "")

    for widen in (
        lambda: child.fn(len),
        lambda: child.module(statistics),
        lambda: child.cls(Secret),
        lambda: child.module(Secret(), name="secret"),
    ):
        with pytest.raises(RegistrationError, match="no more"):
            widen()


@pytest.mark.parametrize(
    "code",
    [
        "Agent(llm='openai/gpt-5')",
        "Agent(llm=lambda messages: 'x')",
        "Agent(llm=secret)",
        "Agent('x')",
        "class Sub(Agent):\n    pass",
        "class Sub(type(a)):\n    pass",
        "type('Sub', (Agent,), {})",
        "type('Sub', (type(a),), {})",
        "Agent.__new__(Agent)",
        "object.__new__(Agent)",
        "a.__class__.__init__(a, llm='openai/gpt-5')",
        "Agent.__init__(a, llm='x')",
        "a.__init__()",
        "a.__dict__",
        "vars(a)",
        "a._registry",
        "getattr(a, '_registry')",
        "a._options = None",
        "setattr(a, '_model', lambda: None)",
        "a.name = 'x'",
        "a.fn = print",
        "Agent.fn = print",
        "a.policy()",
        "a.sandbox()",
        "a.sandbox().run('1')",
        "a.__reduce__()",
        "a.fn.__globals__",
        "a.task.__func__",
    ],
)
def test_a_made_agent_is_not_opened_up(code: str) -> None:
    refused(architect(), code, secret=Secret())


@pytest.mark.parametrize(
    "code",
    [
        "a.fn(secret)",
        "a.fn(secret, name='s')",
        "a.fn(Review)",
        "a.fn(Agent)",
        "a.module(secret, name='s')",
        "a.module('os')",
        "a.module(a, name='me')",
        "a.module(math, include=lambda name: True)",
        "a.module(math, configure={})",
        "a.module(math, include=['exp'])",
        "a.cls(secret)",
        "a.cls(type(secret))",
        "a.cls(type)",
        "a.cls(type(type(a)))",
        "a.cls(Review, configure={'words': 1})",
        "a.cls(Review, include=lambda name: True)",
        "class S(str):\n    pass\na.fn(lookup, name=S('x'))",
        "class S(str):\n    pass\na.cls(Review, include=[S('*')])",
    ],
)
def test_what_the_architect_could_not_use_itself_is_not_handed_on(code: str) -> None:
    refused(architect(), code, secret=Secret())


def test_a_misspelt_pattern_tells_nothing_of_what_the_architect_cannot_see() -> None:
    said = str(refused(architect(), "a.module(math, include=['exp1'])"))

    assert "expm1" not in said


TASK = "@a.task\ndef go({}) -> {}:\n    '''Go.'''\n"


@pytest.mark.parametrize(
    "code",
    [
        TASK.format("x: \"__import__('os').system('false')\"", "int"),
        TASK.format("x: list['int']", "int"),
        TASK.format("x: int", "'int'"),
        "from typing import *\n" + TASK.format("x: Annotated[int, lambda v: v]", "int"),
        "from typing import *\n" + TASK.format("x: List['int']", "int"),
        "from typing import *\n" + TASK.format("x: 'Optional[int]'", "int"),
        TASK.format("x=secret", "int"),
        TASK.format("x=(secret,)", "int"),
        TASK.format("x=[1]", "int"),
        TASK.format("state: int", "int"),
        TASK.format("x: secret", "int"),
        TASK.format("x: 3", "int"),
        "def go(x: int) -> int:\n    '''Go.'''\n    return x\na.task(go)",
        "def go(x: int) -> int:\n    pass\na.task(go)",
        "def go(x: int) -> int:\n    '''Go.'''\ngo.__doc__ = secret\na.task(go)",
        "a.task(lookup)",
        "a.task(lambda x: None)",
        "a.task(secret)",
        "a.task(Agent)",
        "@a.task(setup='x = 1')\ndef go(x: int) -> int:\n    '''Go.'''",
        "@a.task(check=print)\ndef go(x: int) -> int:\n    '''Go.'''",
        "@a.task(doctest=True)\ndef go(x: int) -> int:\n    '''Go.\n\n    >>> 1\n    1\n    '''",
        "@a.task(copy_inputs=True)\ndef go(x: int) -> int:\n    '''Go.'''",
        "@a.task(max_iterations=secret)\ndef go(x: int) -> int:\n    '''Go.'''",
        "@a.task(nonsense=1)\ndef go(x: int) -> int:\n    '''Go.'''",
        "a.task(secret, primer=secret)",
    ],
)
def test_a_task_is_made_of_plain_parts_only(code: str) -> None:
    error = refused(architect(), code, secret=Secret())

    assert "s3cret" not in str(error)


def test_nothing_of_the_agents_function_object_is_in_the_task() -> None:
    code = """
def go(x: int, /, y: float = 1.5, *rest: int, z: str = "z", **more: int) -> list[int]:
    '''Go.'''
go.__signature__ = lookup
go.extra = lookup
a = a.task(go)
"""
    task = made_by(architect(), code)
    function = task.__wrapped__

    assert str(task._contract.signature) == (
        "(x: int, /, y: float = 1.5, *rest: int, z: str = 'z', **more: int) -> list[int]"
    )
    assert "$guards" not in function.__globals__
    assert not hasattr(function, "extra")
    assert function.__code__.co_filename == "<task>"


def test_text_annotations_of_the_architects_classes_are_never_evaluated(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The texts may also come after the task was made: what looks at a class looks each time."""
    reached: list[int] = []
    monkeypatch.setattr("os.getppid", lambda: reached.append(1))
    code = """
from dataclasses import dataclass

@dataclass
class Box:
    x: int
    y: "__import__('os').getppid()"

@a.task
def go(b: Box, n: int) -> Box:
    '''Go.'''

try:
    Box.__annotations__ = {"x": "__import__('os').getppid()"}
except Exception:
    pass
try:
    Box.__annotations__["x"] = "__import__('os').getppid()"
except Exception:
    pass
b = go(Box(1, 2), 1)
task_success(b.x)
"""

    assert run_design(block(MADE + code), block("return b"), returns=int) == 1
    assert reached == []


def test_a_class_that_cannot_be_constructed_stays_so_in_a_childs_signature() -> None:
    """Naming a data type in a result grants its constructor: never past what the architect has."""
    code = "@a.task\ndef go(n: int) -> type(review):\n    '''Go.'''\n"
    agent = architect(llm=ScriptedClient([block("return Review('mine')")] * 2), max_iterations=2)
    box = agent.sandbox({"review": Review("theirs")})
    assert box.run(MADE + code).error is None

    with pytest.raises(agex.TaskTimeout, match="Review"):
        box.namespace["go"](1)


def test_an_agent_of_the_hosts_own_is_nothing_to_register_on() -> None:
    theirs = Agent(name="theirs")

    for code in ("x.fn(lookup)", "x.module(math)", "x.cls(Review)", "Agent.fn(x, lookup)"):
        said = refused(architect(), code, x=theirs)
        assert "belongs to the host" in str(said)
    task = "@x.task\ndef go(n: int) -> int:\n    '''Go.'''\n"
    assert "belongs to the host" in str(refused(architect(), task, x=theirs))
    assert theirs.policy().is_subset_of(Agent().policy())


def test_an_object_of_the_architects_own_is_no_agent() -> None:
    code = """
class Fake:
    _registry = a
    def _register_task(self, *args): pass
Agent.fn(Fake(), lookup)
"""
    refused(architect(), code)


def test_subclasses_of_agent_and_agex_itself_are_refused_with_the_right_form() -> None:
    class Mine(Agent):
        pass

    with pytest.raises(RegistrationError, match="Register Agent"):
        Agent().cls(Mine)
    with pytest.raises(RegistrationError, match=r"agent\.cls\(Agent\)"):
        Agent().module(agex)
    with pytest.raises(RegistrationError, match="include"):
        Agent().cls(Agent, include=["task"])


def test_the_decorator_refuses_and_narrows_as_the_call_does() -> None:
    """It made the registry's own decorator, which knows nothing of agents."""
    with pytest.raises(RegistrationError, match="Register Agent"):

        @Agent().cls(visibility="low")
        class Mine(Agent): ...

    with pytest.raises(RegistrationError, match="include"):
        Agent().cls(include=["task"])(Agent)
    by_call, by_decorator = Agent(), Agent()
    by_call.cls(Agent, visibility="low")
    by_decorator.cls(visibility="low")(Agent)
    rule, expected = by_decorator.policy().type_rule(Agent), by_call.policy().type_rule(Agent)
    box = by_decorator.sandbox()

    assert rule is not None and expected is not None
    assert (rule.name, rule.members()) == (expected.name, expected.members())
    assert not rule.constructable
    assert "not registered" in str(box.run("import math\nAgent().module(math)\nimport os").error)


def test_without_the_registration_agents_cannot_be_made() -> None:
    box = Agent().sandbox({"made": made_by(architect(), "")})

    assert box.run("Agent()").error is not None
    assert box.run("made.fn(len)").error is not None
    assert box.run("type(made)()").error is not None


# ---------------------------------------------------------------- values like any other


def test_agent_is_a_class_to_agent_code() -> None:
    box = architect().sandbox()

    assert box.run(
        "a = Agent()\n(isinstance(a, Agent), type(a) is Agent, isinstance(1, Agent), type(a).__name__)"
    ).output == (True, True, False, "Agent")
    assert box.run("def f(x: Agent | None) -> list[Agent]: ...").error is None


def test_a_made_agent_pickles_with_what_it_may_do() -> None:
    child = made_by(architect(), "a.module(math)\na.cls(Agent)")
    back = pickle.loads(pickle.dumps(child))

    assert back.name == "child"
    assert back.policy().is_subset_of(architect().policy()) or back.policy() is not None
    box = back.sandbox()
    assert box.run("import math\nmath.sqrt(4.0)").output == 2.0
    assert box.run("import math\nmath.exp(1)").error is not None
    assert box.run("b = Agent()\nimport math\nb.module(math)").error is None
    with pytest.raises(RegistrationError, match="no more"):
        back.module(statistics)


def test_a_made_task_travels_by_cloudpickle_with_its_script() -> None:
    task = run_design(
        block(MADE + "@a.task\ndef go(n: int) -> int:\n    '''Go.'''\nreturn go"),
        block("return n + 1"),
        returns=Callable[[int], int],
    )
    back = cloudpickle.loads(cloudpickle.dumps(task))

    assert back(1) == 2


@pytest.mark.parametrize("kind", ["Live", "Versioned"])
def test_agents_and_their_tasks_are_kept_in_a_state(kind: str, tmp_path: Any) -> None:
    path = str(tmp_path / "runs.db")
    state: Any = Live() if kind == "Live" else Versioned(path)
    replies = [
        block(MADE + "a.fn(lookup)\n@a.task\ndef go(n: str) -> str:\n    '''Go.'''\nreturn 1"),
        block("return go('x')"),
        block("return lookup(n)"),
    ]
    agent = architect(llm=ScriptedClient(replies))

    @agent.task
    def step() -> object:
        """Step."""
        raise NotImplementedError

    assert step(state=state) == 1
    if kind == "Versioned":
        state.close()
        state = Versioned(path)
        kept = state["a"]
        assert kept.name == "child"
        assert kept.sandbox().run("lookup('a')").output == "A"
    else:
        assert step(state=state) == "X"


def test_a_failing_specialist_is_an_exception_that_the_architect_can_catch_by_name() -> None:
    code = """
@a.task
def go(n: int) -> int:
    '''Go.'''
try:
    go(1)
except TaskFail as failure:
    task_success(str(failure))
"""
    said = run_design(block(MADE + code), block('task_fail("cannot")'), returns=str)
    assert said == "cannot"
    with pytest.raises(TaskFail):
        run_design(block("task_fail('no')"))
