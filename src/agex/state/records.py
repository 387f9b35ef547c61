"""agex's own small values as JSON: events, messages, usage, and plain data.

Logs and commits are JSON, not pickles, so that a state's history can be read without running anything.
What JSON does not know is a dict with one key that begins with ``!``: ``{"!": "Usage", …fields}`` for a
dataclass of :mod:`agex.event_types` or :mod:`agex.messages`, ``!t`` a tuple, ``!b`` bytes in base64, ``!d``
the pairs of a dict whose keys are not all plain text.
"""

from __future__ import annotations

import base64
import dataclasses
import operator
from typing import Any

from agex import event_types, messages
from agex.errors import StateError

KNOWN: dict[str, type] = {
    name: value
    for module in (event_types, messages)
    for name, value in vars(module).items()
    if isinstance(value, type) and dataclasses.is_dataclass(value)
}

_FIELDS = {kind: tuple(field.name for field in dataclasses.fields(kind)) for kind in KNOWN.values()}
# Of an instance, all its fields in one step; every kind here has at least two.
_getters = {kind: operator.attrgetter(*names) for kind, names in _FIELDS.items()}
_PLAIN = frozenset({type(None), bool, int, float, str})


def to_record(value: Any) -> Any:
    """``value`` as JSON data.

    Raises:
        StateError: it is neither plain data nor one of agex's own values.
    """
    kind = type(value)
    if kind in _PLAIN:
        return value
    if kind is list:
        return [to_record(item) for item in value]
    if kind is dict:
        if all(type(key) is str and not key.startswith("!") for key in value):
            return {key: to_record(item) for key, item in value.items()}
        return {"!d": [[to_record(key), to_record(item)] for key, item in value.items()]}
    if kind is tuple:
        return {"!t": [to_record(item) for item in value]}
    if kind is bytes:
        return {"!b": base64.b64encode(value).decode()}
    names = _FIELDS.get(kind)
    if names is not None:
        record = dict(zip(names, _getters[kind](value), strict=True))
        for name, item in record.items():
            if type(item) not in _PLAIN:
                record[name] = to_record(item)
        record["!"] = kind.__name__
        return record
    raise StateError(
        f"a log of a state holds plain data and agex's own events and messages, not {kind.__qualname__}"
    )


def from_record(record: Any) -> Any:
    """What :func:`to_record` was given.

    A dataclass of a newer agex comes back as a dict; fields this version does not know are dropped.
    """
    if isinstance(record, list):
        return [from_record(item) for item in record]
    if not isinstance(record, dict):
        return record
    if "!" in record:
        cls = KNOWN.get(record["!"])
        fields = {key: from_record(item) for key, item in record.items() if key != "!"}
        if cls is None:
            return {"type": record["!"], **fields}
        known = _FIELDS[cls]
        return cls(**{key: item for key, item in fields.items() if key in known})
    if "!t" in record:
        return tuple(from_record(item) for item in record["!t"])
    if "!b" in record:
        return base64.b64decode(record["!b"])
    if "!d" in record:
        return {from_record(key): from_record(item) for key, item in record["!d"]}
    return {key: from_record(item) for key, item in record.items()}
