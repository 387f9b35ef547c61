"""No registered path of the real, installed libraries reaches what is denied."""

from __future__ import annotations

import types
from collections.abc import Callable
from typing import Any

import pytest

from agex import helpers
from agex.policy import Policy, Registrar, Registry
from tests.helpers.reach import reachable, suspicious

# Reachable functions that mention a dangerous name and have been read: why they are harmless.
READ = {
    "pandas.DataFrame.eval": "a stand-in that checks the expression before pandas sees it",
    "_polars_types.ExprArrayNameSpace.reverse": "calls the method arr.eval, which is no eval",
    "_polars_types.ExprArrayNameSpace.unique": "the same",
    "_polars_types.ExprListNameSpace.reverse": "calls the method list.eval, which is no eval",
    "_polars_types.ExprListNameSpace.unique": "the same",
    "_sklearn_types.CountVectorizer.decode": "opens with input='filename', which cannot be set",
    "_sklearn_types.HashingVectorizer.decode": "the same",
    "_sklearn_types.TfidfVectorizer.decode": "the same",
}

DENIED_PATHS = {
    "numpy": """
        load save savez savez_compressed loadtxt savetxt genfromtxt fromfile fromregex memmap lib
        ctypeslib f2py testing seterr seterrcall setbufsize nditer bmat core
        ndarray.tofile ndarray.dump ndarray.dumps ndarray.ctypes ndarray.data ndarray.base
        ndarray.setflags ndarray.resize ndarray.getfield recarray.tofile matrix.tofile
        random.set_state random.mtrand random.set_bit_generator random.PCG64.ctypes random.PCG64.cffi
        ma.MaskedArray.dump ma.MaskedArray.tofile ma.masked_all ma.core rec.fromfile
        """,
    "pandas": """
        read_pickle read_sql read_html read_excel read_json read_clipboard HDFStore
        ExcelFile ExcelWriter io core plotting set_eng_float_format util
        DataFrame.to_pickle DataFrame.to_sql DataFrame.to_excel DataFrame.to_parquet
        DataFrame.to_clipboard DataFrame.plot DataFrame.hist DataFrame.boxplot DataFrame.style
        Series.to_pickle Series.plot Index.to_pickle api.extensions api.interchange api.executors
        """,
    "stdlib": """
        random.setstate random.SystemRandom json.codecs statistics.sys
        datetime.datetime_CAPI datetime.sys calendar.setfirstweekday calendar.mdays
        calendar.different_locale string.Formatter time.tzset io.open io.FileIO
        io.TextIOWrapper csv.register_dialect csv.field_size_limit decimal.setcontext
        decimal.DefaultContext hashlib.file_digest hashlib.pbkdf2_hmac base64.encode base64.main
        uuid.getnode uuid.uuid1 uuid.os re.enum re.purge re.Scanner textwrap.re array.array.tofile
        array.array.fromfile zoneinfo.ZoneInfo.from_file zoneinfo.reset_tzpath struct.pack_into
        """,
}

DENIED_PATHS |= {
    "plotly": """
        io offline tools utils figure_factory express.data express.defaults
        graph_objects.FigureWidget graph_objects.Figure.write_html graph_objects.Figure.write_image
        graph_objects.Figure.write_json graph_objects.Figure.to_image graph_objs.Figure.write_html
        graph_objects.Figure.full_figure_for_development
        """,
    "polars": """
        read_csv scan_csv read_parquet scan_parquet read_database read_json SQLContext sql sql_expr
        io plugins api Config Catalog CredentialProviderAWS enable_string_cache set_random_seed
        DataFrame.write_csv DataFrame.write_parquet DataFrame.write_database DataFrame.serialize
        DataFrame.deserialize DataFrame.sql DataFrame.plot LazyFrame.sink_csv LazyFrame.deserialize
        LazyFrame.remote LazyFrame.show_graph Expr.deserialize Series.plot
        """,
    "matplotlib": """
        pyplot.imread pyplot.imsave pyplot.rc pyplot.style pyplot.switch_backend pyplot.rcParams
        pyplot.matplotlib dates.rcParams ticker.mpl
        """,
    "sklearn": """
        datasets.fetch_openml datasets.load_files datasets.load_svmlight_file set_config
        tree.export_graphviz tree.plot_tree externals utils.estimator_html_repr utils.parallel
        """,
}

LIBRARIES: list[tuple[str, str, Callable[[Registrar], None]]] = [
    ("stdlib", "", helpers.register_stdlib),
    ("numpy", "numpy", helpers.register_numpy),
    ("pandas", "pandas", helpers.register_pandas),
    ("plotly", "plotly", helpers.register_plotly),
    ("polars", "polars", helpers.register_polars),
    ("matplotlib", "matplotlib", helpers.register_matplotlib),
    ("sklearn", "sklearn", helpers.register_sklearn),
]
IDS = [name for name, _, _ in LIBRARIES]


def policy_with(package: str, register: Callable[[Registrar], None]) -> Policy:
    if package:
        pytest.importorskip(package)
    registry = Registry()
    register(registry)
    return registry.freeze()


def resolve(policy: Policy, path: str) -> Any:
    """What agent code gets for a dotted path; AttributeError where it is stopped."""
    parts = path.split(".")
    lengths = [n for n in range(len(parts), 0, -1) if policy.module(".".join(parts[:n]))]
    length = lengths[0] if lengths else len(parts)
    if length == len(parts):
        if not lengths:
            raise AttributeError(path)
        return policy.module(path)
    rule = policy.module(".".join(parts[:length]))
    assert rule is not None
    value = rule.get(parts[length])
    for part in parts[length + 1 :]:
        type_rule = policy.type_rule(value)
        if type_rule is None or not type_rule.allows(part):
            raise AttributeError(path)
        value = type_rule.instead(part) or getattr(value, part)
    return value


@pytest.mark.parametrize(("name", "package", "register"), LIBRARIES, ids=IDS)
def test_denied_paths_lead_nowhere(
    name: str, package: str, register: Callable[[Registrar], None]
) -> None:
    policy = policy_with(package, register)
    prefix = f"{package}." if package else ""

    reached = []
    for path in DENIED_PATHS[name].split():
        try:
            reached.append((path, resolve(policy, prefix + path)))
        except AttributeError:
            continue

    assert reached == []


@pytest.mark.parametrize(("name", "package", "register"), LIBRARIES, ids=IDS)
def test_no_reachable_function_mentions_files_processes_or_eval(
    name: str, package: str, register: Callable[[Registrar], None]
) -> None:
    """Each Python function on a registered path is read for names such as ``open`` or ``pickle``."""
    policy = policy_with(package, register)

    found = {path: suspicious(value) for path, value in reachable(policy)}

    assert {path: names for path, names in found.items() if names and path not in READ} == {}


@pytest.mark.parametrize(("name", "package", "register"), LIBRARIES, ids=IDS)
def test_only_registered_modules_are_reachable(
    name: str, package: str, register: Callable[[Registrar], None]
) -> None:
    policy = policy_with(package, register)
    strangers = [
        path
        for path, value in reachable(policy)
        if isinstance(value, types.ModuleType) and policy.module(value.__name__) is None
    ]

    assert strangers == []


@pytest.mark.parametrize(("name", "package", "register"), LIBRARIES, ids=IDS)
def test_registering_twice_the_same_way_allows_the_same(
    name: str, package: str, register: Callable[[Registrar], None]
) -> None:
    """An architect's agent may hand the same library on to the agents it makes."""
    first, second = policy_with(package, register), policy_with(package, register)

    assert first.is_subset_of(second)


@pytest.mark.parametrize(("name", "package", "register"), LIBRARIES, ids=IDS)
def test_a_policy_with_a_library_can_be_pickled(
    name: str, package: str, register: Callable[[Registrar], None]
) -> None:
    cloudpickle = pytest.importorskip("cloudpickle")
    policy = policy_with(package, register)

    again = cloudpickle.loads(cloudpickle.dumps(policy))

    assert again.importable() == policy.importable()
