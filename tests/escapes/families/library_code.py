"""The library's own code runs unguarded: with what agent code makes, passes or writes into it."""

from ..case import Attack, Twin

ATTACKS = [
    Attack("a field's name that is code", 'dataclasses writes the names of fields into source that it runs', """
from dataclasses import dataclass
@dataclass(init=False)
class C:
    __annotations__ = {"x.append(__import__('os').environ['HOST_CANARY']) or self.x": int}
c, d = C(), C()
c.x = d.x = []
c == d
print(c.x)
"""),
    Attack("a field's name that is code, put there later", 'the annotations are replaced before the decorator runs', """
from dataclasses import dataclass
class C:
    pass
C.__annotations__ = {"x.append(__import__('os').environ['HOST_CANARY']) or self.x": int}
c = dataclass(init=False)(C)()
d = type(c)()
c.x = d.x = []
c == d
print(c.x)
"""),
    Attack("a field's name in a field of a base", 'a subclass of Field has a name that can be assigned', """
from dataclasses import dataclass, Field, MISSING
import sys
class F(Field):
    pass
@dataclass(init=False)
class A:
    x: int = F(0, MISSING, True, True, None, True, None, False, *([None] if sys.version_info >= (3, 14) else []))
A.__dataclass_fields__['x'].name = "x.append(__import__('os').environ['HOST_CANARY']) or self.x"
@dataclass(init=False)
class B(A):
    y: int = 0
b, d = B(), B()
b.x = d.x = []
b == d
print(b.x)
"""),
    Attack("a field's name changed while the class is made", 'a descriptor of the class body runs while dataclass reads the annotations', """
from dataclasses import dataclass
names = {'y': int, 'z': int}
class Trap:
    def __get__(self, o, owner):
        names.pop('z', None)
        names["x.append(__import__('os').environ['HOST_CANARY']) or self.x"] = int
        return 1
@dataclass(init=False)
class C:
    __annotations__ = names
    y = Trap()
    z = 1
c, d = C(), C()
c.x = d.x = []
c == d
print(c.x)
""", before=(3, 13)),
    Attack('fields annotated with a foreign mapping', 'dataclass takes the annotations apart', """
from dataclasses import dataclass, fields
@dataclass
class C:
    __annotations__ = secret_dict
print(fields(C)[0].type)
"""),
    Attack('metadata that is a foreign mapping', 'a field shows its metadata through a proxy', """
from dataclasses import field
print(field(metadata=secret_dict).metadata['flag'])
"""),
    Attack('a made dataclass with a foreign namespace', 'make_dataclass copies the namespace', """
from dataclasses import make_dataclass
print(make_dataclass('D', [], namespace=secret_dict).flag)
"""),
]  # fmt: skip

TWINS = [
    Twin('dataclasses', """
from dataclasses import dataclass, field, fields, make_dataclass, Field, InitVar, KW_ONLY, asdict
@dataclass(order=True, slots=True)
class P:
    x: int
    y: list = field(default_factory=list, metadata={'unit': 'm'}, compare=False)
    _: KW_ONLY
    z: 'str' = 'z'
@dataclass
class Q(P):
    w: float = 0.5
print(Q(1, [2]), asdict(Q(1)), [f.name for f in fields(Q)], fields(P)[1].metadata['unit'])
print(make_dataclass('D', [('a', int), ('b', int, 3)], namespace={'twice': lambda s: s.a * 2})(2).twice())
print(isinstance(fields(P)[0], Field))
"""),
]  # fmt: skip
