"""One-time codes: whose one is, before it is used."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from pointsapp.people.models import OneTimeCode, Person


def code_hash(code: str) -> str:
    """Return what is stored of a one-time code. Plain SHA-256: 45 random bits, tried one request at a time."""
    return hashlib.sha256(code.encode()).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeHolder:
    """Whose one-time code it is; the name is full, mask it. `needs_consent`: imported, and never shown the notice."""

    public_id: str
    name: str
    has_password: bool
    needs_consent: bool


def holder_of_code(session: Session, code: str, *, now: datetime) -> CodeHolder | None:
    """Return whose one-time code it is, None when it was used, has expired or never was."""
    found = session.execute(
        select(Person.public_id, Person.name, Person.password_hash, Person.consent_version)
        .join(OneTimeCode, OneTimeCode.person_id == Person.id)
        .where(
            OneTimeCode.code_hash == code_hash(code),
            OneTimeCode.used_at.is_(None),
            OneTimeCode.expires_at > now,
            Person.erased_at.is_(None),
        )
    ).one_or_none()
    if found is None:
        return None
    return CodeHolder(
        public_id=found[0], name=found[1], has_password=found[2] is not None, needs_consent=found[3] is None
    )
