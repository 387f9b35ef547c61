"""Numbers and bytes within bounds: a call into C cannot be interrupted, so it is measured before."""

from __future__ import annotations

from typing import Any

from agex.sandbox import bounds
from agex.sandbox.builtins.iteration import Iteration


class Numbers(Iteration):
    """What can become large."""

    def pow_(self, base: Any, exp: Any, mod: Any = None) -> Any:
        return bounds.power(base, exp, mod)

    def int_(self, /, *args: Any, **kwargs: Any) -> Any:
        if len(args) == 1:
            bounds.check_decimal(args[0])
        return int(*args, **kwargs)

    def divmod_(self, left: Any, right: Any, /) -> Any:
        bounds.check_division(left, right)
        return divmod(left, right)

    def round_(self, number: Any, ndigits: Any = None) -> Any:
        bounds.check_decimal(number)
        if ndigits is None:
            return round(number)
        bounds.round_digits(number, ndigits)
        return round(number, ndigits)

    def _bytes(self, cls: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        for value in (*args, *kwargs.values()):
            self.guards.looked_into(value, cls.__name__)
        if len(args) == 1 and not kwargs:
            source = args[0]
            if isinstance(source, int):
                bounds.check_length(cls.__name__, source)
            elif not isinstance(source, (str, bytes, bytearray)) and not hasattr(
                type(source), "__bytes__"
            ):
                return cls(self.taken(source))
        return cls(*args, **kwargs)

    def bytes_(self, /, *args: Any, **kwargs: Any) -> bytes:
        return self._bytes(bytes, args, kwargs)  # type: ignore[no-any-return]

    def bytearray_(self, /, *args: Any, **kwargs: Any) -> bytearray:
        return self._bytes(bytearray, args, kwargs)  # type: ignore[no-any-return]

    def memoryview_(self, object: Any) -> memoryview:
        if type(object) not in (bytes, bytearray, memoryview):
            self.guards.item(object)
        return memoryview(object)
