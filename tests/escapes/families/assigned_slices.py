"""Assigning a slice goes through the other side: wherever the assignment hides, and whatever the index."""

from ..case import SPLIT, Attack, Twin, each

_HOW = "a list takes what is assigned to a slice of it item by item, from C"
ATTACKS = [
    *each("a slice among other targets", _HOW, """
def f():
    xs = []
    @
    return xs
loot = f()
""", [
        ("in a tuple", "xs[:], y = secret, 1"),
        ("in a list", "[y, xs[0:0]] = 1, secret"),
        ("in a loop", "for xs[:] in [secret]: pass"),
        ("in a loop with more", "for y, xs[:] in [(1, secret)]: pass"),
        ("in a comprehension", "[0 for xs[:] in [secret]]"),
        ("in a generator", "list(0 for xs[:] in [secret])"),
        ("in the index of an assignment", "{}[[0 for xs[:] in [secret]][0]] = 1"),
        ("annotated", "xs[:]: int = secret"),
        ("nested", "y, (z, xs[:]) = 1, (2, secret)"),
        ("in a chain", "y = xs[:] = secret"),
        ("in a chain of tuples", "(y, xs[:]) = z = 1, secret"),
    ]),
    *each("a slice that is an object", _HOW, """
def f(xs, s, v):
    @
    return xs
loot = f([], slice(None), secret)
""", [
        ("as a name", "xs[s] = v"),
        ("as a call", "xs[slice(None)] = v"),
        ("as a choice", "xs[s if s else 0] = v"),
        ("of a known list", "ys = []\n    ys[s] = v\n    xs = ys"),
        ("of a row", "xs.append([])\n    xs[0][s] = v"),
        ("in a tuple", "xs[s], y = v, 1"),
        ("in a loop", "for xs[s] in [v]: pass"),
        ("in a class", "class C:\n        xs[s] = v"),
        ("in a list of the agent's", "class L(list): pass\n    xs = L()\n    xs[s] = v\n    xs = [*xs]"),
        ("by a reflected operator", "class R:\n        def __radd__(self, other): return v\n    xs[s] += R()"),
        ("by a union", "class R:\n        def __ror__(self, other): return v\n    xs[s] |= R()"),
        ("handed to __setitem__", "class P:\n        def __setitem__(self, key, value): xs[key] = value\n    P()[:] = v"),
    ]),
    *each("a slice that is an object, at the top", _HOW, """
xs = []
s = slice(None)
@
loot = list(xs)
""", [
        ("as a name", "xs[s] = secret"),
        ("in bytes", "class S:\n    def __radd__(self, other): return secret_list\nxs[s] += S()"),
        ("as a key that a match bound", "match s:\n    case key:\n        xs[key] = secret"),
    ]),
    Attack("a slice, in the next action", _HOW, f"""
xs = []
def put(key, value):
    xs[key] = value
put(0, 0) if xs else xs.append(1)
{SPLIT}
put(slice(None), secret)
{SPLIT}
loot = xs
"""),
    Attack("a text of the agent's format in a slice", "f'{{x}}' is what __format__ gave, of a class of its own maybe", """
class S(str):
    def __iter__(self): return iter([1])
class E:
    def __init__(self, made): self.made = made
    def __format__(self, spec): return self.made
made = S("x")
made.title = secret
loot = f"{E(made)}".title.flag
"""),
]  # fmt: skip

TWINS = [
    Twin(
        "slices are assigned as ever",
        """
class Grid:
    def __init__(self):
        self.cells = [[0] * 3 for _ in range(2)]
    def __getitem__(self, key):
        return self.cells[key]
    def __setitem__(self, key, value):
        self.cells[key] = value
g = Grid()
g[0] = [1, 2, 3]
g[1][:2] = (8, 9)
g[0][slice(1, None)] = range(2)
def swap(xs, i, j):
    xs[i], xs[j] = xs[j], xs[i]
    xs[i:j], rest = [7], xs[j:]
    for xs[i + 0] in rest:
        pass
    return xs
b = bytearray(b"abc")
b[slice(0, 1)] = b"xy"
order = []
def note(x):
    order.append(x)
    return x
d = {}
d[note(1)] = note(2)
d[note(1)] += note(3)
[d, d][note(0)][note(4)] = note(5)
print(g.cells, swap([1, 2, 3, 4], 0, 2), b, d, order)
""",
    ),
]
