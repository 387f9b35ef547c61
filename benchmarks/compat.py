"""CPython's own tests of the language, run as agent code: ``python -m benchmarks.compat [--write]``.

Each test module of the running interpreter is cut into pieces and loaded twice, into plain
CPython and into an agex session, with the same small stand-in for ``unittest`` (agent code
itself, see ``compatibility/prelude.py``). Counted is what plain CPython passes this way: in
agex such a method passes, is refused with a reason, or fails. ``--show failed`` lists them.
Each module runs in a process of its own.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import os
import re
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
if str(ROOT) not in sys.path:
    sys.path.insert(0, str(ROOT))

RESULTS = Path(__file__).parent / "results"
PRELUDE = Path(__file__).parent / "compatibility" / "prelude.py"
MODULE_SECONDS = 600

MODULES = """
    grammar generators scope patma with exceptions dataclasses listcomps unpack unpack_ex
    decorators named_expressions fstring class descr genexps augassign dictcomps setcomps
    keywordonlyarg positional_only_arg extcall compare contains iter enumerate string_literals
    property super raise yield_from except_star exception_group binop bool int_literal global
    isinstance funcattrs metaclass coroutines asyncgen contextlib dict set range slice
    sort pow type_params type_aliases
""".split()


def find(name: str) -> Path | None:
    """The source file of a test module, where this interpreter has it."""
    spec = importlib.util.find_spec(f"test.test_{name}")
    if spec is None or spec.origin is None:
        return None
    return Path(spec.origin)


def run_plain(name: str) -> dict[str, Any]:
    """What plain CPython passes of one module, and which methods and docstrings there are."""
    from benchmarks.compatibility import judge
    from benchmarks.compatibility.adapt import adapt
    from benchmarks.compatibility.load import load
    from benchmarks.compatibility.worlds import PlainWorld

    source = source_of(name)
    adapted = adapt(source)
    plain = PlainWorld(PRELUDE.read_text(encoding="utf-8"))
    base = plain.namespace["TestCase"]  # a module may have a class of this name as well
    loaded = load(adapted, plain)
    names = judge.test_methods(plain.namespace, base)
    texts = judge.doctest_strings(adapted, source, plain.namespace)
    expected = judge.run_methods(names, plain, loaded)
    for label, text in texts.items():
        expected |= judge.run_doctest(text, label, plain, loaded)
    return {"names": names, "texts": texts, "expected": expected}


def run_agex(name: str, plain: dict[str, Any]) -> dict[str, dict[str, str]]:
    """The outcomes in agex of what plain CPython passes."""
    from benchmarks.compatibility import judge
    from benchmarks.compatibility.adapt import adapt
    from benchmarks.compatibility.load import load, reduced
    from benchmarks.compatibility.worlds import AgexWorld, PlainWorld

    adapted = adapt(source_of(name))
    prelude = PRELUDE.read_text(encoding="utf-8")
    expected: dict[str, str] = plain["expected"]
    agex = AgexWorld(prelude)
    loaded = load(adapted, agex)
    good = [(c, m) for c, m in plain["names"] if expected[f"{c}.{m}"] == "passed"]
    methods = judge.run_methods(good, agex, loaded)
    examples: dict[str, str] = {}
    for label, text in plain["texts"].items():
        world = AgexWorld(prelude)
        found = judge.run_doctest(text, label, world, load(adapted, world))
        examples |= {key: found[key] for key in found if expected[key] == "passed"}
    if loaded.left_out and any(text.startswith("failed") for text in methods.values()):
        # Does plain CPython fail as well without the pieces that were refused? Then it is those.
        less = PlainWorld(prelude)
        less_loaded = load(reduced(adapted, loaded), less)
        failing = [pair for pair in good if methods[".".join(pair)].startswith("failed")]
        for label, text in judge.run_methods(failing, less, less_loaded).items():
            if text != "passed":
                methods[label] = f"refused: {loaded.lost}"
    # What already our own stand-in cannot give (streams, files, processes) is refused by design.
    methods |= {label: text for label, text in expected.items() if text.startswith("refused")}
    return {"methods": methods, "examples": examples, "plain": expected}


def source_of(name: str) -> str:
    """The text of a test module."""
    path = find(name)
    assert path is not None
    return path.read_text(encoding="utf-8")


def in_own_processes(name: str) -> dict[str, dict[str, str]]:
    """One module, each world in a process that it may wreck."""
    plain = in_own_process(["--plain", name], "")
    if "error" in plain:
        return plain
    return in_own_process(["--agex", name], json.dumps(plain))


def in_own_process(options: list[str], given: str) -> dict[str, Any]:
    """What this script says with these options and this input, as a process of its own."""
    command = [sys.executable, "-m", "benchmarks.compat", *options]
    paths = [str(ROOT), *os.environ.get("PYTHONPATH", "").split(os.pathsep)]
    absolute = os.pathsep.join(os.path.abspath(path) for path in paths if path)
    environment = {**os.environ, "PYTHONPATH": absolute}
    try:
        with tempfile.TemporaryDirectory() as folder:  # some tests write files in plain CPython
            done = subprocess.run(
                command,
                cwd=folder,
                env=environment,
                input=given,
                capture_output=True,
                text=True,
                timeout=MODULE_SECONDS,
                check=False,
            )
    except subprocess.TimeoutExpired:
        return {"error": {"module": "failed: no end after ten minutes"}}
    marker = "\n=== outcomes ===\n"
    if marker not in done.stdout:
        tail = done.stderr.strip().splitlines()[-1:] or ["no output"]
        return {"error": {"module": f"failed: exit {done.returncode}: {tail[0]}"}}
    outcomes: dict[str, Any] = json.loads(done.stdout.partition(marker)[2])
    return outcomes


def kind(outcome: str) -> str:
    """passed, skipped, refused or failed."""
    return outcome.partition(":")[0]


def general(outcome: str) -> str:
    """A refusal's reason without the particulars, so that equal reasons count together."""
    text = outcome.partition(": ")[2].splitlines()[0]
    text = re.sub(r"Did you mean .*", "", text)
    text = re.sub(r"'[^']*'", "'…'", text)
    return re.sub(r"\d+", "N", text)[:110].strip()


def table(results: dict[str, dict[str, dict[str, str]]]) -> list[str]:
    """Counts per module as Markdown, with a last line of sums."""
    lines = [
        "| module | CPython passes | agex passes | refused, with the reason | failed | % |",
        "|---|---:|---:|---:|---:|---:|",
    ]
    total: Counter[str] = Counter()
    for name, outcome in results.items():
        if "error" in outcome:
            lines.append(f"| test_{name} | ? | | | {outcome['error']['module'][:80]} | |")
            total["failed"] += 1
            continue
        for part, unit in (("methods", ""), ("examples", " (doctest examples)")):
            counts = Counter(kind(text) for text in outcome[part].values())
            counted = sum(counts.values())
            if not counted:
                continue
            passed = counts["passed"] + counts["skipped"]
            lines.append(
                f"| test_{name}{unit} | {counted} | {passed} | {counts['refused']} "
                f"| {counts['failed']} | {100 * passed / counted:.0f} |"
            )
            for key, value in counts.items():
                total[f"{part} {key}"] += value
    for part in ("methods", "examples"):
        passed = total[f"{part} passed"] + total[f"{part} skipped"]
        refused, failed = total[f"{part} refused"], total[f"{part} failed"]
        counted = passed + refused + failed
        if counted:
            lines.append(
                f"| **all {part}** | {counted} | {passed} | {refused} | {failed} "
                f"| **{100 * passed / counted:.0f}** |"
            )
    return lines


def reasons(results: dict[str, dict[str, dict[str, str]]], most: int) -> list[str]:
    """The reasons for refusals, most frequent first."""
    counts: Counter[str] = Counter()
    for outcome in results.values():
        for part in ("methods", "examples"):
            for text in outcome.get(part, {}).values():
                if kind(text) == "refused":
                    counts[general(text)] += 1
    lines = ["| reason | tests |", "|---|---:|"]
    lines += [
        f"| {reason.replace('|', '/')} | {count} |" for reason, count in counts.most_common(most)
    ]
    return lines


def main() -> int:
    """Run what was asked for and print or keep the tables."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.compat", description=__doc__)
    parser.add_argument("modules", nargs="*", help="modules without 'test_' (all)")
    parser.add_argument("--plain", help=argparse.SUPPRESS)
    parser.add_argument("--agex", help=argparse.SUPPRESS)
    parser.add_argument("--show", default="", help="list outcomes that start with this")
    parser.add_argument(
        "--write", action="store_true", help="keep the tables in benchmarks/results"
    )
    chosen = parser.parse_args()
    if chosen.plain or chosen.agex:
        if chosen.plain:
            outcomes = run_plain(chosen.plain)
        else:
            outcomes = run_agex(chosen.agex, json.load(sys.stdin))
        print("\n=== outcomes ===\n" + json.dumps(outcomes))
        return 0

    results = {}
    for name in chosen.modules or MODULES:
        if find(name) is None:
            continue
        results[name] = in_own_processes(name)
        print("\n".join(table({name: results[name]})[2:-1]), flush=True)
        if chosen.show:
            for part in ("error", "methods", "examples", "plain"):
                for label, text in results[name].get(part, {}).items():
                    if (part == "plain") == (chosen.show == "plain") and (
                        text.startswith(chosen.show)
                        or (chosen.show == "plain" and not text.startswith("passed"))
                    ):
                        print(f"    {label}: {text[:300]}")
    from benchmarks.speed.machine import describe

    report = [
        f"# CPython's own language tests as agent code, Python {sys.version.split()[0]}",
        "",
        describe(),
        "",
        "Counted are the test methods (and doctest examples) that plain CPython passes when run"
        " the same way, with the stand-in for `unittest`, and as refused those that need more of"
        " the harness: standard streams, warnings, files, other processes, the garbage collector.",
        "",
        *table(results),
        "",
        "## Why tests were refused",
        "",
        *reasons(results, 60),
    ]
    print("\n" + "\n".join(report[6:]))
    if chosen.write:
        version = ".".join(map(str, sys.version_info[:2]))
        (RESULTS / f"compat-{version}.md").write_text("\n".join(report) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
