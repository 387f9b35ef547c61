"""Thirty actions of one agent: functions, classes, closures over one another, aliases, frames.

Each is a source whose last expression is what it shows.
"""

from __future__ import annotations

import json
import os
import sys
import traceback
from typing import Any

ACTIONS = [
    "import math\nrate = 1.5\nrate",
    "def taxed(x, *, by=rate):\n    return x * by + offset\noffset = 0\ntaxed(10)",
    "offset = 1\ntaxed(10)",
    "rows = [{'id': n, 'tags': []} for n in range(4)]\nby_id = {row['id']: row for row in rows}\nlen(by_id)",
    "by_id[2]['tags'].append('two')\nrows[2]",
    "best = rows[2]\nbest is by_id[2], best is rows[2]",
    "best['score'] = 5\n(rows[2], by_id[2] is best)",
    "class Shape:\n    made = 0\n    def __init__(self, name):\n        self.name = name\n        Shape.made += 1\n"
    "    def area(self):\n        return 0\n    def __repr__(self):\n        return f'<{self.name} {self.area()}>'\n"
    "[Shape('dot')]",
    "class Square(Shape):\n    def __init__(self, side):\n        super().__init__('square')\n        self.side = side\n"
    "    def area(self):\n        return self.side ** 2\nshapes = [Square(2), Shape('dot')]\nshapes",
    "shapes.append(Square(3))\n(shapes, Shape.made, isinstance(shapes[2], Shape))",
    "from dataclasses import dataclass, field\n@dataclass\nclass Order:\n    n: int\n    lines: list = field(default_factory=list)\n"
    "orders = [Order(1), Order(2, ['x'])]\norders",
    "orders[0].lines.append(orders[1].lines)\n(orders[0] == Order(1, [['x']]), orders)",
    "orders[1].lines.append('y')\norders[0]",
    "from enum import Enum\nclass Color(Enum):\n    RED = 1\n    BLUE = 2\n    def warm(self):\n        return self is Color.RED\n"
    "paint = {'wall': Color.RED}\n(paint, paint['wall'].warm())",
    "paint['door'] = Color(2)\n(paint['door'] is Color.BLUE, paint['wall'] is Color.RED)",
    "def counter(start):\n    n = start\n    def up(by=1):\n        nonlocal n\n        n += by\n        return n\n    def now():\n        return n\n    return up, now\n"
    "up, now = counter(10)\n(up(), now())",
    "(up(5), now())",
    "def memo(f):\n    seen = {}\n    def inner(x):\n        if x not in seen:\n            seen[x] = f(x)\n        return seen[x]\n    inner.seen = seen\n    return inner\n"
    "@memo\ndef fib(n):\n    return n if n < 2 else fib(n - 1) + fib(n - 2)\nfib(30)",
    "(fib(31), len(fib.seen))",
    "def is_even(n):\n    return n == 0 or is_odd(n - 1)\ndef is_odd(n):\n    return n != 0 and is_even(n - 1)\n(is_even(10), is_odd(7))",
    "handlers = {'even': is_even, 'tax': taxed, 'lambda': lambda x: x + offset}\n(handlers['lambda'](1), handlers['even'] is is_even)",
    "offset = 100\n(handlers['tax'](1), handlers['lambda'](1))",
    "class Node:\n    def __init__(self, value):\n        self.value, self.next = value, None\n"
    "a, b = Node('a'), Node('b')\na.next, b.next = b, a\n(a.next.next is a, b.next.value)",
    "a.next.value = 'changed'\n(b.value, a.next is b)",
    "import numpy as np\ngrid = np.arange(6.0).reshape(2, 3)\nviews = {'grid': grid}\nviews['grid'] is grid",
    "grid[0, 0] = 50\n(float(views['grid'].sum()), views['grid'] is grid)",
    "import pandas as pd\ndf = pd.DataFrame({'k': list('aab'), 'v': [1, 2, 3]})\nreport = {'table': df, 'total': int(df['v'].sum())}\nreport['total']",
    "df['w'] = df['v'] * 2\n(report['table'] is df, int(report['table']['w'].sum()))",
    "class Shape:\n    def area(self):\n        return -1\nnew = Shape()\n(new.area(), shapes, isinstance(shapes[0], Shape))",
    "del rate, best\nsorted([type(s).__name__ for s in shapes] + [str(up()), str(now()), str(rows[2]['score'])])",
]  # fmt: skip


def shown(world: Any, source: str) -> str:
    """What an action's last expression shows, as text to compare."""
    output = world.run(source)
    text: str = world.session.guards.texts.repr(output)
    return text


def main() -> None:
    """Run the actions named by each line of standard input, each line in a process of its own.

    Forked, because importing pandas thirty times would take longer than the actions do.
    """
    from agex.helpers import register_numpy, register_pandas, register_stdlib
    from agex.policy import Registry
    from agex.state import Versioned
    from tests.state.worlds import World

    registry = Registry()
    for register in (register_stdlib, register_numpy, register_pandas):
        register(registry)
    allowed = registry.freeze()
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            try:
                state = Versioned(sys.argv[1])
                world = World(state, allowed)
                for number in line.split():
                    print(json.dumps(shown(world, ACTIONS[int(number)])), flush=True)
                os._exit(0)
            finally:
                traceback.print_exc()
                os._exit(1)
        if os.waitpid(child, 0)[1]:
            sys.exit(1)


if __name__ == "__main__":
    main()
