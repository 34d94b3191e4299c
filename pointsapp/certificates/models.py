"""Certificates with a line for each organiser, what else stands in a record, requests to correct it, and what was reported onward."""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from sqlalchemy import CheckConstraint, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from pointsapp.core.db import Base, enum_check, enum_column, facts, instant, maybe_instant, public_id, ref, row_id


class CertificateState(StrEnum):
    ASKED = "asked"
    ISSUED = "issued"
    SUPERSEDED = "superseded"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"


class Certificate(Base):
    """A person's hours of a span of days. It has a number and an issuer once every organiser has confirmed its line."""

    __tablename__ = "certificate"
    __table_args__ = (
        enum_check("state", CertificateState),
        CheckConstraint("until_on >= from_on", name="span"),
        CheckConstraint("state NOT IN ('issued', 'superseded') OR number IS NOT NULL", name="number"),
        Index("ix_certificate_person_state", "person_id", "state"),
        Index(
            "uq_certificate_asked",
            "person_id",
            unique=True,
            sqlite_where=text("state = 'asked'"),
            postgresql_where=text("state = 'asked'"),
        ),
    )
    transitions = {
        CertificateState.ASKED: frozenset(
            {CertificateState.ISSUED, CertificateState.REJECTED, CertificateState.WITHDRAWN}
        ),
        CertificateState.ISSUED: frozenset({CertificateState.SUPERSEDED}),
        CertificateState.SUPERSEDED: frozenset(),
        CertificateState.REJECTED: frozenset(),
        CertificateState.WITHDRAWN: frozenset(),
    }

    id: Mapped[row_id]
    public_id: Mapped[public_id]
    person_id: Mapped[int] = ref("person.id", index=False)
    state: Mapped[CertificateState] = enum_column(CertificateState, default=CertificateState.ASKED)
    from_on: Mapped[date]
    until_on: Mapped[date]
    asked_at: Mapped[instant]
    due_at: Mapped[instant]
    number: Mapped[str | None] = mapped_column(String(12), unique=True)  # what its QR opens
    holder: Mapped[str] = mapped_column(String(60), default="")  # the name as it was when it was issued
    minutes: Mapped[int] = mapped_column(default=0)
    issuer_area_id: Mapped[int | None] = ref("area.id", nullable=True, index=False)
    issued_at: Mapped[maybe_instant]
    superseded_at: Mapped[maybe_instant]


class LineState(StrEnum):
    WAITING = "waiting"
    CONFIRMED = "confirmed"
    REJECTED = "rejected"


class CertificateLine(Base):
    """What one organiser has on record for the span; somebody of its staff confirms it, or says what is wrong."""

    __tablename__ = "certificate_line"
    __table_args__ = (
        enum_check("state", LineState),
        CheckConstraint("minutes > 0 AND times > 0", name="minutes"),
        Index("uq_certificate_line_area", "certificate_id", "area_id", unique=True),
        Index("ix_certificate_line_waiting", "state", "area_id"),
    )
    transitions = {
        LineState.WAITING: frozenset({LineState.CONFIRMED, LineState.REJECTED}),
        LineState.CONFIRMED: frozenset({LineState.WAITING}),  # corrected before the others had confirmed theirs
        LineState.REJECTED: frozenset(),
    }

    id: Mapped[row_id]
    public_id: Mapped[public_id]
    certificate_id: Mapped[int] = ref("certificate.id", index=False)
    area_id: Mapped[int] = ref("area.id", index=False)
    times: Mapped[int]
    minutes: Mapped[int]
    first_on: Mapped[date]
    last_on: Mapped[date]
    state: Mapped[LineState] = enum_column(LineState, default=LineState.WAITING)
    decided_by_id: Mapped[int | None] = ref("person.id", nullable=True, index=False)
    decided_at: Mapped[maybe_instant]
    reason: Mapped[str | None] = mapped_column(String(200))


class RecordKind(StrEnum):
    TRAINING = "training"
    HONOUR = "honour"
    EVALUATION = "evaluation"


class RecordItem(Base):
    """A training, an honour or an evaluation in somebody's record; taken back, never deleted."""

    __tablename__ = "record_item"
    __table_args__ = (enum_check("kind", RecordKind), Index("ix_record_item_person", "person_id", "happened_on"))

    id: Mapped[row_id]
    public_id: Mapped[public_id]
    person_id: Mapped[int] = ref("person.id", index=False)
    kind: Mapped[RecordKind] = enum_column(RecordKind)
    title: Mapped[str] = mapped_column(String(80))
    words: Mapped[str] = mapped_column(String(300), default="")
    happened_on: Mapped[date]
    area_id: Mapped[int] = ref("area.id", index=False)
    by_id: Mapped[int] = ref("person.id", index=False)
    at: Mapped[instant]
    taken_back_at: Mapped[maybe_instant]
    taken_back_by_id: Mapped[int | None] = ref("person.id", nullable=True, index=False)


class RequestState(StrEnum):
    ASKED = "asked"
    UPHELD = "upheld"
    REJECTED = "rejected"


class RecordRequest(Base):
    """A volunteer says that their record is wrong; the organiser answers by a day, and corrects by two people's correction."""

    __tablename__ = "record_request"
    __table_args__ = (enum_check("state", RequestState), Index("ix_record_request_state", "state", "area_id"))
    transitions = {
        RequestState.ASKED: frozenset({RequestState.UPHELD, RequestState.REJECTED}),
        RequestState.UPHELD: frozenset(),
        RequestState.REJECTED: frozenset(),
    }

    id: Mapped[row_id]
    public_id: Mapped[public_id]
    person_id: Mapped[int] = ref("person.id")
    area_id: Mapped[int] = ref("area.id", index=False)
    signup_id: Mapped[int | None] = ref("signup.id", nullable=True, index=False)
    words: Mapped[str] = mapped_column(String(300))
    state: Mapped[RequestState] = enum_column(RequestState, default=RequestState.ASKED)
    asked_at: Mapped[instant]
    due_at: Mapped[instant]
    answer: Mapped[str | None] = mapped_column(String(300))
    answered_at: Mapped[maybe_instant]
    answered_by_id: Mapped[int | None] = ref("person.id", nullable=True, index=False)


class OnwardReport(Base):
    """Rows taken out for the official volunteer system, once: which columns, by whom, how many."""

    __tablename__ = "onward_report"

    id: Mapped[row_id]
    public_id: Mapped[public_id]
    area_id: Mapped[int] = ref("area.id")
    from_on: Mapped[date]
    until_on: Mapped[date]
    columns: Mapped[facts]  # {"keys": [...]} in their order
    rows: Mapped[int]
    made_at: Mapped[instant]
    made_by_id: Mapped[int] = ref("person.id", index=False)


class ReportedRow(Base):
    """One attendance as it was reported; other minutes later are reported again, as a correction."""

    __tablename__ = "reported_row"
    __table_args__ = (Index("ix_reported_row_attendance", "attendance_id", "id"),)

    id: Mapped[row_id]
    report_id: Mapped[int] = ref("onward_report.id")
    attendance_id: Mapped[int] = ref("attendance.id", index=False)
    minutes: Mapped[int]
