"""What stands in for members that can do too much does the harmless part and says the rest."""

from __future__ import annotations

import decimal
import io
import warnings
import zlib
from typing import Any

import pytest

from agex import Agent
from agex.helpers import (
    pandas_standins,
    register_numpy,
    register_sklearn,
    register_stdlib,
    standins,
)


class Liar(str):
    """A name that claims to be equal to whatever it is compared with."""

    __slots__ = ()

    def __eq__(self, other: object) -> bool:
        return True

    def __hash__(self) -> int:
        return hash("sum")


class Sneaky:
    """A callable that is also a list of method names."""

    def __call__(self, column: Any) -> int:
        return 1

    def __iter__(self) -> Any:
        return iter(["to_csv"])


def test_a_long_sleep_is_refused_in_words() -> None:
    with pytest.raises(ValueError, match="at most 2 seconds"):
        standins.short_sleep(1000)


def test_csv_writes_into_memory_only() -> None:
    class Spy:
        def write(self, text: str) -> None:
            raise AssertionError("called")

    with pytest.raises(TypeError, match=r"io\.StringIO"):
        standins.csv_writer(Spy())  # type: ignore[arg-type]


def test_a_bomb_does_not_decompress() -> None:
    bomb = zlib.compress(bytes(standins.MOST_BYTES + 1))

    with pytest.raises(ValueError, match="larger than"):
        standins.bounded_decompress(bomb)

    assert standins.bounded_decompress(zlib.compress(b"fine")) == b"fine"


def test_empty_arrays_hold_zeros() -> None:
    np = pytest.importorskip("numpy")

    assert not standins.numpy_empty(10_000).any()
    assert not standins.numpy_empty_like(np.ones(10_000)).any()
    assert standins.numpy_pad(np.ones(1), 1, mode="empty").tolist() == [0, 1, 0]


def test_row_makers_take_no_strings() -> None:
    np = pytest.importorskip("numpy")
    rows = standins.Rows("r_")

    assert rows[1:3, 5].tolist() == np.r_[1:3, 5].tolist()
    with pytest.raises(TypeError, match="no strings"):
        rows["secret"]


@pytest.mark.parametrize("how", ["agg", "aggregate", "apply", "transform"])
def test_a_method_that_writes_cannot_be_called_by_its_name(how: str, tmp_path: Any) -> None:
    pd = pytest.importorskip("pandas")
    target = tmp_path / "stolen.csv"
    method = getattr(pandas_standins, how)

    for function in ("to_csv", ["to_csv"], {"a": "to_csv"}, Liar("to_csv"), [Liar("to_pickle")]):
        with pytest.raises(ValueError, match="is a computation"):
            method(pd.DataFrame({"a": [1]}), function, path_or_buf=str(target))

    assert not target.exists()


def test_named_aggregations_are_checked_as_well() -> None:
    pd = pytest.importorskip("pandas")
    frame = pd.DataFrame({"g": [1, 1], "a": [1, 2]})

    good = pandas_standins.agg(frame.groupby("g"), total=("a", "sum"))

    assert good["total"].tolist() == [3]
    with pytest.raises(ValueError, match="is a computation"):
        pandas_standins.agg(frame.groupby("g"), total=("a", "to_pickle"))


def test_a_callable_that_is_also_a_list_of_names_is_only_called() -> None:
    pd = pytest.importorskip("pandas")

    assert pandas_standins.agg(pd.DataFrame({"a": [1]}), Sneaky()).tolist() == [1]


def test_the_stand_ins_are_for_objects_of_pandas_only() -> None:
    pytest.importorskip("pandas")

    class Host:
        def to_csv(self, *args: Any, **kwargs: Any) -> str:
            return "secret"

        agg = to_csv

    for call in (pandas_standins.to_csv, lambda host: pandas_standins.agg(host, "sum")):
        with pytest.raises(TypeError, match="for objects of pandas"):
            call(Host())


def test_text_stays_in_memory(tmp_path: Any) -> None:
    pd = pytest.importorskip("pandas")
    frame = pd.DataFrame({"a": [1]})
    buffer = io.StringIO()

    pandas_standins.to_csv(frame, buffer, index=False)

    assert buffer.getvalue() == pandas_standins.to_csv(frame, index=False) == "a\n1\n"
    with pytest.raises(ValueError, match="files are not offered"):
        pandas_standins.to_csv(frame, str(tmp_path / "x.csv"))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "expression",
    [
        "@secret > 1",
        "a.to_csv('x')",
        "__import__('os')",
        "a[0]",
        "(lambda: 1)()",
        "a > (1",
        "a ** 9",
    ],
)
def test_a_query_is_made_of_columns_and_constants(expression: str) -> None:
    pd = pytest.importorskip("pandas")

    with pytest.raises(ValueError, match="query"):
        pandas_standins.query(pd.DataFrame({"a": [1]}), expression)


def test_a_query_sees_no_variables_of_anybody() -> None:
    pd = pytest.importorskip("pandas")
    secret = 1  # noqa: F841  the query must not find it

    with pytest.raises(Exception, match="secret"):
        pandas_standins.query(pd.DataFrame({"a": [1]}), "a == secret")


def test_a_query_may_name_columns_with_spaces() -> None:
    pd = pytest.importorskip("pandas")
    frame = pd.DataFrame({"unit price": [1, 3], "who": ["ann", "bob"]})

    found = pandas_standins.query(frame, "`unit price` > 2 or who in ['zoe']")

    assert found["who"].tolist() == ["bob"]
    assert pandas_standins.evaluate(frame, "double = `unit price` * 2")["double"].tolist() == [2, 6]


def test_rows_have_names_and_travel() -> None:
    import pickle

    pd = pytest.importorskip("pandas")
    row = next(pandas_standins.itertuples(pd.DataFrame({"a": [1], "b c": [2]})))

    assert (row.Index, row.a, row[2], len(row)) == (0, 1, 2, 3)
    assert pickle.loads(pickle.dumps(row)) == row


# ---------------------------------------------------------------- options of scikit-learn


LEARN = """
import numpy as np
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.linear_model import LinearRegression
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.model_selection import GridSearchCV
steps = [("s", StandardScaler()), ("l", LinearRegression())]
X, y = np.ones((3, 2)), np.ones(3)
class Alike:
    input, encoding, decode_error = "filename", "utf-8", "strict"
"""
HIDDEN = "def __init__(self, steps=None, _agex_memory=None, verbose=False, transform_input=None):\n"


@pytest.mark.parametrize(
    "code",
    [
        "Pipeline(steps, memory=FOLDER).fit(X, y)",
        "Pipeline(steps).set_params(memory=FOLDER).fit(X, y)",
        "class P(Pipeline):\n    memory = None\nP(steps, memory=FOLDER).fit(X, y)",
        "class P(Pipeline):\n    memory = FOLDER\n    def __init__(self, steps):\n        self.steps,"
        " self.verbose, self.transform_input = steps, False, None\nP(steps).fit(X, y)",
        "class M:\n    memory = None\nclass P(M, Pipeline): pass\nP(steps, memory=FOLDER).fit(X, y)",
        f"class P(Pipeline):\n    {HIDDEN}        super().__init__(steps)\n"
        "P(steps).set_params(_agex_memory=FOLDER).fit(X, y)",
        f"class P(Pipeline):\n    {HIDDEN}        super().__init__(steps)\n"
        "GridSearchCV(P(steps), {'_agex_memory': [FOLDER]}, cv=2).fit(X, y)",
        "class P(Pipeline):\n    pass\np = P(steps)\nP.memory = FOLDER\ndel p.memory\np.fit(X, y)",
    ],
)
def test_no_folder_of_pickles_comes_to_be(code: str, tmp_path: Any) -> None:
    folder = tmp_path / "cache"
    box = sandbox_of("sklearn")
    assert box.run(f"FOLDER = {str(folder)!r}\n{LEARN}").error is None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        box.run(code)

    assert not folder.exists()


@pytest.mark.parametrize(
    "code",
    [
        "CountVectorizer(input='filename').decode(FILE)",
        "CountVectorizer.decode(Alike(), FILE)",
        "Alike.read = CountVectorizer.decode\nAlike().read(FILE)",
        "CountVectorizer.build_analyzer(Alike())(FILE)",
        "class V(CountVectorizer):\n    input = 'filename'\nCountVectorizer.decode(V(), FILE)",
        "class V(CountVectorizer):\n    input = None\n"
        "CountVectorizer.decode(V(input='filename'), FILE)",
        "class V(CountVectorizer):\n    def __init__(self, _agex_input=None, **rest):\n"
        "        super().__init__(**rest)\n"
        "CountVectorizer.decode(V().set_params(_agex_input='filename'), FILE)",
        "class V(CountVectorizer):\n    input = 'filename'\nV().fit_transform([FILE]).shape\n"
        "V().fit([FILE]).vocabulary_",
    ],
)
def test_no_file_is_read_in_the_place_of_a_text(code: str, tmp_path: Any) -> None:
    file = tmp_path / "secret.txt"
    file.write_text("s3cret", encoding="utf-8")
    box = sandbox_of("sklearn")
    assert box.run(f"FILE = {str(file)!r}\n{LEARN}").error is None
    result = box.run(code)

    assert "s3cret" not in str(result.output)  # an error, or its name taken for the text


def sandbox_of(package: str) -> Any:
    pytest.importorskip(package)
    agent = Agent()
    register_numpy(agent)
    register_sklearn(agent)
    return agent.sandbox()


def test_comma_separated_text_is_read_from_memory_and_from_nowhere_else(tmp_path: Any) -> None:
    pd = pytest.importorskip("pandas")
    file = tmp_path / "a.csv"
    file.write_text("a,b\n1,x\n")

    frame = pandas_standins.read_csv(io.StringIO("a,b\n1,x\n"))

    assert frame.equals(pd.DataFrame({"a": [1], "b": ["x"]}))
    for source in (str(file), file, io.BytesIO(b"a"), "https://example.org/a.csv"):
        with pytest.raises(TypeError, match=r"io\.StringIO"):
            pandas_standins.read_csv(source)
    with pytest.raises(TypeError, match="storage_options"):
        pandas_standins.read_csv(io.StringIO("a"), storage_options={})


def test_estimators_of_agent_code_have_no_parameters_of_private_names() -> None:
    """``get_params`` would read the library's own attributes by them."""
    pytest.importorskip("sklearn")
    agent = Agent()
    register_sklearn(agent)

    result = agent.sandbox().run(
        "from sklearn.base import BaseEstimator\n"
        "class E(BaseEstimator):\n"
        "    def __init__(self, _get_tags=1): pass\n"
        "E().get_params()"
    )

    assert "no leading underscore" in str(result.error)


@pytest.mark.parametrize(
    "code",
    [
        "with localcontext() as ctx:\n    ctx.prec = 10 ** 7",
        "with localcontext() as ctx:\n    ctx.Emax = 5",
        "with localcontext(prec=10 ** 7): pass",
        "class Lie(int):\n    def __gt__(self, other): return False\n"
        "with localcontext(prec=Lie(10 ** 7)): pass",
        "class Lie(int):\n    def __gt__(self, other): return False\n"
        "with localcontext() as ctx:\n    ctx.prec = Lie(10 ** 7)",
        "with localcontext() as ctx: pass\nctx.prec = 5",
        "import decimal\ndecimal.getcontext().prec = 5",
    ],
)
def test_a_context_of_decimals_is_bounded_and_ends_with_its_block(code: str) -> None:
    agent = Agent()
    register_stdlib(agent)

    result = agent.sandbox().run("from decimal import Decimal, localcontext\n" + code)

    assert result.error is not None


def test_a_context_that_the_host_hands_out_is_the_hosts() -> None:
    agent = Agent()
    register_stdlib(agent)
    given = decimal.Context(prec=9)

    result = agent.sandbox({"ctx": given}).run("ctx.prec = 3")

    assert result.error is not None
    assert given.prec == 9


def test_what_was_warned_of_shows_within_the_policy() -> None:
    class Secret:
        def __repr__(self) -> str:
            return "canary"

    agent = Agent()
    register_stdlib(agent)
    code = (
        "import warnings\n"
        "with warnings.catch_warnings(record=True) as heard:\n"
        "    warnings.warn(secret)\n"
        "    warnings.warn(UserWarning(secret))\n"
        "    print(heard, *heard, *[w.message for w in heard], *[repr(w.message) for w in heard])\n"
        "    print('%s %r' % (heard[0], heard), f'{heard[0]} {heard}', [w.message.args for w in heard])"
    )

    result = agent.sandbox({"secret": Secret()}).run(code)

    assert result.error is None, result.traceback
    assert "canary" not in result.stdout
