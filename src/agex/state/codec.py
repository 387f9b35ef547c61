"""Values to bytes and back: the only file that pickles.

One *group* is encoded at a time: one value, or several that share parts (``groups.py`` decides). The
stream is pickle protocol 5. What it leaves out, it refers to:

- a value that is stored elsewhere under a *label* of its own is a persistent id, an index into
  ``Encoded.refs``; so a class and its instances, or a list and the named tables in it, are stored
  apart and are still one object each when they are loaded;
- large buffers (arrays, frames) are out-of-band, never copied into the stream;
- what agents define is a call of ``agex.state.rebuild`` with *source*; there is no code object in it.

A part that cannot be pickled is replaced by :class:`~agex.state.protocol.Missing` where it stands; the
rest of the value is kept. Functions and classes of the host are stored by reference where they can
be imported, and by cloudpickle where they cannot (a lambda that was passed in): the latter are
bytecode, so ``Encoded.python`` notes the minor version and another one reads them as missing.
"""

from __future__ import annotations

import copyreg
import datetime
import decimal
import enum
import gc
import io
import pickle
import re
import sys
import types
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any

import cloudpickle

from agex.state import rebuild
from agex.state.definitions import (
    InertDefinition,
    InertInstance,
    enum_member,
    has_host_hooks,
    is_member,
    new_instance,
    set_state,
    take_apart,
)
from agex.state.protocol import DefinitionCodec, Missing
from agex.state.stores.protocol import Data

PYTHON = f"{sys.version_info.major}.{sys.version_info.minor}"
_IN_BAND = 4096  # buffers smaller than this are not worth a blob of their own

# Values whose identity no program relies on: never an object that two places share.
ATOMS = frozenset(
    {
        type(None), bool, int, float, complex, str, bytes, range, slice, type(...),
        type(NotImplemented), datetime.date, datetime.datetime, datetime.time, datetime.timedelta,
        datetime.timezone, decimal.Decimal, uuid.UUID,
    }
)  # fmt: skip
# Homes of more such types, by name: none of these packages is imported for it.
_IMMUTABLE_HOMES = frozenset(
    {"fractions", "numpy.dtypes", "pathlib", "pathlib._local", "re", "zoneinfo", "ipaddress"}
)
_PANDAS_VALUES = frozenset(
    "Index ExtensionDtype BaseOffset NaTType NAType Timestamp Timedelta Period Interval".split()
)
# Containers that cannot change; what can change inside them is looked at by itself.
_FROZEN = frozenset({tuple, frozenset})
_BY_NAME = (type, types.FunctionType, types.BuiltinFunctionType, types.ModuleType)
_CELL = types.CellType


@dataclass(frozen=True, slots=True)
class Encoded:
    """One group as bytes, and what was learnt on the way.

    ``shared`` holds the ids of the objects in it that another group must not hold as well; they
    mean something as long as ``keep`` is alive.
    """

    labels: tuple[str, ...]
    stream: bytes
    buffers: tuple[memoryview, ...] = ()
    refs: tuple[str, ...] = ()
    uses: tuple[tuple[str, str], ...] = ()
    missing: tuple[str, ...] = ()
    python: str | None = None
    shared: frozenset[int] | set[int] = frozenset()
    keep: object = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Surroundings:
    """Where values live: the codecs of definitions by path, and which globals belong to which path."""

    codecs: dict[str, DefinitionCodec]
    path_of: Callable[[dict[str, Any] | None], str]
    globals_of: Callable[[str], dict[str, Any]]

    @property
    def codec(self) -> DefinitionCodec | None:
        """Any of the codecs: they all know what is theirs, and differ in what they allow."""
        return next(iter(self.codecs.values()), None)

    def codec_for(self, path: str) -> DefinitionCodec | None:
        """The codec under which the definitions of ``path`` are made."""
        return self.codecs.get(path) or self.codec

    def owns(self, value: object) -> bool:
        """Whether agent code made this function or class."""
        codec = self.codec
        return codec is not None and codec.owns(value)


# A snapshot read without any codec: definitions are inert in it.
INERT = Surroundings({}, lambda _namespace: "", lambda _path: {})


def is_atom(value: object, around: Surroundings) -> bool:
    """Whether ``value`` needs no identity: a number, a text, an enum member, an imported function."""
    if type(value) in ATOMS or isinstance(value, (enum.Enum, Missing)):
        return True
    return isinstance(value, _BY_NAME) and not around.owns(value) and _importable(value)


def encode(roots: Mapping[str, Any], anchors: dict[int, str], around: Surroundings) -> Encoded:
    """Encode the values of one group.

    Args:
        roots: label → value; one for most groups.
        anchors: ``id(value)`` → label of each value that has a label, in this group or not; the
            group's own are taken out while it is encoded and put back.
        around: the codec for definitions.

    Raises:
        EncodingFailed: several roots that cannot be pickled together.
    """
    labels = tuple(sorted(roots))
    own = {key: anchors.pop(key) for key in map(id, roots.values()) if key in anchors}
    try:
        return _encode(labels, [roots[label] for label in labels], anchors, around)
    finally:
        anchors.update(own)


def _encode(
    labels: tuple[str, ...], values: list[Any], anchors: dict[int, str], around: Surroundings
) -> Encoded:
    value = values[0] if len(values) == 1 else tuple(values)
    if len(values) == 1:
        if type(value) in ATOMS:
            try:
                return Encoded(labels, pickle.dumps(value, 5))
            except Exception:
                pass  # a datetime with somebody's own tzinfo: the long way
        else:
            shared = _scan(value, anchors)
            stream = _plain(value) if shared is not None else None
            if shared is not None and stream is not None:
                return Encoded(labels, stream, shared=shared, keep=value)
    error: BaseException
    for tolerant in (False, True):
        try:
            pickler = _Pickler(anchors, around, tolerant=tolerant)
            pickler.dump(value)
            memories = pickler.memories()
            if memories:
                pickler = _Pickler(anchors, around, tolerant=tolerant, memories=memories)
                pickler.dump(value)
        except Exception as caught:
            error = caught
            continue
        return pickler.encoded(labels)
    # Not even with holes in it (nested too deep, a hook that raises a new error each time).
    if len(labels) > 1:
        raise EncodingFailed(labels) from error
    hole = Missing(type_name(value), reason(error))
    return Encoded(labels, pickle.dumps(hole, 5), missing=(hole.what,))


class EncodingFailed(Exception):
    """Several values that share parts cannot be stored together; each is tried by itself."""


def decode(
    stream: Data,
    buffers: Sequence[bytearray],
    refs: Sequence[Any],
    around: Surroundings,
    python: str | None = None,
) -> tuple[Any, bool]:
    """The value of a group's stream, its references filled in, and whether parts of it are inert.

    Raises:
        Exception: whatever unpickling raises; the caller makes a :class:`Missing` of it.
    """
    if python is not None and python != PYTHON:
        raise TypeError(f"it holds bytecode of Python {python}, and this is {PYTHON}")
    with ExitStack() as limits:
        unpickler = _Unpickler(stream, buffers, refs, around, limits)
        return unpickler.load(), unpickler.inert


def type_name(value: object) -> str:
    """A type's name as people write it: ``sqlite3.Cursor``, ``generator``."""
    cls = type(value)
    home = cls.__module__
    return cls.__qualname__ if home == "builtins" else f"{home}.{cls.__qualname__}"


def reason(error: BaseException) -> str:
    """Why pickling failed, in one line."""
    text = " ".join(str(error).split())
    return text[:200] or type(error).__name__


# ---------------------------------------------------------------- scanning


def _scan(value: Any, anchors: Mapping[int, str]) -> set[int] | None:
    """Ids of the mutable containers in plain data; ``None`` if it is not plain, or refers out.

    Plain data takes the fast road: the C pickler without a call per object. The pickler's memo, the
    other way to know what is shared, costs five times as much as pickling.
    """
    found: set[int] = set()
    seen: set[int] = set()
    stack = [value]
    while stack:
        item = stack.pop()
        key = id(item)
        if key in seen:
            continue
        if key in anchors:
            return None
        seen.add(key)
        kind = type(item)
        if kind is dict:
            found.add(key)
            if not gc.is_tracked(item):
                continue  # the collector knows that no container is in it; _plain sees the rest
            if not ATOMS.issuperset(map(type, item)):
                stack.extend(part for part in item if type(part) not in ATOMS)
            if not ATOMS.issuperset(map(type, item.values())):
                stack.extend(part for part in item.values() if type(part) not in ATOMS)
        elif kind is list or kind is set:
            found.add(key)
            if not ATOMS.issuperset(map(type, item)):
                stack.extend(part for part in item if type(part) not in ATOMS)
        elif kind in _FROZEN:
            stack.extend(part for part in item if type(part) not in ATOMS)
        elif kind is bytearray:
            found.add(key)
        else:
            return None
    return found


class _PlainPickler(pickle.Pickler):
    """The C pickler, which asks only about what it does not know itself."""

    def reducer_override(self, obj: Any) -> Any:
        if type(obj) in ATOMS:
            return NotImplemented
        raise pickle.PicklingError("not plain")


# A bytearray inside an untracked dict: its opcode and the upper half of its length.
_BYTEARRAY = re.compile(rb"\x96....\0\0\0\0", re.DOTALL)


def _plain(value: Any) -> bytes | None:
    """The stream of plain data, or ``None`` if it turns out not to be plain."""
    file = io.BytesIO()
    try:
        _PlainPickler(file, 5).dump(value)
    except Exception:  # not plain, nested too deep, a datetime with somebody's own time zone
        return None
    stream = file.getvalue()
    # The first test is a hundred times faster than the second, and almost always enough.
    return None if b"\0\0\0\0" in stream and _BYTEARRAY.search(stream) else stream


def _importable(value: Any) -> bool:
    """Whether a function or class is found under its own name; ``__main__`` counts.

    cloudpickle takes what ``__main__`` defines by value. A state outlives the process, and the same
    script is there again with a class of the same name: instances must be of *that* class.
    """
    if isinstance(value, types.ModuleType):
        return sys.modules.get(value.__name__) is value
    name = getattr(value, "__qualname__", None) or getattr(value, "__name__", None)
    home = getattr(value, "__module__", None)
    if isinstance(value, types.BuiltinFunctionType) and not isinstance(
        value.__self__, (types.ModuleType, type(None))
    ):
        return False  # a bound method of some object
    found: Any = sys.modules.get(home) if isinstance(home, str) else None
    if found is None or not isinstance(name, str):
        return False
    for part in name.split("."):
        found = getattr(found, part, None)
    return found is value


def _is_shared(obj: Any, around: Surroundings) -> bool:
    """Whether it matters that two places hold this very object."""
    kind = type(obj)
    if kind in ATOMS or kind in _FROZEN:
        return False
    if isinstance(obj, _BY_NAME):
        return not isinstance(obj, types.ModuleType) and not _importable(obj)
    if isinstance(obj, (enum.Enum, Missing)):
        return False
    home = kind.__module__
    if home in _IMMUTABLE_HOMES or kind.__name__ == "cython_function_or_method":
        return False
    if _is_pandas(kind) and any(base.__name__ in _PANDAS_VALUES for base in kind.__mro__):
        return False
    # Numbers of numpy are values; its dtypes are singletons that every array points at.
    return not (home == "numpy" and kind.__name__ != "ndarray")


# ---------------------------------------------------------------- pickling


class _Pickler(cloudpickle.Pickler):  # type: ignore[misc]  # cloudpickle has no types
    def __init__(
        self,
        anchors: dict[int, str],
        around: Surroundings,
        *,
        tolerant: bool,
        memories: frozenset[int] = frozenset(),
    ) -> None:
        file, buffers = io.BytesIO(), list[memoryview]()

        def out_of_band(buffer: pickle.PickleBuffer) -> bool:
            raw = buffer.raw()
            if raw.nbytes < _IN_BAND:
                return True
            buffers.append(raw)
            return False

        super().__init__(file, protocol=5, buffer_callback=out_of_band)
        self._file = file
        self._buffers = buffers
        self._memories = memories
        self._anchors = anchors
        self._around = around
        self._tolerant = tolerant
        self._refs: dict[str, int] = {}
        self._uses: set[tuple[str, str]] = set()
        self._holes: list[str] = []
        self._by_value = False
        self._kinds: dict[type, str] = {}

    def encoded(self, labels: tuple[str, ...]) -> Encoded:
        """What was pickled."""
        memo = self.memo.copy()
        shared: set[int] = set()
        inside: set[int] = set()
        for _, obj in memo.values():
            if _is_pandas(type(obj)):
                inside.update(_inside_pandas(obj))
        for _, obj in memo.values():
            if id(obj) not in inside and _is_shared(obj, self._around):
                shared.add(id(obj))
                base = _memory(obj)
                if base is not None:
                    shared.add(id(base))
        return Encoded(
            labels,
            self._file.getvalue(),
            tuple(self._buffers),
            tuple(self._refs),
            tuple(sorted(self._uses)),
            tuple(self._holes),
            PYTHON if self._by_value else None,
            shared,
            memo,
        )

    def memories(self) -> frozenset[int]:
        """Ids of arrays whose memory several arrays here look into, to be stored as such.

        Not where pandas is about: its frames share memory by copy-on-write, and that agreement
        does not survive pickling. Not for small windows on a large array either, which would keep
        all of it.
        """
        looking: dict[int, list[Any]] = {}
        for _, obj in self.memo.copy().values():
            kind = type(obj)
            if _is_pandas(kind):
                return frozenset()
            if kind.__name__ == "ndarray" and kind.__module__ == "numpy":
                base = _memory(obj)
                whole = obj if base is None else base
                looking.setdefault(id(whole), [whole]).append(obj)
        return frozenset(
            key
            for key, (whole, *views) in looking.items()
            if len(views) > 1
            and not whole.dtype.hasobject
            and whole.nbytes <= 2 * sum(view.nbytes for view in views)
        )

    def persistent_id(self, obj: Any) -> int | None:
        label = self._anchors.get(id(obj))
        if label is None:
            return None
        return self._refs.setdefault(label, len(self._refs))

    def reducer_override(self, obj: Any) -> Any:
        kind = type(obj)
        way = self._kinds.get(kind)
        if way is None:
            way = self._kinds[kind] = self._way(kind, obj)
        if way == "definition":
            return self._definition(obj)
        if way == "function or class":
            if self._around.owns(obj):
                return self._definition(obj)
            if isinstance(obj, _BY_NAME) and _importable(obj):
                return NotImplemented  # by reference, as the C pickler does it
            self._by_value = self._by_value or not isinstance(obj, types.ModuleType)
            return self._tried(obj, super().reducer_override)
        if way == "agent":
            if is_member(obj):
                return rebuild.member, (kind, obj._name_)
            if isinstance(obj, enum.Enum):
                return kind, (obj._value_,)
            made, state, items, pairs = take_apart(obj)
            return rebuild.instance, made, state, items, pairs, rebuild.attributes
        if way == "method" and self._around.owns(type(obj.__self__)):
            return rebuild.method, (obj.__self__, obj.__func__.__name__)
        if way == "method" and self._around.owns(obj):
            return self._definition(obj)
        if way == "array":
            base = _memory(obj) if self._memories else None
            if base is not None and id(base) in self._memories and not obj.dtype.hasobject:
                offset = _address(obj) - _address(base)
                writable = obj.flags.writeable
                made = (base, offset, obj.shape, obj.strides, obj.dtype, writable)
                return rebuild.view, made
            return NotImplemented
        if way == "cell":
            try:
                state = (obj.cell_contents,)
            except ValueError:
                state = None
            return rebuild.cell, (), state, None, None, rebuild.content
        if way == "inert definition":
            self._uses.update((obj.path, name) for name in obj.uses)
            recipe = (dict(obj.recipe), obj.needs, obj.path, obj.uses)
            return rebuild.definition, recipe, obj.parts, None, None, rebuild.fill
        if way == "inert instance":
            made = (obj.cls, obj.args)
            items, pairs = (
                iter(obj.items) if obj.items else None,
                iter(obj.pairs) if obj.pairs else None,
            )
            return rebuild.instance, made, obj.state, items, pairs, rebuild.attributes
        return self._tried(obj, None) if self._tolerant else NotImplemented

    def _way(self, kind: type, obj: Any) -> str:
        """What to do with objects of this kind; only functions and classes are asked one by one."""
        if kind is _CELL:
            return "cell"
        if kind.__name__ == "ndarray" and kind.__module__ == "numpy":
            return "array"
        if kind is InertDefinition:
            return "inert definition"
        if kind is InertInstance:
            return "inert instance"
        if issubclass(kind, type):
            return "function or class"  # even where its metaclass is the agent's
        if self._around.owns(kind):
            return "plain" if has_host_hooks(kind, self._around.owns) else "agent"
        if issubclass(kind, _BY_NAME):
            return "function or class"
        if kind is types.MethodType:
            return "method"
        return "definition" if self._around.owns(obj) else "plain"

    def _definition(self, obj: Any) -> Any:
        codec = self._around.codec
        assert codec is not None
        try:
            said = codec.describe(obj)
        except Exception as error:
            return self._hole(obj, error)
        path = self._around.path_of(said.namespace)
        self._uses.update((path, name) for name in said.uses)
        recipe = (dict(said.recipe), said.needs, path, sorted(said.uses))
        return rebuild.definition, recipe, said.parts, None, None, rebuild.fill

    def _tried(self, obj: Any, reduce: Callable[[Any], Any] | None) -> Any:
        """How ``obj`` pickles, found out here so that a failure costs this object alone."""
        try:
            made = reduce(obj) if reduce is not None else NotImplemented
            if made is not NotImplemented or not self._tolerant or isinstance(obj, _BY_NAME):
                return made
            maker = copyreg.dispatch_table.get(type(obj))
            made = maker(obj) if maker is not None else obj.__reduce_ex__(5)
            if isinstance(made, str):
                return NotImplemented
            # A reconstructor that cannot be found again fails later and takes everything with it.
            if not isinstance(made, tuple) or not 2 <= len(made) <= 6 or not callable(made[0]):
                raise pickle.PicklingError("its __reduce__ gives nothing pickle understands")
            return made
        except Exception as error:
            return self._hole(obj, error)

    def _hole(self, obj: Any, error: Exception) -> Any:
        """What stands where ``obj`` cannot; at the first try everything is told to try again."""
        if not self._tolerant:
            raise error
        hole = Missing(type_name(obj), reason(error))
        self._holes.append(hole.what)
        return hole.__reduce__()


def _memory(array: Any) -> Any:
    """The array whose memory ``array`` looks into, or ``None`` if the memory is its own."""
    if type(array).__name__ != "ndarray" or type(array).__module__ != "numpy":
        return None
    base = array.base
    while type(base) is type(array) and type(base.base) is type(array):
        base = base.base
    return base if type(base) is type(array) else None


def _is_pandas(kind: type) -> bool:
    return kind.__module__.partition(".")[0] == "pandas"


def _inside_pandas(obj: Any) -> Iterator[int]:
    """Ids of the arrays that a frame, column or index is made of, and of what its class brings.

    Frames derived from one another share them by copy-on-write, so that no change passes from one
    to the other: each frame is stored by itself.
    """
    yield id(getattr(obj, "_metadata", None))
    manager = getattr(obj, "_mgr", None)
    arrays = list(getattr(manager, "arrays", ())) if manager is not None else [obj]
    for array in arrays:
        yield id(array)
        for part in ("_data", "_ndarray", "_codes", "_mask", "_pa_array"):
            inner = getattr(array, part, None)
            if inner is not None:
                yield id(inner)


def _address(array: Any) -> int:
    address: int = array.__array_interface__["data"][0]
    return address


# ---------------------------------------------------------------- unpickling


class _Unpickler(pickle.Unpickler):
    def __init__(
        self,
        stream: Data,
        buffers: Iterable[bytearray],
        refs: Sequence[Any],
        around: Surroundings,
        limits: ExitStack,
    ) -> None:
        super().__init__(io.BytesIO(stream), buffers=buffers)
        self._refs = refs
        self._around = around
        self._limits = limits
        self._limited = False
        self._makers: dict[int, DefinitionCodec] = {}
        self.inert = False

    def persistent_load(self, pid: Any) -> Any:
        found = self._refs[pid]
        if not self._limited and self._around.owns(type(found)):
            self._limit()
        return found

    def _limit(self) -> None:
        """An object of the agent's is at hand: a set that takes it up runs its ``__hash__``."""
        codec = self._around.codec
        if codec is not None and not self._limited:
            self._limited = True
            self._limits.enter_context(codec.limited())

    def find_class(self, module: str, name: str) -> Any:
        if module == rebuild.__name__:
            return getattr(self, f"_rebuild_{name}")
        return super().find_class(module, name)

    def _rebuild_definition(self, recipe: Any, needs: Any, path: str, uses: list[str]) -> Any:
        codec = self._around.codec_for(path)
        if codec is None:
            self.inert = True
            return InertDefinition(recipe, needs, path, uses)
        value = codec.create(recipe, needs, self._around.globals_of(path), path)
        self._makers[id(value)] = codec
        return value

    def _rebuild_fill(self, value: Any, parts: Any) -> None:
        if isinstance(value, InertDefinition):
            value.parts = parts
        else:
            self._makers[id(value)].fill(value, parts)

    def _rebuild_instance(self, cls: Any, args: Any = ()) -> Any:
        self._limit()
        return new_instance(cls, args, self._around.owns)

    def _rebuild_attributes(self, obj: Any, state: Any) -> None:
        set_state(obj, state)
        if self._around.codec is not None:
            self._around.codec.restored(obj)

    def _rebuild_member(self, cls: Any, name: str) -> Any:
        return enum_member(cls, name)

    def _rebuild_method(self, obj: Any, name: str) -> Any:
        if isinstance(obj, InertInstance):
            return Missing("method", "its class has not been compiled")
        for base in type(obj).__mro__:
            if name in vars(base):
                return types.MethodType(vars(base)[name], obj)
        raise AttributeError(f"{type(obj).__qualname__} has no method {name!r} any more")

    def _rebuild_view(
        self, base: Any, offset: int, shape: Any, strides: Any, dtype: Any, writable: bool
    ) -> Any:
        array = type(base)(shape, dtype, base, offset, strides)
        array.flags.writeable = writable
        return array

    def _rebuild_cell(self) -> types.CellType:
        return types.CellType()

    def _rebuild_content(self, cell: types.CellType, value: tuple[Any]) -> None:
        cell.cell_contents = value[0]
