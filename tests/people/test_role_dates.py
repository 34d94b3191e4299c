"""Roles with a first and a last day: they begin and end by themselves, and the star board's four are given by the street office."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from pointsapp.areas.models import Area
from pointsapp.core import clock as time
from pointsapp.core.actor import BOARD_ROLES, Role
from pointsapp.core.errors import Forbidden
from pointsapp.core.events import Event
from pointsapp.core.transaction import write
from pointsapp.notices.saying import say
from pointsapp.people.errors import RoleDatesWrong, RoleHasOtherScope, RoleHeldAlready
from pointsapp.people.models import RoleGrant
from pointsapp.people.queries import load_actor, roles_of
from pointsapp.people.services import GrantRole, end_role, grant_role
from tests.conftest import Clock, HouseClient
from tests.factories import actor_of, make_person, make_platform_admin, make_staff, make_tree


@pytest.fixture
def tree(session: Session) -> dict[str, Area]:
    return make_tree(session)


def roles_now(session: Session, person_id: int) -> list[str]:
    actor = load_actor(session, person_id, now=time.now())
    assert actor is not None
    return [grant.role.value for grant in actor.grants]


def test_a_role_begins_and_ends_by_itself(session: Session, clock: Clock, tree: dict[str, Area]) -> None:
    office, person = actor_of(session, make_staff(session, tree["street"], Role.STREET_ADMIN)), make_person(session)
    start, end = clock.at + timedelta(days=1), clock.at + timedelta(days=3)
    who, public_id, key = person.id, person.public_id, tree["community"].code
    command = GrantRole(person=public_id, role=Role.INSPECTOR, area=key, starts_at=start, ends_at=end)
    made = write(grant_role, office, command, now=clock.at)
    assert write(grant_role, office, command, now=clock.at).public_id == made.public_id
    assert roles_now(session, who) == []
    assert [line.ends_at for line in roles_of(session, who, now=clock.at, and_coming=True)] == [end]
    clock.at = start
    assert roles_now(session, who) == ["inspector"]
    clock.at = end - timedelta(seconds=1)
    assert roles_now(session, who) == ["inspector"]
    clock.at = end
    assert roles_now(session, who) == []
    again = GrantRole(person=public_id, role=Role.INSPECTOR, area=key)
    assert not write(grant_role, office, again, now=clock.at).is_repeat


def test_a_role_with_dates_can_be_ended_before(session: Session, clock: Clock, tree: dict[str, Area]) -> None:
    office, person = actor_of(session, make_staff(session, tree["street"], Role.STREET_ADMIN)), make_person(session)
    end, who = clock.at + timedelta(days=9), person.id
    command = GrantRole(person=person.public_id, role=Role.ASSESSOR, area=tree["street"].code, ends_at=end)
    made = write(grant_role, office, command, now=clock.at)
    clock.forward(minutes=1)
    assert not write(end_role, office, made.public_id, now=clock.at).is_repeat
    assert roles_now(session, who) == []
    assert write(end_role, office, made.public_id, now=clock.at).is_repeat


def test_dates_must_make_sense_and_not_overlap(session: Session, clock: Clock, tree: dict[str, Area]) -> None:
    office, person = actor_of(session, make_staff(session, tree["street"], Role.STREET_ADMIN)), make_person(session)
    code, public_id, day = tree["street"].code, person.public_id, timedelta(days=1)

    def give(start: int | None, end: int | None) -> bool:
        command = GrantRole(
            person=public_id,
            role=Role.AUDITOR,
            area=code,
            starts_at=None if start is None else clock.at + start * day,
            ends_at=None if end is None else clock.at + end * day,
        )
        return write(grant_role, office, command, now=clock.at).is_repeat

    for start, end in ((None, 0), (None, -1), (3, 3), (3, 2)):
        with pytest.raises(RoleDatesWrong):
            give(start, end)
    assert not give(2, 4)
    for start, end in ((None, None), (None, 3), (3, 5), (3, None), (1, 9)):
        with pytest.raises(RoleHeldAlready):
            give(start, end)
    assert give(2, 4)
    assert not give(4, 6)  # the next begins when this one is over
    assert not give(None, 2)


@pytest.mark.parametrize("role", sorted(BOARD_ROLES))
def test_the_boards_roles_are_given_by_the_office_of_the_area(
    session: Session, clock: Clock, tree: dict[str, Area], role: Role
) -> None:
    person = make_person(session, tree["community"]).public_id
    street, district = tree["street"].code, tree["district"].code
    office = actor_of(session, make_staff(session, tree["street"], Role.STREET_ADMIN))
    foreign = actor_of(session, make_staff(session, tree["other_street"], Role.STREET_ADMIN))
    platform = actor_of(session, make_platform_admin(session))
    others = [actor_of(session, make_staff(session, tree["street"], each)) for each in (Role.STAFF, *BOARD_ROLES)]
    for actor, area in ((office, district), (foreign, street), *((each, street) for each in others)):
        with pytest.raises(Forbidden):
            write(grant_role, actor, GrantRole(person=person, role=role, area=area), now=clock.at)
    with pytest.raises(RoleHasOtherScope):
        write(grant_role, platform, GrantRole(person=person, role=role), now=clock.at)
    assert not write(grant_role, office, GrantRole(person=person, role=role, area=street), now=clock.at).is_repeat
    assert not write(grant_role, platform, GrantRole(person=person, role=role, area=district), now=clock.at).is_repeat


def test_the_desk_gives_a_role_with_days(
    session: Session, client: HouseClient, clock: Clock, tree: dict[str, Area]
) -> None:
    person = make_person(session, tree["community"])
    who, public_id = person.id, person.public_id
    client.sign_in(make_staff(session, tree["street"], Role.STREET_ADMIN))
    path = f"/console/people/{public_id}"
    form = {"role": "inspector", "area": tree["street"].public_id, "starts_on": "2026-11-23", "ends_on": "2026-11-25"}
    assert client.post(f"{path}/roles", data=form).status_code == 303
    row = session.scalars(select(RoleGrant).where(RoleGrant.person_id == who)).one()
    assert (time.to_local(row.starts_at).isoformat(), time.to_local(row.ended_at).isoformat()) == (  # type: ignore[arg-type]
        "2026-11-23T00:00:00+08:00",
        "2026-11-26T00:00:00+08:00",
    )
    page = client.get(path).get_data(as_text=True)
    assert "督查员" in page
    assert "11月25日" in page
    wrong = client.post(f"{path}/roles", data=form | {"role": "auditor", "ends_on": "2026-11-22"})
    assert wrong.status_code == 422
    assert "角色的日期不对" in wrong.get_data(as_text=True)


def test_files_and_the_command_give_days(
    session: Session, client: HouseClient, clock: Clock, tree: dict[str, Area], tmp_path: Path
) -> None:
    code = tree["street"].code
    file = tmp_path / "users.csv"
    head = "phone,name,role,area_code,merchant_code,starts_on,ends_on\n"
    run = client.application.test_cli_runner().invoke
    file.write_text(f"{head}13712340001,程亮,inspector,{code},,2026-11-21,2026-12-31\n")
    for expected in ("1 roles given", "0 roles given"):
        done = run(args=["users", "import", str(file)])
        assert (done.exit_code, expected in done.output) == (0, True), done.output
    for cells, reason in (
        ("inspector,{},,2026-13-01,", "starts_on"),
        ("inspector,{},,,2026-11-01", "over before it begins"),
        (",{},,2026-11-22,", "need a role"),
    ):
        file.write_text(f"{head}13712340002,程明,{cells.format(code)}\n")
        done = run(args=["users", "import", str(file)])
        assert (done.exit_code, reason in done.output) == (1, True), done.output
    args = ["user", "add", "--phone", "13712340003", "--name", "程立", "--role", "auditor", "--area", code]
    done = run(args=[*args, "--until", "2026-12-01", "--password-stdin"], input="246810\n")
    assert done.exit_code == 0, done.output
    ends = session.scalars(select(RoleGrant.ended_at).where(RoleGrant.role == Role.AUDITOR)).one()
    assert ends is not None
    assert time.to_local(ends).date().isoformat() == "2026-12-02"


@pytest.mark.parametrize(
    ("starts", "ends", "says"),
    [
        (None, None, "从现在起您是督查员"),
        (timedelta(days=2), None, "从 11月23日"),
        (timedelta(0), timedelta(days=2), "从现在起您是督查员"),
    ],
)
def test_the_news_of_a_role_says_from_when_it_holds(
    app: Flask,
    session: Session,
    clock: Clock,
    tree: dict[str, Area],
    starts: timedelta | None,
    ends: timedelta | None,
    says: str,
) -> None:
    """A role that begins later is not one "from now on": its pages would refuse whoever goes there at once."""
    office, person = actor_of(session, make_staff(session, tree["street"], Role.STREET_ADMIN)), make_person(session)
    start, end = (None if span is None else clock.at + span for span in (starts, ends))
    command = GrantRole(
        person=person.public_id, role=Role.INSPECTOR, area=tree["community"].code, starts_at=start, ends_at=end
    )
    write(grant_role, office, command, now=clock.at)
    told = session.scalars(select(Event.facts).where(Event.kind == "people.role_granted").order_by(Event.id)).all()[-1]
    with app.test_request_context():
        assert says in say("people.role_granted", told).text
