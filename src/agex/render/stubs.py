"""The registered API as Python stubs, by visibility, within a budget. Read from the policy alone.

``high`` shows a signature and its docstring, ``medium`` the signature, ``low`` nothing. When all of it
is too long, docstrings shrink first (to a paragraph, to a line, to nothing), then signatures become
names: of what was registered last, and is only ``medium``, first.
"""

from __future__ import annotations

import functools
import inspect
import textwrap
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Any, TypeAlias, cast

from agex.policy import InstanceRule, MemberSpec, ModuleRule, Policy, TypeRule
from agex.render.budget import clip
from agex.render.classes import class_attribute, root_package, type_name
from agex.render.members import Member, class_head, class_members, property_declaration
from agex.render.signatures import signature_of, signature_text

DOC_CHARS = 1_200
"""The most of one docstring; ``help(name)`` has the rest."""

_MEMBER_NAMES_CHARS = 1_000

Forms: TypeAlias = tuple[str, str, str, str, str]
FULL, PARAGRAPH, LINE, SIGNATURE, MEMBERS, NAME = range(6)
"""The forms of one entry, from the fullest to the barest."""

_NO_SPEC = MemberSpec()


@dataclass(frozen=True, slots=True)
class Stub:
    """One entry of the listing.

    Args:
        name: as agent code writes it.
        forms: its text as ``FULL``, ``PARAGRAPH``, ``LINE``, ``SIGNATURE`` and, of a class, with the
            names of its ``MEMBERS``. The bare name is the sixth.
        rank: 0 for what was registered ``high``; a higher rank gives way first.
        group: the module or object it belongs to; names of one group share a line.
        kind: ``"heading"`` for a line that stands before a group.
    """

    name: str
    forms: Forms
    rank: int
    group: str = ""
    kind: str = ""

    def size(self, level: int) -> int:
        """What one form takes; a bare name is written with those of its group."""
        return len(self.forms[level]) if level < NAME else len(self.name) + 2


def api_text(policy: Policy, budget_chars: int) -> str:
    """Everything shown of the policy, at most ``budget_chars`` long; ``""`` when nothing is."""
    return fit(list(_stubs(policy)), budget_chars)


def fit(stubs: list[Stub], budget_chars: int) -> str:
    """The stubs in their order, each in the fullest form that leaves room for the others."""
    levels = [FULL] * len(stubs)
    total = sum(len(stub.forms[FULL]) + 1 for stub in stubs)
    give_way_first = sorted(range(len(stubs)), key=lambda i: (-stubs[i].rank, -i))
    give_way_first = [index for index in give_way_first if stubs[index].kind != "heading"]
    for level in (PARAGRAPH, LINE, SIGNATURE, MEMBERS, NAME):
        for index in give_way_first:
            if total <= budget_chars:
                break
            total += stubs[index].size(level) - stubs[index].size(levels[index])
            levels[index] = level
    # The last one to give way may have made more room than was needed.
    for level in (MEMBERS, SIGNATURE, LINE):
        for index in reversed(give_way_first):
            more = stubs[index].size(level) - stubs[index].size(levels[index])
            if level < levels[index] and total + more <= budget_chars:
                total += more
                levels[index] = level
    return clip("\n".join(_lines(stubs, levels)), budget_chars)


def _lines(stubs: list[Stub], levels: list[int]) -> Iterator[str]:
    """The chosen forms; entries of which only the name is left share a line at the end of their group."""
    chosen = list(zip(stubs, levels, strict=True))
    for group, entries in groupby(chosen, key=lambda pair: pair[0].group):
        names: list[str] = []
        for stub, level in entries:
            if level == NAME:
                names.append(stub.name.removeprefix(f"{group}."))
            else:
                yield stub.forms[level]
        if names:
            yield f"# {'also' if not group else f'{group} also has'}: {', '.join(names)}"


def class_stub(rule: TypeRule, *, name: str | None = None) -> Stub:
    """One class: fields in constructor order, then its methods."""
    return _class(rule, name or rule.name, rule.visibility)


def function_stub(name: str, function: Callable[..., Any], docstring: str | None = None) -> Stub:
    """One function with its real signature and its docstring."""
    return _function(name, function, "high", docstring)


def _stubs(policy: Policy) -> Iterator[Stub]:
    for spec in policy.functions.values():
        if spec.visibility != "low":
            yield _function(spec.name, spec.value, spec.visibility, spec.docstring)
    for rule in policy.classes.values():
        if rule.visibility != "low" or _shows_some(rule.configure):
            yield class_stub(rule)
    for instance in policy.instances.values():
        if is_shown(instance):
            yield from _instance(instance)
    for module in policy.modules.values():
        if module.visibility != "low" or _shows_some(module.configure):
            yield from _module(module, policy)


def is_shown(rule: InstanceRule) -> bool:
    """Whether the listing of the API has the members of a live object."""
    return rule.visibility != "low" or _shows_some(rule.configure)


def _shows_some(configure: Mapping[str, MemberSpec]) -> bool:
    return any(spec.visibility in ("high", "medium") for spec in configure.values())


def _function(
    name: str, value: Any, visibility: str, docstring: str | None = None, group: str = ""
) -> Stub:
    head = f"def {name}{signature_text(signature_of(value))}"
    doc = _doc_of(value, docstring) if visibility == "high" else ""
    return Stub(name, _documented(head, doc), 0 if visibility == "high" else 1, group)


def _doc_of(value: Any, override: str | None) -> str:
    text = override if override is not None else getattr(value, "__doc__", None)
    return inspect.cleandoc(text) if isinstance(text, str) else ""


def _documented(head: str, doc: str) -> Forms:
    """``head`` with its docstring whole, its first paragraph, its first line, and without it."""
    bare = f"{head}: ..."
    if not doc:
        return _always(bare)
    full, paragraph, line = (f"{head}:\n{_quoted(text)}" for text in _shorter(doc))
    return (full, paragraph, line, bare, bare)


def _always(text: str) -> Forms:
    return (text, text, text, text, text)


def _shorter(doc: str) -> tuple[str, str, str]:
    return clip(doc, DOC_CHARS), clip(doc.split("\n\n", 1)[0], DOC_CHARS), doc.split("\n", 1)[0]


def _quoted(doc: str) -> str:
    return textwrap.indent(f'"""{doc}\n"""' if "\n" in doc else f'"""{doc}"""', "    ")


def _class(
    rule: TypeRule,
    name: str,
    visibility: str,
    overrides: Mapping[str, MemberSpec] | None = None,
    group: str = "",
) -> Stub:
    """A class whose members' visibility follows the class unless it is set for one of them."""
    head = class_head(rule, name)
    doc = _class_doc(rule.cls) if visibility == "high" else ""
    docs = [_quoted(text) for text in _shorter(doc)] if doc else []
    members = list(_shown_members(rule, visibility, overrides or {}))
    untyped = [member.name for member, _ in members if member.declaration == f"{member.name}: Any"]
    forms: list[str] = []
    for level in (FULL, PARAGRAPH, LINE, SIGNATURE):
        lines = [docs[level]] if docs and level < SIGNATURE else []
        for member, member_doc in members:
            if member.name not in untyped:
                shown = _documented(member.declaration, member_doc)[level]
                text = shown if member.is_function else member.declaration
                lines.append(textwrap.indent(text, "    "))
        if untyped:  # a line each would say no more than this
            lines.append(f"    # attributes: {', '.join(untyped)}")
        forms.append("\n".join([head, *lines]) if lines else f"{head}\n    ...")
    listed = clip(", ".join(member.name for member, _ in members), _MEMBER_NAMES_CHARS)
    forms.append(f"{head}\n    # has: {listed}" if listed else forms[-1])
    return Stub(name, cast("Forms", tuple(forms)), 0 if visibility == "high" else 1, group)


def _shown_members(
    rule: TypeRule, visibility: str, overrides: Mapping[str, MemberSpec]
) -> Iterator[tuple[Member, str]]:
    for member in class_members(rule):
        spec = overrides.get(member.name) or rule.configure.get(member.name, _NO_SPEC)
        shown = spec.visibility or visibility
        if shown != "low":
            document = member.is_function and shown == "high"
            yield member, _doc_of(member.value, spec.docstring) if document else ""


def _class_doc(cls: type) -> str:
    """The class's own docstring; the one ``dataclass`` makes up only repeats the fields."""
    text = cls.__dict__.get("__doc__")
    if not isinstance(text, str) or text.startswith(f"{type_name(cls)}("):
        return ""
    return inspect.cleandoc(text)


def _heading(name: str, text: str) -> Stub:
    return Stub(name, _always(text), 0, name, "heading")


def _instance(rule: InstanceRule) -> Iterator[Stub]:
    yield _heading(rule.name, f"# {rule.name}: a live {type_name(type(rule.value))}")
    yield from _members_of(
        rule.name, rule.members(), rule.visibility, rule.configure, _getter(rule.value), None
    )


def _module(rule: ModuleRule, policy: Policy) -> Iterator[Stub]:
    """A module's members under dotted names; of a recursive package only those configured one by one."""
    names: Iterable[str] = rule.members()
    if rule.recursive:
        wanted = {key.partition(".")[0] for key in rule.configure}
        names = [name for name in names if name in wanted]
    shown = list(_members_of(rule.name, names, rule.visibility, rule.configure, rule.get, policy))
    if shown:
        is_bound = any(value is rule for value in policy.names().values())
        yield _heading(rule.name, f"# {'module' if is_bound else 'import'} {rule.name}")
        yield from shown


def _members_of(
    owner: str,
    names: Iterable[str],
    visibility: str,
    configure: Mapping[str, MemberSpec],
    get: Callable[[str], Any],
    policy: Policy | None,
) -> Iterator[Stub]:
    for name in names:
        spec = configure.get(name, _NO_SPEC)
        shown = spec.visibility or visibility
        inner = _below(configure, name)
        if shown == "low" and not _shows_some(inner):
            continue
        try:
            value = get(name)
        except Exception:  # an attribute may be computed, and fail
            continue
        dotted = f"{owner}.{name}"
        rule = policy.type_rule(value) if policy is not None and isinstance(value, type) else None
        if rule is not None:
            constructable = rule.constructable and spec.constructable is not False
            yield _class(replace(rule, constructable=constructable), dotted, shown, inner, owner)
        elif isinstance(value, property | functools.cached_property):
            text = f"{owner}.{property_declaration(name, value)}"
            yield Stub(dotted, _always(text), 1, owner)
        elif callable(value):
            yield _function(dotted, value, shown, spec.docstring, owner)
        elif root_package(type(value)) != "__future__":  # left behind by ``from __future__ import``
            text = f"{dotted}: {type_name(type(value))}"
            yield Stub(dotted, _always(text), 1, owner)


def _below(configure: Mapping[str, MemberSpec], name: str) -> dict[str, MemberSpec]:
    prefix = f"{name}."
    return {
        key.removeprefix(prefix): spec for key, spec in configure.items() if key.startswith(prefix)
    }


def _getter(value: object) -> Callable[[str], Any]:
    """Reads a live object; its properties are not run, as they may go to a network."""

    def get(name: str) -> Any:
        held = class_attribute(type(value), name)
        if isinstance(held, property | functools.cached_property):
            return held
        return getattr(value, name)

    return get
