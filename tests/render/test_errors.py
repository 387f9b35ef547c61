"""Errors name the line, and what would have been right."""

from __future__ import annotations

import linecache
import math
from collections.abc import Callable
from typing import Any

import pandas as pd
import polars as pl
import pytest

from agex.errors import (
    AttributeRefused,
    ImportRefused,
    LimitReached,
    NameRefused,
    RefusedLine,
    SyntaxRefused,
)
from agex.policy import Registry
from agex.render import error_message, error_text, hints
from tests.render import shop


@pytest.fixture
def policy() -> Any:
    registry = Registry()
    registry.module(math)
    registry.fn(shop.convert)
    registry.cls(shop.Order)
    registry.cls(pd.DataFrame)
    registry.module(pd, include=["concat"])
    registry.cls(pl.DataFrame, name="PolarsFrame")
    return registry.freeze()


FRAME = pd.DataFrame({"id": [1], " amount": [2.0], 3: [0]})
SPACE: dict[str, Any] = {
    "df": FRAME,
    "pf": pl.DataFrame({"Total": [1]}),
    "config": {"alpha": 1, "beta": 2},
    "rows": [1, 2, 3],
    "order": shop.Order(1),
    "harvest": 3.0,
}


def caught(source: str, **names: Any) -> BaseException:
    try:
        exec(compile(source, "<agent>", "exec", dont_inherit=True), {**SPACE, **names})
    except BaseException as error:
        return error
    raise AssertionError("it did not fail")


@pytest.mark.parametrize(
    ("source", "hint"),
    [
        ("df['amount']", "Columns of df: 'id', ' amount', 3. Did you mean ' amount'?"),
        ("df['ID']", "Columns of df: 'id', ' amount', 3. Did you mean 'id'?"),
        ("df[['id', 'zzz']]", "Columns of df: 'id', ' amount', 3."),
        ("config['alpa']", "Keys of config: 'alpha', 'beta'. Did you mean 'alpha'?"),
        ("rows[3]", "rows has 3 items."),
        ("harvst + 1", "Did you mean 'harvest'?"),
        ("maths.pi", "Did you mean 'math'?"),
        ("math.pi", "math is a module here: `import math` first."),
        ("pd.DataFrame()", "`import pandas as pd` first."),
        ("'a'.uppr()", "Did you mean 'upper' or 'isupper'?"),
        ("order.totl()", "Did you mean 'total'?"),
    ],
)
def test_a_hint_names_what_would_have_been_right(policy: Any, source: str, hint: str) -> None:
    error = caught(source)

    assert hints(error, policy=policy, namespace=SPACE, source_line=source) == [hint]


def test_a_name_that_a_module_lacks_does_not_list_the_modules(policy: Any) -> None:
    error = caught("from math import squareroot")

    assert hints(error, policy=policy, language=["typing"]) == []


def test_a_column_asked_for_as_an_attribute_is_shown_as_an_item(policy: Any) -> None:
    space = {"table": pd.DataFrame({" Amount": [1.0]})}

    found = hints(
        caught("table.amount", **space), policy=policy, namespace=space, source_line="table.amount"
    )

    assert found == ["table has a column of that name: table[' Amount']"]


def test_a_row_that_is_not_there_is_answered_with_the_rows_there_are(policy: Any) -> None:
    space = {"table": pd.DataFrame({"a": range(5)})}

    found = hints(
        caught("table.loc[9]", **space), policy=policy, namespace=space, source_line="table.loc[9]"
    )

    assert found == ["table has 5 rows, labelled 0 … 4."]


def test_a_failed_import_lists_what_is_importable(policy: Any) -> None:
    error = caught("import nowhere")

    assert hints(error, policy=policy, language=["typing"]) == ["Importable: math, pandas, typing."]


def test_of_a_whole_block_only_what_the_failing_lines_name_is_looked_at(policy: Any) -> None:
    block = "n = config['alpha']\nx = df['amount'].sum() + len(rows)"

    found = hints(caught("df['amount']"), policy=policy, namespace=SPACE, source_line=block)

    assert found == ["Columns of df: 'id', ' amount', 3. Did you mean ' amount'?"]


def test_hints_are_few(policy: Any) -> None:
    space = {f"rows{n}": [n] for n in range(20)}

    found = hints(caught("rows[3]"), policy=policy, namespace=space, source_line=" ".join(space))

    assert len(found) == 3


def test_a_call_with_wrong_arguments_shows_the_signature(policy: Any) -> None:
    error = caught("convert()", convert=shop.convert)

    assert hints(error, policy=policy, namespace=SPACE) == [
        "Its signature: convert(amount: float, /, source: str = 'EUR', *, to: str = 'USD') -> float"
    ]


def test_an_attribute_far_from_any_lists_what_there_is(policy: Any) -> None:
    (hint,) = hints(caught("order.zzzzzz"), policy=policy, namespace=SPACE)

    assert hint.startswith("Order has: amounts, currencies, id, note")
    assert "_secret" not in hint


def test_columns_of_a_frame_the_policy_does_not_open_are_not_told() -> None:
    assert (
        hints(
            caught("df['amount']"),
            policy=Registry().freeze(),
            namespace=SPACE,
            source_line="df['amount']",
        )
        == []
    )


def test_a_polars_column_is_answered_by_polars_itself(policy: Any) -> None:
    error = caught("pf['total']")

    assert "total" in error_message(error)


@pytest.mark.parametrize(
    "error",
    [
        AttributeRefused("Order has no registered 'totl'. Did you mean 'total'?"),
        NameRefused("'evaluate' is not offered here. Did you mean 'enumerate'?"),
        ImportRefused("os is not registered. Importable: math."),
        ValueError("plain"),
        ZeroDivisionError("division by zero"),
    ],
)
def test_what_an_error_says_itself_is_not_said_twice(policy: Any, error: Exception) -> None:
    assert hints(error, policy=policy, namespace=SPACE, source_line="x = 1") == []


def test_what_the_traceback_above_says_is_not_said_again(policy: Any) -> None:
    error = caught("math.pi")
    above = "line 1: math.pi\nNameError: name 'math' is not defined. Did you forget 'import math'?"

    assert hints(error, policy=policy, said=above) == []


def test_the_failing_line_is_found_in_the_traceback_of_agent_code(policy: Any) -> None:
    source = "first = config['alpha']\nsecond = rows[7]\n"
    linecache.cache["<agex:test>"] = (len(source), None, source.splitlines(True), "<agex:test>")
    space = {**SPACE, "other": [1]}
    try:
        exec(compile(source, "<agex:test>", "exec"), space)
    except IndexError as error:
        found = hints(error, policy=policy, namespace=space, source_line="other rows config")
    finally:
        del linecache.cache["<agex:test>"]

    assert found == ["rows has 3 items."]


def test_the_text_of_an_error_is_line_source_type_message_hint(
    policy: Any, golden: Callable[[str, str], None]
) -> None:
    def written(source: str, *more: tuple[int, str]) -> str:
        return error_text(caught(source), [*more, (3, source)], policy=policy, namespace=SPACE)

    texts = [
        written("total = df['amount'].sum()"),
        written("config['alpa']", (9, "    value = read(config)")),
        written("import nowhere"),
        written("order.totl()"),
        written("harvst + 1"),
        error_text(
            SyntaxRefused([RefusedLine(2, "`global __x` …"), RefusedLine(7, "`del f.__name__` …")])
        ),
        error_text(
            LimitReached("timeout_seconds", "Stopped after 5 seconds."), [(1, "while True:")]
        ),
        error_text(RecursionError("too deep"), [(n, f"call {n}") for n in range(1, 500)]),
    ]

    golden("errors.txt", "\n\n".join(texts))


def test_long_source_lines_and_messages_are_cut() -> None:
    text = error_text(ValueError("m" * 50_000), [(1, "x = '" + "a" * 50_000 + "'")])

    assert len(text) < 3_000


def test_the_message_of_an_agents_own_error_is_read_without_running_it() -> None:
    source = (
        "class Mine(Exception):\n"
        "    def __str__(self): raise SystemExit('it ran')\n"
        "    __repr__ = __str__\n"
        "raise Mine('what happened', [1])"
    )
    error = caught(source, __name__="made_by_an_agent")

    assert error_message(error) == "'what happened', [1]"
    assert (
        error_text(error, [(4, "raise Mine")]) == "line 4: raise Mine\nMine: 'what happened', [1]"
    )


@pytest.mark.parametrize(
    "base", ["NameError", "AttributeError", "KeyError", "ImportError", "IndexError"]
)
def test_no_property_of_an_agents_own_error_is_run(policy: Any, base: str) -> None:
    ran: list[int] = []
    source = (
        f"class Mine({base}):\n"
        "    def spring(self, *rest): ran.append(1)\n"
        "    name = obj = args = __traceback__ = __class__ = property(spring)\n"
        "    __str__ = __repr__ = __eq__ = spring\n"
        "raise Mine('alpa')"
    )
    error = caught(source, __name__="made_by_an_agent", ran=ran)

    error_text(error, [(5, "raise Mine('alpa'), config")], policy=policy, namespace=SPACE)

    assert not ran


def test_an_argument_of_an_error_is_not_run_either() -> None:
    class Quiet:
        def __repr__(self) -> str:
            raise AssertionError("it ran")

    assert error_message(KeyError(Quiet()), repr_=lambda v, n: "<quiet>") == "<quiet>"


def test_a_hint_that_fails_leaves_the_error_alone(policy: Any) -> None:
    class Odd(dict):  # type: ignore[type-arg]
        def __contains__(self, key: object) -> bool:
            raise RuntimeError("no")

    assert hints(caught("config['x']"), policy=policy, namespace=Odd(), source_line="config") == []
