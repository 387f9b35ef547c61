"""The agent: registers what code may reach, knows which model to ask, and makes tasks.

An agent is a description, not a process: it holds registrations, options and the name of a model, and
nothing of any run.
"""

from __future__ import annotations

import inspect
import os
import weakref
from collections.abc import Callable, Mapping
from types import FunctionType, ModuleType
from typing import Any, ParamSpec, TypeVar, Unpack, overload

from agex.errors import ConfigurationError, RegistrationError, TaskClarify, TaskFail
from agex.llm import LLMClient, make_client
from agex.llm.choose import MODEL_VARIABLE
from agex.policy import MemberSpec, Pattern, Policy, Registry, Visibility
from agex.policy.portable import travels
from agex.sandbox import Session
from agex.task import (
    AgentChoices,
    Means,
    Options,
    Task,
    TaskChoices,
    agent_options,
    architects,
    define,
    task_options,
)
from agex.task.definition import twice, wrong_order
from agex.task.workspace import open_sandbox

P = ParamSpec("P")
R = TypeVar("R")
F = TypeVar("F", bound=Callable[..., Any])
C = TypeVar("C", bound=type)
M = TypeVar("M")

# Functions that some agent registered, to tell ``@worker.task`` over ``@boss.fn`` from a plain task.
_registered: weakref.WeakSet[FunctionType] = weakref.WeakSet()


class _Model:
    """The model an agent asks, shared with the agents that its code makes: called, it gives the client."""

    def __init__(self, client: LLMClient | None) -> None:
        self.client = client
        self._named: tuple[str | None, LLMClient] | None = None

    def __call__(self) -> LLMClient:
        """The client, made on the first call that needs one."""
        if self.client is not None:
            return self.client
        # AGEX_MODEL may be set, or changed, between two calls.
        named = os.environ.get(MODEL_VARIABLE)
        if self._named is None or self._named[0] != named:
            self._named = (named, make_client(None))
        return self._named[1]

    def __reduce__(self) -> tuple[Any, ...]:
        # A client that cannot travel stays; over there, AGEX_MODEL says whom to ask.
        return _Model, (self.client if travels(self.client) else None,)


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
        options: ``code_channel``, ``max_cost``, ``max_llm_tokens``, ``max_llm_calls``, ``max_depth``,
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
        **options: Unpack[AgentChoices],
    ) -> None:
        if "_registry" in self.__dict__:  # set up anew, a made agent would lose its bounds
            raise ConfigurationError("an agent is set up once: make another one")
        for option, text in (("name", name), ("primer", primer)):
            if text is not None and not (isinstance(text, str) and text.strip()):
                raise ConfigurationError(f"{option} is a text, got {text!r}")
        if name is not None and ("/" in name or "." in name):
            raise ConfigurationError(f"an agent's name stands in paths, so no '/' or '.': {name!r}")
        self.name = name or "agent"
        self.primer = primer
        self._model = _Model(make_client(llm) if llm is not None else None)
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
        return f"Agent({self.name!r})"

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
        # A child's code may be given every task that its maker's code holds.
        self._registry.fn(
            task,
            name=name,
            visibility=visibility,
            docstring=f"{doc}\n\n{many}" if doc else many,
            held=self._registry.within is not None,
        )
        self._open_tasks()

    def _open_tasks(self) -> None:
        """What code that calls tasks needs: their ``map``, and their failures to catch by name."""
        offered: tuple[tuple[type, str, str], ...] = (
            (Task, "TaskFunction", "map"),
            (TaskFail, "TaskFail", "message"),
            (TaskClarify, "TaskClarify", "message"),
        )
        for cls, known_as, member in offered:
            if self._registry.freeze().type_rule(cls) is None:
                self._registry.cls(
                    cls,
                    name=known_as,
                    include=[member],
                    constructable=False,
                    visibility="low",
                    held=self._registry.within is not None,
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
    def cls(
        self,
        C: Any = None,
        /,
        *,
        name: str | None = None,
        visibility: Visibility = "high",
        include: Pattern = "*",
        exclude: Pattern = "_*",
        constructable: bool = True,
        configure: Mapping[str, MemberSpec] | None = None,
    ) -> Any:
        """Register a class: its members, and instances wherever they turn up.

        ``architect.cls(Agent)`` lets agent code make agents, from what this one may use itself and
        no more.
        """
        options: dict[str, Any] = {
            "name": name,
            "visibility": visibility,
            "include": include,
            "exclude": exclude,
            "constructable": constructable,
            "configure": configure,
        }
        if C is None:
            self._registry.cls(**options)  # a wrong option is found before the class is there
            return lambda given: self.cls(given, **options)
        if C is Agent:
            defaults = inspect.signature(self.cls).parameters
            self._offer_agents({k: v for k, v in options.items() if v != defaults[k].default})
            return C
        if isinstance(C, type) and issubclass(C, Agent):
            raise RegistrationError(
                f"{C.__name__} is an Agent, whose methods register anything at all. Register Agent "
                "itself: agent code gets it in a form that gives only what this agent has."
            )
        return self._registry.cls(C, **options)

    def _offer_agents(self, options: Mapping[str, Any]) -> None:
        others = [option for option in options if option not in ("name", "visibility")]
        if others:
            raise RegistrationError(
                f"cls(Agent) takes name= and visibility=, not {', '.join(others)}: what agent code may "
                "do with agents is settled"
            )
        name, visibility = options.get("name"), options.get("visibility", "high")
        architects.offer(self._registry, Agent, name=name, visibility=visibility)
        self._open_tasks()

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
        if isinstance(m, ModuleType) and m.__name__.partition(".")[0] == "agex":
            raise RegistrationError(
                "agex itself cannot be registered: its own objects reach everything. Agent code that "
                "makes agents needs agent.cls(Agent)."
            )
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
        self, primer: str | None = None, /, **options: Unpack[TaskChoices]
    ) -> Callable[[Callable[P, R]], Task[P, R]]: ...
    def task(self, f: Any = None, /, **options: Unpack[TaskChoices]) -> Any:
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

    def _make_task(self, f: Any, primer: str | None, options: TaskChoices) -> Task[..., Any]:
        if isinstance(f, Task):
            raise twice(f.__name__)
        if isinstance(f, FunctionType) and f in _registered:
            raise wrong_order(f.__name__)
        chosen = task_options(self._options, options)
        task = self._make(f, primer, chosen, frame_depth=4)
        task.warn_of_opaque_types(stacklevel=3)
        return task

    def _make(
        self, f: Any, primer: str | None, options: Options, *, frame_depth: int = 1
    ) -> Task[..., Any]:
        definition = define(f, primer=primer, frame_depth=frame_depth)
        if options.doctest and ">>>" not in definition.doc:
            raise RegistrationError(
                f"{definition.name}: doctest=True tests the returned function with the >>> examples "
                "of the docstring, and there is none."
            )
        means = Means(self.name, self.primer, self._registry.freeze, self._model, self._makers)
        return Task(definition, means, options)

    # ------------------------------------------------------------ agents of agents

    def _makers(self, policy: Policy) -> Mapping[str, tuple[type, Callable[..., Any]]]:
        """What code under ``policy`` calls as ``Agent(…)``, where it may."""
        name = architects.name_in(policy)
        if name is None:
            return {}
        return {name: (Agent, architects.maker(self._child, self._options, policy))}

    def _child(self, name: str, primer: str | None, options: Options, registry: Registry) -> Agent:
        """An agent that this one's code made: its model and bounds are this one's."""
        child = Agent(name=name, primer=primer)
        child._model, child._options, child._registry = self._model, options, registry
        return child

    # ------------------------------------------------------------ without a model

    @property
    def options(self) -> Options:
        """How its tasks run, where they do not say otherwise."""
        return self._options

    def policy(self) -> Policy:
        """What agent code may reach, frozen as registered now."""
        return self._registry.freeze()

    def sandbox(self, inputs: Mapping[str, Any] | None = None, state: Any = None) -> Session:
        """The agent's world without a model: ``box.run(source)`` runs code as a task would."""
        return open_sandbox(self._registry.freeze(), inputs, state, self._options, self._makers)
