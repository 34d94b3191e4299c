"""A person decides: harmless, or to be corrected, with a reason; later that it was put right, or that it must be looked at again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from pointsapp.areas.models import Area
from pointsapp.core import events
from pointsapp.core.actor import Actor, require
from pointsapp.core.errors import Conflict, NotFound
from pointsapp.core.states import move
from pointsapp.watch.errors import OwnAnomaly
from pointsapp.watch.models import Anomaly, AnomalyEvidence, AnomalyState, AnomalyStep
from pointsapp.watch.policies import may_decide, may_see


@dataclass(frozen=True, slots=True, kw_only=True)
class Decide:
    """`state` is where it goes; `reason` stays with it for ever."""

    anomaly_id: str
    state: AnomalyState
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionReceipt:
    public_id: str
    state: AnomalyState
    is_repeat: bool = False


def decide(session: Session, actor: Actor, command: Decide, *, now: datetime) -> DecisionReceipt:
    """Move an anomaly along its arrows. Nothing else happens: corrections are made where they are always made, by two people."""
    row = session.scalars(
        select(Anomaly).where(Anomaly.public_id == command.anomaly_id).execution_options(populate_existing=True)
    ).one_or_none()
    if row is None:
        raise NotFound()
    path = session.scalar(select(Area.path).where(Area.id == row.area_id)) if row.area_id is not None else None
    require(may_see(actor, path), NotFound())
    require(may_decide(actor, path))
    require(not _has_hand_in(session, actor.person_id, row), OwnAnomaly())
    if command.state not in Anomaly.transitions[row.state]:
        if row.state is command.state and _is_last(session, actor, row, command):
            return DecisionReceipt(public_id=row.public_id, state=row.state, is_repeat=True)
        raise Conflict()
    if command.state is AnomalyState.OPEN and _is_found_again(session, row):
        raise Conflict()  # later rows have made a case of their own, which is open
    move(session, row, command.state)
    session.add(
        AnomalyStep(anomaly_id=row.id, state=command.state, reason=command.reason, by_id=actor.person_id, at=now)
    )
    session.flush()
    events.record(
        session, "watch.decided", at=now, subject=f"anomaly:{row.id}", area_id=row.area_id, actor_id=actor.person_id,
        rule=row.rule, decision=command.state.value, reason=command.reason,
    )  # fmt: skip
    return DecisionReceipt(public_id=row.public_id, state=row.state)


def _has_hand_in(session: Session, person_id: int, row: Anomaly) -> bool:
    if person_id in (row.person_id, row.by_id):
        return True
    query = select(AnomalyEvidence.id).where(
        AnomalyEvidence.anomaly_id == row.id,
        or_(AnomalyEvidence.person_id == person_id, AnomalyEvidence.by_id == person_id),
    )
    return session.scalar(query.limit(1)) is not None


def _is_last(session: Session, actor: Actor, row: Anomaly, command: Decide) -> bool:
    query = select(AnomalyStep).where(AnomalyStep.anomaly_id == row.id).order_by(AnomalyStep.id.desc()).limit(1)
    last = session.scalars(query).one()
    return (last.state, last.by_id, last.reason) == (command.state, actor.person_id, command.reason)


def _is_found_again(session: Session, row: Anomaly) -> bool:
    query = select(Anomaly.id).where(
        Anomaly.rule == row.rule, Anomaly.key == row.key, Anomaly.state == AnomalyState.OPEN
    )
    return session.scalar(query.limit(1)) is not None
