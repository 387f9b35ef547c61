"""Ten thousand commits: does the next one, a fork, a checkout cost more than at the start?"""

from __future__ import annotations

import os
import tempfile

from agex.state import Versioned
from benchmarks.state.clock import human, in_turns, once, size_of

NAMES = 200


def report(share: int) -> list[str]:
    """The table."""
    count = 10_000 // share
    lines = [
        f"## {count:,} commits of history",
        "",
        f"A state of {NAMES} names; each action changes three of them and adds a line to the conversation.",
        "",
        "| commits | next commit, ms | fork, ms | checkout far back and one value, ms | opening, ms | file |",
        "|---:|---:|---:|---:|---:|---:|",
    ]
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "state.db")
        state = Versioned(path)
        for n in range(NAMES):
            state[f"name{n}"] = {"n": n, "rows": list(range(20))}
        state.commit()
        space = state.namespace()
        log = space.log("conversation")

        def act(n: int) -> None:
            for k in range(3):
                space.globals[f"name{(n * 7 + k) % NAMES}"] = {"n": n, "rows": list(range(20))}
            log.append({"role": "assistant", "text": f"turn {n}: " + "word " * 40})
            space.commit([f"name{(n * 7 + k) % NAMES}" for k in range(3)], message=f"turn {n}")

        done = 0
        for milestone in (10, count // 10, count):
            while done < milestone:
                act(done)
                done += 1
            far = state.history()[min(done, 5000)].id
            next_one, fork, checkout = in_turns(
                20,
                lambda n: act(done + n),
                lambda n: state.fork(),
                lambda n: state.checkout(far)["name3"],
            )
            opening = once(lambda: Versioned(path)["name3"])
            for branch in state.branches():
                if branch != "main":
                    state.delete_branch(branch)
            lines.append(
                f"| {milestone:,} | {next_one} | {fork} | {checkout} | {opening * 1e3:.1f} "
                f"| {human(size_of(path))} |"
            )
            done += 21
        walk = once(state.history)
        read = once(lambda: Versioned(path).namespace().log("conversation").read())
        state.close()
    lines += [
        "",
        f"All of the history is listed in {walk:.2f} s, the whole conversation read in {read:.2f} s."
        "",
    ]
    return lines
