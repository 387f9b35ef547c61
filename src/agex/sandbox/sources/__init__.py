"""Which text is this code object's? The piece of an action's source that made a function or class.

Agent code is stored as source, so each function must be found in the action it came from: by file name,
first line, name, and, where several lambdas share a line, by the columns its instructions came from.
What a function needs to mean the same when it is compiled alone is kept beside its text: its free
variables, the class around it (private names, ``super()``), which builtin names it knew as the agent's
own, and whether annotations were strings.

Every code object carries the text it was compiled from as its last constant: where somebody's pickler
took a function by value, the text is still to be found in the other process.

A file each for the syntax of definitions, the pieces that are stored, the texts of files, and the finding.

*Knows:* the tables, whose class is whose, and where tracebacks find the texts of actions.
*Never imports:* the compiler, the guards.
"""

from agex.sandbox.sources.files import carried, keep, remember_file
from agex.sandbox.sources.finding import class_text, piece_of, remember, uses_of
from agex.sandbox.sources.pieces import Piece, SourceLost, parsed

__all__ = [
    "Piece",
    "SourceLost",
    "carried",
    "class_text",
    "keep",
    "parsed",
    "piece_of",
    "remember",
    "remember_file",
    "uses_of",
]
