"""Runs hostile programs one at a time, each in a forked child, on request of the test.

Read from standard input: ``family index``. Written for each: one JSON line with how it ended, how
long it took, and whether the session still worked. A child that outlives the wall is killed.
"""

from __future__ import annotations

import importlib
import json
import os
import resource
import signal
import sys
import time
from typing import Any

from .case import Hostile
from .programs import PROGRAMS

WALL_SECONDS = 8
ADDRESS_SPACE = 6 << 30
MAX_MEMORY = 256 << 20


def run(case: Hostile) -> dict[str, Any]:
    """How one program ended in a session with a limit of one second, in this process."""
    from agex.policy import Registry
    from agex.sandbox import Limits, Session

    registry = Registry()
    for name in case.modules:
        registry.module(importlib.import_module(name))
    limits = Limits(timeout_seconds=1.0, max_memory=MAX_MEMORY)
    session = Session(registry.freeze(), limits=limits)
    session.run("def warm(n):\n    return n + 1\nwarm(1)")
    started, computed, queued = time.perf_counter(), time.thread_time(), in_queue()
    result = session.run(case.code)
    took, computed = time.perf_counter() - started, time.thread_time() - computed
    queued = in_queue() - queued
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    report: dict[str, Any] = {
        "error": type(result.error).__name__ if result.error is not None else None,
        "limit": getattr(result.error, "limit", None),
        "seconds": round(took, 2),
        "processor_seconds": round(computed, 2),
        "queued_seconds": round(queued, 2),
        "megabytes": memory,
        "shown": len(result.stdout) + len(result.traceback),
        "traceback": result.traceback[-300:],
    }
    if case.after:
        exec(case.after, {"session": session, "result": result})
    started, queued = time.perf_counter(), in_queue()
    again = session.run("print(sum(warm(i) for i in range(1000)))")
    report["again"] = again.stdout.strip() if again.error is None else repr(again.error)[:300]
    report["seconds_after"] = round(time.perf_counter() - started, 2)
    report["queued_after"] = round(in_queue() - queued, 2)
    return report


def in_queue() -> float:
    """Seconds in which this thread could run and the machine ran something else; 0 if it will not say."""
    try:
        with open("/proc/thread-self/schedstat") as file:
            return int(file.read().split()[1]) / 1e9
    except (OSError, ValueError, IndexError):
        return 0.0


def in_child(case: Hostile) -> dict[str, Any]:
    """The same in a forked child, with a wall that holds whatever the sandbox does."""
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(read)
        resource.setrlimit(resource.RLIMIT_AS, (ADDRESS_SPACE, ADDRESS_SPACE))
        try:
            report = run(case)
        except BaseException as error:
            report = {"error": "escaped", "traceback": f"{type(error).__name__}: {error}"[:300]}
        os.write(write, json.dumps(report).encode())
        os._exit(0)
    os.close(write)
    signal.signal(signal.SIGALRM, lambda *_: os.kill(child, signal.SIGKILL))
    signal.alarm(WALL_SECONDS)
    data = b""
    while chunk := os.read(read, 65536):
        data += chunk
    os.close(read)
    signal.alarm(0)
    status = os.waitpid(child, 0)[1]
    return json.loads(data) if data else {"error": f"died with {status}", "again": "nothing"}


def main() -> None:
    """Answers requests until standard input ends."""
    import agex.policy
    import agex.sandbox  # noqa: F401  (imported once, before the forks)

    for line in sys.stdin:
        family, index = line.split()
        print(json.dumps(in_child(PROGRAMS[family][int(index)])), flush=True)
