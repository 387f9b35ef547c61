"""What a registered library is handed, and what it would then look into, keep and show."""

from __future__ import annotations

import pytest

from agex import Agent
from agex.helpers import register_numpy, register_pandas


class Secret:
    """Nobody registered it; it answers like a sequence."""

    def __len__(self) -> int:
        return 2

    def __getitem__(self, index: int) -> str:
        if index > 1:
            raise IndexError(index)
        return "the-secret"

    def __repr__(self) -> str:
        return "Secret(the-secret)"


class SecretDict(dict[str, str]):
    """A mapping that nobody registered."""


class Vault:
    """A class that nobody may construct."""

    made = 0

    def __init__(self, *_: object) -> None:
        type(self).made += 1


@pytest.mark.parametrize(
    "source",
    [
        "np.array(secret)",
        "np.asarray([secret])",
        "np.array([[1, secret]], dtype=object)",
        "np.concatenate([secret, secret])",
        "pd.Series(secret)",
        "pd.Series([secret])",
        "pd.Series(held)",
        "pd.DataFrame([held])",
        "pd.DataFrame({'a': [secret]})",
        "pd.Index([secret])",
        "pd.json_normalize(held)",
        "np.vectorize(Vault)([1])",
        "np.apply_along_axis(Vault, 0, np.array([1]))",
    ],
)
def test_arrays_and_frames_are_not_made_of_what_nobody_registered(source: str) -> None:
    agent = Agent()
    register_numpy(agent)
    register_pandas(agent)
    box = agent.sandbox({"secret": Secret(), "held": SecretDict(a="the-secret"), "Vault": Vault})

    result = box.run(f"import numpy as np, pandas as pd\nprint({source})")

    assert type(result.error).__name__ == "TypeRefused"
    assert "the-secret" not in result.stdout + str(result.error)
    assert Vault.made == 0


def test_arrays_and_frames_are_made_of_all_else() -> None:
    agent = Agent()
    register_numpy(agent)
    register_pandas(agent)

    result = agent.sandbox().run(
        """
import numpy as np, pandas as pd
class Mine:
    def __repr__(self): return "mine"
rows = [{"a": 1, "b": "x"}, {"a": 2, "b": "y"}]
print(pd.DataFrame(rows)["a"].sum(), pd.Series([Mine()]).iloc[0], np.array([[1, 2], [3, 4]], dtype=float).sum())
print(np.vectorize(lambda x: x + 1)([1, 2]).tolist(), pd.Series({"a": 1}).to_dict(), np.array(["1"], dtype=str)[0])
"""
    )

    assert result.error is None, result.traceback
    assert result.stdout == "3 mine 10.0\n[2, 3] {'a': 1} 1\n"
