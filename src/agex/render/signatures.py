"""Signatures and annotations as a Python reader would write them, short and without surprises."""

from __future__ import annotations

import enum
import inspect
import types
import typing
from collections.abc import Callable, Mapping
from typing import Any

from agex.render.budget import clip
from agex.render.classes import ids, inherits, is_one_of, stored, type_name

DEFAULT_CHARS = 40
"""A default value longer than this says nothing a reader needs: ``…`` stands for the rest."""

_SCALARS = ids(int, float, bool, complex, str, bytes, type(None))
_CONTAINERS = ids(tuple, list, dict, set, frozenset)
_FUNCTIONS = ids(types.FunctionType, types.BuiltinFunctionType)
_UNIONS = (types.UnionType, typing.Union)


def annotation_text(annotation: Any) -> str:
    """An annotation as it would be written: ``list[int] | None``, ``Callable[[int], str]``."""
    if annotation is None or annotation is type(None):
        return "None"
    if annotation is Any:
        return "Any"
    if annotation is ...:
        return "..."
    if type(annotation) is str:  # quoted once more under ``from __future__ import annotations``
        inner = annotation[1:-1]
        quoted = annotation[:1] in "'\"" and annotation == annotation[:1] + inner + annotation[:1]
        return inner if quoted and annotation[0] not in inner else annotation
    if type(annotation) is list:
        return f"[{', '.join(map(annotation_text, annotation))}]"
    origin = typing.get_origin(annotation)
    if origin is None:
        if inherits(type(annotation), type):
            return type_name(annotation)
        if type(annotation) is typing.ForwardRef:
            return annotation.__forward_arg__
        name = getattr(annotation, "__name__", None) if _is_typing(annotation) else None
        return name if type(name) is str else type_name(type(annotation))
    arguments = typing.get_args(annotation)
    if origin in _UNIONS:
        return " | ".join(map(annotation_text, arguments))
    if origin is typing.Annotated:
        return annotation_text(arguments[0])
    if origin is typing.Literal:
        return f"Literal[{', '.join(_literal(a) for a in arguments)}]"
    name = _origin_name(annotation, origin)
    return f"{name}[{', '.join(map(annotation_text, arguments))}]" if arguments else name


def _is_typing(annotation: Any) -> bool:
    return type(annotation).__module__ in ("typing", "typing_extensions")


def _origin_name(annotation: Any, origin: Any) -> str:
    if inherits(type(origin), type):
        return type_name(origin)
    return str(getattr(origin, "__name__", None) or getattr(annotation, "_name", None) or "Any")


def _literal(value: Any) -> str:
    if type(value) in (str, int, bool, bytes, type(None)):
        return repr(value)
    return f"{type_name(type(value))}.{getattr(value, 'name', '…')}"


def default_text(value: Any) -> str:
    """A default value, ``...`` where writing it out would not help."""
    if is_one_of(type(value), _SCALARS):
        text = repr(value)
        return text if len(text) <= DEFAULT_CHARS else "..."
    if is_one_of(type(value), _CONTAINERS) and not value:
        return repr(value)
    if (type(value) is tuple or type(value) is list) and len(value) <= 4:
        inner = ", ".join(map(default_text, value))
        if len(inner) <= DEFAULT_CHARS and "..." not in inner:
            comma = "," if type(value) is tuple and len(value) == 1 else ""
            return f"({inner}{comma})" if type(value) is tuple else f"[{inner}]"
    if inherits(type(value), type):
        return type_name(value)
    if inherits(type(value), enum.Enum):
        name = stored(value, "_name_")
        return f"{type_name(type(value))}.{name}" if type(name) is str else "..."
    if is_one_of(type(value), _FUNCTIONS):
        return value.__name__ if type(value.__name__) is str else "..."
    return "..."


def signature_of(function: Callable[..., Any]) -> inspect.Signature | None:
    """The real signature, ``None`` where Python cannot tell (some C functions)."""
    try:
        return inspect.signature(function)
    except (TypeError, ValueError):
        return None
    except Exception:  # an annotation that cannot be evaluated, a ``__signature__`` that raises
        return None


def signature_text(
    signature: inspect.Signature | None,
    *,
    drop_first: bool = False,
    resolved: Mapping[str, Any] | None = None,
) -> str:
    """``(a: int, *, b: str = 'x') -> list[str]``; ``(...)`` where nothing is known.

    Args:
        drop_first: leave out ``self`` or ``cls``, as the reader will not pass it.
        resolved: annotations already evaluated, by parameter name and ``"return"``.
    """
    if signature is None:
        return "(...)"
    known = resolved or {}
    parameters = list(signature.parameters.values())[1 if drop_first else 0 :]
    parts: list[str] = []
    previous: Any = None
    for parameter in parameters:
        kind = parameter.kind
        if previous is parameter.POSITIONAL_ONLY and kind is not parameter.POSITIONAL_ONLY:
            parts.append("/")
        if kind is parameter.KEYWORD_ONLY and previous not in (
            parameter.KEYWORD_ONLY,
            parameter.VAR_POSITIONAL,
        ):
            parts.append("*")
        parts.append(_parameter_text(parameter, known))
        previous = kind
    if previous is inspect.Parameter.POSITIONAL_ONLY:
        parts.append("/")
    returns = known.get("return", signature.return_annotation)
    arrow = "" if returns is inspect.Signature.empty else f" -> {annotation_text(returns)}"
    return f"({', '.join(parts)}){arrow}"


def _parameter_text(parameter: inspect.Parameter, known: Mapping[str, Any]) -> str:
    stars = 1 if parameter.kind is parameter.VAR_POSITIONAL else 0
    stars += 2 if parameter.kind is parameter.VAR_KEYWORD else 0
    text: str = "*" * stars + parameter.name
    annotation = known.get(parameter.name, parameter.annotation)
    annotated = annotation is not parameter.empty
    if annotated:
        text += f": {annotation_text(annotation)}"
    if parameter.default is not parameter.empty:
        text += f"{' = ' if annotated else '='}{default_text(parameter.default)}"
    return text


def code_signature(function: types.FunctionType) -> str:
    """The parameters of a plain function read off its code object; nothing of it is evaluated.

    For functions that a model wrote: their annotations and ``__signature__`` may be code of theirs.
    """
    code = function.__code__
    names = code.co_varnames
    positional = code.co_argcount
    parts: list[str] = []
    defaults = function.__defaults__ or ()
    first_default = positional - len(defaults)
    for index, name in enumerate(names[:positional]):
        text = name
        if index >= first_default:
            text += f"={default_text(defaults[index - first_default])}"
        parts.append(text)
        if index + 1 == code.co_posonlyargcount:
            parts.append("/")
    rest = names[positional : positional + code.co_kwonlyargcount]
    after = positional + code.co_kwonlyargcount
    if code.co_flags & inspect.CO_VARARGS:
        parts.append(f"*{names[after]}")
        after += 1
    elif rest:
        parts.append("*")
    keyword_defaults = function.__kwdefaults__ or {}
    for name in rest:
        known = name in keyword_defaults
        parts.append(f"{name}={default_text(keyword_defaults[name])}" if known else name)
    if code.co_flags & inspect.CO_VARKEYWORDS:
        parts.append(f"**{names[after]}")
    return clip(f"({', '.join(parts)})", 200)
