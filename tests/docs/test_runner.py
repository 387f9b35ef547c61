"""The runner of the pages notices what is wrong in a page."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType

import pytest

from tests.docs.pages import blocks_of, run_block


def _run(page: str, module: ModuleType | None = None) -> ModuleType:
    module = module or ModuleType("page_for_a_test")
    for block in blocks_of(page):
        run_block(block, Path("page.md"), module)
    return module


def test_blocks_of_one_page_share_their_names() -> None:
    module = _run("```python\nx = 1\n```\nand then\n```python\ny = x + 1\n```\n")

    assert module.y == 2


def test_other_languages_are_left_alone() -> None:
    assert list(blocks_of("```sh\nexit 1\n```\n")) == []


def test_a_literal_behind_an_expression_is_checked() -> None:
    _run("```python\n1 + 1  # 2\n```\n")

    with pytest.raises(AssertionError, match="page.md:2: the page says 3, it is 2"):
        _run("```python\n1 + 1  # 3\n```\n")


def test_the_comment_behind_a_print_is_what_it_prints() -> None:
    _run("```python\nprint('a', [1])  # a [1]\n```\n")

    with pytest.raises(AssertionError, match=r"the page says 'two', it is '1'"):
        _run("```python\nprint(1)  # two\n```\n")


def test_a_literal_on_the_line_after_an_expression_is_checked() -> None:
    with pytest.raises(AssertionError, match="the page says 3, it is 2"):
        _run("```python\n1 + 1\n# 3\n```\n")


def test_words_behind_an_expression_are_for_the_reader() -> None:
    _run("```python\n1 + 1  # more than one\n```\n")


def test_an_error_points_at_the_line_of_the_page() -> None:
    with pytest.raises(ZeroDivisionError) as caught:
        _run("text\n\n```python\nx = 1\n1 / 0\n```\n")

    assert caught.traceback[-1].lineno + 1 == 5


def test_a_comment_before_a_block_says_what_is_played_and_raised() -> None:
    page = "<!-- replies: primes -->\n<!-- raises: KeyError -->\n```python\n{}[1]\n```\n"

    (block,) = blocks_of(page)

    assert (block.replies, block.raises) == ("primes", "KeyError")


def test_a_misspelt_comment_is_an_error() -> None:
    with pytest.raises(ValueError, match="unknown comment"):
        list(blocks_of("<!-- reply: x -->\n```python\n1\n```\n"))
