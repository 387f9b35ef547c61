"""From an ordinary value, step by step along its machinery, to everything the process holds."""

from ..case import Attack, Twin, each

ENV = "['__import__']('os').environ['HOST_CANARY']"
FIND = """
for cls in @:
    if cls.__name__ == '_wrap_close':
        print(cls.__init__.__globals__['environ']['HOST_CANARY'])
"""

ATTACKS = [
    *each(
        "all subclasses of object",
        "object.__subclasses__() lists every class loaded; one of them has os in its globals",
        FIND,
        [
            ("tuple", "().__class__.__base__.__subclasses__()"),
            ("str by mro", "''.__class__.__mro__[1].__subclasses__()"),
            ("list by bases", "[].__class__.__bases__[0].__subclasses__()"),
            ("method of a type", "(0).__class__.mro()[-1].__subclasses__()"),
            ("own class", "type('C', (), {}).__base__.__subclasses__()"),
            ("object itself", "object.__subclasses__()"),
            ("type's own method", "type.__subclasses__(object)"),
            ("a lambda's type", "type(lambda: 0).__base__.__subclasses__()"),
            ("through a registered class", "Host.__mro__[-1].__subclasses__()"),
            ("through a registered instance", "host.__class__.__mro__[-1].__subclasses__()"),
            ("an exception's class", "Exception().__class__.__mro__[-1].__subclasses__()"),
            ("None", "None.__class__.__base__.__subclasses__()"),
            ("Ellipsis", "....__class__.__base__.__subclasses__()"),
        ],
    ),
    *each(
        "globals of a function",
        "a Python function carries its module's globals, and those carry the builtins",
        "print(@.__globals__['__builtins__']" + ENV + ")",
        [
            ("own lambda", "(lambda: 0)"),
            ("own method", "type('C', (), {'m': lambda self: 0})().m.__func__"),
            ("own generator function", "(lambda: (yield))"),
        ],
    ),
    *each(
        "globals of a host function",
        "a function of the host's carries the globals of the host's module",
        "print(@.__globals__['os'].environ['HOST_CANARY'])",
        [
            ("registered", "greet"),
            ("wrapped", "polite"),
            ("unwrapped", "polite.__wrapped__"),
            ("method on the class", "Host.greet"),
            ("bound method", "host.greet.__func__"),
            ("initialiser", "Host.__init__"),
            ("static walk", "Host.__dict__['greet']"),
        ],
    ),
    Attack(
        "a module function's globals",
        "a registered module's function leads to what the module imported",
        "import hostlib\nprint(hostlib.area.__globals__['os'].environ['HOST_CANARY'])",
    ),
    *each(
        "real builtins",
        "functions written in C know the module they came from: builtins itself",
        "print(@" + ENV.replace("['__import__']", ".__import__") + ")",
        [
            ("self of len", "len.__self__"),
            ("self of print", "print.__self__"),
            ("self of abs", "abs.__self__"),
            ("self of isinstance", "isinstance.__self__"),
            ("self of sorted", "sorted.__self__"),
        ],
    ),
    Attack(
        "the builtins by name",
        "every namespace has them under __builtins__",
        "print(__builtins__" + ENV + ")",
    ),
    Attack(
        "builtins of a function",
        "functions have their builtins as an attribute",
        "print((lambda: 0).__builtins__" + ENV + ")",
    ),
    *each(
        "closure of a host function",
        "the cells of a function hold the host's local variables",
        "for cell in @.__closure__:\n    print(cell.cell_contents)",
        [
            ("function", "boom"),
            ("method", "Host.reveal"),
            ("bound method", "host.reveal.__func__"),
            ("hook", "Host._check"),
        ],
    ),
    *each(
        "defaults of a host function",
        "default values are attributes of the function",
        "print(@)",
        [
            ("keyword", "greet.__kwdefaults__"),
            ("of the wrapped one", "polite.__wrapped__.__kwdefaults__"),
        ],
    ),
    Attack(
        "code of a host function",
        "the code object shows constants, names and what it closes over",
        "loot = greet.__code__",
    ),
    Attack(
        "code of an own function",
        "a code object can be changed and run",
        "def f():\n    return 1\nloot = f.__code__",
    ),
    Attack(
        "replacing an own function's code",
        "a function given another's code runs it with its own globals",
        "def f():\n    return len\nf.__code__ = greet.__code__\nloot = f.__code__",
    ),
    Attack(
        "the class of an unregistered object",
        "its class has everything its instances have",
        "print(type(secret).tell(secret))",
    ),
    Attack(
        "the class of an unregistered object by attribute",
        "__class__ hands out the real class",
        "print(secret.__class__.tell(secret))",
    ),
    *each(
        "the dictionary of an object",
        "all attributes at once, excluded ones as well",
        "print(@)",
        [
            ("instance", "host.__dict__"),
            ("vars", "vars(host)"),
            ("unregistered", "secret.__dict__"),
            ("unregistered by vars", "vars(secret)"),
            ("class", "dict(Host.__dict__)"),
            ("class by vars", "dict(vars(Host))"),
            ("through a method's self", "host.greet.__self__.__dict__"),
            ("through its state", "host.__getstate__()"),
            ("through its reduction", "host.__reduce_ex__(2)"),
            ("through plain reduction", "host.__reduce__()"),
            ("unregistered reduction", "secret.__reduce_ex__(4)"),
            ("a partial's arguments", "job.args"),
            ("a partial's function", "job.func('')"),
            ("a partial's reduction", "job.__reduce__()"),
        ],
    ),
    Attack(
        "setting a partial's state",
        "__setstate__ of a partial swaps the function it calls for a chosen one",
        "job.__setstate__((print, (secret,), {}, {}))\njob()",
    ),
    *each(
        "excluded members of a registered class",
        "excluded means excluded, whichever way the name is written",
        "print(@)",
        [
            ("attribute", "host.password"),
            ("private attribute", "host._private"),
            ("class attribute", "Host._token"),
            ("method", "host.reveal()"),
            ("method on the class", "Host.reveal(host)"),
            ("property", "host.secrets"),
            ("property's getter", "Host.secrets.fget(host)"),
            ("descriptor call", "Host.__dict__['reveal'].__get__(host)()"),
            ("container", "host.vault['key']"),
            ("getattribute", "host.__getattribute__('password')"),
            ("object's getattribute", "object.__getattribute__(host, 'password')"),
        ],
    ),
    *each(
        "attributes of an unregistered object",
        "an unregistered object may be held and passed on, nothing else",
        "print(@)",
        [
            ("attribute", "secret.flag"),
            ("private", "secret._flag"),
            ("method", "secret.tell()"),
            ("call", "secret()"),
            ("out of a list", "bag[0].flag"),
            ("out of a dict", "record['secret'].tell()"),
            ("a class", "Vault.__init__.__closure__[0].cell_contents"),
            ("a path's text", "where().read_text()"),
            ("a path's parent", "(where().parent / where().name).read_text()"),
            ("an instance of a base", "gear.flag"),
        ],
    ),
    Attack(
        "real type",
        "type(x) of a class is type itself, which makes and reads classes",
        "loot = type(type(0))",
    ),
    Attack(
        "real type by a metaclass",
        "the metaclass of any class",
        "class C:\n    pass\nloot = C.__class__",
    ),
    Attack(
        "types of machinery",
        "the type of a function makes functions out of code and globals",
        "f = lambda: 0\nF = type(f)\nloot = F(f.__code__, {}).__code__",
    ),
    Attack(
        "descriptor of the globals",
        "the function type's member descriptors read what instances refuse",
        "loot = type(lambda: 0).__globals__",
    ),
    Attack(
        "annotations of a host function",
        "annotations are evaluated in the host's module",
        "loot = greet.__annotations__ and greet.__globals__['sys'].modules\nprint(loot['os'].environ)",
    ),
    Attack(
        "weak references to an object",
        "__weakref__ and friends expose what points at an object",
        "loot = Host.__weakref__",
    ),
]

TWINS = [
    Twin("type names", "for v in (1, 'a', [], None, print):\n    print(type(v).__name__)"),
    Twin("own class introspection", """
class A:
    x = 1
class B(A):
    pass
print(B.__name__, isinstance(B(), A), issubclass(B, A), type(B()) is B, type(B()).__name__)
"""),
    Twin("public members", "print(host.name, host.greet(), Host.limit, Host('bob').greet())"),
    Twin("partial works", "from functools import partial\nprint(partial(max, 3)(1, 2))"),
]  # fmt: skip
