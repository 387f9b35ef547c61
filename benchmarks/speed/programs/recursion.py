"""Recursion over lists: eight queens by backtracking, and a nested list flattened."""


def place(n, row, columns, down, up):
    if row == n:
        return 1
    found = 0
    for column in range(n):
        if column in columns or row + column in down or row - column in up:
            continue
        found += place(n, row + 1, columns | {column}, down | {row + column}, up | {row - column})
    return found


def nest(depth, width):
    if depth == 0:
        return width
    return [nest(depth - 1, width) for _ in range(width)]


def flatten(value):
    if isinstance(value, list):
        out = []
        for item in value:
            out.extend(flatten(item))
        return out
    return [value]


def ackermann(m, n):
    if m == 0:
        return n + 1
    if n == 0:
        return ackermann(m - 1, 1)
    return ackermann(m - 1, ackermann(m, n - 1))


# --- timed ---
checksum = (
    place(8, 0, frozenset(), frozenset(), frozenset()),
    len(flatten(nest(7, 4))),
    ackermann(2, 90),
)
