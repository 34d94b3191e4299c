"""A finding from the visit to its end: within the remit, never about one's own branch, every step kept, nothing scored by itself."""

from __future__ import annotations

import io
import re
from copy import deepcopy
from datetime import date, timedelta
from functools import partial
from typing import Any

import pytest
from PIL import Image
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from pointsapp.core.actor import Role
from pointsapp.core.errors import Conflict, Forbidden, Invalid, NotFound
from pointsapp.core.paging import PageRequest
from pointsapp.core.transaction import write
from pointsapp.inspections.errors import DueDateWrong, NoDeduction, OwnFinding
from pointsapp.inspections.models import Finding, FindingState, FindingStep
from pointsapp.inspections.queries import (
    counts,
    finding_page,
    findings_page,
    my_visits,
    one_visit,
    to_look_again,
    to_rectify,
)
from pointsapp.inspections.services import (
    RecordFinding,
    Step,
    answer_finding,
    close_finding,
    finish_inspection,
    link_deduction,
    record_finding,
    return_finding,
    start_inspection,
    withdraw_finding,
)
from pointsapp.stars.models import Assessment, Membership
from pointsapp.stars.queries import newest_round, one_standing
from pointsapp.stars.services import Assess, assess, import_scheme
from tests.conftest import Clock, HouseClient
from tests.factories import grant, make_area
from tests.inspections.things import Street, make_street
from tests.stars.things import SMALL_SCHEME, make_branches, this_round

TODAY = date(2026, 11, 21)


def recorded(street: Street, clock: Clock, who: str = "inspector", **over: Any) -> str:
    values: dict[str, Any] = {
        "branch_id": street.branch,
        "text": "三会一课记录缺十月份签到表",
        "due_on": TODAY + timedelta(days=7),
        "goal": "first/party_life",
    }
    return write(record_finding, street.actor(who), RecordFinding(**{**values, **over}), now=clock.at).public_id


def state_of(session: Session, finding: str) -> FindingState:
    session.expire_all()
    return session.scalars(select(Finding.state).where(Finding.public_id == finding)).one()


def test_from_visit_to_closing(session: Session, clock: Clock, street: Street) -> None:
    inspector, secretary = street.actor("inspector"), street.actor("secretary")
    visit = write(start_inspection, inspector, street.branch, now=clock.at)
    assert write(start_inspection, inspector, street.branch, now=clock.at).public_id == visit.public_id
    finding = recorded(street, clock, inspection_id=visit.public_id)
    write(finish_inspection, inspector, visit.public_id, "看了台账和会议室", now=clock.at)
    assert [(row.state, row.findings) for row in my_visits(session, inspector, now=clock.at)] == [("done", 1)]
    assert [row.public_id for row in to_rectify(session, secretary, PageRequest(limit=9), now=clock.at).items] == [
        finding
    ]
    write(answer_finding, secretary, Step(finding_id=finding, text="已补齐"), now=clock.at)
    assert [row.public_id for row in to_look_again(session, inspector, now=clock.at)] == [finding]
    back = Step(finding_id=finding, text="还差两人", due_on=TODAY + timedelta(days=9))
    write(return_finding, inspector, back, now=clock.at)
    assert state_of(session, finding) is FindingState.RETURNED
    write(answer_finding, secretary, Step(finding_id=finding, text="两人已补签"), now=clock.at)
    write(close_finding, street.actor("second"), Step(finding_id=finding, text="看过原件"), now=clock.at)
    page = finding_page(session, inspector, finding, now=clock.at)
    assert [step.kind.value for step in page.steps] == ["recorded", "answered", "returned", "answered", "closed"]
    assert page.row.due_on == TODAY + timedelta(days=9)
    assert all(step.by for step in page.steps)
    assert session.scalar(select(func.count()).select_from(Assessment)) == 0  # nothing is scored by itself


def test_a_finding_belongs_to_the_round_of_its_branch(
    client: HouseClient, session: Session, clock: Clock, street: Street
) -> None:
    """Where schemes run side by side, each branch is inspected in its own one's round."""
    village = make_area(session, street.tree["street"])
    village_name = village.name
    rural = {**deepcopy(SMALL_SCHEME), "scheme": "rural", "name": "农村两星", "applies_to": {"areas": [village.code]}}
    rural["stars"][0]["key"] = "village"
    write(import_scheme, rural, {}, now=clock.at)
    make_branches(session, village)
    code = f"b-{village.code}"
    own = newest_round(session, now=clock.at, branch=code)
    assert own is not None
    assert own.scheme.code == "rural"
    visit = write(start_inspection, street.actor("inspector"), code, now=clock.at)
    finding = recorded(street, clock, branch_id=code, goal="village/party_life", inspection_id=visit.public_id)
    plain = recorded(street, clock, branch_id=code, goal="village")
    rounds = session.scalars(select(Finding.round_id).where(Finding.public_id.in_([finding, plain]))).all()
    assert set(rounds) == {own.id}
    client.sign_in(street.people["inspector"])
    assert 'value="village/party_life"' in client.get(f"/inspections/visits/{visit.public_id}").text
    mine = client.get("/inspections/mine").text
    assert village_name in mine
    assert street.communities[0].name in mine
    only = client.get(f"/console/inspections?branch={code}").text
    assert finding in only
    other = recorded(street, clock)
    assert other not in client.get(f"/console/inspections?branch={code}").text


def test_the_same_step_twice_is_one(session: Session, clock: Clock, street: Street) -> None:
    finding, secretary = recorded(street, clock), street.actor("secretary")
    step = Step(finding_id=finding, text="已补齐")
    assert not write(answer_finding, secretary, step, now=clock.at).is_repeat
    assert write(answer_finding, secretary, step, now=clock.at).is_repeat
    with pytest.raises(Conflict):
        write(answer_finding, secretary, Step(finding_id=finding, text="又补了"), now=clock.at)
    assert session.scalar(select(func.count()).select_from(FindingStep)) == 2


@pytest.mark.parametrize(
    ("state", "act"),
    [("open", "close"), ("open", "return"), ("answered", "withdraw"), ("closed", "answer"), ("closed", "return"),
     ("withdrawn", "answer")],
)  # fmt: skip
def test_a_step_out_of_turn_is_refused(session: Session, clock: Clock, street: Street, state: str, act: str) -> None:
    finding = recorded(street, clock)
    inspector, secretary = street.actor("inspector"), street.actor("secretary")
    due = TODAY + timedelta(days=3)
    acts = {
        "answer": partial(write, answer_finding, secretary, Step(finding_id=finding, text="改了"), now=clock.at),
        "close": partial(write, close_finding, inspector, Step(finding_id=finding, text="好了"), now=clock.at),
        "return": partial(
            write, return_finding, inspector, Step(finding_id=finding, text="不行", due_on=due), now=clock.at
        ),
        "withdraw": partial(write, withdraw_finding, inspector, Step(finding_id=finding, text="记错"), now=clock.at),
    }
    for step in {"open": [], "answered": ["answer"], "closed": ["answer", "close"], "withdrawn": ["withdraw"]}[state]:
        acts[step]()
    with pytest.raises(Conflict):
        acts[act]() if act != "answer" else write(
            answer_finding, secretary, Step(finding_id=finding, text="再改"), now=clock.at
        )
    assert state_of(session, finding) == state


@pytest.mark.parametrize("who", ["foreign_inspector", "secretary", "staff", "auditor", "reader", "assessor"])
def test_outside_the_remit_nobody_records(clock: Clock, street: Street, who: str) -> None:
    with pytest.raises(Forbidden):
        recorded(street, clock, who)
    with pytest.raises(Forbidden):
        write(start_inspection, street.actor(who), street.branch, now=clock.at)


@pytest.mark.parametrize("tie", ["member", "reporting", "secretary"])
def test_nobody_inspects_their_own_branch(session: Session, clock: Clock, street: Street, tie: str) -> None:
    finding = recorded(street, clock, "second")
    write(answer_finding, street.actor("secretary"), Step(finding_id=finding, text="改了"), now=clock.at)
    person = session.merge(street.people["inspector"])
    if tie == "secretary":
        grant(session, person, Role.BRANCH_SECRETARY, area=session.merge(street.tree["community"]))
    else:
        row = Membership(
            person_id=person.id,
            branch_id=street.branch_id(street.branch),
            is_reporting=tie == "reporting",
            recorded_at=clock.at,
        )
        session.add(row)
        session.commit()
    inspector = street.actor("inspector")
    for act in (
        partial(recorded, street, clock),
        partial(write, start_inspection, inspector, street.branch, now=clock.at),
        partial(write, close_finding, inspector, Step(finding_id=finding, text="好了"), now=clock.at),
    ):
        with pytest.raises(OwnFinding):
            act()
    assert recorded(street, clock, branch_id=f"b-{street.communities[2].code}")  # another branch is none of theirs


def test_who_answered_does_not_look_again(session: Session, clock: Clock, street: Street) -> None:
    finding = recorded(street, clock, "second")
    grant(session, session.merge(street.people["staff"]), Role.INSPECTOR, area=session.merge(street.tree["street"]))
    staff = street.actor("staff")
    write(answer_finding, staff, Step(finding_id=finding, text="替支部补齐"), now=clock.at)
    with pytest.raises(OwnFinding):
        write(close_finding, staff, Step(finding_id=finding, text="好了"), now=clock.at)


def test_only_the_branchs_own_people_answer(clock: Clock, street: Street) -> None:
    finding = recorded(street, clock)
    for who in ("other_secretary", "inspector", "auditor", "reader", "office"):
        with pytest.raises(Forbidden):
            write(answer_finding, street.actor(who), Step(finding_id=finding, text="改了"), now=clock.at)


def test_deadlines_and_goals_must_make_sense(clock: Clock, street: Street) -> None:
    for due_on in (TODAY - timedelta(days=1), TODAY + timedelta(days=91)):
        with pytest.raises(DueDateWrong):
            recorded(street, clock, due_on=due_on)
    for goal in ("nosuch", "first/nosuch", "second/party_life"):
        with pytest.raises(Invalid):
            recorded(street, clock, goal=goal)
    with pytest.raises(NotFound):
        recorded(street, clock, inspection_id="nosuch")


def test_overdue_is_computed_and_ends_with_the_answer(session: Session, clock: Clock, street: Street) -> None:
    finding, key = recorded(street, clock, due_on=TODAY), this_round(session).id
    office = street.actor("office")
    late = partial(findings_page, session, office, PageRequest(limit=9), state="overdue")
    assert late(now=clock.at).items == ()
    clock.forward(days=1)
    assert [row.public_id for row in late(now=clock.at).items] == [finding]
    found = counts(session, [key], now=clock.at)[key]
    assert (found.all, found.open, found.overdue, found.closed) == (1, 1, 1, 0)
    write(answer_finding, street.actor("secretary"), Step(finding_id=finding, text="改了"), now=clock.at)
    found = counts(session, [key], now=clock.at)[key]
    assert (found.open, found.overdue) == (1, 0)
    write(close_finding, street.actor("inspector"), Step(finding_id=finding, text="好了"), now=clock.at)
    found = counts(session, [key], now=clock.at)[key]
    assert (found.open, found.closed) == (0, 1)


def test_officers_read_the_text_and_the_district_without_names(session: Session, clock: Clock, street: Street) -> None:
    finding = recorded(street, clock)
    for who in ("office", "auditor", "assessor", "second"):
        page = finding_page(session, street.actor(who), finding, now=clock.at)
        assert (page.row.text, bool(page.row.by)) == ("三会一课记录缺十月份签到表", True)
    page = finding_page(session, street.actor("reader"), finding, now=clock.at)
    assert (page.row.by, page.steps[0].by) == ("", "")
    for who in ("other_secretary", "foreign_office", "foreign_inspector"):
        with pytest.raises(NotFound):
            finding_page(session, street.actor(who), finding, now=clock.at)


def test_a_visit_is_its_inspectors(session: Session, clock: Clock, street: Street) -> None:
    visit = write(start_inspection, street.actor("inspector"), street.branch, now=clock.at).public_id
    with pytest.raises(Forbidden):
        recorded(street, clock, "second", inspection_id=visit)
    with pytest.raises(Forbidden):
        write(finish_inspection, street.actor("second"), visit, "看过", now=clock.at)
    with pytest.raises(NotFound):
        one_visit(session, street.actor("other_secretary"), visit)


def test_a_deduction_is_linked_only_where_it_belongs(session: Session, clock: Clock, street: Street) -> None:
    finding, inspector = recorded(street, clock), street.actor("inspector")
    given = Assessment(
        round_id=this_round(session).id, branch_id=street.branch_id(street.branch), indicator="party_life",
        score_hundredths=100, reason="看过台账", by_id=street.people["office"].id, at=clock.at,
    )  # fmt: skip
    session.add(given)
    session.commit()
    for assessment in (given.public_id, "nosuch"):
        with pytest.raises(NoDeduction):  # an ordinary indicator takes nothing off
            write(link_deduction, inspector, finding, assessment, now=clock.at)


LATE = {"key": "late_records", "name": "台账滞后", "max": 4, "source": "assessed", "each": 2}
EMPTY_HALL = {"key": "empty_hall", "name": "阵地空置", "stars": ["first"]}


@pytest.mark.parametrize(("item", "score"), [("late_records", 200), ("empty_hall", 100)])
def test_a_deduction_that_was_assessed_is_linked_and_scores_only_itself(
    session: Session, client: HouseClient, clock: Clock, item: str, score: int
) -> None:
    """15 points by hand; the finding takes nothing off, the deduction its 2, and linking the two nothing more."""
    scheme = {**deepcopy(SMALL_SCHEME), "deductions": {"items": [LATE]}, "vetoes": [EMPTY_HALL]}
    street = make_street(session, scheme)
    found, office, inspector = this_round(session), street.actor("office"), street.actor("inspector")

    def give(indicator: str, hundredths: int) -> str:
        command = Assess(
            round_id=found.public_id, branch_id=street.branch, indicator=indicator, score=hundredths, reason="看过台账"
        )
        return write(assess, office, command, now=clock.at).public_id

    def total() -> int:
        return one_standing(session, found, street.branch, now=clock.at)[1].score.total

    give("party_life", 1000)
    finding = recorded(street, clock)
    assert total() == 1000
    given = give(item, score)
    taken = total()
    assert taken == (800 if item == "late_records" else 1000)
    client.sign_in(session.merge(street.people["inspector"]))
    address = f"/inspections/findings/{finding}"
    assert f'value="{given}"' in client.get(address).text  # offered in the form
    assert client.post(f"{address}/deduction", data={"assessment_id": given}).status_code == 303
    page = finding_page(session, inspector, finding, now=clock.at)
    assert page.assessment == (item, score, "看过台账")
    assert [(step.kind.value, step.text) for step in page.steps][1:] == [("linked", item)]
    assert total() == taken
    assert "看过台账" in client.get(address).text
    assert write(link_deduction, inspector, finding, given, now=clock.at).is_repeat
    with pytest.raises(Conflict):  # it is linked to one, and stays
        write(link_deduction, inspector, finding, give(item, 0), now=clock.at)
    elsewhere = recorded(street, clock, branch_id=f"b-{street.communities[1].code}")
    with pytest.raises(NoDeduction):  # another branch's
        write(link_deduction, inspector, elsewhere, given, now=clock.at)


def picture(size: tuple[int, int] = (3000, 2000)) -> io.BytesIO:
    made = io.BytesIO()
    exif = Image.Exif()
    exif[0x010F] = "Camera maker"
    exif.get_ifd(0x8825)[1] = "N"
    Image.new("RGB", size, "#a33").save(made, "JPEG", exif=exif)
    made.seek(0)
    return made


def test_a_picture_comes_along_small_and_without_its_place(
    session: Session, client: HouseClient, clock: Clock, street: Street
) -> None:
    visit = write(start_inspection, street.actor("inspector"), street.branch, now=clock.at).public_id
    client.sign_in(session.merge(street.people["inspector"]))
    form = {"text": "灭火器过期", "due_on": "2026-11-30", "photos": (picture(), "a.jpg"), "request_id": "r1"}
    answer = client.post(f"/inspections/visits/{visit}/findings", data=form, content_type="multipart/form-data")
    assert answer.status_code == 303
    finding = session.scalars(select(Finding.public_id)).one()
    photo = finding_page(session, street.actor("inspector"), finding, now=clock.at).steps[0].photos[0]
    blank = client.post(f"/inspections/findings/{finding}/withdrawal", data={"reason": ""})
    assert blank.status_code == 422
    assert re.search(r"<details[^>]* open><summary>撤回这个问题", blank.text)  # what is missing stands in sight
    shown = client.get(f"/inspections/photos/{photo}")
    assert (shown.status_code, shown.mimetype) == (200, "image/jpeg")
    kept = Image.open(io.BytesIO(shown.data))
    assert kept.size == (1600, 1067)
    assert dict(kept.getexif()) == {}
    client.sign_in(session.merge(street.people["other_secretary"]))
    assert client.get(f"/inspections/photos/{photo}").status_code == 404
    client.sign_in(session.merge(street.people["inspector"]))
    rubbish = {"text": "灭火器过期", "due_on": "2026-11-30", "photos": (io.BytesIO(b"no picture"), "a.jpg")}
    answer = client.post(f"/inspections/visits/{visit}/findings", data=rubbish, content_type="multipart/form-data")
    assert answer.status_code == 422
    assert "照片打不开" in answer.get_data(as_text=True)
    assert session.scalar(select(func.count()).select_from(Finding)) == 1
