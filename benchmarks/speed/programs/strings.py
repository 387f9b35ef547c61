"""Strings: splitting, stripping, replacing, joining, formatting, comparing."""

TEXT = (
    "The quick brown fox jumps over the lazy dog; it was, they say, a very lazy dog indeed. " * 12
)


def clean(word):
    return word.strip(".,;").lower()


def run(rounds):
    seen = set()
    length = 0
    for turn in range(rounds):
        words = [clean(word) for word in TEXT.split()]
        for word in words:
            if word.startswith("t") or word.endswith("y"):
                seen.add(word.title())
            length += len(word.replace("a", "aa"))
            if word[::-1] == word:
                length += word.count("a")
        line = f"{turn:>5}|{len(words):<4}|{'-'.join(words[:6])}"
        length += len(line) + line.find("fox")
    return length, sorted(seen)


# --- timed ---
checksum = run(170)
