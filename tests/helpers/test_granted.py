"""A type of a library in a task's signature grants what the library's helper lists for it."""

from __future__ import annotations

from typing import Any

import pytest

from agex.helpers import CURATED
from agex.policy import Registry, granted_by
from agex.sandbox import Session


def session_with(annotation: Any, **inputs: Any) -> Session:
    base = Registry().freeze()
    granted = granted_by([annotation], None, policy=base, curated=CURATED)
    assert granted.opaque == ()
    return Session(base.with_types(granted.rules), namespace=dict(inputs))


def test_an_array_can_be_used_and_not_written_to_a_file() -> None:
    np = pytest.importorskip("numpy")
    session = session_with(np.ndarray, a=np.arange(6.0).reshape(2, 3))

    used = session.run("a.mean(axis=0).tolist(), a[0, 1:].sum(), str(a.dtype), a.T.shape")
    stolen = session.run("a.tofile('x')")

    assert used.output == ([1.5, 2.5, 3.5], 3.0, "float64", (3, 2)), used.traceback
    assert stolen.error is not None


def test_a_frame_brings_its_series_groups_and_accessors() -> None:
    pd = pytest.importorskip("pandas")
    session = session_with(list[pd.DataFrame], f=pd.DataFrame({"g": ["a", "b"], "x": [1, 2]}))

    used = session.run(
        "f.groupby('g')['x'].sum().to_dict(), f['g'].str.upper().tolist(), f.loc[0, 'x'], f.agg('sum')['x']"
    )

    assert used.output == ({"a": 1, "b": 2}, ["A", "B"], 1, 3), used.traceback
    for attack in ("f.to_pickle('x')", "f.agg('to_csv', path_or_buf='x')", "f.query('@f')"):
        assert session.run(attack).error is not None


def test_the_library_itself_is_not_granted() -> None:
    pd = pytest.importorskip("pandas")
    session = session_with(pd.DataFrame, f=pd.DataFrame({"x": [1]}))

    assert session.run("import pandas").error is not None
    assert session.run("type(f)({'y': [1]})").error is not None


def test_a_figure_of_plotly_can_be_changed() -> None:
    go = pytest.importorskip("plotly.graph_objects")
    figure = go.Figure(go.Scatter(x=[1], y=[2]))
    session = session_with(go.Figure, fig=figure)

    done = session.run("fig.update_layout(title='Hello'); fig.layout.title.text, len(fig.data)")

    assert done.output == ("Hello", 1), done.traceback
    assert session.run("fig.write_html('x.html')").error is not None
