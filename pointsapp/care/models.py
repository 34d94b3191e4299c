"""Who may act for whom and what they did, and who asked to belong to another community."""

from __future__ import annotations

from enum import StrEnum

from sqlalchemy import CheckConstraint, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from pointsapp.core.db import Base, enum_check, enum_column, instant, maybe_instant, public_id, ref, row_id


class MandateState(StrEnum):
    OFFERED = "offered"
    OPEN = "open"
    ENDED = "ended"


class Consent(StrEnum):
    """How the person said that somebody may act for them."""

    OWN = "own"  # in their own account
    SPOKEN = "spoken"  # at the desk, before staff
    WRITTEN = "written"  # on paper, which staff keep


class Mandate(Base):
    """`helper_id` may act for `person_id` (代办授权) from `starts_at` to `ends_at`, unless it is ended before. Ended, never deleted."""

    __tablename__ = "mandate"
    __table_args__ = (
        enum_check("state", MandateState),
        enum_check("consent", Consent),
        CheckConstraint("person_id <> helper_id", name="two_people"),
        Index(
            "uq_mandate_live",
            "person_id",
            "helper_id",
            unique=True,
            sqlite_where=text("state <> 'ended'"),
            postgresql_where=text("state <> 'ended'"),
        ),
    )
    transitions = {
        MandateState.OFFERED: frozenset({MandateState.OPEN, MandateState.ENDED}),
        MandateState.OPEN: frozenset({MandateState.ENDED}),
        MandateState.ENDED: frozenset(),
    }

    id: Mapped[row_id]
    public_id: Mapped[public_id]
    person_id: Mapped[int] = ref("person.id")
    helper_id: Mapped[int] = ref("person.id")
    state: Mapped[MandateState] = enum_column(MandateState)
    consent: Mapped[Consent] = enum_column(Consent)
    note: Mapped[str] = mapped_column(String(200), default="")  # what staff wrote down about the consent
    may_spend: Mapped[bool]  # also turn points into vouchers
    is_desk: Mapped[bool] = mapped_column(default=False)  # staff, for this one visit
    recorded_by_id: Mapped[int] = ref("person.id", index=False)
    asked_at: Mapped[instant]
    starts_at: Mapped[maybe_instant]
    ends_at: Mapped[instant]
    ended_at: Mapped[maybe_instant]
    ended_by_id: Mapped[int | None] = ref("person.id", nullable=True, index=False)


class Act(StrEnum):
    OPENED = "opened"
    SIGNED_UP = "signed_up"
    CANCELLED = "cancelled"
    TOOK_VOUCHER = "took_voucher"
    GAVE_BACK = "gave_back"
    PRINTED_VOUCHER = "printed_voucher"
    PRINTED_STATEMENT = "printed_statement"
    PRINTED_CARD = "printed_card"


class HelpAct(Base):
    """One thing a helper did for a person (代办记录); both may read it, and it is never changed."""

    __tablename__ = "help_act"
    __table_args__ = (enum_check("act", Act), Index("ix_help_act_person", "person_id", "id"))

    id: Mapped[row_id]
    mandate_id: Mapped[int] = ref("mandate.id")
    person_id: Mapped[int] = ref("person.id", index=False)
    helper_id: Mapped[int] = ref("person.id", index=False)
    at: Mapped[instant]
    act: Mapped[Act] = enum_column(Act)
    title: Mapped[str] = mapped_column(String(120), default="")  # of the task or the offer
    subject: Mapped[str] = mapped_column(String(60), default="")


class MoveState(StrEnum):
    ASKED = "asked"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"


class AreaMove(Base):
    """A person asks to belong to another community (转社区); that community answers."""

    __tablename__ = "area_move"
    __table_args__ = (
        enum_check("state", MoveState),
        Index(
            "uq_area_move_asked",
            "person_id",
            unique=True,
            sqlite_where=text("state = 'asked'"),
            postgresql_where=text("state = 'asked'"),
        ),
        Index("ix_area_move_state", "state", "to_area_id"),
    )
    transitions = {
        MoveState.ASKED: frozenset({MoveState.ACCEPTED, MoveState.REJECTED, MoveState.WITHDRAWN}),
        MoveState.ACCEPTED: frozenset(),
        MoveState.REJECTED: frozenset(),
        MoveState.WITHDRAWN: frozenset(),
    }

    id: Mapped[row_id]
    public_id: Mapped[public_id]
    person_id: Mapped[int] = ref("person.id")
    from_area_id: Mapped[int | None] = ref("area.id", nullable=True, index=False)
    to_area_id: Mapped[int] = ref("area.id", index=False)
    state: Mapped[MoveState] = enum_column(MoveState, default=MoveState.ASKED)
    words: Mapped[str] = mapped_column(String(200), default="")  # what the person wrote
    asked_at: Mapped[instant]
    due_at: Mapped[instant]
    decided_at: Mapped[maybe_instant]
    decided_by_id: Mapped[int | None] = ref("person.id", nullable=True, index=False)
    reason: Mapped[str | None] = mapped_column(String(200))  # why not
