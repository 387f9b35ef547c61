"""Which fields a record class has, in the order its constructor takes them.

Records are dataclasses, pydantic and attrs models, named tuples and typed dicts. Read from what those
libraries leave on the class, so none of them is imported here.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from agex.render.classes import class_attribute, inherits, is_importable, root_package
from agex.render.signatures import default_text


def record_kind(cls: type) -> str:
    """What makes the class a record, in one word; ``""`` when it is not one."""
    for kind, read in _KINDS.items():
        if read(cls) is not None:
            return kind
    return ""


@dataclass(frozen=True, slots=True)
class RecordField:
    """One field: its annotation as written, and how its default reads (``""`` when required).

    ``init`` is whether the constructor takes it, ``optional`` whether a typed dict may lack it.
    """

    name: str
    annotation: Any
    default: str = ""
    init: bool = True
    keyword_only: bool = False
    optional: bool = False


def record_fields(cls: type) -> tuple[RecordField, ...] | None:
    """The fields of a record class in constructor order, ``None`` when it is not a record.

    For classes of the host: defaults and annotations are looked at.
    """
    for read in _KINDS.values():
        found = read(cls)
        if found is not None:
            return tuple(sorted(found, key=lambda field: (not field.init, field.keyword_only)))
    return None


def record_names(cls: type) -> tuple[str, ...] | None:
    """The names of a record's fields, ``None`` when it is not one; runs no code, whoever made the class.

    Class variables of a dataclass are among them.
    """
    for attribute in ("__dataclass_fields__", "__pydantic_fields__"):
        fields = class_attribute(cls, attribute)
        if type(fields) is dict:
            return tuple(name for name in fields if type(name) is str)
    entries = class_attribute(cls, "__attrs_attrs__")
    if entries is None or not inherits(type(entries), tuple):
        return None
    return tuple(
        entry.name
        for entry in tuple.__iter__(entries)
        if root_package(type(entry)) == "attr" and is_importable(type(entry))
    )


def _dataclass(cls: type) -> list[RecordField] | None:
    fields = class_attribute(cls, "__dataclass_fields__")
    if type(fields) is not dict:
        return None
    return [
        RecordField(
            name=entry.name,
            annotation=entry.type,
            default=_dataclass_default(entry),
            init=entry.init,
            keyword_only=entry.kw_only is True,
        )
        for entry in fields.values()
        if entry._field_type.name == "_FIELD"  # not a ClassVar or InitVar
    ]


def _dataclass_default(entry: Any) -> str:
    if type(entry.default).__name__ != "_MISSING_TYPE":
        return default_text(entry.default)
    return _factory_text(entry.default_factory)


def _factory_text(factory: Any) -> str:
    if type(factory).__name__ == "_MISSING_TYPE" or factory is None:
        return ""
    return {list: "[]", dict: "{}", set: "set()", tuple: "()"}.get(factory, "...")


def _pydantic(cls: type) -> list[RecordField] | None:
    fields = class_attribute(cls, "__pydantic_fields__")
    if type(fields) is not dict:
        return None
    return [
        RecordField(name=name, annotation=entry.annotation, default=_pydantic_default(entry))
        for name, entry in fields.items()
    ]


def _pydantic_default(entry: Any) -> str:
    if entry.is_required():
        return ""
    return _factory_text(entry.default_factory) or default_text(entry.default)


def _attrs(cls: type) -> list[RecordField] | None:
    fields = class_attribute(cls, "__attrs_attrs__")
    if not isinstance(fields, tuple):
        return None
    return [
        RecordField(
            name=entry.alias or entry.name,
            annotation=entry.type if entry.type is not None else Any,
            default=_attrs_default(entry.default),
            init=entry.init,
            keyword_only=bool(entry.kw_only),
        )
        for entry in fields
    ]


def _attrs_default(default: Any) -> str:
    if type(default).__name__ == "_Nothing":
        return ""
    return _factory_text(getattr(default, "factory", None)) or default_text(default)


def _named_tuple(cls: type) -> list[RecordField] | None:
    names = class_attribute(cls, "_fields")
    if not inherits(cls, tuple) or type(names) is not tuple:
        return None
    annotations = _annotations(cls)
    defaults = class_attribute(cls, "_field_defaults", {})
    return [
        RecordField(
            name=name,
            annotation=annotations.get(name, Any),
            default=default_text(defaults[name]) if name in defaults else "",
        )
        for name in names
    ]


def _typed_dict(cls: type) -> list[RecordField] | None:
    required = class_attribute(cls, "__required_keys__")
    if not inherits(cls, dict) or not isinstance(required, frozenset):
        return None
    return [
        RecordField(name=name, annotation=annotation, optional=name not in required)
        for name, annotation in _annotations(cls).items()
    ]


def _annotations(cls: type) -> dict[str, Any]:
    try:
        found = cls.__annotations__
    except Exception:  # evaluated lazily on newer Pythons, and may name what does not exist
        return {}
    return dict(found)


_KINDS: dict[str, Callable[[type], list[RecordField] | None]] = {
    "dataclass": _dataclass,
    "BaseModel": _pydantic,
    "define": _attrs,
    "NamedTuple": _named_tuple,
    "TypedDict": _typed_dict,
}
