"""What compiled code takes for granted: types known beforehand, methods that nothing hides.

Where a local is only ever bound to an exact builtin, or a class has a method that no instance can
hide, the guard is left out. Each attack here makes the ground of such a conclusion give way later.
"""

from ..case import SPLIT, Attack, Twin

ATTACKS = [
    Attack(
        "sorted means something else later",
        "code that iterates what sorted() gives was compiled while it gave a list",
        f"""
def f(o):
    return [x for x in sorted(o)]
{SPLIT}
sorted = lambda o: o
print(f(secret_list))
""",
    ),
    Attack(
        "list means something else later",
        "a method of what list() gives is called without asking",
        f"""
def f(o):
    xs = list(o)
    return xs.pop()
{SPLIT}
list = lambda o: o
print(f(secret_list))
""",
    ),
    Attack(
        "dict means something else later",
        "an item of what dict() gives is read without asking",
        f"""
def f(o):
    d = dict(o)
    return [d[k] for k in d]
{SPLIT}
dict = lambda o: o
print(f(secret_dict))
""",
    ),
    Attack(
        "zip means something else later",
        "what zip() yields is unpacked without asking",
        f"""
def f(o):
    return [a for a, *b in zip(o)]
{SPLIT}
zip = lambda o: [o]
print(f(secret_list))
""",
    ),
    Attack(
        "enumerate means something else later",
        "what enumerate() yields is unpacked without asking",
        f"""
def f(o):
    for i, x in enumerate(o):
        print(i, x)
{SPLIT}
enumerate = lambda o: [o, o]
f(secret_list)
""",
    ),
    Attack(
        "a container in the place of which comes another",
        "a global that was a dict at every binding seen is rebound by its name as text",
        """
d = {'flag': 1}
def item():
    return d['flag']
def method():
    return d.pop('flag')
def length():
    return [x for x in d]
item()
item()
method()
length()
def put(value):
    global d
    d = value
put(secret_dict)
for f in (item, length, method):
    try:
        print(f())
    except Exception:
        pass
""",
    ),
    Attack(
        "a module in the place of which comes something else",
        "the name of an imported module is rebound in a later action",
        f"""
import math
def f():
    return math.flag
def g():
    return math.reveal()
try:
    f()
except AttributeError:
    pass
{SPLIT}
math = secret
print(f())
{SPLIT}
math = host
print(g())
""",
    ),
    Attack(
        "a local rebound by a walrus",
        "a name that is a list at first is rebound inside an expression",
        """
def f(o):
    xs = []
    if (xs := o):
        return xs.pop()
print(f(secret_list))
""",
    ),
    Attack(
        "a local rebound in a comprehension",
        "a walrus in a comprehension binds the name of the function around it",
        """
def f(o):
    xs = []
    [0 for _ in range(1) if [xs := o]]
    return xs.pop()
print(f(secret_list))
""",
    ),
    Attack(
        "a local rebound by a nested function",
        "nonlocal rebinds what its owner only ever binds to a list",
        """
def f(o):
    xs = []
    def g():
        nonlocal xs
        xs = o
    g()
    return xs.pop()
print(f(secret_list))
""",
    ),
    Attack(
        "a local rebound by a pattern",
        "a capture pattern binds a name",
        """
def f(o):
    xs = []
    match o:
        case xs:
            pass
    return xs.pop()
print(f(secret_list))
""",
    ),
    Attack(
        "a local rebound by with",
        "the target of with binds a name",
        """
class M:
    def __init__(self, o):
        self.o = o
    def __enter__(self):
        return self.o
    def __exit__(self, *details):
        pass
def f(o):
    xs = []
    with M(o) as xs:
        return xs.pop()
print(f(secret_list))
""",
    ),
    Attack(
        "a local rebound by a loop target",
        "loops bind names at any depth of their target",
        """
def f(o):
    xs = []
    for i, [xs] in [(1, [o])]:
        return xs.pop()
print(f(secret_list))
""",
    ),
    Attack(
        "a local rebound by unpacking",
        "a star in the middle shifts what each name is bound to",
        """
def f(o):
    a, xs, *rest = [1, *[o], []]
    return xs.pop()
print(f(secret_list))
""",
    ),
    Attack(
        "a sum that is no list",
        "list += x asks x first, whose __radd__ may give anything",
        """
class R:
    def __init__(self, o):
        self.o = o
    def __radd__(self, other):
        return self.o
def f(o):
    xs = []
    xs += R(o)
    return xs.pop()
print(f(secret_list))
""",
    ),
    Attack(
        "a product that is no list",
        "list * x asks x, whose __rmul__ may give anything",
        """
class R:
    def __init__(self, o):
        self.o = o
    def __rmul__(self, other):
        return self.o
def f(o):
    xs = [1] * R(o)
    return xs.pop()
print(f(secret_list))
""",
    ),
    Attack(
        "a method hidden by a class that ran already",
        "a class gets a method while a frame holds that all of its attributes are the agent's own",
        """
class A:
    pass
def f(o, other, value):
    o.x = o.y = o.z = 1
    A.n = lambda self: 1
    other.n()
    o.n = value
    return o.n()
f(A(), A(), Vault)
""",
    ),
    Attack(
        "a method hidden later",
        "an instance gets a class in the place of a method that was called natively before",
        f"""
class A:
    def n(self):
        return 1
a = A()
def call():
    return a.n()
call()
call()
{SPLIT}
class B:
    pass
b = B()
b.n = 1
def put(o, value):
    o.x = o.y = 1
    o.n = value
call()
put(a, Vault)
call()
""",
    ),
    Attack(
        "a method hidden through setattr",
        "the name of the method is made at run time",
        """
class A:
    def n(self):
        return 1
a = A()
def call():
    return a.n()
call()
setattr(a, ''.join(['n']), Vault)
call()
""",
    ),
    Attack(
        "a method replaced in the class while it runs",
        "super() and methods were native before the class changed",
        """
class A:
    def n(self):
        return 1
class B(A):
    def n(self):
        return super().n()
b = B()
b.n()
b.n()
A.n = Vault
b.n()
""",
    ),
    Attack(
        "super from a class made twice",
        "one class statement makes two classes; what comes after one is not what comes after the other",
        """
def make(base):
    class C(base):
        def reveal(self):
            return super().reveal()
    return C
inner = make(Host)
class Plain:
    def reveal(self):
        return 1
outer = make(make(Plain))
outer().reveal()
outer().reveal()
class Mixed(make(inner)):
    pass
try:
    print(Mixed().reveal())
except TypeError:
    print(Mixed('x').reveal())
""",
    ),
]  # fmt: skip

TWINS = [
    Twin("builtins rebound to something of the same kind", f"""
def f(o):
    return [x for x in sorted(o)], sum(i for i, _ in enumerate(o))
print(f([2, 1]))
{SPLIT}
before = sorted
sorted = lambda o: list(reversed(before(o)))
print(f([2, 1]))
"""),
    Twin("methods and data of one name", """
class A:
    def n(self):
        return 'method'
class B:
    n = 'data'
    def __init__(self):
        self.n = self.n + '!'
a, b = A(), B()
print(a.n(), b.n)
a.n = lambda: 'hidden'
print(a.n(), A().n())
del a.n
print(a.n())
"""),
    Twin("super in every form", """
class A:
    def __init__(self, x):
        self.x = x
    @property
    def p(self):
        print('once')
        return lambda: self.x
    @classmethod
    def c(cls):
        return cls.__name__
class B(A):
    def __init__(self, x):
        super().__init__(x)
    def p(self):
        return super().p()
    @classmethod
    def c(cls):
        return super().c()
b = B(1)
print(b.p(), b.p(), B.c(), b.c())
"""),
]  # fmt: skip
