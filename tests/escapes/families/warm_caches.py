"""One place in the source, first with an allowed object and then with a forbidden one.

A guard that remembers what it allowed must remember it for the type, the name and the policy.
"""

from ..case import SPLIT, Attack, Twin

SAME_PLACE = """
class Own:
    flag = name = password = _private = _token = 'own'
    def tell(self):
        return 'own'
    reveal = tell
    def __getitem__(self, key):
        return 'own'
    def __iter__(self):
        return iter(['own'])
    def __enter__(self):
        return 'own'
    def __exit__(self, *details):
        return None
    def __call__(self):
        return 'own'
def try_it(f, *objects):
    for o in objects:
        for _ in range(3):
            try:
                print(f(o))
            except Exception:
                pass
"""

PLACES = [
    ("an attribute", "def f(o):\n    return o.flag", "Own(), secret"),
    ("an excluded attribute", "def f(o):\n    return o.password", "Own(), host"),
    ("a private attribute", "def f(o):\n    return o._private", "Own(), host"),
    ("a class attribute", "def f(o):\n    return o._token", "Own, Host"),
    ("a method call", "def f(o):\n    return o.tell()", "Own(), secret"),
    ("an excluded method", "def f(o):\n    return o.reveal()", "Own(), host"),
    ("a method kept", "def f(o):\n    m = o.tell\n    return m()", "Own(), secret"),
    ("an item", "def f(o):\n    return o['flag']", "{'flag': 1}, Own(), secret_dict, secret"),
    ("an index", "def f(o):\n    return o[0]", "[1], (1,), 'a', secret_list, secret"),
    ("a slice", "def f(o):\n    return o[:]", "[1], 'a', secret_list"),
    ("a loop", "def f(o):\n    return [x for x in o]", "[1], {1}, Own(), secret_list, secret"),
    ("a star", "def f(o):\n    return [*o]", "[1], Own(), secret_list, secret"),
    ("unpacking", "def f(o):\n    a, *b = o\n    return a", "[1], Own(), secret_list, secret"),
    ("a call", "def f(o):\n    return o()", "Own(), secret, Vault and secret"),
    ("a construction", "def f(o):\n    return o()", "Own, Host, Locked, Vault"),
    ("a with", "def f(o):\n    with o as x:\n        return x", "Own(), secret"),
    ("a pattern", "def f(o):\n    match o:\n        case object(flag=x):\n            return x", "Own(), secret"),
    ("a sequence pattern", "def f(o):\n    match o:\n        case [x, *_]:\n            return x", "[1], secret_list"),
    ("a mapping pattern", "def f(o):\n    match o:\n        case {'flag': x}:\n            return x",
     "{'flag': 1}, secret_dict"),
    ("a format", "def f(o):\n    return '{0.flag}'.format(o)", "Own(), secret"),
    ("an f-string", "def f(o):\n    return f'{o}'", "1, 'a', secret"),
    ("str", "def f(o):\n    return str(o)", "1, Own(), secret"),
    ("repr", "def f(o):\n    return repr(o)", "1, [1], secret, [secret]"),
    ("getattr", "def f(o):\n    return getattr(o, 'flag')", "Own(), secret"),
    ("getattr with a changing name", "names = iter(['name'] * 6 + ['password'] * 6)\ndef f(o):\n"
     "    return getattr(o, next(names))", "host, host, host, host"),
    ("a global swapped", "o2 = Own()\ndef f(o):\n    global o2\n    o2 = o\n    return o2.flag", "Own(), secret"),
    ("an attribute of an attribute", "class Box: ...\ndef f(o):\n    b = Box()\n    b.o = o\n    return b.o.flag",
     "Own(), secret"),
    ("a nested function", "def f(o):\n    return (lambda: o.flag)()", "Own(), secret"),
    ("a generator", "def f(o):\n    return next(x.flag for x in [o])", "Own(), secret"),
    ("a comprehension", "def f(o):\n    return [x.flag for x in [o]]", "Own(), secret"),
    ("a default", "def f(o, g=lambda x: x.flag):\n    return g(o)", "Own(), secret"),
    ("a map", "def f(o):\n    return list(map(lambda x: x.flag, [o]))", "Own(), secret"),
    ("an attrgetter", "from operator import attrgetter\nget = attrgetter('flag')\ndef f(o):\n    return get(o)",
     "Own(), secret"),
    ("a methodcaller", "from operator import methodcaller\nget = methodcaller('tell')\ndef f(o):\n    return get(o)",
     "Own(), secret"),
    ("an augmented attribute", "def f(o):\n    o.flag += '!'\n    return o.flag", "Own(), secret"),
    ("a subclass after its base", "class Sub(Host):\n    pass\ndef f(o):\n    return o._token", "Own(), Sub, Sub()"),
    ("an instance attribute hides a method", "def f(o):\n    o.greet2 = o.reveal\n    return o.greet2()", "Own(), host"),
    ("a class made again with the same name", "def f(o):\n    return o.flag",
     "Own(), type('Own', (), {'flag': 'x'})(), secret"),
]  # fmt: skip

ATTACKS = [
    *[
        Attack(
            f"the same place: {name}",
            "the place is warmed with allowed types, then gets a forbidden one",
            f"{SAME_PLACE}{code}\ntry_it(f, {objects})",
        )
        for name, code, objects in PLACES
    ],
    Attack(
        "a type that changes under the cache",
        "a cleared class gets a hook after it was cleared",
        """
class Own:
    flag = 'own'
def f(o):
    return o.flag
o = Own()
f(o), f(o), f(o)
Own.__getattr__ = lambda s, n: getattr(secret, n)
del Own.flag
print(f(o))
""",
    ),
    Attack(
        "a descriptor put where a value was",
        "a cleared name of a cleared class becomes a descriptor",
        """
class Own:
    flag = 'own'
def f(o):
    return o.flag
o = Own()
f(o), f(o)
Own.flag = property(lambda s: secret.flag)
print(f(o))
""",
    ),
    Attack(
        "an attribute swapped for an unregistered object",
        "the cleared read hands out a forbidden object, which is read again",
        """
class Box:
    pass
b = Box()
b.it = b
b.flag = 'own'
def f():
    return b.it.flag
f(), f()
b.it = secret
print(f())
""",
    ),
    Attack(
        "the same code in the next action",
        "a function warmed in one action reads a secret in the next",
        f"""
class Own:
    flag = 'own'
def f(o):
    return o.flag
print(f(Own()), f(Own()))
{SPLIT}
print(f(secret))
""",
    ),
    Attack(
        "the same name in the next action",
        "a name that held an own object holds a secret in the next action",
        f"""
class Own:
    flag = 'own'
thing = Own()
def f():
    return thing.flag
f()
{SPLIT}
thing = secret
print(f())
""",
    ),
    Attack(
        "the class defined again in the next action",
        "a class of the same name replaces the cleared one",
        f"""
class Own:
    flag = 'own'
def f(o):
    return o.flag
f(Own())
{SPLIT}
class Own(type(secret)):
    pass
print(f(Own()))
""",
    ),
    Attack(
        "a guard deleted in an action of its own",
        "names are unbound in one action and used in the next",
        f"""
_getattr_ = 1
{SPLIT}
del _getattr_
print(secret.flag)
""",
    ),
    Attack(
        "a builtin rebound in an action of its own",
        "isinstance lies from the second action on",
        f"""
isinstance = lambda *a: True
type = lambda *a: Host
{SPLIT}
print(secret.flag)
""",
    ),
    Attack(
        "an exception kept between actions",
        "an exception of one action is read in the next",
        f"""
try:
    boom()
except RuntimeError as e:
    kept = e
{SPLIT}
print(kept.token)
""",
    ),
    Attack(
        "a generator kept between actions",
        "a generator started in one action is inspected in the next",
        f"""
g = stream()
next(g)
{SPLIT}
print(g.gi_frame.f_locals['token'])
""",
    ),
    Attack(
        "an action that failed half-way",
        "names bound before the failure are used in the next action",
        f"""
def f(o):
    return o.flag
1 / 0
{SPLIT}
print(f(secret))
""",
    ),
]  # fmt: skip

TWINS = [
    Twin("one place with many allowed types", """
class A:
    name = 'a'
class B:
    def __init__(self):
        self.name = 'b'
class C:
    name = property(lambda s: 'c')
def f(o):
    return o.name
for _ in range(3):
    print([f(o) for o in (A(), B(), C(), A, host)])
def g(o):
    return o[0]
print(g([1]), g('a'), g({0: 2}), g((3,)), g(range(4, 5)))
def h(o):
    return [x for x in o]
print(h([1]), h('a'), h({1: 2}), h(range(2)), h(x for x in 'z'))
"""),
]  # fmt: skip
