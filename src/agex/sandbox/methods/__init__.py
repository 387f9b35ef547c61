"""Builtin methods in guarded form: the ones that iterate, call or read their arguments, or can grow.

``", ".join(xs)`` reads every item of ``xs`` from C; ``xs.sort(key=f)`` calls ``f`` from C;
``"{0.x}".format(o)`` reads an attribute; ``object.__setattr__(o, …)`` writes one. Each has a twin here
that asks first and then lets the real method work. The guards hand these out; nobody calls them by name.

A file per reason to ask (``growing``, ``iterating``, ``calling``, ``showing``; ``making`` for ``__new__``), one
for dunders, one for those that programs call most (``direct``), and ``twins``, which finds them by name.

*Knows:* what may be gone through (``taking``), what kinds there are, bounds and texts.
*Never imports:* the guards, which are handed in as ``Rules``; the builtins; the session.
"""

from agex.sandbox.methods.direct import (
    DOORS,
    KNOWN,
    list_extend,
    list_sort,
    str_format,
    str_join,
    str_replace,
)
from agex.sandbox.methods.making import new_class, new_of
from agex.sandbox.methods.twins import (
    class_binding,
    guarded_dunder,
    guarded_method,
    kept,
    unbound_method,
)
from agex.sandbox.taking import Rules, pairs, taken

__all__ = [
    "DOORS",
    "KNOWN",
    "Rules",
    "class_binding",
    "guarded_dunder",
    "guarded_method",
    "kept",
    "list_extend",
    "list_sort",
    "new_class",
    "new_of",
    "pairs",
    "str_format",
    "str_join",
    "str_replace",
    "taken",
    "unbound_method",
]
