"""numpy for agent code: arrays, ufuncs, linear algebra, random numbers, masked arrays.

Left out: what reads or writes files (``load``, ``save``, ``fromfile``, ``memmap``, ``tofile`` …), what
hands out addresses (``ctypeslib``, ``.ctypes``, ``.data``), what changes a setting of the whole
process (``seterr``), ``.base`` and ``setflags``, which lead
behind a view that was handed out on purpose, and memory nobody has written to (``empty`` gives
zeros: freed memory may hold what the program kept there before).
"""

from __future__ import annotations

import importlib
import types
from functools import cache
from typing import Any

from agex.helpers import standins
from agex.helpers.table import Exposed, TypesModule, installed
from agex.policy import Registrar

FILES = (
    "load", "save", "savez", "savez_compressed", "loadtxt", "savetxt", "genfromtxt", "fromfile",
    "fromregex", "tofile", "dump", "dumps", "memmap", "DataSource", "open_memmap", "fromflex",
)  # fmt: skip

MEMORY = (
    "ctypes", "ctypeslib", "cffi", "capsule", "lock", "data", "base", "getfield", "setfield",
    "setflags", "as_strided", "nditer", "nested_iters", "from_dlpack", "may_share_memory",
    "shares_memory", "masked_all*", "masked_singleton", "ndarray.resize", "*.ndarray.resize",
    "recarray.resize", "matrix.resize", "chararray.resize", "MaskedArray.resize",
)  # fmt: skip

SETTINGS = (
    "seterr*", "setbufsize", "set_string_function", "geterrcall", "set_state",
    "set_bit_generator", "get_bit_generator", "set_default_printstyle", "masked_print_option",
)  # fmt: skip

INTERNALS = (
    "core", "lib", "f2py", "testing", "typing", "distutils", "test", "info", "show_config",
    "show_runtime", "get_include", "sctypeDict", "bmat", "ids",
)  # fmt: skip

DENIED = (*FILES, *MEMORY, *SETTINGS, *INTERNALS)

NUMPY = (
    Exposed(
        "numpy",
        deny=DENIED,
        instead={
            "empty": standins.numpy_empty,
            "empty_like": standins.numpy_empty_like,
            "pad": standins.numpy_pad,
            "r_": standins.Rows("r_"),
            "c_": standins.Rows("c_"),
        },
        sealed=("ndarray", "recarray", "flatiter", "ufunc"),
    ),
    Exposed("numpy.linalg", deny=("test", "linalg", "lapack_lite")),
    Exposed("numpy.fft", deny=("test",)),
    Exposed(
        "numpy.random",
        deny=(*DENIED, "mtrand", "bit_generator_", "get_state"),
        sealed=("BitGenerator",),
    ),
    Exposed("numpy.ma", deny=(*DENIED, "extras", "mod", "empty", "empty_like")),
    Exposed("numpy.polynomial", deny=(*DENIED, "polyutils")),
    Exposed("numpy.polynomial.polynomial"),
    Exposed("numpy.polynomial.chebyshev"),
    Exposed("numpy.polynomial.legendre"),
    Exposed("numpy.char", deny=(*DENIED, "mod", "chararray")),
    Exposed("numpy.strings", deny=(*DENIED, "mod")),
    Exposed("numpy.rec", deny=DENIED, sealed=("recarray",)),
    Exposed("numpy.dtypes"),
    Exposed("numpy.exceptions"),
)


def register_numpy(agent: Registrar) -> None:
    """Let agent code use numpy: ``import numpy as np``, arrays and their methods.

    Args:
        agent: an ``Agent``, or anything else with the three verbs.

    Raises:
        MissingExtraError: numpy is not installed.
    """
    installed("numpy", "numpy")
    for exposed in NUMPY:
        exposed.register(agent)
    module = private_types()
    Exposed(module.__name__, deny=DENIED).add(agent, module)


@cache
def private_types() -> types.ModuleType:
    """Classes of what public functions return: results of ``linalg``, ``np.r_`` and its kin."""
    import numpy as np

    found: dict[str, type | None] = {
        "Function": type(np.sum),
        "CompiledFunction": type(np.random.default_rng),
        "Flags": type(np.zeros(1).flags),
        "Rows": standins.Rows,
        "MaskedConstant": type(np.ma.masked),
        "Grid": type(np.mgrid),
        "OpenGrid": type(np.ogrid),
        "IndexMaker": type(np.s_),
    }
    for module, names in {
        "numpy.linalg": ("EigResult", "EighResult", "QRResult", "SlogdetResult", "SVDResult"),
        "numpy.linalg._linalg": ("EigResult", "EighResult", "QRResult", "SlogdetResult", "SVDResult"),
        "numpy.lib._arraysetops_impl": (
            "UniqueAllResult", "UniqueCountsResult", "UniqueInverseResult",
        ),
    }.items():  # fmt: skip
        holder: Any = _module(module)
        for name in names:
            found.setdefault(name, getattr(holder, name, None))
            found[name] = found[name] or getattr(holder, name, None)
    return TypesModule("numpy_types", __name__, found)


def _module(name: str) -> types.ModuleType | None:
    try:
        return importlib.import_module(name)
    except ImportError:
        return None
