"""One frozen object that sandbox and prompt both read."""

from __future__ import annotations

import gc
import json
import math
import pickle
import sqlite3
import subprocess
import sys
import textwrap
import threading
import weakref
from collections.abc import Iterator
from pathlib import Path

import cloudpickle
import pytest

from agex.policy import MemberSpec, Policy, Registry, TypeRule


class Shop:
    def sell(self) -> None: ...
    def close(self) -> None: ...


class Other:
    def do(self) -> None: ...


def greet() -> str:
    return "hello"


@pytest.fixture
def db() -> Iterator[sqlite3.Connection]:
    connection = sqlite3.connect(":memory:")
    yield connection
    connection.close()


@pytest.fixture
def registry(db: sqlite3.Connection) -> Registry:
    registry = Registry()
    registry.fn(greet)
    registry.cls(Shop, configure={"sell": MemberSpec(docstring="Sells.")})
    registry.module(json, name="js", include=["dumps", "JSONEncoder"])
    registry.module(math)
    registry.module(db, name="db", include=["execute"])
    return registry


def test_names_are_what_is_bound_from_the_start(registry: Registry, db: sqlite3.Connection) -> None:
    policy = registry.freeze()

    assert policy.names() == {
        "greet": greet,
        "Shop": Shop,
        "db": db,
        "js": policy.modules["js"],
    }


def test_a_policy_cannot_be_changed(registry: Registry) -> None:
    policy = registry.freeze()

    with pytest.raises(AttributeError, match="frozen"):
        policy.functions = {}
    with pytest.raises(AttributeError, match="frozen"):
        del policy.functions
    with pytest.raises(TypeError):
        policy.functions["x"] = policy.functions["greet"]  # type: ignore[index]
    policy.names().clear()
    assert policy.names()


def test_a_policy_is_hashable_and_equal_only_to_itself(registry: Registry) -> None:
    policy = registry.freeze()

    assert {policy: 1}[policy] == 1
    assert policy != Policy()


def test_a_live_object_is_found_by_identity(registry: Registry, db: sqlite3.Connection) -> None:
    policy = registry.freeze()
    other = sqlite3.connect(":memory:")

    assert policy.instance_rule(db) is policy.instances["db"]
    assert policy.instance_rule(other) is None
    assert policy.type_rule(sqlite3.Connection) is None
    other.close()


@pytest.mark.parametrize("name", ["", ".", "math.", ".math", "math.sqrt", "maths", "math.__dict__"])
def test_a_name_that_is_no_registered_module_has_no_rule(registry: Registry, name: str) -> None:
    assert registry.freeze().module(name) is None


def test_an_answer_is_the_same_the_second_time(registry: Registry) -> None:
    policy = registry.freeze()

    assert policy.type_rule(Shop) is policy.type_rule(Shop)
    assert policy.type_rule(json.JSONEncoder) is policy.type_rule(json.JSONEncoder)
    assert policy.type_rule(Other) is policy.type_rule(Other) is None


def test_asking_about_a_class_does_not_keep_it_alive(registry: Registry) -> None:
    policy = registry.freeze()
    passing = type("Passing", (), {})
    gone = weakref.ref(passing)
    policy.type_rule(passing)
    del passing
    gc.collect()

    assert gone() is None


def test_threads_that_ask_at_once_get_the_same_answers(registry: Registry) -> None:
    policy = registry.freeze()
    answers: list[tuple[object, ...]] = []

    def ask() -> None:
        for _ in range(200):
            answers.append(
                (
                    policy.type_rule(Shop).members(),  # type: ignore[union-attr]
                    policy.type_rule(json.JSONEncoder).name,  # type: ignore[union-attr]
                    policy.type_rule(Other),
                    policy.module("json").members(),  # type: ignore[union-attr]
                )
            )

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(answers) == 1600
    assert len(set(answers)) == 1


# ---------------------------------------------------------------- grants on top


def test_grants_add_types_and_bind_their_names(registry: Registry) -> None:
    policy = registry.freeze()
    more = policy.with_types({Other: TypeRule(Other, "Other", only=frozenset({"do"}))})

    assert policy.type_rule(Other) is None
    assert more.type_rule(Other).members() == ("do",)  # type: ignore[union-attr]
    assert more.names()["Other"] is Other
    assert more.type_rule(Shop) is policy.type_rule(Shop)
    assert policy.is_subset_of(more)
    assert not more.is_subset_of(policy)


def test_a_grant_never_widens_what_the_developer_registered(registry: Registry) -> None:
    policy = registry.freeze()
    more = policy.with_types(
        {
            Shop: TypeRule(Shop, "Shop", only=frozenset({"secret"})),
            json.JSONEncoder: TypeRule(json.JSONEncoder, "JSONEncoder", only=frozenset({"x"})),
        }
    )

    assert more.type_rule(Shop) is policy.type_rule(Shop)
    assert more.type_rule(json.JSONEncoder).name == "js.JSONEncoder"  # type: ignore[union-attr]


def test_a_granted_class_does_not_take_a_registered_name(registry: Registry) -> None:
    class Namesake: ...

    more = registry.freeze().with_types({Namesake: TypeRule(Namesake, "Shop", only=frozenset())})

    assert more.names()["Shop"] is Shop


# ---------------------------------------------------------------- pickling


@pytest.mark.parametrize("pickler", [pickle, cloudpickle])
def test_a_policy_travels_by_its_registrations(pickler: object, registry: Registry) -> None:
    policy = registry.freeze().with_types({Other: TypeRule(Other, "Other", only=frozenset({"do"}))})
    again = pickle.loads(pickler.dumps(policy))  # type: ignore[attr-defined]

    assert again.functions["greet"].value is greet
    assert again.type_rule(Shop).configure["sell"].docstring == "Sells."
    assert again.type_rule(Shop).members() == ("close", "sell")
    assert again.type_rule(Other).members() == ("do",)
    assert again.module("json").members() == ("JSONEncoder", "dumps")
    assert again.names()["js"] is again.modules["js"]
    assert again.type_rule(json.JSONEncoder).name == "js.JSONEncoder"


def test_what_does_not_pickle_is_left_out_and_named(registry: Registry) -> None:
    lock = threading.Lock()

    def locked() -> None:
        lock.acquire()

    registry.fn(locked)
    policy = registry.freeze()
    again = pickle.loads(cloudpickle.dumps(policy))
    third = pickle.loads(cloudpickle.dumps(again))

    assert policy.missing == ()
    assert again.missing == ("locked", "db")
    assert "db" not in again.names()
    assert "greet" in again.names()
    assert third.missing == ("locked", "db")


def test_registered_submodules_stay_members_after_a_pickle() -> None:
    import os

    registry = Registry()
    registry.module(os, include=["sep"])
    registry.module(os.path, name="os.path")
    again = pickle.loads(pickle.dumps(registry.freeze()))

    assert again.modules["os"].members() == ("path", "sep")


def test_a_module_made_in_memory_travels_as_what_it_holds() -> None:
    """A C class that no import finds (``_csv`` names a function ``reader``) stays behind."""
    import csv
    import types

    module = types.ModuleType("desk", "Things.")
    module.greet, module.reader = greet, type(csv.reader([]))  # type: ignore[attr-defined]
    module.__all__ = ["greet", "reader"]  # type: ignore[attr-defined]
    registry = Registry()
    registry.module(module)
    policy = registry.freeze()
    again = pickle.loads(cloudpickle.dumps(policy))

    assert policy.modules["desk"].members() == ("greet", "reader")
    assert again.modules["desk"].members() == ("greet",)
    assert again.modules["desk"].get("greet") is greet
    assert again.is_subset_of(policy)
    assert not policy.is_subset_of(again)


def test_a_class_that_does_not_pickle_is_left_out_and_named() -> None:
    import csv

    registry = Registry()
    registry.cls(type(csv.reader([])), name="Reader")
    again = pickle.loads(cloudpickle.dumps(registry.freeze()))

    assert again.missing == ("Reader",)
    assert again.names() == {}


def test_a_policy_pickled_by_value_works_in_another_process(tmp_path: Path) -> None:
    """Lambdas, predicates and classes of ``__main__`` go by value under cloudpickle."""
    registry = Registry()
    registry.fn(lambda: "by value", name="say")
    registry.cls(Shop, include=lambda name: name == "sell")
    file = tmp_path / "policy.pkl"
    cloudpickle.register_pickle_by_value(sys.modules[__name__])
    try:
        file.write_bytes(cloudpickle.dumps(registry.freeze()))
    finally:
        cloudpickle.unregister_pickle_by_value(sys.modules[__name__])
    script = f"""
        import pickle
        policy = pickle.loads(open({str(file)!r}, "rb").read())
        shop = policy.names()["Shop"]
        print(policy.names()["say"](), policy.type_rule(shop).members())
    """
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(script)], capture_output=True, text=True, timeout=60
    )

    assert done.stdout == "by value ('sell',)\n", done.stderr


def test_importing_the_policy_is_light() -> None:
    script = "import sys, agex.policy; print(*sorted(sys.modules))"
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, timeout=60
    )
    loaded = set(done.stdout.split())

    assert "agex.policy" in loaded
    assert not loaded & {"pydantic", "attr", "numpy", "cloudpickle", "RestrictedPython", "asyncio"}
