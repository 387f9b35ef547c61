"""Comprehensions of all kinds, nested and filtered, as data code is full of them."""

ROWS = [{"id": i, "price": (i * 37) % 101, "tags": ["a", "b", "c"][: i % 4]} for i in range(1_500)]


def run(rounds):
    total = 0
    for _ in range(rounds):
        cheap = [row for row in ROWS if row["price"] < 50]
        names = {row["id"]: row["price"] * 2 for row in cheap if row["id"] % 2}
        tags = {tag + str(row["id"] % 5) for row in ROWS for tag in row["tags"]}
        grid = [[x * y for x in range(12)] for y in range(12)]
        flat = [value for line in grid for value in line if value % 3]
        total += sum(value for value in names.values()) + len(tags) + sum(flat)
        total += max(row["price"] - row["id"] for row in cheap)
    return total


# --- timed ---
checksum = run(40)
