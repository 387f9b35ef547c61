"""Nested counting loops over small integers, at the top level as an action writes them."""

limit = 220

# --- timed ---
checksum = 0
for a in range(1, limit):
    for b in range(a, limit):
        c = a * a + b * b
        if c % 7 == 3:
            checksum += c & 255
        elif c % 11 == 5:
            checksum -= 1
i = 0
while i < 100_000:
    i += 1
    if i % 3 == 0:
        continue
    checksum ^= i
