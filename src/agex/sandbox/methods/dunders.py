"""The dunders of builtins in guarded form, as ``super()`` and ``int.__mul__`` hand them out."""

from __future__ import annotations

import collections
import collections.abc
from collections.abc import Callable
from typing import Any

from agex.sandbox import bounds
from agex.sandbox.methods.making import init_of
from agex.sandbox.natives import OPERATORS
from agex.sandbox.origin import args_of
from agex.sandbox.taking import Rules, pairs


def twin(rules: Rules, owner: Any, holder: type, name: str, real: Any) -> Any:
    """The guarded twin of ``holder``'s ``name``, whose own form, bound to ``owner``, is ``real``."""
    if name in OPERATORS.get(holder, ()) and name != "__call__":
        return lambda other, /: real(rules.iter(other))
    make = _MAKERS.get(name)
    return real if make is None else make(rules, owner, holder, name, real)


# ---------------------------------------------------------------- numbers


def _product(rules: Rules, owner: Any, holder: type, name: str, real: Any) -> Callable[..., Any]:
    def times(other: Any, /) -> Any:
        bounds.check_product(owner, other)
        return real(other)

    return times


def _power(rules: Rules, owner: Any, holder: type, name: str, real: Any) -> Callable[..., Any]:
    def power(other: Any, /, *modulus: Any) -> Any:
        if modulus:
            return bounds.power(owner, other, *modulus)
        bounds.check_power(*((owner, other) if name == "__pow__" else (other, owner)))
        return real(other)

    return power


def _shift(rules: Rules, owner: Any, holder: type, name: str, real: Any) -> Callable[..., Any]:
    def shifted(other: Any, /) -> Any:
        bounds.check_shift(*((owner, other) if name == "__lshift__" else (other, owner)))
        return real(other)

    return shifted


def _division(rules: Rules, owner: Any, holder: type, name: str, real: Any) -> Callable[..., Any]:
    def divided(other: Any, /) -> Any:
        bounds.check_division(owner, other)
        return real(other)

    return divided


def _remainder(rules: Rules, owner: Any, holder: type, name: str, real: Any) -> Callable[..., Any]:
    """``%``: a division of numbers, and the formatting of texts."""
    if isinstance(owner, (str, bytes)) and name == "__mod__":
        return lambda values, /: rules.texts.percent(owner, values)
    if isinstance(owner, int):
        return _division(rules, owner, holder, name, real)
    return lambda other, /: (
        rules.texts.percent(other, owner) if isinstance(other, (str, bytes)) else real(other)
    )


def _round(rules: Rules, owner: Any, holder: type, name: str, real: Any) -> Callable[..., Any]:
    def rounded(*digits: Any) -> Any:
        if digits:
            bounds.round_digits(owner, digits[0])
        return real(*digits)

    return rounded


# ---------------------------------------------------------------- collections


def _item(rules: Rules, owner: Any, holder: type, name: str, real: Any) -> Callable[..., Any]:
    return lambda key, value, /: real(key, rules.iter(value) if isinstance(key, slice) else value)


def _in_place(rules: Rules, owner: Any, holder: type, name: str, real: Any) -> Callable[..., Any]:
    if name == "__ior__" and isinstance(owner, collections.abc.MutableMapping):
        return lambda other, /: real(pairs(rules, other))
    return lambda other, /: real(rules.mapping(other))


# ---------------------------------------------------------------- names and making


def _names(rules: Rules, owner: Any, holder: type, name: str, real: Any) -> Callable[..., Any]:
    return lambda: [n for n in real() if "$" not in n]


def _init(rules: Rules, owner: Any, holder: type, name: str, real: Any) -> Callable[..., Any]:
    return init_of(rules, holder, real)


# ---------------------------------------------------------------- text


def _text(rules: Rules, owner: Any, holder: type, name: str, real: Any) -> Callable[..., str]:
    if name == "__str__" and holder is object:
        return lambda: rules.texts.repr(owner)
    return lambda: _own_text(rules, owner, real)


def _own_text(rules: Rules, owner: Any, real: Any) -> str:
    """``super().__repr__()``: the builtin's text, which may not look into what is unregistered."""
    texts = rules.texts
    if isinstance(owner, BaseException):
        return (
            texts.exception(owner)
            if real.__name__ == "__str__"
            else texts.structure(owner, set(), 0)
            if not texts.is_safe(args_of(owner))
            else texts.clean(real())
        )
    if isinstance(owner, _CONTAINERS) and not texts.is_safe_as(owner, _container(owner)):
        return texts.structure(owner, set(), 0)
    if isinstance(owner, slice) and not texts.is_safe(owner):
        return texts.structure(owner, set(), 0)
    return texts.clean(real())


_CONTAINERS = (collections.deque, list, tuple, set, frozenset, dict)


def _container(owner: Any) -> type:
    return next(base for base in _CONTAINERS if isinstance(owner, base))


def _format(rules: Rules, owner: Any, holder: type, name: str, real: Any) -> Callable[..., str]:
    if holder is object:
        return lambda spec="", /: _object_format(rules, owner, spec)
    return lambda spec="", /: _bounded_format(real, spec)


def _object_format(rules: Rules, owner: Any, spec: str) -> str:
    if spec:
        raise TypeError(f"unsupported format string passed to {type(owner).__name__}.__format__")
    return rules.texts.str(owner)


def _bounded_format(real: Any, spec: str) -> str:
    bounds.check_spec(spec)
    return str(real(spec))


_MAKERS: dict[str, Callable[[Rules, Any, type, str, Any], Callable[..., Any]]] = {
    **dict.fromkeys(("__mul__", "__rmul__", "__imul__"), _product),
    **dict.fromkeys(("__pow__", "__rpow__"), _power),
    **dict.fromkeys(("__lshift__", "__rlshift__"), _shift),
    **dict.fromkeys(("__floordiv__", "__rfloordiv__", "__divmod__", "__rdivmod__"), _division),
    **dict.fromkeys(("__mod__", "__rmod__"), _remainder),
    "__round__": _round,
    "__setitem__": _item,
    **dict.fromkeys(("__iadd__", "__ior__", "__iand__", "__isub__", "__ixor__"), _in_place),
    "__dir__": _names,
    "__init__": _init,
    **dict.fromkeys(("__str__", "__repr__"), _text),
    "__format__": _format,
}
