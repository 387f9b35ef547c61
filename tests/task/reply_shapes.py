"""Shapes of reply met in practice, each with the code that should run, or why none should.

A new shape met in the wild is one more entry here.
"""

from __future__ import annotations

from dataclasses import dataclass

X = "x = 1\nprint(x)\n"


@dataclass(frozen=True)
class Shape:
    name: str
    text: str
    code: str | None = X
    problem: str = ""
    finish_reason: str | None = "stop"
    streamed: bool = False
    dropped: bool = False
    thinking: str | None = None


SHAPES = [
    # ---- as asked
    Shape("a fenced block", f"```python\n{X}```"),
    Shape("prose, then a block", f"I print it.\n\n```python\n{X}```\n", thinking="I print it."),
    Shape("a block that arrived as a stream", f"Now:\n```python\n{X}```\n", streamed=True),
    Shape("a top-level return", "```python\nreturn 5\n```", "return 5\n"),
    Shape("a top-level await", "```python\nawait f()\n```", "await f()\n"),
    Shape(
        "a complete block before the length limit",
        f"```python\n{X}```\nThis wi",
        finish_reason="length",
        dropped=True,
    ),
    # ---- tags and fences of other spellings
    Shape("tag py", f"```py\n{X}```"),
    Shape("tag Python3", f"```Python3\n{X}```"),
    Shape("tag in braces", f"```{{python}}\n{X}```"),
    Shape("tag with attributes", f'```python title="a.py"\n{X}```'),
    Shape("space before the tag", f"``` python\n{X}```"),
    Shape("tag tool_code", f"```tool_code\n{X}```"),
    Shape("tildes", f"~~~python\n{X}~~~"),
    Shape("tildes around backticks", "~~~python\ns = '''\n```\n'''\n~~~", "s = '''\n```\n'''\n"),
    Shape("four backticks", f"````python\n{X}````"),
    Shape(
        "four backticks around three",
        '````python\ns = """\n```\nhi\n```\n"""\n````',
        's = """\n```\nhi\n```\n"""\n',
    ),
    Shape("closing fence longer than the opening one", f"```python\n{X}`````\n"),
    Shape("closing fence behind the last line", "```python\nx = 1\nprint(x)```"),
    Shape("closing fence with spaces", f"```python\n{X}```   \n"),
    Shape("a block on one line", "```python print(1)```", "print(1)\n"),
    Shape(
        "code on the line of the tag",
        "```python import math\nprint(math.pi)\n```",
        "import math\nprint(math.pi)\n",
    ),
    Shape("CRLF", "So:\r\n```python\r\nx = 1\r\nprint(x)\r\n```\r\n"),
    Shape("a byte order mark", f"\ufeff```python\n{X}```"),
    Shape("blank lines inside", "```python\n\nx = 1\n\nprint(x)\n\n```", "\nx = 1\n\nprint(x)\n"),
    # ---- indentation, lists, quotes, prompts
    Shape("a block in a list", "1. Print it:\n\n   ```python\n   x = 1\n   print(x)\n   ```\n"),
    Shape("a fence behind a bullet", "- ```python\n  x = 1\n  print(x)\n  ```\n"),
    Shape("an indented body in a flush fence", "```python\n    x = 1\n    print(x)\n```"),
    Shape("tabs", "```python\n\tx = 1\n\tprint(x)\n```"),
    Shape("a block in a quote", "> ```python\n> x = 1\n> print(x)\n> ```\n"),
    Shape("prompts of an interactive session", "```python\n>>> x = 1\n>>> print(x)\n1\n```"),
    Shape(
        "prompts with continuation lines",
        "```pycon\n>>> for i in y:\n...     f(i)\n...\n```",
        "for i in y:\n    f(i)\n\n",
    ),
    # ---- nested and several blocks
    Shape(
        "a fence inside a string",
        's:\n```python\ns = """\n```\nhi\n```\n"""\nprint(s)\n```\n',
        's = """\n```\nhi\n```\n"""\nprint(s)\n',
    ),
    Shape(
        "a fence inside a docstring",
        '```python\ndef f():\n    """Doc.\n\n    ```\n    f()\n    ```\n    """\n```',
        'def f():\n    """Doc.\n\n    ```\n    f()\n    ```\n    """\n',
    ),
    Shape("two blocks", f"```python\n{X}```\nand then\n```python\ny = 2\n```", dropped=True),
    Shape("a broken block, then a good one", f"```python\nx = = 1\n```\nSorry:\n```python\n{X}```"),
    Shape("an unclosed block, then a good one", f"```python\nx = (\nSorry:\n```python\n{X}```"),
    Shape("a shell block first", f"Like\n```bash\npip install x\n```\nbut\n```python\n{X}```"),
    Shape("a text block first", f"```text\nprint('not me')\n```\n```python\n{X}```"),
    Shape("an untagged block first", f"```\nprint('not me')\n```\n```python\n{X}```"),
    Shape(
        "an untagged block of output first",
        f"It said\n```\nValueError: no\n```\nso\n```python\n{X}```",
    ),
    Shape("wrapped in a document", f"```markdown\n# Plan\n```python\n{X}```\n```"),
    Shape("wrapped twice", f"```\n```python\n{X}```\n```"),
    Shape("inline code in the prose", f"Use `x` and ``y``, not ```z```.\n```python\n{X}```"),
    # ---- after the block
    Shape("text after the block", f"```python\n{X}```\nThis prints x.", dropped=True),
    Shape(
        "a hallucinated observation",
        f"```python\n{X}```\nObservation:\n```\n1\n```\nDone.",
        dropped=True,
    ),
    Shape("an end-of-code marker", f"```python\n{X}```<end_code>"),
    Shape("a stray closing tag", f"```python\n{X}```\n</code>"),
    # ---- thoughts
    Shape("a thought before", f"<think>Hm, x.</think>\n```python\n{X}```"),
    Shape(
        "a fence inside a thought", f"<think>\n```python\nbad()\n```\nno</think>\n```python\n{X}```"
    ),
    Shape(
        "only the end of a thought",
        f"maybe\n```python\nbad()\n```\nno\n</think>\n```python\n{X}```",
    ),
    Shape(
        "a thought tag inside a string",
        "```python\ns = '<think>a</think>'\nprint(s)\n```",
        "s = '<think>a</think>'\nprint(s)\n",
    ),
    Shape("only a thought", "<think>\n```python\nbad()\n```\n</think>", None, "no_code"),
    Shape(
        "cut off inside a thought",
        "<think>\n```python\nbad()\n```\nor",
        None,
        "cut_off",
        finish_reason="length",
    ),
    # ---- tags
    Shape("code tags", f"<code>\n{X}</code>"),
    Shape("a fence inside code tags", f"<code>\n```python\n{X}```\n</code>"),
    Shape("execute tags", f"I run it.\n<execute>\n{X}</execute>", thinking="I run it."),
    Shape("CDATA", f"<code><![CDATA[\n{X}]]></code>"),
    Shape("a python token", f"<|python_tag|>{X}<|eom_id|>"),
    Shape(
        "a tool call with XML parameters",
        f"<function=python>\n<parameter=code>\n{X}</parameter>\n</function>",
    ),
    Shape(
        "a tool call with JSON",
        '<tool_call>\n{"name": "python", "arguments": {"code": "x = 1\\nprint(x)"}}\n</tool_call>',
    ),
    Shape(
        "a list of tool calls",
        '[TOOL_CALLS][{"name": "run", "arguments": {"code": "x = 1\\nprint(x)"}}]',
    ),
    # ---- JSON
    Shape(
        "JSON with thinking and code",
        '{"thinking": "print", "code": "x = 1\\nprint(x)"}',
        thinking="print",
    ),
    Shape(
        "JSON in a fence",
        'So\n```json\n{"thinking": "go", "code": "x = 1\\nprint(x)\\n"}\n```',
        thinking="So\ngo",
    ),
    Shape("JSON with raw line breaks", '{"code": "x = 1\nprint(x)\n"}'),
    Shape("JSON with a fence in the field", '{"code": "```python\\nx = 1\\nprint(x)\\n```"}'),
    Shape("JSON with a list of lines", '{"code": ["x = 1", "print(x)"]}'),
    Shape(
        "arguments as a JSON string",
        '{"tool_calls": [{"function": {"name": "python", "arguments": "{\\"code\\": \\"x = 1\\\\nprint(x)\\"}"}}]}',
    ),
    Shape("JSON that is an answer, not code", '{"answer": 42, "unit": "km"}', None, "no_code"),
    Shape(
        "JSON with an action in words", '{"action": "search", "input": "primes"}', None, "no_code"
    ),
    # ---- no fence, or half of one
    Shape("an untagged fence", f"Here:\n```\n{X}```"),
    Shape("an untagged fence with a bare name", "```\nresult\n```", "result\n"),
    Shape("an untagged fence with prose", "```\nI will do it now.\n```", None, "no_code"),
    Shape("bare code", X),
    Shape("bare code behind a label", f"Thought: print it\nCode:\n{X}"),
    Shape(
        "bare code indented in prose",
        "I print it:\n\n    x = 1\n    print(x)\n\nThat is all.",
        dropped=True,
    ),
    Shape("no closing fence, whole", f"```python\n{X}"),
    Shape("no closing fence, streamed", f"```python\n{X}", None, "broken", streamed=True),
    Shape("no closing fence, cut off", f"```python\n{X}", None, "cut_off", finish_reason="length"),
    Shape("no closing fence, whole, but broken", "```python\nx = (\n", None, "no_code"),
    Shape("no closing tag, streamed", f"<code>\n{X}", None, "broken", streamed=True),
    Shape(
        "cut inside a string that holds a fence",
        '```python\ns = """\n```sh\nls\n',
        None,
        "cut_off",
        finish_reason="length",
    ),
    # ---- a block that does not parse is handed on, so that its error can be shown
    Shape("one broken block", "```python\nx = = 1\n```", "x = = 1\n"),
    Shape("prose inside a python fence", "```python\nI will do it.\n```", "I will do it.\n"),
    # ---- nothing to run
    Shape("an empty reply", "", None, "empty"),
    Shape("white space", " \n\t\n", None, "empty"),
    Shape("an empty block", "```python\n```", None, "no_code"),
    Shape("an empty reply at the limit", "", None, "cut_off", finish_reason="length"),
    Shape("a refusal", "I'm sorry, but I can't help with that.", None, "no_code"),
    Shape("an answer in prose", "The next prime after 100 is 101.", None, "no_code"),
    Shape("one word", "Done", None, "no_code"),
    Shape("prose that parses as an annotation", "Note: done", None, "no_code"),
    Shape("prose cut off", "First I will look at the", None, "cut_off", finish_reason="length"),
    Shape("another language", "```javascript\nconsole.log(1)\n```", None, "no_code"),
    # ---- other scripts
    Shape("Chinese prose", f"我先打印 x。\n```python\n{X}```", thinking="我先打印 x。"),
    Shape("Arabic prose", f"سأطبع x\n```python\n{X}```"),
    Shape(
        "code in Cyrillic", "```python\nимя = 'Аня'\nprint(имя)\n```", "имя = 'Аня'\nprint(имя)\n"
    ),
    Shape("emoji", "🙂 ok\n```python\nprint('🙂')\n```", "print('🙂')\n"),
    Shape("lone surrogates in the prose", f"\ud800\n```python\n{X}```"),
]
