"""What methods of the agent hand to the interpreter, which awaits, iterates or calls it without asking."""

from ..case import Attack, Twin, each

_HOW = "the interpreter uses what the method gave, and no guard stands in between"
ATTACKS = [
    *each("awaited by the interpreter", _HOW, """
from contextlib import AsyncExitStack
class A:
    def __aiter__(self): return self
    def __anext__(self): return secret
    def __aenter__(self): return secret
    async def __aexit__(self, *details): return None
class B:
    async def __aexit__(self, *details): return None
async def f():
    @
loot = await f()
""", [
        ("by async for", "async for x in A(): return x"),
        ("by async with", "async with A() as x: return x"),
        ("by an exit stack", "async with AsyncExitStack() as stack: return await stack.enter_async_context(A())"),
        ("from a lambda", "class C(B):\n        __aenter__ = lambda self: secret\n    async with C() as x: return x"),
        ("from a lambda put there later", "B.__aenter__ = lambda self: secret\n    async with B() as x: return x"),
        ("from a function of another name", "def enter(self): return secret\n    class C(B):\n        __aenter__ = enter\n    async with C() as x: return x"),
        ("from a getter", "from operator import attrgetter\n    class C(B):\n        held = secret_list and [secret]\n        __aenter__ = lambda self: self.held[0]\n    async with C() as x: return x"),
    ]),
    *each("iterated by the interpreter", _HOW, """
class R:
    def __reversed__(self): return secret
    def __dir__(self): return secret
class K:
    def keys(self): return secret
    def __getitem__(self, key): print(key)
class D(dict):
    def __iter__(self): return iter(())
    def keys(self): return secret
    def __getitem__(self, key): print(key)
def f(**named): pass
d = {}
for x in [0]:
    @
""", [
        ("reversed", "for x in reversed(R()): print(x)"),
        ("dir", "print(dir(R()))"),
        ("two stars in a display", "{**K()}"),
        ("two stars in a call", "f(**K())"),
        ("dict", "dict(K())"),
        ("update", "d.update(K())"),
        ("a union in place", "d |= K()"),
        ("behind a proxy", "import types\n    {**types.MappingProxyType(K())}"),
        ("a union of dicts", "d | D(a=1)"),
        ("a union of dicts, from the left", "D(a=1) | d"),
        ("a copy", "D(a=1).copy()"),
        ("of an ordered dict", "from collections import OrderedDict\n    OrderedDict() | D(a=1)"),
        ("a counter", "from collections import Counter\n    from collections.abc import Mapping\n    class M(Mapping):\n        __len__ = __iter__ = lambda self: iter('a')\n        def __getitem__(self, key): return 1\n        def items(self): return [('a', 1)]\n        def keys(self): return secret\n    print({**M()})"),
    ]),
    *each("called by the interpreter", "what it looks up by name may be anything that can be called", """
class Late:
    def __call__(self, *args): return 1
class D:
    def __get__(self, instance, owner=None): return Vault
class It:
    def __iter__(self): return self
    def __next__(self): return 1
class Waits:
    def __init__(self, it): self.it = it
    def __await__(self): return self.it
def g(it): yield from it
async def h(it): await Waits(it)
it = It()
try:
    @
except TypeError as error:
    print(error)
""", [
        ("keys of an object", "it.keys = Vault\n    {**it}"),
        ("send of an iterator", "it.send = Vault\n    x = g(it)\n    next(x)\n    x.send(5)"),
        ("close of an iterator", "it.close = Vault\n    x = g(it)\n    next(x)\n    x.close()"),
        ("throw of an iterator", "it.throw = Vault\n    x = g(it)\n    next(x)\n    x.throw(ValueError())"),
        ("send of what is awaited", "it.send = Vault\n    x = h(it)\n    x.send(None)\n    x.send(5)"),
        ("a property", "class C:\n        __len__ = property(lambda self: Vault)\n    len(C())"),
        ("a cached property", "from functools import cached_property\n    class C:\n        __len__ = cached_property(lambda self: Vault)\n        __len__.__set_name__(None, '__len__') if 0 else None\n    C.x = 1\n    type(C()).__len__.__get__(C(), C)()"),
        ("a descriptor", "class C:\n        __call__ = D()\n    C()(1)"),
        ("a descriptor of an operator", "class C:\n        __add__ = D()\n    C() + 1"),
        ("what becomes a descriptor later", "class C:\n        __len__ = Late()\n    Late.__get__ = lambda *args: Vault\n    len(C())"),
        ("a descriptor put there later", "class C: pass\n    C.__len__ = D()\n    len(C())"),
    ]),
    *each("called by name on a mapping", "C code calls get, keys and items of what it takes for a mapping", """
import json
from collections.abc import Mapping
class D(dict):
    pass
class Odd(dict):
    def __iter__(self): return iter(())
class M(Mapping):
    def __len__(self): return 1
    def __iter__(self): return iter(["a"])
    def __getitem__(self, key): return 1
class P:
    def __len__(self):
        self.get = Vault
        return 1
    def get(self, key, default=None): return 1
class Mix:
    pass
@
""", [
        ("get in a match", "m = M()\nm.get = Vault\nmatch m:\n    case {'a': x}: print(x)"),
        ("get in a nested match", "m = M()\nm.get = Vault\nmatch [m]:\n    case [{'a': x}]: print(x)"),
        ("get of a dict", "d = D(a=1)\nd.get = Vault\nmatch d:\n    case {'a': x}: print(x)"),
        ("get that is a property", "class N(M):\n    get = property(lambda self: Vault)\nmatch N():\n    case {'a': x}: print(x)"),
        ("get of what is a mapping by registration", "Mapping.register(P)\nmatch P():\n    case {'a': x}: print(x)"),
        ("get put there before the registration", "p = P()\nvars(p)['get'] = Vault\nMapping.register(P)\nmatch p:\n    case {'a': x}: print(x)"),
        ("get by setattr", "m = M()\nsetattr(m, 'get', Vault)\nmatch m:\n    case {'a': x}: print(x)"),
        ("get from a mixin, put there later", "class N(Mix, M): pass\nMix.get = property(lambda self: Vault)\nmatch N():\n    case {'a': x}: print(x)"),
        ("keys of a copy", "d = Odd(a=1)\nd.keys = Vault\nd.copy()"),
        ("keys in a dictionary of its own", "d = Odd(a=1)\nvars(d)['keys'] = Vault\nd | {}"),
        ("items as JSON", "d = D(a=1)\nd.items = Vault\njson.dumps(d)"),
    ]),
    Attack("anext with a default of what raises", "the interpreter goes on with what is not there", """
class A:
    def __aiter__(self): return self
    def __anext__(self): raise KeyError("no")
try:
    anext(A(), 1)
except KeyError:
    pass
""", crashes=True, before=(3, 12)),
]  # fmt: skip

TWINS = [
    Twin(
        "protocols go on working",
        """
import contextlib
class Items:
    def __init__(self, *items): self.items = items
    def __iter__(self): return iter(self.items)
    def __reversed__(self): return reversed(self.items)
    def __dir__(self): return ["b", "a"]
class Again(Items):
    def __iter__(self):
        for item in super().__iter__():
            yield item * 2
class Lam:
    __iter__ = lambda self: iter([1, 2])
    __aiter__ = lambda self: self
class Map:
    def keys(self): return ["a", "b"]
    def __getitem__(self, key): return key * 2
class D(dict):
    def __iter__(self): return iter(sorted(dict.keys(self)))
    def keys(self): return list(self)
class Steps:
    def __init__(self): self.left = 2
    def __aiter__(self): return self
    async def __anext__(self):
        if not self.left:
            raise StopAsyncIteration
        self.left -= 1
        return self.left
    def __await__(self):
        yield from ()
        return "waited"
    async def __aenter__(self): return self
    async def __aexit__(self, *details): return None
class Talks:
    def __iter__(self): return self
    def __next__(self): return "next"
    def send(self, value): return ("sent", value)
    def throw(self, error): return ("thrown", type(error).__name__)
    def close(self): print("closed")
def talk(): yield from Talks()
print(list(Items(1, 2)), list(Again(1, 2)), list(reversed(Items(1, 2))), dir(Items()), list(Lam()))
print({**Map()}, dict(Map()), D(b=1, a=2) | {}, {**D(b=1)})
async def main():
    async with Steps() as steps:
        return [x async for x in steps], await steps, await anext(steps, "none"), await anext(Steps(), 1)
print(await main())
t = talk()
print(next(t), t.send(3), t.throw(ValueError()))
t.close()
def both():
    yield from Items(1, 2)
    yield from [3]
    yield from (x for x in "4")
print(list(both()))
""",
    ),
]
