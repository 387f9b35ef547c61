"""Private names: one's own are free, the host's and the machinery's are not."""

from ..case import Attack, Twin

OWN_DUNDERS = [
    ("__class__ of an own object", "loot = type(C().__class__)"),
    ("__globals__ of an own method", "print(C.m.__globals__['__builtins__']['__import__']('os').environ)"),
    ("__code__ of an own method", "loot = C.m.__code__"),
    ("__func__ of an own method", "loot = C().m.__func__.__code__"),
    ("__closure__ of an own closure", "loot = make().__closure__[0]"),
    ("__builtins__ of an own method", "print(C.m.__builtins__['open'](path).read())"),
    ("__mro__ of an own class", "print([c for c in C.__mro__[-1].__subclasses__() if c.__name__ == '_wrap_close']"
     "[0].__init__.__globals__['environ'])"),
    ("__bases__ of an own class", "print([c for c in C.__bases__[0].__subclasses__() if c.__name__ == '_wrap_close']"
     "[0].__init__.__globals__['environ'])"),
    ("__base__ of an own class", "print([c for c in C.__base__.__subclasses__() if c.__name__ == '_wrap_close']"
     "[0].__init__.__globals__['environ'])"),
    ("mro() of an own class", "print([c for c in C.mro()[-1].__subclasses__() if c.__name__ == '_wrap_close']"
     "[0].__init__.__globals__['environ'])"),
    ("__init__ of object", "print(C().__init__.__self__.__class__.__base__.__subclasses__()[-1] and "
     "C.m.__globals__['__builtins__']['open'](path).read())"),
    ("__reduce_ex__ of an own object", "loot = C().__reduce_ex__\nprint(loot(0)[0].__globals__['__builtins__']"
     "['open'](path).read())"),
    ("__subclasses__ of an own class", "print(C.__subclasses__.__self__.__base__.__subclasses__() and "
     "C.m.__globals__['__builtins__']['open'](path).read())"),
    ("__getattribute__ of an own object", "loot = C().__getattribute__"),
    ("__setattr__ of an own object", "loot = C().__setattr__"),
    ("__delattr__ of an own object", "loot = C().__delattr__"),
    ("__kwdefaults__ of a host function", "print(greet.__kwdefaults__)"),
    ("__module__ as a way to the module", "import sys\nprint(sys.modules[C.__module__].__dict__['__builtins__'] and "
     "sys.modules['os'].environ)"),
    ("__loader__ global", "print(__builtins__['__loader__'].load_module('posix').environ)"),
    ("__spec__ global", "loot = __builtins__['__spec__']\nprint(loot.loader.load_module('posix').environ)"),
    ("__import__ global", "print(__import__('os').environ)"),
    ("__build_class__ global", "loot = __builtins__['__build_class__']"),
    ("__file__ of a module", "import hostlib\nprint(open(hostlib.__file__) and open(path).read())"),
    ("__path__ of a package", "import collections\nprint(collections.__path__ and open(path).read())"),
    ("_fields_defaults of a namedtuple", "from collections import namedtuple\n"
     "print(namedtuple('P', 'a')._field_defaults or namedtuple('P', 'a').__new__.__globals__['__builtins__'] or secret.flag)"),
    ("_missing_ of an enum", "from enum import Enum\nclass E(Enum):\n    A = 1\n"
     "print(E.__new__.__globals__['sys'].modules['os'].environ)"),
    ("_value2member_map_ of an enum", "from enum import Enum\nclass E(Enum):\n    A = gear\n"
     "print([v.flag for v in [E.A._value_]])"),
    ("_abc_impl of an abstract class", "from abc import ABC\nclass A(ABC): ...\nloot = A._abc_impl\n"
     "print(A.register.__func__.__globals__['__builtins__']['open'](path).read())"),
    ("_is_protocol of a protocol", "from typing import Protocol\nclass P(Protocol): ...\n"
     "print(P.__init_subclass__.__func__.__globals__['sys'].modules['os'].environ)"),
    ("__origin__ of an alias", "print(list[type(secret)].__origin__ and list[type(secret)].__args__[0].tell(secret))"),
    ("__parameters__ of a generic", "from typing import Generic, TypeVar\nT = TypeVar('T')\nclass G(Generic[T]): ...\n"
     "print(G.__class_getitem__.__func__.__wrapped__.__globals__['sys'].modules['os'].environ)"),
    ("__dataclass_fields__ of a dataclass", "from dataclasses import dataclass\n@dataclass\nclass D:\n    a: int = 1\n"
     "loot = D.__dataclass_fields__['a'].default.__class__\n"
     "print(D.__eq__.__globals__['sys'].modules['os'].environ if 'sys' in D.__eq__.__globals__ else "
     "D.__repr__.__wrapped__.__globals__['sys'].modules['os'].environ)"),
    ("__annotations__ of a host class", "Host.__annotations__ = {}\nHost.extra = 1"),
    ("__type_params__ of a host function", "greet.__type_params__ = ()\ngreet.extra = 1"),
    ("_token of a class of the host's", "print(Host._token)"),
    ("_private of a host object", "print(host._private)"),
    ("_private in a method of an unrelated class", "class R:\n    def read(self, o):\n        return o._private\n"
     "print(R().read(host))"),
    ("_private with self rebound", "class R:\n    def read(self):\n        self = host\n        return self._private\n"
     "print(R().read())"),
    ("_private with self as a parameter", "def read(self):\n    return self._private\nprint(read(host))"),
    ("_private with cls as a parameter", "def read(cls):\n    return cls._token\nprint(read(Host))"),
    ("_private in a lambda named self", "print((lambda self: self._private)(host))"),
    ("_private by a loop over self", "for self in [host]:\n    print(self._private)"),
    ("_private by a with target", "with host as self:\n    print(self._private)"),
    ("_private by a walrus", "print((self := host)._private)"),
    ("_private through an own attribute", "class R: ...\nr = R()\nr._h = host\nprint(r._h._private)"),
    ("mangled name of the host's", "class Secret:\n    def read(self, o):\n        return o.__flag\n"
     "class _flag: ...\nclass X:\n    def read(self, o):\n        return o._flag\nprint(X().read(secret))"),
    ("private module name", "import hostlib\nprint(hostlib._token)"),
    ("private name by from", "from hostlib import _token\nprint(_token)"),
    ("private name by star", "import hostlib\nprint([n for n in dir(hostlib) if n == '_token'] and hostlib._token)"),
    ("private deletion", "del host._private"),
    ("private writing", "host._private = 'mine'"),
    ("private augmented", "host._private += 'mine'"),
    ("private in a del tuple", "del (host._private, host.password)"),
]  # fmt: skip

ATTACKS = [
    Attack(
        name,
        "a name with underscores of something that is not the agent's own",
        "class C:\n    def m(self):\n        return 1\ndef make():\n    x = 1\n    return lambda: x\n"
        + code,
        before=(3, 12) if name == "__parameters__ of a generic" else (9, 9),
    )
    for name, code in OWN_DUNDERS
]

TWINS = [
    Twin("private names of one's own", """
class Account:
    _count = 0
    __slots__ = ('_balance', '__pin')
    def __init__(self, pin):
        self._balance = 0
        self.__pin = pin
        Account._count += 1
    def _check(self, pin):
        return pin == self.__pin
    def pay(self, n, pin):
        if self._check(pin):
            self._balance += n
        return self._balance
a = Account(1)
print(a.pay(5, 1), a._balance, Account._count, a._Account__pin)
_x = 1
__y = 2
def _f(_a, *, _b=3):
    return _a + _b + _x + __y
print(_f(1), Account.__name__, Account.__doc__, __name__ == '__main__', a.__class__.__name__, _f.__name__)
"""),
]  # fmt: skip
