"""Searches of the audit log. What is searched are the events themselves."""

from __future__ import annotations

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from pointsapp.core.db import Base, facts, instant, public_id, ref, row_id


class AuditSearch(Base):
    """Who searched for what, and why. Append-only by trigger: whoever checks others is checked too."""

    __tablename__ = "audit_search"

    id: Mapped[row_id]
    public_id: Mapped[public_id]
    by_id: Mapped[int] = ref("person.id")
    at: Mapped[instant]
    asked: Mapped[facts]  # the filters, as `services.SearchAudit` says them
    reason: Mapped[str] = mapped_column(String(200))
