"""What stops the main thread inside one long step of C: a timer's signal, and where it may land.

The clock stops agent code between its own steps. Some steps are C loops that ask Python for signals
now and then: products and quotients of long integers, regular expressions, ``repr`` of nested
containers. A Python handler that raises ends those, but only in the main thread, and only a timer of
the system can send the signal: a thread of ours would wait for the interpreter lock that the loop
holds. So an action in the main thread runs with ``ITIMER_VIRTUAL`` set, which counts processor time
and sends ``SIGVTALRM``, a signal next to nobody uses.

**An interrupt never lands in host code.** The handler raises only where the innermost frame is

- agent code that is in the middle of an operator on values, or between two turns of a loop (never in
  a call: what is called may be a function of the host's, written in C);
- a function of this package marked with :func:`stoppable`, which hands builtin values to builtin code;
- one of the pure modules of the standard library in :data:`LIBRARY`

and where nobody else's frame lies between it and the agent's code. Everywhere else it does nothing:
the deadline lands when control is back in agent code, as it always did.

A handler that somebody else set is left alone, and then, as in other threads and on Windows, there is
no second interrupter. Ours stays once it is set: without a deadline it does nothing, and a timer that
fired late would otherwise end the process.
"""

from __future__ import annotations

import _signal  # type: ignore[import-not-found]  # typeshed has signal only
import signal
import sys
import threading
from collections.abc import Callable
from opcode import opmap
from types import CodeType, FrameType, FunctionType
from typing import Any, TypeVar

from agex.errors import LimitReached
from agex.sandbox import tables

F = TypeVar("F", bound=Callable[..., Any])

#: Processor seconds between two signals.
_EVERY = 0.05
_SIGNAL: Any = getattr(signal, "SIGVTALRM", None)
_TIMER: Any = getattr(signal, "ITIMER_VIRTUAL", None)

#: Where a loop of agent code begins its next turn.
_TURN = opmap["JUMP_BACKWARD"]
#: Steps of agent code that only compute: no callee of the host's hides behind them.
_COMPUTING = frozenset(opmap[name] for name in ("BINARY_OP", "COMPARE_OP"))

#: Modules of the standard library that compute and keep nothing which half a call could leave torn.
LIBRARY = frozenset(
    """
    re re._parser re._compiler re._casefix sre_parse sre_compile json json.encoder json.decoder
    json.scanner textwrap difflib statistics fractions _pydecimal numbers copy string heapq bisect
    random html html.parser html.entities pprint reprlib graphlib colorsys cmath ipaddress
    base64 urllib.parse shlex fnmatch collections collections.abc encodings.punycode encodings.idna
    """.split()
)
_OURS = "agex.sandbox."

_stoppable: set[CodeType] = set()


def stoppable(function: F) -> F:
    """Mark a function as one that only hands builtin values to builtin code."""
    assert isinstance(function, FunctionType)
    _stoppable.add(function.__code__)
    return function


def may_land(frame: FrameType | None) -> bool:
    """Whether an interrupt may be raised where ``frame`` is the innermost one."""
    if frame is None:
        return False
    code, home = frame.f_code, frame.f_globals.get("__name__")
    if home == tables.HOME:
        step = code.co_code[frame.f_lasti]
        return step in _COMPUTING or step == _TURN
    if code not in _stoppable and home not in LIBRARY:
        if not _is_ours(home) or code.co_code[frame.f_lasti] not in _COMPUTING:
            return False
    outer = frame.f_back
    while outer is not None:
        home = outer.f_globals.get("__name__")
        if home == tables.HOME:
            return True
        if home not in LIBRARY and not _is_ours(home):
            return False
        outer = outer.f_back
    return False


def _is_ours(home: Any) -> bool:
    return type(home) is str and home.startswith(_OURS)


class Interrupter:
    """The timer of the main thread.

    Args:
        due: the signal to raise, if the calling thread's deadline has passed; it may not take a lock.
    """

    def __init__(self, due: Callable[[], LimitReached | None]) -> None:
        self.due = due
        self.set_up = False
        self._handler = self._on_signal  # one object, to be known again

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        late = self.due()
        if late is not None and may_land(frame):
            raise late

    def _is_ready(self) -> bool:
        """Whether the signal is ours, which it becomes where it is nobody's."""
        if _SIGNAL is None or _TIMER is None:
            return False
        if threading.current_thread() is not threading.main_thread():
            return False
        # signal.getsignal looks for the member of an enum in it, sixty times as long: with each action.
        handler = _signal.getsignal(_SIGNAL)
        if handler is self._handler:
            return True
        default = isinstance(handler, int) and handler == signal.SIG_DFL
        if not default or signal.getitimer(_TIMER)[0]:
            return False
        try:
            signal.signal(_SIGNAL, self._handler)
            signal.siginterrupt(_SIGNAL, False)  # what the host waits for in C goes on
        except ValueError:  # a subinterpreter's main thread is not the process's
            return False
        return True

    def start(self) -> None:
        """Send signals from now on, a short action sees none: most find nothing, a few microseconds each.

        They come from the beginning, because memory can be used up long before the time is.
        """
        if self._is_ready():
            try:
                signal.setitimer(_TIMER, _EVERY, _EVERY)
                self.set_up = True
            except OSError:  # the system does not let this process have one
                self.set_up = False

    def stop(self) -> None:
        """Send no more, where the calling thread is the one they are sent to."""
        if self.set_up and threading.current_thread() is threading.main_thread():
            signal.setitimer(_TIMER, 0)
            self.set_up = False


if sys.platform == "win32":  # pragma: no cover
    _SIGNAL = _TIMER = None
