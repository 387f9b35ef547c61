"""Objects that builtins and modules hand out can be used as in Python, and show nothing more."""

from __future__ import annotations

import csv
import datetime
import hashlib
import pathlib
import types
from typing import Any

import pytest

from agex.errors import Refusal
from agex.policy import Registry
from agex.sandbox import Result, Session


class Secret:
    """Nobody registers it."""

    def __repr__(self) -> str:
        return "Secret(the canary)"

    def __iter__(self) -> Any:
        return iter(["the canary", 1])


def run(source: str, *modules: types.ModuleType, **inputs: Any) -> Result:
    registry = Registry()
    for module in modules:
        registry.module(module)
    return Session(registry.freeze(), inputs=inputs).run(source)


@pytest.mark.parametrize(
    ("module", "source", "printed"),
    [
        (hashlib, "print(hashlib.sha256(b'').hexdigest()[:8])", "e3b0c442"),
        (hashlib, "h = hashlib.blake2b()\nh.update(b'a')\nprint(len(h.digest()), h.name)", "64 blake2b"),
        (csv, "print([row for row in csv.reader(['a,b', '1,2'])])", "[['a', 'b'], ['1', '2']]"),
        (datetime, "print(datetime.date(2024, 1, 2).isocalendar().week)", "1"),
        (pathlib, "print(len(pathlib.PurePosixPath('/a/b').parents))", "2"),
    ],
)  # fmt: skip
def test_a_registered_module_brings_the_classes_it_hands_out(
    module: types.ModuleType, source: str, printed: str
) -> None:
    result = run(f"import {module.__name__}\n{source}", module)

    assert result.traceback == ""
    assert result.stdout.strip() == printed


def test_what_a_module_hands_out_cannot_be_made_by_its_class() -> None:
    result = run("import hashlib\ntype(hashlib.md5(b''))()", hashlib)

    assert isinstance(result.error, Refusal)


@pytest.mark.parametrize(
    "source",
    [
        "print(list[secret])",
        "from itertools import repeat\nprint(repeat(secret, 2), [repeat(secret, 2)])",
        "from collections import UserDict\nprint(UserDict({1: secret}), [UserDict({1: secret})])",
        "from dataclasses import field\nprint(field(default=secret))",
        "from contextlib import nullcontext\nprint([nullcontext(secret)])",
        "from typing import Annotated\nprint(Annotated[int, secret])",
        "from functools import partialmethod\nprint([partialmethod(print, secret)])",
        "from types import MethodType\nprint(MethodType(lambda s: 0, secret))",
        "print(f'{[secret]}', '%s' % [secret], '{}'.format((secret,)), repr({secret: 1}))",
    ],
)
def test_text_never_runs_the_repr_of_what_is_not_registered(source: str) -> None:
    result = run(source, secret=Secret())

    assert "canary" not in result.stdout + result.traceback


@pytest.mark.parametrize(
    "source",
    [
        "print(dict([secret]))",
        "d = {}\nd |= [secret]\nprint(d)",
        "d = {}\nd.update([secret])\nprint(d)",
        "from operator import ior\nprint(ior({}, [secret]))",
        "from collections import OrderedDict\nprint(OrderedDict([secret]))",
    ],
)
def test_the_pairs_that_make_a_dict_are_not_iterated_unless_they_may_be(source: str) -> None:
    result = run(source, secret=Secret())

    assert isinstance(result.error, Refusal)
    assert "canary" not in result.stdout


def test_guarded_builtins_look_like_the_ones_they_stand_for() -> None:
    result = run("print(print, [len, sorted], type(print).__name__, sorted.__name__, type(type))")

    assert result.stdout.strip() == (
        "<built-in function print> [<built-in function len>, <built-in function sorted>] "
        "builtin_function_or_method sorted <class 'type'>"
    )


def test_a_bound_method_of_a_builtin_kept_in_a_class_stays_bound() -> None:
    result = run("class A:\n    make = dict.fromkeys\n    join = '-'.join\n"
                 "print(A().make('ab'), A().join('cd'))")  # fmt: skip

    assert result.stdout.strip() == "{'a': None, 'b': None} c-d"


def test_a_traceback_is_there_and_holds_no_frame() -> None:
    result = run(
        "try:\n    1 / 0\nexcept ZeroDivisionError as e:\n    t = e.__traceback__\n"
        "    print(t, e.with_traceback(t) is e)\nt.tb_frame"
    )

    assert result.stdout.strip() == "<traceback object> True"
    assert isinstance(result.error, Refusal)


def test_the_real_type_is_not_bound_by_a_classmethod() -> None:
    session = Session(Registry().freeze())
    result = session.run(
        "class A: pass\nmade = classmethod(lambda cls: cls).__get__(A)()\nprint(made is type)"
    )

    assert result.stdout.strip() == "True"
    assert session.namespace["made"] is not type
