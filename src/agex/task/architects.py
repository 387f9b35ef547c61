"""Agents that agent code makes: what it gets is ``Agent`` with these functions in place of its methods.

Capabilities only shrink. What agent code hands to an agent of its own is held against the policy that
the code itself runs under; functions and classes it made, and functions it was handed, it may pass on,
since it may call them anyway. Beyond that:

1. The model, and every option that bounds a run, are those of the agent whose code it is.
2. Nothing that agent code wrote is evaluated or looked into outside of its guards: a task is made of
   its name, parameters, plain defaults, annotations that hold no strings, and its docstring. The
   function object itself stays behind (``tests/task/test_architects.py`` has the escapes).
3. What runs in the host's name is not for agent code to choose: no ``check=``, ``doctest=``,
   ``copy_inputs=``, ``setup=`` or ``configure=``, and patterns are text, never predicates.
4. An agent of the host's own, or one whose maker may do more, is nothing to register on.
"""

from __future__ import annotations

import inspect
import types
import typing
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from types import FunctionType
from typing import Any

from agex.errors import RegistrationError, TypeRefused
from agex.policy import MemberSpec, ModuleRule, Policy, Registry, Visibility
from agex.sandbox import kinds
from agex.sandbox.decisions import ModuleView
from agex.sandbox.opaque import Type, real_class
from agex.sandbox.origin import is_agent_class, is_agent_function
from agex.task.body import is_empty
from agex.task.options import AGENT_OPTIONS, Options, agent_options
from agex.task.task import Task

_PLAIN = (type(None), bool, int, float, complex, str, bytes)
_FORM = (
    "define an empty function and hand it over:\n\n    def solve(text: str) -> int:\n"
    '        """What it returns."""\n\n    solve = agent.task(solve)'
)


def agent_signature(
    *,
    name: str = "agent",
    primer: str | None = None,
    max_iterations: int | None = None,
    timeout_seconds: float | None = None,
    context_tokens: int | None = None,
    max_cost: float | None = None,
    max_llm_tokens: int | None = None,
    max_llm_calls: int | None = None,
) -> Any:
    """Stands in the listing for the call that makes an agent; never called itself."""
    raise TypeRefused("agents are made by the code of a task")


MAKING = """Make an agent, a value like any other: keep it, return it, give it tasks.

It asks the same model as you, and starts with nothing registered. Register what its code needs, of
what you may use yourself, then make functions for it to write:

    solver = Agent(primer="You solve equations.")
    solver.module(math)

    @solver.task
    def solve(equation: str) -> float:
        \"\"\"The x that solves the equation.\"\"\"

    task_success(solve)"""

WORDS: Mapping[str, str] = {
    "fn": "Give the agent a function: one of yours, or one that was given to you.",
    "cls": "Give the agent a class: one of yours, or one that was given to you.",
    "module": "Give the agent a module you may import, or a live object you have.",
    "task": (
        "Make a function that the agent writes when it is called, of one with an empty body, type "
        "annotations and a docstring: as a decorator or as `solve = agent.task(solve)`."
    ),
}


def offer(registry: Registry, agent: type, *, name: str | None, visibility: Visibility) -> None:
    """Register ``Agent`` in the form that agent code may use.

    Raises:
        RegistrationError: it is registered already, or the name is taken.
    """
    called = name or agent.__name__
    registry.cls(
        agent,
        name=f"{called}Type",
        visibility="low" if visibility == "low" else "medium",
        include=list(INSTEAD),
        constructable=False,
        configure={
            verb: MemberSpec(visibility=visibility, docstring=WORDS[verb], instead=function)
            for verb, function in INSTEAD.items()
        },
    )
    registry.fn(agent_signature, name=called, visibility=visibility, docstring=MAKING, held=True)


def name_in(policy: Policy) -> str | None:
    """What agent code calls ``Agent``; ``None`` where it is not registered."""
    for spec in policy.functions.values():
        if spec.value is agent_signature:
            return spec.name
    return None


def maker(
    make: Callable[[str, str | None, Options, Registry], Any], options: Options, policy: Policy
) -> Callable[..., Any]:
    """What agent code calls as ``Agent(…)``: makes agents within ``policy`` and ``options``."""

    def made(*, name: Any = "agent", primer: Any = None, **given: Any) -> Any:
        _text("name", name)
        _text("primer", primer, none=True)
        if "llm" in given:
            raise TypeRefused("llm= is not yours to choose: the agent asks the same model as you")
        for option, value in given.items():
            if type(value) not in (int, float, type(None)):
                raise TypeError(f"{option}= is a number, got {type(value).__name__}")
        return make(name, primer, within(options, given), Registry(within=policy))

    made.__name__ = made.__qualname__ = "Agent"
    made.__doc__ = MAKING
    made.__signature__ = inspect.signature(agent_signature)  # type: ignore[attr-defined]  # for help()
    return made


def within(options: Options, given: Mapping[str, Any]) -> Options:
    """``options`` with what was given, each bound as tight as it was or tighter.

    Raises:
        ConfigurationError: an option is unknown or out of bounds.
    """
    # Checked as an agent's own options, in the same words; None asks for what the maker has.
    asked = agent_options({name: value for name, value in given.items() if value is not None})
    tighter: dict[str, Any] = {}
    for name in given:
        mine, theirs = getattr(options, name), getattr(asked, name)
        if given[name] is not None and (mine is None or theirs < mine):
            tighter[name] = theirs
    return replace(options, **tighter)


# ---------------------------------------------------------------- in place of the methods


def fn(
    agent: Any,
    f: Any = None,
    /,
    *,
    name: str | None = None,
    visibility: Visibility = "high",
    docstring: str | None = None,
) -> Any:
    """``agent.fn`` as agent code has it."""
    registry = _registry_of(agent)
    options: dict[str, Any] = {"name": name, "visibility": visibility, "docstring": docstring}
    for option, value in options.items():
        _text(option, value, none=True)
    if f is None:
        return lambda function: fn(
            agent, function, name=name, visibility=visibility, docstring=docstring
        )
    if type(f) is Task:
        agent._register_task(f, name, visibility, docstring)
    elif type(f) in kinds.FUNCTION_TYPES:
        registry.fn(f, held=True, **options)
    else:
        raise TypeRefused(f"fn() takes a function, got a {type(f).__name__!r} object")
    return f


def cls(
    agent: Any,
    C: Any = None,  # as the method has it
    /,
    *,
    name: str | None = None,
    visibility: Visibility = "high",
    include: str | Sequence[str] = "*",
    exclude: str | Sequence[str] = "_*",
    constructable: bool = True,
) -> Any:
    """``agent.cls`` as agent code has it."""
    registry = _registry_of(agent)
    options: dict[str, Any] = {"name": name, "visibility": visibility}
    for option, value in options.items():
        _text(option, value, none=True)
    patterns = {"include": _pattern("include", include), "exclude": _pattern("exclude", exclude)}
    if type(constructable) is not bool:
        raise TypeError("constructable= is True or False")
    if C is None:
        return lambda given: cls(agent, given, **options, **patterns, constructable=constructable)
    real = real_class(C)
    if not isinstance(C, type) or C is Type:
        raise TypeRefused("cls() takes a class, such as one of your own")
    if real is type(agent):
        agent._offer_agents({"name": name, "visibility": visibility})
        return C
    registry.cls(
        real, **options, **patterns, constructable=constructable, held=is_agent_class(real)
    )
    return C


def module(
    agent: Any,
    m: Any,
    /,
    *,
    name: str | None = None,
    visibility: Visibility = "low",
    include: str | Sequence[str] = "*",
    exclude: str | Sequence[str] = ("_*", "*._*"),
    recursive: bool = False,
) -> Any:
    """``agent.module`` as agent code has it."""
    registry = _registry_of(agent)
    _text("name", name, none=True)
    _text("visibility", visibility)
    patterns = {"include": _pattern("include", include), "exclude": _pattern("exclude", exclude)}
    if type(recursive) is not bool:
        raise TypeError("recursive= is True or False")
    policy = _within(registry)
    if isinstance(m, ModuleView):
        rule = _rule_behind(m, policy)
        if rule is None:
            return m  # a module of the language, which every agent has
        own = rule.name if rule.name != rule.module.__name__ else None
        registry.module(
            rule.module,
            name=name or own,
            visibility=visibility,
            recursive=recursive and rule.recursive,
            **patterns,
        )
        return m
    held = policy.instance_rule(m)
    if held is None:
        raise TypeRefused(
            f"a {type(m).__name__!r} object is not registered with you, so you cannot give it to an "
            "agent; module() takes modules you may import and live objects you have by name"
        )
    registry.module(m, name=name or held.name, visibility=visibility, **patterns)
    return m


def task(agent: Any, f: Any = None, /, *, primer: Any = None, **given: Any) -> Any:
    """``agent.task`` as agent code has it."""
    registry = _registry_of(agent)
    if type(f) is str:
        f, primer = None, f
    _text("primer", primer, none=True)
    for option, value in given.items():
        if option not in AGENT_OPTIONS:
            raise TypeRefused(
                f"task() has no option {option!r} here; there is primer=, and "
                f"{', '.join(AGENT_OPTIONS)}"
            )
        if type(value) not in (int, float, type(None)):
            raise TypeError(f"{option}= is a number, got {type(value).__name__}")
    if f is None:
        return lambda function: task(agent, function, primer=primer, **given)
    function = plain_definition(f)
    for own in _classes_in(tuple(function.__annotations__.values())):
        # What a signature names is granted; a class of agent code is a name to bind and no more.
        if is_agent_class(own) and registry.freeze().type_rule(own) is None:
            registry.cls(own, held=True)
    return agent._make(function, primer, within(agent._options, given))


INSTEAD: Mapping[str, Callable[..., Any]] = {"cls": cls, "fn": fn, "module": module, "task": task}
for _verb, _function in INSTEAD.items():
    _function.__doc__ = WORDS[_verb]  # what help() says to agent code


# ---------------------------------------------------------------- a task's function, made of plain parts


def plain_definition(function: Any) -> FunctionType:
    """A function of the host's with the name, parameters and docstring of one that agent code wrote.

    Raises:
        RegistrationError: it cannot be a task.
    """
    if not is_agent_function(function):
        raise RegistrationError(f"a task is made of a function of your own: {_FORM}")
    name = function.__name__
    if not name.isidentifier():
        raise RegistrationError(f"a lambda cannot be a task: {_FORM}")
    if not is_empty(function):
        raise RegistrationError(
            f"{name} has code in its body, and a task's body is empty, for the agent to write: {_FORM}"
        )
    doc = function.__doc__
    if doc is not None and type(doc) is not str:
        raise RegistrationError(f"the docstring of {name} is not a text")
    defaults = (*(function.__defaults__ or ()), *(function.__kwdefaults__ or {}).values())
    for default in defaults:
        if not _is_plain(default):
            raise RegistrationError(
                f"{name} has a {type(default).__name__} as a default; a task's defaults are numbers, "
                "texts, None, and tuples of these"
            )
    annotations = {key: _annotation(name, value) for key, value in _annotations_of(function)}
    made = _stub(function)
    made.__doc__ = doc
    made.__defaults__ = function.__defaults__
    made.__kwdefaults__ = dict(function.__kwdefaults__ or {}) or None
    made.__annotations__ = annotations
    return made


def _stub(function: FunctionType) -> FunctionType:
    """The parameters alone, compiled anew: no code, globals or closure of the original is in it."""
    code = function.__code__
    is_async = bool(code.co_flags & 0x80)
    names = list(code.co_varnames)
    first, count = code.co_posonlyargcount, code.co_argcount
    parts = names[:first] + (["/"] if first else []) + names[first:count]
    taken = count + code.co_kwonlyargcount
    has_rest, has_keywords = bool(code.co_flags & 0x04), bool(code.co_flags & 0x08)
    if has_rest:
        parts.append(f"*{names[taken]}")
    elif code.co_kwonlyargcount:
        parts.append("*")
    parts += names[count:taken]
    if has_keywords:
        parts.append(f"**{names[taken + has_rest]}")
    for part in names[: taken + has_rest + has_keywords]:
        if not part.isidentifier():
            raise RegistrationError(f"{part!r} cannot be a parameter of a task")
    head = f"{'async ' if is_async else ''}def task({', '.join(parts)}): pass"
    space: dict[str, Any] = {}
    exec(compile(head, "<task>", "exec"), space)  # identifiers and commas alone
    made: FunctionType = space["task"]
    made.__name__ = made.__qualname__ = function.__name__
    made.__module__ = function.__module__ if type(function.__module__) is str else "__agex__"
    return made


def _annotations_of(function: FunctionType) -> Iterator[tuple[str, Any]]:
    held = function.__annotations__
    if type(held) is not dict:
        raise RegistrationError("the annotations of a task's function are a dict")
    for key, value in list(held.items()):
        if type(key) is str:
            yield key, value


def _annotation(task: str, node: Any, depth: int = 0) -> Any:
    """The annotation with real classes for their stand-ins, and nothing in it that is evaluated later."""
    if depth > 20:
        raise RegistrationError(f"an annotation of {task} is nested too deeply")
    if isinstance(node, (str, typing.ForwardRef)):
        raise RegistrationError(
            f"{task} has a text as an annotation; write the type itself, and no `from __future__ "
            "import annotations`"
        )
    if isinstance(node, type) and not isinstance(node, types.GenericAlias):
        if node is Type:
            return type
        return real_class(node)
    if isinstance(node, (list, tuple)) and type(node) in (list, tuple):
        return type(node)(_annotation(task, part, depth + 1) for part in node)
    if node is None or node is ... or node is Any:
        return node
    origin = typing.get_origin(node)
    if origin is typing.Literal:
        if all(_is_plain(value) for value in typing.get_args(node)):
            return node
    elif origin in (typing.Union, types.UnionType):
        parts = tuple(_annotation(task, part, depth + 1) for part in typing.get_args(node))
        return typing.Union[parts]  # noqa: UP007  # of what is known at run time only
    elif origin is not None and origin is not typing.Annotated and isinstance(origin, type):
        home = real_class(origin)
        if home.__module__ in ("builtins", "collections.abc", "collections"):
            parts = tuple(_annotation(task, part, depth + 1) for part in typing.get_args(node))
            return home[parts[0] if len(parts) == 1 else parts] if parts else home
    elif node is typing.Callable:
        return node
    raise RegistrationError(
        f"{task} has an annotation that a task cannot have here; use classes, list[…], dict[…], "
        "tuple[…], Callable[…], Literal[…], X | None"
    )


def _classes_in(node: Any) -> Iterator[type]:
    if isinstance(node, type) and not isinstance(node, types.GenericAlias):
        yield node
    elif type(node) in (list, tuple):
        for part in node:
            yield from _classes_in(part)
    elif typing.get_origin(node) is not typing.Literal:
        for part in typing.get_args(node):
            yield from _classes_in(part)


def _is_plain(value: Any, depth: int = 0) -> bool:
    if type(value) is tuple:
        return depth < 5 and all(_is_plain(part, depth + 1) for part in value)
    return type(value) in _PLAIN


# ---------------------------------------------------------------- what was handed in


def _registry_of(agent: Any) -> Registry:
    # Through the class, a function may be handed any object at all in the place of an agent.
    registry = None if is_agent_class(type(agent)) else getattr(agent, "_registry", None)
    if type(registry) is not Registry or registry.within is None:
        raise TypeRefused(
            "this agent belongs to the host; you can register on agents that you made"
        )
    return registry


def _within(registry: Registry) -> Policy:
    assert registry.within is not None
    return registry.within


def _rule_behind(view: ModuleView, policy: Policy) -> ModuleRule | None:
    """The rule of the module that agent code sees through ``view``, in the policy of the agent's maker."""
    reduced = type(view).__reduce__(view)
    assert isinstance(reduced, tuple)
    guards, dotted = reduced[1]
    there = guards.policy.module(dotted)
    if there is None:
        return None
    rule = policy.module_rule(there.module)
    if rule is None:
        raise TypeRefused(f"the module {dotted} is not registered with the maker of this agent")
    return rule


def _text(option: str, value: Any, *, none: bool = False) -> None:
    # Exactly str: a subclass of agent code would run wherever the text is looked at.
    if type(value) is not str and not (none and value is None):
        raise TypeError(f"{option}= is a text, got {type(value).__name__}")


def _pattern(option: str, value: Any) -> Any:
    parts = value if type(value) in (list, tuple) else [value]
    for part in parts:
        if type(part) is not str:
            raise TypeRefused(f"{option}= is a text such as 'get_*', or a list of these, here")
    return value if type(value) is str else list(parts)
