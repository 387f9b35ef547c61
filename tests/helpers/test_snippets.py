"""Ordinary code for each library gives in the sandbox what it gives in plain Python."""

from __future__ import annotations

import ast
import contextlib
import io
import warnings
from collections.abc import Callable
from typing import Any

import pytest

from agex import helpers
from agex.policy import Policy, Registrar, Registry
from agex.sandbox import Session
from tests.helpers import snippets

REGISTERS: dict[str, tuple[Callable[[Registrar], None], ...]] = {
    "stdlib": (helpers.register_stdlib,),
    "numpy": (helpers.register_numpy,),
    "pandas": (helpers.register_numpy, helpers.register_pandas),
    "polars": (helpers.register_polars,),
    "plotly": (helpers.register_plotly, helpers.register_numpy),
    "matplotlib": (helpers.register_matplotlib, helpers.register_numpy),
    "sklearn": (helpers.register_sklearn, helpers.register_numpy),
}
TEXTS = {
    "stdlib": snippets.STDLIB,
    "numpy": snippets.NUMPY,
    "pandas": snippets.PANDAS,
    "polars": snippets.POLARS,
    "plotly": snippets.PLOTLY,
    "matplotlib": snippets.MATPLOTLIB,
    "sklearn": snippets.SKLEARN,
}
CASES = [(library, block) for library, text in TEXTS.items() for block in snippets.blocks(text)]
PACKAGES = {
    "stdlib": [],
    "numpy": ["numpy"],
    "pandas": ["numpy", "pandas"],
    "polars": ["polars"],
    "plotly": ["plotly", "numpy", "pandas"],
    "matplotlib": ["matplotlib", "numpy"],
    "sklearn": ["sklearn", "numpy"],
}


def policy_of(library: str, known: dict[str, Policy] = {}) -> Policy:  # noqa: B006  a cache
    """One policy per library: registering pandas takes a while."""
    if library not in known:
        registry = Registry()
        for register in REGISTERS[library]:
            register(registry)
        known[library] = registry.freeze()
    return known[library]


def plain(source: str) -> Any:
    """The value of the last line in plain Python."""
    tree = ast.parse(source)
    last = tree.body.pop()
    assert isinstance(last, ast.Expr)
    namespace: dict[str, Any] = {"__name__": "__main__"}
    with contextlib.redirect_stdout(io.StringIO()):
        exec(compile(tree, "<plain>", "exec", dont_inherit=True), namespace)
    return eval(compile(ast.Expression(last.value), "<plain>", "eval"), namespace)


def shown(value: Any) -> str:
    """A text in which equal values are equal, whoever made their class."""
    if isinstance(value, (list, tuple)) and type(value).__module__ == "builtins":
        return f"{type(value).__name__}({', '.join(map(shown, value))})"
    if type(value).__module__.startswith("pandas") and hasattr(value, "to_string"):
        return str(value.to_string())
    return repr(value)


def test_the_libraries_used_most_have_sixty_snippets() -> None:
    assert all(len(snippets.blocks(TEXTS[name])) >= 60 for name in ("stdlib", "numpy", "pandas"))


@pytest.mark.parametrize(("library", "block"), CASES)
def test_it_works_as_in_plain_python(library: str, block: str) -> None:
    for package in PACKAGES[library]:
        pytest.importorskip(package)
    source = snippets.PREAMBLE[library] + block
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        expected = plain(source)
        result = Session(policy_of(library)).run(source)

    assert result.error is None, result.traceback
    assert shown(result.output) == shown(expected)
