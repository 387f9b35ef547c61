"""The door: ``import agex`` is light, and shows exactly the names it means to show."""

from __future__ import annotations

import importlib
import json
import subprocess
import sys

import pytest

import agex

HEAVY = {
    "PIL",
    "asyncio",
    "litellm",
    "matplotlib",
    "numpy",
    "openai",
    "pandas",
    "plotly",
    "polars",
    "rich",
    "sklearn",
    "sqlalchemy",
    "sqlite3",
}


def _loaded_after(statement: str) -> set[str]:
    """The top-level modules a fresh interpreter holds after one statement."""
    program = f"import sys, json\n{statement}\nprint(json.dumps(sorted(sys.modules)))"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=120
    )
    return {name.split(".")[0] for name in json.loads(done.stdout)}


def test_importing_agex_loads_nothing_heavy() -> None:
    loaded = _loaded_after("import agex")

    assert loaded & HEAVY == set()


def test_importing_every_public_name_loads_nothing_heavier_than_pydantic_does() -> None:
    """Lazy attributes must not merely hide the weight until the first use of ``Agent``."""
    loaded = _loaded_after("import agex\nfor name in agex.__all__: getattr(agex, name)")

    assert loaded & (HEAVY) == set()


def test_an_agent_can_be_built_and_registered_on_without_loading_a_client() -> None:
    loaded = _loaded_after("import agex, math\nagent = agex.Agent()\nagent.module(math)")

    assert loaded & (HEAVY) == set()


def test_the_public_names_are_sorted() -> None:
    assert agex.__all__ == sorted(agex.__all__)


def test_the_public_names_are_exactly_the_visible_ones() -> None:
    program = "import json, agex\nprint(json.dumps(dir(agex)))"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    visible = {name for name in json.loads(done.stdout) if not name.startswith("_")}

    assert visible == set(agex.__all__)


@pytest.mark.parametrize("name", agex.__all__)
def test_a_public_name_is_the_object_of_the_room_it_comes_from(name: str) -> None:
    value = getattr(agex, name)
    home = importlib.import_module(agex._HOMES[name])

    assert value is getattr(home, name)


def test_a_star_import_brings_the_public_names() -> None:
    namespace: dict[str, object] = {}
    exec("from agex import *", namespace)

    assert set(agex.__all__) <= set(namespace)


def test_an_unknown_name_is_an_attribute_error_that_says_what_was_meant() -> None:
    with pytest.raises(AttributeError, match="Did you mean 'Agent'"):
        agex.agent_  # noqa: B018
