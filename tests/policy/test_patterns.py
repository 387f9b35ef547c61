"""Include and exclude, held against matchers too simple to be wrong."""

from __future__ import annotations

from fnmatch import fnmatchcase

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agex.policy import Selection
from agex.policy.patterns import freeze_pattern

SEGMENTS = st.sampled_from(["a", "b", "ab", "abc", "_a", "to_a", "open"])
NAMES = st.lists(SEGMENTS, min_size=1, max_size=3).map(".".join)
GLOBS = st.sampled_from(["*", "a", "a*", "*b", "_*", "to_*", "?", "ab", "[ab]", "open"])
DOTTED = st.lists(GLOBS, min_size=1, max_size=3).map(".".join)


def select(include: object = "*", exclude: object = ()) -> Selection:
    return Selection(freeze_pattern(include), freeze_pattern(exclude))  # type: ignore[arg-type]


@given(SEGMENTS, st.lists(GLOBS, max_size=4), st.lists(GLOBS, max_size=4))
def test_plain_names_are_selected_as_fnmatch_would(
    name: str, include: list[str], exclude: list[str]
) -> None:
    expected = any(fnmatchcase(name, glob) for glob in include) and not any(
        fnmatchcase(name, glob) for glob in exclude
    )

    assert (name in select(include, exclude)) == expected


@given(SEGMENTS, SEGMENTS, st.lists(DOTTED, max_size=4))
def test_a_member_follows_the_patterns_that_speak_of_its_parent(
    parent: str, member: str, include: list[str]
) -> None:
    pairs = [glob.split(".") for glob in include if glob.count(".") == 1]
    speaking = [tail for head, tail in pairs if fnmatchcase(parent, head)]
    brought = any(fnmatchcase(parent, glob) for glob in include if "." not in glob)
    expected = any(fnmatchcase(member, tail) for tail in speaking) if speaking else brought

    assert select(include).includes(f"{parent}.{member}") == expected


@given(NAMES, st.lists(DOTTED, max_size=3))
def test_what_is_excluded_is_gone_with_all_below_it(name: str, exclude: list[str]) -> None:
    parts = name.split(".")
    prefixes = [".".join(parts[: n + 1]) for n in range(len(parts))]
    expected = any(fnmatchcase(prefix, glob) for prefix in prefixes for glob in exclude)

    assert select(exclude=exclude).excludes(name) == expected


@given(NAMES, st.lists(DOTTED, max_size=3), st.lists(DOTTED, max_size=3))
def test_a_predicate_that_says_the_same_selects_the_same_plain_names(
    name: str, include: list[str], exclude: list[str]
) -> None:
    globs = select(include, exclude)
    asked = select(globs.includes, globs.excludes)

    assert (name in asked) == (name in globs)


@given(
    st.lists(DOTTED, min_size=1, max_size=3),
    st.lists(DOTTED, max_size=3),
    st.lists(DOTTED, min_size=1, max_size=3),
    st.lists(DOTTED, max_size=3),
    st.lists(NAMES, min_size=1, max_size=30),
)
def test_a_selection_proven_to_lie_within_another_never_selects_more(
    include: list[str], exclude: list[str], wider: list[str], without: list[str], names: list[str]
) -> None:
    mine, other = select(include, exclude), select(wider, without)
    if not mine.within(other):
        return

    assert [name for name in names if name in mine and name not in other] == []


@given(st.lists(DOTTED, min_size=1, max_size=3), st.lists(DOTTED, max_size=3), DOTTED)
def test_excluding_more_always_lies_within(
    include: list[str], exclude: list[str], more: str
) -> None:
    assert select(include, [*exclude, more]).within(select(include, exclude))


@pytest.mark.parametrize(
    ("include", "name", "selected"),
    [
        ("Path", "Path.name", True),
        ("Path", "Other.name", False),
        (["Path", "Path.name"], "Path.open", False),
        (["*", "Path.name"], "Path.open", False),
        (["*", "Path.name"], "Other.open", True),
        ("linalg", "linalg.deep.norm", True),
        ("get_*", "get_one", True),
        ("get_*", "Get_one", False),
    ],
)
def test_an_include_brings_what_it_names(include: object, name: str, selected: bool) -> None:
    assert (name in select(include)) is selected


@pytest.mark.parametrize(
    ("exclude", "name"),
    [
        ("*open*", "Path.open"),
        ("*.to_*", "DataFrame.to_csv"),
        ("lib", "lib.format.read"),
        ("*._*", "a.b._c"),
        ("_*", "_core.public"),
    ],
)
def test_an_exclude_reaches_across_dots(exclude: object, name: str) -> None:
    assert name not in select("*", exclude)


def test_a_predicate_that_raises_closes() -> None:
    def broken(name: str) -> bool:
        raise LookupError(name)

    assert "a" not in select(broken)
    assert "a" not in select("*", broken)


@pytest.mark.parametrize("wrong", [None, 3, [1], int, ["a", None]])
def test_anything_else_is_not_a_pattern(wrong: object) -> None:
    with pytest.raises(TypeError):
        freeze_pattern(wrong)  # type: ignore[arg-type]
