"""Hooks meet a class before its statement is over: what the class may not be must not be there by then."""

from ..case import Attack, Twin, each

_HOW = "the hook is handed the class before anybody has looked at what is in it"
_CALL = "\nkept[0]('x').login()"
_HOOK = "class D:\n    def __set_name__(self, owner, name): kept.append(owner)\n"
_CHECK = "def _check(self, password): print(password)"
ATTACKS = [
    *each("a hook of a refused class", _HOW, """
kept = []
class Keep:
    def __init_subclass__(cls): kept.append(cls)
class Meta(type):
    def __init__(cls, *args): kept.append(cls)
class Mix:
    def _check(self, password): print(password)
class D:
    def __set_name__(self, owner, name): kept.append(owner)
try:
    class C(@
except Exception as error:
    print(error)
kept[0]('x').login()
""", [
        ("by __init_subclass__", f"Keep, Host):\n        {_CHECK}"),
        ("by a metaclass", f"Host, metaclass=Meta):\n        {_CHECK}"),
        ("by __set_name__", f"Host):\n        d = D()\n        {_CHECK}"),
        ("by a mixin", "Mix, Keep, Host): pass"),
        ("by a descriptor", "Keep, Host):\n        password = property(lambda s: 1, lambda s, v: print(v))"),
    ]),
    *each("a hook that looks at once", _HOW, """
kept = []
class Keep:
    def __init_subclass__(cls): kept.append(cls.x)
try:
    class C(Keep): @
except Exception as error:
    print(error)
loot = kept
""", [("a descriptor of the host's", "x = secret"), ("among others", "y = 1; x = secret")]),
    *each("a function that makes a class", _HOW, """
import types
from dataclasses import make_dataclass
kept = []
class D:
    def __set_name__(self, owner, name): kept.append(owner)
space = {'d': D(), '_check': lambda self, password: print(password)}
try:
    @
except Exception as error:
    print(error)
kept[0]('x').login()
""", [
        ("type", "type('C', (Host,), space)"),
        ("new_class", "types.new_class('C', (Host,), {}, lambda ns: ns.update(space))"),
        ("make_dataclass", "make_dataclass('C', [], bases=(Host,), namespace=space, init=False)"),
        ("a metaclass", "class M(type): pass\n    M('C', (Host,), space)"),
        ("a metaclass that adds", "class M(type):\n        def __new__(m, n, b, ns): return super().__new__(m, n, b, {**space, **ns})\n    class C(Host, metaclass=M): pass"),
        ("a metaclass that takes the mark away", "class M(type):\n        def __new__(m, n, b, ns):\n            ns.pop('_abc_$agex', 0)\n            return super().__new__(m, n, b, {**space, **ns})\n    class C(Host, metaclass=M): pass"),
    ]),
    *each("a descriptor that becomes a class attribute", "the library puts a default into the class", """
from dataclasses import dataclass, field, make_dataclass
from enum import Enum
@
loot = C.x
""", [
        ("a field's default", "@dataclass\nclass C:\n    x: int = field(default=secret)"),
        ("a field's default, made", "C = make_dataclass('C', [('x', int, field(default=secret))])"),
        ("a field's default, inherited", "class B:\n    x = field(default=secret)\n@dataclass\nclass C(B):\n    x: int = B.x"),
        ("a name of an enum", "C = Enum('C', {'A': 1, 'x': secret})"),
        ("a name of an enum with members", "class Base(Enum):\n    def __init_subclass__(cls): pass\nC = Base('C', [('A', 1), ('x', secret)])"),
    ]),
    Attack("a kept enum that is no member", _HOW, """
from enum import Enum, nonmember
kept = []
class Base(Enum):
    def __init_subclass__(cls): kept.append(cls)
try:
    class E(Base):
        A = nonmember(secret)
except Exception as error:
    print(error)
loot = kept[0].A
"""),
    Attack("a named tuple that is kept", "its names are told of the class one by one", """
from typing import NamedTuple
kept = []
class D:
    def __set_name__(self, owner, name): kept.append(owner)
try:
    class N(NamedTuple):
        a: int
        d = D()
        x = secret
except Exception as error:
    print(error)
loot = kept[0].x
""", since=(3, 13)),
]  # fmt: skip

TWINS = [
    Twin(
        "hooks meet their classes as ever",
        """
import enum
registry = []
class Named:
    def __set_name__(self, owner, name): registry.append((owner.__name__, name))
class Base:
    def __init_subclass__(cls, **more):
        super().__init_subclass__()
        registry.append((cls.__name__, sorted(more), cls.kind))
class A(Base, extra=1):
    "documented"
    kind = "a"
    n = Named()
class Meta(type):
    def __new__(meta, name, bases, space):
        space["made"] = True
        return super().__new__(meta, name, bases, space)
class B(metaclass=Meta):
    n = Named()
class Colour(enum.Enum):
    RED = 1
    def twice(self): return self.value * 2
T = type("T", (Base,), {"kind": "t", "n": Named()})
E = enum.Enum("E", {"x": 1, "y": 2})
print(registry, A.__doc__, B.made, Colour.RED.twice(), list(Colour), T.kind, list(E))
class Bad:
    def __set_name__(self, owner, name): raise ValueError("no " + name)
try:
    class F:
        bad = Bad()
except (RuntimeError, ValueError) as error:
    print(isinstance(error, ValueError) or isinstance(error.__cause__, ValueError))
""",
    ),
]
