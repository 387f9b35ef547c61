"""Work that C code would do in one uninterruptible go, bounded before it starts.

A call into a builtin cannot be stopped from outside, so what can be known beforehand is checked here:
how long a repeated sequence, how many bits a power, how wide a field would be. Where a limit stands
for time, it is set so that the operation takes well under a second.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Iterable, Iterator, Sized
from decimal import Decimal
from itertools import islice
from numbers import Rational
from typing import Any

from agex.errors import SizeRefused

#: Characters, bytes or items one operation may make.
MAX_LENGTH = 100_000_000
#: Items of a list or tuple (eight bytes each) one operation may make.
MAX_ITEMS = 20_000_000
#: Bits of an integer made by ``**``, ``<<`` or ``int.from_bytes``.
MAX_BITS = 1_000_000
#: Bits of the operands of three-argument ``pow``, which is quadratic per step.
MAX_MODULAR_BITS = 8_192
#: Fields of one generated class: its methods are compiled in one step.
MAX_FIELDS = 2_000
#: Exceptions in a group, at all levels.
MAX_PARTS = 10_000
#: Product of the bits of two integers that are divided in one call.
MAX_WORK = MAX_BITS * MAX_BITS // 2
#: Digits of a decimal that is made an integer.
MAX_DIGITS = 50_000
#: Width and precision in a format specification.
MAX_WIDTH = 1_000_000
#: Items that C code may take from a ``range`` that it cannot be stopped in.
MAX_RANGE = 10_000_000
#: Items taken between two looks at the clock.
CHUNK = 16_384

_REPEATED = (str, bytes, bytearray, list, tuple)
_NUMBERS = re.compile(r"\d+")


def refuse_length(what: str, size: int, most: int) -> SizeRefused:
    return SizeRefused(
        f"{what} would hold {size:,} items; at most {most:,} are made in one step here. "
        "Work in smaller pieces, or with a generator"
    )


def _repeat(sequence: Any, count: Any) -> None:
    """Raise where ``sequence * count`` would be too long."""
    try:
        times = operator.index(count)
    except TypeError:
        return
    most = MAX_ITEMS if isinstance(sequence, (list, tuple)) else MAX_LENGTH
    size = len(sequence) * times
    if size > most:
        raise refuse_length(f"{type(sequence).__name__} * {times}", size, most)


def check_product(left: Any, right: Any) -> None:
    if isinstance(left, _REPEATED):
        _repeat(left, right)
    elif isinstance(right, _REPEATED):
        _repeat(right, left)
    elif hasattr(type(left), "__len__") and type(right) is int:
        if type(left).__module__ in ("collections", "array") and len(left) * right > MAX_ITEMS:
            raise refuse_length(f"{type(left).__name__} * {right}", len(left) * right, MAX_ITEMS)
    elif isinstance(left, int) and isinstance(right, int):
        bits = left.bit_length() + right.bit_length()
        if bits > 2 * MAX_BITS:
            raise SizeRefused(
                f"the product would have {bits:,} bits; at most {2 * MAX_BITS:,} here"
            )


def multiply(left: Any, right: Any) -> Any:
    """``left * right``, bounded."""
    check_product(left, right)
    return left * right


def multiply_in_place(left: Any, right: Any) -> Any:
    """``left *= right``, bounded."""
    check_product(left, right)
    left *= right
    return left


def check_power(base: Any, exponent: Any) -> None:
    if isinstance(base, int) and isinstance(exponent, int) and exponent > 0:
        bits = max(base.bit_length(), 1) * exponent
        if base not in (-1, 0, 1) and bits > MAX_BITS:
            raise SizeRefused(
                f"the power would have about {bits:,} bits; at most {MAX_BITS:,} here. "
                "Use pow(base, exponent, modulus), or floats"
            )

    elif isinstance(base, Rational) and isinstance(exponent, int):
        bits = max(int(base.numerator).bit_length(), int(base.denominator).bit_length()) * abs(
            exponent
        )
        if bits > MAX_BITS:
            raise SizeRefused(
                f"the power would have about {bits:,} bits; at most {MAX_BITS:,} here"
            )


def power(base: Any, exponent: Any, modulus: Any = None) -> Any:
    """``pow``, bounded."""
    if modulus is None:
        check_power(base, exponent)
        return base**exponent
    for operand in (base, exponent, modulus):
        if isinstance(operand, int) and operand.bit_length() > MAX_MODULAR_BITS:
            raise SizeRefused(f"pow() with a modulus takes at most {MAX_MODULAR_BITS:,} bits here")
    return pow(base, exponent, modulus)


class PowerLeft:
    """``base ** …`` with the size looked at when the exponent is known."""

    __slots__ = ("base",)

    def __init__(self, base: Any) -> None:
        self.base = base

    def __pow__(self, exponent: Any) -> Any:
        check_power(self.base, exponent)
        return self.base**exponent


def power_left(base: Any) -> Any:
    return PowerLeft(base) if isinstance(base, Rational) else base


def power_in_place(base: Any, exponent: Any) -> Any:
    check_power(base, exponent)
    base **= exponent
    return base


def check_division(*numbers: Any) -> None:
    """Raise where dividing these integers by one another would take long: it is quadratic."""
    sizes = sorted(number.bit_length() for number in numbers if isinstance(number, int))
    if sizes and sizes[-1] * sizes[-2:][0] > MAX_WORK:
        raise SizeRefused(
            "dividing integers of this size takes too long in one step here; "
            f"at most about {MAX_BITS * 7 // 10:,} bits each"
        )


def floor_divide(left: Any, right: Any) -> Any:
    """``left // right``, bounded."""
    check_division(left, right)
    return left // right


def check_decimal(value: Any) -> None:
    """Raise where a decimal is too long to become an integer, which is quadratic."""
    if isinstance(value, Decimal) and value.is_finite() and abs(value.adjusted()) > MAX_DIGITS:
        raise SizeRefused(
            f"an integer of {value.adjusted():,} digits would come of this Decimal; "
            f"at most {MAX_DIGITS:,} here"
        )


def check_decimal_text(value: Any, spec: str = "") -> None:
    """Raise where a specification such as ``f`` would write out a decimal of astronomic size."""
    if spec and isinstance(value, Decimal) and value.is_finite():
        if abs(value.adjusted()) > MAX_WIDTH:
            raise SizeRefused(
                f"the text of this Decimal would have {value.adjusted():,} digits; at most "
                f"{MAX_WIDTH:,} here"
            )


def check_shift(left: Any, count: Any) -> None:
    if isinstance(left, int) and isinstance(count, int) and left:
        bits = left.bit_length() + count
        if bits > MAX_BITS:
            raise SizeRefused(f"the result would have {bits:,} bits; at most {MAX_BITS:,} here")


def shift(left: Any, count: Any) -> Any:
    """``left << count``, bounded."""
    check_shift(left, count)
    return left << count


def shift_in_place(left: Any, count: Any) -> Any:
    check_shift(left, count)
    left <<= count
    return left


def check_spec(spec: str) -> None:
    """Raise where a format specification asks for an absurd width or precision."""
    for number in _NUMBERS.findall(spec):
        if len(number) > 9 or int(number) > MAX_WIDTH:
            raise SizeRefused(
                f"a width or precision of {number[:20]} is too large here; at most {MAX_WIDTH:,}"
            )


def check_width(width: Any) -> None:
    if isinstance(width, int) and width > MAX_LENGTH:
        raise refuse_length("the padded text", width, MAX_LENGTH)


#: How much a method of ``random.Random`` may make: the argument that says it, its place, its bound.
RANDOM = {
    "choices": ("k", 9, MAX_ITEMS),
    "sample": ("k", 1, MAX_ITEMS),
    "randbytes": ("n", 0, MAX_LENGTH),
    "getrandbits": ("k", 0, MAX_BITS),
}


def check_group(parts: Any) -> None:
    """Raise where the exceptions of a group, each as often as it is held, are too many.

    ``except*`` splits a group in one step, and goes through a part again wherever it is held.
    """
    count, stack = 0, [parts]
    while stack:
        for part in stack.pop():
            count += 1
            if count > MAX_PARTS:
                raise refuse_length("the exception group", count, MAX_PARTS)
            if isinstance(part, BaseExceptionGroup):
                stack.append(BaseExceptionGroup.exceptions.__get__(part))


def check_items(what: str, sequence: Any) -> None:
    """Raise where a list of the items of text or bytes, eight times as large, would be too long."""
    if isinstance(sequence, memoryview):
        check_length(what, sequence.nbytes, MAX_ITEMS)
    elif isinstance(sequence, (str, bytes, bytearray)):
        check_length(what, len(sequence), MAX_ITEMS)


def check_length(what: str, size: Any, most: int = MAX_LENGTH) -> None:
    if isinstance(size, int) and size > most:
        raise refuse_length(what, size, most)


def round_digits(number: Any, digits: Any) -> None:
    if isinstance(number, int) and isinstance(digits, int) and digits < -10_000:
        raise SizeRefused("round() takes at least -10000 digits here")
    if isinstance(number, int) and isinstance(digits, int) and digits < 0:
        check_division(number, 1 << -4 * digits)


def sized(iterable: Any) -> bool:
    """True for exact builtin containers: C code takes what is already in memory."""
    return type(iterable) in _SIZED


_SIZED = frozenset(
    {list, tuple, dict, set, frozenset, str, bytes, bytearray, type({}.keys()), type({}.values()),
     type({}.items())}
)  # fmt: skip


def bounded(iterable: Iterable[Any], most: int = 0) -> Iterable[Any]:
    """The iterable itself where C code may take all of it; a range that is too long is refused."""
    most = most or MAX_RANGE
    if type(iterable) is range and len_of_range(iterable) > most:
        raise SizeRefused(
            f"a range of {len_of_range(iterable):,} numbers is too long to go through in one step; "
            f"at most {most:,}. A for loop over range(…) may be of any length"
        )
    return iterable


def len_of_range(numbers: range) -> int:
    """The length of a range, of any size."""
    return max(0, -((numbers.start - numbers.stop) // numbers.step))


def collected(
    iterable: Iterable[Any], look: Callable[[], None], most: int = MAX_ITEMS
) -> list[Any]:
    """A list of the items, with a look at the clock between chunks.

    Raises:
        SizeRefused: there are more than ``most``.
    """
    if type(iterable) in _SIZED:
        check_items("the collection", iterable)
        return list(iterable)
    items: list[Any] = []
    iterator: Iterator[Any] = iter(bounded(iterable))
    while True:
        before = len(items)
        items.extend(islice(iterator, CHUNK))
        if len(items) - before < CHUNK:
            return items
        if len(items) > most:
            raise refuse_length("the collection", len(items), most)
        look()


def polled(iterator: Iterator[Any], look: Callable[[], None]) -> Iterator[Any]:
    """The same items one by one, with a look at the clock each thousand: for endless sources."""
    count = 0
    for item in iterator:
        yield item
        count += 1
        if not count & 1023:
            look()


class RangeDoor:
    """A range on the right of ``in``: what is no int makes the interpreter go through all of it."""

    __slots__ = ("numbers",)

    def __init__(self, numbers: range) -> None:
        self.numbers = numbers

    def __contains__(self, value: Any) -> bool:
        if type(value) is not int and type(value) is not bool:
            bounded(self.numbers)
        return value in self.numbers


def joined(parts: tuple[str, ...]) -> str:
    """The pieces of one f-string of many fields as one text, bounded."""
    check_length("the text", sum(map(len, parts)))
    return "".join(parts)


def total_length(parts: list[Any]) -> int:
    return sum(len(part) for part in parts if isinstance(part, Sized))
