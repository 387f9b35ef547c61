"""Where what agent code prints and shows goes: to the action that runs in its namespace now.

One per namespace, not per session: two calls with one state are two sessions over the same globals,
whose ``print`` is the later one's, and the earlier may well be the one that goes on.
"""

from __future__ import annotations

from typing import Any

from agex.errors import LimitReached

_KEY = "$out"


class Put:
    """What one action has put out so far."""

    __slots__ = ("images", "limit", "output", "pieces", "printed", "room")

    def __init__(self, room: int) -> None:
        self.room = room
        self.pieces: list[str] = []
        self.printed = 0
        self.output: Any = None
        self.images: list[Any] = []
        self.limit: LimitReached | None = None


class Outlet:
    """Takes what is printed and shown, for whoever runs an action.

    Where none runs, the host calls a function it was given. What that prints goes nowhere: the host's
    standard output may be how it talks to another program.
    """

    __slots__ = ("_idle", "now")

    def __init__(self, room: int) -> None:
        self.now = self._idle = Put(room)

    def write(self, text: str) -> None:
        """Takes what is printed.

        Raises:
            LimitReached: the action printed more than it may.
        """
        now = self.now
        if now is self._idle:
            return
        left = now.room - now.printed
        now.printed += len(text)
        if len(text) > left:
            now.pieces.append(text[: max(left, 0)])
            now.limit = LimitReached(
                "max_output",
                f"the block printed more than {now.room:,} characters; print less",
            )
            raise now.limit
        now.pieces.append(text)

    def echo(self, value: Any) -> None:
        """Takes the value of a last bare expression."""
        if self.now is not self._idle:
            self.now.output = value

    def view_image(self, image: Any) -> None:
        """Show a picture: it is part of the next message."""
        if self.now is not self._idle:
            self.now.images.append(image)


def outlet_of(space: dict[str, Any], room: int) -> Outlet:
    """The outlet of a namespace, made if it has none."""
    found = space.get(_KEY)
    if type(found) is not Outlet:
        found = space[_KEY] = Outlet(room)
    return found
