"""One suite, every store: the promises at the top of ``stores/protocol.py``."""

from __future__ import annotations

import pickle
import shutil
import sqlite3
import subprocess
import sys
import threading

import pytest

from agex.errors import (
    ConfigurationError,
    ConflictError,
    MissingExtraError,
    StoreError,
    TamperedError,
)
from agex.state import Versioned
from agex.state.blobs import blob_id
from agex.state.stores import MemoryStore, Move, open_store
from agex.state.stores.sqlite import FORMAT, SqliteStore

A, B, C = (blob_id(text) for text in (b"a", b"b", b"c"))


@pytest.fixture(params=["memory", "sqlite", "sql"])
def store(request, tmp_path):
    if request.param == "memory":
        made = MemoryStore()
    elif request.param == "sqlite":
        made = SqliteStore(tmp_path / "state.db")
    else:
        pytest.importorskip("sqlalchemy")
        made = open_store(f"sqlite:///{tmp_path}/shared.db")
    yield made
    made.close()


def test_what_was_written_is_read_back(store):
    store.write({A: b"a", B: bytearray(b"b"), C: memoryview(b"c")}, {})

    assert store.get([A, B, C]) == {A: b"a", B: b"b", C: b"c"}


def test_a_blob_that_is_not_there_is_missing_from_the_answer(store):
    store.write({A: b"a"}, {})

    assert store.get([A, B]) == {A: b"a"}


def test_a_blob_is_never_changed(store):
    store.write({A: b"a"}, {})
    store.write({A: b"something else"}, {})

    assert store.get([A]) == {A: b"a"}


def test_a_buffer_that_changes_after_the_write_does_not_change_what_is_stored(store):
    buffer = bytearray(b"a")
    store.write({A: buffer}, {})
    buffer[0] = 0

    assert store.get([A]) == {A: b"a"}


def test_many_blobs_are_read_in_one_call(store):
    blobs = {blob_id(str(n).encode()): str(n).encode() for n in range(1200)}
    store.write(blobs, {})

    assert store.get(blobs) == blobs


def test_refs_move_from_where_they_are(store):
    store.write({}, {"branch/main": Move(None, A)})
    store.write({}, {"branch/main": Move(A, B), "tag/one": Move(None, A)})

    assert store.refs() == {"branch/main": B, "tag/one": A}
    assert store.refs("tag/") == {"tag/one": A}


def test_a_ref_can_be_removed(store):
    store.write({}, {"branch/main": Move(None, A)})
    store.write({}, {"branch/main": Move(A, None)})

    assert store.refs() == {}


@pytest.mark.parametrize("expected", [None, B])
def test_a_ref_that_is_elsewhere_is_a_conflict_and_nothing_is_stored(store, expected):
    store.write({}, {"branch/main": Move(None, A)})

    with pytest.raises(ConflictError) as caught:
        store.write({C: b"c"}, {"branch/main": Move(expected, C)})

    assert caught.value.names == ("branch/main",)
    assert store.refs() == {"branch/main": A}
    assert store.get([C]) == {}


def test_a_conflict_on_one_ref_leaves_the_others_where_they_were(store):
    store.write({}, {"branch/one": Move(None, A), "branch/two": Move(None, A)})

    with pytest.raises(ConflictError):
        store.write({}, {"branch/one": Move(A, B), "branch/two": Move(B, C)})

    assert store.refs() == {"branch/one": A, "branch/two": A}


def test_ids_are_found_by_their_first_digits(store):
    store.write({A: b"a", B: b"b"}, {})

    assert store.find(A[:7]) == [A]
    assert store.find(A[:6]) == [A]
    assert store.find("0000000") == []


def test_a_sweep_deletes_what_is_not_marked(store):
    store.write({A: b"a", B: b"b", C: b"c"}, {})

    assert store.sweep(lambda: {B}) == 2
    assert store.get([A, B, C]) == {B: b"b"}


def test_threads_that_move_one_ref_take_turns(store):
    """Fifty increments by five threads: compare and swap loses none."""
    store.write({}, {"branch/n": Move(None, "0" * 40)})

    def increment():
        for _ in range(10):
            while True:
                now = store.refs()["branch/n"]
                try:
                    store.write({}, {"branch/n": Move(now, f"{int(now) + 1:040d}")})
                    break
                except ConflictError:
                    continue

    threads = [threading.Thread(target=increment) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert int(store.refs()["branch/n"]) == 50


def test_a_store_that_was_closed_opens_again(store):
    store.write({A: b"a"}, {})
    store.close()

    assert store.get([A]) == {A: b"a"}


# ---------------------------------------------------------------- the SQLite file


def test_a_second_process_sees_what_the_first_wrote(tmp_path):
    path = tmp_path / "state.db"
    SqliteStore(path).write({A: b"a"}, {"branch/main": Move(None, A)})
    code = (
        "import sys; from agex.state.stores.sqlite import SqliteStore;"
        "print(sorted(SqliteStore(sys.argv[1]).refs()))"
    )

    out = subprocess.run([sys.executable, "-c", code, str(path)], capture_output=True, text=True)

    assert out.stdout.strip() == "['branch/main']"


def test_a_file_that_is_no_database_is_refused_and_left_alone(tmp_path):
    path = tmp_path / "notes.txt"
    path.write_text("shopping list\n" * 100)

    with pytest.raises(StoreError, match="is not a state of agex"):
        SqliteStore(path)

    assert path.read_text() == "shopping list\n" * 100


def test_a_database_of_something_else_is_refused_and_left_alone(tmp_path):
    path = tmp_path / "app.db"
    with sqlite3.connect(path) as other:
        other.execute("CREATE TABLE users (name)")
    other.close()
    before = path.read_bytes()

    with pytest.raises(StoreError, match="database of something else"):
        SqliteStore(path)

    assert path.read_bytes() == before


def test_a_file_of_a_newer_agex_is_refused_in_words(tmp_path):
    path = tmp_path / "state.db"
    SqliteStore(path).close()
    with sqlite3.connect(path) as newer:
        newer.execute(f"PRAGMA user_version = {FORMAT + 1}")
    newer.close()

    with pytest.raises(StoreError, match="written by a newer agex"):
        SqliteStore(path)


def test_a_folder_that_does_not_exist_is_a_store_error(tmp_path):
    with pytest.raises(StoreError, match="could not open"):
        SqliteStore(tmp_path / "nowhere" / "state.db")


def test_a_folder_in_the_place_of_a_file_is_said_to_be_one(tmp_path):
    with pytest.raises(StoreError, match="is a folder"):
        Versioned(tmp_path)
    with pytest.raises(StoreError, match="there is no folder"):
        Versioned(tmp_path / "nowhere" / "state.db")


@pytest.mark.parametrize("name", ["", "  ", "a\0b.db"])
def test_a_file_has_a_name(name):
    with pytest.raises(ConfigurationError, match="a file with a name"):
        Versioned(name)


def test_a_closed_state_is_one_file_that_can_be_copied(tmp_path):
    path = tmp_path / "ünï ©ödé 日本.db"
    with Versioned(path) as state:
        state["é"] = ["ß"]

    assert [file.name for file in tmp_path.iterdir()] == [path.name]
    copied = shutil.copy(path, tmp_path / "copy.db")
    with Versioned(copied) as again:
        assert dict(again) == {"é": ["ß"]}


def test_a_file_that_may_only_be_read_is_read(tmp_path, monkeypatch):
    path = tmp_path / "state.db"
    with Versioned(path) as state:
        state["x"] = 1
    connect = sqlite3.connect

    def connect_to_read(path, **options):
        return connect(f"file:{path}?mode=ro", uri=True, **options)

    monkeypatch.setattr(sqlite3, "connect", connect_to_read)
    state = Versioned(path)

    assert state["x"] == 1
    state["x"] = 2
    with pytest.raises(StoreError, match="may only be read. The last commit is intact"):
        state.commit()


def test_a_blob_that_somebody_made_a_text_is_tampered_with(tmp_path):
    path = tmp_path / "state.db"
    with Versioned(path, key="k" * 32) as state:
        state["x"] = [1] * 1000
    with sqlite3.connect(path) as file:
        file.execute("UPDATE blobs SET data = data || x'00'")
    file.close()

    with pytest.raises(TamperedError):
        Versioned(path, key="k" * 32)


def test_a_full_disk_is_a_store_error_and_the_last_commit_is_intact(tmp_path):
    store = SqliteStore(tmp_path / "state.db")
    store.write({A: b"a"}, {"branch/main": Move(None, A)})
    with store._guard("read") as connection:
        pages = connection.execute("PRAGMA page_count").fetchone()[0]
        connection.execute(f"PRAGMA max_page_count = {pages + 4}")

    with pytest.raises(StoreError, match="full"):
        store.write({B: b"b" * 1_000_000}, {"branch/main": Move(A, B)})

    assert store.refs() == {"branch/main": A}
    assert store.get([A, B]) == {A: b"a"}


@pytest.mark.parametrize("where", [7, object(), ["state.db"]])
def test_a_state_cannot_be_kept_in_just_anything(where):
    with pytest.raises(ConfigurationError, match="file path, a database URL or a Store"):
        open_store(where)


# ---------------------------------------------------------------- a shared database


@pytest.fixture
def url(tmp_path):
    pytest.importorskip("sqlalchemy")
    return f"sqlite:///{tmp_path}/shared.db"


def test_a_state_lives_in_a_database_given_by_url(url):
    state = Versioned(url)
    state["rows"] = state["same"] = [1]
    state["big"] = bytes(10_000_000)
    state.commit()
    other = state.branch("other")
    other["rows"].append(2)
    other.close()

    again = Versioned(url)
    again.merge("other")

    assert again["same"] is again["rows"]
    assert again["rows"] == [1, 2]
    assert len(again["big"]) == 10_000_000
    assert pickle.loads(pickle.dumps(again))["rows"] == [1, 2]
    again.close()


def test_a_branch_that_another_machine_moved_is_a_conflict(url):
    one, two = Versioned(url), Versioned(url)
    one["n"], two["n"] = 1, 2
    one.commit()

    with pytest.raises(ConflictError):
        two.commit()


def test_a_database_that_cannot_be_reached_is_a_store_error_without_the_password(tmp_path):
    pytest.importorskip("sqlalchemy")

    with pytest.raises(StoreError) as caught:
        Versioned(f"sqlite:///{tmp_path}/nowhere/shared.db")

    assert "could not open" in str(caught.value)


def test_a_url_without_sqlalchemy_says_which_extra_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "sqlalchemy", None)

    with pytest.raises(MissingExtraError, match=r"agex\[sql\]"):
        Versioned("postgresql://somewhere/db")
