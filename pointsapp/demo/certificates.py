"""Certificates in the demo: one that was issued, one that waits, an honour in a record, a request to correct one."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from pointsapp.certificates.queries import certificates_of
from pointsapp.certificates.services import (
    AddItem,
    AskCertificate,
    AskRecord,
    RecordKind,
    add_item,
    ask_certificate,
    ask_record,
    confirm_line,
)
from pointsapp.core import clock
from pointsapp.core.actor import Actor
from pointsapp.demo import facts
from pointsapp.demo.street import Street
from pointsapp.demo.timeline import Timeline

HOME = facts.COMMUNITIES[0][0]


def plan_certificates(timeline: Timeline, street: Street, *, now: datetime) -> None:
    """Put on the timeline what the log-ins find under certificates and records."""
    resident, elder, staff = street.by_log_in["resident"], street.by_log_in["elder"], street.staff[HOME]
    timeline.at(now - timedelta(days=6), _issue(timeline, street, resident))
    timeline.at(now - timedelta(hours=7), _ask(elder))
    for who, kind, title, words, back in (
        (resident, RecordKind.TRAINING, "急救培训 4 小时", "心肺复苏、止血包扎，考核通过", 40),
        (resident, RecordKind.EVALUATION, "夜巡队评价：守时、细心", "", 12),
        (elder, RecordKind.HONOUR, "三季度社区优秀志愿者", "敲门行动满 20 次", 30),
    ):
        day = clock.local_day(now - timedelta(days=back))
        item = AddItem(
            person=who.public_id,
            kind=kind,
            title=title,
            words=words,
            happened_on=day,
            area=street.areas[HOME].public_id,
        )
        timeline.at(now - timedelta(days=back - 1), _add(staff, item))
    timeline.at(
        now - timedelta(hours=30),
        lambda session, at: ask_record(
            session, elder, AskRecord(signup=None, words="上周三帮邻居送药半天，没有记上"), now=at
        ),
    )


def _add(staff: Actor, item: AddItem) -> Callable[[Session, datetime], object]:
    return lambda session, now: add_item(session, staff, item, now=now)


def _span(street: Street, now: datetime) -> AskCertificate:
    return AskCertificate(from_on=clock.local_day(street.opened_at), until_on=clock.local_day(now - timedelta(days=1)))


def _ask(person: Actor) -> Callable[[Session, datetime], object]:
    def happen(session: Session, now: datetime) -> object:
        start = clock.local_day(now - timedelta(days=60))
        command = AskCertificate(from_on=start, until_on=clock.local_day(now - timedelta(days=1)))
        return ask_certificate(session, person, command, now=now)

    return happen


def _issue(timeline: Timeline, street: Street, person: Actor) -> Callable[[Session, datetime], object]:
    def happen(session: Session, now: datetime) -> object:
        made = ask_certificate(session, person, _span(street, now), now=now)
        timeline.at(now + timedelta(hours=20), _confirm(street, person))
        return made

    return happen


def _confirm(street: Street, person: Actor) -> Callable[[Session, datetime], object]:
    def happen(session: Session, now: datetime) -> object:
        done: object = None
        for line in certificates_of(session, person.person_id)[0].lines:
            done = confirm_line(session, street.street_admin, line.public_id, line.minutes, now=now)
        return done

    return happen
