"""Everything compiled code finds in its globals: the guards by their names, builtins, what is registered.

``fill`` does it for a session; ``_restore`` for guards that somebody else's pickler took to another
process, where there is no session.
"""

from __future__ import annotations

import dataclasses
import functools
import sys
import types
import typing
from collections.abc import Callable, Mapping
from types import FunctionType
from typing import Any, Protocol

from agex.errors import ImportRefused, LimitReached, TaskFinished
from agex.policy import Policy
from agex.sandbox import bounds, builtins, clock, methods, tables, views
from agex.sandbox.decisions import ModuleView
from agex.sandbox.enum_bodies import Bodies
from agex.sandbox.guards import Guards, restorers
from agex.sandbox.imports import Importer
from agex.sandbox.leaving import seen
from agex.sandbox.origin import ASKED, GUARDS_KEY, Mark, asked
from agex.sandbox.outlet import Outlet
from agex.sandbox.patterns import Matcher, Sequences, constant
from agex.sandbox.results import Returned

_MISSING: Any = object()


class Home(Protocol):
    """What is asked of a session whose globals are filled."""

    policy: Policy
    guards: Guards
    globals: dict[str, Any]
    outlet: Outlet

    def shadow(self, name: str) -> None: ...
    def bind(self, name: str, value: Any) -> None: ...
    def annotate(self, name: str, annotation: Any) -> None: ...
    def restore(self, name: str) -> None: ...


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


#: Signals that agent handlers let by: ours, and the person's own interrupt.
SIGNALS = (TaskFinished, LimitReached, KeyboardInterrupt)


_without_traceback = seen


def _go() -> bool:
    clock.look()
    return True


#: Numbers whose products and remainders are numbers.
NUMBERS = frozenset({int, float, complex, bool})


def fill(home: Home, verbs: Mapping[str, Any], inputs: Mapping[str, Any]) -> None:
    """Put everything that compiled code asks for into the globals of a session.

    Args:
        verbs: functions of the task by name, which are called unguarded.
        inputs: variables to begin with, also attributes of ``inputs``.
    """
    g, space = home.guards, home.globals
    own = _made_before(g, space)
    _guard_names(g, space, home.outlet.write)
    for name, value in own.items():  # what an earlier session's code gave a builtin's name to
        home.bind(name, value)
    importer = Importer(g)
    _renew_views(importer, space)
    space.update(
        {
            "$import": importer.import_module,
            "$from": importer.import_from,
            "$star": importer.import_star,
            "$importer": importer,
            "$echo": home.outlet.echo,
            "$bind": home.bind,
            "$annotate": home.annotate,
            "$restore": home.restore,
        }
    )
    _bind_registered(home, importer, verbs)
    hidden = space["$hidden"]
    for name, value in inputs.items():
        home.bind(name, value)
        hidden[name] = value
    if inputs and "inputs" not in inputs:
        space["inputs"] = hidden["inputs"] = types.SimpleNamespace(**inputs)


def _renew_views(importer: Importer, space: dict[str, Any]) -> None:
    """A module that code of an earlier session imported is what this policy shows of it, or is gone."""
    for name, value in list(space.items()):
        if not issubclass(type(value), ModuleView) or "$" in name:
            continue
        below = [item for item in vars(value).values() if issubclass(type(item), ModuleView)]
        del space[name]
        try:
            space[name] = importer.view(object.__getattribute__(value, "__name__"))
        except ImportRefused:
            for view in below:  # only a module below it is registered
                try:
                    dotted = object.__getattribute__(view, "__name__")
                    space[name] = importer.import_module(dotted, False)
                except ImportRefused:
                    continue


def _made_before(g: Guards, space: dict[str, Any]) -> dict[str, Any]:
    """Make globals of an earlier session ready; what its code gave builtins' names to."""
    before = space.get("$hidden", {})
    if "$s" in space:  # code of an earlier session reads the same sets, all empty again
        g.provide(space["$s"].__dict__)
    for name in space:  # what an earlier session's code found callable is asked anew
        if name.startswith(("$k_", "$m_", "$r_", "$x_", "$z_")):
            space[name] = None
    return {
        name: space[name]
        for name in tables.OFFERED & space.keys()
        if before.get(name, _MISSING) is not space[name]
    }


def _bind_registered(home: Home, importer: Importer, verbs: Mapping[str, Any]) -> None:
    """What can be named without importing: registered functions, classes and objects, and verbs."""
    space = home.globals
    hidden = space["$hidden"]
    known: dict[str, Any] = {**home.policy.names(), "view_image": home.outlet.view_image, **verbs}
    for name, value in known.items():
        if isinstance(value, type):
            offered: Any = home.guards.show_class(value)
        elif name in home.policy.instances:
            offered = value
        else:
            offered = importer.offered(value, name)
        if name in tables.OFFERED:
            home.shadow(name)
        if name not in space or name in hidden:
            space[name] = offered
            hidden[name] = offered


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
            **_of_python(),
            **_of_attributes(g),
            **_of_items_and_calls(g),
            **_of_classes(g),
            **_of_operators(g),
            **_of_patterns(g),
            **_of_signals(),
        }
    )


def _of_python() -> dict[str, Any]:
    """What Python itself would use, under names that no agent code can bind."""
    return {
        "$type": type,
        "$function": FunctionType,
        "$int": int,
        "$float": float,
        "$num": NUMBERS,
        "$tuple": tuple,
        "$list": list,
        "$str": str,
        "$super": super,
    }


def _of_attributes(g: Guards) -> dict[str, Any]:
    """Reading, writing and deleting attributes."""
    return {
        "$s": g.sets,
        "$quiet": g.quiet,
        "$get": g.get,
        "$door": g.door,
        "$wdoor": g.write_door,
        "$ddoor": g.delete_door,
        "$xdoor": g.change_door,
        "$countdoor": g.count_door,
        "$doork": g.steady_door,
        "$supget": g.super_get,
        "$supdoor": g.super_door,
    }


def _of_items_and_calls(g: Guards) -> dict[str, Any]:
    """Items, iteration, ``with``, ``await``; and calls, of methods and of anything else."""
    return {
        "$meth": g.method,
        "$methk": g.steady_method,
        "$callattr": g.call_attribute,
        "$supcall": g.super_call,
        "$call": g.call,
        "$callk": g.call_global,
        "$item": g.item,
        "$slice": slice,
        "$slices": g.slices,
        "$itemk": g.steady_item,
        "$putk": g.steady_put,
        "$iter": g.iter,
        "$aiter": g.aiter,
        "$await": g.awaited,
        "$in": g.contains,
        "$spread": g.star,
        "$map": g.spread,
        "$views": views.VIEWS,
        "$viewed": g.viewed,
        "$iand": g.intersected,
        "$ixor": g.differed,
        "$delegated": g.delegated,
        "$given": g.given,
        "$givenawait": g.given_awaited,
        "$unpack": g.unpack,
        "$ctx": g.context,
        "$actx": g.acontext,
        "$raise": g.raised,
        "$name": g.missing_name,
    }


def _of_classes(g: Guards) -> dict[str, Any]:
    """Class statements: bases, metaclasses, the body, and the mark of what agent code makes."""
    return {
        "$mark": Mark(rules=g),
        ASKED: asked,
        "$base": g.base,
        "$bases": g.bases,
        "$meta": g.metaclass,
        "$metas": g.metaclass_keywords,
        "$class": g.finish_class,
        "$body": Bodies(g),
    }


def _of_operators(g: Guards) -> dict[str, Any]:
    """Operators and formatting, where their results could grow or show too much."""
    return {
        "$iadd": g.added,
        "$ior": g.merged,
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
    }


def _of_patterns(g: Guards) -> dict[str, Any]:
    """``match``."""
    return {
        "$subject": g.subject,
        "$matcher": Matcher(g).make,
        "$pattern": Matcher(g).known,
        "$seq": Sequences(g),
        "$constant": constant,
    }


def _of_signals() -> dict[str, Any]:
    """How an action ends, and how it is told to stop."""
    return {
        "$Signals": SIGNALS,
        "$Returned": Returned,
        "$notb": _without_traceback,
        "$stop": False,
        "$stopped": clock.look,
        "$go": _go,
        "$pause": clock.pause,
        "$breathe": clock.breathe,
        "$joined": bounds.joined,
    }


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
