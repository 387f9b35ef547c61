"""Indexing and `*` at their most frequent: a product of two lists of lists."""


def product(a, b):
    rows, inner, columns = len(a), len(b), len(b[0])
    out = [[0] * columns for _ in range(rows)]
    for i in range(rows):
        for j in range(columns):
            total = 0
            for k in range(inner):
                total += a[i][k] * b[k][j]
            out[i][j] = total
    return out


def make(n, seed):
    return [[(i * seed + j * 3) % 17 - 8 for j in range(n)] for i in range(n)]


# --- timed ---
result = product(make(88, 5), make(88, 11))
checksum = sum(sum(row) for row in result)
