"""Every Python block of README.md and docs/ runs, with a scripted model where one is asked."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from agex.llm import LLMResponse
from agex.llm.litellm_client import LiteLLMClient
from agex.messages import Message, Usage
from tests.docs.pages import blocks_of, replies_named, run_block

ROOT = Path(__file__).resolve().parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]

# What a page may take as given, where its text says so.
GIVEN = {"my_data": [31, 7, 100, 7919, 2]}


class Script:
    """The replies of the page's model: refilled by a comment, taken in order."""

    def __init__(self) -> None:
        self.waiting: list[str] = []

    def complete(self, client: Any, messages: Sequence[Message], **_: Any) -> LLMResponse:
        assert self.waiting, "the page asks a model here: say with a comment what it answers"
        return LLMResponse(self.waiting.pop(0), Usage(requests=1), client.model, replayed=True)


@pytest.fixture
def script(monkeypatch: pytest.MonkeyPatch) -> Iterator[Script]:
    """Stands in for every model a page names, so that pages show what a user would write."""
    script = Script()
    monkeypatch.setenv("AGEX_MODEL", "documentation/scripted")
    monkeypatch.setattr(
        LiteLLMClient,
        "complete",
        lambda self, messages, **options: script.complete(self, messages, **options),
    )
    yield script
    assert script.waiting == [], "the page's model had more to say than was asked"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_a_page_runs_from_top_to_bottom(
    page: Path, script: Script, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    module = ModuleType(f"page_{page.stem.replace('-', '_')}")
    vars(module).update(GIVEN)
    monkeypatch.setitem(sys.modules, module.__name__, module)

    for block in blocks_of(page.read_text(encoding="utf-8")):
        if block.replies is not None:
            script.waiting.extend(replies_named(block.replies))
        if block.raises is None:
            run_block(block, page, module)
            continue
        with pytest.raises(BaseException) as caught:
            run_block(block, page, module)
        assert type(caught.value).__name__ == block.raises


def test_the_readme_holds_the_thirty_second_example() -> None:
    """The first acceptance test of the project, in the words everybody sees first."""
    codes = [block.code for block in blocks_of((ROOT / "README.md").read_text(encoding="utf-8"))]

    assert THIRTY_SECONDS in codes


THIRTY_SECONDS = '''\
import math
from typing import Callable
from agex import Agent

agent = Agent()
agent.module(math)

@agent.task
def make_function(description: str) -> Callable:  # type: ignore[return-value]
    """Generate a Python function from a text description."""
    pass

prime_finder = make_function("find the next prime larger than a given number")
prime_finder(100)                    # 101
my_data.sort(key=prime_finder)       # an ordinary Python function from here on
'''
