"""The house stands on floors, and imports only look down.

``FLOORS`` and the tables after it are the law; the tests read every import of ``src/agex`` with
``ast``, those inside functions and under ``TYPE_CHECKING`` included, and hold them against it.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

from agex.sandbox.trees import parsed

PACKAGE = Path(__file__).resolve().parent.parent / "src" / "agex"

# A room imports only from rooms on lower floors. A room is a file or a folder right under agex/.
FLOORS = {
    "errors": 1,
    "event_types": 1,
    "messages": 1,
    "policy": 2,
    "state": 2,
    "llm": 2,
    "bench": 2,
    "sandbox": 3,
    "render": 3,
    "helpers": 3,
    "task": 4,
    "inspection": 4,
    "console": 4,
    "agent": 5,
    "testing": 6,
    "cli": 6,
    "__init__": 6,
}

# The steps sideways: events and errors hold the usage that messages were billed.
SIDEWAYS = {("event_types", "messages"), ("errors", "messages")}

# Rooms that may see less than everything below them.
ONLY = {
    "bench": {"errors", "event_types", "messages"},
    "helpers": {"errors", "policy"},
    "render": {"errors", "messages", "policy"},
    "sandbox": {"errors", "event_types", "messages", "policy"},
    "state": {"errors", "event_types", "messages"},
}

# Rooms that hardly anybody may see.
ONLY_BY = {"bench": {"cli"}, "testing": set(), "cli": set()}

# The home of each third-party package: a file or a folder of agex. A package without a home here
# is imported nowhere. sqlite3 is in the standard library and has one home all the same.
HOMES = {
    "RestrictedPython": ("sandbox/",),
    "litellm": ("llm/litellm_library.py",),
    "tenacity": ("llm/litellm_client.py",),
    "pydantic": ("task/contract.py", "event_types.py"),
    "cloudpickle": ("state/codec",),
    "rich": ("cli.py", "console.py"),
    "sqlite3": ("state/stores/sqlite.py",),
    "sqlalchemy": ("state/stores/",),
    "numpy": ("helpers/", "render/"),
    "pandas": ("helpers/", "render/"),
    "polars": ("helpers/", "render/"),
    "plotly": ("helpers/", "render/"),
    "matplotlib": ("helpers/", "render/"),
    "sklearn": ("helpers/",),
    "PIL": ("helpers/", "render/"),
}

# In the standard library, of a Python newer than the one that may run this test.
NEWER_STDLIB = {"annotationlib"}

# Packages that `import agex.anything` never pulls in: a function imports them when it needs them.
LATE = set(HOMES) - {"RestrictedPython", "pydantic", "cloudpickle", "tenacity", "sqlite3"}


@dataclass(frozen=True)
class Import:
    """One import statement's one target: where it stands, what it names, when it happens."""

    file: str
    line: int
    module: str
    at_import_time: bool

    def __str__(self) -> str:
        return f"{self.file}:{self.line} imports {self.module}"


def _files() -> list[Path]:
    return sorted(PACKAGE.rglob("*.py"))


def _module_name(path: Path) -> str:
    parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


@cache
def _modules() -> frozenset[str]:
    return frozenset(_module_name(path) for path in _files())


def _walk(node: ast.AST, *, late: bool) -> Iterator[tuple[ast.Import | ast.ImportFrom, bool]]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Import | ast.ImportFrom):
            yield child, late
        in_function = isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
        type_only = isinstance(child, ast.If) and "TYPE_CHECKING" in ast.unparse(child.test)
        yield from _walk(child, late=late or in_function or type_only)


def _targets(node: ast.Import | ast.ImportFrom, path: Path) -> Iterator[str]:
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
        return
    base = node.module or ""
    if node.level:
        here = _module_name(path).split(".")
        package = here if path.name == "__init__.py" else here[:-1]
        base = ".".join([*package[: len(package) - node.level + 1], *filter(None, [base])])
    for alias in node.names:
        # `from agex.policy import specs` names a file, `from agex.policy import Policy` does not.
        dotted = f"{base}.{alias.name}"
        yield dotted if dotted in _modules() else base


def _imports_of(path: Path) -> list[Import]:
    tree = parsed(path.read_text(encoding="utf-8"))
    name = path.relative_to(PACKAGE).as_posix()
    return [
        Import(name, node.lineno, target, not late)
        for node, late in _walk(tree, late=False)
        for target in _targets(node, path)
    ]


@cache
def _imports() -> tuple[Import, ...]:
    return tuple(found for path in _files() for found in _imports_of(path))


def _room(dotted_or_file: str) -> str:
    """The room of ``agex.policy.specs``, of ``policy/specs.py``, of ``agent.py``, of ``agex``."""
    trimmed = dotted_or_file.removesuffix(".py").replace("/", ".")
    parts = trimmed.removeprefix("agex.").split(".")
    return "__init__" if parts == ["agex"] else parts[0]


def _ours() -> list[Import]:
    return [one for one in _imports() if one.module.split(".")[0] == "agex"]


def test_every_room_is_on_a_floor() -> None:
    rooms = {_room(path.relative_to(PACKAGE).as_posix()) for path in _files()}

    assert rooms <= set(FLOORS), f"give these a floor in FLOORS: {sorted(rooms - set(FLOORS))}"


def test_imports_only_look_down() -> None:
    wrong = [
        str(one)
        for one in _ours()
        if (here := _room(one.file)) != (there := _room(one.module))
        and FLOORS[there] >= FLOORS[here]
        and (here, there) not in SIDEWAYS
    ]

    assert wrong == []


def test_rooms_with_a_narrow_view_keep_to_it() -> None:
    wrong = [
        str(one)
        for one in _ours()
        if (here := _room(one.file)) in ONLY
        and (there := _room(one.module)) != here
        and there not in ONLY[here]
    ]

    assert wrong == []


def test_nobody_imports_the_rooms_at_the_top() -> None:
    wrong = [
        str(one)
        for one in _ours()
        if (there := _room(one.module)) in ONLY_BY
        and (here := _room(one.file)) != there
        and here not in ONLY_BY[there]
    ]

    assert wrong == []


def test_no_two_files_import_each_other_in_a_circle() -> None:
    graph: dict[str, set[str]] = {}
    for one in _ours():
        graph.setdefault(_module_name(PACKAGE / one.file), set()).add(one.module)
    done: set[str] = set()

    def visit(module: str, trail: tuple[str, ...]) -> None:
        if module in trail:
            circle = (*trail[trail.index(module) :], module)
            pytest.fail("a circle of imports: " + " → ".join(circle))
        if module in done:
            return
        for target in sorted(graph.get(module, ())):
            visit(target, (*trail, module))
        done.add(module)

    for module in sorted(graph):
        visit(module, ())


def test_each_third_party_package_stays_at_home() -> None:
    wrong = []
    for one in _imports():
        top = one.module.split(".")[0]
        if top not in HOMES and top in {"agex", *NEWER_STDLIB, *sys.stdlib_module_names}:
            continue
        if not one.file.startswith(HOMES.get(top, ())):
            wrong.append(f"{one}, whose home is {HOMES.get(top, 'not in HOMES')}")

    assert wrong == []


def test_heavy_packages_are_imported_by_the_function_that_needs_them() -> None:
    wrong = [
        str(one) for one in _imports() if one.at_import_time and one.module.split(".")[0] in LATE
    ]

    assert wrong == []


@pytest.mark.parametrize(
    "path",
    [path for path in _files() if path.name == "__init__.py" and path.parent != PACKAGE],
    ids=lambda path: path.parent.relative_to(PACKAGE).as_posix(),
)
def test_a_package_says_what_it_knows_and_what_it_never_imports(path: Path) -> None:
    docstring = ast.get_docstring(parsed(path.read_text(encoding="utf-8"))) or ""

    assert "*Knows:*" in docstring
    assert "*Never imports:*" in docstring


@pytest.mark.parametrize(
    "path",
    [path for path in _files() if path.name == "__init__.py" and path.parent != PACKAGE],
    ids=lambda path: path.parent.relative_to(PACKAGE).as_posix(),
)
def test_a_package_file_only_re_exports_and_sorts_what_it_offers(path: Path) -> None:
    """At once, or on first use: type checkers see the same imports either way."""
    body = parsed(path.read_text(encoding="utf-8")).body
    for_checkers = [n for n in body if isinstance(n, ast.If) and "TYPE_CHECKING" in ast.unparse(n)]
    imported = {
        alias.asname or alias.name
        for node in [*body, *(inner for block in for_checkers for inner in block.body)]
        if isinstance(node, ast.ImportFrom) and node.module != "__future__"
        for alias in node.names
    }
    offered = [
        ast.literal_eval(node.value)
        for node in body
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__"
    ]
    other = [
        ast.unparse(node).splitlines()[0]
        for node in body[1:]
        if not isinstance(node, ast.ImportFrom | ast.Assign)
        and node not in for_checkers
        and not (isinstance(node, ast.FunctionDef) and node.name in ("__getattr__", "__dir__"))
    ]

    assert other == []
    assert len(offered) == 1
    assert offered[0] == sorted(name for name in imported if not name.startswith("_"))


@pytest.mark.parametrize("path", _files(), ids=lambda path: path.relative_to(PACKAGE).as_posix())
def test_a_file_says_in_its_first_line_what_it_is_for(path: Path) -> None:
    assert ast.get_docstring(parsed(path.read_text(encoding="utf-8")))
