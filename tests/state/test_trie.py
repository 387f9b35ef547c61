"""The map that versions share: canonical shape, few nodes written, few nodes read."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from agex.state import trie
from agex.state.blobs import Blobs
from agex.state.stores import MemoryStore

keys = st.text(max_size=6)
contents = st.dictionaries(keys, st.integers(0, 5), max_size=60)


def made(blobs, changes, root=trie.EMPTY):
    fresh = {}
    root = trie.update(blobs, root, changes, fresh)
    blobs.write(fresh, {})
    return root, fresh


@given(contents, st.randoms())
def test_equal_content_has_an_equal_id_whatever_order_it_was_made_in(content, random):
    blobs = Blobs(MemoryStore())
    root, _ = made(blobs, content)
    order = list(content)
    random.shuffle(order)
    other = trie.EMPTY
    for key in order:
        other, _ = made(blobs, {key: content[key]}, other)

    assert other == root
    assert dict(trie.items(blobs, root)) == content
    assert trie.size(blobs, root) == len(content)


@given(contents, st.dictionaries(keys, st.none() | st.integers(0, 5), max_size=60))
def test_updates_do_what_a_dict_does(content, changes):
    blobs = Blobs(MemoryStore())
    root, _ = made(blobs, content)
    root, _ = made(blobs, changes, root)
    for key, value in changes.items():
        if value is None:
            content.pop(key, None)
        else:
            content[key] = value

    assert dict(trie.items(blobs, root)) == content
    assert root == made(blobs, content)[0]
    assert all(trie.get(blobs, root, key) == value for key, value in content.items())
    assert trie.get(blobs, root, "not a key") is None


@given(contents, contents)
def test_differences_are_those_of_dicts(before, after):
    blobs = Blobs(MemoryStore())
    one, two = made(blobs, before)[0], made(blobs, after)[0]

    found = {key: (old, new) for key, old, new in trie.differences(blobs, one, two)}

    assert found == {
        key: (before.get(key), after.get(key))
        for key in before.keys() | after.keys()
        if before.get(key) != after.get(key)
    }


def test_one_change_in_ten_thousand_writes_one_node_a_level():
    blobs = Blobs(MemoryStore())
    root, _ = made(blobs, {f"name{n}": [n, 0, 1] for n in range(10_000)})

    _, fresh = made(blobs, {"name77": [1, 1, 1]}, root)

    assert len(fresh) <= 5
    assert sum(map(len, fresh.values())) < 6000


def test_comparing_reads_only_what_differs():
    blobs = Blobs(MemoryStore())
    root, _ = made(blobs, {f"name{n}": n for n in range(10_000)})
    other, _ = made(blobs, {"name77": -1}, root)
    blobs.forget()

    assert list(trie.differences(blobs, root, other)) == [("name77", 77, -1)]
    assert len(blobs.parsed) <= 10


def test_names_may_be_any_text():
    blobs = Blobs(MemoryStore())
    root, _ = made(blobs, {"\ud800": 1, "": 2, "ü\n": 3})

    assert dict(trie.items(blobs, root)) == {"\ud800": 1, "": 2, "ü\n": 3}
