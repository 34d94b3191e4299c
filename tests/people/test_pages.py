"""The HTML door of people: each route by guest, wrong role, wrong area, right role; what was typed survives."""

from __future__ import annotations

import io
import re
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event, func, select
from sqlalchemy.orm import Session

from pointsapp.areas.models import Area
from pointsapp.core import clock as clock_module
from pointsapp.core.actor import Role
from pointsapp.core.transaction import write
from pointsapp.people.models import OneTimeCode, Person, RoleGrant
from pointsapp.people.queries import current_notice, load_actor
from pointsapp.people.services import IssueOneTimeCode, hash_password, issue_one_time_code
from tests.conftest import Clock, HouseClient
from tests.factories import grant, make_merchant, make_tree
from tests.people.people import make_person, make_staff

PASSWORD = "246810"
VERSION = current_notice().consent_version


@pytest.fixture
def tree(session: Session) -> dict[str, Area]:
    made = make_tree(session)
    for area in made.values():
        session.expunge(area)
    return made


@pytest.fixture(scope="module")
def password_hash() -> str:
    return hash_password(PASSWORD)


def who(client: HouseClient) -> str | None:
    with client.session_transaction() as cookie:
        return cookie.get("_user_id")


def registration(home: Area, **over: Any) -> dict[str, str]:
    typed = {
        "name": "李桂兰",
        "phone": "13800001234",
        "area": home.public_id,
        "password": PASSWORD,
        "consent_version": VERSION,
        **over,
    }
    return {name: value for name, value in typed.items() if value is not None}


def issue(session: Session, tree: dict[str, Area], person: Person) -> str:
    staff = make_staff(session, tree["street"], Role.STREET_ADMIN)
    actor = load_actor(session, staff.id, now=clock_module.now())
    assert actor is not None
    return write(issue_one_time_code, actor, IssueOneTimeCode(person=person.public_id), now=clock_module.now()).code


# --- joining


def test_a_stranger_joins_on_one_page_and_reads_the_number(client: HouseClient, session: Session, tree: Any) -> None:
    page = client.get(f"/join?next=/tasks/abc&area={tree['community'].code}")
    assert page.status_code == 200
    assert '<optgroup label="经八路街道">' in page.text
    assert f'<option value="{tree["community"].public_id}" selected>' in page.text
    assert VERSION in page.text
    done = client.post("/join", data=registration(tree["community"], next="/tasks/abc"))
    assert (done.status_code, done.location) == (303, "/joined?next=/tasks/abc")
    joined = client.get(done.location).text
    number = session.scalar(select(Person.volunteer_number))
    assert number is not None
    assert f"{number[:3]} {number[3:7]} {number[7:]}" in joined
    assert 'href="/tasks/abc"' in joined
    # the form sent again, and the page opened again, lead to the same place
    assert client.post("/join", data=registration(tree["community"])).location == "/joined"
    assert client.get("/join").location == "/joined"
    assert session.scalar(select(func.count()).select_from(Person)) == 1


@pytest.mark.parametrize(
    ("over", "status", "sentence"),
    [
        ({"name": None}, 422, "必须填写"),
        ({"name": "长" * 10_000}, 422, "最多 60 个字"),
        ({"name": "a\0b"}, 422, "含有不能使用的字符"),
        ({"phone": "12"}, 422, "手机号是 5 到 15 位数字"),
        ({"password": "12345"}, 422, "密码要 6 到 128 位"),
        ({"area": "nowhere"}, 422, "没有这个区域"),
        ({"area": None}, 422, "必须填写"),
        ({"consent_version": None}, 422, "请先阅读告知书并打勾"),
        ({"consent_version": "2020-01-01"}, 422, "请先阅读告知书"),
    ],
)
def test_a_bad_registration_is_shown_again_as_typed(
    client: HouseClient, session: Session, tree: Any, over: dict[str, Any], status: int, sentence: str
) -> None:
    answer = client.post("/join", data=registration(tree["community"], **over))
    assert answer.status_code == status
    assert sentence in answer.text
    if "phone" not in over:
        assert 'value="13800001234"' in answer.text
    assert PASSWORD not in answer.text
    assert session.scalar(select(func.count()).select_from(Person)) == 0


def test_a_taken_phone_says_the_way_out(client: HouseClient, session: Session, tree: Any) -> None:
    make_person(session, phone="13800001234")
    answer = client.post("/join", data=registration(tree["community"]))
    assert answer.status_code == 409
    assert "您可以先不填手机号完成注册" in answer.text
    assert client.post("/join", data=registration(tree["community"], phone=None)).status_code == 303


def test_the_notice_is_public_in_both_languages(client: HouseClient, session: Session) -> None:
    assert "个人信息告知书" in client.get("/privacy").text
    assert "Privacy notice" in client.get("/privacy?lang=en").text


# --- signing in


@pytest.mark.parametrize("by_number", [False, True])
def test_one_field_takes_either_name(
    client: HouseClient, session: Session, password_hash: str, by_number: bool
) -> None:
    person = make_person(session, phone="13800001234", password_hash=password_hash)
    account = person.volunteer_number if by_number else "138 0000 1234"
    done = client.post("/sign-in", data={"account": account, "password": PASSWORD, "next": "/offers"})
    assert (done.status_code, done.location) == (303, "/offers")
    assert who(client) == f"{person.id}.1"
    assert client.get("/sign-in?next=/offers").location == "/offers"


@pytest.mark.parametrize(
    ("role", "there"),
    [
        (None, "/"),
        (Role.GRID_LEADER, "/"),
        (Role.STAFF, "/console"),
        (Role.BRANCH_SECRETARY, "/console"),
        (Role.PLATFORM_ADMIN, "/console"),
        (Role.INSPECTOR, "/inspections/mine"),
        (Role.ASSESSOR, "/console/stars"),
        (Role.MERCHANT_CLERK, "/till"),
    ],
)
def test_each_comes_in_where_their_day_begins(
    client: HouseClient, session: Session, tree: Any, password_hash: str, role: Role | None, there: str
) -> None:
    person = make_person(session, tree["community"], phone="13800001234", password_hash=password_hash)
    if role is Role.MERCHANT_CLERK:
        grant(session, person, role, merchant=make_merchant(session, tree["community"]))
    elif role:
        grant(session, person, role, area=None if role is Role.PLATFORM_ADMIN else tree["street"])
    typed = {"account": "13800001234", "password": PASSWORD}
    assert client.post("/sign-in", data={**typed, "next": "/"}).location == there
    assert client.get("/sign-in").location == there, "who is in already"
    assert client.get(there).status_code == 200
    assert client.get("/sign-in?next=/offers").location == "/offers"


@pytest.mark.parametrize(
    "target", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)"]
)
def test_next_never_leads_away(client: HouseClient, session: Session, password_hash: str, target: str) -> None:
    make_person(session, phone="13800001234", password_hash=password_hash)
    assert "evil" not in client.get("/sign-in", query_string={"next": target}).text
    done = client.post("/sign-in", data={"account": "13800001234", "password": PASSWORD, "next": target})
    assert done.location == "/"


def test_a_wrong_password_keeps_the_account_typed(client: HouseClient, session: Session, password_hash: str) -> None:
    make_person(session, phone="13800001234", password_hash=password_hash)
    answer = client.post("/sign-in", data={"account": "13800001234", "password": "wrong!"})
    assert answer.status_code == 401
    assert "登录没有成功" in answer.text
    assert 'value="13800001234"' in answer.text
    assert who(client) is None
    for _ in range(9):
        client.post("/sign-in", data={"account": "13800001234", "password": "wrong!"})
    answer = client.post("/sign-in", data={"account": "13800001234", "password": PASSWORD})
    assert answer.status_code == 429
    assert "一次性登录码" in answer.text
    assert client.post("/sign-in", data={"account": "张三", "password": "x"}).status_code == 422
    assert client.post("/sign-in", data={}).status_code == 422


def test_a_guests_form_rides_through_sign_in(client: HouseClient, session: Session, password_hash: str) -> None:
    make_person(session, phone="13800001234", password_hash=password_hash)
    asked = client.post("/me/profile", data={"name": "新名字", "note": "a<b>&"})
    assert asked.status_code == 401
    carried = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', asked.text.split("</form>")[0]))
    assert carried["parked_to"] == "/me/profile"
    assert carried["parked.name"] == "新名字"
    # a wrong password loses nothing
    carried["parked.note"] = "a<b>&"
    again = client.post("/sign-in", data={**carried, "account": "13800001234", "password": "wrong!"})
    assert 'name="parked.name" value="新名字"' in again.text
    page = client.post("/sign-in", data={**carried, "account": "13800001234", "password": PASSWORD})
    assert page.status_code == 200
    assert 'action="/me/profile"' in page.text
    assert 'name="name" value="新名字"' in page.text
    assert "a&lt;b&gt;&amp;" in page.text
    assert client.post("/me/profile", data={"name": "新名字"}).status_code == 303


def test_a_picture_that_was_in_the_form_is_asked_for_again(
    client: HouseClient, session: Session, password_hash: str
) -> None:
    """A file cannot ride along, and a form must not go on without a picture that was in it."""
    make_person(session, phone="13800001234", password_hash=password_hash)

    def typed(**more: str) -> dict[str, Any]:
        files = {"picture": (io.BytesIO(b"a"), "a.jpg"), "photos": [(io.BytesIO(b"b"), "b"), (io.BytesIO(b"c"), "c")]}
        return {"words": "扫了楼道", "empty": (io.BytesIO(), ""), **files, **more}

    asked = client.post("/me/deeds", data=typed(), content_type="multipart/form-data")
    assert asked.status_code == 401
    carried = re.findall(r'<input type="hidden" name="(parked[^"]*)" value="([^"]*)">', asked.text.split("</form>")[0])
    form: dict[str, Any] = {"account": "13800001234", "password": "wrong!"}
    for name, value in carried:
        form.setdefault(name, []).append(value)
    assert sorted(form["parked-file"]) == ["photos", "photos", "picture"]
    again = client.post("/sign-in", data=form)
    assert again.text.split("</form>")[0].count('name="parked-file"') == 3
    page = client.post("/sign-in", data={**form, "password": PASSWORD}).text
    assert 'name="words" value="扫了楼道"' in page
    assert 'enctype="multipart/form-data"' in page
    assert re.search(r'<input [^>]*name="picture" type="file" aria', page)
    assert re.search(r'<input [^>]*name="photos" type="file" multiple', page)
    assert 'name="empty"' not in page
    # The same where only the page's token has grown old.
    stale = client.post("/me/deeds", data=typed(csrf_token="old"), content_type="multipart/form-data")
    assert stale.status_code == 422
    assert re.search(r'<input [^>]*name="picture" type="file" aria', stale.text)
    assert "您填的文字都在" in stale.text
    plain = client.post("/me/deeds", data={"words": "扫了楼道", "csrf_token": "old"})
    assert 'type="file"' not in plain.text


def test_a_guest_without_an_account_carries_the_form_on_to_joining(
    client: HouseClient, session: Session, tree: Any
) -> None:
    carried = {"parked_to": "/me/profile", "parked.name": "新名字", "next": "/me/profile"}
    page = client.post("/join", data={**carried, "start": "1", "account": "13800001234"})
    assert page.status_code == 200
    assert 'name="parked.name" value="新名字"' in page.text
    assert 'value="13800001234"' in page.text
    done = client.post("/join", data={**registration(tree["community"]), **carried})
    assert done.status_code == 200
    assert 'action="/me/profile"' in done.text
    assert str(session.scalar(select(Person.volunteer_number))) in done.text


@pytest.mark.parametrize(
    ("letter", "words"), [("u", "这是一个人的签到码"), ("v", "这是一张兑换码"), ("i", "这是店里的邀请")]
)
def test_a_guest_who_scanned_a_code_is_told_what_it_is(client: HouseClient, letter: str, words: str) -> None:
    page = client.get(f"/q/{letter}/ABCDEFGH12", follow_redirects=True)
    assert page.status_code == 200
    assert words in page.text
    assert words not in client.get("/sign-in").text


def test_who_is_here_already_turns_back_from_joining_with_the_form(client: HouseClient) -> None:
    carried = {"parked_to": "/me/profile", "parked.name": "新名字", "next": "/me/profile"}
    page = client.post("/sign-in", data={**carried, "start": "1", "phone": "13800001234"})
    assert page.status_code == 200
    assert page.text.count('name="parked.name" value="新名字"') >= 2  # at the password and at the slip's code
    assert 'value="13800001234"' in page.text


def test_a_slips_code_keeps_the_form(client: HouseClient, session: Session, tree: Any) -> None:
    person = make_person(session, tree["community"], phone="13800001234")
    code = issue(session, tree, person)
    carried = {"parked_to": "/me/profile", "parked.name": "新名字", "next": "/me/profile"}
    page = client.post("/sign-in/code", data={**carried, "code": code})
    assert page.status_code == 200
    assert 'name="parked.name" value="新名字"' in page.text
    wrong = client.post("/sign-in/code", data={**carried, "code": "0000000001"})
    assert wrong.status_code == 422
    assert 'name="parked.name" value="新名字"' in wrong.text
    assert 'value="0000000001"' in wrong.text
    form = {**carried, "new_password": PASSWORD, "consent_version": VERSION}
    done = client.post(f"/q/o/{code}", data=form)
    assert done.status_code == 200
    assert 'action="/me/profile"' in done.text
    assert 'name="name" value="新名字"' in done.text


def test_a_parked_form_never_goes_to_another_house(client: HouseClient, session: Session, password_hash: str) -> None:
    make_person(session, phone="13800001234", password_hash=password_hash)
    typed = {"account": "13800001234", "password": PASSWORD, "parked_to": "https://evil.example/", "parked.a": "1"}
    done = client.post("/sign-in", data=typed)
    assert done.status_code == 303
    assert "evil" not in done.text


def test_without_the_token_nobody_signs_in(client: HouseClient, session: Session, password_hash: str) -> None:
    make_person(session, phone="13800001234", password_hash=password_hash)
    answer = client.post("/sign-in", data={"account": "13800001234", "password": PASSWORD, "csrf_token": "forged"})
    assert answer.status_code == 422
    assert PASSWORD not in answer.text
    assert 'value="13800001234"' in answer.text
    assert who(client) is None


# --- one-time codes


def test_opening_a_code_changes_nothing_and_its_button_signs_in_once(
    client: HouseClient, session: Session, tree: Any
) -> None:
    person = make_person(session, tree["community"], verified=False, name="王小明")
    code = issue(session, tree, person)
    for _ in range(2):
        page = client.get(f"/q/o/{code.lower()}")
        assert page.status_code == 200
        assert "王**" in page.text
    assert session.scalar(select(OneTimeCode.used_at)) is None
    typed = client.post("/sign-in/code", data={"code": f" {code[:4]}-{code[4:]} ", "next": "/offers"})
    assert typed.location == f"/q/o/{code}?next=/offers"
    done = client.post(f"/q/o/{code}", data={"next": "/offers", "new_password": "135790"})
    assert (done.status_code, done.location) == (303, "/offers")
    assert who(client) == f"{person.id}.2"
    used = client.post(f"/q/o/{code}", data={})
    assert used.status_code == 401
    assert client.get(f"/q/o/{code}").status_code == 401


def test_a_mistyped_code_and_a_weak_password_use_nothing_up(client: HouseClient, session: Session, tree: Any) -> None:
    code = issue(session, tree, make_person(session, tree["community"]))
    assert client.get("/q/o/0000000001").status_code == 422
    assert client.get("/q/o/" + "9" * 5000).status_code == 422
    assert client.post("/sign-in/code", data={"code": "0000000001"}).status_code == 422
    assert client.post("/sign-in/code", data={}).status_code == 422
    assert client.post(f"/q/o/{code}", data={"new_password": "123"}).status_code == 422
    assert session.scalar(select(OneTimeCode.used_at)) is None


def test_an_imported_person_reads_the_notice_first(client: HouseClient, session: Session, tree: Any) -> None:
    person = make_person(session, tree["community"], consent_version=None, consented_at=None)
    code = issue(session, tree, person)
    assert VERSION in client.get(f"/q/o/{code}").text
    assert client.post(f"/q/o/{code}", data={}).status_code == 422
    assert client.post(f"/q/o/{code}", data={"consent_version": VERSION}).status_code == 303
    assert session.scalar(select(Person.consent_version).where(Person.id == person.id)) == VERSION


def test_somebody_elses_code_explains_itself(client: HouseClient, session: Session, tree: Any) -> None:
    code = issue(session, tree, make_person(session, tree["community"]))
    page = client.sign_in(make_person(session, tree["community"], name="赵六")).get(f"/q/o/{code}")
    assert "您现在登录的是 赵六" in page.text


# --- oneself


def test_my_profile_saves_and_elder_view_follows(client: HouseClient, session: Session, tree: Any) -> None:
    person = make_person(session, tree["grid"], name="王小明")
    client.sign_in(person)
    assert tree["grid"].name in client.get("/me/profile").text
    typed = {"name": "王大明", "locale": "zh", "elder_view": "1"}
    assert client.post("/me/profile", data=typed).status_code == 303
    page = client.get("/me/profile").text
    assert re.search(r'<html lang="zh-CN" class="[^"]*elder', page)
    assert 'value="王大明"' in page
    assert re.search(r'value="community" checked', page)
    assert client.post("/me/profile", data={**typed, "listing": "nowhere"}).status_code == 303
    assert re.search(r'value="nowhere" checked', client.get("/me/profile").text)
    assert client.post("/me/profile", data={**typed, "listing": "here"}).status_code == 422
    assert client.post("/me/profile", data={**typed, "locale": "xx"}).status_code == 422
    assert client.post("/me/profile", data={**typed, "area": "nowhere"}).status_code == 422
    assert client.post("/me/profile", data={**typed, "area": tree["other"].public_id}).status_code == 409
    assert client.post("/me/profile", data={**typed, "name": "x" * 100}).status_code == 422


def test_changing_the_password_needs_the_old_one_and_keeps_this_device(
    app: Any, client: HouseClient, session: Session, password_hash: str
) -> None:
    person = make_person(session, phone="13800001234", password_hash=password_hash)
    other = app.test_client().sign_in(person)
    client.sign_in(person)
    assert client.post("/me/password", data={"password": "wrong!", "new_password": "135790"}).status_code == 401
    assert client.post("/me/password", data={"new_password": "135790"}).status_code == 401
    assert client.post("/me/password", data={"password": PASSWORD, "new_password": "1"}).status_code == 422
    assert client.post("/me/password", data={"password": PASSWORD, "new_password": "135790"}).status_code == 303
    assert client.get("/me/profile").status_code == 200
    assert other.get("/me/profile").status_code == 302
    assert client.post("/me/sign-out-everywhere").status_code == 303
    assert client.get("/me/profile").status_code == 302


def test_who_never_had_a_password_sets_one(client: HouseClient, session: Session) -> None:
    person = make_person(session, phone="13800001234")
    assert client.sign_in(person).post("/me/password", data={"new_password": "135790"}).status_code == 303
    client.post("/sign-out")
    assert who(client) is None
    assert client.post("/sign-in", data={"account": "13800001234", "password": "135790"}).status_code == 303


@pytest.mark.parametrize(("chosen", "words"), [("en", "Saved."), ("zh", "已经保存。")])
def test_a_language_just_chosen_is_that_of_the_answer(
    client: HouseClient, session: Session, tree: Any, chosen: str, words: str
) -> None:
    person = make_person(session, tree["community"], locale="zh" if chosen == "en" else "en")
    client.sign_in(person)
    assert client.post("/me/profile", data={"name": "王小明", "locale": chosen}).status_code == 303
    assert words in client.get("/me/profile").text


def test_a_new_personal_code_ends_the_old_one(client: HouseClient, session: Session, tree: Any) -> None:
    person = make_person(session, tree["community"])
    old = person.personal_code
    before = client.sign_in(person).get("/me/code").text
    assert 'action="/me/code/replacement"' in before
    assert "“个人卡”不受影响" in before  # a card printed there carries a code of its own
    first = client.post("/me/code/replacement", data={"request_id": "r1"})
    assert (first.status_code, first.location) == (303, "/me/code")
    new = session.scalar(select(Person.personal_code).where(Person.id == person.id))
    assert new != old
    page = client.get("/me/code").text
    assert "旧码已经作废" in page
    assert old not in page
    # The button pressed twice is one act: the code somebody has just printed stays good.
    assert client.post("/me/code/replacement", data={"request_id": "r1"}).status_code == 303
    assert session.scalar(select(Person.personal_code).where(Person.id == person.id)) == new
    staff = make_staff(session, tree["community"], Role.STAFF)
    client.post("/sign-out")
    client.sign_in(staff)
    assert client.get(f"/q/u/{old}").status_code != 200
    assert client.get(f"/q/u/{new}").status_code == 200
    assert client.post("/me/code/replacement", data={"csrf_token": "forged"}).status_code == 422


@pytest.mark.parametrize("path", ["/me/profile", "/joined", "/console/people", "/console/people/new"])
def test_a_guest_is_asked_to_sign_in(client: HouseClient, session: Session, path: str) -> None:
    answer = client.get(path)
    assert (answer.status_code, answer.location) == (302, f"/sign-in?next={path}")


@pytest.mark.parametrize(
    "path", ["/me/profile", "/me/password", "/me/code/replacement", "/me/sign-out-everywhere", "/sign-out"]
)
def test_a_guests_post_is_parked(client: HouseClient, session: Session, path: str) -> None:
    assert client.post(path, data={}).status_code == 401


# --- the desk


def test_a_masked_card_keeps_the_number_to_its_tail(client: HouseClient, session: Session, tree: Any) -> None:
    resident = make_person(session, tree["community"], name="李桂兰", volunteer_number="23456789012")
    client.sign_in(make_staff(session, tree["other"]))
    for page in (f"/console/people/{resident.public_id}", "/console/people?q=23456789012"):
        text = client.get(page).text
        assert "李**" in text
        assert "*******9012" in text
        assert "23456789012" not in text.replace('value="23456789012"', ""), page
    client.sign_in(make_staff(session, tree["community"]))
    here = f"/console/people/{resident.public_id}"
    text = client.get(here).text
    assert "23456789012" not in text
    assert "李桂兰" not in text
    assert client.post(f"{here}/opening", data={"why": "check"}).location == here
    assert "23456789012" in client.get(here).text


def test_a_record_is_opened_by_a_press_and_its_person_reads_by_whom(
    client: HouseClient, session: Session, clock: Clock, tree: Any
) -> None:
    resident = make_person(session, tree["community"], name="李桂兰", phone="13811112222")
    here = f"/console/people/{resident.public_id}"
    client.sign_in(make_staff(session, tree["other"], Role.GRID_LEADER))
    assert client.post(f"{here}/opening", data={"why": "call"}).status_code == 404
    client.sign_in(make_staff(session, tree["other"], Role.STREET_ADMIN))
    assert (
        client.post(f"{here}/opening", data={"why": "call"}).status_code == 403
    )  # knows of them, is no staff of theirs
    client.sign_in(make_staff(session, tree["community"], name="郑雅静"))
    assert client.post(f"{here}/opening", data={"why": "nosy"}).status_code == 422
    client.post(f"{here}/opening", data={"why": "call"})
    page = client.get(here).text
    assert "13811112222" in page
    assert "李桂兰" in page
    with client.session_transaction() as kept:  # signed, not sealed: it says which record and until when, and no more
        assert set(kept["opened_record"]) == {"person", "until"}
        assert "13811112222" not in str(dict(kept))
    clock.forward(minutes=16)
    page = client.get(here).text
    assert "13811112222" not in page
    assert "打电话联系您" in page  # the log stands on the page
    client.sign_in(resident)
    page = client.get("/me/looks", follow_redirects=True).text
    assert "郑**" in page
    assert page.count("打电话联系您") == 1


def test_no_page_under_a_person_shows_what_was_not_opened(
    client: HouseClient, session: Session, app: Flask, tree: Any
) -> None:
    resident = make_person(session, tree["community"], name="李桂兰", phone="13811112222")
    client.sign_in(make_staff(session, tree["community"]))
    opened = 0
    for rule in app.url_map.iter_rules():
        if rule.rule.startswith("/console/people/<public_id>") and rule.arguments == {"public_id"}:
            answer = client.get(rule.rule.replace("<public_id>", resident.public_id))
            opened += answer.status_code == 200
            assert "李桂兰" not in answer.text, rule.rule
            assert "13811112222" not in answer.text, rule.rule
            assert resident.volunteer_number not in answer.text, rule.rule
    assert opened >= 4


def test_the_desk_by_role(client: HouseClient, session: Session, tree: Any) -> None:
    resident = make_person(session, tree["community"], name="李桂兰")
    pid = resident.public_id
    pages = ("/console/people", "/console/people/new", f"/console/people/{pid}")
    forms = {
        f"/console/people/{pid}/one-time-codes": {"kind": "desk"},
        f"/console/people/{pid}/phone": {"phone": "13911112222"},
        f"/console/people/{pid}/verification": {},
        f"/console/people/{pid}/roles": {"role": "grid_leader", "area": tree["grid"].public_id},
        "/console/people": {
            "name": "甲",
            "area": tree["community"].public_id,
            "consent_version": VERSION,
        },
    }
    expected = {
        "resident": (make_person(session, tree["community"]), (403, 403, 403), (403, 403, 403, 403, 403)),
        "wrong area": (make_staff(session, tree["other"]), (200, 200, 200), (403, 403, 403, 403, 403)),
        "leader elsewhere": (
            make_staff(session, tree["other"], Role.GRID_LEADER),
            (200, 200, 404),
            (404, 404, 404, 404, 403),
        ),
        "staff": (make_staff(session, tree["community"]), (200, 200, 200), (303, 303, 303, 403, 303)),
        "street": (make_staff(session, tree["street"], Role.STREET_ADMIN), (200, 200, 200), (303, 303, 303, 303, 303)),
    }
    for name, (person, page_statuses, form_statuses) in expected.items():
        client.sign_in(person)
        assert tuple(client.get(path).status_code for path in pages) == page_statuses, name
        assert tuple(client.post(path, data=typed).status_code for path, typed in forms.items()) == form_statuses, name
    for path in forms:
        with client.session_transaction() as cookie:
            cookie.clear()
        assert client.post(path, data={}).status_code == 401


def test_the_list_searches_and_hides(client: HouseClient, session: Session, tree: Any) -> None:
    make_person(session, tree["community"], name="李桂兰", phone="13811112222")
    far = make_person(session, tree["other"], name="钱卫东", phone="13822223333", volunteer_number="23456789012")
    client.sign_in(make_staff(session, tree["community"], Role.GRID_LEADER))
    page = client.get("/console/people?q=李").text
    assert "李**" in page
    assert "李桂兰" not in page
    assert "138****2222" in page
    assert "13811112222" not in page
    assert "钱" not in client.get("/console/people?q=13822223333").text
    client.sign_in(make_staff(session, tree["community"], Role.STREET_ADMIN))
    page = client.get("/console/people?q=13822223333").text
    assert "钱**" in page
    assert "钱卫东" not in client.get(f"/console/people/{far.public_id}").text
    assert "钱" not in client.get("/console/people?q=3333").text
    assert client.get("/console/people?area=nowhere").status_code == 422
    assert client.get("/console/people?cursor=x").status_code == 422
    assert client.get("/console/people", query_string={"q": "'\"<script>%_" * 50}).status_code == 200


def test_a_code_is_shown_only_to_who_issued_it_and_only_while_valid(
    app: Any, client: HouseClient, session: Session, tree: Any, clock: Clock
) -> None:
    person = make_person(session, tree["community"])
    staff, colleague = make_staff(session, tree["community"]), make_staff(session, tree["community"])
    client.sign_in(staff)
    form = {"kind": "printed", "request_id": "once"}
    where = f"/console/people/{person.public_id}/one-time-code"
    assert client.post(f"/console/people/{person.public_id}/one-time-codes", data=form).location == where
    assert client.post(f"/console/people/{person.public_id}/one-time-codes", data=form).location == where
    assert session.scalar(select(func.count()).select_from(OneTimeCode)) == 1, "the same form twice is one code"
    page = client.get(where)
    code = re.sub(r"\s", "", re.search(r'class="code-words"[^>]*>([^<]+)<', page.text).group(1))  # type: ignore[union-attr]
    assert len(code) == 10
    assert '<svg class="qr"' in page.text
    other = app.test_client().sign_in(colleague)
    assert other.get(where).status_code == 302
    assert client.get(where).status_code == 200
    clock.forward(hours=11)
    assert client.get(where).status_code == 200
    clock.forward(days=7)
    assert client.sign_in(staff).get(where).status_code == 302


def test_roles_are_granted_and_ended_from_the_page(client: HouseClient, session: Session, tree: Any) -> None:
    person = make_person(session, tree["community"])
    shop = make_merchant(session, tree["community"], code="MIAN")
    session.expunge(shop)
    client.sign_in(make_staff(session, tree["street"], Role.STREET_ADMIN))
    here = f"/console/people/{person.public_id}"
    assert client.post(f"{here}/roles", data={"role": "merchant_clerk", "merchant": "MIAN"}).status_code == 303
    assert client.post(f"{here}/roles", data={"role": "merchant_clerk", "merchant": "NONE"}).status_code == 422
    assert client.post(f"{here}/roles", data={"role": "merchant_clerk"}).status_code == 422
    assert client.post(f"{here}/roles", data={"role": "staff"}).status_code == 422
    assert client.post(f"{here}/roles", data={"role": "king"}).status_code == 422
    assert client.post(f"{here}/roles", data={"role": "platform_admin"}).status_code == 403
    assert "商户店员" in client.get(here).text
    grant_id = session.scalar(select(RoleGrant.public_id).where(RoleGrant.person_id == person.id))
    assert client.post(f"{here}/roles/{grant_id}/ending").status_code == 303
    assert client.post(f"{here}/roles/{grant_id}/ending").status_code == 303
    assert client.post(f"{here}/roles/nothing/ending").status_code == 404
    assert "没有角色" in client.get(here).text


def test_no_page_asks_too_often(client: HouseClient, session: Session, tree: Any) -> None:
    for number in range(30):
        make_person(session, tree["community"], name=f"居民{number}")
    admin = make_staff(session, tree["street"], Role.STREET_ADMIN)
    grant(session, admin, Role.STAFF, area=session.get_one(Area, tree["community"].id))
    person = make_staff(session, tree["community"], Role.GRID_LEADER)
    client.sign_in(admin)
    engine = session.get_bind().engine  # type: ignore[union-attr]
    for path in ("/console/people", f"/console/people/{person.public_id}", "/me/profile", "/console/areas"):
        asked: list[str] = []

        def note(_conn: Any, _cursor: Any, statement: str, *_rest: Any, asked: list[str] = asked) -> None:
            if statement.startswith("SELECT"):
                asked.append(statement)

        event.listen(engine, "before_cursor_execute", note)
        assert client.get(path).status_code == 200
        event.remove(engine, "before_cursor_execute", note)
        assert 0 < len(asked) <= 12, (path, len(asked))
