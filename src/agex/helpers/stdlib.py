"""What of the standard library agent code may import: computing, text, dates and data formats.

Nothing here reaches files, the network, other processes, ``eval`` or pickle, and nothing changes a
setting of the whole process. The modules about the language itself (``typing``, ``dataclasses``,
``functools`` …) are the sandbox's own affair and are not registered here.
"""

from __future__ import annotations

import _csv
import calendar
import datetime
import decimal
import hashlib
import io
import sys
import types
from functools import cache

from agex.helpers import standins, warnings_standins
from agex.helpers.table import Exposed, TypesModule
from agex.policy import Registrar

MATH = (
    Exposed("math"),
    Exposed("cmath"),
    Exposed(
        "statistics",
        include=(
            "mean",
            "fmean",
            "geometric_mean",
            "harmonic_mean",
            "median",
            "median_low",
            "median_high",
            "median_grouped",
            "mode",
            "multimode",
            "quantiles",
            "pstdev",
            "pvariance",
            "stdev",
            "variance",
            "covariance",
            "correlation",
            "linear_regression",
            "LinearRegression",
            "kde",
            "NormalDist",
            "StatisticsError",
        ),
    ),
    Exposed(
        "random",
        include=(
            "random",
            "uniform",
            "randint",
            "randrange",
            "choice",
            "choices",
            "sample",
            "shuffle",
            "gauss",
            "normalvariate",
            "triangular",
            "betavariate",
            "expovariate",
            "gammavariate",
            "lognormvariate",
            "vonmisesvariate",
            "paretovariate",
            "weibullvariate",
            "randbytes",
            "getrandbits",
            "binomialvariate",
            "Random",
            "seed",
        ),
        deny=("setstate", "getstate"),
    ),
    Exposed("fractions", include=("Fraction",)),
    Exposed(
        "decimal",
        include=(
            "Decimal",
            "DecimalException",
            "InvalidOperation",
            "DivisionByZero",
            "Inexact",
            "Rounded",
            "Overflow",
            "Underflow",
            "Subnormal",
            "FloatOperation",
            "Clamped",
            "ConversionSyntax",
            "DivisionImpossible",
            "DivisionUndefined",
            "InvalidContext",
            "ROUND_*",
            "localcontext",
            "getcontext",
        ),
        # The context of the running thread is the host's; a `with localcontext(prec=50):` is not.
        instead={"getcontext": standins.no_shared_context},
    ),
    Exposed("bisect"),
    Exposed("heapq"),
)

TIME = (
    Exposed("datetime", deny=("datetime_CAPI", "sys")),
    Exposed(
        "time",
        include=(
            "time",
            "time_ns",
            "perf_counter",
            "perf_counter_ns",
            "monotonic",
            "monotonic_ns",
            "process_time",
            "gmtime",
            "localtime",
            "mktime",
            "strftime",
            "strptime",
            "asctime",
            "ctime",
            "struct_time",
            "sleep",
        ),
        instead={"sleep": standins.short_sleep},
    ),
    Exposed(
        "calendar",
        include=(
            "monthrange",
            "isleap",
            "leapdays",
            "weekday",
            "monthcalendar",
            "month",
            "calendar",
            "firstweekday",
            "weekheader",
            "timegm",
            "Calendar",
            "TextCalendar",
            "HTMLCalendar",
            "IllegalMonthError",
            "IllegalWeekdayError",
            "MONDAY",
            "TUESDAY",
            "WEDNESDAY",
            "THURSDAY",
            "FRIDAY",
            "SATURDAY",
            "SUNDAY",
            "day_name",
            "day_abbr",
            "month_name",
            "month_abbr",
            "Day",
            "Month",
        ),
        deny=("pr*", "setfirstweekday", "different_locale"),
    ),
    Exposed(
        "zoneinfo", include=("ZoneInfo", "ZoneInfoNotFoundError"), deny=("from_file", "*cache*")
    ),
)

TEXT = (
    Exposed(
        "string",
        include=(
            "ascii_letters", "ascii_lowercase", "ascii_uppercase", "digits", "hexdigits",
            "octdigits", "punctuation", "printable", "whitespace", "capwords", "Template",
        ),
    ),
    Exposed("textwrap"),
    Exposed("pprint", include=("pformat", "pprint", "pp")),
    Exposed("fnmatch", include=("fnmatch", "fnmatchcase", "filter")),
    Exposed("keyword", include=("iskeyword", "issoftkeyword", "kwlist", "softkwlist")),
    Exposed("shlex", include=("split", "quote", "join")),
    Exposed("unicodedata", deny=("ucd_3_2_0", "UCD")),
    Exposed(
        "re",
        include=(
            "compile", "match", "fullmatch", "search", "findall", "finditer", "sub", "subn", "split",
            "escape", "error", "PatternError", "Pattern", "Match", "RegexFlag", "NOFLAG",
            "A", "ASCII", "I", "IGNORECASE", "M", "MULTILINE", "S", "DOTALL", "X", "VERBOSE",
            "U", "UNICODE",
        ),
        deny=("scanner",),
        sealed=("Pattern", "Match"),
    ),
    Exposed("difflib", include=(
        "SequenceMatcher", "Match", "Differ", "HtmlDiff", "get_close_matches", "ndiff", "restore",
        "unified_diff", "context_diff", "IS_CHARACTER_JUNK", "IS_LINE_JUNK",
    )),
    Exposed("html", include=("escape", "unescape")),
    Exposed(
        "ast", include=("literal_eval",), instead={"literal_eval": standins.bounded_literal}
    ),
    Exposed(
        "urllib.parse",
        include=(
            "quote", "quote_plus", "unquote", "unquote_plus", "quote_from_bytes", "unquote_to_bytes",
            "urlencode", "urlparse", "urlsplit", "urlunparse", "urlunsplit", "urljoin", "urldefrag",
            "parse_qs", "parse_qsl", "ParseResult", "SplitResult", "DefragResult",
        ),
    ),
)  # fmt: skip

DATA = (
    Exposed(
        "json",
        include=(
            "dumps",
            "loads",
            "dump",
            "load",
            "JSONDecodeError",
            "JSONEncoder",
            "JSONDecoder",
        ),
    ),
    Exposed(
        "csv",
        include=(
            "reader",
            "writer",
            "DictReader",
            "DictWriter",
            "Error",
            "QUOTE_*",
            "excel",
            "excel_tab",
            "unix_dialect",
            "Dialect",
            "list_dialects",
        ),
        # A writer calls `write` on what it is given: that may be text in memory, nothing else.
        instead={"writer": standins.csv_writer, "DictWriter": standins.csv_dict_writer},
    ),
    Exposed("io", include=("StringIO", "BytesIO")),
    Exposed(
        "hashlib",
        include=(
            "md5",
            "sha1",
            "sha224",
            "sha256",
            "sha384",
            "sha512",
            "sha3_224",
            "sha3_256",
            "sha3_384",
            "sha3_512",
            "blake2b",
            "blake2s",
            "shake_128",
            "shake_256",
            "new",
            "algorithms_guaranteed",
        ),
    ),
    Exposed("hmac", include=("new", "digest", "compare_digest", "HMAC")),
    Exposed("base64", deny=("main", "encode", "decode", "test")),
    Exposed("binascii"),
    Exposed(
        "zlib",
        include=("compress", "decompress", "crc32", "adler32", "error"),
        instead={"decompress": standins.bounded_decompress},
    ),
    Exposed(
        "uuid",
        include=(
            "UUID",
            "uuid3",
            "uuid4",
            "uuid5",
            "NAMESPACE_DNS",
            "NAMESPACE_URL",
            "NAMESPACE_OID",
            "NAMESPACE_X500",
        ),
    ),
    Exposed(
        "struct",
        include=("pack", "unpack", "calcsize", "iter_unpack", "error"),
        instead={"pack": standins.bounded_pack},
    ),
    Exposed("array", include=("array", "typecodes"), deny=("tofile", "fromfile", "buffer_info")),
    Exposed("ipaddress"),
    Exposed("colorsys"),
    Exposed("graphlib", include=("TopologicalSorter", "CycleError")),
    Exposed(
        "secrets", include=("choice", "randbelow", "token_hex", "token_bytes", "token_urlsafe")
    ),
)

# The program about itself: constants, its own functions, its own errors, references that do not keep.
ITSELF = (
    Exposed("sys", include=(
        "maxsize", "maxunicode", "version", "version_info", "hexversion", "float_info", "int_info",
        "hash_info", "byteorder", "platform", "getrecursionlimit", "setrecursionlimit",
    ), instead={"setrecursionlimit": standins.no_deeper}),
    Exposed("timeit", include=("default_timer",)),
    Exposed(
        "warnings",
        include=("warn", "catch_warnings", "filterwarnings", "simplefilter", "resetwarnings"),
        instead={
            "warn": warnings_standins.warn,
            "catch_warnings": warnings_standins.catch_warnings,
            "filterwarnings": warnings_standins.set_filter,
            "simplefilter": warnings_standins.set_filter,
            "resetwarnings": warnings_standins.reset_filters,
        },
    ),
    Exposed("inspect", include=(
        "signature", "Signature", "Parameter", "BoundArguments", "getdoc", "cleandoc", "getsource",
        "getmembers", "isfunction", "isbuiltin", "ismethod", "isclass", "isroutine", "isgenerator",
        "isgeneratorfunction", "iscoroutine", "iscoroutinefunction", "isasyncgen",
        "isasyncgenfunction", "isawaitable", "isabstract",
    )),
    Exposed("traceback", include=(
        "format_exc", "print_exc", "format_exception", "format_exception_only", "print_exception",
    )),
    Exposed(
        "weakref",
        include=("ref", "WeakValueDictionary", "WeakKeyDictionary", "WeakSet"),
        deny=("data", "*refs"),
        # A callback would run whenever, and wherever, the object goes away.
        instead={"ref": standins.plain_reference},
        sealed=("ref",),
    ),
)  # fmt: skip

# Awaiting, and nothing that reaches loops, threads, sockets or processes.
ASYNC = (
    Exposed(
        "asyncio",
        include=(
            "sleep", "gather", "wait", "wait_for", "as_completed", "shield", "timeout", "run",
            "create_task", "TaskGroup", "Timeout", "Task", "Future", "Queue", "PriorityQueue",
            "LifoQueue", "QueueEmpty", "QueueFull", "Lock", "Event", "Condition", "Semaphore",
            "BoundedSemaphore", "CancelledError", "TimeoutError", "InvalidStateError",
            "iscoroutine", "iscoroutinefunction", "FIRST_COMPLETED", "FIRST_EXCEPTION",
            "ALL_COMPLETED",
        ),
        deny=("get_loop", "get_coro", "get_context", "get_stack", "print_stack", "set_result",
              "set_exception"),
        sealed=("Task", "Future", "Timeout"),
    ),
)  # fmt: skip

STDLIB = (*ASYNC, *ITSELF, *MATH, *TIME, *TEXT, *DATA)


def register_stdlib(agent: Registrar) -> None:
    """Let agent code import what of the standard library computes: no files, network, processes.

    Args:
        agent: an ``Agent``, or anything else with the three verbs.
    """
    for exposed in STDLIB:
        exposed.register(agent)
    agent.module(private_types())


@cache
def private_types() -> types.ModuleType:
    """Classes of what the functions above return: hashes, csv readers."""
    import asyncio  # heavy, and loaded by whoever registers all of this anyway

    return TypesModule(
        "stdlib_types",
        __name__,
        {
            "Hash": type(hashlib.md5(usedforsecurity=False)),
            "HashXOF": type(hashlib.shake_128()),
            "Sha3": type(hashlib.sha3_256()),
            "CsvReader": type(_csv.reader([])),
            "CsvWriter": type(_csv.writer(io.StringIO())),
            "IsoCalendarDate": type(datetime.date.min.isocalendar()),
            "DayNames": type(calendar.day_name),
            "MonthNames": type(calendar.month_name),
            "DecimalTuple": decimal.DecimalTuple,
            "DecimalLocal": type(decimal.localcontext()),
            "DecimalContext": decimal.Context,
            "Recorded": warnings_standins.Recorded,
            "VersionInfo": type(sys.version_info),
            "FloatInfo": type(sys.float_info),
            "IntInfo": type(sys.int_info),
            "HashInfo": type(sys.hash_info),
            "AsCompleted": getattr(asyncio.tasks, "_AsCompletedIterator", None),
        },
    )
