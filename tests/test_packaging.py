"""What installing agex brings, and what its extras add."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

from tests.test_layers import HOMES

PYPROJECT = Path(__file__).resolve().parent.parent / "pyproject.toml"
# Where a package is imported by another name than it is installed by.
INSTALLED_AS = {"PIL": "pillow", "sklearn": "scikit-learn", "opentelemetry": "opentelemetry-api"}


def _project() -> dict[str, Any]:
    return tomllib.loads(PYPROJECT.read_text(encoding="utf-8"))["project"]


def _names(requirements: list[str]) -> set[str]:
    return {re.split(r"[\[<>=~!; ]", line, maxsplit=1)[0].lower() for line in requirements}


def test_the_required_packages_are_the_six_that_every_agent_needs() -> None:
    assert _names(_project()["dependencies"]) == {
        "cloudpickle",
        "litellm",
        "pydantic",
        "restrictedpython",
        "rich",
        "tenacity",
    }


def test_every_package_with_a_home_is_required_or_an_extra() -> None:
    project = _project()
    optional = [line for lines in project["optional-dependencies"].values() for line in lines]
    declared = _names(project["dependencies"]) | _names(optional)
    imported = {INSTALLED_AS.get(name, name).lower() for name in HOMES if name != "sqlite3"}

    assert imported <= declared


def test_the_extra_named_all_is_every_other_one_but_dev() -> None:
    extras = _project()["optional-dependencies"]
    (line,) = extras["all"]
    named = set(line.removeprefix("agex[").removesuffix("]").split(","))

    assert named == set(extras) - {"all", "dev"}
