"""A live database connection in the agent's hands: nothing is copied, cursors are ordinary values.

    python examples/db.py                                   plays a replay, written by hand
    AGEX_MODEL=openai/gpt-5-mini python examples/db.py      asks that model

Output of the replay:

    Created the table inventory with 4 products.
    Raised the price of 2 products under 10 by 15 %, and left the table as it was when a name was taken.
    low on stock: ['ink', 'chalk']

    id  name    price  stock
     1  pen      1.73     40
     2  ink      8.05      3
     3  paper   12.50    120
     4  chalk   10.00      5
"""

import os
import sqlite3
from pathlib import Path

from agex import Agent
from agex.llm import ReplayClient

REPLAY = Path(__file__).parent / "replays" / "db.md"

connection = sqlite3.connect(":memory:")

agent = Agent(llm=None if os.environ.get("AGEX_MODEL") else ReplayClient(REPLAY))
# This very connection, under a name; what its methods return is covered by the next line.
agent.module(connection, name="db", include=["execute", "executemany", "commit", "rollback"])
agent.cls(
    sqlite3.Cursor, include=["fetch*", "rowcount", "lastrowid", "description"], constructable=False
)
agent.cls(sqlite3.IntegrityError)


@agent.task
def change(request: str) -> str:
    """Change the SQLite database `db` as requested; say in one sentence what was done."""
    raise NotImplementedError


@agent.task
def ask(question: str) -> list[str]:
    """Answer a question about the SQLite database `db` with a list of names; change nothing."""
    raise NotImplementedError


def main() -> None:
    print(
        change(
            "a table `inventory` of pen 1.50 (40 left), ink 7 (3), paper 12.50 (120), chalk 10 (5)"
        )
    )
    print(change("raise prices under 10 by 15 %; then add a second 'ink', if names may repeat"))
    print("low on stock:", ask("which products have fewer than ten left?"))

    # The host's own connection sees what the agent did: it is the same one.
    print()
    print("id  name    price  stock")
    for row in connection.execute("select id, name, price, stock from inventory order by id"):
        print("{:>2}  {:<6} {:>6.2f} {:>6}".format(*row))


if __name__ == "__main__":
    main()
