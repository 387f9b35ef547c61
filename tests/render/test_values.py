"""Values are shown within their budget, quickly, and without running anybody's code."""

from __future__ import annotations

import collections
import dataclasses
import datetime
import decimal
import enum
import fractions
import json
import time
import types
import uuid
from pathlib import PurePosixPath
from typing import Any, NamedTuple

import attrs
import pydantic
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agex.policy import Policy, Registry
from agex.render import describe, register_renderer, render_value


@dataclasses.dataclass
class Point:
    x: int
    y: int = 0
    _secret: str = "s3cret"


def scale(x: float, by: float = 2.0) -> float:
    """Multiply.

    More words.
    """
    return x * by


class Colour(enum.Enum):
    RED = 1


class Pair(NamedTuple):
    left: int
    right: str


class Model(pydantic.BaseModel):
    name: str
    tags: list[str] = []


@attrs.define
class Box:
    width: int
    depth: int = 2


@dataclasses.dataclass(slots=True)
class Slotted:
    a: int


# ---------------------------------------------------------------- never longer than the budget

scalars = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=400)
    | st.binary(max_size=400)
    | st.decimals()
    | st.datetimes()
    | st.complex_numbers()
)
values = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner)
        | st.dictionaries(st.text(max_size=30) | st.integers(), inner)
        | st.tuples(inner, inner)
        | st.builds(Point, inner, inner)
        | st.builds(lambda a, b: Pair(a, b), inner, inner)
        | st.builds(collections.deque, st.lists(inner))
    ),
    max_leaves=60,
)


@given(value=values, budget=st.integers(0, 600))
@settings(max_examples=300, deadline=None)
def test_no_value_is_ever_longer_than_its_budget(value: Any, budget: int) -> None:
    assert len(render_value(value, budget)) <= budget
    assert len(describe("name", value, budget)) <= budget


@given(value=values)
@settings(max_examples=100, deadline=None)
def test_the_same_value_is_shown_the_same_way_each_time(value: Any) -> None:
    assert render_value(value, 200) == render_value(value, 200)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=20),
        lambda inner: (
            st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4)
        ),
        max_leaves=10,
    )
)
@settings(max_examples=100, deadline=None)
def test_plain_data_with_room_is_shown_as_python_writes_it(value: Any) -> None:
    assert render_value(value, 100_000) == repr(value)


# ---------------------------------------------------------------- never slow


def test_huge_and_hostile_structures_cost_next_to_nothing() -> None:
    aliased: list[Any] = [1]
    for _ in range(60):
        aliased = [aliased, aliased]
    deep: list[Any] = []
    for _ in range(100_000):
        deep = [deep]
    huge = [
        list(range(2_000_000)),
        dict.fromkeys(range(500_000), "x" * 50),
        "x" * 50_000_000,
        10**100_000,
        aliased,
        deep,
        range(10**18),
        set(range(200_000)),
        decimal.Decimal("1" * 100_000),
        collections.deque(range(1_000_000)),
    ]
    for value in huge:
        begun = time.perf_counter()
        text = render_value(value, 2_000)
        spent = time.perf_counter() - begun

        assert len(text) <= 2_000
        assert spent < 0.25, (type(value), spent)
    while deep:  # freed a level at a time, not by recursion in C
        deep = deep.pop()


def test_an_integer_too_long_to_write_out_is_described() -> None:
    assert render_value(10**5_000, 100) == "<int of about 5,001 digits>"
    assert render_value(-(10**5_000), 100) == "<negative int of about 5,001 digits>"


def test_a_structure_that_contains_itself_is_shown_once() -> None:
    loop: list[Any] = [1]
    loop.append(loop)
    table: dict[str, Any] = {}
    table["me"] = table

    assert render_value(loop, 100) == "[1, <the same object again>]"
    assert render_value(table, 100) == "{'me': <the same object again>}"


def test_generators_and_iterators_are_not_consumed() -> None:
    generator = (n for n in range(3))
    iterator = iter([1, 2, 3])

    assert "generator" in render_value(generator, 100)
    assert "list_iterator" in render_value(iterator, 100)
    assert list(generator) == [0, 1, 2]
    assert list(iterator) == [1, 2, 3]


# ---------------------------------------------------------------- what it looks like


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ((1,), "(1,)"),
        (set(), "set()"),
        (frozenset({2, 1}), "frozenset({1, 2})"),
        ({"b", "a"}, "{'a', 'b'}"),
        (collections.Counter("aab"), "Counter({'a': 2, 'b': 1})"),
        (collections.defaultdict(list, a=[1]), "defaultdict({'a': [1]})"),
        (collections.OrderedDict(a=1), "OrderedDict({'a': 1})"),
        ({"a": 1}.keys(), "dict_keys(['a'])"),
        (slice(1, None), "slice(1, None, None)"),
        (fractions.Fraction(1, 3), "Fraction(1, 3)"),
        (uuid.UUID(int=1), "UUID('00000000-0000-0000-0000-000000000001')"),
        (PurePosixPath("/a/b"), "PurePosixPath('/a/b')"),
        (datetime.date(2024, 2, 29), "datetime.date(2024, 2, 29)"),
        (types.SimpleNamespace(a=1), "namespace(a=1)"),
        (Point(1, 2), "Point(x=1, y=2, …)"),
        (Slotted(3), "Slotted(a=3)"),
        (Pair(1, "r"), "Pair(left=1, right='r')"),
        (Model(name="n"), "Model(name='n', tags=[])"),
        (Box(1), "Box(width=1, depth=2)"),
        (Colour.RED, "Colour.RED"),
        (ValueError("no", 3), "ValueError('no', 3)"),
        (Point, "<class Point>"),
        (len, "<function len(obj, /)>"),
        (object(), "<object object>"),
        (..., "Ellipsis"),
    ],
)
def test_ordinary_values_read_as_python(value: Any, shown: str) -> None:
    assert render_value(value, 200) == shown


def test_a_function_of_the_host_shows_its_signature_and_what_it_does() -> None:
    assert (
        render_value(scale, 200) == "<function scale(x: float, by: float = 2.0) -> float> Multiply."
    )
    assert render_value(scale, 60) == "<function scale(x: float, by: float = 2.0) -> float>"


def test_a_function_of_an_agent_shows_its_parameters_and_nothing_it_could_have_rigged() -> None:
    space: dict[str, Any] = {"Trap": Trap}
    source = "def f(a: Trap(), b=1) -> Trap(): 'Doc.'\nf.__signature__ = f.__wrapped__ = Trap()"
    exec(compile(source, "<agex:1>", "exec", dont_inherit=True), space)
    Trap.touched = 0

    assert render_value(space["f"], 200) == "<function f(a, b=1)>"
    assert Trap.touched == 0


def test_a_function_shows_its_parameters() -> None:
    def mix(a, /, b=2, *rest, key, other="x", **more):  # noqa: ANN001, ANN002, ANN003, ANN202
        pass

    assert render_value(mix, 200) == "<function mix(a, /, b=2, *rest, key, other='x', **more)>"


def test_a_long_list_says_how_many_items_are_not_shown() -> None:
    text = render_value(list(range(1_000)), 60)

    shown = text.count(",")
    assert text.startswith("[0, 1, 2")
    assert text.endswith(f"… +{1_000 - shown:,} more]")


def test_a_long_text_says_how_long_it_is() -> None:
    assert render_value("a" * 500, 60) == "'" + "a" * 44 + "'… (500 chars)"


def test_one_long_item_does_not_hide_the_others() -> None:
    text = render_value(["x" * 5_000, 1, 2, 3], 200)

    assert text.endswith(", 1, 2, 3]")


# ---------------------------------------------------------------- inputs


def test_a_list_of_records_is_described_by_number_type_and_its_first_three() -> None:
    orders = [{"id": n, "amount": n * 1.5, "customer": f"customer number {n}"} for n in range(365)]

    lines = describe("orders", orders, 2_000).split("\n")

    assert lines[0] == "orders: list of 365 dicts, first 3:"
    assert lines[1] == "  {'id': 0, 'amount': 0.0, 'customer': 'customer number 0'},"
    assert len(lines) == 4


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (3, "n: int = 3"),
        ("hello", "n: str = 'hello'"),
        ([], "n: list, empty"),
        ({}, "n: dict, empty"),
        ([1, 2], "n: list of 2 ints = [1, 2]"),
        ([1, "a"], "n: list of 2 items = [1, 'a']"),
        ({"a": 1}, "n: dict of 1 item = {'a': 1}"),
        (None, "n: None"),
        ({" a"}, "n: set of 1 str = {' a'}"),
    ],
)
def test_small_inputs_are_shown_whole_with_their_type(value: Any, shown: str) -> None:
    assert describe("n", value, 500) == shown


def test_a_long_list_of_numbers_stays_on_one_line() -> None:
    text = describe("n", list(range(10_000)), 2_000)

    assert text.startswith("n: list of 10,000 ints: [0, 1, 2")
    assert "\n" not in text


def test_a_long_text_is_described_by_its_length_and_beginning() -> None:
    text = describe("page", "word " * 10_000, 300)

    assert text.startswith("page: str of 50,000 characters, beginning: 'word word")
    assert len(text) <= 300


def test_a_long_text_of_lines_shows_both_ends_and_how_many_lines_it_has() -> None:
    log = "\n".join(f"row {n}: ok" for n in range(2_000)) + "\ntotal: 2000"

    text = describe("log", log, 1_000)

    assert text.startswith(
        f"log: str of {len(log):,} characters in 2,001 lines, beginning: 'row 0: ok"
    )
    assert text.endswith("total: 2000'")
    assert 900 < len(text) <= 1_000
    assert text.count(f"{len(log):,}") == 1


@given(st.text(alphabet="a\n\\'é\u2028", min_size=100, max_size=900), st.integers(60, 1_000))
def test_a_described_text_keeps_to_its_room(value: str, room: int) -> None:
    assert len(describe("t", value, room)) <= room


def test_a_large_dict_shows_its_first_items_and_counts_the_rest() -> None:
    text = describe("d", {f"key {n}": "v" * 100 for n in range(500)}, 600)

    assert text.startswith("d: dict of 500 items:\n  'key 0': 'vvv")
    assert text.split("\n")[-1].startswith("  … +")


# ---------------------------------------------------------------- nobody's code runs


class Trap:
    """Every way a class has to run code when it is looked at."""

    touched = 0

    def _spring(self, *args: Any, **kwargs: Any) -> Any:
        Trap.touched += 1
        raise AssertionError("rendering ran code of the value's class")

    __repr__ = __str__ = __format__ = __len__ = __iter__ = __hash__ = __eq__ = _spring
    __getattr__ = __getitem__ = __bool__ = __index__ = __call__ = __dir__ = _spring  # type: ignore[assignment]

    @property
    def __class__(self) -> Any:
        return self._spring()


def _made_by_an_agent(source: str) -> Any:
    """A value of a class that is in no module, as agent code makes them."""
    space: dict[str, Any] = {"__name__": "made_by_an_agent", "Trap": Trap}
    exec(compile(source, "<agex:0>", "exec", dont_inherit=True), space)
    return space["value"]


HOSTILE = [
    "class T(list):\n def __len__(self): return Trap()._spring()\n __iter__ = __repr__ = __len__\nvalue = T()",
    "class T(dict):\n def items(self): return Trap()._spring()\n __repr__ = __len__ = items\nvalue = T(a=1)",
    "class T(str):\n def __len__(self): return Trap()._spring()\n __repr__ = __getitem__ = __len__\nvalue = T('a')",
    "class T(int):\n def bit_length(self): return Trap()._spring()\n __repr__ = bit_length\nvalue = T(1)",
    "class M(type):\n __name__ = property(lambda c: Trap()._spring())\n"
    " __repr__ = lambda c: Trap()._spring()\nclass T(metaclass=M): pass\nvalue = T()",
    "class M(type):\n __module__ = property(lambda c: Trap()._spring())\n"
    " __mro__ = property(lambda c: Trap()._spring())\nclass T(metaclass=M): pass\nvalue = T()",
    "class M(type):\n __hash__ = lambda c: Trap()._spring()\n"
    " __eq__ = lambda c, o: Trap()._spring()\nclass T(metaclass=M): pass\nvalue = T()",
    "class M(type):\n __repr__ = lambda c: Trap()._spring()\nclass T(metaclass=M): pass\nvalue = T",
    "class T(Exception):\n def __str__(self): return Trap()._spring()\n __repr__ = __str__\nvalue = T('x')",
    "import dataclasses\n@dataclasses.dataclass\nclass T:\n a: int\n"
    " def __getattribute__(self, n): return Trap()._spring()\nvalue = T(1)",
    "class T:\n __module__ = 'numpy'\n __qualname__ = 'ndarray'\n shape = property(lambda s: Trap()._spring())\n"
    "value = T()",
    "class T:\n __module__ = 'pandas'\n __qualname__ = 'DataFrame'\n shape = property(lambda s: Trap()._spring())\n"
    "value = T()",
    "import datetime\nclass Z(datetime.tzinfo):\n def __repr__(self): return Trap()._spring()\n"
    "value = datetime.datetime(2024, 1, 1, tzinfo=Z())",
    "def f(a=Trap()): pass\nf.__signature__ = Trap()\nf.__wrapped__ = Trap()\nvalue = f",
    "class S(str):\n def __format__(self, spec): return Trap()._spring()\n __str__ = __repr__ = __format__\n"
    "def f(): pass\nf.__name__ = S('f')\nvalue = f",
    "value = KeyError(Trap())",
    "import collections\nclass T(collections.OrderedDict):\n def items(self): return Trap()._spring()\nvalue = T()",
    "import enum\nclass T(enum.Enum):\n A = 1\n __repr__ = lambda s: Trap()._spring()\nvalue = T.A",
    "class T: pass\nT.__dataclass_fields__ = {'a': Trap()}\nvalue = T()",
    "class T: pass\nT.__attrs_attrs__ = (Trap(),)\nvalue = T()",
    "class T: pass\nT.__pydantic_fields__ = {'a': Trap()}\nvalue = T()\nvalue.a = Trap()",
    "class T(tuple):\n _fields = ('a', 'b')\n a = property(lambda s: Trap()._spring())\nvalue = T([1, Trap()])",
    "value = slice(Trap(), Trap())",
    "import types\nvalue = types.MappingProxyType({'a': Trap()})",
]


@pytest.mark.parametrize("with_policy", [False, True])
@pytest.mark.parametrize("source", ["value = Trap()", *HOSTILE])
def test_no_code_of_a_class_is_run_to_show_it(source: str, with_policy: bool) -> None:
    value = _made_by_an_agent(source)
    Trap.touched = 0
    registry = Registry()
    registry.module(json, recursive=True)
    registry.module(collections)
    registry.cls(Point)
    policy = registry.freeze() if with_policy else None

    for held in (value, [value], {"k": value}, (1, [value]), Point(value, 1)):  # type: ignore[arg-type]
        text = render_value(held, 300, repr_=lambda v, limit: "<asked>", policy=policy)
        assert "ran code" not in text
        describe("held", held, 300, repr_=lambda v, limit: "<asked>", policy=policy)
        assert "ran code" not in describe("held", held, 300, policy=policy)

    assert Trap.touched == 0


def test_the_callers_bounded_repr_is_asked_for_what_render_does_not_know() -> None:
    value = _made_by_an_agent("class T: pass\nvalue = T()")
    asked: list[int] = []

    def bounded(found: Any, limit: int) -> str:
        asked.append(limit)
        return "T!" * 500

    text = render_value([value, 2], 60, repr_=bounded)

    assert asked and all(limit <= 60 for limit in asked)
    assert len(text) <= 60 and text.startswith("[T!T!")


def test_an_address_is_left_out_as_it_differs_in_every_run() -> None:
    value = _made_by_an_agent("class T: pass\nvalue = T()")

    shown = render_value([value], 90, repr_=lambda v, n: "<__main__.T object at 0x7f8699d7b590>")

    assert shown == "[<__main__.T object>]"


def test_a_bounded_repr_that_fails_or_declines_leaves_the_type() -> None:
    value = _made_by_an_agent("class T: pass\nvalue = T()")

    def fails(found: Any, limit: int) -> str:
        raise RuntimeError("no")

    assert render_value(value, 60, repr_=fails) == "<T object>"
    assert render_value(value, 60, repr_=lambda v, n: None) == "<T object>"


# ---------------------------------------------------------------- what the policy shows


def _policy(**options: Any) -> Policy:
    registry = Registry()
    registry.cls(Point, **options)
    return registry.freeze()


def test_an_unregistered_object_shows_its_type_only() -> None:
    assert render_value(Point(1), 100, policy=Registry().freeze()) == "<Point object>"
    assert (
        render_value([Model(name="hidden")], 100, policy=Registry().freeze()) == "[<Model object>]"
    )


def test_a_registered_object_shows_the_fields_its_patterns_allow() -> None:
    assert render_value(Point(1, 2), 100, policy=_policy(exclude=["_*", "y"])) == "Point(x=1, …)"
    assert "s3cret" not in render_value(Point(1, 2), 100, policy=_policy())


def test_builtin_errors_are_shown_whatever_the_policy() -> None:
    assert render_value(KeyError("a"), 100, policy=Registry().freeze()) == "KeyError('a')"


# ---------------------------------------------------------------- the reader's own renderers


class Matrix:
    pass


def test_a_renderer_of_the_users_own_is_used_for_its_type() -> None:
    register_renderer(Matrix, lambda value, budget, child: f"Matrix of {child([1, 2], 20)}")

    assert render_value([Matrix()], 100) == "[Matrix of [1, 2]]"


def test_a_renderer_that_fails_or_talks_too_long_does_no_harm() -> None:
    class Loud:
        pass

    class Broken:
        pass

    register_renderer(Loud, lambda value, budget, child: "x" * 10_000)
    register_renderer(Broken, lambda value, budget, child: str(1 / 0))

    assert len(render_value(Loud(), 50)) == 50
    assert render_value(Broken(), 50) == "<Broken object>"


def test_a_renderer_is_registered_by_type_or_by_a_name_with_its_package() -> None:
    with pytest.raises(ValueError, match="package:QualifiedName"):
        register_renderer("Dataset", lambda value, budget, child: "")
