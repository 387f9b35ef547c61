"""JSON is written by C code, or by the library's own, which goes through what it takes for containers."""

from ..case import Twin, each

_HOW = "a dict or list of a type that nobody registered is gone through all the same"
ATTACKS = [
    *each("an unregistered container as JSON", _HOW, """
import json
class E(json.JSONEncoder):
    def default(self, o): return secret_list
class Encodes(E):
    def encode(self, o): return super().encode(o)
class Iterates(E):
    def iterencode(self, o, _one_shot=False): return super().iterencode(o, _one_shot)
loot = @
""", [
        ("itself", "json.dumps(secret_dict)"),
        ("a list", "json.dumps(secret_list, indent=1)"),
        ("inside others", "json.dumps({'a': [(secret_dict,)]})"),
        ("by an encoder", "json.JSONEncoder().encode(secret_list)"),
        ("piece by piece", "list(json.JSONEncoder().iterencode([secret_list]))"),
        ("as an answer", "json.dumps(object(), default=lambda o: secret_list)"),
        ("as an encoder's answer", "json.dumps(object(), cls=E)"),
        ("as an encoder's answer inside others", "E().encode([object()])"),
        ("as an encoder's answer, piece by piece", "list(E().iterencode(object()))"),
        ("as the answer of one that encodes itself", "Encodes().encode(object())"),
        ("as the answer of one that encodes itself, by name", "json.dumps(object(), cls=Encodes)"),
        ("as the answer of one that iterates itself", "json.dumps(object(), cls=Iterates)"),
        ("as the answer of a default that was handed over", "json.JSONEncoder(default=lambda o: secret_list).encode(object())"),
    ]),
]  # fmt: skip

TWINS = [
    Twin(
        "JSON of the agent's own containers",
        """
import json
from collections import OrderedDict, defaultdict, namedtuple
class D(dict): pass
class E(json.JSONEncoder):
    def default(self, o): return {"o": [1, 2]}
print(json.dumps(OrderedDict(a=1)), json.dumps(defaultdict(list, b=[1])), json.dumps(D(x=1)))
print(json.dumps(namedtuple("N", "a")(1)), json.dumps({"k": object()}, cls=E, indent=2, sort_keys=True))
print(E(separators=(",", ":")).encode([object(), 1]), "".join(E().iterencode([object()])))
""",
    ),
]
