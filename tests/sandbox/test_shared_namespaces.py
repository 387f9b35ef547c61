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
