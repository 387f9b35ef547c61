"""Runs one action of Python at a time, under a policy and within limits.

*Knows:* policy, errors.
*Never imports:* state, llm, render, task, agent.
"""

from agex.sandbox.session import Limits, Result, Session

__all__ = ["Limits", "Result", "Session"]
