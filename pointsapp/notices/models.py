"""Notices: one row per event a person is told, in their own book; what was said is kept as it was said."""

from __future__ import annotations

from sqlalchemy import Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from pointsapp.core.db import Base, facts, instant, maybe_instant, public_id, ref, row_id


class Notice(Base):
    """What one person is told about one event. `facts` hold what its sentence needs, as it stood when it was heard."""

    __tablename__ = "notice"
    __table_args__ = (
        Index("uq_notice_event_person", "event_id", "person_id", unique=True),
        Index("ix_notice_person", "person_id", "id"),
        Index(
            "ix_notice_unread",
            "person_id",
            sqlite_where=text("read_at IS NULL"),
            postgresql_where=text("read_at IS NULL"),
        ),
    )

    id: Mapped[row_id]
    public_id: Mapped[public_id]
    person_id: Mapped[int] = ref("person.id", index=False)
    event_id: Mapped[int] = ref("event.id", index=False)
    kind: Mapped[str] = mapped_column(String(60))
    facts: Mapped[facts]
    created_at: Mapped[instant]
    read_at: Mapped[maybe_instant]
