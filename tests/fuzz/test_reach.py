"""However reads, calls and containers are combined, nothing forbidden comes into reach.

Programs are chains: each step takes an earlier value and asks something of it, by attribute, by
name, by format string, by pattern, by C code. Each step is an action of its own, so that one the
compiler refuses does not spare the others, and the caches stay warm between them.
"""

from __future__ import annotations

import os

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.escapes.world import World

EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "60"))

STARTS = [
    "secret", "host", "Host", "Locked", "Vault", "Shape", "shape", "greet", "polite", "boom",
    "stream()", "stream", "hostlib", "hostlib.Point", "hostlib.Point(1, 2)", "hostlib.area", "bag",
    "record", "secret_dict", "secret_list", "gear", "job", "math", "json", "json.JSONEncoder",
    "where()", "Own()", "Own", "Own().method", "Own.method", "Child()", "Child", "Child().greet",
    "(x for x in [1])", "lambda: 0", "len", "print", "getattr", "type", "str", "dict", "[].append",
    "''.format", "str.format", "error", "host_error", "Own().stored", "functools.partial(len)",
    "operator.attrgetter('name')", "collections.OrderedDict()", "enum.Enum", "Member.A", "dataclasses",
    "functools.lru_cache(len)", "property(len)", "classmethod(len)", "super", "object", "Exception",
    "coroutine", "contextlib.nullcontext(secret)", "iter([secret])", "(secret,)", "{'k': host}",
    "Point(1, 2)", "Data(secret)", "typing.Any", "inputs", "Host.greet", "host.greet", "Colour.RED",
    "LockedError", "map(str, [1])", "range(3)", "{}.items()", "b''.join", "slice(1)", "Meta", "Made",
]  # fmt: skip

NAMES = [
    "flag", "_flag", "password", "_private", "_token", "reveal", "secrets", "vault", "tell", "name",
    "greet", "items", "labels", "limit", "key", "args", "func", "keywords", "parent", "read_text",
    "__class__", "__dict__", "__globals__", "__builtins__", "__closure__", "__code__", "__self__",
    "__func__", "__wrapped__", "__mro__", "__bases__", "__base__", "__subclasses__", "mro",
    "__init__", "__new__", "__call__", "__getattribute__", "__reduce_ex__", "__reduce__",
    "__getattr__", "__setattr__", "__defaults__", "__kwdefaults__", "__module__", "__doc__",
    "__name__", "__qualname__", "__traceback__", "__context__", "__cause__", "tb_frame", "f_back",
    "f_globals", "f_builtins", "f_locals", "gi_frame", "gi_code", "cr_frame", "ag_frame", "obj",
    "token", "os", "sys", "environ", "_peek", "fget", "gen", "cell_contents", "__loader__", "__spec__",
    "__get__", "__set_name__", "__init_subclass__", "__prepare__", "__instancecheck__", "format",
    "default", "codecs", "decoder", "fields", "value", "_value_", "__members__", "maps", "data",
    "__annotations__", "__type_params__", "__dataclass_fields__", "__match_args__", "stored",
]  # fmt: skip

STEPS = [
    "X.N", "getattr(X, 'N')", "getattr(X, 'N', None)", "operator.attrgetter('N')(X)", "vars(X)['N']",
    "operator.methodcaller('N')(X)", "list(map(operator.attrgetter('N'), [X]))", "'{0.N}'.format(X)",
    "f'{X}'", "f'{X!r}'", "'%s' % (X,)", "str(X)", "repr(X)", "X()", "X(Y)", "X[0]", "X['N']", "X[Y]",
    "type(X)", "type(X).N", "list(X)", "[*X]", "next(iter(X))", "{**X}", "dict(X)", "sorted(X, key=str)",
    "[X][0]", "(lambda v: v)(X)", "(lambda v: v.N)(X)", "(lambda *a: a)(X, Y)", "copy.copy(X)",
    "functools.partial(X)", "functools.partial(X, Y)()", "functools.reduce(getattr, ['N'], X)",
    "holder.put(X)", "holder.put(X).N", "[v.N for v in [X]]", "next(v.N for v in [X])", "X.send(None)",
    "dir(X)", "super(type(X), X).N", "object.__getattribute__(X, 'N')", "type(X).__getattribute__(X, 'N')",
    "Own.method(X)", "Own.read(X)", "Child.read(X)", "holder.prop.fget(X)", "type('T', (X,), {})()",
    "type('T', (X,), {})", "X.__class__", "isinstance(X, Y)", "X == Y", "matched(X)", "matched_name(X)",
    "entered(X)", "iterated(X)", "decorated(X)", "raised(X)", "defaulted(X)", "visit(lambda o: o.N)",
    "property(lambda s: s.N).__get__(X)", "staticmethod(X).__func__", "functools.wraps(X)(lambda: 0).N",
    "dataclasses.asdict(X)", "dataclasses.replace(X)", "collections.ChainMap(X)['N']", "max([X], key=Y)",
    "json.dumps(X, default=str)", "types.SimpleNamespace(v=X).v.N", "typing.get_type_hints(X)",
    "functools.singledispatch(X)", "next(map(X, [Y]))", "X.N(Y)", "X.N.N", "X.N()", "await X",
    "setattr(X, 'N', Y)", "delattr(X, 'N')", "hasattr(X, 'N') and X.N", "enum.Enum('E', {'A': X}).A.value",
]  # fmt: skip

PRELUDE = """
import collections, contextlib, copy, dataclasses, enum, functools, operator, types, typing
import math, json, hostlib
class Own:
    def __init__(self):
        self.stored = secret
    flag = name = password = 'own'
    def method(self):
        return self
    def read(self):
        return [self.name, self.flag]
class Child(Host):
    def read(self):
        return self.name
class Holder:
    def put(self, value):
        self.value = value
        return self.value
    prop = property(lambda self: self.value)
holder = Holder()
class Member(enum.Enum):
    A = 1
class Meta(type):
    pass
class Made(metaclass=Meta):
    pass
Point = collections.namedtuple('Point', 'x y')
@dataclasses.dataclass
class Data:
    value: object
async def wait():
    return secret
coroutine = wait()
def matched(v):
    match v:
        case object(flag=f):
            return f
        case object(name=n, password=p):
            return n, p
def matched_name(v):
    match v:
        case [first, *rest]:
            return first, rest
        case {'flag': f, **rest}:
            return f, rest
        case Host(vault=w):
            return w
def entered(v):
    with v as inner:
        return inner
def iterated(v):
    return [inner for inner in v]
def decorated(v):
    @v
    def inner():
        return 1
    return inner
def raised(v):
    try:
        raise ValueError(v)
    except ValueError as e:
        return e.args, e
def defaulted(v):
    return collections.defaultdict(v)['missing']
try:
    host.nothing
except AttributeError as e:
    error = e
try:
    boom()
except RuntimeError as e:
    host_error = e
"""


@st.composite
def chains(draw: st.DrawFn) -> list[str]:
    """Actions, each binding ``v0``, ``v1``, … from earlier ones."""
    count = draw(st.integers(3, 12))
    actions = []
    for position in range(count):
        if position == 0 or draw(st.integers(0, 3)) == 0:
            expression = draw(st.sampled_from(STARTS))
        else:
            step = draw(st.sampled_from(STEPS))
            earlier = st.integers(max(0, position - 3), position - 1)
            expression = step.replace("N", draw(st.sampled_from(NAMES)))
            expression = expression.replace("X", f"v{draw(earlier)}").replace(
                "Y", f"v{draw(earlier)}"
            )
        actions.append(
            f"v{position} = None\ntry:\n    v{position} = {expression}\n"
            f"except Exception as e:\n    v{position} = e\nprint(v{position})"
        )
    return actions


@pytest.mark.filterwarnings("ignore:coroutine .* was never awaited:RuntimeWarning")
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
@given(chains())
def test_no_chain_of_steps_reaches_what_is_forbidden(actions: list[str]) -> None:
    from agex.sandbox import Limits, Session

    world = World()
    try:
        session = Session(world.policy(), inputs=world.inputs, limits=Limits(timeout_seconds=2.0))
        prelude = session.run(PRELUDE)
        assert prelude.error is None, prelude.traceback
        shown: list[str] = []
        for action in actions:
            result = session.run(action)
            shown += [result.stdout, result.traceback]
        wins = world.verdict(shown, dict(session.namespace))

        assert wins == []
    finally:
        world.close()
