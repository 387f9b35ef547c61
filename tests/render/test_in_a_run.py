"""What a model reads over a whole run, turn by turn, as it leaves for the provider."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd

from agex import Agent
from agex.helpers.numpy import register_numpy
from agex.helpers.pandas import register_pandas
from agex.llm import ScriptedClient
from agex.messages import Message


class Reader:
    """A model that answers from a script and keeps what it was sent."""

    def __init__(self, *replies: str) -> None:
        self.replies = [f"I go on.\n\n```python\n{code}\n```" for code in replies]
        self.read: list[tuple[Message, ...]] = []
        self.client = ScriptedClient(self._answer)

    def _answer(self, messages: Sequence[Message]) -> str:
        self.read.append(tuple(messages))
        return self.replies[len(self.read) - 1]

    @property
    def observations(self) -> list[str]:
        return [message.text for message in self.read[-1][2:] if message.role == "user"]


def test_a_run_in_which_everything_goes_wrong_once(golden: Callable[[str, str], None]) -> None:
    reader = Reader(
        "total = df['amount'].sum()",
        "rates = {'EUR': 1.0}\nshare = rates['eur']",
        "class Row:\n    def __init__(self):\n        self.n = 1\nrows = [Row()]\nrows[3]",
        "rows, df, np.arange(3)",
        "import numpy as np\nrows, df, np.arange(3)",
        "task_success('three')",
        "task_success(3.0)",
    )
    agent = Agent(llm=reader.client)
    agent.module(math)
    register_numpy(agent)
    register_pandas(agent)

    @agent.task
    def total(df: pd.DataFrame) -> float:
        """Sum what was ordered."""
        raise NotImplementedError

    assert total(pd.DataFrame({" amount": [1.5, 1.5], "id": [1, 2]})) == 3.0
    golden(
        "run_of_errors.md",
        "\n\n".join(f"[{message.role}]\n{message.text}" for message in reader.read[-1][1:]),
    )


def test_what_is_in_variables_reaches_the_model_as_agent_code_sees_it() -> None:
    @dataclasses.dataclass
    class Secret:
        key: str

    reader = Reader(
        "import dataclasses\n@dataclasses.dataclass\nclass Q:\n    a: int\n[Q(1), box]",
        "task_success(1)",
    )
    agent = Agent(llm=reader.client)

    @agent.task
    def look(box: object) -> int:
        """Look."""
        raise NotImplementedError

    look(Secret("s3cret"))

    assert "Q(a=1)" in reader.observations[0]
    assert not any("s3cret" in message.text for message in reader.read[-1])


def test_the_request_grows_only_at_its_end_until_it_is_shortened() -> None:
    work = [f"x{n} = {n}\nprint('{n} ' * 2000)" for n in range(30)]
    reader = Reader(*work, "task_success(x0)")
    agent = Agent(llm=reader.client, context_tokens=16_000, max_iterations=40)

    @agent.task
    def count() -> int:
        """Count."""
        raise NotImplementedError

    assert count() == 0
    kept = [before == after[: len(before)] for before, after in zip(reader.read, reader.read[1:])]
    assert 0 < kept.count(False) < len(kept) / 4
    assert all(
        message.text == reader.read[0][i].text
        for r in reader.read
        for i, message in enumerate(r[:2])
    )
    assert max(sum(len(m.text) for m in r) for r in reader.read) < 16_000 * 3.6


def test_a_picture_reaches_a_model_that_sees_and_a_word_one_that_does_not() -> None:
    def run(sees: bool) -> tuple[Message, ...]:
        reader = Reader("view_image(pixels)", "task_success(1)")
        reader.client.sees_images = sees  # type: ignore[attr-defined]
        agent = Agent(llm=reader.client)
        register_numpy(agent)

        @agent.task
        def look(pixels: np.ndarray) -> int:
            """Look."""
            raise NotImplementedError

        look(np.zeros((4, 4, 3), dtype="uint8"))
        return reader.read[-1]

    seen, blind = run(True), run(False)

    assert seen[3].images[0].media_type == "image/png"
    assert "view_image" in seen[0].text
    assert not blind[3].images
    assert "cannot be shown pictures" in blind[3].text
    assert "view_image" not in blind[0].text
