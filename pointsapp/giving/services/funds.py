"""Funds: opened and closed by the office of an area, which tells what became of the points."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from pointsapp.areas.queries import require_area
from pointsapp.core import clock, events
from pointsapp.core.actor import Actor, require
from pointsapp.core.errors import Invalid
from pointsapp.core.states import rows_changed
from pointsapp.giving.errors import MoreThanDonated
from pointsapp.giving.messages import NOT_YET, TOO_EARLY
from pointsapp.giving.models import Fund, FundUse
from pointsapp.giving.policies import may_run_fund
from pointsapp.giving.queries import find_fund


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenFund:
    """`area`: public id or code."""

    area: str
    name: str
    purpose: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TellUse:
    fund_id: str
    points: int
    words: str
    used_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class FundReceipt:
    public_id: str
    is_repeat: bool = False


def open_fund(session: Session, actor: Actor, command: OpenFund, *, now: datetime) -> FundReceipt:
    """Open a fund for an area."""
    area = require_area(session, command.area)
    require(may_run_fund(actor, area.path))
    fund = Fund(
        area_id=area.id, name=command.name, purpose=command.purpose, opened_by_id=actor.person_id, opened_at=now
    )
    session.add(fund)
    session.flush()
    _tell(session, "giving.fund_opened", fund.id, area.id, actor, now)
    return FundReceipt(public_id=fund.public_id)


def close_fund(session: Session, actor: Actor, fund_id: str, *, now: datetime) -> FundReceipt:
    """Let a fund take nothing more; closed again, nothing more happens."""
    fund = find_fund(session, fund_id)
    require(may_run_fund(actor, fund.area_path))
    closed = rows_changed(
        session, update(Fund).where(Fund.id == fund.id, Fund.closed_at.is_(None)).values(closed_at=now)
    )
    if closed:
        _tell(session, "giving.fund_closed", fund.id, fund.area_id, actor, now)
    return FundReceipt(public_id=fund.public_id, is_repeat=not closed)


def tell_use(session: Session, actor: Actor, command: TellUse, *, now: datetime) -> FundReceipt:
    """Tell in public what some of a fund's points became; never of more than were donated."""
    fund = find_fund(session, command.fund_id)
    require(may_run_fund(actor, fund.area_path))
    if command.used_on > clock.local_day(now):
        raise Invalid({"used_on": [str(NOT_YET)]})
    if command.used_on < clock.local_day(fund.opened_at):
        raise Invalid({"used_on": [str(TOO_EARLY)]})
    # The fund's row is the lock: two who tell at once see each other's sums.
    session.execute(select(Fund.id).where(Fund.id == fund.id).with_for_update())
    left = find_fund(session, command.fund_id).left
    if command.points > left:
        raise MoreThanDonated(left=left)
    use = FundUse(
        fund_id=fund.id,
        points=command.points,
        words=command.words,
        used_on=command.used_on,
        told_by_id=actor.person_id,
        told_at=now,
    )
    session.add(use)
    session.flush()
    _tell(session, "giving.use_told", fund.id, fund.area_id, actor, now)
    return FundReceipt(public_id=fund.public_id)


def _tell(session: Session, kind: str, fund_id: int, area_id: int, actor: Actor, now: datetime) -> None:
    events.record(session, kind, at=now, subject=f"fund:{fund_id}", area_id=area_id, actor_id=actor.person_id)
