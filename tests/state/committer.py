"""A process that commits in a loop and says so; ``test_crash.py`` kills it.

``python committer.py FILE`` reads a line per child to start, forks it, and prints its process id; the child
prints the number and id of each commit after the store has acknowledged it. Forking from a process that
has imported agex already makes a hundred kills a matter of seconds.
"""

from __future__ import annotations

import os
import sys

from agex.state import Versioned


def work(path: str, out: int) -> None:
    state = Versioned(path)
    n = state.get("n", -1)
    while True:
        n += 1
        state["n"] = n
        state["rows"] = [n] * (n % 50)
        # Values of many sizes: one page, many pages, many chunks.
        state["blob"] = os.urandom(10 ** (1 + n % 6))
        state[f"name{n % 20}"] = {"n": n, "rows": state["rows"]}
        state.namespace().log("log").append(n)
        saved = state.commit(f"commit {n}")
        os.write(out, f"{n} {saved.commit}\n".encode())


def main() -> None:
    for _ in sys.stdin:
        child = os.fork()
        if child == 0:
            try:
                work(sys.argv[1], 1)
            finally:
                os._exit(1)
        os.write(1, f"pid {child}\n".encode())
        os.waitpid(child, 0)
        os.write(1, b"done\n")


if __name__ == "__main__":
    main()
