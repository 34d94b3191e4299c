"""Real commits from many threads: one phone is one person's, one code signs in once, parallel guesses are all counted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from sqlalchemy import func, select

from pointsapp.core import clock
from pointsapp.core.db import db
from pointsapp.core.transaction import write
from pointsapp.people.models import Person, SignInFailure
from pointsapp.people.queries import current_notice, load_actor
from pointsapp.people.services import (
    IssueOneTimeCode,
    Register,
    SignIn,
    UseOneTimeCode,
    check_password,
    hash_password,
    issue_one_time_code,
    register,
    sign_in_with_password,
    use_one_time_code,
)
from tests.databases import Clone
from tests.factories import make_area, make_person, make_staff
from tests.race.crowd import at_once

pytestmark = pytest.mark.race
MANY = 12


def _many(live: Clone, act: Callable[[int], Any]) -> Counter[str]:
    return Counter(at_once(live, [partial(act, number) for number in range(MANY)]))


def test_one_phone_is_registered_once(live: Clone) -> None:
    with live.app.app_context():
        area = make_area(db.session).code
    version, password = current_notice().consent_version, hash_password("246810")

    def join(number: int) -> None:
        command = Register(
            name=f"甲{number}", area=area, password_hash=password, consent_version=version, phone="13800001234"
        )
        write(register, None, command, now=clock.now())

    assert _many(live, join) == {"done": 1, "phone_taken": MANY - 1}
    with live.app.app_context():
        assert db.session.scalar(select(func.count()).select_from(Person)) == 1


def test_one_code_signs_in_once(live: Clone) -> None:
    with live.app.app_context():
        area = make_area(db.session)
        person, staff = make_person(db.session, area), make_staff(db.session, area)
        actor = load_actor(db.session, staff.id, now=clock.now())
        assert actor is not None
        code = write(issue_one_time_code, actor, IssueOneTimeCode(person=person.public_id), now=clock.now()).code
    assert _many(live, lambda _n: write(use_one_time_code, UseOneTimeCode(code=code), now=clock.now())) == {
        "done": 1,
        "invalid_credentials": MANY - 1,
    }


def test_parallel_guesses_all_count(live: Clone) -> None:
    with live.app.app_context():
        make_person(db.session, phone="13800001234", password_hash=hash_password("246810"))

    def guess(_number: int) -> None:
        attempt = SignIn(phone="13800001234", password="wrong!")
        write(sign_in_with_password, check_password(db.session, attempt, now=clock.now()), now=clock.now())

    answers = _many(live, guess)
    with live.app.app_context():
        kept = db.session.scalar(select(func.count()).select_from(SignInFailure))
    assert set(answers) == {"invalid_credentials", "too_many_attempts"} or kept == answers["invalid_credentials"]
    assert kept == answers["invalid_credentials"]
    if live.dialect == "sqlite":
        assert kept == 10
