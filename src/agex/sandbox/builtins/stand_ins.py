"""Exceptions that would end the host rather than the action, under the names agent code knows them by."""

from __future__ import annotations

from typing import Any

from agex.sandbox.decisions import STAND_IN_CLASSES
from agex.sandbox.guards.names import OWN_FIELDS


class SystemExit(BaseException):  # what agent code knows by that name
    """``SystemExit`` of agent code: ends the action, never the host."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.code = args[0] if len(args) == 1 else args or None
        self.__dict__[OWN_FIELDS] = ("code",)  # a field that agent code may read


class KeyboardInterrupt(BaseException):  # the same
    """``KeyboardInterrupt`` of agent code; the person's own passes through agent code unseen."""


for _stand_in in (SystemExit, KeyboardInterrupt):
    _stand_in.__module__ = "builtins"
    STAND_IN_CLASSES.add(_stand_in)
