"""Agent functions that a host puts into a state by hand: source as well, and as guarded as they were."""

from __future__ import annotations

import decimal
import math
import pickletools
import statistics
import subprocess
import sys
from collections.abc import Callable

import pytest

from agex import Agent, AgexError, Versioned
from agex.state import InertDefinition, InertInstance
from agex.state.tree import Tree
from tests.state.worlds import World, policy


def made(*modules, code, name="f", state=None):
    """What an agent's task returns, having run ``code``."""
    agent = Agent(llm=lambda messages: f"```python\n{code}\ntask_success({name})\n```")
    for module in modules:
        agent.module(module)

    @agent.task
    def make() -> object:
        """Make it."""
        raise NotImplementedError

    return make(state=state)


def streams(state):
    tree = Tree.open(state.blobs, state.head.snapshot)
    for _, node in tree.nodes():
        yield bytes(tree.packed(node.group).stream(state.blobs))


def holds_code(state):
    for stream in streams(state):
        names = [arg for _, arg, _ in pickletools.genops(stream) if isinstance(arg, str)]
        if {"CodeType", "code", "_make_function", "_builtin_type"} & set(names) or b"co_" in stream:
            return True
    return False


NEXT_PRIME = """
import math
def is_prime(n):
    return n > 1 and all(n % d for d in range(2, math.isqrt(n) + 1))
def f(n):
    n += 1
    while not is_prime(n):
        n += 1
    return n
"""


def test_the_result_of_a_task_without_a_state_is_stored_as_source():
    state = Versioned()
    state["f"] = made(math, code=NEXT_PRIME)
    state["plain"] = lambda x: x
    state.commit()

    assert holds_code(
        state
    )  # the host's own lambda, so that the test sees code where there is some
    del state["plain"]
    state.commit()
    assert not holds_code(state)
    assert state["f"](100) == 101


def test_it_is_inert_with_its_source_until_an_agent_has_the_state():
    state = Versioned()
    state["f"] = made(math, code=NEXT_PRIME)
    state.commit()

    again = Versioned(state.blobs.store)

    assert isinstance(again["f"], InertDefinition)
    assert "while not is_prime" in again["f"].source
    with pytest.raises(TypeError, match="without an agent"):
        again["f"](1)
    world = World(again, policy(math))
    assert world.run("f(100)") == 101
    assert again["f"](7919) == 7927  # what it calls, and the module it imported, came along


def test_it_lives_in_its_own_module_and_not_among_the_names_of_the_state():
    state = Versioned()
    state["f"] = made(code="rate = 2\ndef f(x):\n    return x * rate")
    state["rate"] = 50
    saved = state.commit()

    assert saved.added == ("f", "rate")
    assert state.paths() == [""]
    again = World(Versioned(state.blobs.store), policy())
    assert again.run("f(3), rate") == (6, 50)
    assert again.run("rate = 7\nf(3)") == 6
    assert sorted(again.state) == ["f", "rate"]


def test_only_the_names_it_uses_come_along():
    state = Versioned()
    state["f"] = made(code="secret = 'a' * 999\nused = 2\ndef f(x):\n    return x * used")
    state.commit()

    tree = Tree.open(state.blobs, state.head.snapshot)
    held = {name for path in tree.paths() for name in tree.names(path)}

    assert held == {"f", "used"}


def test_two_of_them_share_what_they_shared():
    code = (
        "seen = []\ndef note(x):\n    seen.append(x)\ndef count():\n    return len(seen)\n"
        "f = [note, count]"
    )
    note, count = made(code=code)
    state = Versioned()
    state["note"], state["count"] = note, count
    state.commit()
    note(1)
    state.commit()

    world = World(Versioned(state.blobs.store), policy())

    assert world.run("note('two')\ncount()") == 2
    assert World(Versioned(state.blobs.store), policy()).run("count()") == 2


def test_an_instance_of_a_class_made_elsewhere_is_stored_with_its_class():
    code = (
        "scale = 3\nclass Point:\n    def __init__(self, x):\n        self.x = x\n"
        "    def far(self):\n        return self.x * scale\nf = Point(2)"
    )
    state = Versioned()
    state["p"] = made(code=code)
    state.commit()

    again = Versioned(state.blobs.store)

    assert isinstance(again["p"], InertInstance)
    assert not holds_code(again)
    world = World(again, policy())
    assert world.run("p.far(), p.x") == (6, 2)


def test_it_is_never_allowed_more_than_its_maker_was():
    code = (
        "def f():\n    import decimal\n    return decimal.Decimal('1.5')\n"
        "def g():\n    import math\n    return math.floor(2.5)\nf = [f, g]"
    )
    state = Versioned()
    state["f"], state["g"] = made(math, code=code)
    state.commit()

    world = World(Versioned(state.blobs.store), policy(math, decimal))

    assert world.run("g()") == 2
    with pytest.raises(ImportError, match="decimal"):
        world.state["f"]()
    assert world.run("import decimal\nstr(decimal.Decimal('1.5'))") == "1.5"


def test_nor_more_than_the_agent_that_has_it_now():
    state = Versioned()
    state["f"] = made(math, code="def f():\n    import math\n    return math.floor(2.5)")
    state.commit()

    world = World(Versioned(state.blobs.store), policy())
    world.space.load(["f"])

    with pytest.raises(ImportError, match="math"):
        world.state["f"]()


def test_a_state_that_an_agent_works_with_takes_functions_of_another_session():
    world = World(Versioned(), policy(math))
    world.run("rate = 100\ndef own(x):\n    return x * rate")
    world.state["f"] = made(code="rate = 2\ndef f(x):\n    return x * rate")
    world.run("own(1), f(1)")

    again = World(Versioned(world.state.blobs.store), policy(math))

    assert again.run("own(1), f(1)") == (100, 2)


def test_after_a_reset_the_function_goes_on_working_in_its_own_session():
    f = made(code="rate = 2\ndef f(x):\n    return x * rate")
    state = Versioned()
    start = state.tag("start")
    state["f"] = f
    state.commit()

    state.reset(start)

    assert f(2) == 4
    state["again"] = f
    state.commit()
    assert World(Versioned(state.blobs.store), policy()).run("again(2)") == 4


def test_branches_that_took_different_functions_are_merged():
    state = Versioned()
    state["n"] = 0
    other = state.fork()
    state["f"] = made(code="rate = 2\ndef f(x):\n    return x * rate")
    other["g"] = made(code="rate = 3\ndef f(x):\n    return x * rate")

    state.merge(other)

    world = World(Versioned(state.blobs.store), policy())
    assert world.run("f(1), g(1)") == (2, 3)


def test_sweeping_keeps_what_it_needs():
    state = Versioned()
    state["f"] = made(code="rate = [1] * 50\ndef f(x):\n    return x * rate[0]")
    state.commit()
    assert state.gc() == 0
    assert World(Versioned(state.blobs.store), policy()).run("f(2)") == 2


SCRIPT = """
import sys
from agex import Agent, Versioned
from agex.state import InertDefinition

with Versioned(sys.argv[1]) as state:
    assert isinstance(state["f"], InertDefinition), state["f"]
    agent = Agent(llm=lambda messages: "```python\\ntask_success(f(100))\\n```")
    import math
    agent.module(math)

    @agent.task
    def use() -> int:
        '''Use it.'''

    print(use(state=state))
"""


def test_another_process_gives_it_to_an_agent_of_its_own(tmp_path):
    path = str(tmp_path / "x.db")
    with Versioned(path) as state:
        state["f"] = made(math, code=NEXT_PRIME)

    done = subprocess.run([sys.executable, "-c", SCRIPT, path], capture_output=True, text=True)

    assert done.stdout == "101\n", done.stderr


# ---------------------------------------------------------------- a boss and its worker


SPY = (
    "def f():\n"
    "    import decimal\n"
    "    return str(decimal.Decimal(2))\n"
    "def g():\n"
    "    import math\n"
    "    return math.floor(2.5)\n"
    "import math\n"
    "task_success([f, g])"
)


class Firm:
    """A boss with much and a worker with little, over one state."""

    def __init__(self, store=None):
        self.state = Versioned(store)
        self.boss = Agent(name="boss", llm=self.answer)
        self.worker = Agent(name="worker", llm=lambda messages: f"```python\n{SPY}\n```")
        self.boss.module(math)
        self.boss.module(decimal)
        self.worker.module(math)
        self.code = ""

        @self.worker.task
        def tools() -> list[Callable]:  # type: ignore[type-arg]
            """Make tools."""
            raise NotImplementedError

        self.tools = tools

        @self.boss.task
        def work() -> object:
            """Work."""
            raise NotImplementedError

        self.work = work

    def answer(self, messages):
        return f"```python\n{self.code}\n```"

    def run(self, code):
        self.code = code
        return self.work(state=self.state)


def test_what_a_worker_left_runs_with_no_more_than_the_worker_had():
    firm = Firm()
    firm.boss.fn(firm.tools)
    firm.run("f, g = tools()\ntask_success(g())")
    assert "worker" in firm.state.paths()

    # Another process, in which the boss does not even know of the worker.
    again = Firm(firm.state.blobs.store)
    assert again.run("task_success(g())") == 2
    assert again.run("import decimal\ntask_success(str(decimal.Decimal(3)))") == "3"
    refused = again.run("try:\n    f()\nexcept ImportError as e:\n    task_success(str(e))")

    assert "decimal" in refused


def test_the_worker_finds_its_own_names_under_its_own_policy_afterwards():
    firm = Firm()
    firm.boss.fn(firm.tools)
    firm.run("f, g = tools()\ntask_success(g())")

    again = Firm(firm.state.blobs.store)
    again.boss.fn(again.tools)
    assert again.run("task_success(g())") == 2  # loads part of the worker's names
    held = again.run("a, b = tools()\ntask_success([a, b])")

    assert held[1]() == 2
    with pytest.raises(ImportError, match="decimal"):
        held[0]()
    with pytest.raises((ImportError, AgexError)):
        again.state["f"]()


def test_a_worker_s_function_works_for_the_boss_with_what_only_the_worker_has():
    """Even before the worker is called in this process, and whatever the boss itself may use."""

    class Rich(Firm):
        def __init__(self, store=None):
            super().__init__(store)
            self.worker.module(statistics)
            self.boss.fn(self.tools)

    spy = SPY.replace("import math", "import statistics").replace(
        "math.floor(2.5)", "statistics.mean([1, 3])"
    )
    firm = Rich()
    firm.worker.llm = lambda messages: f"```python\n{spy}\n```"
    firm.run("f, g = tools()\ntask_success(g())")

    again = Rich(firm.state.blobs.store)
    assert again.run("task_success(g())") == 2
    refused = again.run("try:\n    f()\nexcept ImportError as e:\n    task_success(str(e))")

    assert "decimal" in refused
    assert "statistics" in again.run(
        "try:\n    import statistics\nexcept ImportError as e:\n    task_success(str(e))"
    )


TWO = """
table = list(range(50))
def look(n):
    return table[n]
def again(n):
    return f(n - 1) if n > 9 else look(n)
def f(n):
    return again(n) + 1
"""


def stored_labels(state):
    return {label for label, _ in state.heap.tree.nodes()}


@pytest.mark.parametrize("restarted", [False, True])
def test_what_only_a_deleted_function_used_goes_with_it(restarted, tmp_path):
    """Even where what it used uses itself in a circle, which no count of references sees."""
    state = Versioned(tmp_path / "state.db")
    state["kept"] = 1
    state["f"] = made(code=TWO)
    state.commit()
    assert len(stored_labels(state)) > 3
    if restarted:
        state.close()
        state = Versioned(tmp_path / "state.db")

    del state["f"]
    state.commit()

    assert stored_labels(state) == {"kept"}
    assert {n for path in state.heap.tree.paths() for n in state.heap.tree.names(path)} == {"kept"}


def test_what_another_function_uses_as_well_stays(tmp_path):
    f, look = made(code=TWO, name="(f, look)")
    state = Versioned(tmp_path / "state.db")
    state["f"], state["tools"] = f, [look]
    state.commit()

    del state["f"]
    state.commit()

    assert Agent().sandbox(state=Versioned(tmp_path / "state.db")).run("tools[0](7)").output == 7
    state["tools"].clear()
    state.commit()
    assert stored_labels(state) == {"tools"}


def test_a_function_put_back_brings_what_it_uses_along_again(tmp_path):
    f = made(code=TWO)
    state = Versioned(tmp_path / "state.db")
    state["f"] = f
    state.commit()
    del state["f"]
    state.commit()
    assert f(12) == f(12)

    state["g"] = f
    state.commit()

    assert Agent().sandbox(state=Versioned(tmp_path / "state.db")).run("g(9)").output == 10


def test_a_function_that_replaces_another_lets_go_of_what_that_used():
    state = Versioned()
    state["f"] = made(code=TWO)
    state.commit()

    state["f"] = made(code="limit = 3\ndef f(n):\n    return limit")
    state.commit()

    assert sorted(label.rpartition(":")[2] for label in stored_labels(state)) == ["f~2", "limit"]
