"""Pickling and copying run what a reduction names, now or when the host stores and loads a value."""

from ..case import Attack, Twin

HOOKS = [
    ("__reduce__", "def __reduce__(self):\n        return (@)"),
    ("__reduce_ex__", "def __reduce_ex__(self, protocol):\n        return (@)"),
]
GADGETS = [
    ("exec", "exec, (\"print(__import__('os').environ['HOST_CANARY'])\",)"),
    ("eval", "eval, (\"print(__import__('os').environ['HOST_CANARY'])\",)"),
    ("getattr", "getattr, (secret, 'flag')"),
    ("open", "open, (path,)"),
    ("a host class", "Locked, ()"),
    ("an unregistered class", "Vault, ()"),
    ("a global by name", "'hostlib.area'"),
    ("print", "print, (secret,)"),
]  # fmt: skip

ATTACKS = [
    *[
        Attack(
            f"{hook} with {gadget}, copied by the agent",
            "copy.copy calls the first element of a reduction with the second",
            f"import copy\nclass C:\n    {body.replace('@', what)}\ntry:\n    loot = copy.copy(C())\n"
            "except Exception:\n    pass\nprint(getattr(loot, 'flag', loot))",
        )
        for hook, body in HOOKS
        for gadget, what in GADGETS
        if gadget not in ("a global by name",)
    ],
    *[
        Attack(
            f"{hook} with {gadget}, pickled by the host",
            "the reduction runs when the host loads what it stored",
            f"class C:\n    {body.replace('@', what)}\nspy = C()",
            after="""
import cloudpickle, pickle
loaded = pickle.loads(cloudpickle.dumps(ns['spy']))
seen.append(str(loaded))
""",
        )
        for hook, body in HOOKS
        for gadget, what in [("exec", GADGETS[0][1]), ("eval", GADGETS[1][1])]
    ],
    *[
        Attack(name, how, code, after=after)
        for name, how, code, after in [
            ("__setstate__ run at load", "loading calls the hook with the stored state", """
class C:
    def __getstate__(self):
        return {'s': 1}
    def __setstate__(self, state):
        print(secret.flag)
import copy
spy = copy.copy(C())""", ""),
            ("__getstate__ leaks", "dumping calls the hook", """
class C:
    def __getstate__(self):
        print(secret.flag)
        return {}
import copy
copy.copy(C())""", ""),
            ("__getnewargs__ leaks", "dumping calls the hook", """
class C:
    def __getnewargs__(self):
        print(secret.flag)
        return ()
import copy
copy.copy(C())""", ""),
            ("__getnewargs_ex__ leaks", "dumping calls the hook", """
class C:
    def __getnewargs_ex__(self):
        print(secret.flag)
        return (), {}
import copy
copy.copy(C())""", ""),
            ("a reduction assigned later", "the hook is set on the class, not defined in it", """
import copy
class C: ...
C.__reduce_ex__ = lambda self, p: (print, (secret.flag,))
copy.copy(C())""", ""),
            ("a reduction by setattr", "the hook is set by name", """
import copy
class C: ...
setattr(C, '__reduce_ex__', lambda self, p: (print, (secret.flag,)))
copy.copy(C())""", ""),
            ("a reduction by type()", "the hook is in the namespace of a three-argument type()", """
import copy
C = type('C', (), {'__reduce_ex__': lambda self, p: (print, (secret.flag,))})
copy.copy(C())""", ""),
            ("a reduction by a base of its own", "the hook comes with a class made elsewhere", """
import copy
def mixin():
    class M:
        def __reduce_ex__(self, p):
            return print, (secret.flag,)
    return M
class C(mixin()): ...
copy.copy(C())""", ""),
            ("an instance attribute as a hook", "copy looks for hooks on the class, old code on the instance", """
import copy
class C: ...
c = C()
c.__class__ = type('D', (), {'__copy__': lambda self: secret.flag})
print(copy.copy(c))""", ""),
            ("copyreg", "copyreg's table maps types to reducers", """
import copyreg, copy
class C: ...
copyreg.pickle(C, lambda c: (print, (secret.flag,)))
copy.copy(C())""", ""),
            ("copy's dispatch table", "copy consults copyreg's table for a type", """
import copy
class C: ...
copy.dispatch_table[C] = lambda c: (print, (secret.flag,))
copy.copy(C())""", ""),
            ("copy's own tables", "the copiers of builtin types are in a dict of the module", """
import copy
copy._deepcopy_dispatch[int] = lambda x, memo: secret.flag
print(copy.deepcopy([1]))""", ""),
            ("pickle itself", "the module is not registered", """
import pickle
print(pickle.loads(b"cos\\ngetenv\\n(VHOST_CANARY\\ntR."))""", ""),
            ("marshal", "code objects from bytes", """
import marshal
exec(marshal.loads(marshal.dumps((lambda: 0).__code__)))
loot = (lambda: 0).__code__""", ""),
            ("shelve by dbm", "shelve unpickles", """
import shelve
print(shelve.__loader__.get_data(path).decode())""", ""),
            ("a function given by value", "cloudpickle of a function gives real builtins on the other side", """
def spy():
    return __import__('os').environ['HOST_CANARY']""", """
import cloudpickle, pickle
seen.append(pickle.loads(cloudpickle.dumps(ns['spy']))())"""),
            ("a function that names an unoffered builtin", "names are looked up where it is loaded", """
def spy(p):
    return open(p).read()""", """
import cloudpickle, pickle
seen.append(pickle.loads(cloudpickle.dumps(ns['spy']))(world.path))"""),
            ("a function that reads attributes", "its guards must have travelled with it", """
def spy(o):
    return o.flag""", """
import cloudpickle, pickle
class Stranger:
    def __init__(self, flag):
        self.flag = flag
seen.append(pickle.loads(cloudpickle.dumps(ns['spy']))(Stranger(world.canary)))"""),
            ("a method that reads attributes", "classes travel by value too", """
class C:
    def read(self, o):
        return o.flag
spy = C()""", """
import cloudpickle, pickle
class Stranger:
    def __init__(self, flag):
        self.flag = flag
seen.append(pickle.loads(cloudpickle.dumps(ns['spy'])).read(Stranger(world.canary)))"""),
            ("a closure that calls", "what it closes over travels as well", """
def make(name):
    def spy(o):
        return getattr(o, name)
    return spy
spy = make('flag')""", """
import cloudpickle, pickle
class Stranger:
    def __init__(self, flag):
        self.flag = flag
seen.append(pickle.loads(cloudpickle.dumps(ns['spy']))(Stranger(world.canary)))"""),
            ("a lambda with a format string", "format strings on the other side", """
spy = lambda o: '{0.flag}'.format(o)""", """
import cloudpickle, pickle
class Stranger:
    def __init__(self, flag):
        self.flag = flag
seen.append(pickle.loads(cloudpickle.dumps(ns['spy']))(Stranger(world.canary)))"""),
            ("a deleted builtin", "deleting a guarded builtin's name leaves the real one behind it", """
try:
    del getattr
except NameError:
    pass
def spy(o):
    return getattr(o, 'flag')""", """
import cloudpickle, pickle
class Stranger:
    def __init__(self, flag):
        self.flag = flag
seen.append(pickle.loads(cloudpickle.dumps(ns['spy']))(Stranger(world.canary)))"""),
            ("an import on the other side", "import statements run where the function runs", """
def spy():
    import os
    return os.environ['HOST_CANARY']""", """
import cloudpickle, pickle
seen.append(pickle.loads(cloudpickle.dumps(ns['spy']))())"""),
            ("a deep copy by the host", "the host copies what it was given", """
class C:
    def __deepcopy__(self, memo):
        print(secret.flag)
        return self
spy = C()""", """
import copy
copy.deepcopy(ns['spy'])"""),
            ("json by the host", "the host serialises what it was given", """
class D(dict):
    def items(self):
        return [('k', secret.flag)]
    def __len__(self):
        return 1
spy = D(a=1)
spy['b'] = secret.flag""", """
import json
seen.append(json.dumps(ns['spy']))"""),
        ]
    ],
]  # fmt: skip

TWINS = [
    Twin("copying own things", """
import copy
class C:
    def __init__(self):
        self.a = [1, {'k': (2,)}]
c = C()
d = copy.deepcopy(c)
e = copy.copy(c)
d.a[0] = 9
print(c.a, d.a, e.a is c.a, copy.deepcopy({'x': [1]}), type(d) is C)
"""),
]  # fmt: skip
