"""A 40-line action as agents write them, to measure what compiling one costs."""

ACTION = """\
def normalise(row):
    name = row["name"].strip().title()
    amount = row.get("amount")
    if amount is None:
        return None
    return {"name": name, "amount": float(amount), "month": row["date"][:7]}

rows = [normalise(row) for row in orders]
rows = [row for row in rows if row is not None]
totals = {}
for row in rows:
    key = (row["month"], row["name"])
    totals[key] = totals.get(key, 0.0) + row["amount"]

def top(month, count=3):
    found = [(name, value) for (m, name), value in totals.items() if m == month]
    found.sort(key=lambda pair: -pair[1])
    return found[:count]
months = sorted({month for month, name in totals})
report = []
for month in months:
    best = top(month)
    if not best:
        continue
    line = f"{month}: " + ", ".join(f"{name} {value:.2f}" for name, value in best)
    report.append(line)
    print(line)

try:
    average = sum(value for value in totals.values()) / len(totals)
except ZeroDivisionError:
    average = 0.0
growth = []
for before, after in zip(months, months[1:]):
    a = sum(value for (m, name), value in totals.items() if m == before)
    b = sum(value for (m, name), value in totals.items() if m == after)
    growth.append((after, (b - a) / a if a else None))
largest = max(growth, key=lambda pair: pair[1] or 0.0) if growth else None
summary = {"months": len(months), "average": round(average, 2), "largest": largest}
summary
"""
