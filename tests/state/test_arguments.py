"""Functions that read an argument of the task they were made in: the argument is stored with them."""

from __future__ import annotations

import pytest

from agex import Agent, Versioned
from tests.state.worlds import World, policy


class Maker:
    """An agent whose task has arguments, over a state."""

    def __init__(self, state=None):
        self.state = state
        self.code = ""
        agent = Agent(llm=lambda messages: f"```python\n{self.code}\n```", max_iterations=1)

        @agent.task
        def make(n: object, id: object = None) -> object:
            """Make it."""
            raise NotImplementedError

        @agent.task
        def other() -> object:
            """Do something else."""
            raise NotImplementedError

        self.make, self.other = make, other

    def run(self, code, *args):
        self.code = code
        return self.make(*args, state=self.state)


def again(state):
    """The same state, as an agent in another process has it."""
    return World(Versioned(state.blobs.store), policy())


@pytest.mark.parametrize("reading", ["n", "inputs.n", "[n][0]", "(lambda: n)()"])
def test_an_argument_is_there_after_a_restart(reading):
    maker = Maker(Versioned())
    maker.run(f"def add(x):\n    return x + {reading}\ntask_success(add(1))", 5)

    assert again(maker.state).run("add(1)") == 6


def test_an_argument_with_the_name_of_a_builtin_is_there_after_a_restart():
    maker = Maker(Versioned())
    maker.run("def show():\n    return id + n\ntask_success(show())", 1, 5)

    assert again(maker.state).run("show(), id is None") == (6, False)


def test_a_function_of_a_run_without_a_state_keeps_its_argument():
    state = Versioned()
    state["five"] = Maker().run("def add(x):\n    return x + n\ntask_success(add)", 5)
    state["seven"] = Maker().run("def add(x):\n    return x + n\ntask_success(add)", 7)
    state.commit()

    assert again(state).run("five(1), seven(1)") == (6, 8)


def test_each_call_s_function_keeps_its_own_argument():
    maker = Maker(Versioned())
    maker.run("def five(x):\n    return x + n\ntask_success(1)", 5)
    maker.run("def seven(x):\n    return x + n\ntask_success(1)", 7)

    assert again(maker.state).run("five(1), seven(1)") == (6, 8)
    world = again(maker.state)
    world.run("five.note = 1")  # stored once more, by another session
    assert again(world.state).run("five(1), seven(1)") == (6, 8)


def test_functions_share_the_argument_they_share():
    maker = Maker(Versioned())
    maker.run("def put(x):\n    n.append(x)\ndef count():\n    return len(n)\ntask_success(1)", [1])

    world = again(maker.state)

    assert world.run("put(2)\ncount()") == 2
    assert again(world.state).run("count()") == 2


def test_what_the_agent_made_of_an_argument_is_what_its_functions_see():
    maker = Maker(Versioned())
    replies = iter(
        [
            "```python\ndef total():\n    return sum(rows)\ntotal()\n```",
            "```python\nrows = [r * 2 for r in rows]\ntask_success(total())\n```",
        ]
    )
    agent = Agent(llm=lambda messages: next(replies))

    @agent.task
    def count(rows: list) -> object:  # type: ignore[type-arg]
        """Count."""
        raise NotImplementedError

    assert count([1, 2], state=maker.state) == 6
    assert again(maker.state).run("total(), rows") == (6, [2, 4])


def test_methods_and_nested_functions_keep_the_argument():
    maker = Maker(Versioned())
    maker.run(
        "class Scale:\n    by = 2\n    def up(self, x):\n        return x * n * self.by\n"
        "def outer(k):\n    def inner(x):\n        return x + n + k\n    return inner\n"
        "inner = outer(10)\nscale = Scale()\ntask_success(1)",
        5,
    )

    assert again(maker.state).run("scale.up(1), inner(1), outer(1)(1)") == (10, 16, 7)


def test_an_argument_that_cannot_be_stored_says_so():
    maker = Maker(Versioned())
    maker.run("def later():\n    return next(n)\ntask_success(later())", (x for x in [1, 2]))

    seen = []
    agent = Agent(
        llm=lambda messages: (
            seen.append(messages[-1].text) or "```python\nlater()\n```"
            if len(seen) < 2
            else "```python\ntask_success(1)\n```"
        )
    )

    @agent.task
    def use() -> object:
        """Use it."""
        raise NotImplementedError

    use(state=Versioned(maker.state.blobs.store))
    assert "later held a generator, which was not kept; make it again" in seen[1]
