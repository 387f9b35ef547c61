"""A policy written down: never wider when it is read, and no live object in it."""

from __future__ import annotations

import decimal
import math
import os
import random
import sqlite3
import subprocess
import sys
import types

import pytest

from agex.helpers import register_numpy, register_stdlib
from agex.policy import Registry
from agex.policy.stored import recall, record


def policy(*modules, **named):
    registry = Registry()
    for module in modules:
        registry.module(module)
    for name, value in named.items():
        registry.fn(value, name=name)
    return registry.freeze()


def test_a_policy_read_beside_itself_allows_the_same():
    registry = Registry()
    register_stdlib(registry)
    register_numpy(registry)
    before = registry.freeze()

    after = recall(record(before), before)

    assert after.is_subset_of(before)
    assert set(after.modules) == set(before.modules)
    for name, rule in before.modules.items():
        assert after.modules[name].members() == rule.members()
    for rule in before.exposed_types():
        assert after.type_rule(rule.cls).members() == rule.members()


def test_what_either_side_lacks_is_not_allowed():
    written = record(policy(math, decimal))

    recalled = recall(written, policy(math, random))

    assert set(recalled.modules) == {"math"}
    assert recalled.type_rule(decimal.Decimal) is None


def test_what_is_registered_later_stays_closed():
    narrow, wide = Registry(), Registry()
    narrow.module(math, include=["sqrt"])
    wide.module(math)

    recalled = recall(record(narrow.freeze()), wide.freeze())

    assert recalled.modules["math"].members() == ("sqrt",)


def test_a_predicate_that_cannot_be_kept_includes_nothing_and_excludes_everything():
    including, excluding = Registry(), Registry()
    including.module(math, include=lambda name: name == "sqrt")
    excluding.module(math, exclude=lambda name: name == "pi")
    wide = policy(math)

    assert recall(record(including.freeze()), wide).modules["math"].members() == ()
    assert recall(record(excluding.freeze()), wide).modules["math"].members() == ()


class Client:
    def __init__(self):
        self.key = "sk-very-secret"

    def fetch(self):
        return 1

    def __reduce__(self):
        raise AssertionError("a live object was pickled")


def test_no_live_object_is_written_down():
    client = Client()
    tools = types.ModuleType("tools")
    tools.client = client
    registry = Registry()
    registry.module(client, name="api")
    registry.module(tools)
    registry.fn(client.fetch)
    connection = sqlite3.connect(":memory:")
    registry.module(connection, name="db", include=["execute"])
    before = registry.freeze()

    written = record(before)

    assert b"secret" not in written
    after = recall(written, before)
    assert after.instances["api"].value is client
    assert list(after.functions) == ["fetch"]
    assert after.instances["db"].value is connection
    assert after.modules["tools"].module is tools
    connection.close()


def test_another_thing_under_the_same_name_is_not_meant():
    def fetch():
        return 1

    written = record(policy(fetch=fetch))

    assert list(recall(written, policy(fetch=math.sqrt)).functions) == []
    assert list(recall(written, policy(fetch=fetch)).functions) == ["fetch"]


def test_hand_made_modules_of_one_name_and_other_content_are_not_mixed_up():
    mine, theirs = types.ModuleType("tools"), types.ModuleType("tools")
    mine.look = math.sqrt
    theirs.look = os.system

    assert list(recall(record(policy(mine)), policy(theirs)).modules) == []


def test_a_narrowed_policy_stays_narrowed():
    child = policy(math, decimal).narrowed_to(policy(math, random))

    recalled = recall(record(child), policy(math, decimal, random))

    assert set(recalled.modules) == {"math"}


SCRIPT = """
import hashlib
from agex.helpers import register_stdlib
from agex.policy import Registry
from agex.policy.stored import record
registry = Registry()
register_stdlib(registry)
print(hashlib.sha256(record(registry.freeze())).hexdigest())
"""


@pytest.mark.parametrize("seeds", [("1", "2")])
def test_the_same_rules_are_the_same_bytes_in_every_process(seeds):
    found = {
        subprocess.run(
            [sys.executable, "-c", SCRIPT],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in seeds
    }

    assert len(found) == 1
