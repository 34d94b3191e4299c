"""Things the five-star tests start from: a small scheme, branches, and work reported as events."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from pointsapp.areas.models import Area
from pointsapp.core import clock, events
from pointsapp.core.actor import Actor, Role
from pointsapp.core.transaction import write
from pointsapp.people.models import Person
from pointsapp.stars.queries import RoundRow, find_round, newest_round, standings
from pointsapp.stars.rules.branches import BranchDraft
from pointsapp.stars.services import Publish, freeze_round, import_branches, import_scheme, publish_round
from tests.factories import actor_of, make_platform_admin, make_staff

IN_DECEMBER = "2026-12-20T08:00:00+08:00"
SMALL_SCHEME: dict[str, Any] = {
    "scheme": "small",
    "version": 1,
    "name": "两星",
    "total": 40,
    "stars": [
        {
            "key": "first",
            "name": "支部过硬",
            "colour": "red",
            "lit_at": 12,
            "indicators": [
                {
                    "key": "members_active",
                    "name": "党员参与",
                    "max": 10,
                    "source": "automatic",
                    "formula": {
                        "kind": "ratio",
                        "of": "party_members_participating",
                        "to": "party_members",
                        "full_at": 50,
                        "least": 1,
                    },
                },
                {"key": "party_life", "name": "三会一课", "max": 10, "source": "assessed"},
            ],
        },
        {
            "key": "second",
            "name": "共建共享",
            "colour": "orange",
            "lit_at": 10,
            "indicators": [
                {
                    "key": "hours",
                    "name": "人均时长",
                    "max": 10,
                    "source": "automatic",
                    "formula": {"kind": "per_head", "of": "service_minutes", "per": 1000, "full_at": 600},
                },
                {
                    "key": "tasks",
                    "name": "完成任务",
                    "max": 10,
                    "source": "automatic",
                    "formula": {
                        "kind": "bands",
                        "of": "tasks_completed",
                        "bands": [{"at_least": 1, "score": 2.5}, {"at_least": 3, "score": 10}],
                    },
                },
            ],
        },
    ],
    "tiers": [{"name": "两星支部", "lit_stars": 2, "total": 25}, {"name": "创建中"}],
}


def make_branches(session: Session, *areas: Area, kind: str = "branch") -> None:
    """Import one branch per area, coded b<area code>."""
    drafts = [
        BranchDraft(
            line=number,
            code=f"b-{area.code}",
            name=f"{area.name}党支部",
            kind=kind,
            parent_code="",
            area_code=area.code,
        )
        for number, area in enumerate(areas, start=2)
    ]
    write(import_branches, drafts, now=clock.now())


def open_small_round(session: Session) -> RoundRow:
    write(import_scheme, SMALL_SCHEME, {}, now=clock.now())
    return this_round(session)


def this_round(session: Session) -> RoundRow:
    found = newest_round(session, now=clock.now())
    assert found is not None
    return found


def report_work(
    session: Session, area: Area, person: Person, minutes: int = 60, *, at: datetime | None = None, **facts: Any
) -> None:
    """Record what check-in records when somebody is credited, and deliver it."""
    report(session, "checkin.credited", area, person, at=at, minutes=minutes, points=0, **facts)


def report(
    session: Session, kind: str, area: Area, person: Person | None = None, *, at: datetime | None = None, **facts: Any
) -> None:
    def act(session: Session) -> None:
        events.record(
            session,
            kind,
            at=at or clock.now(),
            subject="attendance:1",
            area_id=area.id,
            person_id=person.id if person else None,
            **facts,
        )

    write(act)
    write(events.deliver_due, now=clock.now())


def officer(session: Session, area: Area, role: Role = Role.STAFF) -> Actor:
    return actor_of(session, make_staff(session, area, role))


def code(area: Area) -> str:
    return f"b-{area.code}"


def totals(session: Session, found: RoundRow, clock: Any) -> dict[str, int]:
    rows = standings(session, find_round(session, found.public_id), now=clock.now())
    return {row.branch.code: row.score.total for row in rows}


def tasks(session: Session, area: Area, times: int = 1, **facts: Any) -> None:
    """Close so many tasks of December in the area."""
    for _ in range(times):
        report(session, "tasks.closed", area, occurred_at=IN_DECEMBER, participants=3, **facts)


def past(clock: Any, found: RoundRow, **span: float) -> datetime:
    """Put the clock so far behind the cut-off."""
    clock.at = found.cut_off_at + timedelta(**span)
    return clock.at


def publish_it(session: Session, clock: Any, found: RoundRow, actor: Actor | None = None) -> Actor:
    """Go past the cut-off and hang the round out, whatever is unfinished; return who did."""
    admin = actor or actor_of(session, make_platform_admin(session))
    if clock.now() <= found.cut_off_at:
        clock.at = found.cut_off_at + timedelta(minutes=1)
    write(publish_round, admin, Publish(round_id=found.public_id, reason="资料收不齐，先公示"), now=clock.now())
    return admin


def close_it(session: Session, clock: Any, found: RoundRow, actor: Actor | None = None) -> RoundRow:
    """Publish the round, wait until its period is over, and close it."""
    admin = publish_it(session, clock, found, actor)
    clock.at = find_round(session, found.public_id).objections_until
    write(freeze_round, admin, found.public_id, now=clock.now())
    return find_round(session, found.public_id)
