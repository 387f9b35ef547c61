"""Nothing that was acknowledged is lost: killed processes, processes at once, full disks."""

from __future__ import annotations

import os
import random
import signal
import sqlite3
import subprocess
import sys
import textwrap
import time

import pytest

from agex.errors import StoreError
from agex.state import Versioned

HERE = os.path.dirname(__file__)
KILLS = 100


@pytest.mark.skipif(not hasattr(os, "fork"), reason="kills forked processes")
def test_every_acknowledged_commit_is_whole_after_a_hundred_kills(tmp_path):
    path = str(tmp_path / "state.db")
    random.seed(7)
    nursery = subprocess.Popen(
        [sys.executable, os.path.join(HERE, "committer.py"), path],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        bufsize=1,
    )
    acknowledged: dict[int, str] = {}
    seen = -1
    kills = 0
    # A slow machine commits less between two kills: it is killed more often, up to a bound.
    while kills < KILLS or (len(acknowledged) <= KILLS and kills < 5 * KILLS):
        kills += 1
        nursery.stdin.write("go\n")
        nursery.stdin.flush()
        # The child may speak before its parent names it.
        lines = [nursery.stdout.readline()]
        while not lines[-1].startswith("pid"):
            lines.append(nursery.stdout.readline())
        child = int(lines.pop().split()[1])
        time.sleep(random.uniform(0, 0.12))
        os.kill(child, signal.SIGKILL)
        while not (line := nursery.stdout.readline()).startswith("done"):
            lines.append(line)
        for line in lines:
            n, commit = line.split()
            acknowledged[int(n)] = commit
        if acknowledged:
            seen = max(seen, *acknowledged)
            state = Versioned(path)
            # One more may have been stored in the instant before its acknowledgement.
            assert state["n"] in (seen, seen + 1)
            seen = state["n"]
            assert dict(state)["rows"] == [state["n"]] * (state["n"] % 50)
            state.blobs.store.close()
    nursery.communicate()

    state = Versioned(path)
    history = {commit.id: commit for commit in state.history()}
    assert len(acknowledged) > KILLS
    assert set(acknowledged.values()) <= set(history)
    for n, commit in acknowledged.items():
        past = state.checkout(history[commit])
        assert past["n"] == n
        assert past["rows"] == [n] * (n % 50)
        assert len(past["blob"]) == 10 ** (1 + n % 6)
        assert past[f"name{n % 20}"]["rows"] is past["rows"]
    assert list(state.namespace().log("log")) == list(range(state["n"] + 1))
    state.close()
    with sqlite3.connect(path) as db:
        assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    db.close()


RIVAL = textwrap.dedent(
    """
    import sys
    from agex.errors import ConflictError
    from agex.state import Versioned

    path, me = sys.argv[1:]
    state, conflicts = Versioned(path), 0
    for n in range(25):
        while True:
            state[f"{me}{n}"] = n
            try:
                state.commit(f"{me} {n}")
                break
            except ConflictError:
                conflicts += 1
                state.reset("main")
    print(conflicts)
    """
)


def test_two_processes_on_one_branch_lose_nothing(tmp_path):
    path = str(tmp_path / "state.db")
    Versioned(path).close()
    rivals = [
        subprocess.Popen([sys.executable, "-c", RIVAL, path, me], stdout=subprocess.PIPE, text=True)
        for me in "ab"
    ]

    for rival in rivals:
        rival.communicate()
        assert rival.returncode == 0

    state = Versioned(path)
    assert set(state) == {f"{me}{n}" for me in "ab" for n in range(25)}
    assert len(state.history()) == 50


def test_a_full_disk_fails_in_words_and_the_state_goes_on_when_there_is_room(tmp_path):
    state = Versioned(tmp_path / "state.db")
    state["rows"] = list(range(100))
    state.commit()
    before = state.head
    store = state.blobs.store
    with store._guard("read") as connection:
        pages = connection.execute("PRAGMA page_count").fetchone()[0]
        connection.execute(f"PRAGMA max_page_count = {pages + 2}")
    state["big"] = os.urandom(1_000_000)
    state["rows"].append("new")

    with pytest.raises(StoreError, match="full"):
        state.commit()

    assert state.head == before
    assert Versioned(tmp_path / "state.db")["rows"] == list(range(100))
    with store._guard("read") as connection:
        connection.execute("PRAGMA max_page_count = 1000000")
    state.commit()
    again = Versioned(tmp_path / "state.db")
    assert again["rows"][-1] == "new"
    assert len(again["big"]) == 1_000_000


def test_a_state_used_in_a_forked_process_opens_its_own_connection(tmp_path):
    state = Versioned(tmp_path / "state.db")
    state["n"] = 1
    state.commit()

    child = os.fork()
    if child == 0:
        try:
            state["child"] = 2
            state.commit()
            os._exit(0)
        finally:
            os._exit(1)
    _, status = os.waitpid(child, 0)

    assert status == 0
    assert dict(Versioned(tmp_path / "state.db")) == {"n": 1, "child": 2}
