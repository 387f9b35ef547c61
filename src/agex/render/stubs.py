"""The registered API as Python stubs, by visibility, within a budget. Read from the policy alone.

``high`` shows a signature and its docstring, ``medium`` the signature, ``low`` nothing. When all of it
is too long, docstrings shrink first (to a paragraph, to a line, to nothing), then signatures to names:
what was registered last, and is only ``medium``, first.
"""

from __future__ import annotations

import inspect
import textwrap
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from agex.policy import InstanceRule, MemberSpec, ModuleRule, Policy, TypeRule
from agex.render.budget import clip
from agex.render.classes import type_name
from agex.render.members import class_members
from agex.render.signatures import signature_of, signature_text

DOC_CHARS = 1_200
"""The most of one docstring; ``help(name)`` has the rest."""

_NO_SPEC = MemberSpec()


@dataclass(frozen=True, slots=True)
class Stub:
    """One entry of the listing: its forms from the fullest to the barest, and what to drop first."""

    name: str
    forms: tuple[str, ...]
    rank: int


def api_text(policy: Policy, budget_chars: int) -> str:
    """Everything shown of the policy, at most ``budget_chars`` long; ``""`` when nothing is."""
    return fit(list(_stubs(policy)), budget_chars)


def fit(stubs: list[Stub], budget_chars: int) -> str:
    """The stubs in their order, each in the fullest form that leaves room for the others."""
    chosen = [0] * len(stubs)
    total = sum(len(stub.forms[0]) + 1 for stub in stubs)
    cheapest_first = sorted(range(len(stubs)), key=lambda i: (-stubs[i].rank, -i))
    deepest = max((len(stub.forms) for stub in stubs), default=0)
    for level in range(1, deepest):
        for index in cheapest_first:
            forms = stubs[index].forms
            if total <= budget_chars:
                break
            if level < len(forms):
                total -= len(forms[chosen[index]]) - len(forms[level])
                chosen[index] = level
    text = "\n".join(stub.forms[form] for stub, form in zip(stubs, chosen, strict=True))
    if len(text) <= budget_chars:
        return text
    names = "# too many to show; help(name) shows one: " + ", ".join(stub.name for stub in stubs)
    return clip(names, budget_chars)


def class_stub(rule: TypeRule, *, name: str | None = None) -> Stub:
    """One class: fields in constructor order, then its methods."""
    return _class(rule, name or rule.name, rule.visibility, rule.configure, "")


def _stubs(policy: Policy) -> Iterator[Stub]:
    for spec in policy.functions.values():
        if spec.visibility != "low":
            yield _function(spec.name, spec.value, spec.visibility, spec.docstring)
    for rule in policy.classes.values():
        if rule.visibility != "low" or _has_shown(rule.configure):
            yield class_stub(rule)
    for instance in policy.instances.values():
        if instance.visibility != "low":
            yield from _instance(instance)
    for module in policy.modules.values():
        if module.visibility != "low" or _has_shown(module.configure):
            yield from _module(module, policy)


def _has_shown(configure: Mapping[str, MemberSpec]) -> bool:
    return any(spec.visibility in ("high", "medium") for spec in configure.values())


def _function(name: str, value: Any, visibility: str, docstring: str | None = None) -> Stub:
    head = f"def {name}{signature_text(signature_of(value))}"
    forms = _documented(head, _doc_of(value, docstring) if visibility == "high" else "", "")
    return Stub(name, (*forms, f"def {name}(...)"), 0 if visibility == "high" else 1)


def _doc_of(value: Any, override: str | None) -> str:
    text = override if override is not None else getattr(value, "__doc__", None)
    return inspect.cleandoc(text) if isinstance(text, str) else ""


def _documented(head: str, doc: str, indent: str) -> tuple[str, ...]:
    """``head`` with its docstring whole, its first paragraph, its first line, and without it."""
    if not doc:
        return (f"{indent}{head}: ...",)
    paragraph = doc.split("\n\n", 1)[0]
    line = doc.split("\n", 1)[0]
    inner = indent + "    "
    forms: list[str] = []
    for text in (clip(doc, DOC_CHARS), paragraph, line):
        block = textwrap.indent(f'"""{text}\n"""' if "\n" in text else f'"""{text}"""', inner)
        form = f"{indent}{head}:\n{block}"
        if form not in forms:
            forms.append(form)
    return (*forms, f"{indent}{head}: ...")


def _class(
    rule: TypeRule,
    name: str,
    visibility: str,
    configure: Mapping[str, MemberSpec],
    prefix: str,
) -> Stub:
    """A class whose members' visibility follows the class unless ``configure`` says otherwise."""
    doc = _class_doc(rule.cls) if visibility == "high" else ""
    head = f"class {name}:" if rule.constructable else f"class {name}:  # not to be constructed"
    members = class_members(rule)
    full = [*_doc_lines(doc)]
    short = [*_doc_lines(doc.split("\n", 1)[0])]
    bare: list[str] = []
    for member in members:
        spec = configure.get(prefix + member.name, configure.get(member.name, _NO_SPEC))
        shown = spec.visibility or visibility
        if shown == "low":
            continue
        forms = (member.declaration,)
        if member.is_function:
            member_doc = _doc_of(member.value, spec.docstring) if shown == "high" else ""
            forms = _documented(member.declaration, member_doc, "")
        full += textwrap.indent(forms[0], "    ").split("\n")
        short += textwrap.indent(forms[-2] if len(forms) > 1 else forms[0], "    ").split("\n")
        bare += textwrap.indent(forms[-1], "    ").split("\n")
    forms_of_class: list[str] = []
    for lines in (full, short, bare):
        text = "\n".join([head, *lines]) if lines else f"{head.replace(':', ': ...', 1)}"
        if text not in forms_of_class:
            forms_of_class.append(text)
    return Stub(name, (*forms_of_class, f"class {name}: ..."), 0 if visibility == "high" else 1)


def _doc_lines(doc: str) -> list[str]:
    if not doc:
        return []
    text = clip(doc, DOC_CHARS)
    return textwrap.indent(f'"""{text}\n"""' if "\n" in text else f'"""{text}"""', "    ").split("\n")


def _class_doc(cls: type) -> str:
    """The class's own docstring; the one ``dataclass`` makes up only repeats the fields."""
    text = cls.__dict__.get("__doc__")
    if not isinstance(text, str) or text.startswith(f"{type_name(cls)}("):
        return ""
    return inspect.cleandoc(text)


def _instance(rule: InstanceRule) -> Iterator[Stub]:
    kind = type_name(type(rule.value))
    yield Stub(rule.name, (f"# {rule.name} is a live {kind}",), 0)
    yield from _members_of(rule.name, rule.members(), rule.visibility, {}, rule.value, None)


def _module(rule: ModuleRule, policy: Policy) -> Iterator[Stub]:
    """A module's members under dotted names; of a recursive package only those configured one by one."""
    names: Iterable[str] = rule.members()
    if rule.recursive:
        names = [name for name in names if name in rule.configure]
    shown = list(
        _members_of(rule.name, names, rule.visibility, rule.configure, rule, policy)
    )
    if shown:
        yield Stub(rule.name, (f"# import {rule.name}",), 0)
        yield from shown


def _members_of(
    owner: str,
    names: Iterable[str],
    visibility: str,
    configure: Mapping[str, MemberSpec],
    source: Any,
    policy: Policy | None,
) -> Iterator[Stub]:
    get: Callable[[str], Any] = source.get if isinstance(source, ModuleRule) else _getter(source)
    for name in names:
        spec = configure.get(name, _NO_SPEC)
        shown = spec.visibility or visibility
        dotted = f"{owner}.{name}"
        try:
            value = get(name)
        except Exception:  # an attribute may be computed, and fail
            continue
        rule = policy.type_rule(value) if policy is not None and isinstance(value, type) else None
        if rule is not None:
            if shown != "low" or any(
                key.startswith(f"{name}.") and entry.visibility in ("high", "medium")
                for key, entry in configure.items()
            ):
                yield _class(rule, dotted, shown, {**rule.configure, **configure}, f"{name}.")
        elif shown == "low":
            continue
        elif callable(value):
            yield _function(dotted, value, shown, spec.docstring)
        else:
            yield Stub(dotted, (f"{dotted}: {type_name(type(value))}",), 1)


def _getter(value: Any) -> Callable[[str], Any]:
    return lambda name: getattr(value, name)
