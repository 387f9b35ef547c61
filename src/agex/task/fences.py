"""Where the fenced blocks of a text begin and end, as leniently as models write them.

Markdown closes a block at the first fence of its kind. Code that holds backticks in a string is cut
in half by that rule, so a block of Python is tried against later closings too, until it parses. What
is accepted beside the book: fences in lists and quotes, a closing fence behind the last line of code,
a whole block on one line, code that starts on the line of the fence, interactive prompts.
"""

from __future__ import annotations

import functools
import re
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass

from agex.sandbox.trees import syntax_tree

PYTHON_TAGS = frozenset(
    {"python", "py", "python3", "py3", "python2", "ipython", "ipython3", "pycon", "tool_code"}
    | {"python-repl", "pyrepl", "code", "execute", "sage"}
)
# Blocks of these kinds quote documents, so a Python block may stand inside.
_DOCUMENT_TAGS = frozenset({"markdown", "md", "mdx", "text", "txt", "xml", "html"})

# A reply beyond these is no program; the bounds keep a hostile one from costing seconds.
_MOST_FENCES = 64
_MOST_CLOSINGS = 12
_MOST_UNCLOSED = 6

# White space that nobody sees: no-break spaces, marks of direction and width.
_UNSEEN = "\u00a0\u200b-\u200f\u202f\u2060\ufeff"
_LEAD = rf"(?:[ \t{_UNSEEN}]|>[ \t]?|[-*+][ \t]|\d{{1,3}}[.)][ \t])*+"
_OPENING = re.compile(
    rf"^(?P<lead>{_LEAD})(?P<prose>[^\n`~]*+)(?P<fence>`{{3,}}|~{{3,}})[ \t]*(?P<info>[^\n]*)$",
    re.MULTILINE,
)
_PROMPT = re.compile(r"[ \t]*(?:>>>|\.\.\.|In \[\d+\]:|\.\.\.:)(?: |$)")
_FIRST_PROMPT = re.compile(r"[ \t]*(?:>>>|In \[\d+\]:)(?: |$)")
_UNSEEN_SPACE = re.compile("[\u00a0\u202f]")
_UNSEEN_MARK = re.compile("[\u200b-\u200f\u2060\ufeff]")


@dataclass(frozen=True, slots=True)
class Fence:
    """One fenced block.

    Args:
        tag: the word behind the opening fence, lower case; ``""`` without one.
        code: what stands inside, dedented and without prompts.
        start: where its opening fence begins in the text.
        end: where its closing fence ends.
        closed: whether it has a closing fence.
        valid: whether the code parses; asked only of Python and untagged blocks.
        nested: found inside a block that was not what it claimed to be.
    """

    tag: str
    code: str
    start: int
    end: int
    closed: bool
    valid: bool
    nested: bool = False


def parses(source: str) -> bool:
    """Whether ``source`` is Python, as far as its grammar goes."""
    return syntax_tree(source) is not None


def fences(text: str, *, line_break: bool = False) -> Iterator[Fence]:
    """The fenced blocks of ``text`` in order, each closed at the first fence that lets it parse.

    Args:
        text: line breaks are plain ``\\n``.
        line_break: count a closing fence only when a line break follows, for text still growing.
    """
    position = inside = unclosed = 0
    ends: set[int] = set()
    for _ in range(_MOST_FENCES):
        opening = _OPENING.search(text, position)
        if opening is None:
            return
        is_known_end = opening.end() in ends and not opening["info"].strip()
        found = (
            None
            if is_known_end
            else _read(text, opening, nested=opening.start() < inside, line_break=line_break)
        )
        if found is None:
            position = opening.end()
            continue
        yield found
        unclosed += not found.closed
        if unclosed > _MOST_UNCLOSED:  # each has been read to the end of the text
            return
        doubtful = found.tag == "" or found.tag in PYTHON_TAGS or found.tag in _DOCUMENT_TAGS
        if found.closed and (found.valid or not doubtful):
            position = max(found.end, opening.end())
        else:
            # Not what it seemed: a real block may begin inside. Its own end is no beginning, though.
            position, inside = opening.end(), max(inside, found.end)
            ends.add(found.end)


def _read(text: str, opening: re.Match[str], *, nested: bool, line_break: bool) -> Fence | None:
    info, mark, lead = opening["info"].strip(), opening["fence"], opening["lead"]
    # "Here it is: ```python": behind prose only a fence that says what it opens.
    if opening["prose"] and info.lower() not in PYTHON_TAGS:
        return None
    at = opening.start("fence") if opening["prose"] else opening.start()
    if mark[0] == "`" and "`" in info:
        return _one_line(opening, nested)
    word = re.match(r"[{.\s]*([\w+#-]*)", info)
    tag = word.group(1).lower() if word else ""
    start = min(opening.end() + 1, len(text))
    first = _code_on_opening_line(info) if tag in PYTHON_TAGS else ""
    first_found: Fence | None = None
    for begin, end in _closings(text, start, mark, tag, line_break):
        code, valid = _clean(first + text[start:begin], lead, tag)
        found = Fence(tag, code, at, end, True, valid, nested)
        if valid or (tag != "" and tag not in PYTHON_TAGS):
            return found
        first_found = first_found or found
    if tag in PYTHON_TAGS and not line_break:
        # "``` and so on" closes a block as well, if that makes it one.
        loose = re.search(rf"^[ \t]*{re.escape(mark)}[ \t]+(?=\S)", text[start:], re.MULTILINE)
        if loose is not None:
            code, valid = _clean(first + text[start : start + loose.start()], lead, tag)
            if valid and code:
                end = start + loose.start() + len(loose.group().rstrip())
                return Fence(tag, code, at, end, True, True, nested)
    if first_found is not None:
        return first_found
    code, valid = _clean(first + text[start:], lead, tag)
    # An unclosed block is never valid here: whether it may run depends on how the reply arrived.
    return Fence(tag, code, at, len(text), False, False, nested)


@functools.lru_cache(maxsize=64)
def _closing_patterns(mark: str, line_break: bool) -> tuple[re.Pattern[str], re.Pattern[str]]:
    """What closes a block that ``mark`` opened: a fence below its last line, a fence behind it."""
    tail = r"\n" if line_break else r"(?:\n|\Z)"
    fence = re.escape(mark[0]) + f"{{{len(mark)},}}+"
    below = re.compile(rf"^(?:[ \t]|>[ \t]?)*+{fence}[ \t]*+(?=<|{tail})", re.MULTILINE)
    return below, re.compile(rf"(?<=[^\s`~]){fence}[ \t]*+(?={tail})", re.MULTILINE)


def _closings(
    text: str, start: int, mark: str, tag: str, line_break: bool
) -> Iterator[tuple[int, int]]:
    """Where a block may end, the nearest first: ``(end of its code, end of its fence)``."""
    below, behind = _closing_patterns(mark, line_break)
    nearest = below.search(text, start)
    if tag in PYTHON_TAGS:
        # ``print(1)``` ``: the fence stands behind the last line of code instead of below it.
        match = behind.search(text, start, nearest.start() if nearest else len(text))
        if match is not None and parses(textwrap.dedent(text[start : match.start()])):
            yield match.start(), match.end()
    for _ in range(_MOST_CLOSINGS):
        if nearest is None:
            return
        yield nearest.start(), nearest.end()
        nearest = below.search(text, nearest.end())


def _one_line(opening: re.Match[str], nested: bool) -> Fence | None:
    """```` ```python print(1)``` ````: a whole block on one line."""
    match = re.match(r"(?P<tag>\w+)[ \t]+(?P<code>[^`\n]+)`{3,}[ \t]*\Z", opening["info"])
    if match is None or match["tag"].lower() not in PYTHON_TAGS:
        return None
    code = match["code"].strip() + "\n"
    return Fence(
        match["tag"].lower(), code, opening.start(), opening.end(), True, parses(code), nested
    )


def _code_on_opening_line(info: str) -> str:
    """The code in ```` ```python import math````, and not the attributes in ``python title=x``."""
    rest = info.partition(" ")[2].strip()
    if re.match(r"(?:import|from)\s|.*\(.*\)\Z", rest) and parses(rest):
        return rest + "\n"
    return ""


def _clean(code: str, lead: str, tag: str) -> tuple[str, bool]:
    """``(code, whether it parses)``, taken out of its list, quote or interactive session."""
    if tag != "" and tag not in PYTHON_TAGS:
        return code, False
    code = code.rstrip() + "\n" if code.strip() else ""
    if ">" in lead:
        quoted = rf"^(?:[ \t]*>[ \t]?){{1,{lead.count('>')}}}"
        code = re.sub(quoted, "", code, flags=re.MULTILINE)
    if _FIRST_PROMPT.match(code.lstrip("\n")):
        code = without_prompts(code)
    if parses(code):
        return code, True
    code = textwrap.dedent(code)
    if parses(code):
        return code, True
    seen = _UNSEEN_SPACE.sub(" ", _UNSEEN_MARK.sub("", code))
    return (seen, True) if seen != code and parses(seen) else (code, False)


def without_prompts(code: str) -> str:
    """Code copied from an interactive session, without its prompts and its output."""
    kept = [_PROMPT.sub("", line, count=1) for line in code.splitlines() if _PROMPT.match(line)]
    return "\n".join(kept) + "\n"
