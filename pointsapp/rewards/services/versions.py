"""A new version of a point rule: in force from its date on, the old ones stay readable and keep judging what they promised."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from pointsapp.core import events
from pointsapp.core.actor import Actor, require
from pointsapp.core.codes import new_public_id
from pointsapp.core.errors import Invalid
from pointsapp.rewards.errors import VersionInThePast
from pointsapp.rewards.messages import NO_SUCH_CATEGORY
from pointsapp.rewards.models import PointRule, RuleVersion
from pointsapp.rewards.policies import may_change_rules
from pointsapp.rewards.queries.rules import category_names
from pointsapp.rewards.rules import ALL_CATEGORIES


@dataclass(frozen=True, slots=True, kw_only=True)
class AddRuleVersion:
    """A wording of the rule of `category` (`*`: all). None in a number is no bound; `starts_at` None is now."""

    category: str
    reason: str
    starts_at: datetime | None = None
    band_per_completion: int | None = None
    band_per_hour: int | None = None
    cap_activity: int | None = None
    cap_day: int | None = None
    cap_week: int | None = None
    cap_month: int | None = None
    expires_after_months: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionReceipt:
    public_id: str
    category: str
    number: int
    starts_at: datetime


def add_rule_version(session: Session, actor: Actor, command: AddRuleVersion, *, now: datetime) -> VersionReceipt:
    """Add the next version of a category's rule. Two people adding at once meet at (rule, number): the second looks again."""
    require(may_change_rules(actor))
    if command.category != ALL_CATEGORIES and command.category not in category_names(session):
        raise Invalid({"category": [str(NO_SUCH_CATEGORY)]})
    starts_at = command.starts_at or now
    rule_id, number, newest = _rule(session, command.category)
    if starts_at < now or (newest is not None and starts_at < newest):
        raise VersionInThePast()
    public_id = new_public_id()
    session.execute(
        insert(RuleVersion).values(
            public_id=public_id,
            rule_id=rule_id,
            number=number + 1,
            starts_at=starts_at,
            band_per_completion=command.band_per_completion,
            band_per_hour=command.band_per_hour,
            cap_activity=command.cap_activity,
            cap_day=command.cap_day,
            cap_week=command.cap_week,
            cap_month=command.cap_month,
            expires_after_months=command.expires_after_months if command.category == ALL_CATEGORIES else None,
            reason=command.reason,
            set_by_id=actor.person_id,
            created_at=now,
        )
    )
    events.record(
        session,
        "rewards.rule_version_added",
        at=now,
        subject=f"rule_version:{public_id}",
        actor_id=actor.person_id,
        category=command.category,
        number=number + 1,
    )
    return VersionReceipt(public_id=public_id, category=command.category, number=number + 1, starts_at=starts_at)


def _rule(session: Session, category: str) -> tuple[int, int, datetime | None]:
    """Return (rule, its last number, when its last version starts); a category's first version brings its rule."""
    found = session.execute(
        select(PointRule.id, func.max(RuleVersion.number), func.max(RuleVersion.starts_at))
        .outerjoin(RuleVersion, RuleVersion.rule_id == PointRule.id)
        .where(PointRule.category == category)
        .group_by(PointRule.id)
    ).one_or_none()
    if found is not None:
        return found[0], found[1] or 0, found[2]
    rule_id = session.execute(insert(PointRule).values(category=category).returning(PointRule.id)).scalar_one()
    return rule_id, 0, None
