"""What makes publishing short: copies, templates, repeated shifts, a picture, and the budget reckoned while one types."""

from __future__ import annotations

import io
import json
import re
from datetime import timedelta

import pytest
from PIL import Image
from sqlalchemy import select
from sqlalchemy.orm import Session

from pointsapp.areas.models import Area
from pointsapp.core import clock as time
from pointsapp.core.actor import Role
from pointsapp.core.errors import Conflict, Forbidden, NotFound
from pointsapp.core.transaction import write
from pointsapp.rewards.services import GrantBudget, grant_budget
from pointsapp.tasks import queries, services
from pointsapp.tasks.errors import TemplateNameTaken
from pointsapp.tasks.models import Task, TaskState
from tests.conftest import Clock, HouseClient
from tests.factories import (
    actor_of,
    kept,
    make_person,
    make_platform_admin,
    make_shift,
    make_staff,
    make_task,
    make_tree,
)


@pytest.fixture
def tree(session: Session) -> dict[str, Area]:
    return make_tree(session)


def shown(html: str) -> list[tuple[str, str]]:
    """Return the rows of shifts in the form: start and end as the inputs hold them."""
    starts = re.findall(r'name="shifts-\d+-starts_at"[^>]*value="([^"]*)"', html)
    ends = re.findall(r'name="shifts-\d+-ends_at"[^>]*value="([^"]*)"', html)
    return list(zip(starts, ends, strict=True))


def test_a_copy_stands_on_the_same_weekday_in_weeks_to_come(
    client: HouseClient, session: Session, clock: Clock, tree: dict[str, Area]
) -> None:
    staff = make_staff(session, tree["community"])
    task = make_task(session, tree["community"], title="周六大扫除", state=TaskState.CLOSED)
    begun = time.at_local(time.local_day(clock.at) - timedelta(days=28)) + timedelta(hours=9)
    make_shift(session, task, starts_at=begun, ends_at=begun + timedelta(hours=3), capacity=12)
    page = client.sign_in(staff).get(f"/console/tasks/new?from={task.public_id}").text
    assert "周六大扫除" in page
    assert shown(page) == [("2026-11-21T09:00", "2026-11-21T12:00")]  # it is Saturday, 00:30


@pytest.mark.parametrize("word", ["groupmessage", "singlemessage", "timeline"])
def test_what_wechat_adds_to_an_address_is_no_task_to_copy(
    client: HouseClient, session: Session, tree: dict[str, Area], word: str
) -> None:
    client.sign_in(make_staff(session, tree["community"]))
    assert client.get(f"/console/tasks/new?from={word}&isappinstalled=0").status_code == 200
    assert client.get("/console/tasks/new?from=nosuchtask01").status_code == 404


def test_a_copy_needs_the_right_to_run_the_task(session: Session, tree: dict[str, Area], clock: Clock) -> None:
    stranger = make_staff(session, tree["other_street"])
    draft = make_task(session, tree["community"], state=TaskState.DRAFT)
    with pytest.raises(NotFound):
        queries.copied(session, actor_of(session, stranger), draft.public_id, now=clock.at)


def test_a_template_keeps_each_weekday_and_hour_once(session: Session, tree: dict[str, Area], clock: Clock) -> None:
    staff = make_staff(session, tree["street"])
    task = make_task(session, tree["street"], title="早市劝导", points=15)
    morning = time.at_local(time.local_day(clock.at)) + timedelta(hours=7)
    for week in range(3):
        start = morning + timedelta(days=7 * week)
        make_shift(session, task, starts_at=start, ends_at=start + timedelta(minutes=90), capacity=4)
    made = write(services.save_template, actor_of(session, staff), task.public_id, "早市", now=clock.at)
    below = make_staff(session, tree["community"])  # a street's templates are there for its communities
    assert [line.name for line in queries.templates_of(session, actor_of(session, below))] == ["早市"]
    found = queries.beginning(session, actor_of(session, below), made.public_id, now=clock.at)
    assert (found.fields["title"], found.fields["points"]) == ("早市劝导", 15)
    (span,) = found.shifts
    assert (time.to_local(span[0]).isoformat(), span[1] - span[0], span[2]) == (
        "2026-11-28T07:00:00+08:00",
        timedelta(minutes=90),
        4,
    )
    stranger = make_staff(session, tree["other_street"])
    assert queries.templates_of(session, actor_of(session, stranger)) == ()
    with pytest.raises(NotFound):
        queries.beginning(session, actor_of(session, stranger), made.public_id, now=clock.at)


def test_a_templates_name_is_its_own_and_comes_free_when_it_is_retired(
    session: Session, tree: dict[str, Area], clock: Clock
) -> None:
    staff = make_staff(session, tree["community"])
    task = make_task(session, tree["community"])
    make_shift(session, task)
    made = write(services.save_template, actor_of(session, staff), task.public_id, "夜巡", now=clock.at)
    with pytest.raises(TemplateNameTaken):
        write(services.save_template, actor_of(session, staff), task.public_id, "夜巡", now=clock.at)
    with pytest.raises(Forbidden):
        write(
            services.retire_template,
            actor_of(session, make_staff(session, tree["other"])),
            made.public_id,
            now=clock.at,
        )
    assert not write(services.retire_template, actor_of(session, staff), made.public_id, now=clock.at).is_repeat
    assert write(services.retire_template, actor_of(session, staff), made.public_id, now=clock.at).is_repeat
    write(services.save_template, actor_of(session, staff), task.public_id, "夜巡", now=clock.at)


def test_the_form_from_a_template_is_published_as_it_stands(
    client: HouseClient, session: Session, tree: dict[str, Area], clock: Clock
) -> None:
    staff = kept(session, make_staff(session, tree["community"]))
    task = make_task(session, tree["community"], title="楼道清理", waitlist=True)
    make_shift(session, task)
    made = write(services.save_template, actor_of(session, staff), task.public_id, "楼道", now=clock.at)
    page = client.sign_in(staff).get(f"/console/tasks/new?template={made.public_id}").text
    assert "楼道清理" in page
    assert re.search(r'name="waitlist"[^>]* checked', page)


def test_repeats_become_rows_that_can_be_changed(client: HouseClient, session: Session, tree: dict[str, Area]) -> None:
    client.sign_in(make_staff(session, tree["community"]))
    typed = {
        "title": "周六大扫除",
        "shifts-0-starts_at": "2026-11-28T09:00",
        "shifts-0-ends_at": "2026-11-28T11:30",
        "shifts-0-capacity": "10",
        "repeat_rhythm": "weekly",
        "repeat_until": "2026-12-20",
        "repeat_shifts": "1",
    }
    page = client.post("/console/tasks/new", data=typed).text
    assert shown(page) == [
        ("2026-11-28T09:00", "2026-11-28T11:30"),
        ("2026-12-05T09:00", "2026-12-05T11:30"),
        ("2026-12-12T09:00", "2026-12-12T11:30"),
        ("2026-12-19T09:00", "2026-12-19T11:30"),
    ]
    assert "周六大扫除" in page
    again = client.post(
        "/console/tasks/new", data=typed | {"repeat_until": "2030-01-01", "repeat_rhythm": "daily"}
    ).text
    assert len(shown(again)) == 50
    assert session.scalar(select(Task.id)) is None  # nothing is written by looking at it


def test_a_night_shift_repeats_over_midnight(client: HouseClient, session: Session, tree: dict[str, Area]) -> None:
    client.sign_in(make_staff(session, tree["community"]))
    typed = {
        "shifts-0-starts_at": "2026-11-28T22:00",
        "shifts-0-ends_at": "2026-11-29T02:00",
        "repeat_rhythm": "fortnightly",
        "repeat_until": "2026-12-12",
        "repeat_shifts": "1",
    }
    page = client.post("/console/tasks/new", data=typed).text
    assert shown(page)[1] == ("2026-12-12T22:00", "2026-12-13T02:00")


@pytest.mark.parametrize("change", [{"repeat_until": ""}, {"repeat_rhythm": ""}, {"shifts-0-ends_at": "bald"}])
def test_what_cannot_be_repeated_stays_as_it_was_typed(
    client: HouseClient, session: Session, tree: dict[str, Area], change: dict[str, str]
) -> None:
    client.sign_in(make_staff(session, tree["community"]))
    typed = {
        "shifts-0-starts_at": "2026-11-28T09:00",
        "shifts-0-ends_at": "2026-11-28T11:00",
        "repeat_rhythm": "weekly",
        "repeat_until": "2026-12-20",
        "repeat_shifts": "1",
        **change,
    }
    page = client.post("/console/tasks/new", data=typed)
    assert page.status_code == 200
    assert len(shown(page.text)) == 1


def picture() -> io.BytesIO:
    drawn = io.BytesIO()
    Image.new("RGB", (3000, 2000), "red").save(drawn, "PNG")
    return io.BytesIO(drawn.getvalue())


def test_a_picture_is_drawn_anew_and_public_with_the_task(
    client: HouseClient, session: Session, tree: dict[str, Area]
) -> None:
    staff, resident = make_staff(session, tree["community"]), make_person(session, tree["community"])
    task = make_task(session, tree["community"], state=TaskState.DRAFT)
    make_shift(session, task)
    url = f"/console/tasks/{task.public_id}/picture"
    client.sign_in(staff)
    wrong = client.post(url, data={"words": "路口", "picture": (io.BytesIO(b"%PDF-1.4 no"), "a.jpg")})
    assert wrong.status_code == 422
    assert client.post(url, data={"picture": (picture(), "a.png")}).status_code == 422  # no words
    assert client.post(url, data={"words": "志愿者在路口", "picture": (picture(), "a.png")}).status_code == 303
    given = client.get(f"/tasks/{task.public_id}/picture")
    assert given.mimetype == "image/jpeg"
    assert max(Image.open(io.BytesIO(given.data)).size) <= 1600
    assert "志愿者在路口" in client.get(f"/console/tasks/{task.public_id}").text
    assert client.sign_in(resident).get(f"/tasks/{task.public_id}/picture").status_code == 404  # a draft
    session.get_one(Task, task.id).state = TaskState.PUBLISHED
    session.commit()
    assert client.get(f"/tasks/{task.public_id}/picture").status_code == 200
    assert f"/tasks/{task.public_id}/picture" in client.get(f"/tasks/{task.public_id}").text
    client.sign_in(staff)
    assert client.post(f"{url}/removal").status_code == 303
    assert client.get(f"/tasks/{task.public_id}/picture").status_code == 404


def test_a_closed_task_keeps_its_picture(session: Session, tree: dict[str, Area], clock: Clock) -> None:
    staff = make_staff(session, tree["community"])
    task = make_task(session, tree["community"], state=TaskState.CLOSED)
    with pytest.raises(Conflict):
        write(services.set_picture, actor_of(session, staff), task.public_id, services.Picture(name=None), now=clock.at)


def test_the_form_knows_which_budgets_would_pay(
    client: HouseClient, session: Session, tree: dict[str, Area], clock: Clock
) -> None:
    root = make_platform_admin(session)
    for name, points in (("street", 900), ("community", 50)):
        command = GrantBudget(area=tree[name].public_id, points=points, memo="预算")
        write(grant_budget, actor_of(session, root), command, now=clock.at)
    staff = make_staff(session, tree["community"], Role.STAFF)
    page = client.sign_in(staff).get("/console/tasks/new").text
    known = json.loads(re.search(r"<script[^>]*data-budgets>(.*?)</script>", page, re.S)[1])  # type: ignore[index]
    chain = [known["budgets"][str(key)][1] for key in known["areas"][tree["community"].public_id]]
    assert chain == [50, 900]
    plain = re.search(r"<noscript>(<p.*?)</noscript>", page, re.S)[1]  # type: ignore[index]
    assert "现有预算：" in plain, "without scripts nothing reckons, yet the budget left is said"
    assert ">50 分<" in plain
    assert ">900 分<" in plain
