"""Small good deeds, their picture, who looked at them, and the month's pot that their points come from."""

from __future__ import annotations

from enum import StrEnum

from sqlalchemy import BigInteger, CheckConstraint, Index, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from pointsapp.core.db import Base, enum_check, enum_column, instant, maybe_instant, points, public_id, ref, row_id


class DeedKind(StrEnum):
    TIDY = "tidy"
    GREEN = "green"
    NEIGHBOUR = "neighbour"
    ELDER = "elder"
    SAFETY = "safety"
    FOUND = "found"
    MANNERS = "manners"
    OTHER = "other"


class DeedState(StrEnum):
    WAITING = "waiting"
    APPROVED = "approved"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"
    REVOKED = "revoked"


class Deed(Base):
    """A small good deed as its doer tells it. `area_id` is the community that looks at it by `due_at`; `points` what it was given.

    A deed is reviewed once. Somebody else may look again after an appeal: then a refused one is approved, an approved one revoked.
    """

    __tablename__ = "deed"
    __table_args__ = (
        enum_check("kind", DeedKind),
        enum_check("state", DeedState),
        CheckConstraint("points >= 0", name="points"),
        Index("ix_deed_person_id_id", "person_id", "id"),
        Index("ix_deed_area_state", "area_id", "state", "id"),
        Index("ix_deed_state_due", "state", "due_at"),
    )
    transitions = {
        DeedState.WAITING: frozenset({DeedState.APPROVED, DeedState.REJECTED, DeedState.WITHDRAWN}),
        DeedState.REJECTED: frozenset({DeedState.APPROVED}),
        DeedState.APPROVED: frozenset({DeedState.REVOKED}),
        DeedState.WITHDRAWN: frozenset(),
        DeedState.REVOKED: frozenset(),
    }

    id: Mapped[row_id]
    public_id: Mapped[public_id]
    person_id: Mapped[int] = ref("person.id", index=False)
    area_id: Mapped[int] = ref("area.id", index=False)
    kind: Mapped[DeedKind] = enum_column(DeedKind)
    words: Mapped[str] = mapped_column(String(300))
    place: Mapped[str] = mapped_column(String(60), default="")
    state: Mapped[DeedState] = enum_column(DeedState, default=DeedState.WAITING)
    points: Mapped[points] = mapped_column(default=0)
    handed_in_at: Mapped[instant]
    due_at: Mapped[instant]


class DeedPicture(Base):
    """The picture of a deed: the digest of the kept file, of what was handed in, and what it looks like (core/likeness.py).

    The four bands are parts of `likeness`, each with an index, so that pictures nearly alike are found without comparing all.
    """

    __tablename__ = "deed_picture"
    __table_args__ = tuple(Index(f"ix_deed_picture_band_{part}", f"band_{part}") for part in range(4))

    id: Mapped[row_id]
    deed_id: Mapped[int] = ref("deed.id", unique=True, index=False)
    sha256: Mapped[str] = mapped_column(String(64), index=True)
    given_sha256: Mapped[str] = mapped_column(String(64), index=True)
    likeness: Mapped[int | None] = mapped_column(BigInteger)
    band_0: Mapped[int | None] = mapped_column(Integer)
    band_1: Mapped[int | None] = mapped_column(Integer)
    band_2: Mapped[int | None] = mapped_column(Integer)
    band_3: Mapped[int | None] = mapped_column(Integer)


class Decision(StrEnum):
    APPROVED = "approved"
    REJECTED = "rejected"
    REVOKED = "revoked"


class DeedReview(Base):
    """What was decided: `turn` 1 is the review, 2 the second look by somebody else. One of each for ever, whoever is quicker."""

    __tablename__ = "deed_review"
    __table_args__ = (
        enum_check("decision", Decision),
        CheckConstraint("turn IN (1, 2)", name="turn"),
        UniqueConstraint("deed_id", "turn"),
    )

    id: Mapped[row_id]
    deed_id: Mapped[int] = ref("deed.id", index=False)
    turn: Mapped[int] = mapped_column(Integer)
    decision: Mapped[Decision] = enum_column(Decision)
    points: Mapped[points] = mapped_column(default=0)
    reason: Mapped[str] = mapped_column(String(300), default="")
    by_id: Mapped[int] = ref("person.id", index=False)
    at: Mapped[instant]


class DeedPot(Base):
    """A month's pot of one area: filled bit by bit from one budget, its rest returned when the month is over. The ledger holds the sums."""

    __tablename__ = "deed_pot"
    __table_args__ = (
        UniqueConstraint("area_id", "month"),
        CheckConstraint("filled >= 0", name="filled"),
    )

    id: Mapped[row_id]
    area_id: Mapped[int] = ref("area.id", index=False)
    month: Mapped[str] = mapped_column(String(7))  # as 2026-11
    budget_account: Mapped[str] = mapped_column(String(60))
    filled: Mapped[points] = mapped_column(default=0)
    closed_at: Mapped[maybe_instant]
