"""Views of dictionaries have the operators of sets, and go through whatever stands on the other side."""

from ..case import SPLIT, Attack, Twin, each

_HOW = "a view is made a set with what stands beside it, from C, on either side"
ATTACKS = [
    *each("beside a view", _HOW, """
import operator
from collections import ChainMap, OrderedDict, UserDict
d = {}
v = d.keys()
class H:
    pass
h = H()
def f(a, b): return a | b
def g(a, b): return a - b
def plus(a, b):
    a ^= b
    return a
@
""", [
        ("a union", "loot = v | secret"),
        ("a union from the right", "loot = secret | v"),
        ("a union of items", "loot = d.items() | secret"),
        ("a union in a function", "loot = f(v, secret)"),
        ("a symmetric difference", "loot = v ^ secret"),
        ("a difference from the right", "loot = secret - v"),
        ("a difference in a function", "loot = g(secret, v)"),
        ("a difference of what is no name", "loot = [secret][0] - {}.keys()"),
        ("in place", "v ^= secret\nloot = v"),
        ("in place in a function", "loot = plus(v, secret)"),
        ("a union in place", "v |= secret\nloot = v"),
        ("a difference in place", "x = secret\nx -= v\nloot = x"),
        ("a difference in place, of an attribute", "h.x = secret\nh.x -= v\nloot = h.x"),
        ("by operator.or_", "loot = operator.or_(v, secret)"),
        ("by operator.sub", "loot = operator.sub(secret, v)"),
        ("by operator.ixor", "loot = operator.ixor(v, secret)"),
        ("by its name", "loot = v.__or__(secret)"),
        ("by its name from the right", "loot = v.__rsub__(secret)"),
        ("by the name of its class", "loot = type(v).__or__(v, secret)"),
        ("of a chain", "loot = ChainMap(d).keys() | secret"),
        ("of a chain, by its name", "loot = ChainMap(d).keys().__or__(secret)"),
        ("of a dictionary of the library's", "loot = secret - UserDict().keys()"),
        ("of an ordered one", "loot = OrderedDict().keys() | secret"),
        ("with a lambda", "loot = (lambda a, b: a | b)(v, secret)"),
        ("in a comprehension", "loot = [a | b for a, b in [(v, secret)]]"),
        ("in a class", "class C:\n    x = v | secret\nloot = C.x"),
    ]),
    Attack("beside a view in the next action", _HOW, f"""
def both(a, b): return a | b
both(1, 2)
{SPLIT}
loot = both({{}}.keys(), secret)
"""),
    *each("the complaint of", "it shows the repr of what was not found", """
from collections import deque
from fractions import Fraction
try:
    @
except (ValueError, TypeError) as error:
    print(error)
""", [
        ("deque.remove", "deque([1]).remove(secret)"),
        ("Fraction.from_float", "Fraction.from_float(secret)"),
        ("Fraction.from_float, in a list", "Fraction.from_float([secret])"),
        ("Fraction.from_decimal, of an object", "Fraction(1).from_decimal(secret)"),
    ], modules=("fractions",)),
]  # fmt: skip

TWINS = [
    Twin(
        "sets, views and numbers beside one another",
        """
import operator
from collections import ChainMap, Counter
a, b = {"x": 1, "y": 2}, {"y": 2}
print(sorted(a.keys() | b.keys()), a.keys() & b, a.keys() - b.keys(), sorted(a.keys() ^ {"z"}))
print(sorted({"q"} | a.keys()), sorted(["q"] | a.keys()), a.items() - b.items(), {"x", "q"} - a.keys())
print(5 | 2, 5 & 4, 5 ^ 1, 5 - 1, True | False, {1} | {2}, frozenset({1}) - {1}, Counter("aab") - Counter("a"))
print(int | None, isinstance(1, int | str), operator.or_(1, 2), operator.sub(5, 3), operator.and_({1}, {1, 2}))
print(sorted(ChainMap(a).keys() | ["z"]), a | b, a.keys().isdisjoint(b), a.keys() <= {"x", "y"})
class V:
    def __init__(self, x): self.x = x
    def __sub__(self, other): return V(self.x - other.x)
    def __or__(self, other): return sorted(other)
def f(p, q, r):
    p -= q
    r ^= {9}
    r &= {1, 9}
    return p, r, (V(5) - V(3)).x, V(1) | {"k": 1}.keys()
print(f(7.5, 2, {1, 2}))
k = a.keys()
k -= {"x"}
print(k, sum(x - 1 for x in range(3)))
""",
    ),
]
