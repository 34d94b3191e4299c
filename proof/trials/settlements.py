"""Trial of settlements: a month is confirmed, checked and approved while tills undo redemptions of that month."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from typing import Any

from sqlalchemy import select

from pointsapp.core import clock, policy
from pointsapp.core.db import db
from pointsapp.core.errors import Refusal
from pointsapp.core.transaction import write
from pointsapp.merchants.models import Merchant
from pointsapp.people.queries import load_actor
from pointsapp.redemption.policies import UNDO_MINUTES
from pointsapp.settlements.queries import settlement_row
from pointsapp.settlements.services import SeenSums, approve_month, check_month, confirm_month, open_settlement
from proof.crowd import Act
from proof.reading import points_agree
from proof.street import Person
from proof.trial import Judge, NotPrepared, Trial
from proof.trials.tills import PRICE, use

PATIENCE_S, LOOKS_EVERY_S = 60, 0.02
YEAR = 60 * 24 * 366


def settlement(judge: Judge) -> None:
    """Take a month through its three steps while half of its redemptions are undone.

    A month takes a month, so its redemptions are moved there by hand, the month is drafted, and the window for undoing is set to a
    year: then the approval alone decides. The steps have no JSON door, so the three people use the services themselves.
    """
    world, dice, place = judge.street, judge.dice, judge.street.place
    owners = world.people(max(4, judge.people // 3))
    world.fund(owners, PRICE)
    offer = world.offer(points=PRICE)["id"]
    pack = world.vouchers(owners, offer)
    used = [
        answer.body["id"] for answer in world.all_of(use(dice.choice(world.clerks), voucher) for _o, voucher in pack)
    ]
    # Each round settles a month of its own, the later rounds an earlier one.
    months = place.rows("SELECT COUNT(*) AS n FROM settlement")[0]["n"]
    moment = clock.at_local(clock.local_day(clock.now()).replace(day=1))
    for _ in range(months + 1):
        moment = clock.at_local(clock.local_day(moment - timedelta(days=1)).replace(day=1))
    month = clock.local_day(moment).strftime("%Y-%m")
    place.change(
        "UPDATE redemption SET redeemed_at = :at WHERE settled_at IS NULL AND reversed_at IS NULL AND voucher_id IN "
        "(SELECT v.id FROM voucher v JOIN offer o ON o.id = v.offer_id WHERE o.public_id = :offer)",
        at=_stored(place.dialect, moment + timedelta(days=5)),
        offer=offer,
    )
    key = place.inside(lambda: _open(month, world.shop))
    place.inside(lambda: write(policy.set_value, UNDO_MINUTES, YEAR, now=clock.now(), reason="验证"))
    undone = dice.sample(used, len(used) // 2)
    steps = [(confirm_month, world.managers[0]), (check_month, world.officers[0]), (approve_month, world.bosses[0])]
    came_to_an_end: list[bool] = []

    def stepping(step: Callable[..., Any], person: Person, after_s: float) -> Callable[[], None]:
        def work() -> None:
            time.sleep(after_s)
            came_to_an_end.append(place.inside(lambda: _take(step, key, person)))

        return work

    # Slow enough that the approval can fall between two undos, and early or late enough to meet both kinds.
    span = max(0.5, len(undone) * 0.08)
    acts = [
        Act(who=clerk.token, method="POST", path=f"/redemptions/{each}/reversal", body={"reason": "扫错了"}, tag=each,
            after_s=dice.uniform(0, span))
        for each in undone
        for clerk in dice.sample(world.clerks, 2)
    ]  # fmt: skip
    answers = judge.crowd(acts, [stepping(step, person, dice.uniform(0, span)) for step, person in steps])
    place.inside(lambda: write(policy.set_value, UNDO_MINUTES, 30, now=clock.now(), reason="验证结束"))
    judge.equal("all three came to the approval", sum(came_to_an_end), len(steps))
    row = place.rows("SELECT state, redemptions, total_points FROM settlement WHERE public_id = :key", key=key)[0]
    kept = place.rows(
        "SELECT r.public_id, r.reversed_at, r.settled_at FROM settlement_line l JOIN redemption r ON r.id = l.redemption_id "
        "JOIN settlement s ON s.id = l.settlement_id WHERE s.public_id = :key",
        key=key,
    )
    standing = {each["public_id"] for each in kept if each["reversed_at"] is None}
    taken_back = {answer.act.tag for answer in answers if answer.ok}
    refused = {answer.act.tag for answer in answers if answer.code == "undo_window_over"}
    judge.equal(
        "the month is approved with exactly its lines",
        (row["state"], row["redemptions"], row["total_points"]),
        ("approved", len(kept), len(kept) * PRICE),
    )
    judge.equal("every use is in the month", len(kept), len(used))
    judge.equal("who was told that the use is undone: it is", standing & taken_back, set())
    judge.equal("who was told that it stands for good: it does", refused - standing, set())
    judge.none(
        "every use is settled, or undone and the next month's to take off",
        [e["public_id"] for e in kept if (e["reversed_at"] is None) == (e["settled_at"] is None)],
    )
    points_agree(judge, owners)


def _stored(dialect: str, at: object) -> object:
    """Return an instant as the column keeps it: SQLite has text without a zone."""
    return at.strftime("%Y-%m-%d %H:%M:%S.%f") if dialect == "sqlite" else at  # type: ignore[attr-defined]


def _open(month: str, shop: str) -> str:
    merchant = db.session.scalar(select(Merchant.id).where(Merchant.public_id == shop))
    opened = write(open_settlement, merchant, month, now=clock.now())
    if opened is None:
        raise NotPrepared(f"the month {month} could not be opened")
    return str(opened.public_id)


def _take(step: Callable[..., Any], key: str, person: Person) -> bool:
    """Read the sums and take one's step as soon as it is its turn. Return whether the month is approved within PATIENCE_S."""
    actor = load_actor(db.session, person.key, now=clock.now())  # type: ignore[arg-type]
    assert actor is not None
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        db.session.rollback()
        row = settlement_row(db.session, key)  # type: ignore[arg-type]
        assert row is not None
        if row.approved_at is not None:
            return True
        sums = SeenSums(
            settlement=key, redemptions=row.redemptions, total_points=row.total_points, total_fen=row.total_fen
        )
        with suppress(Refusal):
            write(step, actor, sums, now=clock.now())
        time.sleep(LOOKS_EVERY_S)
    return False


TRIALS = (
    Trial(
        key="settlement",
        title="Settlement against undo",
        tried="Shop, community and street take a month through its steps while two tills each undo half of its redemptions.",
        never=(
            "a use settled and undone at the till",
            "a sum that is not the sum of its lines",
            "a month that stays open",
        ),
        words={
            "200": "the use is undone; the next month takes its line off",
            "409 undo_window_over": "the month is approved, so the use stands for good",
        },
        run=settlement,
    ),
)
