"""Which functions can be tasks, and what is said of those that cannot."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from agex.errors import RegistrationError
from agex.task.body import is_empty
from agex.task.definition import define


def only_pass(x: int) -> int:  # type: ignore[empty-body]
    pass


def only_docstring(x: int) -> int:  # type: ignore[empty-body]
    """Twice x."""


def ellipsis(x: int) -> int:  # type: ignore[empty-body]
    """Twice x."""
    ...


def raises(x: int) -> int:
    """Twice x."""
    raise NotImplementedError


def raises_with_text(x: int) -> int:
    # a comment
    raise NotImplementedError("the model writes this")


async def awaited(x: int) -> int:
    """Twice x."""
    raise NotImplementedError


def returns_none(x: int) -> None:
    return None


def computes(x: int) -> int:
    """Twice x."""
    return x * 2


def yields(x: int) -> Any:
    """Twice x."""
    yield


def raises_something_else(x: int) -> int:
    raise ValueError


def raises_what_it_computes(x: int) -> int:
    raise NotImplementedError(f"{x}")


async def awaits(x: int) -> int:
    return await awaited(x)


EMPTY = [only_pass, only_docstring, ellipsis, raises, raises_with_text, awaited]
FULL = [computes, yields, raises_something_else, raises_what_it_computes, awaits]


@pytest.mark.parametrize("function", EMPTY, ids=lambda f: f.__name__)
def test_every_spelling_of_an_empty_body_is_empty(function: Callable[..., Any]) -> None:
    assert is_empty(function)


@pytest.mark.parametrize("function", [*FULL, returns_none], ids=lambda f: f.__name__)
def test_a_body_with_a_statement_is_not_empty(function: Callable[..., Any]) -> None:
    assert not is_empty(function)


@pytest.mark.parametrize("function", [*EMPTY, *FULL], ids=lambda f: f.__name__)
def test_without_a_source_the_bytecode_decides_the_same(function: Callable[..., Any]) -> None:
    from agex.task.body import _does_nothing  # there is no front door to the fallback

    assert _does_nothing(function.__code__) == (function in EMPTY)


def test_a_function_made_by_exec_has_no_source_and_can_be_a_task() -> None:
    made: dict[str, Any] = {}
    exec('def f(x: int) -> int:\n    """Twice x."""\n    ...', made)

    assert define(made["f"]).doc == "Twice x."


def test_a_body_with_code_is_refused_and_the_right_form_is_shown() -> None:
    with pytest.raises(RegistrationError) as caught:
        define(computes)

    assert str(caught.value) == (
        "computes has code in its body, and a task's body is empty: the model writes it.\n"
        "The right form:\n\n"
        "    @agent.task\n"
        "    def computes(x: 'int') -> 'int':\n"
        '        """Twice x."""\n'
        "        raise NotImplementedError"
    )


@pytest.mark.parametrize("name", ["state", "on_event", "inputs", "task_id", "task_success"])
def test_names_that_every_task_takes_are_refused_as_parameters(name: str) -> None:
    made: dict[str, Any] = {}
    exec(f'def f({name}):\n    """Doc."""', made)

    with pytest.raises(RegistrationError, match=f"a parameter named '{name}'"):
        define(made["f"])


def test_a_task_with_neither_docstring_nor_primer_is_refused() -> None:
    with pytest.raises(RegistrationError, match="neither a docstring nor a primer") as caught:
        define(only_pass)

    assert '@agent.task("What only_pass does.")' in str(caught.value)
    assert define(only_pass, primer="Double it.").primer == "Double it."


@pytest.mark.parametrize(
    "thing",
    [print, int, 3, lambda x: x, staticmethod(raises), object()],
    ids=["builtin", "class", "number", "lambda", "staticmethod", "object"],
)
def test_only_a_plain_function_can_be_a_task(thing: Any) -> None:
    with pytest.raises(RegistrationError, match="@agent.task"):
        define(thing)


def test_annotations_of_a_function_inside_another_are_found() -> None:
    class Local:
        pass

    def f(x: Local) -> list[Local]:
        """Doc."""

    assert define(f, frame_depth=1).annotations() == {"x": Local, "return": list[Local]}


def test_a_class_further_down_the_module_is_found_when_the_task_runs() -> None:
    made: dict[str, Any] = {}
    exec('def f() -> "Later":\n    """Doc."""', made)
    definition = define(made["f"])
    exec("class Later: ...", made)

    assert definition.annotations()["return"] is made["Later"]


def test_an_annotation_that_is_nowhere_is_named() -> None:
    made: dict[str, Any] = {}
    exec('def f() -> "Nowhere":\n    """Doc."""', made)

    with pytest.raises(RegistrationError, match="'Nowhere', which is not defined"):
        define(made["f"]).annotations()
