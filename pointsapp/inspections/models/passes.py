"""Passes 查阅证: reading one branch for some hours without an account, and the trace of who opened them."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from pointsapp.core.db import Base, instant, maybe_instant, public_id, ref, row_id


class InspectorPass(Base):
    """A code that shows one branch to whoever carries it, read-only; stored only as a hash, ended by time or by hand."""

    __tablename__ = "inspector_pass"
    __table_args__ = (
        CheckConstraint("ends_at > starts_at", name="span"),
        Index("ix_inspector_pass_branch_id_id", "branch_id", "id"),
    )

    id: Mapped[row_id]
    public_id: Mapped[public_id]
    code_hash: Mapped[str] = mapped_column(String(64), unique=True)
    branch_id: Mapped[int] = ref("branch.id", index=False)
    holder: Mapped[str] = mapped_column(String(60))  # for whom: an office or a group
    starts_at: Mapped[instant]
    ends_at: Mapped[instant]
    issued_by_id: Mapped[int] = ref("person.id", index=False)
    issued_at: Mapped[instant]
    revoked_at: Mapped[maybe_instant]
    revoked_by_id: Mapped[int | None] = ref("person.id", index=False, nullable=True)


class PassOpening(Base):
    """Somebody opened a pass. Append-only by trigger. `person_id` is who was signed in, None for a guest.

    One line per reader and half-day: `reader` is the person's key, or a guest's browser by a random name that lives in its cookie;
    `half_day` is the local day and `am` or `pm`. Both are empty in lines of older releases, which kept every opening.
    """

    __tablename__ = "pass_opening"
    __table_args__ = (Index("uq_pass_opening_once", "pass_id", "reader", "half_day", unique=True),)

    id: Mapped[row_id]
    pass_id: Mapped[int] = ref("inspector_pass.id")
    person_id: Mapped[int | None] = ref("person.id", index=False, nullable=True)
    at: Mapped[instant]
    reader: Mapped[str | None] = mapped_column(String(40))
    half_day: Mapped[str | None] = mapped_column(String(12))
