"""The policies in force, where each value comes from, and what it was before."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from pointsapp.core import policy
from pointsapp.core.errors import NotFound
from pointsapp.core.paging import Page, PageRequest, cut
from pointsapp.core.policy import Policy, PolicyVersion
from pointsapp.people.models import Person
from pointsapp.tasks.queries import all_categories
from pointsapp.tasks.queries.details import CategoryName


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyLine:
    """One policy with the value in force. `since` is None where nobody has set it: the default holds."""

    name: str
    meaning: Any
    value: Any
    default: Any
    since: datetime | None
    set_by: str | None
    reason: str

    @property
    def feature(self) -> str:
        return self.name.partition(".")[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingsPage:
    policies: tuple[PolicyLine, ...]
    categories: tuple[CategoryName, ...]


def settings_page(session: Session, *, now: datetime) -> SettingsPage:
    """Return every declared policy with its value in force, and the task categories."""
    newest = select(func.max(PolicyVersion.id)).where(PolicyVersion.starts_at <= now).group_by(PolicyVersion.name)
    in_force = {row.name: row for row in session.execute(_versions().where(PolicyVersion.id.in_(newest)))}
    lines = tuple(_line(each, in_force.get(each.name)) for each in policy.declared())
    return SettingsPage(policies=lines, categories=all_categories(session))


def policy_line(session: Session, name: str, *, now: datetime) -> PolicyLine:
    """Return one policy with the value in force; NotFound for a name nobody declared."""
    declared = named_policy(name)
    return _line(declared, session.execute(_of(name, now).limit(1)).one_or_none())


def policy_history(session: Session, name: str, page: PageRequest, *, now: datetime) -> Page[PolicyLine]:
    """Return a page of what one policy was and is, the newest first; the default stands behind the last. Key: the version's."""
    declared, statement = named_policy(name), _of(name, now).limit(page.limit + 1)
    if page.after:
        statement = statement.where(PolicyVersion.id < page.after[0])
    rows = cut(session.execute(statement).all(), page.limit, lambda row: (row.id,))
    lines = tuple(_line(declared, row) for row in rows.items)
    return Page(lines if rows.next_cursor else (*lines, _line(declared, None)), rows.next_cursor)


def _of(name: str, now: datetime) -> Select[Any]:
    return (
        _versions()
        .add_columns(PolicyVersion.id)
        .where(PolicyVersion.name == name, PolicyVersion.starts_at <= now)
        .order_by(PolicyVersion.id.desc())
    )


def named_policy(name: str) -> Policy:
    """Return the declared policy of this name."""
    found = next((each for each in policy.declared() if each.name == name), None)
    if found is None:
        raise NotFound()
    return found


def _versions() -> Select[Any]:
    return select(
        PolicyVersion.name, PolicyVersion.value, PolicyVersion.starts_at, PolicyVersion.reason, Person.name.label("who")
    ).outerjoin(Person, Person.id == PolicyVersion.set_by_id)


def _line(declared: Policy, row: Any) -> PolicyLine:
    return PolicyLine(
        name=declared.name,
        meaning=declared.meaning,
        value=declared.default if row is None else row.value,
        default=declared.default,
        since=None if row is None else row.starts_at,
        set_by=None if row is None else row.who,
        reason="" if row is None else row.reason,
    )
