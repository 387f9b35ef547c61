"""``dataclasses``: classes of the agent's own, whose fields are read within the policy."""

from __future__ import annotations

import dataclasses
import inspect
import keyword
import sys
import types
from typing import Any

from agex.errors import TypeRefused
from agex.sandbox import bounds, tables
from agex.sandbox.guards import Guards
from agex.sandbox.language import dataclass_fields
from agex.sandbox.language.picked import picked
from agex.sandbox.language.reprs import show_dataclass
from agex.sandbox.opaque import view_of
from agex.sandbox.origin import find, is_agent_class, making, mark, marked, own_dict


def members(guards: Guards) -> dict[str, Any]:
    return {
        **picked(dataclasses, "MISSING KW_ONLY InitVar FrozenInstanceError"),
        "Field": view_of(dataclasses.Field),
        **_making(guards),
        **dataclass_fields.members(guards),
    }


def _making(guards: Guards) -> dict[str, Any]:
    def own(cls: Any) -> type:
        if not isinstance(cls, type) or not is_agent_class(cls):
            raise TypeRefused("dataclass() decorates classes of your own here")
        return cls

    def dataclass(cls: Any = None, /, **options: Any) -> Any:
        def make(target: Any) -> Any:
            wanted = options.get("repr", True) and "__repr__" not in own_dict(own(target))
            check_names(target)
            bounds.check_length("the dataclass", len(_annotations_of(target)), bounds.MAX_FIELDS)
            for field in own_dict(target).values():
                if isinstance(field, dataclasses.Field):
                    approve_factory(field.default_factory)
            return _made(guards, target, options, wanted)

        return make if cls is None else make(cls)

    def check_names(target: Any) -> None:
        _check_names(guards, target)

    def approve_factory(factory: Any) -> Any:
        if factory is not dataclasses.MISSING:
            guards.call(factory)
        return factory

    def field(**options: Any) -> Any:
        approve_factory(options.get("default_factory", dataclasses.MISSING))
        if options.get("metadata") is not None:
            guards.mapping(options["metadata"])
        return dataclasses.field(**options)

    def make_dataclass(
        cls_name: str, fields: Any, *, bases: Any = (), namespace: Any = None, **options: Any
    ) -> Any:
        annotations: dict[str, Any] = {}
        space: dict[str, Any] = {} if namespace is None else dict(guards.mapping(namespace))
        for spec in guards.iter(fields):
            name, hint, *default = _parts(guards, spec)
            if name in annotations:
                raise TypeError(f"Field name duplicated: {name!r}")
            annotations[name] = hint
            if default:
                space[name] = default[0]
        space["__annotations__"] = annotations
        for key in space:
            if type(key) is not str or "$" in key or key in tables.REFUSED_DEFINITIONS:
                raise TypeRefused(f"defining {key} is not offered here")
        checked = tuple(guards.base(base) for base in bases)
        space = marked(guards, {**space, "__module__": tables.HOME})
        with making():
            made = types.new_class(cls_name, checked, {}, lambda target: target.update(space))
        return dataclass(guards.finish_class(made), **options)

    return {"dataclass": dataclass, "field": field, "make_dataclass": make_dataclass}


def _made(guards: Guards, target: Any, options: dict[str, Any], shows: bool) -> Any:
    """The library's decorator at work on a class whose fields were looked at."""
    _check_inherited(guards, target)
    documented = bool(getattr(target, "__doc__", None))
    if not documented:  # the library's text would show the repr of the defaults
        type.__setattr__(target, "__doc__", f"{target.__name__}()")
    made: Any = dataclasses.dataclass(**{**options, "repr": False})(target)
    own_dict(made)["__dataclass_params__"].repr = bool(options.get("repr", True))
    if shows:
        show_dataclass(made, guards.texts)
    if made is not target:
        mark(made)
    guards.finish_class(made)  # of a field's default the library made an attribute
    if not documented and (signature := _signature_of(made)) is not None:
        text = f"{made.__name__}{guards.texts.signature(signature)}"
        type.__setattr__(made, "__doc__", text.replace(" -> None", ""))
    return made


def _check_inherited(guards: Guards, target: Any) -> None:
    """A field that a registered base does not show is not read by a generated method either."""
    if guards.is_pure(target):
        return
    declared = {
        *getattr(target, "__dataclass_fields__", ()),
        *own_dict(target).get("__annotations__", ()),
    }
    rules = [rule for base in target.__mro__ if (rule := guards.decisions.rule(base)) is not None]
    for name in declared:
        if not all(rule.allows(name) for rule in rules):
            raise TypeRefused(
                f"{target.__name__} cannot be a dataclass here: {name!r} of its base is "
                "not registered"
            )


def _check_names(guards: Guards, target: Any) -> None:
    """The library writes the names of fields into source that it runs outside the sandbox."""
    annotations = own_dict(target).get("__annotations__")
    if type(annotations) is dict:  # a copy, which no descriptor of the agent's gets to change
        type.__setattr__(target, "__annotations__", dict(annotations))
    for base in target.__mro__:
        for name in ("__dataclass_fields__", "__getattr__"):
            found = find(type(base), name)
            if found is not None and is_agent_class(found[0]):
                raise TypeRefused(f"a dataclass with a metaclass that has {name} is not offered")
        for name in _field_names(base, own=base is target):
            if type(name) is not str or not name.isidentifier() or keyword.iskeyword(name):
                raise TypeError(f"Field names must be valid identifiers: {guards.texts.repr(name)}")


def _field_names(cls: type, *, own: bool) -> list[Any]:
    """What the library takes for names of fields: of the class itself, or of one it derives from."""
    annotations = _annotations_of(cls) if own else {}
    inherited = {} if own else own_dict(cls).get("__dataclass_fields__", {})
    if type(annotations) is not dict or type(inherited) is not dict:
        raise TypeRefused("the fields of a dataclass must be annotated in its body here")
    names = [*annotations, *inherited]
    for field in inherited.values():
        if type(field) is not dataclasses.Field:
            raise TypeRefused("the fields of a dataclass must be made with field() here")
        names.append(field.name)
    return names


def _parts(guards: Guards, spec: Any) -> tuple[Any, ...]:
    """What ``make_dataclass`` is told of one field: name and type, and a default where it has one."""
    if type(spec) is not str and not hasattr(type(spec), "__len__"):
        raise TypeError(f"object of type '{type(spec).__name__}' has no len()")
    parts = (spec, "typing.Any") if type(spec) is str else tuple(guards.iter(spec))
    if len(parts) not in (2, 3):
        raise TypeError(f"Invalid field: {guards.texts.repr(spec)}")
    name = parts[0]
    if type(name) is not str or not name.isidentifier():
        raise TypeError(f"Field names must be valid identifiers: {guards.texts.repr(name)}")
    if keyword.iskeyword(name):
        raise TypeError(f"Field names must not be keywords: {name!r}")
    return parts


def _signature_of(cls: type) -> inspect.Signature | None:
    try:
        return inspect.signature(cls)
    except (TypeError, ValueError):
        return None


def _annotations_of(cls: type) -> Any:
    """What the library takes for the annotations of a class, from 3.14 on made when asked for."""
    own = own_dict(cls)
    if "__annotations__" in own or sys.version_info < (3, 14):
        return own.get("__annotations__", {})
    return cls.__annotations__
