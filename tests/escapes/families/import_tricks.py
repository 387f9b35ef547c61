"""Ways of importing what is not registered."""

from ..case import Attack, Twin, each

ATTACKS = [
    *each(
        "os by",
        "an import statement or function that does not look like one, or not like this module",
        "@\nprint(os.environ['HOST_CANARY'])",
        [
            ("plain import", "import os"),
            ("several at once", "import math, os"),
            ("alias", "import os as o\nos = o"),
            ("from import", "from os import environ\nclass os:\n    environ = environ"),
            ("star", "from os import *\nclass os:\n    environ = environ"),
            ("dotted", "import os.path"),
            ("dotted with alias", "import os.path as p\nos = p.os"),
            ("from posixpath", "from posixpath import os"),
            ("from a package", "from shutil import os"),
            ("the C module", "import posix as os\nos.environ = {'HOST_CANARY': os.environ[b'HOST_CANARY'].decode()}"),
            ("__import__", "os = __import__('os')"),
            ("__import__ fromlist", "os = __import__('os.path', fromlist=['os']).os"),
            ("__import__ under another name", "i = __import__\nos = i('os')"),
            ("__import__ with globals", "os = __import__('os', {'__name__': 'x'}, {}, [], 0)"),
            ("__import__ through map", "os = list(map(__import__, ['os']))[0]"),
            ("builtins module", "import builtins\nos = builtins.__import__('os')"),
            ("__builtins__ dict", "os = __builtins__['__import__']('os')"),
            ("importlib", "import importlib\nos = importlib.import_module('os')"),
            ("importlib machinery", "from importlib.machinery import BuiltinImporter\nimport sys\nos = sys.modules['os']"),
            ("imp by util", "import importlib.util\nimport sys\nos = sys.modules['os']"),
            ("pkgutil", "import pkgutil\nos = pkgutil.resolve_name('os')"),
            ("runpy", "import runpy\nos = runpy.os"),
            ("sys.modules", "import sys\nos = sys.modules['os']"),
            ("in a function", "def f():\n    import os\n    return os\nos = f()"),
            ("in a class body", "class C:\n    import os\nos = C.os"),
            ("in a lambda", "os = (lambda: __import__('os'))()"),
            ("in a comprehension", "os = [__import__(n) for n in ['os']][0]"),
            ("in a try", "try:\n    import os\nexcept NameError:\n    pass"),
            ("in a generator", "def g():\n    import os\n    yield os\nos = next(g())"),
            ("in async code", "async def f():\n    import os\n    return os\nos = await f()"),
            ("in a match arm", "match 1:\n    case 1:\n        import os"),
            ("in a default", "def f(m=__import__('os')):\n    return m\nos = f()"),
            ("in a decorator", "@lambda f: __import__('os')\ndef os(): ..."),
            ("in an annotation", "def f(a: __import__('os')): ...\nos = f.__annotations__['a']"),
            ("in a global's place", "def f():\n    global os\n    import os\nf()"),
            ("by lambda default star", "os, = (lambda *, m=__import__: (m('os'),))()"),
            ("by subprocess's os", "from subprocess import os"),
            ("by threading", "import threading\nos = threading._os"),
            ("by logging", "from logging import os"),
            ("by typing's sys", "from typing import sys\nos = sys.modules['os']"),
            ("by contextlib", "from contextlib import os"),
            ("by a registered host module", "from hostlib import os"),
            ("by the site's quitter", "os = exit.__class__.__init__.__globals__['sys'].modules['os']"),
            ("by the licence printer", "os = license._Printer__setup.__globals__['sys'].modules['os']"),
            ("by help", "os = help.__class__.__repr__.__globals__['sys'].modules['os']"),
        ],
    ),
    *each(
        "relative",
        "relative imports are resolved against names the code can set",
        "__package__ = 'json'\n__name__ = 'json.x'\n@",
        [
            ("from dot", "from . import decoder as loot"),
            ("from dot name", "from .decoder import scanner as loot"),
            ("level by function", "loot = __import__('decoder', globals(), {}, ['JSONDecoder'], 1)"),
        ],
    ),
    *each(
        "reading the file",
        "modules and builtins that open files",
        "print(@)",
        [
            ("open", "open(path).read()"),
            ("io.open", "__import__('io').open(path).read()"),
            ("pathlib", "__import__('pathlib').Path(path).read_text()"),
            ("codecs", "__import__('codecs').open(path).read()"),
            ("fileinput", "list(__import__('fileinput').input(path))"),
            ("linecache", "__import__('linecache').getlines(path)"),
            ("tokenize", "__import__('tokenize').open(path).read()"),
            ("os.open", "__import__('os').read(__import__('os').open(path, 0), 99).decode()"),
            ("mmap", "(lambda f: __import__('mmap').mmap(f.fileno(), 0, prot=1).read().decode())(open(path))"),
            ("open as a variable", "(lambda o: o(path).read())(open)"),
            ("a decorator that opens", "[open(p).read() for p in [path]]"),
        ],
    ),
    Attack(
        "ctypes reads memory",
        "ctypes undoes every protection in the process",
        "import ctypes\nprint("
        "ctypes.cast(id(secret), ctypes.py_object).value.flag)",
    ),
    Attack(
        "gc lists everything",
        "the garbage collector knows every container in the process",
        "import gc\nfor o in gc.get_objects():\n    if type(o) is dict and 'HOST_CANARY' in o:\n        print(o)\n"
        "import sys\nprint(sys.modules['os'].environ)",
    ),
    Attack(
        "subprocess",
        "another process inherits the environment",
        "import subprocess\nprint(subprocess.check_output(['cat', path]).decode())",
    ),
    Attack(
        "a lazy import",
        "names of modules resolved at first use by a module's __getattr__",
        "import concurrent.futures\nprint(concurrent.futures.ThreadPoolExecutor.__init__"
        ".__globals__['threading']._os.environ)",
    ),
    Attack(
        "import in a string annotation",
        "annotations as strings are evaluated by typing",
        """
from __future__ import annotations
import typing
def f(a: print(__import__('os').environ['HOST_CANARY'])): ...
try:
    typing.get_type_hints(f)
except Exception as e:
    print(e)
""",
    ),
    Attack(
        "an action's own future import",
        "with string annotations dataclasses look names up in sys.modules",
        """
from __future__ import annotations
from dataclasses import dataclass
@dataclass
class D:
    a: int = 1
print(D.__init__.__globals__['__builtins__']['open'](path).read()
      if isinstance(D.__init__.__globals__['__builtins__'], dict)
      else D.__init__.__builtins__['open'](path).read())
""",
    ),
    Attack(
        "asyncio's way out",
        "the event loop starts processes and opens sockets",
        "import asyncio\nprint(asyncio.sys.modules['os'].environ)",
    ),
]  # fmt: skip

TWINS = [
    Twin("imports in every place", """
def f():
    import math
    return math.floor(1.5)
class C:
    from math import pi
try:
    import nowhere_module
except ImportError:
    print('no such module')
import math as m, json
from math import (sin, cos as c)
print(f(), round(C.pi, 2), m.ceil(1.2), sin(0), c(0), json.dumps([1]))
import collections.abc
print(collections.abc.Mapping.__name__, collections.Counter('aa')['a'])
"""),
]  # fmt: skip
