"""Text of values, as CPython writes it, without letting ``repr`` look into what is not registered.

``repr([secret])`` runs ``secret.__repr__`` from C, where no guard stands. So text of anything but
plain scalars goes through here: a structure that holds only safe things is written by the interpreter
(``safety``), one that holds an unregistered object is written by us, in the same form, with the object's type
in its place (``structures``). Aliased structures, whose text can be exponentially longer than they are, are
measured first. One object, a floor per file; ``texts`` puts the roof on.

*Knows:* what kinds there are, what the policy says of them, and bounds.
*Never imports:* the guards, which hand in how an attribute is read.
"""

from agex.sandbox.formatting.plain import PLAIN, is_twin
from agex.sandbox.formatting.safety import MAX_TEXT
from agex.sandbox.formatting.templates import PercentLeft, Shown, ShownItems
from agex.sandbox.formatting.texts import Texts

__all__ = ["MAX_TEXT", "PLAIN", "PercentLeft", "Shown", "ShownItems", "Texts", "is_twin"]
