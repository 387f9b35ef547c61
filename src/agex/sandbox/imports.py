"""``import`` for agent code: modules seen through views that hold their allowed members only.

A view is an object of a class of its own, so that the inline test for ``math.sin`` costs one type check
and no view shows what another may. Members arrive on first use: functions with a guarded twin as that
twin, submodules as views, the module's own containers as copies.
"""

from __future__ import annotations

from collections.abc import Sequence
from types import ModuleType
from typing import Any

from agex.errors import AttributeRefused, ImportRefused, ModuleRefused, did_you_mean, some_of
from agex.policy import ModuleRule
from agex.sandbox import careful, kinds, language, library
from agex.sandbox.decisions import MUTABLE, ModuleView
from agex.sandbox.guards import Guards, copied
from agex.sandbox.origin import find


class Importer:
    """Makes and remembers the views of one session."""

    def __init__(self, guards: Guards) -> None:
        self.guards = guards
        self.views: dict[str, Any] = {}
        self.curated: dict[str, dict[str, Any]] = {}
        #: Functions, by id, whose twin asks already.
        self.asking: set[int] = set()
        guards.substitutes.update(library.twins(guards))

    def __reduce__(self) -> Any:
        return _importer_of, (self.guards,)

    # ------------------------------------------------------------ the three statements

    def import_module(self, dotted: str, renamed: bool) -> Any:
        """``import a.b`` gives ``a``, ``import a.b as c`` gives ``a.b``."""
        view = self.view(dotted)
        if renamed or "." not in dotted:
            return view
        top = dotted.split(".")[0]
        try:
            first = self.view(top)
        except ImportRefused:
            # Only the submodule is registered: its parents are empty shelves that hold it.
            first = self.shelf(top)
        current = first
        for part, path in _parents(dotted)[1:]:
            below = self.views.get(path) if path != dotted else view
            if below is None:
                try:
                    below = self.view(path)
                except ImportRefused:
                    below = self.shelf(path)
            object.__setattr__(current, part, below)
            current = below
        return first

    def import_from(self, module: str, name: str, level: int) -> Any:
        """``from module import name``"""
        self.no_relative(level, module)
        submodule = f"{module}.{name}"
        try:
            view = self.view(module)
        except ImportRefused:
            if self.knows(submodule):
                return self.view(submodule)
            raise
        try:
            return getattr(view, name)
        except AttributeError as refused:
            if self.knows(submodule):
                return self.view(submodule)
            error = ImportRefused(
                f"cannot import name {name!r} from {module!r}." + _members_hint(name, dir(view))
            )
            error.name = module
            raise error from refused

    def import_star(self, module: str, level: int) -> None:
        """``from module import *`` at the top level: binds every allowed public name."""
        self.no_relative(level, module)
        view = self.view(module)
        for name in dir(view):
            if not name.startswith("_"):
                self.guards.globals["$bind"](name, getattr(view, name))

    def no_relative(self, level: int, module: str) -> None:
        if level:
            raise ImportRefused("relative imports have no meaning here; import the module by name")

    # ------------------------------------------------------------ views

    def knows(self, dotted: str) -> bool:
        return dotted in language.MODULES or self.guards.policy.module(dotted) is not None

    def home_of(self, name: str) -> str | None:
        """The module that has this name for whoever imports it; the language's own first."""
        for module in (*language.MODULES, *self.importable()):
            rule = self.guards.policy.module(module)
            if (
                name in self.members(module)
                if module in language.MODULES
                else (rule is not None and rule.allows(name) and name in vars(rule.module))
            ):
                return module
        return None

    def importable(self) -> list[str]:
        """Every module name worth telling of; those with an underscore in front only carry classes."""
        names = {*self.guards.policy.importable(), *language.MODULES}
        return sorted(name for name in names if not name.startswith("_"))

    def view(self, dotted: str) -> Any:
        """The view of a module.

        Raises:
            ImportRefused: it is not registered; the message says what is.
        """
        found = self.views.get(dotted)
        if found is not None:
            return found
        if dotted in language.MODULES:
            made = self.make(dotted, None)
        else:
            rule = self.guards.policy.module(dotted)
            if rule is None:
                raise self.unknown(dotted)
            real = rule.module.__name__
            made = self.make(real if real in language.MODULES else dotted, rule)
        self.views[dotted] = made
        return made

    def unknown(self, dotted: str) -> ImportRefused:
        names = self.importable()
        error = ModuleRefused(
            f"module {dotted!r} is not registered."
            + did_you_mean(dotted, names)
            + f" Importable: {', '.join(_around(dotted, names))}"
        )
        error.name = dotted
        error.hint = f"agent.module({dotted})"
        return error

    def shelf(self, dotted: str) -> Any:
        found = self.views.get(dotted)
        if found is None:
            cls = type("module", (ModuleView,), {"__module__": "builtins", "__slots__": ()})
            found = self.views[dotted] = cls()
            object.__setattr__(found, "__name__", dotted)
            object.__setattr__(found, "__doc__", None)
        return found

    def make(self, name: str, rule: ModuleRule | None) -> Any:
        curated = self.members(name) if name in language.MODULES else None
        source = _Curated(curated) if curated is not None else _Registered(self, rule)

        def missing(view: Any, attribute: str) -> Any:
            value = source.get(attribute)
            object.__setattr__(view, attribute, value)
            return value

        def frozen(view: Any, attribute: str, value: Any = None) -> None:
            raise AttributeError(f"module {name!r} belongs to the host; nothing in it can be set")

        cls = type(
            "module",
            (ModuleView,),
            {
                "__module__": "builtins",
                "__getattr__": missing,
                "__setattr__": frozen,
                "__delattr__": frozen,
                "__dir__": lambda _: source.names(),
                "__repr__": lambda _: f"<module {name!r}>",
                "__reduce__": lambda _: (_view_of, (self.guards, name)),
            },
        )
        view = cls()
        put = object.__setattr__
        put(view, "__name__", name)
        put(view, "__doc__", rule.module.__doc__ if rule is not None else None)
        if curated is not None:
            for key, value in curated.items():
                put(view, key, value)
        source.owner = name
        return view

    def members(self, name: str) -> dict[str, Any]:
        found = self.curated.get(name)
        if found is None:
            found = self.curated[name] = language.MODULES[name](self.guards)
            if name == "collections":
                found = {**found, "abc": self.view("collections.abc")}
                self.curated[name] = found
        return found

    def offered(self, value: Any, name: str) -> Any:
        """A registered module's member as agent code gets it."""
        if isinstance(value, ModuleRule):  # a module that was registered under a name
            return self.view(value.name)
        if isinstance(value, ModuleType):
            return self.view(name)
        twin = self.guards.substitutes.get(id(value))
        if twin is not None and not isinstance(value, type):
            return self.careful(value, twin[1])
        if type(value) in MUTABLE:
            return copied(value)
        if isinstance(value, type):
            return self.guards.show_class(value) if self.guards.decisions.rule(value) else value
        if self.guards.policy.instance_rule(value) is not None:
            return value  # a live object, registered by itself rather than by its class
        if id(value) in self.guards.registered_callables:
            return value  # a callable object, registered as a function
        if self.is_strange(value, name):
            raise AttributeError(
                f"{name} is a {type(value).__name__!r} object, which is not registered"
            )
        curated = language.HOMES.get(id(value))
        if curated is not None:
            return self.members(curated[1])[curated[2]]
        return self.careful(value, value)

    def careful(self, value: Any, found: Any) -> Any:
        """A function of the library that looks into what it is given asks first, whoever shows it."""
        if not careful.is_careful(value) or id(value) in self.asking:
            return found
        made = careful.twin(self.guards, value, found)
        self.asking.add(id(value))
        self.guards.substitutes[id(value)] = (value, made)
        return made

    def is_strange(self, value: Any, name: str) -> bool:
        """An object in a module whose class is neither registered nor of the same package."""
        cls = type(value)
        return self.guards.decisions.kind(cls) == kinds.FOREIGN and (
            cls.__module__.split(".")[0] not in (name.split(".")[0], "builtins", "typing")
        )


class _Curated:
    """The members of a language module."""

    owner = ""

    def __init__(self, members: dict[str, Any]) -> None:
        self.members = members

    def names(self) -> list[str]:
        return sorted(self.members)

    def get(self, name: str) -> Any:
        raise AttributeRefused(
            f"module {self.owner!r} has no attribute {name!r} here."
            + _members_hint(name, self.members)
        )


class _Registered:
    """The members of a registered module, resolved one by one."""

    owner = ""

    def __init__(self, importer: Importer, rule: ModuleRule | None) -> None:
        assert rule is not None
        self.importer = importer
        self.rule = rule

    def names(self) -> list[str]:
        return sorted(self.rule.members())

    def get(self, name: str) -> Any:
        dotted = f"{self.owner}.{name}"
        if not self.rule.allows(name):
            if self.importer.guards.policy.module(dotted) is not None:
                return self.importer.view(dotted)
            raise AttributeRefused(
                f"module {self.owner!r} has no registered attribute {name!r}."
                + (self.in_a_class(name) or _members_hint(name, self.rule.members()))
            )
        return self.importer.offered(self.rule.get(name), dotted)

    def in_a_class(self, name: str) -> str:
        """For ``datetime.now``, which a class in the module has."""
        for member in self.rule.members():
            cls = vars(self.rule.module).get(member)
            if not isinstance(cls, type) or find(cls, name) is None:
                continue
            rule = self.importer.guards.policy.type_rule(cls)
            if rule is not None and rule.allows(name):
                return f" Did you mean '{self.owner}.{member}.{name}'?"
        return ""


def _around(dotted: str, names: Sequence[str]) -> list[str]:
    """The packages, and of the one that was asked for its submodules too: all of them are in the prompt."""
    root = dotted.partition(".")[0]
    known = set(names)
    return [
        name
        for name in names
        if (package := name.partition(".")[0]) == name or package == root or package not in known
    ]


def _members_hint(name: str, names: Any) -> str:
    known = [n for n in names if not n.startswith("_")]
    close = did_you_mean(name, known)
    if close:
        return close
    return f" Registered: {some_of(known)}" if known else ""


def _parents(dotted: str) -> list[tuple[str, str]]:
    parts = dotted.split(".")
    return [(part, ".".join(parts[: i + 1])) for i, part in enumerate(parts)]


def _importer_of(guards: Guards) -> Importer:
    importer: Importer = guards.globals["$importer"]
    return importer


def _view_of(guards: Guards, name: str) -> Any:
    return _importer_of(guards).view(name)
