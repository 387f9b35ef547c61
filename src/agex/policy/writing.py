"""May agent code assign this attribute of a host object?

Data fields of mutable objects: yes. Methods, class objects, read-only properties, frozen types, and
names the class does not have: no. A name nobody declared is refused because an attribute of the
instance hides the class's: ``client.send = evil`` would be called by the host.
"""

from __future__ import annotations

import enum
import types

from agex.policy.members import annotated, class_names, static_attribute

_METHODS = (
    types.FunctionType,
    types.BuiltinFunctionType,
    types.MethodDescriptorType,
    types.ClassMethodDescriptorType,
    types.WrapperDescriptorType,
    classmethod,
    staticmethod,
    type,
)


def is_writable(cls: type, member: str) -> bool:
    """Whether instances of ``cls`` have ``member`` as data that may be assigned."""
    if is_frozen(cls):
        return False
    held = static_attribute(cls, member)
    if held is None and not _declared_none(cls, member):
        return member in class_names(cls)
    if isinstance(held, property):
        return held.fset is not None
    if isinstance(held, _METHODS) or _is_class_variable(cls, member):
        return False
    if isinstance(held, types.GetSetDescriptorType):
        # A C type's own setter: what it checks is unknown (`ndarray.dtype`, `Exception.__cause__`).
        return False
    if isinstance(held, types.MemberDescriptorType):  # a slot
        return True
    if hasattr(type(held), "__get__"):
        return hasattr(type(held), "__set__")
    return not callable(held)


def is_frozen(cls: type) -> bool:
    """Whether the class's author made its instances immutable."""
    if issubclass(cls, (tuple, enum.Enum)):
        return True
    if getattr(static_attribute(cls, "__dataclass_params__"), "frozen", False):
        return True
    config = static_attribute(cls, "model_config")
    if isinstance(config, dict) and config.get("frozen"):
        return True
    if static_attribute(cls, "__attrs_attrs__") is None:
        return False
    return getattr(static_attribute(cls, "__setattr__"), "__name__", "") == "_frozen_setattrs"


def _declared_none(cls: type, member: str) -> bool:
    """``static_attribute`` cannot tell "absent" from a class-level default of ``None``."""
    return any(member in base.__dict__ for base in cls.__mro__)


def _is_class_variable(cls: type, member: str) -> bool:
    for base in cls.__mro__:
        note = annotated(base).get(member)
        if note is not None:
            text = note if isinstance(note, str) else repr(note)
            return text.removeprefix("typing.").startswith("ClassVar")
    return False
