"""numpy reads and writes at the address an object's ``__array_interface__`` says: agent code has none.

Each case tries to hand numpy an object that answers with an address of the caller's memory.
"""

from __future__ import annotations

import ctypes

import pytest

from agex import Agent
from agex.helpers import register_numpy, register_pandas, register_sklearn, register_stdlib

pytest.importorskip("numpy")

SETUP = """
import numpy as np
from types import SimpleNamespace
NAME = "__array_" + "interface__"
THERE = {"data": (address, False), "shape": (6,), "typestr": "|u1", "version": 3}
def show(value):
    seen = np.asarray(value)
    return bytes(seen.tolist()) if seen.dtype == np.uint8 else None
def overwrite(value):
    np.asarray(value)[...] = 0
"""

DEFINED = "class E:\n    "
CASES = {
    "a fallback": DEFINED + "def __getattr__(self, name):\n        if name == NAME: return THERE\n"
    "        raise AttributeError(name)\nobj = E()",
    "a fallback that is a lambda": DEFINED + "__getattr__ = lambda self, name: THERE\nobj = E()",
    "a fallback of any arguments": DEFINED + "def __getattr__(*given): return THERE\nobj = E()",
    "a fallback assigned later": DEFINED + "pass\nE.__getattr__ = lambda s, n: THERE\nobj = E()",
    "a decorated fallback": "def d(f): return lambda s, n: THERE\n"
    + DEFINED
    + "@d\n    def __getattr__(self, name): return 1\nobj = E()",
    "a fallback used before the class is finished": "class B:\n    def __init_subclass__(cls):\n"
    "        B.obj = cls()\nclass E(B):\n    __getattr__ = lambda s, n: THERE",
    "an attribute": DEFINED + "pass\nobj = E()\nsetattr(obj, NAME, THERE)",
    "the dictionary of an object": DEFINED + "pass\nobj = E()\nobj.__dict__[NAME] = THERE",
    "vars of an object": DEFINED + "pass\nobj = E()\nvars(obj).update({NAME: THERE})",
    "a class attribute": DEFINED + "pass\nsetattr(E, NAME, THERE)\nobj = E()",
    "the namespace of a class": "obj = type('E', (), {NAME: THERE})()",
    "the namespace of a metaclass": "class M(type):\n    def __new__(m, n, b, space):\n"
    "        return super().__new__(m, n, b, {**space, NAME: THERE})\n"
    "class E(metaclass=M): pass\nobj = E()",
    "a class itself": "class M(type):\n    def __getattr__(cls, name):\n"
    "        if name == NAME: return THERE\n        raise AttributeError(name)\n"
    "class E(metaclass=M): pass\nobj = E",
    "a field": "from dataclasses import make_dataclass\nobj = make_dataclass('E', [NAME])(THERE)",
    "a field with a default": "from dataclasses import field, make_dataclass\n"
    "class D(dict):\n    def __hash__(self): return 1\n"
    "obj = make_dataclass('E', [(NAME, dict, field(default=D(THERE)))])()",
    "a slot": DEFINED + "__slots__ = (NAME,)\nobj = E()\nsetattr(obj, NAME, THERE)",
    "a namespace": "obj = SimpleNamespace(**{NAME: THERE})",
    "the dictionary of a namespace": "obj = SimpleNamespace()\nvars(obj)[NAME] = THERE",
    "a namespace made anew": "obj = SimpleNamespace()\nobj.__init__(**{NAME: THERE})",
    "an exception": "class E(ValueError): pass\nobj = E()\nobj.__dict__[NAME] = THERE",
    "a protocol": "from typing import Protocol\nclass P(Protocol): pass\n"
    "obj = type('E', (P,), {NAME: THERE})",
    "a function": "def obj(): pass\nsetattr(obj, NAME, THERE)",
    "a series": "import pandas as pd\nobj = pd.Series({NAME: THERE})",
    "a row": "import pandas as pd\nobj = pd.DataFrame({NAME: [THERE]}).iloc[0]",
    "a bunch": "from sklearn.utils import Bunch\nobj = Bunch(**{NAME: THERE})",
    "a derived bunch": "from sklearn.utils import Bunch\nclass E(Bunch): pass\nobj = E(**{NAME: THERE})",
}


@pytest.mark.parametrize("case", CASES)
def test_no_address_gets_through(case: str) -> None:
    agent = Agent()
    register_stdlib(agent)
    register_numpy(agent)
    if "pandas" in CASES[case]:
        pytest.importorskip("pandas")
        register_pandas(agent)
    if "sklearn" in CASES[case]:
        pytest.importorskip("sklearn")
        register_sklearn(agent)
    secret = ctypes.create_string_buffer(b"s3cret")
    box = agent.sandbox(inputs={"address": ctypes.addressof(secret)})
    assert box.run(SETUP).error is None
    box.run(CASES[case])
    seen = [box.run(f"{call}({obj})").output for obj in ("obj", "B.obj") for call in ("show",)]
    for obj in ("obj", "B.obj", "E()"):
        box.run(f"overwrite({obj})")

    assert b"s3cret" not in seen
    assert secret.value == b"s3cret"


@pytest.mark.parametrize(
    "code",
    [
        "class E:\n    def __getattr__(self, name):\n        return lambda *given: 1\nobj = E()",
        "class E: pass\nobj = E()\nvars(obj)[NAME] = lambda *given: 1",
        "obj = type('E', (), {NAME: lambda *given: 1})()",
        "from types import SimpleNamespace\nobj = SimpleNamespace(**{NAME: lambda *given: 1})",
    ],
)
def test_no_frame_of_addresses_is_exchanged(code: str) -> None:
    """The exchange of frames (``__dataframe__``) hands over pointers as plain numbers."""
    box = Agent().sandbox()
    box.run('NAME = "__data" + "frame__"\n' + code)

    assert not hasattr(box.namespace.get("obj"), "__dataframe__")


def test_a_fallback_and_arrays_of_own_objects_work_as_ever() -> None:
    agent = Agent()
    register_numpy(agent)
    code = """
import numpy as np
class E:
    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return name * 2
both = np.array([E(), E()], dtype=object)
E().ab, both.shape, both[0].xy, hasattr(E(), "__foo__"), "__array_interface__" in dir(E())
"""
    result = agent.sandbox().run(code)

    assert result.error is None, result.traceback
    assert result.output == ("abab", (2,), "xyxy", False, False)
