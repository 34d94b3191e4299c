"""Certificates: asked by the person, confirmed line by line by who organised, issued when all have, superseded by a correction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from pointsapp.areas.queries import area_by_id, areas_by_ids
from pointsapp.certificates.errors import CertificateWaiting, LineDecided, NothingToCertify, RecordChanged
from pointsapp.certificates.messages import WRONG_SPAN
from pointsapp.certificates.models import Certificate, CertificateLine, CertificateState, LineState
from pointsapp.certificates.policies import CONFIRM_WORKING_DAYS, may_confirm
from pointsapp.certificates.queries import OrganiserSum, minutes_by_organiser, organiser_sums
from pointsapp.certificates.rules import common_area, is_span, stands
from pointsapp.core import clock, events, policy
from pointsapp.core.actor import Actor, require
from pointsapp.core.codes import CERTIFICATE_LENGTH, new_code
from pointsapp.core.errors import Conflict, Invalid, NotFound, Refused
from pointsapp.core.events import EventRow
from pointsapp.core.states import move
from pointsapp.core.working_days import end_of_working_days
from pointsapp.people.policies import is_staff_of
from pointsapp.people.queries import name_of


@dataclass(frozen=True, slots=True, kw_only=True)
class AskCertificate:
    """Local days, both included; up to yesterday, since today is not over."""

    from_on: date
    until_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateReceipt:
    """`number` once it is issued."""

    public_id: str
    number: str | None


def ask_certificate(session: Session, actor: Actor, command: AskCertificate, *, now: datetime) -> CertificateReceipt:
    """Ask every organiser of one's service in these days to confirm what it has on record."""
    if not is_span(command.from_on, command.until_on, clock.local_day(now)):
        raise Invalid({"until_on": [str(WRONG_SPAN)]})
    if _asked(session, actor.person_id) is not None:
        raise CertificateWaiting()
    sums = organiser_sums(session, actor.person_id, command.from_on, command.until_on)
    if not sums:
        raise NothingToCertify()
    days = int(policy.value(session, CONFIRM_WORKING_DAYS, now=now))
    row = Certificate(
        person_id=actor.person_id,
        state=CertificateState.ASKED,
        from_on=command.from_on,
        until_on=command.until_on,
        asked_at=now,
        due_at=end_of_working_days(now, days),
        minutes=sum(each.minutes for each in sums.values()),
    )
    session.add(row)
    session.flush()
    for each in sums.values():
        session.add(
            CertificateLine(
                certificate_id=row.id,
                area_id=each.area_id,
                times=each.times,
                minutes=each.minutes,
                first_on=each.first_on,
                last_on=each.last_on,
                state=LineState.WAITING,
            )
        )
    session.flush()
    _tell(session, "certificates.asked", row, actor.person_id, now)
    return CertificateReceipt(public_id=row.public_id, number=None)


def withdraw_certificate(
    session: Session, actor: Actor, *, only: str | None = None, now: datetime
) -> CertificateReceipt:
    """Ask no more; `only` is the public id of the request that is meant."""
    row = _asked(session, actor.person_id)
    if row is None or only not in (None, row.public_id):
        raise Conflict()
    move(session, row, CertificateState.WITHDRAWN)
    _tell(session, "certificates.withdrawn", row, actor.person_id, now)
    return CertificateReceipt(public_id=row.public_id, number=None)


def confirm_line(
    session: Session, actor: Actor, line: str, minutes: int, *, now: datetime
) -> CertificateReceipt | Refused:
    """An organiser says that its record is so: `minutes` are what the page showed. The last one issues the certificate.

    A record that was corrected meanwhile is drawn up anew and looked at again: nobody signs what they have not seen. So is a line
    that was confirmed before it was corrected: no certificate is issued over a record that says otherwise.
    """
    row, one = _to_decide(session, actor, line)
    sums = organiser_sums(session, row.person_id, row.from_on, row.until_on)
    current = sums.get(one.area_id)
    if current is None:
        raise RecordChanged(minutes=0)
    if current.minutes != one.minutes or minutes != one.minutes:
        _draw_up(one, current)
        row.minutes = sum(each.minutes for each in sums.values())
        session.flush()
        return Refused(RecordChanged(minutes=current.minutes))
    move(session, one, LineState.CONFIRMED, decided_by_id=actor.person_id, decided_at=now)
    lines = session.scalars(select(CertificateLine).where(CertificateLine.certificate_id == row.id)).all()
    for each in lines:
        if each.state is LineState.CONFIRMED and not _is_so(each, sums):
            _reopen(session, each, sums)
            row.minutes = sum(each.minutes for each in sums.values())
    if all(each.state is LineState.CONFIRMED for each in lines):
        _issue(session, row, lines, actor, now)
    session.flush()
    return CertificateReceipt(public_id=row.public_id, number=row.number)


def _is_so(line: CertificateLine, sums: Mapping[int, OrganiserSum]) -> bool:
    return line.area_id in sums and sums[line.area_id].minutes == line.minutes


def _reopen(session: Session, line: CertificateLine, sums: Mapping[int, OrganiserSum]) -> None:
    """Let the organiser look at a line again; one whose service is gone keeps its minutes, which cannot be confirmed any more."""
    move(session, line, LineState.WAITING, decided_by_id=None, decided_at=None)
    if line.area_id in sums:
        _draw_up(line, sums[line.area_id])


def _draw_up(line: CertificateLine, current: OrganiserSum) -> None:
    line.times, line.minutes = current.times, current.minutes
    line.first_on, line.last_on = current.first_on, current.last_on


def reject_line(session: Session, actor: Actor, line: str, reason: str, *, now: datetime) -> CertificateReceipt:
    """An organiser says what is wrong: the request ends, the person reads why and may ask to have the record corrected."""
    row, one = _to_decide(session, actor, line)
    move(session, one, LineState.REJECTED, decided_by_id=actor.person_id, decided_at=now, reason=reason)
    move(session, row, CertificateState.REJECTED)
    _tell(session, "certificates.rejected", row, actor.person_id, now, reason=reason)
    return CertificateReceipt(public_id=row.public_id, number=None)


def supersede_corrected(session: Session, event: EventRow) -> None:
    """A correction of minutes ends every certificate that says otherwise; heard twice, it is done once."""
    if event.person_id is None:
        return
    # One that is asked for is waited for: whoever issues it at this moment may have read the record before it was corrected.
    mine = session.scalars(
        select(Certificate)
        .where(
            Certificate.person_id == event.person_id,
            Certificate.state.in_((CertificateState.ASKED, CertificateState.ISSUED)),
        )
        .order_by(Certificate.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()
    for row in mine:
        if row.state is not CertificateState.ISSUED:
            continue
        lines = session.execute(
            select(CertificateLine.area_id, CertificateLine.minutes).where(CertificateLine.certificate_id == row.id)
        ).all()
        now_says = minutes_by_organiser(session, row.person_id, row.from_on, row.until_on)
        if not stands({line.area_id: line.minutes for line in lines}, now_says):
            move(session, row, CertificateState.SUPERSEDED, superseded_at=event.at)
            _tell(session, "certificates.superseded", row, None, event.at, number=row.number or "")


def _issue(session: Session, row: Certificate, lines: Sequence[CertificateLine], actor: Actor, now: datetime) -> None:
    areas = areas_by_ids(session, {each.area_id for each in lines})
    move(
        session,
        row,
        CertificateState.ISSUED,
        number=new_code(CERTIFICATE_LENGTH),
        holder=name_of(session, row.person_id),
        minutes=sum(each.minutes for each in lines),
        issuer_area_id=common_area(area.path for area in areas.values()),
        issued_at=now,
    )
    _tell(session, "certificates.issued", row, actor.person_id, now, number=row.number or "")


def _to_decide(session: Session, actor: Actor, line: str) -> tuple[Certificate, CertificateLine]:
    one = session.scalars(select(CertificateLine).where(CertificateLine.public_id == line)).one_or_none()
    area = None if one is None else area_by_id(session, one.area_id)
    if one is None or area is None or not is_staff_of(actor, area.path):
        raise NotFound()
    # The certificate's row first: two organisers who confirm at once do so one after another, and the second one issues.
    row = session.scalars(
        select(Certificate)
        .where(Certificate.id == one.certificate_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()
    session.refresh(one)
    require(may_confirm(actor, area.path, row.person_id))
    if row.state is not CertificateState.ASKED or one.state is not LineState.WAITING:
        raise LineDecided()
    return row, one


def _asked(session: Session, person_id: int) -> Certificate | None:
    return session.scalars(
        select(Certificate).where(Certificate.person_id == person_id, Certificate.state == CertificateState.ASKED)
    ).one_or_none()


def _tell(session: Session, kind: str, row: Certificate, actor_id: int | None, now: datetime, **facts: str) -> None:
    events.record(
        session,
        kind,
        at=now,
        subject=f"certificate:{row.id}",
        area_id=row.issuer_area_id,
        person_id=row.person_id,
        actor_id=actor_id,
        certificate=row.public_id,
        **facts,
    )
