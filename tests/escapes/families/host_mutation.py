"""Changing what belongs to the host: modules, classes, functions, builtins and their containers."""

from ..case import Attack, Twin

HOW = "the host's modules, classes, functions and containers are shared with the whole process"

WRITES = [
    ("a module's attribute", "import hostlib\nhostlib.area = lambda *a: 0"),
    ("a new attribute of a module", "import hostlib\nhostlib.extra = 1"),
    ("deleting a module's function", "import hostlib\ndel hostlib.area"),
    ("setattr on a module", "import hostlib\nsetattr(hostlib, 'size', 8)"),
    ("delattr on a module", "import hostlib\ndelattr(hostlib, 'size')"),
    ("augmented module attribute", "import hostlib\nhostlib.size += 1"),
    ("module's dict", "import hostlib\nhostlib.__dict__['size'] = 8"),
    ("module's vars", "import hostlib\nvars(hostlib)['size'] = 8"),
    ("module's vars updated", "import hostlib\nvars(hostlib).update(size=8)"),
    ("object's setattr on a module", "import hostlib\nobject.__setattr__(hostlib, 'size', 8)"),
    ("a module's own setattr", "import hostlib\nhostlib.__setattr__('size', 8)"),
    ("for target in a module", "import hostlib\nfor hostlib.size in [8]:\n    pass"),
    ("with target in a module", "import hostlib\nfrom contextlib import nullcontext\n"
     "with nullcontext(8) as hostlib.size:\n    pass"),
    ("unpacking into a module", "import hostlib\nhostlib.size, x = 8, 9"),
    ("starred unpacking into a module", "import hostlib\n*hostlib.size, x = 8, 9"),
    ("nested unpacking into a module", "import hostlib\n[(hostlib.size, y), x] = (8, 9), 1"),
    ("comprehension target in a module", "import hostlib\n[0 for hostlib.size in [8]]"),
    ("async for target in a module", "import hostlib\nasync def g():\n    yield 8\nasync for hostlib.size in g():\n    pass"),
    ("annotated target in a module", "import hostlib\nhostlib.size: int = 8"),
    ("math's constants", "import math\nmath.pi = 3"),
    ("a standing helper's attribute", "import functools\nfunctools.reduce = max"),
    ("a standing helper's class", "import collections\ncollections.Counter.update = lambda *a: None"),
    ("json's default encoder", "import json\njson._default_encoder = None"),
    ("json's encoder class", "import json\njson.JSONEncoder.item_separator = ';'"),
    ("json's encoder's method", "import json\njson.JSONEncoder.default = lambda s, o: secret.flag"),
    ("a module's class", "import hostlib\nhostlib.Point.norm = lambda self: 0"),
    ("a module's class counter", "import hostlib\nhostlib.Point.count += 1"),
    ("a module's class by instance's type", "import hostlib\np = hostlib.Point(1, 2)\ntype(p).count = 5"),
    ("a module's class container", "import hostlib\nhostlib.Point.corners.append(9)"),
    ("a class container through an instance", "import hostlib\nhostlib.Point(1, 2).corners[0] = 9"),
    ("list append", "import hostlib\nhostlib.shared.append(4)"),
    ("list item", "import hostlib\nhostlib.shared[0] = 9"),
    ("list item augmented", "import hostlib\nhostlib.shared[0] += 9"),
    ("list slice", "import hostlib\nhostlib.shared[:] = []"),
    ("list delete", "import hostlib\ndel hostlib.shared[0]"),
    ("list delete slice", "import hostlib\ndel hostlib.shared[:]"),
    ("list sort", "import hostlib\nhostlib.shared.sort()"),
    ("list reverse", "import hostlib\nhostlib.shared.reverse()"),
    ("list clear", "import hostlib\nhostlib.shared.clear()"),
    ("list extend", "import hostlib\nhostlib.shared.extend([1])"),
    ("list pop", "import hostlib\nhostlib.shared.pop()"),
    ("list insert", "import hostlib\nhostlib.shared.insert(0, 1)"),
    ("list remove", "import hostlib\nhostlib.shared.remove(1)"),
    ("augmented list", "import hostlib\nhostlib.shared += [1]"),
    ("augmented list in a variable", "import hostlib\nm = hostlib.shared\nm += [1]"),
    ("augmented list times", "import hostlib\nm = hostlib.shared\nm *= 2"),
    ("list through an alias", "from hostlib import shared as s\ns.append(1)"),
    ("list through unbound append", "import hostlib\nlist.append(hostlib.shared, 1)"),
    ("list through unbound sort", "import hostlib\nlist.sort(hostlib.shared)"),
    ("list through a bound method", "import hostlib\nadd = hostlib.shared.append\nadd(1)"),
    ("list through map", "import hostlib\nlist(map(hostlib.shared.append, [1]))"),
    ("list through init", "import hostlib\nhostlib.shared.__init__([9])"),
    ("list through iadd", "import hostlib\nhostlib.shared.__iadd__([9])"),
    ("list through operator.setitem", "import hostlib, operator\noperator.setitem(hostlib.shared, 0, 9)"),
    ("list through operator.delitem", "import hostlib, operator\noperator.delitem(hostlib.shared, 0)"),
    ("list through operator.iadd", "import hostlib, operator\noperator.iadd(hostlib.shared, [9])"),
    ("list through operator.imul", "import hostlib, operator\noperator.imul(hostlib.shared, 2)"),
    ("list through methodcaller", "import hostlib\nfrom operator import methodcaller\n"
     "methodcaller('append', 9)(hostlib.shared)"),
    ("list through getattr", "import hostlib\ngetattr(hostlib.shared, 'append')(9)"),
    ("list through the host's caller", "import hostlib\napply(hostlib.shared.append, 9)"),
    ("list through a for target", "import hostlib\nfor hostlib.shared[0] in [9]:\n    pass"),
    ("list through unpacking", "import hostlib\nhostlib.shared[0], x = 9, 8"),
    ("list through a match", "import hostlib\nmatch hostlib:\n    case object(shared=s):\n        s.append(9)"),
    ("nested list", "import hostlib\nhostlib.matrix[0][0] = 9"),
    ("nested list by iteration", "import hostlib\nfor row in hostlib.matrix:\n    row.append(9)"),
    ("nested list by unpacking", "import hostlib\na, b = hostlib.matrix\na.clear()"),
    ("nested list by star", "import hostlib\n[*rows] = hostlib.matrix\nrows[0].append(1)"),
    ("nested list by copy", "import hostlib\nhostlib.matrix.copy()[0].append(1)"),
    ("nested list by slice", "import hostlib\nhostlib.matrix[:][0].append(1)"),
    ("nested list by list()", "import hostlib\nlist(hostlib.matrix)[0].append(1)"),
    ("nested list by sorted", "import hostlib\nsorted(hostlib.matrix)[0].append(1)"),
    ("nested list by max", "import hostlib\nmax(hostlib.matrix).append(1)"),
    ("nested list by next", "import hostlib\nnext(iter(hostlib.matrix)).append(1)"),
    ("nested list by zip", "import hostlib\nfor row, _ in zip(hostlib.matrix, 'ab'):\n    row.append(1)"),
    ("nested list by chain", "import hostlib\nfrom itertools import chain\nnext(chain(hostlib.matrix)).append(1)"),
    ("nested list by deque", "import hostlib\nfrom collections import deque\ndeque(hostlib.matrix)[0].append(1)"),
    ("nested list by concatenation", "import hostlib\n([] + hostlib.matrix)[0].append(1)"),
    ("nested list by itemgetter", "import hostlib\nfrom operator import itemgetter\nitemgetter(0)(hostlib.matrix).append(1)"),
    ("nested list by lambda", "import hostlib\n(lambda *rows: rows[0].append(1))(*hostlib.matrix)"),
    ("nested list by host's caller", "import hostlib\napply(lambda m: m[0].append(1), hostlib.matrix)"),
    ("dict item", "import hostlib\nhostlib.settings['mode'] = 'open'"),
    ("dict delete", "import hostlib\ndel hostlib.settings['mode']"),
    ("dict update", "import hostlib\nhostlib.settings.update(mode='open')"),
    ("dict or", "import hostlib\nhostlib.settings |= {'mode': 'open'}"),
    ("dict or in a variable", "import hostlib\ns = hostlib.settings\ns |= {'mode': 'open'}"),
    ("dict pop", "import hostlib\nhostlib.settings.pop('mode')"),
    ("dict setdefault", "import hostlib\nhostlib.settings.setdefault('extra', 1)"),
    ("dict nested", "import hostlib\nhostlib.settings['nested']['level'] = 9"),
    ("dict nested by values", "import hostlib\nfor v in hostlib.settings.values():\n"
     "    if isinstance(v, dict):\n        v['level'] = 9"),
    ("dict nested by get", "import hostlib\nhostlib.settings.get('nested').clear()"),
    ("dict nested by double star", "import hostlib\n(lambda **k: k['nested'].clear())(**hostlib.settings)"),
    ("dict nested by dict()", "import hostlib\ndict(hostlib.settings)['nested'].clear()"),
    ("dict nested by match", "import hostlib\nmatch hostlib.settings:\n    case {'nested': n}:\n        n.clear()"),
    ("dict by ChainMap", "import hostlib\nfrom collections import ChainMap\nChainMap(hostlib.settings)['mode'] = 'open'"),
    ("dict by UserDict", "import hostlib\nfrom collections import UserDict\nu = UserDict()\nu.data = hostlib.settings\n"
     "u['mode'] = 'open'"),
    ("dict by unbound update", "import hostlib\ndict.update(hostlib.settings, mode='open')"),
    ("set add", "import hostlib\nhostlib.tags.add('c')"),
    ("set discard", "import hostlib\nhostlib.tags.discard('a')"),
    ("set augmented", "import hostlib\nhostlib.tags |= {'c'}"),
    ("set augmented variable", "import hostlib\nt = hostlib.tags\nt -= {'a'}"),
    ("bytearray item", "import hostlib\nhostlib.buffer[0] = 0"),
    ("bytearray extend", "import hostlib\nhostlib.buffer += b'x'"),
    ("bytearray by memoryview", "import hostlib\nmemoryview(hostlib.buffer)[0] = 0"),
    ("class attribute", "Host.limit = 11"),
    ("class attribute augmented", "Host.limit += 1"),
    ("class attribute by instance's type", "type(host).limit = 11"),
    ("class attribute by setattr", "setattr(Host, 'limit', 11)"),
    ("class attribute by type's setattr", "type.__setattr__(Host, 'limit', 11)"),
    ("class attribute by a loop", "for Host.limit in [11]:\n    pass"),
    ("class container", "Host.labels.append('x')"),
    ("class container by instance", "host.labels.append('x')"),
    ("class method", "Host.greet = lambda self: 'x'"),
    ("class special method", "Host.__eq__ = lambda s, o: True"),
    ("class initialiser", "Host.__init__ = lambda self: None"),
    ("class getattr hook", "Host.__getattr__ = lambda s, n: 1"),
    ("class deletion", "del Host.greet"),
    ("class bases", "class B: ...\nHost.__bases__ = (B,)"),
    ("class name", "Host.__name__ = 'X'\nHost.extra = 1"),
    ("class doc", "Host.__doc__ = 'x'"),
    ("class abstract methods", "import abc\nabc.update_abstractmethods(Host)\nHost.__abstractmethods__ = {'x'}"),
    ("dataclass's fields", "Shape.__dataclass_fields__ = {}"),
    ("dataclass's default", "Shape.sides = 9"),
    ("enum's member", "Colour.RED._value_ = 9\nColour.NEW = 1"),
    ("enum's map", "Colour._member_map_['X'] = 1\nColour._extra = 1"),
    ("exception class", "LockedError.extra = 1"),
    ("function attribute", "greet.extra = 1"),
    ("function by setattr", "setattr(greet, 'extra', 1)"),
    ("function's defaults", "greet.__defaults__ = ('x',)"),
    ("function's keyword defaults", "greet.__kwdefaults__ = {'_salt': ''}"),
    ("function's keyword defaults by item", "greet.__kwdefaults__['_salt'] = ''\ngreet.x = 1"),
    ("function's code", "greet.__code__ = (lambda name='', *, _salt=0: 'x').__code__"),
    ("function's name", "greet.__name__ = 'x'\ngreet.x = 1"),
    ("function's doc", "greet.__doc__ = 'x'\ngreet.x = 1"),
    ("function's annotations", "greet.__annotations__['name'] = int\ngreet.x = 1"),
    ("method's attribute", "Host.greet.extra = 1\nHost.x = 1"),
    ("instance's excluded attribute", "host.password = 'mine'"),
    ("instance's private attribute", "host._private = 'mine'"),
    ("instance's dict", "host.__dict__['password'] = 'mine'"),
    ("instance's class", "class C: ...\nhost.__class__ = C"),
    ("instance's method", "host.greet = lambda: 'mine'"),
    ("instance's deletion", "del host.password"),
    ("builtins item", "__builtins__['extra'] = 1"),
    ("builtins through a function", "len.__self__.extra = 1"),
    ("builtins by import", "import builtins\nbuiltins.extra = 1"),
    ("builtins by setattr", "setattr(print.__self__, 'extra', 1)"),
    ("sys.path", "import sys\nsys.path.append('x')"),
    ("counter class", "from collections import Counter\nCounter.extra = 1"),
    ("user dict class", "from collections import UserDict\nUserDict.extra = 1"),
    ("enum class", "from enum import Enum\nEnum.extra = 1"),
    ("partial into a module", "import hostlib\nfrom functools import partial\npartial(setattr, hostlib, 'size')(8)"),
    ("reduce with setattr", "import hostlib\nfrom itertools import starmap\nlist(starmap(setattr, [(hostlib, 'size', 8)]))"),
    ("a dataclass field over it", """import hostlib
from dataclasses import dataclass, field
@dataclass
class D:
    a: list = field(default_factory=lambda: hostlib.shared)
D().a.append(1)"""),
    ("an own class over it", "import hostlib\nclass C:\n    x = hostlib.shared\nC.x.append(1)\nC().x.append(2)"),
    ("an own default over it", "import hostlib\ndef f(a=hostlib.shared):\n    a.append(1)\nf()"),
    ("an own list subclass", "import hostlib\nclass L(list): ...\nL.append(hostlib.shared, 1)"),
    ("super() of a list subclass", "import hostlib\nclass L(list):\n    def add(self):\n"
     "        super(L, self).append(1)\nlist.extend(hostlib.shared, [1])"),
]  # fmt: skip

MODULES = [
    ("heapq", "import heapq, hostlib\nheapq.heapify(hostlib.shared)\nheapq.heappush(hostlib.shared, 0)"),
    ("heapq.heappop", "import heapq, hostlib\nheapq.heappop(hostlib.shared)"),
    ("bisect", "import bisect, hostlib\nbisect.insort(hostlib.shared, 2)"),
    ("random", "import random, hostlib\nfor _ in range(9):\n    random.shuffle(hostlib.shared)\n"
     "    if hostlib.shared != [3, 1, 2]:\n        break"),
    ("random.Random", "import random\nrandom.Random.random = lambda s: 0"),
    ("calendar", "import calendar\ncalendar.mdays[2] = 30"),
    ("string", "import string\nstring.ascii_letters = 'x'"),
    ("statistics", "import statistics\nstatistics.mean = max"),
    ("decimal", "import decimal\ndecimal.ROUND_UP = 'x'"),
]  # fmt: skip

ATTACKS = [
    *[Attack(name, HOW, code) for name, code in WRITES],
    *[Attack(f"by {name}", HOW, code, modules=(name.split(".")[0],)) for name, code in MODULES],
]

TWINS = [
    Twin("reading shared things and changing one's own", """
import hostlib
mine = list(hostlib.shared)
mine.append(4)
rows = [list(r) for r in hostlib.matrix]
rows[0][0] = 1
s = dict(hostlib.settings)
s['mode'] = 'x'
print(mine, rows, s, hostlib.shared, hostlib.matrix, hostlib.settings, sorted(hostlib.tags), len(hostlib.shared))
print([x * 2 for x in hostlib.shared], sum(hostlib.shared), 3 in hostlib.shared, hostlib.shared[1:], max(hostlib.shared))
print(hostlib.settings['nested']['level'], sorted(hostlib.shared), hostlib.shared == [3, 1, 2], list(hostlib.settings))
p = hostlib.Point(1, 2)
p.x = 5
host.name = 'bob'
host.items.append(4)
print(p.norm(), host.greet(), host.items, isinstance(p, hostlib.Point))
"""),
]  # fmt: skip
