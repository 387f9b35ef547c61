"""Random programs on a state and on plain Python: same values, same identities, at every commit."""

from __future__ import annotations

import copy

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from agex.state import MergeConflict, Versioned
from agex.state.stores import MemoryStore
from tests.state.model import check_counts, containers, picture

NAMES = st.sampled_from("abcd")
PICK = st.integers(0, 7)
atoms = st.one_of(st.none(), st.integers(-3, 300), st.sampled_from(["x", "long text" * 300]))
values = st.recursive(
    atoms,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(st.sampled_from("pqr"), inner, max_size=3),
    ),
    max_leaves=5,
)


class StateMachine(RuleBasedStateMachine):
    """One state, its branches, its past, and deep copies of plain dicts beside them.

    ``touched`` holds just the names that a step went through: the state must find by itself what else
    they led to.
    """

    @initialize()
    def start(self):
        self.store = MemoryStore()
        self.state = Versioned(self.store)
        self.model: dict = {}
        self.touched: set[str] = set()
        self.commits: list[tuple[str, dict]] = []
        self.branches: dict[str, dict] = {}

    def both(self):
        return (self.state, self.model)

    @rule(name=NAMES, value=values)
    def bind(self, name, value):
        for space in self.both():
            space[name] = copy.deepcopy(value)
        self.touched.add(name)

    @rule(name=NAMES, source=NAMES, pick=PICK)
    def alias(self, name, source, pick):
        if source in self.model:
            for space in self.both():
                found = containers(space[source])
                if found:
                    space[name] = found[pick % len(found)]
            self.touched |= {name, source}

    @rule(name=NAMES, pick=PICK, source=NAMES, other=PICK)
    def hold(self, name, pick, source, other):
        """Put a container of one name into a container of another: sharing, and circles."""
        if name not in self.model or source not in self.model:
            return
        for space in self.both():
            into, parts = containers(space[name]), containers(space[source])
            if into and parts:
                target, part = into[pick % len(into)], parts[other % len(parts)]
                if isinstance(target, list):
                    target.append(part)
                else:
                    target["held"] = part
        self.touched |= {name, source}

    @rule(name=NAMES, pick=PICK, value=atoms)
    def change(self, name, pick, value):
        if name in self.model:
            self.change_here(name, pick, value)
            self.touched.add(name)

    def change_here(self, name, pick, value):
        for space in self.both():
            found = containers(space[name])
            if found:
                target = found[pick % len(found)]
                if isinstance(target, list):
                    target.insert(0, value)
                else:
                    target["s"] = value

    @rule(name=NAMES, pick=PICK)
    def empty(self, name, pick):
        if name in self.model:
            for space in self.both():
                found = containers(space[name])
                if found:
                    found[pick % len(found)].clear()
            self.touched.add(name)

    @rule(name=NAMES, pick=PICK, again=st.booleans())
    def change_and_let_go(self, name, pick, again):
        """What a name led to was changed just before the name was given away."""
        if name in self.model:
            self.change_here(name, pick, "last words")
            for space in self.both():
                if again:
                    space[name] = [1]
                else:
                    del space[name]
            self.touched.add(name)

    @rule(name=NAMES)
    def remove(self, name):
        if name in self.model:
            for space in self.both():
                del space[name]
            self.touched.add(name)

    @rule(everything=st.booleans())
    def commit(self, everything):
        saved = self.state.commit(touched=None if everything else self.touched)
        self.touched = set()
        if saved.commit is not None:
            self.commits.append((saved.commit, copy.deepcopy(self.model)))
            self.branches[self.state.name] = copy.deepcopy(self.model)
            # Read by another state: this one must go on with only what the steps made it load.
            stored = Versioned(self.store, branch=self.state.name)
            assert picture(dict(stored)) == picture(self.model)
            check_counts(self.state)

    @rule()
    def read_everything(self):
        assert picture(dict(self.state)) == picture(self.model)

    @rule()
    def restart(self):
        self.commit(False)
        self.state = Versioned(self.store, branch=self.state.name)

    @precondition(lambda self: self.commits)
    @rule(pick=PICK)
    def fork(self, pick):
        self.commit(False)
        key, model = self.commits[pick % len(self.commits)]
        self.state = self.state.fork(at=key)
        self.model = copy.deepcopy(model)
        self.branches[self.state.name] = copy.deepcopy(model)

    @precondition(lambda self: self.branches)
    @rule(pick=PICK)
    def switch(self, pick):
        self.commit(False)
        name = sorted(self.branches)[pick % len(self.branches)]
        self.state = Versioned(self.store, branch=name)
        self.model = copy.deepcopy(self.branches[name])

    @precondition(lambda self: self.commits)
    @rule(pick=PICK)
    def reset(self, pick):
        key, model = self.commits[pick % len(self.commits)]
        self.state.reset(key)
        self.model, self.touched = copy.deepcopy(model), set()
        self.branches[self.state.name] = copy.deepcopy(model)

    @precondition(lambda self: self.commits)
    @rule(pick=PICK)
    def look_back(self, pick):
        key, model = self.commits[pick % len(self.commits)]
        assert picture(dict(self.state.checkout(key))) == picture(model)

    @precondition(lambda self: self.commits)
    @rule(one=PICK, two=PICK)
    def compare(self, one, two):
        (before, old), (after, new) = (self.commits[n % len(self.commits)] for n in (one, two))
        diff = self.state.diff(before, after)
        assert set(diff.added) == new.keys() - old.keys()
        assert set(diff.removed) == old.keys() - new.keys()
        differ = {name for name in old.keys() & new.keys() if not same(old[name], new[name])}
        assert differ <= set(diff.changed)

    @precondition(lambda self: len(self.branches) > 1)
    @rule(pick=PICK, prefer=st.sampled_from([None, "ours", "theirs"]))
    def merge(self, pick, prefer):
        """Each name has the value of a side that changed it; where neither did, it is as it was."""
        self.commit(False)
        other = sorted(self.branches)[pick % len(self.branches)]
        ours, theirs = copy.deepcopy(self.model), self.branches[other]
        try:
            self.state.merge(other, prefer=prefer)
        except MergeConflict as conflict:
            assert prefer is None
            assert conflict.names
            return
        merged = dict(self.state)
        for name in merged:
            sides = [side[name] for side in (ours, theirs) if name in side]
            assert sides, f"{name} came from nowhere"
        check_counts(self.state)
        self.model = copy.deepcopy(merged)
        self.branches[self.state.name] = copy.deepcopy(merged)

    @rule()
    def collect_garbage(self):
        self.commit(False)
        live = set()
        for name in self.state.branches():
            live |= {commit.id for commit in Versioned(self.store, branch=name).history()}
        self.state.gc()
        self.commits = [(key, model) for key, model in self.commits if key in live]

    def teardown(self):
        if hasattr(self, "state"):
            self.commit(False)
            check_counts(self.state)
            again = Versioned(self.store, branch=self.state.name)
            assert picture(dict(again)) == picture(self.model)


def same(one, two):
    return picture({"x": one}) == picture({"x": two})


TestAgainstModel = StateMachine.TestCase
TestAgainstModel.settings = settings(max_examples=150, stateful_step_count=30, deadline=None)
