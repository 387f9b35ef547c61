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
import enum
import io
import pickle
import re
import sys
import types
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any

import cloudpickle

from agex.state import rebuild
from agex.state.definitions import (
    InertDefinition,
    InertInstance,
    has_host_hooks,
    is_member,
    take_apart,
)
from agex.state.identity import (
    ATOMS,
    BY_NAME,
    address_of,
    inside_pandas,
    is_array,
    is_importable,
    is_pandas,
    is_shared,
    memory_of,
    scan,
)
from agex.state.protocol import Missing
from agex.state.stores.protocol import Data
from agex.state.surroundings import Surroundings
from agex.state.unpickling import Unpickler

PYTHON = f"{sys.version_info.major}.{sys.version_info.minor}"
# Types that are not found under the name they give themselves, only in ``types``.
_BUILTIN_TYPES = {
    value: name
    for name, value in vars(types).items()
    if isinstance(value, type) and not is_importable(value)
}
_MOST_SHAPES = 256
#: Streams of arrays by dtype, shape, order and whether they may be written to.
_shapes: dict[Any, bytes] = {}
_IN_BAND = 4096  # buffers smaller than this are not worth a blob of their own


@dataclass(
    slots=True
)  # not frozen: one is made for every value of every commit, and that takes as long
class Encoded:
    """One group as bytes, and what was learnt on the way.

    ``homes`` are the paths that definitions in it live at. ``shared`` holds the ids of the objects in it that another group must not hold as well; they
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
    homes: frozenset[str] = frozenset()


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
    value: Any = values[0] if len(values) == 1 else tuple(values)
    if len(values) == 1:
        if is_array(value) and not value.dtype.hasobject:
            return _encode_array(labels, value)
        if type(value) in ATOMS:
            try:
                return Encoded(labels, pickle.dumps(value, 5))
            except Exception:
                pass  # a datetime with somebody's own tzinfo: the long way
        else:
            shared = scan(value, anchors)
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


def _encode_array(labels: tuple[str, ...], array: Any) -> Encoded:
    """An array of numbers: nothing in it can refer to anything, so no hook is needed."""
    base = memory_of(array)
    shared = {id(array)} if base is None else {id(array), id(base)}
    flags = array.flags
    key = None
    plain = array.dtype.isbuiltin == 1 and (flags.c_contiguous or flags.f_contiguous)
    if plain and array.nbytes >= _IN_BAND:
        # All of it is out of band, so the stream tells its shape alone: it takes numpy twice as long
        # to pickle that as it takes to copy 256 kB.
        key = array.dtype, array.shape, flags.c_contiguous, flags.writeable
        stream = _shapes.get(key)
        if stream is not None:
            raw = pickle.PickleBuffer(array).raw()
            return Encoded(labels, stream, (raw,), shared=shared, keep=array)
    buffers: list[memoryview] = []
    file = io.BytesIO()
    pickle.Pickler(file, 5, buffer_callback=_keeping(buffers)).dump(array)
    stream = file.getvalue()
    if key is not None and len(buffers) == 1:
        while len(_shapes) >= _MOST_SHAPES:
            _shapes.pop(next(iter(_shapes)), None)
        _shapes[key] = stream
    return Encoded(labels, stream, tuple(buffers), shared=shared, keep=array)


def _keeping(buffers: list[memoryview]) -> Callable[[pickle.PickleBuffer], bool]:
    """Takes large buffers out of the stream; small ones stay."""

    def out_of_band(buffer: pickle.PickleBuffer) -> bool:
        raw = buffer.raw()
        if raw.nbytes < _IN_BAND:
            return True
        buffers.append(raw)
        return False

    return out_of_band


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
        unpickler = Unpickler(stream, buffers, refs, around, limits)
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

        super().__init__(file, protocol=5, buffer_callback=_keeping(buffers))
        self._file = file
        self._buffers = buffers
        self._memories = memories
        self._anchors = anchors
        self._around = around
        self._tolerant = tolerant
        self._refs: dict[str, int] = {}
        self._uses: set[tuple[str, str]] = set()
        self._homes: set[str] = set()
        self._holes: list[str] = []
        self._by_value = False
        self._kinds: dict[type, str] = {}

    def encoded(self, labels: tuple[str, ...]) -> Encoded:
        """What was pickled."""
        memo = self.memo.copy()
        shared: set[int] = set()
        inside: set[int] = set()
        for _, obj in memo.values():
            if is_pandas(type(obj)):
                inside.update(inside_pandas(obj))
        for _, obj in memo.values():
            if id(obj) not in inside and is_shared(obj):
                shared.add(id(obj))
                base = memory_of(obj)
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
            frozenset(self._homes),
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
            if is_pandas(kind):
                return frozenset()
            if is_array(obj):
                base = memory_of(obj)
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
            if isinstance(obj, BY_NAME) and is_importable(obj):
                return NotImplemented  # by reference, as the C pickler does it
            if isinstance(obj, type) and obj in _BUILTIN_TYPES:
                return rebuild.builtin_type, (_BUILTIN_TYPES[obj],)
            if isinstance(obj, types.BuiltinFunctionType):
                return self._tried(obj, None) if self._tolerant else NotImplemented  # ``[].append``
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
            base = memory_of(obj) if self._memories else None
            if base is not None and id(base) in self._memories and not obj.dtype.hasobject:
                offset = address_of(obj) - address_of(base)
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
        if kind is types.CellType:
            return "cell"
        if is_array(obj):
            return "array"
        if kind is InertDefinition:
            return "inert definition"
        if kind is InertInstance:
            return "inert instance"
        if issubclass(kind, type):
            return "function or class"  # even where its metaclass is the agent's
        if self._around.owns(kind):
            return "plain" if has_host_hooks(kind, self._around.owns) else "agent"
        if issubclass(kind, BY_NAME):
            return "function or class"
        if kind is types.MethodType:
            return "method"
        return "definition" if self._around.owns(obj) else "plain"

    def _definition(self, obj: Any) -> Any:
        try:
            said, path = self._around.describe(obj)
        except Exception as error:
            return self._hole(obj, error)
        self._homes.add(path)
        self._uses.update((path, name) for name in said.uses)
        recipe = (dict(said.recipe), said.needs, path, sorted(said.uses))
        return rebuild.definition, recipe, said.parts, None, None, rebuild.fill

    def _tried(self, obj: Any, reduce: Callable[[Any], Any] | None) -> Any:
        """How ``obj`` pickles, found out here so that a failure costs this object alone."""
        try:
            made = reduce(obj) if reduce is not None else NotImplemented
            if made is not NotImplemented or not self._tolerant or isinstance(obj, BY_NAME):
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
        hole = Missing("class" if isinstance(obj, type) else type_name(obj), reason(error))
        self._holes.append(hole.what)
        return hole.__reduce__()
