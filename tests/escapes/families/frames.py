"""Frames: whoever holds one holds the locals, the globals and the builtins of its callers."""

from ..case import Attack, Twin, each

BUILTINS = "['__import__']('os').environ['HOST_CANARY']"

ATTACKS = [
    *each(
        "a frame of something suspended",
        "generators, coroutines and async generators hold their frame",
        "print(@.f_builtins" + BUILTINS + ")",
        [
            ("generator expression", "(x for x in [1]).gi_frame"),
            ("generator", "(lambda: (yield))().gi_frame"),
            ("host generator", "stream().gi_frame"),
        ],
    ),
    Attack(
        "a host generator's locals",
        "the frame of a generator of the host's holds its local variables",
        "g = stream()\nnext(g)\nprint(g.gi_frame.f_locals['token'])",
    ),
    Attack(
        "a host coroutine's locals",
        "cr_frame of a coroutine of the host's",
        "c = fetch()\nprint(c.cr_frame.f_globals['os'].environ['HOST_CANARY'])\nc.close()",
    ),
    Attack(
        "a coroutine's frame",
        "cr_frame of an own coroutine",
        "async def f():\n    pass\nc = f()\nprint(c.cr_frame.f_builtins"
        + BUILTINS
        + ")\nc.close()",
    ),
    Attack(
        "an async generator's frame",
        "ag_frame of an own async generator",
        "async def f():\n    yield 1\nprint(f().ag_frame.f_builtins" + BUILTINS + ")",
    ),
    Attack(
        "a generator walking up from inside",
        "while it runs, the frame of a generator has its callers behind f_back",
        """
def walk():
    yield g.gi_frame.f_back.f_back
g = walk()
loot = [frame for frame in g]
""",
    ),
    *each(
        "code of something suspended",
        "the code objects beside the frames",
        "loot = @",
        [
            ("generator", "(x for x in [1]).gi_code"),
            ("host generator", "stream().gi_code"),
            ("own generator", "(lambda: (yield))().gi_code"),
        ],
    ),
    Attack(
        "what a generator delegates to",
        "gi_yieldfrom hands out the inner generator, and its frame",
        """
def outer():
    yield from stream()
g = outer()
next(g)
print(g.gi_yieldfrom.gi_frame.f_locals['token'])
""",
    ),
    Attack(
        "what a coroutine awaits",
        "cr_await hands out the inner coroutine",
        """
async def outer():
    await secret
c = outer()
loot = c.cr_code
c.close()
""",
    ),
    *each(
        "a traceback's frames",
        "an exception leads to a traceback, that to frames, those to the host's locals",
        """
try:
    boom()
except RuntimeError as error:
    tb = @
    while tb.tb_next:
        tb = tb.tb_next
    print(tb.tb_frame.f_locals['token'])
""",
        [
            ("attribute", "error.__traceback__"),
            ("getattr", "getattr(error, '__traceback__')"),
            (
                "reduce over names",
                "__import__('functools').reduce(getattr, ['__traceback__'], error)",
            ),
            ("context", "(lambda e: e.__context__ or e)(error).__traceback__"),
            ("with_traceback's class", "BaseException.__traceback__.__get__(error)"),
        ],
    ),
    Attack(
        "the traceback given to __exit__",
        "a context manager's third argument is the traceback",
        """
class Manager:
    def __enter__(self):
        return self
    def __exit__(self, kind, error, tb):
        global loot
        loot = tb
        return True
with Manager():
    boom()
""",
    ),
    Attack(
        "the frame behind __exit__",
        "the same, walked to the host function's locals",
        """
class Manager:
    def __enter__(self):
        return self
    def __exit__(self, kind, error, tb):
        while tb.tb_next:
            tb = tb.tb_next
        print(tb.tb_frame.f_locals['token'])
        return True
with Manager():
    boom()
""",
    ),
    Attack(
        "the traceback given to __aexit__",
        "the asynchronous form of the same",
        """
class Manager:
    async def __aenter__(self):
        return self
    async def __aexit__(self, kind, error, tb):
        global loot
        loot = tb
        return True
async def main():
    async with Manager():
        boom()
await main()
""",
    ),
    Attack(
        "ExitStack passes the traceback on",
        "callbacks pushed on an exit stack get the same three arguments",
        """
from contextlib import ExitStack
def leave(kind, error, tb):
    global loot
    loot = tb
    return True
with ExitStack() as stack:
    stack.push(leave)
    boom()
""",
    ),
    Attack(
        "a generator's throw with a traceback",
        "throw() takes a traceback and sets it on the exception",
        """
def g():
    try:
        yield
    except ValueError as e:
        yield e.__traceback__
x = g()
next(x)
loot = x.throw(ValueError('x'))
""",
    ),
    Attack(
        "a generator behind contextmanager",
        "contextmanager keeps the generator it drives as .gen",
        """
from contextlib import contextmanager
@contextmanager
def manage():
    yield
loot = manage().gen.gi_frame
""",
    ),
    *each(
        "modules that hand out frames",
        "the standard library has several ways of asking for the caller's frame",
        "loot = @",
        [
            ("sys", "__import__('sys')._getframe()"),
            ("inspect", "__import__('inspect').currentframe()"),
            ("inspect stack", "__import__('inspect').stack()[0].frame"),
            ("exc_info", "[f for f in __import__('sys')._current_frames().values()]"),
            ("traceback", "list(__import__('traceback').walk_stack(None))[0][0]"),
        ],
    ),
    Attack(
        "namedtuple's look at the caller's frame",
        "namedtuple reads the frame above for a module name; a typename can be code-like",
        """
from collections import namedtuple
P = namedtuple('P', 'a')
loot = P._make.__func__.__code__
""",
    ),
    Attack(
        "dataclass's generated functions",
        "functions made by the standard library have its globals",
        """
from dataclasses import dataclass
@dataclass
class D:
    a: int = 1
print(D.__repr__.__wrapped__.__globals__['sys'].modules['os'].environ['HOST_CANARY'])
""",
    ),
    Attack(
        "contextlib's own helper",
        "decorated functions lead to contextlib's module globals",
        """
from contextlib import contextmanager
print(contextmanager.__globals__['os'].environ['HOST_CANARY'])
""",
    ),
    Attack(
        "lru_cache's wrapped function",
        "__wrapped__ leads from a cached function to the function and its globals",
        """
from functools import lru_cache
@lru_cache
def f():
    return 1
print(f.__wrapped__.__builtins__"""
        + BUILTINS
        + ")",
    ),
    Attack(
        "a frame by a match pattern",
        "a class pattern reads attributes by name",
        """
match (x for x in [1]):
    case object(gi_frame=frame):
        loot = frame
""",
    ),
    Attack(
        "a frame out of an exception group",
        "exceptions inside groups have tracebacks too",
        """
try:
    try:
        boom()
    except Exception as e:
        raise ExceptionGroup('g', [e])
except* RuntimeError as group:
    loot = group.exceptions[0].__traceback__
""",
    ),
    Attack(
        "a traceback formatted with its lines",
        "the host's own traceback shows source lines and local names",
        """
try:
    boom()
except Exception as e:
    error = e
    frame = e.__traceback__.tb_next.tb_frame
    print(frame.f_locals)
""",
    ),
]

TWINS = [
    Twin("generators", "g = stream()\nprint(next(g), list(g), sum(x for x in [1, 2]))"),
    Twin("host coroutine", "print(await fetch(3))"),
    Twin("exit arguments", """
class Manager:
    def __enter__(self):
        return self
    def __exit__(self, kind, error, tb):
        print(kind is not None and kind.__name__, error)
        return True
with Manager():
    boom('text')
"""),
    Twin("context manager function", """
from contextlib import contextmanager
@contextmanager
def manage():
    print('in')
    try:
        yield 1
    finally:
        print('out')
with manage() as one:
    print(one)
"""),
]  # fmt: skip
