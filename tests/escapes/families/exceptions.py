"""Exceptions carry objects: what failed, where, what was being read, and what else was going on."""

from ..case import Attack, Twin

BUILT = "['__import__']('os').environ['HOST_CANARY']"

ATTACKS = [
    Attack(name, how, code, since=since, crashes=name == "except* type confusion")
    for name, how, code, since in [
        ("AttributeError.obj", "the error of a failed read holds the object it was read from", """
try:
    host.nothing_here
except AttributeError as e:
    print(e.obj.password)""", (3, 11)),
        ("AttributeError.obj of a module", "the object can be a real module", """
import hostlib
try:
    hostlib.nothing_here
except AttributeError as e:
    loot = e.obj
    print(loot._token)""", (3, 11)),
        ("AttributeError.obj of an unregistered object", "the object can be unregistered", """
try:
    secret.nothing
except AttributeError as e:
    print(e.obj.flag)""", (3, 11)),
        ("AttributeError.obj by getattr", "the same, with the name as a string", """
try:
    getattr(host, 'nothing')
except AttributeError as e:
    print(getattr(e, 'obj')._private)""", (3, 11)),
        ("AttributeError.obj by pattern", "the same, by a class pattern", """
try:
    host.nothing
except AttributeError as e:
    match e:
        case AttributeError(obj=o):
            print(o._private)""", (3, 11)),
        ("AttributeError.obj out of a format", "the same, from a failing format string", """
try:
    '{0.nothing}'.format(host)
except AttributeError as e:
    print(e.obj._private)""", (3, 11)),
        ("NameError's name", "the error of an unknown name", """
try:
    unknown_name
except NameError as e:
    tb = e.__traceback__
    print(tb.tb_frame.f_builtins""" + BUILT + ")", (3, 11)),
        ("UnicodeDecodeError.object", "decoding errors hold what was decoded", """
class B(bytes):
    secret = secret
try:
    B(b'\\xff').decode()
except UnicodeDecodeError as e:
    print(e.object, gear.flag)""", (3, 11)),
        ("JSONDecodeError.doc", "the document is an attribute of the error", """
import json
try:
    json.loads('{' + str(secret))
except ValueError as e:
    print(e.doc)""", (3, 11)),
        ("StopIteration.value", "the value of a finished generator", """
def g():
    return secret
    yield
try:
    next(g())
except StopIteration as e:
    print(e.value.flag)""", (3, 11)),
        ("KeyError's argument", "the missing key is an argument", """
try:
    {}[secret]
except KeyError as e:
    print(e.args[0].flag)""", (3, 11)),
        ("the traceback", "__traceback__ leads to frames", """
try:
    1 / 0
except ZeroDivisionError as e:
    print(e.__traceback__.tb_frame.f_builtins""" + BUILT + ")", (3, 11)),
        ("a context's traceback", "__context__ leads to another exception", """
try:
    try:
        boom()
    finally:
        1 / 0
except ZeroDivisionError as e:
    tb = e.__context__.__traceback__
    while tb.tb_next:
        tb = tb.tb_next
    print(tb.tb_frame.f_locals['token'])""", (3, 11)),
        ("a cause's traceback", "__cause__ leads to another exception", """
try:
    try:
        boom()
    except RuntimeError as inner:
        raise ValueError from inner
except ValueError as e:
    print(e.__cause__.token)""", (3, 11)),
        ("a group's members' tracebacks", "exceptions in a group have tracebacks", """
try:
    try:
        boom()
    except RuntimeError as e:
        raise ExceptionGroup('g', [e])
except ExceptionGroup as g:
    print(g.exceptions[0].token)""", (3, 11)),
        ("a group derived from lies", "derive() of an own group class is called with the rest", """
class G(ExceptionGroup):
    def derive(self, excs):
        for e in excs:
            print(getattr(e, 'token', ''))
        return ExceptionGroup('x', excs)
try:
    boom()
except RuntimeError as e:
    try:
        raise G('g', [e, ValueError()])
    except* ValueError:
        pass
    except* RuntimeError:
        pass""", (3, 11)),
        ("what a host error carries", "attributes of the host's exception object", """
try:
    boom()
except RuntimeError as e:
    print(e.token)""", (3, 11)),
        ("what a host error carries, by vars", "the same by its dictionary", """
try:
    boom()
except RuntimeError as e:
    print(vars(e), e.__dict__)""", (3, 11)),
        ("what a host error carries, by reduce", "the same by its reduction", """
try:
    boom()
except RuntimeError as e:
    print(e.__reduce__())""", (3, 11)),
        ("what a host error carries, by state", "__setstate__ of exceptions sets any attribute", """
e = ValueError()
e.__setstate__({'x': secret})
print(e.x.flag)""", (3, 11)),
        ("the error of a failed import", "ImportError has name and path", """
try:
    import nowhere_at_all
except ImportError as e:
    print(e.__traceback__.tb_frame.f_globals and open(path).read())""", (3, 11)),
        ("a system error with the file", "OSError has filename and more", """
try:
    open(path + 'x')
except OSError as e:
    print(e.filename and open(path).read())""", (3, 11)),
        ("with_traceback", "sets a chosen traceback, and shows it", """
try:
    boom()
except RuntimeError as e:
    loot = ValueError().with_traceback(e.__traceback__).__traceback__""", (3, 11)),
        ("add_note of a secret", "notes are shown as text", """
e = ValueError('x')
e.add_note(str(secret))
print(e.__notes__)""", (3, 11)),
        ("notes set directly", "notes are shown with repr when they are no strings", """
e = ValueError('x')
e.__notes__ = [secret]
print(e.__notes__)
raise e""", (3, 11)),
        ("args set to a secret", "args can be assigned", """
e = ValueError('x')
e.args = (secret,)
print(e)
raise e""", (3, 11)),
        ("an uncaught error whose text reads", "the report calls __str__", """
class E(Exception):
    def __str__(self):
        return '{0.flag}'.format(secret)
try:
    raise E
except E as e:
    print(e)
raise E""", (3, 11)),
        ("an uncaught error whose name reads", "the report shows the class's name", """
E = type('E' + str(secret), (Exception,), {})
print(E.__name__)
raise E""", (3, 11)),
        ("except with an expression", "the class in an except clause is any expression", """
def pick():
    print(secret.flag)
    return ValueError
try:
    raise ValueError
except pick():
    pass""", (3, 11)),
        ("except with a tuple of machinery", "the tuple may hold anything", """
try:
    raise secret_error
except (ValueError, type(secret_error)) as e:
    print(e.token)""", (3, 11)),
        ("except* type confusion", "a group's class whose split returns something that is no group", """
class G(ExceptionGroup):
    def split(self, cond):
        return [secret], None
    def derive(self, excs):
        return G('g', excs)
try:
    try:
        raise G('g', [ValueError()])
    except* ValueError as e:
        print(e[0].flag)
except TypeError:
    print(secret.flag)""", (3, 11)),
        ("except* with a lying subgroup", "subgroup is called by the interpreter on own classes", """
class G(ExceptionGroup):
    def subgroup(self, cond):
        return secret
g = G('g', [ValueError()])
print(g.subgroup(ValueError).flag)""", (3, 11)),
        ("raise of a secret's class", "raise with a class calls it", """
try:
    raise type(secret_error)
except Exception as e:
    print(e.token)""", (3, 11)),
        ("raise with an own class that returns a host error", "raise calls __new__", """
class E(Exception):
    def __new__(cls):
        return secret_error
try:
    raise E()
except Exception as e:
    print(e.token)""", (3, 11)),
        ("a suppressed exception in a with", "contextlib.suppress with own classes", """
from contextlib import suppress
class Meta(type):
    def __subclasscheck__(cls, c):
        print(c.__mro__[-1].__subclasses__() and secret.flag)
        return True
class E(Exception, metaclass=Meta): ...
with suppress(E):
    raise ValueError""", (3, 11)),
        ("generator's throw with a host error", "an exception object passed through a generator", """
def g():
    try:
        yield
    except Exception as e:
        yield e.token
x = g()
next(x)
print(x.throw(secret_error))""", (3, 11)),
        ("warnings' frames", "warnings.warn looks up the frames above", """
import warnings
print(warnings.sys.modules['os'].environ['HOST_CANARY'])""", (3, 11)),
        ("SystemExit", "leaves the program from inside", """
try:
    raise SystemExit(secret.flag)
except SystemExit as e:
    print(e.code)""", (3, 11)),
        ("exit()", "the site module's exit carries its own globals", """
print(exit.__class__.__init__.__globals__['sys'].modules['os'].environ)""", (3, 11)),
        ("BaseException as a net", "everything is caught, the session's own signals as well", """
try:
    boom()
except BaseException as e:
    print(e.token)""", (3, 11)),
        ("a bare except", "sys.exc_info is not needed: the exception is found by a new one's context", """
try:
    boom()
except:
    try:
        1 / 0
    except ZeroDivisionError as e:
        print(e.__context__.token)""", (3, 11)),
        ("finally with an overriding return", "a return in finally swallows, the value is kept", """
def f():
    try:
        boom()
    except RuntimeError as e:
        return e
    finally:
        pass
print(f().token)""", (3, 11)),
        ("an exception kept after its block", "the name is deleted, another reference is not", """
try:
    boom()
except RuntimeError as e:
    kept = e
print(kept.token)""", (3, 11)),
        ("an own exception's __init__ given a secret", "arguments of exceptions are opaque", """
class E(Exception):
    def __init__(self, o):
        super().__init__(o.flag)
try:
    raise E(secret)
except E as e:
    print(e)""", (3, 11)),
        ("the exception's class", "its class leads to object", """
try:
    boom()
except RuntimeError as e:
    for c in e.__class__.__mro__[-1].__subclasses__():
        if c.__name__ == '_wrap_close':
            print(c.__init__.__globals__['environ']['HOST_CANARY'])""", (3, 11)),
    ]
]  # fmt: skip

TWINS = [
    Twin("what exceptions are for", """
class AppError(Exception):
    def __init__(self, code, text):
        super().__init__(text)
        self.code = code
try:
    try:
        raise AppError(3, 'bad')
    except AppError as e:
        print(e.code, e.args, str(e), repr(e))
        e.add_note('note')
        raise ValueError('outer') from e
except ValueError as v:
    print(type(v.__cause__).__name__, v.__cause__.code, v.__cause__.__notes__, v.__suppress_context__)
try:
    boom('text')
except RuntimeError as e:
    print(e, e.args, isinstance(e, Exception))
try:
    raise ExceptionGroup('g', [ValueError(1), TypeError(2), ExceptionGroup('h', [ValueError(3)])])
except* ValueError as g:
    print([type(e).__name__ for e in g.exceptions], g.message)
except* TypeError as g:
    print(g.exceptions[0].args)
try:
    {}['k']
except (KeyError, IndexError) as e:
    print(type(e).__name__, e.args)
try:
    raise secret_error
except Exception as e:
    print(e.args)
def f():
    try:
        return 1
    finally:
        print('finally')
print(f())
"""),
]  # fmt: skip
