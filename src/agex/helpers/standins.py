"""What agent code gets in place of library functions that can do too much.

Each takes what the original takes, as far as it is harmless, and says in words what is not.
"""

from __future__ import annotations

import ast
import csv
import functools
import io
import struct
import time
import weakref
import zlib
from collections.abc import Iterable
from typing import Any, NoReturn

from agex.errors import TypeRefused, ValueRefused

LONGEST_SLEEP_SECONDS = 2.0
"""One call sleeps no longer: sleeping is host code, and no deadline can end it."""

LONGEST_LITERAL = 100_000
"""Characters that ``ast.literal_eval`` parses at once: as many as an action may have."""

MOST_BYTES = 100_000_000
"""What one call may make out of an input that says nothing about its size."""


def short_sleep(seconds: float) -> None:
    """Sleep for at most two seconds a call."""
    if seconds > LONGEST_SLEEP_SECONDS:
        raise ValueRefused(
            f"time.sleep({seconds!r}): at most {LONGEST_SLEEP_SECONDS:g} seconds at a time here; "
            "there is usually nothing to wait for"
        )
    time.sleep(seconds)


def no_deeper(limit: int, /) -> None:
    """``sys.setrecursionlimit``, which is the whole program's: nothing changes."""
    if type(limit) is not int:
        raise TypeError(f"{type(limit).__name__!r} object cannot be interpreted as an integer")
    if limit < 1:
        raise ValueError("recursion limit must be greater or equal than 1")


def bounded_literal(node_or_string: str) -> Any:
    """``ast.literal_eval`` of a text of up to a hundred thousand characters."""
    if type(node_or_string) is not str:
        raise TypeRefused(f"literal_eval() reads a str here, not a {type(node_or_string).__name__}")
    if len(node_or_string) > LONGEST_LITERAL:
        raise ValueRefused(
            f"literal_eval(): at most {LONGEST_LITERAL:,} characters here; json reads more"
        )
    try:
        return ast.literal_eval(node_or_string)
    except (MemoryError, RecursionError):
        raise ValueError("malformed node or string: too deeply nested") from None


def no_shared_context(*args: Any, **kwargs: Any) -> NoReturn:
    """Refuse the context that the running thread uses for the host's own decimals."""
    raise ValueRefused(
        "decimal.getcontext(): that context is the host's; write: with localcontext(prec=50): …"
    )


def plain_reference(object: Any, callback: None = None, /) -> weakref.ref[Any]:
    """``weakref.ref`` without a callback."""
    if callback is not None:
        raise ValueRefused(
            "weakref.ref() takes no callback here: ask the reference when you need it"
        )
    return weakref.ref(object)


def bounded_pack(format: str | bytes, /, *values: Any) -> bytes:
    """``struct.pack`` of up to a hundred million bytes."""
    if struct.calcsize(format) > MOST_BYTES:
        raise ValueRefused(f"struct.pack(): the result is larger than {MOST_BYTES} bytes")
    return struct.pack(format, *values)


def csv_writer(csvfile: io.StringIO, *args: Any, **kwargs: Any) -> Any:
    """``csv.writer`` into an ``io.StringIO``."""
    return csv.writer(_in_memory("csv.writer", csvfile), *args, **kwargs)


def csv_dict_writer(f: io.StringIO, fieldnames: Iterable[str], *args: Any, **kwargs: Any) -> Any:
    """``csv.DictWriter`` into an ``io.StringIO``."""
    return csv.DictWriter(_in_memory("csv.DictWriter", f), list(fieldnames), *args, **kwargs)


def _in_memory(called: str, target: object) -> io.StringIO:
    if type(target) is not io.StringIO:
        raise TypeRefused(
            f"{called}() writes to an io.StringIO here, not to a {type(target).__name__}"
        )
    return target


def bounded_decompress(data: bytes, /, wbits: int = zlib.MAX_WBITS, bufsize: int = 16384) -> bytes:
    """``zlib.decompress`` up to a hundred million bytes."""
    machine = zlib.decompressobj(wbits)
    out = machine.decompress(data, MOST_BYTES)
    if machine.unconsumed_tail:
        raise ValueRefused(f"zlib.decompress(): the result is larger than {MOST_BYTES} bytes")
    if not machine.eof:
        raise zlib.error("Error -5 while decompressing data: incomplete or truncated stream")
    return out


# ---------------------------------------------------------------- numpy


def numpy_empty(shape: Any, dtype: Any = float, order: Any = "C", **kwargs: Any) -> Any:
    """``np.zeros``: memory nobody has written to may hold what the program kept there before."""
    import numpy as np

    return np.zeros(shape, dtype=dtype, order=order)


def numpy_empty_like(prototype: Any, dtype: Any = None, **kwargs: Any) -> Any:
    """``np.zeros_like``, for the same reason."""
    import numpy as np

    kwargs.pop("device", None)
    return np.zeros_like(prototype, dtype=dtype, **kwargs)


def numpy_pad(array: Any, pad_width: Any, mode: Any = "constant", **kwargs: Any) -> Any:
    """``np.pad`` without ``mode="empty"``, for the same reason."""
    import numpy as np

    if mode == "empty":
        mode = "constant"
    return np.pad(array, pad_width, mode=mode, **kwargs)


class Rows:
    """``np.r_`` and ``np.c_`` without their strings, which look names up in the caller's frame."""

    __slots__ = ("_which",)

    def __init__(self, which: str) -> None:
        self._which = which

    def __getitem__(self, key: Any) -> Any:
        import numpy as np

        for part in key if isinstance(key, tuple) else (key,):
            if isinstance(part, str):
                raise TypeRefused(f"np.{self._which}[…] takes arrays and slices here, no strings")
        return getattr(np, self._which)[key]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Rows) and other._which == self._which

    def __hash__(self) -> int:
        return hash(self._which)


# ---------------------------------------------------------------- addresses of memory


def without_addresses(cls: Any) -> None:
    """Let attributes of ``cls`` that are names of its data never be taken for a memory address.

    numpy reads and writes at the address that it finds in an object's ``__array_interface__``, and a
    ``Series`` or a ``Bunch`` answers such a question with the value under that label, which agent code
    may have put there. This changes the library's own class, for two such names, in the whole process.
    """
    fallback = vars(cls).get("__getattr__")
    if fallback is None or hasattr(fallback, "__wrapped__"):
        return

    @functools.wraps(fallback)
    def __getattr__(self: Any, name: str) -> Any:
        if name in ("__array_interface__", "__dataframe__"):
            raise AttributeError(name)
        return fallback(self, name)

    cls.__getattr__ = __getattr__
