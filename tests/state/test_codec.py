"""Values to bytes and back: arrays, frames, odd objects, and what is read without the state."""

from __future__ import annotations

import collections
import dataclasses
import datetime
import decimal
import enum
import pickle
import subprocess
import sys
import textwrap
import types

import pytest

from agex.errors import StateError
from agex.state import Missing, Versioned
from agex.state.blobs import CHUNK
from agex.state.stores import MemoryStore


class Color(enum.Enum):
    RED = 1


@dataclasses.dataclass
class Point:
    x: int
    y: object = None


def again(state):
    """The same store in another state object: everything is read anew."""
    state.commit()
    return Versioned(state.blobs.store)


def stored_bytes(state):
    return sum(map(len, state.blobs.store._blobs.values()))


@pytest.mark.parametrize(
    "value",
    [
        None, True, 0, -1, 10**40, 1.5, float("inf"), 1j, "", "ü\ud800", b"\x96" * 20, (), [], {}, set(),
        frozenset({1}), bytearray(b"a"), range(3), slice(1), ..., datetime.datetime(2020, 1, 1),
        datetime.timezone.utc, decimal.Decimal("1.5"), collections.OrderedDict(a=1),
        collections.deque([1], 3), collections.Counter("aab"), Color.RED, Point(1, [2]), int, len,
        {"a": bytearray(b"x"), "b": 1.0}, {1: {2: {3: ()}}}, [[], [[]], ({},)],
    ],
    ids=repr,
)  # fmt: skip
def test_a_value_comes_back_equal_and_of_its_type(value):
    state = Versioned(MemoryStore())
    state["v"], state["box"] = value, [value]

    read = again(state)

    assert read["v"] == value
    assert type(read["v"]) is type(value)
    assert read["box"] == [value]
    assert read.commit().changed == ()


def test_a_bytearray_in_two_plain_dicts_is_one_bytearray():
    """The collector does not track it, so finding it takes more than the collector."""
    shared = bytearray(b"x")
    state = Versioned(MemoryStore())
    state["a"], state["b"] = {"x": shared, "n": 1.0}, {"x": shared}

    read = again(state)

    assert read["a"]["x"] is read["b"]["x"]


def test_an_enum_member_and_a_class_are_the_very_ones():
    state = Versioned(MemoryStore())
    state["v"] = {"c": Color.RED, "t": Point, "f": len}

    assert list(again(state)["v"].values()) == [Color.RED, Point, len]
    assert again(state)["v"]["t"] is Point


def test_host_instances_share_parts_as_they_did():
    state = Versioned(MemoryStore())
    inner = [1]
    state["a"], state["b"] = Point(1, inner), Point(2, inner)
    state["p"] = state["a"]

    read = again(state)

    assert read["a"].y is read["b"].y
    assert read["p"] is read["a"]
    read["a"].y.append(2)
    read.commit(touched=["a"])
    assert again(read)["b"].y == [1, 2]


# ---------------------------------------------------------------- arrays and frames


@pytest.fixture
def np():
    return pytest.importorskip("numpy")


def test_a_large_array_is_stored_beside_the_stream_and_once(np):
    state = Versioned(MemoryStore())
    state["a"] = np.arange(500_000.0)
    state["n"] = 0
    state.commit()
    size = stored_bytes(state)
    state["holder"] = {"array": state["a"], "n": 1}
    for n in range(5):
        state["n"] = n
        state["holder"]["n"] = n
        state.commit()

    assert size >= 4_000_000
    assert stored_bytes(state) - size < 50_000
    read = again(state)
    assert read["holder"]["array"] is read["a"]
    assert read["a"].flags.writeable
    assert (read["a"] == np.arange(500_000.0)).all()


def test_a_change_in_a_large_array_writes_one_chunk(np):
    state = Versioned(MemoryStore())
    state["a"] = np.zeros(5 * CHUNK // 8 + 3) + np.arange(5 * CHUNK // 8 + 3)
    state.commit()
    size = stored_bytes(state)
    state["a"][7] = -1

    state.commit()

    assert CHUNK <= stored_bytes(state) - size < CHUNK + 10_000
    assert again(state)["a"][7] == -1


def test_an_unnamed_array_in_two_containers_is_one_array(np):
    array = np.zeros(3)
    state = Versioned(MemoryStore())
    state["a"], state["b"] = {"x": array}, [array]

    read = again(state)
    read["a"]["x"][0] = 5

    assert read["b"][0][0] == 5


def test_a_change_through_a_view_is_seen_in_the_array_it_looks_into(np):
    state = Versioned(MemoryStore())
    state["a"] = np.zeros(100)
    state["view"] = state["a"][10:20]
    state.commit()
    state["view"][0] = 7

    state.commit(touched=["view"])

    read = again(state)
    assert (read["a"][10], read["view"][0]) == (7, 7)


def test_a_view_looks_into_its_array_after_a_restart(np):
    state = Versioned(MemoryStore())
    state["a"] = np.arange(12.0).reshape(3, 4)
    state["column"] = state["a"][:, 1]
    state["back"] = state["a"][::-1]

    read = again(state)
    read["a"][0, 1] = 99

    assert read["column"].tolist() == [99.0, 5.0, 9.0]
    assert read["back"][2].tolist() == [0.0, 99.0, 2.0, 3.0]
    assert again(read)["column"][0] == 99


@pytest.mark.parametrize("order", ["C", "F"])
@pytest.mark.parametrize("dtype", ["f8", "i4", "U5", "O", "M8[s]", "?", [("a", "i4"), ("b", "f8")]])
def test_arrays_of_any_kind_come_back(np, order, dtype):
    array = np.zeros((50, 60), dtype=dtype, order=order)
    state = Versioned(MemoryStore())
    state["a"] = array

    read = again(state)["a"]

    assert read.dtype == array.dtype
    assert read.flags.f_contiguous == array.flags.f_contiguous
    assert (read == array).all()


def test_a_frame_comes_back_and_an_untouched_one_is_not_a_change():
    pd = pytest.importorskip("pandas")
    frame = pd.DataFrame({"a": range(5000), "b": [f"text{n}" for n in range(5000)]})
    frame[" c"] = pd.to_datetime("2020-01-01")
    state = Versioned(MemoryStore())
    state["df"] = frame
    state["part"] = frame[frame["a"] > 10]
    state["report"] = {"df": frame}

    read = again(state)

    pd.testing.assert_frame_equal(read["df"], frame)
    pd.testing.assert_frame_equal(read["part"], frame[frame["a"] > 10])
    assert read["report"]["df"] is read["df"]
    assert read.commit().changed == ()
    read["df"].loc[0, "a"] = -5
    assert "df" in read.commit().changed
    assert again(read)["report"]["df"].loc[0, "a"] == -5


def test_frames_do_not_see_each_others_changes_after_a_restart():
    """Copy-on-write lets a frame and a column share memory; loaded ones must not write through it."""
    pd = pytest.importorskip("pandas")
    state = Versioned(MemoryStore())
    state["df"] = pd.DataFrame({"a": [1.0] * 2000})
    state["col"] = state["df"]["a"]

    read = again(state)
    read["df"].loc[0, "a"] = 99

    assert read["col"][0] == 1.0


def test_frames_made_from_one_another_are_stored_apart():
    """They share an index and, until one is written to, memory; neither makes them one value."""
    pd = pytest.importorskip("pandas")
    state = Versioned(MemoryStore())
    state["df"] = pd.DataFrame({"a": [1.0] * 2000, "b": ["x"] * 2000})
    state["part"] = state["df"][["a"]]
    state["view"] = state["df"].rename(columns={"a": "c"})
    state["col"] = state["df"]["a"]
    state.commit()
    state["part"]["new"] = 1

    saved = state.commit(touched=["part"])

    assert saved.changed == ("part",)
    tree = state.heap.tree
    assert all(tree.packed(node.group).labels == () for _, node in tree.nodes())


def test_a_list_in_two_frames_is_one_list():
    pd = pytest.importorskip("pandas")
    cell = [1]
    state = Versioned(MemoryStore())
    state["a"] = pd.DataFrame({"x": [cell, 2]})
    state["b"] = pd.DataFrame({"y": [3, cell]})

    read = again(state)

    assert read["a"].loc[0, "x"] is read["b"].loc[1, "y"]


# ---------------------------------------------------------------- trouble


def test_a_class_that_is_gone_is_missing_and_its_blob_stays(tmp_path):
    path = tmp_path / "state.db"
    module = tmp_path / "shapes.py"
    module.write_text("class Square:\n    side = 3\n")
    code = textwrap.dedent(
        f"""
        import sys; sys.path.insert(0, {str(tmp_path)!r})
        import shapes
        from agex.state import Versioned
        with Versioned({str(path)!r}) as state:
            state["square"], state["n"] = shapes.Square(), 1
        """
    )
    subprocess.run([sys.executable, "-c", code], check=True)
    state = Versioned(path)

    assert isinstance(state["square"], Missing)
    assert "shapes" in str(state["square"])
    state["n"] = 2
    state.commit()
    code = code.split("with")[0] + f"print(Versioned({str(path)!r})['square'].side)"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert out.stdout.strip() == "3"


def test_a_class_of_a_script_is_the_scripts_own_class_when_it_runs_again(tmp_path):
    script = tmp_path / "script.py"
    script.write_text(
        textwrap.dedent(
            f"""
            from dataclasses import dataclass
            from agex.state import Versioned

            @dataclass
            class Order:
                n: int

            with Versioned({str(tmp_path / "state.db")!r}) as state:
                print(isinstance(state.setdefault("order", Order(1)), Order))
            """
        )
    )

    said = [
        subprocess.run([sys.executable, str(script)], capture_output=True, text=True).stdout.strip()
        for _ in range(2)
    ]

    assert said == ["True", "True"]


def test_a_blob_with_definitions_is_not_read_by_plain_pickle():
    from tests.state.fake_definitions import FakeCodec

    codec = FakeCodec()
    state = Versioned(MemoryStore())
    space = state.namespace(definitions=codec)
    codec.run("def f():\n    return 1", space.globals)
    space.commit(["f"])
    tree = state.heap.tree
    packed = tree.packed(tree.node("f").group)

    with pytest.raises(StateError, match="through the state"):
        pickle.loads(packed.stream(state.blobs))


class Changeling:
    """Pickles differently every time."""

    count = 0

    def __getstate__(self):
        Changeling.count += 1
        return {"n": Changeling.count}


def test_a_value_that_pickles_differently_each_time_is_stored_each_time_and_works():
    state = Versioned(MemoryStore())
    state["v"] = Changeling()
    state.commit()

    assert state.commit().changed == ("v",)
    assert isinstance(again(state)["v"], Changeling)


class Broken:
    def __reduce__(self):
        raise ValueError("not today")


class Strange:
    def __reduce__(self):
        return 5


@pytest.mark.parametrize("cls", [Broken, Strange])
def test_an_object_whose_pickling_fails_is_left_out_with_the_reason(cls):
    state = Versioned(MemoryStore())
    state["v"] = [1, cls()]

    saved = state.commit()

    assert list(saved.left_out) == ["v"]
    read = again(state)["v"]
    assert read[0] == 1
    assert isinstance(read[1], Missing)
    assert cls.__name__ in read[1].what


def test_a_type_that_only_types_has_a_name_for_is_stored_by_that_name():
    state = Versioned()
    state["kinds"] = [types.MappingProxyType, types.FunctionType, type(None)]
    state["view"] = types.MappingProxyType({"a": 1})
    state.commit()

    again = Versioned(state.blobs.store)

    assert again["kinds"] == [types.MappingProxyType, types.FunctionType, type(None)]
    assert again["view"]["a"] == 1
    tree = state.heap.tree
    assert all(tree.packed(node.group).python is None for _, node in tree.nodes())


@pytest.mark.parametrize(
    "change",
    [
        lambda np, a: a,
        lambda np, a: np.asfortranarray(a),
        lambda np, a: a.T,
        lambda np, a: a[::2],
        lambda np, a: a.astype(">f8"),
        lambda np, a: a.astype("f4"),
        lambda np, a: a.astype(complex),
        lambda np, a: a.ravel(),
        lambda np, a: a.astype("M8[s]"),
        lambda np, a: (a.setflags(write=False), a)[1],
    ],
)
def test_arrays_of_one_shape_after_another_come_back_as_they_are(change):
    """The second of a shape is stored by what the first was stored by."""
    np = pytest.importorskip("numpy")
    state = Versioned()
    made = {}
    for n in range(3):
        made[f"a{n}"] = change(np, np.arange(4000.0).reshape(40, 100) + n)
        state[f"a{n}"] = made[f"a{n}"]
        state.commit()

    again = Versioned(state.blobs.store)

    for name, array in made.items():
        found = again[name]
        assert np.array_equal(found, array)
        assert (found.dtype, found.shape) == (array.dtype, array.shape)
        assert found.flags.writeable == array.flags.writeable
        for order in ("c_contiguous", "f_contiguous"):
            if getattr(array.flags, order):
                assert getattr(found.flags, order)
