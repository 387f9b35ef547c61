"""A store in any database SQLAlchemy speaks, for states that several machines share.

Tables ``agex_blobs(id, data)`` and ``agex_refs(name, target)``, made on first use, so that they can stand
beside a program's own. SQLAlchemy is an extra: ``pip install 'agex[sql]'``.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from agex.errors import ConflictError, MissingExtraError, StoreError
from agex.state.stores.protocol import Data, Move

_BATCH = 500


class SqlStore:
    """One database, by URL: ``postgresql+psycopg://user@host/db``, ``mysql+pymysql://…``.

    Raises:
        MissingExtraError: SQLAlchemy is not installed.
        StoreError: the database cannot be reached.
    """

    def __init__(self, url: str) -> None:
        try:
            import sqlalchemy
        except ImportError:
            raise MissingExtraError("SQLAlchemy", "sql") from None
        self._sql = sql = sqlalchemy
        self.url = url
        tables = sql.MetaData()
        # 8 MiB in MySQL's terms needs a LONGBLOB, which a length asks for.
        blob = sql.LargeBinary(length=(1 << 32) - 1)
        self._blobs = sql.Table(
            "agex_blobs",
            tables,
            sql.Column("id", sql.String(40), primary_key=True),
            sql.Column("data", blob, nullable=False),
        )
        self._refs = sql.Table(
            "agex_refs",
            tables,
            sql.Column("name", sql.String(200), primary_key=True),
            sql.Column("target", sql.String(40), nullable=False),
        )
        with self._errors("open"):
            self._engine = sql.create_engine(url)
            if self._engine.dialect.name == "sqlite":
                _plain_transactions(sql, self._engine)
            tables.create_all(self._engine)

    def __reduce__(self) -> tuple[object, ...]:
        return (SqlStore, (self.url,))

    def get(self, ids: Iterable[str]) -> dict[str, bytes]:
        """The blobs under ``ids`` that are stored."""
        wanted = list(ids)
        found: dict[str, bytes] = {}
        table = self._blobs
        with self._errors("read"), self._engine.connect() as connection:
            for start in range(0, len(wanted), _BATCH):
                batch = wanted[start : start + _BATCH]
                rows = connection.execute(
                    self._sql.select(table.c.id, table.c.data).where(table.c.id.in_(batch))
                )
                found.update((key, bytes(data)) for key, data in rows)
        return found

    def find(self, prefix: str, *, most: int = 16) -> list[str]:
        """Ids that begin with ``prefix``, at most ``most``."""
        table = self._blobs
        query = self._sql.select(table.c.id).where(table.c.id.startswith(prefix, autoescape=True))
        with self._errors("read"), self._engine.connect() as connection:
            return [key for (key,) in connection.execute(query.limit(most))]

    def refs(self, prefix: str = "") -> dict[str, str]:
        """Refs whose names begin with ``prefix``."""
        with self._errors("read"), self._engine.connect() as connection:
            rows = connection.execute(self._sql.select(self._refs.c.name, self._refs.c.target))
            return {name: target for name, target in rows if name.startswith(prefix)}

    def write(self, blobs: Mapping[str, Data], moves: Mapping[str, Move]) -> None:
        """Store and move in one transaction.

        Raises:
            ConflictError: a ref was not where its move expected it.
            StoreError: the database failed; nothing changed.
        """
        sql = self._sql
        with self._errors("write"), self._engine.begin() as connection:
            # Refs first: they are the rows that writers meet at, and a conflict costs nothing then.
            for name, move in moves.items():
                self._move(connection, name, move)
            known: set[str] = set()
            ids = list(blobs)
            for start in range(0, len(ids), _BATCH):
                batch = ids[start : start + _BATCH]
                rows = connection.execute(
                    sql.select(self._blobs.c.id).where(self._blobs.c.id.in_(batch))
                )
                known.update(key for (key,) in rows)
            for key in sorted(ids):  # one order for all writers, so that they cannot deadlock
                if key not in known:
                    self._insert(connection, key, bytes(blobs[key]))

    def sweep(self, mark: Callable[[], Container[str]]) -> int:
        """Delete what is not marked. Let no other machine write meanwhile: not every database can bar it."""
        with self._errors("write"):
            keep = mark()
            with self._engine.begin() as connection:
                gone = [
                    key
                    for (key,) in connection.execute(self._sql.select(self._blobs.c.id))
                    if key not in keep
                ]
                for start in range(0, len(gone), _BATCH):
                    batch = gone[start : start + _BATCH]
                    connection.execute(
                        self._sql.delete(self._blobs).where(self._blobs.c.id.in_(batch))
                    )
        return len(gone)

    def close(self) -> None:
        """Close the connections."""
        self._engine.dispose()

    def __del__(self) -> None:
        if hasattr(self, "_engine"):
            self._engine.dispose()

    def _move(self, connection: Any, name: str, move: Move) -> None:
        sql, table = self._sql, self._refs
        here = table.c.name == name
        if move.expected is None:
            try:
                if move.new is not None:
                    with connection.begin_nested():
                        connection.execute(sql.insert(table).values(name=name, target=move.new))
                    return
                moved = connection.execute(sql.select(table.c.name).where(here)).first() is not None
            except sql.exc.IntegrityError:
                moved = True
        else:
            where = here & (table.c.target == move.expected)
            change = (
                sql.delete(table).where(where)
                if move.new is None
                else sql.update(table).where(where).values(target=move.new)
            )
            moved = connection.execute(change).rowcount != 1
        if moved:
            raise ConflictError(f"{name} moved meanwhile", [name])

    def _insert(self, connection: Any, key: str, data: bytes) -> None:
        try:
            with connection.begin_nested():
                connection.execute(self._sql.insert(self._blobs).values(id=key, data=data))
        except self._sql.exc.IntegrityError:
            return  # another writer brought the same content meanwhile

    @contextmanager
    def _errors(self, doing: str) -> Iterator[None]:
        try:
            yield
        except self._sql.exc.SQLAlchemyError as error:
            place = self._sql.engine.make_url(self.url).render_as_string(hide_password=True)
            raise StoreError(
                f"could not {doing} {place}: {error}. The last commit is intact."
            ) from error


def _plain_transactions(sql: Any, engine: Any) -> None:
    """Let SQLAlchemy, not the sqlite3 module, begin transactions: savepoints need it."""

    def connected(connection: Any, _record: object) -> None:
        connection.isolation_level = None
        connection.execute("PRAGMA busy_timeout = 30000")

    def begun(connection: Any) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    sql.event.listen(engine, "connect", connected)
    sql.event.listen(engine, "begin", begun)
