"""A member can be offered in another form than its own."""

from __future__ import annotations

import pickle
import types

import pytest

from agex.errors import RegistrationError
from agex.policy import MemberSpec, Registry


class Door:
    def open(self, how: str) -> str:
        return how

    def close(self) -> None:
        pass


def open_gently(door: Door, how: str) -> str:
    return f"gently {how}"


def bounded_sleep(seconds: float) -> None:
    pass


def module_with_sleep() -> types.ModuleType:
    module = types.ModuleType("rest")
    module.sleep = lambda seconds: None  # type: ignore[attr-defined]
    module.Door = Door  # type: ignore[attr-defined]
    module.__all__ = ["sleep", "Door"]  # type: ignore[attr-defined]
    return module


def test_a_class_offers_a_function_in_place_of_a_method() -> None:
    registry = Registry()
    registry.cls(Door, configure={"open": MemberSpec(instead=open_gently)})
    rule = registry.freeze().type_rule(Door)

    assert rule is not None
    assert rule.allows("open")
    assert rule.instead("open") is open_gently
    assert rule.instead("close") is None


def test_a_module_hands_out_the_other_form_and_passes_it_to_its_classes() -> None:
    registry = Registry()
    registry.module(
        module_with_sleep(),
        configure={
            "sleep": MemberSpec(instead=bounded_sleep),
            "Door.open": MemberSpec(instead=open_gently),
        },
    )
    policy = registry.freeze()
    rule = policy.module("rest")
    door = policy.type_rule(Door)

    assert rule is not None and door is not None
    assert rule.get("sleep") is bounded_sleep
    assert door.instead("open") is open_gently


def test_the_other_form_survives_a_pickle() -> None:
    registry = Registry()
    registry.cls(Door, configure={"open": MemberSpec(instead=open_gently)})
    rule = registry.freeze().type_rule(Door)

    again = pickle.loads(pickle.dumps(rule))

    assert again.instead("open") is open_gently


def test_a_policy_with_the_first_form_is_not_a_subset_of_one_without_it() -> None:
    plain, careful = Registry(), Registry()
    plain.cls(Door)
    careful.cls(Door, configure={"open": MemberSpec(instead=open_gently)})

    assert not plain.freeze().is_subset_of(careful.freeze())
    assert careful.freeze().is_subset_of(plain.freeze())


def test_what_stands_in_has_to_be_callable() -> None:
    with pytest.raises(RegistrationError, match="instead"):
        Registry().cls(Door, configure={"open": MemberSpec(instead="no")})  # type: ignore[arg-type]
