"""Attributes named by strings: every callable that reads or writes one by a name it is given."""

from ..case import Attack, Twin

READERS = [
    ("getattr", "print(getattr(secret, 'flag'))"),
    ("getattr with default", "print(getattr(secret, 'flag', None))"),
    ("getattr excluded", "print(getattr(host, 'password'))"),
    ("getattr private", "print(getattr(host, '_private', ''))"),
    ("getattr on a class", "print(getattr(Host, '_token'))"),
    ("getattr built name", "print(getattr(secret, 'fl' + 'ag'))"),
    ("getattr under another name", "g = getattr\nprint(g(secret, 'flag'))"),
    ("getattr through map", "print(list(map(getattr, [secret], ['flag'])))"),
    ("getattr through starmap", "from itertools import starmap\n"
     "print(list(starmap(getattr, [(secret, 'flag')])))"),
    ("getattr through reduce", "from functools import reduce\n"
     "print(reduce(getattr, ['flag'], secret))"),
    ("reduce to the environment", "from functools import reduce\n"
     "print(reduce(getattr, ['__globals__'], greet)['os'].environ)"),
    ("getattr through partial", "from functools import partial\n"
     "print(partial(getattr, secret)('flag'))"),
    ("getattr as a key", "d = {}\nclass K:\n    pass\n"
     "print(sorted(['flag'], key=lambda n: getattr(secret, n)) and getattr(secret, 'flag'))"),
    ("getattr as a method", "class C:\n    read = staticmethod(getattr)\nprint(C.read(secret, 'flag'))"),
    ("getattr through accumulate", "from itertools import accumulate\n"
     "print(list(accumulate(['flag'], getattr, initial=secret))[1])"),
    ("getattr through the host", "print(apply(getattr, secret, 'flag'))"),
    ("getattr as a default", "def f(o, g=getattr):\n    return g(o, 'flag')\nprint(f(secret))"),
    ("getattr with starred names", "print(getattr(*[secret, 'flag']))"),
    ("hasattr as an oracle", "for o in (host,):\n    if hasattr(o, 'password'):\n"
     "        print(getattr(o, 'password'))"),
    ("attrgetter", "from operator import attrgetter\nprint(attrgetter('flag')(secret))"),
    ("attrgetter dotted", "from operator import attrgetter\n"
     "print(attrgetter('greet.__globals__')(Host)['os'].environ)"),
    ("attrgetter several", "from operator import attrgetter\nprint(attrgetter('name', 'password')(host))"),
    ("attrgetter as key", "from operator import attrgetter\n"
     "print(list(map(attrgetter('flag'), bag)))"),
    ("attrgetter in groupby", "from operator import attrgetter\nfrom itertools import groupby\n"
     "print([k for k, g in groupby(bag, attrgetter('flag'))])"),
    ("attrgetter with max", "from operator import attrgetter\n"
     "print(max(bag, key=attrgetter('flag')) and attrgetter('flag')(bag[0]))"),
    ("methodcaller", "from operator import methodcaller\nprint(methodcaller('tell')(secret))"),
    ("methodcaller of getattribute", "from operator import methodcaller\n"
     "print(methodcaller('__getattribute__', 'flag')(secret))"),
    ("methodcaller excluded", "from operator import methodcaller\nprint(methodcaller('reveal')(host))"),
    ("methodcaller through map", "from operator import methodcaller\n"
     "print(list(map(methodcaller('tell'), bag)))"),
    ("methodcaller of format", "from operator import methodcaller\n"
     "print(methodcaller('format', secret)('{0.flag}'))"),
    ("itemgetter", "from operator import itemgetter\nprint(itemgetter('flag')(secret))"),
    ("operator.getitem", "import operator\nprint(operator.getitem(secret, 'flag'))"),
    ("operator.call", "import operator\nprint(operator.call(secret))"),
    ("operator.attrgetter kept", "import operator\nclass C:\n    get = operator.attrgetter('flag')\n"
     "print(C.get(secret))"),
    ("operator dunder alias", "import operator\nprint(operator.__getitem__(secret, 0))"),
    ("operator.length_hint and iter", "import operator\nprint(operator.length_hint(secret), list(secret))"),
    ("vars", "print(vars(secret)['flag'])"),
    ("vars of a class", "print(vars(Host)['_token'])"),
    ("dir then getattr", "for n in dir(secret):\n    if n == 'flag':\n        print(getattr(secret, n))"),
    ("dir of the host", "for n in ['password']:\n    if n in vars(host):\n        print(vars(host)[n])"),
    ("object's getattribute", "print(object.__getattribute__(secret, 'flag'))"),
    ("a method wrapper", "print(secret.__getattribute__('flag'))"),
    ("type's getattribute", "print(type.__getattribute__(Host, '_token'))"),
    ("super's getattribute", "class C:\n    def get(self, o):\n"
     "        return super().__getattribute__.__self__ and object.__getattribute__(o, 'flag')\n"
     "print(C().get(secret))"),
    ("super of another", "print(super(type(secret), secret).__getattribute__('flag'))"),
    ("a bound getattribute through map", "print(list(map(secret.__getattribute__, ['flag'])))"),
    ("inspect.getattr_static", "import inspect\nprint(inspect.getattr_static(secret, 'flag'))"),
    ("inspect.getmembers", "import inspect\nprint(inspect.getmembers(host))"),
    ("dataclasses.asdict", "from dataclasses import asdict, fields, dataclass\n"
     "print(vars(host), fields(shape))"),
    ("dataclass fields lying", """from dataclasses import dataclass, replace, fields, asdict
@dataclass
class D:
    password: str = ''
print(asdict.__globals__['fields'].__globals__['sys'].modules['os'].environ)"""),
    ("asdict on a fake dataclass", """from dataclasses import dataclass, asdict
@dataclass
class D:
    password: str = ''
class F(Host):
    __dataclass_fields__ = D.__dataclass_fields__
print(asdict(F()))"""),
    ("replace on a fake dataclass", """from dataclasses import dataclass, replace
@dataclass
class D:
    password: str = ''
    def __init__(self, password=''):
        self.seen = password
class F(Host):
    __dataclass_fields__ = D.__dataclass_fields__
    def __init__(self, **named):
        if named:
            print(named)
        else:
            super().__init__()
replace(F())"""),
    ("astuple on a fake dataclass", """from dataclasses import dataclass, astuple
@dataclass
class D:
    password: str = ''
class F(Host):
    __dataclass_fields__ = D.__dataclass_fields__
print(astuple(F()))"""),
    ("dataclass comparing", """from dataclasses import dataclass
@dataclass
class D:
    password: str
    def __init__(self):
        pass
print(D.__repr__(host))"""),
    ("property's getter", "print(property(lambda self: self.flag).fget(secret))"),
    ("property with attrgetter", "from operator import attrgetter\nclass C:\n"
     "    p = property(lambda self: attrgetter('flag')(secret))\nprint(C().p)"),
    ("cached_property called with another", """from functools import cached_property
class C:
    @cached_property
    def p(self):
        return self.flag
print(C.p.func(secret))"""),
    ("namedtuple's own module", """from collections import namedtuple
P = namedtuple('P', ['a'])
print(P._asdict.__globals__['_sys'].modules['os'].environ)"""),
    ("typing.get_type_hints evaluates", """from typing import get_type_hints
class C:
    a: "print(__import__('os').environ['HOST_CANARY'])"
try:
    get_type_hints(C)
except TypeError:
    pass"""),
    ("ForwardRef evaluates", """import typing
def f(a: "print(__import__('os').environ['HOST_CANARY'])"): ...
try:
    typing.get_type_hints(f, {'__builtins__': None, 'print': print,
                              '__import__': __import__})
except TypeError:
    pass"""),
    ("inspect.signature evaluates", """import inspect
def f(a: "print(__import__('os').environ['HOST_CANARY'])"): ...
inspect.signature(f, eval_str=True)"""),
    ("update_wrapper reads by name", """from functools import update_wrapper
class W:
    pass
w = W()
update_wrapper(w, secret, assigned=('flag',), updated=())
print(w.flag)"""),
    ("wraps reads by name", """from functools import wraps
@wraps(host, assigned=('password',), updated=())
def f():
    pass
print(f.password)"""),
    ("wraps copies the dictionary", """from functools import wraps
def f():
    pass
f = wraps(secret, assigned=())(f)
print(f.flag)"""),
    ("update_wrapper copies the dictionary", """from functools import update_wrapper
class W:
    pass
w = W()
update_wrapper(w, host, assigned=(), updated=('__dict__',))
print(w.password)"""),
    ("ChainMap over vars", "from collections import ChainMap\nprint(ChainMap(vars(secret))['flag'])"),
    ("SimpleNamespace over vars", "from types import SimpleNamespace\n"
     "print(SimpleNamespace(**vars(secret)).flag)"),
    ("getattr with a lying string", """class Name(str):
    def startswith(self, *a):
        return False
    def __str__(self):
        return 'name'
    __repr__ = lower = strip = __str__
print(getattr(host, Name('password')))"""),
    ("getattr with a string equal to all", """class Name(str):
    def __eq__(self, other):
        return True
    __hash__ = str.__hash__
    __ne__ = lambda self, other: False
print(getattr(secret, Name('flag')))"""),
    ("getattr with a changing string", """class Name(str):
    turns = 0
    def __eq__(self, other):
        Name.turns += 1
        return other == 'name' or str.__eq__(self, other)
    __hash__ = str.__hash__
for _ in range(3):
    try:
        print(getattr(host, Name('password')))
    except AttributeError:
        pass"""),
    ("hasattr leaks by a property", "class C:\n    p = property(lambda s: print(secret.flag))\nhasattr(C(), 'p')"),
    ("setattr then read", "class C:\n    pass\nc = C()\nsetattr(c, 'x', secret)\nprint(c.x.flag)"),
    ("own __getattr__", "class C:\n    def __getattr__(self, name):\n"
     "        return getattr(secret, name)\nprint(C().flag)"),
    ("own __getattr__ is getattr", "class C:\n    pass\nC.__getattr__ = lambda self, n: getattr(secret, n)\n"
     "print(C().flag)"),
    ("own __getattribute__", "class C:\n    def __getattribute__(self, name):\n"
     "        return getattr(secret, name)\nprint(C().flag)"),
    ("own __get__ hands over the owner", """class D:
    def __get__(self, instance, owner):
        return instance.password
class S(Host):
    p = D()
print(S().p)"""),
    ("__getattr__ assigned to getattr", """class C:
    def __init__(self):
        self.o = secret
    __getattr__ = lambda self, name: __builtins__['getattr'](self.__dict__['o'], name)
print(C().flag)"""),
    ("a module's __getattr__", "import hostlib\nprint(hostlib.__getattribute__('_token'))"),
    ("getattr on a module", "import hostlib\nprint(getattr(hostlib, '_token'))"),
    ("getattr on a module's import", "import hostlib\nprint(getattr(hostlib, 'os').environ['HOST_CANARY'])"),
    ("type with three arguments", "print(type('T', (type(secret),), {})().flag)"),
    ("type's namespace argument", "T = type('T', (), {'__getattr__': lambda s, n: getattr(secret, n)})\n"
     "print(T().flag)"),
    ("make_dataclass with a namespace", """from dataclasses import make_dataclass
T = make_dataclass('T', ['a'], namespace={'read': lambda self: self.a.flag})
print(T(secret).read())"""),
    ("make_dataclass evaluates defaults", """from dataclasses import make_dataclass, field
T = make_dataclass('T', [('a', object, field(default_factory=Vault))])
T()"""),
    ("str.join of attributes", "print(''.join(getattr(o, 'flag') for o in bag))"),
    ("sorted with a key by name", "print(sorted(bag, key=lambda o: print(o.flag)))"),
    ("itertools.groupby by attribute", "from itertools import groupby\n"
     "print([k for k, _ in groupby(bag, lambda o: o.flag)])"),
    ("filter by attribute", "list(filter(lambda o: print(o.flag), bag))"),
    ("copyreg-like reconstruct", "print(secret.__reduce_ex__(2)[2]['flag'])"),
    ("dict lookup on globals()", "print(globals()['__builtins__']['getattr'](secret, 'flag')"
     " if isinstance(__builtins__, dict) else getattr(secret, 'flag'))"),
    ("locals() as a way to names", "print(getattr(locals()['secret'], 'flag'))"),
    ("eval", "print(eval('secret.flag'))"),
    ("exec", "exec('print(secret.flag)')"),
    ("compile", "exec(compile('print(secret.flag)', '', 'exec'))"),
    ("timeit", "import timeit\ntimeit.timeit('print(secret.flag)', globals=globals(), number=1)"),
    ("namedtuple's evaluated defaults", """from collections import namedtuple
try:
    namedtuple('P', ['a; print(1)'])
except ValueError:
    print(secret.flag)"""),
]  # fmt: skip

ATTACKS = [
    Attack(
        name, "an attribute is named by a string, or by code outside the source's own reads", code
    )
    for name, code in READERS
]

TWINS = [
    Twin("getattr and friends on own objects", """
class C:
    x = 1
c = C()
setattr(c, 'y', 2)
print(getattr(c, 'x'), getattr(c, 'y'), getattr(c, 'z', 3), hasattr(c, 'q'), sorted(vars(c)))
delattr(c, 'y')
print(hasattr(c, 'y'))
"""),
    Twin("attrgetter and methodcaller", """
from operator import attrgetter, itemgetter, methodcaller
print(attrgetter('name')(host), methodcaller('greet')(host), itemgetter(1)([1, 2]))
print(sorted(['b', 'A'], key=methodcaller('lower')), max([shape], key=attrgetter('sides')) is shape)
"""),
    Twin("wraps", """
from functools import wraps
def logged(f):
    @wraps(f)
    def inner(*a):
        return f(*a)
    return inner
@logged
def add(a, b):
    "adds"
    return a + b
print(add(1, 2), add.__name__, add.__doc__)
"""),
    Twin("asdict and replace", """
from dataclasses import asdict, dataclass, fields, replace
@dataclass
class D:
    a: int
    b: list
print(asdict(D(1, [2])), replace(D(1, []), a=3), [f.name for f in fields(D)])
"""),
    Twin("type hints of own functions", """
from typing import get_type_hints
def f(a: int, b: 'str') -> list:
    return []
print(get_type_hints(f)['a'], sorted(get_type_hints(f)))
"""),
]  # fmt: skip
