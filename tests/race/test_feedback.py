"""Two who answer one feedback at once, and a job that carries it away meanwhile: one thing happens, on both databases."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from functools import partial
from types import SimpleNamespace

import pytest
from sqlalchemy import func, select

from pointsapp.core import clock as time
from pointsapp.core.db import db
from pointsapp.core.policy import set_value
from pointsapp.core.transaction import write
from pointsapp.feedback.models import Feedback, FeedbackState, FeedbackStep, StepKind
from pointsapp.feedback.policies import MOST_PER_DAY
from pointsapp.feedback.services import (
    Verdict,
    answer_feedback,
    climb_overdue,
    give_verdict,
    say_feedback,
    withdraw_feedback,
)
from tests.databases import Clone
from tests.factories import make_staff
from tests.feedback.things import Street, opinion
from tests.race.crowd import at_once

pytestmark = pytest.mark.race
MANY = 6


def _said(live: Clone) -> SimpleNamespace:
    with live.app.app_context():
        street = Street(db.session)
        staff = [make_staff(db.session, street.areas["community"]) for _ in range(MANY)]
        return SimpleNamespace(
            number=street.say(), staff=[street.actor(each) for each in staff], resident=street.actor(street.resident)
        )


def _steps(kind: StepKind) -> int:
    return db.session.scalar(select(func.count()).where(FeedbackStep.kind == kind)) or 0


def test_of_many_answers_one_stands(live: Clone) -> None:
    thing = _said(live)
    acts = [
        partial(write, answer_feedback, who, thing.number, f"{number} 号答复：查过了", now=time.now())
        for number, who in enumerate(thing.staff)
    ]
    assert Counter(at_once(live, acts)) == {"done": 1, "wrong_state": MANY - 1}
    with live.app.app_context():
        assert _steps(StepKind.ANSWERED) == 1


def test_answered_or_withdrawn_but_not_both(live: Clone) -> None:
    thing = _said(live)
    answer = partial(write, answer_feedback, thing.staff[0], thing.number, "查过了，已补上", now=time.now())
    withdraw = partial(write, withdraw_feedback, thing.resident, thing.number, None, now=time.now())
    found = Counter(at_once(live, [answer, withdraw] * 3))
    assert found["done"] == 1
    with live.app.app_context():
        assert _steps(StepKind.ANSWERED) + _steps(StepKind.WITHDRAWN) == 1


def test_satisfied_or_not_but_not_both(live: Clone) -> None:
    thing = _said(live)
    with live.app.app_context():
        write(answer_feedback, thing.staff[0], thing.number, "查过了，已补上", now=time.now())
    verdicts = [
        Verdict(number=thing.number, is_satisfied=True),
        Verdict(number=thing.number, is_satisfied=False, text="不行"),
    ]
    acts = [partial(write, give_verdict, thing.resident, one, None, now=time.now()) for one in verdicts * 3]
    assert Counter(at_once(live, acts))["done"] == 1
    with live.app.app_context():
        assert _steps(StepKind.SATISFIED) + _steps(StepKind.DISSATISFIED) == 1


def test_a_job_that_runs_everywhere_carries_it_up_once(live: Clone) -> None:
    thing = _said(live)
    with live.app.app_context():
        later = db.session.scalars(select(Feedback.due_at)).one() + timedelta(seconds=1)
        db.session.rollback()
    acts = [partial(write, climb_overdue, now=later)] * MANY
    at_once(live, acts, outcome=str)
    with live.app.app_context():
        row = db.session.scalars(select(Feedback)).one()
        assert (row.state, row.climbs) == (FeedbackState.OPEN, 1)
        assert row.number == thing.number
        assert _steps(StepKind.OVERDUE) == 1


def test_the_days_limit_holds_for_one_person_in_many_windows(live: Clone) -> None:
    thing = _said(live)
    with live.app.app_context():
        set_value(db.session, MOST_PER_DAY, 3, now=time.now() - timedelta(seconds=1))
        db.session.commit()
    acts = [partial(write, say_feedback, thing.resident, opinion(), now=time.now()) for _ in range(MANY)]
    assert Counter(at_once(live, acts)) == {"done": 2, "feedback_too_much": MANY - 2}
