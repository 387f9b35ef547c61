"""Ordinary code for each library, as an analyst writes it: blocks separated by blank lines.

Each block runs on its own, in plain Python and in a sandbox; the value of its last line must be the
same.
"""

PREAMBLE = {
    "stdlib": "",
    "numpy": "import numpy as np\n",
    "pandas": """\
import numpy as np
import pandas as pd
orders = pd.DataFrame({
    "day": pd.to_datetime(["2024-01-03", "2024-01-17", "2024-02-02", "2024-02-20", "2024-03-05"]),
    "who": ["ann", "bob", "ann", "cat", "bob"],
    "item": ["pen", "ink", "pen", "cap", "pen"],
    "price": [1.5, 4.0, 1.5, 7.25, 2.0],
    "count": [10, 1, 4, 2, 5],
})
""",
}

NUMPY = """
np.arange(12).reshape(3, 4).sum(axis=0).tolist()

a = np.array([[1.0, 2.0], [3.0, 4.0]])
np.linalg.inv(a).round(3).tolist()

np.linspace(0, 1, 5)

x = np.arange(10)
x[x % 2 == 0] = -1
x

np.where(np.array([1, -2, 3]) > 0, "up", "down").tolist()

a = np.arange(6).reshape(2, 3)
(a * 2 + 1).T.shape, a.ndim, a.dtype, a.size, a.nbytes

np.concatenate([np.zeros(2), np.ones(3)])

np.vstack([np.arange(3), np.arange(3) * 2]), np.hstack([[1], [2, 3]])

rng = np.random.default_rng(42)
rng.normal(size=3).round(6).tolist()

rng = np.random.default_rng(7)
rng.integers(0, 10, size=5).tolist(), rng.choice(["a", "b", "c"], size=4).tolist()

np.random.RandomState(0).rand(2).round(6).tolist()

np.mean([1, 2, 3, 4]), np.median([3, 1, 2]), np.std([1, 2, 3]), np.var([1.0, 2.0])

np.percentile([1, 2, 3, 4, 5], [25, 50, 75]), np.quantile(np.arange(11), 0.9)

np.unique(np.array([3, 1, 2, 3, 1]), return_counts=True)

np.argsort([3, 1, 2]), np.sort(np.array([3, 1, 2]))[::-1], np.argmax([1, 9, 3])

np.dot([1, 2, 3], [4, 5, 6]), np.array([[1, 2], [3, 4]]) @ np.array([1, 1])

values, vectors = np.linalg.eig(np.array([[2.0, 0.0], [0.0, 3.0]]))
values.tolist()

result = np.linalg.eig(np.array([[2.0, 0.0], [0.0, 3.0]]))
result.eigenvalues.tolist()

np.linalg.solve(np.array([[3.0, 1.0], [1.0, 2.0]]), np.array([9.0, 8.0])).tolist()

u, s, vt = np.linalg.svd(np.eye(3))
s.tolist(), np.linalg.norm([3, 4]), round(float(np.linalg.det(np.diag([2.0, 3.0]))), 6)

try:
    np.linalg.inv(np.zeros((2, 2)))
except np.linalg.LinAlgError as error:
    found = str(error)
found

np.cumsum([1, 2, 3]), np.cumprod([1, 2, 3]), np.diff([1, 4, 9])

np.isnan(np.array([1.0, np.nan])).any(), np.nanmean([1.0, np.nan, 3.0]), np.inf > 1

a = np.arange(24).reshape(2, 3, 4)
a[0, 1:, ::2].tolist(), a[..., -1].tolist(), a[:, np.newaxis].shape

a = np.zeros((3, 3), dtype=int)
a[1] = 5
a[:, 2] += 1
a[0, 0] = 9
a.tolist()

np.meshgrid([1, 2], [3, 4])[0].tolist()

np.outer([1, 2], [3, 4]), np.cross([1, 0, 0], [0, 1, 0]), np.kron([1, 2], [1, 1])

np.add.reduce([1, 2, 3]), np.multiply.outer([1, 2], [3, 4]), np.maximum.accumulate([1, 3, 2])

np.polyfit([0, 1, 2], [1, 3, 5], 1).round(6).tolist(), np.polyval([2, 1], 3)

np.roots([1, -3, 2]).tolist(), np.poly1d([1, 2])(3)

p = np.polynomial.Polynomial([1, 2, 3])
p(2), p.deriv().coef.tolist()

np.fft.fft([1, 0, 0, 0]).real.tolist(), np.fft.fftfreq(4).tolist()

np.interp(2.5, [1, 2, 3], [10, 20, 30]), np.clip([-1, 5, 11], 0, 10)

np.histogram([1, 2, 2, 3], bins=3)[0].tolist(), np.bincount([0, 1, 1, 2]).tolist(), np.digitize([1.5], [1, 2])

structured = np.array([("ann", 3), ("bob", 5)], dtype=[("name", "U5"), ("age", "i4")])
structured["age"].sum(), structured[0]["name"], structured.dtype.names

days = np.array(["2024-01-01", "2024-03-01"], dtype="datetime64[D]")
(days[1] - days[0]).astype(int), np.datetime64("2024-02-29") + np.timedelta64(1, "D")

np.busday_count("2024-01-01", "2024-02-01"), np.is_busday("2024-01-06")

np.array(["b", "a"]).tolist(), np.char.upper(np.array(["ab", "c"])).tolist()

m = np.ma.masked_where(np.array([1, 2, 3]) > 2, np.array([1, 2, 3]))
m.mean(), m.filled(0).tolist(), np.ma.masked_invalid([1.0, np.nan]).count()

np.vectorize(lambda v: v * 2 if v > 1 else 0)(np.array([1, 2, 3])).tolist()

np.apply_along_axis(lambda row: row.max() - row.min(), 1, np.array([[1, 5], [2, 9]])).tolist()

np.fromiter((i * i for i in range(4)), dtype=int), np.fromfunction(lambda i, j: i + j, (2, 2))

np.frombuffer(b"\\x01\\x00\\x02\\x00", dtype="<i2").tolist(), np.array([1, 2], dtype="int16").tobytes()

a = np.arange(3.0)
b = a.copy()
b[0] = 99
a.tolist(), b.tolist(), np.array_equal(a, b), np.allclose(a, a + 1e-12)

float(np.float64(1.5)), int(np.int64(3)), np.float32(0.1).dtype.name, np.int64(5).item()

[x for x in np.arange(3)], list(np.array([[1, 2], [3, 4]]).flat), len(np.arange(7))

for row in np.arange(4).reshape(2, 2):
    total = row.sum()
total

5 in np.arange(6), bool(np.array([1])), np.array(3).shape, -np.array([1, 2])

np.r_[1:4, 0, 4], np.c_[[1, 2], [3, 4]].tolist()

np.mgrid[0:2, 0:2].shape, np.ogrid[0:2, 0:2][0].shape, np.s_[1:3]

np.eye(2).tolist(), np.identity(2).trace(), np.full((2, 2), 7).tolist(), np.tri(2).tolist()

np.split(np.arange(6), 3)[1].tolist(), np.tile([1, 2], 2).tolist(), np.repeat([1, 2], 2).tolist()

np.any([0, 1]), np.all([1, 1]), np.count_nonzero([0, 1, 2]), np.nonzero([0, 3])[0].tolist()

np.corrcoef([1, 2, 3], [2, 4, 7]).round(4).tolist(), np.cov([1, 2, 3]).item()

np.einsum("ij,jk->ik", np.eye(2), np.ones((2, 2))).tolist(), np.tensordot([1, 2], [3, 4], 1)

np.sin(np.pi / 2), np.exp(0.0), np.log10(1000), np.sqrt(16), np.hypot(3, 4), np.round(2.567, 1)

np.finfo(float).eps < 1e-10, np.iinfo(np.int8).max, np.issubdtype(np.int32, np.integer)

with np.errstate(divide="ignore", invalid="ignore"):
    ratio = np.array([1.0, 0.0]) / np.array([0.0, 0.0])
np.isinf(ratio).tolist()

np.pad([1, 2], 1).tolist(), np.roll([1, 2, 3], 1).tolist(), np.flip([1, 2]).tolist()

np.intersect1d([1, 2], [2, 3]), np.setdiff1d([1, 2], [2]), np.union1d([1], [2]), np.isin([1, 5], [5])

isinstance(np.arange(3), np.ndarray), isinstance(np.float64(1), float), np.ndim([[1]])

f"{np.float64(3.14159):.2f}", str(np.arange(3)), repr(np.array([1.5]))

a = np.array([[3, 1], [2, 4]])
a.sort(axis=1)
a.min(), a.max(axis=0).tolist(), a.mean(), a.flatten().tolist(), a.ravel().tolist()

np.searchsorted([1, 3, 5], 4), np.take([10, 20, 30], [0, 2]).tolist(), np.choose([0, 1], [[1, 2], [3, 4]])

np.array_split(np.arange(5), 2)[0].tolist(), np.stack([[1, 2], [3, 4]], axis=1).tolist()

np.empty((2, 2)).shape, np.zeros_like([1, 2]).tolist(), np.ones((1, 2), dtype=bool).tolist()

np.trapezoid([1, 2, 3]) if hasattr(np, "trapezoid") else np.trapz([1, 2, 3])

np.lexsort(([1, 0], [0, 0])).tolist(), np.triu(np.ones((2, 2))).tolist(), np.argwhere([0, 1]).tolist()
"""

PANDAS = """
orders.head(2)

orders.shape, list(orders.columns), orders.dtypes.astype(str).tolist(), len(orders)

orders["price"].sum(), orders.price.mean(), orders["who"].nunique()

orders[orders["price"] > 1.9]

orders.loc[orders.who == "ann", ["item", "price"]]

orders.iloc[1:3, 0:2]

orders.at[0, "price"], orders.iat[1, 1], orders.loc[2]["item"]

orders["total"] = orders["price"] * orders["count"]
orders.groupby("who")["total"].sum().to_dict()

orders.groupby("who").agg({"price": "mean", "count": ["sum", "max"]})

orders.groupby("item").agg(total=("count", "sum"), dearest=("price", "max")).reset_index()

orders.groupby("item")["price"].agg(["min", "max", lambda s: s.max() - s.min()])

orders.groupby("who")["price"].transform("mean").tolist()

orders.groupby("who").apply(lambda g: g["price"].max(), include_groups=False).to_dict()

[(name, len(group)) for name, group in orders.groupby("who")]

orders.groupby(["who", "item"]).size().unstack(fill_value=0)

orders.groupby("who").filter(lambda g: len(g) > 1)["who"].tolist()

orders.groupby("who").head(1)["item"].tolist(), orders.groupby("who").ngroups

orders.sort_values(["who", "price"], ascending=[True, False]).index.tolist()

orders["who"].value_counts().to_dict()

orders["item"].str.upper().tolist(), orders["item"].str.contains("p").sum(), orders["who"].str.len().tolist()

orders["item"].str[0].tolist(), orders["who"].str.replace("a", "A").tolist(), orders.item.str.cat(sep="-")

orders["who"].str.extract(r"^(.)(.*)$")[0].tolist(), orders["who"].str.split("n", expand=True).shape

orders["day"].dt.month.tolist(), orders["day"].dt.day_name().tolist(), orders.day.dt.year.max()

orders["day"].dt.strftime("%d.%m.%y").tolist(), orders["day"].dt.to_period("M").astype(str).tolist()

orders.set_index("day").resample("MS")["count"].sum().tolist()

orders.set_index("day")["price"].rolling(2).mean().round(3).tolist()

orders["count"].expanding().sum().tolist(), orders["count"].ewm(span=2).mean().round(3).tolist()

orders["price"].apply(lambda p: round(p * 1.2, 2)).tolist(), orders["count"].map({10: "many"}).tolist()

orders.apply(lambda row: row["price"] * row["count"], axis=1).tolist()

orders.assign(total=lambda d: d["price"] * d["count"]).nlargest(2, "total")["item"].tolist()

people = pd.DataFrame({"who": ["ann", "bob"], "city": ["Rome", "Oslo"]})
orders.merge(people, on="who", how="left")["city"].tolist()

people = pd.DataFrame({"who": ["ann", "bob"], "city": ["Rome", "Oslo"]}).set_index("who")
orders.join(people, on="who")["city"].isna().sum()

pd.concat([orders.head(1), orders.tail(1)], ignore_index=True)["item"].tolist()

orders.pivot_table(index="who", columns="item", values="count", aggfunc="sum", fill_value=0)

pd.crosstab(orders["who"], orders["item"]).loc["ann", "pen"]

orders.melt(id_vars="who", value_vars=["price", "count"])["variable"].unique().tolist()

orders.drop(columns=["day"]).rename(columns={"who": "name"}).columns.tolist()

dirty = pd.DataFrame({"a": [1.0, None, 3.0], "b": ["x", None, "z"]})
dirty.isna().sum().to_dict(), dirty.fillna({"a": 0, "b": "?"})["b"].tolist(), len(dirty.dropna())

pd.to_numeric(pd.Series(["1", "2", "x"]), errors="coerce").sum()

pd.to_datetime(pd.Series(["2024-01-01", "bad"]), errors="coerce").isna().tolist()

orders.drop_duplicates("who")["who"].tolist(), orders.duplicated("item").sum()

orders["price"].describe().round(2).to_dict()

orders[["price", "count"]].corr().round(3).iloc[0, 1]

orders.query("price > 1.9 and who == 'bob'")["item"].tolist()

orders.eval("price * count").tolist()

pd.cut(orders["price"], bins=[0, 2, 5, 10], labels=["low", "mid", "high"]).astype(str).tolist()

pd.qcut(orders["count"], 2, labels=False).tolist()

pd.get_dummies(orders["item"]).sum().to_dict()

orders["item"].astype("category").cat.categories.tolist(), orders["item"].astype("category").cat.codes.tolist()

s = pd.Series([3, 1, 2], index=["c", "a", "b"], name="n")
s.sort_index().tolist(), s["a"], s.idxmax(), s.name, s.rank().tolist()

s = pd.Series([1, 2, 3])
(s * 2 + 1).tolist(), (s > 1).tolist(), s.cumsum().tolist(), s.shift(1).tolist(), s.diff().tolist()

pd.date_range("2024-01-01", periods=3, freq="D").strftime("%m-%d").tolist()

pd.Timestamp("2024-02-28") + pd.Timedelta(days=2), pd.Timestamp("2024-05-05").quarter

pd.Timestamp("2024-01-31") + pd.offsets.MonthEnd(1), pd.DateOffset(months=1).n

multi = orders.set_index(["who", "item"]).sort_index()
multi.loc[("ann", "pen"), "count"].tolist(), multi.index.names, multi.xs("pen", level="item").shape

orders.iloc[0].to_dict()["who"], orders.to_dict("records")[1]["item"], orders["price"].to_list()

[(row.who, row.price) for row in orders.itertuples()][:2]

[(index, row["item"]) for index, row in orders.iterrows()][-1]

orders.to_csv(index=False).splitlines()[0], orders[["who"]].head(1).to_json(orient="records")

print(orders.head(1).to_string())
"price" in orders, "nope" in orders.columns

orders.price.values.sum(), orders[["price"]].to_numpy().shape, np.log(orders["price"]).round(3).tolist()

np.where(orders["price"] > 2, "dear", "cheap").tolist()

orders.loc[orders["who"] == "bob", "price"] = 0.0
orders["price"].tolist()

orders["rank"] = orders.groupby("who")["price"].rank(ascending=False)
orders["rank"].tolist()

del orders["day"]
orders.insert(0, "id", range(5))
orders.columns.tolist()

try:
    orders["nope"]
except KeyError as error:
    missing = error.args[0]
missing

orders.sample(2, random_state=1).index.tolist(), orders["price"].quantile(0.5), orders["price"].std().round(4)

orders.select_dtypes("number").columns.tolist(), orders.memory_usage().sum() > 0, orders.T.shape

pd.isna(None), pd.NaT is pd.NaT, pd.Series([pd.NA, 1], dtype="Int64").sum(), pd.notna(3)

a, b = orders["price"].align(orders["count"])
a.add(b, fill_value=0).tolist(), a.clip(2, 5).tolist(), a.between(1, 2).sum(), a.where(a > 2, 0).tolist()

orders.explode("who").shape, pd.Series([[1, 2], [3]]).explode().tolist()

pd.json_normalize([{"a": {"b": 1}}]).columns.tolist(), pd.DataFrame([{"x": 1}, {"x": 2}])["x"].sum()

pd.api.types.is_numeric_dtype(orders["price"]), isinstance(orders, pd.DataFrame), orders.empty

with np.errstate(all="ignore"):
    share = (orders["count"] / orders["count"].sum()).round(3)
share.tolist()

orders.pipe(lambda d, least: d[d["price"] >= least], 2.0).shape, orders.filter(like="co").columns.tolist()

pd.merge_asof(orders[["day", "price"]], orders[["day", "count"]], on="day")["count"].tolist()

orders.stack().shape, orders.set_index("who").stack().index.nlevels, orders.squeeze().shape

pd.Interval(0, 2).mid, pd.Period("2024-03").end_time.day, pd.Timedelta("1 days 02:00:00").total_seconds()

orders["who"].isin(["ann"]).tolist(), orders["who"].unique().tolist(), orders["price"].round().astype(int).tolist()
"""

STDLIB = """
import math
math.sqrt(16), math.factorial(10), math.gcd(12, 18), math.pi

import statistics
statistics.mean([1, 2, 3]), statistics.median([3, 1, 2]), statistics.quantiles([1, 2, 3, 4])

from statistics import NormalDist
NormalDist(0, 1).cdf(0.0), (NormalDist(1, 2) + 3).mean

import random
rng = random.Random(42)
rng.random(), rng.randint(1, 6), rng.choice("abc"), rng.sample(range(10), 3)

import random
items = [1, 2, 3]
random.shuffle(items)
sorted(items), 0 <= random.random() < 1

from datetime import datetime, timedelta, date, timezone
datetime(2024, 2, 28) + timedelta(days=2), date(2024, 1, 1).isoformat(), datetime(2024, 1, 1, tzinfo=timezone.utc).timestamp()

import datetime as dt
dt.datetime.strptime("03.04.2024", "%d.%m.%Y").strftime("%A"), (dt.date(2024, 3, 1) - dt.date(2024, 2, 1)).days

import datetime
datetime.date(2024, 5, 6).isocalendar().week, datetime.date(2024, 5, 6).weekday()

import time
start = time.perf_counter()
time.sleep(0.001)
time.perf_counter() > start

import calendar
calendar.monthrange(2024, 2), calendar.isleap(2024), calendar.month_name[3], calendar.day_abbr[0]

import json
json.loads(json.dumps({"a": [1, None, True], "b": "\\u00e9"}, indent=2, sort_keys=True))

import json
try:
    json.loads("{bad")
except json.JSONDecodeError as error:
    where = error.pos, error.msg
where

import re
re.findall(r"\\d+", "a1b22"), re.sub(r"(\\w+)@", r"<\\1>", "ann@x"), re.split(r"[,;]\\s*", "a, b;c")

import re
m = re.match(r"(?P<year>\\d{4})-(?P<month>\\d\\d)", "2024-05-06")
m.group("year"), m["month"], m.groupdict(), m.span(), m.groups()

import re
pattern = re.compile(r"b+", re.IGNORECASE)
[x.start() for x in pattern.finditer("aBbcb")], pattern.sub(lambda m: str(len(m.group())), "abbc")

import string
string.ascii_lowercase[:3], string.digits, string.capwords("hello world")

import textwrap
textwrap.fill("one two three four", 8), textwrap.dedent("  a\\n  b"), textwrap.shorten("hello big world", 10)

from decimal import Decimal, ROUND_HALF_UP
Decimal("1.10") + Decimal("2.20"), Decimal("2.675").quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)

from decimal import Decimal, localcontext
with localcontext(prec=30):
    third = Decimal(1) / 3
str(third)

from fractions import Fraction
Fraction(1, 3) + Fraction("1/6"), Fraction(3, 4).numerator, float(Fraction(1, 8))

from collections import Counter, defaultdict, deque, OrderedDict, namedtuple
Counter("banana").most_common(1), deque([1, 2, 3], maxlen=2).popleft()

from collections import defaultdict
groups = defaultdict(list)
for word in ["apple", "avocado", "banana"]:
    groups[word[0]].append(word)
dict(groups)

from collections import namedtuple
Point = namedtuple("Point", "x y")
p = Point(1, y=2)
p.x + p.y, p._replace(x=5), p._asdict(), Point._fields

import itertools
list(itertools.islice(itertools.count(5), 3)), list(itertools.combinations("abc", 2)), list(itertools.chain([1], [2]))

from itertools import groupby, product, accumulate, zip_longest
[(k, len(list(g))) for k, g in groupby("aab")], list(accumulate([1, 2, 3])), list(product("ab", [1]))

from functools import reduce, lru_cache, partial, cached_property
reduce(lambda a, b: a * b, [1, 2, 3, 4]), partial(int, base=2)("101")

from functools import lru_cache
@lru_cache(maxsize=None)
def fib(n):
    return n if n < 2 else fib(n - 1) + fib(n - 2)
fib(30)

import operator
sorted([("b", 1), ("a", 2)], key=operator.itemgetter(1)), operator.add(2, 3)

import bisect
import heapq
heap = [5, 1, 3]
heapq.heapify(heap)
heapq.heappush(heap, 0)
heapq.heappop(heap), heapq.nlargest(2, [1, 5, 3]), bisect.bisect([1, 3, 5], 3)

import hashlib
hashlib.sha256(b"x").hexdigest(), hashlib.md5(b"x", usedforsecurity=False).digest()[:2]

import base64
base64.b64encode(b"hello").decode(), base64.urlsafe_b64decode("aGk=")

import uuid
str(uuid.uuid5(uuid.NAMESPACE_DNS, "example.org")), len(uuid.uuid4().hex)

import zlib
zlib.decompress(zlib.compress(b"a" * 100)) == b"a" * 100, zlib.crc32(b"x")

import difflib
difflib.get_close_matches("appel", ["ape", "apple"]), difflib.SequenceMatcher(None, "ab", "abc").ratio()

import difflib
list(difflib.unified_diff(["a"], ["b"], lineterm=""))[:2]

import unicodedata
unicodedata.normalize("NFC", "e\\u0301"), unicodedata.category("A"), unicodedata.name("a")

import html
html.escape("<a & b>"), html.unescape("&lt;")

from urllib.parse import urlparse, urlencode, quote, parse_qs
urlparse("https://x.org/a?b=1").netloc, urlencode({"q": "a b"}), quote("a/b c"), parse_qs("a=1&a=2")

import csv, io
rows = list(csv.DictReader(io.StringIO("a,b\\n1,2\\n")))
rows[0]["b"]

import csv, io
out = io.StringIO()
writer = csv.writer(out)
writer.writerow(["x", 1])
writer.writerows([[2, "y z"]])
out.getvalue()

import csv, io
out = io.StringIO()
writer = csv.DictWriter(out, fieldnames=["a"])
writer.writeheader()
writer.writerow({"a": 1})
out.getvalue()

from io import StringIO, BytesIO
buffer = StringIO("one\\ntwo")
[line.strip() for line in buffer], BytesIO(b"ab").read(1)

import enum
class Color(enum.Enum):
    RED = 1
    BLUE = 2
Color.RED.name, [c.value for c in Color], Color(2) is Color.BLUE

from dataclasses import dataclass, field, asdict, replace
@dataclass(order=True)
class Item:
    price: float
    name: str = "x"
    tags: list = field(default_factory=list)
asdict(Item(1.0)), Item(1.0) < Item(2.0), replace(Item(1.0), name="y").name

from typing import Optional, List, Dict, NamedTuple
class P(NamedTuple):
    x: int
    y: int = 0
P(3).y, P(1, 2)._asdict()

import abc
class Base(abc.ABC):
    @abc.abstractmethod
    def area(self): ...
class Square(Base):
    def area(self):
        return 4
Square().area()

from contextlib import contextmanager, suppress
@contextmanager
def tag(name):
    log.append(f"<{name}>")
    yield name
    log.append(f"</{name}>")
log = []
with tag("b") as t:
    log.append(t)
with suppress(ZeroDivisionError):
    1 / 0
log

import struct
struct.pack("<hI", 1, 2), struct.unpack("<h", b"\\x05\\x00"), struct.calcsize("<q")

import copy
a = {"x": [1]}
b = copy.deepcopy(a)
b["x"].append(2)
a, b

import array
array.array("i", [1, 2, 3]).tolist(), sum(array.array("d", [0.5, 1.5]))

import ipaddress
ipaddress.ip_address("10.0.0.1").is_private, ipaddress.ip_network("10.0.0.0/30").num_addresses

from graphlib import TopologicalSorter
list(TopologicalSorter({"b": {"a"}, "c": {"b"}}).static_order())

import colorsys
colorsys.rgb_to_hsv(1.0, 0.0, 0.0)

import cmath
round(abs(cmath.exp(1j * cmath.pi) + 1), 6)

import numbers
isinstance(3, numbers.Integral), isinstance(2.5, numbers.Integral)

import secrets
len(secrets.token_hex(4)), secrets.choice([7])

import zoneinfo, datetime
datetime.datetime(2024, 7, 1, tzinfo=zoneinfo.ZoneInfo("UTC")).utcoffset().total_seconds()

from pprint import pformat
pformat({"b": 1, "a": [1, 2]})

import hmac
hmac.new(b"k", b"m", "sha256").hexdigest()[:8]

from types import SimpleNamespace
SimpleNamespace(a=1).a

import time
time.strftime("%Y", time.gmtime(0)), time.gmtime(0).tm_year
"""

POLARS = """
df.group_by("g").agg(pl.col("x").sum().alias("t")).sort("g").to_dicts()

df.filter(pl.col("x") > 1).select("x", (pl.col("x") * 2).alias("y")).rows()

df.with_columns(pl.when(pl.col("x") > 2).then(pl.lit("hi")).otherwise(pl.lit("lo")).alias("k"))["k"].to_list()

df.with_columns(pl.col("d").str.to_date()).select(pl.col("d").dt.month()).to_series().to_list()

df.lazy().filter(pl.col("g") == "a").group_by("g").agg(pl.len()).collect().to_dicts()

df.select(cs.numeric()).columns, df.select(cs.string()).width

df["s"].str.split(" ").list.len().to_list(), df["x"].mean(), df.shape

df.select(pl.col("x").map_elements(lambda v: v + 1, return_dtype=pl.Int64)).to_series().to_list()

[key for key, group in df.group_by("g", maintain_order=True)]

df.pivot(on="g", values="x", index="s").shape, df.join(df, on="g").height, df.unpivot(index="g", on=["x"]).height

df.select(pl.col("x").rolling_mean(2)).to_series().to_list(), df.sort("x", descending=True)["x"].to_list()

df.head(2).to_dict(as_series=False)["x"], df.row(0), df.item(0, "x"), df.columns, df.height

df.drop("s").rename({"x": "value"}).columns, df.describe().height

pl.concat([df, df]).height, df.unique(subset="g").height, df["g"].n_unique(), df["g"].value_counts().height

df.with_row_index()["index"].to_list(), df.slice(1, 2)["x"].to_list(), df.sample(2, seed=1).height

pl.Series("a", [1, None, 3]).fill_null(0).to_list(), pl.Series([1, 2]).cum_sum().to_list(), pl.Series([3, 1]).sort().to_list()

df.select(pl.struct("g", "x")).to_series().to_list()[0], df.select(pl.concat_str("g", "s"))["g"].to_list()

str(df.schema["x"]), df.schema["x"] == pl.Int64, pl.DataFrame({"a": []}).is_empty()

for row in df.iter_rows(named=True):
    last = row["s"]
last

try:
    df["nope"]
except pl.exceptions.ColumnNotFoundError as error:
    found = type(error).__name__
found
"""

PLOTLY = """
fig = px.scatter(x=[1, 2], y=[3, 4], title="Points")
fig.layout.title.text, list(fig.data[0].x), fig.data[0].mode

fig = go.Figure()
fig.add_trace(go.Scatter(x=[1, 2], y=[3, 4], name="a", mode="lines"))
fig.update_layout(title="T", xaxis_title="x", template="plotly_white")
fig.layout.xaxis.title.text, len(fig.data), fig.data[0].name

fig = go.Figure(data=[go.Bar(x=["a", "b"], y=[1, 2], marker_color="red")])
fig.update_xaxes(showgrid=False).update_traces(opacity=0.5)
fig.data[0].marker.color, fig.data[0].opacity, fig.layout.xaxis.showgrid

fig = make_subplots(rows=1, cols=2, subplot_titles=["l", "r"])
fig.add_trace(go.Bar(y=[1]), row=1, col=1).add_trace(go.Pie(labels=["a"], values=[1]), row=1, col=1) if False else None
fig.add_bar(y=[1, 2], row=1, col=2)
len(fig.layout.annotations), fig.layout.annotations[0].text

px.line(x=[1, 2], y=[1, 4]).to_dict()["data"][0]["type"], px.bar(x=["a"], y=[1]).data[0].type

px.histogram(x=[1, 1, 2], nbins=2).data[0].nbinsx, px.pie(values=[1, 2], names=["a", "b"]).data[0].type

px.colors.qualitative.Set2[0], len(px.colors.sequential.Viridis)

fig = px.box(y=[1, 2, 3])
fig.add_hline(y=2, line_dash="dash")
fig.add_annotation(x=0, y=1, text="here")
len(fig.layout.shapes), fig.layout.annotations[0].text

"<div" in px.scatter(x=[1], y=[1]).to_html(include_plotlyjs="cdn", div_id="d"), px.scatter(x=[1], y=[1]).to_json()[:9]

fig = go.Figure(go.Heatmap(z=[[1, 2], [3, 4]], colorscale="Viridis"))
fig.data[0].z[1][0], fig["layout"]["title"]["text"], isinstance(fig, go.Figure)

fig = go.Figure(layout=go.Layout(width=300, legend=dict(x=0.1)))
fig.layout.legend.x, fig.layout.width

[trace.name for trace in px.scatter(x=[1, 2], y=[1, 2], color=["a", "b"]).data]
"""

MATPLOTLIB = """
fig, ax = plt.subplots(figsize=(4, 3))
(line,) = ax.plot([1, 2, 3], [1, 4, 9], label="a")
ax.set_title("t")
ax.set_xlabel("x")
ax.legend()
ax.grid(True)
line.get_label(), ax.get_title(), ax.get_xlabel(), fig.axes[0] is ax

plt.figure()
plt.plot([1, 2], [3, 4])
plt.title("hello")
plt.ylabel("y")
plt.xticks([1, 2], ["a", "b"], rotation=45)
plt.tight_layout()
plt.gca().get_title(), plt.gca().get_ylabel(), [round(v, 2) for v in plt.xlim()]

fig, axes = plt.subplots(2, 2, sharex=True)
bars = axes[0, 1].bar(["a", "b"], [1, 2])
[int(bar.get_height()) for bar in bars], axes.shape

fig, ax = plt.subplots()
image = ax.imshow([[1, 2], [3, 4]], cmap="viridis")
fig.colorbar(image, ax=ax)
fig.suptitle("both")
len(fig.axes)

fig, ax = plt.subplots()
counts, edges, patches = ax.hist([1, 1, 2, 3], bins=3)
counts.tolist(), len(patches)

fig, ax = plt.subplots()
ax.scatter([1, 2], [3, 4], c=["red", "blue"], s=20)
ax.set_xlim(0, 5)
ax.axhline(3, color="k", linestyle="--")
ax.annotate("peak", (1, 3), xytext=(2, 4), arrowprops={"arrowstyle": "->"})
ax.get_xlim()[1], len(ax.texts)

fig, ax = plt.subplots()
ax.spines["top"].set_visible(False)
ax.tick_params(axis="x", labelrotation=30)
ax.yaxis.set_major_formatter("{x:.1f}")
ax.twinx().get_ylim()[0]

fig = plt.figure(figsize=(5, 2), dpi=80)
left = fig.add_subplot(1, 2, 1)
left.pie([1, 2], labels=["a", "b"])
fig.get_size_inches().tolist(), fig.get_dpi()

plt.figure()
plt.subplot(2, 1, 1)
plt.bar(["a"], [1])
plt.subplot(2, 1, 2)
plt.fill_between([1, 2], [1, 2], alpha=0.3)
plt.close()
True

fig, ax = plt.subplots()
parts = ax.boxplot([[1, 2, 3], [2, 3, 4]])
sorted(parts)[0], ax.stackplot([1, 2], [1, 2])[0].get_alpha()
"""

SKLEARN = """
from sklearn.base import BaseEstimator, ClassifierMixin, TransformerMixin, clone
class Shift(BaseEstimator, TransformerMixin):
    def __init__(self, by=1.0):
        self.by = by
    def fit(self, X, y=None):
        self.mean_ = X.mean(axis=0)
        return self
    def transform(self, X):
        return X - self.mean_ + self.by
shifts = make_pipeline(Shift(), LogisticRegression(max_iter=500))
g = GridSearchCV(shifts, {"shift__by": [0.0, 2.0]}, cv=2).fit(X, y)
isinstance(Shift(), TransformerMixin), isinstance(StandardScaler(), TransformerMixin), isinstance(Shift, type), clone(Shift(3)).by, g.best_params_, Shift().fit_transform(np.arange(3.0)).tolist()

from sklearn.base import BaseEstimator, ClassifierMixin
class Majority(ClassifierMixin, BaseEstimator):
    def fit(self, X, y, sample_weight=None):
        self.classes_ = np.unique(y)
        self.most_ = max(set(y.tolist()), key=y.tolist().count)
        return self
    def predict(self, X):
        return np.full(len(X), self.most_)
round(Majority().fit(X, y).score(X, y), 3), cross_val_score(Majority(), X, y, cv=2).round(3).tolist()

m = LinearRegression().fit(np.array([[1.0], [2.0], [3.0]]), [2, 4, 6])
m.coef_.round(3).tolist(), round(abs(float(m.intercept_)), 3), m.predict([[4.0]]).round(3).tolist()

Xa, Xb, ya, yb = train_test_split(X, y, random_state=0)
pipe = make_pipeline(StandardScaler(), LogisticRegression(max_iter=500))
pipe.fit(Xa, ya)
round(accuracy_score(yb, pipe.predict(Xb)), 3), isinstance(pipe, Pipeline), list(pipe.named_steps)

cross_val_score(DecisionTreeClassifier(random_state=0), X, y, cv=3).round(2).tolist()

g = GridSearchCV(KNeighborsClassifier(), {"n_neighbors": [1, 5]}, cv=3).fit(X, y)
g.best_params_, round(float(g.best_score_), 2), sorted(g.cv_results_)[0]

f = RandomForestClassifier(n_estimators=10, random_state=0).fit(X, y)
f.score(X, y) > 0.9, f.feature_importances_.round(1).tolist(), f.n_classes_

KMeans(2, n_init=1, random_state=0).fit(X).labels_[:3].tolist()

PCA(2).fit_transform(X).shape, PCA(2).fit(X).explained_variance_ratio_.round(2).tolist()

OneHotEncoder(sparse_output=False).fit_transform([["a"], ["b"]]).tolist()

ColumnTransformer([("n", StandardScaler(), [0, 1])], remainder="drop").fit_transform(X).shape

confusion_matrix([0, 1, 1], [0, 1, 0]).tolist(), r2_score([1, 2], [1, 2]), f1_score([0, 1], [0, 1])

classification_report([0, 1], [0, 1], output_dict=True)["accuracy"]

SimpleImputer().fit_transform([[1.0], [np.nan]]).tolist(), LabelEncoder().fit_transform(["b", "a"]).tolist()

TfidfVectorizer().fit_transform(["red fox", "red dog"]).shape

cluster = DBSCAN(eps=0.5).fit(X)
len(set(cluster.labels_.tolist())) > 1, round(float(silhouette_score(X, y)), 2)

StandardScaler().get_params(), clone(Ridge(alpha=2.0)).alpha, Ridge().set_params(alpha=3.0).alpha

try:
    LinearRegression().predict([[1]])
except NotFittedError as error:
    found = type(error).__name__
found
"""

PREAMBLE |= {
    "polars": """\
import polars as pl
import polars.selectors as cs
df = pl.DataFrame({
    "g": ["a", "b", "a"], "x": [1, 2, 3], "s": ["u v", "w", "x"],
    "d": ["2024-01-01", "2024-02-01", "2024-03-01"],
})
""",
    "plotly": """\
import plotly.express as px
import plotly.graph_objects as go
from plotly.subplots import make_subplots
""",
    "matplotlib": "import matplotlib.pyplot as plt\n",
    "sklearn": """\
import numpy as np
from sklearn.base import clone
from sklearn.cluster import DBSCAN, KMeans
from sklearn.compose import ColumnTransformer
from sklearn.datasets import load_iris
from sklearn.decomposition import PCA
from sklearn.ensemble import RandomForestClassifier
from sklearn.exceptions import NotFittedError
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LinearRegression, LogisticRegression, Ridge
from sklearn.metrics import (
    accuracy_score, classification_report, confusion_matrix, f1_score, r2_score, silhouette_score,
)
from sklearn.model_selection import GridSearchCV, cross_val_score, train_test_split
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import LabelEncoder, OneHotEncoder, StandardScaler
from sklearn.tree import DecisionTreeClassifier
X, y = load_iris(return_X_y=True)
""",
}


def blocks(text: str) -> list[str]:
    """The snippets of one library."""
    return [block.strip() + "\n" for block in text.split("\n\n") if block.strip()]
