"""A host class keeps values on instances, under names that the agent's subclass has a meaning for."""

from ..case import Attack, Twin

#: A class of which only some instances run the host's constructor.
_SOMETIMES = """\
class S(Host):
    def __init__(self, real):
        if real:
            super().__init__('x')"""

ATTACKS = [
    Attack("a class attribute in front of the host's value", "an instance's own value goes before the class attribute of the subclass", """
class S(Host):
    password = None
print(S().password)
"""),
    Attack("a mixin's attribute in front of the host's value", "the attribute comes from a class beside the host's", """
class Mix:
    password = None
class S(Mix, Host):
    pass
print(S().password)
"""),
    Attack('a class attribute set later', 'the subclass gets the attribute after it was made', """
class S(Host):
    pass
S.password = None
print(S().password)
"""),
    Attack("a cached property in front of the host's value", "a cached property reads the instance's dictionary first", """
from functools import cached_property
class S(Host):
    @cached_property
    def password(self):
        return 1
print(S().password)
"""),
    Attack("a method in front of the host's value", "an instance's own value goes before a method", """
class S(Host):
    def password(self):
        return 1
print(S().password)
"""),
    Attack("another instance's value", "one instance without the host's constructor gets the name for all", _SOMETIMES + """
first = S(False)
first.password = 1
print(S(True).password)
"""),
    Attack('a value the host replaces', "the host's constructor runs after the agent has put its own value", _SOMETIMES + """
one = S(False)
one.password = 1
one.__init__(True)
print(one.password)
"""),
    Attack('a value the host replaces, deleted and set again', "the name stays the agent's after deletion", _SOMETIMES + """
one = S(False)
one.password = 1
del one.password
one.__init__(True)
print(one.password)
"""),
]  # fmt: skip

TWINS = [
    Twin("private names of a subclass of the host's", """
from functools import cached_property
class S(Host):
    _limit = 5
    def __init__(self, name):
        super().__init__(name)
        self._seen = []
        self.__mine = 2
    def _note(self, x):
        self._seen.append(x)
        self._count = len(self._seen)
        return self._count
    @cached_property
    def _twice(self):
        return self._limit * 2
    def all(self):
        self._count += 1
        return self._seen, self._count, self._limit, self._twice, self._twice, self.__mine
s = S('x')
print(s._note(1), s._note(2), s.all(), s.greet())
del s._count
print(hasattr(s, '_count'), S('y')._note(3))
"""),
]  # fmt: skip
