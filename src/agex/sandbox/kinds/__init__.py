"""What kind of thing is this type? The first question of every decision.

A type is *agent* (made by agent code), *builtin* (str, list, …), *internal* (generators, iterators
and views that builtins hand out), *exception*, *language* (the curated classes of the standard
library that Python code cannot do without), *registered*, one of our own *views* and *classes*, or
*foreign*: nobody decided, so its objects may be held, passed on and compared, and nothing else.

*Knows:* the tables, and the classes of the standard library.
*Never imports:* the policy, or anything that decides.
"""

from agex.sandbox.kinds.abstract import BUILTIN_TYPES, EXCEPTION_CLASSES, is_abc
from agex.sandbox.kinds.curated import ALIASES, ENUMS, HINTS, LANGUAGE_MEMBERS
from agex.sandbox.kinds.guarded import (
    ABSTRACT_GUARDED,
    ABSTRACT_HOOKS,
    EXIT_STACK,
    LANGUAGE_GUARDED,
    LIBRARY_METHODS,
    REGISTERED_GUARDED,
    THROWING,
)
from agex.sandbox.kinds.internal import FUNCTION_TYPES, INTERNAL_MEMBERS, CallIterator
from agex.sandbox.kinds.making import BARE_BASES, MADE_GUARDED, MADE_NATIVELY, NEVER_MADE, NO_BASES
from agex.sandbox.kinds.names import (
    AGENT,
    BUILTIN,
    CLASS,
    EXCEPTION,
    FOREIGN,
    FUNCTION,
    INTERNAL,
    LANGUAGE,
    MODULE,
    OPEN,
    REGISTERED,
)
from agex.sandbox.kinds.partials import OwnPartial, OwnPartialMethod

__all__ = [
    "ABSTRACT_GUARDED",
    "ABSTRACT_HOOKS",
    "AGENT",
    "ALIASES",
    "BARE_BASES",
    "BUILTIN",
    "BUILTIN_TYPES",
    "CLASS",
    "CallIterator",
    "ENUMS",
    "EXCEPTION",
    "EXCEPTION_CLASSES",
    "EXIT_STACK",
    "FOREIGN",
    "FUNCTION",
    "FUNCTION_TYPES",
    "HINTS",
    "INTERNAL",
    "INTERNAL_MEMBERS",
    "LANGUAGE",
    "LANGUAGE_GUARDED",
    "LANGUAGE_MEMBERS",
    "LIBRARY_METHODS",
    "MADE_GUARDED",
    "MADE_NATIVELY",
    "MODULE",
    "NEVER_MADE",
    "NO_BASES",
    "OPEN",
    "OwnPartial",
    "OwnPartialMethod",
    "REGISTERED",
    "REGISTERED_GUARDED",
    "THROWING",
    "is_abc",
]
