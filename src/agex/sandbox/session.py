"""A session: one module's worth of agent code, run an action at a time under a policy and limits.

``Session(policy).run(source)`` takes source in and gives a :class:`Result` back: what was printed, the
value of a last bare expression, the error with a short traceback, and what the action set. It never
raises for what agent code does.
"""

from __future__ import annotations

import atexit
import builtins as real
import dataclasses
import functools
import sys
import time
import types
import typing
from collections.abc import Callable, Iterator, Mapping, MutableMapping
from dataclasses import dataclass
from types import CellType, CodeType, FunctionType
from typing import Any

from agex.errors import LimitReached, SizeRefused, SyntaxRefused, TaskFinished, TypeRefused
from agex.policy import Policy
from agex.sandbox import (
    bounds,
    builtins,
    clock,
    event_loops,
    methods,
    sources,
    tables,
    tracebacks,
)
from agex.sandbox.compiler import Compiled, compile_action
from agex.sandbox.decisions import ModuleView
from agex.sandbox.enum_bodies import Bodies
from agex.sandbox.guards import Guards, assigned, restorers
from agex.sandbox.imports import Importer
from agex.sandbox.inference import ITERABLE_RESULTS, RESULTS
from agex.sandbox.origin import (
    ASKED,
    GUARDS_KEY,
    THE_MARK,
    args_of,
    asked,
    is_agent_class,
    is_agent_function,
    own_dict,
    set_args,
)
from agex.sandbox.patterns import Matcher, Sequences, constant

_MISSING: Any = object()


def _home() -> None:
    """An empty module of the name that agent classes carry.

    ``dataclasses`` looks ``ClassVar`` and its kin up there when annotations are strings; nothing of
    a session ever is in it, so that picklers do not find agent code by name.
    """
    module = types.ModuleType(tables.HOME, "Holds nothing; names the module of agent code.")
    module.__dict__.update(
        typing=typing,
        dataclasses=dataclasses,
        ClassVar=typing.ClassVar,
        InitVar=dataclasses.InitVar,
        KW_ONLY=dataclasses.KW_ONLY,
    )
    sys.modules.setdefault(tables.HOME, module)


_home()


@dataclass(frozen=True, slots=True)
class Limits:
    """What one action may take.

    Args:
        timeout_seconds: time of the action's own code; sub-agents and model calls are not counted.
        max_memory: bytes the process may grow by; ``None`` for no limit.
        max_output: characters it may print.
        max_source: characters its source may have.
    """

    timeout_seconds: float = 5.0
    max_memory: int | None = 1 << 30
    max_output: int = 200_000
    max_source: int = 100_000


@dataclass(frozen=True, slots=True)
class Result:
    """What came of one action.

    Args:
        error: what agent code raised, a refusal, or :class:`LimitReached`; ``None`` where the action
            ran to its end or ended the task.
        traceback: the short text of the error, for the model; empty without one.
        stdout: what was printed.
        output: the value of a last bare expression; ``None`` where there was none.
        ended: the ending the action called, if any.
        assigned: names the action set, in order.
        touched: names whose values the action could have read or changed.
        images: what ``view_image`` was given.
        seconds: how long it took.
    """

    error: BaseException | None
    traceback: str
    stdout: str
    output: Any
    ended: TaskFinished | None
    assigned: tuple[str, ...]
    touched: frozenset[str]
    images: tuple[Any, ...]
    seconds: float


class Session:
    """A persistent namespace in which agent code runs.

    Args:
        policy: what the code may reach.
        namespace: a dict that becomes the globals of agent code, so that functions made in an earlier
            session over the same dict keep seeing its names. Mutated.
        inputs: variables to begin with, also attributes of ``inputs``.
        limits: what each action may take.
        verbs: further functions by name, such as ``task_success``; they are called unguarded.
    """

    def __init__(
        self,
        policy: Policy,
        *,
        namespace: dict[str, Any] | None = None,
        inputs: Mapping[str, Any] | None = None,
        limits: Limits = Limits(),  # frozen
        verbs: Mapping[str, Callable[..., Any]] | None = None,
    ) -> None:
        self.policy = policy
        self.limits = limits
        self.globals: dict[str, Any] = {} if namespace is None else namespace
        self._output: list[str] = []
        self._printed = 0
        self._images: list[Any] = []
        self._echo: Any = None
        self._ended: TaskFinished | None = None
        self._limit: LimitReached | None = None
        self._future = False
        self._shadowed: set[str] = set()
        self._flags = clock.needs_flags()
        self.guards = Guards(policy)
        self.guards.globals = self.globals
        _fill(self, verbs or {}, inputs or {})
        #: What functions of this call close over: the task's arguments.
        self._cells = {
            name: CellType(self.globals[name])
            for name in (*(inputs or {}), *(("inputs",) if inputs else ()))
            if name not in tables.OFFERED and name.isidentifier()
        }
        self._settled = {name: cell.cell_contents for name, cell in self._cells.items()}
        clock.watch_session(self)

    # ------------------------------------------------------------ what runs

    def run(self, source: str) -> Result:
        """Run one action.

        A ``KeyboardInterrupt`` of the person passes; everything else ends up in the result.
        """
        started = time.perf_counter()
        self._output, self._printed, self._images = [], 0, []
        self._echo = self._ended = self._limit = None
        try:
            compiled = self._compile(source)
        except (SyntaxRefused, SyntaxError) as refused:
            return self._result(refused, source, (), frozenset(), started)
        starred = "$star" in compiled.code.co_names  # which binds what nobody has spelled out
        known = dict(self.globals) if starred else self.globals
        before = {name: known.get(name, _MISSING) for name in compiled.bound}
        error = self._execute(compiled)
        if starred:
            found = self.globals.keys() - known.keys()
            before.update((name, _MISSING) for name in found if _is_own(name))
        assigned = self._changed(before)
        touched = reached(self.globals, compiled.used | before.keys())
        return self._result(error, source, assigned, touched, started)

    def _changed(self, before: Mapping[str, Any]) -> tuple[str, ...]:
        """The names that mean something else than before and are still there, in order."""
        space = self.globals
        changed = {
            name
            for name, value in before.items()
            if (now := space.get(name, _MISSING)) is not value and now is not _MISSING
        }
        found: list[str] = []
        for name in reversed(space):  # new names come last, and the guards' hundreds first
            if len(found) == len(changed):
                break
            if name in changed:
                found.append(name)
        return tuple(reversed(found))

    def _compile(self, source: str) -> Compiled:
        compiled = compile_action(
            source,
            shadowed=frozenset(self._shadowed),
            flags=self._flags,
            future=self._future,
            max_source=self.limits.max_source,
            steady=frozenset(
                name
                for name, value in self.globals.items()
                if type(value) in _CONTAINERS or issubclass(type(value), ModuleView)
            ),
            arguments=frozenset(self._cells),
        )
        self._future = compiled.future
        for name in compiled.bound & tables.OFFERED:
            self.shadow(name)
        self.guards.provide(compiled.keys)
        for name in compiled.callees:
            self.globals.setdefault(name, None)
        assigned(compiled.assigned)
        clock.watch_code(compiled.code)
        sources.keep(compiled.code)
        return compiled

    def _execute(self, compiled: Compiled) -> BaseException | None:
        self._settle()
        closure = tuple(self._cells[name] for name in compiled.code.co_freevars)
        function = FunctionType(compiled.code, self.globals, "<module>", None, closure)
        try:
            return self._run_within_limits(function, compiled)
        finally:
            self._settle()

    def _settle(self) -> None:
        """An argument that was bound anew, in its cell or as a name of the module, is so in both."""
        space = self.globals
        for name, cell in self._cells.items():
            before = self._settled[name]
            try:
                held = cell.cell_contents
            except ValueError:  # the code deleted it
                held = _MISSING
            bound = space.get(name, _MISSING)
            if held is not before:
                if held is _MISSING:
                    space.pop(name, None)
                else:
                    space[name] = held
            elif bound is not before:
                held = bound
                if bound is _MISSING:
                    del cell.cell_contents
                else:
                    cell.cell_contents = bound
            self._settled[name] = held

    def _run_within_limits(
        self, function: FunctionType, compiled: Compiled
    ) -> BaseException | None:
        deadline = clock.Deadline(self.limits.timeout_seconds, self.limits.max_memory)
        try:
            with clock.running(deadline):
                value = function()
                if compiled.is_async:
                    value = _drive(value, self.guards)
                if type(value) is Returned:
                    self._ended = TaskFinished("success", value.value)
            error: BaseException | None = None
        except TaskFinished as finished:
            if self._ended is None:
                self._ended = finished
            return None
        except BaseException as raised:
            if isinstance(raised, KeyboardInterrupt):
                raise
            error = raised
        if self._limit is not None:
            error = self._limit
        elif deadline.expired is not None and not isinstance(error, LimitReached):
            # Agent code swallowed the signal, or C code wrapped it: the clock has the last word.
            error = deadline.stop()
        if isinstance(error, LimitReached):
            # Where the limit landed before an __exit__, print would go on into what it was sent to.
            self.guards.redirects.clear()
        if self._ended is not None and not isinstance(error, LimitReached):
            return None
        return error

    def _result(
        self,
        error: BaseException | None,
        source: str,
        assigned: tuple[str, ...],
        touched: frozenset[str],
        started: float,
    ) -> Result:
        text = ""
        if error is not None:
            with clock.running(clock.Deadline(self.limits.timeout_seconds)):
                try:
                    text = tracebacks.short(error, self.guards, source)
                except LimitReached:
                    text = type(error).__name__
            if not _shows_well(error, self.guards):
                # The host may show the error to anybody: its words stay within the policy.
                set_args(error, (tracebacks.message(error, self.guards),))
            elif any(type(arg) is str and tables.HOME in arg for arg in args_of(error)):
                cleaned = [
                    self.guards.texts.clean(a) if type(a) is str else a for a in args_of(error)
                ]
                set_args(error, tuple(cleaned))
            error.__traceback__ = None if _holds_frames(error) else error.__traceback__
        return Result(
            error=error,
            traceback=text,
            stdout="".join(self._output),
            output=self._echo,
            ended=self._ended,
            assigned=assigned,
            touched=touched,
            images=tuple(self._images),
            seconds=time.perf_counter() - started,
        )

    def close(self) -> None:
        """Close generators and coroutines that agent code left suspended, each within half a second.

        For a session that is not needed any more: the garbage collector would run what is in their
        ``finally`` without any deadline.
        """
        _close_suspended(self.globals)

    # ------------------------------------------------------------ what agent code calls

    def write(self, text: str) -> None:
        """Takes what is printed; too much of it stops the action."""
        room = self.limits.max_output - self._printed
        self._printed += len(text)
        if len(text) > room:
            self._output.append(text[: max(room, 0)])
            self._limit = LimitReached(
                "max_output",
                f"the action printed more than {self.limits.max_output:,} characters; print less",
            )
            raise self._limit
        self._output.append(text)

    def echo(self, value: Any) -> None:
        """Takes the value of a last bare expression."""
        self._echo = value

    def view_image(self, image: Any) -> None:
        """Show a picture: it is part of the next message."""
        self._images.append(image)

    def finish(self, kind: str, value: Any) -> None:
        """End the task; what agent code does with the signal changes nothing."""
        signal = TaskFinished(kind, value)
        if self._ended is None:
            self._ended = signal
        raise signal

    # ------------------------------------------------------------ names

    @property
    def namespace(self) -> Names:
        """The agent's own names, as a mapping the host may change."""
        return Names(self)

    def shadow(self, name: str) -> None:
        """Agent code binds a builtin's name: calls compiled before see its value from now on."""
        if name in self._shadowed or name not in tables.OFFERED_CALLS:
            self._shadowed.add(name)
            return
        self._shadowed.add(name)
        for key in (f"$b_{name}", f"$n_{name}", f"${name}"):
            original = self.globals.get(key, _MISSING)
            if original is not _MISSING and key != "$type":
                self.globals[key] = Shadowed(self.guards, name, original)

    def notice(self) -> None:
        """A state bound names behind our back: builtins among them mean the agent's own from now on."""
        space = self.globals
        hidden = space["$hidden"]
        for name in tables.OFFERED & space.keys():
            if name not in self._shadowed and hidden.get(name, _MISSING) is not space[name]:
                self.shadow(name)

    def bind(self, name: str, value: Any) -> None:
        """Bind a name from outside compiled code."""
        if name in tables.OFFERED:
            self.shadow(name)
        self.globals[name] = value

    def annotate(self, name: str, annotation: Any) -> None:
        """``x: int`` at the top level, which compiled code cannot say of a global."""
        self.globals.setdefault("__annotations__", {})[name] = annotation

    def restore(self, name: str) -> None:
        """``del print``: the name means the builtin again."""
        hidden = self.globals["$hidden"]
        if name not in self.globals or hidden.get(name, _MISSING) is self.globals[name]:
            raise NameError(f"name {name!r} is not defined")
        if name in hidden:
            self.globals[name] = hidden[name]
        else:
            del self.globals[name]


_CONTAINERS = frozenset({list, dict, set, tuple, str})
#: The exact classes of what builtins give, where compiled code counts on it.
_EXACT: dict[str, type] = {
    **{name: getattr(real, kind) for name, kind in RESULTS.items()},
    **{cls.__name__: cls for cls in (range, enumerate, zip)},
}


class Shadowed:
    """Calls a builtin's name as it is bound now."""

    __slots__ = ("guards", "name", "original")

    def __init__(self, guards: Guards, name: str, original: Any) -> None:
        self.guards = guards
        self.name = name
        self.original = original

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        space = self.guards.globals
        value = space.get(self.name, _MISSING)
        if value is _MISSING or space["$hidden"].get(self.name, _MISSING) is value:
            return self.original(*args, **kwargs)
        result = self.guards.call(value)(*args, **kwargs)
        # Code compiled while the name meant the builtin leaves out guards on the ground of its result.
        if self.name in _EXACT:
            fits = type(result) is _EXACT[self.name]
        else:
            fits = self.name not in ITERABLE_RESULTS or type(result) in self.guards.ok
        if not fits:
            raise TypeRefused(
                f"{self.name}() was given a new meaning after this code was written, and gave "
                f"a {type(result).__name__}; define what calls it again"
            )
        return result


class Names(MutableMapping[str, Any]):
    """The agent's own names: no guards, no builtins, nothing registered unless it was bound anew."""

    __slots__ = ("_session",)

    def __init__(self, session: Session) -> None:
        self._session = session

    def _has(self, name: Any) -> bool:
        space = self._session.globals
        return (
            type(name) is str
            and "$" not in name
            and name in space
            and not name.startswith("__builtins__")
            and name not in ("__name__", "__annotations__")
            and space["$hidden"].get(name, _MISSING) is not space[name]
        )

    def __getitem__(self, name: str) -> Any:
        if not self._has(name):
            raise KeyError(name)
        return self._session.globals[name]

    def __setitem__(self, name: str, value: Any) -> None:
        if not name.isidentifier():
            raise KeyError(f"{name!r} cannot be a name")
        self._session.bind(name, value)

    def __delitem__(self, name: str) -> None:
        if not self._has(name):
            raise KeyError(name)
        hidden = self._session.globals["$hidden"]
        if name in hidden:
            self._session.globals[name] = hidden[name]
        else:
            del self._session.globals[name]

    def __iter__(self) -> Iterator[str]:
        return iter([name for name in self._session.globals if self._has(name)])

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def __repr__(self) -> str:
        return f"<names: {', '.join(self)}>"


class Returned:
    """What ``return value`` at the top level hands over."""

    __slots__ = ("value",)

    def __init__(self, value: Any) -> None:
        self.value = value


#: Signals that agent handlers let by: ours, and the person's own interrupt.
SIGNALS = (TaskFinished, LimitReached, KeyboardInterrupt)


def _without_traceback(value: Any) -> Any:
    """What ``__exit__`` is handed, without a frame in it."""
    if type(value) is tuple:
        return tuple(None if type(v).__name__ == "traceback" else v for v in value)
    return None


def _go() -> bool:
    clock.look()
    return True


def _fill(session: Session, verbs: Mapping[str, Any], inputs: Mapping[str, Any]) -> None:
    """Everything compiled code finds in its globals."""
    g = session.guards
    space = session.globals
    before = space.get("$hidden", {})
    if "$s" in space:  # code of an earlier session reads the same sets, all empty again
        g.provide(space["$s"].__dict__)
    for name in space:  # what an earlier session's code found callable is asked anew
        if name.startswith(("$k_", "$m_", "$r_", "$x_")):
            space[name] = None
    own = {
        name: space[name]
        for name in tables.OFFERED & space.keys()
        if before.get(name, _MISSING) is not space[name]
    }
    _guard_names(g, space, session.write)
    for name, value in own.items():  # what an earlier session's code gave a builtin's name to
        session.bind(name, value)
    importer = Importer(g)
    space.update(
        {
            "$import": importer.import_module,
            "$from": importer.import_from,
            "$star": importer.import_star,
            "$importer": importer,
            "$echo": session.echo,
            "$bind": session.bind,
            "$annotate": session.annotate,
            "$restore": session.restore,
        }
    )
    hidden = space["$hidden"]
    known: dict[str, Any] = {
        **session.policy.names(),
        "view_image": session.view_image,
        **verbs,
    }
    for name, value in known.items():
        if isinstance(value, type):
            offered: Any = g.show_class(value)
        elif name in session.policy.instances:
            offered = value
        else:
            offered = importer.offered(value, name)
        if name in tables.OFFERED:
            session.shadow(name)
        if name not in space or name in hidden:
            space[name] = offered
            hidden[name] = offered
    for name, value in inputs.items():
        session.bind(name, value)
        hidden[name] = value
    held = types.SimpleNamespace(**inputs)
    if inputs and "inputs" not in inputs:
        space["inputs"] = hidden["inputs"] = held


def _guard_names(g: Guards, space: dict[str, Any], write: Callable[[str], object]) -> None:
    """The part of the globals that every session has, at home and away."""
    offered = builtins.offered(g, write)
    space.update(offered)
    space["$hidden"] = {name: value for name, value in offered.items() if "$" not in name}
    space.update(
        {
            GUARDS_KEY: g,
            "__name__": tables.HOME,
            "__builtins__": builtins.frame_builtins(),
            "$mark": THE_MARK,
            ASKED: asked,
            "$type": type,
            "$function": FunctionType,
            "$int": int,
            "$float": float,
            "$num": NUMBERS,
            "$s": g.sets,
            "$tuple": tuple,
            "$list": list,
            "$str": str,
            "$quiet": g.quiet,
            "$get": g.get,
            "$door": g.door,
            "$wdoor": g.write_door,
            "$ddoor": g.delete_door,
            "$xdoor": g.change_door,
            "$meth": g.method,
            "$methk": g.steady_method,
            "$doork": g.steady_door,
            "$itemk": g.steady_item,
            "$callattr": g.call_attribute,
            "$supget": g.super_get,
            "$super": super,
            "$supdoor": g.super_door,
            "$supcall": g.super_call,
            "$item": g.item,
            "$iter": g.iter,
            "$aiter": g.aiter,
            "$await": g.awaited,
            "$in": g.contains,
            "$spread": g.star,
            "$subject": g.subject,
            "$ctx": g.context,
            "$actx": g.acontext,
            "$map": g.mapping,
            "$iadd": g.added,
            "$ior": g.merged,
            "$unpack": g.unpack,
            "$call": g.call,
            "$raise": g.raised,
            "$callk": g.call_global,
            "$base": g.base,
            "$bases": g.bases,
            "$meta": g.metaclass,
            "$metas": g.metaclass_keywords,
            "$class": g.finish_class,
            "$body": Bodies(g),
            "$name": g.missing_name,
            "$fmt": g.texts.shown,
            "$fmtspec": g.texts.shown,
            "$mod": g.texts.percent,
            "$modl": g.texts.percent_left,
            "$imod": g.texts.percent_in_place,
            "$mul": bounds.multiply,
            "$imul": bounds.multiply_in_place,
            "$powl": bounds.power_left,
            "$ipow": bounds.power_in_place,
            "$lshift": bounds.shift,
            "$ilshift": bounds.shift_in_place,
            **{
                f"${kind}_{name}": functools.partial(twin, g)
                for (kind, name), twin in methods.KNOWN.items()
            },
            "$matcher": Matcher(g).make,
            "$pattern": Matcher(g).known,
            "$seq": Sequences(g),
            "$constant": constant,
            "$Signals": SIGNALS,
            "$Returned": Returned,
            "$notb": _without_traceback,
            "$stop": False,
            "$stopped": clock.look,
            "$go": _go,
        }
    )


_SUSPENDED = (types.GeneratorType, types.CoroutineType)


def _close_suspended(space: dict[str, Any]) -> None:
    """Close what agent code left suspended before the interpreter does, which knows no deadline.

    A generator's ``finally`` may hold anything; it gets half a second.
    """
    for value in list(space.values()):
        if type(value) in _SUSPENDED:
            try:
                with clock.running(clock.Deadline(0.5)):
                    value.close()
            except BaseException:  # whatever its finally does, it is over
                continue


@atexit.register
def _close_all() -> None:
    for space in clock.namespaces():
        _close_suspended(space)


#: Numbers whose products and remainders are numbers.
NUMBERS = frozenset({int, float, complex, bool})


def _drive(coroutine: Any, g: Guards) -> Any:
    """Run an action that awaits at its top level: by hand, or in an event loop if it needs one."""
    importer: Importer = g.globals["$importer"]
    if g.policy.module("asyncio") is not None:
        return event_loops.run_in_loop(coroutine)
    try:
        while True:
            coroutine.send(None)
            clock.look()
    except StopIteration as done:
        return done.value
    finally:
        coroutine.close()
        del importer


def _shows_well(error: BaseException, g: Guards) -> bool:
    """May anybody call ``str`` on this error: is it of a sane length, and all registered?"""
    try:
        return g.texts.is_safe(args_of(error)) and not any(
            isinstance(arg, (str, bytes)) and len(arg) > 100_000 for arg in args_of(error)
        )
    except SizeRefused:
        return False


def _holds_frames(error: BaseException) -> bool:
    """Refusals and limits are described by their text; their frames need not live on."""
    return isinstance(error, (LimitReached, SyntaxError))


def reached(space: Mapping[str, Any], names: frozenset[str]) -> frozenset[str]:
    """The names that code mentioning ``names`` could touch, through the functions it could call.

    Names that are not there are among them: the code may have deleted them.
    """
    found: set[str] = {name for name in names if name not in space and _is_own(name)}
    queue = [name for name in names if name in space and _is_own(name)]
    while queue:
        name = queue.pop()
        if name in found:
            continue
        found.add(name)
        for mentioned in _mentions(space[name]):
            if mentioned in found or not _is_own(mentioned):
                continue
            if mentioned in space:
                queue.append(mentioned)
            else:
                found.add(mentioned)
    return frozenset(found)


def _is_own(name: str) -> bool:
    """Not a name of the machinery: a guard's, or one that every module has."""
    return "$" not in name and name not in ("__name__", "__builtins__", "__annotations__")


def _mentions(value: Any) -> set[str]:
    """Global names that calling, or working with, this value could read or write."""
    codes: list[CodeType] = []
    seen: set[int] = set()
    if not is_agent_function(value) and not isinstance(value, type):
        value = type(value)
    if isinstance(value, type):
        for cls in value.__mro__:
            if is_agent_class(cls):
                for member in own_dict(cls).values():
                    inner = getattr(member, "__func__", getattr(member, "fget", member))
                    if is_agent_function(inner):
                        codes.append(inner.__code__)
    else:
        codes.append(value.__code__)
        for cell in value.__closure__ or ():
            try:
                if is_agent_function(cell.cell_contents):
                    codes.append(cell.cell_contents.__code__)
            except ValueError:
                continue
    names: set[str] = set()
    while codes:
        code = codes.pop()
        if id(code) in seen:
            continue
        seen.add(id(code))
        names.update(code.co_names)
        codes.extend(c for c in code.co_consts if isinstance(c, CodeType))
    return names


def _restore(policy: Policy) -> Guards:
    """The guards of an unpickled policy: one set of them per policy and process."""
    g = Guards(policy)
    g.go_away()
    space: dict[str, Any] = {}
    g.globals = space
    _guard_names(g, space, sys.stdout.write)
    importer = Importer(g)
    space["$importer"] = importer
    return g


restorers.append(_restore)
