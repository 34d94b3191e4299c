"""Things a test starts from. Each factory commits and returns the row; `over` replaces any column."""

from __future__ import annotations

import secrets
from datetime import timedelta
from itertools import count
from typing import Any

from sqlalchemy import update
from sqlalchemy.orm import Session

from pointsapp.areas.models import Area, AreaKind
from pointsapp.core import clock
from pointsapp.core.actor import MERCHANT_ROLES, Actor, Role
from pointsapp.core.codes import new_code
from pointsapp.merchants.models import Merchant
from pointsapp.people.models import Person, RoleGrant
from pointsapp.people.queries import load_actor
from pointsapp.people.services import create_token
from pointsapp.tasks.models import PointsMode, Shift, ShiftLeader, Signup, SignupState, Task, TaskState

_numbers = count(1)


def make_area(session: Session, parent: Area | None = None, kind: AreaKind = AreaKind.COMMUNITY, **over: Any) -> Area:
    number = next(_numbers)
    values = {"code": f"area{number}", "name": f"社区{number}", "kind": kind, "created_at": clock.now(), **over}
    area = Area(parent_id=parent.id if parent else None, path="", **values)
    session.add(area)
    session.flush()
    area.path = f"{parent.path if parent else '/'}{area.id}/"
    session.commit()
    return area


def make_tree(session: Session) -> dict[str, Area]:
    """A district with two streets; the first has two communities, the first of those a grid."""
    district = make_area(session, kind=AreaKind.DISTRICT, name="金水区")
    street = make_area(session, district, AreaKind.STREET, name="经八路街道")
    other_street = make_area(session, district, AreaKind.STREET, name="杜岭街道")
    community = make_area(session, street, name="军区社区")
    other = make_area(session, street, name="建文社区")
    grid = make_area(session, community, AreaKind.GRID, name="第一网格")
    return {
        "district": district,
        "street": street,
        "other_street": other_street,
        "community": community,
        "other": other,
        "grid": grid,
    }


def make_person(session: Session, area: Area | None = None, *, verified: bool = True, **over: Any) -> Person:
    number = next(_numbers)
    moment = clock.now()
    values: dict[str, Any] = {
        "name": f"王小明{number}",
        "phone": f"1380000{number:04d}",
        "volunteer_number": f"{41000000000 + number}",
        "home_area_id": area.id if area else None,
        "verified_at": moment if verified else None,
        "personal_code": new_code(10),
        "created_at": moment,
        "consent_version": "2026-11-01",
        "consented_at": moment,
    }
    person = Person(**{**values, **over})
    session.add(person)
    session.commit()
    return person


def grant(
    session: Session, person: Person, role: Role, *, area: Area | None = None, merchant: Merchant | None = None
) -> None:
    scope = f"area:{area.id}" if area else f"merchant:{merchant.id}" if merchant else "all"
    assert (merchant is not None) == (role in MERCHANT_ROLES)
    session.add(
        RoleGrant(
            person_id=person.id,
            role=role,
            area_id=area.id if area else None,
            merchant_id=merchant.id if merchant else None,
            scope=scope,
            starts_at=clock.now(),
        )
    )
    session.commit()


def make_staff(session: Session, area: Area, role: Role = Role.STAFF, **over: Any) -> Person:
    person = make_person(session, area, **over)
    grant(session, person, role, area=area)
    return person


def make_platform_admin(session: Session, **over: Any) -> Person:
    person = make_person(session, **over)
    grant(session, person, Role.PLATFORM_ADMIN)
    return person


def make_merchant(session: Session, area: Area, **over: Any) -> Merchant:
    number = next(_numbers)
    values = {
        "code": f"shop{number}",
        "name": f"胖婶烩面{number}",
        "address": f"经八路{number}号",
        "created_at": clock.now(),
    }
    merchant = Merchant(area_id=area.id, **{**values, **over})
    session.add(merchant)
    session.commit()
    return merchant


def make_clerk(session: Session, merchant: Merchant, role: Role = Role.MERCHANT_CLERK, **over: Any) -> Person:
    person = make_person(session, **over)
    grant(session, person, role, merchant=merchant)
    return person


def make_task(session: Session, area: Area, *, state: TaskState = TaskState.PUBLISHED, **over: Any) -> Task:
    """A published task of 0 points (no budget needed) without shifts; see make_shift."""
    number = next(_numbers)
    moment = clock.now()
    values: dict[str, Any] = {
        "title": f"红专路夜巡{number}",
        "description": "沿红专路走一圈，提醒商户收好门前的东西。",
        "category": "patrol",
        "place": "红专路口",
        "points": 0,
        "points_mode": PointsMode.PER_COMPLETION,
        "check_out_required": False,
        "created_at": moment,
        "published_at": moment if state is not TaskState.DRAFT else None,
    }
    task = Task(area_id=area.id, state=state, **{**values, **over})
    session.add(task)
    session.commit()
    return _kept(session, task)


def make_shift(session: Session, task: Task, *, leaders: tuple[Person, ...] = (), **over: Any) -> Shift:
    """A shift of two hours and five places that begins in an hour."""
    start = over.get("starts_at", clock.now() + timedelta(hours=1))
    values = {
        "starts_at": start,
        "ends_at": start + timedelta(hours=2),
        "capacity": 5,
        "code_key": secrets.token_hex(32),
    }
    shift = Shift(task_id=task.id, **{**values, **over})
    session.add(shift)
    session.flush()
    for leader in leaders:
        session.add(ShiftLeader(shift_id=shift.id, person_id=leader.id))
    session.commit()
    return _kept(session, shift)


def make_signup(
    session: Session, shift: Shift, person: Person, state: SignupState = SignupState.CONFIRMED, **over: Any
) -> Signup:
    """A sign-up, counted in the shift."""
    moment = clock.now()
    signup = Signup(
        shift_id=shift.id, person_id=person.id, state=state, **{"created_at": moment, "queued_at": moment, **over}
    )
    session.add(signup)
    column = {SignupState.WAITLISTED: Shift.waiting, SignupState.CANCELLED: None}.get(state, Shift.taken)
    if column is not None:
        session.execute(update(Shift).where(Shift.id == shift.id).values({column: column + 1}))
    session.commit()
    return _kept(session, signup)


def _kept(session: Session, row: Any) -> Any:
    """Return `row` as it stands now, detached: the roll-back that opens each write would empty it."""
    session.refresh(row)
    session.expunge(row)
    return row


def kept(session: Session, row: Any) -> Any:
    """Return any committed row as it stands, for a test that reads it after writes of others."""
    return _kept(session, row)


def actor_of(session: Session, person: Person) -> Actor:
    """Return `person` as the one acting now."""
    actor = load_actor(session, person.id, now=clock.now())
    assert actor is not None
    return actor


def bearer(session: Session, person: Person) -> dict[str, str]:
    """Return the headers of an API call by `person`."""
    made = create_token(session, person.id, now=clock.now())
    session.commit()
    return {"Authorization": f"Bearer {made.token}"}
