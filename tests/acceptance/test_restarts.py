"""A session of thirty actions, once in one process and once with a process for each action.

Every action is a task of its own over one ``Versioned`` file. What each returns must be the same in
both, and the identities among it: who is the same object as whom, and of which class.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("pandas")

ROOT = Path(__file__).resolve().parents[2]

ACTIONS = [
    "rate = 2\ndef scale(x, by=1, *, plus=0):\n    return x * rate * by + plus\nreturn scale(3), scale(3, 2, plus=1)",
    "import math\nfrom dataclasses import dataclass, field\nfrom functools import wraps, lru_cache\nreturn math.floor(2.5)",
    "def counter(start):\n    total = start\n    def up(n=1):\n        nonlocal total\n        total += n\n        return total\n    def now():\n        return total\n    def reset():\n        nonlocal total\n        total = start\n        return up\n    return up, now, reset\nup, now, reset = counter(10)\nreturn up(), now()",
    "return up(5), now(), reset() is up, now()",
    "def even(n):\n    return True if n == 0 else odd(n - 1)\nreturn 'defined'",
    "def odd(n):\n    return False if n == 0 else even(n - 1)\nreturn even(10), odd(7)",
    "@dataclass\nclass Item:\n    name: str\n    price: float = 1.0\n    tags: list = field(default_factory=list)\n    def total(self, n):\n        return scale(self.price, n)\nitem = Item('pen', 1.5)\nreturn item.total(2), repr(item)",
    "items = [item, Item('ink', 4.0), item]\nby_name = {i.name: i for i in items}\nreturn items[0] is items[2], by_name['pen'] is item, len(by_name)",
    "by_name['pen'].tags.append('blue')\nreturn item.tags, items[2].tags is item.tags",
    "class Shop:\n    opened = 0\n    def __init__(self, stock):\n        self.stock = stock\n        Shop.opened += 1\n    def worth(self):\n        return sum(i.price for i in self.stock)\n    def __len__(self):\n        return len(self.stock)\nshop = Shop(items)\nreturn shop.worth(), len(shop), Shop.opened",
    "class Corner(Shop):\n    def worth(self):\n        return super().worth() * 0.5\n    @property\n    def first(self):\n        return self.stock[0]\n    @classmethod\n    def empty(cls):\n        return cls([])\ncorner = Corner(items)\nreturn corner.worth(), corner.first is item, Corner.empty().worth(), Shop.opened",
    "items.append(Item('pad', 2.0))\nreturn len(shop), len(corner), shop.stock is corner.stock, corner.stock is items",
    "def logged(f):\n    calls = []\n    @wraps(f)\n    def inner(*a, **k):\n        calls.append(f.__name__)\n        return f(*a, **k)\n    inner.calls = calls\n    return inner\n@logged\ndef double(x):\n    'Twice.'\n    return scale(x, plus=now())\nreturn double(1), double.calls, double.__doc__",
    "return double(2), double.calls, double.__name__, double.__wrapped__(0)",
    "import pandas as pd\ndf = pd.DataFrame({'name': [i.name for i in items], 'price': [i.price for i in items]})\nreturn df.shape, float(df['price'].sum())",
    "df['taxed'] = df['price'].map(lambda p: p * rate)\nalias = df\nreturn list(df.columns), alias is df, float(df['taxed'].sum())",
    "frames = {'a': df, 'b': df.head(1)}\nalias['extra'] = 1\nreturn frames['a'] is alias, 'extra' in df.columns, 'extra' in frames['b'].columns",
    "rate = 3\nreturn scale(1), item.total(1), double(1)",
    "from enum import Enum\nclass Colour(Enum):\n    RED = 1\n    BLUE = 2\n    def other(self):\n        return Colour.BLUE if self is Colour.RED else Colour.RED\npaint = {item.name: Colour.RED}\nreturn paint['pen'] is Colour.RED, Colour.RED.other().name",
    "paint['ink'] = paint['pen'].other()\nreturn [c.name for c in paint.values()], paint['ink'] is Colour(2)",
    "@lru_cache(maxsize=None)\ndef fib(n):\n    return n if n < 2 else fib(n - 1) + fib(n - 2)\nreturn fib(30)",
    "handlers = {'up': up, 'fib': fib, 'bound': shop.worth, 'key': lambda i: i.price}\nreturn handlers['up'](), handlers['fib'](20), handlers['bound'](), sorted(items, key=handlers['key'])[0].name",
    "return handlers['up'] is up, handlers['up'](), now(), handlers['bound']() == shop.worth(), handlers['bound'].__self__ is shop",
    "def evens(limit):\n    n = 0\n    while n < limit:\n        yield n\n        n += 2\nreturn list(evens(7)), sum(evens(100))",
    "class Item:\n    'Another class of the same name.'\n    def __init__(self, name):\n        self.name = name\nnew = Item('new')\nreturn type(new) is Item, type(item) is Item, item.total(1), type(item) is type(items[1])",
    "node = {'name': 'root'}\nnode['self'] = node\nring = [node, node]\nreturn ring[0] is ring[1]['self'], node['self']['self'] is node",
    "def walk(tree, depth=0):\n    yield depth, tree['name']\n    for child in tree.get('children', []):\n        yield from walk(child, depth + 1)\ntree = {'name': 'a', 'children': [{'name': 'b'}, {'name': 'c', 'children': [{'name': 'd'}]}]}\nreturn list(walk(tree))",
    "class Account:\n    def __init__(self):\n        self.__balance = 0\n        self.history = []\n    def __iadd__(self, n):\n        self.__balance += n\n        self.history.append((len(self.history), n))\n        return self\n    @property\n    def balance(self):\n        return self.__balance\nacc = Account()\nacc += 5\nbook = {'main': acc, 'copies': (acc, acc)}\nreturn acc.balance, acc.history",
    "acc += 7\nmain = book['main']\nmain += 1\nreturn acc.balance, book['copies'][1] is acc, main is acc, acc.history",
    "del df, frames['b']\nitems.clear()\nreturn len(shop), corner.worth(), 'extra' in alias.columns, frames['a'] is alias, up(), double.calls, item.tags, paint['pen'] is Colour.RED, ring[1] is node",
]  # fmt: skip

SCRIPT = """
import json, os, sys
from agex import Agent, Versioned
from agex.helpers import register_pandas, register_stdlib

reply = ""
agent = Agent(llm=lambda messages: reply, max_iterations=1, timeout_seconds=20)
register_stdlib(agent)
register_pandas(agent)

@agent.task
def step(turn: int) -> object:
    '''Go on.'''

def act(state, action):
    global reply
    reply = f"So.\\n\\n```python\\n{action}\\n```\\n"
    try:
        return repr(step(1, state=state))
    except BaseException as error:
        return f"{type(error).__name__}: {error}"

actions, path, apart = json.load(sys.stdin)
import pandas
if not apart:
    with Versioned(path) as state:
        found = [act(state, action) for action in actions]
else:
    # Nothing of the agent's ever ran in this process, and each child of it runs one action.
    found = []
    for action in actions:
        reads, writes = os.pipe()
        child = os.fork()
        if child == 0:
            with Versioned(path) as state:
                said = act(state, action)
            os.write(writes, said.encode())
            os._exit(0)
        os.close(writes)
        with os.fdopen(reads) as file:
            found.append(file.read())
        os.waitpid(child, 0)
print(json.dumps(found))
"""


def replay(path: Path, *, apart: bool) -> list[str]:
    run = subprocess.run(
        [sys.executable, "-c", SCRIPT], input=json.dumps([ACTIONS, str(path), apart]),
        env={**os.environ, "PYTHONPATH": str(ROOT / "src")},
        capture_output=True, text=True, check=False, timeout=200,
    )  # fmt: skip
    assert run.returncode == 0, run.stderr[-3000:]
    found: list[str] = json.loads(run.stdout)
    return found


@pytest.mark.skipif(not hasattr(os, "fork"), reason="each action gets a process by forking")
def test_thirty_actions_are_the_same_with_a_process_for_each(tmp_path: Path) -> None:
    together = replay(tmp_path / "one.db", apart=False)

    apart = replay(tmp_path / "many.db", apart=True)

    for action, one, many in zip(ACTIONS, together, apart, strict=True):
        assert many == one, action
    assert not [said for said in together if "Error" in said or "Fail" in said or "Timeout" in said]
