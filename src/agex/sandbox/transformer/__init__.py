"""Turns agent source into guarded source: one method per kind of node, refused unless decided.

Invariants; each number names what the tests of this file bear out.

1. Every node kind is decided: it recurses as it is, it has a method, or it is refused.
2. Every attribute read, write and delete, every item, iteration, call, class base and import
   passes its guard, the ones hidden in syntax included.
3. Guard names start with ``$``, which source cannot spell: nothing binds, imports, deletes or
   declares them.
4. Evaluation order, line numbers and qualified names are those of the source.
5. Syntax is decided here and objects at run time: the transformer knows no policy.
6. All refusals of a source are reported together.

The shape of a guard. ``o.x`` becomes ``(o if type(o) in $s.r_x else $door(o, "x")).x``: a type test,
then the interpreter's own attribute read with its caches. ``$s.r_x`` is the set of types cleared for
reading ``x``; the slow path either clears the type and hands ``o`` back, hands out a *door* (a small
object with the one attribute), or refuses. Where ``o`` is not a fast local it is held in the
temporary ``$t``; where temporaries are illegal or would leak (class bodies, generator expressions,
iterables of comprehensions, annotations) the guard is called outright.

What is opened beyond the base class: annotations, augmented assignment to attributes and items,
``nonlocal``, ``match``, ``async``, ``try*``, type parameters, and ``_private`` names, because guards
decide about objects and not about spellings. What is closed: the dunders of ``tables.py``.

A floor per file: ``blocks`` makes nodes, then ``stretches``, ``names``, ``attributes``, ``iteration``, ``calls``,
``operators``, ``assignments``, ``statements``, ``definitions`` and ``matching``, each deriving from the one
before; ``table`` says which method visits which kind of node. ``shapes`` looks at nodes and changes none.

*Knows:* the scopes, what is hoisted and inferred, the tables.
*Never imports:* the policy, the guards, the session.
"""

from agex.sandbox.transformer.table import AgentTransformer

__all__ = ["AgentTransformer"]
