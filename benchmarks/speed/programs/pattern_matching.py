"""`match` over tuples, mappings and one's own classes: a small interpreter of expressions."""

from dataclasses import dataclass


@dataclass
class Number:
    value: int


@dataclass
class Binary:
    op: str
    left: object
    right: object


def evaluate(node):
    match node:
        case Number(value):
            return value
        case Binary("+", left, right):
            return evaluate(left) + evaluate(right)
        case Binary("*", left, right):
            return evaluate(left) * evaluate(right) % 10007
        case Binary(op=op):
            raise ValueError(op)


def command(item):
    match item:
        case ["move", x, y]:
            return x + y
        case ["say", str(text), *rest]:
            return len(text) + len(rest)
        case {"kind": "stop", "after": int(n)} if n > 3:
            return n
        case {"kind": _}:
            return 1
        case _:
            return 0


def build(depth):
    if depth == 0:
        return Number(depth + 3)
    return Binary("+" if depth % 2 else "*", build(depth - 1), build(depth - 1))


COMMANDS = [
    ["move", 1, 2],
    ["say", "hello", 1, 2],
    {"kind": "stop", "after": 5},
    {"kind": "stop", "after": 1},
    "noise",
]


def run(rounds):
    tree = build(7)
    total = 0
    for _ in range(rounds):
        total += evaluate(tree)
        for item in COMMANDS:
            total += command(item)
    return total


# --- timed ---
checksum = run(400)
