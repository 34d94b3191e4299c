"""Rounds and branches as others see them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from fractions import Fraction
from typing import Any

from sqlalchemy import Select, or_, select, tuple_
from sqlalchemy.orm import Session

from pointsapp.areas.models import Area
from pointsapp.core import clock
from pointsapp.core.errors import NotFound
from pointsapp.core.masking import mask_phone
from pointsapp.core.paging import Page, PageRequest, cut
from pointsapp.people.models import Person
from pointsapp.stars.messages import round_name, speaks_english
from pointsapp.stars.models import Branch, BranchKind, Membership, Round, RoundState, SchemeVersion
from pointsapp.stars.queries.metrics import Span
from pointsapp.stars.rules.scheme import Scheme, read_scheme


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundRow:
    id: int
    public_id: str
    state: RoundState
    starts_on: date
    ends_on: date
    closed_at: datetime | None
    scheme: Scheme

    @property
    def name(self) -> str:
        return round_name(self.starts_on)

    def span(self, now: datetime) -> Span:
        """Return the work that counts: a closed round is read as it stood when it closed."""
        start, end = clock.at_local(self.starts_on), clock.at_local(self.ends_on + timedelta(days=1))
        return Span(start=start, end=end, as_of=self.closed_at or now)

    @property
    def days(self) -> int:
        return (self.ends_on - self.starts_on).days + 1

    def days_gone(self, now: datetime) -> int:
        """Return how many of the round's days have begun."""
        gone = (clock.local_day(self.closed_at or now) - self.starts_on).days + 1
        return min(max(gone, 0), self.days)

    def elapsed(self, now: datetime) -> Fraction:
        """Return the share of the round's days gone by, today included."""
        return Fraction(self.days_gone(now), self.days)


@dataclass(frozen=True, slots=True, kw_only=True)
class BranchRow:
    id: int
    public_id: str
    code: str
    name: str
    kind: BranchKind
    area_id: int
    area_name: str
    area_path: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberRow:
    id: int
    public_id: str
    name: str
    phone: str
    starts_at: datetime | None
    is_reporting: bool


BRANCH_COLUMNS = (
    Branch.id,
    Branch.public_id,
    Branch.code,
    Branch.name,
    Branch.kind,
    Branch.area_id,
    Area.name.label("area_name"),
    Area.path.label("area_path"),
)


def branch_row(row: Any) -> BranchRow:
    """Return the BranchRow in a row that begins with BRANCH_COLUMNS."""
    return BranchRow(
        id=row[0],
        public_id=row[1],
        code=row[2],
        name=row[3],
        kind=row[4],
        area_id=row[5],
        area_name=row[6],
        area_path=row[7],
    )


def find_branch(session: Session, id_or_code: str) -> BranchRow:
    """Return the branch with this public id or code; NotFound when there is none."""
    rows = session.execute(
        select(*BRANCH_COLUMNS)
        .join(Area, Area.id == Branch.area_id)
        .where(or_(Branch.public_id == id_or_code, Branch.code == id_or_code))
    ).all()
    # A code could by chance read like another's id: the id, which nobody chose, goes first.
    found = min(rows, key=lambda row: row.public_id != id_or_code, default=None)
    if found is None:
        raise NotFound()
    return branch_row(found)


def _rounds() -> Select[tuple[Round, dict[str, Any]]]:
    return select(Round, SchemeVersion.definition).join(SchemeVersion, SchemeVersion.id == Round.scheme_version_id)


def _row(found: Round, definition: dict[str, Any]) -> RoundRow:
    return RoundRow(
        id=found.id,
        public_id=found.public_id,
        state=found.state,
        starts_on=found.starts_on,
        ends_on=found.ends_on,
        closed_at=found.closed_at,
        scheme=read_scheme(definition, english=speaks_english()),
    )


def find_round(session: Session, round_id: str) -> RoundRow:
    """Return the round with this public id; NotFound when there is none."""
    found = session.execute(_rounds().where(Round.public_id == round_id)).one_or_none()
    if found is None:
        raise NotFound()
    return _row(*found)


def newest_round(session: Session, *, now: datetime) -> RoundRow | None:
    """Return the round that runs now, else the last one that began; None before the first."""
    today = clock.local_day(now)
    found = session.execute(
        _rounds().where(Round.starts_on <= today).order_by(Round.starts_on.desc(), Round.id.desc()).limit(1)
    ).one_or_none()
    return None if found is None else _row(*found)


def open_rounds(session: Session) -> list[RoundRow]:
    """Return every round that is still open, the oldest first."""
    rows = session.execute(_rounds().where(Round.state == RoundState.OPEN).order_by(Round.starts_on, Round.id))
    return [_row(*row) for row in rows]


def rounds_by_ids(session: Session, ids: Iterable[int]) -> list[RoundRow]:
    """Return the rounds with these keys, the oldest first."""
    rows = session.execute(_rounds().where(Round.id.in_(sorted(ids))).order_by(Round.starts_on, Round.id))
    return [_row(*row) for row in rows]


def latest_rounds(session: Session, limit: int = 6) -> list[RoundRow]:
    """Return the last rounds that began, the newest first: what a board lets one choose from."""
    return [
        _row(*row) for row in session.execute(_rounds().order_by(Round.starts_on.desc(), Round.id.desc()).limit(limit))
    ]


def rounds_page(session: Session, page: PageRequest) -> Page[RoundRow]:
    """Return rounds, the newest first."""
    query = _rounds().order_by(Round.id.desc()).limit(page.limit + 1)
    if page.after is not None:
        query = query.where(Round.id < page.after[0])
    rows = [_row(*row) for row in session.execute(query)]
    return cut(rows, page.limit, lambda row: (row.id,))


def branches_by_code(session: Session, codes: Iterable[str]) -> dict[str, Branch]:
    """Return the branches with these codes."""
    wanted = list(set(codes))
    return {branch.code: branch for branch in session.scalars(select(Branch).where(Branch.code.in_(wanted)))}


def members_page(session: Session, branch_id: int, page: PageRequest, *, now: datetime) -> Page[MemberRow]:
    """Return a page of who belongs to the branch now, by name. The caller has asked `may_read_members`. Key: the person, whose name is looked up."""
    statement = (
        select(Person.id, Person.public_id, Person.name, Person.phone, Membership.starts_at, Membership.is_reporting)
        .join(Membership, Membership.person_id == Person.id)
        .where(
            Membership.branch_id == branch_id,
            Person.erased_at.is_(None),
            or_(Membership.starts_at.is_(None), Membership.starts_at <= now),
            or_(Membership.ended_at.is_(None), Membership.ended_at > now),
        )
        .order_by(Person.name, Person.id)
        .limit(page.limit + 1)
    )
    if page.after:
        seen = select(Person.name, Person.id).where(Person.id == page.after[0]).scalar_subquery()
        statement = statement.where(tuple_(Person.name, Person.id) > seen)
    rows = [
        MemberRow(
            id=key,
            public_id=public_id,
            name=name,
            phone=mask_phone(phone),
            starts_at=starts_at,
            is_reporting=is_reporting,
        )
        for key, public_id, name, phone, starts_at, is_reporting in session.execute(statement)
    ]
    return cut(rows, page.limit, lambda row: (row.id,))
