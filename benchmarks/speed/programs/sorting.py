"""Sorting with keys made of lambdas, methods and tuples; minima, maxima and ranks."""

PEOPLE = [
    {"name": f"p{(i * 7919) % 3001:04d}", "age": (i * 31) % 90, "score": ((i * 17) % 1000) / 10}
    for i in range(3_000)
]


class Person:
    def __init__(self, row):
        self.name = row["name"]
        self.age = row["age"]

    def __lt__(self, other):
        return (self.age, self.name) < (other.age, other.name)


def by_score(row):
    return row["score"]


def run(rounds):
    total = 0
    for _ in range(rounds):
        rows = sorted(PEOPLE, key=lambda row: (row["age"], row["name"]))
        total += rows[17]["age"]
        rows.sort(key=by_score, reverse=True)
        total += int(rows[0]["score"])
        rows.sort(key=lambda row: -row["age"])
        total += max(PEOPLE, key=lambda row: row["score"] * row["age"])["age"]
        people = sorted(Person(row) for row in PEOPLE[:700])
        total += people[0].age + len(people[-1].name)
    return total


# --- timed ---
checksum = run(7)
