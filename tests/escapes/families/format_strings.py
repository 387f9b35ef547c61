"""Format strings name attributes and items, and the interpreter looks them up by itself."""

from ..case import Attack, Twin, each

FIELDS = [
    ("attribute", "'{0.flag}'.format(secret)"),
    ("keyword", "'{s.flag}'.format(s=secret)"),
    ("item", "'{0[flag]}'.format(secret)"),
    ("item number", "'{0[0]}'.format(secret)"),
    ("plain", "'{}'.format(secret)"),
    ("conversion r", "'{!r}'.format(secret)"),
    ("conversion s", "'{!s}'.format(secret)"),
    ("conversion a", "'{!a}'.format(secret)"),
    ("own spec", "'{:x}'.format(secret)"),
    ("nested spec", "'{:{}}'.format('', secret)"),
    ("in a container", "'{0[0].flag}'.format([secret])"),
    ("in a container's repr", "'{}'.format([secret])"),
    ("in a dict", "'{s[a].flag}'.format(s={'a': secret})"),
    ("excluded", "'{0.password}'.format(host)"),
    ("private", "'{0._private}'.format(host)"),
    ("class attribute", "'{0._token}'.format(Host)"),
    ("excluded item", "'{0.vault[key]}'.format(host)"),
    ("globals", "'{0.__globals__[os].environ[HOST_CANARY]}'.format(greet)"),
    ("through a method", "'{0.greet.__globals__[os].environ}'.format(Host)"),
    ("keyword defaults", "'{0.__kwdefaults__}'.format(greet)"),
    ("format_map", "'{s.flag}'.format_map({'s': secret})"),
    ("format_map on the object", "'{flag}'.format_map(secret)"),
    ("unbound", "str.format('{0.flag}', secret)"),
    ("unbound map", "str.format_map('{s.flag}', {'s': secret})"),
    ("through map", "list(map('{0.flag}'.format, [secret]))"),
    ("through map unbound", "list(map(str.format, ['{0.flag}'], [secret]))"),
    ("as a variable", "(lambda f: f(secret))('{0.flag}'.format)"),
    ("as a key", "max([secret], key='{0.flag}'.format) and '{0.flag}'.format(secret)"),
    ("getattr", "getattr('{0.flag}', 'format')(secret)"),
    ("type of a string", "type('').format('{0.flag}', secret)"),
    ("own subclass", "type('S', (str,), {})('{0.flag}').format(secret)"),
    ("concatenated", "('{0.fl' + 'ag}').format(secret)"),
    ("starred", "'{0.flag}'.format(*[secret])"),
    ("double starred", "'{s.flag}'.format(**{'s': secret})"),
    ("partial", "__import__('functools').partial('{0.flag}'.format, secret)()"),
    ("percent s", "'%s' % secret"),
    ("percent r", "'%r' % (secret,)"),
    ("percent a", "'%a' % (secret,)"),
    ("percent mapping", "'%(flag)s' % secret"),
    ("percent in a dict", "'%(s)s' % {'s': secret}"),
    ("percent in a list", "'%s' % [secret]"),
    ("unbound percent", "str.__mod__('%s', secret)"),
    ("f-string", "f'{secret}'"),
    ("f-string r", "f'{secret!r}'"),
    ("f-string a", "f'{secret!a}'"),
    ("f-string spec", "f'{secret:>3}'"),
    ("f-string debug", "f'{secret=}'"),
    ("f-string nested spec", "f'{3:{secret}}'"),
    ("f-string container", "f'{[secret]}'"),
    ("f-string attribute", "f'{secret.flag}'"),
    ("str of a dict subclass", "str(secret_dict)"),
    ("repr of a dict subclass", "repr(secret_dict)"),
    ("print of a dict subclass", "secret_dict"),
    ("print inside of a dict subclass", "[secret_dict]"),
    ("f-string of a dict subclass", "f'{secret_dict}'"),
    ("percent of a dict subclass", "'%s' % [secret_dict]"),
    ("format of a dict subclass", "'{}'.format(secret_dict)"),
    ("ascii of a dict subclass", "ascii(secret_dict)"),
    ("str of a list subclass", "str(secret_list)"),
    ("repr of a list subclass", "repr(secret_list)"),
    ("print of a list subclass", "secret_list"),
    ("print inside of a list subclass", "[secret_list]"),
    ("f-string of a list subclass", "f'{secret_list}'"),
    ("percent of a list subclass", "'%s' % [secret_list]"),
    ("format of a list subclass", "'{}'.format(secret_list)"),
    ("ascii of a list subclass", "ascii(secret_list)"),
    ("the inputs", "inputs if 'inputs' in globals() else record['secret']"),
    ("str", "str(secret)"),
    ("repr", "repr(secret)"),
    ("ascii", "ascii(secret)"),
    ("format builtin", "format(secret)"),
    ("format builtin spec", "format(secret, '>3')"),
    ("str of a dict", "str({'k': secret})"),
    ("repr of a tuple", "repr((1, secret))"),
    ("repr of nested", "repr([[{'a': (secret,)}]])"),
    ("str of a set", "str({secret})"),
    ("bytes percent", "b'%a' % (secret,)"),
    ("print", "secret"),
    ("print container", "[secret]"),
    ("print dict", "{'s': secret}"),
    ("sep", "*[1, 2], sep=str(secret)"),
]

FORMATTER = """
import string
@
"""

ATTACKS = [
    *each("shown", "the value is turned into text, or looked into, by the interpreter", "print(@)", FIELDS),
    *each(
        "string.Formatter",
        "the formatter of the string module does its own attribute reads",
        FORMATTER,
        [
            ("format", "print(string.Formatter().format('{0.flag}', secret))"),
            ("vformat", "print(string.Formatter().vformat('{0.flag}', [secret], {}))"),
            ("get_field", "print(string.Formatter().get_field('0.flag', [secret], {})[0])"),
            ("subclass", """class F(string.Formatter):
    pass
print(F().format('{0.flag}', secret))"""),
            ("format_field", "print(string.Formatter().format_field(secret, ''))"),
            ("convert_field", "print(string.Formatter().convert_field(secret, 'r'))"),
            ("module of it", "print(string._string.formatter_parser and str(secret))"),
        ],
        modules=("string",),
    ),
    Attack(
        "UserString formats by itself",
        "collections.UserString has a format of its own",
        "from collections import UserString\nprint(UserString('{0.flag}').format(secret))",
    ),
    Attack(
        "a format method kept in an attribute",
        "a bound format on an own object is called later, by C code",
        """
class Box:
    pass
box = Box()
box.f = '{0.flag}'.format
print(list(map(box.f, [secret])))
""",
    ),
    Attack(
        "__format__ handed over",
        "an own __format__ is called with a spec that names attributes",
        """
class Spy(str):
    def __format__(self, spec):
        return str.format(spec, secret)
print(f"{Spy():{'{0.flag}'}}")
""",
    ),
    Attack(
        "super().format in a str subclass",
        "super() finds the unguarded method of the builtin",
        """
class S(str):
    def show(self, value):
        return super().format(value)
print(S('{0.flag}').show(secret))
""",
    ),
    Attack(
        "super in its long form",
        "super(S, s) finds it from outside as well",
        """
class S(str):
    pass
print(super(S, S('{0.flag}')).format(secret))
""",
    ),
    Attack(
        "logging-like percent in exceptions",
        "the text of an exception made with the object as an argument",
        "e = ValueError(secret)\nprint(e)",
    ),
    Attack(
        "an uncaught exception's text",
        "the report of an uncaught exception shows its arguments",
        "try:\n    raise ValueError('x', secret)\nexcept ValueError as e:\n    print(str(e), repr(e))",
    ),
    Attack(
        "a KeyError's text",
        "KeyError shows the repr of its key",
        "try:\n    {}[secret]\nexcept KeyError as e:\n    print(e)",
    ),
    Attack(
        "a traceback shown by the host",
        "the short traceback of the session has the error's message in it",
        "print(repr(ValueError(secret)))\nraise ValueError(secret)",
    ),
    Attack(
        "the last expression's value",
        "the session shows the value of a last bare expression",
        "class Box:\n    def __repr__(self):\n        return repr(secret)\nbox = Box()\nprint(box)\nbox",
    ),
    *each(
        "shown inside a container type",
        "types of the standard library show what they hold",
        "@",
        [
            ("deque", "from collections import deque\nprint(deque([secret]))"),
            ("defaultdict", "from collections import defaultdict\nd = defaultdict(int)\nd['a'] = secret\nprint(d)"),
            ("OrderedDict", "from collections import OrderedDict\nprint(OrderedDict(a=secret))"),
            ("Counter", "from collections import Counter\nprint(Counter([secret]))"),
            ("ChainMap", "from collections import ChainMap\nprint(ChainMap({'a': secret}))"),
            ("UserDict", "from collections import UserDict\nprint(UserDict(a=secret))"),
            ("UserList", "from collections import UserList\nprint(UserList([secret]))"),
            ("SimpleNamespace", "from types import SimpleNamespace\nprint(SimpleNamespace(a=secret))"),
            ("namedtuple", "from collections import namedtuple\nprint(namedtuple('P', 'a')(secret))"),
            ("NamedTuple", """from typing import Any, NamedTuple
class P(NamedTuple):
    a: Any
print(P(secret))"""),
            ("dataclass", """from dataclasses import dataclass
from typing import Any
@dataclass
class D:
    a: Any
print(D(secret))"""),
            ("enum", """from enum import Enum
class E(Enum):
    A = secret
print(repr(E.A))"""),
            ("partial", "from functools import partial\nprint(partial(max, secret))"),
            ("slice", "print(slice(secret))"),
            ("range error", "try:\n    int(secret)\nexcept TypeError:\n    print([secret])"),
            ("dict views", "print({'a': secret}.values(), {'a': secret}.items())"),
            ("map of str", "print(''.join(map(str, [secret])))"),
            ("map of repr", "print(list(map(repr, [secret])))"),
            ("own repr", "class C:\n    def __repr__(self):\n        return str(secret)\nprint(C())"),
            ("exception group", "print(repr(ExceptionGroup('g', [ValueError(secret)])))"),
            ("recursive dataclass field", """from dataclasses import dataclass, field
@dataclass
class D:
    a: object = None
    b: list = field(default_factory=list)
d = D(1)
d.b.append({'s': secret})
print(f'{d}')"""),
        ],
    ),
]  # fmt: skip

TWINS = [
    Twin("str.format", "print('{0} {1!r} {name:>5} {2[0]} {3[k]} {4.name}'"
         ".format(1, 'b', [7], {'k': 8}, host, name='x'))"),
    Twin("format_map and percent", "print('{a}'.format_map({'a': 1}), '%(b)s' % {'b': 2}, '%5.2f|%s' % (1.5, [1]))"),
    Twin("own format and repr", """
class P:
    def __init__(self, x):
        self.x = x
    def __repr__(self):
        return f'P({self.x!r})'
    def __format__(self, spec):
        return format(self.x, spec)
print(P(1), [P('a')], f'{P(2.5):.2f}', '{0.x}'.format(P(3)), '{:>4}'.format(P(4)))
"""),
    Twin("bound format through map", "print(list(map('{:03d}'.format, [1, 22])))"),
    Twin("registered things are shown", "print(host, shape, [shape], f'{Colour.RED}', repr(Colour.BLUE))"),
]  # fmt: skip
