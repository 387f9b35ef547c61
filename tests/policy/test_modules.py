"""A registered module has what is its own, and only as far as the patterns go."""

from __future__ import annotations

import bisect
import contextlib
import dataclasses
import datetime
import functools
import importlib
import json
import math
import operator
import os
import os.path
import pathlib
import random
import statistics
import sys
import time
import types
import xml
from pathlib import Path
from typing import Any

import pytest

from agex.policy import MemberSpec, ModuleRule, Policy, Registry, is_function_like


def registered(module: types.ModuleType, **options: Any) -> tuple[Policy, ModuleRule]:
    registry = Registry()
    registry.module(module, **options)
    policy = registry.freeze()
    return policy, next(iter(policy.modules.values()))


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> types.ModuleType:
    """A package with submodules that note when they are imported."""
    root = tmp_path / "harbour"
    files = {
        "__init__.py": "from os import getcwd\nfrom harbour._hulls import Hull\nimport json\n"
        "LOADED = []\ndef dock(): return 'docked'\n",
        "_hulls.py": "class Hull:\n    def float(self): return True\n    def _leak(self): ...\n"
        "class Keel:\n    pass\n",
        "cranes.py": "import harbour\nharbour.LOADED.append('cranes')\n"
        "from harbour._hulls import Keel\n"
        "class Crane:\n    def lift(self): return 1\n    def drop(self): return 2\n"
        "    class Hook:\n        size = 3\ndef build(): return Crane()\n",
        "secret.py": "import harbour\nharbour.LOADED.append('secret')\nclass Key: pass\n",
        "deep/__init__.py": "",
        "deep/well.py": "def water(): return 'wet'\n",
        "__main__.py": "raise SystemExit('ran')\n",
    }
    for name, source in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(source)
    monkeypatch.syspath_prepend(str(tmp_path))
    for name in [name for name in sys.modules if name.partition(".")[0] == "harbour"]:
        monkeypatch.delitem(sys.modules, name)
    importlib.invalidate_caches()
    yield importlib.import_module("harbour")  # type: ignore[misc]
    for name in [name for name in sys.modules if name.partition(".")[0] == "harbour"]:
        del sys.modules[name]


# ---------------------------------------------------------------- whose is it


@pytest.mark.parametrize(
    ("module", "leaks"),
    [
        (random, ["os", "_os", "_acos", "_accumulate"]),
        (contextlib, ["os", "sys", "abc", "wraps", "MethodType"]),
        (statistics, ["sys", "math", "Counter", "Fraction", "bisect_left"]),
        (dataclasses, ["builtins", "sys", "inspect", "re", "FunctionType"]),
        (json, ["codecs", "decoder", "scanner"]),
        (pathlib, ["os", "io", "fnmatch", "urlquote_from_bytes", "attrgetter"]),
    ],
)
def test_what_a_module_imported_for_itself_is_not_its_member(
    module: types.ModuleType, leaks: list[str]
) -> None:
    _, rule = registered(module, exclude=())

    for name in leaks:
        assert not rule.allows(name)
        assert name not in rule.members()
        with pytest.raises(AttributeError, match="no registered member"):
            rule.get(name)


@pytest.mark.parametrize(
    ("module", "own"),
    [
        (math, ["sqrt", "pi"]),
        (random, ["random", "randint", "Random"]),
        (bisect, ["bisect_left", "insort"]),
        (time, ["sleep", "monotonic"]),
        (datetime, ["datetime", "timedelta", "UTC"]),
        (json, ["loads", "JSONDecodeError"]),
    ],
)
def test_a_modules_own_functions_stay_where_c_code_or_another_file_defines_them(
    module: types.ModuleType, own: list[str]
) -> None:
    _, rule = registered(module)

    for name in own:
        assert rule.allows(name)
        assert rule.get(name) is getattr(module, name)
        assert name in rule.members()


def test_a_strangers_function_is_a_member_when_it_is_spelled_out() -> None:
    _, rule = registered(statistics, include=["mean", "Fraction", "bis*"])

    assert rule.allows("mean")
    assert rule.allows("Fraction")
    assert not rule.allows("bisect_left")


def test_a_module_made_by_hand_holds_what_was_put_there() -> None:
    module = types.ModuleType("toolbox")
    module.helper = registered  # type: ignore[attr-defined]
    module.getcwd = os.getcwd  # type: ignore[attr-defined]
    module.os = os  # type: ignore[attr-defined]
    _, rule = registered(module)

    assert rule.members() == ("helper",)


def test_all_speaks_for_functions_and_never_for_modules() -> None:
    module = types.ModuleType("toolbox")
    module.getcwd, module.os = os.getcwd, os  # type: ignore[attr-defined]
    module.__all__ = ["getcwd", "os"]  # type: ignore[attr-defined]
    _, rule = registered(module)

    assert rule.members() == ("getcwd",)


@pytest.mark.parametrize("name", ["__dict__", "__loader__", "__builtins__", "__spec__", "__all__"])
def test_no_dunder_is_a_member_whatever_the_patterns_say(name: str) -> None:
    _, rule = registered(math, exclude=())

    assert not rule.allows(name)
    with pytest.raises(AttributeError):
        rule.get(name)


def test_only_an_exact_string_names_a_member() -> None:
    class Sly(str):
        def __eq__(self, other: object) -> bool:
            return True

        __hash__ = str.__hash__

    _, rule = registered(math, include=["sqrt"])

    assert not rule.allows(Sly("sin"))
    assert not rule.allows(Sly("sqrt"))
    assert not rule.allows("deep.sqrt")


# ---------------------------------------------------------------- classes of modules


def test_dotted_patterns_reach_into_classes() -> None:
    policy, rule = registered(pathlib, include=["PurePath", "PurePath.s*"], exclude="*.suffixes")
    path = policy.type_rule(pathlib.PurePath)

    assert rule.members() == ("PurePath",)
    assert path is not None
    assert path.name == "pathlib.PurePath"
    assert path.members() == ("stem", "suffix")


def test_a_class_comes_along_when_only_a_member_of_it_is_included() -> None:
    policy, rule = registered(pathlib, include=["PurePath.name"])

    assert rule.members() == ("PurePath",)
    assert policy.type_rule(pathlib.PurePath).members() == ("name",)  # type: ignore[union-attr]


def test_configure_reaches_members_and_classes_by_dotted_name() -> None:
    policy, _ = registered(
        pathlib,
        configure={
            "PurePath": MemberSpec(visibility="high", constructable=False),
            "PurePath.name": MemberSpec(visibility="medium", docstring="The last part."),
        },
    )
    rule = policy.type_rule(pathlib.PurePath)

    assert rule is not None
    assert rule.visibility == "high"
    assert not rule.constructable
    assert rule.configure["name"].docstring == "The last part."
    assert policy.type_rule(pathlib.PurePosixPath).constructable  # type: ignore[union-attr]


def test_a_class_of_its_own_registration_is_not_what_the_module_says() -> None:
    registry = Registry()
    registry.module(pathlib)
    registry.cls(pathlib.PurePath, include=["name"])
    policy = registry.freeze()

    assert policy.type_rule(pathlib.PurePath).members() == ("name",)  # type: ignore[union-attr]


def test_a_class_that_the_module_only_imported_is_not_exposed_by_it() -> None:
    policy, _ = registered(statistics)

    assert policy.type_rule(statistics.NormalDist) is not None
    assert policy.type_rule(statistics.Fraction) is None  # type: ignore[attr-defined]


# ---------------------------------------------------------------- names and submodules


def test_an_alias_is_imported_by_both_names_and_bound_as_a_rule() -> None:
    policy, rule = registered(json, name="js")

    assert policy.module("js") is rule
    assert policy.module("json") is rule
    assert policy.names() == {"js": rule}


def test_a_submodule_is_a_member_only_when_it_is_registered_too() -> None:
    registry = Registry()
    registry.module(os, include=["sep"])
    policy = registry.freeze()

    assert policy.modules["os"].members() == ("sep",)
    assert policy.module("os.path") is None

    registry.module(os.path, name="os.path")
    policy = registry.freeze()

    assert policy.modules["os"].members() == ("path", "sep")
    assert policy.module("os.path").allows("join")  # type: ignore[union-attr]
    assert policy.module("os.path").members().count("os") == 0  # type: ignore[union-attr]


def test_a_package_brings_its_submodules_only_when_recursive(package: types.ModuleType) -> None:
    policy, rule = registered(package)

    assert rule.members() == ("Hull", "LOADED", "dock")
    assert policy.module("harbour.cranes") is None

    policy, rule = registered(package, recursive=True)

    assert rule.members() == ("Hull", "LOADED", "cranes", "deep", "dock", "secret")
    assert package.LOADED == []


def test_a_submodule_of_a_recursive_package_is_imported_when_it_is_first_used(
    package: types.ModuleType,
) -> None:
    policy, rule = registered(package, recursive=True)

    cranes = policy.module("harbour.cranes")

    assert package.LOADED == ["cranes"]
    assert cranes is not None
    assert cranes.name == "harbour.cranes"
    assert cranes.members() == ("Crane", "Keel", "build")
    assert rule.get("cranes") is cranes.module
    assert policy.module("harbour.cranes") is cranes
    assert policy.module("harbour.deep.well").get("water")() == "wet"  # type: ignore[union-attr, operator]


@pytest.mark.parametrize(
    "dotted", ["harbour._hulls", "harbour.json", "harbour.__main__", "harbour.none", "harbour.dock"]
)
def test_private_foreign_and_missing_submodules_are_not_reached(
    package: types.ModuleType, dotted: str
) -> None:
    policy, _ = registered(package, recursive=True)

    assert policy.module(dotted) is None


def test_patterns_of_a_recursive_package_are_seen_from_the_package(
    package: types.ModuleType,
) -> None:
    policy, rule = registered(
        package, recursive=True, include=["dock", "cranes.*"], exclude=["secret", "*.drop"]
    )
    cranes = policy.module("harbour.cranes")

    assert rule.members() == ("cranes", "dock")
    assert cranes is not None
    assert policy.type_rule(cranes.module.Crane).members() == ("Hook", "lift")  # type: ignore[union-attr]
    assert policy.module("harbour.secret") is None
    assert "secret" not in package.LOADED


def test_an_exclude_counts_from_the_submodule_as_well(package: types.ModuleType) -> None:
    """A plain name is looked for where it can be found without an import, so load it first."""
    with pytest.raises(ValueError, match="'build' matches nothing"):
        registered(package, recursive=True, exclude=["build"])

    importlib.import_module("harbour.cranes")
    policy, _ = registered(package, recursive=True, exclude=["_*", "*._*", "build", "Crane.drop"])
    cranes = policy.module("harbour.cranes")

    assert cranes is not None
    assert not cranes.allows("build")
    assert not policy.type_rule(cranes.module.Crane).allows("drop")  # type: ignore[union-attr]


def test_classes_of_a_recursive_package_have_rules_wherever_they_turn_up(
    package: types.ModuleType,
) -> None:
    policy, _ = registered(package, recursive=True)
    hulls = sys.modules["harbour._hulls"]

    # defined in a private file, offered by the package
    assert policy.type_rule(package.Hull).members() == ("float",)  # type: ignore[union-attr]
    # defined in a private file, and nobody public has offered it yet
    assert policy.type_rule(hulls.Keel) is None

    import harbour.cranes as cranes  # type: ignore[import-not-found]

    assert policy.type_rule(cranes.Crane).name == "harbour.cranes.Crane"  # type: ignore[union-attr]
    assert policy.type_rule(cranes.Crane.Hook).members() == ("size",)  # type: ignore[union-attr]
    assert policy.type_rule(hulls.Keel) is not None


def test_a_registration_of_a_submodule_stands_before_its_recursive_package(
    package: types.ModuleType,
) -> None:
    import harbour.cranes as cranes

    registry = Registry()
    registry.module(package, recursive=True)
    registry.module(cranes, include=["build"])
    policy = registry.freeze()

    assert policy.module("harbour.cranes").members() == ("build",)  # type: ignore[union-attr]


def test_members_made_on_demand_are_there_and_submodules_are_not_loaded_to_list_them(
    package: types.ModuleType,
) -> None:
    """PEP 562, as scipy does it: asking for a submodule imports it."""

    class Late:
        pass

    Late.__module__, Late.__qualname__ = "harbour.late", "Late"

    def on_demand(name: str) -> object:
        if name == "Late":
            return Late
        return importlib.import_module(f"harbour.{name}")

    package.__getattr__ = on_demand  # type: ignore[method-assign]
    package.__dir__ = lambda: ["Late", "cranes", "dock"]  # type: ignore[method-assign]
    policy, rule = registered(package)

    assert rule.members() == ("Hull", "LOADED", "Late", "dock")
    assert rule.get("Late") is Late
    assert policy.type_rule(Late) is not None
    assert not rule.allows("cranes")
    assert package.LOADED == []


def test_a_dotted_pattern_into_a_loaded_submodule_is_checked(package: types.ModuleType) -> None:
    import harbour.cranes as cranes

    with pytest.raises(ValueError, match="Did you mean 'cranes.build'"):
        registered(package, recursive=True, include=["cranes.bild"])

    registered(package, recursive=True, include=["cranes.Crane.lift"])
    assert cranes.Crane is not None


def test_nested_classes_are_exposed_by_dotted_name() -> None:
    xml_tree = importlib.import_module("xml.etree.ElementTree")
    policy, _ = registered(xml, recursive=True)

    assert policy.type_rule(xml_tree.ElementTree).allows("getroot")  # type: ignore[union-attr]


# ---------------------------------------------------------------- big packages


@pytest.mark.parametrize("name", ["numpy", "pandas", "sklearn"])
@pytest.mark.parametrize("recursive", [False, True])
def test_big_packages_register_without_being_walked(name: str, recursive: bool) -> None:
    module = pytest.importorskip(name)
    loaded = len(sys.modules)

    fastest = min(_seconds(module, recursive) for _ in range(3))

    assert len(sys.modules) == loaded
    assert fastest < 0.05


def _seconds(module: types.ModuleType, recursive: bool) -> float:
    start = time.perf_counter()
    registered(module, recursive=recursive)
    return time.perf_counter() - start


def test_functions_of_extension_modules_are_told_from_wrappers() -> None:
    np = pytest.importorskip("numpy")
    alike = [np.sin, np.mean, np.random.default_rng]
    unlike = [len, staticmethod(len), functools.partial(len), operator.attrgetter("a"), np.ndarray]
    unlike += [functools.lru_cache(len), np.vectorize(len), np.float64(1), Path]

    assert [f for f in alike if not is_function_like(type(f))] == []
    assert [f for f in unlike if is_function_like(type(f))] == []


def test_an_extension_function_that_a_module_imported_is_not_its_member() -> None:
    np = pytest.importorskip("numpy")
    module = importlib.import_module("statistics")
    try:
        module.mean_of_arrays = np.mean  # type: ignore[attr-defined]
        _, rule = registered(module)
        assert not rule.allows("mean_of_arrays")
    finally:
        del module.mean_of_arrays  # type: ignore[attr-defined]


def test_numpy_and_pandas_show_their_own() -> None:
    np = pytest.importorskip("numpy")
    pd = pytest.importorskip("pandas")
    registry = Registry()
    registry.module(np, recursive=True)
    registry.module(pd, exclude=["_*", "*._*", "read_*", "*.to_*"])
    policy = registry.freeze()

    assert policy.type_rule(np.ndarray).allows("mean")  # type: ignore[union-attr]
    assert policy.type_rule(np.float64) is not None
    assert policy.module("numpy.linalg").allows("norm")  # type: ignore[union-attr]
    assert policy.module("numpy._core") is None
    assert not policy.modules["numpy"].allows("sys")
    assert not policy.modules["pandas"].allows("read_csv")
    assert not policy.type_rule(pd.DataFrame).allows("to_csv")  # type: ignore[union-attr]
    assert policy.type_rule(pd.DataFrame).allows("groupby")  # type: ignore[union-attr]
