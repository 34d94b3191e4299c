"""Things a test starts from. Each factory commits and returns the row; `over` replaces any column."""

from __future__ import annotations

from itertools import count
from typing import Any

from sqlalchemy.orm import Session

from pointsapp.areas.models import Area, AreaKind
from pointsapp.core import clock
from pointsapp.core.actor import MERCHANT_ROLES, Actor, Role
from pointsapp.core.codes import new_code
from pointsapp.merchants.models import Merchant
from pointsapp.people.models import Person, RoleGrant
from pointsapp.people.queries import load_actor

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


def actor_of(session: Session, person: Person) -> Actor:
    """Return `person` as the one acting now."""
    actor = load_actor(session, person.id, now=clock.now())
    assert actor is not None
    return actor
