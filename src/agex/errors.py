"""Every failure agex can raise, in one family.

    AgexError
    ├── RegistrationError (ValueError)      a registration or task definition is wrong       developer
    │   └── AlreadyRegistered               the same thing, or its name, is registered
    ├── ConfigurationError (ValueError)     no model, no key, a bad option                   developer
    ├── ArgumentError (TypeError)           a task was called with the wrong arguments       developer
    ├── NotStandalone (ValueError)          source() met what a module cannot say            developer
    ├── MissingExtraError (ImportError)     an optional package is not installed             developer
    ├── StateError                          a state could not be read or written             developer
    │   ├── StoreError (OSError)            the file or database behind it failed
    │   ├── ConflictError                   somebody else moved the branch first
    │   └── TamperedError                   a stored blob does not carry the right signature
    ├── LLMError (RuntimeError)             the model could not be asked                     developer
    │   └── ContextWindowExceeded           the conversation is longer than the model takes
    ├── CallTimeout (TimeoutError)          a function under agex.limited took too long      caller
    ├── TaskError                           a task ended without a result                    caller
    │   ├── TaskFail                        the model said it cannot be done
    │   ├── TaskClarify                     the model asked a question
    │   ├── TaskTimeout (TimeoutError)      the iterations ran out
    │   └── BudgetExceeded                  a budget of money, tokens or calls was reached
    └── Refusal                             the sandbox refused something                    model
        ├── SyntaxRefused (SyntaxError)     refused before running: every line at once
        ├── AttributeRefused (AttributeError)
        ├── NameRefused (NameError)
        ├── ImportRefused (ImportError)
        │   └── ModuleRefused (ModuleNotFoundError)
        ├── TypeRefused (TypeError)         a call, an item, an iteration
        ├── ValueRefused (ValueError)       an argument asks for more than is offered
        └── SizeRefused (ValueError)        too large to start

    Signal (BaseException)                  not errors: ``except Exception`` must not see them
    ├── TaskFinished                        one of the three endings was called
    └── LimitReached                        time, memory, output or recursion ran out

Each class says in its docstring who reads it: *the developer*, *the caller* or *the model*.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from agex.messages import Usage


def nearest(name: str, known: Iterable[str], *, most: int = 3) -> list[str]:
    """The names in ``known`` that a reader most likely meant by ``name``, best first."""
    if len(name) > 100:
        return []
    pool = list(dict.fromkeys(candidate for candidate in known if isinstance(candidate, str)))
    folded = {candidate.lower(): candidate for candidate in reversed(pool)}
    exact = folded.get(name.lower())
    close = difflib.get_close_matches(name, pool, n=most, cutoff=0.6)
    return ([exact] if exact and exact not in close else []) + close[:most]


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """A sentence such as `` Did you mean 'sqrt'?`` with its leading space, or nothing."""
    close = nearest(name, known)
    return f" Did you mean {' or '.join(repr(c) for c in close)}?" if close else ""


def some_of(names: Iterable[str], most: int = 20) -> str:
    """The first of ``names`` in order, and how many there are beside them."""
    listed = sorted(names)
    more = len(listed) - most
    shown = ", ".join(listed[:most])
    return f"{shown} and {more} more, which dir() lists" if more > 0 else shown


class AgexError(Exception):
    """Base of every error agex raises on purpose."""


# ---------------------------------------------------------------- for the developer


class RegistrationError(AgexError, ValueError):
    """A registration, or the definition of a task, is wrong. Read by the developer."""


class AlreadyRegistered(RegistrationError):
    """The same object or its name is registered already; nothing was changed. Read by the developer.

    A ready-made set of registrations may pass over it: what stands is the developer's own choice.
    """


class ConfigurationError(AgexError, ValueError):
    """An agent cannot work as it is set up. Read by the developer."""


class ArgumentError(AgexError, TypeError):
    """A task was called with arguments its signature does not accept. Read by the developer."""


class MissingExtraError(AgexError, ImportError):
    """An optional package is needed. Read by the developer."""

    def __init__(self, package: str, extra: str) -> None:
        super().__init__(
            f"{package} is not installed. It comes with an extra: pip install 'agex[{extra}]'"
        )
        self.package = package
        self.extra = extra


class NotStandalone(AgexError, ValueError):
    """Agent code uses values that no module of its own could name. Read by the developer.

    ``names`` holds them, with what each is.
    """

    def __init__(self, what: str, names: Mapping[str, str]) -> None:
        lines = "\n".join(f"    {name}: {why}" for name, why in names.items())
        super().__init__(
            f"{what} does not stand alone; it uses:\n{lines}\n"
            "Let the task take these as parameters, or define them in a module that can be imported."
        )
        self.what = what
        self.names = dict(names)

    def __reduce__(self) -> tuple[Any, ...]:
        return NotStandalone, (self.what, self.names)


class StateError(AgexError):
    """A state could not be read or written. Read by the developer."""


class StoreError(StateError, OSError):
    """The file or database behind a state failed; the last commit is intact. Read by the developer."""


class ConflictError(StateError):
    """A branch moved, or a merge found values changed on both sides. Read by the developer.

    ``names`` holds the names in conflict, empty when it is the branch that moved.
    """

    def __init__(self, message: str, names: Sequence[str] = ()) -> None:
        super().__init__(message)
        self.names = tuple(names)


class TamperedError(StateError):
    """A stored blob does not carry the expected signature, so it was not read. Read by the developer."""


class LLMError(AgexError, RuntimeError):
    """The model could not be asked, after every retry that made sense. Read by the developer.

    ``model`` is the model that was asked, ``attempts`` the requests made, ``transient`` whether
    waiting may help, ``usage`` what the failed requests spent all the same.
    """

    def __init__(
        self,
        message: str,
        *,
        model: str | None = None,
        attempts: int = 1,
        transient: bool = False,
        usage: Usage | None = None,
    ) -> None:
        super().__init__(message)
        self.model = model
        self.attempts = attempts
        self.transient = transient
        self.usage = Usage(requests=attempts) if usage is None else usage


class ContextWindowExceeded(LLMError):
    """The conversation is longer than the model accepts; a shorter one may pass. Read by the developer."""


# ---------------------------------------------------------------- for the caller of a task


class CallTimeout(AgexError, TimeoutError):
    """A function that :func:`agex.limited` gave ``seconds`` took longer. Read by the caller."""

    def __init__(self, name: str, seconds: float) -> None:
        super().__init__(f"{name} ran longer than {seconds:g} seconds and was stopped")
        self.name = name
        self.seconds = seconds

    def __reduce__(self) -> tuple[Any, ...]:
        return CallTimeout, (self.name, self.seconds)


class TaskError(AgexError):
    """A task ended without a result. Read by the caller.

    ``task`` is its name and ``events`` what happened until then, oldest first.
    """

    def __init__(
        self, message: str, *, task: str | None = None, events: Sequence[Any] = ()
    ) -> None:
        super().__init__(message)
        self.message = message
        self.task = task
        self.events = tuple(events)


class TaskFail(TaskError):
    """The model called ``task_fail(message)``: it says the task cannot be done."""


class TaskClarify(TaskError):
    """The model called ``task_clarify(question)``: it needs an answer; ``message`` is the question."""


class TaskTimeout(TaskError, TimeoutError):
    """``max_iterations`` turns passed without a result; raise it, or make the task smaller."""


class BudgetExceeded(TaskError):
    """A budget was reached, and the next request was not made.

    ``limit`` is the option's name (``"max_cost"``), ``allowed`` its value, ``used`` what had been
    spent; ``events`` holds what was done so far.
    """

    def __init__(
        self,
        message: str,
        *,
        limit: str,
        allowed: float,
        used: float,
        task: str | None = None,
        events: Sequence[Any] = (),
    ) -> None:
        super().__init__(message, task=task, events=events)
        self.limit = limit
        self.allowed = allowed
        self.used = used


# ---------------------------------------------------------------- for the model


class Refusal(AgexError):
    """The sandbox refused something. Read by the model, so each says what to write instead.

    ``hint`` is the line that would allow it: for the developer's eyes, kept out of ``str``.
    """

    hint: str | None = None


@dataclass(frozen=True, slots=True)
class RefusedLine:
    """One refused place in a source: its line (1-based), what was found, what to write instead."""

    line: int
    message: str


class SyntaxRefused(Refusal, SyntaxError):
    """A source was refused before anything ran; ``lines`` holds every reason. Read by the model."""

    def __init__(self, lines: Sequence[RefusedLine]) -> None:
        text = "\n".join(f"line {entry.line}: {entry.message}" for entry in lines)
        super().__init__(text)
        self.msg = text
        self.lines = tuple(lines)

    def __str__(self) -> str:
        return self.msg


class AttributeRefused(Refusal, AttributeError):
    """An attribute is not registered. Read by the model."""


class NameRefused(Refusal, NameError):
    """A name is not offered here. Read by the model."""


class ImportRefused(Refusal, ImportError):
    """A module is not registered. Read by the model."""


class ModuleRefused(ImportRefused, ModuleNotFoundError):
    """A module is not registered at all; the message lists those that are. Read by the model."""


class TypeRefused(Refusal, TypeError):
    """A call, an item read or an iteration is not registered. Read by the model."""


class ValueRefused(Refusal, ValueError):
    """An argument or option asks a library for more than is offered here. Read by the model."""


class SizeRefused(Refusal, ValueError):
    """An operation would make something too large to start. Read by the model."""


# ---------------------------------------------------------------- signals


class Signal(BaseException):
    """Passes through agent code without being an error; handlers in agent code let it by."""


class TaskFinished(Signal):
    """The agent called one of the three endings.

    ``kind`` is ``"success"``, ``"fail"`` or ``"clarify"``; ``value`` the result or the message.
    """

    def __init__(self, kind: str, value: Any) -> None:
        super().__init__(kind)
        self.kind = kind
        self.value = value


class LimitReached(Signal):
    """A limit of the running action was reached: ``limit`` names it (``"timeout_seconds"``)."""

    def __init__(self, limit: str, message: str) -> None:
        super().__init__(message)
        self.limit = limit
