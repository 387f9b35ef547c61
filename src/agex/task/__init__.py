"""One task: what it promises, and the loop that keeps the promise.

*Knows:* contracts, replies, the think–act–observe loop; every floor below.
*Never imports:* ``agex.agent``: a task is handed the parts it needs, never the agent.
"""
