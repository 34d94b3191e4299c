"""A person's book and single accounts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import BigInteger, BindParameter, Select, bindparam, case, exists, func, or_, select
from sqlalchemy.orm import Session, aliased

from pointsapp.core import clock
from pointsapp.core.db import table_of
from pointsapp.core.paging import Page, PageRequest, cut
from pointsapp.core.swift import Swift
from pointsapp.ledger import accounts, memos
from pointsapp.ledger.models import IS_EARNED, Balance, Claim, Entry, Flow, Lot, Posting, Unit

EARNED = (Flow.ISSUED, Flow.REVERSED)


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonPoints:
    """A person's points book in figures. `expiring` sums lots by the local day they lapse on, soonest first."""

    balance: int
    held: int
    earned_total: int
    spent_total: int
    expiring: tuple[tuple[date, int], ...]
    service_minutes: int
    owed: int = 0  # open claims: later credits pay them, at most half of each
    # With what is held and left these make the sum: earned + received = spent + donated + given + lapsed + held + balance.
    received: int = 0
    donated: int = 0
    given: int = 0
    lapsed: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthFigures:
    """What a person earned and what left their balance in one local month; `starts_on` is its first day."""

    starts_on: date
    earned: int
    used: int


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryLine:
    """One line of a person's book: a signed change of what can be spent, and the balance after it."""

    entry_id: int
    public_id: str
    posted_at: datetime
    kind: str
    points: int
    memo: str
    facts: dict[str, Any]
    balance_after: int
    rule: str | None
    rule_version: int | None
    steps: tuple[dict[str, Any], ...]

    @property
    def words(self) -> str:
        """The memo as a sentence in the reader's language."""
        return memos.say(self.memo, self.facts)


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryDetail(EntryLine):
    """A line with what went into its sum, and the minutes booked with it."""

    person_id: int
    inputs: dict[str, Any]
    minutes: int


def account_balance(session: Session, key: str) -> int:
    """Return what an account with a floor holds now."""
    if not accounts.is_stored(key):
        return account_sum(session, key)
    return session.scalar(select(Balance.amount).where(Balance.account == key)) or 0


def account_sum(session: Session, key: str) -> int:
    """Sum an account from its postings: for accounts that keep no stored balance, and for checking those that do."""
    came = select(func.coalesce(func.sum(Posting.amount), 0)).where(Posting.destination == key).scalar_subquery()
    went = select(func.coalesce(func.sum(Posting.amount), 0)).where(Posting.source == key).scalar_subquery()
    return int(session.scalar(select(came - went)) or 0)


def person_balance(session: Session, person_id: int) -> int:
    """Return what the person can spend now."""
    return account_balance(session, accounts.person_available(person_id))


def person_minutes(session: Session, person_id: int) -> int:
    """Return the person's service minutes."""
    return account_balance(session, accounts.person_minutes(person_id))


def _figures() -> Select[Any]:
    """Build the one look at a person's book: what is held now, and what ever came and went."""
    balance, posting, claim, lot = table_of(Balance), table_of(Posting), table_of(Claim), table_of(Lot)
    person: BindParameter[int] = bindparam("person_id", type_=BigInteger())

    def held(name: str) -> Any:
        amount = select(balance.c.amount).where(balance.c.account == bindparam(name)).scalar_subquery()
        return func.coalesce(amount, 0).label(name)

    spent = case(
        (posting.c.flow == Flow.SPENT, posting.c.amount), (posting.c.flow == Flow.UNSPENT, -posting.c.amount), else_=0
    )
    earned = case((or_(*(posting.c.flow == flow for flow in EARNED)), posting.c.change), else_=0)

    def changed(name: str, *flows: Flow) -> Any:
        change = case((or_(*(posting.c.flow == flow for flow in flows)), posting.c.change), else_=0)
        return func.coalesce(func.sum(change), 0).label(name)

    owed = select(func.coalesce(func.sum(claim.c.remaining), 0)).where(
        claim.c.person_id == person, claim.c.remaining > 0
    )
    return select(
        held("available"),
        held("held"),
        held("minutes"),
        func.coalesce(func.sum(earned), 0).label("earned"),
        func.coalesce(func.sum(spent), 0).label("spent"),
        changed("received", Flow.RECEIVED),
        changed("donated", Flow.DONATED, Flow.UNDONATED),
        changed("given", Flow.GIVEN),
        changed("lapsed", Flow.LAPSED, Flow.UNLAPSED),
        owed.scalar_subquery().label("owed"),
        exists().where(lot.c.person_id == person, lot.c.remaining > 0).label("has_lots"),
    ).where(posting.c.person_id == person, posting.c.unit == Unit.POINT)


def _lots() -> Select[Any]:
    lot = table_of(Lot)
    return (
        select(lot.c.expires_at, lot.c.remaining)
        .where(lot.c.person_id == bindparam("person_id"), lot.c.remaining > 0)
        .order_by(lot.c.expires_at)
    )


_FIGURES, _LOTS = Swift(_figures), Swift(_lots)


def person_points(session: Session, person_id: int, *, now: datetime) -> PersonPoints:
    """Return the figures of a person's points book: one statement, and one more where points have an end."""
    found = _FIGURES.one(
        session,
        person_id=person_id,
        available=accounts.person_available(person_id),
        held=accounts.person_held(person_id),
        minutes=accounts.person_minutes(person_id),
    )
    expiring: dict[date, int] = {}
    for lot in _LOTS.rows(session, person_id=person_id) if found.has_lots else ():
        day = clock.local_day(max(lot.expires_at, now))  # past its moment: it lapses with the next run of the job
        expiring[day] = expiring.get(day, 0) + lot.remaining
    return PersonPoints(
        balance=int(found.available),
        held=int(found.held),
        earned_total=int(found.earned),
        spent_total=int(found.spent),
        expiring=tuple(expiring.items()),
        service_minutes=int(found.minutes),
        owed=int(found.owed),
        received=int(found.received),
        donated=-int(found.donated),
        given=-int(found.given),
        lapsed=-int(found.lapsed),
    )


_LINE = (
    Entry.id.label("entry_id"),
    Entry.public_id,
    Entry.posted_at,
    Entry.kind,
    Posting.change.label("points"),
    Entry.memo,
    Entry.facts,
    Posting.balance_after,
    Entry.rule,
    Entry.rule_version,
    Entry.steps,
)


def entries_page(session: Session, person_id: int, page: PageRequest, *, unit: Unit = Unit.POINT) -> Page[EntryLine]:
    """Return the lines of the person's book of points (or of minutes), newest first; the cursor is the entry's number."""
    query = (
        select(*_LINE)
        .join(Posting, Posting.entry_id == Entry.id)
        .where(Posting.person_id == person_id, Posting.unit == unit, Posting.change.is_not(None))
        .order_by(Posting.entry_id.desc())
        .limit(page.limit + 1)
    )
    if page.after is not None:
        query = query.where(Posting.entry_id < page.after[0])
    rows = [EntryLine(**{**row, "steps": tuple(row["steps"] or ())}) for row in session.execute(query).mappings()]
    return cut(rows, page.limit, lambda line: (line.entry_id,))


def entry_detail(session: Session, person_id: int, entry_public_id: str) -> EntryDetail | None:
    """Return one line of the person's own book with its inputs; None when it is not theirs."""
    beside = aliased(Posting)
    minutes = (
        select(func.coalesce(func.sum(beside.change), 0))
        .where(beside.entry_id == Entry.id, beside.unit == Unit.MINUTE, beside.person_id == person_id)
        .scalar_subquery()
    )
    row = (
        session.execute(
            select(*_LINE, Entry.inputs, minutes.label("minutes"))
            .join(Posting, Posting.entry_id == Entry.id)
            .where(
                Entry.public_id == entry_public_id,
                Posting.person_id == person_id,
                Posting.unit == Unit.POINT,
                Posting.change.is_not(None),
            )
        )
        .mappings()
        .one_or_none()
    )
    if row is None:
        return None
    steps, inputs = tuple(row["steps"] or ()), row["inputs"] or {}
    return EntryDetail(**{**row, "steps": steps, "inputs": inputs, "person_id": person_id})


def month_figures(session: Session, person_id: int, *, now: datetime, months: int = 6) -> tuple[MonthFigures, ...]:
    """Return the last local months, oldest first, this one included: one statement over the person's own postings."""
    firsts = [clock.local_day(now).replace(day=1)]
    for _step in range(months - 1):
        firsts.append((firsts[-1] - timedelta(days=1)).replace(day=1))
    firsts.reverse()
    starts = [clock.at_local(day) for day in firsts]
    ends = [*starts[1:], None]
    sums = []
    for start, end in zip(starts, ends, strict=True):
        inside = Posting.posted_at >= start
        if end is not None:
            inside &= Posting.posted_at < end
        for counted in (inside & Posting.flow.in_(EARNED), inside & Posting.flow.not_in(EARNED)):
            sums.append(func.coalesce(func.sum(case((counted, Posting.change), else_=0)), 0))
    found = session.execute(
        select(*sums).where(
            Posting.person_id == person_id,
            Posting.unit == Unit.POINT,
            Posting.change.is_not(None),
            Posting.posted_at >= starts[0],
        )
    ).one()
    return tuple(
        MonthFigures(starts_on=day, earned=int(found[2 * at]), used=-int(found[2 * at + 1]))
        for at, day in enumerate(firsts)
    )


def earned_select(
    start: datetime | None = None, end: datetime | None = None, *, unit: Unit = Unit.POINT
) -> Select[int, int]:
    """Return a select of (person_id, points) earned in [start, end), corrections taken off; join it for boards."""
    query = (
        select(Posting.person_id.label("person_id"), func.sum(Posting.change).label("points"))
        .where(IS_EARNED, Posting.unit == unit)
        .group_by(Posting.person_id)
    )
    if start is not None:
        query = query.where(Posting.posted_at >= start)
    if end is not None:
        query = query.where(Posting.posted_at < end)
    return query  # type: ignore[return-value]


def earned_by_person(
    session: Session,
    start: datetime | None = None,
    end: datetime | None = None,
    *,
    person_ids: Sequence[int] | None = None,
    unit: Unit = Unit.POINT,
) -> dict[int, int]:
    """Return points earned per person in [start, end)."""
    query = earned_select(start, end, unit=unit)
    if person_ids is not None:
        query = query.where(Posting.person_id.in_(person_ids))
    return {int(person_id): int(points) for person_id, points in session.execute(query)}
