"""``types``: names for ``isinstance``, and makers that ask the guards."""

from __future__ import annotations

import types
from types import MethodType
from typing import Any

from agex.sandbox.guards import Guards
from agex.sandbox.language.picked import picked
from agex.sandbox.opaque import Type, view_of


def members(guards: Guards) -> dict[str, Any]:
    def method_type(function: Any, owner: Any, /) -> Any:
        return MethodType(guards.call(function), owner)

    def new_class(name: str, bases: Any = (), kwds: Any = None, exec_body: Any = None) -> Any:
        space: dict[str, Any] = {}
        if exec_body is not None:
            guards.call(exec_body)(space)
        options = dict(guards.spread(kwds)) if kwds is not None else {}
        maker = guards.call(options.pop("metaclass", Type))
        return maker(name, tuple(guards.iter(bases)), space, **options)

    def mapping_proxy(mapping: Any) -> Any:
        return types.MappingProxyType(guards.spread(mapping))

    guards.substitutes[id(types.MethodType)] = (types.MethodType, method_type)
    guards.substitutes[id(view_of(types.MethodType))] = (view_of(types.MethodType), method_type)
    for proxy in (types.MappingProxyType, view_of(types.MappingProxyType)):
        guards.substitutes[id(proxy)] = (proxy, mapping_proxy)
    views = """FunctionType LambdaType GeneratorType CoroutineType AsyncGeneratorType MethodType
    BuiltinFunctionType BuiltinMethodType ModuleType MappingProxyType GenericAlias UnionType""".split()
    return {
        **picked(
            types,
            "SimpleNamespace NoneType EllipsisType NotImplementedType DynamicClassAttribute get_original_bases",
        ),
        **{name: view_of(getattr(types, name)) for name in views},
        "new_class": new_class,
    }
