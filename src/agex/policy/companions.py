"""Classes that a standard module hands out objects of, but does not hold: do they come with it?

``hashlib.sha256()`` makes a ``_hashlib.HASH``, ``csv.reader()`` a ``_csv.reader``; neither class
stands in its module, so registering the module would hand out objects that nothing can be done
with. They come with the module: their public members, never their constructor.
"""

from __future__ import annotations

import importlib
import sys
import types
from collections.abc import Callable, Iterator
from typing import Any


def companions(module: types.ModuleType) -> Iterator[type]:
    """The classes of objects that this module's functions hand out without showing their class."""
    for make in _EXAMPLES.get(module.__name__, ()):
        try:
            example = make(module)
        except Exception:  # an interpreter built without this part
            continue
        cls = example if isinstance(example, type) else type(example)
        if cls.__module__ != "builtins":
            yield cls


def homes(cls: type) -> Iterator[str]:
    """The loaded modules that ``cls`` comes with."""
    for name in _EXAMPLES:
        module = sys.modules.get(name)
        if module is not None and any(cls is known for known in companions(module)):
            yield name


def _private(module: str, *names: str) -> Callable[[Any], Any]:
    return lambda _: _static(importlib.import_module(module), names)


def _static(holder: Any, names: tuple[str, ...]) -> Any:
    for name in names:
        holder = vars(holder)[name]
    return holder


#: Module → what makes an example of each class, or finds the class; the module is handed in.
_EXAMPLES: dict[str, tuple[Callable[[Any], Any], ...]] = {
    "hashlib": (
        lambda m: m.md5(usedforsecurity=False),
        lambda m: m.sha3_256(),
        lambda m: m.shake_128(),
        lambda m: m.blake2b(),
        lambda m: m.blake2s(),
    ),
    "csv": (lambda m: m.reader([]), lambda m: m.writer(_Sink())),
    "datetime": (lambda m: m.date.min.isocalendar(), lambda m: m.date.min.timetuple()),
    "decimal": (lambda m: m.localcontext(),),
    "calendar": (lambda m: m.day_name, lambda m: m.month_name),
    "zlib": (lambda m: m.compressobj(), lambda m: m.decompressobj()),
    "xml.etree.ElementTree": (
        lambda m: m.Element("e").iter(),
        lambda m: m.Element("e").itertext(),
    ),
    "pathlib": (lambda m: m.PurePosixPath("a").parents,),
    "threading": (lambda m: m.Lock(), lambda m: m.RLock()),
    "array": (lambda m: iter(m.array("b")),),
    "asyncio": (
        _private("asyncio.tasks", "_GatheringFuture"),
        _private("asyncio.timeouts", "Timeout"),
    ),
    "struct": (lambda m: m.iter_unpack("b", b""),),
}


class _Sink:
    """What a csv writer may be opened on."""

    def write(self, text: str) -> None:
        """Takes nothing."""
