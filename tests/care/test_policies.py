"""Who may act for somebody: the one the consent names, while it holds."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from pointsapp.care.models import Mandate, MandateState
from pointsapp.care.policies import is_in_force, may_act_for
from pointsapp.core.actor import Actor

NOW = datetime(2026, 11, 2, 4, tzinfo=UTC)
ELDER, DAUGHTER, NEIGHBOUR = 1, 2, 3


def mandate(state: MandateState = MandateState.OPEN, *, left: timedelta = timedelta(days=1)) -> Mandate:
    return Mandate(person_id=ELDER, helper_id=DAUGHTER, state=state, ends_at=NOW + left)


def actor(person_id: int) -> Actor:
    return Actor(person_id=person_id, public_id="", display_name="")


@pytest.mark.parametrize(
    ("who", "may"),
    [(DAUGHTER, True), (NEIGHBOUR, False), (ELDER, False)],
    ids=["被授权的人", "邻居", "本人"],
)
def test_only_the_one_the_consent_names(who: int, may: bool) -> None:
    assert may_act_for(actor(who), mandate(), now=NOW) is may


@pytest.mark.parametrize(
    ("state", "left", "holds"),
    [
        (MandateState.OFFERED, timedelta(days=1), False),
        (MandateState.OPEN, timedelta(seconds=1), True),
        (MandateState.OPEN, timedelta(0), False),
        (MandateState.ENDED, timedelta(days=1), False),
    ],
    ids=["还没接受", "最后一秒", "到期", "已经结束"],
)
def test_holds_from_the_yes_to_its_last_moment(state: MandateState, left: timedelta, holds: bool) -> None:
    one = mandate(state, left=left)
    assert is_in_force(one, now=NOW) is holds
    assert may_act_for(actor(DAUGHTER), one, now=NOW) is holds
