"""Live objects in the agent's hands: a database connection, an HTTP client, an open file.

None is ever copied; what their methods return is open as far as its own type is registered.
"""

from __future__ import annotations

import io
import json
import sqlite3
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
import pytest

from agex import Agent, Live, Versioned
from agex.event_types import Observation
from agex.llm import ScriptedClient


def ran(box: Any, code: str) -> Any:
    result = box.run(code)
    assert result.error is None, result.traceback
    return result.output


# ---------------------------------------------------------------- a database


@pytest.fixture
def connection() -> Iterator[sqlite3.Connection]:
    connection = sqlite3.connect(":memory:", check_same_thread=False)
    connection.execute("create table t (n integer unique)")
    yield connection
    connection.close()


def desk(connection: sqlite3.Connection) -> Any:
    agent = Agent()
    agent.module(connection, name="db", include=["execute", "executemany", "commit", "rollback"])
    agent.cls(sqlite3.Cursor, include=["fetch*", "rowcount", "description"], constructable=False)
    agent.cls(sqlite3.IntegrityError)
    return agent.sandbox()


def test_a_cursor_is_a_value_like_any_other(connection: sqlite3.Connection) -> None:
    box = desk(connection)
    ran(box, "db.executemany('insert into t values (?)', [(1,), (2,), (3,)])\ndb.commit()")

    assert ran(box, "db.execute('select count(*) from t').fetchone()[0]") == 3
    ran(box, "cursor = db.execute('select n from t order by n')\nfirst = cursor.fetchone()")
    assert ran(box, "first, [n for (n,) in cursor]") == ((1,), [2, 3])
    assert ran(box, "n, *rest = db.execute('select n from t')\nrest") == [(2,), (3,)]
    assert connection.execute("select sum(n) from t").fetchone() == (6,)


def test_a_transaction_is_undone_when_its_block_fails(connection: sqlite3.Connection) -> None:
    box = desk(connection)
    code = """
try:
    with db:
        db.execute("insert into t values (1)")
        db.execute("insert into t values (1)")
except IntegrityError as error:
    caught = str(error)
caught
"""

    assert ran(box, code) == "UNIQUE constraint failed: t.n"
    assert connection.execute("select count(*) from t").fetchone() == (0,)


def test_an_error_whose_class_is_not_registered_is_caught_as_exception(
    connection: sqlite3.Connection,
) -> None:
    box = desk(connection)
    code = "try:\n    db.execute('no sql')\nexcept Exception as error:\n    kind = type(error).__name__\nkind"

    assert ran(box, code) == "OperationalError"


def test_only_what_was_included_is_there(connection: sqlite3.Connection) -> None:
    box = desk(connection)

    for code in (
        "db.close()",
        "db.backup",
        "db.execute('select 1').connection",
        "db.row_factory = 1",
    ):
        assert box.run(code).error is not None
    assert ran(box, "db.execute('select 1').fetchone()") == (1,)


@pytest.mark.parametrize("state", [Live, Versioned])
def test_it_stays_what_it_is_in_a_state_and_as_an_argument(
    state: Any, connection: sqlite3.Connection
) -> None:
    """What cannot be pickled lives on in the process, and the task goes on."""
    code = "mine = db\ncursor = db.execute('select 7')"
    replies = [code, "return (mine is db, cursor.fetchone(), given)"]
    agent = Agent(llm=ScriptedClient([f"```python\n{reply}\n```" for reply in replies]))
    agent.module(connection, name="db", include=["execute"])
    agent.cls(sqlite3.Cursor, include=["fetch*"], constructable=False)
    agent.cls(sqlite3.Connection, include=["execute"], constructable=False)

    @agent.task
    def use(given: sqlite3.Connection) -> tuple[bool, tuple[int], sqlite3.Connection]:
        """Use it."""
        raise NotImplementedError

    same, row, back = use(connection, state=state())

    assert same is True
    assert row == (7,)
    assert back is connection


# ---------------------------------------------------------------- an HTTP client


class Service(BaseHTTPRequestHandler):
    """Says what it was asked; not everything is there."""

    def do_GET(self) -> None:
        self.answer(404 if self.path == "/missing" else 200, {"path": self.path})

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        self.answer(201, {"got": json.loads(body), "key": self.headers["x-key"]})

    def answer(self, status: int, value: Any) -> None:
        body = json.dumps(value).encode()
        self.send_response(status)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture
def client() -> Iterator[httpx.Client]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Service)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    address = f"http://127.0.0.1:{server.server_address[1]}"
    with httpx.Client(base_url=address, headers={"x-key": "s3cret"}) as made:
        yield made
    server.shutdown()
    server.server_close()


def browser(client: httpx.Client) -> Any:
    agent = Agent()
    agent.module(client, name="api", include=["get", "post"])
    agent.cls(
        httpx.Response, include=["status_code", "json", "raise_for_status"], constructable=False
    )
    agent.cls(httpx.HTTPStatusError)
    return agent.sandbox()


def test_an_http_client_is_called_and_its_responses_are_read(client: httpx.Client) -> None:
    box = browser(client)

    assert ran(box, "api.get('/a').json()") == {"path": "/a"}
    assert ran(box, "[r.status_code for r in map(api.get, ['/a', '/missing'])]") == [200, 404]
    assert ran(box, "api.post('/', json={'n': [1]}).json()") == {"got": {"n": [1]}, "key": "s3cret"}


def test_an_http_error_is_caught_by_its_own_class(client: httpx.Client) -> None:
    code = """
answer = api.get("/missing")
try:
    answer.raise_for_status()
    seen = "fine"
except HTTPStatusError as error:
    seen = str(error)[:28]
seen
"""

    assert ran(browser(client), code) == "Client error '404 Not Found'"


@pytest.mark.parametrize(
    "code", ["api.headers", "api.get('/a').request", "api.get('/a').headers", "api.close()",
             "api._transport", "api.get('/a').stream"]
)  # fmt: skip
def test_what_a_client_keeps_to_itself_stays_there(code: str, client: httpx.Client) -> None:
    box = browser(client)

    assert isinstance(box.run(code).error, AttributeError)
    assert not client.is_closed


# ---------------------------------------------------------------- an open file


def test_an_open_file_is_read_written_and_iterated(tmp_path: Path) -> None:
    path = tmp_path / "log.txt"
    agent = Agent()
    with path.open("w+", encoding="utf-8") as file:
        agent.module(file, name="log", include=["write", "read", "readline", "seek", "flush"])
        box = agent.sandbox()
        ran(box, "log.write('one\\ntwo\\n')\nprint('three', file=log)\nlog.seek(0)")

        assert ran(box, "log.readline()") == "one\n"
        assert ran(box, "[line.strip() for line in log]") == ["two", "three"]
        for code in ("log.buffer", "log.name", "log.detach()", "log.close()", "log.reconfigure()"):
            assert isinstance(box.run(code).error, AttributeError)
        assert not file.closed
    assert path.read_text(encoding="utf-8") == "one\ntwo\nthree\n"


def test_a_file_like_object_feeds_a_library() -> None:
    import csv

    agent = Agent()
    agent.module(io.StringIO("city,celsius\nOslo,1.5\n"), name="source", include=["read*"])
    agent.module(csv, include=["DictReader"])

    rows = ran(agent.sandbox(), "import csv\nlist(csv.DictReader(source))")

    assert rows == [{"city": "Oslo", "celsius": "1.5"}]


def test_single_methods_of_a_live_object_are_functions_of_the_agent(tmp_path: Path) -> None:
    """Where ``with log:`` must not close the caller's file: only what is registered is there."""
    agent = Agent()
    with (tmp_path / "log.txt").open("w", encoding="utf-8") as file:
        agent.fn(file.write, name="write_log")
        box = agent.sandbox()

        assert ran(box, "write_log('one')") == 3
        assert box.run("write_log.__self__.close()").error is not None
        assert not file.closed


def test_the_model_reads_what_a_live_object_offers(client: httpx.Client) -> None:
    seen: list[Any] = []
    agent = Agent(llm=ScriptedClient(["```python\ndir(api)\n```", "```python\nreturn 1\n```"]))
    agent.module(client, name="api", include=["get"], visibility="high")

    @agent.task
    def look() -> int:
        """Look."""
        raise NotImplementedError

    look(on_event=seen.append)

    told = [event.text for event in seen if isinstance(event, Observation)]
    assert "['get']" in told[0]
