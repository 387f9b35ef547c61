"""Errors and texts that the interpreter and the library write from C, with the repr of what they met."""

from ..case import Attack, Twin

ATTACKS = [
    Attack('not in a list', 'list.index says what was not found', """
[].index(secret)
"""),
    Attack('not in a deque', 'deque.index says what was not found', """
from collections import deque
deque().index(secret)
"""),
    Attack('not in a sequence', 'operator.indexOf over list.index', """
try:
    [].index(secret)
except ValueError as e:
    print(e.args)
"""),
    Attack('no member of an own enum', 'an enum says what is no member', """
from enum import Enum
class E(Enum):
    A = 1
E(secret)
"""),
    Attack("no member of a host's enum", "the host's enum says what is no member", """
Colour(secret)
"""),
    Attack('a member that is none', 'an enum says what _missing_ gave', """
from enum import Enum
class E(Enum):
    A = 1
    @classmethod
    def _missing_(cls, value):
        return secret
E(5)
"""),
    Attack('a value that was never expected', 'assert_never says what it got', """
import typing
try:
    typing.assert_never(secret)
except AssertionError as e:
    print(e)
"""),
    Attack('a hint that is none', 'Optional says what it got', """
import typing
typing.Optional[(secret,)]
"""),
    Attack('a bound that is none', 'TypeVar says what it got', """
import typing
typing.TypeVar('T', bound=(secret,))
"""),
    Attack('a hint that is not generic', 'a hint shows its arguments when it is indexed', """
import typing
typing.List[secret][int]
"""),
    Attack('an alias that is not generic', "a builtin's alias shows its arguments when it is indexed", """
list[secret][int]
"""),
    Attack('names of a named tuple', 'namedtuple turns the names into text', """
from collections import namedtuple
namedtuple('N', [secret])
"""),
    Attack('the reason of a decoding error', 'the text of the error is made of its fields', """
e = UnicodeDecodeError('utf-8', b'x', 0, 1, 'r')
e.reason = secret
print(e)
"""),
    Attack('the encoding of an encoding error', 'the text of the error is made of its fields', """
e = UnicodeEncodeError('utf-8', 'x', 0, 1, 'r')
e.encoding = secret
print(e)
"""),
    Attack('the file name of an OSError', 'the text of the error shows it', """
print(OSError(1, 'x', secret))
"""),
    Attack('the file name of an OSError, assigned', 'the text of the error shows it', """
e = OSError(1, 'x')
e.filename = secret
print(e)
"""),
    Attack('the words of an OSError', 'the text of the error shows them', """
e = OSError(1, 'x')
e.strerror = secret
print(e)
"""),
    Attack('the file name of an own OSError behind a name', 'a subclass has another attribute by the name of the field', """
class E(OSError):
    filename = 'x'
print(E(1, 'x', secret))
"""),
    Attack('the message of a syntax error', 'the text of the error shows it', """
e = SyntaxError('m')
e.msg = secret
print(e)
"""),
    Attack("a mapping of one's own on the right of %", 'percent formatting asks the mapping for items', """
class D(dict):
    def __missing__(self, key):
        return secret
print('%(x)s' % D())
"""),
    Attack("a dict of one's own on the right of %", 'percent formatting shows the items of any mapping', """
class D(dict):
    pass
print('%(x)r' % D(x=secret))
"""),
    Attack('a user dict on the right of %', 'percent formatting shows the items of any mapping', """
from collections import UserDict
print('%(x)s' % UserDict({'x': secret}))
"""),
    Attack('a chain map on the right of %', 'percent formatting shows the items of any mapping', """
from collections import ChainMap
print('%(x)s' % ChainMap({'x': secret}))
"""),
    Attack('the text of a slice, by hand', 'slice.__repr__ shows its parts', """
print(slice(secret).__repr__())
"""),
    Attack('the text of an enum member outside', 'global_enum_repr writes the name of anything', """
from enum import global_enum_repr
class C:
    pass
c = C()
c._name_ = secret
print(global_enum_repr(c))
"""),
    Attack('notes that are a foreign list', 'whoever writes the traceback goes through the notes', """
e = ValueError('x')
e.__notes__ = secret_list
import traceback
try:
    print(''.join(traceback.format_exception(e)))
except ImportError:
    raise e from None
"""),
    Attack('a template', 'string.Template makes text of what it is filled with', """
import string
print(string.Template('$x').substitute(x=secret))
""", modules=('string',)),
    Attack('a template filled from a foreign mapping', 'string.Template indexes the mapping', """
import string
print(string.Template('$flag').safe_substitute(secret_dict))
""", modules=('string',)),
    Attack('arguments behind a name', "the interpreter writes an error's arguments, whatever its class calls so", """
class E(Exception):
    args = ('x',)
print(E(secret))
"""),
]  # fmt: skip

TWINS = [
    Twin('errors say what they said', """
from collections import deque, UserDict, ChainMap
def said(f):
    try:
        return f()
    except Exception as e:
        return type(e).__name__, str(e)
print(said(lambda: [1].index(2)), said(lambda: deque([1]).index('x')), said(lambda: range(3).index(9)), [3, 4].index(4), [1, 2, 1].index(1, 1))
print(said(lambda: list[int][str]), list[int], dict[str, list[int]], said(lambda: int('x')))
e = OSError(2, 'gone', 'a.txt')
e.filename = 'b.txt'
print(e, UnicodeDecodeError('utf-8', b'x', 0, 1, 'r'), SyntaxError('m'))
class D(dict):
    def __missing__(self, key):
        return key * 2
print('%(a)s %(b)r %(b)5s' % D(a=1), '%(x)d' % UserDict(x=3), '%(x).1f' % ChainMap({'x': 2}), '%s' % D(a=1))
print(slice(1, None, 2).__repr__(), slice(1))
"""),
]  # fmt: skip
