"""Exceptions raised, caught by type, chained, cleaned up after; and the path on which none is raised."""


class Rejected(Exception):
    def __init__(self, value):
        super().__init__(value)
        self.value = value


class TooLarge(Rejected):
    pass


def check(value):
    if value % 5 == 0:
        raise Rejected(value)
    if value % 7 == 0:
        raise TooLarge(value)
    return value


def parse(text):
    try:
        return int(text)
    except ValueError:
        return None


def run(n):
    total = 0
    cleaned = 0
    for i in range(n):
        try:
            total += check(i)
        except TooLarge as error:
            total -= error.value
        except Rejected as error:
            total += error.args[0] // 5
        finally:
            cleaned += 1
    for i in range(n // 2):
        if parse("12" if i & 1 else "x2") is None:
            total += 1
    for i in range(n // 4):
        try:
            try:
                {}[i]
            except KeyError as error:
                raise ValueError(i) from error
        except ValueError as error:
            total += error.__cause__.args[0]
    return total, cleaned


# --- timed ---
checksum = run(36_000)
