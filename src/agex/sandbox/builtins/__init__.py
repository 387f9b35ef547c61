"""The builtins agent code has: the real ones where a call can do no harm, guarded twins elsewhere.

Functions such as ``getattr`` or ``sum`` *are* their guarded form for agent code. Classes such as
``list`` stay themselves as values, so that ``isinstance`` and annotations mean what they say, and are
guarded where they are called. One object per session, a floor per file; ``builtins`` puts the roof on.

*Knows:* the guards, the guarded methods, texts and bounds.
*Never imports:* the importer, the session.
"""

from agex.sandbox.builtins.builtins import (
    Builtins,
    build_class,
    frame_builtins,
    offered,
)
from agex.sandbox.builtins.builtins import (
    _restored as _restored,  # what stored builtins name
)
from agex.sandbox.builtins.stand_ins import KeyboardInterrupt, SystemExit

__all__ = [
    "Builtins",
    "KeyboardInterrupt",
    "SystemExit",
    "build_class",
    "frame_builtins",
    "offered",
]
