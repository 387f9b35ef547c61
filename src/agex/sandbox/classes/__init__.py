"""Agent-made classes as bases and values; and back, without running a line of their bodies.

A class statement does not run again when its class comes back: it could print, count, register, or
see other values of the names it mentions. The class is put together instead: bases, metaclass and slots
first, then what is in its dictionary, methods being stored functions. Hooks of the agent's (metaclass
``__new__``, ``__init_subclass__``, ``__set_name__``, enum constructors) are not called; those of the
library are, since they make what cannot be stored.

What the standard library generates is generated again, because it is bytecode: the methods of a
dataclass, of a NamedTuple, of an Enum. The source of the statement is kept for people to read.

*Knows:* the guards, whose class is whose, what the language generates, the sources of statements.
*Never imports:* the session, the codec that stores what is described here.
"""

from agex.sandbox.classes.describing import describe
from agex.sandbox.classes.ground import source_of
from agex.sandbox.classes.making import fill, make

__all__ = ["describe", "fill", "make", "source_of"]
