"""Primes by a sieve with slice assignment, then twins and gaps among them."""


def primes_below(n):
    flags = [True] * n
    flags[0] = flags[1] = False
    for i in range(2, int(n**0.5) + 1):
        if flags[i]:
            flags[i * i :: i] = [False] * len(range(i * i, n, i))
    return [i for i, flag in enumerate(flags) if flag]


def is_prime(n):
    if n < 2:
        return False
    d = 2
    while d * d <= n:
        if n % d == 0:
            return False
        d += 1
    return True


def run(n):
    primes = primes_below(n)
    twins = sum(1 for a, b in zip(primes, primes[1:]) if b - a == 2)
    gap = max(b - a for a, b in zip(primes, primes[1:]))
    slow = sum(1 for i in range(n // 20) if is_prime(i))
    return len(primes), twins, gap, slow


# --- timed ---
checksum = run(200_000)
