"""Generators in a row, `yield from` over a tree, and a coroutine fed with `send`."""


def numbers(n):
    i = 0
    while i < n:
        yield i
        i += 1


def odd(values):
    for value in values:
        if value & 1:
            yield value


def pairs(values):
    last = None
    for value in values:
        if last is not None:
            yield last, value
        last = value


def averager():
    total = 0
    count = 0
    average = 0
    while True:
        total += yield average
        count += 1
        average = total // count


class Tree:
    def __init__(self, value, left=None, right=None):
        self.value = value
        self.left = left
        self.right = right

    def __iter__(self):
        if self.left:
            yield from self.left
        yield self.value
        if self.right:
            yield from self.right


def build(low, high):
    if low >= high:
        return None
    middle = (low + high) // 2
    return Tree(middle, build(low, middle), build(middle + 1, high))


def run(n):
    total = 0
    for a, b in pairs(odd(numbers(n))):
        total += b - a
    feed = averager()
    next(feed)
    for value in numbers(n // 2):
        total += feed.send(value)
    tree = build(0, n // 10)
    return total + sum(tree)


# --- timed ---
checksum = run(80_000)
