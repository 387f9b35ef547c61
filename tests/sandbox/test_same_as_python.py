"""A program inside the subset gives in a session what it gives in plain Python."""

from __future__ import annotations

import contextlib
import io
import warnings

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from agex.errors import Refusal
from agex.policy import Registry
from agex.sandbox import Limits, Session

PRELUDE = """
class Box:
    kind = "box"
    def __init__(self, value): self.value = value
    def add(self, other): return Box([self.value, other])
    def __eq__(self, other): return isinstance(other, Box) and self.value == other.value
    def __hash__(self): return 1
    def __repr__(self): return f"Box({self.value!r})"
    def __getitem__(self, index): return [self.value][index]
    def __mul__(self, other): return ("mul", other)
class Small(Box):
    @property
    def twice(self): return (self.value, self.value)
    def __len__(self): return 2
    def __iter__(self): return iter([self.value, 1])
def call(f, *args, **more): return f(*args, **more)
def gen(n):
    for i in range(n):
        got = yield i
        if got: yield got
a, b, c = 3, [1, 2, 3], Small("s")
"""

NAMES = st.sampled_from(["a", "b", "c"])
ATOMS = st.one_of(
    NAMES,
    st.integers(-3, 9).map(str),
    st.sampled_from(
        ["'xy'", "None", "True", "1.5", "()", "[]", "{}", "Box(1)", "Small(2)", "Box", "b''"]
    ),
)


def compound(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    pair = st.tuples(inner, inner)
    operators = st.sampled_from("+ - * % // / & | == != < in not_in is and or".split()).map(
        lambda op: op.replace("_", " ")
    )
    attributes = st.sampled_from(
        [
            "value",
            "kind",
            "twice",
            "real",
            "missing",
            "_own",
            "__class__",
            "__doc__",
            "append",
            "upper",
        ]
    )
    methods = st.sampled_from(
        ["add({})", "upper()", "append({})", "index({})", "get({})", "items()", "join({})",
         "format({})", "count({})", "__eq__({})", "__len__()", "sort()", "update({})"]
    )  # fmt: skip
    functions = st.sampled_from(
        ["len", "str", "repr", "list", "sorted", "sum", "type", "dict", "tuple", "set", "iter", "bool",
         "max", "Box", "Small", "callable", "hash", "enumerate", "reversed", "int", "vars", "abs"]
    )  # fmt: skip
    return st.one_of(
        st.tuples(inner, operators, inner).map(lambda t: f"({t[0]} {t[1]} {t[2]})"),
        st.tuples(inner, attributes).map(lambda t: f"({t[0]}).{t[1]}"),
        st.tuples(inner, methods, inner).map(lambda t: f"({t[0]}).{t[1].format(t[2])}"),
        st.tuples(functions, inner).map(lambda t: f"{t[0]}({t[1]})"),
        pair.map(lambda t: f"({t[0]})[{t[1]}]"),
        pair.map(lambda t: f"[{t[0]}, {t[1]}]"),
        pair.map(lambda t: f"{{'k': {t[0]}, **({t[1]})}}"),
        pair.map(lambda t: f"[*({t[0]}), {t[1]}]"),
        pair.map(lambda t: f"[({t[0]}, x) for x in ({t[1]})]"),
        pair.map(lambda t: f"(lambda x, y=({t[0]}): (x, y))({t[1]})"),
        pair.map(lambda t: f"call(lambda *p, **k: (p, k), *({t[0]}), k=({t[1]}))"),
        inner.map(lambda e: f"f'{{({e})!s:>6}}|{{({e})!r}}'"),
        inner.map(lambda e: f"'{{0!r}}'.format({e})"),
        inner.map(lambda e: f"'%s %r' % (({e}), 1)"),
        inner.map(lambda e: f"getattr(({e}), 'value', 'none')"),
        inner.map(lambda e: f"[w for w in [({e})] if (w2 := w) is w2]"),
        inner.map(lambda e: f"list(gen(2)) + [({e})]"),
    )


EXPRESSIONS = st.recursive(ATOMS, compound, max_leaves=6)


def indented(text: str) -> str:
    return "\n".join("    " + line for line in text.splitlines())


def blocks(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.one_of(
        st.tuples(EXPRESSIONS, inner, inner).map(
            lambda t: f"if {t[0]}:\n{indented(t[1])}\nelse:\n{indented(t[2])}"
        ),
        st.tuples(NAMES, EXPRESSIONS, inner).map(
            lambda t: f"for {t[0]} in [{t[1]}, 1]:\n{indented(t[2])}"
        ),
        st.tuples(inner, inner).map(
            lambda t: (
                f"try:\n{indented(t[0])}\nexcept TypeError as e:\n    print(type(e).__name__)\n"
                f"finally:\n{indented(t[1])}"
            )
        ),
        st.tuples(EXPRESSIONS, inner, inner).map(
            lambda t: (
                f"match {t[0]}:\n    case Small(value=v): print('small', v)\n"
                f"    case [x, *rest]:\n{indented(indented(t[1]))}\n        print(x, rest)\n"
                f"    case {{'k': v}}: print(v)\n    case _:\n{indented(indented(t[2]))}"
            )
        ),
        st.tuples(inner, EXPRESSIONS).map(
            lambda t: (
                f"def f(p, *q):\n    global a, b, c\n{indented(t[0])}\n    return p, q\n"
                f"print(f({t[1]}, 2))"
            )
        ),
        st.tuples(inner, inner).map("\n".join),
    )


SIMPLE = st.one_of(
    st.tuples(NAMES, EXPRESSIONS).map(lambda t: f"{t[0]} = {t[1]}"),
    st.tuples(NAMES, st.sampled_from("+ - * | %".split()), EXPRESSIONS).map(
        lambda t: f"{t[0]} {t[1]}= {t[2]}"
    ),
    st.tuples(NAMES, NAMES, EXPRESSIONS).map(lambda t: f"{t[0]}, *{t[1]} = {t[2]}"),
    st.tuples(NAMES, EXPRESSIONS).map(lambda t: f"{t[0]}.value = {t[1]}"),
    st.tuples(NAMES, EXPRESSIONS, EXPRESSIONS).map(lambda t: f"{t[0]}[{t[1]}] = {t[2]}"),
    EXPRESSIONS.map(lambda e: f"print({e})"),
)
PROGRAMS = st.recursive(SIMPLE, blocks, max_leaves=6)


def plainly(source: str) -> tuple[str, str]:
    out = io.StringIO()
    with contextlib.redirect_stdout(out), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            exec(compile(source, "<plain>", "exec", dont_inherit=True), {"__name__": "__main__"})
        except Exception as error:
            return out.getvalue(), type(error).__name__
    return out.getvalue(), ""


@settings(
    max_examples=100, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck)
)
@given(PROGRAMS)
def test_a_program_prints_and_raises_what_it_does_in_python(program: str) -> None:
    source = PRELUDE + program + "\nprint(a, b, c)\n"
    try:
        expected = plainly(source)
    except (SyntaxError, RecursionError, MemoryError):
        return
    if " at 0x" in expected[0]:  # an object's address is another each time
        return
    result = Session(Registry().freeze(), limits=Limits(timeout_seconds=20)).run(source)

    if isinstance(result.error, Refusal):  # in words, and nothing went another way before
        assert expected[0].startswith(result.stdout)
        return
    assert (result.stdout, type(result.error).__name__ if result.error else "") == expected
