"""Check-in: every attempt is kept as a Scan; an Attendance is the accepted result with its minutes."""

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
    points,
    public_id,
    ref,
    row_id,
)


class Action(StrEnum):
    CHECK_IN = "check_in"
    CHECK_OUT = "check_out"


class Way(StrEnum):
    """How an attempt came in."""

    VENUE_CODE = "venue_code"  # the resident scanned the rotating code
    TYPED_CODE = "typed_code"
    POSTER = "poster"
    PERSONAL_CODE = "personal_code"  # a leader or staff scanned the resident
    LEADER_LIST = "leader_list"
    WALK_IN = "walk_in"
    SYSTEM = "system"  # cut-off


class AttendanceState(StrEnum):
    PRESENT = "present"  # checked in, not yet credited (a task with check-out)
    PROVISIONAL = "provisional"  # cut off, or ticked after the end: an organiser confirms the minutes
    CREDITED = "credited"
    VOIDED = "voided"  # an organiser did not confirm the provisional minutes; only a correction brings it back


class Attendance(Base):
    """One person's presence at one shift. It claims [from_at, to_at), which never overlaps another claim of the person.

    While somebody is present the claim runs to the shift's end; check-out shortens it to what was served.
    """

    __tablename__ = "attendance"
    __table_args__ = (
        enum_check("state", AttendanceState),
        enum_check("way", Way),
        CheckConstraint("minutes >= 0", name="minutes"),
        CheckConstraint("to_at >= from_at", name="span"),
        Index("ix_attendance_state_to", "state", "to_at"),
        Index("ix_attendance_person_span", "person_id", "from_at", "to_at"),
        Index("ix_attendance_shift", "shift_id"),
    )
    transitions = {
        AttendanceState.PRESENT: frozenset(
            {AttendanceState.CREDITED, AttendanceState.PROVISIONAL, AttendanceState.VOIDED}
        ),
        AttendanceState.PROVISIONAL: frozenset({AttendanceState.CREDITED, AttendanceState.VOIDED}),
        AttendanceState.CREDITED: frozenset(),
        AttendanceState.VOIDED: frozenset({AttendanceState.CREDITED}),  # by a correction two people agree on
    }

    id: Mapped[row_id]
    public_id: Mapped[public_id]
    signup_id: Mapped[int] = ref("signup.id", unique=True, index=False)
    shift_id: Mapped[int] = mention("shift.id")
    person_id: Mapped[int] = mention("person.id")
    state: Mapped[AttendanceState] = enum_column(AttendanceState)
    checked_in_at: Mapped[instant]
    checked_out_at: Mapped[maybe_instant]
    cut_off: Mapped[bool] = mapped_column(default=False)  # check-out was forgotten: closed at the planned end
    from_at: Mapped[instant]
    to_at: Mapped[instant]
    minutes: Mapped[int] = mapped_column(default=0)
    points: Mapped[points] = mapped_column(default=0)
    in_range: Mapped[bool | None]  # never a position: whereabouts are sensitive
    way: Mapped[Way] = enum_column(Way)
    checked_in_by_id: Mapped[int | None] = ref("person.id", nullable=True, index=False)
    decided_by_id: Mapped[int | None] = ref("person.id", nullable=True, index=False)  # confirmed or voided it
    decided_at: Mapped[maybe_instant]
    void_reason: Mapped[str | None] = mapped_column(String(300))
    credited_at: Mapped[maybe_instant]
    # the points entry in the ledger, when points were due
    entry_id: Mapped[int | None] = mapped_column(BigId, default=None)


class Scan(Base):
    """One attempt, accepted or refused with its reason. Append-only by trigger."""

    __tablename__ = "scan"
    __table_args__ = (
        enum_check("way", Way),
        enum_check("action", Action),
        Index("ix_scan_shift_at", "shift_id", "at"),
        # What a person tried in vain; what was accepted is found through their attendances.
        Index(
            "ix_scan_refused_person",
            "person_id",
            "at",
            sqlite_where=text("is_accepted IS FALSE"),
            postgresql_where=text("is_accepted IS FALSE"),
        ),
    )

    id: Mapped[row_id]
    at: Mapped[instant]
    person_id: Mapped[int | None] = mention("person.id", nullable=True)
    shift_id: Mapped[int | None] = mention("shift.id", nullable=True)
    attendance_id: Mapped[int | None] = mention("attendance.id", nullable=True)
    action: Mapped[Action | None] = enum_column(Action)
    way: Mapped[Way] = enum_column(Way)
    by_id: Mapped[int | None] = mention("person.id", nullable=True)
    is_accepted: Mapped[bool]
    is_repeat: Mapped[bool] = mapped_column(default=False)
    reason: Mapped[str | None] = mapped_column(String(40))  # the refusal's code
    # A sealed arrival is good for one accepted scan, even if the browser's cookie was copied.
    seal: Mapped[str | None] = mapped_column(String(24), unique=True)


class OfflineTick(Base):
    """One tick made on a list without a connection, and what became of it when it came in: never guessed, never lost."""

    __tablename__ = "offline_tick"
    __table_args__ = (
        enum_check("action", Action),
        Index("uq_offline_tick_key", "by_id", "key", unique=True),
        Index("ix_offline_tick_shift", "shift_id", "id"),
    )

    id: Mapped[row_id]
    shift_id: Mapped[int] = ref("shift.id", index=False)
    person_id: Mapped[int | None] = ref("person.id", nullable=True, index=False)  # None: nobody we know
    by_id: Mapped[int] = ref("person.id", index=False)
    key: Mapped[str] = mapped_column(String(36))  # drawn by the device: the same tick sent twice is one
    action: Mapped[Action] = enum_column(Action)
    captured_at: Mapped[instant]  # by the device's clock, at the latest when it came in
    received_at: Mapped[instant]
    is_accepted: Mapped[bool]
    is_repeat: Mapped[bool] = mapped_column(default=False)
    is_provisional: Mapped[bool] = mapped_column(default=False)
    points: Mapped[points] = mapped_column(default=0)
    reason: Mapped[str | None] = mapped_column(String(40))  # the refusal's code
    facts: Mapped[facts]  # of the refusal, for its sentence


class CorrectionState(StrEnum):
    PENDING = "pending"
    APPROVED = "approved"
    REJECTED = "rejected"


class Correction(Base):
    """A change of minutes asked for by one organiser and approved by another; both books move by new entries."""

    __tablename__ = "correction"
    __table_args__ = (
        enum_check("state", CorrectionState),
        CheckConstraint("minutes >= 0", name="minutes"),
        Index(
            "uq_correction_pending",
            "signup_id",
            unique=True,
            sqlite_where=text("state = 'pending'"),
            postgresql_where=text("state = 'pending'"),
        ),
        Index("ix_correction_state", "state"),
    )
    transitions = {
        CorrectionState.PENDING: frozenset({CorrectionState.APPROVED, CorrectionState.REJECTED}),
        CorrectionState.APPROVED: frozenset(),
        CorrectionState.REJECTED: frozenset(),
    }

    id: Mapped[row_id]
    public_id: Mapped[public_id]
    signup_id: Mapped[int] = ref("signup.id")
    minutes: Mapped[int]
    minutes_before: Mapped[int]
    reason: Mapped[str] = mapped_column(String(300))
    state: Mapped[CorrectionState] = enum_column(CorrectionState, default=CorrectionState.PENDING)
    asked_by_id: Mapped[int] = ref("person.id", index=False)
    decided_by_id: Mapped[int | None] = ref("person.id", nullable=True, index=False)
    created_at: Mapped[instant]
    decided_at: Mapped[maybe_instant]
    points_before: Mapped[int | None]  # both written at approval
    points: Mapped[int | None]
    decline_reason: Mapped[str | None] = mapped_column(String(300))


class ShiftClosing(Base):
    """Somebody went through a shift after it and left nothing open. What comes in later makes another round; none is changed."""

    __tablename__ = "shift_closing"
    __table_args__ = (Index("uq_shift_closing_round", "shift_id", "round", unique=True),)

    id: Mapped[row_id]
    shift_id: Mapped[int] = ref("shift.id", index=False)
    round: Mapped[int]  # 1 the first time
    closed_at: Mapped[instant]
    closed_by_id: Mapped[int] = ref("person.id", index=False)
    facts: Mapped[facts]  # how it stood then: came, minutes, points, voided, missed, excused, corrected
