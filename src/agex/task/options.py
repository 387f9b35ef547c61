"""How a task runs: every option with its default, its bounds, and where it may be set."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any, Literal, TypeAlias, TypedDict, get_args

from agex.errors import ConfigurationError, RegistrationError, did_you_mean

CodeChannel: TypeAlias = Literal["text", "tool"]

Check: TypeAlias = Callable[[Any], object]
"""A test of a result: an exception or a falsy answer other than ``None`` sends it back to the model."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """How a task runs; an agent holds the defaults of its tasks.

    Args:
        code_channel: how the model sends its code: ``"text"``, in a fenced block, which every model
            can, or ``"tool"``, as the call of a tool, for models that do better so. Either way the
            other is understood as well.
        max_iterations: turns until :class:`agex.TaskTimeout`.
        timeout_seconds: for the code of one action; thinking does not count.
        context_tokens: how long the rendered conversation may grow.
        max_memory: bytes one action may grow the process by; ``None`` for no limit.
        max_cost: US dollars for the whole call, sub-tasks and retries included.
        max_llm_tokens: input and output tokens, counted the same way.
        max_llm_calls: requests, counted the same way.
        max_depth: how deep tasks may call tasks.
        max_subtasks: how many sub-tasks one run may start.
        setup: Python that runs before the first turn, shown to the model with its output.
        checks: tests a result must pass, on top of its type.
        doctest: whether the ``>>>`` examples of the docstring are tests of the returned function.
        copy_inputs: hand the agent deep copies of the arguments instead of the caller's objects.
    """

    code_channel: CodeChannel = "text"
    max_iterations: int = 10
    timeout_seconds: float = 5.0
    context_tokens: int = 65_536
    max_memory: int | None = 1 << 30
    max_cost: float | None = None
    max_llm_tokens: int | None = None
    max_llm_calls: int | None = None
    max_depth: int = 5
    max_subtasks: int = 100
    setup: str | None = None
    checks: tuple[Check, ...] = ()
    doctest: bool = False
    copy_inputs: bool = False


class AgentChoices(TypedDict, total=False):
    """What ``Agent(…)`` may be given besides its own parameters; :class:`Options` says what each is."""

    code_channel: CodeChannel
    max_memory: int | None
    max_cost: float | None
    max_llm_tokens: int | None
    max_llm_calls: int | None
    max_depth: int
    max_subtasks: int


class TaskChoices(AgentChoices, total=False):
    """What ``@agent.task(…)`` may be given; ``check`` adds to :class:`Options`' ``checks``."""

    primer: str | None
    max_iterations: int
    timeout_seconds: float
    context_tokens: int
    setup: str | None
    check: Check | Sequence[Check]
    doctest: bool
    copy_inputs: bool


_WHOLE = ("max_iterations", "context_tokens", "max_depth", "max_subtasks")
_BUDGETS = ("max_cost", "max_llm_tokens", "max_llm_calls", "max_memory")
_OF_TASKS = ("setup", "check", "doctest", "copy_inputs")

AGENT_OPTIONS = tuple(f.name for f in fields(Options) if f.name not in (*_OF_TASKS, "checks"))
TASK_OPTIONS = (*AGENT_OPTIONS, *_OF_TASKS)


def agent_options(given: Mapping[str, Any]) -> Options:
    """The options of an agent.

    Raises:
        ConfigurationError: an option is unknown or out of bounds.
    """
    for name in given:
        if name not in AGENT_OPTIONS:
            hint = " It is an option of a task: @agent.task(...)." if name in _OF_TASKS else ""
            raise ConfigurationError(
                f"Agent has no option {name!r}.{did_you_mean(name, AGENT_OPTIONS)}{hint}"
            )
    return replace(Options(), **_checked(given))


def task_options(base: Options, given: Mapping[str, Any]) -> Options:
    """The options of one task: those of its agent, overridden by its own.

    Raises:
        RegistrationError: an option is unknown or out of bounds.
    """
    for name in given:
        if name not in TASK_OPTIONS:
            raise RegistrationError(
                f"a task has no option {name!r}.{did_you_mean(name, TASK_OPTIONS)} "
                f"Its options: {', '.join(TASK_OPTIONS)}."
            )
    changed = dict(given)
    if "check" in changed:
        changed["checks"] = _checks(changed.pop("check"))
    try:
        return replace(base, **_checked(changed))
    except ConfigurationError as error:
        raise RegistrationError(str(error)) from None


def _checks(check: Any) -> tuple[Check, ...]:
    given: Sequence[Any] = check if isinstance(check, list | tuple) else [check]
    for one in given:
        if not callable(one):
            raise RegistrationError(
                "check= is a function of the result, or a list of them, for example "
                f"check=lambda rows: len(rows) > 0; got {type(one).__name__}"
            )
    return tuple(given)


def _checked(given: Mapping[str, Any]) -> dict[str, Any]:
    for name, value in given.items():
        if name in _WHOLE:
            if type(value) is not int or value < 1:
                raise ConfigurationError(f"{name} is a whole number of at least 1, got {value!r}")
        elif name in _BUDGETS:
            if value is not None and (type(value) not in (int, float) or not value >= 0):
                raise ConfigurationError(
                    f"{name} is a number of at least 0, or None, got {value!r}"
                )
        elif name == "code_channel":
            if value not in get_args(CodeChannel):
                raise ConfigurationError(f'code_channel is "text" or "tool", got {value!r}')
        elif name == "timeout_seconds":
            if type(value) not in (int, float) or not value > 0:
                raise ConfigurationError(f"{name} is a number of seconds above 0, got {value!r}")
        elif name == "setup" and value is not None and not isinstance(value, str):
            raise ConfigurationError(
                f"setup is Python source, a string, got {type(value).__name__}"
            )
        elif name in ("doctest", "copy_inputs") and type(value) is not bool:
            raise ConfigurationError(f"{name} is True or False, got {value!r}")
    return dict(given)
