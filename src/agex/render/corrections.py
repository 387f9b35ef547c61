"""Short messages for what went wrong with a reply or a result rather than with the code."""

from __future__ import annotations

from typing import Any

from agex.render.budget import clip
from agex.render.signatures import annotation_text

_RESULT_CHARS = 1_500


def no_code_text(returns: Any = None, *, by_tool: bool = False) -> str:
    """For a reply without a block. A finished answer in prose only needs to be handed in."""
    if by_tool:
        ending = 'task_success("""the answer""")' if returns is str else "task_success(result)"
        handed_in = "If that was the answer, hand it in" if returns is str else "Call it"
        return f"Nothing ran: run_python was not called. {handed_in}, for example with:\n{ending}"
    if returns is str:
        return (
            "Nothing ran: the reply had no block of Python. If that was the answer, hand it in:\n"
            '```python\ntask_success("""the answer""")\n```'
        )
    return (
        "Nothing ran: the reply had no block of Python. Reply with one, for example:\n"
        "```python\ntask_success(result)\n```"
    )


def cut_off_text() -> str:
    """For a reply that ended at the length limit, inside its block or before it."""
    return (
        "Nothing ran: the reply was cut off at the length limit. "
        "Send a shorter block; do the work in several steps."
    )


def bad_call_text(by_tool: bool) -> str:
    """For a tool call that brought no code."""
    if not by_tool:
        return (
            "Nothing ran: there are no tools here, only Python. Reply with one block, for example:\n"
            "```python\ntask_success(result)\n```"
        )
    return (
        "Nothing ran: the call brought no code. The one tool is run_python(code), code being the text "
        "of a Python program; task_success and everything else are functions inside of it."
    )


def unreadable_code_text(problem: str) -> str:
    """For a block that is not Python."""
    return f"Nothing ran: the block is not valid Python ({clip(problem, 300)}). Send it mended."


def dropped_blocks_text(count: int) -> str:
    """For a reply with more than one block: only the first ran."""
    if count == 1:
        return "Only the first block ran; the one after it was dropped. Send one block a reply."
    return f"Only the first block ran; {count} after it were dropped. Send one block a reply."


def dropped_tail_text(by_tool: bool = False) -> str:
    """For text after the block, such as an output the model made up."""
    if by_tool:
        return "Only the first call ran; what came with it was dropped. Make one call a reply."
    return "What followed the block was dropped. Stop at the end of the block."


def invalid_result_text(returns: Any, problem: str) -> str:
    """For a value that is not what the function returns; ``problem`` has the path into the value."""
    return (
        f"The result was not accepted. The return type is {annotation_text(returns)}:\n"
        f"{clip(problem, _RESULT_CHARS)}\n"
        "Everything is still in place: mend the value and call task_success again."
    )


def failed_check_text(problem: str) -> str:
    """For a result of the right type that a check of the caller's own turned down."""
    return (
        f"The result was not accepted by the caller's check:\n{clip(problem, _RESULT_CHARS)}\n"
        "Everything is still in place: mend the value and call task_success again."
    )


def no_vision_text() -> str:
    """For ``view_image`` when the model cannot see."""
    return (
        "view_image: this model cannot be shown pictures. Print numbers that describe it instead."
    )
