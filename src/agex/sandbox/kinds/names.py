"""The names of the kinds, and which of them are open."""

from __future__ import annotations

AGENT = "agent"
BUILTIN = "builtin"
INTERNAL = "internal"
EXCEPTION = "exception"
LANGUAGE = "language"
REGISTERED = "registered"
MODULE = "module"
FUNCTION = "function"
CLASS = "class"
FOREIGN = "foreign"

#: Kinds whose protocol (iteration, items, contexts, containment) is open.
OPEN = frozenset({AGENT, BUILTIN, INTERNAL, EXCEPTION, LANGUAGE, REGISTERED})
