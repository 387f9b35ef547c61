"""A parser by recursive descent over characters: JSON text into objects and back."""

DOCUMENT = (
    '{"name": "orders", "rows": ['
    + ", ".join(
        f'{{"id": {i}, "price": {i}.5, "ok": true, "note": null, "tags": ["a", "b\\n{i}"]}}'
        for i in range(150)
    )
    + "]}"
)


class Parser:
    def __init__(self, text):
        self.text = text
        self.at = 0

    def skip(self):
        text = self.text
        at = self.at
        while at < len(text) and text[at] in " \n\t":
            at += 1
        self.at = at

    def expect(self, char):
        if self.text[self.at] != char:
            raise ValueError(f"expected {char} at {self.at}")
        self.at += 1

    def value(self):
        self.skip()
        char = self.text[self.at]
        if char == "{":
            return self.mapping()
        if char == "[":
            return self.sequence()
        if char == '"':
            return self.string()
        for word, constant in (("true", True), ("false", False), ("null", None)):
            if self.text.startswith(word, self.at):
                self.at += len(word)
                return constant
        return self.number()

    def mapping(self):
        out = {}
        self.expect("{")
        while True:
            self.skip()
            key = self.string()
            self.skip()
            self.expect(":")
            out[key] = self.value()
            self.skip()
            if self.text[self.at] == "}":
                self.at += 1
                return out
            self.expect(",")

    def sequence(self):
        out = []
        self.expect("[")
        while True:
            out.append(self.value())
            self.skip()
            if self.text[self.at] == "]":
                self.at += 1
                return out
            self.expect(",")

    def string(self):
        self.expect('"')
        chars = []
        while True:
            char = self.text[self.at]
            self.at += 1
            if char == '"':
                return "".join(chars)
            if char == "\\":
                char = {"n": "\n", "t": "\t"}.get(self.text[self.at], self.text[self.at])
                self.at += 1
            chars.append(char)

    def number(self):
        start = self.at
        while self.text[self.at] in "0123456789.-+eE":
            self.at += 1
        text = self.text[start : self.at]
        return float(text) if "." in text else int(text)


def dump(value):
    if isinstance(value, dict):
        return "{" + ", ".join(f'"{key}": {dump(item)}' for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(dump(item) for item in value) + "]"
    if value is True or value is False:
        return str(value).lower()
    if value is None:
        return "null"
    if isinstance(value, str):
        return '"' + value.replace("\n", "\\n") + '"'
    return str(value)


def run(rounds):
    total = 0
    for _ in range(rounds):
        parsed = Parser(DOCUMENT).value()
        total += len(parsed["rows"]) + int(parsed["rows"][3]["price"])
        total += len(dump(parsed))
    return total, dump(parsed) == DOCUMENT


# --- timed ---
checksum = run(7)
