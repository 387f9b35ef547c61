"""Annotations written as text, read as Python would evaluate them, without evaluating anything.

``"list[Node] | None"`` is a name, an item and an operator: each is looked up and done under the
guards, and any other expression is refused in words. What is inside an annotation (``list["Node"]``)
is read the same way.
"""

from __future__ import annotations

import ast
import builtins
import collections.abc
import functools
import operator
import types
import typing
from collections.abc import Mapping
from typing import Any

from agex.errors import TypeRefused
from agex.sandbox import tables
from agex.sandbox.guards import Guards

#: Characters of one annotation that are parsed: the parser recurses in C.
_LONGEST = 2_000
#: Builtin classes that are themselves; ``type`` and its like are among a session's own names.
_CLASSES = frozenset(
    name
    for name in tables.OFFERED - tables.STAND_INS - {"type", "super"}
    if isinstance(getattr(builtins, name, None), type)
)
_UNION_KINDS = (types.UnionType, type(typing.Optional[int]))


def resolved(
    guards: Guards,
    hint: Any,
    names: Mapping[str, Any] | None = None,
    outer: Mapping[str, Any] | None = None,
) -> Any:
    """An annotation with every text in it, and every forward reference, replaced by what it names.

    Args:
        names: what goes before the session's own names, such as type parameters.
        outer: what comes after them: those of the class.

    Raises:
        NameError: there is no such name.
        TypeRefused: the text is more than names, attributes, items and ``|``.
    """
    return _Reader(guards, names or {}, outer or {}).read(hint, frozenset())


class _Reader:
    def __init__(self, guards: Guards, names: Mapping[str, Any], outer: Mapping[str, Any]) -> None:
        self.guards = guards
        self.spaces = (names, guards.globals, outer)

    def read(self, hint: Any, inside: frozenset[str]) -> Any:
        if type(hint) is str:
            return self.text(hint, inside)
        if type(hint) is typing.ForwardRef:
            text = hint.__forward_arg__
            return hint if text in inside else self.text(text, inside)
        args = getattr(hint, "__args__", None) if self.is_alias(hint) else None
        if not args:
            return hint
        # Text is a type in list["Node"], and a value in Literal["a"].
        texts = isinstance(hint, types.GenericAlias)
        read = tuple(self.read(a, inside) if type(a) is not str or texts else a for a in args)
        if all(a is b for a, b in zip(read, args, strict=True)):
            return hint
        if isinstance(hint, _UNION_KINDS) and not hasattr(hint, "copy_with"):
            return functools.reduce(operator.or_, read)
        if hasattr(hint, "copy_with"):
            return hint.copy_with(read)
        if hint.__origin__ is collections.abc.Callable:
            made: Any = collections.abc.Callable
            return made[list(read[:-1]), read[-1]]
        return types.GenericAlias(hint.__origin__, read)

    @staticmethod
    def is_alias(hint: Any) -> bool:
        return isinstance(hint, (types.GenericAlias, types.UnionType)) or (
            type(hint).__module__ == "typing" and not isinstance(hint, type)
        )

    def text(self, text: str, inside: frozenset[str]) -> Any:
        if len(text) > _LONGEST:
            raise TypeRefused(f"an annotation of {len(text):,} characters is not read here")
        try:
            tree = ast.parse(text.strip(), mode="eval")
        except SyntaxError:
            raise SyntaxError(f"Forward reference must be an expression -- got {text!r}") from None
        return self.read(self.node(tree.body, text), inside | {text})

    def node(self, node: ast.expr, text: str) -> Any:
        guards = self.guards
        if isinstance(node, ast.Constant):
            return node.value
        if isinstance(node, ast.Name):
            return self.name(node.id)
        if isinstance(node, ast.Attribute):
            return guards.value(self.node(node.value, text), node.attr)
        if isinstance(node, ast.Subscript):
            return guards.item(self.node(node.value, text))[self.node(node.slice, text)]
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr):
            return operator.or_(self.node(node.left, text), self.node(node.right, text))
        if isinstance(node, ast.Tuple):
            return tuple(self.node(part, text) for part in node.elts)
        if isinstance(node, ast.List):
            return [self.node(part, text) for part in node.elts]
        raise TypeRefused(
            f"the annotation {text!r} is more than names, attributes, [] and |; "
            "write it without quotes"
        )

    def name(self, name: str) -> Any:
        if name.startswith("__") and name.endswith("__"):
            raise TypeRefused(f"the name {name} in an annotation is not read here")
        for names in self.spaces:
            if name in names:
                return names[name]
        found = getattr(builtins, name, None) if name in _CLASSES else None
        if found is None:
            raise NameError(f"name {name!r} is not defined", name=name)
        return found
