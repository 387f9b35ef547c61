"""Ready registrations: one line each for the libraries that agents use most.

*Knows:* ``policy``, ``errors``.
*Never imports:* a third-party library before its ``register_…`` is called; any other room.
"""

from agex.helpers.numpy import register_numpy
from agex.helpers.pandas import register_pandas
from agex.helpers.stdlib import register_stdlib

__all__ = ["register_numpy", "register_pandas", "register_stdlib"]
