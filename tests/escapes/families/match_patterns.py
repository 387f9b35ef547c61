"""Patterns read attributes and items: class patterns by name, sequences and mappings by protocol."""

from ..case import Attack, Twin

ATTACKS = [
    Attack(name, how, code)
    for name, how, code in [
        ("keyword sub-pattern", "a keyword sub-pattern reads the attribute of that name", """
match secret:
    case object(flag=f):
        print(f)"""),
        ("keyword sub-pattern, excluded", "the same on a registered class", """
match host:
    case Host(password=p):
        print(p)"""),
        ("keyword sub-pattern, private", "the same for a private name", """
match host:
    case Host(_private=p):
        print(p)"""),
        ("keyword sub-pattern, class attribute", "attributes of classes are matched as well", """
match Host:
    case object(_token=t):
        print(t)"""),
        ("keyword sub-pattern, dunder", "machinery by its name", """
match greet:
    case object(__globals__=g):
        print(g['os'].environ['HOST_CANARY'])"""),
        ("keyword sub-pattern, code", "machinery by its name", """
match lambda: 0:
    case object(__code__=loot):
        pass"""),
        ("keyword sub-pattern, dict", "all attributes by name", """
match host:
    case object(__dict__=d):
        print(d)"""),
        ("keyword sub-pattern, class", "the class of an object", """
match secret:
    case object(__class__=c):
        print(c.tell(secret))"""),
        ("keyword sub-pattern, method", "a method is read and called later", """
match secret:
    case object(tell=t):
        print(t())"""),
        ("keyword sub-pattern on a module", "modules are objects", """
import hostlib
match hostlib:
    case object(_token=t, os=o):
        print(t, o)"""),
        ("nested class patterns", "patterns go deep", """
match [{'a': secret}]:
    case [{'a': object(flag=f)}]:
        print(f)"""),
        ("or-pattern", "alternatives each read", """
match secret:
    case object(nothing=f) | object(flag=f):
        print(f)"""),
        ("guard", "an if guard is code", """
match secret:
    case s if print(s.flag):
        pass"""),
        ("as-pattern with a class", "the whole object is bound beside the part", """
match host:
    case Host(vault={'key': k}) as h:
        print(k)"""),
        ("literal probing", "the pattern's success says what the attribute is", """
found = ''
for c in 'canary-0123456789abcdef':
    pass
match secret:
    case object(flag=str() as f):
        print(f)"""),
        ("__match_args__ of an own class", "positional sub-patterns name attributes through the class", """
class Any(type):
    def __instancecheck__(cls, o):
        return True
class C(metaclass=Any):
    __match_args__ = ('flag',)
match secret:
    case C(f):
        print(f)"""),
        ("__match_args__ of a subclass of a host class", "the same, with inheritance instead of a lie", """
class C(Host):
    __match_args__ = ('password', '_private')
match C():
    case C(p, q):
        print(p, q)"""),
        ("__match_args__ set later", "the same by assignment", """
class C(Host): ...
C.__match_args__ = ('password',)
match C():
    case C(p):
        print(p)"""),
        ("__match_args__ as a property", "computed when asked", """
class Meta(type):
    @property
    def __match_args__(cls):
        return ('flag',)
    def __instancecheck__(cls, o):
        return True
class C(metaclass=Meta): ...
match secret:
    case C(f):
        print(f)"""),
        ("__match_args__ on the host class", "the host's class is changed", """
Host.__match_args__ = ('password',)
match host:
    case Host(p):
        print(p)"""),
        ("__match_args__ by make_dataclass", "dataclasses set it from field names", """
from dataclasses import dataclass
@dataclass
class D:
    password: str = ''
class C(Host):
    __match_args__ = D.__match_args__
match C():
    case C(p):
        print(p)"""),
        ("a class pattern whose class is read", "the class in the pattern is a dotted name", """
import hostlib
match 1:
    case hostlib._token:
        pass
    case _:
        match hostlib:
            case object(_token=t):
                print(t)"""),
        ("a value pattern that reads", "dotted names in patterns are attribute reads, then ==", """
class Spy:
    def __eq__(self, o):
        print(o)
        return True
match Spy():
    case secret.flag:
        pass"""),
        ("a value pattern on a host object", "an excluded attribute in a value pattern", """
class Spy:
    def __eq__(self, o):
        print(o)
        return True
match Spy():
    case host.password:
        pass"""),
        ("a value pattern on a module", "a private attribute in a value pattern", """
import hostlib
class Spy:
    def __eq__(self, o):
        print(o)
        return True
match Spy():
    case hostlib._token:
        pass"""),
        ("a value pattern as a mapping key", "keys of mapping patterns may be dotted", """
class D(dict):
    def get(self, k, d=None):
        print(k)
        return d
match D(a=1):
    case {host.password: x}:
        pass"""),
        ("a mapping pattern on an own mapping", "mapping patterns call get and keys", """
from collections.abc import Mapping
class M(Mapping):
    def __getitem__(self, k): return secret.flag
    def __iter__(self): return iter('k')
    def __len__(self): return 1
match M():
    case {'k': v}:
        print(v)"""),
        ("a mapping pattern on an unregistered dict", "dict subclasses are mappings", """
match secret_dict:
    case {'flag': f}:
        print(f)"""),
        ("a mapping pattern with rest", "the rest is copied", """
match secret_dict:
    case {**rest}:
        print(rest)"""),
        ("a mapping pattern, nested", "inside a list", """
match [secret_dict]:
    case [{'flag': f}]:
        print(f)"""),
        ("a sequence pattern on an unregistered list", "list subclasses are sequences", """
match secret_list:
    case [f, *_]:
        print(f)"""),
        ("a star sequence pattern", "the whole of it", """
match secret_list:
    case [*all]:
        print(all)"""),
        ("a sequence pattern, nested", "inside a dict", """
match {'a': secret_list}:
    case {'a': [f, *_]}:
        print(f)"""),
        ("registering as a sequence", "an abstract class's register makes anything a sequence", """
from collections.abc import Sequence
Sequence.register(type(secret))
match secret:
    case [a, b]:
        print(a)"""),
        ("a builtin class pattern", "str() and friends match subclasses and bind them", """
match secret_dict:
    case dict(d):
        print(d['flag'])"""),
        ("a list class pattern", "positional sub-patterns of builtins bind the object itself", """
match secret_list:
    case list(l):
        print(l[0])"""),
        ("a class pattern with a host instance", "the class in the pattern is fetched from anywhere", """
class Box:
    H = Host
match host:
    case Box.H(_private=p):
        print(p)"""),
        ("irrefutable capture then read", "a capture is a binding like any other", """
match secret:
    case s:
        print(s.flag)"""),
        ("an exception's fields", "class patterns on exceptions", """
try:
    boom()
except Exception as e:
    match e:
        case RuntimeError(token=t):
            print(t)"""),
        ("an exception's traceback", "class patterns on exceptions", """
try:
    boom()
except Exception as e:
    match e:
        case RuntimeError(__traceback__=loot):
            pass"""),
        ("a generator's frame", "class patterns on generators", """
match stream():
    case object(gi_frame=loot):
        pass"""),
        ("attributes that change between test and bind", "a property is read once for each sub-pattern", """
class Flip(Host):
    n = 0
    @property
    def name(self):
        return self.password
match Flip.__new__(Flip):
    case _:
        print(Host()._private)"""),
        ("in a comprehension's function", "a match inside a function called by map", """
def take(o):
    match o:
        case object(flag=f):
            return f
print(list(map(take, bag)))"""),
    ]
]  # fmt: skip

TWINS = [
    Twin("every kind of pattern", """
from dataclasses import dataclass
@dataclass
class P:
    x: int
    y: int = 0
class Q:
    __match_args__ = ('a', 'b')
    def __init__(self, a, b):
        self.a, self.b = a, b
def kind(v):
    match v:
        case None | True | False:
            return 'single'
        case 0 | 1.5 | -1 | 'text' | b'b':
            return 'literal'
        case P(x=0, y=y):
            return f'y={y}'
        case P(x, y) if x == y:
            return 'diagonal'
        case P():
            return 'point'
        case Q(a, [b, *rest]):
            return a, b, rest
        case [int(a), str(b)]:
            return 'pair', a, b
        case [first, *middle, last]:
            return first, middle, last
        case {'k': k, **rest}:
            return k, rest
        case str() as s:
            return s.upper()
        case Colour.RED:
            return 'red'
        case Host(name=n):
            return n
        case Shape(sides=s):
            return s
        case _:
            return 'other'
for v in (None, 0, 'text', P(0, 5), P(2, 2), P(1, 2), Q(1, [2, 3]), [1, 'b'], [1, 2, 3], {'k': 1, 'z': 2},
          'abc', Colour.RED, host, shape, Colour.BLUE, 3.25, secret):
    print(kind(v))
"""),
]  # fmt: skip
