"""The members of a class as stub lines: fields in constructor order first, then the rest by name."""

from __future__ import annotations

import enum
import functools
import inspect
import types
from dataclasses import dataclass
from typing import Any

from agex.policy import TypeRule
from agex.render.classes import bases, class_attribute, inherits, own_dict, root_package, type_name
from agex.render.fields import RecordField, record_fields, record_kind
from agex.render.signatures import annotation_text, default_text, signature_of, signature_text

_MISSING = object()
_SHOWN_CONSTANTS = (int, float, bool, str, bytes, type(None))


@dataclass(frozen=True, slots=True)
class Member:
    """One member: how it is declared, and the object behind it, for its docstring."""

    name: str
    declaration: str
    value: Any = None
    is_function: bool = False


def class_members(rule: TypeRule) -> list[Member]:
    """What a stub of the class shows, of what the rule allows."""
    cls = rule.cls
    fields = record_fields(cls)
    shown: list[Member] = []
    if fields is not None:
        for field in fields:
            if rule.allows(field.name):
                shown.append(Member(field.name, _field_declaration(field)))
    elif inherits(cls, enum.Enum):
        for name, member in class_attribute(cls, "_member_map_", {}).items():
            if rule.allows(name):
                shown.append(Member(name, f"{name} = {default_text(member._value_)}"))
        return shown
    elif rule.constructable:
        shown += _constructor(cls)
    done = {member.name for member in shown}
    for name in rule.members():
        if name in done or _is_known_elsewhere(cls, name, fields is not None):
            continue
        other = rule.instead(name)
        member = _method_instead(name, other) if callable(other) else _member(cls, name)
        if member is not None:
            shown.append(member)
    return shown


def class_head(rule: TypeRule, name: str) -> str:
    """``class Order:`` with what tells how it is built and caught: its kind, or builtin bases."""
    kind = record_kind(rule.cls)
    named = [kind] if kind in ("BaseModel", "NamedTuple", "TypedDict") else []
    if inherits(rule.cls, enum.Enum):
        named = ["Enum"]
    elif not kind:
        direct = type.__dict__["__bases__"].__get__(rule.cls)
        named = [type_name(b) for b in direct if b is not object and b.__module__ == "builtins"]
    head = f"class {name}({', '.join(named)}):" if named else f"class {name}:"
    if not rule.constructable:
        return f"{head}  # handed out, not constructed"
    if kind not in ("dataclass", "define"):
        return head
    frozen = getattr(class_attribute(rule.cls, "__dataclass_params__"), "frozen", False)
    return f"@{kind}{'(frozen=True)' if frozen else ''}\n{head}"


def _field_declaration(field: RecordField) -> str:
    kind = annotation_text(field.annotation)
    if field.optional and not kind.startswith("NotRequired"):
        kind = f"NotRequired[{kind}]"
    default = f" = {field.default}" if field.default else ""
    note = "  # by keyword only" if field.keyword_only else ""
    if not field.init:
        note = "  # not an argument"
    return f"{field.name}: {kind}{default}{note}"


def _constructor(cls: type) -> list[Member]:
    init = class_attribute(cls, "__init__")
    if type(init) is not types.FunctionType:
        return []
    text = signature_text(signature_of(init), drop_first=True)
    text = text.removesuffix(" -> None")
    parameters = text[1:]
    separator = ", " if parameters != ")" else ""
    return [Member("__init__", f"def __init__(self{separator}{parameters}", init, True)]


def _is_known_elsewhere(cls: type, name: str, is_record: bool) -> bool:
    """Whether a member comes with a base that whoever writes Python knows.

    That is a builtin (``with_traceback``), or the library that made a class a record: pydantic gives
    each model thirty methods of its own.
    """
    first, *others = [base for base in bases(cls) if name in own_dict(base)] or [cls]
    home = root_package(first)
    if home != root_package(cls):
        return is_record or home == "builtins"
    # ``model_config`` is put on each model; a method of the same name is the model's own.
    foreign = any(root_package(base) != home for base in others)
    return is_record and foreign and not callable(own_dict(first)[name])


def _method_instead(name: str, other: Any) -> Member:
    """A method that agent code has in another form, with the parameters of that form."""
    text = signature_text(signature_of(other), drop_first=True)
    inner = "(self" + (", " if text[1] != ")" else "") + text[1:]
    return Member(name, f"def {name}{inner}", other, True)


def _member(cls: type, name: str) -> Member | None:
    value = class_attribute(cls, name, _MISSING)
    if value is _MISSING:
        annotation = _annotation(cls, name)
        return Member(name, f"{name}: {annotation_text(annotation)}")
    if isinstance(value, property | functools.cached_property):
        return Member(name, property_declaration(name, value))
    if isinstance(value, staticmethod | classmethod):
        function = value.__func__
        text = signature_text(signature_of(function), drop_first=isinstance(value, classmethod))
        decorator = "@classmethod" if isinstance(value, classmethod) else "@staticmethod"
        inner = text
        if isinstance(value, classmethod):
            inner = "(cls" + (", " if text[1] != ")" else "") + text[1:]
        return Member(name, f"{decorator}\ndef {name}{inner}", function, True)
    if isinstance(value, types.MemberDescriptorType | types.GetSetDescriptorType):
        return Member(name, f"{name}: {annotation_text(_annotation(cls, name))}")
    if isinstance(value, type):
        return Member(name, f"class {name}: ...")
    if callable(value):
        return Member(name, f"def {name}{signature_text(signature_of(value))}", value, True)
    if type(value) in _SHOWN_CONSTANTS:
        return Member(name, f"{name} = {default_text(value)}")
    return Member(name, f"{name}: {type_name(type(value))}")


def property_declaration(name: str, value: Any) -> str:
    """A property as the attribute it looks like, with the type its getter returns."""
    getter = value.fget if isinstance(value, property) else value.func
    signature = signature_of(getter) if getter is not None else None
    returns = inspect.Signature.empty if signature is None else signature.return_annotation
    return f"{name}: {'Any' if returns is inspect.Signature.empty else annotation_text(returns)}"


def _annotation(cls: type, name: str) -> Any:
    for base in bases(cls):
        try:
            own = base.__dict__.get("__annotations__")  # noqa: RUF063  # evaluates nothing
            found = own or getattr(base, "__annotations__", {})
        except Exception:  # evaluated lazily on newer Pythons, and may name what does not exist
            continue
        if isinstance(found, dict) and name in found:
            return found[name]
    return Any
