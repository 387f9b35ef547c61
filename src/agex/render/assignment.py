"""The first message of a task: the function to complete, and what its arguments look like."""

from __future__ import annotations

import inspect
import textwrap
from collections.abc import Mapping, Sequence
from typing import Any

from agex.policy import Policy, TypeRule
from agex.render.budget import clip
from agex.render.signatures import annotation_text, signature_text
from agex.render.stubs import class_stub, fit
from agex.render.values import describe
from agex.render.walk import BoundedRepr

INPUT_CHARS = 2_000
"""A sample of one argument: enough to see its shape, far from all of it."""

_ALL_INPUTS = 4
"""All arguments together get at most this many times the budget of one."""

_TYPES_CHARS = 3_000


def task_text(
    name: str,
    signature: inspect.Signature,
    docstring: str | None,
    inputs: Mapping[str, object],
    *,
    annotations: Mapping[str, Any] | None = None,
    primer: str | None = None,
    types: Sequence[TypeRule] = (),
    policy: Policy | None = None,
    checks: Sequence[str] = (),
    budget_chars: int = INPUT_CHARS,
    repr_: BoundedRepr | None = None,
) -> str:
    """The task as the function that is being completed, and its arguments by name, type and sample.

    Args:
        annotations: resolved annotations by parameter name, and under ``"return"``.
        primer: the task's own instructions, ``@agent.task("…")``.
        types: record classes the signature names, shown as stubs with their fields.
        policy: what the model may see of the arguments.
        checks: what the caller's own checks say of themselves, a line each.
        budget_chars: the most for the sample of one argument.
        repr_: the caller's bounded ``repr``, see :func:`agex.render.render_value`.
    """
    resolved = annotations or {}
    head = f"def {name}{signature_text(signature, resolved=resolved)}:"
    body = inspect.cleandoc(docstring) if docstring else ""
    doc = f'"""{body}\n"""' if "\n" in body else f'"""{body}"""'
    lines = ["Complete this function:", "", "```python"]
    if types:
        lines += [fit([class_stub(rule) for rule in types], _TYPES_CHARS), ""]
    lines += [head, textwrap.indent(doc if body else "...", "    "), "```"]
    if primer and primer.strip():
        lines += ["", inspect.cleandoc(primer)]
    if inputs:
        share = min(budget_chars, max(200, budget_chars * _ALL_INPUTS // len(inputs)))
        lines += ["", "Its arguments, as variables:"]
        left = budget_chars * _ALL_INPUTS
        for key, value in inputs.items():
            if left < 60:
                lines.append(clip(f"{key}: …", 60))
                continue
            shown = describe(key, value, min(share, left), repr_=repr_, policy=policy)
            lines.append(shown)
            left -= len(shown)
    lines += ["", _ending(signature, resolved)]
    if checks:
        lines.append(f"The caller will check it: {' '.join(clip(line, 300) for line in checks)}")
    return "\n".join(lines)


def _ending(signature: inspect.Signature, resolved: Mapping[str, Any]) -> str:
    returns = resolved.get("return", signature.return_annotation)
    if returns is inspect.Signature.empty:
        return "End with task_success(value)."
    if returns is None or returns is type(None):
        return "It returns nothing: when the work is done, end with task_success(None)."
    return f"End with task_success(value), value being {_article(annotation_text(returns))}."


def _article(text: str) -> str:
    return f"of type {text}"
