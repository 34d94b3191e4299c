"""Who acts: behind a session, behind a token, and what decides who may help them."""

from __future__ import annotations

import hashlib
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from pointsapp.areas.models import Area
from pointsapp.core.actor import Actor, Grant
from pointsapp.people.models import ApiToken, Person, RoleGrant
from pointsapp.people.policies import HeldRole, Standing
from pointsapp.people.queries.roles import RoleLine, roles_of


def load_actor(session: Session, person_id: int, *, now: datetime) -> Actor | None:
    """Return the Actor of a person with the roles held at `now`; None when unknown or erased."""
    found = session.execute(
        select(Person, Area.path)
        .outerjoin(Area, Area.id == Person.home_area_id)
        .where(Person.id == person_id, Person.erased_at.is_(None))
    ).one_or_none()
    if found is None:
        return None
    person, home_path = found
    grants = session.execute(
        select(RoleGrant.role, RoleGrant.area_id, Area.path, RoleGrant.merchant_id)
        .outerjoin(Area, Area.id == RoleGrant.area_id)
        .where(
            RoleGrant.person_id == person_id,
            RoleGrant.starts_at <= now,
            or_(RoleGrant.ended_at.is_(None), RoleGrant.ended_at > now),
        )
        .order_by(RoleGrant.id)
    )
    return Actor(
        person_id=person.id,
        public_id=person.public_id,
        display_name=person.name,
        home_area_id=person.home_area_id,
        home_path=home_path,
        is_verified=person.verified_at is not None,
        grants=tuple(Grant(*row) for row in grants),
        locale=person.locale,
        elder_view=person.elder_view,
        session_version=person.session_version,
        verified_at=person.verified_at,
    )


def token_hash(token: str) -> str:
    """Return what is stored of a bearer token. Plain SHA-256: a token is 256 random bits, nothing to guess."""
    return hashlib.sha256(token.encode()).hexdigest()


def load_actor_by_token(session: Session, token: str, *, now: datetime) -> Actor | None:
    """Return the Actor behind a bearer token that has not expired and was not revoked."""
    person_id = session.scalar(
        select(ApiToken.person_id).where(
            ApiToken.token_hash == token_hash(token), ApiToken.expires_at > now, ApiToken.revoked_at.is_(None)
        )
    )
    return None if person_id is None else load_actor(session, person_id, now=now)


def standing_of(session: Session, person_id: int, *, now: datetime) -> Standing:
    """Return what decides who may help this person at the desk."""
    home_path = session.scalar(
        select(Area.path).join(Person, Person.home_area_id == Area.id).where(Person.id == person_id)
    )
    return standing_from(person_id, home_path, roles_of(session, person_id, now=now))


def standing_from(person_id: int, home_path: str | None, roles: tuple[RoleLine, ...]) -> Standing:
    """Put together what `policies.may_help` asks."""
    return Standing(
        person_id=person_id,
        home_path=home_path,
        roles=tuple(
            HeldRole(role=line.role, area_path=line.scope_path, merchant_id=line.merchant_id) for line in roles
        ),
    )
