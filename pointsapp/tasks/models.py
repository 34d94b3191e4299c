"""Tasks (what), shifts (when, where, how many), sign-ups and the waiting list."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, CheckConstraint, Float, ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from pointsapp.core.coordinates import CoordinateSystem
from pointsapp.core.db import (
    Base,
    BigId,
    enum_check,
    enum_column,
    facts,
    instant,
    maybe_instant,
    points,
    public_id,
    ref,
    row_id,
)


class TaskState(StrEnum):
    DRAFT = "draft"
    PUBLISHED = "published"
    CLOSED = "closed"
    CANCELLED = "cancelled"


class PointsMode(StrEnum):
    PER_COMPLETION = "per_completion"
    PER_HOUR = "per_hour"


class Audience(StrEnum):
    DISTRICT = "district"
    AREA = "area"


class ShiftState(StrEnum):
    OPEN = "open"
    STOPPED = "stopped"  # rain: earned part kept, nobody a no-show


class SignupState(StrEnum):
    CONFIRMED = "confirmed"
    WAITLISTED = "waitlisted"
    OFFERED = "offered"
    CANCELLED = "cancelled"


class NoShowState(StrEnum):
    """A no-show is a state with an answer, never a silent penalty."""

    NOTED = "noted"  # nobody has said anything yet
    EXCUSE_ASKED = "excuse_asked"  # a reason was given, staff read it
    EXCUSED = "excused"
    COUNTED = "counted"  # the reason was not accepted
    APPEALED = "appealed"  # somebody else looks at it
    UPHELD = "upheld"  # so they did, and it stays
    WITHDRAWN = "withdrawn"  # the person was there after all


class TaskCategory(Base):
    """A category of work; `key` is stable, `name` is Chinese and may be changed by the operator."""

    __tablename__ = "task_category"

    key: Mapped[str] = mapped_column(String(30), primary_key=True)
    name: Mapped[str] = mapped_column(String(30))
    position: Mapped[int]


class Task(Base):
    """What is to be done, for whom, under which conditions: everything a lawful recruiting notice states."""

    __tablename__ = "task"
    __table_args__ = (
        enum_check("state", TaskState),
        enum_check("points_mode", PointsMode),
        enum_check("audience", Audience),
        enum_check("coordinate_system", CoordinateSystem),
        CheckConstraint("points BETWEEN 0 AND 10000", name="points"),
        CheckConstraint("points_mode <> 'per_hour' OR check_out_required", name="per_hour_checks_out"),
        Index("ix_task_state_area", "state", "area_id"),
    )
    transitions = {
        TaskState.DRAFT: frozenset({TaskState.PUBLISHED, TaskState.CANCELLED}),
        TaskState.PUBLISHED: frozenset({TaskState.CLOSED, TaskState.CANCELLED}),
        TaskState.CLOSED: frozenset(),
        TaskState.CANCELLED: frozenset(),
    }

    id: Mapped[row_id]
    public_id: Mapped[public_id]
    title: Mapped[str] = mapped_column(String(80))
    description: Mapped[str] = mapped_column(Text)
    category: Mapped[str] = mapped_column(String(30))  # task_category.key
    area_id: Mapped[int] = ref("area.id")
    place: Mapped[str] = mapped_column(String(120))
    latitude: Mapped[float | None] = mapped_column(Float)  # as they were given, in `coordinate_system`
    longitude: Mapped[float | None] = mapped_column(Float)
    coordinate_system: Mapped[CoordinateSystem] = enum_column(
        CoordinateSystem, default=CoordinateSystem.WGS84, server_default="wgs84"
    )
    checkin_radius_m: Mapped[int | None]
    has_poster: Mapped[bool] = mapped_column(default=False)  # a printed code; always with the range check
    points: Mapped[points]
    points_mode: Mapped[PointsMode] = enum_column(PointsMode)
    check_out_required: Mapped[bool]
    # The recruiting notice (志愿服务条例): publication by the console form refuses when one is missing.
    conditions: Mapped[str | None] = mapped_column(Text)
    risks: Mapped[str | None] = mapped_column(Text)
    safeguards: Mapped[str | None] = mapped_column(Text)
    insurance: Mapped[str | None] = mapped_column(Text)
    what_to_bring: Mapped[str | None] = mapped_column(Text)
    contact: Mapped[str | None] = mapped_column(String(120))
    organiser: Mapped[str | None] = mapped_column(String(80))
    waitlist: Mapped[bool] = mapped_column(default=False)
    signup_opens_at: Mapped[maybe_instant]
    cancel_until_minutes: Mapped[int] = mapped_column(default=0)
    audience: Mapped[Audience] = enum_column(Audience, default=Audience.DISTRICT)
    state: Mapped[TaskState] = enum_column(TaskState, default=TaskState.DRAFT)
    created_by_id: Mapped[int | None] = ref("person.id", nullable=True)
    approval_needed_at: Mapped[
        maybe_instant
    ]  # from when the draft's points stood above the band: a second person looks
    approved_by_id: Mapped[int | None] = ref("person.id", nullable=True, index=False)
    approved_at: Mapped[maybe_instant]
    budget_account: Mapped[str | None] = mapped_column(String(80))  # the ledger account key publication drew on
    rule_version_id: Mapped[int | None] = mapped_column(default=None)  # rewards' rule version in force at publication
    notice_version: Mapped[int] = mapped_column(default=1)  # raised when the notice's text changes
    picture: Mapped[str | None] = mapped_column(String(64))  # the SHA-256 by which the attic keeps it
    picture_words: Mapped[str | None] = mapped_column(String(120))  # what it shows, for who cannot see it
    created_at: Mapped[instant]
    published_at: Mapped[maybe_instant]
    closed_at: Mapped[maybe_instant]
    cancelled_at: Mapped[maybe_instant]
    cancel_reason: Mapped[str | None] = mapped_column(String(300))


class TaskTemplate(Base):
    """A task to be put on again and again. `fields` hold what its form says, `shifts` each one's weekday, hour, length and places."""

    __tablename__ = "task_template"
    __table_args__ = (
        Index(
            "uq_task_template_name",
            "area_id",
            "name",
            unique=True,
            sqlite_where=text("retired_at IS NULL"),
            postgresql_where=text("retired_at IS NULL"),
        ),
    )

    id: Mapped[row_id]
    public_id: Mapped[public_id]
    area_id: Mapped[int] = ref("area.id", index=False)
    name: Mapped[str] = mapped_column(String(40))
    fields: Mapped[facts]
    shifts: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    created_by_id: Mapped[int] = ref("person.id", index=False)
    created_at: Mapped[instant]
    retired_at: Mapped[maybe_instant]


class NoticeText(Base):
    """The recruiting notice as it stood: what a volunteer accepted is kept (志愿服务条例). Never changed."""

    __tablename__ = "notice_text"
    __table_args__ = (Index("uq_notice_text_task_version", "task_id", "version", unique=True),)

    id: Mapped[row_id]
    task_id: Mapped[int] = ref("task.id", index=False)
    version: Mapped[int]
    text: Mapped[str] = mapped_column(Text)
    created_at: Mapped[instant]


class Shift(Base):
    """One time and place of a task. `taken` counts confirmed and offered places and moves only by conditional UPDATE."""

    __tablename__ = "shift"
    __table_args__ = (
        enum_check("state", ShiftState),
        CheckConstraint("capacity BETWEEN 1 AND 10000", name="capacity"),
        CheckConstraint("taken >= 0 AND taken <= capacity", name="taken"),
        CheckConstraint("ends_at > starts_at", name="ends_after_start"),
        Index("ix_shift_starts_at", "starts_at"),
        Index("ix_shift_ends_at", "ends_at"),
    )
    transitions = {ShiftState.OPEN: frozenset({ShiftState.STOPPED}), ShiftState.STOPPED: frozenset()}

    id: Mapped[row_id]
    public_id: Mapped[public_id]
    task_id: Mapped[int] = ref("task.id")
    starts_at: Mapped[instant]
    ends_at: Mapped[instant]
    capacity: Mapped[int]
    taken: Mapped[int] = mapped_column(default=0)
    waiting: Mapped[int] = mapped_column(default=0)  # how many wait; a reading aid, the rows are the truth
    state: Mapped[ShiftState] = enum_column(ShiftState, default=ShiftState.OPEN)
    stopped_at: Mapped[maybe_instant]
    stop_reason: Mapped[str | None] = mapped_column(String(300))
    moved_from_at: Mapped[maybe_instant]  # its start before it was moved, so that everyone can be told
    code_key: Mapped[str] = mapped_column(String(64))  # secret of the venue codes; replacing it ends every code


class ShiftLeader(Base):
    """A resident named to lead a shift."""

    __tablename__ = "shift_leader"

    shift_id: Mapped[int] = mapped_column(BigId, ForeignKey("shift.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(BigId, ForeignKey("person.id"), primary_key=True, index=True)


class Signup(Base):
    """A person's place in a shift, or in its queue. One live row per person and shift."""

    __tablename__ = "signup"
    __table_args__ = (
        enum_check("state", SignupState),
        Index(
            "uq_signup_live",
            "shift_id",
            "person_id",
            unique=True,
            sqlite_where=text("state <> 'cancelled'"),
            postgresql_where=text("state <> 'cancelled'"),
        ),
        Index("ix_signup_person_state", "person_id", "state"),
        Index("ix_signup_queue", "shift_id", "state", "queued_at"),
    )
    transitions = {
        SignupState.CONFIRMED: frozenset({SignupState.CANCELLED}),
        SignupState.WAITLISTED: frozenset({SignupState.CONFIRMED, SignupState.OFFERED, SignupState.CANCELLED}),
        SignupState.OFFERED: frozenset({SignupState.CONFIRMED, SignupState.WAITLISTED, SignupState.CANCELLED}),
        SignupState.CANCELLED: frozenset(),
    }

    id: Mapped[row_id]
    public_id: Mapped[public_id]
    shift_id: Mapped[int] = ref("shift.id", index=False)
    person_id: Mapped[int] = ref("person.id", index=False)
    state: Mapped[SignupState] = enum_column(SignupState)
    created_at: Mapped[instant]
    queued_at: Mapped[instant]  # place in the queue; set again when an expired offer goes to the end
    offer_expires_at: Mapped[maybe_instant]
    cancelled_at: Mapped[maybe_instant]
    cancelled_because: Mapped[str | None] = mapped_column(String(30))  # own, excused, task_cancelled, shift_stopped
    accepted_notice_version: Mapped[int] = mapped_column(default=1)
    is_walk_in: Mapped[bool] = mapped_column(default=False)
    # Check-in tells through `mark_arrived` and `mark_settled`; tasks never looks into its tables.
    arrived_at: Mapped[maybe_instant]  # checked in: from now on the place cannot be cancelled
    settled_at: Mapped[maybe_instant]  # credited, or found to be nothing: no longer keeps the task from closing


class NoShow(Base):
    """Somebody had a place and did not come (爽约), or said so beforehand (请假). One per sign-up; what was said and decided stays."""

    __tablename__ = "no_show"
    __table_args__ = (
        enum_check("state", NoShowState),
        Index("ix_no_show_person_ended", "person_id", "shift_ended_at"),
        Index("ix_no_show_area_state", "area_id", "state"),
    )
    transitions = {
        NoShowState.NOTED: frozenset(
            {NoShowState.EXCUSE_ASKED, NoShowState.EXCUSED, NoShowState.APPEALED, NoShowState.WITHDRAWN}
        ),
        NoShowState.EXCUSE_ASKED: frozenset({NoShowState.EXCUSED, NoShowState.COUNTED, NoShowState.WITHDRAWN}),
        NoShowState.EXCUSED: frozenset({NoShowState.WITHDRAWN}),
        NoShowState.COUNTED: frozenset({NoShowState.APPEALED, NoShowState.WITHDRAWN}),
        NoShowState.APPEALED: frozenset({NoShowState.EXCUSED, NoShowState.UPHELD, NoShowState.WITHDRAWN}),
        NoShowState.UPHELD: frozenset({NoShowState.WITHDRAWN}),
        NoShowState.WITHDRAWN: frozenset(),
    }

    id: Mapped[row_id]
    public_id: Mapped[public_id]
    signup_id: Mapped[int] = ref("signup.id", unique=True, index=False)
    person_id: Mapped[int] = ref("person.id", index=False)
    shift_id: Mapped[int] = ref("shift.id")
    area_id: Mapped[int] = ref("area.id", index=False)
    shift_ended_at: Mapped[instant]  # counts from here
    state: Mapped[NoShowState] = enum_column(NoShowState)
    noted_at: Mapped[instant]
    excuse: Mapped[str | None] = mapped_column(String(300))
    excused_before: Mapped[bool] = mapped_column(
        default=False
    )  # given before the start: the place went to somebody else
    asked_at: Mapped[maybe_instant]
    decided_by_id: Mapped[int | None] = ref("person.id", nullable=True, index=False)  # None: the rule did
    decided_at: Mapped[maybe_instant]
    answer: Mapped[str | None] = mapped_column(String(300))
    appeal: Mapped[str | None] = mapped_column(String(300))
    appealed_at: Mapped[maybe_instant]
    appeal_decided_by_id: Mapped[int | None] = ref("person.id", nullable=True, index=False)
    appeal_decided_at: Mapped[maybe_instant]
    appeal_answer: Mapped[str | None] = mapped_column(String(300))
