"""`pointsapp user add`, `users import`, `token issue`: as contract.md writes them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from pointsapp.core import clock
from pointsapp.core.events import Event
from pointsapp.people.models import ApiToken, Person, RoleGrant
from pointsapp.people.queries import load_actor, load_actor_by_token, person_by_phone, person_card
from pointsapp.people.services import SignIn, check_password
from tests.factories import make_merchant, make_person, make_tree

HEADER = "phone,name,role,area_code,merchant_code\n"


def run(app: Flask, *args: str, stdin: str | None = None) -> Any:
    return app.test_cli_runner().invoke(args=list(args), input=stdin)


@pytest.fixture
def places(session: Session) -> dict[str, str]:
    tree = make_tree(session)
    shop = make_merchant(session, tree["other"], code="MIAN")
    return {**{name: area.code for name, area in tree.items()}, "shop": shop.code}


def users(app: Flask, tmp_path: Path, rows: str) -> Any:
    path = tmp_path / "users.csv"
    path.write_bytes((HEADER + rows).encode())
    return run(app, "users", "import", str(path))


def count(session: Session, model: type) -> int:
    return session.scalar(select(func.count()).select_from(model)) or 0


def test_user_add_makes_a_log_in(app: Flask, session: Session, places: dict[str, str]) -> None:
    args = (
        "user",
        "add",
        "--phone",
        "13800001234",
        "--name",
        "赵书记",
        "--role",
        "staff",
        "--area",
        places["community"],
    )
    done = run(app, *args, "--password-stdin", stdin="246810\n")
    assert done.exit_code == 0, done.output
    moment = clock.now()
    checked = check_password(session, SignIn(phone="13800001234", password="246810"), now=moment)
    assert checked.person_id is not None
    card = person_card(session, checked.person_id, now=moment)
    assert card.is_verified
    assert card.area is not None
    assert card.area.code == places["community"]
    assert [line.role.value for line in card.roles] == ["staff"]
    # again, with another role and password: the same person
    again = run(app, *args[:7], "street_admin", "--area", places["street"], "--password-stdin", stdin="135790\n")
    assert again.exit_code == 0, again.output
    assert count(session, Person) == 1
    assert count(session, RoleGrant) == 2
    assert check_password(session, SignIn(phone="13800001234", password="135790"), now=moment).person_id


def test_user_add_reads_the_phone_before_it_asks_for_the_password(app: Flask, session: Session) -> None:
    done = run(app, "user", "add", "--phone", "12-34", "--name", "甲", stdin="246810\n246810\n")
    assert done.exit_code == 1
    assert "phone '12-34' is not 5 to 15 digits" in done.stderr
    assert "Password" not in done.output
    assert count(session, Person) == 0


def test_user_add_asks_for_the_password(app: Flask, session: Session, places: dict[str, str]) -> None:
    done = run(
        app,
        "user",
        "add",
        "--phone",
        "13800001234",
        "--name",
        "平台",
        "--role",
        "platform_admin",
        stdin="246810\n246810\n",
    )
    assert done.exit_code == 0, done.output
    person = person_by_phone(session, "13800001234")
    assert person is not None
    actor = load_actor(session, person.id, now=clock.now())
    assert actor is not None
    assert actor.is_platform_admin


def test_a_merchants_role_brings_the_merchants_home(app: Flask, session: Session, places: dict[str, str]) -> None:
    done = run(
        app, "user", "add", "--phone", "13800001234", "--name", "胖婶", "--role", "merchant_manager",
        "--merchant", "MIAN", "--password-stdin", stdin="246810",
    )  # fmt: skip
    assert done.exit_code == 0, done.output
    person = person_by_phone(session, "13800001234")
    assert person is not None
    card = person_card(session, person.id, now=clock.now())
    assert card.area is not None
    assert card.area.code == places["other"]
    assert card.roles[0].merchant is not None
    assert card.roles[0].merchant.code == "MIAN"


@pytest.mark.parametrize(
    ("over", "password", "reason"),
    [
        ({"--phone": "abc"}, "246810", "phone 'abc' is not 5 to 15 digits"),
        ({"--role": "staff"}, "246810", "role staff needs an area_code"),
        ({"--role": "staff", "--area": "X"}, "246810", "area_code 'X' is not known"),
        ({"--role": "merchant_clerk"}, "246810", "role merchant_clerk needs a merchant_code"),
        ({"--merchant": "MIAN"}, "246810", "a merchant_code needs a merchant's role"),
        ({"--name": "长" * 61}, "246810", "name is not 1 to 60"),
        ({"--name": " "}, "246810", "name is not 1 to 60"),
        ({}, "12345", "the password must have 6 to 128"),
        ({}, "", "the password must have 6 to 128"),
        ({}, "1" * 129, "the password must have 6 to 128"),
    ],
)
def test_user_add_says_what_is_wrong(
    app: Flask, session: Session, places: dict[str, str], over: dict[str, str], password: str, reason: str
) -> None:
    given = {"--phone": "13800001234", "--name": "甲", **over}
    done = run(
        app, "user", "add", "--password-stdin", *[part for pair in given.items() for part in pair], stdin=password
    )
    assert done.exit_code == 1
    assert reason in done.stderr
    assert count(session, Person) == 0


def test_an_import_is_idempotent(app: Flask, session: Session, places: dict[str, str], tmp_path: Path) -> None:
    rows = (
        f"13800000001,王一,,{places['community']},\n"
        f"13800000002,王二,staff,{places['community']},\n"
        f"13800000002,王二,grid_leader,{places['grid']},\n"
        "13800000003,王三,merchant_clerk,,MIAN\n"
        "13800000004,王四,platform_admin,,\n"
        "13800000005,王五,,,\n"
    )
    done = users(app, tmp_path, rows)
    assert (done.exit_code, done.stdout) == (0, "5 added, 0 changed, 4 roles given\n")
    events = count(session, Event)
    again = users(app, tmp_path, rows)
    assert (again.exit_code, again.stdout) == (0, "0 added, 0 changed, 0 roles given\n")
    assert (count(session, Person), count(session, RoleGrant), count(session, Event)) == (5, 4, events)
    second = person_by_phone(session, "13800000002")
    assert second is not None
    assert second.is_verified
    assert not second.has_password
    card = person_card(session, second.id, now=clock.now())
    assert card.area is not None
    assert card.area.code == places["community"], "the first role's area, where no resident's row says another"


def test_a_residents_row_moves_home_and_a_roles_row_does_not(
    app: Flask, session: Session, places: dict[str, str], tmp_path: Path
) -> None:
    users(app, tmp_path, f"13800000001,王一,,{places['community']},\n")
    done = users(app, tmp_path, f"13800000001,王一,staff,{places['other']},\n")
    assert done.stdout == "0 added, 0 changed, 1 roles given\n"
    done = users(app, tmp_path, f"13800000001,王一,,{places['grid']},\n")
    assert done.stdout == "0 added, 1 changed, 0 roles given\n"


def test_every_bad_row_is_named_and_nothing_written(
    app: Flask, session: Session, places: dict[str, str], tmp_path: Path
) -> None:
    make_person(session, phone="13800000009", name="李四")
    before = count(session, Person)
    done = users(
        app,
        tmp_path,
        f"13800000001,王一,,{places['community']},\n"
        "abc,王二,,,\n"
        "13800000003,,,,\n"
        "13800000004,王四,king,,\n"
        "13800000005,王五,staff,,\n"
        "13800000006,王六,staff,nowhere,\n"
        "13800000007,王七,merchant_clerk,,NOSHOP\n"
        "13800000001,王大,,,\n"
        "13800000009,王九,,,\n"
        f"13800000001,王一,,{places['other']},\n",
    )
    assert done.exit_code == 1
    lines = done.stderr.splitlines()
    assert {line.split(":")[0] for line in lines} == {f"line {number}" for number in range(3, 12)}
    assert "line 4: name is empty" in lines
    assert "line 10: phone 13800000009 belongs to 李*, who is verified" in lines
    assert count(session, Person) == before


def test_an_imported_owner_gets_the_number_an_unverified_stranger_took(
    app: Flask, session: Session, places: dict[str, str], tmp_path: Path
) -> None:
    stranger = make_person(session, verified=False, phone="13800000001", name="冒名").id
    done = users(app, tmp_path, f"13800000001,王一,,{places['community']},\n")
    assert done.stdout == "1 added, 0 changed, 0 roles given\n"
    owner = person_by_phone(session, "13800000001")
    assert owner is not None
    assert owner.name == "王一"
    told = session.scalars(select(Event.person_id).where(Event.kind == "people.phone_lost")).all()
    assert told == [stranger]


def test_an_import_verifies_who_registered_already(
    app: Flask, session: Session, places: dict[str, str], tmp_path: Path
) -> None:
    make_person(session, verified=False, phone="13800000001", name="王一")
    done = users(app, tmp_path, "13800000001,王一,,,\n")
    assert done.stdout == "0 added, 1 changed, 0 roles given\n"
    assert person_by_phone(session, "13800000001").is_verified  # type: ignore[union-attr]


def test_tokens_are_issued_in_order_and_work(app: Flask, session: Session, tmp_path: Path) -> None:
    people = {phone: make_person(session, phone=phone).id for phone in ("13800000001", "13800000002", "13800000003")}
    done = run(app, "token", "issue", "13800000002", "13800000001")
    assert done.exit_code == 0
    pairs = [line.split("\t") for line in done.stdout.splitlines()]
    assert [phone for phone, _ in pairs] == ["13800000002", "13800000001"]
    for phone, token in pairs:
        actor = load_actor_by_token(session, token, now=clock.now())
        assert actor is not None
        assert actor.person_id == people[phone]
    file = tmp_path / "phones.txt"
    file.write_text("13800000003\r\n\n13800000001\n", encoding="utf-8-sig")
    assert len(run(app, "token", "issue", "--phones-from", str(file)).stdout.splitlines()) == 2
    assert len(run(app, "token", "issue", "--phones-from", "-", stdin="13800000003\n").stdout.splitlines()) == 1


def test_an_unknown_phone_issues_nothing(app: Flask, session: Session) -> None:
    make_person(session, phone="13800000001")
    done = run(app, "token", "issue", "--phones-from", "-", stdin="13800000001\n13900000000\nabc\n")
    assert done.exit_code == 1
    assert done.stderr == "line 2: phone '13900000000' is not known\nline 3: phone 'abc' is not known\n"
    assert run(app, "token", "issue").exit_code == 1
    assert count(session, ApiToken) == 0
