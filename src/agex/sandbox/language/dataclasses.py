"""``dataclasses``: classes of the agent's own, whose fields are read within the policy."""

from __future__ import annotations

import collections
import copy
import dataclasses
import inspect
import keyword
import sys
import types
from typing import Any

from agex.errors import TypeRefused
from agex.sandbox import bounds, tables
from agex.sandbox.formatting import PLAIN
from agex.sandbox.guards import Guards
from agex.sandbox.language.copy import members as copy_members
from agex.sandbox.language.picked import picked
from agex.sandbox.language.reprs import show_dataclass
from agex.sandbox.opaque import view_of
from agex.sandbox.origin import find, is_agent_class, making, mark, marked, own_dict


def members(guards: Guards) -> dict[str, Any]:
    return {
        **picked(dataclasses, "MISSING KW_ONLY InitVar FrozenInstanceError"),
        "Field": view_of(dataclasses.Field),
        **_making(guards),
        **_reading(guards),
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
            declared = {
                *getattr(target, "__dataclass_fields__", ()),
                *own_dict(target).get("__annotations__", ()),
            }
            hidden = [
                name
                for name in declared
                if not guards.is_pure(target)
                and any(
                    not rule.allows(name)
                    for base in target.__mro__
                    if (rule := guards.decisions.rule(base)) is not None
                )
            ]
            if hidden:
                raise TypeRefused(
                    f"{target.__name__} cannot be a dataclass here: {hidden[0]!r} of its base is "
                    "not registered"
                )
            documented = bool(getattr(target, "__doc__", None))
            if not documented:  # the library's text would show the repr of the defaults
                type.__setattr__(target, "__doc__", f"{target.__name__}()")
            made: Any = dataclasses.dataclass(**{**options, "repr": False})(target)
            own_dict(made)["__dataclass_params__"].repr = bool(options.get("repr", True))
            if wanted:
                show_dataclass(made, guards.texts)
            if made is not target:
                mark(made)
            guards.finish_class(made)  # of a field's default the library made an attribute
            if not documented and (signature := _signature_of(made)) is not None:
                text = f"{made.__name__}{guards.texts.signature(signature)}"
                type.__setattr__(made, "__doc__", text.replace(" -> None", ""))
            return made

        return make if cls is None else make(cls)

    def check_names(target: Any) -> None:
        """The library writes the names of fields into source that it runs outside the sandbox."""
        annotations = own_dict(target).get("__annotations__")
        if type(annotations) is dict:  # a copy, which no descriptor of the agent's gets to change
            type.__setattr__(target, "__annotations__", dict(annotations))
        for base in target.__mro__:
            own = own_dict(base)
            for name in ("__dataclass_fields__", "__getattr__"):
                found = find(type(base), name)
                if found is not None and is_agent_class(found[0]):
                    raise TypeRefused(
                        f"a dataclass with a metaclass that has {name} is not offered"
                    )
            annotations = _annotations_of(base) if base is target else {}
            inherited = own.get("__dataclass_fields__", {}) if base is not target else {}
            if type(annotations) is not dict or type(inherited) is not dict:
                raise TypeRefused("the fields of a dataclass must be annotated in its body here")
            names = [*annotations, *inherited]
            for field in inherited.values():
                if type(field) is not dataclasses.Field:
                    raise TypeRefused("the fields of a dataclass must be made with field() here")
                names.append(field.name)
            for name in names:
                if type(name) is not str or not name.isidentifier() or keyword.iskeyword(name):
                    raise TypeError(
                        f"Field names must be valid identifiers: {guards.texts.repr(name)}"
                    )

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
            if name in annotations:
                raise TypeError(f"Field name duplicated: {name!r}")
            annotations[name] = parts[1]
            if len(parts) == 3:
                space[name] = parts[2]
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


def _reading(guards: Guards) -> dict[str, Any]:
    def known(obj: Any) -> type:
        cls = obj if isinstance(obj, type) else type(obj)
        if find(cls, "__dataclass_fields__") is None:
            raise TypeError("must be called with a dataclass type or instance")
        if not is_agent_class(cls) and guards.decisions.rule(cls) is None:
            raise TypeRefused(
                f"{cls.__name__!r} object is not registered, so its fields cannot be read"
            )
        return cls

    def instance(obj: Any, what: str) -> type:
        if isinstance(obj, type) or find(type(obj), "__dataclass_fields__") is None:
            raise TypeError(f"{what}() should be called on dataclass instances")
        return known(obj)

    def fields(class_or_instance: Any) -> Any:
        cls = known(class_or_instance)
        return tuple(f for f in dataclasses.fields(cls) if readable(cls, f.name))

    def readable(cls: type, name: str) -> bool:
        return is_agent_class(cls) or guards.decisions.read(cls, name)[0].name == "CLEAR"

    def has_fields(cls: type) -> bool:
        return find(cls, "__dataclass_fields__") is not None

    def convert(value: Any, made_of: Any, again: Any) -> Any:
        """A value with the dataclasses in it replaced, its containers made anew, the rest copied."""
        cls = type(value)
        if cls in PLAIN:
            return value
        if has_fields(cls) and not isinstance(value, type):
            known(value)
            return made_of([(f.name, again(guards.value(value, f.name))) for f in fields(value)])
        if cls is list or cls is tuple:
            return cls([again(item) for item in value])
        if isinstance(value, (tuple, list)):
            items = [again(item) for item in guards.iter(value)]
            named = isinstance(value, tuple) and hasattr(cls, "_fields")
            return guards.call(cls)(*items) if named else guards.call(cls)(items)
        if isinstance(value, dict):
            pairs = guards.call(guards.value(value, "items"))()
            converted = [(again(key), again(item)) for key, item in pairs]
            if cls is dict:
                return dict(converted)
            if isinstance(value, collections.defaultdict):
                made = guards.call(cls)(value.default_factory)
                for key, item in converted:
                    made[key] = item
                return made
            return guards.call(cls)(converted)
        return deepcopy(value)

    deepcopy = copy_members(guards)["deepcopy"]

    def asdict(obj: Any, *, dict_factory: Any = dict) -> Any:
        instance(obj, "asdict")
        make = dict if dict_factory is dict else guards.call(dict_factory)

        def again(value: Any) -> Any:
            return convert(value, make, again)

        return again(obj)

    def astuple(obj: Any, *, tuple_factory: Any = tuple) -> Any:
        instance(obj, "astuple")
        make = tuple if tuple_factory is tuple else guards.call(tuple_factory)

        def values(pairs: list[tuple[str, Any]]) -> Any:
            return make([value for _, value in pairs])

        def again(value: Any) -> Any:
            return convert(value, values, again)

        return again(obj)

    def replace(obj: Any, /, **changes: Any) -> Any:
        cls = instance(obj, "replace")
        for name, spec in cls.__dataclass_fields__.items():  # type: ignore[attr-defined]
            kind = spec._field_type.name
            if kind == "_FIELD_CLASSVAR":
                continue
            if not spec.init:
                if name in changes:
                    raise _REPLACE_ERROR(
                        f"field {name} is declared with init=False, it cannot be specified "
                        "with replace()"
                    )
            elif name not in changes:
                if kind == "_FIELD_INITVAR" and spec.default is dataclasses.MISSING:
                    raise _REPLACE_ERROR(f"InitVar {name!r} must be specified with replace()")
                changes[name] = guards.value(obj, name)
        return guards.call(cls)(**changes)

    def is_dataclass(obj: Any) -> bool:
        return dataclasses.is_dataclass(obj)

    return {
        "fields": fields,
        "asdict": asdict,
        "astuple": astuple,
        "replace": replace,
        "is_dataclass": is_dataclass,
    }


def copy_replace(guards: Guards) -> dict[str, Any]:
    """``copy.replace``, where Python has it: dataclasses, named tuples, and a few more."""
    fields_replaced = _reading(guards)["replace"]

    def replace(obj: Any, /, **changes: Any) -> Any:
        cls = type(obj)
        if find(cls, "__dataclass_fields__") is not None:
            return fields_replaced(obj, **changes)
        if cls is types.SimpleNamespace:
            return guards.call(cls)(**{**vars(obj), **changes})
        if isinstance(obj, tuple) and hasattr(cls, "_fields"):
            return guards.call(guards.value(obj, "_replace"))(**changes)
        if cls.__module__ == "datetime" and hasattr(cls, "replace"):
            return guards.call(guards.value(obj, "replace"))(**changes)
        raise TypeError(f"replace() does not support {cls.__name__} objects")

    return {"replace": replace} if hasattr(copy, "replace") else {}


#: What ``replace`` raises for a change that no field takes.
_REPLACE_ERROR = TypeError if sys.version_info >= (3, 13) else ValueError
