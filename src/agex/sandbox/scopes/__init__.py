"""Where each name of a source lives: the scopes of a syntax tree, as the compiler will see them.

One pass over the tree finds what every scope binds and uses, a second one which locals are captured
by nested scopes. The transformer needs two answers: *is this name a global?* and *is it a fast local,
which nothing but this frame can change?* ``inference.py`` needs a third: *where do the values of a name
come from?*

*Knows:* syntax trees.
*Never imports:* anything else of agex.
"""

from agex.sandbox.scopes.scope import Scope, Source
from agex.sandbox.scopes.tree import Scopes

__all__ = ["Scope", "Scopes", "Source"]
