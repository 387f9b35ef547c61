"""Closures, `nonlocal`, lambdas, decorators with arguments, higher-order functions."""


def counter(step):
    total = 0

    def add(value):
        nonlocal total
        total += value * step
        return total

    return add


def repeated(times):
    def decorate(function):
        def wrapper(*args, **kwargs):
            result = None
            for _ in range(times):
                result = function(*args, **kwargs)
            return result

        return wrapper

    return decorate


def compose(*functions):
    def composed(value):
        for function in functions:
            value = function(value)
        return value

    return composed


@repeated(3)
def scale(value, by=2):
    return value * by


def run(n):
    add = counter(3)
    pipeline = compose(lambda v: v + 1, lambda v: v * 2, abs)
    total = 0
    for i in range(n):
        total = add(i & 7)
        total += pipeline(-i)
        total += scale(i, by=3)
    return total, list(map(lambda v: v % 5, filter(lambda v: v & 1, range(n))))[-3:]


# --- timed ---
checksum = run(40_000)
