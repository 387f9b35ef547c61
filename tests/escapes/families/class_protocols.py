"""Special methods of agent classes, called by the interpreter or by the host, now or later."""

from ..case import Attack, Twin

ATTACKS = [
    Attack(
        "an enum member defined twice",
        "the enum's namespace complains with the repr of the first value",
        """
from enum import Enum
try:
    class E(Enum):
        A = secret
        A = 1
except TypeError as e:
    print(e)
""",
    ),
    Attack(
        "an enum that ignores",
        "_ignore_ is gone through by the enum's namespace",
        """
from enum import Enum
class E(Enum):
    _ignore_ = secret_list
    print(_ignore_)
""",
    ),
    *[
        Attack(
            f"an operand arrives in {method}",
            "the interpreter hands an unregistered object to an agent's method, which reads it",
            f"class C:\n    def {method}(self, o=None, *a):\n        print(o.flag)\n        return 0\n"
            f"    __hash__ = lambda self: 0\n{use}",
        )
        for method, use in [
            ("__radd__", "secret + C()"),
            ("__rsub__", "secret - C()"),
            ("__rmul__", "secret * C()"),
            ("__rmatmul__", "secret @ C()"),
            ("__rtruediv__", "secret / C()"),
            ("__rmod__", "secret % C()"),
            ("__rpow__", "secret ** C()"),
            ("__rlshift__", "secret << C()"),
            ("__ror__", "secret | C()"),
            ("__rdivmod__", "divmod(secret, C())"),
            ("__add__", "C() + secret"),
            ("__iadd__", "c = C()\nc += secret"),
            ("__eq__", "C() == secret"),
            ("__ne__", "C() != secret"),
            ("__lt__", "C() < secret"),
            ("__contains__", "secret in C()"),
            ("__getitem__", "C()[secret]"),
            ("__setitem__", "C()[secret] = 1"),
            ("__delitem__", "del C()[secret]"),
            ("__call__", "C()(secret)"),
            ("__class_getitem__", "C.__class_getitem__ = classmethod("
             "lambda c, o: print(o.flag))\nC[secret]"),
            ("__missing__", "class D(dict):\n    __missing__ = C.__missing__\nD()[secret]"),
            ("__format__", "C.__format__(C(), secret)"),
            ("__setattr__", "C.__setattr__ = lambda s, n, o: print(o.flag)\nC().x = secret"),
            ("__set__", "C.__set__ = lambda s, i, o: print(o.flag)\nclass D:\n    p = C()\nD().p = secret"),
        ]
    ],
    *[
        Attack(name, how, code)
        for name, how, code in [
            ("a lying __class__", "isinstance believes __class__", """
class Liar:
    @property
    def __class__(self):
        return Host
    def read(self, o):
        return o._private
print(isinstance(Liar(), Host), Liar().read(host))"""),
            ("assigning __class__", "an own object becomes an instance of a host class", """
class Fake:
    pass
f = Fake()
f.__class__ = Host
f.password = 'x'
print(f.reveal())"""),
            ("an own class adopted by a host object", "a host object becomes an instance of an own class", """
class Mine:
    def read(self):
        return self.password
host.__class__ = Mine
print(host.read())"""),
            ("__init_subclass__ of an own base", "the hook is handed every subclass", """
class Base:
    def __init_subclass__(cls, **k):
        super().__init_subclass__(**k)
        print([c for c in cls.__mro__[-1].__subclasses__() if c.__name__ == '_wrap_close'][0]
              .__init__.__globals__['environ']['HOST_CANARY'])
class Sub(Base): ..."""),
            ("__set_name__ receives the owner", "the hook is handed the class being made", """
class D:
    def __set_name__(self, owner, name):
        print(owner._token)
class Sub(Host):
    d = D()"""),
            ("__get__ receives a host instance", "a descriptor is handed the instance it is read on", """
class D:
    def __get__(self, obj, owner):
        return obj._private
class Sub(Host):
    d = D()
print(Sub().d)"""),
            ("__instancecheck__ is asked about a secret", "isinstance asks the metaclass, handing over the object", """
class Meta(type):
    def __instancecheck__(cls, o):
        print(o.flag)
        return True
class C(metaclass=Meta): ...
isinstance(secret, C)"""),
            ("__subclasscheck__ is asked about a class", "issubclass hands over the class", """
class Meta(type):
    def __subclasscheck__(cls, c):
        print(c._token)
        return True
class C(metaclass=Meta): ...
issubclass(Host, C)"""),
            ("__instancecheck__ in except", "an except clause that is an own metaclass's class", """
class Meta(type):
    def __subclasscheck__(cls, c):
        return True
class C(Exception, metaclass=Meta): ...
try:
    raise secret_error
except Exception as e:
    print(e.token)"""),
            ("__mro_entries__ swaps the bases", "a base that is no class says what the bases are", """
class Entry:
    def __mro_entries__(self, bases):
        return (type(secret),)
class C(Entry()): ...
print(C().flag)"""),
            ("__prepare__ hands out a spy", "the class body's names go through an own mapping", """
class Spy(dict):
    def __getitem__(self, key):
        if key == 'x':
            return secret.flag
        return dict.__getitem__(self, key)
class Meta(type):
    @classmethod
    def __prepare__(m, n, b):
        return Spy()
class C(metaclass=Meta):
    y = x
print(C.y)"""),
            ("a metaclass's mro()", "type.mro may be overridden", """
class Meta(type):
    def mro(cls):
        return [cls, Host, object]
class C(metaclass=Meta):
    def read(self):
        return Host._token
print(C().read(), C._token)"""),
            ("a metaclass's __call__", "calling a class goes through its metaclass", """
class Meta(type):
    def __call__(cls, *a):
        return cls.__mro__[-1].__subclasses__()
class C(metaclass=Meta): ...
for c in C():
    if c.__name__ == '_wrap_close':
        print(c.__init__.__globals__['environ']['HOST_CANARY'])"""),
            ("a metaclass equal to everything", "a type whose equality lies becomes a member of any set of types", """
class Meta(type):
    def __eq__(cls, other):
        return True
    def __hash__(cls):
        return hash(Host)
class C(metaclass=Meta):
    def __getattribute__(self, name):
        return secret.flag
print(C().name)"""),
            ("__getattribute__", "reads of own objects run code of the agent's with any object", """
class C:
    def __getattribute__(self, name):
        return object.__getattribute__(secret, name)
print(C().flag)"""),
            ("__getattribute__ through type()", "the same by the three-argument form", """
C = type('C', (), {'__getattribute__': lambda s, n: object.__getattribute__(secret, n)})
print(C().flag)"""),
            ("__getattribute__ set later", "the same by assignment", """
class C: ...
C.__getattribute__ = lambda s, n: object.__getattribute__(secret, n)
print(C().flag)"""),
            ("__getattribute__ by setattr", "the same by name", """
class C: ...
setattr(C, '__getattribute__', lambda s, n: object.__getattribute__(secret, n))
print(C().flag)"""),
            ("__del__", "finalisers run at any time, outside the limits", """
class C:
    def __del__(self):
        print(secret.flag)
c = C()
del c"""),
            ("__del__ assigned", "the same by assignment", """
class C: ...
C.__del__ = lambda self: print(secret.flag)
C()"""),
            ("__del__ in the namespace of type()", "the same by the three-argument form", """
type('C', (), {'__del__': lambda self: print(secret.flag)})()"""),
            ("__del__ by a decorator", "the same by a class decorator", """
def add(c):
    c.__del__ = lambda self: print(secret.flag)
    return c
@add
class C: ...
C()"""),
            ("__del__ by __set_name__", "the same by a hook", """
class D:
    def __set_name__(self, owner, name):
        setattr(owner, '__del__', lambda s: print(secret.flag))
class C:
    d = D()
C()"""),
            ("a weak reference's callback", "runs when the object dies", """
import weakref
class C: ...
c = C()
r = weakref.ref(c, lambda r: print(secret.flag))
del c"""),
            ("__slots__ over a host class", "slots make descriptors with chosen names", """
class Sub(Host):
    __slots__ = ('password2',)
    def read(self):
        return self.password
print(Sub().read())"""),
            ("__dict__ as a slot", "an own class may define a __dict__ of its own", """
class C:
    @property
    def __dict__(self):
        return {'x': secret.flag}
print(C().__dict__['x'])"""),
            ("__sizeof__ and __dir__", "builtins call them with the object", """
class C:
    def __dir__(self):
        print(secret.flag)
        return []
dir(C())"""),
            ("__length_hint__", "list() asks for a hint", """
class C:
    def __iter__(self):
        return iter([])
    def __length_hint__(self):
        print(secret.flag)
        return 0
list(C())"""),
            ("__buffer__", "memory views of own objects", """
class C:
    def __iter__(self):
        return iter(secret)
print(list(C()))"""),
            ("__index__ that reads", "slicing calls __index__", """
class C:
    def __index__(self):
        print(secret.flag)
        return 0
[1][C()]"""),
            ("__bool__ that reads", "truth tests call __bool__", """
class C:
    def __bool__(self):
        print(secret.flag)
        return True
if C(): pass"""),
            ("__subclasshook__", "isinstance of an abstract class calls the hook", """
from abc import ABC
class C(ABC):
    @classmethod
    def __subclasshook__(cls, other):
        print(other._token)
        return True
issubclass(Host, C)"""),
            ("registering a host class", "register() makes isinstance lie about a host object", """
from abc import ABC
class C(ABC):
    def read(self):
        return self.password
C.register(Host)
print(isinstance(host, C), C.read(host))"""),
            ("a Protocol that is checked at run time", "isinstance reads the attributes it names", """
from typing import Protocol, runtime_checkable
@runtime_checkable
class P(Protocol):
    flag: str
if isinstance(secret, P):
    print(secret.flag)"""),
            ("__match_args__ of an own class", "a class pattern reads the attributes it lists", """
class Meta(type):
    def __instancecheck__(cls, o):
        return True
class C(metaclass=Meta):
    __match_args__ = ('flag',)
match secret:
    case C(x):
        print(x)"""),
            ("__reduce_ex__ run by copy", "copying calls what the reduction names", """
import copy
class C:
    def __reduce_ex__(self, p):
        return (getattr, (secret, 'flag'))
print(copy.copy(C()))"""),
            ("__copy__ given a host method", "copying calls a method found on the class", """
import copy
class C:
    __copy__ = lambda self: secret.tell()
print(copy.copy(C()))"""),
            ("__deepcopy__ with the memo", "the memo holds whatever was copied before", """
import copy
class C:
    def __deepcopy__(self, memo):
        print([getattr(o, 'flag', '') for o in memo.values()])
        return self
copy.deepcopy([secret, C()])"""),
            ("__array_ufunc__-like hooks", "a host function asks the object for a hook", """
class C:
    def __eq__(self, o):
        global kept
        kept = o
        return True
compare(C())
print(kept.flag)"""),
            ("__wrapped__ set on an own function", "inspection follows __wrapped__ to host functions", """
def f(): ...
f.__wrapped__ = boom
import inspect
print(inspect.unwrap(f).__closure__[0].cell_contents)"""),
            ("__builtins__ in a class", "a class attribute with a machinery name", """
class C:
    __builtins__ = None
    def f(self):
        return __builtins__['open'](path).read() if isinstance(__builtins__, dict) else 0
print(C().f())"""),
            ("__annotate__ and lazy annotations", "annotations evaluated when asked for", """
class C:
    a: print(secret.flag)
getattr(C, '__annotations__')"""),
        ]
    ],
    *[
        Attack(
            f"the host later calls {name}",
            "an agent's special method runs when the host handles the object, and reads the secret",
            code,
            after=after,
        )
        for name, code, after in [
            ("repr", "class C:\n    def __repr__(self):\n        return str(secret.flag)\nspy = C()",
             "print(repr(ns['spy']))"),
            ("str", "class C:\n    def __str__(self):\n        return str(secret)\nspy = C()", "print(ns['spy'])"),
            ("format", "class C:\n    def __format__(self, s):\n        return '{0.flag}'.format(secret)\nspy = C()",
             "print(f\"{ns['spy']}\")"),
            ("eq with a secret", "class C:\n    def __eq__(self, o):\n        self.o = o\n        print(o.flag)\n"
             "        return True\nspy = C()", "world.inputs['gear'] == ns['spy']"),
            ("eq with a mapping proxy", "class C:\n    def __eq__(self, o):\n        for k in o:\n"
             "            print(o[k])\n        return True\nspy = C()",
             "type('X', (), {'__iter__': lambda s: iter('k'), '__getitem__': lambda s, k: world.canary})() == ns['spy']"),
            ("hash", "class C:\n    def __hash__(self):\n        print(secret.flag)\n        return 1\nspy = C()",
             "hash(ns['spy'])"),
            ("len", "class C:\n    def __len__(self):\n        print(secret.flag)\n        return 1\nspy = C()",
             "len(ns['spy'])"),
            ("iter", "class C:\n    def __iter__(self):\n        yield secret.flag\nspy = C()", "print(list(ns['spy']))"),
            ("getattr", "class C:\n    def __getattr__(self, n):\n        return secret.flag\nspy = C()",
             "print(ns['spy'].anything)"),
            ("call", "spy = lambda: secret.flag", "print(ns['spy']())"),
            ("a function with an argument", "def spy(o):\n    return o.flag", "print(ns['spy'](secret))"),
            ("a generator", "def g():\n    yield secret.flag\nspy = g()", "print(next(ns['spy']))"),
            ("a method", "class C:\n    def m(self, o):\n        return o.flag\nspy = C().m", "print(ns['spy'](secret))"),
            ("a class", "class spy:\n    def __init__(self, o):\n        self.x = o.flag", "print(ns['spy'](secret).x)"),
            ("a property", "class C:\n    p = property(lambda s: secret.flag)\nspy = C()", "print(ns['spy'].p)"),
            ("a sort", "class C:\n    def __lt__(self, o):\n        print(secret.flag)\n        return True\n"
             "spy = [C(), C()]", "sorted(ns['spy'])"),
            ("a context manager", "class C:\n    def __enter__(self):\n        return secret.flag\n"
             "    def __exit__(self, *a):\n        pass\nspy = C()", "with ns['spy'] as x:\n    print(x)"),
            ("a coroutine", "async def f():\n    return secret.flag\nspy = f()",
             "try:\n    ns['spy'].send(None)\nexcept StopIteration as e:\n    print(e.value)"),
            ("a key function", "spy = lambda o: o.flag", "print([*map(ns['spy'], [secret])])"),
            ("a partial", "from functools import partial\nspy = partial(lambda o, n: o.flag, n=1)",
             "print(ns['spy'](secret))"),
            ("a cached function", "from functools import lru_cache\n@lru_cache\ndef spy(o):\n    return o.flag",
             "print(ns['spy'](secret))"),
        ]
    ],
]  # fmt: skip

TWINS = [
    Twin("operators and hooks on own classes", """
class V:
    def __init__(self, x):
        self.x = x
    def __add__(self, o):
        return V(self.x + (o.x if isinstance(o, V) else o))
    __radd__ = __add__
    def __eq__(self, o):
        return isinstance(o, V) and self.x == o.x
    def __hash__(self):
        return hash(self.x)
    def __lt__(self, o):
        return self.x < o.x
    def __getitem__(self, i):
        return self.x * i
    def __contains__(self, i):
        return i == self.x
    def __bool__(self):
        return self.x > 0
    def __repr__(self):
        return f'V({self.x})'
print(sum([V(1), V(2)]), V(1) == V(1), {V(1): 2}[V(1)], sorted([V(2), V(1)]), V(3)[2], 3 in V(3), bool(V(0)))
"""),
    Twin("class hooks", """
class Base:
    registry = []
    def __init_subclass__(cls, **k):
        super().__init_subclass__(**k)
        Base.registry.append(cls.__name__)
class D:
    def __set_name__(self, owner, name):
        self.name = '_' + name
    def __get__(self, obj, owner=None):
        return self if obj is None else getattr(obj, self.name, 0)
    def __set__(self, obj, value):
        setattr(obj, self.name, value)
class A(Base):
    d = D()
    def __class_getitem__(cls, k):
        return (cls.__name__, k)
a = A()
a.d = 4
print(Base.registry, a.d, A[int][0], vars(a))
class Meta(type):
    def __new__(m, name, bases, ns, **k):
        ns['made'] = True
        return super().__new__(m, name, bases, ns)
class M(metaclass=Meta): ...
print(M.made, type(M).__name__)
"""),
]  # fmt: skip
