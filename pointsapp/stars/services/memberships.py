"""The register of members: who joined a branch when, whether the membership stands there or is only reported, who left when.

Sensitive: only the branch's secretary and the street office above write it. Nothing is deleted; leaving is a date.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from pointsapp.core import clock, events
from pointsapp.core.actor import Actor, require
from pointsapp.core.errors import Invalid, NotFound
from pointsapp.people.models import Person
from pointsapp.stars.errors import AlreadyMember, MemberElsewhere
from pointsapp.stars.messages import MEMBER_BEFORE, MEMBER_NOBODY, PAPER_LATER
from pointsapp.stars.models import Membership
from pointsapp.stars.policies import may_read_members
from pointsapp.stars.queries.branches import BranchRow, find_branch


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordMember:
    """`who` is a phone or a volunteer number; `starts_on` None for a member since before our records."""

    branch_id: str
    who: str
    is_reporting: bool
    starts_on: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class EndMember:
    """`ended_on` is the last day of the membership."""

    branch_id: str
    person_id: str
    ended_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberReceipt:
    branch_id: str
    person_id: str
    is_repeat: bool = False


def record_member(session: Session, actor: Actor, command: RecordMember, *, now: datetime) -> MemberReceipt:
    """Put somebody on a branch's register from a day on. Where they are on it already, or stand on another's, it is refused."""
    branch = find_branch(session, command.branch_id)
    require(may_read_members(actor, branch.area_path))
    if command.starts_on is not None and command.starts_on > clock.local_day(now):
        raise Invalid({"starts_on": [str(PAPER_LATER)]})
    person = session.execute(
        select(Person.id, Person.public_id).where(
            or_(Person.phone == command.who, Person.volunteer_number == command.who), Person.erased_at.is_(None)
        )
    ).one_or_none()
    if person is None:
        raise Invalid({"who": [str(MEMBER_NOBODY)]})
    standing = session.execute(
        select(Membership.branch_id, Membership.is_reporting).where(
            Membership.person_id == person.id, Membership.ended_at.is_(None)
        )
    ).all()
    if any(row.branch_id == branch.id for row in standing):
        raise AlreadyMember()
    if not command.is_reporting and any(not row.is_reporting for row in standing):
        raise MemberElsewhere()
    row = Membership(
        person_id=person.id,
        branch_id=branch.id,
        is_reporting=command.is_reporting,
        starts_at=None if command.starts_on is None else clock.at_local(command.starts_on),
        recorded_at=now,
    )
    session.add(row)
    session.flush()
    _tell(session, actor, "stars.member_recorded", row, branch, now)
    return MemberReceipt(branch_id=branch.public_id, person_id=person.public_id)


def end_member(session: Session, actor: Actor, command: EndMember, *, now: datetime) -> MemberReceipt:
    """Say that somebody left a branch after a day; what they did until then still counts for it."""
    branch = find_branch(session, command.branch_id)
    require(may_read_members(actor, branch.area_path))
    row = session.scalars(
        select(Membership)
        .join(Person, Person.id == Membership.person_id)
        .where(
            Person.public_id == command.person_id,
            Membership.branch_id == branch.id,
            Membership.ended_at.is_(None),
        )
        .with_for_update(of=Membership)
    ).one_or_none()
    if row is None:
        raise NotFound()
    if command.ended_on > clock.local_day(now):
        raise Invalid({"ended_on": [str(PAPER_LATER)]})
    _first, ended_at = clock.day_bounds(command.ended_on)
    if row.starts_at is not None and ended_at < row.starts_at:
        raise Invalid({"ended_on": [str(MEMBER_BEFORE)]})
    row.ended_at = ended_at
    session.flush()
    _tell(session, actor, "stars.member_ended", row, branch, now)
    return MemberReceipt(branch_id=branch.public_id, person_id=command.person_id)


def _tell(session: Session, actor: Actor, kind: str, row: Membership, branch: BranchRow, now: datetime) -> None:
    # Without the person: who is a member stands in the register, and nowhere that others read.
    events.record(
        session, kind, at=now, subject=f"membership:{row.id}", area_id=branch.area_id, actor_id=actor.person_id
    )
