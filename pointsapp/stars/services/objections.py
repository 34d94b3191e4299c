"""Objections to provisional standings: anybody of the street may raise one, somebody else answers it, and what is upheld corrects."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from pointsapp.core import clock, events, policy
from pointsapp.core.actor import Actor, require
from pointsapp.core.errors import Invalid, NotFound
from pointsapp.core.locks import LockKind, lock
from pointsapp.core.states import move
from pointsapp.stars.errors import (
    NothingCorrected,
    NotYoursToAnswer,
    NotYoursToCorrect,
    ObjectionAnswered,
    OwnBranch,
    RoundClosed,
    RoundNotPublished,
    TooManyObjections,
    UnknownIndicator,
)
from pointsapp.stars.messages import UNKNOWN_INDICATOR, assessor_name
from pointsapp.stars.messages.rounds import UNKNOWN_ROW
from pointsapp.stars.models import Branch, Objection, ObjectionState, Round, RoundState
from pointsapp.stars.policies import ANSWER_DAYS, OBJECTIONS_EACH, correctors, may_answer, may_correct, may_object
from pointsapp.stars.queries.branches import BranchRow, find_branch
from pointsapp.stars.queries.days import days_after
from pointsapp.stars.queries.objections import assessors_of, is_member_in, late_keys, street_path
from pointsapp.stars.queries.remit import is_own_branch
from pointsapp.stars.queries.rounds import RoundRow, find_round, rounds_by_ids
from pointsapp.stars.rules.objections import Bar, bar_to_answering
from pointsapp.stars.rules.scheme import Source
from pointsapp.stars.services.assessing import Assess, give, must_be_assessed
from pointsapp.stars.services.gates import hold_published, must_take_part


@dataclass(frozen=True, slots=True, kw_only=True)
class Object:
    """What is wrong with a branch's standing; `indicator` is None where it is about the whole."""

    round_id: str
    branch_id: str
    indicator: str | None
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """The answer. Upheld it needs `score` (hundredths) for an indicator that people assess, or `rows` (public ids of late evidence).

    `indicator` is what is corrected, where the objection named none.
    """

    objection_id: str
    is_upheld: bool
    answer: str
    indicator: str | None = None
    score: int | None = None
    rows: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectionReceipt:
    public_id: str
    round_id: str
    branch_id: str
    state: ObjectionState
    is_repeat: bool = False


def object_to(session: Session, actor: Actor, command: Object, *, now: datetime) -> ObjectionReceipt:
    """Raise an objection while the round is published; the same words about the same thing again are the same objection."""
    found, branch = find_round(session, command.round_id), find_branch(session, command.branch_id)
    must_take_part(session, found, branch)
    street = street_path(session, branch)
    is_member = is_member_in(session, actor.person_id, found, street, now=now)
    require(may_object(actor, street, is_member=is_member))
    if command.indicator is not None and found.scheme.indicator(command.indicator) is None:
        raise UnknownIndicator(str(UNKNOWN_INDICATOR))
    _must_hang_out(session, found)
    until = session.execute(select(Round.objections_until).where(Round.id == found.id)).scalar_one()
    if until is not None and now >= until:
        raise RoundNotPublished()
    lock(session, LockKind.PERSON_TIME, actor.person_id)  # the limit is counted by one of one's own calls at a time
    own = session.scalars(
        select(Objection).where(
            Objection.round_id == found.id, Objection.by_id == actor.person_id, Objection.state == ObjectionState.OPEN
        )
    ).all()
    for one in own:
        if (one.branch_id, one.indicator, one.text) == (branch.id, command.indicator, command.text):
            return _receipt(one, found, branch, is_repeat=True)
    most = policy.value(session, OBJECTIONS_EACH, now=now)
    if len(own) >= most:
        raise TooManyObjections(most=most)
    row = Objection(
        round_id=found.id,
        branch_id=branch.id,
        indicator=command.indicator,
        text=command.text,
        by_id=actor.person_id,
        at=now,
        due_at=days_after(session, clock.local_day(now), ANSWER_DAYS, now=now),
        admitted=0,
    )
    session.add(row)
    session.flush()
    _tell(session, actor, "stars.objection_raised", row, branch, now)
    return _receipt(row, found, branch)


def answer_objection(session: Session, actor: Actor, command: Answer, *, now: datetime) -> ObjectionReceipt:
    """Answer as somebody who neither objected nor assessed; upheld, the correction is written down with it."""
    row = session.scalars(select(Objection).where(Objection.public_id == command.objection_id)).one_or_none()
    if row is None:
        raise NotFound()
    found = rounds_by_ids(session, [row.round_id])[0]
    branch = find_branch(session, _public_id(session, row))
    require(may_answer(actor, branch.area_path))
    _must_hang_out(session, found)
    row = session.execute(
        select(Objection).where(Objection.id == row.id).with_for_update().execution_options(populate_existing=True)
    ).scalar_one()
    if row.state is not ObjectionState.OPEN:
        raise ObjectionAnswered()
    indicator = row.indicator or command.indicator
    who = assessors_of(session, found, branch.id, row.indicator)
    if command.is_upheld and indicator is not None:
        who |= assessors_of(session, found, branch.id, indicator)
    is_own = is_own_branch(session, actor, branch, now=now)
    bar = bar_to_answering(actor.person_id, by=row.by_id, scorers=who, is_own_branch=is_own)
    require(bar is None, OwnBranch() if bar is Bar.BELONGS else NotYoursToAnswer())
    corrected = _correct(session, actor, found, branch, indicator, command, now) if command.is_upheld else {}
    state = ObjectionState.UPHELD if command.is_upheld else ObjectionState.REJECTED
    move(
        session,
        row,
        state,
        answer=command.answer,
        answered_by_id=actor.person_id,
        answered_at=now,
        indicator=indicator if command.is_upheld else row.indicator,
        **corrected,
    )
    _tell(session, actor, "stars.objection_answered", row, branch, now, person_id=row.by_id)
    return _receipt(row, found, branch)


def _correct(
    session: Session,
    actor: Actor,
    found: RoundRow,
    branch: BranchRow,
    key: str | None,
    command: Answer,
    now: datetime,
) -> dict[str, int]:
    """Write the correction down and return the columns that tell of it."""
    indicator = None if key is None else found.scheme.indicator(key)
    if indicator is None:
        raise UnknownIndicator(str(UNKNOWN_INDICATOR))
    if indicator.source is Source.AUTOMATIC:
        if not command.rows:
            raise NothingCorrected()
        keys = late_keys(session, found, branch, indicator, set(command.rows), now=now)
        if keys is None:
            raise Invalid({"rows": [str(UNKNOWN_ROW)]})
        _admit(session, found, keys)
        return {"admitted": len(keys)}
    if command.score is None:
        raise NothingCorrected()
    given = Assess(
        round_id=found.public_id,
        branch_id=branch.public_id,
        indicator=indicator.key,
        score=command.score,
        reason=command.answer[:300],
    )
    must_be_assessed(found, given)
    names = ", ".join(assessor_name(role) for role in sorted(correctors(indicator.by)))
    require(may_correct(actor, branch.area_path, indicator.by), NotYoursToCorrect(by=names))
    return {"assessment_id": give(session, actor, found, branch, given, now=now).id}


def _admit(session: Session, found: RoundRow, keys: list[int]) -> None:
    """Let rows that came too late count. Two answers at once stand in line at the round's row."""
    row = session.execute(
        select(Round).where(Round.id == found.id).with_for_update().execution_options(populate_existing=True)
    ).scalar_one()
    session.execute(
        update(Round)
        .where(Round.id == found.id)
        .values(admitted=sorted({*(row.admitted or ()), *keys}))
        .execution_options(synchronize_session=False)
    )
    session.expire(row)


def _must_hang_out(session: Session, found: RoundRow) -> None:
    state = hold_published(session, found, alone=False)
    if state is RoundState.CLOSED:
        raise RoundClosed()
    if state is not RoundState.PUBLISHED:
        raise RoundNotPublished()


def _public_id(session: Session, row: Objection) -> str:
    return session.execute(select(Branch.public_id).where(Branch.id == row.branch_id)).scalar_one()


def _receipt(row: Objection, found: RoundRow, branch: BranchRow, *, is_repeat: bool = False) -> ObjectionReceipt:
    return ObjectionReceipt(
        public_id=row.public_id,
        round_id=found.public_id,
        branch_id=branch.public_id,
        state=row.state,
        is_repeat=is_repeat,
    )


def _tell(
    session: Session,
    actor: Actor,
    kind: str,
    row: Objection,
    branch: BranchRow,
    now: datetime,
    *,
    person_id: int | None = None,
) -> None:
    events.record(
        session,
        kind,
        at=now,
        subject=f"objection:{row.id}",
        area_id=branch.area_id,
        actor_id=actor.person_id,
        person_id=person_id,
        branch=branch.name,
        branch_id=branch.public_id,
        state=row.state.value,
    )
