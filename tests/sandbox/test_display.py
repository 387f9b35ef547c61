"""Settings of how arrays and tables are written are a session's own."""

from __future__ import annotations

from typing import Any

import pytest

from agex import Agent
from agex.helpers import register_numpy, register_pandas


def box() -> Any:
    pytest.importorskip("pandas")
    agent = Agent()
    register_numpy(agent)
    register_pandas(agent)
    return agent.sandbox()


ARRAYS = "import numpy as np\nnp.set_printoptions(precision=2)\n"
TABLES = "import pandas as pd\npd.set_option('display.max_rows', 2)\n"


def test_the_hosts_arrays_are_written_as_before() -> None:
    np = pytest.importorskip("numpy")
    before = np.get_printoptions()
    space = box()

    assert space.run(ARRAYS + "print(np.array([1.23456]))").stdout == "[1.23]\n"
    assert space.run("print(np.array([1.23456]))").stdout == "[1.23]\n"
    assert np.get_printoptions() == before


def test_the_setting_is_put_back_after_an_error() -> None:
    np = pytest.importorskip("numpy")
    before = np.get_printoptions()
    space = box()

    space.run(ARRAYS + "1 / 0")

    assert np.get_printoptions() == before


def test_a_function_that_left_changes_nothing_for_the_host() -> None:
    np = pytest.importorskip("numpy")
    before = np.get_printoptions()
    space = box()
    space.run("import numpy as np\ndef coarse(): np.set_printoptions(precision=1)")

    space.namespace["coarse"]()

    assert np.get_printoptions() == before


def test_the_hosts_tables_are_written_as_before() -> None:
    pd = pytest.importorskip("pandas")
    before = pd.get_option("display.max_rows")
    space = box()
    frame = "pd.DataFrame({'a': range(9)})"

    assert "9 rows x" in space.run(f"{TABLES}print({frame})").stdout
    assert "9 rows x" in space.run(f"print(str({frame}))").stdout
    assert "9 rows x" not in box().run(f"import pandas as pd\nprint({frame})").stdout
    assert pd.get_option("display.max_rows") == before


@pytest.mark.parametrize(
    "code",
    [
        "pd.set_option('io.excel.xlsx.writer', 'x')",
        "pd.set_option('mode.copy_on_write', True)",
        "pd.set_option('display.precision', 2)",
        "pd.options.mode",
        "pd.options.display.precision = 3",
        "pd.options.display = 3",
        "pd.get_option('io.excel.xlsx.writer')",
    ],
)
def test_options_of_the_whole_program_are_not_offered(code: str) -> None:
    result = box().run("import pandas as pd\n" + code)

    assert result.error is not None


def test_a_format_of_numbers_passes_the_guard_of_calls() -> None:
    class Secret:
        pass

    agent = Agent()
    register_numpy(agent)
    register_pandas(agent)
    given = agent.sandbox({"secret": Secret})

    for code in (
        "import pandas as pd\npd.set_option('display.float_format', secret)",
        "import numpy as np\nnp.set_printoptions(formatter={'float': secret})",
    ):
        assert given.run(code).error is not None


def test_info_prints() -> None:
    shown = box().run("import pandas as pd\npd.DataFrame({'a': [1]}).info()")

    assert "1 non-null" in shown.stdout
    assert shown.output is None
