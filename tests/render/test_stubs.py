"""The API is shown as Python, by visibility, within a budget, and never more than is allowed."""

from __future__ import annotations

import ast
import json
import math
import re
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agex.policy import MemberSpec, Policy, Registry
from agex.render.stubs import api_text
from tests.render import rates, shop, tariffs


def full_registry() -> Registry:
    registry = Registry()
    registry.fn(shop.convert)
    registry.fn(shop.orders_of, visibility="medium")
    registry.fn(shop.hidden, visibility="low")
    for cls in (shop.Status, shop.Order, shop.Customer, shop.Parcel, shop.Position, shop.Filter):
        registry.cls(cls)
    registry.cls(shop.Database, constructable=False, exclude=["_*", "drop"])
    registry.module(shop.Database("shop.db"), name="db", visibility="high", exclude=["_*", "drop"])
    registry.module(math)
    registry.module(tariffs, name="tariffs", visibility="medium")
    registry.module(rates, name="rates", configure={"today": MemberSpec(visibility="high")})
    return registry


def shown(policy: Policy, budget: int = 50_000) -> str:
    return api_text(policy, budget)


def test_the_listing_reads_as_python_stubs(golden: Callable[[str, str], None]) -> None:
    golden("stubs/shop.py.txt", shown(full_registry().freeze()))


def test_under_pressure_docstrings_go_before_signatures(golden: Callable[[str, str], None]) -> None:
    golden("stubs/shop_in_1500_characters.py.txt", shown(full_registry().freeze(), 1_500))


def test_an_agent_with_nothing_to_show_shows_nothing() -> None:
    registry = Registry()
    registry.module(math)
    registry.fn(shop.hidden, visibility="low")

    assert shown(registry.freeze()) == ""


def test_low_is_usable_and_unshown_medium_has_no_docstring() -> None:
    text = shown(full_registry().freeze())

    assert "hidden" not in text
    assert "orders_of(customer: Customer" in text
    assert "newest first" not in text


def test_signatures_are_the_real_ones() -> None:
    text = shown(full_registry().freeze())

    assert (
        "def convert(amount: float, /, source: str = 'EUR', *, to: str = 'USD') -> float:" in text
    )
    assert "status: Status | None = None, *more: Filter) -> list[Order]" in text


def test_fields_are_in_constructor_order_with_their_defaults() -> None:
    text = shown(full_registry().freeze())
    lines = [line.strip() for line in text[text.index("class Order:") :].split("\n")]
    fields = [line for line in lines if re.match(r"\w+: ", line)][:6]

    assert fields == [
        "id: int",
        "amounts: list[float] = []",
        "note: str | None = None",
        "status: Status = Status.OPEN",
        "weight: float = 0.0  # by keyword only",
        "total_seen: int = 0  # not an argument",
    ]


def test_pydantic_models_show_their_fields_and_not_pydantic() -> None:
    text = shown(full_registry().freeze())

    assert "name: str\n    address: dict[str, str] = {}" in text
    assert "kind: Literal['private', 'company'] = 'private'" in text
    assert "def greeting(self) -> str" in text
    assert "model_dump" not in text
    assert "model_config" not in text


def test_what_is_excluded_is_not_shown() -> None:
    text = shown(full_registry().freeze())

    assert "drop" not in text
    assert "_secret" not in text
    assert "class Database:  # handed out, not constructed" in text


def test_a_live_object_is_shown_under_its_name_without_running_its_properties() -> None:
    text = shown(full_registry().freeze())

    assert "def db.query(sql: str, *parameters: Any) -> list[dict[str, Any]]" in text
    assert "db.latency: float" in text


def test_one_member_of_a_low_module_can_be_shown() -> None:
    text = shown(full_registry().freeze())

    assert "# module rates\ndef rates.today(currency: str) -> float:" in text
    assert "history" not in text


def test_classes_of_a_module_are_shown_under_their_dotted_name() -> None:
    text = shown(full_registry().freeze())

    assert "@dataclass(frozen=True)\nclass tariffs.Zone:\n    code: str" in text
    assert "def tariffs.price(weight: float, zone: Zone | None = None" in text
    assert not {"os", "annotations"} & set(re.findall(r"tariffs\.(\w+)", text))


def test_a_recursive_package_is_not_enumerated() -> None:
    registry = Registry()
    registry.module(json, visibility="high", recursive=True)

    assert shown(registry.freeze()) == ""


def test_a_docstring_can_be_replaced() -> None:
    registry = Registry()
    registry.fn(shop.convert, docstring="Turns euros into dollars.")
    registry.cls(
        shop.Order,
        configure={
            "total": MemberSpec(docstring="With tax."),
            "size": MemberSpec(visibility="low"),
        },
    )

    text = shown(registry.freeze())

    assert '"""Turns euros into dollars."""' in text
    assert '"""With tax."""' in text
    assert "size" not in text


def test_a_function_whose_annotations_cannot_be_evaluated_still_shows() -> None:
    def odd(a: "no such type", b: "list[Missing]" = None) -> "Missing":  # noqa: F722, F821
        pass

    registry = Registry()
    registry.fn(odd)

    assert "def odd(a: no such type, b: list[Missing] = None) -> Missing: ..." in shown(
        registry.freeze()
    )


@given(budget=st.integers(0, 6_000))
@settings(max_examples=60, deadline=None)
def test_no_listing_is_longer_than_its_budget(budget: int) -> None:
    assert len(api_text(POLICY, budget)) <= budget


POLICY = full_registry().freeze()


@pytest.mark.parametrize("budget", [600, 1_200, 2_400, 4_800, 50_000])
def test_more_room_never_shows_fewer_names(budget: int) -> None:
    less, more = api_text(POLICY, budget // 2), api_text(POLICY, budget)

    for name in ("convert", "Order", "Customer", "db"):
        assert name in more or name not in less


# ---------------------------------------------------------------- shown = allowed


def _names_in(text: str) -> set[str]:
    """Every member name a stub declares, as ``Owner.member`` or a plain name."""
    found: set[str] = set()
    owner = ""
    for line in text.split("\n"):
        top = re.match(r"(?:def |class )?([\w.]+)(?:\(|:)", line)
        inner = re.match(r"    (?:def )?(\w+)(?:\(|:| =)", line)
        listed = re.match(r"    # (?:attributes|has): (.*)$", line)
        if line.startswith("class ") and top:
            owner = top.group(1)
        if top and not line.startswith(("#", " ")):
            found.add(top.group(1))
        elif listed and owner:
            found.update(f"{owner}.{name}" for name in listed.group(1).split(", "))
        elif inner and owner and not line.startswith("    @"):
            found.add(f"{owner}.{inner.group(1)}")
    return found


def _is_allowed(policy: Policy, dotted: str) -> bool:
    parts = dotted.split(".")
    if len(parts) == 1:
        return parts[0] in policy.names()
    owner, member = ".".join(parts[:-1]), parts[-1]
    if member == "__init__":
        return True
    if owner in policy.instances:
        return policy.instances[owner].allows(member)
    if owner in policy.classes:
        return policy.classes[owner].allows(member)
    if owner in policy.modules:
        return policy.modules[owner].allows(member)
    module, _, name = owner.rpartition(".")
    rule = policy.type_rule(policy.modules[module].get(name))  # type: ignore[arg-type]
    return rule is not None and rule.allows(member)


@pytest.mark.parametrize(
    "exclude", ["_*", ["_*", "total"], ["_*", "*a*"], ["_*", "s*", "n*", "dumps"]]
)
def test_every_name_that_is_shown_is_allowed(exclude: Any) -> None:
    registry = Registry()
    for cls in (shop.Order, shop.Customer, shop.Database):
        registry.cls(cls, exclude=[p for p in _list(exclude) if _matches(cls, p)])
    registry.module(json, visibility="high")
    registry.module(shop.Database(""), name="db", visibility="high", exclude=_list(exclude)[:1])
    policy = registry.freeze()
    text = shown(policy)

    names = _names_in(text)

    assert len(names) > 15
    assert [name for name in names if not _is_allowed(policy, name)] == []


def _list(exclude: Any) -> list[str]:
    return [exclude] if isinstance(exclude, str) else list(exclude)


def _matches(cls: type, pattern: str) -> bool:
    from fnmatch import fnmatch

    names = {*dir(cls), *getattr(cls, "__annotations__", ())}
    return any(fnmatch(name, pattern) for name in names)


def test_plain_functions_are_shown_as_valid_python() -> None:
    registry = Registry()
    registry.fn(shop.convert)
    registry.fn(shop.orders_of, visibility="medium")
    for cls in (shop.Order, shop.Customer, shop.Position):
        registry.cls(cls)

    ast.parse(shown(registry.freeze()))
