"""A task: a typed function whose body a model writes when it is called."""

from __future__ import annotations

import copy
import copyreg
import functools
import sys
import threading
from collections.abc import Callable, Coroutine, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from typing import Any, Generic, ParamSpec, TypeVar, overload

from agex.errors import ArgumentError
from agex.llm import LLMClient, Tool, with_tool
from agex.llm.budget import Meter, metered
from agex.messages import RUN_PYTHON
from agex.policy import Policy
from agex.render import describe, task_text
from agex.sandbox.origin import is_agent_class, is_agent_function
from agex.task.checks import announced
from agex.task.contract import Contract
from agex.task.coroutines import in_thread
from agex.task.definition import Definition
from agex.task.fanout import ordered
from agex.task.graduation import remember
from agex.task.loop import Run
from agex.task.options import Options
from agex.task.place import OnEvent, Place, current_place, outside
from agex.task.preparation import Prepared, Worker, prepare, sees_images, warn_of_opaque_types
from agex.task.stream import TaskStream
from agex.task.workspace import Makers, expect_workers, no_makers, open_workspace

P = ParamSpec("P")
R = TypeVar("R")

THE_TOOL = Tool(
    RUN_PYTHON,
    "Run a block of Python in the session. What it printed, and the value of a last bare "
    "expression, come back.",
    "Python source.",
)
"""What carries code where it does not travel in a fenced block."""

_INPUT_CHARS = 300


@dataclass(frozen=True, slots=True)
class Means:
    """What an agent lends to its tasks; each is asked for anew with every call.

    Args:
        name: the agent's, in paths of events and of state.
        primer: the developer's words about the agent.
        policy: what code may reach now.
        client: the model to ask.
        makers: classes that code under a policy may call although it cannot construct them, by the
            name it calls them, with what is called instead.
    """

    name: str
    primer: str | None
    policy: Callable[[], Policy]
    client: Callable[[], LLMClient]
    makers: Makers = no_makers


class Task(Generic[P, R]):
    """A function that a model implements when it is called; made by ``@agent.task``.

    It keeps the name, signature and docstring of the function it was written as. A call takes the
    function's arguments, and two keywords of its own: ``state``, a mapping of names that the run
    starts with and keeps what it defines in, and ``on_event``, called with each event as it happens.
    """

    __wrapped__: Callable[P, R]
    __name__: str
    __qualname__: str

    def __init__(
        self,
        definition: Definition,
        means: Means,
        options: Options,
        *,
        state: Any = None,
        on_event: OnEvent | None = None,
    ) -> None:
        functools.update_wrapper(self, definition.function)
        self._contract = Contract(definition)
        self._means = means
        self._options = options
        self._state = state
        self._on_event = on_event
        self._prepared: Prepared | None = None

    def __repr__(self) -> str:
        return f"<task {self._means.name}.{self.__name__}{self._contract.signature}>"

    def __reduce__(self) -> str | tuple[Any, ...]:
        name: str = self.__qualname__
        found: Any = sys.modules.get(self.__module__)
        for part in name.split("."):
            found = getattr(found, part, None)
        if found is self:
            return name  # by reference, like the function it stands for
        rebuild: Any = copyreg.__newobj__  # type: ignore[attr-defined]  # not in typeshed
        return rebuild, (type(self),), {**self.__dict__, "_prepared": None}

    @overload
    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> R: ...
    @overload
    def __call__(
        self, *args: Any, state: Any, on_event: OnEvent | None = None, **kwargs: Any
    ) -> R: ...
    @overload
    def __call__(self, *args: Any, on_event: OnEvent, state: Any = None, **kwargs: Any) -> R: ...
    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Run the task: validated arguments in, validated result out.

        Raises:
            ArgumentError: the arguments do not fit; no model was asked.
            ConfigurationError: there is no model to ask.
            TaskFail, TaskClarify, TaskTimeout, BudgetExceeded: the task ended without a result.
            LLMError: the model could not be asked.
        """
        state, on_event = kwargs.pop("state", None), kwargs.pop("on_event", None)
        if self._contract.definition.is_async:
            return self._aio(args, kwargs, state, on_event)
        return self._run(args, kwargs, state, on_event)

    def aio(
        self, *args: Any, state: Any = None, on_event: OnEvent | None = None, **kwargs: Any
    ) -> Coroutine[Any, Any, Any]:
        """The same run as a coroutine; cancelling it ends the run at its next step."""
        return self._aio(args, kwargs, state, on_event)

    def stream(
        self, *args: Any, state: Any = None, on_event: OnEvent | None = None, **kwargs: Any
    ) -> TaskStream[Any]:
        """The same run as an iterator of its events; ``.result()`` gives what it returned."""

        def start(listen: OnEvent, stopping: threading.Event) -> Any:
            return self._run(args, kwargs, state, listen, stopping)

        self._contract.bind(args, kwargs)  # wrong arguments are the caller's, not an event
        return TaskStream(start, on_event or self._on_event)

    def map(
        self,
        *iterables: Iterable[Any],
        max_concurrency: int = 8,
        executor: Executor | None = None,
    ) -> Iterator[Any]:
        """Run the task for each item, many at once; the results in order, like the builtin ``map``.

        The first run that fails raises when its turn comes, and those not yet started are not.
        Runs do not share a state.

        Args:
            max_concurrency: how many run at the same time.
            executor: where they run instead of threads of their own.
        """
        return ordered(self._call_one, iterables, max_concurrency, executor)

    def using(self, *, state: Any = None, on_event: OnEvent | None = None) -> Task[P, R]:
        """The same task with ``state`` and ``on_event`` settled, so that calls take its own arguments."""
        bound: Task[P, R] = Task(
            self._contract.definition,
            self._means,
            self._options,
            state=self._state if state is None else state,
            on_event=on_event or self._on_event,
        )
        return bound

    def _call_one(self, *args: Any) -> Any:
        return self._run(args, {}, None, None, shares_state=False)

    # ------------------------------------------------------------ one run

    def _run(
        self,
        args: Sequence[Any],
        kwargs: Mapping[str, Any],
        state: Any,
        on_event: OnEvent | None,
        stopping: threading.Event | None = None,
        *,
        shares_state: bool = True,
    ) -> Any:
        inputs = self._contract.bind(args, kwargs)
        means, options = self._means, self._options
        for name, given in (("state", state), ("on_event", on_event)):
            if is_agent_function(given) or is_agent_class(type(given)):
                raise ArgumentError(
                    f"{self.__name__}: {name}= is for the program that runs the agents"
                )
        client = means.client()
        prepared = self._prepare(client)
        parent = current_place()
        place = Place(
            parent,
            means.name,
            self.__name__,
            meter=_meter(parent, options),
            on_event=on_event or self._on_event,
            max_depth=options.max_depth,
            max_subtasks=options.max_subtasks,
            state=_state(parent, self._state if state is None else state, shares_state),
            stopping=stopping,
        )
        if options.copy_inputs:
            inputs = copy.deepcopy(inputs)
        with outside():
            workspace = open_workspace(
                prepared.policy,
                place,
                inputs,
                options,
                agent=means.name,
                task=self.__name__,
                makers=means.makers,
            )
            if place.state is not None:
                expect_workers(place.state, _workers(prepared.base, place.home), options)
            run = Run(
                contract=self._contract,
                options=options,
                policy=prepared.policy,
                client=metered(self._offering(client), place.meter, place.path),
                place=place,
                workspace=workspace,
                inputs={
                    name: describe(
                        name, value, _INPUT_CHARS, repr_=workspace.repr, policy=prepared.policy
                    )
                    for name, value in inputs.items()
                },
                system=prepared.system,
                assignment=self._assignment(
                    inputs, prepared, workspace.introduction, workspace.repr
                ),
                sees_images=lambda: sees_images(client),
            )
            result = run.result()
        remember(result, self._contract.definition, options.checks)
        return result

    def _offering(self, client: LLMClient) -> LLMClient:
        """The client of a run, whose model is offered a tool where code travels that way."""
        return with_tool(client, THE_TOOL) if self._options.code_channel == "tool" else client

    def _assignment(
        self, inputs: Mapping[str, Any], prepared: Prepared, introduction: str, repr_: Any
    ) -> str:
        definition = self._contract.definition
        text = task_text(
            definition.name,
            definition.signature,
            definition.doc or None,
            inputs,
            annotations=self._contract.annotations,
            primer=definition.primer,
            types=prepared.types,
            policy=prepared.policy,
            checks=announced(self._options.checks),
            repr_=repr_,
        )
        return f"{text}\n\n{introduction}" if introduction else text

    def _prepare(self, client: LLMClient) -> Prepared:
        """The policy of a run, made once for each policy of the agent."""
        base = self._means.policy()
        known = self._prepared
        if known is None or known.base is not base or known.client is not client:
            known = self._prepared = prepare(
                self._contract,
                base,
                [Worker(task._contract, task._means.policy()) for task in _tasks_among(base)],
                client,
                self._options,
                self._means.primer,
            )
        return known

    def warn_of_opaque_types(self, stacklevel: int) -> None:
        """Warn once of types in the signature that agent code could only hold and pass on."""
        warn_of_opaque_types(self._contract, self._means.policy(), stacklevel + 1)

    async def _aio(
        self,
        args: Sequence[Any],
        kwargs: Mapping[str, Any],
        state: Any,
        on_event: OnEvent | None,
    ) -> Any:
        def run(stopping: threading.Event | None) -> Any:
            return self._run(args, kwargs, state, on_event, stopping)

        return await in_thread(run, f"agex-{self.__name__}")


def _state(parent: Place | None, given: Any, shares: bool) -> Any:
    """The caller's state unless another is given; none for runs that would write to it side by side."""
    if given is not None or parent is None or not shares:
        return given
    return parent.state


def _meter(parent: Place | None, options: Options) -> Meter:
    limits = {
        "max_cost": options.max_cost,
        "max_llm_tokens": options.max_llm_tokens,
        "max_llm_calls": options.max_llm_calls,
    }
    return parent.meter.child(**limits) if parent is not None else Meter(**limits)  # type: ignore[arg-type]  # one dict for both


def _workers(policy: Policy, home: str, depth: int = 3) -> dict[str, Policy]:
    """The policies of the agents whose tasks are functions here, by where they live in a state."""
    found: dict[str, Policy] = {}
    for task in _tasks_among(policy):
        path = f"{home}/{task._means.name}" if home else task._means.name
        own = task._means.policy()
        if path not in found and depth:
            found.update({path: own, **_workers(own, path, depth - 1)})
    return found


def _tasks_among(policy: Policy) -> list[Task[Any, Any]]:
    """The functions of a policy that are tasks of agents themselves."""
    return [spec.value for spec in policy.functions.values() if isinstance(spec.value, Task)]
