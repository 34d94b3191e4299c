"""Deputies: the same powers for a while, never without an end, gone with the role they stand in for."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from pointsapp.areas.models import Area
from pointsapp.core import clock as time
from pointsapp.core.actor import Actor, Role
from pointsapp.core.errors import Forbidden
from pointsapp.core.events import Event
from pointsapp.core.transaction import write
from pointsapp.people.errors import DeputyNotPossible, DeputyNotStaff, RoleDatesWrong, UnknownPerson
from pointsapp.people.models import Person, RoleGrant
from pointsapp.people.queries import load_actor, roles_of
from pointsapp.people.services import NameDeputy, end_role, name_deputy
from tests.conftest import Clock, HouseClient
from tests.factories import actor_of, make_person, make_staff, make_tree


@pytest.fixture
def tree(session: Session) -> dict[str, Area]:
    return make_tree(session)


def grant_of(session: Session, person: Person) -> str:
    return str(session.scalars(select(RoleGrant.public_id).where(RoleGrant.person_id == person.id)).first())


def standing_in(session: Session, person_id: int) -> list[str]:
    return [line.stands_in_for for line in roles_of(session, person_id, now=time.now()) if line.stands_in_for]


def command(person: Person, **over: object) -> NameDeputy:
    values = {"deputy": str(person.phone), "ends_at": time.now() + timedelta(days=3), **over}
    return NameDeputy(**values)  # type: ignore[arg-type]


def test_a_colleague_holds_the_role_until_the_day(session: Session, clock: Clock, tree: dict[str, Area]) -> None:
    leader = make_staff(session, tree["grid"], Role.GRID_LEADER)
    colleague = make_staff(session, tree["community"])
    key, name = colleague.id, leader.name
    made = write(name_deputy, actor_of(session, leader), grant_of(session, leader), command(colleague), now=clock.at)
    assert standing_in(session, key) == [name]
    news = session.scalars(select(Event.facts).where(Event.kind == "people.role_granted", Event.person_id == key)).all()
    assert (news[-1]["is_deputy"], news[-1]["last_on"]) == (True, "2026-11-24")
    actor = load_actor(session, key, now=clock.at)
    assert actor is not None
    assert actor.holds(frozenset({Role.GRID_LEADER}), tree["grid"].path)
    assert write(
        name_deputy, actor_of(session, leader), grant_of(session, leader), command(colleague), now=clock.at
    ) == type(made)(public_id=made.public_id, person_id=key, role=Role.GRID_LEADER, is_repeat=True)
    clock.forward(days=3)
    assert standing_in(session, key) == []


def test_ending_the_role_ends_the_deputy_at_once(session: Session, clock: Clock, tree: dict[str, Area]) -> None:
    leader = make_staff(session, tree["grid"], Role.GRID_LEADER)
    colleague = make_staff(session, tree["community"])
    office = make_staff(session, tree["street"], Role.STREET_ADMIN)
    grant, key = grant_of(session, leader), colleague.id
    write(name_deputy, actor_of(session, leader), grant, command(colleague), now=clock.at)
    clock.forward(minutes=1)
    write(end_role, actor_of(session, office), grant, now=clock.at)
    assert standing_in(session, key) == []
    news = session.scalars(select(Event.facts).where(Event.kind == "people.role_ended", Event.person_id == key)).all()
    assert [facts["is_deputy"] for facts in news] == [True]  # their own role stays, and the notice says so


def test_who_is_stood_in_for_takes_it_back(session: Session, clock: Clock, tree: dict[str, Area]) -> None:
    leader = make_staff(session, tree["grid"], Role.GRID_LEADER)
    colleague = make_staff(session, tree["community"])
    key = colleague.id
    made = write(name_deputy, actor_of(session, leader), grant_of(session, leader), command(colleague), now=clock.at)
    clock.forward(minutes=1)
    write(end_role, actor_of(session, leader), made.public_id, now=clock.at)
    assert standing_in(session, key) == []


def test_an_own_choice_is_a_colleague_and_the_office_may_choose_anybody(
    session: Session, clock: Clock, tree: dict[str, Area]
) -> None:
    leader = make_staff(session, tree["grid"], Role.GRID_LEADER)
    office = make_staff(session, tree["street"], Role.STREET_ADMIN)
    friend, far = make_person(session, tree["grid"]), make_staff(session, tree["other_street"])
    grant, friend_id = grant_of(session, leader), friend.id

    def named(by: Actor, whom: Person) -> None:
        write(name_deputy, by, grant, command(whom), now=clock.at)

    for whom in (friend, far):
        with pytest.raises(DeputyNotStaff):
            named(actor_of(session, leader), whom)
    with pytest.raises(Forbidden):  # a bystander
        named(actor_of(session, far), friend)
    with pytest.raises(Forbidden):  # nobody adds to their own power
        named(actor_of(session, office), office)
    named(actor_of(session, office), friend)
    assert len(standing_in(session, friend_id)) == 1


def test_a_deputy_names_no_deputy(session: Session, clock: Clock, tree: dict[str, Area]) -> None:
    leader = make_staff(session, tree["grid"], Role.GRID_LEADER)
    colleague, third = make_staff(session, tree["community"]), make_staff(session, tree["community"])
    made = write(name_deputy, actor_of(session, leader), grant_of(session, leader), command(colleague), now=clock.at)
    with pytest.raises(DeputyNotPossible):
        write(name_deputy, actor_of(session, colleague), made.public_id, command(third), now=clock.at)


def test_dates_and_handles_are_judged(session: Session, clock: Clock, tree: dict[str, Area]) -> None:
    leader = make_staff(session, tree["grid"], Role.GRID_LEADER)
    colleague = make_staff(session, tree["community"])
    grant = grant_of(session, leader)
    with pytest.raises(RoleDatesWrong):
        write(name_deputy, actor_of(session, leader), grant, command(colleague, ends_at=clock.at), now=clock.at)
    with pytest.raises(UnknownPerson):
        write(name_deputy, actor_of(session, leader), grant, command(colleague, deputy="99999999999"), now=clock.at)


def test_the_page(client: HouseClient, session: Session, clock: Clock, tree: dict[str, Area]) -> None:
    leader = make_staff(session, tree["grid"], Role.GRID_LEADER)
    colleague = make_staff(session, tree["community"], name="李代办")
    client.sign_in(leader)
    here = f"/console/people/{leader.public_id}/deputies"
    assert client.get(here).status_code == 200
    url = f"/console/people/{leader.public_id}/roles/{grant_of(session, leader)}/deputies"
    wrong = client.post(url, data={"deputy": "", "ends_on": "2026-11-30"})
    assert wrong.status_code == 422
    good = client.post(url, data={"deputy": colleague.phone, "ends_on": "2026-11-30"})
    assert (good.status_code, good.location) == (303, here)
    page = client.get(here).text
    assert "李代办" in page
    assert "正在代办" in page
    client.sign_in(make_staff(session, tree["other"]))
    assert client.get(here).status_code == 404
