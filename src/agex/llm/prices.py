"""What tokens cost: by the price that was given, by litellm's list, or by what the provider says."""

from __future__ import annotations

import warnings
from dataclasses import replace
from typing import Any

from agex.llm.litellm_library import load
from agex.messages import Usage

_unpriced: set[str] = set()


def priced(
    tokens: Usage, raw: Any, *, model: str, cost_per_token: tuple[float, float] | None
) -> Usage:
    """The same usage with its cost, None where no price is known.

    Args:
        raw: litellm's own usage object, where there is one: it knows about caches and tiers.
        cost_per_token: US dollars per input and output token, where the caller set them.
    """
    return replace(tokens, cost=_cost(tokens, raw, model, cost_per_token))


def _cost(
    tokens: Usage, raw: Any, model: str, cost_per_token: tuple[float, float] | None
) -> float | None:
    if cost_per_token is not None:
        per_input, per_output = cost_per_token
        return tokens.input_tokens * per_input + tokens.output_tokens * per_output
    try:
        counts = (
            {"usage_object": raw}
            if raw is not None
            else {
                "prompt_tokens": tokens.input_tokens,
                "completion_tokens": tokens.output_tokens,
            }
        )
        return float(sum(load().cost_per_token(model=model, **counts)))
    except Exception:  # litellm raises several kinds for a model it has no price for
        billed = getattr(raw, "cost", None)  # some providers say themselves what they bill
        if isinstance(billed, (int, float)):
            return float(billed)
        _say_unpriced(model)
        return None


def _say_unpriced(model: str) -> None:
    if model in _unpriced:
        return
    _unpriced.add(model)
    warnings.warn(
        f"no price is known for {model}, so its cost is None, not zero. "
        "LiteLLMClient(..., cost_per_token=(input, output)) sets one.",
        UserWarning,
        stacklevel=2,
    )
