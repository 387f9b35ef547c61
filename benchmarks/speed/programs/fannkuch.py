"""List slices and index juggling: the most pancake flips over all permutations."""


def run(n):
    count = list(range(1, n + 1))
    perm = list(range(n))
    best = 0
    sign = 1
    total = 0
    r = n
    while True:
        while r != 1:
            count[r - 1] = r
            r -= 1
        first = perm[0]
        if first:
            work = perm[:]
            flips = 0
            while first:
                work[: first + 1] = work[first::-1]
                flips += 1
                first = work[0]
            if flips > best:
                best = flips
            total += sign * flips
        while True:
            if r == n:
                return best * 100_000 + total
            perm.insert(r, perm.pop(0))
            count[r] -= 1
            if count[r] > 0:
                break
            r += 1
        sign = -sign
        r = 1 if r < 1 else r


# --- timed ---
checksum = run(8)
