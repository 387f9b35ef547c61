"""Arguments in, results out: what is accepted, what comes back, and what is said of the rest."""

from __future__ import annotations

import enum
import re
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any, Literal, NamedTuple, NotRequired, Optional, TypedDict

import numpy as np
import pandas as pd
import pydantic
import pytest
from numpy.typing import NDArray

from agex.errors import ArgumentError
from agex.task.contract import Contract
from agex.task.definition import define


@dataclass
class Row:
    price: float
    name: str = ""


@dataclass
class Node:
    value: int
    children: list[Node] = field(default_factory=list)


class Pair(NamedTuple):
    left: int
    right: str


class Options(TypedDict):
    depth: int
    label: NotRequired[str]


class Model(pydantic.BaseModel):
    a: int


class Colour(enum.Enum):
    RED = 1


class Liar(int):
    pass


class Bag(list):  # type: ignore[type-arg]
    pass


def contract(returns: Any = Any, **parameters: Any) -> Contract:
    made: dict[str, Any] = {}
    exec(f'def f({", ".join(parameters)}):\n    """Doc."""', made)
    made["f"].__annotations__ = {**parameters, "return": returns}
    return Contract(define(made["f"]))


# ---------------------------------------------------------------- results

SAME = [
    (int, 3),
    (list[int], [1, 2]),
    (dict[str, list[Row]], {"a": [Row(1.0)]}),
    (Row, Row(1.0)),
    (Node, Node(1, [Node(2)])),
    (Pair, Pair(1, "a")),
    (Options, {"depth": 1}),
    (Model, Model(a=1)),
    (list[Model], [Model(a=1)]),
    (Colour, Colour.RED),
    (Callable, len),
    (Callable[[int], int], lambda x: x),
    (Callable[..., Any], print),
    (type[Exception], ValueError),
    (Optional[Row], None),
    (None, None),
    (Literal["a", "b"], "a"),
    (Iterator[int], iter([1])),
    (Sequence[int], (1, 2)),
    (Mapping[str, int], OrderedDict(a=1)),
    (np.ndarray, np.zeros(3)),
    (NDArray[np.float64], np.zeros(3)),
    (pd.DataFrame, pd.DataFrame()),
    (list[np.ndarray], [np.zeros(2)]),
    (object, object()),
    (Any, Liar(3)),
    (tuple[Row, Callable], (Row(1.0), len)),
]


def _shown(part: Any) -> str:
    """The start of its text, without the address that differs in each process."""
    return re.sub(r" at 0x[0-9a-f]+", "", str(part))[:40]


@pytest.mark.parametrize(("returns", "value"), SAME, ids=_shown)
def test_a_result_as_declared_comes_back_as_the_same_object(returns: Any, value: Any) -> None:
    verdict = contract(returns).accept(value)

    assert verdict.problem == ""
    assert verdict.value is value


EXACT = [
    (int, Liar(3), 3),
    (int, np.int64(3), 3),
    (float, np.float32(0.5), 0.5),
    (float, 3, 3.0),
    (bool, np.bool_(True), True),
    (list, Bag([1]), [1]),
    (list[int], Bag([1]), [1]),
    (list[int], [1, Liar(2)], [1, 2]),
    (dict[str, int], OrderedDict(a=Liar(1)), {"a": 1}),
    (set[int], {1, Liar(2)}, {1, 2}),
    (tuple[int, ...], (Liar(1),), (1,)),
    (dict[str, list[int]], {"a": [np.int64(1)]}, {"a": [1]}),
]


@pytest.mark.parametrize(("returns", "value", "expected"), EXACT, ids=_shown)
def test_a_result_declared_as_builtin_comes_back_as_exactly_that(
    returns: Any, value: Any, expected: Any
) -> None:
    verdict = contract(returns).accept(value)

    assert verdict.problem == ""
    assert repr(verdict.value) == repr(expected)
    assert type(verdict.value) is type(expected)


WRONG = [
    (int, "x", "result: should be a valid integer, got str 'x'"),
    (int, True, "result: should be a valid integer, got bool True"),
    (str, None, "result: should be a valid string, got None"),
    (
        list[int],
        [1, "x", None],
        "result[1]: should be a valid integer, got str 'x'\n"
        "result[2]: should be a valid integer, got None",
    ),
    (
        dict[str, list[Row]],
        {"a": [Row(1.0), Row("2")]},  # type: ignore[arg-type]
        "result['a'][1].price: should be a valid number, got str '2'",
    ),
    (
        Node,
        Node(1, [Node(2, [Node("x")])]),  # type: ignore[arg-type]
        "result.children[0].children[0].value: should be a valid integer, got str 'x'",
    ),
    (list[np.ndarray], [np.zeros(2), 3], "result[1]: should be a ndarray, got int 3"),
    (Row, {"price": 1.0}, "result: should be a Row, got a dict"),
    (Model, {"a": 1}, "result: should be a Model, got a dict"),
    (Colour, 1, "result: should be a Colour, got int 1"),
    (Pair, (1, "a"), "result: should be a Pair, got a tuple"),
    (Pair, Pair(1, 2), "result.right: should be a valid string, got int 2"),  # type: ignore[arg-type]
    (Options, {}, "result['depth']: is missing"),
    (
        Options,
        {"depth": "1", "colour": "red"},
        "result['depth']: should be a valid integer, got str '1'\n"
        "result['colour']: is not one of the keys, got str 'red'",
    ),
    (
        Callable,
        3,
        "result: should be callable: a function, not the value it returns, got int 3",
    ),
    (
        Callable[[int], int],
        lambda: 1,
        "result: should be callable with 1 positional argument; its signature is (), got a function",
    ),
    (type[Exception], int, "result: should be a subclass of Exception, got the class int"),
    (None, 3, "result: should be None, got int 3"),
    (Optional[int], "x", "result: should be a valid integer, got str 'x'"),
    (Literal["a", "b"], "c", "result: should be 'a' or 'b', got str 'c'"),
    (Sequence[str], "abc", "result: should be a sequence such as a list, not one string, got str 'abc'"),
    (Sequence[int], [1, "a"], "result[1]: should be a valid integer, got str 'a'"),
    (dict[str, int], {3: 1}, "result[3] (the key): should be a valid string, got int 3"),
    (tuple[int, str], (1, 2), "result[1]: should be a valid string, got int 2"),
    (
        int | list[int],
        ["x"],
        "result: should be a valid integer, got a list\n"
        "result[0]: should be a valid integer, got str 'x'",
    ),
    (Annotated[int, pydantic.Field(gt=3)], 2, "result: should be greater than 3, got int 2"),
]  # fmt: skip


@pytest.mark.parametrize(("returns", "value", "problem"), WRONG, ids=_shown)
def test_a_wrong_result_is_told_with_the_path_into_the_value(
    returns: Any, value: Any, problem: str
) -> None:
    assert contract(returns).accept(value).problem == problem


def test_many_wrong_elements_are_summed_up() -> None:
    problem = contract(list[int]).accept(["x"] * 100).problem

    assert problem.endswith("and 97 more like these")
    assert len(problem.splitlines()) == 4


# ---------------------------------------------------------------- arguments


def test_arguments_pass_as_the_callers_own_objects() -> None:
    rows, frame = [Row(1.0)], pd.DataFrame()
    bound = contract(rows=list[Row], frame=pd.DataFrame).bind((rows,), {"frame": frame})

    assert bound["rows"] is rows
    assert bound["frame"] is frame


def test_an_iterator_is_checked_without_being_consumed() -> None:
    numbers = iter([1, 2])
    contract(numbers=Iterator[int]).bind((numbers,), {})

    assert list(numbers) == [1, 2]


def test_a_value_that_only_looks_like_a_subclass_stays_as_it_is() -> None:
    value = Liar(3)

    assert contract(n=int).bind((value,), {})["n"] is value


@pytest.mark.parametrize(
    ("args", "message"),
    [
        ((), "missing a required argument: 'rows'"),
        ((1, 2), "too many positional arguments"),
        (("x",), "rows: should be a valid list, got str 'x'"),
        (([Row(1.0), 3],), "rows[1]: should be a Row, got int 3"),
    ],
)
def test_arguments_that_do_not_fit_are_told_with_their_path(args: Any, message: str) -> None:
    with pytest.raises(ArgumentError) as caught:
        contract(rows=list[Row]).bind(args, {})

    assert message in str(caught.value)
    assert isinstance(caught.value, TypeError)


def test_all_wrong_arguments_are_told_at_once() -> None:
    with pytest.raises(ArgumentError) as caught:
        contract(a=int, b=str).bind(("x", 3), {})

    assert "a: should be" in str(caught.value)
    assert "b: should be" in str(caught.value)


def test_a_default_is_not_checked() -> None:
    def f(limit: int = None) -> int:  # type: ignore[assignment]
        """Doc."""
        raise NotImplementedError

    assert Contract(define(f)).bind((), {}) == {"limit": None}


def test_star_arguments_are_checked_one_by_one() -> None:
    def f(*numbers: int, **names: str) -> int:
        """Doc."""
        raise NotImplementedError

    checked = Contract(define(f))

    assert checked.bind((1, 2), {"a": "b"}) == {"numbers": (1, 2), "names": {"a": "b"}}
    with pytest.raises(ArgumentError, match=r"numbers\[1\]: should be a valid integer"):
        checked.bind((1, "x"), {})
    with pytest.raises(ArgumentError, match=r"names\['a'\]: should be a valid string"):
        checked.bind((), {"a": 3})
