"""Nobody answers a complaint about what they decided themself: of each kind, on each way to a handler, and on the desk's lists."""

from __future__ import annotations

import html
import re
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from pointsapp.areas.models import Area
from pointsapp.checkin.models import Action
from pointsapp.checkin.services import Void, void_attendance
from pointsapp.core import clock as time
from pointsapp.core.actor import Role
from pointsapp.core.deciders import all_decisions, decision_at
from pointsapp.core.paging import PageRequest
from pointsapp.core.transaction import write
from pointsapp.deeds.services import Refuse, approve_deed, reject_deed
from pointsapp.deeds.services.reviews import Approve
from pointsapp.desk.queries import work_list
from pointsapp.disputes.models import DisputeKind
from pointsapp.disputes.services import DecideDispute, OpenDispute, decide_dispute, open_dispute
from pointsapp.feedback.errors import YouDecidedIt
from pointsapp.feedback.models import Feedback
from pointsapp.feedback.queries import deciders_of, feedback_counts, feedback_page, find_feedback, steps_of
from pointsapp.feedback.services import (
    Verdict,
    answer_feedback,
    give_verdict,
    hand_on,
    open_timeline,
    say_feedback,
    take_feedback,
)
from pointsapp.people.models import Person
from pointsapp.redemption.services import issue_voucher, redeem
from pointsapp.tasks.services import Decision, appeal, ask_excuse, decide_no_show
from tests import factories as make
from tests.checkin.venue import Venue
from tests.conftest import Clock, HouseClient
from tests.deeds.conftest import Street, do, make_street
from tests.factories import actor_of
from tests.feedback.things import opinion
from tests.merchants.shops import give_points, make_offer, make_shop


@pytest.fixture
def street(session: Session, clock: Clock) -> Street:
    return make_street(session)


def refused(street: Street) -> str:
    """A deed that the community's staff refused; return its page."""
    key = street.hand_in()
    do(reject_deed, street.actor(street.staff), Refuse(deed_id=key, reason="看不清做了什么"))
    return f"/me/deeds/{key}"


def complain(session: Session, who: Person, page: str, **over: Any) -> str:
    return str(do(say_feedback, actor_of(session, who), opinion(page=page, **over)).number)


def row_of(session: Session, number: str) -> Any:
    session.rollback()
    return find_feedback(session, number, now=time.now())


def leads_from(client: HouseClient, who: Person, page: str) -> None:
    """Go the way that WeChat leaves: the foot of the page, without a referrer, to the form, which keeps the page."""
    client.sign_in(who)
    shown = client.get(page)
    assert shown.status_code == 200
    foot = re.search(r'class="say-so[^"]*"><a href="([^"]+)"', shown.text)
    assert foot is not None
    assert f'name="page" value="{page}"' in client.get(html.unescape(foot[1])).text


def kept_off(session: Session, who: Person, page: str, **over: Any) -> frozenset[int]:
    return deciders_of(session, row_of(session, complain(session, who, page, **over)))


class TestRefusedDeed:
    def test_with_nobody_else_in_the_office_it_goes_one_up(self, street: Street) -> None:
        number = complain(street.session, street.doer, refused(street))
        assert row_of(street.session, number).handler_id == street.admin.id

    def test_the_next_on_duty_gets_it(self, street: Street) -> None:
        second = make.kept(street.session, make.make_staff(street.session, street.tree["community"]))
        page = refused(street)
        assert row_of(street.session, complain(street.session, street.doer, page)).handler_id == second.id
        about_nothing = row_of(street.session, complain(street.session, street.doer, ""))
        assert about_nothing.handler_id == street.staff.id, "who has least to answer, where nobody has a part in it"

    def test_who_refused_it_neither_takes_nor_answers_nor_sees_it_waiting(self, street: Street, clock: Clock) -> None:
        make.make_staff(street.session, street.tree["community"])
        number, barred = complain(street.session, street.doer, refused(street)), street.actor(street.staff)
        for fn, *words in ((take_feedback,), (answer_feedback, "就是看不清"), (open_timeline, "核对"),
                           (hand_on, street.tree["community"].code, "给社区")):  # fmt: skip
            with pytest.raises(YouDecidedIt):
                write(fn, barred, number, *words, now=clock.at)
        assert feedback_page(street.session, barred, PageRequest(), view="open", now=clock.at).items == ()
        assert feedback_counts(street.session, barred, now=clock.at).open == 0
        assert feedback_counts(street.session, street.actor(street.admin), now=clock.at).open == 1
        for scope in ("mine", "late", "all"):
            seen = work_list(street.session, barred, scope=scope, now=clock.at)
            assert (seen.lines, seen.total) == ((), 0), "not even its first words"
        seen = work_list(street.session, street.actor(street.admin), scope="all", now=clock.at)
        assert [(line.args["number"], line.may_do) for line in seen.lines] == [(number, True)]

    def test_who_refused_it_reads_nothing_on_a_hand_over_either(self, street: Street, client: HouseClient) -> None:
        make.grant(street.session, street.staff, Role.STREET_ADMIN, area=street.tree["street"])
        clerk = make.kept(street.session, make.make_staff(street.session, street.tree["community"]))
        complain(street.session, street.doer, refused(street), text="照片看得清楚")
        there = f"/console/people/{clerk.public_id}/hand-over"
        assert "照片看得清楚" in client.sign_in(street.admin).get(there).text
        assert "照片看得清楚" not in client.sign_in(street.staff).get(there).text

    def test_it_is_not_handed_to_an_office_that_would_send_it_back(self, street: Street, client: HouseClient) -> None:
        number = complain(street.session, street.doer, refused(street))
        before, here = len(steps_of(street.session, row_of(street.session, number).id)), f"/console/feedback/{number}"
        to = {"to_area": street.tree["community"].code, "reason": "请社区先看"}
        said = client.sign_in(street.admin).post(f"{here}/handing-on", data=to)
        assert (said.status_code, f"{street.tree['community'].name}现在没有人在岗" in said.text) == (422, True)
        row = row_of(street.session, number)
        assert (row.handler_id, len(steps_of(street.session, row.id))) == (street.admin.id, before)
        second = make.kept(street.session, make.make_staff(street.session, street.tree["community"]))
        done = client.post(f"{here}/handing-on", data=to, follow_redirects=True)
        assert f"现在由{street.tree['community'].name}承办" in done.text
        assert row_of(street.session, number).handler_id == second.id

    def test_who_looks_again_because_of_it_may_answer(self, street: Street, clock: Clock) -> None:
        page = refused(street)
        number, office = complain(street.session, street.doer, page), street.actor(street.admin)
        clock.forward(minutes=5)
        do(approve_deed, office, Approve(deed_id=page.rpartition("/")[2], points=5))
        do(answer_feedback, office, number, "看过了，给您补上。")
        assert row_of(street.session, number).handler_id == street.admin.id

    def test_a_program_says_what_it_is_about_too(self, street: Street, client: HouseClient) -> None:
        body = {"kind": "other", "text": "照片看得清的", "page": refused(street)}
        said = client.post("/api/v1/feedback", json=body, headers=make.bearer(street.session, street.doer))
        assert row_of(street.session, said.json["number"]).handler_id == street.admin.id

    def test_its_foot_leads_to_the_form(self, street: Street, client: HouseClient) -> None:
        leads_from(client, street.doer, refused(street))

    def test_nobody_is_kept_out_of_somebody_elses_affair(self, street: Street) -> None:
        number = complain(street.session, street.neighbour, refused(street))
        assert row_of(street.session, number).handler_id == street.staff.id


class TestNobodyElse:
    """One administrator decided it, and nobody else is on duty anywhere: it is answered all the same, and everybody reads why."""

    @pytest.fixture
    def alone(self, session: Session, clock: Clock) -> Person:
        self.tree = make.make_tree(session)
        return make.kept(session, make.make_platform_admin(session))  # type: ignore[no-any-return]

    def _said(self, session: Session, clock: Clock, alone: Person) -> tuple[str, Person]:
        task = make.make_task(session, make.kept(session, self.tree["community"]))
        span = {"starts_at": clock.at - timedelta(hours=3), "ends_at": clock.at - timedelta(hours=1)}
        shift = make.make_shift(session, task, **span)
        person = make.make_person(session, session.get_one(Area, self.tree["community"].id))
        signup = make.make_signup(session, shift, person).public_id
        person = make.kept(session, person)
        key = do(ask_excuse, actor_of(session, person), signup, "孩子发烧").public_id
        do(
            decide_no_show,
            actor_of(session, alone),
            key,
            Decision(about="excuse", is_accepted=False, words="没有提前说"),
        )
        return complain(session, person, "/me/no-shows"), person

    def test_it_goes_to_who_is_there_and_says_so(
        self, session: Session, clock: Clock, client: HouseClient, alone: Person
    ) -> None:
        number, person = self._said(session, clock, alone)
        desk = actor_of(session, alone)
        assert row_of(session, number).handler_id == alone.id
        assert feedback_counts(session, desk, now=clock.at).mine == 1
        assert [row.number for row in feedback_page(session, desk, PageRequest(), view="open", now=clock.at).items] == [
            number
        ]
        assert work_list(session, desk, now=clock.at).mine == 1
        do(answer_feedback, desk, number, "核对过了，改为请假。")
        steps = steps_of(session, row_of(session, number).id)
        assert [step.by_decider for step in steps] == [True, True]
        told = "没有别的工作人员在岗，这一步由定这件事的人承办"
        assert client.sign_in(alone).get(f"/console/feedback/{number}").text.count(told) == 2
        assert client.sign_in(person).get(f"/feedback/{number}").text.count(told) == 2
        read = client.get(f"/api/v1/me/feedback/{number}", headers=make.bearer(session, person)).json
        assert [step["by_decider"] for step in read["steps"]] == [True, True]

    def test_a_colleague_who_comes_takes_it_over(self, session: Session, clock: Clock, alone: Person) -> None:
        number, _person = self._said(session, clock, alone)
        second = make.kept(session, make.make_platform_admin(session))
        with pytest.raises(YouDecidedIt):
            do(answer_feedback, actor_of(session, alone), number, "核对过了")
        assert feedback_counts(session, actor_of(session, alone), now=clock.at).open == 0
        do(take_feedback, actor_of(session, second), number)
        assert [step.by_decider for step in steps_of(session, row_of(session, number).id)] == [True, False]

    def test_what_stood_with_nobody_is_seen_and_answered(self, session: Session, clock: Clock, alone: Person) -> None:
        number, _person = self._said(session, clock, alone)
        session.execute(update(Feedback).where(Feedback.number == number).values(handler_id=None))
        session.commit()
        assert feedback_counts(session, actor_of(session, alone), now=clock.at).open == 1
        do(answer_feedback, actor_of(session, alone), number, "核对过了，改为请假。")
        assert [step.by_decider for step in steps_of(session, row_of(session, number).id)][-1] is True

    def test_found_wanting_it_climbs_to_who_is_there(self, session: Session, clock: Clock, alone: Person) -> None:
        clerk = make.kept(session, make.make_staff(session, self.tree["community"]))
        number, person = self._said(session, clock, alone)
        assert row_of(session, number).handler_id == clerk.id
        do(answer_feedback, actor_of(session, clerk), number, "查过了，没有记录。")
        do(give_verdict, actor_of(session, person), Verdict(number=number, is_satisfied=False, text="有电话"), None)
        assert row_of(session, number).handler_id == alone.id, "above the clerk nobody else is on duty"
        do(answer_feedback, actor_of(session, alone), number, "核对过了，改为请假。")


def test_who_decided_a_dispute(session: Session, clock: Clock, client: HouseClient) -> None:
    shop = make_shop(session)
    give_points(session, shop.resident, 100)
    voucher = do(issue_voucher, actor_of(session, shop.resident), make_offer(shop, stock=5).public_id)
    used = do(redeem, actor_of(session, shop.clerk), voucher.code)
    begun = OpenDispute(redemption=used.public_id, kind=DisputeKind.NOTHING_GIVEN, words="付了码没给面")
    dispute = do(open_dispute, actor_of(session, shop.resident), begun).public_id
    assert kept_off(session, shop.resident, f"/disputes/{dispute}") == frozenset()
    do(decide_dispute, actor_of(session, shop.staff), DecideDispute(dispute=dispute, is_upheld=False, reason="看过"))
    for who, expected in ((shop.resident, {shop.staff.id}), (shop.manager, {shop.staff.id}), (shop.other_clerk, set())):
        assert kept_off(session, who, f"/disputes/{dispute}", area=shop.tree["community"].code) == expected
    leads_from(client, shop.resident, f"/disputes/{dispute}")


def test_who_had_a_part_in_somebodys_not_coming(session: Session, clock: Clock, client: HouseClient) -> None:
    tree = make.make_tree(session)
    author, first, second = (make.make_staff(session, tree["community"]) for _ in range(3))
    person, leader = (make.make_person(session, tree["community"]) for _ in range(2))
    task = make.make_task(session, tree["community"], created_by_id=author.id)
    span = {"starts_at": clock.at - timedelta(hours=3), "ends_at": clock.at - timedelta(hours=1)}
    shift = make.make_shift(session, task, leaders=(leader,), **span)
    began, ids = {author.id, leader.id}, [person.id, first.id, second.id]
    key = do(
        ask_excuse, actor_of(session, person), make.make_signup(session, shift, person).public_id, "孩子发烧"
    ).public_id
    do(decide_no_show, actor_of(session, first), key, Decision(about="excuse", is_accepted=False, words="没有提前说"))
    assert kept_off(session, person, "/me/no-shows") == {*began, ids[1]}
    do(appeal, actor_of(session, person), key, "当时打过电话")
    do(decide_no_show, actor_of(session, second), key, Decision(about="appeal", is_accepted=False, words="没有记录"))
    assert kept_off(session, person, "/me/no-shows") == {*began, ids[1], ids[2]}
    assert kept_off(session, first, "/me/no-shows") == frozenset()
    leads_from(client, make.kept(session, session.get_one(Person, ids[0])), "/me/no-shows")


def test_who_recorded_and_who_refused_the_minutes(session: Session, clock: Clock, client: HouseClient) -> None:
    venue = Venue(session)
    shift = venue.shift()
    person = venue.sign_up(shift)
    clock.forward(minutes=121)
    venue.tick(venue.leader, person, shift)
    row = venue.attendance(person, shift)
    assert row is not None
    page = f"/checkins/{row.public_id}"
    assert kept_off(session, person, page) == {venue.leader.id}
    do(void_attendance, actor_of(session, venue.staff), row.public_id, Void(reason="没有见到人"))
    assert kept_off(session, person, page) == {venue.leader.id, venue.staff.id}
    leads_from(client, person, page)
    assert "不满意，去说明" in client.get(page).text


def test_who_checked_somebody_out_early(session: Session, clock: Clock) -> None:
    venue = Venue(session)
    shift = venue.checked_out_shift()
    person = venue.sign_up(shift)
    venue.scan(person, shift)
    row = venue.attendance(person, shift)
    assert row is not None
    assert kept_off(session, person, f"/checkins/{row.public_id}") == frozenset(), "their own scan is nobody's decision"
    clock.forward(minutes=30)
    venue.tick(venue.staff, person, shift, Action.CHECK_OUT)
    assert kept_off(session, person, f"/checkins/{row.public_id}") == {venue.staff.id}


def test_each_kind_names_a_page_and_a_desk_that_are_there(app: Flask) -> None:
    addresses = app.url_map.bind("localhost")
    for kind in all_decisions():
        page = f"{kind.page}abc" if kind.page.endswith("/") else kind.page
        assert addresses.match(page, method="GET"), kind.page
        assert decision_at(page) == (kind, "abc" if kind.page.endswith("/") else "")
        assert kind.endpoint in app.view_functions
    assert {decision_at(page) for page in ("", "/me/deeds", "/me/deeds/", "/me/deeds/a/b", "/disputes")} == {None}


class TestPages:
    def test_the_deed_names_itself_and_the_desk_leads_back_to_it(
        self, street: Street, client: HouseClient, app: Flask
    ) -> None:
        page = refused(street)
        client.sign_in(street.doer)
        there = f"/feedback?page={page.replace('/', '%2F')}"
        assert f'href="{there}"' in client.get(page).text.replace("page=/me/deeds/", "page=%2Fme%2Fdeeds%2F")
        assert f'name="page" value="{page}"' in client.get(there).text, "WeChat drops the referrer"
        assert 'name="page" value=""' in client.get("/feedback?page=/feedback").text
        client.post("/feedback", data={"kind": "other", "text": "照片看得清的", "page": page})
        number = _last_number(street.session)
        desk: HouseClient = app.test_client()  # type: ignore[assignment]
        desk.sign_in(street.admin)
        assert f'href="/console/deeds/{page.rpartition("/")[2]}"' in desk.get(f"/console/feedback/{number}").text
        make.grant(street.session, street.staff, Role.STREET_ADMIN, area=street.tree["street"])
        desk.sign_in(street.staff)
        said = desk.get(f"/console/feedback/{number}")
        assert (said.status_code, "这件事是您定的" in said.text) == (403, True)
        answer = client.get(f"/api/v1/feedback/{number}", headers=make.bearer(street.session, street.staff))
        assert (answer.status_code, answer.json["code"]) == (403, "feedback_you_decided")


def _last_number(session: Session) -> str:
    return str(session.scalars(select(Feedback.number).order_by(Feedback.id.desc()).limit(1)).one())
