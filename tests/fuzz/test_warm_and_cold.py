"""What a session allows does not depend on what it was asked before, whatever the policy."""

from __future__ import annotations

import os
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "30"))
NAMES = ["a", "b", "c", "ab", "ac", "bc", "_a", "_b", "run", "stop", "_hide"]
PATTERNS = ["*", "a*", "b*", "*c", "_*", "run", "a", "_a", "s*"]
WAYS = {
    "attribute": "def ask(o):\n    return o.{name}",
    "getattr": "def ask(o):\n    return getattr(o, '{name}')",
    "format": "def ask(o):\n    return '{{0.{name}}}'.format(o)",
    "pattern": "def ask(o):\n    match o:\n        case object({name}=v):\n            return v\n    raise AttributeError",
    "attrgetter": "from operator import attrgetter\nget = attrgetter('{name}')\ndef ask(o):\n    return get(o)",
    "comprehension": "def ask(o):\n    return [v.{name} for v in [o]][0]",
}


def _make(index: int) -> type:
    def run(self: Any) -> str:
        return f"run {index}"

    members = {name: f"{name} of {index}" for name in NAMES[:8]}
    members |= {
        "run": run,
        "stop": property(lambda self: f"stop {index}"),
        "_hide": f"hide {index}",
    }
    return type(f"Kind{index}", (), members)


@st.composite
def registrations(draw: st.DrawFn) -> list[dict[str, Any] | None]:
    """For each of three classes: how it is registered, or None when it is not."""
    pattern = st.sampled_from(PATTERNS)
    one = st.fixed_dictionaries({"include": pattern, "exclude": pattern.filter(lambda p: p != "*")})
    return draw(st.lists(st.none() | one, min_size=3, max_size=3))


@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
@given(registrations(), st.data())
def test_a_warm_session_decides_as_a_cold_one_and_as_the_policy(
    how: list[dict[str, Any] | None], data: st.DataObject
) -> None:
    from agex.policy import Registry
    from agex.sandbox import Session

    kinds = [_make(index) for index in range(len(how))]
    registry = Registry()
    for kind, options in zip(kinds, how, strict=True):
        if options is not None:
            try:
                registry.cls(kind, **options)
            except ValueError:  # a pattern that matches nothing is refused at once
                return
    policy = registry.freeze()
    inputs = {f"o{index}": kind() for index, kind in enumerate(kinds)}
    question = st.tuples(
        st.sampled_from(sorted(WAYS)), st.sampled_from(NAMES), st.sampled_from(sorted(inputs))
    )
    questions = data.draw(st.lists(question, min_size=5, max_size=25))
    warm = Session(policy, inputs=inputs)
    warm.run("class Own:\n" + "".join(f"    {name} = 'own'\n" for name in NAMES) + "own = Own()")
    defined: set[tuple[str, str]] = set()

    for way, name, subject in questions:
        if (way, name) not in defined:
            defined.add((way, name))
            source = WAYS[way].format(name=name).replace("ask", f"ask_{way}_{name}")
            warm.run(source.replace("get(", f"get_{name}(").replace("get =", f"get_{name} ="))
            warm.run(f"ask_{way}_{name}(own), ask_{way}_{name}(own)")
        from_warm = _answer(warm, f"ask_{way}_{name}({subject})")
        cold = Session(policy, inputs=inputs)
        cold.run(WAYS[way].format(name=name))
        from_cold = _answer(cold, f"ask({subject})")

        assert from_warm == from_cold, (way, name, subject)
        rule = policy.type_rule(kinds[int(subject[1:])])
        assert (from_cold is not None) == (rule is not None and rule.allows(name)), (way, name)


def _answer(session: Any, source: str) -> str | None:
    """What was read, in words; None when it was refused."""
    result = session.run(f"answer = None\nanswer = {source}")
    if result.error is not None:
        return None
    answer = session.namespace["answer"]
    return answer if isinstance(answer, str) else type(answer).__name__
