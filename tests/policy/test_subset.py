"""A child's policy never allows more than its parent's."""

from __future__ import annotations

import json
import sqlite3
import sys
import types
from typing import Any

import cloudpickle
import pytest
from hypothesis import given
from hypothesis import strategies as st

from agex.errors import RegistrationError
from agex.policy import MemberSpec, Policy, Registry, TypeRule


class Desk:
    """Members a pattern can tell apart, and one that only comes at run time."""

    wood = "oak"

    def read_one(self) -> None: ...
    def read_all(self) -> None: ...
    def write_one(self) -> None: ...
    def _hidden(self) -> None: ...


class Lamp:
    def on(self) -> None: ...
    def off(self) -> None: ...


def helper() -> None: ...


room = sys.modules["agex_test_room"] = types.ModuleType("agex_test_room")
room.Desk, room.Lamp, room.helper = Desk, Lamp, helper  # type: ignore[attr-defined]
room.__all__ = ["Desk", "Lamp", "helper"]  # type: ignore[attr-defined]

NAMES = ["wood", "read_one", "read_all", "write_one", "_hidden", "on", "off", "later", "read_later"]
PATTERNS = st.one_of(
    st.just("*"),
    st.lists(
        st.sampled_from(["*", "read_*", "*_one", "read_one", "wood", "o*", "on"]),
        min_size=1,
        max_size=3,
    ),
)
EXCLUDES = st.lists(st.sampled_from(["_*", "read_*", "*_one", "wood", "on"]), max_size=2)
MODULE_PATTERNS = st.lists(
    st.sampled_from(["*", "Desk", "Lamp", "Desk.read_*", "Desk.wood", "Lamp.on", "helper", "*.on"]),
    min_size=1,
    max_size=3,
)


@st.composite
def policies(draw: st.DrawFn) -> Policy:
    registry = Registry()

    def perhaps(verb: Any, thing: Any, **options: Any) -> None:
        if draw(st.booleans()):
            try:
                verb(thing, **options)
            except RegistrationError:
                pass  # a pattern that matches nothing: another test's affair

    constructable = st.booleans()
    perhaps(
        registry.cls,
        Desk,
        include=draw(PATTERNS),
        exclude=draw(EXCLUDES),
        constructable=draw(constructable),
    )
    perhaps(
        registry.cls,
        Lamp,
        include=draw(PATTERNS),
        exclude=draw(EXCLUDES),
        constructable=draw(constructable),
    )
    perhaps(registry.module, room, include=draw(MODULE_PATTERNS), exclude=draw(EXCLUDES))
    perhaps(registry.fn, helper)
    return registry.freeze()


def everything(policy: Policy) -> set[object]:
    """What a policy allows, spelled out, with names that no class has yet."""
    allowed: set[object] = {spec.value for spec in policy.functions.values()}
    for cls in (Desk, Lamp):
        rule = policy.type_rule(cls)
        if rule is not None:
            allowed.add(cls)
            allowed.update((cls, name) for name in NAMES if rule.allows(name))
            allowed.update((cls, name, "=") for name in NAMES if rule.writable(name))
            if rule.constructable:
                allowed.add((cls, "()"))
    for module in policy.modules.values():
        names = ("Desk", "Lamp", "helper")
        allowed.update((module.module, name) for name in names if module.allows(name))
    return allowed


@given(policies(), policies())
def test_a_policy_said_to_be_a_subset_allows_nothing_more(mine: Policy, other: Policy) -> None:
    if mine.is_subset_of(other):
        assert everything(mine) <= everything(other)


@given(policies())
def test_a_policy_is_a_subset_of_itself_and_holds_the_empty_one(policy: Policy) -> None:
    assert policy.is_subset_of(policy)
    assert Registry().freeze().is_subset_of(policy)


@given(policies(), policies(), policies())
def test_being_a_subset_carries_over_two_steps_in_what_is_allowed(
    a: Policy, b: Policy, c: Policy
) -> None:
    if a.is_subset_of(b) and b.is_subset_of(c):
        assert everything(a) <= everything(c)


@given(policies(), policies())
def test_a_policy_narrowed_to_another_allows_only_what_both_allow(
    mine: Policy, other: Policy
) -> None:
    both = mine.narrowed_to(other)

    assert everything(both) <= everything(mine) & everything(other)
    if mine.is_subset_of(other):
        assert everything(both) == everything(mine)
    assert both.is_subset_of(other)


@given(policies(), policies())
def test_a_narrowed_policy_stays_narrow_through_grants_and_pickles(
    mine: Policy, other: Policy
) -> None:
    granted = {Lamp: TypeRule(Lamp, "Lamp", only=frozenset({"on", "off"}))}
    both = mine.with_types(granted).narrowed_to(other)
    late = mine.narrowed_to(other).with_types(granted)
    again = cloudpickle.loads(cloudpickle.dumps(late))

    assert everything(both) == everything(late) <= everything(other)
    assert everything(again) == everything(late)


def test_fewer_members_are_a_subset_and_more_are_not() -> None:
    few, many = Registry(), Registry()
    few.cls(Desk, include=["read_one", "wood"], constructable=False)
    many.cls(Desk)

    assert few.freeze().is_subset_of(many.freeze())
    assert not many.freeze().is_subset_of(few.freeze())


def test_all_of_a_class_is_not_within_the_list_of_all_its_present_members() -> None:
    """An attribute that comes later would be allowed on one side only."""
    listed, everything_ = Registry(), Registry()
    listed.cls(Desk, include=["wood", "read_one", "read_all", "write_one"])
    everything_.cls(Desk)

    assert not everything_.freeze().is_subset_of(listed.freeze())


def test_the_constructor_counts() -> None:
    handed_out, made = Registry(), Registry()
    handed_out.cls(Desk, constructable=False)
    made.cls(Desk)

    assert handed_out.freeze().is_subset_of(made.freeze())
    assert not made.freeze().is_subset_of(handed_out.freeze())


def test_a_class_of_a_module_lies_within_the_same_module_only() -> None:
    part, whole = Registry(), Registry()
    part.module(json, include=["dumps", "JSONEncoder"])
    whole.module(json)

    assert part.freeze().is_subset_of(whole.freeze())
    assert not whole.freeze().is_subset_of(part.freeze())


def test_a_class_the_parent_narrowed_stays_narrow_when_the_child_takes_it_from_the_module() -> None:
    child, parent = Registry(), Registry()
    child.module(room)
    parent.module(room)
    parent.cls(Desk, include="wood")

    assert not child.freeze().is_subset_of(parent.freeze())


def test_a_class_the_parent_may_not_construct_in_a_module_is_not_constructed_by_the_child() -> None:
    child, parent = Registry(), Registry()
    child.module(room)
    parent.module(room, configure={"Desk": MemberSpec(constructable=False)})

    assert not child.freeze().is_subset_of(parent.freeze())
    assert parent.freeze().is_subset_of(child.freeze())


def test_a_live_object_is_the_same_object_or_not_within() -> None:
    db, other_db = sqlite3.connect(":memory:"), sqlite3.connect(":memory:")
    child, parent, stranger = Registry(), Registry(), Registry()
    child.module(db, name="store", include="execute")
    parent.module(db, name="db")
    stranger.module(other_db, name="db")

    assert child.freeze().is_subset_of(parent.freeze())
    assert not child.freeze().is_subset_of(stranger.freeze())
    db.close()
    other_db.close()


def test_a_recursive_child_of_a_narrow_parent_reaches_no_further() -> None:
    import xml

    child, parent = Registry(), Registry()
    child.module(xml, recursive=True)
    parent.module(xml, recursive=True, include=["etree.ElementTree.*"], exclude=["_*", "*.parse"])
    policy = child.freeze().narrowed_to(parent.freeze())
    tree = policy.module("xml.etree.ElementTree")

    assert tree is not None
    assert tree.allows("fromstring")
    assert not tree.allows("parse")
    assert policy.module("xml.dom") is None
    assert policy.is_subset_of(parent.freeze())


def test_a_pattern_function_of_the_parent_does_not_hide_what_can_be_counted() -> None:
    """Of a class whose instances have no room for other names, the members are all there is."""
    import datetime

    child, parent, wider = Registry(), Registry(), Registry()
    child.module(datetime, include=["date", "date.year"])
    parent.module(datetime, exclude=lambda name: name.startswith("_") or name.endswith("now"))
    wider.module(datetime, include=["datetime"])

    assert child.freeze().narrowed_to(parent.freeze()).is_subset_of(parent.freeze())
    assert not wider.freeze().is_subset_of(parent.freeze())
    assert not (
        wider.freeze().narrowed_to(parent.freeze()).type_rule(datetime.datetime).allows("now")  # type: ignore[union-attr]
    )


def test_a_submodule_lies_within_a_recursive_package() -> None:
    import xml
    import xml.etree.ElementTree as tree

    child, parent = Registry(), Registry()
    child.module(tree)
    parent.module(xml, recursive=True)

    assert child.freeze().is_subset_of(parent.freeze())
    assert not parent.freeze().is_subset_of(child.freeze())


@pytest.mark.parametrize("wider", [{"recursive": True}, {"exclude": ()}])
def test_a_wider_option_is_wider(wider: dict[str, Any]) -> None:
    child, parent = Registry(), Registry()
    child.module(json, **wider)
    parent.module(json)

    assert not child.freeze().is_subset_of(parent.freeze())
