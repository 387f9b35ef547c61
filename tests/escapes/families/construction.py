"""Making instances of classes that may not be constructed, through everything that calls."""

from ..case import Attack, Twin

HOW = "something else than a plain call calls the class"

INDIRECT = [
    ("plain call", "KLASS()"),
    ("partial", "from functools import partial\npartial(KLASS)()"),
    ("map", "list(map(KLASS, [1]))"),
    ("filter", "list(filter(KLASS, [1]))"),
    ("sorted key", "try:\n    sorted([1], key=KLASS)\nexcept TypeError:\n    pass"),
    ("max key", "max([1], key=KLASS)"),
    ("min key", "min([1, 2][:1], key=KLASS)"),
    ("list.sort key", "[1].sort(key=KLASS)"),
    ("reduce", "from functools import reduce\nreduce(KLASS, [1, 2])"),
    ("accumulate", "from itertools import accumulate\nlist(accumulate([1, 2], KLASS))"),
    ("starmap", "from itertools import starmap\nlist(starmap(KLASS, [()]))"),
    ("takewhile", "from itertools import takewhile\nlist(takewhile(KLASS, [1]))"),
    ("dropwhile", "from itertools import dropwhile\nlist(dropwhile(KLASS, [1]))"),
    ("filterfalse", "from itertools import filterfalse\nlist(filterfalse(KLASS, [1]))"),
    ("groupby", "from itertools import groupby\nlist(groupby([1], KLASS))"),
    ("iter with sentinel", "next(iter(KLASS, None))"),
    ("defaultdict", "from collections import defaultdict\ndefaultdict(KLASS)['x']"),
    ("defaultdict's own method", "from collections import defaultdict\ndefaultdict(KLASS).__missing__('x')"),
    ("changed default_factory", "from collections import defaultdict\nd = defaultdict(int)\n"
     "d.default_factory = KLASS\nd['x']"),
    ("Counter subclass", "from collections import Counter\nclass C(Counter):\n    __missing__ = KLASS\nC()['x']"),
    ("namedtuple default", "from collections import namedtuple\nP = namedtuple('P', 'a', defaults=[KLASS])\nP().a()"),
    ("decorator", "@KLASS\ndef f(): ..."),
    ("class decorator", "@KLASS\nclass C: ..."),
    ("decorator expression", "@(lambda f: KLASS(f))\ndef f(): ..."),
    ("metaclass", "class C(metaclass=KLASS): ..."),
    ("base class", "class C(KLASS): ...\nC()"),
    ("base of a base", "class B(KLASS): ...\nclass C(B):\n    def __init__(self):\n        pass\nC()"),
    ("base by type()", "type('C', (KLASS,), {})()"),
    ("base by mro_entries", "class M:\n    def __mro_entries__(self, bases):\n        return (KLASS,)\n"
     "class C(M()): ...\nC()"),
    ("base with own new", "class C(KLASS):\n    def __new__(cls):\n        return super().__new__(cls)\nC()"),
    ("base through a generic alias", "import types\nclass C(types.GenericAlias(KLASS, int)): ...\nC()"),
    ("object.__new__ of a subclass", "class C(KLASS): ...\nc = object.__new__(C)\n"
     "c.__init__()\nKLASS.__new__(C)"),
    ("class's own __new__", "KLASS.__new__(KLASS)"),
    ("type.__call__", "type.__call__(KLASS)"),
    ("__call__ of the class", "KLASS.__call__()"),
    ("method wrapper", "(lambda c: c())(KLASS.__call__)"),
    ("operator.call", "import operator\noperator.call(KLASS)"),
    ("methodcaller", "from operator import methodcaller\nmethodcaller('__call__')(KLASS)"),
    ("host's caller", "apply(KLASS)"),
    ("host's sort", "try:\n    best([], KLASS)\nexcept TypeError:\n    pass"),
    ("attribute of an own object", "class A: ...\na = A()\na.k = KLASS\na.k()"),
    ("attribute of an own class", "class A:\n    k = KLASS\nA.k()"),
    ("instance's class attribute", "class A:\n    k = KLASS\nA().k()"),
    ("staticmethod", "class A:\n    k = staticmethod(KLASS)\nA.k()"),
    ("classmethod", "class A:\n    k = classmethod(KLASS)\nA.k()"),
    ("property", "class A:\n    k = property(KLASS)\nA().k"),
    ("property setter", "class A:\n    k = property(None, KLASS)\nA().k = 1"),
    ("cached_property", "from functools import cached_property\nclass A:\n    k = cached_property(KLASS)\n"
     "A().k"),
    ("partialmethod", "from functools import partialmethod\nclass A:\n    k = partialmethod(KLASS)\nA().k()"),
    ("singledispatch", "from functools import singledispatch\nsingledispatch(KLASS)(1)"),
    ("singledispatch register", "from functools import singledispatch\n@singledispatch\ndef f(x): ...\n"
     "f.register(int, KLASS)\nf(1)"),
    ("lru_cache", "from functools import lru_cache\nlru_cache(maxsize=None)(KLASS)()"),
    ("wraps", "from functools import wraps\nwraps(KLASS)(lambda: 0).__wrapped__()"),
    ("cmp_to_key", "from functools import cmp_to_key\ntry:\n    sorted([1, 2], key=cmp_to_key(KLASS))\n"
     "except TypeError:\n    pass"),
    ("__getattr__", "class A:\n    __getattr__ = KLASS\nA().x"),
    ("__getitem__", "class A:\n    __getitem__ = KLASS\nA()[1]"),
    ("__call__", "class A:\n    __call__ = KLASS\nA()()"),
    ("__iter__", "class A:\n    __iter__ = KLASS\ntry:\n    list(A())\nexcept TypeError:\n    pass"),
    ("__enter__", "class A:\n    __enter__ = KLASS\n    __exit__ = lambda *a: True\nwith A():\n    pass"),
    ("__exit__", "class A:\n    __enter__ = lambda s: s\n    __exit__ = KLASS\nwith A():\n    pass"),
    ("__add__", "class A:\n    __add__ = KLASS\nA() + 1"),
    ("__eq__", "class A:\n    __eq__ = KLASS\nA() == 1"),
    ("__missing__", "class A(dict):\n    __missing__ = KLASS\nA()[1]"),
    ("__class_getitem__", "class A:\n    __class_getitem__ = KLASS\nA[1]"),
    ("__set_name__", "class D: ...\nD.__set_name__ = KLASS\nclass A:\n    d = D()"),
    ("__init_subclass__", "class A:\n    __init_subclass__ = KLASS\nclass B(A): ..."),
    ("__get__", "class D: ...\nD.__get__ = KLASS\nclass A:\n    d = D()\nA().d"),
    ("__del__", "class A:\n    __del__ = KLASS\nA()"),
    ("__new__", "class A:\n    __new__ = KLASS\nA()"),
    ("list element", "[KLASS][0]()"),
    ("dict value", "{'a': KLASS}['a']()"),
    ("dict get", "{'a': KLASS}.get('a')()"),
    ("tuple unpacking", "c, = (KLASS,)\nc()"),
    ("star argument", "(lambda *a: a[0]())(KLASS)"),
    ("keyword argument", "(lambda **k: k['c']())(c=KLASS)"),
    ("default argument", "(lambda c=KLASS: c())()"),
    ("closure", "def f(c):\n    return lambda: c()\nf(KLASS)()"),
    ("loop variable", "for c in [KLASS]:\n    c()"),
    ("comprehension", "[c() for c in [KLASS]]"),
    ("generator", "def g():\n    c = yield\n    yield c()\nx = g()\nnext(x)\nx.send(KLASS)"),
    ("walrus", "(c := KLASS)()"),
    ("match capture", "match KLASS:\n    case c:\n        c()"),
    ("conditional", "(KLASS if 1 else 0)()"),
    ("boolean or", "(None or KLASS)()"),
    ("yield from", "def g():\n    return (yield from h())\ndef h():\n    yield 1\n    return KLASS\n"
     "x = g()\nnext(x)\ntry:\n    next(x)\nexcept StopIteration as e:\n    e.value()"),
    ("exception argument", "try:\n    raise ValueError(KLASS)\nexcept ValueError as e:\n    e.args[0]()"),
    ("await", "async def f():\n    return KLASS\n(await f())()"),
    ("context variable", "from contextlib import nullcontext\nwith nullcontext(KLASS) as c:\n    c()"),
    ("ExitStack callback", "from contextlib import ExitStack\nwith ExitStack() as s:\n    s.callback(KLASS)"),
    ("ExitStack push", "from contextlib import ExitStack\nwith ExitStack() as s:\n    s.push(KLASS)"),
    ("closing", "from contextlib import closing\nclass A:\n    close = KLASS\nwith closing(A()):\n    pass"),
    ("contextmanager", "from contextlib import contextmanager\ntry:\n    contextmanager(KLASS)()\n"
     "except (AttributeError, TypeError):\n    pass"),
    ("dataclass default_factory", "from dataclasses import dataclass, field\n@dataclass\nclass D:\n"
     "    a: object = field(default_factory=KLASS)\nD()"),
    ("dataclass post-init", "from dataclasses import dataclass\n@dataclass\nclass D:\n"
     "    __post_init__ = KLASS\nD()"),
    ("make_dataclass base", "from dataclasses import make_dataclass\nmake_dataclass('D', [], bases=(KLASS,))()"),
    ("enum member", "from enum import Enum\nclass E(Enum):\n    A = (KLASS,)\nE.A.value[0]()"),
    ("enum generator", "from enum import Enum, auto\nclass E(Enum):\n"
     "    _generate_next_value_ = KLASS\n    A = auto()"),
    ("enum missing", "from enum import Enum\nclass E(Enum):\n    _missing_ = KLASS\n    A = 1\ntry:\n    E(2)\n"
     "except (ValueError, TypeError):\n    pass"),
    ("enum mixin", "from enum import Enum\nclass E(KLASS, Enum):\n    A = 1"),
    ("NewType", "from typing import NewType\nNewType('N', KLASS)(1)\nNewType('N', KLASS).__supertype__()"),
    ("typing cast", "from typing import cast\ncast(object, KLASS)()"),
    ("generic alias call", "import types\ntypes.GenericAlias(KLASS, int)()"),
    ("subscripted", "list[KLASS].__args__[0]()"),
    ("union's arguments", "(KLASS | int).__args__[0]()"),
    ("Optional's arguments", "from typing import Optional, get_args\nget_args(Optional[KLASS])[0]()"),
    ("annotation", "def f(a: KLASS): ...\nf.__annotations__['a']()"),
    ("get_type_hints", "from typing import get_type_hints\ndef f(a: KLASS): ...\nget_type_hints(f)['a']()"),
    ("signature of a function", "def f(a=KLASS): ...\nf.__defaults__[0]()"),
    ("json object_hook", "import json\njson.loads('{}', object_hook=KLASS)"),
    ("json parse_float", "import json\njson.loads('1.5', parse_float=KLASS)"),
    ("json default", "import json\ntry:\n    json.dumps({1}, default=KLASS)\nexcept (TypeError, ValueError):\n    pass"),
    ("json cls", "import json\ntry:\n    json.dumps(1, cls=KLASS)\nexcept AttributeError:\n    pass"),
    ("copy", "import copy\nclass A:\n    __copy__ = KLASS\ncopy.copy(A())"),
    ("deepcopy", "import copy\nclass A:\n    __deepcopy__ = KLASS\ncopy.deepcopy(A())"),
    ("reduce protocol", "import copy\nclass A:\n    def __reduce_ex__(self, p):\n        return (KLASS, ())\n"
     "copy.copy(A())"),
    ("getnewargs", "import copy\nclass A(KLASS):\n    def __init__(self):\n        pass\n"
     "a = A()\ncopy.copy(a)"),
    ("type of an instance", "class A: ...\na = A()\na.__class__ = A\ntype(a)()\nKLASS()"),
    ("hash key", "{KLASS: 1}.popitem()[0]()"),
    ("set element", "{KLASS}.pop()()"),
    ("frozen chain", "from itertools import chain, repeat\nnext(chain([KLASS]))()"),
    ("cycle", "from itertools import cycle\nnext(cycle([KLASS]))()"),
    ("zip", "[(c(), 1) for c, _ in zip([KLASS], [1])]"),
    ("enumerate", "for _, c in enumerate([KLASS]):\n    c()"),
    ("deque", "from collections import deque\ndeque([KLASS]).pop()()"),
    ("ChainMap", "from collections import ChainMap\nChainMap({'a': KLASS})['a']()"),
    ("SimpleNamespace", "from types import SimpleNamespace\nSimpleNamespace(c=KLASS).c()"),
    ("partial's func", "from functools import partial\npartial(KLASS).func()"),
    ("string name", "globals()['KLASS']() if 'KLASS' in globals() else KLASS()"),
    ("inputs", "(lambda: KLASS)()()"),
    ("raise from", "try:\n    raise ValueError from KLASS\nexcept BaseException:\n    pass\nKLASS()"),
    ("str.translate table", "class T(dict):\n    __missing__ = KLASS\ntry:\n    'a'.translate(T())\n"
     "except TypeError:\n    pass"),
    ("super call", "class A(KLASS):\n    @classmethod\n    def make(cls):\n        return super().__new__(cls)\nA.make()"),
    ("type parameter default", "class A:\n    def __class_getitem__(cls, c):\n        return c()\nA[KLASS]"),
    ("slice of classes", "[KLASS, KLASS][1:][0]()"),
    ("format spec", "class A:\n    __format__ = KLASS\ntry:\n    f'{A()}'\nexcept TypeError:\n    pass"),
    ("__str__", "class A:\n    __str__ = KLASS\ntry:\n    str(A())\nexcept TypeError:\n    pass"),
    ("__len__", "class A:\n    __len__ = KLASS\ntry:\n    len(A())\nexcept TypeError:\n    pass"),
    ("__bool__", "class A:\n    __bool__ = KLASS\ntry:\n    bool(A())\nexcept TypeError:\n    pass"),
    ("__hash__", "class A:\n    __hash__ = KLASS\ntry:\n    hash(A())\nexcept TypeError:\n    pass"),
    ("__index__", "class A:\n    __index__ = KLASS\ntry:\n    [1][A()]\nexcept TypeError:\n    pass"),
    ("__contains__", "class A:\n    __contains__ = KLASS\n1 in A()"),
    ("__await__", "class A:\n    __await__ = KLASS\ntry:\n    await A()\nexcept TypeError:\n    pass"),
    ("__aiter__", "class A:\n    __aiter__ = KLASS\ntry:\n    async for x in A():\n        pass\n"
     "except TypeError:\n    pass"),
    ("__instancecheck__", "class M(type):\n    __instancecheck__ = KLASS\nclass A(metaclass=M): ...\n"
     "isinstance(1, A)"),
    ("__subclasshook__", "from abc import ABC\nclass A(ABC):\n    __subclasshook__ = KLASS\ntry:\n"
     "    isinstance(1, A)\nexcept AssertionError:\n    pass"),
    ("__getattr__ of a metaclass", "class M(type):\n    __getattr__ = KLASS\nclass A(metaclass=M): ...\nA.x"),
    ("sum with radd", "class A:\n    __radd__ = KLASS\nsum([A()])"),
]  # fmt: skip

#: A class that the caller passed as an argument is an object like any other: it may be handed to a
#: function of the host, and what that function does with it is the host's act (docs/security.md).
HOSTS_ACT = {("Vault", "host's caller"), ("Vault", "host's sort")}

ATTACKS = [
    Attack(f"making a {target} by {name}", HOW, text.replace("KLASS", target))
    for target in ("Locked", "Vault")
    for name, text in INDIRECT
    if (target, name) not in HOSTS_ACT
] + [
    Attack(
        "the class of an unregistered instance",
        "type(x) hands out a constructor",
        "V = type(secret)\nprint(V().flag)",
    ),
    Attack(
        "the class through __class__",
        "x.__class__ hands out a constructor",
        "print(secret.__class__().flag)",
    ),
    Attack(
        "an exception that may not be made",
        "raise with a class calls it",
        "try:\n    raise LockedError\nexcept LockedError as e:\n    print(e)",
    ),
    Attack(
        "an exception that may not be made, from",
        "raise … from with a class calls it too",
        "try:\n    raise ValueError('x') from LockedError\nexcept ValueError as e:\n    print(e.__cause__)",
    ),
    Attack(
        "throwing a class into a generator",
        "throw() with a class calls it",
        "def g():\n    yield\nx = g()\nnext(x)\ntry:\n    x.throw(LockedError)\nexcept LockedError:\n    pass",
    ),
    Attack(
        "an exception subclass",
        "a subclass of a class that may not be made",
        "class E(LockedError): ...\ntry:\n    raise E('x')\nexcept LockedError as e:\n    print(e)",
    ),
    Attack(
        "splitting a group by a class",
        "ExceptionGroup.split calls a predicate",
        "g = ExceptionGroup('g', [ValueError()])\ng.split(lambda e: Locked())",
    ),
    Attack(
        "regular expressions call back",
        "re.sub calls its replacement",
        "import re\ntry:\n    re.sub('a', Locked, 'a')\nexcept TypeError:\n    pass",
        modules=("re",),
    ),
    Attack(
        "scanner callbacks",
        "re.Scanner calls the actions of its lexicon",
        "import re\nre.Scanner([('a', Locked)]).scan('a')",
        modules=("re",),
    ),
    Attack(
        "random's key functions",
        "bisect and heapq call keys",
        "import bisect, heapq\nheapq.nlargest(1, [1], key=Locked)",
        modules=("bisect", "heapq"),
    ),
    Attack(
        "a statistics function on instances",
        "sorting by a class",
        "import bisect\ntry:\n    bisect.bisect([1], 1, key=Locked)\nexcept TypeError:\n    pass",
        modules=("bisect",),
    ),
    Attack(
        "an enum by call on a host class",
        "the functional form of Enum makes classes with a mix-in type",
        "from enum import Enum\nE = Enum('E', {'A': 1}, type=Locked)",
    ),
    Attack(
        "copying an instance",
        "copying runs the class's __new__ through its reduction",
        "import copy\nclass Holder:\n    pass\nh = Holder()\nh.s = secret\n"
        "print(copy.deepcopy(h).s.flag)",
    ),
]  # fmt: skip

TWINS = [
    Twin("registered constructors", """
from functools import partial
from collections import defaultdict
print(Host('a').greet(), Shape(3), list(map(Shape, [1, 2])), partial(Shape, 5)(), max([3, 4], key=Shape(1).sides.__add__))
d = defaultdict(list)
d['a'].append(1)
print(dict(d), sorted('ba', key=str.lower), list(map(int, '12')))
"""),
    Twin("own classes called by everything", """
from functools import partial, reduce
from itertools import starmap
class P:
    def __init__(self, *a):
        self.a = a
print([p.a for p in map(P, [1])], [p.a for p in starmap(P, [(1, 2)])], partial(P, 1)().a)
@P
def f(): ...
print(len(f.a), {'k': P}['k']().a, (lambda c=P: c())().a)
"""),
]  # fmt: skip
