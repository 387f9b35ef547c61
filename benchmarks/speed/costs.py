"""Two costs beside the programs: compiling an action, and calling a returned function from the host."""

from __future__ import annotations

import sys
import time
import warnings
from collections.abc import Callable

from benchmarks.speed.action import ACTION
from benchmarks.speed.measure import Pair, alternate
from benchmarks.speed.world import new_session, plain_world, run_checked

ORDERS = """\
orders = [
    {"name": f" customer {i % 7} ", "amount": i * 1.5 if i % 11 else None, "date": f"2024-{i % 6 + 1:02d}-03"}
    for i in range(40)
]
"""

RETURNED = """\
def score(value):
    total = value * 3 + 1
    for factor in (2, 3, 5, 7, 11, 13, 17, 19):
        total = (total * factor + value) % 1009
    if total > 500:
        total -= value
    return total
"""


def best(work: Callable[[], object], *, repeats: int = 40) -> float:
    """The shortest of ``repeats`` runs, in seconds."""
    times = []
    for _ in range(repeats):
        start = time.thread_time()
        work()
        times.append(time.thread_time() - start)
    return min(times)


def compile_costs() -> dict[str, float]:
    """Seconds to compile the 40-line action: plainly, with stock RestrictedPython, with agex.

    A whole action (compile, run under guards, collect the result) stands beside it, also less the
    plain run of the same code.
    """
    from RestrictedPython import compile_restricted

    from agex.sandbox.compiler import compile_action

    namespace, _ = plain_world(ORDERS, "")
    code = compile(ACTION.replace("print(line)", "pass"), "<plain>", "exec", dont_inherit=True)
    running = best(lambda: exec(code, namespace))
    session = new_session()
    run_checked(session, ORDERS)
    silent = ACTION.replace("print(line)", "pass")
    counter = iter(range(10**6))
    # A comment that differs each time: a cache of compiled sources must not answer.
    whole = best(lambda: run_checked(session, f"{silent}# {next(counter)}\n"))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        stock = best(lambda: compile_restricted(ACTION, "<stock>", "exec"))
    flags = sys.version_info < (3, 12)
    alone = best(
        lambda: compile_action(
            f"{silent}# {next(counter)}\n",
            shadowed=frozenset(),
            flags=flags,
            future=False,
            max_source=100_000,
        )
    )
    return {
        "plain compile": best(lambda: compile(ACTION, "<plain>", "exec", dont_inherit=True)),
        "stock RestrictedPython": stock,
        "agex: compile": alone,
        "agex: a whole action less its plain run": whole - running,
        "agex: a whole action": whole,
    }


def host_call() -> tuple[Pair, int]:
    """A function of about a microsecond, called from the host: plain, and returned by agent code."""
    calls = 20_000
    namespace, _ = plain_world(RETURNED, "")
    session = new_session()
    run_checked(session, RETURNED)

    def caller(function: Callable[[int], int]) -> Callable[[], object]:
        def loop() -> None:
            for value in range(calls):
                function(value)

        return loop

    plain, returned = namespace["score"], session.namespace["score"]
    if [plain(i) for i in range(50)] != [returned(i) for i in range(50)]:
        raise AssertionError("the returned function computes something else")
    return alternate(caller(plain), caller(returned), 15), calls


def report() -> list[str]:
    """Both costs, as Markdown."""
    lines = ["## Compiling a 40-line action", "", "| how | ms |", "|---|---:|"]
    lines += [f"| {how} | {seconds * 1e3:.2f} |" for how, seconds in compile_costs().items()]
    pair, calls = host_call()
    plain, agex = (min(times) / calls * 1e6 for times in (pair.plain, pair.agex))
    lines += [
        "",
        "## A returned function called by the host",
        "",
        f"Plain {plain:.2f} µs a call, returned by agent code {agex:.2f} µs: "
        f"**{pair.ratio:.2f}** (median ratio {pair.median_ratio:.2f}; aim: at most 1.1)",
    ]
    return lines
