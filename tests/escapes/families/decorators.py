"""Decorators call what follows the at-sign, with functions and classes, without a call in sight."""

from ..case import Attack, Twin

ATTACKS = [
    Attack(name, how, code)
    for name, how, code in [
        ("exec as a decorator", "the function's repr becomes an argument of a chosen callable", """
@exec
@lambda f: 'print(secret.flag)'
class X: ..."""),
        ("eval as a decorator", "the same with eval", """
@print
@eval
@lambda f: 'secret.flag'
def x(): ..."""),
        ("open as a decorator", "a chain of decorators is a chain of calls", """
@print
@lambda f: f.read()
@open
@lambda f: path
def x(): ..."""),
        ("__import__ as a decorator", "imports by decoration", """
@lambda m: print(m.environ['HOST_CANARY'])
@__import__
@lambda f: 'os'
def x(): ..."""),
        ("getattr in a decorator", "reads by decoration", """
@print
@lambda f: getattr(secret, 'flag')
def x(): ..."""),
        ("a method as a decorator", "calls of an unregistered object's methods", """
@print
@secret.tell
@lambda f: None
def x(): ...""".replace("@secret.tell\n@lambda f: None", "@lambda f: secret.tell()")),
        ("an excluded method as a decorator", "reads hidden in the decorator expression", """
def take(text):
    print(text)
    return lambda f: f
@take(host.reveal())
def x(): ..."""),
        ("an unregistered object as a decorator", "its __call__ is run", """
@print
@secret
def x(): ..."""),
        ("a subscript as a decorator", "items read in the decorator expression", """
def take(text):
    print(text)
    return lambda f: f
@[take][0](secret['flag'])
def x(): ..."""),
        ("a walrus in a decorator", "names bound in the decorator expression", """
@(got := (lambda f: secret.flag))
def x(): ...
print(x)"""),
        ("a class decorator that adds machinery", "a class is changed by a function", """
def add(c):
    c.__getattribute__ = lambda s, n: object.__getattribute__(secret, n)
    return c
@add
class C: ...
print(C().flag)"""),
        ("property as a reader", "property objects call their getter with any object", """
@property
def p(o):
    return o.flag
print(p.__get__(secret))"""),
        ("property's fget", "the getter is an attribute of the property", """
class C:
    @property
    def p(self):
        return self.flag
print(C.p.fget(secret))"""),
        ("staticmethod's function", "__func__ of wrappers", """
@staticmethod
def f(o):
    return o.flag
print(f.__func__(secret), f.__wrapped__(secret))"""),
        ("classmethod with a host class", "classmethod objects bind any class", """
@classmethod
def f(cls):
    return cls._token
print(f.__get__(None, Host)())"""),
        ("contextmanager as a caller", "the decorator calls its function with what it is given", """
from contextlib import contextmanager
@contextmanager
def f(o):
    yield o.flag
with f(secret) as x:
    print(x)"""),
        ("lru_cache as a caller", "the C wrapper calls the function", """
from functools import lru_cache
@lru_cache(maxsize=None)
def f(o):
    return o.flag
print(f(secret))"""),
        ("singledispatch as a caller", "dispatch reads __class__ and calls", """
from functools import singledispatch
@singledispatch
def f(o):
    return o.flag
print(f(secret))"""),
        ("singledispatch's registry", "the registry is a mapping from types to functions", """
from functools import singledispatch
@singledispatch
def f(o): ...
for t in f.registry:
    print(t.__subclasses__() and [c for c in t.__subclasses__() if c.__name__ == '_wrap_close']
          [0].__init__.__globals__['environ']['HOST_CANARY'])"""),
        ("total_ordering as a caller", "the decorator adds methods that call ours", """
from functools import total_ordering
@total_ordering
class C:
    def __eq__(self, o):
        return False
    def __lt__(self, o):
        print(o.flag)
        return True
C() >= secret
C() <= secret"""),
        ("wraps with a host function", "wraps copies the host function's attributes", """
from functools import wraps
@wraps(boom)
def f(): ...
print(f.__wrapped__.__closure__[0].cell_contents)"""),
        ("cached_property with a host instance", "the descriptor calls with the instance", """
from functools import cached_property
@cached_property
def p(o):
    return o.flag
print(p.func(secret))"""),
        ("partialmethod's descriptor", "binds any object", """
from functools import partialmethod
p = partialmethod(lambda o: o.flag)
print(p.__get__(secret)())"""),
        ("a dataclass decorator on lies", "dataclass compiles source out of field names and defaults", """
from dataclasses import dataclass
@dataclass
class D:
    a: object = gear
print(D().a.flag)"""),
        ("dataclass field names as code", "make_dataclass compiles the names it is given", """
from dataclasses import make_dataclass
class Name(str):
    def isidentifier(self):
        return True
try:
    make_dataclass('D', [(Name('a=print(__import__("os").environ["HOST_CANARY"])):pass#'), int)])
except Exception:
    pass
print(secret.flag)"""),
        ("namedtuple field names as code", "namedtuple evaluates a lambda built from names", """
from collections import namedtuple
class Name(str):
    def isidentifier(self):
        return True
try:
    namedtuple('P', [Name('a, b=print(1)')])
except Exception:
    pass
print(secret.flag)"""),
        ("enum's decorators", "enum.global_enum writes into a module's namespace", """
import enum
class E(enum.Enum):
    open = 1
E.__module__ = 'hostlib'
import hostlib
enum.global_enum(E)"""),
        ("enum's global flags", "global_enum finds its module by name", """
import enum
@enum.global_enum
class E(enum.Enum):
    __module__ = 'hostlib'
    area = 7"""),
        ("enum convert", "EnumType._convert_ walks and changes a module found by name", """
import enum
enum.IntEnum._convert_('K', 'hostlib', lambda n: n == 'size')"""),
        ("typing's final on a host class", "the decorator writes to the class", """
from typing import final
final(Host)"""),
        ("typing's no_type_check on a host class", "the decorator writes to the class", """
from typing import no_type_check
no_type_check(Host)"""),
        ("runtime_checkable's mark", "the decorator writes to the protocol", """
from typing import runtime_checkable
import typing
try:
    runtime_checkable(Host)
except TypeError:
    Host._is_runtime_protocol = True"""),
        ("override's mark", "the decorator writes to a host function", """
import typing
getattr(typing, 'override', typing.final)(greet)"""),
        ("overload's registry", "the decorator keeps what it is given by module", """
from typing import overload, get_overloads
@overload
def f(): ...
print(overload.__globals__['sys'].modules['os'].environ['HOST_CANARY'])"""),
        ("abstractmethod's mark", "the decorator writes to a host function", """
from abc import abstractmethod
abstractmethod(greet)"""),
        ("a dataclass of a host class", "the decorator changes the host class", """
from dataclasses import dataclass
dataclass(Host)"""),
        ("a dataclass of a host class with slots", "the decorator remakes the host class", """
from dataclasses import dataclass
try:
    dataclass(eq=True, frozen=True)(Host)
except TypeError:
    pass
Host.__eq__ = None"""),
        ("total_ordering of a host class", "the decorator adds methods to the host class", """
from functools import total_ordering
total_ordering(type('T', (), {'__lt__': lambda s, o: True}))
Host.__lt__ = lambda s, o: True
total_ordering(Host)"""),
        ("update_wrapper on a host function", "the wrapper is written to", """
from functools import update_wrapper
update_wrapper(greet, lambda: 0)"""),
        ("wraps on a host function", "the same by the decorator form", """
from functools import wraps
@wraps(lambda: 0)
def f(): ...
wraps(f)(greet)"""),
        ("singledispatch on a host function's attributes", "writes attributes to what it makes", """
from functools import singledispatch
singledispatch(greet)
greet.register = 1"""),
        ("unique on a host enum", "enum decorators check the members and may change the class", """
import enum
enum.member(1)
Colour.RED._value_ = 7
Colour.GREEN = 3"""),
        ("contextdecorator on a host method", "an own class attribute is replaced on the host's", """
from contextlib import ContextDecorator
class C(ContextDecorator):
    def __enter__(self): return self
    def __exit__(self, *a): return False
Host.greet = C()(Host.greet)"""),
    ]
]  # fmt: skip

TWINS = [
    Twin("decorators in every position", """
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property, lru_cache, singledispatch, total_ordering, wraps
def twice(f):
    @wraps(f)
    def inner(*a, **k):
        return f(*a, **k) * 2
    return inner
def times(n):
    return lambda f: lambda *a: f(*a) * n
@twice
@times(3)
def one(x):
    return x
@total_ordering
@dataclass(eq=True)
class V:
    x: int
    def __lt__(self, o):
        return self.x < o.x
    @property
    def y(self):
        return self.x
    @y.setter
    def y(self, value):
        self.x = value
    @staticmethod
    def s():
        return 's'
    @classmethod
    def c(cls):
        return cls.__name__
    @cached_property
    def z(self):
        return self.x * 2
v = V(1)
v.y = 5
@singledispatch
def show(o):
    return 'any'
@show.register
def _(o: int):
    return 'int'
@show.register(str)
def _(o):
    return 'str'
@lru_cache(maxsize=None)
def fib(n):
    return n if n < 2 else fib(n - 1) + fib(n - 2)
print(one(2), v >= V(1), v.y, V.s(), V.c(), v.z, show(1), show('a'), show(None), fib(30), one.__name__)
"""),
]  # fmt: skip
