"""What is said in one run: messages that only grow at their end, and are shortened when room runs out."""

from __future__ import annotations

from collections.abc import Callable, Collection

from agex.messages import Message
from agex.render.compaction import compact


class Conversation:
    """The messages of one run.

    Args:
        messages: how it begins: the system text, what was said in earlier calls, the assignment last.
        context_tokens: what it may hold before its older turns are shortened.
        alive: the names that are still there, for what is shortened.
    """

    def __init__(
        self, messages: list[Message], context_tokens: int, alive: Callable[[], Collection[str]]
    ) -> None:
        self._messages = messages
        self._context_tokens = context_tokens
        self._alive = alive
        self._begins_at = len(messages) - 1
        self._counted = (0, 0)
        self._has_shown = False

    def __len__(self) -> int:
        return len(self._messages)

    @property
    def last(self) -> Message:
        """What was said last."""
        return self._messages[-1]

    def messages(self) -> tuple[Message, ...]:
        """Every message, as a client is sent them."""
        return tuple(self._messages)

    def append(self, message: Message) -> None:
        """Say something."""
        self._has_shown = self._has_shown or bool(message.images)
        self._messages.append(message)

    def characters(self) -> int:
        """How long it is; only what was said since the last call is counted."""
        counted, size = self._counted
        if counted > len(self._messages):
            counted = size = 0
        size += sum(len(message.text) for message in self._messages[counted:])
        self._counted = (len(self._messages), size)
        return size

    def make_room(self, context_tokens: int | None = None) -> bool:
        """Shorten older turns when it nears its bound, or the one given; whether anything changed."""
        bound = context_tokens or self._context_tokens
        if self.characters() < 2 * bound and not self._has_shown:
            return False  # two characters a token would still fit: the usual case, at no cost
        shorter = compact(self._messages, bound, alive=self._alive(), begins_at=self._begins_at)
        if shorter == self._messages:
            return False
        self._messages[:] = shorter
        self._counted = (0, 0)
        return True
