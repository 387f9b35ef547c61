"""Programs as people write them, left and entered again after every action."""

from __future__ import annotations

import pickletools

import pytest

from agex.helpers import register_stdlib
from agex.policy import Registry
from agex.state import Versioned
from agex.state.stores import MemoryStore
from agex.state.tree import Tree
from tests.state.worlds import World

registry = Registry()
register_stdlib(registry)
POLICY = registry.freeze()


@pytest.mark.parametrize(
    ("define", "use"),
    [
        ("join = ','.join", "join('ab')"),
        ("f = '{:>4}|'.format", "f(7)"),
        ("put = [].append", "put(1)"),
        ("get = {'a': 1}.get", "get('a'), get('b')"),
        ("upper = str.upper\nof = dict.fromkeys", "upper('x'), of('ab', 0)"),
        ("import re\nsub = re.compile('a').sub", "sub('b', 'banana')"),
        ("import datetime\nspan = datetime.timedelta(1).total_seconds", "span()"),
        ("import datetime\nparse = datetime.datetime.fromisoformat", "parse('2024-01-02').day"),
        ("import random\npick = random.Random(1).choice", "pick([5])"),
        ("import operator\nloud = operator.methodcaller('upper')", "loud('x')"),
        ("from functools import partial\nhexed = partial(int, base=16)", "hexed('ff')"),
        ("s, p, m, t = sorted, print, max, type", "s([2, 1]), m(1, 2), t(1) is int"),
    ],
)
def test_a_method_taken_from_its_object_is_kept_for_every_python(define, use):
    """No bytecode in it, which another Python could not read."""
    world = World(Versioned(), POLICY)
    world.run(define)
    expected = world.session.guards.texts.repr(world.run(use))

    state = Versioned(world.state.blobs.store)
    tree = Tree.open(state.blobs, state.history()[-1].snapshot)
    for _, node in tree.nodes():
        packed = tree.packed(node.group)
        assert packed.python is None
        assert packed.missing == ()
        stream = bytes(packed.stream(state.blobs))
        names = {arg for _, arg, _ in pickletools.genops(stream) if isinstance(arg, str)}
        assert not {"CodeType", "_make_function"} & names
    again = World(state, POLICY)
    assert again.session.guards.texts.repr(again.run(use)) == expected


SCENARIOS = {
    'dataclass order frozen': ["from dataclasses import dataclass, field, replace\n@dataclass(order=True, frozen=True)\nclass V:\n    a: int\n    b: str = 'x'\nv = V(1)\nvs = sorted([V(3), V(1), V(2)])\n[vs, hash(v) == hash(V(1))]", "d = {V(1): 'one', V(2, 'y'): 'two'}\nd[V(1)], replace(v, a=5)", "d[V(2, 'y')], v == vs[0], V(1) in d"],
    'dataclass inherit slots': ['from dataclasses import dataclass\n@dataclass(slots=True)\nclass A:\n    x: int\n@dataclass(slots=True, kw_only=True)\nclass B(A):\n    y: int = 2\nb = B(x=1)\nb', 'b.y = 7\nb, A(3)', 'B(x=3), b'],
    'dataclass initvar post': ['from dataclasses import dataclass, InitVar, field\nfrom typing import ClassVar\n@dataclass\nclass P:\n    a: int\n    scale: InitVar[int] = 2\n    b: int = field(init=False)\n    count: ClassVar[int] = 0\n    def __post_init__(self, scale):\n        self.b = self.a * scale\n        P.count += 1\np = P(3, scale=5)\np, P.count', 'P(4), P.count', 'p.b, P.count, P(1, scale=10).b'],
    'enum variety': ["from enum import Enum, IntEnum, Flag, auto, StrEnum\nclass C(Enum):\n    A = auto()\n    B = auto()\n    @classmethod\n    def first(cls): return cls.A\n    @property\n    def low(self): return self.name.lower()\nclass I(IntEnum):\n    X = 3\nclass F(Flag):\n    R = auto()\n    W = auto()\n    RW = R | W\nclass T(StrEnum):\n    U = 'u'\nm = {C.A: [C.B], 'f': F.R | F.W, I.X: T.U}\nm", "m[C.A].append(C.first())\nm, C.A.low, F.RW is m['f'], I.X + 1, T.U + 'v'", "C(1) is C.A, m[C.A][0] is C.B, [c.name for c in C], F.R in F.RW, C['B'].low"],
    'enum with value tuple init': ['from enum import Enum\nclass Planet(Enum):\n    EARTH = (1, 2)\n    MARS = (3, 4)\n    def __init__(self, m, r):\n        self.m = m\n        self.r = r\n    def g(self): return self.m / self.r\np = Planet.MARS\np.g()', 'p.g(), Planet.EARTH.m, Planet((1, 2)) is Planet.EARTH', 'p is Planet.MARS, p.g()'],
    'closures over each other': ['def make():\n    a = []\n    def put(x):\n        a.append(x)\n        return get()\n    def get():\n        return list(a)\n    return put, get\nput, get = make()\nput(1)', 'put(2)', 'get(), put(3), get()'],
    'closure late cell': ['def outer():\n    def f():\n        return g() + 1\n    def g():\n        return 41\n    return f\nf = outer()\nf()', 'h = f\nh() ', 'h is f, f()'],
    'decorated': ["from functools import wraps\ndef count(f):\n    @wraps(f)\n    def inner(*a, **k):\n        inner.calls += 1\n        return f(*a, **k)\n    inner.calls = 0\n    return inner\n@count\ndef add(a, b=2):\n    'Adds.'\n    return a + b\nadd(1)", 'add(2, b=5), add.calls, add.__doc__, add.__name__', 'add(1), add.calls, add.__wrapped__(3)'],
    'decorator with args and class decorator': ["registry = {}\ndef register(name):\n    def deco(cls):\n        registry[name] = cls\n        cls.tag = name\n        return cls\n    return deco\n@register('a')\nclass A:\n    def hi(self): return self.tag\nclass Deco:\n    def __init__(self, f): self.f = f; self.n = 0\n    def __call__(self, *a):\n        self.n += 1\n        return self.f(*a)\n@Deco\ndef sq(x): return x * x\nsq(3), registry['a'] is A", "sq(4), sq.n, registry['a']().hi()", "sq(5), sq.n, registry['a'] is A, A().hi()"],
    'lru cache': ['from functools import lru_cache, cache, cached_property\nhits = []\n@lru_cache(maxsize=2)\ndef slow(x):\n    hits.append(x)\n    return x * 2\nclass K:\n    def __init__(self): self.n = 0\n    @cached_property\n    def big(self):\n        self.n += 1\n        return 99\nk = K()\nslow(1), slow(1), hits, k.big', 'slow(2), k.big, k.n', 'slow(3), len(hits) >= 2, k.big, k.n'],
    'partials and methods': ["from functools import partial\nimport operator\ndef add(a, b, c=0): return a + b + c\np = partial(add, 1, c=10)\nclass A:\n    def __init__(self): self.items = []\n    def put(self, x):\n        self.items.append(x)\n        return len(self.items)\na = A()\nput = a.put\nget = operator.itemgetter(1)\nat = operator.attrgetter('items')\nupper = str.upper\napp = [].append\np(2), put('x')", "p(5), put('y'), a.items, get([1, 2]), at(a), upper('q')", "put('z'), a.items, put.__self__ is a, p.keywords"],
    'static class methods, super chain': ["class A:\n    n = 0\n    @classmethod\n    def make(cls, *a):\n        cls.n += 1\n        return cls(*a)\n    @staticmethod\n    def twice(x): return 2 * x\n    def who(self): return 'A'\nclass B(A):\n    def who(self): return 'B' + super().who()\nclass C(A):\n    def who(self): return 'C' + super().who()\nclass D(B, C):\n    def who(self): return 'D' + super().who()\nd = D.make()\nd.who(), D.n, A.n", 'd.who(), D.twice(4), isinstance(d, C), [c.__name__ for c in D.__mro__]', 'D.make().who(), D.n, A.n, D.__mro__[1] is B'],
    'properties setters': ['class T:\n    def __init__(self): self._c = 0\n    @property\n    def f(self): return self._c * 9 / 5 + 32\n    @f.setter\n    def f(self, v): self._c = (v - 32) * 5 / 9\n    @f.deleter\n    def f(self): self._c = None\nt = T()\nt.f = 212\nt._c', 't.f = 32\nt._c, t.f', 'del t.f\nt._c'],
    'nested classes': ['class Outer:\n    class Inner:\n        def __init__(self, o): self.o = o\n        class Deep:\n            z = 3\n    def make(self): return Outer.Inner(self)\no = Outer()\ni = o.make()\ni.o is o', 'i.o is o, type(i).__qualname__, Outer.Inner.Deep.z', 'isinstance(i, Outer.Inner), o.make().o is o'],
    'exceptions': ["class MyErr(ValueError):\n    def __init__(self, code, msg='m'):\n        super().__init__(msg)\n        self.code = code\ntry:\n    raise MyErr(3)\nexcept MyErr as e:\n    kept = e\nkept.code, str(kept)", 'try:\n    raise kept\nexcept ValueError as e:\n    r = (e is kept, e.code, e.args)\nr', 'isinstance(kept, MyErr), kept.code, kept.args, repr(kept)'],
    'exception groups notes cause': ["try:\n    try:\n        1 / 0\n    except ZeroDivisionError as z:\n        raise KeyError('k') from z\nexcept KeyError as e:\n    e.add_note('hm')\n    kept = e\neg = ExceptionGroup('g', [ValueError(1), TypeError(2)])\nrepr(kept.__cause__)", 'kept.__notes__, eg.exceptions', 'kept.args, [type(x).__name__ for x in eg.exceptions]'],
    'async': ['async def f(x):\n    return x * 2\nasync def g(xs):\n    return [await f(x) for x in xs]\nr = await g([1, 2])\nr', 'await g([5])', 'await f(3), r'],
    'constants and deletions': ['PI = 3\nA, B = 1, 2\n[C := 5, C + 1]', "del A\n'A' in dir(), PI, C", "try:\n    A\n    r = 1\nexcept NameError:\n    r = 'gone'\nr, B, C"],
    'rebind builtins': ['def size(x): return len(x)\nlen = lambda x: 42\nsize([1])', "size([]), len('abc')", "del len\nsize([1, 2]), len('abc')", 'size([1, 2, 3])'],
    'walrus match': ["def classify(v):\n    match v:\n        case {'kind': k, **rest}: return k, rest\n        case [x, *ys] if (n := len(ys)) > 1: return x, n\n        case int() | float(): return 'num'\n        case _: return None\nclassify({'kind': 1, 'z': 2}), classify([1, 2, 3]), classify(2.5)", "classify({'kind': 1}), classify([1]), classify('x')", 'classify([4, 5, 6, 7])'],
    'dataclass match args': ["from dataclasses import dataclass\n@dataclass\nclass Pt:\n    x: int\n    y: int\ndef f(p):\n    match p:\n        case Pt(0, y): return ('axis', y)\n        case Pt(x=x, y=y): return (x, y)\np = Pt(0, 5)\nf(p)", 'f(Pt(1, 2)), f(p)', 'f(p), Pt.__match_args__'],
    'sets of instances': ["class N:\n    def __init__(self, n): self.n = n\n    def __hash__(self): return hash(self.n)\n    def __eq__(self, o): return isinstance(o, N) and self.n == o.n\n    def __repr__(self): return f'N{self.n}'\nss = {N(1), N(2), N(1)}\nfs = frozenset([N(3)])\nd = {N(9): [N(1)], (N(1), 'k'): 2}\nsorted(map(repr, ss))", "N(1) in ss, N(3) in fs, d[N(9)], d[(N(1), 'k')]", 'ss.add(N(7))\nsorted(map(repr, ss)), d[N(9)][0] in ss'],
    'identity instances as keys': ['class P: pass\na, b = P(), P()\nd = {a: 1, b: 2}\nseen = {a}\nd[a], b in seen', 'd[b], a in seen, b in seen', 'd[a] + d[b], a in d'],
    'recursion mutual': ['def ev(n): return True if n == 0 else od(n - 1)\ndef od(n): return False if n == 0 else ev(n - 1)\nclass Tree:\n    def __init__(self, v, kids=()): self.v, self.kids, self.parent = v, list(kids), None\n    def add(self, k):\n        k.parent = self\n        self.kids.append(k)\n        return k\n    def sum(self): return self.v + sum(k.sum() for k in self.kids)\nt = Tree(1)\nc = t.add(Tree(2))\nc.add(Tree(3))\nt.sum(), ev(10)', 'c.parent is t, t.sum(), od(7)', 'c.add(Tree(10))\nt.sum(), t.kids[0] is c, c.kids[0].parent is c'],
    'counter, deque, defaultdict, ordered': ["from collections import Counter, deque, defaultdict, OrderedDict, ChainMap, namedtuple\nc = Counter('aab')\nq = deque([1, 2, 3], maxlen=3)\ndd = defaultdict(list)\ndd['x'].append(1)\ntree = lambda: defaultdict(tree)\nt = tree()\nt['a']['b'] = 1\nPt = namedtuple('Pt', 'x y', defaults=[0])\np = Pt(1)\ncm = ChainMap({'a': 1}, {'b': 2})\nc.most_common(1), p", "q.append(4)\ndd['y'].append(2)\nt['c']['d'] = 2\nlist(q), dict(dd), p._replace(x=5), cm['b']", "c['z'] += 1\nq.maxlen, dd['new'], sorted(t), Pt(2), isinstance(p, Pt), p.y, sorted(c.items())"],
    'namedtuple class and typeddict': ["from typing import NamedTuple, TypedDict, Optional, Protocol, Generic, TypeVar\nclass R(NamedTuple):\n    a: int\n    b: str = 'q'\n    def both(self): return f'{self.a}{self.b}'\nclass D(TypedDict):\n    n: int\nT = TypeVar('T')\nclass Box(Generic[T]):\n    def __init__(self, v: T): self.v = v\nclass Has(Protocol):\n    def go(self) -> int: ...\nr = R(1)\nb = Box[int](3)\nd: D = {'n': 1}\nr.both(), b.v", "R(2, 'z').both(), Box('s').v, isinstance(r, tuple)", "r == (1, 'q'), r.both(), Box[int].__name__ if False else b.v"],
    'abc': ['from abc import ABC, abstractmethod\nclass Shape(ABC):\n    @abstractmethod\n    def area(self): ...\n    def twice(self): return 2 * self.area()\nclass Sq(Shape):\n    def __init__(self, s): self.s = s\n    def area(self): return self.s ** 2\nsq = Sq(3)\nsq.twice()', "try:\n    Shape()\n    r = 'made'\nexcept TypeError as e:\n    r = 'abstract'\nr, sq.twice()", 'isinstance(sq, Shape), Sq(2).twice()'],
    'operators dunder': ["class V:\n    def __init__(self, x, y): self.x, self.y = x, y\n    def __add__(self, o): return V(self.x + o.x, self.y + o.y)\n    def __mul__(self, k): return V(self.x * k, self.y * k)\n    __rmul__ = __mul__\n    def __eq__(self, o): return (self.x, self.y) == (o.x, o.y)\n    def __repr__(self): return f'V({self.x}, {self.y})'\n    def __getitem__(self, i): return (self.x, self.y)[i]\n    def __len__(self): return 2\n    def __iter__(self): return iter((self.x, self.y))\n    def __call__(self, k): return self * k\n    def __enter__(self): return self\n    def __exit__(self, *a): return False\n    def __contains__(self, v): return v in (self.x, self.y)\nv = V(1, 2)\n3 * v + v", 'v(3), v[1], len(v), list(v), 2 in v', "with v as w:\n    r = w is v\nr, V(0, 0) == V(0, 0), {**{'k': v}}['k'] is v"],
    'descriptor and set_name': ["class Pos:\n    def __set_name__(self, owner, name): self.name = '_' + name\n    def __get__(self, o, t=None): return self if o is None else getattr(o, self.name)\n    def __set__(self, o, v):\n        if v < 0: raise ValueError(self.name)\n        setattr(o, self.name, v)\nclass A:\n    n = Pos()\n    def __init__(self, n): self.n = n\na = A(3)\na.n", 'try:\n    a.n = -1\nexcept ValueError as e:\n    r = str(e)\nr, a.n', 'a.n = 9\na.n, A(1).n'],
    'init_subclass getattr': ["class Base:\n    subs = []\n    def __init_subclass__(cls, /, tag='', **k):\n        super().__init_subclass__(**k)\n        cls.tag = tag\n        Base.subs.append(cls)\n    def __getattr__(self, name): return f'no {name}'\nclass A(Base, tag='x'): pass\na = A()\na.foo, A.tag, len(Base.subs)", 'class B(Base): pass\nlen(Base.subs), Base.subs[0] is A', 'len(Base.subs), a.bar, Base.subs[1] is B'],
    'context managers': ["from contextlib import contextmanager\nlog = []\n@contextmanager\ndef timed(name):\n    log.append('in ' + name)\n    try:\n        yield name\n    finally:\n        log.append('out')\nwith timed('a') as n: pass\nlog", "with timed('b') as n:\n    log.append(n)\nlog", "with timed('c'): pass\nlen(log)"],
    'kwonly defaults varargs annotations': ["def f(a, /, b: int = 2, *args: str, c, d: 'str' = 'd', **kw) -> list: return [a, b, args, c, d, sorted(kw)]\nf(1, c=3)", 'f(1, 2, 3, 4, c=5, z=6)', "f(0, c=1), f.__annotations__['b'] is int, f.__kwdefaults__"],
    'mutable default shared': ['shared = []\ndef f(x, acc=shared):\n    acc.append(x)\n    return acc\nf(1)', 'f(2) is shared, shared', 'shared.append(9)\nf(3)'],
    'global statement counters': ['n = 0\ndef inc():\n    global n, fresh\n    n += 1\n    fresh = n * 10\ninc()\nn', 'inc()\nn, fresh', 'inc()\nn, fresh'],
    'class attrs mutable and class in container': ["class A:\n    shared = []\n    def put(self, x): self.shared.append(x)\nclasses = {'A': A}\nA().put(1)\nA.shared", "classes['A']().put(2)\nA.shared, classes['A'] is A", "A.extra = lambda self: len(self.shared)\nA().extra(), classes['A']().extra()", "classes['A']().extra()"],
    'redefine function keeps old refs': ['def f(): return 1\nold = f\nl = [f]\ndef f(): return 2\nold(), f()', 'def f(): return 3\nold(), f(), l[0]()', 'l[0] is old, f is not old, old(), f()'],
    'import styles': ['import math as m, statistics\nfrom math import sqrt as root, pi\nfrom collections import *\nm.floor(pi)', 'root(4), statistics.mean([1, 2]), m.ceil(pi)', "Counter('aa')['a'], m is not None, root(9)"],
    'listcomp lambda loops capture': ['fs = [lambda x, i=i: x + i for i in range(3)]\ngs = [(lambda: i) for i in range(3)]\n[f(1) for f in fs], [g() for g in gs]', '[f(10) for f in fs], [g() for g in gs]', 'fs[1](5), gs[0](), sorted([3, 1, 2], key=lambda v: -v)'],
    'subclass builtins': ["class L(list):\n    def total(self): return sum(self)\nclass D(dict):\n    def __missing__(self, k): return k * 2\nclass S(str):\n    def shout(self): return self.upper() + '!'\nclass I(int):\n    def double(self): return I(self * 2)\nl, d, st, i = L([1, 2]), D(a=1), S('hi'), I(4)\nl.tag = 't'\nl.total(), d['zz'], st.shout(), i.double()", "l.append(3)\nl.total(), l.tag, d['a'], d['b'], st.shout(), i.double().double()", "isinstance(l, L), l.tag, dict(d), st + '?', i + 1, type(i.double()) is I"],
    'iterator protocol and iterators stored': ["class Count:\n    def __init__(self, n): self.n, self.i = n, 0\n    def __iter__(self): return self\n    def __next__(self):\n        if self.i >= self.n: raise StopIteration\n        self.i += 1\n        return self.i\nc = Count(3)\nit = iter([1, 2, 3])\nz = zip('ab', [1, 2])\nr = reversed([1, 2])\nen = enumerate('xy')\nmp = map(str, [1, 2])\nnext(c), next(it)", 'next(c), next(it), next(z), next(r), next(en), next(mp)', 'list(c), list(it), list(z), list(en), list(mp)'],
    'typing union alias': ["from typing import Callable, Optional, Union\nHandler = Callable[[int], str]\nAlias = dict[str, list[int]]\nu = int | None\nx: Alias = {'a': [1]}\nh: Handler = lambda n: str(n)\nh(1)", "isinstance(3, int | str), h(2), x['a']", 'Alias, u, Optional[int] == u'],
    'multiple assignment chain aliasing': ["a = b = c = []\na.append(1)\nd = (a, [b])\ne = {'k': d}\nc is a", "b.append(2)\nd[0] is c, e['k'][1][0] is a, e['k'] == d", 'a is b is c, len(c), d[1][0] is c'],
    'while else try finally': ["def f(n):\n    out = []\n    try:\n        while n:\n            n -= 1\n            if n == 2: break\n        else:\n            out.append('else')\n        return out + [n]\n    finally:\n        out.append('fin')\nf(5)", 'f(2), f(0)', 'f(9)'],
    'type() call & dynamic class': ["T = type('T', (), {'x': 1, 'hi': lambda self: self.x})\nt = T()\nt.hi()", 'T.x = 5\nt.hi(), type(t) is T', 't.hi(), T.__name__'],
    'simple namespace and weird names': ['from types import SimpleNamespace\nns = SimpleNamespace(a=1, b=[2])\n_priv = 3\nclass _P: pass\nπ = 3.14\nns.a, π', 'ns.b.append(3)\nns, _priv, π', 'ns.b, _P.__name__, π * 2'],
    'singledispatch totalordering': ["from functools import singledispatch, total_ordering, reduce\n@singledispatch\ndef show(x): return 'any'\n@show.register\ndef _(x: int): return 'int'\n@show.register(list)\ndef _l(x): return 'list'\n@total_ordering\nclass W:\n    def __init__(self, w): self.w = w\n    def __eq__(self, o): return self.w == o.w\n    def __lt__(self, o): return self.w < o.w\nw = W(1)\nshow(1), show([]), show('s'), w <= W(2)", 'show(3), show([1]), W(3) > w, max([W(1), W(5)]).w', "show('x'), show(2), w >= W(0)"],
    'bytes memory bytearray': ["b = bytearray(b'abc')\nalias = b\nd = {'b': b}\nb[0] = 65\nbytes(b)", "alias.append(33)\nd['b'] is alias, bytes(d['b'])", 'bytes(b), b is alias'],
    'deep self reference': ["l = []\nl.append(l)\nd = {}\nd['me'] = d\nd['l'] = l\nl[0] is l", "d['me'] is d, d['l'] is l, l[0] is l", "d['me']['me']['l'][0] is l"],
    'private mangling': ["class A:\n    def __init__(self): self.__x = 1\n    def get(self): return self.__x\n    def __hid(self): return 'h'\n    def call(self): return self.__hid()\nclass B(A):\n    def __init__(self):\n        super().__init__()\n        self.__x = 2\n    def mine(self): return self.__x\nb = B()\nb.get(), b.mine(), b.call()", 'b.get(), b.mine(), b.call()', 'A().get(), B().mine()'],
    'docstring and function attributes': ["def f():\n    '''Doc.'''\n    return f.n\nf.n = 3\nf.tags = {'a'}\nclass D:\n    'class doc'\n    def m(self):\n        'm doc'\nf()", 'f.n += 1\nf(), f.__doc__, D.__doc__', 'f(), f.tags, D.m.__doc__, D().m.__doc__'],
    'exec-like deep nesting closure 3 levels': ['def a(x):\n    def b(y):\n        def c(z):\n            nonlocal x, y\n            x += 1; y += 1\n            return x, y, z\n        return c\n    return b\nb1 = a(0)\nc1, c2 = b1(10), b1(20)\nc1(1), c2(2)', 'c1(3), c2(4)', 'c1(5), b1(0)(0)'],
}  # fmt: skip


def shown(store, action):
    """What an action shows in a world that is entered for it alone."""
    world = World(Versioned(store), POLICY)
    return world.session.guards.texts.repr(world.run(action))


@pytest.mark.parametrize("actions", SCENARIOS.values(), ids=SCENARIOS)
def test_it_goes_on_as_if_nobody_had_left(actions):
    staying = World(Versioned(), POLICY)
    expected = [staying.session.guards.texts.repr(staying.run(action)) for action in actions]
    store = MemoryStore()

    assert [shown(store, action) for action in actions] == expected
