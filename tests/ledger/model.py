"""A plain-Python bank without a database: what the real one must agree with."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

Part = tuple[datetime, int]


@dataclass
class ModelHold:
    amount: int
    parts: list[Part]
    state: str = "open"
    is_reopened: bool = False


@dataclass
class ModelPerson:
    """One person's purse: lots that expire, the rest that never does, holds, what is owed, minutes."""

    lots: list[list] = field(default_factory=list)  # [expires_at, left], in the order they came
    forever: int = 0
    held: int = 0
    owed: list[int] = field(default_factory=list)
    minutes: int = 0
    book: list[int] = field(default_factory=list)

    @property
    def available(self) -> int:
        return self.forever + sum(left for _expiry, left in self.lots)

    def add(self, amount: int, expires_at: datetime | None) -> None:
        if expires_at is None:
            self.forever += amount
        else:
            self.lots.append([expires_at, amount])

    def take(self, amount: int) -> list[Part]:
        """Take the soonest-expiring first; return what had an expiry."""
        assert amount <= self.available
        parts: list[Part] = []
        for lot in sorted(self.lots, key=lambda lot: lot[0]):  # stable: equal days in the order they came
            part = min(lot[1], amount)
            if part:
                lot[1] -= part
                amount -= part
                parts.append((lot[0], part))
        self.forever -= amount
        return parts

    def earn(self, points: int, minutes: int, expires_at: datetime | None) -> int:
        """Return how much of it was set off against what is owed."""
        self.add(points, expires_at)
        self.minutes += minutes
        self.book.append(points)
        left = total = min(sum(self.owed), points // 2)
        for index, owed in enumerate(self.owed):
            part = min(owed, left)
            if part:
                self.owed[index] -= part
                self.take(part)
                self.book.append(-part)
                left -= part
        return total

    def hold(self, amount: int) -> ModelHold:
        self.held += amount
        self.book.append(-amount)
        return ModelHold(amount, self.take(amount))

    def give_back(self, hold: ModelHold, now: datetime, state: str) -> None:
        hold.state = state
        self.held -= hold.amount
        self.book.append(hold.amount)
        for expires_at, part in hold.parts:
            self.add(part, max(expires_at, now + timedelta(days=30)))
        self.forever += hold.amount - sum(part for _expiry, part in hold.parts)

    def lapse(self, now: datetime) -> int:
        due = sorted((lot for lot in self.lots if lot[0] <= now and lot[1]), key=lambda lot: lot[0])
        self.book += [-left for _expiry, left in due]
        lapsed = sum(left for _expiry, left in due)
        for lot in due:
            lot[1] = 0
        return lapsed
