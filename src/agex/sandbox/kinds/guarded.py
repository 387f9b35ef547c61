"""Methods that have a guarded twin (``methods/``), by class: of the language's own, and of the library's."""

from __future__ import annotations

import array
import collections
import collections.abc
import contextlib
import decimal
import functools
import json
import random
import re
import string
from typing import Any

from agex.sandbox import bounds, decimals

EXIT_STACK = frozenset({"enter_context", "push", "callback"})

#: Guarded methods of the curated containers, by class.
LANGUAGE_GUARDED: dict[type, frozenset[str]] = {
    collections.deque: frozenset({"extend", "extendleft", "index", "remove"}),
    collections.Counter: frozenset({"update", "subtract", "fromkeys", "elements"}),
    collections.OrderedDict: frozenset({"update", "fromkeys"}),
    collections.defaultdict: frozenset({"update", "fromkeys"}),
    collections.ChainMap: frozenset({"update", "fromkeys", "new_child"}),
    collections.UserDict: frozenset({"update", "fromkeys"}),
    collections.UserList: frozenset({"extend", "sort", "index"}),
    functools.singledispatchmethod: frozenset({"register"}),
    collections.abc.KeysView: frozenset({"isdisjoint"}),
    collections.abc.ItemsView: frozenset({"isdisjoint"}),
    property: frozenset({"getter", "setter", "deleter"}),
    contextlib.ExitStack: EXIT_STACK,
    contextlib.AsyncExitStack: EXIT_STACK
    | {"enter_async_context", "push_async_exit", "push_async_callback"},
}

#: Guarded methods of the abstract classes: they go through what they are given.
ABSTRACT_GUARDED: dict[type, frozenset[str]] = {
    collections.abc.MutableMapping: frozenset({"update"}),
    collections.abc.MutableSequence: frozenset({"extend"}),
    collections.abc.Set: frozenset({"isdisjoint"}),
}

#: What the abstract classes offer to those who derive from them: ``__hash__ = Set._hash``.
ABSTRACT_HOOKS = frozenset({"_hash"})

#: Guarded methods of library types, where these are registered: work in C that the policy allows and
#: the clock has to be able to end.
LIBRARY_METHODS: dict[tuple[str, str], frozenset[str]] = {
    ("fractions", "Fraction"): frozenset({"from_float", "from_decimal"}),
    ("statistics", "NormalDist"): frozenset({"from_samples"}),
    ("random", "Random"): frozenset({"choice", "shuffle"}),
    ("_io", "StringIO"): frozenset({"writelines"}),
    ("_io", "BytesIO"): frozenset({"writelines"}),
    ("array", "array"): frozenset({"extend", "fromlist"}),
    ("_csv", "writer"): frozenset({"writerow", "writerows"}),
    ("csv", "DictWriter"): frozenset({"writerow", "writerows"}),
    ("difflib", "SequenceMatcher"): frozenset({"set_seqs", "set_seq1", "set_seq2"}),
    ("difflib", "Differ"): frozenset({"compare"}),
    ("difflib", "HtmlDiff"): frozenset({"make_file", "make_table"}),
    ("textwrap", "TextWrapper"): frozenset({"wrap", "fill"}),
    ("_asyncio", "Future"): frozenset({"add_done_callback"}),
    ("_asyncio", "Task"): frozenset({"add_done_callback"}),
    ("_weakrefset", "WeakSet"): frozenset(
        "update union intersection difference symmetric_difference issubset issuperset".split()
    ),
    ("weakref", "WeakKeyDictionary"): frozenset({"update"}),
    ("weakref", "WeakValueDictionary"): frozenset({"update"}),
    ("asyncio.locks", "Condition"): frozenset({"wait_for"}),
}
"""Methods of the library that go through or call what they are given (see ``careful.py``), by the names
of their classes: most of these are not imported before a host registers them."""


class _ByClass(dict[type, frozenset[str]]):
    """Guarded methods by class, those of :data:`LIBRARY_METHODS` among them."""

    def get(self, cls: type, default: Any = ()) -> Any:
        found = LIBRARY_METHODS.get((cls.__module__, cls.__qualname__))
        here = dict.get(self, cls)
        if found is None:
            return default if here is None else here
        return found if here is None else found | here


REGISTERED_GUARDED: dict[type, frozenset[str]] = _ByClass(
    {
        re.Pattern: frozenset("match fullmatch search findall finditer split sub subn".split()),
        json.JSONEncoder: frozenset({"encode", "iterencode"}),
        decimal.Decimal: decimals.METHODS,
        array.array: frozenset({"tolist"}),
        string.Template: frozenset({"substitute", "safe_substitute"}),
        random.Random: frozenset(bounds.RANDOM),
    }
)

#: Methods that raise what they are given: an exception class is constructed by that.
THROWING = frozenset({"throw", "athrow"})
