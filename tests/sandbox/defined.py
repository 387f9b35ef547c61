"""What agents define, by kind, and a desk at which it is stored and made again."""

from __future__ import annotations

import re
from typing import Any

from agex.policy import Registry
from agex.sandbox import Limits, Session
from agex.sandbox.definitions import Definitions
from agex.state import Versioned
from agex.state.stores import MemoryStore

NAME = re.compile(r"[^\W\d]\w*")


class Desk:
    """A store, and a process at it that can be restarted."""

    def __init__(self, store: Any = None, registry: Registry | None = None) -> None:
        self.store = store or MemoryStore()
        self.policy = (registry or Registry()).freeze()
        self.restart()

    def restart(self) -> None:
        self.state = Versioned(self.store)
        self.space = self.state.namespace(definitions=Definitions(self.policy))
        self.session = Session(self.policy, namespace=self.space.globals, limits=Limits(10))
        self.space.reserved = self.session.globals["$hidden"]
        self.space.bind = self.session.bind

    def run(self, source: str) -> Any:
        """One action: load what it mentions, run it, commit what it could have touched."""
        absent = self.space.load(set(NAME.findall(source)))
        result = self.session.run(source)
        assert result.error is None, f"{result.traceback} (absent: {absent})"
        saved = self.space.commit(result.touched)
        assert not saved.left_out, saved.left_out
        return result.output

    def again(self, source: str) -> Any:
        """The same, in a new process."""
        self.restart()
        return self.run(source)


#: name → (action, expression, value) after one restart between them.
CASES: dict[str, tuple[str, str, Any]] = {
    "a function": ("def f(x):\n    return x + 1", "f(1)", 2),
    "defaults": ("def f(a, b=[1], *, c={'k': 2}):\n    return a, b, c", "f(0)", (0, [1], {"k": 2})),
    "a docstring and names": (
        "def f():\n    'Says it.'\nf.__name__ = 'g'",
        "f.__name__, f.__doc__, f.__qualname__",
        ("g", "Says it.", "f"),
    ),
    "annotations": ("def f(a: int, b: 'x' = 1) -> str: ...", "f.__annotations__", {"a": int, "b": "x", "return": str}),
    "recursion": ("def fact(n):\n    return 1 if n < 2 else n * fact(n - 1)", "fact(5)", 120),
    "mutual references": (
        "def even(n): return n == 0 or odd(n - 1)\ndef odd(n): return n != 0 and even(n - 1)",
        "even(10), odd(10)",
        (True, False),
    ),
    "function attributes": ("def f(): return f.calls\nf.calls = [1]", "f()", [1]),
    "a lambda": ("f = lambda x, y=2: x * y", "f(4)", 8),
    "lambdas on one line": ("fs = [lambda x: x + 1, lambda x: x + 2, (lambda: (lambda: 3))()]", "fs[0](0), fs[1](0), fs[2]()", (1, 2, 3)),
    "a lambda over lines": ("f = (lambda x:\n        x\n    + 1)", "f(1)", 2),
    "a generator function": ("def f(n):\n    for i in range(n):\n        yield i * i", "list(f(4))", [0, 1, 4, 9]),
    "a coroutine function": ("async def f(x):\n    return x + 1", "await f(1)", 2),
    "an asynchronous generator": ("async def f():\n    yield 1\n    yield 2", "[x async for x in f()]", [1, 2]),
    "a decorator": (
        "import functools\ndef twice(f):\n    @functools.wraps(f)\n    def inner(*a):\n        return f(f(*a))\n    return inner\n@twice\ndef add(x):\n    'Adds.'\n    return x + 1",
        "add(1), add.__name__, add.__doc__, add.__wrapped__(1), twice(lambda x: x * 3)(1)",
        (3, "add", "Adds.", 2, 9),
    ),
    "a decorator with arguments": (
        "def times(n):\n    def wrap(f):\n        def inner(*a):\n            return [f(*a) for _ in range(n)]\n        return inner\n    return wrap\n@times(2)\ndef f(x):\n    return x",
        "f(7)",
        [7, 7],
    ),
    "a closure over itself": ("def make():\n    def fact(n):\n        return 1 if n < 2 else n * fact(n - 1)\n    return fact\ng = make()", "g(5)", 120),
    "a nested function made later": ("def outer(a):\n    def inner(b):\n        return lambda c: (a, b, c)\n    return inner", "outer(1)(2)(3)", (1, 2, 3)),
    "a text inside with less indentation": ("def outer():\n    def f():\n        return '''a\n  b\nc'''\n    return f\nf = outer()", "f()", "a\n  b\nc"),
    "comprehensions": ("def f(xs):\n    return [x for x in xs if x], {x: 1 for x in xs}, list(y for y in xs)", "f([0, 1])", ([1], {0: 1, 1: 1}, [0, 1])),
    "a match statement": ("def f(x):\n    match x:\n        case [a, *_]: return a\n        case {'k': v}: return v\n        case int(n): return n", "f([5]), f({'k': 6}), f(7)", (5, 6, 7)),
    "a shadowed builtin": ("def max(*a): return 'mine'\ndef f(): return max(1, 2)", "f(), max(3)", ("mine", "mine")),
    "global statements": ("n = 0\ndef up():\n    global n\n    n += 1\n    return n\nup()", "up(), n", (2, 2)),
    "a function named as its neighbour": ("def make(v):\n    def helper():\n        return v\n    return helper\nf = make(1)\ndef helper():\n    return 'global'", "f(), helper()", (1, "global")),
    "walrus and starred": ("def f(*a, **k):\n    return (n := len(a)), n + len(k)", "f(1, 2, x=3)", (2, 3)),
    "a standard library function": ("from dataclasses import dataclass, field\nfrom functools import partial, reduce\nimport collections, itertools as it", "reduce(lambda a, b: a + b, it.chain([1], [2])), collections.Counter('aab')['a']", (3, 2)),
    "a partial": ("from functools import partial\ndef f(a, b): return a - b\ng = partial(f, 10)", "g(3)", 7),
    "getters": ("from operator import itemgetter, attrgetter\nkey = itemgetter(1)\nname = attrgetter('__name__')", "key([1, 2]), name(len)", (2, "len")),
    "a cached function": ("from functools import lru_cache\n@lru_cache(maxsize=None)\ndef fib(n):\n    return n if n < 2 else fib(n - 1) + fib(n - 2)\nfib(10)", "fib(30)", 832040),
    "a context manager": ("from contextlib import contextmanager\nlog = []\n@contextmanager\ndef within(n):\n    log.append(n)\n    yield n\n    log.append(-n)", "\nwith within(3) as x: pass\nlog", [3, -3]),
    "single dispatch": ("from functools import singledispatch\n@singledispatch\ndef show(x): return 'any'\n@show.register\ndef _(x: int): return 'int'", "show(1), show('a')", ("int", "any")),
    "builtins under other names": ("p = print\nm = max\nl = len\nt = type", "m(1, 2), l('ab'), t(1)", (2, 2, int)),
    # ------------------------------------------------------------ classes
    "a class": ("class A:\n    'Doc.'\n    n = 1\n    def f(self): return self.n", "A().f(), A.__doc__, A.__name__", (1, "Doc.", "A")),
    "inheritance and super": (
        "class A:\n    def __init__(self, x): self.x = x\n    def f(self): return ['A']\nclass B(A):\n    def __init__(self, x):\n        super().__init__(x + 1)\n    def f(self): return super().f() + ['B']\nb = B(1)",
        "b.x, b.f(), B(5).x, isinstance(b, A), B.__mro__[1] is A",
        (2, ["A", "B"], 6, True, True),
    ),
    "properties and kinds of methods": (
        "class A:\n    _v = 1\n    @property\n    def v(self): return self._v\n    @v.setter\n    def v(self, x): self._v = x\n    @classmethod\n    def make(cls): return cls()\n    @staticmethod\n    def add(a, b): return a + b\na = A()\na.v = 5",
        "a.v, A.make().v, A.add(1, 2)",
        (5, 1, 3),
    ),
    "a setter after a restart": ("class A:\n    @property\n    def v(self): return self._v\n    @v.setter\n    def v(self, x): self._v = x * 2\na = A()", "\na.v = 4\na.v", 8),
    "private names": ("class A:\n    def __init__(self): self.__x = 1\n    def get(self): return self.__x\na = A()", "a.get(), A().get(), a._A__x", (1, 1, 1)),
    "nested classes": ("class A:\n    class B:\n        def f(self): return 'nested'\n    def b(self): return self.B()", "A().b().f(), A.B.__qualname__", ("nested", "A.B")),
    "class attributes set later": ("class A: pass\ndef hello(self): return 'hello'\nA.hi = hello\nA.origin = A()", "A().hi(), type(A.origin) is A", ("hello", True)),
    "a class in a function": ("def make(n):\n    class A:\n        def f(self): return n, __class__.__name__\n    return A\nA = make(3)", "A().f()", (3, "A")),
    "slots": ("class A:\n    __slots__ = ('x', '__y')\n    def __init__(self): self.x = 1; self.__y = 2\n    def y(self): return self.__y\na = A()", "a.x, a.y(), hasattr(a, '__dict__')", (1, 2, False)),
    "operators": ("class V:\n    def __init__(self, x): self.x = x\n    def __add__(self, o): return V(self.x + o.x)\n    def __eq__(self, o): return self.x == o.x\n    def __repr__(self): return f'V({self.x})'\nv = V(1)", "repr(v + V(2)), v == V(1), V.__hash__", ("V(3)", True, None)),
    "a metaclass": ("class M(type):\n    def __new__(m, n, b, d):\n        d['made'] = 'by M'\n        return super().__new__(m, n, b, d)\n    def __call__(cls, *a): return ('called', super().__call__(*a))\n    @property\n    def size(cls): return 3\nclass A(metaclass=M): pass", "A.made, A.size, A()[0], type(A) is M", ("by M", 3, "called", True)),
    "init_subclass runs once": ("seen = []\nclass A:\n    def __init_subclass__(cls, tag=None, **k):\n        super().__init_subclass__(**k)\n        seen.append((cls.__name__, tag))\nclass B(A, tag=1): pass", "\nclass C(B, tag=2): pass\nseen", [("B", 1), ("C", 2)]),
    "set_name runs once": ("class D:\n    names = []\n    def __set_name__(self, owner, name): self.names.append(name)\n    def __get__(self, o, t=None): return 'got'\nclass A:\n    d = D()", "A().d, D.names", ("got", ["d"])),
    "a body that prints runs once": ("n = []\nclass A:\n    n.append(1)\n    x = len(n)", "A.x, n", (1, [1])),
    "an abstract class": ("from abc import ABC, abstractmethod\nclass A(ABC):\n    @abstractmethod\n    def f(self): ...\nclass B(A):\n    def f(self): return 1\n@A.register\nclass Other: pass", "\ntry:\n    A()\nexcept TypeError as e:\n    text = 'abstract' in str(e)\ntext, B().f(), isinstance(B(), A), issubclass(Other, A)", (True, 1, True, True)),
    "a dataclass": (
        "from dataclasses import dataclass, field\n@dataclass(order=True)\nclass P:\n    x: int\n    y: int = 2\n    tags: list = field(default_factory=list, compare=False)\n    def sum(self): return self.x + self.y\np = P(1)\np.tags.append('a')",
        "repr(p), p == P(1), p < P(2), p.sum(), P(3, y=4).tags, P.__match_args__",
        ("P(x=1, y=2, tags=['a'])", True, True, 3, [], ("x", "y", "tags")),
    ),
    "a frozen dataclass with slots": (
        "from dataclasses import dataclass, replace\n@dataclass(frozen=True, slots=True)\nclass P:\n    x: int\n    y: int = 2\np = P(1)",
        "\ntry:\n    p.x = 5\nexcept AttributeError as e:\n    kind = type(e).__name__\nkind, replace(p, x=9).x, hash(p) == hash(P(1)), {p: 1}[P(1)]",
        ("FrozenInstanceError", 9, True, 1),
    ),
    "a dataclass with post_init and inheritance": (
        "from dataclasses import dataclass, field, asdict, KW_ONLY, InitVar\nfrom typing import ClassVar\n@dataclass\nclass A:\n    x: int\n    n: ClassVar[int] = 7\n    k: InitVar[int] = 1\n    def __post_init__(self, k): self.z = self.x * k\n@dataclass\nclass B(A):\n    _: KW_ONLY\n    w: int = 5\nb = B(2, 3)",
        "b.z, b.w, B(1, w=6).w, asdict(b), B.n",
        (6, 5, 6, {"x": 2, "w": 5}, 7),
    ),
    "an enum": (
        "from enum import Enum, IntEnum, Flag, auto\nclass C(Enum):\n    RED = auto()\n    BLUE = auto()\n    AZURE = 2\n    def loud(self): return self.name + '!'\nclass N(IntEnum):\n    ONE = 1\nclass F(Flag):\n    A = 1\n    B = 2\nc = C.RED\nboth = F.A | F.B",
        "c is C.RED, C(2).loud(), C.AZURE is C.BLUE, N.ONE + 1, both == F.A | F.B, [m.name for m in C]",
        (True, "BLUE!", True, 2, True, ["RED", "BLUE"]),
    ),
    "an enum with a constructor": (
        "from enum import Enum\ncalls = []\nclass Planet(Enum):\n    EARTH = (5.9, 6.3)\n    MARS = (0.6, 3.4)\n    def __init__(self, mass, radius):\n        calls.append(1)\n        self.mass = mass\n    @property\n    def heavy(self): return self.mass > 1",
        "Planet.EARTH.mass, Planet.MARS.heavy, Planet.EARTH.value, calls",
        (5.9, False, (5.9, 6.3), [1, 1]),
    ),
    "a functional enum and string enum": ("from enum import Enum, StrEnum\nC = Enum('C', 'A B')\nclass S(StrEnum):\n    X = 'x'\n    Y = 'y'", "C.A.value, S.X == 'x', S('y').name", (1, True, "Y")),
    "a typed NamedTuple": ("from typing import NamedTuple\nclass P(NamedTuple):\n    x: int\n    y: int = 2\n    def sum(self): return self.x + self.y\np = P(1)", "p.sum(), tuple(p), tuple(P(3)._replace(y=0)), repr(p), type(p) is P", (3, (1, 2), (3, 0), "P(x=1, y=2)", True)),
    "a namedtuple": ("from collections import namedtuple\nP = namedtuple('P', 'x y', defaults=[5])\np = P(1)\nclass Q(P):\n    def sum(self): return self.x + self.y\nq = Q(1, 2)", "tuple(p), p.y, q.sum(), q._asdict()", ((1, 5), 5, 3, {"x": 1, "y": 2})),
    "a TypedDict": ("from typing import TypedDict\nclass T(TypedDict, total=False):\n    x: int\nt: T = {'x': 1}", "T(x=2), T.__annotations__, T.__total__", ({"x": 2}, {"x": int}, False)),
    "a protocol": ("from typing import Protocol, runtime_checkable\n@runtime_checkable\nclass Named(Protocol):\n    name: str\n    def hi(self) -> str: ...\nclass A:\n    name = 'a'\n    def hi(self): return 'hi'", "isinstance(A(), Named), isinstance(3, Named)", (True, False)),
    "a generic class": ("from typing import Generic, TypeVar\nT = TypeVar('T')\nclass Box(Generic[T]):\n    def __init__(self, x: T): self.x = x\n    def get(self) -> T: return self.x\nb = Box[int](3)", "b.get(), Box[str]('a').get()", (3, "a")),
    "an exception": ("class Oops(ValueError):\n    def __init__(self, code):\n        super().__init__(f'code {code}')\n        self.code = code\ne = Oops(3)", "\ntry:\n    raise e\nexcept Oops as x:\n    got = str(x), x.code\ngot", ("code 3", 3)),
    "subclasses of builtins": ("class L(list):\n    def last(self): return self[-1]\nclass D(dict):\n    def __missing__(self, k): return k * 2\nclass S(str):\n    def shout(self): return self.upper()\nl, d, s = L([1, 2]), D(a=1), S('x')", "l.last(), d['a'], d[4], s.shout()", (2, 1, 8, "X")),
    "cached_property": ("from functools import cached_property\nclass A:\n    calls = 0\n    @cached_property\n    def v(self):\n        A.calls += 1\n        return 5\na = A()\na.v", "a.v, A.calls, A().v, A.calls", (5, 1, 5, 2)),
    "total_ordering": ("from functools import total_ordering\n@total_ordering\nclass V:\n    def __init__(self, x): self.x = x\n    def __eq__(self, o): return self.x == o.x\n    def __lt__(self, o): return self.x < o.x", "V(1) >= V(0), V(1) <= V(0)", (True, False)),
    "a class made by type": ("A = type('A', (), {'f': lambda self: 4})", "A().f()", 4),
    "a class decorator": ("known = {}\ndef register(cls):\n    known[cls.__name__] = cls\n    return cls\n@register\nclass A:\n    def f(self): return 1", "known['A'] is A, known['A']().f(), len(known)", (True, 1, 1)),
    "a callable object with state": ("class Counter:\n    def __init__(self): self.n = 0\n    def __call__(self):\n        self.n += 1\n        return self.n\nc = Counter()\nc()", "c()", 2),
    "an instance attribute over a method": ("class A:\n    def f(self): return 'method'\na, b = A(), A()\na.f = lambda: 'own'", "b.f(), b.f(), a.f()", ("method", "method", "own")),
    "getattr and setattr of its own": ("class A:\n    def __getattr__(self, n): return n.upper()\n    def __setattr__(self, n, v): object.__setattr__(self, n, v * 2)\na = A()\na.x = 4", "a.x, a.other", (8, "OTHER")),
}  # fmt: skip
