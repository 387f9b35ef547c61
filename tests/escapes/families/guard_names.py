"""Binding a name that the sandbox's own machinery uses, in each of the ways Python binds names.

Once a guard's name means something else, the unregistered read at the end is open. In plain Python
that read is open anyway, so each of these prints the canary there.
"""

from ..case import Attack, Twin, each

WIN = "\nprint(secret.flag)\n"

BINDINGS = [
    ("assignment", "@ = lambda o, n, *a: object.__getattribute__(o, n)"),
    ("tuple target", "@, other = (lambda o, n, *a: 1), 2"),
    ("starred target", "*@, other = [1, 2]"),
    ("annotated", "@: object = lambda o, n: 1"),
    ("augmented", "@ = 1\n@ += 1"),
    ("walrus", "(@ := lambda o, n: 1)"),
    ("def", "def @(o, n):\n    return 1"),
    ("async def", "async def @(o, n):\n    return 1"),
    ("class", "class @:\n    pass"),
    ("import as", "import math as @"),
    ("from import as", "from math import sin as @"),
    ("for target", "for @ in [lambda o, n: 1]:\n    pass"),
    ("comprehension target", "[secret.flag for @ in [1]]"),
    ("with target", "from contextlib import nullcontext\nwith nullcontext(1) as @:\n    pass"),
    ("except target", "try:\n    1 / 0\nexcept ZeroDivisionError as @:\n    print(secret.flag)"),
    ("match capture", "match 1:\n    case @:\n        pass"),
    ("match as", "match 1:\n    case int() as @:\n        pass"),
    ("match star", "match [1]:\n    case [*@]:\n        pass"),
    ("match mapping rest", "match {}:\n    case {**@}:\n        pass"),
    ("parameter", "def f(@):\n    return secret.flag\nprint(f(lambda o, n: 1))"),
    ("positional-only", "def f(@, /):\n    return secret.flag\nprint(f(lambda o, n: 1))"),
    ("keyword-only", "def f(*, @=1):\n    return secret.flag\nprint(f())"),
    ("star parameter", "def f(*@):\n    return secret.flag\nprint(f())"),
    ("double star parameter", "def f(**@):\n    return secret.flag\nprint(f())"),
    ("lambda parameter", "print((lambda @: secret.flag)(1))"),
    ("lambda positional-only", "print((lambda @, /: secret.flag)(1))"),
    ("global declaration", "def f():\n    global @\n    @ = 1\nf()"),
    ("nonlocal declaration", "def f():\n    @ = 1\n    def g():\n        nonlocal @\n        @ = 2\n"
     "        return secret.flag\n    return g()\nprint(f())"),
    ("class body", "class C:\n    @ = 1\n    print(secret.flag)"),
    ("deleting it", "@ = 1\ndel @"),
]  # fmt: skip

ATTACKS = [
    *[
        attack
        for name in ("_getattr_", "__builtins__", "_call_")
        for attack in each(
            f"binding {name}",
            "a guard's name is bound, then the guarded read is written plainly",
            "@" + WIN,
            [(kind, text.replace("@", name)) for kind, text in BINDINGS],
        )
        if name == "_getattr_"
        or attack.name.split(": ")[1]
        in ("assignment", "positional-only", "match capture", "import as", "class body", "for target")
    ],
    *each(
        "binding by name",
        "the names other sandboxes use for their guards",
        "@ = lambda *a, **k: a[0]" + WIN,
        [
            (name, name)
            for name in (
                "_getitem_", "_getiter_", "_write_", "_print_", "_apply_", "_inplacevar_",
                "_iter_unpack_sequence_", "_unpack_sequence_", "__import__", "__build_class__",
                "getattr", "type", "isinstance", "super", "print_", "__guard__", "_guard",
                "__name__", "__metaclass__", "__debug_", "__annotations__", "session", "policy",
            )
        ],
    ),
    *each(
        "hiding a builtin from the guards",
        "if guards look builtins up by name, a global of the same name fools them",
        "@" + WIN,
        [
            ("type lies", "def type(o):\n    return Host"),
            ("isinstance lies", "def isinstance(o, t):\n    return True"),
            ("getattr lies", "def getattr(o, n, d=None):\n    return Host"),
            ("str lies", "class str:\n    pass"),
            ("all builtins", "id = len = type = object = hash = callable = lambda *a: host"),
            ("deleted", "type = 1\ndel type"),
            ("exception names", "AttributeError = NameError = TypeError = Exception"),
        ],
    ),
    *each(
        "writing the namespace",
        "names bound without a binding in the source",
        "@" + WIN,
        [
            ("globals()", "globals()['_getattr_'] = lambda o, n: 1"),
            ("globals().update", "globals().update({'_getattr_': 1, '$getattr': 1})"),
            ("globals dollar", "globals()['$getattr'] = lambda o, n: 1"),
            ("clearing globals", "keep = secret\ng = globals()\nfor k in list(g):\n"
             "    if k.startswith('$'):\n        del g[k]"),
            ("vars()", "vars()['_getattr_'] = 1"),
            ("locals() at the top", "locals()['_getattr_'] = 1"),
            ("locals() in a class", "class C:\n    locals()['$getattr'] = lambda o, n: 1\n"
             "    locals()['_getattr_'] = lambda o, n: 1\n    print(secret.flag)"),
            ("builtins changed", "__builtins__['isinstance'] = __builtins__['isinstance']"),
            ("setattr on a module", "import math\nsetattr(math, '_getattr_', 1)"),
        ],
    ),
    Attack(
        "a metaclass's __prepare__ serves names",
        "the mapping of a class body answers for names the body looks up",
        """
class Names(dict):
    def __missing__(self, name):
        if name.startswith(('$', '_')):
            return lambda o, *a: 'opened'
        raise KeyError(name)
class Meta(type):
    @classmethod
    def __prepare__(mcs, name, bases):
        return Names()
class C(metaclass=Meta):
    seen = secret.flag
print(C.seen)
""",
    ),
    Attack(
        "a metaclass that is a function",
        "metaclass= may be any callable, and may have a __prepare__",
        """
class Maker:
    def __prepare__(self, name, bases):
        return {'_getattr_': lambda o, n: 1, '$getattr': lambda o, n: 1}
    def __call__(self, name, bases, ns):
        return ns
class C(metaclass=Maker()):
    seen = secret.flag
print(C['seen'])
""",
    ),
    Attack(
        "a class body that binds machinery names",
        "names bound in a class body are seen by the rest of the body",
        "class C:\n    __builtins__ = {}\n    type = Host\n    seen = secret.flag\nprint(C.seen)",
    ),
    Attack(
        "a type parameter",
        "type parameters bind names in a scope of their own",
        "def f[_getattr_](o):\n    return o.flag\nprint(f(secret))",
        since=(3, 12),
    ),
    Attack(
        "a type alias",
        "the type statement binds a name",
        "type _getattr_ = int\nprint(secret.flag)",
        since=(3, 12),
    ),
    Attack(
        "a class type parameter",
        "the type parameters of a class are visible in its bodies",
        "class C[_getattr_, __builtins__]:\n    def read(self, o):\n        return o.flag\nprint(C().read(secret))",
        since=(3, 12),
    ),
    Attack(
        "a lazily evaluated alias",
        "the value of an alias runs when it is asked for, away from its line",
        "type A = secret.flag\nprint(A.__value__)",
        since=(3, 12),
    ),
    Attack(
        "a bound that runs later",
        "bounds of type parameters are evaluated lazily",
        "def f[T: secret.flag](): ...\nprint(f.__type_params__[0].__bound__)",
        since=(3, 12),
    ),
    Attack(
        "an annotation that runs",
        "annotations are expressions too",
        "x: print(secret.flag) = 1\ndef f(a: print(secret.flag)): ...",
    ),
    Attack(
        "an annotation read back",
        "what an annotation evaluated to is kept",
        "def f(a: secret.flag): ...\nprint(f.__annotations__['a'])",
    ),
    Attack(
        "a class annotation",
        "class bodies keep annotations too",
        "class C:\n    a: secret.flag\nprint(C.__annotations__['a'])",
    ),
    Attack(
        "temporaries of the rewriting",
        "temporaries with guessable names could be changed between test and read",
        "t1 = _t1 = __t1 = tmp = _tmp = host\nprint((t1, secret)[1].flag)",
    ),
    Attack(
        "the checked variable changes under the guard",
        "evaluating the object twice gives an allowed one first, the secret second",
        """
class Flip:
    n = 0
    def __call__(self):
        Flip.n += 1
        return shape if Flip.n % 2 else secret
flip = Flip()
class Named:
    flag = 1
Named().flag
for _ in range(4):
    try:
        print(flip().flag)
    except AttributeError:
        pass
""",
    ),
    Attack(
        "a global changes under the guard",
        "a global read twice can be changed by a descriptor or a thread in between",
        """
class Own:
    flag = 1
thing = Own()
def swap():
    global thing
    thing = secret
    return 'flag'
print(getattr(thing, swap()), thing.flag)
""",
    ),
]  # fmt: skip

TWINS = [
    Twin("underscored names are free", """
_getattr_ = 1
_print_ = 2
_ = 3
__ = 4
_private = 5
def f(_x, /, *_a, _k=1, **_kw):
    return _x, _a, _k, _kw
print(_getattr_ + _print_ + _ + __ + _private, f(1, 2, _k=3, _z=4))
"""),
    Twin("builtins can be shadowed", """
def type(x):
    return 'mine'
list = [1, 2]
id = 7
print(type(3), list, id)
del type
print(type(3) is int)
"""),
    Twin("underscores in match and comprehensions", """
match [1, 2, 3]:
    case [_, *_rest]:
        print(_rest)
print([_x for _x in range(3)], [0 for _ in range(2)])
"""),
]  # fmt: skip
