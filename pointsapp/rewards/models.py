"""Point rules and their versions, and the grants that fill budgets. All append-only: what was in force can always be shown."""

from __future__ import annotations

from sqlalchemy import BigInteger, CheckConstraint, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from pointsapp.core.db import Base, instant, points, public_id, ref, row_id

_NUMBERS = (
    "band_per_completion",
    "band_per_hour",
    "cap_activity",
    "cap_day",
    "cap_week",
    "cap_month",
    "expires_after_months",
)


class PointRule(Base):
    """The rule of one category of work; `*` is the general one, which binds whatever has none of its own."""

    __tablename__ = "point_rule"

    id: Mapped[row_id]
    category: Mapped[str] = mapped_column(String(30), unique=True)


class RuleVersion(Base):
    """One wording of a rule, in force from `starts_at` until the next. NULL is no bound.

    Bands: most points a task may promise before a second person must approve. Caps: most points one attendance, and one
    person per local day, week and month, can earn in this category (of the general rule: in all categories together).
    """

    __tablename__ = "rule_version"
    __table_args__ = (
        UniqueConstraint("rule_id", "number"),
        *(CheckConstraint(f"{name} IS NULL OR {name} >= 0", name=name) for name in _NUMBERS[:-1]),
        CheckConstraint("expires_after_months IS NULL OR expires_after_months > 0", name="expires_after_months"),
    )

    id: Mapped[row_id]
    public_id: Mapped[public_id]
    rule_id: Mapped[int] = ref("point_rule.id", index=False)
    number: Mapped[int]
    starts_at: Mapped[instant]
    band_per_completion: Mapped[int | None]
    band_per_hour: Mapped[int | None]
    cap_activity: Mapped[int | None]
    cap_day: Mapped[int | None]
    cap_week: Mapped[int | None]
    cap_month: Mapped[int | None]
    expires_after_months: Mapped[int | None]  # the general rule only
    reason: Mapped[str] = mapped_column(String(300), default="")
    set_by_id: Mapped[int | None] = ref("person.id", nullable=True, index=False)
    created_at: Mapped[instant]


class BudgetGrant(Base):
    """Points issued into an area's budget, by whom and why. Append-only."""

    __tablename__ = "budget_grant"
    __table_args__ = (CheckConstraint("points > 0", name="points"),)

    id: Mapped[row_id]
    public_id: Mapped[public_id]
    area_id: Mapped[int] = ref("area.id")
    points: Mapped[points]
    memo: Mapped[str] = mapped_column(String(120))
    granted_by_id: Mapped[int | None] = ref("person.id", nullable=True, index=False)
    entry_id: Mapped[int] = ref("entry.id", unique=True, index=False)
    balance_after: Mapped[int] = mapped_column(BigInteger)
    created_at: Mapped[instant]
