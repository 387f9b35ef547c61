"""Constructors of Python's own classes iterate, call and convert what they are given, in subclasses too."""

from ..case import Attack, Twin


def _own(base: str, module: str = "") -> str:
    """A class derived from one of Python's own, and an object of it made of the secret."""
    bringing = f"from {module} import {base}\n" if module else ""
    return f"{bringing}class Own({base}):\n    pass\nprint(Own(secret))\n"


ATTACKS = [
    Attack("a list of one's own", "list's own constructor goes through what the subclass is given", _own("list")),
    Attack("a tuple of one's own", 'tuple.__new__ goes through what the subclass is given', _own("tuple")),
    Attack("a set of one's own", 'set.__init__ goes through what the subclass is given', _own("set")),
    Attack("a frozenset of one's own", 'frozenset.__new__ goes through what the subclass is given', _own("frozenset")),
    Attack("a dict of one's own", 'dict.__init__ asks for keys and items', _own("dict")),
    Attack("a str of one's own", 'str.__new__ asks for the text of what the subclass is given', """
class S(str):
    pass
print(S(secret) + '')
"""),
    Attack("a str of one's own, around a list", 'the text of a list shows the repr of what is in it', """
class S(str):
    pass
print(S([secret]) + '')
"""),
    Attack("a deque of one's own", 'deque.__init__ goes through what the subclass is given', _own("deque", "collections")),
    Attack("a counter of one's own", 'Counter.__init__ counts what the subclass is given', _own("Counter", "collections")),
    Attack("an ordered dict of one's own", 'OrderedDict.__init__ asks for keys and items', _own("OrderedDict", "collections")),
    Attack("a default dict of one's own", 'the factory is called from C', """
from collections import defaultdict
class D(defaultdict):
    pass
print(D(secret)['x'])
"""),
    Attack("a user list of one's own", 'UserList.__init__ goes through what the subclass is given', _own("UserList", "collections")),
    Attack("a chain map of one's own", 'ChainMap looks into the maps it was given', """
from collections import ChainMap
class C(ChainMap):
    pass
print(C(secret)['flag'])
"""),
    Attack("a zip of one's own", 'an iterator type goes through what the subclass is given', """
class Z(zip):
    pass
print(list(Z(secret)))
"""),
    Attack("a map of one's own", 'map calls str from C', """
class M(map):
    pass
print(list(M(str, [secret])))
"""),
    Attack("a map of one's own, calling", 'map calls what the subclass is given', """
class M(map):
    pass
print(list(M(secret, [1])))
"""),
    Attack("a filter of one's own", 'filter goes through what the subclass is given', """
class F(filter):
    pass
print(list(F(None, secret)))
"""),
    Attack("an enumeration of one's own", 'enumerate goes through what the subclass is given', """
class E(enumerate):
    pass
print(list(E(secret)))
"""),
    Attack("a reversed of one's own", 'reversed asks for the other direction', """
class R(reversed):
    pass
print(list(R(secret)))
"""),
    Attack("a property of one's own", 'a property calls its getter from C', """
class P(property):
    pass
class C:
    x = P(secret)
print(C().x)
"""),
    Attack("a static method of one's own", 'a static method calls its function from C', """
class S(staticmethod):
    pass
print(S(secret)())
"""),
    Attack("a class method of one's own", 'a class method binds whatever it holds', """
class M(classmethod):
    pass
class C:
    x = M(secret)
print(C.x)
""", before=(3, 13)),
    Attack('a static method made anew', 'staticmethod.__init__ replaces the function', """
s = staticmethod(len)
staticmethod.__init__(s, secret)
print(s())
"""),
    Attack("a partial of one's own", 'a partial calls its function from C', """
from functools import partial
class P(partial):
    pass
print(P(secret)())
"""),
    Attack('a view of a mapping', 'ItemsView looks into the mapping it was given', """
from collections.abc import ItemsView
print(list(ItemsView(secret)))
"""),
    Attack('a view of a mapping, subclassed', 'ValuesView looks into the mapping it was given', """
from collections.abc import ValuesView
class V(ValuesView):
    pass
print(list(V(secret)))
"""),
    Attack('arguments by name, a deque', 'deque takes its items under their name', """
from collections import deque
print(deque(iterable=secret))
"""),
    Attack('arguments by name, a user list', 'UserList takes its items under their name', """
from collections import UserList
print(UserList(initlist=secret))
"""),
    Attack('the class of a cached property', 'type() hands out the class behind functools.cached_property', """
from functools import cached_property
T = type(cached_property(lambda self: 1))
class C:
    x = T(secret)
    x.__set_name__(None, 'x')
print(C().x)
"""),
    Attack('the class of a cached function', 'type() hands out the class behind functools.lru_cache', """
from functools import lru_cache
T = type(lru_cache(lambda: 1))
print(T(secret, None, False, None)())
"""),
    Attack('the class of a context manager', 'type() hands out the class that calls the generator function', """
from contextlib import contextmanager
@contextmanager
def manager():
    yield 1
print(type(manager())(secret, (), {}).gen)
"""),
    Attack('the class of a hint', "type() hands out the class of typing's aliases, which call their origin", """
import typing
T = type(typing.List[int])
print(T(secret, (int,))())
"""),
    Attack('the class of a special form', 'a special form calls its function when it is indexed', """
import typing
class Form(type(typing.Optional), _root=True):
    pass
form = Form(lambda self, item: 1)
form._getitem = secret
print(form[1])
"""),
    Attack('a context manager as a decorator', 'the manager calls what it decorates', """
from contextlib import contextmanager
@contextmanager
def manager():
    yield 1
print(manager()(secret)())
"""),
    Attack("an exit stack of one's own, entering", 'the methods of a private base class enter what they are given', """
from contextlib import ExitStack
class S(ExitStack):
    pass
print(S().enter_context(secret))
"""),
    Attack("an exit stack of one's own, leaving", 'a callback is handed the real traceback', """
from contextlib import ExitStack
class S(ExitStack):
    pass
loot = []
try:
    with S() as stack:
        stack.push(lambda *details: loot.append(details))
        1 / 0
except ZeroDivisionError:
    pass
"""),
    Attack("an exit stack of one's own, calling", 'a class is called when the stack closes', """
from contextlib import ExitStack
class S(ExitStack):
    pass
with S() as stack:
    stack.callback(Vault)
"""),
    Attack('a property of an enum', 'enum.property calls its function', """
import enum
class C:
    x = enum.property(secret)
print(C().x)
"""),
    Attack("a base that says it is typing's", "an object from a class of another module's name answers for the bases", """
class B:
    def __getattr__(self, name):
        if name == '__mro_entries__':
            return lambda bases: (Vault,)
        raise AttributeError(name)
B.__module__ = 'typing'
class X(B()):
    pass
print(X().flag)
"""),
    Attack('a namespace that answers for bases', 'the interpreter asks any object for __mro_entries__', """
from types import SimpleNamespace
class X(SimpleNamespace(__mro_entries__=lambda bases: (Vault,))):
    pass
print(X().flag)
"""),
    Attack('a function that answers for bases', "the interpreter asks a function's dictionary for __mro_entries__", """
def f():
    pass
f.__dict__['__mro_entries__'] = lambda bases: (Vault,)
class X(f):
    pass
print(X().flag)
"""),
    Attack('a metaclass that is called', 'type.__new__ makes what the class statement would refuse', """
class M(type):
    pass
class Base:
    pass
X = M('X', (Vault,), {})
print(X().flag)
"""),
    Attack('a metaclass that is called, with a lie', 'the namespace defines what no class statement may', """
class M(type):
    pass
X = M('X', (), {'__class__': property(lambda self: Host)})
loot = X()
""", after="""
print(world.canary if isinstance(ns['loot'], world.classes['Host']) else '')
"""),
    Attack('a metaclass by keyword', 'type() with three arguments hands the rest to whatever is the metaclass', """
import types
try:
    type('X', (), {}, metaclass=Vault)
except TypeError:
    types.new_class('X', (), {'metaclass': Vault})
"""),
    Attack('an enum of a foreign type', 'the functional form of enum mixes in a class of any kind', """
from enum import Enum
E = Enum('E', {'A': ()}, type=Vault)
"""),
    Attack('an own enum of a foreign type', 'the functional form of an own enum without members', """
from enum import Enum
class B(Enum):
    pass
E = B('E', {'A': ()}, type=Vault)
"""),
    Attack('the names of an enum', 'the functional form of enum goes through the names', """
from enum import Enum
E = Enum('E', secret_dict)
print(E.__members__)
"""),
    Attack('the names of an own enum', 'the functional form of an own enum without members', """
from enum import Enum
class B(Enum):
    pass
E = B('E', names=secret_dict)
print(E.__members__)
"""),
    Attack('the defaults of a named tuple', 'namedtuple goes through the defaults', """
from collections import namedtuple
print(namedtuple('N', 'a b', defaults=secret)._field_defaults)
"""),
    Attack('the keys of a typed dict', 'TypedDict copies what it is given', """
from typing import TypedDict
print(TypedDict('T', secret_dict).__annotations__)
"""),
    Attack('a mark on a host class', 'dataclass_transform writes onto whatever it decorates', """
import typing
typing.dataclass_transform()(Host)
"""),
    Attack('a mark on a host class, twice removed', 'no_type_check_decorator marks what the decorated function gives', """
import typing
typing.no_type_check_decorator(lambda: Host)()
"""),
    Attack('a mark on a host function', 'no_type_check marks the functions a class seems to have defined', """
import typing
class C:
    greet = greet
C.__qualname__ = greet.__qualname__.rpartition('.')[0]
C.__module__ = greet.__module__
typing.no_type_check(C)
"""),
]  # fmt: skip

TWINS = [
    Twin("subclasses of Python's own classes", """
from collections import Counter, OrderedDict, UserDict, UserList, ChainMap, defaultdict, deque
class L(list): pass
class T(tuple): pass
class S(set): pass
class D(dict): pass
class W(str): pass
class Q(deque): pass
class C(Counter): pass
class O(OrderedDict): pass
class F(defaultdict): pass
class U(UserDict): pass
class V(UserList): pass
class M(ChainMap): pass
class I(int): pass
class P(property): pass
class Boxed(list):
    def __init__(self, *things):
        super().__init__(things)
print(L('ab'), T(range(3)), S([1]), D([(1, 2)], x=3), D({1: 2}), W(5) + W('x'), W(b'a', 'ascii'), Q('abc', maxlen=2))
print(C('hello').most_common(1), O([(1, 2)]), F(list, {1: [2]})[9], U({1: 2}, a=3), V((1, 2)), M({1: 2})[1], I('7'))
print([x is secret for x in Boxed(secret, 1)], L(map(str, [1, 2])), L(x for x in 'ab'), L())
class A:
    x = P(lambda self: 4)
print(A().x)
"""),
    Twin('enums and metaclasses, called', """
from enum import Enum, IntEnum, Flag
class Colour2(Enum):
    RED = 1
    @classmethod
    def _missing_(cls, value):
        return cls.RED if value == 'red' else None
E = Enum('E', 'A B')
F = IntEnum('F', [('X', 3), ('Y', 4)])
class Base(Enum):
    def twice(self):
        return self.value * 2
G = Base('G', {'ONE': 1})
print(Colour2('red'), Colour2(1), list(E), F(3), G.ONE.twice(), Flag('H', 'P Q')(3).value, Colour(1))
try:
    Colour2(9)
except ValueError as e:
    print(e)
class Meta(type):
    def __init__(cls, name, bases, space, **more):
        super().__init__(name, bases, space)
        cls.seen = sorted(k for k in space if not k.startswith('_'))
X = Meta('X', (), {'a': 1})
print(X.seen, X.a, type(X) is Meta)
"""),
    Twin('hints that leave no mark', """
import typing
from typing import overload, no_type_check, dataclass_transform, TypeVar, NewType, Generic
T = TypeVar('T', bound=int)
N = NewType('N', int)
class Stack(Generic[T]):
    def __init__(self, items=()):
        self.items = list(items)
class Ints(list, Generic[T]):
    pass
@overload
def f(x: int) -> int: ...
@overload
def f(x: str) -> str: ...
def f(x):
    return x
@no_type_check
def g(x: 'nonsense at all'):
    return x
@dataclass_transform()
def h(cls):
    return cls
print(f(1), g(2), h(Stack)([1]).items, N(5), Stack[int]([3]).items, T, Ints[int]([1, 2]))
"""),
    Twin('context managers as decorators', """
from contextlib import ContextDecorator, ExitStack, contextmanager
@contextmanager
def tag(name):
    print('<', name)
    yield
    print('>', name)
@tag('b')
def f(x):
    return x
class Loud(ContextDecorator):
    def __enter__(self):
        print('in')
        return self
    def __exit__(self, *details):
        print('out')
@Loud()
def g():
    return 2
with ExitStack() as stack:
    stack.enter_context(tag('c'))
    stack.callback(print, 'left')
    print(f(1), g())
"""),
]  # fmt: skip
