"""Functions of the standard library go through, await and call what they are given."""

from ..case import Attack, Twin, each

_HOW = "the library asks nobody before it goes through what it was given"
ATTACKS = [
    *each("handed to the library", _HOW, """
import array, base64, bisect, csv, difflib, fnmatch, heapq, io, ipaddress, random, secrets, shlex, statistics, textwrap
from urllib.parse import urlencode
try:
    loot = @
except (TypeError, ValueError) as error:
    print(error)
""", [
        ("random.choice", "random.choice(secret)"),
        ("random.choices", "random.choices(secret)"),
        ("a generator of the agent's own", "random.Random(1).choice(secret)"),
        ("random.sample", "random.sample(secret_list, 1)"),
        ("secrets.choice", "secrets.choice(secret)"),
        ("heapq.merge", "list(heapq.merge(secret))"),
        ("heapq.nlargest", "heapq.nlargest(1, secret)"),
        ("heapq.heappop", "heapq.heappop(secret_list)"),
        ("statistics.mode", "statistics.mode(secret)"),
        ("statistics.median_low", "statistics.median_low(secret)"),
        ("csv.reader", "list(csv.reader(secret))"),
        ("csv.DictReader", "list(csv.DictReader(secret, ['a']))"),
        ("a subclass of csv.DictReader", "list(type('R', (csv.DictReader,), {})(secret, ['a']))"),
        ("difflib.ndiff", "list(difflib.ndiff(['a'], secret))"),
        ("difflib.unified_diff", "list(difflib.unified_diff(['a'], secret_list))"),
        ("fnmatch.filter", "fnmatch.filter(secret, '*')"),
        ("shlex.join", "shlex.join(secret)"),
        ("urlencode", "urlencode(secret_dict)"),
        ("an address", "ipaddress.ip_address(secret)"),
        ("a network", "ipaddress.IPv4Network(secret)"),
        ("lines of text in memory", "(lambda s: (s.writelines(secret), s.getvalue())[1])(io.StringIO())"),
        ("a row of a table", "(lambda s: (csv.writer(s).writerow(secret), s.getvalue())[1])(io.StringIO())"),
        ("a row by names", "(lambda s: (csv.DictWriter(s, ['flag']).writerow(secret_dict), s.getvalue())[1])(io.StringIO())"),
    ], modules=("array", "base64", "bisect", "csv", "difflib", "fnmatch", "heapq", "io", "ipaddress", "random",
                "secrets", "shlex", "statistics", "textwrap", "urllib.parse")),
    *each("awaited by asyncio", "it awaits what it is given, and what is in it", """
import asyncio
async def main():
    @
loot = await main()
""", [
        ("gather", "return await asyncio.gather(secret)"),
        ("wait_for", "return await asyncio.wait_for(secret, 1)"),
        ("shield", "return await asyncio.shield(secret)"),
        ("as_completed", "for step in asyncio.as_completed([secret]): return await step"),
        ("a condition", "return await asyncio.Condition().wait_for(secret)"),
        ("a thread", "return await asyncio.to_thread(secret)"),
    ], modules=("asyncio",)),
    *each("a key that makes objects", "a class is called for each item", """
import bisect, heapq, textwrap
try:
    @
except TypeError as error:
    print(error)
""", [
        ("bisect", "bisect.bisect([1], 1, key=Vault)"),
        ("nsmallest", "heapq.nsmallest(1, [1], Vault)"),
        ("merge", "list(heapq.merge([1], [2], key=Locked))"),
        ("indent", "textwrap.indent('a', 'b', Vault)"),
    ], modules=("bisect", "heapq", "textwrap")),
    Attack("a key that reads what is compared", "the order tells the text, a letter at a time", """
import bisect
loot = "Secret("
while len(loot) < 30:
    for letter in "-0123456789abcdefghijklmnopqrstuvwxyz":
        if bisect.bisect(bag, loot + letter + "~", key=str):
            break
    loot += letter
loot = loot[7:]
""", modules=("bisect",)),
    *each("shown by a text that Python wrote", "it shows the repr of each field", """
import statistics
from dataclasses import InitVar
from enum import auto
class Derived(Shape): pass
@
""", [
        ("a registered dataclass", "print(Shape(secret))"),
        ("a registered dataclass, formatted", "print(f'{Shape(secret)}')"),
        ("a registered dataclass in a list", "print([Shape(secret)])"),
        ("a class derived from one", "print(Derived(secret))"),
        ("an automatic value", "print(auto(secret))"),
        ("a variable of initialisation", "print(InitVar(secret))"),
        ("a static method", "print(staticmethod(secret_list))"),
        ("a class method", "print([classmethod(secret_dict)])"),
    ], modules=("statistics",)),
    *each("shown by asyncio", "a queue shows the repr of its items", """
import asyncio
async def main():
    queue = asyncio.Queue()
    await queue.put(secret)
    @
await main()
""", [("a queue", "print([queue], f'{queue}')")], modules=("asyncio",)),
    *each("named by what it is", "a name of a class is made a str", """
from typing import NamedTuple, TypedDict
from enum import Enum
class M(type): pass
@
""", [
        ("a named tuple", "try:\n    NamedTuple(secret, [])\nexcept Exception as error:\n    print(error)"),
        ("what is called and may not be", "try:\n    secret_list(*5)\nexcept TypeError as error:\n    print(error)"),
    ]),
]  # fmt: skip

TWINS = [
    Twin(
        "the library with what is the agent's own",
        """
import asyncio, bisect, csv, difflib, heapq, io, random, statistics, textwrap
class Pair:
    def __init__(self, a): self.a = a
    def __lt__(self, other): return self.a < other.a
    def __len__(self): return 2
    def __getitem__(self, i):
        if i > 1: raise IndexError(i)
        return self.a
heap = []
heapq.heappush(heap, Pair(2))
heapq.heappush(heap, Pair(1))
print(heapq.heappop(heap).a, heapq.nsmallest(2, ["bb", "a"], key=len), list(heapq.merge([1, 3], [2], key=int)))
print(random.choice(Pair("x")), statistics.mean([1, 2]), statistics.mode("aab"), bisect.bisect([1, 2], 1, key=str) if 0 else 1)
print(list(csv.reader(["a,b"], dialect=csv.excel)), list(csv.DictReader(io.StringIO("a\\n1"))))
print(list(difflib.ndiff(["a"], ["a"])), textwrap.indent("a\\n", "-", predicate=str.strip))
async def one(): return 1
async def main():
    a = await asyncio.gather(one(), one())
    b = await asyncio.wait_for(one(), 1)
    done, _ = await asyncio.wait([asyncio.create_task(one())])
    return a, b, [task.result() for task in done]
print(await main())
print(shape, [shape], f"{shape}")
""",
        modules=(
            "asyncio",
            "bisect",
            "csv",
            "difflib",
            "heapq",
            "io",
            "random",
            "statistics",
            "textwrap",
        ),
    ),
]
