"""The guards compiled code calls: slow paths that clear a type, hand out a door, or refuse.

Every guard asks :class:`~agex.sandbox.decisions.Decisions` and remembers the answer in the cleared sets
that the inline tests read. What keeps warm equal to cold:

- a type enters ``$s.r_x`` only when *every* object of exactly that type may have ``x`` read natively;
- an agent type enters ``$s.m_x`` only when ``x`` is a function of its class that no instance can hide:
  never while any agent code of the process assigns an attribute ``x`` (``ASSIGNED``), nor when its
  instance dictionaries were handed out; so ``o.x(…)`` cannot call what an assignment put there without
  passing ``$call``;
- writing to a class empties the sets of that name.

One class, a floor per file: each floor derives from those it asks (``memory``, ``words``, ``calls``,
``bodies``, ``classes``, ``inherited``, ``reading``; then ``writing``, ``method_calls`` and
``protocols``), and ``guards`` puts the roof on. They are one object because compiled code binds their
methods by the dozen and every one of them shares what was cleared.

*Knows:* policy, errors, and of the sandbox what decides and what stands in.
*Never imports:* the transformer, the builtins, the importer, the session.
"""

from agex.sandbox.guards.classes import copied
from agex.sandbox.guards.guards import Guards, restorers
from agex.sandbox.guards.memory import assigned

__all__ = ["Guards", "assigned", "copied", "restorers"]
