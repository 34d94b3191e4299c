"""Branches and who belongs to them, scheme versions, rounds, evidence and assessments.

Nothing here is overwritten: a changed rule is a new version, a changed score a new assessment, a corrected attendance a new
piece of evidence. So the standings as they stood at any moment can be computed again.
"""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    CheckConstraint,
    Date,
    ForeignKey,
    Index,
    String,
    false,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from pointsapp.core.codes import new_secret
from pointsapp.core.db import (
    Base,
    BigId,
    enum_check,
    enum_column,
    facts,
    instant,
    maybe_instant,
    public_id,
    ref,
    row_id,
)


class BranchKind(StrEnum):
    COMMITTEE = "committee"
    GENERAL_BRANCH = "general_branch"
    BRANCH = "branch"
    GROUP = "group"


class Branch(Base):
    """A node of the party organisation, tied to an area: what happens there and below is its evidence."""

    __tablename__ = "branch"
    __table_args__ = (enum_check("kind", BranchKind),)

    id: Mapped[row_id]
    public_id: Mapped[public_id]
    code: Mapped[str] = mapped_column(String(40), unique=True)
    name: Mapped[str] = mapped_column(String(60))
    kind: Mapped[BranchKind] = enum_column(BranchKind)
    parent_id: Mapped[int | None] = ref("branch.id", nullable=True)
    area_id: Mapped[int] = ref("area.id")
    created_at: Mapped[instant]


class Membership(Base):
    """A person's membership of a branch. Sensitive: only the branch's secretary and the street office above read it.

    `starts_at` is None for a member imported from a list without dates: a member since before our records. `is_reporting` (双报到):
    the membership stands elsewhere, the person only reports here. Who is open in several branches is counted by one of them
    (queries/metrics.py, `counts_here`).
    """

    __tablename__ = "membership"
    __table_args__ = (
        CheckConstraint("ended_at IS NULL OR starts_at IS NULL OR ended_at >= starts_at", name="span"),
        Index(
            "uq_membership_open",
            "person_id",
            "branch_id",
            unique=True,
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
        Index("ix_membership_person_branch", "person_id", "branch_id"),
    )

    id: Mapped[row_id]
    person_id: Mapped[int] = ref("person.id", index=False)
    branch_id: Mapped[int] = ref("branch.id")
    is_reporting: Mapped[bool] = mapped_column(default=False, server_default=false())
    starts_at: Mapped[maybe_instant]
    ended_at: Mapped[maybe_instant]
    recorded_at: Mapped[instant]


class AreaHeadcount(Base):
    """The official number of people living in an area, with source and date: what per-head figures divide by.

    Never the number of registered accounts: nobody is forced to install (国办函〔2026〕12号).
    """

    __tablename__ = "area_headcount"
    __table_args__ = (
        CheckConstraint("people > 0", name="people"),
        Index("uq_area_headcount_area_counted", "area_id", "counted_on", unique=True),
    )

    id: Mapped[row_id]
    area_id: Mapped[int] = ref("area.id", index=False)
    people: Mapped[int]
    counted_on: Mapped[date] = mapped_column(Date)
    source: Mapped[str] = mapped_column(String(120))
    recorded_at: Mapped[instant]


class SchemeVersion(Base):
    """One version of a scheme, as imported. `definition` is the checked document; append-only by trigger.

    In force from `starts_on`, a quarter's first day, until a later version begins; a version that `replaces` another, which had not
    begun, stands in its place. So two are never in force at once: no two begin on one day, no two replace the same.
    """

    __tablename__ = "scheme_version"
    __table_args__ = (
        Index("uq_scheme_version_code_version", "code", "version", unique=True),
        Index(
            "uq_scheme_version_in_force",
            "code",
            "starts_on",
            unique=True,
            sqlite_where=text("replaces IS NULL"),
            postgresql_where=text("replaces IS NULL"),
        ),
        Index("uq_scheme_version_code_replaces", "code", "replaces", unique=True),
    )

    id: Mapped[row_id]
    public_id: Mapped[public_id]
    code: Mapped[str] = mapped_column(String(40))
    version: Mapped[int]
    name: Mapped[str] = mapped_column(String(60))
    digest: Mapped[str] = mapped_column(String(64))  # SHA-256 of the definition: the same file twice changes nothing
    definition: Mapped[dict[str, Any]] = mapped_column(JSON)
    imported_at: Mapped[instant]
    starts_on: Mapped[date] = mapped_column(Date)
    replaces: Mapped[int | None]


class RoundState(StrEnum):
    OPEN = "open"
    PUBLISHED = "published"  # 公示中: the standings hang out, objections are answered
    CLOSED = "closed"  # 已定格: read from its stored edition, never counted again


class Round(Base):
    """One quarter under one scheme version. What it counts: work done in it, received by `cut_off_at`, on record at `published_at`.

    `admitted` are rows of evidence that came later and count all the same, by an objection that was upheld.
    """

    __tablename__ = "star_round"
    __table_args__ = (
        enum_check("state", RoundState),
        CheckConstraint("ends_on >= starts_on", name="span"),
        Index("uq_star_round_scheme_starts", "scheme_code", "starts_on", unique=True),
    )
    transitions = {
        RoundState.OPEN: frozenset({RoundState.PUBLISHED}),
        RoundState.PUBLISHED: frozenset({RoundState.CLOSED}),
        RoundState.CLOSED: frozenset(),
    }

    id: Mapped[row_id]
    public_id: Mapped[public_id]
    scheme_code: Mapped[str] = mapped_column(String(40))
    scheme_version_id: Mapped[int] = ref("scheme_version.id", index=False)
    starts_on: Mapped[date] = mapped_column(Date)
    ends_on: Mapped[date] = mapped_column(Date)
    state: Mapped[RoundState] = enum_column(RoundState, default=RoundState.OPEN)
    opened_at: Mapped[instant]
    cut_off_at: Mapped[instant]
    published_at: Mapped[maybe_instant]
    objections_until: Mapped[maybe_instant]
    closed_at: Mapped[maybe_instant]
    # Salts the digests of the docket's lines: a digest everybody reads must not let anybody try out which rows it is of.
    docket_key: Mapped[str] = mapped_column(String(64), default=new_secret, server_default="")
    admitted: Mapped[list[int] | None] = mapped_column(JSON(none_as_null=True))


class RoundBranch(Base):
    """A branch that takes part in a round, and the stars it aims for (None: all of them)."""

    __tablename__ = "round_branch"

    round_id: Mapped[int] = mapped_column(BigId, ForeignKey("star_round.id"), primary_key=True)
    branch_id: Mapped[int] = mapped_column(BigId, ForeignKey("branch.id"), primary_key=True, index=True)
    aims: Mapped[list[str] | None] = mapped_column(JSON(none_as_null=True))


# The beginning finds the newest rows, the whole of it says all that is counted.
_COVERED = ("area_id", "metric", "occurred_at", "id", "person_id", "recorded_at", "received_at", "quantity")


class Evidence(Base):
    """A quantity that an event gave: kept once per event and metric, never changed; a correction is a row of its own.

    `occurred_at` says when the work was done (which quarter it belongs to), `recorded_at` when it was put on record, `received_at`
    when the platform had received what was only confirmed then (None: at the same moment).
    """

    __tablename__ = "evidence"
    __table_args__ = (
        Index("uq_evidence_event_metric", "event_id", "metric", unique=True),
        # Standings are counted from this index alone, and the newest rows behind a figure are the end of a stretch of it. One, not
        # two: beside a narrower one PostgreSQL counts by way of the table.
        Index("ix_evidence_covered", *_COVERED),
    )

    id: Mapped[row_id]
    public_id: Mapped[public_id]
    event_id: Mapped[int] = ref("event.id", index=False)
    metric: Mapped[str] = mapped_column(String(40))
    area_id: Mapped[int] = ref("area.id", index=False)
    person_id: Mapped[int | None] = ref("person.id", nullable=True)
    quantity: Mapped[int] = mapped_column(BigInteger)
    occurred_at: Mapped[instant]
    recorded_at: Mapped[instant]
    received_at: Mapped[maybe_instant]


class StaleArea(Base):
    """An area where something happened that the counts of the branches there and above do not hold yet; None: anywhere.

    Noted by the database itself, in the transaction that brings evidence, members, a branch or a place (triggers of the migration).
    `evidence_id`: exactly this piece is missing there; None: whatever may be.
    """

    __tablename__ = "stale_area"

    id: Mapped[row_id]
    area_id: Mapped[int | None] = mapped_column(BigId)
    evidence_id: Mapped[int | None] = mapped_column(BigId)


class BranchTally(Base):
    """What a branch brought together in a round, counted once instead of by every reader. Derived: the evidence makes it again."""

    __tablename__ = "branch_tally"
    __table_args__ = (
        Index(
            "ix_branch_tally_stale",
            "counted_at",
            sqlite_where=text("is_stale"),
            postgresql_where=text("is_stale"),
        ),
    )

    round_id: Mapped[int] = mapped_column(BigId, ForeignKey("star_round.id"), primary_key=True)
    branch_id: Mapped[int] = mapped_column(BigId, ForeignKey("branch.id"), primary_key=True, index=True)
    is_stale: Mapped[bool]
    counted_at: Mapped[instant]
    figures: Mapped[facts]  # sums, people and members by evidence; party_members
    # How many rows of each evidence are behind the figures; None until the branch was counted since this is kept.
    row_counts: Mapped[dict[str, int] | None] = mapped_column(JSON(none_as_null=True))


class Assessment(Base):
    """A score given by hand, with its reason; the newest counts, the older ones stay. Append-only by trigger."""

    __tablename__ = "assessment"
    __table_args__ = (
        CheckConstraint("score_hundredths >= 0", name="score"),
        Index("ix_assessment_round_branch_indicator", "round_id", "branch_id", "indicator"),
    )

    id: Mapped[row_id]
    public_id: Mapped[public_id]
    round_id: Mapped[int] = ref("star_round.id", index=False)
    branch_id: Mapped[int] = ref("branch.id")
    indicator: Mapped[str] = mapped_column(String(40))
    score_hundredths: Mapped[int]
    reason: Mapped[str] = mapped_column(String(300))
    by_id: Mapped[int] = ref("person.id", index=False)
    at: Mapped[instant]
    origin: Mapped[str | None] = mapped_column(String(40))  # what it follows from, e.g. "panel:<its public id>"


class StandingSnapshot(Base):
    """Where a branch stood on a day: what "movement since last week" compares with."""

    __tablename__ = "standing_snapshot"

    round_id: Mapped[int] = mapped_column(BigId, ForeignKey("star_round.id"), primary_key=True)
    branch_id: Mapped[int] = mapped_column(BigId, ForeignKey("branch.id"), primary_key=True, index=True)
    taken_on: Mapped[date] = mapped_column(Date, primary_key=True)
    rank: Mapped[int]
    total_hundredths: Mapped[int]
    lit_stars: Mapped[int]
