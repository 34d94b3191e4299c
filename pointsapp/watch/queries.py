"""Anomalies as the desk sees them: a list by state and rule, one with its evidence, how many stand how."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session, aliased

from pointsapp.areas.models import Area
from pointsapp.areas.queries import below_any
from pointsapp.core import policy
from pointsapp.core.actor import Actor, require
from pointsapp.core.anomalies import name_of_doer, rules, short, told_facts
from pointsapp.core.errors import NotFound
from pointsapp.core.masking import mask_name
from pointsapp.core.paging import Page, PageRequest, cut
from pointsapp.merchants.models import Merchant
from pointsapp.people.models import Person
from pointsapp.watch.models import Anomaly, AnomalyEvidence, AnomalyState, AnomalyStep, WatchMark
from pointsapp.watch.policies import WATCHERS, may_see, may_watch

MOST_STEPS = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class AnomalyRow:
    """`by` is who did it, a resident masked; `person` whom it credits or serves, masked; `shop` where it is about a till."""

    id: int
    public_id: str
    rule: str
    limits: dict[str, Any]
    area: str
    area_path: str | None
    person: str
    by: str
    shop: str
    state: AnomalyState
    rows: int
    first_at: datetime
    last_at: datetime
    found_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceLine:
    id: int
    kind: str
    at: datetime
    person: str
    by: str
    facts: dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class StepLine:
    state: AnomalyState
    reason: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """`by_state` names every state, also one with 0; a rule without an open case has no line in `open_by_rule`."""

    by_state: dict[str, int]
    open_by_rule: dict[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleLine:
    """A rule as it is stated now, and how many open cases of it stand within one's remit."""

    key: str
    title: Any
    states: Any
    limits: dict[str, Any]
    open: int


def _anomalies() -> Select[*tuple[Any, ...]]:
    person, by = aliased(Person), aliased(Person)
    return (
        select(Anomaly, Area.name, Area.path, person.name, by.name, Merchant.name)
        .outerjoin(Area, Area.id == Anomaly.area_id)
        .outerjoin(person, person.id == Anomaly.person_id)
        .outerjoin(by, by.id == Anomaly.by_id)
        .outerjoin(Merchant, Merchant.id == Anomaly.merchant_id)
    )


def _row(found: Any) -> AnomalyRow:
    row, area, path, person, by, shop = found
    return AnomalyRow(
        id=row.id, public_id=row.public_id, rule=row.rule, limits=row.limits, area=area or "", area_path=path,
        person=mask_name(person) if person else "", shop=shop or "", state=row.state,
        by=name_of_doer(row.rule, by, is_own=row.by_id == row.person_id) if by else "",
        rows=row.rows, first_at=row.first_at, last_at=row.last_at, found_at=row.found_at,
    )  # fmt: skip


def _within(actor: Actor) -> list[ColumnElement[bool]]:
    paths = actor.paths(WATCHERS)
    if paths == ("/",):
        return []
    return [Anomaly.area_id.in_(select(Area.id).where(below_any(Area.path, paths)))]


def anomalies_page(
    session: Session, actor: Actor, page: PageRequest, *, state: AnomalyState, rule: str = ""
) -> Page[AnomalyRow]:
    """Return the anomalies of one's remit that stand in `state`, the newest first; `rule` empty means any."""
    require(may_watch(actor))
    query = _anomalies().where(*_within(actor), Anomaly.state == state)
    if rule:
        query = query.where(Anomaly.rule == rule)
    if page.after:
        query = query.where(Anomaly.id < page.after[0])
    query = query.order_by(Anomaly.id.desc()).limit(page.limit + 1)
    return cut([_row(found) for found in session.execute(query)], page.limit, lambda row: (row.id,))


def anomaly_counts(session: Session, actor: Actor) -> Counts:
    """Return how many anomalies of one's remit stand in each state, and how many open ones each rule has: one look for both."""
    require(may_watch(actor))
    query = (
        select(Anomaly.rule, Anomaly.state, func.count()).where(*_within(actor)).group_by(Anomaly.rule, Anomaly.state)
    )
    by_state, open_by_rule = dict.fromkeys((state.value for state in AnomalyState), 0), dict[str, int]()
    for rule, state, count in session.execute(query):
        by_state[state.value] += count
        if state is AnomalyState.OPEN:
            open_by_rule[rule] = count
    return Counts(by_state=by_state, open_by_rule=open_by_rule)


def find_anomaly(session: Session, actor: Actor, public_id: str) -> AnomalyRow:
    """Return one anomaly; NotFound for who may not know of it."""
    require(may_watch(actor))
    found = session.execute(_anomalies().where(Anomaly.public_id == public_id)).one_or_none()
    if found is None or not may_see(actor, found[2]):
        raise NotFound()
    return _row(found)


def evidence_page(session: Session, anomaly_id: int, page: PageRequest) -> Page[EvidenceLine]:
    """Return the rows behind an anomaly, the oldest first. The caller has asked `find_anomaly`."""
    person, by = aliased(Person), aliased(Person)
    query = (
        select(AnomalyEvidence, Anomaly.rule, person.name, by.name)
        .join(Anomaly, Anomaly.id == AnomalyEvidence.anomaly_id)
        .outerjoin(person, person.id == AnomalyEvidence.person_id)
        .outerjoin(by, by.id == AnomalyEvidence.by_id)
        .where(AnomalyEvidence.anomaly_id == anomaly_id)
        .order_by(AnomalyEvidence.id)
        .limit(page.limit + 1)
    )
    if page.after:
        query = query.where(AnomalyEvidence.id > page.after[0])
    lines = [
        EvidenceLine(
            id=row.id,
            kind=row.kind,
            at=row.at,
            person=mask_name(whom) if whom else "",
            by=name_of_doer(rule, name, is_own=row.by_id == row.person_id) if name else "",
            facts=told_facts(rule, row.facts),
        )
        for row, rule, whom, name in session.execute(query)
    ]
    return cut(lines, page.limit, lambda line: (line.id,))


def steps_of(session: Session, anomaly_id: int) -> tuple[StepLine, ...]:
    """Return what was decided about an anomaly, the oldest first."""
    rows = session.execute(
        select(AnomalyStep, Person.name)
        .outerjoin(Person, Person.id == AnomalyStep.by_id)
        .where(AnomalyStep.anomaly_id == anomaly_id)
        .order_by(AnomalyStep.id)
        .limit(MOST_STEPS)
    )
    return tuple(StepLine(state=step.state, reason=step.reason, by=name or "", at=step.at) for step, name in rows)


def stated_rules(session: Session, counts: Counts, *, now: datetime) -> tuple[RuleLine, ...]:
    """Return every rule with the thresholds in force, and its open cases as they were counted."""
    thresholds = [(rule.key, one) for rule in rules() for one in rule.thresholds]
    values = policy.values(session, *(one for _key, one in thresholds), now=now) if thresholds else ()
    limits: dict[str, dict[str, Any]] = {}
    for (key, one), value in zip(thresholds, values, strict=True):
        limits.setdefault(key, {})[short(one)] = value
    return tuple(
        RuleLine(
            key=rule.key,
            title=rule.title,
            states=rule.states,
            limits=limits.get(rule.key, {}),
            open=counts.open_by_rule.get(rule.key, 0),
        )
        for rule in rules()
    )


def looked_at(session: Session) -> datetime | None:
    """Return when the events were last looked at, None before the first time."""
    mark = session.get(WatchMark, "events")
    return mark.at if mark is not None else None


__all__ = [
    "AnomalyRow",
    "AnomalyState",
    "Counts",
    "EvidenceLine",
    "RuleLine",
    "StepLine",
    "anomalies_page",
    "anomaly_counts",
    "evidence_page",
    "find_anomaly",
    "looked_at",
    "stated_rules",
    "steps_of",
]
