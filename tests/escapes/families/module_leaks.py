"""A module's namespace holds more than the module is about: its own imports, private names, specs."""

from ..case import Attack, Twin, each

HOW = "a registered module's namespace also holds what the module itself imported"

ATTACKS = [
    *each(
        "an import of the module's",
        HOW,
        "@",
        [
            ("os of the host's", "import hostlib\nprint(hostlib.os.environ['HOST_CANARY'])"),
            ("sys of the host's", "import hostlib\nprint(hostlib.sys.modules['os'].environ['HOST_CANARY'])"),
            ("name of the host's", "import hostlib\nprint(hostlib.environ['HOST_CANARY'])"),
            ("from import", "from hostlib import os\nprint(os.environ['HOST_CANARY'])"),
            ("from import of a name", "from hostlib import environ\nprint(environ['HOST_CANARY'])"),
            ("from import as", "from hostlib import sys as s\nprint(s.modules['os'].environ)"),
            ("star import", "from hostlib import *\nprint(os.environ['HOST_CANARY'])"),
            ("import of a member as module", "import hostlib\nimport os\nprint(os.environ)"),
            ("other's class", "import hostlib\nloot = hostlib.json\nprint(loot.codecs.open(path).read())"),
            ("json.codecs", "import json\nprint(json.codecs.open(path).read())"),
            ("json.decoder", "import json\nprint(json.decoder.scanner.re.enum.sys.modules['os'].environ)"),
            ("json.scanner", "import json\nloot = json.scanner"),
            ("json.load reads files", "import json\nprint(json.decoder.re.enum.sys.modules['io'].open(path).read())"),
        ],
    ),
    *each(
        "an import of the standard library's",
        HOW,
        "print(@)",
        [
            ("random._os", "__import__('random')._os.environ['HOST_CANARY']"),
        ],
        modules=("random",),
    ),
    *[
        Attack(f"standard library: {name}", HOW, code, modules=modules, since=since)
        for name, code, modules, since in [
            ("random by from", "from random import _os\nprint(_os.environ['HOST_CANARY'])", ("random",), (3, 11)),
            ("random._inst", "import random\nloot = random._inst.__class__.__init__.__globals__\n"
             "print(loot['_os'].environ)", ("random",), (3, 11)),
            ("random's function", "import random\nprint("
             "random.seed.__func__.__globals__['_os'].environ['HOST_CANARY'])", ("random",), (3, 11)),
            ("statistics.sys", "import statistics\nprint(statistics.sys.modules['os'].environ)",
             ("statistics",), (3, 11)),
            ("statistics.random", "import statistics\nprint(statistics.random._os.environ)",
             ("statistics",), (3, 11)),
            ("re.enum", "import re\nprint(re.enum.sys.modules['os'].environ)", ("re",), (3, 11)),
            ("re.functools", "import re\nloot = re.functools", ("re",), (3, 11)),
            ("re._compiler", "import re\nprint(re._compiler._parser.__loader__.get_data(path).decode())",
             ("re",), (3, 11)),
            ("re.copyreg", "import re\nloot = re.copyreg", ("re",), (3, 11)),
            ("string._re", "import string\nprint(string._re.enum.sys.modules['os'].environ)",
             ("string",), (3, 11)),
            ("calendar.sys", "import calendar\nprint(calendar.sys.modules['os'].environ)",
             ("calendar",), (3, 11)),
            ("textwrap.re", "import textwrap\nprint(textwrap.re.enum.sys.modules['os'].environ)",
             ("textwrap",), (3, 11)),
            ("csv.io", "import csv\nloot = csv.StringIO()", ("csv",), (3, 11)),
            ("decimal's module", "import decimal\nprint("
             "decimal.__spec__.loader.get_data(path).decode())", ("decimal",), (3, 11)),
            ("fractions.sys", "import fractions\nprint(fractions.sys.modules['os'].environ)",
             ("fractions",), (3, 11)),
            ("heapq's module doc", "import heapq\nloot = heapq.__spec__\nprint(loot.loader.get_data(path).decode())",
             ("heapq",), (3, 11)),
            ("uuid.os", "import uuid\nprint(uuid.os.environ['HOST_CANARY'])", ("uuid",), (3, 11)),
            ("bisect's loader", "import bisect\nprint(bisect.__loader__.get_data(path).decode())",
             ("bisect",), (3, 11)),
        ]
    ],
    *[
        Attack(
            f"standing helper: {name}", HOW, code, since=since,
            before=(3, 13) if name in ("dataclasses.builtins", "dataclasses.functools") else (9, 9),
        )
        for name, code, since in [
            ("contextlib.os", "import contextlib\nprint(contextlib.os.environ['HOST_CANARY'])", (3, 11)),
            ("contextlib.sys", "import contextlib\nprint(contextlib.sys.modules['os'].environ)", (3, 11)),
            ("contextlib.chdir", "import contextlib\nimport os\nprint(contextlib.chdir and os.environ)", (3, 11)),
            ("contextlib.redirect_stdout", "import contextlib\nclass W:\n    def write(self, t): pass\n"
             "    def flush(self): pass\nwith contextlib.redirect_stdout(W()) as loot:\n"
             "    loot = contextlib.redirect_stdout.__init__.__globals__['os'].environ\n"
             "print(loot)", (3, 11)),
            ("collections._sys", "import collections\nprint(collections._sys.modules['os'].environ)", (3, 11)),
            ("collections.abc.Mapping.get", "import collections.abc\n"
             "print(collections.abc.Mapping.get.__globals__['sys'].modules['os'].environ)", (3, 11)),
            ("dataclasses.builtins", "import dataclasses\n"
             "print(dataclasses.builtins.open(path).read())", (3, 11)),
            ("dataclasses.sys", "import dataclasses\nprint(dataclasses.sys.modules['os'].environ)", (3, 11)),
            ("dataclasses.inspect", "from dataclasses import inspect\n"
             "print(inspect.os.environ['HOST_CANARY'])", (3, 11)),
            ("dataclasses.functools", "import dataclasses\nloot = dataclasses.functools", (3, 11)),
            ("enum.sys", "import enum\nprint(enum.sys.modules['os'].environ)", (3, 11)),
            ("enum.bltns", "import enum\nprint(enum.bltns.open(path).read())", (3, 11)),
            ("functools.get_cache_token", "import functools\nloot = functools.GenericAlias\n"
             "print(functools.wraps.__globals__['__builtins__']['open'](path).read())", (3, 11)),
            ("typing.sys", "import typing\nprint(typing.sys.modules['os'].environ)", (3, 11)),
            ("typing.contextlib", "import typing\nprint(typing.collections._sys.modules['os'].environ)", (3, 11)),
            ("typing.types", "import typing\nloot = typing.types\n"
             "print(loot.CellType(secret).cell_contents.flag)", (3, 11)),
            ("typing.re", "import typing\nloot = typing.functools", (3, 11)),
            ("types.FunctionType", "import types\ng = {'__builtins__': __builtins__}\n"
             "f = types.FunctionType((lambda: __import__('os').environ).__code__, g)\nprint(f())", (3, 11)),
            ("types.CodeType", "from types import CodeType\nloot = (lambda: 0).__code__.replace(co_name='x')", (3, 11)),
            ("types.ModuleType", "from types import ModuleType\nloot = ModuleType('m')", (3, 11)),
            ("types.new_class", "from types import new_class\nprint(new_class('C', (Vault,))().flag)", (3, 11)),
            ("types.resolve_bases", "import types\nprint(types.sys.modules['os'].environ if hasattr(types, 'sys') "
             "else types._calculate_meta.__globals__['__builtins__']['open'](path).read())", (3, 11)),
            ("types.CellType", "from types import CellType\nloot = CellType(1)", (3, 11)),
            ("types.MethodType", "from types import MethodType\nprint(MethodType(type(secret).tell, secret)())", (3, 11)),
            ("types.DynamicClassAttribute", "from types import DynamicClassAttribute\n"
             "d = DynamicClassAttribute(lambda s: s.flag)\nprint(d.__get__(secret))", (3, 11)),
            ("copy.copy", "import copy\nprint(copy.copy.__globals__['__builtins__']['open'](path).read())", (3, 11)),
            ("operator's module", "import operator\nloot = operator.__spec__\n"
             "print(loot.loader.get_data(path).decode() if hasattr(loot.loader, 'get_data') else "
             "operator.__loader__.load_module.__func__.__globals__['sys'].modules['os'].environ)", (3, 11)),
            ("abc's module", "import abc\nprint(abc.ABCMeta.register.__globals__['__builtins__']['open'](path).read())",
             (3, 11)),
            ("numbers' loader", "import numbers\nprint(numbers.__loader__.get_data.__globals__['_os'].environ"
             " if hasattr(numbers.__loader__, 'get_data') else numbers.ABCMeta.register.__globals__"
             "['__builtins__']['open'](path).read())", (3, 11)),
            ("itertools' loader", "import itertools\nprint(itertools.__loader__.load_module('posix').environ)", (3, 11)),
            ("math's loader", "import math\nloot = math.__loader__\n"
             "print(loot.__class__.__init__.__class__ and math.__spec__.loader_state or "
             "math.__loader__.load_module.__func__.__globals__['sys'].modules['os'].environ)", (3, 11)),
        ]
    ],
    *each(
        "a module's own attributes",
        "spec, loader, dictionary, file and class of the module object",
        "import hostlib\nprint(@)",
        [
            ("dict", "hostlib.__dict__['os'].environ['HOST_CANARY']"),
            ("vars", "vars(hostlib)['os'].environ['HOST_CANARY']"),
            ("private", "hostlib._token"),
            ("private function", "hostlib._peek()"),
            ("loader", "hostlib.__loader__.get_data(path).decode()"),
            ("spec", "hostlib.__spec__.loader.get_data(path).decode()"),
            ("builtins", "hostlib.__builtins__['open'](path).read()"),
            ("getattribute", "hostlib.__getattribute__('_token')"),
            ("class", "type(hostlib)('m').__class__.__getattribute__(hostlib, '_token')"),
            ("reduce", "getattr(hostlib, '__dict__')['_token']"),
            ("unused function", "hostlib._unused()[1].environ['HOST_CANARY']"),
        ],
    ),
    Attack(
        "the real module as a value",
        "a module object kept in a variable",
        "import hostlib\nloot = hostlib",
    ),
    Attack(
        "the real module of the standard library",
        "the same for a standing helper",
        "import functools as loot",
    ),
    Attack(
        "a submodule that was never registered",
        "import a.b binds a; the submodule is an attribute of the package",
        "import collections\nimport os.path\nprint(os.environ['HOST_CANARY'])",
    ),
    Attack(
        "a submodule of a registered package",
        "json is registered, json.decoder is not",
        "import json.decoder\nloot = json.decoder",
    ),
    Attack(
        "a submodule by from import",
        "from a package import its submodule",
        "from json import decoder as loot",
    ),
    Attack(
        "xml through a package",
        "a package's submodules arrive as attributes once anybody imported them",
        "import concurrent.futures.thread\nprint(concurrent.futures.thread.threading._os.environ)",
    ),
]  # fmt: skip

TWINS = [
    Twin("registered module", """
import hostlib
from hostlib import Point, area
import hostlib as h
print(hostlib.area(2), area(3, 3), Point(3, 4).norm(), h.__name__, hostlib.shared, hostlib.settings)
"""),
    Twin("standing helpers", """
import math, json, collections, functools, itertools, contextlib, operator, copy, enum, dataclasses
import typing, abc, numbers
from collections import Counter, OrderedDict, defaultdict, deque, namedtuple
from collections.abc import Mapping
print(math.sqrt(4), json.loads('[1]'), Counter('aab').most_common(1), isinstance({}, Mapping))
print(functools.reduce(operator.add, [1, 2]), list(itertools.chain([1], [2])), copy.copy([1]))
print(isinstance(1, numbers.Number), OrderedDict(a=1)['a'], deque([1], 2).maxlen)
"""),
]  # fmt: skip
