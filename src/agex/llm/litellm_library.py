"""litellm itself, imported at the first request: it takes seconds."""

from __future__ import annotations

import importlib.util
import os
import threading
import warnings
from typing import Any

_loading = threading.Lock()


def load() -> Any:
    """litellm, imported so that it fetches nothing, prints nothing and reads no ``.env`` file."""
    os.environ.setdefault("LITELLM_LOCAL_MODEL_COST_MAP", "True")
    os.environ.setdefault("LITELLM_MODE", "PRODUCTION")
    import litellm

    with _loading:
        if not litellm.suppress_debug_info:
            _build_models(litellm)
            litellm.suppress_debug_info = True
    return litellm


def plain_tools() -> dict[str, Any]:
    """Tools are tools: newer litellm looks at each request's for those of an MCP server, and to do so
    imports a package that it does not install."""
    try:
        looks = importlib.util.find_spec("litellm.responses.mcp.chat_completions_handler")
    except ImportError:
        looks = None
    return {"_skip_mcp_handler": True} if looks is not None else {}


def _build_models(litellm: Any) -> None:
    """Build what litellm leaves to its first answer, while the warning of that is held back.

    litellm silences it by a filter that a test runner takes away between two tests; where warnings
    are errors, the first streamed answer would then fail.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        litellm.ModelResponse()
        litellm.ModelResponseStream()
