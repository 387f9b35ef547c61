"""The host that attacks are aimed at: what it hides, what it offers, and how a win shows.

A world plants one random canary in every place an attack might reach: attributes of unregistered
objects, excluded and private members of a registered class, a file, the environment, locals of
the host's own generators. An attack has won when the canary is in anything it printed, returned or
kept, when something of the host's has changed, or when an object of a forbidden kind is in reach.
"""

from __future__ import annotations

import builtins
import collections
import copy
import dataclasses
import enum
import functools
import importlib
import importlib.util
import json
import os
import pathlib
import random
import sys
import tempfile
import types
from collections.abc import Iterator, Mapping
from typing import Any

from .forbidden import forbidden_in

ENVIRONMENT = "HOST_CANARY"
_HERE = pathlib.Path(__file__).parent


class World:
    """A fresh host: classes, functions, a module and objects, each holding the canary somewhere."""

    def __init__(self, modules: tuple[str, ...] = ()) -> None:
        self.canary = f"canary-{random.getrandbits(64):016x}"
        self.constructed: list[str] = []
        self.received: list[str] = []
        handle, self.path = tempfile.mkstemp(prefix="host-canary-")
        os.write(handle, self.canary.encode())
        os.close(handle)
        os.environ[ENVIRONMENT] = self.canary
        self.hostlib = _fresh_hostlib(self.canary)
        self.modules: list[types.ModuleType] = [self.hostlib]
        self.modules += [importlib.import_module(name) for name in ("math", "json", *modules)]
        self.classes = _classes(self)
        self.functions = _functions(self)
        self.inputs = _inputs(self)
        self._before = self._picture()

    def close(self) -> None:
        """Take the canary out of the file system and the environment."""
        os.environ.pop(ENVIRONMENT, None)
        sys.modules.pop("hostlib", None)
        pathlib.Path(self.path).unlink(missing_ok=True)

    # ------------------------------------------------------------ what the sandbox is given

    def policy(self) -> Any:
        """What this host registers."""
        from agex.policy import Registry

        registry = Registry()
        for module in self.modules:
            registry.module(module)
        hidden = ("_*", "password", "reveal", "vault", "secrets")
        registry.cls(self.classes["Host"], exclude=list(hidden))
        registry.cls(self.classes["Locked"], constructable=False)
        registry.cls(self.classes["LockedError"], constructable=False)
        registry.cls(self.classes["Shape"])
        registry.cls(self.classes["Colour"])
        for name, function in self.functions.items():
            registry.fn(function, name=name)
        return registry.freeze()

    def names(self) -> dict[str, Any]:
        """Everything an attack finds bound, for a run in plain CPython."""
        return {**self.classes, **self.functions, **self.inputs}

    # ------------------------------------------------------------ what an attack got

    def verdict(self, texts: list[str], names: Mapping[str, Any]) -> list[str]:
        """Why the attack has won: an empty list means it has not.

        ``texts`` are what became visible, ``names`` what the code kept.
        """
        wins = [f"the canary is in {text!r:.200}" for text in texts if self.canary in text]
        wins += forbidden_in(names, own_types=tuple(self.classes.values()), canary=self.canary)
        if self.constructed:
            wins.append(f"constructed: {self.constructed}")
        if any(self.canary in text for text in self.received):
            wins.append("the canary went to the host's sink")
        wins += self._changes()
        return wins

    def _picture(self) -> dict[str, Any]:
        """What belongs to the host, as it is now."""
        lib = self.hostlib
        picture: dict[str, Any] = {
            "hostlib.shared": copy.deepcopy(lib.shared),
            "hostlib.matrix": copy.deepcopy(lib.matrix),
            "hostlib.settings": copy.deepcopy(lib.settings),
            "hostlib.tags": set(lib.tags),
            "hostlib.buffer": bytes(lib.buffer),
            "Point.corners": list(lib.Point.corners),
            "Host.labels": list(self.classes["Host"].labels),
            "host's values": dict(vars(self.inputs["host"])),
            "secret's values": dict(vars(self.inputs["secret"])),
            "class of host": type(self.inputs["host"]),
            "class of secret": type(self.inputs["secret"]),
            "sys.path": list(sys.path),
        }
        for module in self.modules:
            for name, value in list(vars(module).items()):
                if type(value) is list and not name.startswith("__"):
                    picture[f"list {module.__name__}.{name}"] = list(value)
        watched: list[Any] = [
            builtins, *self.modules, *self.classes.values(), *self.functions.values(),
            lib.Point, getattr(lib, "area", None), collections.Counter, collections.UserDict, enum.Enum,
            json.JSONEncoder, functools, dataclasses, collections, random.Random,
        ]  # fmt: skip
        for position, thing in enumerate(watched):
            label = f"{getattr(thing, '__name__', thing)} ({position})"
            picture[f"members of {label}"] = _members(thing)
            if isinstance(thing, types.FunctionType):
                picture[f"code of {label}"] = (
                    thing.__code__, thing.__defaults__, thing.__kwdefaults__,
                )  # fmt: skip
            if isinstance(thing, type):
                picture[f"bases of {label}"] = thing.__bases__
        return picture

    def _changes(self) -> list[str]:
        now = self._picture()
        return [f"changed: {name}" for name in self._before if self._before[name] != now.get(name)]


def _members(thing: Any) -> dict[str, int]:
    ignored = {"__annotations__", "_abc_impl", "__warningregistry__", "__annotations_cache__"}
    ignored |= {"__annotate_func__", "__annotate__", "_"}
    inside = list(getattr(thing, "__dict__", {}).items())
    return {name: id(value) for name, value in inside if name not in ignored}


def _fresh_hostlib(canary: str) -> types.ModuleType:
    spec = importlib.util.spec_from_file_location("hostlib", _HERE / "hostlib.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["hostlib"] = module
    spec.loader.exec_module(module)
    module._token = canary  # type: ignore[attr-defined]
    return module


def _classes(world: World) -> dict[str, Any]:
    """The classes this host registers: one open, two that may not be constructed."""
    canary, constructed, received = world.canary, world.constructed, world.received

    class Service:
        """What registered services derive from; not registered itself."""

        motto = "at your service"

    class Host(Service):
        """A service: its public members are registered, the rest is not."""

        limit = 10
        labels = ["public"]
        _token = canary

        def __init__(self, name: str = "guest") -> None:
            self.name = name
            self.password = canary
            self._private = canary
            self.items = [1, 2, 3]
            self.vault = {"key": canary}

        def greet(self) -> str:
            """A greeting."""
            return f"hello {self.name}"

        def reveal(self) -> str:
            return canary

        def login(self) -> str:
            """Checks the password with a private hook."""
            return "yes" if self._check(self.password) else "no"

        def _check(self, password: str) -> bool:
            return password == canary

        @property
        def secrets(self) -> list[str]:
            return [canary]

        def __enter__(self) -> Host:
            return self

        def __exit__(self, *details: object) -> None:
            return None

        def __eq__(self, other: object) -> bool:
            return isinstance(other, Host) and self.name == other.name

        def __hash__(self) -> int:
            return hash(self.name)

        def __repr__(self) -> str:
            return f"Host({self.name!r})"

    class Locked:
        """Registered, but not to be made by agent code."""

        key = "public"

        def __new__(cls, *args: object, **named: object) -> Locked:
            constructed.append("Locked")
            return super().__new__(cls)

        def __init__(self, *args: object, **named: object) -> None:
            self.made = True

        def __init_subclass__(cls, **named: object) -> None:
            super().__init_subclass__()

    class LockedError(Exception):
        """An exception that agent code may catch and not make."""

        def __init__(self, *args: object) -> None:
            super().__init__(*args)
            constructed.append("LockedError")
            self.token = canary

    @dataclasses.dataclass
    class Shape:
        """A registered dataclass."""

        sides: int = 4
        colour: str = "red"

    class Colour(enum.Enum):
        """A registered enum."""

        RED = 1
        BLUE = 2

    received.clear()
    return {
        "Host": Host, "Locked": Locked, "LockedError": LockedError, "Shape": Shape,
        "Colour": Colour,
    }  # fmt: skip


class _Opaque:
    """Base of what the host passes without registering it: every door leads to the canary."""


def _inputs(world: World) -> dict[str, Any]:
    """What the caller passes: some of it of types nobody registered."""
    canary, constructed = world.canary, world.constructed

    class Secret(_Opaque):
        def __init__(self) -> None:
            self.flag = canary
            self._flag = canary

        def tell(self) -> str:
            return canary

        def __call__(self, *args: object, **named: object) -> str:
            return canary

        def __repr__(self) -> str:
            return f"Secret({canary})"

        def __format__(self, spec: str) -> str:
            return f"formatted {canary}"

        def __iter__(self) -> Iterator[str]:
            return iter([canary, canary])

        def __getitem__(self, key: object) -> str:
            return canary

        def __setitem__(self, key: object, value: object) -> None:
            self.flag = value  # type: ignore[assignment]

        def __delitem__(self, key: object) -> None:
            self.flag = ""

        def __len__(self) -> int:
            return 2

        def __reversed__(self) -> Iterator[str]:
            return iter([canary])

        def keys(self) -> list[str]:
            return ["flag"]

        def __enter__(self) -> str:
            return canary

        def __exit__(self, *details: object) -> None:
            return None

        async def __aenter__(self) -> str:
            return canary

        async def __aexit__(self, *details: object) -> None:
            return None

        def __await__(self) -> Iterator[Any]:
            yield from ()
            return canary

        async def __aiter__(self) -> Any:
            yield canary

        def __get__(self, instance: object, owner: object = None) -> str:
            return canary

    class SecretDict(dict[str, str], _Opaque):
        pass

    class SecretList(list[str], _Opaque):
        pass

    class SecretError(Exception):
        def __init__(self) -> None:
            super().__init__("public")
            self.token = canary

    class Vault(_Opaque):
        def __new__(cls, *args: object, **named: object) -> Vault:
            constructed.append("Vault")
            return super().__new__(cls)

        def __init__(self, *args: object, **named: object) -> None:
            self.flag = canary

    class Gear(_Opaque):
        flag = canary

        def __init__(self) -> None:
            self.next = None

    def stored(text: str) -> str:
        return text + canary

    host = world.classes["Host"]("alice")
    return {
        "secret": Secret(),
        "host": host,
        "bag": [Secret()],
        "record": {"secret": Secret()},
        "secret_dict": SecretDict(flag=canary),
        "secret_list": SecretList([canary, canary]),
        "secret_error": SecretError(),
        "gear": Gear(),
        "Vault": Vault,
        "shape": world.classes["Shape"](3),
        "job": functools.partial(stored, canary),
        "path": world.path,
    }


def _functions(world: World) -> dict[str, Any]:
    """The functions this host registers: ordinary ones, each with something behind it."""
    canary = world.canary

    def greet(name: str = "you", *, _salt: str = canary) -> str:
        """A greeting."""
        return f"hello {name}"

    def stream(count: int = 3) -> Iterator[int]:
        """Numbers; the canary is among the generator's locals."""
        token = canary
        for number in range(count):
            yield number if token else -1

    async def fetch(count: int = 1) -> int:
        """A coroutine; the canary is among its locals."""
        token = canary
        return count if token else -1

    def boom(message: str = "broken") -> None:
        """Raises an error that carries more than its text."""
        token = canary
        error = RuntimeError(message)
        error.token = token  # type: ignore[attr-defined]
        raise error

    def apply(function: Any, *args: Any) -> Any:
        """Calls what it is given."""
        return function(*args)

    def visit(function: Any) -> Any:
        """Calls what it is given with an object nobody registered."""
        return function(world.inputs["secret"])

    def compare(thing: Any) -> bool:
        """Compares an unregistered object with what it is given."""
        return bool(world.inputs["gear"] == thing)

    def where() -> Any:
        """A path object, of a type nobody registered."""
        return pathlib.Path(world.path)

    def describe(thing: Any) -> str:
        """What the host would write into a log."""
        text = f"{thing!r} {thing}"
        world.received.append(text)
        return "logged"

    def best(items: Any, key: Any) -> Any:
        """The first of some unregistered objects by a key."""
        return sorted([world.inputs["secret"], world.inputs["secret"]], key=key)

    @functools.wraps(greet)
    def polite(*args: Any, **named: Any) -> str:
        return greet(*args, **named)

    return {
        "greet": greet, "stream": stream, "fetch": fetch, "boom": boom, "apply": apply,
        "visit": visit, "compare": compare, "where": where, "describe": describe,
        "best": best, "polite": polite,
    }  # fmt: skip
