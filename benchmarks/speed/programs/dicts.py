"""Dictionaries: counting, grouping, merging and looking up."""

WORDS = [f"{'abcdefghij'[i % 10]}{'klmnop'[i % 6]}{i % 41}" for i in range(9_000)]


def count(words):
    counts = {}
    for word in words:
        counts[word] = counts.get(word, 0) + 1
    return counts


def group(words):
    groups = {}
    for index, word in enumerate(words):
        groups.setdefault(word[0], []).append(index)
    return groups


def run(rounds):
    total = 0
    for _ in range(rounds):
        counts = count(WORDS)
        groups = group(WORDS)
        merged = {**counts, **{key: len(value) for key, value in groups.items()}}
        for key in list(merged):
            if key in counts and merged[key] % 2:
                del merged[key]
        for word in WORDS:
            if word in merged:
                total += merged[word]
        total += sum(value for key, value in sorted(merged.items()))
    return total


# --- timed ---
checksum = run(12)
