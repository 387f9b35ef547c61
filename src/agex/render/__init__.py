"""What the model reads, within a budget: prompt, stubs, values, errors, pictures, shorter history.

Pure functions over data: nothing here runs a task, asks a model or touches a sandbox.

*Knows:* ``policy``, ``messages``, ``errors``.
*Never imports:* ``sandbox``, ``llm``, ``state``, ``task``; numpy, pandas, polars, Pillow, matplotlib
and plotly are looked up among the modules already loaded, never imported to find out.
"""

from agex.render.assignment import task_text
from agex.render.compaction import compact, conversation_tokens
from agex.render.corrections import (
    bad_call_text,
    cut_off_text,
    dropped_blocks_text,
    dropped_tail_text,
    failed_check_text,
    invalid_result_text,
    no_code_text,
    no_vision_text,
    unreadable_code_text,
)
from agex.render.errors import error_message, error_text
from agex.render.hints import hints
from agex.render.images import to_image
from agex.render.observations import observation_text
from agex.render.prompt import system_text
from agex.render.values import describe, render_value
from agex.render.walk import register_renderer

__all__ = [
    "bad_call_text",
    "compact",
    "conversation_tokens",
    "cut_off_text",
    "describe",
    "dropped_blocks_text",
    "dropped_tail_text",
    "error_message",
    "error_text",
    "failed_check_text",
    "hints",
    "invalid_result_text",
    "no_code_text",
    "no_vision_text",
    "observation_text",
    "register_renderer",
    "render_value",
    "system_text",
    "task_text",
    "to_image",
    "unreadable_code_text",
]
