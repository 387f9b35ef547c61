"""What agents define, stored as source: with a codec, without one, and the traps on the way."""

from __future__ import annotations

import pickletools
import types

import pytest

from agex.state import InertDefinition, InertInstance, Versioned
from agex.state.stores import MemoryStore
from agex.state.tree import Tree
from tests.state.fake_definitions import FakeCodec


class Desk:
    """A store, and a process at it that can be restarted."""

    def __init__(self):
        self.store = MemoryStore()
        self.restart()

    def restart(self):
        self.codec = FakeCodec()
        self.state = Versioned(self.store)
        self.space = self.state.namespace(definitions=self.codec)

    def run(self, source, *touched):
        """One action: load what it mentions, run it, commit what it could have touched."""
        import ast

        names = {n.id for n in ast.walk(ast.parse(source)) if isinstance(n, ast.Name)}
        names |= {n.name for n in ast.walk(ast.parse(source)) if hasattr(n, "name")}
        self.space.load(names)
        self.codec.run(source, self.space.globals)
        return self.space.commit(names | set(touched))

    def __getitem__(self, name):
        return self.state[name]


@pytest.fixture
def desk():
    return Desk()


def streams(state):
    """Every pickle stream that the present snapshot holds."""
    tree = Tree.open(state.blobs, state.head.snapshot)
    for _, node in tree.nodes():
        yield bytes(tree.packed(node.group).stream(state.blobs))


def test_a_function_works_after_a_restart_and_sees_later_names(desk):
    desk.run("rate = 2\ndef double(x, y=3):\n    return x * rate + y")
    desk.restart()

    desk.space.load(["double"])

    assert desk.space.globals["double"](5) == 13
    assert desk.space.globals["rate"] == 2  # it uses the name, so it was loaded with it
    desk.space.globals["rate"] = 10
    assert desk.space.globals["double"](1) == 13


def test_functions_that_call_one_another_are_loaded_together(desk):
    desk.run("def even(n):\n    return n == 0 or odd(n - 1)")
    desk.run("def odd(n):\n    return n != 0 and even(n - 1)")
    desk.restart()

    assert desk["even"](10) is True


def test_closures_that_share_a_variable_still_share_it(desk):
    desk.run(
        "def counter():\n"
        "    n = 0\n"
        "    def up():\n        nonlocal n\n        n += 1\n        return n\n"
        "    def now():\n        return n\n"
        "    return up, now\n"
        "up, now = counter()"
    )
    desk.run("up()")
    desk.restart()

    assert desk["up"]() == 2
    assert desk["now"]() == 2
    assert desk.state.commit().changed == ("now", "up")
    desk.restart()
    assert desk["now"]() == 2


def test_a_closure_that_holds_itself_comes_back(desk):
    desk.run(
        "def make():\n"
        "    def fact(n):\n        return 1 if n < 2 else n * fact(n - 1)\n"
        "    return fact\n"
        "f = make()"
    )
    desk.restart()

    assert desk["f"](5) == 120


def test_an_instance_is_of_the_very_class_after_a_restart(desk):
    desk.run(
        "class Point:\n"
        "    def __init__(self, x):\n        self.x = x\n"
        "    def far(self):\n        return self.x > 5\n"
        "points = [Point(1), Point(9)]"
    )
    desk.restart()

    assert [p.far() for p in desk["points"]] == [False, True]
    assert type(desk["points"][0]) is desk["Point"]


def test_redefining_a_class_leaves_its_instances_with_the_old_one(desk):
    desk.run("class Point:\n    def name(self):\n        return 'old'\np = Point()")
    desk.restart()
    desk.run("class Point:\n    def name(self):\n        return 'new'")
    desk.restart()

    assert desk["p"].name() == "old"
    assert desk["Point"]().name() == "new"
    assert type(desk["p"]) is not desk["Point"]


def test_a_subclass_is_loaded_after_its_base(desk):
    desk.run("class Zebra:\n    legs = 4")
    desk.run("class Animal(Zebra):\n    pass\na = Animal()")
    desk.restart()

    assert desk["a"].legs == 4
    assert isinstance(desk["a"], desk["Zebra"])


def test_an_attribute_given_to_a_class_later_is_kept(desk):
    desk.run("class Point:\n    pass")
    desk.run("Point.origin = Point()")
    desk.restart()

    assert type(desk["Point"].origin) is desk["Point"]


def test_one_changed_global_is_found_through_the_function_that_changed_it(desk):
    desk.run("seen = []\ndef note(x):\n    seen.append(x)")
    desk.restart()

    # The action's source says "note" and nothing of "seen".
    saved = desk.run("note(1)")

    assert saved.changed == ("seen",)
    desk.restart()
    assert desk["seen"] == [1]


def test_a_global_made_by_a_function_is_stored_with_the_action_that_called_it(desk):
    desk.run("def start():\n    global total\n    total = 5\nstart()")
    desk.restart()

    assert desk["total"] == 5


def test_no_stored_definition_contains_a_code_object(desk):
    desk.run(
        "class A:\n    def f(self):\n        return lambda: 1\n"
        "def g(x=1):\n    def h():\n        return x\n    return h\n"
        "h = g()\na = A()\nbound = a.f"
    )

    text = b"".join(streams(desk.state))

    for stream in streams(desk.state):
        names = [arg for op, arg, _ in pickletools.genops(stream) if isinstance(arg, str)]
        assert not {"CodeType", "code", "_make_function", "_builtin_type"} & set(names)
    assert b"co_" not in text


def test_a_bound_method_comes_back_bound_to_its_object(desk):
    desk.run("class A:\n    def f(self):\n        return self\na = A()\nbound = a.f")
    desk.restart()

    assert desk["bound"]() is desk["a"]


# ---------------------------------------------------------------- without a codec


def test_without_a_codec_a_definition_shows_its_source_and_does_nothing(desk):
    desk.run("def double(x):\n    return 2 * x\nclass P:\n    pass\np = P()")
    state = Versioned(desk.store)

    assert isinstance(state["double"], InertDefinition)
    assert "return 2 * x" in state["double"].source
    assert isinstance(state["p"], InertInstance)
    with pytest.raises(TypeError, match="without an agent"):
        state["double"](1)


def test_an_inert_definition_is_stored_again_unchanged_and_works_with_a_codec(desk):
    desk.run("rate = 2\ndef double(x):\n    return rate * x\nclass P:\n    pass\np = P()\np.x = 1")
    state = Versioned(desk.store)
    state["table"] = {"f": state["double"]}
    dict(state)

    saved = state.commit()

    assert (saved.added, saved.changed) == (("table",), ())
    desk.restart()
    assert desk["table"]["f"](4) == 8
    assert desk["table"]["f"] is desk["double"]
    assert desk["p"].x == 1


def test_binding_a_codec_wakes_what_was_read_inert(desk):
    desk.run("def double(x):\n    return 2 * x\nbox = [double]")
    state = Versioned(desk.store)
    assert isinstance(state["box"][0], InertDefinition)
    state["n"] = 1

    state.namespace(definitions=FakeCodec())

    assert state["box"][0](3) == 6
    assert state["n"] == 1


# ---------------------------------------------------------------- traps


TRAP = """
class Trap:
    __slots__ = ("x", "__dict__")
    calls = []
    def __new__(cls, *args):
        Trap.calls.append("new")
        return object.__new__(cls)
    def __init__(self):
        self.x = 1
        self.y = 2
    def __setattr__(self, name, value):
        Trap.calls.append("set")
        object.__setattr__(self, name, value)
    def __getattr__(self, name):
        Trap.calls.append(name)
        raise AttributeError(name)
    def __eq__(self, other):
        Trap.calls.append("eq")
        return True
    def __hash__(self):
        Trap.calls.append("hash")
        return 1
    def __repr__(self):
        Trap.calls.append("repr")
        return ""
    def __iter__(self):
        Trap.calls.append("iter")
        return iter(())
    def __len__(self):
        Trap.calls.append("len")
        return 0
    def __bool__(self):
        Trap.calls.append("bool")
        return False
"""


def test_storing_and_loading_an_instance_runs_no_method_of_its_class(desk):
    desk.run(TRAP + "t = Trap()\nbox = [t]\nTrap.calls.clear()")
    desk.state.commit()
    assert desk["Trap"].calls == []
    desk.restart()

    t = desk["t"]

    assert desk["Trap"].calls == []
    assert object.__getattribute__(t, "x") == 1
    assert object.__getattribute__(t, "y") == 2
    assert desk["box"][0] is t
    desk.state.commit()
    assert desk["Trap"].calls == []


@pytest.mark.parametrize(
    ("base", "make", "look"),
    [
        ("list", "T([1, 2])", lambda t: list.__getitem__(t, slice(None)) == [1, 2]),
        ("dict", "T(a=1)", lambda t: dict.__getitem__(t, "a") == 1),
        ("tuple", "T((1, 2))", lambda t: tuple.__getitem__(t, 1) == 2),
        ("set", "T({1})", lambda t: set.__contains__(t, 1)),
        ("frozenset", "T({1})", lambda t: frozenset.__contains__(t, 1)),
        ("str", "T('abc')", lambda t: str.__str__(t) == "abc"),
        ("bytes", "T(b'abc')", lambda t: bytes.__getitem__(t, 0) == 97),
        ("int", "T(7)", lambda t: int.__int__(t) == 7),
        ("float", "T(7.5)", lambda t: float.__float__(t) == 7.5),
        ("ValueError", "T('no', 3)", lambda t: t.args == ("no", 3)),
        ("KeyError", "T('k')", lambda t: t.args == ("k",)),
        ("OSError", "T(2, 'no', 'file')", lambda t: (t.errno, t.filename) == (2, "file")),
    ],
)
def test_an_instance_of_a_class_that_extends_a_builtin_comes_back(desk, base, make, look):
    desk.run(f"class T({base}):\n    pass\nt = {make}\nt.note = 'n'")
    desk.restart()

    assert look(desk["t"])
    assert desk["t"].note == "n"
    assert type(desk["t"]) is desk["T"]


def test_a_host_class_is_stored_by_reference(desk):
    desk.state["space"] = types.SimpleNamespace(a=1)
    desk.state["kind"] = types.SimpleNamespace
    desk.state.commit()
    desk.restart()

    assert desk["space"].a == 1
    assert desk["kind"] is types.SimpleNamespace


def test_a_lambda_of_the_host_is_kept_with_the_python_version_it_needs(desk):
    offset = 3
    desk.state["f"] = lambda x: x + offset
    desk.state.commit()
    desk.restart()

    assert desk["f"](1) == 4
    label = desk.state.heap.tree.label("", "f")
    assert desk.state.heap.tree.packed(desk.state.heap.tree.node(label).group).python is not None
