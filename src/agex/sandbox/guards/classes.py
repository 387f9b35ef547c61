"""What a class shows of itself: its members, its dunders, and which class may be held at all."""

from __future__ import annotations

import functools
import types
from types import BuiltinFunctionType, FunctionType, MethodType
from typing import Any

from agex.errors import TypeRefused
from agex.sandbox import careful, kinds, methods, tables
from agex.sandbox.decisions import MUTABLE, Verdict, shows_fields
from agex.sandbox.formatting import is_twin
from agex.sandbox.guards.bodies import Bodies
from agex.sandbox.guards.names import HIDDEN_KEYS, NEVER, shown_module
from agex.sandbox.opaque import Type, ViewMeta, is_stand_in, view_of
from agex.sandbox.origin import find, is_agent_class, is_agent_function, mro_of, own_dict


class Classes(Bodies):
    """The guards of ``C.x``."""

    def class_value(self, cls: type, name: str) -> Any:
        """``C.name`` for a name that is no dunder."""
        if name.startswith("__") and name.endswith("__"):
            return self.class_dunder(cls, name)
        if isinstance(cls, ViewMeta) and self.decisions.rule(cls.real) is not None:
            cls = cls.real
        if "$" in name or isinstance(cls, ViewMeta):
            raise self.refusal(cls, name)
        if cls is Type:
            raise self.refusal(cls, name)
        found = find(cls, name)
        if found is None:
            return self.metaclass_attribute(cls, name)
        holder, raw = found
        if is_agent_class(holder):
            if name == "_make" and self.decisions.read(cls, name)[0] is Verdict.GUARDED:
                return methods.kept(cls, name, methods.guarded_method(self, cls, name))
            if type(raw) is not FunctionType or is_agent_function(raw):
                self.native_members.add((cls, name))
            return self.own_member(holder, raw, getattr(cls, name))
        kind = self.decisions.kind(holder)
        if kind in (kinds.BUILTIN, kinds.EXCEPTION):
            verdict, why = self.decisions.defined_read(cls, kind, holder, name)
            if verdict is Verdict.REFUSED:
                raise self.refusal(cls, name, why)
            return self.unbound(cls, holder, name, raw)
        if kind == kinds.LANGUAGE:
            verdict, why = self.decisions.defined_read(cls, kind, holder, name)
            if verdict is Verdict.REFUSED:
                raise self.refusal(cls, name, why)
            return self.unbound(cls, holder, name, raw)
        # A class the host registered answers for what it inherits as well.
        answering = self.decisions.answering(cls, holder)
        rule = self.decisions.rule(cls) or self.decisions.rule(answering)
        if rule is None:
            public = not name.startswith("_") or name in kinds.ABSTRACT_HOOKS
            if kinds.is_abc(holder) and type(raw) is FunctionType and public:
                return self.unbound(cls, holder, name, raw)
            if (kinds.is_abc(holder) and not name.startswith("_")) or (
                kinds.is_abc(cls) and name == "register"
            ):
                return getattr(cls, name)
            raise self.refusal(cls, name)
        if not rule.allows(name) and not shows_fields(cls, name, rule):
            raise self.refusal(cls, name, self.decisions.sentence(cls, name, rule))
        if careful.is_class_method(raw, holder):
            return careful.twin(self, copied(getattr(cls, name)))
        if name in kinds.REGISTERED_GUARDED.get(holder, ()):
            return self.unbound(cls, holder, name, raw)
        instead = rule.instead(name)
        if instead is not None:
            return self.stand_in(instead)
        value = copied(getattr(cls, name))
        return self.for_objects_of(cls, name, raw, value)

    def stand_in(self, instead: Any) -> Any:
        """What a registration offers in place of a method; the text of one that prints is printed."""
        if not getattr(instead, "prints", False):
            return instead

        @functools.wraps(instead)
        def printing(*args: Any, **options: Any) -> None:
            if text := instead(*args, **options):
                self.globals["$b_print"](self.texts.clean(text), end="")

        return printing

    def for_objects_of(self, cls: type, name: str, raw: Any, value: Any) -> Any:
        """``C.method`` of a class of the host's, for its objects only.

        Python code trusts its ``self``: ``CountVectorizer.decode(mine, path)`` would open the file that
        ``mine.input`` asks for. A class written in C looks for itself, and a registry of ABC does not
        count, since agent code can enter what it likes there.
        """
        if type(raw) is property and raw.fget is not None:  # ``C.shape.__get__(mine)``
            return property(self.for_objects_of(cls, name, raw.fget, raw.fget), doc=raw.__doc__)
        if type(raw) is functools.cached_property:
            raise self.refusal(cls, name, "it is read on objects of the class")
        if type(raw) is not FunctionType:
            return value
        known = self.checked_members.get((cls, raw))
        if known is not None and known[0] is cls:
            return known[1]

        def method(*args: Any, **kwargs: Any) -> Any:
            if not args or not type.__subclasscheck__(cls, type(args[0])):
                raise TypeError(f"{cls.__name__}.{name}() needs a {cls.__name__!r} object")
            return value(*args, **kwargs)

        method.__name__, method.__qualname__ = raw.__name__, raw.__qualname__
        method.__doc__ = raw.__doc__
        self.checked_members[cls, raw] = (cls, method)
        return method

    def visible_members(self, cls: type) -> dict[str, Any]:
        """The members of a class of the host or of Python, as far as each may be read."""
        found: dict[str, Any] = {}
        for name in own_dict(cls):
            if "$" not in name and name not in ("__dict__", "__weakref__", "__class__"):
                try:
                    found[name] = self.class_value(cls, name)
                except AttributeError:
                    continue
        return found

    def own_member(self, holder: type, raw: Any, value: Any) -> Any:
        """A member of an agent class. What the standard library wrote into it (``__init__`` of a
        dataclass) reads and writes natively, so it is for objects of that class only."""
        if type(raw) is not FunctionType or is_agent_function(raw) or is_twin(raw):
            return value
        known = self.checked_members.get(raw)
        if known is not None and known[0] is holder:
            return known[1]

        def checked(*args: Any, **kwargs: Any) -> Any:
            if not args or not isinstance(args[0], holder):
                raise TypeError(f"{raw.__name__}() needs a {holder.__name__!r} object")
            return raw(*args, **kwargs)

        checked.__name__ = raw.__name__
        checked.__qualname__ = raw.__qualname__
        checked.__doc__ = raw.__doc__
        self.checked_members[raw] = (holder, checked)
        return checked

    def metaclass_attribute(self, cls: type, name: str) -> Any:
        """A name that only the metaclass knows: the agent's own, Enum's members, ABC's register."""
        meta = type(cls)
        found = find(meta, name)
        if found is None:
            if not is_agent_class(cls) and self.decisions.rule(cls) is None:
                raise self.refusal(cls, name)
            if not is_agent_class(cls) and name.startswith("_"):
                raise self.refusal(cls, name)
            return getattr(cls, name)  # not there, or a metaclass __getattr__: Enum members
        if is_agent_class(found[0]):
            return getattr(cls, name)
        if name == "register" and (is_agent_class(cls)):
            return getattr(cls, name)
        if name == "mro" and is_agent_class(cls):
            return lambda: list(self.shown(mro_of(cls)))
        raise self.refusal(cls, name)

    def class_dunder(self, cls: type, name: str) -> Any:
        """``C.__name__`` and its kin."""
        if name == "__class__":
            return self.type_of(cls)
        if isinstance(cls, ViewMeta) and self.decisions.rule(cls.real) is not None:
            cls = cls.real
        if cls is Type or isinstance(cls, ViewMeta):
            if name in ("__name__", "__qualname__"):
                return getattr(cls, name)
            raise self.refusal(cls, name)
        if name in ("__name__", "__qualname__"):
            return self.texts.clean(getattr(cls, name))
        if name == "__module__":
            return shown_module(cls.__module__)
        known = self.decisions.is_known_class(cls)
        if name in NEVER or not known:
            raise self.refusal(cls, name)
        own = is_agent_class(cls)
        if name == "__doc__":
            return cls.__doc__
        if name in ("__mro__", "__bases__", "__base__"):
            if not own and cls not in kinds.BUILTIN_TYPES and cls not in kinds.EXCEPTION_CLASSES:
                raise self.refusal(cls, name)
            return self.shown(getattr(cls, name))
        if name == "__dict__":
            if not own:
                return types.MappingProxyType(self.visible_members(cls))
            return types.MappingProxyType(
                {
                    k: shown_module(v) if k == "__module__" else self.own_member(cls, v, v)
                    for k, v in own_dict(cls).items()
                    if "$" not in k and k not in HIDDEN_KEYS
                }
            )
        if name in tables.READABLE_DUNDERS and name not in tables.PROTOCOL:
            if not own and self.decisions.rule(cls) is None and cls not in kinds.LANGUAGE_MEMBERS:
                found_at = find(cls, name)
                if found_at is None:
                    return getattr(cls, name)
                raise self.refusal(cls, name)
            return self.shown(copied(getattr(cls, name)))
        if name == "__new__":
            return methods.new_of(self, cls)
        if name not in tables.PROTOCOL:
            if own and find(cls, name) is not None and name not in tables.REFUSED_DEFINITIONS:
                return getattr(cls, name)
            raise self.refusal(cls, name)
        found = find(cls, name)
        if found is None:
            return self.metaclass_dunder(cls, name)
        holder, raw = found
        if is_agent_class(holder):
            return self.own_member(holder, raw, getattr(cls, name))
        if holder in (type,) or issubclass(holder, type):
            if name in ("__init__", "__call__", "__repr__", "__setattr__", "__delattr__"):
                return lambda target, *a, **k: self.call(self._type_method(target, holder, name))(
                    *a, **k
                )
            raise self.refusal(cls, name)
        if name == "__init__" and not own and not self.decisions.may_construct(cls):
            raise self.refusal(cls, name)  # making an object anew is making one
        made = self.unbound(cls, holder, name, raw)
        if self.decisions.kind(holder) == kinds.REGISTERED:
            return self.for_objects_of(holder, name, raw, made)
        return made

    def _type_method(self, target: Any, holder: type, name: str) -> Any:
        """``type.__call__(C)`` spelled out: the same guards as through ``super()``."""
        if not isinstance(target, type) or not is_agent_class(target):
            raise self.refusal(target, name)
        if name == "__setattr__":
            return lambda attribute, value: self.set_class(target, attribute, value, plain=True)
        if name == "__delattr__":
            return lambda attribute: self.delete_class(target, attribute, plain=True)
        return MethodType(getattr(holder, name), target)

    def metaclass_dunder(self, cls: type, name: str) -> Any:
        if not is_agent_class(cls) and self.decisions.rule(cls) is None:
            raise self.refusal(cls, name)
        if name == "__call__":
            return self.call(cls)
        if name in ("__iter__", "__len__", "__contains__", "__getitem__", "__or__", "__ror__"):
            return getattr(cls, name)
        found = find(type(cls), name)
        if found is not None and is_agent_class(found[0]):
            return getattr(cls, name)
        if found is None:
            return getattr(cls, name)
        raise self.refusal(cls, name)

    def unbound(self, cls: type, holder: type, name: str, raw: Any) -> Any:
        """``dict.items``: a method without its object, which must be one that may have it called."""
        if isinstance(raw, (classmethod, staticmethod, types.ClassMethodDescriptorType)):
            if name in tables.GUARDED_METHODS.get(holder, ()) or name in kinds.LANGUAGE_GUARDED.get(
                holder, ()
            ):
                return methods.kept(cls, name, methods.guarded_method(self, cls, name, holder))
            return getattr(cls, name)
        if type(raw) is BuiltinFunctionType:  # str.maketrans and other static ones
            return getattr(cls, name)
        if isinstance(raw, type) or not callable(raw):
            if name.startswith("__") or not isinstance(raw, (int, str, float)):
                return raw if not isinstance(raw, MUTABLE) else copied(raw)
            return raw
        key = (holder, name)
        made = self._unbound.get(key)
        if made is None:
            made = self._unbound[key] = methods.unbound_method(self, holder, name)
        return made

    def show_class(self, cls: type) -> Any:
        """A class as agent code may hold it: itself, the stand-in of ``type``, or a view.

        A class that may not be constructed is a view, whoever it is handed to: the host calls what it
        is given. Exceptions stay themselves, because ``except`` takes nothing else.
        """
        if cls is type or is_stand_in(cls):
            return Type
        if not self.decisions.is_known_class(cls):
            return self.view(cls) if cls in kinds.INTERNAL_MEMBERS else view_of(cls)
        if cls in kinds.BUILTIN_TYPES or issubclass(cls, BaseException):
            return cls
        if cls is kinds.OwnPartial or self.decisions.may_subclass(cls):
            return cls
        if cls.__module__ == "builtins" and self.decisions.may_construct(cls):
            return cls  # zip, map: the names hold the classes themselves
        return self.view(cls)

    def view(self, cls: type) -> Any:
        """The view of a class that is known, and so shown with its module."""
        view = view_of(cls)
        if not view.named:
            type.__setattr__(view, "named", True)
        return view

    def type_of(self, value: Any) -> Any:
        """``type(value)``"""
        cls = type(value)
        if cls in kinds.FUNCTION_TYPES and is_twin(value):
            cls = BuiltinFunctionType
        return self.show_class(cls)

    def shown(self, value: Any) -> Any:
        """Classes inside a typing object, with stand-ins where a class must not be held."""
        if isinstance(value, type):
            return self.show_class(value)
        if type(value) is tuple:
            return tuple(self.shown(item) for item in value)
        return value


def copied(value: Any, _depth: int = 0) -> Any:
    """Containers at class or module level are the host's own: agent code gets a copy, all the way
    down through builtin containers."""
    cls = type(value)
    if cls not in MUTABLE and cls is not tuple:
        return value
    if _depth > 50:
        raise TypeRefused("this container of the host is too deeply nested to be copied")
    if cls is dict:
        return {key: copied(item, _depth + 1) for key, item in value.items()}
    if cls in (list, tuple):
        items = [copied(item, _depth + 1) for item in value]
        if cls is tuple:
            unchanged = all(a is b for a, b in zip(items, value, strict=True))
            return value if unchanged else tuple(items)
        return items
    return value.copy()
