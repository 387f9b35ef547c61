"""Deadlines: one watcher for the process, a stack of deadlines per thread, interrupts in agent code only.

A watcher thread wakes while any action runs. When a deadline has passed, it *arms* agent code: with
``sys.monitoring`` (3.12 and newer) by switching on local events of every agent code object, elsewhere
by setting the flag ``$stop`` in every session's globals, which compiled loops and functions read. Armed
code calls :func:`look`, which compares the clock with the *calling thread's own* deadline: so an
interrupt lands in agent code, in the thread that is late, and nowhere else. Until then the cost is
nothing, or one flag test per loop turn. One step of agent code that stays in C for long is another
matter; in the main thread a second interrupter ends some of those (see ``interrupts.py``).

A deadline is paused while a sub-agent runs under one of its own, and memory that the process gained
since an action began is looked at by the same watcher.
"""

from __future__ import annotations

import os
import sys
import threading
import time
import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import CodeType
from typing import Any

from agex.errors import LimitReached
from agex.sandbox.interrupts import Interrupter

#: Interpreters that can watch agent code from outside need no flag in it.
MONITORING = sys.version_info >= (3, 12)
_TICK = 0.02
#: The same while memory grows so fast that a few ticks would see too much of it.
_SHORT_TICK = 0.002
_MILLISECOND = 0.001
_LINGER = 2.0
_TOOLS = (4, 3, 1)


class Deadline:
    """When one action has to end. ``expired`` names the limit that was reached, if any."""

    __slots__ = ("at", "expired", "looked", "max_memory", "memory_at_start", "remaining", "seconds")

    def __init__(self, seconds: float, max_memory: int | None = None) -> None:
        self.seconds = seconds
        self.at = time.monotonic() + seconds
        self.remaining = seconds
        self.looked = 0.0  # when ``pause`` asked for the memory last
        self.max_memory = max_memory
        self.memory_at_start = _resident() if max_memory is not None else 0
        self.expired: str | None = None

    def stop(self) -> LimitReached:
        """The signal for the limit that was reached."""
        if self.expired == "max_memory":
            return LimitReached(
                "max_memory",
                f"the block used more than {self.max_memory or 0:,} bytes of memory; "
                "work in smaller pieces",
            )
        return LimitReached(
            "timeout_seconds",
            f"the block ran longer than {self.seconds:g} seconds and was stopped; "
            "make it do less, or do it in several blocks",
        )


class _Thread(threading.local):
    def __init__(self) -> None:
        self.stack: list[Deadline] = []


_thread = _Thread()


class _Watcher:
    """The thread that watches, and what it has to arm."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.active: set[Deadline] = set()
        self.codes: dict[int, weakref.ref[CodeType]] = {}
        self.namespaces: dict[int, weakref.ref[Any]] = {}
        self.armed = False
        self.thread: threading.Thread | None = None
        self.wake = threading.Event()
        self.tool: int | None = None
        self.tick = _TICK
        self.resident = 0

    # ------------------------------------------------------------ what to arm

    def add_code(self, code: CodeType) -> None:
        """Remember the agent's code objects, all of one compiled source."""
        stack = [code]
        while stack:
            current = stack.pop()
            self.codes[id(current)] = weakref.ref(current, self._forgetter(id(current)))
            if self.armed:
                self._arm_code(current)
            stack.extend(c for c in current.co_consts if isinstance(c, CodeType))

    def _forgetter(self, key: int) -> Callable[[Any], object]:
        return lambda _: self.codes.pop(key, None)

    def add_namespace(self, holder: Any) -> None:
        """Remember a session (``holder.globals`` carries the flag)."""
        key = id(holder)
        self.namespaces[key] = weakref.ref(holder, lambda _: self.namespaces.pop(key, None))
        holder.globals["$stop"] = self.armed

    # ------------------------------------------------------------ deadlines

    def start(self, deadline: Deadline) -> None:
        with self.lock:
            self.active.add(deadline)
            if self.thread is None:
                self.thread = threading.Thread(target=self._watch, name="agex-clock", daemon=True)
                self.thread.start()
            elif not self.wake.is_set():
                self.wake.set()

    def end(self, deadline: Deadline) -> None:
        with self.lock:
            self.active.discard(deadline)
            if self.armed and not any(d.expired for d in self.active):
                self._arm(False)

    def _watch(self) -> None:
        idle_since = time.monotonic()
        while True:
            time.sleep(self.tick)
            now = time.monotonic()
            with self.lock:
                if self.active:
                    idle_since = now
                    if self._late(now) and not self.armed:
                        self._arm(True)
                    continue
                if now - idle_since < _LINGER:
                    continue
                self.wake.clear()
            self.wake.wait()
            idle_since = time.monotonic()

    def _late(self, now: float) -> bool:
        late = False
        resident, room = -1, sys.maxsize
        for deadline in self.active:
            if deadline.expired is None:
                resident = self.judge(deadline, now, resident)
            late = late or deadline.expired is not None
            if resident >= 0 and deadline.max_memory is not None:
                room = min(room, deadline.memory_at_start + deadline.max_memory - resident)
        if resident >= 0:
            grown, self.resident = resident - self.resident, resident
            self.tick = _SHORT_TICK if 8 * grown > room else _TICK
        return late

    @staticmethod
    def judge(deadline: Deadline, now: float, resident: int) -> int:
        """Note on the deadline whether a limit was reached; the memory held, read if it was -1."""
        if now >= deadline.at:
            deadline.expired = "timeout_seconds"
        elif deadline.max_memory is not None:
            if resident < 0:
                resident = _resident()
            if resident - deadline.memory_at_start > deadline.max_memory:
                deadline.expired = "max_memory"
        return resident

    # ------------------------------------------------------------ arming

    def _arm(self, on: bool) -> None:
        self.armed = on
        if MONITORING and self._claim() is not None:
            for reference in list(self.codes.values()):
                code = reference()
                if code is not None:
                    self._arm_code(code)
        for holder_reference in list(self.namespaces.values()):
            holder = holder_reference()
            if holder is not None:
                holder.globals["$stop"] = on

    def _claim(self) -> int | None:
        """A free tool id of ``sys.monitoring``, taken once."""
        if self.tool is None and MONITORING:
            monitoring = sys.monitoring  # type: ignore[attr-defined,unused-ignore]  # 3.12
            for tool in _TOOLS:
                if monitoring.get_tool(tool) is None:
                    monitoring.use_tool_id(tool, "agex")
                    self.tool = tool
                    for event in self._events():
                        monitoring.register_callback(tool, event, _on_event)
                    break
        return self.tool

    @staticmethod
    def _events() -> tuple[int, ...]:
        events = sys.monitoring.events  # type: ignore[attr-defined,unused-ignore]  # 3.12
        return (events.PY_START, events.PY_RESUME, events.JUMP, events.LINE)

    def _arm_code(self, code: CodeType) -> None:
        if self.tool is None:
            return
        wanted = 0
        if self.armed:
            for event in self._events():
                wanted |= event
        try:
            sys.monitoring.set_local_events(  # type: ignore[attr-defined,unused-ignore]
                self.tool, code, wanted
            )
        except ValueError:  # somebody freed the tool behind our back
            self.tool = None


_watcher = _Watcher()


def _due() -> LimitReached | None:
    """The signal for the calling thread's deadline if it has passed; takes no lock.

    Asked by a signal handler, while the watcher may be waiting for the interpreter lock.
    """
    stack = _thread.stack
    if not stack:
        return None
    deadline = stack[-1]
    if deadline.expired is None:
        _watcher.judge(deadline, time.monotonic(), -1)
    return None if deadline.expired is None else deadline.stop()


_interrupter = Interrupter(_due)


def _fresh_watcher() -> None:
    """After a fork the watcher's thread is gone: begin anew, knowing the same code."""
    global _watcher, _statm
    _statm = None
    old = _watcher
    _watcher = _Watcher()
    _watcher.codes, _watcher.namespaces = old.codes, old.namespaces
    _watcher.tool = old.tool
    _watcher.active = set(_thread.stack)
    if _watcher.active:
        _watcher.thread = threading.Thread(target=_watcher._watch, name="agex-clock", daemon=True)
        _watcher.thread.start()
        _resume(_thread.stack[-1])  # timers do not outlive a fork either


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_fresh_watcher)


def _resident() -> int:
    """Bytes of memory this process holds now; 0 where the system does not say."""
    global _statm
    try:
        if _statm is None:
            _statm = os.open("/proc/self/statm", os.O_RDONLY | os.O_CLOEXEC)
        return int(os.pread(_statm, 64, 0).split()[1]) * _PAGE
    except (OSError, ValueError, IndexError):
        return 0


#: Kept open, because opening it costs more than a small action; a child opens its own.
_statm: int | None = None


_PAGE = os.sysconf("SC_PAGE_SIZE") if hasattr(os, "sysconf") else 4096


def _on_event(*_: Any) -> None:
    look()


def look() -> None:
    """Raise where the calling thread's own deadline has passed.

    Raises:
        LimitReached: it has.
    """
    stack = _thread.stack
    if not stack:
        return
    deadline = stack[-1]
    if deadline.expired is None and time.monotonic() >= deadline.at:
        deadline.expired = "timeout_seconds"
    if deadline.expired is not None:
        raise deadline.stop()


#: When a stretch in a loop or a function last looked for itself, in any thread, and how long that lasts.
_looked = [0.0]
_WHILE = 0.005


def pause() -> None:
    """A look at the clock, and after a millisecond at the memory, without waiting for the watcher.

    For long stretches of code that runs once, in which the watcher may have no chance to run.
    """
    stack = _thread.stack
    if not stack:
        return
    deadline = stack[-1]
    now = time.monotonic()
    if deadline.expired is None and now - deadline.looked > _MILLISECOND:
        deadline.looked = now
        _watcher.judge(deadline, now, -1)
    if deadline.expired is not None:
        raise deadline.stop()


def breathe() -> None:
    """A chance for the watcher to run, and a look of our own where none was for a while.

    For stretches in loops and functions: a tenth of a microsecond where there is nothing to see.
    """
    if _watcher.armed:
        look()
    elif time.monotonic() - _looked[0] > _WHILE:
        _looked[0] = time.monotonic()
        pause()


def current() -> Deadline | None:
    """The deadline the calling thread is under, if any."""
    stack = _thread.stack
    return stack[-1] if stack else None


def is_uninterruptible() -> bool:
    """Whether the caller has a deadline that could not end a long step of its in C."""
    if not _thread.stack:
        return False
    return not _interrupter.set_up or threading.get_ident() != threading.main_thread().ident


def sleep(seconds: float) -> None:
    """``time.sleep`` that wakes when the caller's deadline passes."""
    end = time.monotonic() + seconds
    while True:
        look()
        left = end - time.monotonic()
        if left <= 0:
            return
        time.sleep(min(left, 0.05))


def watch_code(code: CodeType) -> None:
    """Make compiled agent code stoppable."""
    _watcher.add_code(code)


def watch_session(holder: Any) -> None:
    """Let ``holder.globals`` carry the stop flag; held weakly."""
    _watcher.add_namespace(holder)


def namespaces() -> list[dict[str, Any]]:
    """The globals of the sessions that are alive."""
    holders = [reference() for reference in list(_watcher.namespaces.values())]
    return [holder.globals for holder in holders if holder is not None]


def needs_flags() -> bool:
    """True where compiled code has to test a flag, because nothing can watch it."""
    return not MONITORING or _watcher._claim() is None


@contextmanager
def running(deadline: Deadline) -> Iterator[Deadline]:
    """Run the body under ``deadline``; the one around it is paused meanwhile."""
    stack = _thread.stack
    outer = stack[-1] if stack else None
    if outer is not None:
        outer.remaining = outer.at - time.monotonic()
        outer.at = float("inf")
    deadline.at = time.monotonic() + deadline.seconds
    stack.append(deadline)
    _watcher.start(deadline)
    _interrupter.start()
    try:
        yield deadline
    finally:
        _interrupter.stop()
        _watcher.end(deadline)
        stack.pop()
        if outer is not None:
            outer.at = time.monotonic() + outer.remaining
            _resume(outer)


def _resume(deadline: Deadline) -> None:
    """Set the timer again for a deadline that counts once more, or never did stop."""
    if deadline.at < float("inf"):
        _interrupter.start()


@contextmanager
def paused() -> Iterator[None]:
    """Stop the caller's clock while host code, such as a sub-agent's model call, runs."""
    deadline = current()
    if deadline is None:
        yield
        return
    remaining = deadline.at - time.monotonic()
    deadline.at = float("inf")
    _interrupter.stop()
    try:
        yield
    finally:
        deadline.at = time.monotonic() + remaining
        _resume(deadline)
