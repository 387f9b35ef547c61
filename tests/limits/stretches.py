"""Hostile programs without a loop: long lines, and many lines, of steps that each are allowed."""

from __future__ import annotations

from .case import Hostile

_SORTED = "xs = list(range(10**6))[::-1] * 5\n"
_LONG = "xs = [0] * 10**7\n"
_TEXT = "s = 'ab' * 4 * 10**7\n"

STRETCHES = [
    Hostile(name, "no loop and no call of its own, so nothing looks at the clock by itself", code)
    for name, code in [
        ("doubling in place", "xs = [0]\n" + "xs += xs\n" * 40),
        ("doubling by a sum", "xs = [0]\n" + "xs = xs + xs\n" * 40),
        ("doubling in a function", "def f():\n    xs = [0]\n" + "    xs = xs + xs\n" * 40 + "f()"),
        ("doubling through two names", "def f():\n    xs = ys = [0]\n" + "    xs = xs + ys\n    ys = xs\n" * 40 + "f()"),
        ("doubling in one line", "xs = [0]\ny = " + "(xs := xs + xs) and " * 40 + "1"),
        ("doubling in a class body", "class C:\n    xs = [0]\n" + "    xs = xs + xs\n" * 40),
        ("doubling text", "s = 'a'\n" + "s = s + s\n" * 40),
        ("doubling bytes", "s = b'a'\n" + "s = s + s\n" * 40),
        ("doubling tuples", "s = (1,)\n" + "s = s + s\n" * 40),
        ("doubling by a field", "s = 'a'\n" + "s = f'{s}{s}'\n" * 40),
        ("doubling by a method", "xs = [0]\n" + "xs.extend(xs)\n" * 40),
        ("doubling by a slice", "xs = [0]\n" + "xs[0:0] = xs\n" * 40),
        ("doubling an item", "d = {0: [0]}\n" + "d[0] += d[0]\n" * 40),
        ("doubling an attribute", "class C: pass\nc = C()\nc.xs = [0]\n" + "c.xs += c.xs\n" * 40),
        ("stars", "xs = [0]\n" + "xs = [*xs, *xs, *xs, *xs, *xs, *xs, *xs, *xs]\n" * 14),
        ("many stars in a loop", "xs = [0]\nwhile True:\n    xs = [" + "*xs, " * 50 + "]"),
        ("many fields", "s = 'ab' * 10**7\nx = f'" + "{s}" * 500 + "'"),
        ("many fields in a loop", "s = 'ab'\nwhile True:\n    s = f'" + "{s}" * 50 + "'"),
        ("many texts", _TEXT + "x = [" + "f'{s}x', " * 500 + "]"),
        ("many sums", _LONG + "x = [" + "xs + xs, " * 500 + "]"),
        ("many products", _LONG + "x = [" + "xs * 2, " * 500 + "]"),
        ("many slices", _LONG + "x = [" + "xs[:], " * 500 + "]"),
        ("many slices of text", _TEXT + "x = [" + "s[1:], " * 500 + "]"),
        ("many copies", _LONG + "x = [" + "xs.copy(), " * 500 + "]"),
        ("many lists", _LONG + "x = [" + "list(xs), " * 500 + "]"),
        ("many sums in a lambda", "f = lambda xs: [" + "xs + xs, " * 300 + "]\nf([0] * 10**7)"),
        ("many slices to yield", "def f(xs):\n    yield " + "xs[:], " * 300 + "\nlist(f([0] * 10**7))"),
        ("many defaults", _LONG + "def f(" + ", ".join(f"a{i}=xs + xs" for i in range(300)) + "): pass"),
        ("many starred targets", "xs = list(range(10**7))\n" + "x, *y = xs\n" * 200),
        ("sorts in lines", _SORTED + "sorted(xs)\n" * 100),
        ("sorts in one line", _SORTED + "y = " + "sorted(xs) and " * 100 + "1"),
        ("sorts in one line of a function", "def f(xs):\n    return " + "sorted(xs) and " * 100 + "1\n" + _SORTED + "f(xs)"),
        ("sorts in decorators", _SORTED + "@(lambda f, x=sorted(xs): f)\n" * 100 + "def f(): pass"),
        ("sorts in guards", _SORTED + "match 1:\n" + "    case 1 if not sorted(xs): pass\n" * 100),
        ("sorts in branches", _SORTED + "if not sorted(xs): pass\n" + "elif not sorted(xs): pass\n" * 90),
        ("sorts in branches never taken", _SORTED + "y = [" + "sorted(xs), 0 and [sorted(xs), sorted(xs), sorted(xs), sorted(xs)], " * 60 + "]"),
        ("sorts in assertions", _SORTED + "assert sorted(xs)\n" * 100),
        ("sorts in a condition of a comprehension", _SORTED + "[0 for x in [1] if " + " and ".join(["sorted(xs)"] * 100) + "]"),
        ("sorts in one with", "from contextlib import nullcontext as n\n" + _SORTED + "with " + ", ".join(["n(sorted(xs))"] * 100) + ": pass"),
        ("upper case in one line", _TEXT + "y = " + "s.upper() and " * 100 + "1"),
        ("searches in lines", _TEXT + "s.count('abc')\n" * 200),
        ("memberships", _LONG + "1 in xs\n" * 300),
        ("comparisons in lines", _LONG + "ys = xs[:]\n" + "xs == ys\n" * 300),
        ("comparisons in one line", _LONG + "ys = xs[:]\n" + " == ".join(["xs", "ys"] * 200)),
        ("slices in lines", "xs = list(range(10**7))\n" + "xs[::-1]\n" * 500),
        ("deletions in lines", "xs = list(range(10**7))\n" + "del xs[0:1]\n" * 5000),
        ("insertions in lines", "xs = list(range(10**7))\n" + "xs.insert(0, 1)\n" * 5000),
        ("intersections in lines", "s = set(range(10**6))\n" + "t = s & s\n" * 1000),
        ("intersections in one line", "s = set(range(10**6))\nt = " + " & ".join(["s"] * 1000)),
    ]
]  # fmt: skip
