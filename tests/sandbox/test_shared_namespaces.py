"""Two sessions in one namespace, as two calls with one state are: both go on working."""

from __future__ import annotations

from agex.policy import Registry
from agex.sandbox import Session


def test_the_earlier_of_two_sessions_in_one_namespace_goes_on_working() -> None:
    policy = Registry().freeze()
    earlier = Session(policy)
    later = Session(policy, namespace=earlier.globals)

    ran = earlier.run("found = [7, 9].index")

    assert ran.error is None
    assert later.run("found(7) + len('one'.zfill(5))").output == 5


def test_what_an_action_prints_is_its_own_when_another_session_ran_in_the_middle_of_it() -> None:
    """As when a host function that the agent calls runs a task of the same agent with the same state."""
    registry = Registry()
    inner: list[str] = []

    def again() -> None:
        session = Session(policy, namespace=outer.globals)
        inner.append(session.run("print('within')\n'shown within'").stdout)

    registry.fn(again)
    policy = registry.freeze()
    outer = Session(policy)

    ran = outer.run("print('before')\nagain()\nprint('after')\n'shown'")

    assert (ran.stdout, ran.output) == ("before\nafter\n", "shown")
    assert inner == ["within\n"]


def test_a_module_imported_under_more_rules_is_gone_under_fewer() -> None:
    import random

    from agex.policy import Registry
    from agex.sandbox import Session

    more, fewer = Registry(), Registry()
    more.module(random)
    namespace: dict[str, object] = {}
    first = Session(more.freeze(), namespace=namespace)
    assert (
        first.run("import random as r, collections.abc\ndef f(): return r.random()\nf()").error
        is None
    )

    second = Session(fewer.freeze(), namespace=namespace)

    assert type(second.run("r.random()").error).__name__ in ("NameError", "NameRefused")
    assert type(second.run("f()").error).__name__ in ("NameError", "NameRefused")
    assert second.run("isinstance([], collections.abc.Sequence)").output is True


def test_a_module_below_others_stays_in_the_next_session() -> None:
    import os.path

    from agex.policy import Registry
    from agex.sandbox import Session

    registry = Registry()
    registry.module(os.path, name="os.path")
    namespace: dict[str, object] = {}
    first = Session(registry.freeze(), namespace=namespace)
    assert first.run("import os.path\nos.path.basename('a/b')").output == "b"

    second = Session(registry.freeze(), namespace=namespace)

    assert second.run("os.path.basename('a/c')").output == "c"
