"""Who acts: behind a session, behind a token, and what decides who may help them."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy import Engine, Select, and_, bindparam, or_, select
from sqlalchemy.orm import Session

from pointsapp.areas.models import Area
from pointsapp.core.actor import Actor, Grant
from pointsapp.core.db import among, table_of
from pointsapp.core.swift import Swift
from pointsapp.people.models import ApiToken, Person, RoleGrant
from pointsapp.people.policies import HeldRole, Standing
from pointsapp.people.queries.roles import RoleLine, roles_of

_person, _grant, _token, _area = table_of(Person), table_of(RoleGrant), table_of(ApiToken), table_of(Area)
_COLUMNS = ("id", "public_id", "name", "home_area_id", "verified_at", "locale", "elder_view", "session_version")


def _statement(*, by_token: bool, by_many: bool = False) -> Select[Any]:
    """Select a person with the roles held at `now`, a row for each of them and one for who holds none."""
    home, scope = _area.alias("home"), _area.alias("scope")
    held = and_(
        _grant.c.person_id == _person.c.id,
        _grant.c.starts_at <= bindparam("now"),
        or_(_grant.c.ended_at.is_(None), _grant.c.ended_at > bindparam("now")),
    )
    statement = (
        select(
            *(_person.c[name] for name in _COLUMNS),
            home.c.path.label("home_path"),
            _grant.c.role,
            _grant.c.area_id.label("scope_id"),
            scope.c.path.label("scope_path"),
            _grant.c.merchant_id,
        )
        .select_from(_person)
        .outerjoin(home, home.c.id == _person.c.home_area_id)
        .outerjoin(_grant, held)
        .outerjoin(scope, scope.c.id == _grant.c.area_id)
        .where(_person.c.erased_at.is_(None))
        .order_by(_grant.c.id)
    )
    if not by_token:
        return statement.where(_person.c.id == bindparam("person_id"))
    if by_many:
        statement = statement.add_columns(_token.c.token_hash)
    named = among(_token.c.token_hash, "token_hashes") if by_many else _token.c.token_hash == bindparam("token_hash")
    return statement.join(_token, _token.c.person_id == _person.c.id).where(
        named,
        _token.c.expires_at > bindparam("now"),
        _token.c.revoked_at.is_(None),
    )


_BY_PERSON = Swift(partial(_statement, by_token=False))
_BY_TOKEN = Swift(partial(_statement, by_token=True))
_BY_TOKENS = Swift(partial(_statement, by_token=True, by_many=True))


def load_actor(session: Session, person_id: int, *, now: datetime) -> Actor | None:
    """Return the Actor of a person with the roles held at `now`; None when unknown or erased."""
    return _as_actor(_BY_PERSON.rows(session, person_id=person_id, now=now))


def _as_actor(rows: list[Any]) -> Actor | None:
    if not rows:
        return None
    person = rows[0]
    return Actor(
        person_id=person.id,
        public_id=person.public_id,
        display_name=person.name,
        home_area_id=person.home_area_id,
        home_path=person.home_path,
        is_verified=person.verified_at is not None,
        grants=tuple(
            Grant(row.role, row.scope_id, row.scope_path, row.merchant_id) for row in rows if row.role is not None
        ),
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
    return _as_actor(_BY_TOKEN.rows(session, token_hash=token_hash(token), now=now))


def load_actors_by_tokens(session: Session | Engine, hashes: Sequence[str], *, now: datetime) -> dict[str, Actor]:
    """Return the Actors behind many tokens by the hash of each, in one look; a token that is good no more is left out."""
    rows: dict[str, list[Any]] = {}
    for row in _BY_TOKENS.rows(session, token_hashes=list(hashes), now=now):
        rows.setdefault(row.token_hash, []).append(row)
    return {key: actor for key, found in rows.items() if (actor := _as_actor(found)) is not None}


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
