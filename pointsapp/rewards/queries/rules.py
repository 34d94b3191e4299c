"""Which version of a rule is in force, and what a person earned so far inside its caps."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy import ScalarSelect, Select, bindparam, case, column, func, select, table
from sqlalchemy.orm import Session

from pointsapp.core import clock
from pointsapp.core.db import table_of
from pointsapp.core.swift import Swift
from pointsapp.ledger.models import IS_EARNED, Posting, Unit
from pointsapp.people.models import Person
from pointsapp.rewards.models import PointRule, RuleVersion
from pointsapp.rewards.rules import ALL_CATEGORIES, Caps, RuleVersionRow, SoFar, is_within_band

# Categories stand with the tasks, a floor above: their words are read by the table's name, as a foreign key would.
_category = table("task_category", column("key"), column("name"), column("position"))


def _newest(parameter: str) -> ScalarSelect[int]:
    """Select the newest version, at `now`, of the rule whose category is the named parameter."""
    return (
        select(RuleVersion.id)
        .join(PointRule, PointRule.id == RuleVersion.rule_id)
        .where(PointRule.category == bindparam(parameter), RuleVersion.starts_at <= bindparam("now"))
        .order_by(RuleVersion.starts_at.desc(), RuleVersion.id.desc())
        .limit(1)
        .scalar_subquery()
    )


def version_in_force(session: Session, category: str, now: datetime, pinned_id: int | None = None) -> RuleVersionRow:
    """Return the version that judges `category`, in one statement.

    `pinned_id` is the version a task was published under: its bounds were promised. The general caps per person are always
    those in force now, because they belong to the person, not to the task.
    """
    asked = {"category": category, "general": ALL_CATEGORIES, "now": now, "pinned_id": pinned_id}
    rows = _IN_FORCE[pinned_id is not None].rows(session, **asked)
    general = [row for row in rows if row.category == ALL_CATEGORIES]
    own = next((row for row in rows if row.category != ALL_CATEGORIES), None)
    if not general:
        raise LookupError("the general point rule is missing: run the migrations")
    judged = own if own is not None else general[0]  # a pinned general version is the older of two
    return _row(judged.category, judged, general[-1])


def _in_force(is_pinned: bool) -> Select[Any]:
    versions, rules = table_of(RuleVersion), table_of(PointRule)
    own_id = bindparam("pinned_id") if is_pinned else _newest("category")
    return (
        select(versions, rules.c.category)
        .join(rules, rules.c.id == versions.c.rule_id)
        .where(versions.c.id.in_([own_id, _newest("general")]))
        .order_by(versions.c.starts_at, versions.c.id)
    )


_IN_FORCE = {is_pinned: Swift(partial(_in_force, is_pinned)) for is_pinned in (True, False)}


def _row(rule: str, own: Any, general: Any) -> RuleVersionRow:
    is_own = rule != ALL_CATEGORIES

    def first(name: str) -> Any:
        value = getattr(own, name)
        return getattr(general, name) if value is None and is_own else value

    return RuleVersionRow(
        id=own.id,
        rule=rule,
        number=own.number,
        general_number=general.number,
        band_per_completion=first("band_per_completion"),
        band_per_hour=first("band_per_hour"),
        caps=Caps(
            activity=first("cap_activity"),
            day=own.cap_day if is_own else None,
            week=own.cap_week if is_own else None,
            month=own.cap_month if is_own else None,
        ),
        person_caps=Caps(day=general.cap_day, week=general.cap_week, month=general.cap_month),
        expires_after_months=general.expires_after_months,
    )


def current_rule_version(session: Session, category: str, now: datetime) -> RuleVersionRow:
    """Return the version in force at `now` for `category`: its own rule, else the general one."""
    return version_in_force(session, category, now)


def band_allows(session: Session, category: str, points: int, points_mode: str, now: datetime) -> bool:
    """Tell whether a task's points stay inside the band of its category; a fresh database has none."""
    return is_within_band(version_in_force(session, category, now), points, points_mode)


def earned_so_far(session: Session, person_id: int, category: str, now: datetime) -> SoFar:
    """Return what the person earned this local day, week and month, in `category` and in all: one statement."""
    starts = {
        "day": clock.day_bounds(clock.local_day(now))[0],
        "week": clock.period_start("week", now),
        "month": clock.period_start("month", now),
    }
    sums = [
        func.coalesce(func.sum(case((condition & (Posting.posted_at >= start), Posting.change), else_=0)), 0)
        for condition in (Posting.behaviour == category, Posting.person_id == person_id)
        for start in starts.values()
    ]
    found = session.execute(
        select(*sums).where(
            IS_EARNED,
            Posting.unit == Unit.POINT,
            Posting.person_id == person_id,
            Posting.posted_at >= min(start for start in starts.values() if start is not None),
        )
    ).one()
    figures = [int(value) for value in found]
    return SoFar(
        category=dict(zip(starts, figures[:3], strict=True)), person=dict(zip(starts, figures[3:], strict=True))
    )


# The numbers of a version, in the order of the form that words a new one.
NUMBERS = (
    "band_per_completion",
    "band_per_hour",
    "cap_activity",
    "cap_day",
    "cap_week",
    "cap_month",
    "expires_after_months",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionLine:
    """One version as the console and the public page show it; None in a number is no bound."""

    public_id: str
    category: str
    category_name: str
    number: int
    starts_at: datetime
    band_per_completion: int | None
    band_per_hour: int | None
    cap_activity: int | None
    cap_day: int | None
    cap_week: int | None
    cap_month: int | None
    expires_after_months: int | None
    reason: str
    set_by_name: str

    @property
    def has_bounds(self) -> bool:
        return any(getattr(self, name) is not None for name in NUMBERS if name != "expires_after_months")


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleLine:
    """One category with the version in force (None: only the general rule binds it) and the next one, if it is set."""

    category: str
    name: str
    current: VersionLine | None
    upcoming: VersionLine | None

    @property
    def is_general(self) -> bool:
        return self.category == ALL_CATEGORIES


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleBook:
    """The general rule, one line per category, and every version, newest first."""

    general: RuleLine
    categories: tuple[RuleLine, ...]
    history: tuple[VersionLine, ...]

    @property
    def lines(self) -> tuple[RuleLine, ...]:
        return (self.general, *self.categories)

    def line_of(self, category: str) -> RuleLine:
        """Return the line of `category`; the general one for a word that is none."""
        return next((line for line in self.categories if line.category == category), self.general)

    def numbers_of(self, line: RuleLine) -> dict[str, Any]:
        """Return what a form for the next version of `line` starts from: its newest wording."""
        newest = line.upcoming or line.current
        kept = {name: getattr(newest, name) for name in NUMBERS} if newest else {}
        return {"category": line.category, **{name: value for name, value in kept.items() if value is not None}}


def category_names(session: Session) -> dict[str, str]:
    """Return the names of the task categories by key, in their order."""
    rows = session.execute(select(_category.c.key, _category.c.name).order_by(_category.c.position))
    return {row.key: row.name for row in rows}


MOST_VERSIONS = 200  # on one page; a rule changes a few times a year


def rule_book(session: Session, now: datetime) -> RuleBook:
    """Return the whole rule book in two statements."""
    names = category_names(session)
    rows = session.execute(
        select(RuleVersion, PointRule.category, Person.name)
        .join(PointRule, PointRule.id == RuleVersion.rule_id)
        .outerjoin(Person, Person.id == RuleVersion.set_by_id)
        .order_by(RuleVersion.starts_at.desc(), RuleVersion.id.desc())
        .limit(MOST_VERSIONS)
    )
    history = tuple(_line(version, category, names.get(category, ""), by or "") for version, category, by in rows)

    def line(category: str, name: str) -> RuleLine:
        own = [version for version in history if version.category == category]
        current = next((version for version in own if version.starts_at <= now), None)
        upcoming = next((version for version in reversed(own) if version.starts_at > now), None)
        return RuleLine(category=category, name=name, current=current, upcoming=upcoming)

    categories = tuple(line(category, name) for category, name in names.items())
    return RuleBook(general=line(ALL_CATEGORIES, ""), categories=categories, history=history)


def _line(version: RuleVersion, category: str, name: str, set_by: str) -> VersionLine:
    return VersionLine(
        public_id=version.public_id,
        category=category,
        category_name=name,
        number=version.number,
        starts_at=version.starts_at,
        reason=version.reason,
        set_by_name=set_by,
        **{number: getattr(version, number) for number in NUMBERS},
    )
