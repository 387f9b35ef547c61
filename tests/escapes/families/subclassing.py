"""Deriving from the host's classes, or from builtins, to reach what the base keeps to itself."""

from ..case import Attack, Twin

READS = [
    ("self attribute", "return self.password"),
    ("self private attribute", "return self._private"),
    ("self class attribute", "return self._token"),
    ("class attribute", "return Host._token"),
    ("own class attribute", "return Sub._token"),
    ("method", "return self.reveal()"),
    ("super method", "return super().reveal()"),
    ("super private", "return super()._token"),
    ("super hook", "return [super()._check(self.password), self.password][1]"),
    ("long super", "return super(Sub, self).reveal()"),
    ("super of the class", "return super(Sub, Sub).reveal(self)"),
    ("super by getattr", "return getattr(super(), 'reveal')()"),
    ("super's getattribute", "return super().__getattribute__('password')"),
    ("object's getattribute", "return object.__getattribute__(self, 'password')"),
    ("property", "return self.secrets[0]"),
    ("container", "return self.vault['key']"),
    ("dict", "return self.__dict__['password']"),
    ("vars", "return vars(self)['password']"),
    ("getattr", "return getattr(self, 'pass' + 'word')"),
    ("unbound", "return Host.reveal(self)"),
    ("format", "return '{0.password}'.format(self)"),
    ("f-string", "return f'{self.password}'"),
    ("pattern", "match self:\n            case Sub(password=p):\n                return p"),
    ("super closure", "return __class__._token"),
    ("through type", "return type(self)._token"),
    ("through the mro", "return type(self).__mro__[1]._token"),
    ("through bases", "return Sub.__bases__[0]._token"),
    ("through super's object", "return super().__thisclass__.__bases__[0]._token"),
    ("through super's self", "return super().__self__.__dict__['password']"),
    ("deleting", "del self.password\n        self.password = 'mine'\n        return self.reveal()"),
    ("comparing private", "return [c for c in [self._private] if c]"),
]  # fmt: skip

ATTACKS = [
    *[
        Attack(
            f"a subclass reads by {name}",
            "an agent subclass gains nothing private of the host class it derives from",
            f"class Sub(Host):\n    def read(self):\n        {body}\nprint(Sub().read())",
        )
        for name, body in READS
    ],
    *[
        Attack(name, how, code, modules=("string",) if "Formatter" in name else ())
        for name, how, code in [
            ("overriding a private hook", "the host's public method calls the hook with a secret", """
class Sub(Host):
    def _check(self, password):
        print(password)
        return True
Sub().login()"""),
            ("overriding a private hook later", "the same by assignment", """
class Sub(Host): ...
Sub._check = lambda self, password: print(password)
Sub().login()"""),
            ("overriding on the instance", "the same on one object", """
class Sub(Host): ...
s = Sub()
s._check = print
s.login()"""),
            ("overriding by setattr", "the same by name", """
class Sub(Host): ...
setattr(Sub, '_check', lambda self, password: print(password))
Sub().login()"""),
            ("overriding by type()", "the same by the three-argument form", """
Sub = type('Sub', (Host,), {'_check': lambda self, p: print(p)})
Sub().login()"""),
            ("overriding by a second base", "a mixin placed before the host class", """
class Mixin:
    def _check(self, password):
        print(password)
class Sub(Mixin, Host): ...
Sub().login()"""),
            ("overriding by a descriptor", "a descriptor under the hook's name", """
class D:
    def __get__(self, obj, owner):
        return print
class Sub(Host):
    _check = D()
Sub().login()"""),
            ("overriding by __getattr__", "names not found come to the hook", """
class Sub(Host):
    def __init__(self):
        self.name = 'x'
    def __getattr__(self, name):
        return 'got ' + name
print(Sub().greet(), Sub()._token)"""),
            ("overriding by a class decorator", "the hook is added after the class was made", """
def add(c):
    c._check = lambda self, p: print(p)
    return c
@add
class Sub(Host): ...
Sub().login()"""),
            ("overriding an excluded property's setter", "the property is rebuilt in the subclass", """
class Sub(Host):
    secrets = property(Host.secrets.fget)
print(Sub().secrets)"""),
            ("overriding __setattr__", "every assignment of the host's __init__ passes by", """
class Sub(Host):
    def __setattr__(self, name, value):
        print(name, value)
Sub()"""),
            ("a data descriptor for an excluded name", "the host's __init__ assigns to the agent's descriptor", """
class D:
    def __set__(self, obj, value):
        print(value)
class Sub(Host):
    password = D()
Sub()"""),
            ("a property for an excluded name", "the same with a property", """
class Sub(Host):
    @property
    def password(self): return ''
    @password.setter
    def password(self, value): print(value)
Sub()"""),
            ("a slot for an excluded name", "the host's __init__ fills the agent's slot", """
class Sub(Host):
    __slots__ = ('password',)
print(Sub.password.__get__(Sub()))"""),
            ("overriding __getattribute__", "every read of the host's methods passes by", """
class Sub(Host):
    def __getattribute__(self, name):
        value = super().__getattribute__(name)
        print(name, value)
        return value
Sub().login()"""),
            ("overriding __eq__ of a secret's peer", "the host compares instances", """
class Sub(Host):
    def __eq__(self, other):
        print(other._private)
        return True
host == Sub()
Sub() == host"""),
            ("an own method applied to a host instance", "an unbound method takes any instance", """
class Sub(Host):
    def read(self):
        return self._private
print(Sub.read(host))"""),
            ("an own property applied to a host instance", "a property's getter takes any instance", """
class Sub(Host):
    p = property(lambda self: self._private)
print(Sub.p.fget(host))"""),
            ("private names of one's own on a host instance", "the privilege follows the object, not the method", """
class Sub(Host):
    def __init__(self):
        super().__init__()
        self._mine = 1
    def peek(self, other):
        return other._private
print(Sub().peek(host))"""),
            ("mangled names", "double underscores are mangled with the class's name", """
class Host_(Host):
    def read(self):
        return self._Host__x if hasattr(self, '_Host__x') else self._token
print(Host_().read())"""),
            ("a class named like the host's", "mangling uses the name, not the class", """
Real = Host
class Host(Real):
    def read(self):
        return self._private
print(Host().read())"""),
            ("a dataclass of it", "a dataclass subclass lists excluded names as fields", """
from dataclasses import dataclass, asdict
@dataclass(init=False, repr=True)
class Sub(Host):
    password: str = ''
    _private: str = ''
print(Sub(), asdict(Sub()))"""),
            ("a dataclass of it with order", "comparison reads the fields", """
from dataclasses import dataclass
class Spy:
    def __lt__(self, o):
        print(o)
    def __gt__(self, o):
        print(o)
    def __eq__(self, o):
        print(o)
@dataclass(init=False, order=True)
class Sub(Host):
    password: object = None
a, b = Sub(), Sub()
a.password = Spy()
a < b"""),
            ("an abstract class of it", "ABC machinery looks at the class's namespace", """
from abc import ABC
class Sub(Host, ABC): ...
print(vars(Sub()))"""),
            ("a named tuple's methods", "namedtuple classes have private-looking public methods", """
from collections import namedtuple
class P(namedtuple('P', 'a')):
    def read(self):
        return self._asdict.__globals__['_sys'].modules['os'].environ
print(P(1).read())"""),
            ("an enum of host objects", "members' values are what was given", """
from enum import Enum
class E(Enum):
    A = gear
print(E.A.value.flag)"""),
            ("a str subclass that opens format", "methods of a builtin base by super", """
class S(str):
    def show(self, o):
        return super().format(o)
print(S('{0.flag}').show(secret))"""),
            ("a str subclass whose format is inherited", "the inherited method itself", """
class S(str): ...
print(S('{0.flag}').format(secret))"""),
            ("a str subclass with format under another name", "an alias in the class body", """
class S(str):
    show = str.format
print(S('{0.flag}').show(secret))"""),
            ("a dict subclass for format_map", "a mapping that serves the secret", """
class D(dict):
    def __missing__(self, k):
        return secret
print('{x.flag}'.format_map(D()))"""),
            ("a list subclass that unwraps", "unbound methods of the base on another object", """
class L(list):
    def take(self):
        return list.__getitem__(secret_list, 0)
print(L().take())"""),
            ("a tuple subclass that looks like an AST", "builtin bases with lying lengths", """
class T(tuple):
    def __len__(self): return 1
    def __getitem__(self, i): return secret.flag
print('%s' % (T(),), T()[0])"""),
            ("an int subclass as an index", "ints with own methods", """
class I(int):
    def __index__(self):
        print(secret.flag)
        return 0
[1][I()], range(3)[I()], I().__index__()"""),
            ("a type subclass", "a metaclass gets type's unguarded methods", """
class M(type):
    def subs(cls):
        return super().__subclasses__()
    def base(cls):
        return type.__getattribute__(cls, '__mro__')[-1]
class C(metaclass=M): ...
for c in type.__subclasses__(C.base()):
    if c.__name__ == '_wrap_close':
        print(c.__init__.__globals__['environ']['HOST_CANARY'])"""),
            ("a property subclass", "descriptors with readable getters", """
class P(property): ...
class C:
    p = P(lambda s: s.flag)
print(C.p.fget(secret))"""),
            ("a module subclass", "module types have dictionaries", """
import hostlib
class M(type(hostlib)): ...
print(M.__getattribute__(hostlib, '_token'))"""),
            ("an exception subclass reading the traceback", "methods of own exceptions see themselves", """
class E(Exception):
    def tb(self):
        return self.__traceback__
try:
    raise E
except E as e:
    loot = e.tb()"""),
            ("a contextlib subclass", "ExitStack keeps its callbacks with frames", """
from contextlib import ExitStack
class S(ExitStack):
    def __exit__(self, *details):
        global loot
        loot = details[2]
        return True
with S():
    boom()"""),
            ("a string.Formatter subclass", "the formatter's own reads", """
import string
class F(string.Formatter):
    def get_field(self, name, args, kwargs):
        return string.Formatter.get_field(self, name, args, kwargs)
print(F().format('{0.flag}', secret))"""),
            ("a JSONEncoder subclass", "the encoder hands unknown objects to a method", """
import json
class E(json.JSONEncoder):
    def default(self, o):
        return o.flag
print(json.dumps(secret, cls=E))"""),
            ("a JSONEncoder subclass with iterencode", "the encoder's C parts", """
import json
class E(json.JSONEncoder):
    def read(self):
        return json.JSONEncoder.default.__globals__['__builtins__']['open'](path).read()
print(E().read())"""),
            ("a random.Random subclass", "registered classes of the standard library", """
import json
class D(json.JSONDecoder):
    def read(self):
        return self.scan_once.__class__.__mro__[-1].__subclasses__()
for c in D().read():
    if c.__name__ == '_wrap_close':
        print(c.__init__.__globals__['environ']['HOST_CANARY'])"""),
            ("deriving from a non-constructable class", "a subclass's own call", """
class Sub(Locked):
    def __init__(self): pass
Sub()"""),
            ("deriving from an unregistered class", "the subclass inherits what it keeps", """
class Sub(Vault):
    def read(self):
        return self.flag
print(Sub().read())"""),
            ("deriving from a secret's class", "the class fetched from an instance", """
class Sub(type(secret)):
    def read(self):
        return self.flag
print(Sub().read())"""),
            ("deriving from a registered function's type", "function and method types cannot be bases, but try", """
T = type(greet)
loot = T(greet.__code__, {}).__code__"""),
        ]
    ],
]  # fmt: skip

TWINS = [
    Twin("subclassing what is registered", """
class Sub(Host):
    '''A guest with a title.'''
    def __init__(self, name, title='Dr'):
        super().__init__(name)
        self.title = title
        self._own = 1
    def greet(self):
        return f'{super().greet()}, {self.title} {self._own}'
    def _helper(self):
        return self._own + 1
    def use(self):
        return self._helper(), self.name, self.limit
s = Sub('bob')
print(s.greet(), s.use(), isinstance(s, Host), issubclass(Sub, Host), s == Sub('bob'))
class Square(Shape):
    def area(self):
        return self.sides ** 2
print(Square(4).area(), Square(4) == Square(4))
"""),
    Twin("subclassing builtins", """
class D(dict):
    def __missing__(self, k):
        return k * 2
class L(list):
    def last(self):
        return self[-1]
class S(str):
    def shout(self):
        return self.upper() + '!'
class I(int):
    def __add__(self, o):
        return I(int(self) + o + 1)
class E(ValueError):
    pass
print(D()['a'], L([1, 2]).last(), S('a').shout(), I(1) + 1, '{}'.format(S('x')), S('{}').format(1))
try:
    raise E('x')
except ValueError as e:
    print(type(e).__name__, e)
"""),
]  # fmt: skip
