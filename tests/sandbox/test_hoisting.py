"""A type tested where a local is bound says nothing of what the name means elsewhere.

Each program binds a name to an object of its own class, so that its type is tested once, and then makes
the same name mean an unregistered object in some other way.
"""

from __future__ import annotations

import pytest

from agex.policy import Registry
from agex.sandbox import Session

CANARY = "canary"


class Secret:
    """Registered by nobody; every door leads to the canary."""

    def __init__(self) -> None:
        self.x = self.y = CANARY

    def __iter__(self):
        return iter([CANARY])

    def __getitem__(self, index):
        return CANARY


class SecretList(list):
    """A list of a class nobody registered."""


PROGRAMS = [
    """\
class P:
  def __init__(s): s.x=1; s.y=2
def f(p):
  p.x; p.y; p.x; p.y
  return [p.x for p in [secret]]
f(P()); print(f(P()))
""",
    """\
class P:
  def __init__(s): s.x=1; s.y=2
def f(p):
  p.x; p.y; p.x; p.y
  return list(p.x for p in [secret])
f(P()); print(f(P()))
""",
    """\
def f(p):
  p[0]; p[0]; p[0]
  return [p[0] for p in [secret]]
f([1]); print(f([1]))
""",
    """\
class P:
  x=1;y=2
def f(p):
  for i in range(3):
    p.x; p.y
    p, q = secret, 1
    print(p.x)
f(P())
""",
    """\
class P:
  x=1;y=2
def f(p):
  for i in range(3):
    p.x; p.y
    (p, q), r = (secret, 1), 2
    print(p.x)
f(P())
""",
    """\
class P:
  x=1;y=2
def f(p):
  for i in range(3):
    p.x; p.y
    for p in [secret]: print(p.x)
f(P())
""",
    """\
class P:
  x=1;y=2
def f(p):
  for i in range(3):
    p.x; p.y
    for i, (p, q) in enumerate([(secret,1)]): print(p.x)
f(P())
""",
    """\
class P:
  x=1;y=2
def f(p):
  p.x; p.y; p.x
  if (p := secret): print(p.x)
f(P())
""",
    """\
class P:
  x=1;y=2
def f(p):
  p.x; p.y; p.x
  p += 1
class Q:
  x=1
  y=2
  def __iadd__(s,o): return secret
def g(p):
  p.x;p.y;p.x
  p += 1
  print(p.x)
g(Q())
""",
    """\
class Q:
  x=1
  y=2
  def __imul__(s,o): return secret
def g(p):
  p.x;p.y;p.x
  p *= 3
  print(p.x, p.y)
g(Q())
""",
    """\
total = 0
def f():
  total=[]
  total += sl
  print(total)
f()
""",
    """\
def f(t):
  t += sl
  print(t)
f([])
""",
    """\
x=[]
x += secret
print(x)
""",
    """\
class C: pass
c=C(); c.v=[]
c.v += sl
print(c.v)
""",
    """\
class P:
  x=1;y=2
def f(p):
  p.x;p.y;p.x
  try:
    raise ValueError
  except ValueError as p:
    pass
  p = secret
  print(p.x)
f(P())
""",
    """\
class P:
  x=1;y=2
def f(p):
  p.x;p.y;p.x
  def g():
    nonlocal p
    p = secret
  g()
  print(p.x)
f(P())
""",
]


@pytest.mark.parametrize("program", PROGRAMS)
def test_a_name_rebound_in_any_way_is_tested_again(program: str) -> None:
    inputs = {"secret": Secret(), "sl": SecretList([CANARY])}
    session = Session(Registry().freeze(), inputs=inputs)

    for _ in range(2):  # cold, then warm
        result = session.run(program)

        assert result.error is not None
        assert CANARY not in result.stdout + result.traceback
