"""Operators and methods that the library wrote in Python, or C, and that go through or call the other side."""

from ..case import Attack, Twin

#: The least that a sequence of one's own has.
_SEQUENCE = """\
from collections.abc import MutableSequence
class M(MutableSequence):
    def __init__(self):
        self.items = []
    def __getitem__(self, i):
        return self.items[i]
    def __setitem__(self, i, v):
        self.items[i] = v
    def __delitem__(self, i):
        del self.items[i]
    def __len__(self):
        return len(self.items)
    def insert(self, i, v):
        self.items.insert(i, v)"""

ATTACKS = [
    Attack('update of an own mapping', 'MutableMapping.update goes through the other side', """
from collections import UserDict
class U(UserDict):
    pass
u = U()
u.update(secret)
print(u)
"""),
    Attack('extend of an own sequence', 'MutableSequence.extend goes through the other side', _SEQUENCE + """
m = M()
m.extend(secret)
print(m.items)
"""),
    Attack('+= of an own sequence', 'MutableSequence.__iadd__ goes through the other side', _SEQUENCE + """
m = M()
m += secret
print(m.items)
"""),
    Attack('the union of an own set', 'Set.__or__ goes through the other side', """
from collections.abc import Set
class M(Set):
    def __init__(self, items=()):
        self.items = list(items)
    def __contains__(self, x):
        return x in self.items
    def __iter__(self):
        return iter(self.items)
    def __len__(self):
        return len(self.items)
print((M() | secret).items)
"""),
    Attack('the intersection of an own set', 'Set.__and__ asks the set for each item of the other side', """
from collections.abc import Set
seen = []
class M(Set):
    def __contains__(self, x):
        seen.append(x)
        return False
    def __iter__(self):
        return iter(())
    def __len__(self):
        return 0
    @classmethod
    def _from_iterable(cls, items):
        return list(items)
M() & secret
print(seen)
"""),
    Attack('an operator of a set, by hand', 'Set.__and__ read from the class', """
from collections.abc import Set
class M(Set):
    def __contains__(self, x):
        return True
    def __iter__(self):
        return iter(())
    def __len__(self):
        return 0
    @classmethod
    def _from_iterable(cls, items):
        return list(items)
print(Set.__and__(M(), secret))
"""),
    Attack('a method of a mapping, by hand', 'Mapping.get indexes whatever it is called with', """
from collections.abc import Mapping
print(Mapping.get(secret, 'flag'))
"""),
    Attack('items of a mapping, by hand', 'Mapping.items makes a view of whatever it is called with', """
from collections.abc import Mapping
print(list(Mapping.items(secret)))
"""),
    Attack('update, by hand', 'MutableMapping.update read from the class', """
from collections.abc import MutableMapping
d = {}
MutableMapping.update(d, secret)
print(d)
"""),
    Attack('extend, by hand', 'MutableSequence.extend read from the class', """
from collections.abc import MutableSequence
xs = []
MutableSequence.extend(xs, secret)
print(xs)
"""),
    Attack('+ of an own user list', 'UserList.__add__ goes through the other side', """
from collections import UserList
class U(UserList):
    pass
print(U([1]) + secret)
"""),
    Attack('+= of a deque', 'deque.__iadd__ goes through the other side', """
from collections import deque
d = deque()
d += secret
print(d)
"""),
    Attack('what a user list wraps', 'a foreign list in the place of the data', """
from collections import UserList
class U(UserList):
    pass
u = U()
u.data = secret_list
print(u[0])
"""),
    Attack('what a user dict wraps', 'a foreign mapping in the place of the data', """
from collections import UserDict
class U(UserDict):
    pass
u = U()
u.data = secret_dict
print(u['flag'])
"""),
    Attack('what a user dict wraps, in its dictionary', 'the same through vars()', """
from collections import UserDict
class U(UserDict):
    pass
u = U()
vars(u)['data'] = secret_dict
print(u['flag'])
"""),
    Attack('a map put into a chain', 'the list of maps can be changed', """
from collections import ChainMap
c = ChainMap({})
c.maps.append(secret)
print(c['flag'])
"""),
    Attack('a map put into an own chain', 'the list of maps of a subclass can be changed', """
from collections import ChainMap
class C(ChainMap):
    pass
c = C({})
c.maps.append(secret)
print(c['flag'])
"""),
    Attack('a child of a chain', 'new_child takes any mapping', """
from collections import ChainMap
print(ChainMap({}).new_child(secret)['flag'])
"""),
    Attack('the factory of an own default dict', 'the factory is assigned, and called from C', """
from collections import defaultdict
class D(defaultdict):
    pass
d = D(list)
d.default_factory = secret
print(d['x'])
"""),
    Attack("a decorator class of one's own", 'ContextDecorator calls what it decorates', """
from contextlib import ContextDecorator
class D(ContextDecorator):
    def __enter__(self):
        return self
    def __exit__(self, *details):
        return None
print(D()(secret)())
"""),
    Attack('the getter of a property', 'property.getter takes any callable', """
class C:
    x = property().getter(secret)
print(C().x)
"""),
    Attack('the items of a named tuple', '_make goes through what it is given', """
from collections import namedtuple
N = namedtuple('N', 'a b')
print(N._make(secret))
"""),
    Attack('the items of a named tuple, on an instance', '_make goes through what it is given', """
from typing import NamedTuple
class N(NamedTuple):
    a: int
    b: int
print(N(1, 2)._make(secret))
"""),
    Attack('combinations by name', 'itertools takes the iterable under its name', """
from itertools import combinations
print(list(combinations(iterable=secret, r=1)))
"""),
    Attack('permutations by name', 'itertools takes the iterable under its name', """
from itertools import permutations
print(list(permutations(iterable=secret)))
"""),
    Attack('a slice assigned by hand', 'list.__setitem__ goes through the other side', """
xs = [1]
xs.__setitem__(slice(0, 1), secret)
print(xs)
"""),
    Attack('a slice assigned by operator.setitem', 'operator.setitem goes through the other side', """
import operator
xs = [1]
operator.setitem(xs, slice(0, 1), secret)
print(xs)
"""),
    Attack('a partial made by hand', 'partial.__new__ takes any callable', """
from functools import partial
print(partial.__new__(partial, secret)())
"""),
    Attack('annotations of a typed dict', 'TypedDict copies the annotations it finds', """
from typing import TypedDict
class T(TypedDict):
    __annotations__ = secret_dict
print(T.__annotations__)
"""),
    Attack('a weak proxy', 'a proxy reads whatever the object has', """
import weakref
print(weakref.proxy(secret).flag)
""", modules=('weakref',)),
    Attack('a finalizer', 'weakref.finalize calls anything, later', """
import weakref
class C:
    pass
c = C()
weakref.finalize(c, Vault)
del c
""", modules=('weakref',)),
    Attack('a static read', 'inspect.getattr_static reads by name', """
import inspect
print(inspect.getattr_static(secret, 'flag'))
""", modules=('inspect',)),
]  # fmt: skip

TWINS = [
    Twin("containers of one's own", """
from collections import UserDict, UserList, ChainMap, defaultdict, deque, namedtuple
from collections.abc import MutableMapping, MutableSequence, MutableSet, Set
class M(MutableMapping):
    def __init__(self, *a, **k):
        self.d = {}
        self.update(*a, **k)
    def __getitem__(self, k): return self.d[k]
    def __setitem__(self, k, v): self.d[k] = v
    def __delitem__(self, k): del self.d[k]
    def __iter__(self): return iter(self.d)
    def __len__(self): return len(self.d)
m = M({1: 2}, a=3)
m.update([(5, 6)])
print(dict(m), m == {1: 2, 'a': 3, 5: 6}, list(m.items()), m.setdefault(9, 1), m.pop(9), m.get(8))
class B(MutableSet):
    def __init__(self, items=()): self.s = list(dict.fromkeys(items))
    def __contains__(self, x): return x in self.s
    def __iter__(self): return iter(self.s)
    def __len__(self): return len(self.s)
    def add(self, x): self.s += [x] if x not in self.s else []
    def discard(self, x): self.s = [y for y in self.s if y != x]
class BB(B):
    def __or__(self, other): return sorted(super().__or__(other))
b = B('abc')
b |= {'d'}
b &= B('abd')
b -= {'a'}
b ^= ['z']
print(list(b), list(B('ab') | 'bc'), list(B('ab') & ['b']), list(B('ab') - {'a'}), list('xa' - B('a')), BB('ba') | 'c', b.isdisjoint([1]), B('a') < B('ab'))
class L(UserList):
    def twice(self): return self + self
l = L([1])
l += [2]
l.extend((3,))
l.data = [7, *l.data]
l[1:2] = 'xy'
print(l, l.twice(), [0] + l, l + (4,), l.index('y'))
class D(UserDict):
    def __missing__(self, k): return k
d = D(a=1)
d.update({'b': 2})
print(d['zz'], d, D({1: 2}) | {3: 4})
c = ChainMap({'a': 1}, {'b': 2})
c.maps[1]['b'] = 5
print(c.maps, c['b'], c.new_child({'a': 9})['a'], c.parents, len(c.maps), dict(c | {'q': 1}))
f = defaultdict(list)
f['x'].append(1)
q = deque([1])
q += (2, 3)
N = namedtuple('N', 'a b', defaults=[5])
print(f, q, N._make([1, 2]), N(1)._make((3, 4)), N(1)._replace(a=9), N(1))
x = [1, 2, 3]
x.__setitem__(slice(0, 2), 'ab')
print(x)
class P:
    @property
    def v(self): return 1
    @v.setter
    def v(self, x): print('set', x)
P().v = 2
"""),
]  # fmt: skip
