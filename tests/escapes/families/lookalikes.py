"""Unicode: identifiers are normalised (NFKC) by the parser, strings are not."""

from ..case import Attack, Twin, each

ATTACKS = [
    *each(
        "a look-alike name",
        "the parser turns compatibility characters into plain ones after a textual filter has passed",
        "print(@)",
        [
            ("fullwidth attribute", "secret.ｆlag"),
            ("bold attribute", "secret.𝐟𝐥𝐚𝐠"),
            ("ligature", "secret.ﬂag"),
            ("italic private", "host._𝑝rivate"),
            ("excluded in script letters", "host.𝓹𝓪𝓼𝓼𝔀𝓸𝓻𝓭"),
            ("dunder class", "secret.__𝐜lass__.tell(secret)"),
            ("dunder with fullwidth lines", "secret._＿class＿_.tell(secret)"),
            ("dunder dict", "secret.__ｄict__"),
            ("globals", "greet.__𝗀lobals__['os'].environ"),
            ("builtins name", "__ｂuiltins__['__import__']('os').environ"),
            ("import name", "__𝒾mport__('os').environ"),
            ("eval", "𝓮val('secret.flag')"),
            ("open", "ｏpen(path).read()"),
            ("getattr", "𝗴etattr(secret, 'flag')"),
            ("superscript", "secret.flᵃg"),
            ("superscript at the end", "secret.flaᵍ"),
            ("modifier letter", "host.pasˢword"),
            ("long s", "host.paſſword"),
            ("module attribute", "__import__('hostlib')._𝐭oken"),
        ],
    ),
    *each(
        "binding a look-alike",
        "the name bound is the normalised one: a guard's",
        "@\nprint(secret.flag)",
        [
            ("assignment", "_ｇetattr_ = lambda o, n: 1"),
            ("fullwidth underscores", "_getattr＿ = 1"),
            ("parameter", "def f(_𝐠etattr_, /):\n    return secret.flag\nprint(f(1))"),
            ("import as", "import math as _𝐠etattr_"),
            ("capture", "match 1:\n    case _𝐠etattr_:\n        pass"),
            ("for", "for __𝐛uiltins__ in [{}]:\n    pass"),
            ("class", "class _𝐠etattr_:\n    pass"),
            ("global", "def f():\n    global _𝐠etattr_\n    _𝐠etattr_ = 1\nf()"),
            ("keyword argument", "def f(**kw):\n    return list(kw)\nprint(f(_𝐠etattr_=1))"),
        ],
    ),
    Attack(
        "defining a look-alike dunder",
        "a forbidden special method is defined under a name that normalises to it",
        """
class C:
    def __𝐠etattribute__(self, name):
        return secret.flag
print(C().anything)
""",
    ),
    Attack(
        "a look-alike __del__",
        "finalisers run outside the limits",
        """
class C:
    def __𝐝el__(self):
        print(secret.flag)
C()
""",
    ),
    Attack(
        "a look-alike keyword of a class pattern",
        "keyword sub-patterns are attribute names",
        "match secret:\n    case object(𝐟lag=x):\n        print(x)",
    ),
    Attack(
        "a look-alike import",
        "module names in import statements are identifiers too",
        "import ｏs\nprint(os.environ['HOST_CANARY'])",
    ),
    Attack(
        "a look-alike from import",
        "so are the names imported",
        "from hostlib import _𝐭oken\nprint(_token)",
    ),
    Attack(
        "a format field in look-alike braces",
        "fields are strings: not normalised, so the plain name is what reads",
        "print('{0.\\u0066lag}'.format(secret))",
    ),
    Attack(
        "escapes in a name for getattr",
        "escape sequences are gone before anybody looks",
        "print(getattr(secret, '\\x66\\x6c\\141\\N{LATIN SMALL LETTER G}'))",
    ),
    Attack(
        "a coding line",
        "a declared encoding could make the text say something else than was checked",
        "# -*- coding: utf-7 -*-\nprint(secret.flag)",
    ),
    Attack(
        "line separators",
        "a form feed or carriage return starts a new line for the parser only",
        "x = 1 # comment\rprint(secret.flag)",
    ),
]

TWINS = [
    Twin("unicode names of one's own", "größe = 3\nπ = 3.14\nｆ = 1\nprint(größe, π, f)"),
]
