"""The transformer decides every kind of node, accepts Python, and refuses in words."""

from __future__ import annotations

import ast
from typing import Any

import pytest

from agex.errors import SyntaxRefused
from agex.policy import Registry
from agex.sandbox import Result, Session
from agex.sandbox.transformer import AgentTransformer, table

#: Kinds that never stand in the tree of an action: abstract ones, other roots, remnants of old Pythons.
NOT_IN_A_TREE = {
    "mod", "Module", "Interactive", "Expression", "FunctionType", "Suite", "stmt", "expr",
    "expr_context", "boolop", "operator", "unaryop", "cmpop", "excepthandler", "pattern", "slice",
    "type_ignore", "TypeIgnore", "type_param", "AugLoad", "AugStore", "Param", "Index", "ExtSlice",
    "Num", "Str", "Bytes", "NameConstant", "Ellipsis", "AST",
}  # fmt: skip
#: Kinds of newer Pythons that nobody opened yet: refused by not being decided.
CLOSED = {"TemplateStr", "Interpolation"}


def run(source: str) -> Result:
    return Session(Registry().freeze()).run(source)


def kinds_of_nodes() -> dict[str, type[ast.AST]]:
    return {
        name: value
        for name, value in vars(ast).items()
        if isinstance(value, type)
        and issubclass(value, ast.AST)
        and value.__module__ in ("ast", "_ast")
        and not name.startswith("_")
    }


def test_every_kind_of_node_of_this_python_is_decided() -> None:
    undecided = {
        name for name, kind in kinds_of_nodes().items() if kind not in table.DECIDED
    } - NOT_IN_A_TREE

    assert undecided <= CLOSED


def test_no_kind_of_node_is_decided_twice() -> None:
    tables: list[Any] = [table.RECURSE, table.LEAVES, table.PARTS]
    listed = [kind for table in tables for kind in table]

    assert len(listed) == len(set(listed))
    assert not set(table.PARTS) & set(table.METHODS)


def test_a_kind_of_node_that_nobody_decided_is_refused() -> None:
    class Unknown(ast.expr):
        lineno, col_offset = 7, 0

    from agex.sandbox.scopes import Scopes

    tree = ast.parse("")
    made = AgentTransformer(
        Scopes(tree), shadowed=frozenset(), flags=False, future_annotations=False
    )
    made.visit(Unknown())

    assert [line.line for line in made.lines] == [7]


ACCEPTED = {
    "attributes": "class A: pass\na = A()\na.x = 1\na.x += 1\ndel a.x\nprint(hasattr(a, 'x'))",
    "items": "d = {'a': [1, 2, 3]}\nd['a'][1:] = [9]\nd['b'] = 1\ndel d['b']\nprint(d)",
    "calls": "def f(*a, k=0, **m): return a, k, m\nprint(f(1, *[2], k=3, **{'z': 4}))",
    "super": "class A:\n def f(s): return 1\nclass B(A):\n def f(s): return super().f() + 1\nprint(B().f())",
    "loops": "for i, (a, *b) in enumerate([(1, 2, 3)]):\n print(i, a, b)\nelse:\n print('end')",
    "while": "n = 0\nwhile n < 3: n += 1\nelse: print(n)",
    "comprehensions": "print([y for x in ([1], [2]) for y in x if y], {k: v for k, v in [(1, 2)]})",
    "comprehension targets": "class A: pass\na = A()\nprint([a.x for a.x in (1, 2)], a.x)",
    "generators": "def g():\n x = yield 1\n yield from [x]\nh = g()\nprint(next(h), h.send(5))",
    "async": "async def f(): return 3\nprint(await f())",
    "operators": "print(2 * 'ab', 7 % 4, '%d' % 3, 2 ** 5, 1 << 3, 3 @ 2 if False else 0)",
    "augmented": "x = [1]\nx += (2,)\nx *= 2\nd = {}\nd |= [('a', 1)]\nprint(x, d)",
    "comparison": "print(1 < 2 < 3, 1 in [1], 'a' not in {'b': 1})",
    "text": "x, w = 3.14159, 8\nprint(f'{x:>{w}.2f}|{x!r}|{x=:.1f}')",
    "annotations": "x: int = 1\ndef f(a: 'int', *b: str) -> None: ...\nprint(f.__annotations__)",
    "walrus": "print([y for x in range(3) if (y := x * x)])",
    "with": "from contextlib import nullcontext\nwith nullcontext((1, 2)) as (a, b), nullcontext(3) as c:\n print(a, b, c)",
    "try": "try:\n 1 / 0\nexcept ZeroDivisionError as e:\n print(e)\nelse:\n pass\nfinally:\n print('f')",
    "except star": "try:\n raise ExceptionGroup('g', [ValueError(1)])\nexcept* ValueError as g:\n print(g.exceptions)",
    "raise": "try:\n raise ValueError('a') from KeyError('b')\nexcept ValueError as e:\n print(repr(e.__cause__))",
    "assert": "try:\n assert 0, 'm'\nexcept AssertionError as e:\n print(e)",
    "names": "x = 0\ndef f():\n global x\n x = 1\n y = 2\n def g():\n  nonlocal y\n  y = 3\n g()\n return y\nprint(f(), x)",
    "import": "import collections.abc as c, functools\nfrom itertools import chain as ch\nprint(list(ch([1])))",
    "functions": "def deco(f): return f\n@deco\ndef f(a, /, b=2, *, c=3): return a + b + c\nprint(f(1), (lambda: 4)())",
    "classes": "class M(type): pass\nclass A(metaclass=M):\n _p = 1\n def __repr__(s): return 'A!'\nprint(A(), A._p)",
    "match": "match {'k': [1, (2, 3)]}:\n case {'k': [int(a), (b, _)], **rest} if a: print(a, b, rest)",
    "class patterns": "class P:\n __match_args__ = ('x',)\n def __init__(s, x): s.x = x\nmatch P(1):\n case P(1): print('one')",
    "delete": "a = b = 1\ndel a, b\nprint('a' in globals())",
    "main": "if __name__ == '__main__': print('main')",
}  # fmt: skip


@pytest.mark.parametrize("source", ACCEPTED.values(), ids=ACCEPTED)
def test_python_is_accepted_and_prints_what_python_prints(
    source: str, capsys: pytest.CaptureFixture[str]
) -> None:
    result = run(source)
    flags = ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
    made = eval(
        compile(source, "<plain>", "exec", flags, dont_inherit=True), {"__name__": "__main__"}
    )
    if made is not None:
        with pytest.raises(StopIteration):
            made.send(None)

    assert result.error is None, result.traceback
    assert result.stdout == capsys.readouterr().out


REFUSED = {
    "a frame": ("def f(): yield\nf().gi_frame", "gi_frame"),
    "a function's globals": ("(lambda: 0).__globals__", "__globals__"),
    "a function's code": ("def f(): pass\nf.__code__ = 1", "__code__"),
    "subclasses": ("object.__subclasses__()", "__subclasses__"),
    "finalizers": ("class A:\n def __del__(self): pass", "__del__"),
    "the pickle protocol": ("class A:\n def __reduce__(self): pass", "__reduce__"),
    "reading every attribute": ("class A:\n def __getattribute__(self, n): pass", "__getattribute__"),
    "the class of an object": ("class A: pass\nA().__class__ = int", "__class__"),
    "the builtins": ("__builtins__", "__builtins__"),
    "an import hook": ("__import__('os')", "__import__"),
    "files": ("open('x')", "open"),
    "evaluation": ("eval('1')", "eval"),
    "an unregistered module": ("import os", "os"),
    "a relative import": ("from . import x", "relative"),
    "a dunder in a pattern": ("match 1:\n case int(__class__=c): pass", "__class__"),
    "an unknown dunder": ("class A:\n def __surprise__(self): pass", "__surprise__"),
    "a format string that looks inside": ("'{0.__globals__}'.format(lambda: 0)", "__globals__"),
    "an attribute by name": ("getattr(lambda: 0, '__closure__')", "__closure__"),
    "a product without end": ("[0] * 10**12", "at most"),
}  # fmt: skip


@pytest.mark.parametrize(("source", "word"), REFUSED.values(), ids=REFUSED)
def test_what_is_refused_is_refused_by_name(source: str, word: str) -> None:
    from agex.errors import Refusal

    result = run(source)

    assert isinstance(result.error, Refusal), result.error
    assert word in result.traceback


def test_all_refusals_of_a_source_are_told_at_once() -> None:
    result = run(
        "class A:\n    def __del__(self): pass\n\n__builtins__\nclass B:\n    __reduce__ = 1\n"
    )

    assert isinstance(result.error, SyntaxRefused)
    assert [line.line for line in result.error.lines] == [2, 4, 6]


def test_nothing_runs_of_a_source_with_a_refused_line() -> None:
    result = run("print('ran')\n__builtins__\n")

    assert result.stdout == ""


def test_line_numbers_are_those_of_the_source() -> None:
    result = run("a = 1\nfor x in [1,\n          2]:\n    a.b.c\n")

    assert result.traceback.startswith("line 4: a.b.c")


def test_evaluation_order_is_pythons() -> None:
    source = """
log = []
def n(x, v=None):
    log.append(x)
    return v
class A: pass
a = A()
a.x = [0, 0]
n('owner', a).x[n('index', 1)] = n('value', 5)
n('f', lambda *p, **k: 0)(n('p'), *n('star', []), k=n('k'), **n('map', {}))
n('left', 2) * n('right', 3)
{n('key'): n('val')}
n('o', a).x[n('i', 0)] += n('v', 1)
print(log)
"""
    plain: dict[str, Any] = {}
    exec(source.replace("print(log)", ""), plain)

    assert run(source).stdout.strip() == str(plain["log"])
