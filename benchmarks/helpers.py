"""How much of each library the helpers open: ``python -m benchmarks.helpers [--write]``.

Counted by reflection over the installed libraries: of every registered module, and of every class
such a module holds, the public names that agent code can use, those that come in a careful form, and
those that are left out.
"""

from __future__ import annotations

import argparse
import sys
import time
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

ROOT = Path(__file__).parent.parent
if str(ROOT) not in sys.path:
    sys.path.insert(0, str(ROOT))

from agex import helpers  # noqa: E402
from agex.policy import Registry  # noqa: E402
from benchmarks.speed.machine import describe  # noqa: E402

LIBRARIES = {
    "stdlib": helpers.register_stdlib,
    "numpy": helpers.register_numpy,
    "pandas": helpers.register_pandas,
    "plotly": helpers.register_plotly,
    "matplotlib": helpers.register_matplotlib,
    "polars": helpers.register_polars,
    "sklearn": helpers.register_sklearn,
}


@dataclass(slots=True)
class Count:
    """What one helper opens and leaves out."""

    modules: int = 0
    classes: int = 0
    exposed: int = 0
    careful: int = 0
    denied: int = 0
    milliseconds: float = 0.0


def count(name: str) -> Count:
    """Register one library and walk over it."""
    registry = Registry()
    start = time.perf_counter()
    LIBRARIES[name](registry)
    found = Count(milliseconds=(time.perf_counter() - start) * 1e3)
    policy = registry.freeze()
    for rule in policy.modules.values():
        found.modules += 1
        allowed = set(rule.members())
        public = {member for member in dir(rule.module) if not member.startswith("_")}
        careful = {member for member in allowed if rule.instead(member) is not None}
        found.exposed += len(allowed - careful)
        found.careful += len(careful)
        found.denied += len(public - allowed)
    for type_rule in policy.exposed_types():
        found.classes += 1
        allowed = set(type_rule.members())
        public = {member for member in dir(type_rule.cls) if not member.startswith("_")}
        careful = {member for member in allowed if type_rule.instead(member) is not None}
        found.exposed += len(allowed - careful)
        found.careful += len(careful)
        found.denied += len(public - allowed)
    return found


def installed_version(name: str) -> str:
    """The version of the library behind a helper."""
    if name == "stdlib":
        return ".".join(map(str, sys.version_info[:3]))
    try:
        return version({"sklearn": "scikit-learn"}.get(name, name))
    except PackageNotFoundError:
        return ""


def main() -> int:
    """Count and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.helpers", description=__doc__)
    parser.add_argument("--write", action="store_true", help="keep the table in benchmarks/results")
    chosen = parser.parse_args()
    lines = [
        "# What the helpers open",
        "",
        describe(),
        "",
        "Public names of registered modules and of the classes they hold, by reflection. *careful*:"
        " offered in a form that cannot do too much.",
        "",
        "| library | version | modules | classes | exposed | careful | left out | to import and register, ms |",
        "|---|---|---:|---:|---:|---:|---:|---:|",
    ]
    for name in LIBRARIES:
        found = installed_version(name)
        if not found:
            continue
        counted = count(name)
        lines.append(
            f"| {name} | {found} | {counted.modules} | {counted.classes} | {counted.exposed} "
            f"| {counted.careful} | {counted.denied} | {counted.milliseconds:.0f} |"
        )
    print("\n".join(lines))
    if chosen.write:
        target = Path(__file__).parent / "results" / "helpers.md"
        target.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
