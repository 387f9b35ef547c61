"""Ready registrations: one line each for the libraries that agents use most.

*Knows:* ``policy``, ``errors``.
*Never imports:* a third-party library before its ``register_…`` is called; any other room.
"""

from agex.helpers.granted import CURATED
from agex.helpers.matplotlib import register_matplotlib
from agex.helpers.numpy import register_numpy
from agex.helpers.pandas import register_pandas
from agex.helpers.plotly import register_plotly
from agex.helpers.polars import register_polars
from agex.helpers.sklearn import register_sklearn
from agex.helpers.stdlib import register_stdlib

__all__ = [
    "CURATED",
    "register_matplotlib",
    "register_numpy",
    "register_pandas",
    "register_plotly",
    "register_polars",
    "register_sklearn",
    "register_stdlib",
]
