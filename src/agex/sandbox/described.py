"""What became of an error that ended an action: a short text for the model, and nothing else to be seen."""

from __future__ import annotations

from agex.errors import LimitReached, SizeRefused
from agex.sandbox import clock, tables, tracebacks
from agex.sandbox.guards import Guards
from agex.sandbox.origin import args_of, set_args


def described(error: BaseException, guards: Guards, source: str, seconds: float) -> str:
    """The short traceback of an error; the error itself shows no more than that from now on.

    Args:
        error: mutated, since the host may show it to anybody: its words stay within the policy, and
            refusals hold no frames.
        source: the action it ended.
        seconds: how long agent code may take to say what is wrong.
    """
    with clock.running(clock.Deadline(seconds)):
        try:
            text = tracebacks.short(error, guards, source)
        except LimitReached:
            text = type(error).__name__
    if not _shows_well(error, guards):
        set_args(error, (tracebacks.message(error, guards),))
    elif any(type(arg) is str and tables.HOME in arg for arg in args_of(error)):
        cleaned = [guards.texts.clean(a) if type(a) is str else a for a in args_of(error)]
        set_args(error, tuple(cleaned))
    if isinstance(error, (LimitReached, SyntaxError)):  # described by their text alone
        error.__traceback__ = None
    return text


def _shows_well(error: BaseException, guards: Guards) -> bool:
    """May anybody call ``str`` on this error: is it of a sane length, and all registered?"""
    try:
        return guards.texts.is_safe(args_of(error)) and not any(
            isinstance(arg, (str, bytes)) and len(arg) > 100_000 for arg in args_of(error)
        )
    except SizeRefused:
        return False
