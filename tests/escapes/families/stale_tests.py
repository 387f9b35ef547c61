"""A name is tested where it is bound; an error on the way must not leave it with an older answer."""

from ..case import Attack, Twin, each

_USES = ", ".join(["p[0]"] * 20)
_HOW = "the name is bound already when the rest of the assignment raises"
ATTACKS = [
    *each("bound, and not tested yet", _HOW, f"""
class Q:
    __slots__ = ()
def f(p, q, xs):
    try:
        @
    except (AttributeError, IndexError, TypeError, ValueError):
        pass
    return [{_USES}]
loot = f([1], Q(), [])
""", [
        ("before an item", "p = xs[0] = secret"),
        ("before an attribute", "p = q.x = secret"),
        ("in a tuple before an attribute", "p, q.x = secret, 1"),
        ("in a tuple before an item", "p, xs[0] = secret, 1"),
        ("in a nested tuple", "(p, (xs[0], r)) = secret, (1, 2)"),
        ("before a tuple of another length", "(p, r) = (s, t, u) = [secret, 1]"),
        ("in a loop, before an attribute", "for p, q.x in [(secret, 1)]: pass"),
        ("in a loop, before an item", "for p, xs[0] in zip([secret], [1]): pass"),
        ("in a loop, before what is no tuple", "for p, (a, b) in zip([secret], [3]): pass"),
        ("in a loop, two deep", "for p, (a, (b, c)) in [(secret, (1, 3))]: pass"),
        ("in a loop, in the second tuple", "for (a, p), (b, c) in zip([(1, secret)], [(3,)]): pass"),
        ("before a manager that fails", "from contextlib import nullcontext\n        with nullcontext(secret) as p, q as r: pass"),
        ("before an annotation's item", "p = secret\n        xs[0]: int = 1"),
    ]),
    Attack("an attribute of what is not tested yet", _HOW, """
class Q:
    __slots__ = ()
class P:
    flag = 1
def f(p, q):
    try:
        p, q.x = secret, 1
    except AttributeError:
        pass
    return [p.flag, p.flag, p.flag, p.flag]
f(P(), P())
loot = f(P(), Q())
"""),
]  # fmt: skip

TWINS = [
    Twin(
        "loops unpack as ever",
        """
def f(rows):
    total = 0
    for name, (a, (b, *c)) in rows:
        total += a[0] + a[1] + b[0] + b[1] + len(c) + len(name)
    for i, (a, b) in enumerate([([1, 2], 3)]):
        total += a[0] + a[1] + b + i
    p = q = [total]
    x, y = p, q
    return x[0], x[0] + y[0], x[0], y[0]
print(f([("n", ([1, 2], ([3, 4], 5)))]))
""",
    ),
]
