"""What is remembered of classes, of the round before, and of variables that functions share."""

import dataclasses

from ..case import Attack, Twin, each

_COUNTS = "a class that counted so far is written without asking"
_ROUND = "a loop asks again only where the type is another one than in the round before"
_SHARED = "a function inside gives the variable another value"
_USES = ", ".join(["p[0]"] * 20)
_READS = ", ".join(["p.flag"] * 20)


def _decorated(attacks: list[Attack]) -> list[Attack]:
    """The placeholder of the variants is the sign of a decorator as well."""
    return [
        dataclasses.replace(a, code=a.code.replace("class_method", "@classmethod")) for a in attacks
    ]


ATTACKS = [
    *_decorated(each("counts, and then", _COUNTS, """
class C:
    n = 0
    class_method
    def up(cls):
        cls.n += 1
        return cls.n
class D(C):
    pass
for _ in range(3):
    C.up(), D.up()
    C.n += 1
@
print(C.n, D.n)
print(C.up(), D.up())
C.n += 1
print(C.n)
""", [
        ("a bound method", "C.n = secret.tell\nprint(C.n())\nC.n = 1"),
        ("a property over a secret", "C.n = property(lambda self: self.flag)\nprint(C.n.fget(secret))"),
        ("the secret", "C.n = D.n = secret\nprint(C.n)\nC.n = D.n = 1"),
        ("the secret in a list", "C.n = [secret]\nprint(C.n[0].flag)\nC.n = D.n = 1"),
        ("its own descriptor", "class G:\n    def __get__(self, a, b):\n        return secret\nC.n = G()\nprint(C.n.flag)"),
        ("the host's class", "Host.n = 1\nup = C.up.__func__\nup(Host)"),
        ("the host's class, by the same name", "C = Host\nC.labels += [1]\nC.n = 1"),
        ("another class by the same name", "class C(Host):\n    n = 0\n    up = D.up\nC.n += 1\nprint(C('a').password)"),
        ("a deleted attribute", "del C.n\nC.n = secret\nprint(C.n, C.up)\nC.n = D.n = 1"),
    ])),
    *each("a class read natively, and then", "the class was read without asking before", """
class C:
    n = 1
    def m(self):
        return 1
def read():
    return C.n, C.m
def use():
    return C.m(secret)
for _ in range(3):
    read(), use()
@
loot = [read(), use()]
""", [
        ("a dataclass's method", "from dataclasses import dataclass\n@dataclass\nclass E:\n    flag: int\nC.m = E.__repr__\nC.n = E.__eq__"),
        ("str.format", "C.m = '{0.flag}'.format"),
        ("a guarded builtin", "C.m = vars"),
        ("the constructor of type", "C.m = type(C)"),
        ("another class of the name", "class C(Host):\n    def m(self):\n        return self.password\nC.n = 1\nC.m = Host.reveal"),
        ("the host's class", "C = Host\nC.m = Host.reveal"),
    ]),
    *each("in turns", _ROUND, f"""
class P:
    flag = 1
def f(rows):
    found = []
    for p in rows:
        try:
            found.append([{_USES}])
        except Exception as error:
            found.append(type(error).__name__)
        try:
            found.append([{_READS}])
        except Exception as error:
            found.append(type(error).__name__)
        @
    return found
loot = f([[1], secret, [1], secret, P(), secret, P(), secret, secret, None])
""", [
        ("only the loop", "pass"),
        ("bound again behind the use", "p = [1]"),
        ("the secret behind the use", "p = secret"),
        ("deleted", "del p"),
        ("an inner loop of the same name", "for p in ([1], secret):\n            pass"),
    ]),
    Attack("bound once, then in a loop", _ROUND, f"""
def f(p, rows):
    out = []
    for again in rows:
        try:
            out.append([{_USES}])
        except Exception:
            out.append(None)
        for p in again:
            try:
                out.append([{_USES}])
            except Exception:
                out.append(None)
    return out
loot = f(secret, [[[1], secret], [secret], [[1]], [secret]])
"""),
    Attack("a generator resumed with other values", _ROUND, f"""
def g():
    p = None
    while True:
        try:
            p = yield [{_USES}]
        except Exception:
            p = yield None
it = g()
next(it)
loot = [it.send(v) for v in ([1], secret, [1], secret, secret)]
"""),
    *each("shared", _SHARED, """
def f():
    xs = []
    def g():
        return xs[0], [x for x in xs], len(xs)
    @
    return g()
loot = f()
""", [
        ("nonlocal", "def h():\n        nonlocal xs\n        xs = secret\n    h()"),
        ("nonlocal, two deep", "def h():\n        def k():\n            nonlocal xs\n            xs = secret\n        k()\n    h()"),
        ("nonlocal in a class body", "class K:\n        nonlocal xs\n        xs = secret"),
        ("nonlocal in a loop", "def h():\n        nonlocal xs\n        for xs in [secret]: pass\n    h()"),
        ("nonlocal by a manager", "from contextlib import nullcontext\n    def h():\n        nonlocal xs\n        with nullcontext(secret) as xs: pass\n    h()"),
        ("nonlocal by a pattern", "def h():\n        nonlocal xs\n        match secret:\n            case xs: pass\n    h()"),
        ("a walrus in a comprehension", "[xs := s for s in [secret]]"),
        ("a walrus in a generator", "list((xs := s) for s in [secret])"),
        ("nonlocal and a walrus", "def h():\n        nonlocal xs\n        [xs := s for s in [secret]]\n    h()"),
        ("nonlocal and +=", "def h():\n        nonlocal xs\n        xs += [1]\n        xs = secret\n    h()"),
        ("a class body's own meaning", "class K:\n        xs = secret\n        loot = xs.flag\n    return K.loot"),
        ("a prepared class body", "class M(type):\n        def __prepare__(*a):\n            return {'xs': secret}\n    class K(metaclass=M):\n        loot = xs.flag\n    return K.loot"),
    ]),
    *each("not the function", _SHARED, """
def f():
    def go(o):
        return 1
    @
    return go(secret)
loot = f()
""", [
        ("nonlocal", "def h():\n        nonlocal go\n        go = vars\n    h()"),
        ("nonlocal to a constructor", "def h():\n        nonlocal go\n        go = lambda o, v=Vault: v()\n    h()"),
        ("nonlocal to a class", "def h():\n        nonlocal go\n        go = Vault\n    h()"),
        ("a decorator", "@lambda f: Host.reveal\n    def go(o): pass"),
        ("a class of the name", "from copy import copy as go\n    go = go(Host.reveal)"),
        ("bound again", "go = Host.reveal"),
    ]),
]  # fmt: skip

TWINS = [
    Twin(
        "classes count, loops change their types, functions share",
        """
class C:
    n = 0
    seen = {}
    @classmethod
    def up(cls, key):
        cls.n += 1
        cls.seen[key] = cls.n
        return cls.n
class D(C):
    n = 5
print([(C.up("a"), D.up("b")) for _ in range(3)], C.n, D.n, C.seen)
C.n = 1.5
C.n += 1
print(C.n, C.up("c"))
def f(rows):
    out = []
    def put(value):
        out.append(value)
        return len(out)
    for p in rows:
        put((p[0], p[1], p[0]))
    def even(n):
        return n == 0 or odd(n - 1)
    def odd(n):
        return n != 0 and even(n - 1)
    return out, even(10), odd(7)
print(f([[1, 2], "ab", (3, 4), [5, 6], {0: 7, 1: 8}]))
""",
    ),
]
