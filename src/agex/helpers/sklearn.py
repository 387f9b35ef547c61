"""scikit-learn for agent code: estimators, pipelines, model selection, metrics.

Left out: downloads and file formats (``fetch_*``, ``load_files``, ``export_graphviz``), plots, and
settings of the whole process. Three options come in careful form (see ``sklearn_standins``):
``memory`` (a folder of pickles), ``n_jobs`` (other processes) and ``input="filename"``.
"""

from __future__ import annotations

import importlib
import types
from functools import cache
from typing import Any

from agex.helpers import sklearn_standins as standins
from agex.helpers.standins import without_addresses
from agex.helpers.table import Deny, Exposed, TypesModule, installed
from agex.policy import Registrar

DENIED = (
    "fetch_*", "load_files", "load_svmlight_file*", "dump_svmlight_file", "load_sample_image*",
    "clear_data_home", "get_data_home", "export_graphviz", "plot_*", "*Display", "set_config",
    "config_context", "get_config", "show_versions", "externals", "experimental", "estimator_checks",
    "parallel_backend", "PatchExtractor", "img_to_graph", "image", "estimator_html_repr",
)  # fmt: skip

MODULES = tuple(
    """
    base calibration cluster compose covariance cross_decomposition decomposition
    discriminant_analysis dummy ensemble feature_extraction feature_extraction.text
    feature_selection gaussian_process gaussian_process.kernels impute isotonic kernel_ridge
    linear_model manifold metrics metrics.pairwise mixture model_selection multiclass multioutput
    naive_bayes neighbors neural_network pipeline preprocessing random_projection svm tree
    """.split()
)

DATASETS = Exposed(
    "sklearn.datasets",
    include=(
        "make_*",
        "load_iris",
        "load_wine",
        "load_breast_cancer",
        "load_digits",
        "load_diabetes",
    ),
)
EXTRAS = (
    Exposed("sklearn.utils", include=("Bunch", "shuffle", "resample", "check_random_state")),
    Exposed("sklearn.exceptions"),
    Exposed("sklearn", include=("clone",)),
)


def register_sklearn(agent: Registrar) -> None:
    """Let agent code use scikit-learn: ``from sklearn.linear_model import LinearRegression`` …

    Args:
        agent: an ``Agent``, or anything else with the three verbs.

    Raises:
        MissingExtraError: scikit-learn is not installed.
    """
    installed("sklearn", "sklearn")
    without_addresses(importlib.import_module("sklearn.utils").Bunch)
    standins.without_private_parameters(importlib.import_module("sklearn.base").BaseEstimator)
    for name in MODULES:
        exposed(f"sklearn.{name}").register(agent)
    for more in (DATASETS, *EXTRAS):
        more.register(agent)
    agent.module(private_types())


@cache
def exposed(name: str) -> Exposed:
    """One module, each class and function with a careful option replaced by its careful form."""
    module = importlib.import_module(name)
    return Exposed(name, deny=DENIED, instead=careful_members(module))


def careful_members(module: types.ModuleType) -> dict[str, Any]:
    """The members of a module that take one of the careful options."""
    found: dict[str, Any] = {}
    denied = Deny(DENIED)
    for name in getattr(module, "__all__", ("TransformerMixin",)):  # sklearn.base has no list
        value = vars(module).get(name)  # what is experimental comes to be only when asked for
        if value is None or denied(name):
            continue
        if name == "TransformerMixin":
            found[name] = standins.derivable(value)
        elif isinstance(value, type) and standins.options_of(value):
            found[name] = standins.careful_class(value)
        elif isinstance(value, types.FunctionType) and standins.options_of(value):
            found[name] = standins.careful_function(value)
    return found


@cache
def private_types() -> types.ModuleType:
    """The careful classes, so that their objects have a rule, and what estimators return."""
    found: dict[str, object] = {}
    for name in MODULES:
        for member, value in exposed(f"sklearn.{name}").instead.items():
            if isinstance(value, type):
                found[member] = value
    sparse = importlib.import_module("scipy.sparse")  # what vectorizers and encoders return
    for name in ("csr_matrix", "csr_array", "csc_matrix", "csc_array", "coo_matrix", "coo_array"):
        found[name] = getattr(sparse, name, None)
    # What a class with a mixin has in it: descriptors that say which weights its methods ask for.
    requests = importlib.import_module("sklearn.utils._metadata_requests")
    found["RequestMethod"] = getattr(requests, "RequestMethod", None)
    return TypesModule("sklearn_types", __name__, found)
