"""Console: a shift's leaders are people, one that is over offers no screen; a new task need not be typed from nothing."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from pointsapp.tasks.queries import leaders_of
from tests.conftest import Clock, HouseClient
from tests.factories import make_signup, make_task
from tests.tasks.test_pages import Street


@pytest.fixture
def street(session: Session, client: HouseClient, clock: Clock) -> Street:
    return Street(session, client)


def _leaders(street: Street) -> set[str]:
    street.session.rollback()
    return {leader.name for leader in leaders_of(street.session, [street.shift.id]).get(street.shift.id, ())}


def test_leaders_stand_by_name_and_are_kept_added_and_let_go(street: Street) -> None:
    here = f"/console/shifts/{street.shift.public_id}"
    page = street.read(here, street.staff)
    assert f"志愿者号尾号 {street.leader.volunteer_number[-4:]}" in page
    assert f'name="keep" value="{street.leader.public_id}" checked' in page
    assert street.leader.public_id not in page.split('name="leaders"')[1]

    kept: dict[str, Any] = {"keep": street.leader.public_id, "leaders": street.resident.volunteer_number}
    assert street.send(f"{here}/leaders", **kept).status_code == 303
    assert _leaders(street) == {"张建国", "王秀英"}
    nobody = street.send(f"{here}/leaders", **{**kept, "leaders": "13900000000"})
    assert nobody.status_code == 422
    assert 'value="13900000000"' in nobody.text
    assert street.send(f"{here}/leaders", keep=street.resident.public_id, leaders="").status_code == 303
    assert _leaders(street) == {"王秀英"}


def test_a_shift_that_is_over_offers_the_list_and_then_its_closing_alone(street: Street, clock: Clock) -> None:
    signup = make_signup(street.session, street.shift, street.resident, arrived_at=clock.at)
    correction = f"/console/signups/{signup.public_id}/correction"
    here, screen = f"/console/shifts/{street.shift.public_id}", f"/console/checkin/{street.shift.public_id}"
    before = street.read(here, street.staff)
    assert screen in before
    assert f'/lead/{street.shift.public_id}"' in before, "the list is one press from the desk, too, while people come"
    assert correction in before
    assert "已到场" in before
    clock.at = street.shift.ends_at + timedelta(hours=2)
    after = street.read(here, street.staff)
    assert screen not in after
    assert f"/lead/{street.shift.public_id}" in after
    clock.at = street.shift.ends_at + timedelta(hours=25)
    long_after = street.read(here, street.staff)
    assert f'/lead/{street.shift.public_id}"' not in long_after
    assert (
        f"/lead/{street.shift.public_id}/closing" in long_after
    )  # what was left open is closed whenever somebody does
    assert 'name="leaders"' not in long_after


def test_nobody_is_offered_to_correct_what_has_not_begun_or_is_their_own(street: Street, clock: Clock) -> None:
    coming = make_signup(street.session, street.shift, street.resident)
    own = make_signup(street.session, street.shift, street.staff, arrived_at=clock.at)
    here = f"/console/shifts/{street.shift.public_id}"
    page = street.read(here, street.staff)
    assert f"/console/signups/{coming.public_id}/correction" not in page
    assert f"/console/signups/{own.public_id}/correction" not in page
    clock.at = street.shift.ends_at + timedelta(hours=25)
    page = street.read(here, street.staff)
    assert f"/console/signups/{coming.public_id}/correction" in page, "who was there and in no list"
    assert f"/console/signups/{own.public_id}/correction" not in page


def test_laying_out_more_shifts_comes_back_to_them(street: Street) -> None:
    page = street.read("/console/tasks/new", street.staff)
    assert page.count('formaction="/console/tasks/new#shifts"') == 2


def test_a_new_task_carries_what_hardly_changes_from_the_writers_last(street: Street) -> None:
    words = "照您上一个任务填好了"
    assert words not in street.read("/console/tasks/new", street.staff)  # nothing written yet
    same = {
        "created_by_id": street.staff.id,
        "insurance": "统一投保意外险",
        "contact": "0371-0000",
        "risks": "路口车多",
    }
    make_task(street.session, street.community, **same)
    page = street.read("/console/tasks/new")
    assert words in page
    assert "统一投保意外险</textarea>" in page
    assert 'value="0371-0000"' in page
    assert "路口车多</textarea>" not in page  # that is each task's own
    assert words not in street.read("/console/tasks/new", street.elsewhere)
