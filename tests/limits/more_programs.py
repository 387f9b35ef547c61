"""More hostile programs: endless consumers, slow library functions, hooks that recurse from C code."""

from __future__ import annotations

from .case import Hostile

CONSUMERS = [
    Hostile(name, "C code consumes what never ends, or what is very long", code, end, modules, since)  # type: ignore[arg-type]
    for name, code, end, modules, since in [
        ('join generator', "''.join('a'*10**6 for i in iter(int,1))", 'stopped', (), (3, 11)),
        ('join agent iter', "class I:\n    def __iter__(self): return self\n    def __next__(self): return 'a'*10**5\n''.join(I())", 'stopped', (), (3, 11)),
        ('tuple of cycle', "from itertools import cycle\ntuple(cycle('ab'))", 'stopped', (), (3, 11)),
        ('min of map', 'from itertools import count\nmin(map(abs,count()))', 'stopped', (), (3, 11)),
        ('sorted filter', 'from itertools import count\nsorted(filter(None,count()))', 'stopped', (), (3, 11)),
        ('any of map', 'from itertools import repeat\nany(map(bool,repeat(0)))', 'stopped', (), (3, 11)),
        ('all zip', 'from itertools import repeat\nall(zip(repeat(1)))', 'stopped', (), (3, 11)),
        ('in map', 'from itertools import repeat\n1 in map(int,repeat(0))', 'stopped', (), (3, 11)),
        ('in zip', 'from itertools import repeat\n1 in zip(repeat(0))', 'stopped', (), (3, 11)),
        ('in chain', 'from itertools import repeat,chain\n1 in chain(repeat(0))', 'stopped', (), (3, 11)),
        ('Counter of map', 'from collections import Counter\nfrom itertools import repeat\nCounter(map(int,repeat(1)))', 'stopped', (), (3, 11)),
        ('star call own', 'from itertools import count\ndef f(*a): return a\nf(*count())', 'stopped', (), (3, 11)),
        ('star call map', 'def f(*a): return a\nf(*map(abs,iter(int,1)))', 'stopped', (), (3, 11)),
        ('star star mapping', "class M:\n    def keys(self):\n        n=0\n        while True:\n            n+=1\n            yield 'k%d'%n\n    def __getitem__(self,k): return 1\ndef f(**k): return k\nf(**M())", 'stopped', (), (3, 11)),
        ('dict of mapping', "class M:\n    def keys(self):\n        while True: yield 'a'\n    def __getitem__(self,k): return 1\n{**M()}", 'stopped', (), (3, 11)),
        ('slice assign ext', 'from itertools import count\na=[1]*10\na[::2]=count()', 'stopped', (), (3, 11)),
        ('set isdisjoint', 'from itertools import repeat\n{1}.isdisjoint(repeat(2))', 'stopped', (), (3, 11)),
        ('set issuperset', 'from itertools import repeat\n{1}.issuperset(repeat(1))', 'stopped', (), (3, 11)),
        ('set intersection', 'from itertools import repeat\n{1}.intersection(repeat(1))', 'stopped', (), (3, 11)),
        ('star display two', 'from itertools import count\n[1,*count(),2]', 'stopped', (), (3, 11)),
        ('for star', 'from itertools import count\nfor a,*b in [count()]:\n    pass', 'stopped', (), (3, 11)),
        ('unpack exact', 'from itertools import repeat\na,b,c=repeat(1)', 'stopped', (), (3, 11)),
        ('reduce add lists', 'from functools import reduce\nfrom itertools import repeat\nreduce(lambda a,b:a+b, repeat([1]*1000))', 'stopped', (), (3, 11)),
        ('accumulate lists', 'from itertools import accumulate,repeat\nfor x in accumulate(repeat([1]*10**5)): pass', 'stopped', (), (3, 11)),
        ('array extend', "from array import array\nfrom itertools import repeat\na=array('d')\na.extend(repeat(1.0))", 'stopped', ('array',), (3, 11)),
        ('array from count', "from array import array\nfrom itertools import count\narray('q',count())", 'stopped', ('array',), (3, 11)),
        ('array imul', "from array import array\na=array('b',b'x')\na*=10**12", 'stopped', ('array',), (3, 11)),
        ('deque maxlen rotate', 'from collections import deque\nd=deque(range(10**6))\nwhile True:\n    d.rotate(500000)', 'stopped', (), (3, 11)),
        ('deque extendleft', 'from collections import deque\nfrom itertools import repeat\nd=deque(maxlen=2)\nd.extendleft(repeat(1))', 'stopped', (), (3, 11)),
        ('deque iadd', 'from collections import deque\nfrom itertools import repeat\nd=deque(maxlen=2)\nd+=repeat(1)', 'stopped', (), (3, 11)),
        ('heapq nsmallest big', 'import heapq\nfrom itertools import count\nheapq.nsmallest(10**7,count())', 'stopped', ('heapq',), (3, 11)),
        ('heapq merge infinite nested', 'import heapq\nfrom itertools import repeat\nnext(x for x in heapq.merge(repeat(1),repeat(2)) if x>2)', 'stopped', ('heapq',), (3, 11)),
        ('heapq endless lt', 'import heapq\nclass C:\n    def __lt__(self,o):\n        while True: pass\nheapq.heapify([C(),C()])', 'stopped', ('heapq',), (3, 11)),
        ('statistics variance count', 'import statistics\nfrom itertools import count\nstatistics.variance(count())', 'stopped', ('statistics',), (3, 11)),
        ('statistics samples', 'import statistics\nstatistics.NormalDist().samples(10**9)', 'stopped', ('statistics',), (3, 11)),
        ('bytes hex', 'l=[]\nb=bytes(10**8)\nwhile True:\n    l.append(b.hex())', 'stopped', (), (3, 11)),
        ('list of str', "s='ab'*(5*10**7)\nlist(s)", 'stopped', (), (3, 11)),
        ('tuple of str', "s='ab'*(5*10**7)\ntuple(s)", 'stopped', (), (3, 11)),
        ('sorted of str', "s='ab'*(5*10**7)\nsorted(s)", 'stopped', (), (3, 11)),
        ('star of str', "s='ab'*(5*10**7)\n[*s]", 'stopped', (), (3, 11)),
        ('Counter str', "s='ab'*(5*10**7)\nfrom collections import Counter\nCounter(s)", 'stopped', (), (3, 11)),
        ('deque str', "s='ab'*(5*10**7)\nfrom collections import deque\ndeque(s)", 'stopped', (), (3, 11)),
        ('zip star str', "s='ab'*(5*10**7)\nzip(*s)", 'stopped', (), (3, 11)),
        ('print star str', "s='ab'*(5*10**7)\nprint(*s)", 'stopped', (), (3, 11)),
        ('dict fromkeys bytes', 'dict.fromkeys(bytes(10**8))', 'stopped', (), (3, 11)),
        ('memoryview cast', 'm=memoryview(bytearray(10**8))\nl=[]\nwhile True:\n    l.append(m.tolist())', 'stopped', (), (3, 11)),
        ('array tolist', "from array import array\narray('b',bytes(10**8)).tolist()", 'stopped', ('array',), (3, 11)),
        ('set collisions ints', 's=set(i*(2**61-1) for i in range(30000))', 'stopped', (), (3, 11)),
        ('range index', 'range(10**15).index(7.5)', 'stopped', (), (3, 11)),
        ('range count', "range(10**15).count('a')", 'stopped', (), (3, 11)),
        ('range sequence abc', 'from collections.abc import Sequence\nSequence.index(range(10**15),7.5)', 'stopped', (), (3, 11)),
        ('sum lists', 'sum([[1]*1000]*10**4,[])', 'stopped', (), (3, 11)),
        ('list concat', 'l=[0]*10**7\nm=[]\nwhile True:\n    m.append(l+l)', 'stopped', (), (3, 11)),
        ('own random choices', 'import random\nrandom.Random(1).choices([1],k=10**9)', 'stopped', ('random',), (3, 11)),
        ('own random bytes', 'import random\nrandom.Random(1).randbytes(10**10)', 'stopped', ('random',), (3, 11)),
        ('random sample counts', 'import random\nrandom.sample([1],k=10**8,counts=[10**9])', 'stopped', ('random',), (3, 11)),
        ('tee chain', 'from itertools import tee,count\na=count()\nfor i in range(10**4): a,b=tee(a)\nfor x in a: pass', 'any', (), (3, 11)),
        ('chain chain', 'from itertools import chain\nx=[]\nfor i in range(10**5): x=chain(x,[])\nlist(x)', 'any', (), (3, 11)),
        ('zip chain', 'x=[1]\nfor i in range(10**5): x=zip(x)\nlist(x)', 'any', (), (3, 11)),
        ('csv reader endless', "import csv\nfrom itertools import repeat\nlist(csv.reader(repeat('a,b')))", 'stopped', ('csv',), (3, 11)),
        ('ipaddress hosts', "import ipaddress\nlist(ipaddress.ip_network('::/0').subnets(new_prefix=128))", 'stopped', ('ipaddress',), (3, 11)),
        ('weakvaluedict', 'import weakref\nclass C: pass\nd=weakref.WeakValueDictionary()\nwhile True: d[1]=C()', 'stopped', ('weakref',), (3, 11)),
    ]
]  # fmt: skip

NUMBERS = [
    Hostile(name, "numbers that grow, or are taken apart slowly", code, end, modules, since)  # type: ignore[arg-type]
    for name, code, end, modules, since in [
        ('fraction growth', 'from fractions import Fraction\nx=Fraction(3,7)\nwhile True:\n    x=x*x+Fraction(1,3)', 'stopped', ('fractions',), (3, 11)),
        ('fraction limit_denominator', 'from fractions import Fraction\nx=Fraction(3**100000,7**100000)\nwhile True:\n    x.limit_denominator(10**1000)', 'stopped', ('fractions',), (3, 11)),
        ('fraction pow neg', 'from fractions import Fraction\nFraction(3,7)**-10**8', 'stopped', ('fractions',), (3, 11)),
        ('fraction floordiv', 'from fractions import Fraction\nx=Fraction(7**300000,3)\nwhile True:\n    x//Fraction(1,7**30000)', 'stopped', ('fractions',), (3, 11)),
        ('statistics mean fractions', 'import statistics\nfrom fractions import Fraction\nstatistics.mean([Fraction(1,i) for i in range(1,10**5)])', 'stopped', ('statistics', 'fractions'), (3, 11)),
        ('int mul seq', "x=int('f'*10**6,16)\nwhile True: x=x*3", 'stopped', (), (3, 11)),
        ('int pow mod', 'x=7**6000\nwhile True: pow(x,x,x+1)', 'stopped', (), (3, 11)),
        ('int pow op', 'x=3\nwhile True: x=x**2', 'stopped', (), (3, 11)),
        ('int truediv', "x=int('f'*10**7,16)\nwhile True: x/(x-1)", 'stopped', (), (3, 11)),
        ('int bitlen loop', "x=int('f'*10**7,16)\nwhile True: x=x^(x>>1)", 'stopped', (), (3, 11)),
        ('round big', "x=int('f'*10**7,16)\nround(x,-10**4)", 'stopped', (), (3, 11)),
        ('divmod float', 'divmod(10**400,1.5)', 'any', (), (3, 11)),
    ]
]  # fmt: skip

DECIMALS = [
    Hostile(name, "decimals, which C code works with in one step", code, end, modules, since)  # type: ignore[arg-type]
    for name, code, end, modules, since in [
        ('decimal prec by localcontext', 'from decimal import *\nwith localcontext() as c:\n    c.prec=10**7\n    Decimal(2).sqrt()\n    Decimal(1)/3', 'stopped', ('decimal',), (3, 11)),
        ('decimal Context prec', 'from decimal import *\nc=Context(prec=10**7)\nc.divide(Decimal(1),Decimal(3))\nc.exp(Decimal(2))\nc.ln(Decimal(3))', 'stopped', ('decimal',), (3, 11)),
        ('decimal Context power', "from decimal import *\nc=Context(prec=10**6)\nc.power(Decimal(3),Decimal('0.1'))", 'stopped', ('decimal',), (3, 11)),
        ('decimal setcontext', 'from decimal import *\nsetcontext(Context(prec=10**6))\nDecimal(2).exp()', 'stopped', ('decimal',), (3, 11)),
        ('decimal of big int', 'from decimal import Decimal\nx=7\nfor i in range(20): x=x*x\nDecimal(x)', 'stopped', ('decimal',), (3, 11)),
        ('decimal format', 'from decimal import Decimal\nf\'{Decimal("1e999999999"):f}\'', 'stopped', ('decimal',), (3, 11)),
        ('decimal format method', "from decimal import Decimal\nDecimal('1e999999999').__format__('f')", 'stopped', ('decimal',), (3, 11)),
        ('decimal neg ratio', "from decimal import Decimal\nDecimal('1e-999999999').as_integer_ratio()", 'stopped', ('decimal',), (3, 11)),
        ('decimal int via trunc', "from decimal import Decimal\nDecimal('1e9999999').__trunc__()", 'stopped', ('decimal',), (3, 11)),
        ('decimal int via __int__', "from decimal import Decimal\nDecimal('1e9999999').__int__()", 'stopped', ('decimal',), (3, 11)),
        ('decimal percent d', "from decimal import Decimal\n'%d' % Decimal('1e9999999')", 'stopped', ('decimal',), (3, 11)),
        ('decimal datetime', "from decimal import *\nimport math\nmath.floor(Decimal('1e9999999'))", 'stopped', ('decimal', 'math'), (3, 11)),
        ('a long integer and a decimal', 'from decimal import Decimal\nx=7\nfor i in range(20): x=x*x\nDecimal(1)+x', 'stopped', ('decimal',), (3, 11)),
        ('decimal fma', "from decimal import *\nx=Decimal('7'*10**6)\nwhile True:\n    x.fma(x,x)", 'stopped', ('decimal',), (3, 11)),
    ]
]  # fmt: skip

LIBRARY = [
    Hostile(name, "a function of the standard library that takes long or makes much", code, end, modules, since)  # type: ignore[arg-type]
    for name, code, end, modules, since in [
        ('base64', "import base64\nbase64.b85encode(b'x'*5*10**7)", 'stopped', ('base64',), (3, 11)),
        ('json of floats', "import json\njson.dumps([1.5]*10**7)", 'stopped', ('json',), (3, 11)),
        ('accumulated texts', "from itertools import accumulate,repeat\nlist(accumulate(repeat('x'*10**4)))", 'stopped', (), (3, 11)),
        ('textwrap wrap', "import textwrap\ntextwrap.wrap('a'*10**7,1)", 'stopped', ('textwrap',), (3, 11)),
        ('difflib ratio', "import difflib\ndifflib.SequenceMatcher(None,'ab'*20000,'ba'*20000,autojunk=False).ratio()", 'stopped', ('difflib',), (3, 11)),
        ('difflib ndiff', "import difflib\nlist(difflib.ndiff(['a'*i for i in range(600)],['b'*i+'a' for i in range(600)]))", 'stopped', ('difflib',), (3, 11)),
        ('difflib close', "import difflib\ndifflib.get_close_matches('a'*1000,['ab'*1000]*10**6)", 'stopped', ('difflib',), (3, 11)),
        ('json loads deep', "import json\njson.loads('['*10**5+']'*10**5)", 'stopped', ('json',), (3, 11)),
        ('json loads hook', 'import json\ndef h(d):\n    while True: pass\njson.loads(\'{"a":1}\',object_hook=h)', 'stopped', ('json',), (3, 11)),
        ('re sub blowup', "import re\nre.sub('a','b'*10**6,'a'*10**6)", 'stopped', ('re',), (3, 11)),
        ('re sub backref blowup', "import re\nre.sub('(a+)','\\\\1'*10**5,'a'*10**5)", 'any', ('re',), (3, 11)),
        ('re split', "import re\nre.split('','a'*10**8)", 'stopped', ('re',), (3, 11)),
        ('re compile big', "import re\nre.compile('(a|b)'*10**6)", 'stopped', ('re',), (3, 11)),
        ('re compile nested', "import re\nre.compile('('*10**5+')'*10**5)", 'stopped', ('re',), (3, 11)),
        ('re quadratic', "import re\nre.search('a*a*a*a*b','a'*20000)", 'any', ('re',), (3, 11)),
        ('string Template', "import string\nstring.Template('$a'*10**6).substitute(a='x'*10**6)", 'stopped', ('string',), (3, 11)),
        ('random shuffle', 'import random\nl=list(range(10**7))\nwhile True:\n    random.shuffle(l)', 'stopped', ('random',), (3, 11)),
        ('random randrange huge', 'import random\nrandom.randrange(10**10**5)\nrandom.randrange(1<<10**6)', 'stopped', ('random',), (3, 11)),
        ('json loads big', "import json\njson.loads('['+'1,'*4*10**7+'1]')", 'stopped', ('json',), (3, 11)),
        ('re sub pattern', "import re\nre.compile('a').subn('b'*10**6,'a'*10**4)", 'stopped', ('re',), (3, 11)),
        ('punycode', "(''.join(map(chr,range(0x4e00,0x9fff)))*20).encode('punycode')", 'stopped', (), (3, 11)),
        ('decode punycode', "(b'a'*10**6).decode('punycode')", 'stopped', (), (3, 11)),
        ('html unescape', "import html\nhtml.unescape('&amp;'*10**7)", 'stopped', ('html',), (3, 11)),
        ('graphlib', 'import graphlib\nt=graphlib.TopologicalSorter({i:[i+1] for i in range(10**6)})\nlist(t.static_order())', 'stopped', ('graphlib',), (3, 11)),
        ('hashlib', "import hashlib\nhashlib.pbkdf2_hmac('sha256',b'a',b'b',10**9)", 'stopped', ('hashlib',), (3, 11)),
        ('hashlib scrypt', "import hashlib\nhashlib.scrypt(b'a',salt=b'b',n=2**20,r=8,p=100,maxmem=2**31-1)", 'stopped', ('hashlib',), (3, 11)),
        ('unicodedata', "import unicodedata\nunicodedata.normalize('NFKD','\\ufdfa'*10**7)", 'stopped', ('unicodedata',), (3, 11)),
        ('unicode quad', "import unicodedata\nunicodedata.normalize('NFC','a'+'\\u0301\\u0327'*10**5)", 'stopped', ('unicodedata',), (3, 11)),
        ('pprint exp', 'import pprint\nl=[0]\nfor i in range(60): l=[l,l]\npprint.pformat(l)', 'stopped', ('pprint',), (3, 11)),
        ('pprint deep', 'import pprint\nl=[]\nfor i in range(10**5): l=[l]\npprint.pformat(l)', 'stopped', ('pprint',), (3, 11)),
        ('ast literal_eval', "import ast\nast.literal_eval('['*10**5)", 'stopped', ('ast',), (3, 11)),
        ('csv field', 'import csv\nlist(csv.reader([\'"\'+\'a\'*10**7]))', 'stopped', ('csv',), (3, 11)),
        ('calendar', 'import calendar\nwhile True: calendar.calendar(2020)', 'any', ('calendar',), (3, 11)),
        ('stringio', "import io\nb=io.StringIO()\nwhile True: b.write('x'*10**6)", 'stopped', ('io',), (3, 11)),
        ('exitstack endless', 'from contextlib import ExitStack\nwith ExitStack() as s:\n    while True: s.callback(print)', 'stopped', (), (3, 11)),
    ]
]  # fmt: skip

RECURSION = [
    Hostile(name, "a hook of the data model that leads back to itself from C code", code, end, modules, since)  # type: ignore[arg-type]
    for name, code, end, modules, since in [
        ('eq recursion in sorted', 'class C:\n    def __lt__(self,o): return sorted([C(),C()])\nsorted([C(),C()])', 'stopped', (), (3, 11)),
        ('eq recursion in dict', 'class C:\n    def __hash__(self): return 1\n    def __eq__(self,o): return {C():1}=={C():1}\n{C():1,C():2}', 'stopped', (), (3, 11)),
        ('hash recursion', 'class C:\n    def __hash__(self): return hash((C(),))\n{C()}', 'stopped', (), (3, 11)),
        ('repr recursion', 'class C:\n    def __repr__(self): return repr([C()])\nrepr(C())', 'stopped', (), (3, 11)),
        ('repr recursion str', "class C:\n    def __str__(self): return f'{C()}'\nstr(C())", 'stopped', (), (3, 11)),
        ('getattr recursion', 'class C:\n    def __getattr__(self,n): return self.x\nC().y', 'stopped', (), (3, 11)),
        ('iter recursion', 'class C:\n    def __iter__(self): return iter(C())\nlist(C())', 'stopped', (), (3, 11)),
        ('bisect lt loops', 'import bisect\nclass C:\n    def __lt__(self,o):\n        bisect.bisect([C()],C())\nbisect.bisect([C()],C())', 'stopped', ('bisect',), (3, 11)),
        ('property recursion', 'class C:\n    @property\n    def p(self): return self.p\nC().p', 'stopped', (), (3, 11)),
        ('cached_property recursion', 'from functools import cached_property\nclass C:\n    @cached_property\n    def p(self): return C().p\nC().p', 'stopped', (), (3, 11)),
        ('singledispatch recursion', 'from functools import singledispatch\n@singledispatch\ndef f(x): return f(x)\nf(1)', 'stopped', (), (3, 11)),
        ('lru_cache recursion', 'from functools import lru_cache\n@lru_cache(None)\ndef f(n): return f(n+1)\nf(0)', 'stopped', (), (3, 11)),
        ('partial recursion', 'from functools import partial\ndef f(): return g()\ng=partial(f)\ng()', 'stopped', (), (3, 11)),
        ('descriptor recursion', 'class D:\n    def __get__(self,o,t): return o.d\nclass C:\n    d=D()\nC().d', 'stopped', (), (3, 11)),
        ('setattr recursion', 'class C:\n    def __setattr__(self,n,v): self.x=v\nC().x=1', 'stopped', (), (3, 11)),
        ('getitem recursion', 'class C:\n    def __getitem__(self,i): return self[i]\nC()[0]', 'stopped', (), (3, 11)),
        ('call recursion by C', 'class C:\n    def __call__(self,x=0): return list(map(self,[1]))\nC()()', 'stopped', (), (3, 11)),
        ('reduce recursion', 'from functools import reduce\ndef f(a,b): return reduce(f,[1,2])\nreduce(f,[1,2])', 'stopped', (), (3, 11)),
        ('sort key recursion', 'def k(x): return sorted([1,2],key=k)\nsorted([1,2],key=k)', 'stopped', (), (3, 11)),
        ('map recursion', 'def f(x): return list(map(f,[x]))\nf(1)', 'stopped', (), (3, 11)),
        ('format recursion', "class C:\n    def __format__(self,s): return format(C(),s)\nf'{C():x}'", 'stopped', (), (3, 11)),
        ('join recursion', "class C:\n    def __iter__(self): return iter([','.join(C())])\n','.join(C())", 'stopped', (), (3, 11)),
        ('index recursion', 'class C:\n    def __index__(self): return [0][C()]\n[0][C()]', 'stopped', (), (3, 11)),
        ('bool recursion', 'class C:\n    def __bool__(self): return not C()\nnot C()', 'stopped', (), (3, 11)),
        ('len recursion', 'class C:\n    def __len__(self): return len(C())\nlen(C())', 'stopped', (), (3, 11)),
        ('contains recursion', 'class C:\n    def __contains__(self,x): return x in C()\n1 in C()', 'stopped', (), (3, 11)),
        ('radd ping pong', 'class C:\n    def __radd__(self,o): return sum([1,C()])\nsum([1,C()])', 'stopped', (), (3, 11)),
        ('enter recursion', 'class C:\n    def __enter__(self):\n        with C(): pass\n    def __exit__(self,*a): pass\nwith C(): pass', 'stopped', (), (3, 11)),
        ('init_subclass recursion', 'class B:\n    def __init_subclass__(cls):\n        class D(B): pass\nclass E(B): pass', 'stopped', (), (3, 11)),
        ('set_name recursion', 'class D:\n    def __set_name__(self,o,n):\n        class C:\n            d=D()\nclass C:\n    d=D()', 'stopped', (), (3, 11)),
        ('metaclass call recursion', 'class M(type):\n    def __call__(cls): return cls()\nclass C(metaclass=M): pass\nC()', 'stopped', (), (3, 11)),
        ('class_getitem recursion', 'class C:\n    def __class_getitem__(cls,i): return C[i]\nC[1]', 'stopped', (), (3, 11)),
        ('missing recursion', 'class D(dict):\n    def __missing__(self,k): return self[k]\nD()[1]', 'stopped', (), (3, 11)),
        ('defaultdict recursion', 'from collections import defaultdict\ndef f(): return defaultdict(f)[1]\nf()', 'stopped', (), (3, 11)),
        ('dataclass eq recursion', 'from dataclasses import dataclass\n@dataclass\nclass C:\n    x: object=None\na=C();b=C();a.x=b;b.x=a\na==b\nc=C();d=C();c.x=c;d.x=d\nc==d', 'stopped', (), (3, 11)),
        ('dataclass repr deep', 'from dataclasses import dataclass\n@dataclass\nclass C:\n    x: object=None\na=None\nfor i in range(10**5): a=C(a)\nrepr(a)', 'stopped', (), (3, 11)),
        ('dataclass hash deep', 'from dataclasses import dataclass\n@dataclass(frozen=True)\nclass C:\n    x: object=None\na=None\nfor i in range(10**5): a=C(a)\nhash(a)', 'stopped', (), (3, 11)),
        ('dict deep eq', 'a,b={},{}\nfor i in range(10**5): a,b={1:a},{1:b}\na==b', 'stopped', (), (3, 11)),
        ('isinstance deep tuple', "t=int\nfor i in range(10**5): t=(t,)\nisinstance('a',t)", 'any', (), (3, 11)),
        ('print deep', 't=1\nfor i in range(10**5): t=(t,)\nprint(t)', 'any', (), (3, 11)),
        ('mro bomb', "c=object\nfor i in range(3000):\n    c=type('C',(c,),{})\nc()", 'any', (), (3, 11)),
    ]
]  # fmt: skip

CLASSES = [
    Hostile(name, "classes made without end, or out of too much", code, end, modules, since)  # type: ignore[arg-type]
    for name, code, end, modules, since in [
        ('many classes', "l=[]\nwhile True:\n    l.append(type('C',(),{}))", 'stopped', (), (3, 11)),
        ('slots bomb', "type('C',(),{'__slots__':tuple('a%d'%i for i in range(10**6))})", 'stopped', (), (3, 11)),
        ('enum bomb', "from enum import Enum\nEnum('E',['a%d'%i for i in range(10**6)])", 'stopped', (), (3, 11)),
        ('namedtuple bomb', "from collections import namedtuple\nnamedtuple('P',['a%d'%i for i in range(10**6)])", 'stopped', (), (3, 11)),
        ('make_dataclass bomb', "from dataclasses import make_dataclass\nmake_dataclass('P',['a%d'%i for i in range(10**5)])", 'stopped', (), (3, 11)),
        ('annotations bomb dc', "from dataclasses import dataclass\ndataclass(type('C',(),{'__annotations__':{'a%d'%i:int for i in range(10**5)}}))", 'stopped', (), (3, 11)),
        ('namedtuple huge', "from typing import NamedTuple\nNamedTuple('P',[('a%d'%i,int) for i in range(10**5)])", 'stopped', (), (3, 11)),
    ]
]  # fmt: skip

ERRORS = [
    Hostile(name, "exceptions as matter", code, end, modules, since)  # type: ignore[arg-type]
    for name, code, end, modules, since in [
        ('exception context chain', 'def f(n):\n    try: raise ValueError(n)\n    except ValueError: f(n+1)\nf(0)', 'stopped', (), (3, 11)),
        ('exception in loop kept', 'e=None\nwhile True:\n    try:\n        raise ValueError from e\n    except ValueError as x: e=x', 'stopped', (), (3, 11)),
        ('group nested', "e=ValueError()\nfor i in range(10**5): e=ExceptionGroup('g',[e])\nraise e", 'stopped', (), (3, 11)),
        ('group wide', "raise ExceptionGroup('g',[ValueError('x'*1000)]*10**6)", 'stopped', (), (3, 11)),
        ('group exponential', "e=ValueError()\nfor i in range(40): e=ExceptionGroup('g',[e,e])\nraise e", 'stopped', (), (3, 11)),
        ('group exponential split', "e=ValueError()\nfor i in range(40): e=ExceptionGroup('g',[e,e])\ntry:\n    raise e\nexcept* TypeError: pass", 'stopped', (), (3, 11)),
        ('notes of objects', "e=ValueError()\ne.__notes__=['x'*10**6]*1000\nraise e", 'stopped', (), (3, 11)),
        ('notes endless', "class L(list):\n    def __iter__(self):\n        while True: yield 'a'\ne=ValueError()\ne.__notes__=L()\nraise e", 'stopped', (), (3, 11)),
        ('cause cycle', 'a=ValueError();b=ValueError()\na.__cause__=b;b.__cause__=a\nraise a', 'any', (), (3, 11)),
        ('context cycle', 'a=ValueError();b=ValueError()\na.__context__=b;b.__context__=a\ntry: raise a\nexcept ValueError: raise b', 'any', (), (3, 11)),
        ('args huge', "raise ValueError(*['x'*1000]*10**5)", 'stopped', (), (3, 11)),
        ('args own repr', 'class C:\n    def __repr__(self):\n        while True: pass\nraise ValueError(C(),C())', 'stopped', (), (3, 11)),
        ('args deep', 'l=[]\nfor i in range(10**5): l=[l]\nraise ValueError(l)', 'stopped', (), (3, 11)),
        ('str of error huge', "class E(Exception):\n    def __str__(self): return 'x'*10**8\nraise E", 'stopped', (), (3, 11)),
        ('error name huge', "raise type('E'*10**7,(Exception,),{})", 'stopped', (), (3, 11)),
        ('keyerror huge', "{}['x'*10**8]", 'stopped', (), (3, 11)),
        ('nested finally', 'def f():\n    try: f()\n    finally: f()\nf()', 'stopped', (), (3, 11)),
        ('except BaseException pass', 'def f():\n    while True:\n        try: f()\n        except BaseException: pass\nf()', 'stopped', (), (3, 11)),
        ('recursion error caught loop', 'def f():\n    try: f()\n    except RecursionError: pass\nwhile True: f()', 'stopped', (), (3, 11)),
        ('generator throw loop', 'def g():\n    while True:\n        try: yield\n        except BaseException: pass\nx=g();next(x)\nwhile True:\n    x.throw(ValueError)', 'stopped', (), (3, 11)),
        ('exitstack push self', 'from contextlib import ExitStack\ns=ExitStack()\ndef f(): s.callback(f)\ns.callback(f)\ns.close()', 'stopped', (), (3, 11)),
        ('contextmanager swallow', 'from contextlib import contextmanager\n@contextmanager\ndef c():\n    while True:\n        try: yield\n        except BaseException: pass\nwith c():\n    while True: pass', 'stopped', (), (3, 11)),
    ]
]  # fmt: skip

WAITING = [
    Hostile(name, "coroutines and callbacks that never come to an end", code, end, modules, since)  # type: ignore[arg-type]
    for name, code, end, modules, since in [
        ('yield from 10000', 'def g(n):\n    if n: yield from g(n-1)\n    yield n\nsum(g(10000))', 'any', (), (3, 11)),
        ('chained generators', 'def w(it):\n    for x in it: yield x\nx=iter([1])\nfor i in range(10**4): x=w(x)\nlist(x)', 'any', (), (3, 11)),
        ('chained genexpr', 'x=iter([1])\nfor i in range(10**4): x=(y for y in x)\nlist(x)', 'any', (), (3, 11)),
        ('chained coroutines', 'async def w(c):\n    return await c\nasync def z(): return 1\nc=z()\nfor i in range(10**4): c=w(c)\nawait c', 'any', (), (3, 11)),
        ('async gen endless athrow', 'async def g():\n    while True:\n        try: yield\n        except BaseException: pass\nasync def m():\n    x=g(); await x.__anext__()\n    await x.aclose()\nawait m()', 'stopped', (), (3, 11)),
        ('async comprehension endless', 'async def g():\n    while True: yield 1\n[x async for x in g() if 0]', 'stopped', (), (3, 11)),
        ('await own iter C', 'from itertools import repeat\nclass A:\n    def __await__(self): return repeat(None)\nawait A()', 'stopped', (), (3, 11)),
        ('asyncio sleep loop', 'import asyncio\nwhile True: await asyncio.sleep(0)', 'stopped', ('asyncio',), (3, 11)),
        ('asyncio gather bomb', 'import asyncio\nasync def f():\n    await asyncio.gather(f(),f())\nawait f()', 'stopped', ('asyncio',), (3, 11)),
        ('asyncio create_task bomb', 'import asyncio\nasync def f():\n    while True: asyncio.create_task(f()); await asyncio.sleep(0)\nawait f()', 'stopped', ('asyncio',), (3, 11)),
        ('asyncio shield', 'import asyncio\nasync def f():\n    while True:\n        try: await asyncio.sleep(10)\n        except BaseException: pass\nawait asyncio.shield(f())', 'stopped', ('asyncio',), (3, 11)),
        ('asyncio wait forever', 'import asyncio\nawait asyncio.Event().wait()', 'stopped', ('asyncio',), (3, 11)),
        ('asyncio future', 'import asyncio\nawait asyncio.get_running_loop().create_future()', 'stopped', ('asyncio',), (3, 11)),
        ('asyncio call_soon', 'import asyncio\nl=asyncio.get_running_loop()\ndef f(): l.call_soon(f)\nf()\nawait asyncio.sleep(100)', 'stopped', ('asyncio',), (3, 11)),
        ('weakref finalize', 'import weakref\nclass C: pass\ndef f():\n    while True: pass\nc=C()\nweakref.finalize(c,f)\ndel c', 'stopped', ('weakref',), (3, 11)),
        ('weakref callback', 'import weakref\nclass C: pass\ndef f(r):\n    while True: pass\nc=C()\nr=weakref.ref(c,f)\ndel c', 'any', ('weakref',), (3, 11)),
    ]
]  # fmt: skip

TEXT = [
    Hostile(name, "text that is formatted, replaced or written", code, end, modules, since)  # type: ignore[arg-type]
    for name, code, end, modules, since in [
        ('replace doubling', "s='ab'\nwhile True:\n    s=s.replace('b','bb'*50)", 'stopped', (), (3, 11)),
        ('translate to long', "s='a'*1000\nt={97:'a'*1000}\nwhile True:\n    s=s.translate(t)", 'stopped', (), (3, 11)),
        ('format of one text again', "('{0}'*20).format('x'*9*10**7)", 'stopped', (), (3, 11)),
        ('format by names again', "('{a}'*1000).format_map({'a':'x'*10**7})", 'stopped', (), (3, 11)),
        ('format width nested', "'{:{w}}'.format(1,w=10**10)", 'stopped', (), (3, 11)),
        ('join memory of list', "l=['x'*10**7]*1000\n''.join(l)", 'stopped', (), (3, 11)),
        ('percent map', "('%(a)s'*10**6)%{'a':'x'*10**5}", 'stopped', (), (3, 11)),
        ('repr big list strs', "l=['x'*10**6]*10**4\nrepr(l)", 'stopped', (), (3, 11)),
        ('print big list', "print(['x'*10**6]*10**4)", 'stopped', (), (3, 11)),
        ('bytes replace', "(b'a'*10**6).replace(b'a',b'b'*10**6)", 'stopped', (), (3, 11)),
        ('join bytes', "b'x'.join([b'y'*10**6]*10**5)", 'stopped', (), (3, 11)),
        ('print flood flush', "while True: print('x',flush=True,end='')", 'any', (), (3, 11)),
        ('print own write', "class W:\n    def write(self,s):\n        while True: pass\nprint('x',file=W())", 'stopped', (), (3, 11)),
        ('redirect', "from contextlib import redirect_stdout\nimport io\nb=io.StringIO()\nwith redirect_stdout(b):\n    while True: print('x'*10**6)", 'stopped', ('io',), (3, 11)),
        ('bytesio seek', "import io\nb=io.BytesIO()\nb.seek(10**12);b.write(b'x')", 'stopped', ('io',), (3, 11)),
        ('stringio seek', "import io\nb=io.StringIO()\nb.seek(10**10);b.write('x')", 'stopped', ('io',), (3, 11)),
    ]
]  # fmt: skip

COMPILING = [
    Hostile(name, "a source the compiler works at for long", code, end, modules, since)  # type: ignore[arg-type]
    for name, code, end, modules, since in [
        ('deep binop parens', "x="+"1+("*5000+"1"+")"*5000, 'any', (), (3, 11)),
        ('long binop', "x="+"+".join("x%d"%i for i in range(20000)), 'any', (), (3, 11)),
        ('deep with', "with "+",".join(["a"]*5000)+": pass", 'any', (), (3, 11)),
        ('deep star target', "("*300+"a,"+"),"*300+" = 1", 'stopped', (), (3, 11)),
        ('deep walrus', "x="+"(y:="*3000+"1"+")"*3000, 'stopped', (), (3, 11)),
        ('deep slices', "x="+"a["*3000+"1"+"]"*3000, 'stopped', (), (3, 11)),
        ('deep match', "match 1:\n case "+"("*3000+"1"+")"*3000+": pass", 'stopped', (), (3, 11)),
        ('match or', "match 1:\n case "+"|".join(["C()"]*5000)+": pass", 'any', (), (3, 11)),
        ('deep class', "".join(" "*i+f"class C{i}:\n" for i in range(95))+" "*95+"pass", 'any', (), (3, 11)),
        ('many except clauses', "try:\n    pass\n"+"".join(f"except V{i}: pass\n" for i in range(5000)), 'any', (), (3, 11)),
        ('many type params', "def f["+",".join(f"T{i}" for i in range(10000))+"](): pass", 'any', (), (3, 12)),
        ('finally in finally', "def f():\n" + "".join(" "*i+"try:\n"+" "*i+" return\n"+" "*i+"finally:\n" for i in range(1,20)) + " "*20+"x\n", 'stopped', (), (3, 11)),
        ('finally in finally at the top', "".join(" "*i+"try: a\n"+" "*i+"finally:\n" for i in range(19)) + " "*19+"b\n", 'stopped', (), (3, 11)),
        ('finally left in a loop', "for x in y:\n" + "".join(" "*i+"try:\n"+" "*i+" continue\n"+" "*i+"finally:\n" for i in range(1,20)) + " "*20+"x\n", 'stopped', (), (3, 11)),
        ('many subscripts', ("x"+"[0]"*90+"\n")*360, 'stopped', (), (3, 11)),
        ('many attributes', ("x"+".a"*150+"\n")*320, 'stopped', (), (3, 11)),
        ('many products in place', "a[b]*=c\n"*12000, 'stopped', (), (3, 11)),
        ('many products', ("("*60+"a"+"*a)"*60+"\n")*400, 'stopped', (), (3, 11)),
        ('many functions alike', "def f():x\n"*9000, 'stopped', (), (3, 11)),
        ('many lambdas alike', "lambda:0\n"*10000, 'stopped', (), (3, 11)),
        ('many classes alike', "class A:x\n"*9000, 'stopped', (), (3, 11)),
        ('many comprehensions alike', "x=[" + "(x for x in y),"*6000 + "]", 'stopped', (), (3, 11)),
        ('comprehensions in comprehensions', "["*40 + "x" + " for x in y]"*40, 'stopped', (), (3, 11)),
        ('comprehensions in conditions', "[x for x in y if "*30 + "x" + "]"*30, 'stopped', (), (3, 11)),
        ('comprehensions in keys', "{1:"*30 + "x" + " for x in y}"*30, 'stopped', (), (3, 11)),
        ('comprehensions in blocks', "".join(" "*i + "with a:\n" for i in range(18)) + " "*18 + "[[[x for x in y] for x in y] for x in y]\n", 'stopped', (), (3, 11)),
        ('fewer fields', "f'" + "{a}"*11900 + "'", 'stopped', (), (3, 11)),
        ('many fields', "f'" + "{a}"*33000 + "'", 'stopped', (), (3, 11)),
        ('many paddings', "x=[" + "'%99999d'%1,"*8000 + "]", 'stopped', (), (3, 11)),
        ('many tests of types', "match 1:\n case " + "|".join(["A()"]*24000) + ":x", 'stopped', (), (3, 11)),
        ('accents in a name', "a"+"\u0301\u0327"*40000+" = 1", 'stopped', (), (3, 11)),
    ]
]  # fmt: skip

MORE: dict[str, list[Hostile]] = {
    "consumers": CONSUMERS,
    "numbers": NUMBERS,
    "decimals": DECIMALS,
    "library": LIBRARY,
    "recursion": RECURSION,
    "classes": CLASSES,
    "errors": ERRORS,
    "waiting": WAITING,
    "text": TEXT,
    "compiling": COMPILING,
}
"""These programs, by family."""
