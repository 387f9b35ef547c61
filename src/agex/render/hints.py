"""What would have been right: nearest names, columns, keys, importable modules, signatures.

A hint is one line for the model, after the error it belongs to. Objects are only looked into as far
as the policy shows them, and no code of theirs is run.
"""

from __future__ import annotations

import linecache
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from agex.errors import Refusal, did_you_mean, nearest
from agex.policy import Policy
from agex.render.budget import clip, plural
from agex.render.classes import (
    bases,
    error_arguments,
    ids,
    inherits,
    is_importable,
    is_one_of,
    own_dict,
    root_package,
    type_name,
)
from agex.render.prompt import LANGUAGE, modules_line
from agex.render.signatures import signature_of, signature_text

_PLAIN = ids(str, int, float, bool, bytes)
_TUPLES = ids(tuple, list)
_SIZED = ids(list, tuple, str, bytes)
_LISTED = 600
_MOST = 3
_ALIASES = {
    "go": "plotly.graph_objects",
    "np": "numpy",
    "pd": "pandas",
    "pl": "polars",
    "plt": "matplotlib.pyplot",
    "px": "plotly.express",
    "sns": "seaborn",
}
"""Names that everybody gives to these modules, and may forget to give."""

# What the interpreter stored, past any property of the same name on a class of the agent's.
_NAME_OF_NAME = NameError.__dict__["name"].__get__
_NAME_OF_ATTRIBUTE = AttributeError.__dict__["name"].__get__
_OWNER_OF_ATTRIBUTE = AttributeError.__dict__["obj"].__get__
_NAME_OF_IMPORT = ImportError.__dict__["name"].__get__
_TRACEBACK = BaseException.__dict__["__traceback__"].__get__

_IDENTIFIER = re.compile(r"[^\W\d]\w*")
_NO_NAMES: Mapping[str, Any] = {}


def hints(
    error: BaseException,
    *,
    policy: Policy | None = None,
    namespace: Mapping[str, Any] = _NO_NAMES,
    source_line: str = "",
    language: Sequence[str] = LANGUAGE,
    said: str = "",
) -> list[str]:
    """The lines to add below an error; none when its own text says it already.

    Args:
        namespace: what agent code has under which name, inputs included.
        source_line: the line that failed, or the whole block: objects it names are looked at.
        language: modules importable for every agent.
        said: the traceback the hints will stand below; what it says already is not said again.
    """
    try:
        source = _failing_line(error) or source_line
        found = list(_hints(error, policy, namespace, source, language))
    except Exception:  # a hint is a courtesy; it must not hide the error it is about
        return []
    known = f"{said}\n{_own_text(error)}"
    return [line for line in found if line and not _is_said(line, known)][:_MOST]


def _hints(
    error: BaseException,
    policy: Policy | None,
    namespace: Mapping[str, Any],
    source: str,
    language: Sequence[str],
) -> Iterator[str]:
    cls = type(error)
    if inherits(cls, ImportError):
        yield from _import_hints(error, policy, language)
    elif inherits(cls, NameError):
        yield from _name_hints(error, policy, namespace)
    elif inherits(cls, AttributeError):
        column = list(_column_hints(error, policy, namespace, source))
        yield from column
        if not column and not inherits(cls, Refusal):
            yield from _attribute_hints(error, policy)
    elif inherits(cls, KeyError):
        yield from _key_hints(error, policy, namespace, source)
    elif inherits(cls, IndexError):
        yield from _size_hints(namespace, source)
    elif inherits(cls, TypeError) and not inherits(cls, Refusal):
        yield from _call_hints(error, policy)


def _is_said(hint: str, known: str) -> bool:
    """Whether the reader has been told: the same guess, or the same import to write."""
    wanted = re.search(r"`(import [\w.]+)`", hint)
    if wanted is not None:
        return wanted.group(1) in known
    if hint.startswith("Did you mean") and "Did you mean" in known:
        return True
    return hint in known


def _failing_line(error: BaseException) -> str:
    """The newest line of agent code the error came through, where its traceback still says so.

    Agent code has file names in angle brackets, and its source is where ``inspect`` looks for it.
    """
    found = ""
    traceback = _TRACEBACK(error)
    while traceback is not None:
        name = traceback.tb_frame.f_code.co_filename
        if name.startswith("<agex:"):
            found = linecache.getline(name, traceback.tb_lineno) or found
        traceback = traceback.tb_next
    return found


def _own_text(error: BaseException) -> str:
    return " ".join(argument for argument in error_arguments(error) if type(argument) is str)


def _import_hints(
    error: BaseException, policy: Policy | None, language: Sequence[str]
) -> Iterator[str]:
    if policy is None or "mportable" in _own_text(error):
        return
    module = _NAME_OF_IMPORT(error)
    if type(module) is str and (module in language or policy.module(module) is not None):
        return  # the module is there; what is in it, the error says itself
    listed = modules_line(policy, language)
    yield f"Importable: {clip(listed, 2_000)}." if listed else "No module can be imported here."


def _name_hints(
    error: BaseException, policy: Policy | None, namespace: Mapping[str, Any]
) -> Iterator[str]:
    name = _NAME_OF_NAME(error)
    if type(name) is not str or "Did you mean" in _own_text(error):
        return
    if policy is not None and policy.module(name) is not None:
        yield f"{name} is a module here: `import {name}` first."
        return
    module = _ALIASES.get(name)
    if module is not None and policy is not None and policy.module(module) is not None:
        yield f"`import {module} as {name}` first."
        return
    known = [*namespace, *(policy.names() if policy is not None else ())]
    known += policy.importable() if policy is not None else ()
    yield did_you_mean(name, known).strip()


def _attribute_hints(error: BaseException, policy: Policy | None) -> Iterator[str]:
    name = _NAME_OF_ATTRIBUTE(error)
    if type(name) is not str or "Did you mean" in _own_text(error):
        return
    owner = type(_OWNER_OF_ATTRIBUTE(error))
    rule = policy.type_rule(owner) if policy is not None else None
    if rule is not None:
        members: Iterable[str] = rule.members()
    elif is_importable(owner) and root_package(owner) != "builtins":
        return
    else:
        members = (n for base in bases(owner) for n in own_dict(base) if not n.startswith("_"))
    names = sorted({member for member in members if type(member) is str})
    close = nearest(name, names)
    if close:
        yield did_you_mean(name, names).strip()
    elif names and rule is not None:
        yield f"{type_name(owner)} has: {clip(', '.join(names), _LISTED)}"


def _column_hints(
    error: BaseException, policy: Policy | None, namespace: Mapping[str, Any], source: str
) -> Iterator[str]:
    """For ``frame.amount`` where there is a column ``" Amount"``."""
    wanted = _NAME_OF_ATTRIBUTE(error)
    if type(wanted) is not str:
        return
    for name, value in _named_in(source, namespace):
        labels = _labels(value, policy) if type(value) is not dict else None
        known = [label for label in labels or () if type(label) is str]
        for label in known:
            if label.strip().lower() == wanted.lower():
                yield f"{name} has a column of that name: {name}[{label!r}]"
                return
        for label in nearest(wanted, known)[:1]:
            yield f"{name} has a column {label!r}: {name}[{label!r}]"
            return


def _key_hints(
    error: BaseException, policy: Policy | None, namespace: Mapping[str, Any], source: str
) -> Iterator[str]:
    arguments = error_arguments(error)
    key = arguments[0] if arguments else None
    if type(key) is str:  # of a whole block, the lines that spell the key out
        source = "\n".join(line for line in source.split("\n") if key in line) or source
    for name, value in _named_in(source, namespace):
        labels = _labels(value, policy)
        if labels is None:
            continue
        kind = "Keys" if type(value) is dict else "Columns"
        if kind == "Columns" and type(key) is not str and not is_one_of(type(key), _TUPLES):
            if hasattr(value, "index") and all(type(label) is str for label in labels):
                yield _rows(name, value.index)
                continue
        known = [label for label in labels if type(label) is str]
        guess = ""
        if type(key) is str:
            if key in known:
                continue
            stripped = [text for text in known if text.strip().lower() == key.strip().lower()]
            guess = f" Did you mean {stripped[0]!r}?" if stripped else did_you_mean(key, known)
        listed = ", ".join(_label(label) for label in labels[:60])
        more = f", … +{len(labels) - 60}" if len(labels) > 60 else ""
        yield f"{kind} of {name}: {clip(listed + more, _LISTED)}.{guess}"


def _rows(name: str, index: Any) -> str:
    """How the rows of a frame are labelled, by the first and the last of them."""
    count = len(index)
    ends = [*index[:1].tolist(), *index[-1:].tolist()]
    shown = " … ".join(dict.fromkeys(_label(label) for label in ends))
    return f"{name} has {plural(count, 'row')}" + (f", labelled {shown}." if count else ".")


def _labels(value: Any, policy: Policy | None) -> list[Any] | None:
    """The keys of a dict or the column names of a frame the policy shows; ``None`` for others."""
    cls = type(value)
    if cls is dict:
        return list(value)
    known = root_package(cls) in ("pandas", "polars") and type_name(cls) == "DataFrame"
    if not known or not is_importable(cls):
        return None
    if policy is not None and policy.type_rule(cls) is None:
        return None
    return list(value.columns)


def _label(label: Any) -> str:
    return repr(label) if is_one_of(type(label), _PLAIN) else type_name(type(label))


def _size_hints(namespace: Mapping[str, Any], source: str) -> Iterator[str]:
    for name, value in _named_in(source, namespace):
        if is_one_of(type(value), _SIZED):
            yield f"{name} has {plural(len(value), 'item')}."


def _named_in(source: str, namespace: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for name in dict.fromkeys(_IDENTIFIER.findall(source)):
        if name in namespace:
            yield name, namespace[name]


def _call_hints(error: BaseException, policy: Policy | None) -> Iterator[str]:
    text = _own_text(error)
    found = re.match(r"(?:\w+\.)*(\w+)\(\) (?:missing|got|takes)", text)
    if found is None or policy is None:
        return
    spec = policy.functions.get(found.group(1))
    if spec is not None and spec.visibility != "low":
        yield f"Its signature: {spec.name}{signature_text(signature_of(spec.value))}"
