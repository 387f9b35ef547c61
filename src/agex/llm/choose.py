"""Which client answers: whatever was given as ``llm=`` becomes something that can be asked."""

from __future__ import annotations

import os
from collections.abc import Mapping

from agex.errors import ConfigurationError
from agex.llm.callable import CallableClient
from agex.llm.client import LLMClient
from agex.llm.fallback import FallbackClient
from agex.llm.litellm_client import LiteLLMClient

MODEL_VARIABLE = "AGEX_MODEL"

# Which key belongs to which provider, with a model string to show for each. Only to be shown: a key
# that happens to be set never picks a model, because that would spend its owner's money unasked.
_PROVIDER_KEYS: Mapping[str, str] = {
    "OPENAI_API_KEY": "openai/gpt-5-mini",
    "ANTHROPIC_API_KEY": "anthropic/claude-haiku-5-5",
    "GEMINI_API_KEY": "gemini/gemini-flash-latest",
    "MISTRAL_API_KEY": "mistral/mistral-medium-latest",
    "GROQ_API_KEY": "groq/openai/gpt-oss-120b",
    "DEEPSEEK_API_KEY": "deepseek/deepseek-flash",
    "XAI_API_KEY": "xai/grok-code-fast",
    "OPENROUTER_API_KEY": "openrouter/PROVIDER/MODEL",
    "AZURE_API_KEY": "azure/DEPLOYMENT",
}


def missing_model_message(environ: Mapping[str, str]) -> str:
    """Everything that was looked for in place of a model, in order, and one line that mends it."""
    seen = [key for key in _PROVIDER_KEYS if environ.get(key)]
    suggestion = _PROVIDER_KEYS[seen[0]] if seen else "openai/gpt-5-mini"
    keys = (
        f"Provider keys seen: {', '.join(seen)}; a key alone never picks a model, since that "
        "would spend money unasked."
        if seen
        else f"Provider keys seen: none (looked for {', '.join(_PROVIDER_KEYS)})."
    )
    return (
        "there is no model to ask. Looked for, in this order:\n"
        "  1. llm= of the agent: not given\n"
        f"  2. the environment variable {MODEL_VARIABLE}: not set\n"
        f"{keys}\n"
        f'To fix it: Agent(llm="{suggestion}"), or in the shell: export '
        f"{MODEL_VARIABLE}={suggestion}"
    )


def make_client(llm: object = None) -> LLMClient:
    """A client for ``llm``: nothing is imported, fetched or asked until its first request.

    Args:
        llm: a litellm model string (``"openai/gpt-5-mini"``), a client, any function of the
            messages that returns a text, or a list of these, to be tried in order when the one
            before has failed for good. ``None`` reads the model string from ``AGEX_MODEL``.

    Raises:
        ConfigurationError: there is no model, or ``llm`` is none of these.
    """
    if llm is None:
        named = os.environ.get(MODEL_VARIABLE, "").strip()
        if not named:
            raise ConfigurationError(missing_model_message(os.environ))
        return LiteLLMClient(named)
    if isinstance(llm, str):
        return LiteLLMClient(llm)
    if isinstance(llm, (list, tuple)):
        if not llm:
            raise ConfigurationError(
                'llm=[] holds no model. Give at least one: llm=["openai/gpt-5-mini"]'
            )
        clients = [make_client(_not_none(one)) for one in llm]
        return clients[0] if len(clients) == 1 else FallbackClient(clients)
    if isinstance(llm, type):
        raise ConfigurationError(
            f"llm={llm.__name__} is a class; give an instance: llm={llm.__name__}(...)"
        )
    if callable(getattr(llm, "complete", None)):
        if not isinstance(llm, LLMClient):
            raise ConfigurationError(
                f"llm= was given a {type(llm).__name__} that has no attribute `model`. A client is "
                "complete(messages, *, on_text=None, stop_when=None) and model: str, the name its "
                "answers and its errors go by."
            )
        return llm
    if callable(llm):
        return CallableClient(llm)
    raise ConfigurationError(
        f'llm={llm!r} is not a model. Give a model string ("openai/gpt-5-mini"), a client with '
        "complete(messages), a function of the messages, or a list of these to fall back on."
    )


def _not_none(one: object) -> object:
    if one is None or isinstance(one, (list, tuple)):
        raise ConfigurationError(
            f"llm=[...] holds {one!r}; each entry is a model string, a client, or a function of "
            "the messages."
        )
    return one
