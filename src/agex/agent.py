"""The agent: registers what code may reach, knows which model to ask, and makes tasks.

An agent is a description, not a process: it holds registrations, options and the name of a model, and
nothing of any run.
"""

from __future__ import annotations

import os
import weakref
from collections.abc import Callable, Mapping
from types import FunctionType
from typing import Any, ParamSpec, TypeVar, overload

from agex.errors import ConfigurationError, RegistrationError, TaskClarify, TaskFail
from agex.llm import LLMClient, make_client
from agex.llm.choose import MODEL_VARIABLE
from agex.policy import MemberSpec, Pattern, Policy, Registry, Visibility
from agex.sandbox import Session
from agex.task import Means, Task, agent_options, define, task_options
from agex.task.definition import twice, wrong_order
from agex.task.workspace import open_sandbox

P = ParamSpec("P")
R = TypeVar("R")
F = TypeVar("F", bound=Callable[..., Any])
C = TypeVar("C", bound=type)
M = TypeVar("M")

# Functions that some agent registered, to tell ``@worker.task`` over ``@boss.fn`` from a plain task.
_registered: weakref.WeakSet[FunctionType] = weakref.WeakSet()


class Agent:
    """Registers functions, classes and modules; makes functions that a model implements.

    Args:
        name: how the agent appears in events and in state.
        primer: your own words to the model, in every task of this agent.
        llm: a litellm model string, a client, any function of the messages, or a list of these to
            fall back on in order; ``None`` reads ``AGEX_MODEL`` when a task is called.
        max_iterations: turns until :class:`agex.TaskTimeout`.
        timeout_seconds: bounds one action's *code*, never the model's thinking.
        context_tokens: bounds the rendered conversation.
        options: ``max_cost``, ``max_llm_tokens``, ``max_llm_calls``, ``max_depth``,
            ``max_subtasks``, ``max_memory``: see :class:`agex.task.Options`.

    Raises:
        ConfigurationError: an option is unknown or out of bounds.
    """

    def __init__(
        self,
        *,
        name: str | None = None,
        primer: str | None = None,
        llm: object = None,
        max_iterations: int = 10,
        timeout_seconds: float = 5.0,
        context_tokens: int = 65_536,
        **options: Any,
    ) -> None:
        for option, text in (("name", name), ("primer", primer)):
            if text is not None and not (isinstance(text, str) and text.strip()):
                raise ConfigurationError(f"{option} is a text, got {text!r}")
        if name is not None and ("/" in name or "." in name):
            raise ConfigurationError(f"an agent's name stands in paths, so no '/' or '.': {name!r}")
        self.name = name or "agent"
        self.primer = primer
        self._client: LLMClient | None = make_client(llm) if llm is not None else None
        self._named_client: tuple[str | None, LLMClient] | None = None
        self._options = agent_options(
            {
                "max_iterations": max_iterations,
                "timeout_seconds": timeout_seconds,
                "context_tokens": context_tokens,
                **options,
            }
        )
        self._registry = Registry()

    def __repr__(self) -> str:
        return f"Agent({self.name!r}, {self._registry.freeze()!r})"

    # ------------------------------------------------------------ registration

    @overload
    def fn(
        self,
        f: F,
        /,
        *,
        name: str | None = None,
        visibility: Visibility = "high",
        docstring: str | None = None,
    ) -> F: ...
    @overload
    def fn(
        self,
        f: None = None,
        /,
        *,
        name: str | None = None,
        visibility: Visibility = "high",
        docstring: str | None = None,
    ) -> Callable[[F], F]: ...
    def fn(
        self,
        f: Any = None,
        /,
        *,
        name: str | None = None,
        visibility: Visibility = "high",
        docstring: str | None = None,
    ) -> Any:
        """Register one callable: ``@agent.fn``, ``@agent.fn(name=…)`` or ``agent.fn(f)``.

        Over another agent's task it makes that task a function of this one's code.
        """
        if f is None:
            return lambda g: self.fn(g, name=name, visibility=visibility, docstring=docstring)
        if isinstance(f, Task):
            self._register_task(f, name, visibility, docstring)
            return f
        self._registry.fn(f, name=name, visibility=visibility, docstring=docstring)
        if isinstance(f, FunctionType):
            _registered.add(f)
        return f

    def _register_task(
        self,
        task: Task[..., Any],
        name: str | None,
        visibility: Visibility,
        docstring: str | None,
    ) -> None:
        name = name or task.__name__
        doc = task.__doc__ if docstring is None else docstring
        many = f"Many at once, results in order: {name}.map(items)."
        self._registry.fn(
            task, name=name, visibility=visibility, docstring=f"{doc}\n\n{many}" if doc else many
        )
        # Of the task object, its code may use `map`. A worker's failure or question is an exception
        # that it can catch by name.
        offered: tuple[tuple[type, str, str], ...] = (
            (Task, "TaskFunction", "map"),
            (TaskFail, "TaskFail", "message"),
            (TaskClarify, "TaskClarify", "message"),
        )
        for cls, known_as, member in offered:
            if self._registry.freeze().type_rule(cls) is None:
                self._registry.cls(
                    cls, name=known_as, include=[member], constructable=False, visibility="low"
                )

    @overload
    def cls(
        self,
        C: C,
        /,
        *,
        name: str | None = None,
        visibility: Visibility = "high",
        include: Pattern = "*",
        exclude: Pattern = "_*",
        constructable: bool = True,
        configure: Mapping[str, MemberSpec] | None = None,
    ) -> C: ...
    @overload
    def cls(
        self,
        C: None = None,
        /,
        *,
        name: str | None = None,
        visibility: Visibility = "high",
        include: Pattern = "*",
        exclude: Pattern = "_*",
        constructable: bool = True,
        configure: Mapping[str, MemberSpec] | None = None,
    ) -> Callable[[C], C]: ...
    def cls(self, C: Any = None, /, **options: Any) -> Any:
        """Register a class: its members, and instances wherever they turn up."""
        return self._registry.cls(C, **options)

    def module(
        self,
        m: M,
        /,
        *,
        name: str | None = None,
        visibility: Visibility = "low",
        include: Pattern = "*",
        exclude: Pattern = ("_*", "*._*"),
        configure: Mapping[str, MemberSpec] | None = None,
        recursive: bool = False,
    ) -> M:
        """Register a module, or a live object under a ``name``."""
        return self._registry.module(
            m,
            name=name,
            visibility=visibility,
            include=include,
            exclude=exclude,
            configure=configure,
            recursive=recursive,
        )

    # ------------------------------------------------------------ tasks

    @overload
    def task(self, f: Callable[P, R], /) -> Task[P, R]: ...
    @overload
    def task(
        self, primer: str | None = None, /, **options: Any
    ) -> Callable[[Callable[P, R]], Task[P, R]]: ...
    def task(self, f: Any = None, /, **options: Any) -> Any:
        """Make a task of a function with an empty body.

        ``@agent.task``, ``@agent.task("instructions for the model")``, or with options:
        ``check=`` (a function of the result, or several), ``doctest=True`` (the examples of the
        docstring test the returned function), ``setup=`` (code that runs first), and the limits of
        the agent, for this task alone.

        Raises:
            RegistrationError: the function cannot be a task; the message shows the right form.
        """
        if f is None or isinstance(f, str):
            primer = options.pop("primer", None) if f is None else f
            return lambda function: self._make_task(function, primer, options)
        return self._make_task(f, options.pop("primer", None), options)

    def _make_task(self, f: Any, primer: str | None, options: dict[str, Any]) -> Task[..., Any]:
        if isinstance(f, Task):
            raise twice(f.__name__)
        if isinstance(f, FunctionType) and f in _registered:
            raise wrong_order(f.__name__)
        chosen = task_options(self._options, options)
        definition = define(f, primer=primer, frame_depth=3)
        if chosen.doctest and ">>>" not in definition.doc:
            raise RegistrationError(
                f"{definition.name}: doctest=True tests the returned function with the >>> examples "
                "of the docstring, and there is none."
            )
        means = Means(self.name, self.primer, self._registry.freeze, self._ask)
        task: Task[..., Any] = Task(definition, means, chosen)
        task.warn_of_opaque_types(stacklevel=3)
        return task

    def _ask(self) -> LLMClient:
        """The client, made on the first call that needs one."""
        if self._client is not None:
            return self._client
        # AGEX_MODEL may be set, or changed, between two calls.
        named = os.environ.get(MODEL_VARIABLE)
        known = self._named_client
        if known is None or known[0] != named:
            known = self._named_client = (named, make_client(None))
        return known[1]

    # ------------------------------------------------------------ without a model

    def policy(self) -> Policy:
        """What agent code may reach, frozen as registered now."""
        return self._registry.freeze()

    def sandbox(self, inputs: Mapping[str, Any] | None = None, state: Any = None) -> Session:
        """The agent's world without a model: ``box.run(source)`` runs code as a task would."""
        return open_sandbox(self._registry.freeze(), inputs, state, self._options)
