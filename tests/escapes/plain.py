"""Runs attacks in forked children: in plain CPython to show that each is one, or guarded.

A successful attack changes its process, or ends it, so every case gets a child of its own.
"""

from __future__ import annotations

import ast
import json
import os
import signal
import sys
import traceback
from collections.abc import Callable

from .case import Attack
from .run import Outcome, run_guarded, run_plainly


def in_child(
    attack: Attack, run: Callable[[Attack], Outcome] = run_plainly, seconds: int = 10
) -> dict[str, object]:
    """The wins and errors of one attack, tried in a forked child."""
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(read)
        signal.alarm(seconds)
        report: dict[str, object] = {"name": attack.name, "wins": [], "errors": []}
        try:
            outcome = run(attack)
            report["wins"] = outcome.wins
            report["errors"] = [
                "".join(traceback.format_exception(e))[-600:] for e in outcome.errors
            ]
        except BaseException as error:
            report["errors"] = [f"{type(error).__name__}: {error}"]
        try:
            os.write(write, ascii(report).encode())  # json may be what the attack broke
        finally:
            os._exit(0)
    os.close(write)
    data = b""
    while chunk := os.read(read, 65536):
        data += chunk
    os.close(read)
    os.waitpid(child, 0)
    wins = ["the interpreter crashed"] if attack.crashes else []
    died: dict[str, object] = {"name": attack.name, "wins": wins, "errors": ["died"]}
    return ast.literal_eval(data.decode()) if data else died


def main() -> None:
    """Prints one JSON line per attack: ``plain FAMILY`` or ``guarded FAMILY NAME``."""
    from .families import FAMILIES

    how, family, *names = sys.argv[1:]
    for attack in FAMILIES[family].ATTACKS:
        if how == "plain" and attack.works:
            print(json.dumps(in_child(attack)), flush=True)
        elif how == "guarded" and attack.name in names:
            for warm in (False, True):
                report = in_child(attack, lambda one, warm=warm: run_guarded(one, warm=warm))
                print(json.dumps(report), flush=True)


if __name__ == "__main__":
    main()
