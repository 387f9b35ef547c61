"""How a helper writes down what it registers: one :class:`Exposed` per module.

A table names more than any one version of a library has; what this installation does not have is
left out, so that a helper works with old and new versions alike. What is denied is denied by a
:class:`Deny`, which holds for members that do not exist yet as well.
"""

from __future__ import annotations

import fnmatch
import importlib
import re
import types
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import dropwhile
from typing import Any

from agex.errors import AlreadyRegistered, MissingExtraError
from agex.policy import MemberSpec, Registrar
from agex.policy.members import every_stored_name


@dataclass(frozen=True, slots=True)
class Deny:
    """An exclude predicate: private names, and every (dotted) name that one of the globs matches.

    A glob without a dot is held against each segment (``"to_pickle"`` denies
    ``DataFrame.to_pickle``), one with dots against the whole name. ``private_modules`` lets the
    segments of private modules pass, for packages that keep every class in one of its own.
    ``shown`` are names that pass though they begin with an underscore.
    """

    globs: tuple[str, ...] = ()
    private_modules: bool = False
    shown: tuple[str, ...] = ()

    def __call__(self, name: str) -> bool:
        if name in self.shown:
            return False
        segments = name.split(".")
        private = segments
        if self.private_modules:
            private = list(dropwhile(_names_module, segments))
        if any(segment.startswith("_") for segment in private):
            return True
        whole, single = _compiled(self.globs)
        return whole(name) is not None or any(single(segment) for segment in segments)


def _names_module(segment: str) -> bool:
    """Whether a segment is lower case, as modules are; a class begins with a capital."""
    return segment == segment.lower() and not segment.startswith("__")


@lru_cache(maxsize=64)
def _compiled(globs: tuple[str, ...]) -> tuple[Callable[[str], Any], Callable[[str], Any]]:
    dotted = [fnmatch.translate(glob) for glob in globs if "." in glob]
    plain = [fnmatch.translate(glob) for glob in globs if "." not in glob]
    nothing = r"(?!)"
    return (
        re.compile("|".join(dotted) or nothing).match,
        re.compile("|".join(plain) or nothing).match,
    )


@dataclass(frozen=True, slots=True)
class Exposed:
    """One module as agent code may see it.

    Args:
        module: its import name.
        include: names, ``"Class.member"`` or globs; those this installation lacks are skipped.
        deny: globs for :class:`Deny`.
        instead: what stands in for members, by (dotted) name.
        sealed: classes that agent code may use but not make.
        recursive: with the submodules.
        private_modules, shown: as in :class:`Deny`.
    """

    module: str
    include: tuple[str, ...] = ("*",)
    deny: tuple[str, ...] = ()
    instead: Mapping[str, Any] = field(default_factory=dict)
    sealed: tuple[str, ...] = ()
    recursive: bool = False
    private_modules: bool = False
    shown: tuple[str, ...] = ()

    def register(self, registrar: Registrar) -> None:
        """Import and register the module; one that this installation lacks is skipped."""
        try:
            module = importlib.import_module(self.module)
        except ImportError:
            return
        self.add(registrar, module)

    def add(self, registrar: Registrar, module: types.ModuleType) -> None:
        """Register a module that is at hand."""
        include = tuple(name for name in self.include if has(module, name))
        if not include:
            return  # none of the names is there: an empty list must not come to mean all of them
        configure = {
            name: MemberSpec(instead=other)
            for name, other in self.instead.items()
            if has(module, name)
        }
        for name in self.sealed:
            if has(module, name):
                configure[name] = MemberSpec(constructable=False, instead=self.instead.get(name))
        try:
            registrar.module(
                module,
                include=include,
                exclude=Deny(self.deny, self.private_modules, self.shown),
                configure=configure,
                recursive=self.recursive,
            )
        except AlreadyRegistered:
            pass  # the developer, or another helper, has said what holds for this module


def has(module: types.ModuleType, dotted: str) -> bool:
    """Whether a name from a table exists here; a glob does when anything matches it."""
    head, _, rest = dotted.partition(".")
    if "*" in head:
        return any(fnmatch.fnmatchcase(name, head) for name in dir(module))
    if not hasattr(module, head):
        return False
    holder = getattr(module, head)
    if not rest or isinstance(holder, types.ModuleType):
        return True
    first = rest.partition(".")[0]
    if "*" in first:
        return any(fnmatch.fnmatchcase(name, first) for name in dir(holder))
    if hasattr(holder, first):
        return True
    return isinstance(holder, type) and first in every_stored_name(holder)  # of instances


class MadeModule(types.ModuleType):
    """A module made in memory. It pickles to the function that makes it again.

    Args:
        name: how agent code imports it.
        about: its docstring.
        held: its members by name; ``None`` is left out.
        helper: the module of agex that has the function ``maker``.
    """

    def __init__(
        self, name: str, about: str, held: Mapping[str, object], helper: str, maker: str
    ) -> None:
        super().__init__(name, about)
        found = {key: value for key, value in held.items() if value is not None}
        vars(self).update(found)
        vars(self)["__all__"] = sorted(found)
        vars(self)["__maker__"] = (helper, maker)

    def __reduce__(self) -> tuple[Any, ...]:
        return _made_again, vars(self)["__maker__"]


class TypesModule(MadeModule):
    """A module that holds classes a library keeps in private places.

    Objects of these classes are what public functions return (a ``groupby``, a hash), so their
    methods have to be known; nobody imports the private modules for it, and some of the classes
    could not be pickled by themselves.

    Args:
        name: ``"numpy_types"``; the module's own name has an underscore in front, which keeps it out
            of the list of importable modules that a model reads.
        helper: the module of agex whose ``maker()`` makes it again.
        classes: the classes under the names they get here; ``None`` is left out.
    """

    def __init__(
        self,
        name: str,
        helper: str,
        classes: Mapping[str, object],
        maker: str = "private_types",
    ) -> None:
        about = f"Classes of what {name.partition('_')[0]} returns."
        super().__init__(f"_{name}", about, classes, helper, maker)


def _made_again(helper: str, maker: str) -> types.ModuleType:
    made: types.ModuleType = getattr(importlib.import_module(helper), maker)()
    return made


def installed(package: str, extra: str) -> types.ModuleType:
    """The package, imported.

    Raises:
        MissingExtraError: it is not installed.
    """
    try:
        return importlib.import_module(package)
    except ImportError:
        raise MissingExtraError(package, extra) from None
