"""API tokens: 256 random bits, stored as a hash, valid for 30 days, revocable."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import insert, update
from sqlalchemy.orm import Session

from pointsapp.core import events
from pointsapp.core.actor import Actor
from pointsapp.core.codes import new_token
from pointsapp.core.states import rows_changed
from pointsapp.people.models import ApiToken
from pointsapp.people.queries import token_hash

VALID_FOR = timedelta(days=30)  # contract.md


@dataclass(frozen=True, slots=True, kw_only=True)
class CreatedToken:
    """The only moment at which the token is known."""

    person_id: int
    token: str
    expires_at: datetime


def create_tokens(session: Session, person_ids: Sequence[int], *, now: datetime) -> list[CreatedToken]:
    """Make one token for each of `person_ids`, in their order."""
    made = [CreatedToken(person_id=id_, token=new_token(), expires_at=now + VALID_FOR) for id_ in person_ids]
    rows = [
        {
            "person_id": token.person_id,
            "token_hash": token_hash(token.token),
            "created_at": now,
            "expires_at": token.expires_at,
        }
        for token in made
    ]
    if rows:
        session.execute(insert(ApiToken), rows)
    return made


def create_token(session: Session, person_id: int, *, now: datetime) -> CreatedToken:
    """Create one API token; its text is in the receipt and nowhere else, only its digest is kept."""
    return create_tokens(session, [person_id], now=now)[0]


def revoke_token(session: Session, actor: Actor, token: str, *, now: datetime) -> None:
    """End the token of this call; repeated, nothing more happens."""
    ended = rows_changed(
        session,
        update(ApiToken)
        .where(
            ApiToken.token_hash == token_hash(token),
            ApiToken.person_id == actor.person_id,
            ApiToken.revoked_at.is_(None),
        )
        .values(revoked_at=now),
    )
    if ended:
        events.record(
            session,
            "people.signed_out",
            at=now,
            subject=f"person:{actor.person_id}",
            person_id=actor.person_id,
            actor_id=actor.person_id,
            way="token",
        )


def revoke_all_tokens(session: Session, person_id: int, *, now: datetime) -> None:
    """End every token of the person: a new password, or signing out everywhere."""
    session.execute(
        update(ApiToken).where(ApiToken.person_id == person_id, ApiToken.revoked_at.is_(None)).values(revoked_at=now)
    )
