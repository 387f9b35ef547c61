"""The system text and the task text: short, adapted to the agent, the same words every time."""

from __future__ import annotations

import inspect
import math
import re
from collections.abc import Callable
from types import ModuleType
from typing import Any, get_type_hints

import numpy as np
import pandas as pd
import pytest

from agex.helpers import register_stdlib
from agex.helpers.numpy import register_numpy
from agex.helpers.pandas import register_pandas
from agex.policy import Registry, TypeRule
from agex.render import system_text, task_text
from agex.render.prompt import LANGUAGE, modules_line
from agex.sandbox.language import MODULES
from tests.render import shop
from tests.render.test_stubs import full_registry


def make_function(description: str) -> Callable:  # type: ignore[type-arg, empty-body]
    """Generate a Python function from a text description."""


def first_request(registry: Registry, task: Callable[..., Any], **inputs: Any) -> str:
    policy = registry.freeze()
    said = task_text(
        task.__name__,
        inspect.signature(task),
        task.__doc__,
        inputs,
        annotations=get_type_hints(task),
        policy=policy,
    )
    return system_text(policy) + "\n\n=====\n\n" + said


# ---------------------------------------------------------------- golden


def test_the_first_request_of_the_thirty_second_example(golden: Callable[[str, str], None]) -> None:
    registry = Registry()
    registry.module(math)

    text = first_request(
        registry, make_function, description="find the next prime larger than a given number"
    )

    golden("prompt/thirty_seconds.md", text)
    assert len(text) < 3_500


def test_the_system_text_of_an_agent_that_has_everything(
    golden: Callable[[str, str], None],
) -> None:
    registry = full_registry()
    registry.module(np, name="np")

    text = system_text(registry.freeze(), primer="Prices are in euros.\nBe exact.", vision=True)

    golden("prompt/everything.md", text)


def test_the_task_of_a_call_with_many_kinds_of_arguments(
    golden: Callable[[str, str], None],
) -> None:
    def summarise(
        orders: list[dict[str, Any]],
        frame: pd.DataFrame,
        pixels: np.ndarray,
        order: shop.Order,
        key: Callable[[int], str],
        *,
        limit: int = 10,
    ) -> dict[str, float]:  # type: ignore[empty-body]
        """Sum up what customers ordered.

        - by month
        - without what was returned
        """

    registry = Registry()
    registry.module(np)
    registry.module(pd)
    registry.cls(shop.Order)
    policy = registry.freeze()
    rule = policy.type_rule(shop.Order)
    assert rule is not None
    inputs = {
        "orders": [{"id": n, "customer": f"c{n}", "amounts": [1.5, n]} for n in range(365)],
        "frame": pd.DataFrame({"id": [1, 2], " amount": [1.5, None]}),
        "pixels": np.zeros((480, 640, 3), dtype="uint8"),
        "order": shop.Order(7, [1.0]),
        "key": lambda number: str(number),
        "limit": 10,
    }

    text = task_text(
        "summarise",
        inspect.signature(summarise),
        summarise.__doc__,
        inputs,
        annotations=get_type_hints(summarise),
        primer="Use the exchange rate of the day.",
        types=[rule],
        policy=policy,
    )

    golden("prompt/task_with_many_arguments.md", text)


def test_the_first_request_of_an_agent_with_numpy_pandas_and_the_standard_library(
    golden: Callable[[str, str], None],
) -> None:
    def busiest_month(orders: pd.DataFrame, limits: np.ndarray) -> str:  # type: ignore[empty-body]
        """The month, such as "2024-03", in which the most was ordered."""

    registry = Registry()
    register_stdlib(registry)
    register_numpy(registry)
    register_pandas(registry)
    orders = pd.DataFrame(
        {
            "order_id": range(365),
            " amount": [round(n * 1.37 % 90, 2) for n in range(365)],
            "customer": [f"customer {n % 17}" for n in range(365)],
            "day": pd.date_range("2024-01-01", periods=365),
        }
    )

    text = first_request(registry, busiest_month, orders=orders, limits=np.linspace(0, 1, 500))

    golden("prompt/numpy_pandas_stdlib.md", re.sub("Importable: .*", "Importable: …", text))
    assert len(text) < 6_000


# ---------------------------------------------------------------- adapts to what the agent has


def test_an_agent_with_nothing_is_told_nothing_it_cannot_use() -> None:
    text = system_text(Registry().freeze())

    assert "- Importable: abc, collections (.abc), contextlib" in text
    assert "No module can be imported" in system_text(Registry().freeze(), language=())
    for word in ("help(", "view_image", "What you have"):
        assert word not in text


def test_the_modules_every_agent_is_told_of_are_those_the_sandbox_gives_to_all() -> None:
    assert set(LANGUAGE) == set(MODULES) - {"__future__"}


def test_pictures_are_mentioned_only_to_a_model_that_sees() -> None:
    assert "view_image" not in system_text(Registry().freeze())
    assert "view_image" in system_text(Registry().freeze(), vision=True)


def test_the_three_endings_have_one_example_each() -> None:
    text = system_text(Registry().freeze())

    for ending in ("task_success(", "task_fail(", "task_clarify(", "return "):
        assert ending in text
    assert len(re.findall(r"`task_fail\(\"", text)) == 1


def test_limits_are_told_where_there_are_any() -> None:
    text = system_text(Registry().freeze(), timeout_seconds=5.0, max_iterations=10)

    assert "- A block may run for 5 seconds. The task may take 10 replies.\n" in text
    assert "block may run" not in system_text(Registry().freeze())


def test_the_developers_primer_comes_along_and_an_empty_one_does_not() -> None:
    assert "Be exact." in system_text(Registry().freeze(), primer="  Be exact.\n")
    assert "About this work" not in system_text(Registry().freeze(), primer="  ")


def test_the_same_agent_has_the_same_text_byte_for_byte() -> None:
    assert system_text(full_registry().freeze()) == system_text(full_registry().freeze())


def test_the_system_text_is_short_and_has_no_leftover_of_its_template() -> None:
    text = system_text(Registry().freeze(), vision=True)

    assert len(text) < 4_000
    assert not re.search(r"^\[!?\w+\]|\{modules\}", text, re.MULTILINE)


def test_a_rich_api_stays_within_what_it_may_take() -> None:
    registry = Registry()
    registry.module(math, visibility="high")
    registry.cls(pd.DataFrame)

    assert len(system_text(registry.freeze(), api_chars=2_000)) < 4_500


# ---------------------------------------------------------------- modules on one line


def test_modules_are_one_line_with_submodules_folded_and_aliases_marked() -> None:
    import collections
    import collections.abc
    import json

    registry = Registry()
    registry.module(collections)
    registry.module(collections.abc)
    registry.module(math)
    registry.module(np, name="np")
    registry.module(json, recursive=True)

    line = modules_line(registry.freeze(), ())

    assert line == "collections (.abc), json (with submodules), math, np (imported already)"


def test_modules_of_the_language_are_listed_and_carriers_of_classes_are_not() -> None:
    registry = Registry()
    carrier = ModuleType("_carrier")
    carrier.Order = shop.Order  # type: ignore[attr-defined]
    carrier.__all__ = ["Order"]  # type: ignore[attr-defined]
    registry.module(carrier)
    registry.module(math)

    assert modules_line(registry.freeze(), ["typing", "math"]) == "math, typing"


# ---------------------------------------------------------------- the task


def said(inputs: dict[str, Any], **options: Any) -> str:
    return task_text("make_function", inspect.signature(make_function), None, inputs, **options)


def test_many_inputs_share_the_room() -> None:
    inputs = {f"page{n}": "word " * 5_000 for n in range(30)}

    text = said(inputs)

    assert len(text) < 10_000
    assert "page29: str of 25,000 characters" in text


def test_a_task_without_arguments_or_docstring_is_still_a_function() -> None:
    text = said({})

    assert "def make_function(description: str) -> Callable:\n    ...\n```" in text
    assert "arguments" not in text


@pytest.mark.parametrize(
    ("returns", "ending"),
    [
        (None, "end with task_success(None)"),
        (list[int], "value being of type list[int]"),
        (inspect.Signature.empty, "End with task_success(value)."),
    ],
)
def test_the_last_line_says_what_to_hand_in(returns: Any, ending: str) -> None:
    signature = inspect.Signature([], return_annotation=returns)

    assert ending in task_text("f", signature, None, {})


def test_an_argument_the_policy_does_not_open_shows_its_type_only() -> None:
    text = said({"order": shop.Order(7, _secret="s3cret")}, policy=Registry().freeze())

    assert "order: <Order object>" in text
    assert "s3cret" not in text


def test_what_the_callers_checks_say_of_themselves_is_told_beforehand() -> None:
    text = said({}, checks=["Nobody works two days in a row.", "Every day has somebody."])

    assert text.endswith(
        "\nThe caller will check it: Nobody works two days in a row. Every day has somebody."
    )


def test_live_objects_that_no_stub_shows_are_named_with_their_type() -> None:
    registry = Registry()
    registry.module(shop.Order(7), name="order")
    registry.module(shop.Order(8), name="shown", visibility="high")

    text = system_text(registry.freeze())

    assert "(`dir` and `help` tell more): `order` (Order).\n" in text
    assert "`shown`" not in text
    assert "Objects that are there" not in system_text(Registry().freeze())


def test_classes_the_signature_names_are_shown_with_their_fields() -> None:
    rule = TypeRule(shop.Position, "Position")

    assert "class Position(NamedTuple):\n    article: str\n    count: int = 1" in said(
        {}, types=[rule]
    )
