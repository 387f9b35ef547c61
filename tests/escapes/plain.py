"""Shows that an attack is one: run as a script, it tries a family in plain CPython.

Every case gets a forked child of its own, because a successful attack changes its process.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import traceback

from .case import Attack
from .run import run_plainly


def in_child(attack: Attack, seconds: int = 10) -> dict[str, object]:
    """The wins and errors of one attack, tried in a forked child."""
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(read)
        signal.alarm(seconds)
        report: dict[str, object] = {"name": attack.name, "wins": [], "errors": []}
        try:
            outcome = run_plainly(attack)
            report["wins"] = outcome.wins
            report["errors"] = ["".join(traceback.format_exception(e))[-600:] for e in outcome.errors]
        except BaseException as error:
            report["errors"] = [f"{type(error).__name__}: {error}"]
        try:
            os.write(write, json.dumps(report, default=str).encode())
        finally:
            os._exit(0)
    os.close(write)
    data = b""
    while chunk := os.read(read, 65536):
        data += chunk
    os.close(read)
    os.waitpid(child, 0)
    return json.loads(data) if data else {"name": attack.name, "wins": [], "errors": ["died"]}


def main() -> None:
    """Prints one JSON line per attack of the family named on the command line."""
    from .families import FAMILIES

    for attack in FAMILIES[sys.argv[1]].ATTACKS:
        if attack.applies:
            print(json.dumps(in_child(attack)), flush=True)


if __name__ == "__main__":
    main()
