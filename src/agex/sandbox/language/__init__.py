"""The parts of the standard library that are the language itself, curated.

Python as people write it needs ``typing``, ``dataclasses``, ``enum``, ``abc``, ``collections``,
``functools``, ``contextlib``, ``itertools``, ``operator``, ``copy``, ``numbers`` and a few of
``types``; so every agent may import these. Each is a list of names, because the modules hold other
people's modules (``dataclasses.builtins``, ``contextlib.os``) and functions that read or write
attributes by name, call what they are given or evaluate strings. Those come as guarded twins.

A file bears the name of the module it speaks for, and its ``members`` makes what a session shows of it.

*Knows:* the guards, and what they stand on.
*Never imports:* the builtins, the importer, the session.
"""

from agex.sandbox.language.modules import HOMES, MODULES
from agex.sandbox.language.reprs import show_fields, shows_fields

__all__ = ["HOMES", "MODULES", "show_fields", "shows_fields"]
