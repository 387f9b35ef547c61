"""One task: what it promises, and the loop that keeps the promise.

*Knows:* contracts, replies, the think–act–observe loop; every floor below.
*Never imports:* ``agex.agent``: a task is handed the parts it needs, never the agent.
"""

from agex.task.definition import define
from agex.task.options import (
    AgentChoices,
    Options,
    TaskChoices,
    agent_options,
    task_options,
)
from agex.task.place import OnEvent
from agex.task.stream import TaskStream
from agex.task.task import Means, Task

__all__ = [
    "AgentChoices",
    "Means",
    "OnEvent",
    "Options",
    "Task",
    "TaskChoices",
    "TaskStream",
    "agent_options",
    "define",
    "task_options",
]
