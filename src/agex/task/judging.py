"""Whether what agent code ended its task with is a result: the contract, the task's checks, its examples."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from agex.errors import LimitReached
from agex.render import failed_check_text, invalid_result_text
from agex.task.checks import run_checks, run_examples
from agex.task.contract import Contract
from agex.task.options import Options


def judge(
    given: Any,
    contract: Contract,
    options: Options,
    bounded: Callable[[Callable[[], Any]], Any],
) -> tuple[str, Any]:
    """What is wrong with a result, in words for the model, or ``""`` and the value the caller gets.

    Args:
        bounded: runs a call that may enter agent code within the limits of one action.
    """
    try:
        verdict = bounded(lambda: contract.accept(given))
    except (Exception, LimitReached) as error:  # the agent's own code, in what was looked at
        said = f"looking at the result raised {type(error).__name__}"
        return invalid_result_text(contract.returns, said), None
    if verdict.problem:
        return invalid_result_text(contract.returns, verdict.problem), None
    value = verdict.value
    problem = run_checks(options.checks, value, bounded)
    if not problem and options.doctest:
        definition = contract.definition
        problem = run_examples(
            definition.doc,
            value,
            task=contract.name,
            scope=definition.function.__globals__,
            bounded=bounded,
        )
    return (failed_check_text(problem), None) if problem else ("", value)
