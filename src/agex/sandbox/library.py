"""Guarded twins for functions of common modules that C code could not be stopped in.

Modules of the standard library that hosts register: what would grow without bound is bounded, what
iterates or calls what it is given asks the guards first. A file of ``language/`` does the same for a
module that every agent may import.
"""

from __future__ import annotations

import decimal
import fractions
import functools
import hashlib
import inspect
import json
import math
import re
import string
import time
import unicodedata
import weakref
from collections.abc import Callable
from typing import Any, TypeAlias

from agex.errors import TypeRefused
from agex.sandbox import (
    bounds,
    chance,
    clock,
    decimals,
    display,
    event_loops,
    expressions,
    interrupts,
    introspection,
    json_text,
    methods,
    pretty,
    unicode,
)
from agex.sandbox.guards import Guards

Table: TypeAlias = dict[Any, Callable[..., Any]]


def twins(guards: Guards) -> dict[int, tuple[Any, Any]]:
    """``{id: (function, twin)}``, as the guards keep their substitutes."""
    table: Table = {
        **_math(guards),
        **chance.twins(guards.policy),
        **_json(guards),
        **pretty.twins(guards),
        **introspection.twins(guards),
        **_text(guards),
        **decimals.twins(),
        **_hashing(),
        **display.twins(guards),
        unicodedata.normalize: unicode.normalize,
        unicodedata.is_normalized: unicode.is_normalized,
        time.sleep: clock.sleep,
    }
    if guards.policy.module("asyncio") is not None:  # imported by whoever registered it
        import asyncio

        table[asyncio.run] = event_loops.run
    # Bound methods are made anew at each read; the module holds the one that agent code is shown.
    return {id(real): (real, twin) for real, twin in table.items()}


def _math(guards: Guards) -> Table:
    def factorial(n: Any, /) -> int:
        bounds.check_length("factorial()", n, 50_000)
        return math.factorial(n)

    def counted(real: Any) -> Callable[..., Any]:
        def bounded(n: Any, k: Any = None, /) -> Any:
            chosen = n if k is None else min(k, n - k) if real is math.comb else k
            if isinstance(n, int) and isinstance(chosen, int) and chosen > 0:
                bits = n.bit_length() * chosen
                if bits > bounds.MAX_BITS:
                    raise bounds.refuse_length(f"{real.__name__}()", bits, bounds.MAX_BITS)
            return real(n) if k is None else real(n, k)

        return bounded

    def iterating(real: Any) -> Callable[..., Any]:
        @functools.wraps(real)
        def wrapped(iterable: Any, *args: Any, **kwargs: Any) -> Any:
            return real(methods.taken(guards, iterable), *args, **kwargs)

        return wrapped

    def distance(p: Any, q: Any, /) -> float:
        return math.dist(methods.taken(guards, p), methods.taken(guards, q))

    def whole(real: Any) -> Callable[..., Any]:
        def rounded(number: Any, /) -> Any:
            bounds.check_decimal(number)
            return real(number)

        return rounded

    def dividing(real: Any) -> Callable[..., Any]:
        @interrupts.stoppable
        def wrapped(*numbers: Any) -> Any:
            bounds.check_division(*numbers)
            return real(*numbers)

        return wrapped

    def product(iterable: Any, *, start: Any = 1) -> Any:
        result = start
        for index, item in enumerate(methods.taken(guards, iterable)):
            result = bounds.multiply(result, item)
            if not index & 255:
                clock.look()
        return result

    def common_multiple(*numbers: int) -> int:
        result = 1
        for index, number in enumerate(numbers):
            result = math.lcm(result, number)
            if result.bit_length() > bounds.MAX_BITS:
                raise bounds.refuse_length("lcm()", result.bit_length(), bounds.MAX_BITS)
            if not index & 255:
                clock.look()
        return result

    def fraction(*args: Any, **kwargs: Any) -> Any:
        for arg in args:
            bounds.check_decimal(arg)
            if isinstance(arg, str) and "e" in arg.lower():
                exponent = arg.lower().rpartition("e")[2].lstrip("+-")
                if len(exponent) > 4:
                    raise bounds.refuse_length("the fraction", 10_000, 9_999)
        return fractions.Fraction(*args, **kwargs)

    return {
        math.factorial: factorial,
        math.comb: counted(math.comb),
        math.perm: counted(math.perm),
        math.fsum: iterating(math.fsum),
        math.dist: distance,
        math.prod: product,
        math.lcm: common_multiple,
        math.gcd: dividing(math.gcd),
        math.isqrt: dividing(math.isqrt),
        fractions.Fraction: fraction,
        **{real: whole(real) for real in _whole_numbers(guards)},
    }


def _whole_numbers(guards: Guards) -> list[Any]:
    """What makes integers of decimals, where there are any: the twins cost floats a call."""
    known = guards.policy.type_rule(decimal.Decimal) is not None
    return [math.floor, math.ceil, math.trunc] if known else []


def _json(guards: Guards) -> Table:
    is_open = guards.decisions.is_open

    def checking(real: Any, *names: str) -> Callable[..., Any]:
        """The callables it is given under these names pass the guard of calls."""

        def wrapped(subject: Any, *args: Any, **kwargs: Any) -> Any:
            for name in names:
                if kwargs.get(name) is not None:
                    kwargs[name] = guards.call(kwargs[name])
            return real(subject, *args, **kwargs)

        return wrapped

    def writing(real: Any) -> Callable[..., Any]:
        def wrapped(subject: Any, *args: Any, **kwargs: Any) -> Any:
            json_text.check(subject, is_open)
            if kwargs.get("default") is not None:
                kwargs["default"] = json_text.checking_default(
                    guards.call(kwargs["default"]), is_open
                )
            if kwargs.get("cls") is not None:
                make = guards.call(kwargs["cls"])
                kwargs["cls"] = lambda **options: json_text.Bounded(make(**options), is_open)
            return real(subject, *args, **kwargs)

        return wrapped

    hooks = (
        "cls",
        "object_hook",
        "parse_float",
        "parse_int",
        "parse_constant",
        "object_pairs_hook",
    )
    reading = checking(json.loads, *hooks)
    dumps = writing(json.dumps)

    def loads(s: Any, **options: Any) -> Any:
        if isinstance(s, (str, bytes, bytearray)):
            bounds.check_length("the text", len(s), bounds.MAX_ITEMS)
        return reading(s, **options)

    # What is read from and written to passes the guards like any other method call.
    def load(fp: Any, **options: Any) -> Any:
        return loads(guards.call(guards.value(fp, "read"))(), **options)

    def dump(obj: Any, fp: Any, **options: Any) -> None:
        guards.call(guards.value(fp, "write"))(dumps(obj, **options))

    return {
        json.loads: loads,
        json.load: load,
        json.dumps: dumps,
        json.dump: dump,
    }


def _hashing() -> Table:
    """What is slow on purpose."""

    def derived(
        hash_name: Any, password: Any, salt: Any, iterations: int, dklen: Any = None
    ) -> Any:
        bounds.check_length("pbkdf2_hmac()", iterations * ((dklen or 1) // 32 + 1), 1_000_000)
        return hashlib.pbkdf2_hmac(hash_name, password, salt, iterations, dklen)

    def stretched(password: Any, **options: Any) -> Any:
        work = [options.get(name, 1) for name in ("n", "r", "p")]
        if all(isinstance(part, int) for part in work):
            bounds.check_length("scrypt()", math.prod(work), 1 << 20)
        return hashlib.scrypt(password, **options)

    found: Table = {hashlib.pbkdf2_hmac: derived}
    if hasattr(hashlib, "scrypt"):  # as OpenSSL was built
        found[hashlib.scrypt] = stretched
    return found


def _text(guards: Guards) -> Table:
    def no_formatter(*_: Any, **__: Any) -> Any:
        raise TypeError("string.Formatter is not offered here; use str.format or f-strings")

    def refused(name: str, instead: str) -> Callable[..., Any]:
        def refusing(*_: Any, **__: Any) -> Any:
            raise TypeRefused(f"{name} is not offered here; use {instead}")

        return refusing

    return {
        **{real: expressions.searching(real, at) for real, at in expressions.SEARCHING.items()},
        re.finditer: expressions.searching(expressions.finding(re.finditer), 0),
        re.sub: expressions.substitution(guards.call, re.sub),
        re.subn: expressions.substitution(guards.call, re.subn),
        string.Formatter: no_formatter,
        # These read, and call, past every guard.
        weakref.proxy: refused("weakref.proxy", "weakref.ref"),
        weakref.finalize: refused("weakref.finalize", "with, or an explicit close()"),
        inspect.getattr_static: refused("inspect.getattr_static", "getattr"),
    }
