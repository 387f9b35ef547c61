"""What a task promises: which arguments it takes, and which results it may return.

pydantic does the checking, strictly, and never the converting: arguments pass as the caller's own
objects, results keep their identity. Two kinds of value are the exception, and only on the way out: a
result declared as a builtin type comes back as exactly that type (an agent's subclass of ``int`` that
lies about itself stays behind, and so does ``numpy.int64``), and a container is rebuilt where one of
its elements had to be.

For that, annotations are rewritten before pydantic sees them (:func:`_checkable`): classes become
``isinstance`` tests, so that nothing is built from a dict; dataclasses, NamedTuples and TypedDicts have
their fields checked one by one; ``Callable[[A], B]`` becomes a test of the signature; abstract
containers are looked through where they are builtin containers, and never consumed.
"""

from __future__ import annotations

import collections.abc
import dataclasses
import inspect
import threading
import types
import typing
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from agex.errors import ArgumentError
from agex.task.definition import Definition
from agex.task.hints import safe_hints
from agex.task.mismatch import explain, with_article

_SCALARS: tuple[type, ...] = (int, float, str, bytes, bool, complex)
_CONTAINERS: tuple[type, ...] = (list, set, frozenset, tuple, dict)
_EMPTY = inspect.Parameter.empty


class Verdict(NamedTuple):
    """A result that was accepted (``problem`` is empty), or what is wrong with it, path first."""

    value: Any
    problem: str


class Contract:
    """The arguments and the result of one task. Safe to use from many threads."""

    def __init__(self, definition: Definition) -> None:
        self.definition = definition
        self.name = definition.name
        self.signature = definition.signature
        self._lock = threading.Lock()
        self._annotations: dict[str, Any] | None = None
        self._adapters: dict[str, Any] = {}

    def __reduce__(self) -> tuple[Any, ...]:
        return Contract, (self.definition,)

    @property
    def annotations(self) -> Mapping[str, Any]:
        """The resolved annotations, by parameter name and under ``"return"``."""
        if self._annotations is None:
            self._annotations = self.definition.annotations()
        return self._annotations

    @property
    def returns(self) -> Any:
        """The declared result: a type, ``None`` for nothing, ``Any`` without an annotation."""
        return self.annotations.get("return", Any)

    def bind(self, args: Sequence[Any], kwargs: Mapping[str, Any]) -> dict[str, Any]:
        """The arguments by parameter name, defaults filled in: the caller's own objects.

        Raises:
            ArgumentError: they do not fit the signature, each with the path to what is wrong.
        """
        try:
            bound = self.signature.bind(*args, **kwargs)
        except TypeError as error:
            raise ArgumentError(f"{self.name}{self.signature}: {error}") from None
        given = frozenset(bound.arguments)
        bound.apply_defaults()
        problems: list[str] = []
        for name, value in bound.arguments.items():
            # A default is the author's own business: `limit: int = None` is an old habit.
            if name in given and name in self.annotations:
                verdict = self._check(name, value, path=name)
                if verdict.problem:
                    problems.append(verdict.problem)
        if problems:
            lines = "\n".join(problems)
            raise ArgumentError(f"{self.name}{self.signature}:\n{lines}")
        return dict(bound.arguments)

    def accept(self, value: Any) -> Verdict:
        """Whether ``value`` is what the task returns, and the value the caller gets."""
        return self._check("return", value, path="result")

    def _check(self, name: str, value: Any, *, path: str) -> Verdict:
        adapter = self._adapter(name)
        if adapter is None:
            return Verdict(value, "")
        from pydantic import ValidationError

        try:
            checked = adapter.validate_python(value)
        except ValidationError as error:
            return Verdict(None, explain(error.errors(include_url=False), value, path))
        return Verdict(_settled(value, checked), "")

    def _adapter(self, name: str) -> Any:
        with self._lock:
            if name not in self._adapters:
                annotation = self.annotations.get(name, Any)
                parameter = self.signature.parameters.get(name)
                if parameter is not None and parameter.kind is parameter.VAR_POSITIONAL:
                    annotation = types.GenericAlias(tuple, (annotation, ...))
                elif parameter is not None and parameter.kind is parameter.VAR_KEYWORD:
                    annotation = types.GenericAlias(dict, (str, annotation))
                self._adapters[name] = _adapter(annotation)
            return self._adapters[name]


# ---------------------------------------------------------------- annotations pydantic can check


def _adapter(annotation: Any) -> Any:
    """A strict ``TypeAdapter`` for ``annotation``; ``None`` when everything is accepted."""
    checkable = _checkable(annotation)
    if checkable is Any:
        return None
    from pydantic import ConfigDict, TypeAdapter

    config = ConfigDict(strict=True, arbitrary_types_allowed=True)
    return TypeAdapter(checkable, config=config)


def _checkable(annotation: Any) -> Any:
    """``annotation`` rewritten so that a strict check neither converts nor copies what it should keep."""
    if annotation in (Any, object, _EMPTY) or isinstance(annotation, str | typing.ForwardRef):
        return Any
    if annotation in (None, type(None)):
        return None
    if isinstance(annotation, typing.TypeVar):
        if annotation.__constraints__:
            return typing.Union[tuple(map(_checkable, annotation.__constraints__))]  # noqa: UP007
        return _checkable(annotation.__bound__) if annotation.__bound__ is not None else Any
    if isinstance(annotation, typing.NewType):
        return _checkable(annotation.__supertype__)
    if type(annotation).__name__ == "TypeAliasType":  # ``type X = …``, from 3.12
        return _checkable(annotation.__value__)
    origin = typing.get_origin(annotation)
    args = typing.get_args(annotation)
    if origin is typing.Annotated:
        inner = _checkable(args[0])
        return typing.Annotated[(inner, *args[1:])]
    if origin is typing.Literal:
        return annotation
    if origin in (typing.Union, types.UnionType):
        return typing.Union[tuple(map(_checkable, args))]  # noqa: UP007
    if origin in (typing.Required, typing.NotRequired, typing.Final):
        return _checkable(args[0])
    return _checkable_class(origin or annotation, args)


def _checkable_class(cls: Any, args: tuple[Any, ...]) -> Any:
    if cls in (collections.abc.Callable, typing.Callable):
        return _tested(_call_test(args))
    if cls is type:
        return _tested(_class_test(args))
    if not isinstance(cls, type):
        return Any  # ParamSpec pieces and other things no value can be held against
    if cls in _SCALARS:
        from pydantic import BeforeValidator

        return typing.Annotated[cls, BeforeValidator(_without_numpy)]
    if cls is tuple:
        items = tuple(a if a is ... else _checkable(a) for a in args) or (Any, ...)
        return types.GenericAlias(tuple, items)
    if cls in _CONTAINERS:
        count = 2 if cls is dict else 1
        return types.GenericAlias(cls, tuple(map(_checkable, args or (Any,) * count)))
    if typing.is_typeddict(cls):
        return _tested(_fields_test(cls, safe_hints(cls)))
    if getattr(cls, "_is_protocol", False) and not getattr(cls, "_is_runtime_protocol", False):
        return Any  # a Protocol that is not runtime_checkable cannot be asked
    if dataclasses.is_dataclass(cls) or (issubclass(cls, tuple) and hasattr(cls, "_fields")):
        return _tested(_record_test(cls))
    return _tested(_instance_test(cls, args))


def _tested(test: Callable[[Any], None]) -> Any:
    """Anything that passes ``test``, which raises ``ValueError`` or a nested validation error."""
    from pydantic import PlainValidator

    def validate(value: Any) -> Any:
        test(value)
        return value

    return typing.Annotated[Any, PlainValidator(validate)]


def _without_numpy(value: Any) -> Any:
    """``numpy.int64(3)`` as ``3``: a scalar of numpy is what a model means by a number."""
    if type(value).__module__ == "numpy" and getattr(value, "shape", None) == ():
        return value.item()
    return value


# ---------------------------------------------------------------- tests of one value


def _instance_test(cls: type, args: tuple[Any, ...]) -> Callable[[Any], None]:
    look_through = _look_through(cls, args)

    def test(value: Any) -> None:
        if not isinstance(value, cls):
            raise ValueError(f"should be {with_article(cls.__name__)}")
        if type(value) in (str, bytes) and cls in (
            collections.abc.Sequence,
            collections.abc.Collection,
        ):
            raise ValueError("should be a sequence such as a list, not one string")
        if look_through is not None:
            look_through(value)

    return test


def _look_through(cls: type, args: tuple[Any, ...]) -> Callable[[Any], None] | None:
    """Check the elements of an abstract container, where it is one of the builtin containers."""
    if not args or not cls.__module__.startswith("collections"):
        return None
    if issubclass(cls, collections.abc.Mapping) and len(args) == 2:
        shape: Any = dict[args[0], args[1]]  # type: ignore[valid-type]  # built at run time
        held: tuple[type, ...] = (dict,)
    elif issubclass(cls, collections.abc.Collection) and len(args) == 1:
        shape, held = list[args[0]], (list, tuple)  # type: ignore[valid-type]  # built at run time
    else:
        return None
    adapters: list[Any] = []

    def test(value: Any) -> None:
        if type(value) in held:
            if not adapters:
                adapters.append(_adapter(shape))
            adapters[0].validate_python(value if held[0] is dict else list(value))

    return test


def _record_test(cls: type) -> Callable[[Any], None]:
    fields: list[Callable[[Any], None]] = []  # made on first use: records may hold themselves

    def test(value: Any) -> None:
        if not isinstance(value, cls):
            raise ValueError(f"should be {with_article(cls.__name__)}")
        if not fields:
            fields.append(_fields_test(cls, _field_types(cls)))
        fields[0](value)

    return test


def _field_types(cls: type) -> dict[str, Any]:
    try:
        hints = safe_hints(cls)
    except Exception:  # annotations that only a type checker can resolve
        return {}
    if dataclasses.is_dataclass(cls):
        return {field.name: hints.get(field.name, Any) for field in dataclasses.fields(cls)}
    return {name: hints.get(name, Any) for name in getattr(cls, "_fields", ())}


def _fields_test(cls: type, hints: dict[str, Any]) -> Callable[[Any], None]:
    is_mapping = typing.is_typeddict(cls)
    # With annotations as strings, only the resolved ones know what is required.
    optional = frozenset(
        key
        for key, hint in hints.items()
        if is_mapping
        and typing.get_origin(hint) is not typing.Required
        and (typing.get_origin(hint) is typing.NotRequired or key in cls.__optional_keys__)  # type: ignore[attr-defined]  # a TypedDict
    )
    models: list[Any] = []

    def test(value: Any) -> None:
        if is_mapping and not isinstance(value, dict):
            raise ValueError(f"should be a dict with the keys {', '.join(hints)}")
        if not models:
            models.append(_fields_model(cls.__name__, hints, optional))
        if is_mapping:
            models[0].model_validate(value)
            return
        # A field that was never set, or deleted, is reported as missing.
        absent = object()
        held = {name: getattr(value, name, absent) for name in hints}
        models[0].model_validate({name: v for name, v in held.items() if v is not absent})

    return test


def _fields_model(name: str, hints: dict[str, Any], optional: frozenset[str]) -> Any:
    from pydantic import ConfigDict, Field, create_model

    # Fields are called f0, f1, … with the real name as alias: any name is allowed in a record.
    fields: dict[str, Any] = {
        f"f{number}": (_checkable(hint), Field(None if key in optional else ..., alias=key))
        for number, (key, hint) in enumerate(hints.items())
    }
    config = ConfigDict(strict=True, arbitrary_types_allowed=True, extra="forbid")
    return create_model(name, __config__=config, **fields)


def _class_test(args: tuple[Any, ...]) -> Callable[[Any], None]:
    base = args[0] if args and isinstance(args[0], type) else object

    def test(value: Any) -> None:
        if not isinstance(value, type):
            raise ValueError("should be a class, not an instance")
        if not issubclass(value, base):
            raise ValueError(f"should be a subclass of {base.__name__}")

    return test


def _call_test(args: tuple[Any, ...]) -> Callable[[Any], None]:
    count = len(args[0]) if args and isinstance(args[0], list) else None

    def test(value: Any) -> None:
        if not callable(value):
            raise ValueError("should be callable: a function, not the value it returns")
        if count is None:
            return
        try:
            signature = inspect.signature(value)
        except (ValueError, TypeError):  # many builtins have none
            return
        try:
            signature.bind(*[None] * count)
        except TypeError:
            takes = f"{count} positional argument{'' if count == 1 else 's'}"
            raise ValueError(
                f"should be callable with {takes}; its signature is {signature}"
            ) from None

    return test


# ---------------------------------------------------------------- what comes back


def _settled(original: Any, checked: Any) -> Any:
    """The caller's value: the original wherever it was as declared, exact builtins elsewhere."""
    if original is checked:
        return original
    kind = type(checked)
    if type(original) is not kind:
        return checked
    if kind is list or kind is tuple:
        if len(original) != len(checked):
            return checked
        items = [_settled(mine, theirs) for mine, theirs in zip(original, checked, strict=True)]
        same = all(mine is theirs for mine, theirs in zip(original, items, strict=True))
        return original if same else kind(items)
    if kind is dict:
        pairs = list(zip(original.items(), checked.items(), strict=False))
        if len(original) != len(checked):
            return checked
        items = [(_settled(k, ck), _settled(v, cv)) for (k, v), (ck, cv) in pairs]
        same = all(k is nk and v is nv for ((k, v), _), (nk, nv) in zip(pairs, items, strict=True))
        return original if same else dict(items)
    if kind in (set, frozenset):
        same = {id(item) for item in original} == {id(item) for item in checked}
        return original if same else checked
    return original if kind in _SCALARS else checked
