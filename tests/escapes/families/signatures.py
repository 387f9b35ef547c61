"""A signature shows defaults and annotations: of what it finds under names that anybody may set."""

from ..case import Attack, Twin, each

_HOW = "inspect follows what stands on a function or class under a name of its own"
ATTACKS = [
    *each("the signature of", _HOW, """
import functools, inspect, types
def f(): pass
class C:
    def __init__(self): pass
    def __call__(self): pass
@
loot = str(inspect.signature(f))
""", [
        ("a function that wraps, by its dictionary", "f.__dict__['__wrapped__'] = greet"),
        ("a function that wraps one that does", "def g(): pass\ng.__dict__['__wrapped__'] = greet\nfunctools.update_wrapper(f, g)\nf.__dict__['__wrapped__'] = g"),
        ("a bound function that wraps", "f.__dict__['__wrapped__'] = greet\nf = types.MethodType(f, 1)"),
        ("an object that wraps", "f = C()\nf.__wrapped__ = greet"),
        ("an object that answers for anything", "class D(C):\n    def __getattr__(self, name):\n        if name == '__wrapped__': return greet\n        raise AttributeError(name)\nf = D()"),
        ("a call that is the host's", "class D:\n    __call__ = staticmethod(greet)\nf = D()"),
        ("a constructor that is the host's", "class D:\n    __init__ = greet\nf = D"),
        ("a partial method", "f._partialmethod = functools.partialmethod(greet)\nf.__dict__['__partialmethod__'] = functools.partialmethod(greet)"),
    ], modules=("inspect",)),
    *each("the signature of a class", _HOW, """
import inspect
class C:
    def __init__(self): pass
@
loot = str(inspect.signature(f))
""", [
        ("that wraps", "C.__wrapped__ = greet\nf = C"),
        ("of a metaclass that answers for anything", "class M(type):\n    def __getattr__(cls, name):\n        if name == '__wrapped__': return greet\n        raise AttributeError(name)\nclass D(metaclass=M): pass\nf = D"),
    ], modules=("inspect",), before=(3, 12)),
    Attack("a signature that is none", "the complaint shows its repr", """
import inspect
def f(): pass
f.__signature__ = secret
try:
    inspect.signature(f)
except TypeError as error:
    print(error)
""", modules=("inspect",), before=(3, 12)),
    *each("the documentation of a dataclass", "it shows the repr of defaults and annotations", """
from dataclasses import dataclass
class C:
    x: @
print(dataclass(C).__doc__)
""", [("a default", "object = job"), ("an annotation", "secret = 1")]),
    *each("help", "it shows the repr of what parameters are left at", """
import inspect
def help(thing): print(thing, inspect.signature(thing))
del help
@
""", [
        ("of a function of the host's, and its private parameter", "help(greet)"),
        ("of what wraps it", "help(polite)"),
        ("of a function with an unregistered default", "def f(x=secret): pass\nhelp(f)"),
        ("of a method", "class C:\n    def m(self, x=secret): pass\nhelp(C.m)\nhelp(C().m)"),
        ("of a class", "class C:\n    def __init__(self, x=secret): pass\nhelp(C)"),
        ("of a function that wraps, by its dictionary", "def f(): pass\nf.__dict__['__wrapped__'] = greet\nhelp(f)"),
    ], modules=("inspect",)),
]  # fmt: skip

TWINS = [
    Twin(
        "signatures are shown as ever",
        """
import functools, inspect
from collections import namedtuple
from dataclasses import dataclass
def f(a, b=2, *c, d: int = 3, **e) -> int: pass
@functools.wraps(f)
def g(*a): pass
class C:
    def __init__(self, x, y=1): pass
    def __call__(self, z): pass
    def m(self, q): pass
    @staticmethod
    def s(v): pass
    @classmethod
    def k(cls, w): pass
@dataclass
class D:
    x: int = 1
    y: "str" = "a"
for thing in (f, g, C, C(1), C.m, C(1).m, C.s, C.k, D, namedtuple("N", "a b"), lambda x: x,
              functools.partial(f, 1), functools.lru_cache(f)):
    print(inspect.signature(thing))
print(inspect.signature(g, follow_wrapped=False), D.__doc__)
""",
        modules=("inspect",),
    ),
]
