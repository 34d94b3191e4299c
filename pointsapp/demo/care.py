"""Looking after people in the demo: a neighbour acts for the elder, somebody moves house, somebody leaves, cards are printed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from pointsapp.care.services import (
    AskMove,
    OfferMandate,
    accept_mandate,
    ask_move,
    issue_card,
    offer_mandate,
    open_mandate,
    sign_up_for,
    start_desk,
)
from pointsapp.core.actor import Actor
from pointsapp.core.paging import PageRequest
from pointsapp.demo import facts
from pointsapp.demo.log_ins import LOG_INS
from pointsapp.demo.street import Street
from pointsapp.demo.timeline import Timeline
from pointsapp.people.queries import load_actor
from pointsapp.privacy.services import AskErasure, ask_erasure
from pointsapp.tasks.queries import TaskFilter, tasks_page

HOME = facts.COMMUNITIES[0][0]


def plan_care(timeline: Timeline, street: Street, *, now: datetime) -> None:
    """Put on the timeline what the log-ins then find: a helper's page, a request to answer, an account about to be closed."""
    elder, helper = street.by_log_in["elder"], street.by_log_in["resident"]
    timeline.at(now - timedelta(days=9), _agree(timeline, elder, helper))
    timeline.at(
        now - timedelta(days=2, hours=3), lambda session, at: issue_card(session, elder, elder.public_id, now=at)
    )
    others = [each for each in street.residents[HOME] if each.actor not in street.by_log_in.values()]
    timeline.at(now - timedelta(days=1, hours=4), _visit(street, others[5].actor))
    for number, (code, _name, _grids) in enumerate(facts.COMMUNITIES[1:4]):
        mover = street.residents[code][number + 3].actor
        words = ("搬到红专路 28 号院了", "和女儿住到一起了", "")[number]
        timeline.at(now - timedelta(hours=20 + 9 * number), _ask(street, mover, words))
    leaver = others[8].actor
    timeline.at(
        now - timedelta(days=3, hours=1),
        lambda session, at: ask_erasure(session, leaver, AskErasure(person=leaver.public_id), now=at),
    )


def _agree(timeline: Timeline, elder: Actor, helper: Actor) -> Callable[[Session, datetime], object]:
    phone = next(each.phone for each in LOG_INS if each.key == "resident")

    def happen(session: Session, now: datetime) -> object:
        given = offer_mandate(session, elder, OfferMandate(who=phone, days=365, may_spend=True), now=now)
        timeline.at(now + timedelta(hours=1), lambda s, at: accept_mandate(s, helper, given.public_id, now=at))
        timeline.at(now + timedelta(days=4), lambda s, at: open_mandate(s, helper, given.public_id, now=at))
        timeline.at(now + timedelta(days=8, hours=20), _sign_up(elder, helper, given.public_id))
        return given

    return happen


def _sign_up(elder: Actor, helper: Actor, mandate: str) -> Callable[[Session, datetime], object]:
    def happen(session: Session, now: datetime) -> object:
        seen = load_actor(session, elder.person_id, now=now)
        assert seen is not None
        found = tasks_page(session, seen, TaskFilter(is_open=True), PageRequest(limit=5), now=now).items
        shifts = [shift.public_id for task in found for shift in task.shifts if shift.left]
        return sign_up_for(session, helper, mandate, shifts[0], now=now) if shifts else None

    return happen


def _visit(street: Street, person: Actor) -> Callable[[Session, datetime], object]:
    def happen(session: Session, now: datetime) -> object:
        return start_desk(session, street.staff[HOME], person.public_id, "本人到窗口，请我替他看看积分", now=now)

    return happen


def _ask(street: Street, mover: Actor, words: str) -> Callable[[Session, datetime], object]:
    return lambda session, now: ask_move(
        session, mover, AskMove(area=street.areas[HOME].public_id, words=words), now=now
    )
