"""Anomalies, the rows they point at, what was decided, and how far the looking has come."""

from __future__ import annotations

from enum import StrEnum

from sqlalchemy import CheckConstraint, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from pointsapp.core.db import (
    Base,
    BigId,
    enum_check,
    enum_column,
    facts,
    instant,
    maybe_instant,
    mention,
    public_id,
    ref,
    row_id,
)


class AnomalyState(StrEnum):
    OPEN = "open"
    HARMLESS = "harmless"
    NEEDS_CORRECTION = "needs_correction"
    CLOSED = "closed"  # put right: by whom and how stands in the step


class Anomaly(Base):
    """One case of one rule. While it is open, further rows join it; what is decided stays decided, and new rows make a new case."""

    __tablename__ = "anomaly"
    __table_args__ = (
        enum_check("state", AnomalyState),
        CheckConstraint("rows >= 1", name="rows"),
        Index(
            "uq_anomaly_open",
            "rule",
            "key",
            unique=True,
            sqlite_where=text("state = 'open'"),
            postgresql_where=text("state = 'open'"),
        ),
        Index("ix_anomaly_state", "state", "id"),
        Index("ix_anomaly_area", "area_id", "id"),
    )
    transitions = {
        AnomalyState.OPEN: frozenset({AnomalyState.HARMLESS, AnomalyState.NEEDS_CORRECTION}),
        AnomalyState.HARMLESS: frozenset({AnomalyState.OPEN}),
        AnomalyState.NEEDS_CORRECTION: frozenset({AnomalyState.CLOSED, AnomalyState.OPEN}),
        AnomalyState.CLOSED: frozenset(),
    }

    id: Mapped[row_id]
    public_id: Mapped[public_id]
    rule: Mapped[str] = mapped_column(String(40))
    key: Mapped[str] = mapped_column(String(80))
    area_id: Mapped[int | None] = ref("area.id", nullable=True, index=False)
    person_id: Mapped[int | None] = ref("person.id", nullable=True, index=False)
    by_id: Mapped[int | None] = ref("person.id", nullable=True, index=False)
    merchant_id: Mapped[int | None] = ref("merchant.id", nullable=True, index=False)
    limits: Mapped[facts]  # the thresholds it was found by, so that the stated rule can be read years later
    state: Mapped[AnomalyState] = enum_column(AnomalyState, default=AnomalyState.OPEN)
    rows: Mapped[int]
    first_at: Mapped[instant]
    last_at: Mapped[instant]
    found_at: Mapped[instant]


class AnomalyEvidence(Base):
    """One row behind an anomaly, as it was when it was found. A row is evidence for one rule once. Append-only by trigger."""

    __tablename__ = "anomaly_evidence"
    __table_args__ = (
        Index("uq_anomaly_evidence_row", "rule", "kind", "row_id", unique=True),
        Index("ix_anomaly_evidence_anomaly", "anomaly_id", "at", "id"),
    )

    id: Mapped[row_id]
    anomaly_id: Mapped[int] = ref("anomaly.id", index=False)
    rule: Mapped[str] = mapped_column(String(40))
    kind: Mapped[str] = mapped_column(String(30))
    row_id: Mapped[int] = mapped_column(BigId)
    at: Mapped[instant]
    person_id: Mapped[int | None] = mention("person.id", nullable=True)
    by_id: Mapped[int | None] = mention("person.id", nullable=True)
    facts: Mapped[facts]


class AnomalyStep(Base):
    """What became of an anomaly: to which state, by whom, why. Append-only by trigger."""

    __tablename__ = "anomaly_step"
    __table_args__ = (enum_check("state", AnomalyState), Index("ix_anomaly_step_anomaly", "anomaly_id", "id"))
    # A step does not move: it says where its anomaly moved.
    transitions = Anomaly.transitions

    id: Mapped[row_id]
    anomaly_id: Mapped[int] = ref("anomaly.id", index=False)
    state: Mapped[AnomalyState] = enum_column(AnomalyState)
    reason: Mapped[str] = mapped_column(String(300))
    by_id: Mapped[int | None] = ref("person.id", nullable=True, index=False)
    at: Mapped[instant]


class WatchMark(Base):
    """How far the events were looked at. One row, `name` "events"."""

    __tablename__ = "watch_mark"

    name: Mapped[str] = mapped_column(String(20), primary_key=True)
    event_id: Mapped[int] = mapped_column(BigId)
    at: Mapped[maybe_instant]
