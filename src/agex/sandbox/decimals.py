"""Decimals of a length that C code can work with: how exact they may be, what becomes an integer.

Arithmetic of decimals is bounded by the precision of its context, and the program's own is 28 digits.
Beyond that stand contexts that agent code makes for itself, and what goes between decimals and
integers, which is quadratic in the digits and cannot be stopped.
"""

from __future__ import annotations

import contextlib
import decimal
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

from agex.errors import SizeRefused
from agex.sandbox import bounds
from agex.sandbox.opaque import view_of

#: Digits of precision a context may ask for.
MOST_DIGITS = 10_000
#: Bits of an integer that is made a decimal.
MOST_BITS = 400_000

#: What makes an integer, or a text as long as one, of a decimal.
METHODS = frozenset(
    "__int__ __trunc__ __floor__ __ceil__ __round__ __format__ as_integer_ratio".split()
)


def method(owner: Decimal, real: Callable[..., Any], name: str) -> Callable[..., Any]:
    """A method of :data:`METHODS`, within bounds."""

    def measured(*args: Any) -> Any:
        if name == "__format__":
            bounds.check_decimal_text(owner, *args)
        else:
            bounds.check_decimal(owner)
        return real(*args)

    return measured


def twins() -> dict[Any, Callable[..., Any]]:
    """``{callable of decimal: its bounded form}``."""

    def made(*args: Any, **kwargs: Any) -> Any:
        for arg in args[:1]:
            if isinstance(arg, int) and arg.bit_length() > MOST_BITS:
                raise SizeRefused(
                    f"Decimal() of an integer of {arg.bit_length():,} bits takes too long here; "
                    f"at most {MOST_BITS:,}"
                )
        return Decimal(*args, **kwargs)

    def context(*args: Any, **kwargs: Any) -> Any:
        _check_precision(args[0] if args else kwargs.get("prec"))
        return decimal.Context(*args, **kwargs)

    @contextlib.contextmanager
    def local(ctx: Any = None, **kwargs: Any) -> Iterator[decimal.Context]:
        _check_precision(kwargs.get("prec"))
        with decimal.localcontext(ctx, **kwargs) as made:
            _own[id(made)] = made
            try:
                yield made
            finally:
                _own.pop(id(made), None)

    return {
        Decimal: made,
        view_of(decimal.Context): context,
        decimal.localcontext: local,
    }


#: The contexts of ``with localcontext() as ctx:`` blocks of agent code that are running.
_own: dict[int, decimal.Context] = {}


def may_set(owner: Any, name: str, value: Any) -> bool:
    """May agent code write ``ctx.prec = 50``? In a block of its own, to say how it computes there.

    Raises:
        SizeRefused: that is too exact.
    """
    if _own.get(id(owner)) is not owner or name not in ("prec", "rounding"):
        return False
    if name == "prec":
        _check_precision(value)
    return True


def _check_precision(digits: Any) -> None:
    # A class of agent code may answer `>` as it likes.
    if isinstance(digits, int) and int.__gt__(digits, MOST_DIGITS):
        raise SizeRefused(f"prec={digits:,} is too exact here; at most {MOST_DIGITS:,} digits")
