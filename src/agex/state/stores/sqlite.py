"""A store in one SQLite file: the embedded default, safe for several processes at once.

The file: ``application_id`` is ``0x61676578`` ("agex"), ``user_version`` the format. Two tables:
``blobs(id BLOB, data BLOB)`` and ``refs(name TEXT, target BLOB)``. It runs in WAL mode: readers
never wait for the writer. ``synchronous=NORMAL`` survives a killed process; with ``durable=True``
(``FULL``) each commit waits for the disk, so it survives a power cut as well.
"""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Callable, Container, Iterable, Iterator, Mapping
from contextlib import contextmanager

from agex.errors import ConflictError, StoreError
from agex.state.stores.protocol import Data, Move

APPLICATION_ID = 0x61676578
FORMAT = 1
_WAIT_MS = 30_000  # how long one writer waits for another before it gives up
_BATCH = 500  # parameters in one query; SQLite's own limit is 999 in old builds
_PAGE = (
    16 << 10
)  # a commit of 256 kB is a third faster than with pages of 4 kB, a small one no slower
_WAL_KEPT = 64 << 20  # bytes the write-ahead log keeps after a checkpoint

_TABLES = """
CREATE TABLE IF NOT EXISTS blobs (id BLOB PRIMARY KEY, data BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS refs (name TEXT PRIMARY KEY, target BLOB NOT NULL) WITHOUT ROWID;
"""


class SqliteStore:
    """One SQLite file; see the top of this module for what is in it.

    Raises:
        StoreError: the file cannot be opened, is not a state of agex, or is of a newer agex.
    """

    def __init__(self, path: str | os.PathLike[str], *, durable: bool = False) -> None:
        self._lock = threading.RLock()
        self._connection: sqlite3.Connection | None = None
        self._pid = 0
        self.path = os.fspath(path)
        self.durable = durable
        with self._guard("open"):
            pass  # it opens the file

    def __reduce__(self) -> tuple[object, ...]:
        return (_reopen, (os.path.abspath(self.path), self.durable))

    def get(self, ids: Iterable[str]) -> dict[str, bytes]:
        """The blobs under ``ids`` that are stored."""
        wanted = [bytes.fromhex(key) for key in ids]
        found: dict[str, bytes] = {}
        with self._guard("read") as connection:
            for start in range(0, len(wanted), _BATCH):
                batch = wanted[start : start + _BATCH]
                marks = ",".join("?" * len(batch))
                rows = connection.execute(
                    f"SELECT id, CAST(data AS BLOB) FROM blobs WHERE id IN ({marks})", batch
                )
                found.update((key.hex(), data) for key, data in rows)
        return found

    def find(self, prefix: str, *, most: int = 16) -> list[str]:
        """Ids that begin with ``prefix``, at most ``most``."""
        try:
            low = bytes.fromhex(prefix + "0" * (len(prefix) % 2))
            high = bytes.fromhex(prefix + "f" * (len(prefix) % 2)) + b"\xff" * 32
        except ValueError:
            return []
        with self._guard("read") as connection:
            rows = connection.execute(
                "SELECT id FROM blobs WHERE id BETWEEN ? AND ? LIMIT ?", (low, high, most)
            )
            return [key.hex() for (key,) in rows]

    def refs(self, prefix: str = "") -> dict[str, str]:
        """Refs whose names begin with ``prefix``."""
        with self._guard("read") as connection:
            rows = connection.execute(
                "SELECT name, target FROM refs WHERE substr(name, 1, ?) = ?", (len(prefix), prefix)
            )
            return {name: target.hex() for name, target in rows}

    def write(self, blobs: Mapping[str, Data], moves: Mapping[str, Move]) -> None:
        """Store and move in one transaction.

        Raises:
            ConflictError: a ref was not where its move expected it.
            StoreError: SQLite failed, a full disk included; nothing changed.
        """
        with self._guard("write") as connection, _transaction(connection):
            moved = []
            for name, move in moves.items():
                row = connection.execute(
                    "SELECT target FROM refs WHERE name = ?", (name,)
                ).fetchone()
                if (row[0].hex() if row else None) != move.expected:
                    moved.append(name)
            if moved:
                raise ConflictError(f"{', '.join(moved)} moved meanwhile", moved)
            connection.executemany(
                "INSERT OR IGNORE INTO blobs (id, data) VALUES (?, ?)",
                ((bytes.fromhex(key), data) for key, data in blobs.items()),
            )
            for name, move in moves.items():
                if move.new is None:
                    connection.execute("DELETE FROM refs WHERE name = ?", (name,))
                else:
                    connection.execute(
                        "INSERT OR REPLACE INTO refs (name, target) VALUES (?, ?)",
                        (name, bytes.fromhex(move.new)),
                    )

    def sweep(self, mark: Callable[[], Container[str]]) -> int:
        """Delete what is not marked, and give the space back to the file system."""
        with self._guard("write") as connection:
            with _transaction(connection):
                keep = mark()
                every = connection.execute("SELECT id FROM blobs").fetchall()
                gone = [row for row in every if row[0].hex() not in keep]
                connection.executemany("DELETE FROM blobs WHERE id = ?", gone)
            if gone:
                connection.execute("VACUUM")
                connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return len(gone)

    def close(self) -> None:
        """Close the file; it is opened again when the store is used again."""
        with self._lock:
            connection, self._connection = self._connection, None
            if connection is not None and self._pid == os.getpid():
                connection.close()

    def __del__(self) -> None:
        # A state that goes out of scope is nothing to warn about; what it committed is stored.
        if getattr(self, "_connection", None) is not None:
            self.close()

    @contextmanager
    def _guard(self, doing: str) -> Iterator[sqlite3.Connection]:
        """The connection, one user at a time, with SQLite's errors in agex's words."""
        with self._lock:
            try:
                # A connection must not be carried over a fork: the child opens its own.
                if self._connection is None or self._pid != os.getpid():
                    self._open()
                assert self._connection is not None
                yield self._connection
            except sqlite3.Error as error:
                raise StoreError(self._said(doing, error)) from error

    def _said(self, doing: str, error: sqlite3.Error) -> str:
        """What went wrong, and what of it SQLite does not tell."""
        folder = os.path.dirname(os.path.abspath(self.path))
        if os.path.isdir(self.path):
            return f"{self.path} is a folder; give the state a file in it, such as runs.db"
        if not os.path.isdir(folder):
            return f"could not {doing} {self.path}: there is no folder {folder}; make it first"
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF
        if code == sqlite3.SQLITE_CANTOPEN and not os.path.exists(self.path):
            return f"could not {doing} {self.path}: {error}; no file can be made there"
        if code == sqlite3.SQLITE_READONLY:
            error_text = "the file, or its folder, may only be read"
        elif code == sqlite3.SQLITE_FULL:
            error_text = "the disk is full"
        else:
            error_text = str(error)
        return f"could not {doing} {self.path}: {error_text}. The last commit is intact."

    def _open(self) -> None:
        self._connection = None
        fresh = not os.path.exists(self.path) or os.path.getsize(self.path) == 0
        connection = sqlite3.connect(
            self.path, timeout=_WAIT_MS / 1000, isolation_level=None, check_same_thread=False
        )
        try:
            if not fresh:
                self._check(connection)
            connection.execute(f"PRAGMA busy_timeout = {_WAIT_MS}")
            if fresh:
                connection.execute(f"PRAGMA page_size = {_PAGE}")
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute(f"PRAGMA synchronous = {'FULL' if self.durable else 'NORMAL'}")
            connection.execute(f"PRAGMA journal_size_limit = {_WAL_KEPT}")
            # A file of ours is opened without writing: it may be one that can only be read.
            if fresh or _pragma(connection, "application_id") != APPLICATION_ID:
                self._furnish(connection)
        except BaseException:
            connection.close()
            raise
        self._connection, self._pid = connection, os.getpid()

    def _furnish(self, connection: sqlite3.Connection) -> None:
        with _transaction(connection):
            self._check(connection)
            if _pragma(connection, "application_id") != APPLICATION_ID:
                connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
                connection.execute(f"PRAGMA user_version = {FORMAT}")
                for statement in _TABLES.strip().splitlines():
                    connection.execute(statement)

    def _check(self, connection: sqlite3.Connection) -> None:
        """Refuse what is not ours before a single byte of it is changed."""
        try:
            mark = _pragma(connection, "application_id")
            version = _pragma(connection, "user_version")
            tables = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
        except sqlite3.DatabaseError as error:
            if isinstance(error, sqlite3.OperationalError):
                raise
            raise StoreError(f"{self.path} is not a state of agex ({error})") from error
        if mark != APPLICATION_ID:
            if tables or mark:
                raise StoreError(
                    f"{self.path} is a database of something else, not a state of agex. "
                    "Give the state a file of its own."
                )
        elif version > FORMAT:
            raise StoreError(
                f"{self.path} was written by a newer agex (format {version}, this one reads up to "
                f"{FORMAT}). Upgrade agex to open it."
            )


def _pragma(connection: sqlite3.Connection, name: str) -> int:
    return int(connection.execute(f"PRAGMA {name}").fetchone()[0])


@contextmanager
def _transaction(connection: sqlite3.Connection) -> Iterator[None]:
    # IMMEDIATE: a transaction that reads first and writes later could otherwise fail in the middle.
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def _reopen(path: str, durable: bool) -> SqliteStore:
    return SqliteStore(path, durable=durable)
