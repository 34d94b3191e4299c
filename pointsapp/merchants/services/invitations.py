"""People come to work for a merchant by a QR they accept themselves, and leave at once when they are removed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import update
from sqlalchemy.orm import Session

from pointsapp.core import events, policy
from pointsapp.core.actor import MERCHANT_ROLES, Actor, Role, require
from pointsapp.core.codes import INVITATION_LENGTH, new_code, read
from pointsapp.core.errors import NotFound
from pointsapp.core.states import must_move
from pointsapp.merchants.errors import InvitationInvalid, InvitationOver, OwnInvitation
from pointsapp.merchants.models import Invitation, InvitationState
from pointsapp.merchants.policies import INVITATION_HOURS, may_invite
from pointsapp.merchants.queries import (
    InvitationRow,
    invitation_by_code,
    invitation_by_public_id,
    merchant_by_id,
    people_of,
    require_merchant,
)
from pointsapp.people.queries import load_actor
from pointsapp.people.services import EndedRole, add_role, end_role


@dataclass(frozen=True, slots=True, kw_only=True)
class InviteToMerchant:
    """`role` is merchant_clerk or merchant_manager."""

    merchant: str
    role: Role


@dataclass(frozen=True, slots=True, kw_only=True)
class AcceptedInvitation:
    merchant_id: int
    merchant: str  # public id
    role: Role
    is_repeat: bool = False


def invite(session: Session, actor: Actor, command: InviteToMerchant, *, now: datetime) -> InvitationRow:
    """Make an invitation that the invited person scans and accepts."""
    merchant = require_merchant(session, command.merchant)
    require(command.role in MERCHANT_ROLES and may_invite(actor, command.role, merchant.id, merchant.area_path))
    hours = policy.value(session, INVITATION_HOURS, now=now)
    row = Invitation(
        merchant_id=merchant.id,
        role=command.role,
        code=new_code(INVITATION_LENGTH),
        state=InvitationState.OPEN,
        invited_by_id=actor.person_id,
        created_at=now,
        expires_at=now + timedelta(hours=hours),
    )
    session.add(row)
    session.flush()
    _trace(session, "merchants.invited", row.id, merchant.area_id, actor, now, merchant.id, command.role)
    made = invitation_by_public_id(session, row.public_id)
    assert made is not None
    return made


def revoke_invitation(session: Session, actor: Actor, public_id: str, *, now: datetime) -> InvitationRow:
    """Take an invitation back before somebody accepts it; a repeat changes nothing."""
    row = invitation_by_public_id(session, public_id)
    if row is None:
        raise NotFound()
    merchant = merchant_by_id(session, row.merchant_id)
    require(may_invite(actor, row.role, merchant.id, merchant.area_path))
    if row.state is InvitationState.ACCEPTED:
        raise InvitationOver(reason="accepted")
    if row.state is InvitationState.OPEN:
        _close(session, row.id, InvitationState.REVOKED, now)
    return row


def accept_invitation(session: Session, actor: Actor, code: str, *, now: datetime) -> AcceptedInvitation:
    """Become clerk or manager by a scanned invitation; the same person again is the same role."""
    read_code = read(code, INVITATION_LENGTH)
    row = invitation_by_code(session, read_code) if read_code else None
    if row is None:
        raise InvitationInvalid()
    done = AcceptedInvitation(merchant_id=row.merchant_id, merchant=row.merchant_public_id, role=row.role)
    if row.state is InvitationState.ACCEPTED and row.accepted_by_id == actor.person_id:
        return AcceptedInvitation(merchant_id=row.merchant_id, merchant=done.merchant, role=row.role, is_repeat=True)
    if row.state is not InvitationState.OPEN or row.expires_at <= now:
        raise InvitationOver(reason=row.state.value if row.state is not InvitationState.OPEN else "expired")
    if actor.person_id == row.invited_by_id:
        raise OwnInvitation()
    merchant = merchant_by_id(session, row.merchant_id)
    inviter = load_actor(session, row.invited_by_id, now=now)
    # A removed manager's invitations leave with them.
    if inviter is None or not may_invite(inviter, row.role, merchant.id, merchant.area_path):
        raise InvitationOver(reason="inviter_left")
    _close(session, row.id, InvitationState.ACCEPTED, now, accepted_by_id=actor.person_id)
    add_role(session, actor.person_id, row.role, merchant_id=merchant.id, granted_by_id=row.invited_by_id, now=now)
    return done


def remove_person(session: Session, actor: Actor, merchant: str, grant: str, *, now: datetime) -> EndedRole:
    """End somebody's role in this merchant; it holds from their next click."""
    row = require_merchant(session, merchant)
    if grant not in {person.grant for person in people_of(session, row.id, now=now)}:
        raise NotFound()
    return end_role(session, actor, grant, now=now)


def _close(session: Session, key: int, state: InvitationState, now: datetime, **also: object) -> None:
    must_move(
        session,
        update(Invitation)
        .where(Invitation.id == key, Invitation.state == InvitationState.OPEN)
        .values(state=state, closed_at=now, **also),
    )


def _trace(
    session: Session, kind: str, key: int, area_id: int, actor: Actor, now: datetime, merchant_id: int, role: Role
) -> None:
    events.record(
        session,
        kind,
        at=now,
        subject=f"merchant_invitation:{key}",
        area_id=area_id,
        actor_id=actor.person_id,
        merchant_id=merchant_id,
        role=role.value,
    )
