"""Arrays and tensors: shape, dtype, range and a corner of the data, whatever their size.

Only metadata is read of what is large, lazy or on disk; only a few elements of anything.
"""

from __future__ import annotations

import sys
from typing import Any

from agex.render.budget import clip
from agex.render.classes import inherits, type_name
from agex.render.walk import Child, register_renderer

RANGE_ELEMENTS = 1_000_000
"""Up to this many elements the range is computed: a millisecond for a million floats."""

_WHOLE_ELEMENTS = 60
"""A small array is shown whole when it fits."""

_NUMBER_KINDS = "iufb"


def _array(value: Any, budget: int, child: Child) -> str:
    numpy = sys.modules["numpy"]
    head = f"{_array_name(value)} shape={value.shape} dtype={value.dtype}"
    on_disk = any(inherits(type(part), numpy.memmap) for part in (value, value.base))
    kind = value.dtype.kind
    masked = hasattr(value, "mask")
    if kind in _NUMBER_KINDS and 0 < value.size <= RANGE_ELEMENTS and not on_disk and not masked:
        head += _range(numpy, value, kind)
    room = budget - len(head) - 1
    if value.size == 0 or room < 12:
        return clip(head, budget)
    text = _elements(numpy, value, room, child)
    return f"{head}\n{text}" if "\n" in text else f"{head} {text}"


def _array_name(value: Any) -> str:
    name = type_name(type(value))
    return "array" if name == "ndarray" else name


def _range(numpy: Any, value: Any, kind: str) -> str:
    if kind == "b":
        return f", {int(value.sum()):,} true"
    if kind != "f":
        return f", range {value.min()} to {value.max()}"
    missing = int(numpy.isnan(value).sum())
    if missing == value.size:
        return ", all nan"
    with numpy.errstate(all="ignore"):
        low, high = numpy.nanmin(value), numpy.nanmax(value)
    return f", range {low:.6g} to {high:.6g}" + (f", {missing:,} nan" if missing else "")


def _elements(numpy: Any, value: Any, room: int, child: Child) -> str:
    plain = not value.dtype.hasobject and value.dtype.kind not in "SUV"
    if plain and type(value) is numpy.ndarray and (value.ndim <= 2 or value.size <= 12):
        threshold = _WHOLE_ELEMENTS if room >= 200 else 12
        text: str = numpy.array2string(
            value, threshold=threshold, edgeitems=3, max_line_width=100, precision=6, separator=", "
        )
        if len(text) <= room:
            return text
    most = 12 if value.ndim > 2 else 50  # a few pixels of a picture tell as much as many
    items = value.flat[: min(most, max(1, room // 4))].tolist()
    more = value.size - len(items)
    text = child(items, room - (24 if more else 0))
    return f"first {text}, +{more:,} more" if more else text


def _scalar(value: Any, budget: int, child: Child) -> str:
    if value.dtype.hasobject or value.dtype.kind in "SUV":
        return f"{type_name(type(value))}({child(value.item(), max(4, budget - 16))})"
    return repr(value)


def _dtype(value: Any, budget: int, child: Child) -> str:
    return f"dtype({str(value)!r})"


def _tensor(value: Any, budget: int, child: Child) -> str:
    head = f"tensor shape={tuple(value.shape)} dtype={value.dtype} device={value.device}"
    if value.numel() > _WHOLE_ELEMENTS or str(value.device) != "cpu":
        return head
    return f"{head} {child(value.detach().tolist(), max(4, budget - len(head) - 1))}"


def _sparse(value: Any, budget: int, child: Child) -> str:
    return f"{type_name(type(value))} shape={value.shape} dtype={value.dtype}, {value.nnz:,} stored"


def _lazy_array(value: Any, budget: int, child: Child) -> str:
    return f"lazy array shape={value.shape} dtype={value.dtype}, not computed"


register_renderer("numpy:ndarray", _array)
register_renderer("numpy:generic", _scalar)
register_renderer("numpy:dtype", _dtype)
register_renderer("torch:Tensor", _tensor)
register_renderer("dask:Array", _lazy_array)
for _kind in ("csr", "csc", "coo", "bsr", "dia", "dok", "lil"):
    register_renderer(f"scipy:{_kind}_matrix", _sparse)
    register_renderer(f"scipy:{_kind}_array", _sparse)
