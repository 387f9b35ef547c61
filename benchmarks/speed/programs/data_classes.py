"""Dataclasses: made, compared, replaced field by field, sorted, hashed."""

from dataclasses import dataclass, field


@dataclass
class Point:
    x: float
    y: float = 0.0

    def moved(self, dx, dy):
        return Point(self.x + dx, self.y + dy)


@dataclass(frozen=True, order=True)
class Version:
    major: int
    minor: int
    patch: int = 0


@dataclass(slots=True)
class Account:
    owner: str
    balance: int = 0
    history: list = field(default_factory=list)

    def deposit(self, amount):
        self.balance += amount
        self.history.append(amount)


def run(n):
    point = Point(0.0)
    for i in range(n):
        point = point.moved(1.0, 0.5)
        if point == Point(10.0, 5.0):
            point = Point(0.0)
    versions = [Version(i % 7, i % 5, i) for i in range(n // 6)]
    newest = max(versions)
    distinct = len({Version(v.major, v.minor) for v in versions})
    account = Account("ann")
    for i in range(n):
        account.deposit(i % 9)
    return point.x, newest.patch, distinct, account.balance, len(account.history)


# --- timed ---
checksum = run(18_000)
