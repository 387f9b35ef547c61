"""Named tuples of the host: ``_asdict`` and its kin give no more than the fields that are shown."""

from __future__ import annotations

from typing import Any, NamedTuple

import pytest

from agex import Agent


class Pair(NamedTuple):
    left: int
    right: str = "r"


class Checked(Pair):
    """Its constructor looks at what it is given, and its ``_asdict`` tells more."""

    __slots__ = ()

    def __new__(cls, left: int, right: str = "r") -> Checked:
        if left < 0:
            raise ValueError(left)
        return super().__new__(cls, left, right)

    def _asdict(self) -> dict[str, Any]:
        return {"canary": 1}


def box(cls: type, **options: Any) -> Any:
    agent = Agent()
    agent.cls(cls, **options)
    return agent.sandbox({"pair": cls(1)})


@pytest.mark.parametrize(
    ("code", "value"),
    [
        ("pair._asdict()", {"left": 1, "right": "r"}),
        ("pair._replace(left=5).left", 5),
        ("pair._fields", ("left", "right")),
        ("type(pair)._fields", ("left", "right")),
    ],
)
def test_they_work_where_all_fields_are_shown(code: str, value: Any) -> None:
    result = box(Pair).run(code)

    assert result.error is None, result.traceback
    assert result.output == value


@pytest.mark.parametrize("code", ["pair._asdict()", "pair._replace(right='x')", "pair._fields"])
def test_they_are_closed_where_a_field_is(code: str) -> None:
    result = box(Pair, exclude=["_*", "right"]).run(code)

    assert isinstance(result.error, AttributeError)


def test_one_that_may_not_be_made_is_not_made_of_another() -> None:
    space = box(Pair, constructable=False)

    assert isinstance(space.run("pair._replace(left=5)").error, AttributeError)
    assert space.run("pair._asdict()").output == {"left": 1, "right": "r"}


@pytest.mark.parametrize("code", ["pair._asdict()", "pair._replace(left=-5)"])
def test_what_a_class_of_the_hosts_does_by_these_names_is_private(code: str) -> None:
    result = box(Checked).run(code)

    assert isinstance(result.error, AttributeError), result.output
