"""What a session hands to agent code, as values that can be stored: by what it is called, never by value.

A module view, ``dataclass`` as the guarded function it is, ``attrgetter("x")``, the guards in a
cell of one of these: each is the session's own, and another session has its own in its place. So a
recipe says *which* one, and the session at hand, under its policy, answers. Closures of this package
and of a few modules of the standard library (``contextmanager`` wraps a function in one) are found
again by where they stand in their module's code.
"""

from __future__ import annotations

import dataclasses
import functools
import importlib
import sys
import types
import typing
from collections.abc import Iterator, Mapping
from types import CellType, CodeType, FunctionType, MethodType
from typing import Any

from agex.sandbox import kinds, tables
from agex.sandbox.builtins import Builtins
from agex.sandbox.decisions import ModuleView
from agex.sandbox.formatting import Texts
from agex.sandbox.guards import Guards
from agex.sandbox.imports import Importer
from agex.sandbox.moved import now_at
from agex.sandbox.opaque import Type, ViewMeta, view_of
from agex.sandbox.origin import GUARDS_KEY
from agex.sandbox.session import Session

_OURS = "agex.sandbox."
#: Modules whose closures agent code may come to hold.
_CLOSURES = frozenset({"contextlib", "functools", "abc", "typing", "collections", "enum"})
_LRU = type(functools.lru_cache(lambda: None))
#: Types of which every object is handed out by the sandbox, or belongs to it.
_MACHINERY: tuple[type, ...] = (Guards, Builtins, Importer, Texts, Session)
#: One of each exists, and identity is what they are for.
_SENTINELS = {type(value): (name, value) for name, value in (
    ("MISSING", dataclasses.MISSING), ("KW_ONLY", dataclasses.KW_ONLY),
)}  # fmt: skip
_WRAPPERS: tuple[type, ...] = (_LRU, functools.cached_property, typing.NewType)
#: Computations in progress, which have no text that says where they stand.
_RUNNING: tuple[type, ...] = (
    types.GeneratorType,
    types.CoroutineType,
    types.AsyncGeneratorType,
)


_OWN = frozenset({*_WRAPPERS, *_RUNNING, *_SENTINELS})


class NotStorable(TypeError):
    """A value that no recipe can be written for; the message says what to keep instead."""


def owns_type(kind: type) -> bool:
    """Whether every object of this type is described here."""
    return issubclass(kind, (ModuleView, *_MACHINERY)) or kind in _OWN


def owns_class(cls: type) -> bool:
    """Whether this class is a stand-in, or one that the sandbox made."""
    return cls is Type or type(cls) is ViewMeta or cls is kinds.OwnPartial


def owns_function(function: FunctionType) -> bool:
    """Whether this is a closure of the sandbox or the library, or was generated for an agent's class."""
    home = function.__globals__.get("__name__")
    if home == tables.HOME or (type(home) is str and home.startswith("namedtuple_")):
        return True
    if "<locals>" not in function.__code__.co_qualname or type(home) is not str:
        return False
    return (home in _CLOSURES or home.startswith(_OURS)) and not _is_importable(function)


def _is_importable(value: Any) -> bool:
    """Whether a function is found under its own name."""
    home = getattr(value, "__module__", None)
    found: Any = sys.modules.get(home) if isinstance(home, str) else None
    for part in value.__qualname__.split("."):
        found = getattr(found, part, None)
    return found is value


# ---------------------------------------------------------------- describing


Described: typing.TypeAlias = tuple[dict[str, Any], tuple[Any, ...], Any, "dict[str, Any] | None"]


def describe(value: Any) -> Described:
    """``(recipe, needs, parts, namespace)`` of something :func:`owns_type` and its kin own.

    Raises:
        NotStorable: it cannot be made again.
    """
    if isinstance(value, _RUNNING):
        raise NotStorable(
            f"a {type(value).__name__} stops existing with its process; keep the function that makes "
            "it, or list(…) of it"
        )
    if isinstance(value, _MACHINERY):
        return _machinery(value)
    if isinstance(value, ModuleView):
        return _module(value)
    if isinstance(value, type):
        return _class(value)
    if isinstance(value, FunctionType):
        return _closure(value)
    if type(value) in _SENTINELS:
        name = _SENTINELS[type(value)][0]
        return {"kind": "import", "name": name, "module": "dataclasses"}, (), None, None
    if isinstance(value, MethodType):
        return _bound(value)
    if isinstance(value, functools.cached_property):
        recipe = {"kind": "cached property", "name": value.attrname}
        return recipe, (value.func,), None, None
    if isinstance(value, typing.NewType):
        recipe = {"kind": "new type", "name": value.__name__}
        return recipe, (value.__supertype__,), None, None
    return _cached(value)


def _machinery(value: Any) -> Described:
    guards = guards_of(value)
    if guards is None:
        raise NotStorable("this belongs to a session that is no more")
    kind = next(kind for kind in _MACHINERY if isinstance(value, kind))
    return {"kind": "machinery", "name": kind.__name__}, (), None, guards.globals


def owns_method(method: MethodType) -> bool:
    """Whether this is a function of a session, such as its ``print``."""
    return isinstance(method.__self__, _MACHINERY)


def _bound(method: MethodType) -> Described:
    owner = method.__self__
    for base in type(owner).__mro__:
        for name, value in vars(base).items():
            if value is method.__func__:
                recipe, _, _, namespace = _machinery(owner)
                found = {"kind": "method", "of": recipe["name"], "name": name}
                return found, (), None, namespace
    raise NotStorable(f"{method.__name__} cannot be found again")


def _module(view: Any) -> Described:
    name = object.__getattribute__(view, "__name__")
    if "__reduce__" in vars(type(view)):
        guards = view.__reduce__()[1][0]
        return {"kind": "module", "name": name}, (), None, guards.globals
    # An empty shelf that only holds the registered module below it.
    below = {key: item for key, item in vars(view).items() if isinstance(item, ModuleView)}
    return {"kind": "shelf", "name": name}, (), below, None


def _class(cls: Any) -> Described:
    if cls is Type:
        return {"kind": "type", "name": "type"}, (), None, None
    if cls is kinds.OwnPartial:
        return _member("functools", "partial", None)
    real = cls.real
    for name, value in vars(types).items():
        if value is real:
            return {"kind": "view", "name": name}, (), None, None
    return {"kind": "view", "name": ""}, (real,), None, None


def _member(module: str, name: str, guards: Guards | None) -> Described:
    recipe = {"kind": "member", "name": name, "module": module}
    return recipe, (), None, None if guards is None else guards.globals


def _closure(function: FunctionType) -> Described:
    guards = guards_of(function)
    importer = guards.globals.get("$importer") if guards is not None else None
    if guards is not None and isinstance(importer, Importer):
        for module, members in importer.curated.items():
            for name, value in members.items():
                if value is function:
                    return _member(module, name, guards)
    code = function.__code__
    home = function.__globals__.get("__name__")
    if not isinstance(home, str) or home == tables.HOME or home.startswith("namedtuple_"):
        raise NotStorable(f"{function.__qualname__} was generated for its class; keep the class")
    same = [c for c in _codes(home, code.co_qualname) if c.co_qualname == code.co_qualname]
    place = next((i for i, c in enumerate(same) if c is code), None)
    if place is None:
        raise NotStorable(f"{function.__qualname__} cannot be found again")
    recipe = {
        "kind": "closure",
        "name": function.__name__,
        "module": home,
        "path": code.co_qualname,
        "place": place,
        "free": list(code.co_freevars),
    }
    parts = {
        "defaults": function.__defaults__,
        "keyword_defaults": function.__kwdefaults__,
        "attributes": dict(function.__dict__),
        "qualname": function.__qualname__,
        "doc": function.__doc__,
    }
    parts = {key: item for key, item in parts.items() if item}
    namespace = guards.globals if guards is not None else None
    return recipe, function.__closure__ or (), parts, namespace


def _cached(wrapper: Any) -> Described:
    if _is_importable(wrapper):
        recipe = {"kind": "import", "name": wrapper.__qualname__, "module": wrapper.__module__}
        return recipe, (), None, None
    options = wrapper.cache_parameters()
    recipe = {"kind": "cached", "name": wrapper.__name__, **options}
    attributes = {k: v for k, v in vars(wrapper).items() if k != "__wrapped__"}
    return recipe, (wrapper.__wrapped__,), attributes or None, None


def guards_of(value: Any, _depth: int = 0) -> Guards | None:
    """The guards that something of the sandbox works under."""
    if isinstance(value, Guards):
        return value
    if isinstance(value, (Builtins, Importer, Session)):
        return value.guards
    if isinstance(value, Texts):
        return guards_of(getattr(value.read, "__self__", None))
    if isinstance(value, MethodType):
        return guards_of(value.__self__, _depth)
    if isinstance(value, FunctionType) and _depth < 3:
        for cell in value.__closure__ or ():
            try:
                found = guards_of(cell.cell_contents, _depth + 1)
            except ValueError:
                continue
            if found is not None:
                return found
    return None


def _codes(module: str, path: str) -> Iterator[CodeType]:
    """The code objects below the function at the start of a qualified name, in their order."""
    first = path.split(".<locals>", 1)[0]
    found: Any = importlib.import_module(module)
    for part in first.split("."):
        found = vars(found)[part] if isinstance(found, type) else getattr(found, part)
    found = getattr(found, "__func__", found)
    stack = [found.__code__]
    while stack:
        code = stack.pop(0)
        yield code
        stack.extend(const for const in code.co_consts if isinstance(const, CodeType))


# ---------------------------------------------------------------- making


def make(recipe: Mapping[str, Any], needs: tuple[Any, ...], namespace: dict[str, Any]) -> Any:
    """The session's own thing in the place of the one that was described.

    Raises:
        Exception: this session, or this version of agex, has none.
    """
    kind, name = recipe["kind"], recipe["name"]
    guards: Guards = namespace[GUARDS_KEY]
    importer: Importer = namespace["$importer"]
    if kind == "machinery":
        return _machine(name, guards, importer, namespace)
    if kind == "method":
        return getattr(_machine(recipe["of"], guards, importer, namespace), name)
    if kind == "module":
        return importer.view(name)
    if kind == "shelf":
        return importer.shelf(name)
    if kind == "type":
        return Type
    if kind == "view":
        return view_of(getattr(types, name)) if name else guards.show_class(needs[0])
    if kind == "member":
        return importer.members(recipe["module"])[name]
    if kind == "closure":
        return _made_closure(recipe, needs, guards)
    if kind == "import":
        found: Any = importlib.import_module(recipe["module"])
        for part in name.split("."):
            found = getattr(found, part)
        return found
    if kind == "cached":
        return functools.lru_cache(recipe["maxsize"], recipe["typed"])(guards.call(needs[0]))
    if kind == "cached property":
        made = functools.cached_property(needs[0])
        made.attrname = name
        return made
    if kind == "new type":
        make_type: Any = typing.NewType
        new_type = make_type(name, needs[0])
        new_type.__module__ = tables.HOME
        return new_type
    raise NotStorable(f"this version of agex does not know what a stored {kind!r} is")


def _machine(name: str, guards: Guards, importer: Importer, namespace: dict[str, Any]) -> Any:
    if name == "Guards":
        return guards
    if name == "Importer":
        return importer
    if name == "Texts":
        return guards.texts
    if name == "Session":
        return namespace["$echo"].__self__
    return namespace["$hidden"]["print"].__self__


def _made_closure(
    recipe: Mapping[str, Any], cells: tuple[CellType, ...], guards: Guards
) -> FunctionType:
    module, path, place = now_at(recipe["module"], recipe["path"], recipe["place"])
    if module not in _CLOSURES and not module.startswith(_OURS):
        raise NotStorable(f"closures of {module} are not the sandbox's")
    same = [code for code in _codes(module, path) if code.co_qualname == path]
    code = same[place]
    # Recipes of old do not say what their cells are called; they have to be the same ones.
    names = tuple(recipe.get("free", code.co_freevars))
    if names != code.co_freevars:
        # This version closes over other things: those of the same name are kept, the session's are its own.
        known = {
            "guards": CellType(guards),
            "rules": CellType(guards),
            **dict(zip(names, cells, strict=True)),
        }
        cells = tuple(known[name] for name in code.co_freevars)
    return FunctionType(code, vars(sys.modules[module]), recipe["name"], None, tuple(cells))


def fill(value: Any, parts: Any) -> None:
    """Give a made thing what could not exist before it."""
    if isinstance(value, ModuleView):
        for name, view in parts.items():
            object.__setattr__(value, name, view)
    elif isinstance(value, _LRU):
        vars(value).update(parts)
    elif isinstance(value, FunctionType):
        value.__defaults__ = parts.get("defaults")
        value.__kwdefaults__ = parts.get("keyword_defaults")
        value.__dict__.update(parts.get("attributes", ()))
        value.__qualname__ = parts.get("qualname", value.__qualname__)
        value.__doc__ = parts.get("doc", value.__doc__)
