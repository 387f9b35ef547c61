"""What every test has: no network but this machine's own, and no model or key from outside."""

from __future__ import annotations

import gc
import os
import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import hypothesis
import pytest

# The same examples in every run, whatever the machine's load: a red test is a reason to look, not to
# run it again. `--hypothesis-profile=search` tries new ones.
hypothesis.settings.register_profile("agex", deadline=None, derandomize=True)
hypothesis.settings.register_profile("search", deadline=None, max_examples=1000)
hypothesis.settings.load_profile("agex")

# Set before any test imports litellm, which reads them while it is imported.
os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] = "True"
os.environ["LITELLM_MODE"] = "PRODUCTION"


def _is_local(address: Any) -> bool:
    if not isinstance(address, tuple):
        return True  # a socket in the file system
    host = str(address[0])
    return host in {"localhost", "::1", ""} or host.startswith("127.")


@pytest.fixture(autouse=True, scope="session")
def no_network_by_accident() -> Iterator[None]:
    """A connection that would leave this machine is an error that names where it was going."""
    connect, connect_ex = socket.socket.connect, socket.socket.connect_ex

    def guarded(self: socket.socket, address: Any) -> None:
        if not _is_local(address):
            raise RuntimeError(f"a test tried to reach {address!r}; tests stay on this machine")
        connect(self, address)

    def guarded_ex(self: socket.socket, address: Any) -> int:
        if not _is_local(address):
            raise RuntimeError(f"a test tried to reach {address!r}; tests stay on this machine")
        return connect_ex(self, address)

    patch = pytest.MonkeyPatch()
    patch.setattr(socket.socket, "connect", guarded)
    patch.setattr(socket.socket, "connect_ex", guarded_ex)
    yield
    patch.undo()


@pytest.fixture(autouse=True)
def no_model_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    """A developer's own ``AGEX_MODEL`` and provider keys decide nothing in a test."""
    for name in list(os.environ):
        if name == "AGEX_MODEL" or name.endswith(("_API_KEY", "_API_BASE")):
            monkeypatch.delenv(name)


# ---------------------------------------------------------------- what agent code leaves behind

TESTS = Path(__file__).resolve().parent

# The suites whose programs drop coroutines, generators and event loops on purpose. Everywhere else a
# thing that is left open is ours, and an error.
AGENT_CODE = {"escapes", "fuzz", "language", "limits", "sandbox"}
LEFT_BEHIND = (
    "ignore::pytest.PytestUnraisableExceptionWarning",
    "ignore:coroutine .* was never awaited:RuntimeWarning",
)


def _runs_agent_code(path: Path) -> bool:
    return path.relative_to(TESTS).parts[0] in AGENT_CODE


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if " at 0x" in item.nodeid:  # another one in each process, so that no other can run it
            raise pytest.UsageError(f"give this test an id without an address: {item.nodeid}")
        if _runs_agent_code(item.path):
            for ignored in LEFT_BEHIND:
                item.add_marker(pytest.mark.filterwarnings(ignored))


@pytest.fixture(autouse=True, scope="module")
def nothing_left_for_the_next_file(request: pytest.FixtureRequest) -> Iterator[None]:
    """What agent code dropped is collected in the file that dropped it, not in whatever comes next."""
    yield
    if _runs_agent_code(request.path):
        gc.collect()


# ---------------------------------------------------------------- golden files

GOLDEN = TESTS / "golden"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--update-golden",
        action="store_true",
        help="write tests/golden/ from what is rendered now, so that a review sees the words change",
    )


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Callable[[str, str], None]:
    """``golden("name.md", text)`` holds a text against ``tests/golden/name.md``."""

    def check(name: str, text: str) -> None:
        path = GOLDEN / name
        text = text.rstrip("\n") + "\n"
        if request.config.getoption("--update-golden"):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        expected = path.read_text(encoding="utf-8") if path.exists() else "(no golden file yet)\n"
        assert text == expected, f"{name} changed; `pytest --update-golden` accepts the new words"

    return check
