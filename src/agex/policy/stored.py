"""What a policy allows, as bytes: kept beside agent code, so that it never comes back with more.

:func:`record` writes the rules down; :func:`recall` reads them and gives what they *and* a policy at hand
allow. Only rules are written. A live object (a connection, an API client with its key, a function over
one) is noted by its name and kind and looked up in the policy at hand; what is not found there, or is
something else now, is not allowed. What cannot be written down (a predicate, a replacement without a name
to import) raises when it is asked, which every rule takes for a no.
"""

from __future__ import annotations

import importlib
import io
import pickle
import sys
import types
from collections.abc import Iterable
from dataclasses import replace
from typing import Any, NoReturn
from weakref import WeakKeyDictionary

from agex.policy.modules import ModuleRule
from agex.policy.policy import Policy
from agex.policy.specs import FunctionSpec, InstanceRule, TypeRule, frozen_fields, thawed

_DATA = (str, int, float, bool, type(None), tuple, list, dict, set, frozenset, bytes)
# Rules, and the patterns and replacements of agex's own helpers, are written as they are.
_OURS = ("agex.policy.", "agex.helpers.")
_NAMED = (type, types.FunctionType, types.BuiltinFunctionType)
_written: WeakKeyDictionary[Policy, bytes] = WeakKeyDictionary()


def record(policy: Policy) -> bytes:
    """The rules of a policy; the same bytes for the same rules."""
    data = _written.get(policy)
    if data is None:
        file = io.BytesIO()
        _Pickler(file, 5).dump(_parts(policy))
        data = _written[policy] = file.getvalue()
    return data


def recall(data: bytes, base: Policy) -> Policy:
    """What both the written rules and ``base`` allow.

    Raises:
        Exception: these bytes are not a policy's rules, or those of another version of agex.
    """
    return _policy(_Unpickler(data, base).load(), base).narrowed_to(base)


# ---------------------------------------------------------------- parts


def _parts(policy: Policy) -> dict[str, Any]:
    if policy._narrowing is not None:
        own, other = policy._narrowing
        return {"own": _parts(own), "other": _parts(other)}
    return {
        "functions": [(spec.name, _kind(spec.value)) for spec in _asked(policy.functions.values())],
        "instances": [(rule, _kind(rule.value)) for rule in policy.instances.values()],
        "classes": list(_asked(policy.classes.values())),
        "modules": list(policy.modules.values()),
        "aliased": policy._aliased,
        "grants": list(_asked(policy._grants.values())),
    }


def _asked(specs: Iterable[Any]) -> Iterable[Any]:
    """Those that somebody registered; what agent code made itself (``held``) is known by itself."""
    return (spec for spec in specs if not spec.held)


def _policy(parts: dict[str, Any], base: Policy) -> Policy:
    if "own" in parts:
        return _policy(parts["own"], base).narrowed_to(_policy(parts["other"], base))
    functions: list[FunctionSpec] = []
    for name, kind in parts["functions"]:
        spec = base.functions.get(name)
        if spec is not None and _kind(spec.value) == kind:
            functions.append(spec)
    instances: list[InstanceRule] = []
    for rule, kind in parts["instances"]:
        mine = base.instances.get(rule.name)
        if mine is not None and _kind(mine.value) == kind:
            instances.append(replace(rule, value=mine.value))
    return Policy(
        functions=functions,
        instances=instances,
        classes=parts["classes"],
        modules=parts["modules"],
        aliased=parts["aliased"],
        grants=parts["grants"],
    )


def _kind(value: Any) -> tuple[str, str]:
    """What a registered object is, as far as another process can tell."""
    inner = getattr(value, "__func__", value)
    named = inner if hasattr(inner, "__qualname__") else type(value)
    return str(getattr(named, "__module__", "")), str(named.__qualname__)


# ---------------------------------------------------------------- bytes


class _Pickler(pickle.Pickler):
    def persistent_id(self, obj: Any) -> Any:
        if isinstance(obj, types.ModuleType):
            made = sys.modules.get(obj.__name__) is not obj
            return ("module", obj.__name__, _held(obj) if made else None)
        if isinstance(obj, _NAMED):
            home, name = getattr(obj, "__module__", None), getattr(obj, "__qualname__", None)
            if isinstance(home, str) and home.startswith(_OURS[0]):
                return None
            what = "class" if isinstance(obj, type) else "function"
            return (what, home, name) if _named(home, name) is obj else (what, "", "")
        if type(obj) in _DATA or type(obj).__module__.startswith(_OURS):
            return None
        return ("function", "", "")

    def reducer_override(self, obj: Any) -> Any:
        kind = type(obj)
        if kind is ModuleRule:
            fields = frozen_fields(obj, "registered")
        elif kind is TypeRule:
            fields = frozen_fields(obj, "_known")
            if obj.only is not None:
                fields["only"] = sorted(obj.only)  # in one order in every process
        elif kind is InstanceRule:
            fields = {**frozen_fields(obj), "value": None}
        else:
            return NotImplemented
        return _rule, (kind, fields)


def _rule(kind: Any, fields: dict[str, Any]) -> Any:
    if isinstance(fields.get("only"), list):
        fields = {**fields, "only": frozenset(fields["only"])}
    return kind(**thawed(fields))


class _Unpickler(pickle.Unpickler):
    def __init__(self, data: bytes, base: Policy) -> None:
        super().__init__(io.BytesIO(data))
        self._base = base

    def persistent_load(self, pid: Any) -> Any:
        what, home, name = pid
        if what == "module":
            return self._module(home, name)
        found = None
        if home:
            try:
                importlib.import_module(home)
                found = _named(home, name)
            except Exception:
                found = None
        if found is not None:
            return found
        return type("Gone", (), {}) if what == "class" else _gone

    def _module(self, name: str, held: Any) -> types.ModuleType:
        if held is None:
            try:
                return importlib.import_module(name)
            except Exception:  # whatever an import raises
                held = ()
        # Put together in memory: the one at hand, if it is made of the same things.
        for rule in self._base.modules.values():
            if rule.module.__name__ == name and _held(rule.module) == held:
                return rule.module
        return types.ModuleType(f"{name} (gone)")  # the policy at hand has no rule for it


def _held(module: types.ModuleType) -> list[tuple[str, str, str]]:
    return sorted(
        (name, *_kind(value)) for name, value in vars(module).items() if not name.startswith("__")
    )


def _named(home: Any, name: Any) -> Any:
    found: Any = sys.modules.get(home) if isinstance(home, str) else None
    if found is None or not isinstance(name, str):
        return None
    for part in name.split("."):
        found = getattr(found, part, None)
    return found


def _gone(*args: object, **kwargs: object) -> NoReturn:
    """Stands for what could not be written down; rules take what it raises for a no."""
    raise TypeError("this part of a registration could not be kept: register the agent again")
