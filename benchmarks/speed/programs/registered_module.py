"""Functions of a registered module in a loop, through the module and imported by name."""

import math
from math import cos, floor


def wave(n):
    total = 0.0
    for i in range(n):
        total += math.sin(i) * math.exp(-i / n) + math.pi
    return total


def grid(n):
    hits = 0
    for x in range(n):
        for y in range(n):
            if math.hypot(x, y) < n and floor(cos(x) * 10) > math.sqrt(y):
                hits += math.gcd(x, y)
    return hits


# --- timed ---
checksum = (round(wave(110_000), 6), grid(260))
