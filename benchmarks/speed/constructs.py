"""What single constructs cost beside plain Python: ``python -m benchmarks.speed.constructs [NAME]``.

For whoever works on the guards: each construct stands alone in a loop of a function, so that a slow
program can be traced to what in it is slow.
"""

from __future__ import annotations

import sys

from benchmarks.speed.measure import alternate
from benchmarks.speed.world import agex_world, plain_world

SETUP = """\
import math
from math import sin

class P:
    k = 1
    def __init__(self, x=1):
        self.x = x
        self.items = [1, 2, 3]
        self.text = "hello"
    def get(self):
        return self.x
    def add(self, n):
        self.x += n
    def twice(self):
        return self.get() + self.get()
    @property
    def prop(self):
        return self.x
    def __add__(self, other):
        return self

class Q(P):
    def get(self):
        return super().get()

def ident(v):
    return v

def pair(a, b=2):
    return a

p, q = P(), Q()
xs = list(range(10))
d = {"a": 1, "b": 2}
s = "hello world"
points = [(1, 2), (3, 4)]
rows = [[1.0] * 4 for _ in range(4)]
"""

CONSTRUCTS = {
    "pass": "pass",
    "int add": "y = i + 1",
    "int multiply": "y = i * 3",
    "float multiply": "y = f * f",
    "local attribute": "y = o.x",
    "attribute of attribute": "y = o.text[1]",
    "attribute write": "o.x = i",
    "attribute augmented": "o.x += 1",
    "method call": "o.get()",
    "method with argument": "o.add(1)",
    "method calling methods": "o.twice()",
    "property": "y = o.prop",
    "super": "o2.get()",
    "global attribute": "y = p.x",
    "global method call": "p.get()",
    "class attribute": "y = P.k",
    "operator of a class": "y = o + o",
    "make an object": "y = P(i)",
    "function call": "ident(i)",
    "call with keyword": "pair(i, b=3)",
    "closure call": "inner(i)",
    "builtin call": "y = len(s)",
    "builtin with iterable": "y = sum(xs)",
    "isinstance": "y = isinstance(i, int)",
    "list index": "y = xs[3]",
    "list write": "l[3] = i",
    "nested index": "y = rows[1][2]",
    "index augmented": "l[3] += 1",
    "slice": "y = xs[1:4]",
    "dict get": "y = d['a']",
    "dict write": "e['k'] = i",
    "dict method": "y = d.get('a', 0)",
    "str method": "y = s.upper()",
    "str startswith": "y = s.startswith('h')",
    "str join": "y = ','.join(parts)",
    "str index": "y = s[4]",
    "f-string": "y = f'{i} {s}'",
    "format spec": "y = f'{i:04d}'",
    "percent": "y = '%d' % i",
    "in string": "y = 'w' in s",
    "append": "a.append(i); a.pop()",
    "list comprehension": "y = [v for v in xs]",
    "comprehension with index": "y = [v[0] for v in points]",
    "generator sum": "y = sum(v for v in xs)",
    "dict comprehension": "y = {v: v for v in xs}",
    "for over list": "for v in xs: pass",
    "for over range": "for v in range(10): pass",
    "for over items": "for k, v in d.items(): pass",
    "unpack": "u, v = points[0]",
    "enumerate": "for n, v in enumerate(xs): pass",
    "zip": "for n, v in zip(xs, xs): pass",
    "while": "n = 5\n        while n: n -= 1",
    "try": "try: y = 1\n        except ValueError: y = 2",
    "raise and catch": "try: raise ValueError(1)\n        except ValueError: pass",
    "module function": "y = math.sin(f)",
    "imported function": "y = sin(f)",
    "tuple compare": "y = (i, 1) < (2, 1)",
    "chained compare": "y = 0 < i < 10",
    "lambda call": "y = fn(i)",
    "sorted key": "y = sorted(xs, key=fn)",
    "match sequence": "match points[0]:\n            case (u, v): pass",
    "match class": "match o:\n            case P(x=v): pass",
    "with": "with manager: pass",
    "set add": "z.add(1)",
}

BEFORE = """\
    o, o2, f, l, e, a, z = P(), Q(), 1.5, list(xs), {}, [], set()
    parts = ["a", "b"]
    fn = lambda v: v
    def inner(v):
        return v
    class Manager:
        def __enter__(self):
            return self
        def __exit__(self, *details):
            return False
    manager = Manager()
"""


def measure(body: str, times: int = 20_000) -> tuple[float, float]:
    """Nanoseconds a round in plain Python, and the ratio."""
    definitions = f"{SETUP}\ndef loop():\n{BEFORE}    for i in range({times}):\n        {body}\n"
    _, plain = plain_world(definitions, "loop()\n")
    _, agex = agex_world(definitions, "loop()\n")
    pair = alternate(plain, agex, 5)
    return min(pair.plain) / times * 1e9, pair.ratio


def main() -> int:
    """Print one line a construct."""
    only = sys.argv[1] if len(sys.argv) > 1 else ""
    for name, body in CONSTRUCTS.items():
        if only not in name:
            continue
        try:
            nanoseconds, ratio = measure(body)
        except RuntimeError as failure:
            print(f"{name:26} FAILED {str(failure).splitlines()[-1][:100]}")
            continue
        print(f"{name:26} {nanoseconds:8.0f} ns  {ratio:5.2f}", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
