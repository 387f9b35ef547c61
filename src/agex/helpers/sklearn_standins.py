"""Estimators and functions of scikit-learn whose options cannot reach out of the process.

``memory="folder"`` writes and reads pickles, ``n_jobs=8`` starts processes, ``input="filename"`` opens
files. Such an option can be set in many ways (the constructor, ``set_params``, a parameter grid, a
subclass with an attribute or a parameter of that name or of the hidden one), and each is of use only
when the attribute of that name is read: a careful class is a subclass in which this attribute takes
harmless values only, and has no others.

``TransformerMixin`` comes as a class that can be derived from.
"""

from __future__ import annotations

import abc
import functools
import importlib
import inspect
from collections.abc import Callable
from typing import Any

from agex.errors import ValueRefused

HARMLESS: dict[str, tuple[Any, str]] = {
    "memory": (None, "leave it out: results are not kept in files here"),
    "n_jobs": (None, "leave it out: work runs in this process"),
    "input": ("content", "give the texts themselves"),
}
"""Careful options: the harmless value (``n_jobs=1`` is as well), and what to do instead."""


def options_of(thing: Callable[..., Any]) -> tuple[str, ...]:
    """Which careful options a class or function takes."""
    try:
        parameters = inspect.signature(thing).parameters
    except (TypeError, ValueError):
        return ()
    return tuple(name for name in HARMLESS if name in parameters)


def check(owner: str, option: str, value: Any) -> Any:
    """The value, when it is harmless.

    Raises:
        ValueError: it is not; the message says what to do instead.
    """
    harmless, advice = HARMLESS[option]
    if value is None and option != "input":
        return value
    if type(value) in (int, str) and value in (harmless, 1):
        return value
    raise ValueRefused(f"{owner}({option}={value!r}) is not offered here; {advice}")


def _guarded(owner: str, option: str) -> property:
    hidden = f"_agex_{option}"

    def read(self: Any) -> Any:
        return check(owner, option, self.__dict__.get(hidden, HARMLESS[option][0]))

    def write(self: Any, value: Any) -> None:
        self.__dict__[hidden] = check(owner, option, value)

    return property(read, write)


@functools.cache
def careful_class(cls: type) -> type:
    """A subclass of an estimator whose careful options take harmless values only."""
    options = frozenset(options_of(cls))
    inherited: Any = cls.__getattribute__

    def read(self: Any, name: str) -> Any:
        """Subclasses of agent code may put their own in the place of the properties."""
        value = inherited(self, name)
        return check(cls.__name__, name, value) if name in options else value

    body: dict[str, Any] = {name: _guarded(cls.__name__, name) for name in options}
    body["__getattribute__"] = read
    body["__doc__"] = cls.__doc__
    body["__module__"] = cls.__module__
    body["__reduce__"] = _reduce
    # scikit-learn reads the parameters from __init__, which is inherited.
    made: type = type(cls)(cls.__name__, (cls,), body)
    made.__qualname__ = cls.__qualname__
    return made


def _reduce(self: Any) -> tuple[Any, ...]:
    original = type(self).__mro__[1]
    return _restored, (original.__module__, original.__qualname__, dict(self.__dict__))


def _restored(module: str, name: str, state: dict[str, Any]) -> Any:
    made = careful_class(getattr(importlib.import_module(module), name))
    again: Any = object.__new__(made)
    again.__dict__.update(state)
    return again


@functools.cache
def derivable(mixin: type) -> type:
    """``TransformerMixin`` as classes of agent code may derive from it.

    The real one rewrites each class that derives from it, in private attributes that agent code must
    not have a say in, so that ``set_output`` works; here a class stays what was written, without it.
    """

    def counts(cls: type, other: type, /) -> Any:
        """The library's own transformers are instances of it too."""
        return issubclass(other, mixin) if cls is made else NotImplemented

    body = {"__init_subclass__": classmethod(_as_written), "__subclasshook__": classmethod(counts)}
    about = {"__doc__": mixin.__doc__, "__module__": mixin.__module__}
    made: type = abc.ABCMeta(mixin.__name__, (mixin,), {**body, **about})
    made.__qualname__ = mixin.__qualname__
    return made


def _as_written(cls: type, /, **keywords: Any) -> None:
    if keywords:
        raise ValueRefused(f"{cls.__name__}: a class takes no {', '.join(keywords)}= here")


@functools.cache
def careful_function(function: Callable[..., Any]) -> Callable[..., Any]:
    """A function whose careful options take harmless values only."""
    signature = inspect.signature(function)
    options = options_of(function)
    pipeline = function.__name__ == "make_pipeline"

    @functools.wraps(function)
    def careful(*args: Any, **kwargs: Any) -> Any:
        given = signature.bind(*args, **kwargs).arguments
        for option in options:
            if option in given:
                check(function.__name__, option, given[option])
        made = function(*args, **kwargs)
        if pipeline:
            kind: Any = type(made)
            return careful_class(kind)(made.steps, verbose=made.verbose)
        return made

    return careful


def without_private_parameters(cls: Any) -> None:
    """Let estimators of agent code have no parameters of private names.

    ``get_params`` and ``set_params`` read and write attributes by the names that the constructor has:
    a parameter ``_repr_html_inner`` would hand the library's own method out. This changes the library's
    own class, for classes that agent code made.
    """
    original = vars(cls)["_get_param_names"]
    if hasattr(original.__func__, "__wrapped__"):
        return

    @functools.wraps(original.__func__)
    def _get_param_names(kind: type) -> list[str]:
        names: list[str] = original.__func__(kind)
        if any("$" in key for base in kind.__mro__ for key in vars(base)):
            for name in names:
                if name.startswith("_"):
                    raise ValueRefused(
                        f"{kind.__name__}({name}=…): parameters of estimators have no leading underscore"
                    )
        return names

    cls._get_param_names = classmethod(_get_param_names)
