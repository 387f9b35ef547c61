"""Shapes of reply met in practice, each with the code that should run, or why none should.

A new shape met in the wild is one more entry here.
"""

from __future__ import annotations

from dataclasses import dataclass

X = "x = 1\nprint(x)\n"
J = '{"code": "x = 1\\nprint(x)"}'


def xml(namespace: str) -> str:
    """A tool call as some models write it; put together from parts, because it is one."""
    tags = [namespace + word for word in ("function_calls", "invoke", "parameter")]
    opened = f'<{tags[0]}>\n<{tags[1]} name="run_python">\n<{tags[2]} name="code">'
    return f"{opened}{X}" + "\n".join(f"</{tag}>" for tag in reversed(tags))


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
    # ---- what other frameworks, vendors and servers taught models to write
    Shape("tag py3", f"```py3\n{X}```"),
    Shape("tag Python with attributes", f'```Python title="x" linenums="1"\n{X}```'),
    Shape("tag with attributes in braces", f'```{{.python .numberLines startFrom="1"}}\n{X}```'),
    Shape("tag with a file name", f"```python:main.py\n{X}```"),
    Shape("tag with a colon", f"```python: \n{X}```"),
    Shape("tag with a flag", f"```python exec\n{X}```"),
    Shape("a comment on the tag's line", f"```python # step 1\n{X}```"),
    Shape(
        "reasoning tags with attributes",
        f'<reasoning effort="high">\n```python\nbad()\n```\n</reasoning>\n```python\n{X}```',
    ),
    Shape("a thought with a capital", f"<Think>```python\nbad()\n```</Think>\n```python\n{X}```"),
    Shape(
        "seed think tags", f"<seed:think>\n```python\nbad()\n```\n</seed:think>\n```python\n{X}```"
    ),
    Shape("thoughts in brackets", f"[THINK]\n```python\nbad()\n```\n[/THINK]\n```python\n{X}```"),
    Shape(
        "channels with code to python",
        f"<|channel|>analysis<|message|>Hm.<|end|><|start|>assistant<|channel|>commentary to=python<|message|>{X}<|call|>",
    ),
    Shape(
        "channels with a fence at last",
        f"<|channel|>analysis<|message|>Hm\n```python\nbad()\n```\n<|end|><|start|>assistant<|channel|>final<|message|>\n```python\n{X}```<|return|>",
    ),
    Shape(
        "a fence inside an f-string",
        '```python\ns = f"""\n```\n{1}\n```\n"""\nprint(s)\n```\n',
        's = f"""\n```\n{1}\n```\n"""\nprint(s)\n',
    ),
    Shape(
        "a python fence inside a docstring",
        '```python\ndef f():\n    """Use:\n\n    ```python\n    f()\n    ```\n    """\n\nf()\n```\n',
        'def f():\n    """Use:\n\n    ```python\n    f()\n    ```\n    """\n\nf()\n',
    ),
    Shape(
        "a flush python fence inside a string",
        '```python\ndoc = """\n```python\nf()\n```\n"""\nprint(doc)\n```\n',
        'doc = """\n```python\nf()\n```\n"""\nprint(doc)\n',
    ),
    Shape(
        "the same, streamed",
        '```python\ndoc = """\n```python\nf()\n```\n"""\nprint(doc)\n```\n',
        'doc = """\n```python\nf()\n```\n"""\nprint(doc)\n',
        streamed=True,
    ),
    Shape(
        "five backticks around four",
        '`````python\ns = """\n````md\n```\nhi\n```\n````\n"""\n`````',
        's = """\n````md\n```\nhi\n```\n````\n"""\n',
    ),
    Shape("CRLF in a list", "1. So:\r\n\r\n   ```python\r\n   x = 1\r\n   print(x)\r\n   ```\r\n"),
    Shape("old Mac line breaks", "So:\r```python\rx = 1\rprint(x)\r```\r"),
    Shape("a tab before the fence", "\t```python\n\tx = 1\n\tprint(x)\n\t```\n"),
    Shape(
        "tabs inside",
        "```python\nfor i in y:\n\tf(i)\n\tg(i)\n```",
        "for i in y:\n\tf(i)\n\tg(i)\n",
    ),
    Shape("a quote in a quote", "> > ```python\n> > x = 1\n> > print(x)\n> > ```\n"),
    Shape(
        "a quoted block with bare quote lines",
        "> ```python\n> x = 1\n>\n> print(x)\n> ```\n",
        "x = 1\n\nprint(x)\n",
    ),
    Shape("a quoted block whose code is not quoted", "> Code:\n```python\nx = 1\nprint(x)\n```\n"),
    Shape("tool_code tags", f"<tool_code>\n{X}</tool_code>"),
    Shape("execute_python tags", f"<execute_python>\n{X}</execute_python>"),
    Shape(
        "a fence in execute tags, streamed",
        f"Go.\n<execute>\n```python\n{X}```\n</execute>\n",
        streamed=True,
    ),
    Shape("execute_ipython tags", f"<execute_ipython>\n{X}</execute_ipython>"),
    Shape("code_interpreter tags", f"<code_interpreter>\n{X}</code_interpreter>"),
    Shape("python_interpreter tags", f"<python_interpreter>{X}</python_interpreter>"),
    Shape("code tags with a language", f'<code lang="python">\n{X}</code>'),
    Shape(
        "code tags with escaped signs",
        "<code>\nx = 1\nif x &lt; 2 &amp;&amp; True:\n    pass\n</code>",
        "x = 1\nif x &lt; 2 &amp;&amp; True:\n    pass\n",
    ),
    Shape(
        "a magic line",
        "```ipython\n%matplotlib inline\nx = 1\nprint(x)\n```",
        "%matplotlib inline\nx = 1\nprint(x)\n",
    ),
    Shape("Anthropic tool XML", xml("")),
    Shape("tool XML with a namespace", xml("antml:")),
    Shape("tool XML, thinking first", "I run it.\n" + xml("antml:"), thinking="I run it."),
    Shape(
        "tool_use with a JSON input",
        '<tool_use>\n{"name": "run_python", "input": {"code": "x = 1\\nprint(x)"}}\n</tool_use>',
    ),
    Shape(
        "qwen coder call",
        f"<tool_call>\n<function=run_python>\n<parameter=code>\n{X}</parameter>\n</function>\n</tool_call>",
    ),
    Shape(
        "glm call",
        f"<tool_call>run_python\n<arg_key>code</arg_key>\n<arg_value>{X}</arg_value>\n</tool_call>",
    ),
    Shape(
        "kimi call",
        f"<|tool_calls_section_begin|><|tool_call_begin|>functions.run_python:0<|tool_call_argument_begin|>{J}<|tool_call_end|><|tool_calls_section_end|>",
    ),
    Shape(
        "deepseek call",
        f"<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>function<｜tool▁sep｜>run_python\n```json\n{J}\n```<｜tool▁call▁end｜><｜tool▁calls▁end｜>",
    ),
    Shape("mistral call with arguments", f"[TOOL_CALLS]run_python[ARGS]{J}"),
    Shape(
        "llama call as JSON",
        '{"type": "function", "name": "run_python", "parameters": {"code": "x = 1\\nprint(x)"}}',
    ),
    Shape(
        "a call as a function of JSON",
        '<function=run_python>{"code": "x = 1\\nprint(x)"}</function>',
    ),
    Shape("JSON behind prose", f"I run it:\n\n{J}"),
    Shape("JSON behind prose, streamed", f"I run it:\n\n{J}", streamed=True),
    Shape("JSON cut short", '{"code": "x = 1\\nprint(x)', None, "no_code"),
    Shape("JSON cut off", '{"code": "x = 1\\nprint(x)', None, "cut_off", finish_reason="length"),
    Shape(
        "ReAct with a fence",
        f"Thought: print it.\nAction: python\nAction Input:\n```python\n{X}```\nObservation: 1\n",
        dropped=True,
    ),
    Shape(
        "ReAct with a JSON input",
        f"Thought: print it.\nAction: run_python\nAction Input: {J}\nObservation: 1",
        dropped=True,
    ),
    Shape(
        "ReAct with an action blob",
        'Thought: go\nAction:\n```json\n{"action": "python", "action_input": "x = 1\\nprint(x)"}\n```',
    ),
    Shape(
        "ReAct with bare code",
        "Thought: print it.\nAction: python\nAction Input: x = 1\nprint(x)\n",
    ),
    Shape("ReAct finish", "Thought: I know.\nFinal Answer: 42", None, "no_code"),
    Shape("Action with code in a call", 'Action: run_python("x = 1")', None, "no_code"),
    Shape("prompts without a fence", "I try:\n\n>>> x = 1\n>>> print(x)\n1\n\nGood.", dropped=True),
    Shape("notebook prompts", "```\nIn [1]: x = 1\nIn [2]: print(x)\n```"),
    Shape("prompts in bare text, streamed", ">>> x = 1\n>>> print(x)\n", streamed=True),
    Shape("emoji before the fence on its line", f"🚀 ```python\n{X}```"),
    Shape("prose before the fence on its line", f"Here it is: ```python\n{X}```"),
    Shape("Hebrew", f"הנה הקוד:\n```python\n{X}```\n", thinking="הנה הקוד:"),
    Shape("a right-to-left mark before the fence", f"شفرة\n\u200f```python\n{X}```\n"),
    Shape(
        "Arabic in the code",
        "```python\nالاسم = 'علي'\nprint(الاسم)\n```",
        "الاسم = 'علي'\nprint(الاسم)\n",
    ),
    Shape("a zero-width space before the fence", f"\u200b```python\n{X}```"),
    Shape("a no-break space before the fence", f"\u00a0```python\n{X}```"),
    Shape(
        "no-break spaces as indentation",
        "```python\nfor i in y:\n\u00a0\u00a0\u00a0\u00a0f(i)\n```",
        "for i in y:\n    f(i)\n",
    ),
    Shape("curly quotes in the code", "```python\nprint(“hi”)\n```", "print(“hi”)\n"),
    Shape(
        "several small blocks",
        "```python\nx = 1\n```\n```python\nprint(x)\n```\n",
        "x = 1\n",
        dropped=True,
    ),
    Shape("a block and a final answer", f"```python\n{X}```\n\n**Answer:** 1", dropped=True),
    Shape("a rule after the block", f"```python\n{X}```\n\n---\n", dropped=False),
    Shape("a stop word after the block", f"```python\n{X}```\n<|im_end|>"),
    Shape("HTML pre", '<pre><code class="language-python">x = 1\nprint(x)\n</code></pre>'),
    Shape(
        "a details element", f"<details><summary>Code</summary>\n\n```python\n{X}```\n\n</details>"
    ),
    Shape("bold label", f"**Code**:\n\n```\n{X}```"),
    Shape("one line of bare code", "print(1)", "print(1)\n"),
    Shape("one line of bare code, streamed", "task_success(5)", "task_success(5)\n", streamed=True),
    Shape(
        "inline code spans of prose",
        "I would use `sorted(x)` and then `print(x)`.",
        None,
        "no_code",
    ),
    Shape("a diff", "```diff\n- x = 0\n+ x = 1\n```", None, "no_code"),
    Shape(
        "a doctest with its output",
        "```python\n>>> x = 1\n>>> print(x)\n1\n>>> x\n1\n```",
        "x = 1\nprint(x)\nx\n",
    ),
    Shape(
        "code with a shebang",
        f"```python\n#!/usr/bin/env python3\n# -*- coding: utf-8 -*-\n{X}```",
        f"#!/usr/bin/env python3\n# -*- coding: utf-8 -*-\n{X}",
    ),
    Shape(
        "an ellipsis block, then the real one", f"Like\n```python\n...\n```\nso:\n```python\n{X}```"
    ),
    Shape("a thought that is never closed", f"<think>\nHm.\n```python\n{X}```\n"),
    Shape("an apology, fence of text", "```\nSorry, I cannot do that.\n```", None, "no_code"),
    Shape("a vertical tab in the prose", f"So\x0b\n```python\n{X}```"),
    Shape("a null byte in the code", "```python\nx = 1\x00\n```", "x = 1\x00\n"),
    Shape(
        "two tool calls",
        '<tool_call>\n{"name": "p", "arguments": {"code": "x = 1\\nprint(x)"}}\n</tool_call>\n<tool_call>\n{"name": "p", "arguments": {"code": "y = 2"}}\n</tool_call>',
        dropped=True,
    ),
    Shape(
        "a tool call cut off",
        '<tool_call>\n{"name": "p", "arguments": {"code": "x = 1\\npri',
        None,
        "broken",
        streamed=True,
    ),
    Shape(
        "task_success in a JSON call",
        '{"name": "task_success", "arguments": {"value": 5}}',
        None,
        "no_code",
    ),
    Shape("fence glued to a heading", f"## Step 1```python\n{X}```"),
    Shape("a nested bullet fence", "* a\n  * b:\n    ```python\n    x = 1\n    print(x)\n    ```"),
    Shape("a fence with trailing text on the close", f"```python\n{X}``` done", dropped=True),
]
