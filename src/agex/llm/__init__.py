"""Asking a model: clients that take a conversation and hand back the next message.

*Knows:* messages, usage, failures of providers, and litellm (in one file, imported by a first request).
*Never imports:* anything above the ground floor; tasks, prompts and code are not its business.
"""

from agex.llm.budget import Meter, metered
from agex.llm.callable import CallableClient
from agex.llm.choose import make_client
from agex.llm.client import (
    Estimates,
    LLMClient,
    LLMResponse,
    RunAware,
    TakesTool,
    Tool,
    ToolCall,
    can_see,
    estimate,
    estimate_tokens,
    for_run,
    with_tool,
)
from agex.llm.fallback import FallbackClient
from agex.llm.litellm_client import LiteLLMClient
from agex.llm.recording import Recording, Run, format_recording, load_recording, parse_recording
from agex.llm.replay import RecordingClient, ReplayClient
from agex.llm.scripted import ScriptedClient

__all__ = [
    "CallableClient",
    "Estimates",
    "FallbackClient",
    "LLMClient",
    "LLMResponse",
    "LiteLLMClient",
    "Meter",
    "Recording",
    "RecordingClient",
    "ReplayClient",
    "Run",
    "RunAware",
    "ScriptedClient",
    "TakesTool",
    "Tool",
    "ToolCall",
    "can_see",
    "estimate",
    "estimate_tokens",
    "for_run",
    "format_recording",
    "load_recording",
    "make_client",
    "metered",
    "parse_recording",
    "with_tool",
]
