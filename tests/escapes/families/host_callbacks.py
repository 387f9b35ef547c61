"""The host's own code meets an agent object, or hands an object to an agent function."""

from ..case import Attack, Twin

ATTACKS = [
    Attack(name, how, code, after=after)
    for name, how, code, after in [
        ("a callback reads its argument", "a host function calls agent code with an unregistered object",
         "print(visit(lambda o: o.flag))", ""),
        ("a callback reads by name", "the same with getattr", "print(visit(lambda o: getattr(o, 'flag')))", ""),
        ("vars as the callback", "the host calls a builtin that the agent chose", "print(visit(vars))", ""),
        ("dir and getattr as callbacks", "the host passes the object and the name itself",
         "print(apply(getattr, secret, 'flag'))", ""),
        ("a bound format as the callback", "the host calls a format method", "print(visit('{0.flag}'.format))", ""),
        ("an unbound format as the callback", "the host calls str.format",
         "print(apply(str.format, '{0.flag}', secret))", ""),
        ("an f-string in a callback", "text made of the argument", "print(visit(lambda o: f'{o}'))", ""),
        ("print as the callback", "the host calls the agent's print", "visit(print)", ""),
        ("attrgetter as the callback", "the host calls an attribute reader",
         "from operator import attrgetter\nprint(visit(attrgetter('flag')))", ""),
        ("methodcaller as the callback", "the host calls a method caller",
         "from operator import methodcaller\nprint(visit(methodcaller('tell')))", ""),
        ("itemgetter as the callback", "the host calls an item reader",
         "from operator import itemgetter\nprint(visit(itemgetter(0)))", ""),
        ("a partial as the callback", "the host calls a partial", "from functools import partial\n"
         "print(visit(partial(lambda n, o: getattr(o, n), 'flag')))", ""),
        ("a method as the callback", "the host calls a bound method",
         "class C:\n    def m(self, o):\n        return o.flag\nprint(visit(C().m))", ""),
        ("a callable object as the callback", "the host calls __call__",
         "class C:\n    def __call__(self, o):\n        return o.flag\nprint(visit(C()))", ""),
        ("a class as the callback", "the host calls a class",
         "class C:\n    def __init__(self, o):\n        self.x = o.flag\nprint(visit(C).x)", ""),
        ("a generator as the callback", "the host starts a generator that reads later",
         "def g(o):\n    yield o.flag\nprint(next(visit(g)))", ""),
        ("a coroutine as the callback", "the host makes a coroutine that reads later",
         "async def g(o):\n    return o.flag\nprint(await visit(g))", ""),
        ("a matching callback", "a class pattern in a callback",
         "def m(o):\n    match o:\n        case object(flag=f):\n            return f\nprint(visit(m))", ""),
        ("a comparing callback", "the host compares an unregistered object with an agent's",
         "class C:\n    def __eq__(self, o):\n        print(o.flag)\n        return True\ncompare(C())", ""),
        ("a comparing callback that keeps", "the object is kept and read later",
         "kept = []\nclass C:\n    def __eq__(self, o):\n        kept.append(o)\n        return True\n"
         "compare(C())\nprint(kept[0].flag)", ""),
        ("a key function", "the host sorts unregistered objects by an agent's key",
         "print(best([], key=lambda o: o.flag))", ""),
        ("a key function by name", "attrgetter as the key", "from operator import attrgetter\n"
         "seen = best([], key=attrgetter('flag'))\nprint(seen[0].flag)", ""),
        ("a key that keeps", "the key function keeps what it was given",
         "kept = []\nbest([], key=lambda o: kept.append(o) or 1)\nprint(kept[0].flag)", ""),
        ("a described object", "the host turns an agent object into text, which reads a secret",
         "class C:\n    def __repr__(self):\n        return str(secret.flag)\ndescribe(C())", ""),
        ("a described object, formatted", "the same through a format string",
         "class C:\n    def __str__(self):\n        return '{0.flag}'.format(secret)\ndescribe(C())", ""),
        ("a described string", "a str subclass that formats itself",
         "class S(str):\n    def __str__(self):\n        return f'{secret}'\ndescribe(S('x'))", ""),
        ("the host constructs for the agent", "the host calls a class the agent may not call",
         "apply(Locked)", ""),
        ("the host calls an excluded method", "a method excluded by the registration", "print(apply(host.reveal))", ""),
        ("the host calls through the class", "the plain function from the class",
         "print(apply(Host.reveal, host))", ""),
        ("the host calls open", "a builtin that is not offered", "print(apply(open, path).read())", ""),
        ("the host calls __import__", "a builtin that is not offered",
         "print(apply(__import__, 'os').environ['HOST_CANARY'])", ""),
        ("the host calls type", "a class made by the host's hands",
         "T = apply(type, 'T', (), {'read': lambda s, o: object.__getattribute__(o, 'flag')})\nprint(T().read(secret))", ""),
        ("the host calls a wrapper with a deadline", "a callback kept by the host runs later",
         "def spy(o):\n    return o.flag", "print(ns['spy'](secret))"),
        ("a callback kept by the host", "an agent function called after the run, with another session's objects",
         "spy = lambda o: [o.flag, getattr(o, 'flag')]", "print(ns['spy'](gear))"),
        ("a class kept by the host", "an agent class instantiated after the run",
         "class spy:\n    def __init__(self, o):\n        self.seen = o.flag", "print(ns['spy'](gear).seen)"),
        ("globals of a function in the host's hands", "the function's globals as the host finds them",
         "def spy():\n    return globals()['__builtins__']", "b = ns['spy']()\nprint(b['open'](world.path).read() "
         "if isinstance(b, dict) else b.open(world.path).read())"),
        ("a name looked up late", "a builtin that is not offered, looked up when the host calls",
         "def spy():\n    return open(path).read()", "print(ns['spy']())"),
        ("an import done late", "an import statement that runs when the host calls",
         "def spy():\n    import os\n    return os.environ['HOST_CANARY']", "print(ns['spy']())"),
        ("a thread", "agent code on a thread of its own", "import threading\nt = threading.Thread("
         "target=lambda: print(secret.flag))\nt.start()\nt.join()", ""),
        ("a host generator's send", "values sent into a host generator",
         "g = stream()\nnext(g)\nprint(g.gi_frame.f_locals)", ""),
        ("an error raised into the host", "an agent exception's attributes seen by the host",
         "class E(Exception):\n    def __str__(self):\n        return str(secret.flag)\n"
         "def bad(o):\n    raise E()\ntry:\n    visit(bad)\nexcept E as e:\n    print(e)", ""),
        ("the host's error in a callback", "an error from the host's code, caught by the agent",
         "def bad(o):\n    boom()\ntry:\n    visit(bad)\nexcept RuntimeError as e:\n    print(e.token)", ""),
    ]
]  # fmt: skip

TWINS = [
    Twin("callbacks", """
print(apply(lambda a, b: a + b, 1, 2), apply(len, 'abc'), visit(lambda o: o is secret), compare(1))
print(len(best([], key=lambda o: 1)), describe([1]), apply(sorted, [2, 1]), apply(max, 1, 2))
class C:
    def __call__(self, *a):
        return a
print(apply(C(), 1), apply(str.upper, 'a'), apply(Host, 'z').greet())
"""),
]  # fmt: skip
