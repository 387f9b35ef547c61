"""Three verbs, every form of them, and every mistake said at once."""

from __future__ import annotations

import collections
import functools
import io
import json
import math
import sqlite3
import threading
import types
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from agex.errors import AlreadyRegistered, RegistrationError
from agex.policy import MemberSpec, Registrar, Registry


@pytest.fixture
def registry() -> Registry:
    return Registry()


@pytest.fixture
def db() -> Iterator[sqlite3.Connection]:
    connection = sqlite3.connect(":memory:")
    yield connection
    connection.close()


class Shop:
    """A class with a member of each kind."""

    city = "Oslo"

    def __init__(self) -> None:
        self.stock = 3

    def sell(self) -> None: ...
    def sell_all(self) -> None: ...
    def restock(self) -> None:
        self.delivered = True


def greet(name: str) -> str:
    """Say hello."""
    return f"hello {name}"


# ---------------------------------------------------------------- forms


def test_fn_works_bare_with_arguments_and_as_a_call(registry: Registry) -> None:
    @registry.fn
    def one() -> None: ...

    @registry.fn(name="deux", visibility="low", docstring="Two.")
    def two() -> None: ...

    returned = registry.fn(greet, visibility="medium")
    functions = registry.freeze().functions

    assert returned is greet
    assert list(functions) == ["one", "deux", "greet"]
    assert functions["one"].value is one
    assert functions["one"].visibility == "high"
    assert (functions["deux"].value, functions["deux"].docstring) == (two, "Two.")
    assert functions["greet"].visibility == "medium"


def test_cls_works_bare_with_arguments_and_as_a_call(registry: Registry) -> None:
    @registry.cls
    class One: ...

    @registry.cls(name="Deux", constructable=False)
    class Two: ...

    returned = registry.cls(Shop, include="sell*")
    classes = registry.freeze().classes

    assert returned is Shop
    assert list(classes) == ["One", "Deux", "Shop"]
    assert classes["One"].constructable
    assert classes["Deux"].cls is Two
    assert not classes["Deux"].constructable
    assert classes["Shop"].members() == ("sell", "sell_all")


def test_module_takes_modules_aliases_and_live_objects(
    registry: Registry, db: sqlite3.Connection
) -> None:
    assert registry.module(math) is math
    assert registry.module(json, name="js") is json
    assert registry.module(db, name="db", include=["execute", "commit"]) is db
    policy = registry.freeze()

    assert policy.importable() == ("js", "math")
    assert policy.modules["math"].visibility == "low"
    assert policy.instances["db"].members() == ("commit", "execute")
    assert set(policy.names()) == {"js", "db"}


@pytest.mark.parametrize(
    ("thing", "name"),
    [
        (math.sqrt, "sqrt"),
        ([].append, "append"),
        (functools.partial(greet, "you"), None),
        (lambda: None, None),
    ],
)
def test_callables_of_every_kind_are_functions_under_their_name_or_a_given_one(
    registry: Registry, thing: Callable[..., Any], name: str | None
) -> None:
    if name is None:
        with pytest.raises(RegistrationError, match=r"agent\.fn\(f, name='…'\)"):
            registry.fn(thing)
        name = "given"
        registry.fn(thing, name=name)
    else:
        registry.fn(thing)

    assert registry.freeze().functions[name].value is thing


def test_a_registry_is_what_helpers_ask_for(registry: Registry) -> None:
    def helper(agent: Registrar) -> None:
        agent.fn(greet)
        agent.cls(Shop)
        agent.module(math, include=["sqrt"])

    helper(registry)

    assert set(registry.freeze().names()) == {"greet", "Shop"}


# ---------------------------------------------------------------- mistakes


@pytest.mark.parametrize(
    ("mistake", "words"),
    [
        (lambda r: r.fn(Shop), r"agent\.cls\(Shop\)"),
        (lambda r: r.fn(math), r"agent\.module\(math\)"),
        (lambda r: r.fn(3), "callable"),
        (lambda r: r.fn(greet, visibility="hihg"), "Did you mean 'high'"),
        (lambda r: r.fn(visibility=None), "'high', 'medium' or 'low'"),
        (lambda r: r.fn(greet, docstring=3), "docstring is a string"),
        (lambda r: r.fn(greet, name="two words"), "could not write"),
        (lambda r: r.fn(greet, name="class"), "could not write"),
        (lambda r: r.fn(greet, name="task_success"), "taken by agex"),
        (lambda r: r.fn(greet, name="inputs"), "taken by agex"),
        (lambda r: r.fn(greet, name="__import__"), "protocols"),
        (lambda r: r.cls(greet), r"agent\.fn"),
        (lambda r: r.cls(list[int]), r"agent\.cls\(list\)"),
        (lambda r: r.cls(math), r"agent\.module\(math\)"),
        (lambda r: r.cls(Shop()), r"agent\.cls\(Shop\)"),
        (lambda r: r.cls(type), "part of the interpreter"),
        (lambda r: r.cls(types.FrameType), "part of the interpreter"),
        (lambda r: r.cls(Shop, constructable="no"), "True or False"),
        (lambda r: r.cls(Shop, include=3), "a glob such as"),
        (lambda r: r.cls(Shop, exclude=["_*", 3]), "holds a int"),
        (lambda r: r.cls(Shop, include="sel"), "Did you mean 'sell'"),
        (lambda r: r.cls(Shop, include=["sell", "resell*"]), "'resell\\*' matches nothing in Shop"),
        (lambda r: r.cls(Shop, exclude="sel_all"), "Did you mean 'sell_all'"),
        (lambda r: r.cls(Shop, include="sell", exclude="sell"), "exclude wins"),
        (lambda r: r.cls(Shop, include=lambda name: False), "says no to every name"),
        (lambda r: r.cls(Shop, include=lambda name: name / 2), "TypeError"),
        (lambda r: r.cls(Shop, configure={"sel": MemberSpec()}), "Did you mean 'sell'"),
        (lambda r: r.cls(Shop, configure={"sell": "high"}), "MemberSpec"),
        (lambda r: r.cls(Shop, configure=[("sell", MemberSpec())]), "maps member names"),
        (lambda r: r.cls(Shop, configure={3: MemberSpec()}), "keys are names"),
        (
            lambda r: r.cls(Shop, configure={"sell": MemberSpec(visibility="loud")}),  # type: ignore[arg-type]
            "'high', 'medium' or 'low'",
        ),
        (
            lambda r: r.cls(Shop, exclude="sell", configure={"sell": MemberSpec()}),
            "leave out of Shop",
        ),
        (lambda r: r.module("math"), "import math"),
        (lambda r: r.module(Shop), r"agent\.cls\(Shop\)"),
        (lambda r: r.module(greet), r"agent\.fn\(greet\)"),
        (lambda r: r.module(io.StringIO()), r"agent\.module\(obj, name='stringio'\)"),
        (lambda r: r.module({"a": 1}, name="data"), "plain value"),
        (lambda r: r.module(io.StringIO(), name="out", recursive=True), "submodules"),
        (lambda r: r.module(math, name="my-math"), "could not write"),
        (lambda r: r.module(math, recursive=1), "True or False"),
        (lambda r: r.module(math, include="sqr"), "Did you mean 'sqrt'"),
        (lambda r: r.module(math, include=["sqrt", "cosine"]), "'cosine' matches nothing in math"),
        (lambda r: r.module(math, exclude="sinn"), "Did you mean 'sin' or 'sinh'"),
        (
            lambda r: r.module(json, include="JSONEncoder.enkode"),
            "Did you mean 'JSONEncoder.encode'",
        ),
        (lambda r: r.module(json, exclude="*.enkode"), "matches nothing in json"),
        (lambda r: r.module(json, configure={"dumbs": MemberSpec()}), "Did you mean 'dumps'"),
        (
            lambda r: r.module(json, configure={"JSONEncoder.enkode": MemberSpec()}),
            "Did you mean 'JSONEncoder.encode'",
        ),
        (
            lambda r: r.module(json, include="loads", configure={"dumps": MemberSpec()}),
            "leave out of json",
        ),
        (lambda r: r.module(collections, include=["abc"]), r"agent\.module\(collections\.abc\)"),
    ],
)
def test_a_mistake_is_an_error_that_shows_the_right_form(
    registry: Registry, mistake: Callable[[Any], object], words: str
) -> None:
    with pytest.raises(RegistrationError, match=words):
        mistake(registry)

    assert registry.freeze().names() == {}
    assert registry.freeze().importable() == ()


def test_a_taken_name_says_who_has_it(registry: Registry, db: sqlite3.Connection) -> None:
    registry.fn(greet)
    registry.module(math)

    with pytest.raises(AlreadyRegistered, match="taken by the function greet"):
        registry.cls(Shop, name="greet")
    with pytest.raises(AlreadyRegistered, match="taken by the function greet"):
        registry.module(db, name="greet")
    with pytest.raises(AlreadyRegistered, match="'math' already"):
        registry.module(math)
    with pytest.raises(AlreadyRegistered, match="registered already, as 'math'"):
        registry.module(math, name="m")


def test_one_class_and_one_object_have_one_registration(
    registry: Registry, db: sqlite3.Connection
) -> None:
    registry.cls(Shop)
    registry.module(db, name="db")

    with pytest.raises(AlreadyRegistered, match="registered already, as 'Shop'"):
        registry.cls(Shop, name="Store")
    with pytest.raises(AlreadyRegistered, match="registered already, as 'db'"):
        registry.module(db, name="store")


def test_wrong_options_are_found_before_the_decorated_thing_is_there(registry: Registry) -> None:
    with pytest.raises(RegistrationError, match="include"):
        registry.cls(include=7)  # type: ignore[call-overload]


def test_attributes_that_only_instances_have_can_be_named(registry: Registry) -> None:
    """``stock`` is stored by ``__init__``, ``delivered`` by another method."""
    registry.cls(Shop, include=["stock", "delivered"], configure={"stock": MemberSpec()})
    rule = registry.freeze().type_rule(Shop)

    assert rule is not None
    assert rule.allows("stock")
    assert rule.allows("delivered")
    assert rule.members() == ("stock",)


def test_a_class_that_answers_any_name_can_have_any_name_registered(registry: Registry) -> None:
    class Proxy:
        def __getattr__(self, name: str) -> str:
            return name

    registry.cls(Proxy, include=["anything"])
    registry.module(Proxy(), name="remote", include=["call_me"])

    with pytest.raises(RegistrationError, match="matches nothing"):
        registry.module(Proxy(), name="other", include=["no_glob_*"])


def test_the_constructor_can_be_configured(registry: Registry) -> None:
    registry.cls(Shop, configure={"__init__": MemberSpec(docstring="Opens a shop.")})

    assert registry.freeze().classes["Shop"].configure["__init__"].docstring == "Opens a shop."


# ---------------------------------------------------------------- freezing


def test_freezing_gives_the_same_policy_until_something_is_registered(registry: Registry) -> None:
    registry.fn(greet)
    first = registry.freeze()

    assert registry.freeze() is first

    registry.module(math)

    assert registry.freeze() is not first
    assert first.importable() == ()


def test_a_failed_registration_leaves_the_frozen_policy_as_it_was(registry: Registry) -> None:
    registry.fn(greet)
    first = registry.freeze()

    with pytest.raises(RegistrationError):
        registry.fn(greet)

    assert registry.freeze() is first


def test_threads_that_register_and_freeze_lose_nothing(registry: Registry) -> None:
    def register(start: int) -> None:
        for number in range(start, start + 50):
            registry.fn(lambda: None, name=f"f{number}")
            policy = registry.freeze()
            assert f"f{number}" in policy.functions

    threads = [threading.Thread(target=register, args=(n * 50,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(registry.freeze().functions) == 400
