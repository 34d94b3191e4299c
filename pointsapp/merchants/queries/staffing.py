"""Who works for a merchant, and who is invited to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session

from pointsapp.core.actor import MERCHANT_ROLES, Role
from pointsapp.merchants.models import Invitation, InvitationState, Merchant
from pointsapp.people.models import Person, RoleGrant


@dataclass(frozen=True, slots=True, kw_only=True)
class MerchantPerson:
    """One person in one role of a merchant; `grant` is what removal names."""

    grant: str
    person_id: int
    public_id: str
    name: str
    role: Role
    since: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class InvitationRow:
    id: int
    public_id: str
    code: str
    role: Role
    state: InvitationState
    merchant_id: int
    merchant_public_id: str
    merchant_code: str
    merchant_name: str
    invited_by_id: int
    invited_by: str
    accepted_by_id: int | None
    expires_at: datetime

    @property
    def path(self) -> str:
        """What its QR opens (contract.md, "Code payloads")."""
        return f"/q/i/{self.code}"


def people_of(session: Session, merchant_id: int, *, now: datetime) -> list[MerchantPerson]:
    """Return who works for the merchant now, managers first."""
    rows = session.execute(
        select(RoleGrant.public_id, Person.id, Person.public_id, Person.name, RoleGrant.role, RoleGrant.starts_at)
        .join(Person, Person.id == RoleGrant.person_id)
        .where(
            RoleGrant.merchant_id == merchant_id,
            RoleGrant.role.in_(MERCHANT_ROLES),
            RoleGrant.starts_at <= now,
            or_(RoleGrant.ended_at.is_(None), RoleGrant.ended_at > now),
        )
        .order_by(RoleGrant.role.desc(), RoleGrant.id)
    )
    return [
        MerchantPerson(grant=grant, person_id=key, public_id=public_id, name=name, role=role, since=since)
        for grant, key, public_id, name, role, since in rows
    ]


def workers(now: datetime) -> Select[int | None, int]:
    """Select (merchant_id, person_id) of who works for a merchant now: none of them acts for the other side."""
    return select(RoleGrant.merchant_id, RoleGrant.person_id).where(
        RoleGrant.merchant_id.is_not(None),
        RoleGrant.role.in_(MERCHANT_ROLES),
        RoleGrant.starts_at <= now,
        or_(RoleGrant.ended_at.is_(None), RoleGrant.ended_at > now),
    )


def _select() -> Select[Invitation, str, str, str, str]:
    return (
        select(Invitation, Merchant.public_id, Merchant.code, Merchant.name, Person.name)
        .join(Merchant, Merchant.id == Invitation.merchant_id)
        .join(Person, Person.id == Invitation.invited_by_id)
    )


def _rows(session: Session, statement: Select[Invitation, str, str, str, str]) -> list[InvitationRow]:
    return [
        InvitationRow(
            id=row.id,
            public_id=row.public_id,
            code=row.code,
            role=row.role,
            state=row.state,
            merchant_id=row.merchant_id,
            merchant_public_id=merchant_public_id,
            merchant_code=code,
            merchant_name=name,
            invited_by_id=row.invited_by_id,
            invited_by=inviter,
            accepted_by_id=row.accepted_by_id,
            expires_at=row.expires_at,
        )
        for row, merchant_public_id, code, name, inviter in session.execute(
            statement.execution_options(populate_existing=True)
        )
    ]


def invitation_by_code(session: Session, code: str) -> InvitationRow | None:
    """Return the invitation behind a code, used or not: the service says why it can no longer be accepted."""
    return next(iter(_rows(session, _select().where(Invitation.code == code))), None)


def invitation_by_public_id(session: Session, public_id: str) -> InvitationRow | None:
    """Return an invitation, whoever asks: the caller judges whether they may take it back."""
    return next(iter(_rows(session, _select().where(Invitation.public_id == public_id))), None)


def open_invitations(session: Session, merchant_id: int, *, now: datetime) -> list[InvitationRow]:
    """Return the invitations that can still be accepted, newest first."""
    return _rows(
        session,
        _select()
        .where(
            Invitation.merchant_id == merchant_id,
            Invitation.state == InvitationState.OPEN,
            Invitation.expires_at > now,
        )
        .order_by(Invitation.id.desc()),
    )
