"""Trial of settlements: a month is confirmed by both sides while tills undo redemptions of that month."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import timedelta

from sqlalchemy import select

from pointsapp.core import clock, policy
from pointsapp.core.db import db
from pointsapp.core.errors import Refusal
from pointsapp.core.transaction import write
from pointsapp.merchants.models import Merchant
from pointsapp.people.queries import load_actor
from pointsapp.redemption.policies import UNDO_MINUTES
from pointsapp.redemption.queries import settlement_row, standing_lines
from pointsapp.redemption.services import ConfirmSettlement, confirm_settlement, open_settlement
from proof.crowd import Act
from proof.reading import points_agree
from proof.street import Person
from proof.trial import Judge, NotPrepared, Trial
from proof.trials.tills import PRICE, use

TRIES = 200
YEAR = 60 * 24 * 366


def settlement(judge: Judge) -> None:
    """Confirm a month from both sides while half of its redemptions are undone.

    A month takes a month, so its redemptions are moved there by hand, the month is opened, and the window for undoing is set to a
    year: then the confirmation alone decides. Confirming has no door yet, so both sides use the service itself.
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
    sides = [world.managers[0], world.officers[0]]
    tries: list[int] = []

    def confirming(side: Person, after_s: float) -> Callable[[], None]:
        def work() -> None:
            time.sleep(after_s)
            tries.append(place.inside(lambda: _confirm(key, side)))

        return work

    # Slow enough that a confirmation can fall between two undos, and early or late enough to meet both kinds.
    span = max(0.5, len(undone) * 0.08)
    acts = [
        Act(who=clerk.token, method="POST", path=f"/redemptions/{each}/reversal", body={"reason": "扫错了"}, tag=each,
            after_s=dice.uniform(0, span))
        for each in undone
        for clerk in dice.sample(world.clerks, 2)
    ]  # fmt: skip
    answers = judge.crowd(acts, [confirming(side, dice.uniform(0, span)) for side in sides])
    place.inside(lambda: write(policy.set_value, UNDO_MINUTES, 30, now=clock.now(), reason="验证结束"))
    judge.equal("both sides came to a confirmation", len([n for n in tries if n <= TRIES]), 2)
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
        "the month is confirmed with exactly the uses that stand",
        (row["state"], row["redemptions"], row["total_points"]),
        ("confirmed", len(standing), len(standing) * PRICE),
    )
    judge.equal("who was told that the use is undone: it is", standing & taken_back, set())
    judge.equal("who was told that it stands for good: it does", refused - standing, set())
    judge.none(
        "every use that stands is settled",
        [e["public_id"] for e in kept if e["reversed_at"] is None and e["settled_at"] is None],
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


def _confirm(key: str, side: Person) -> int:
    """Read the sums and confirm them, again and again until the month stands; return how often it took."""
    actor = load_actor(db.session, side.key, now=clock.now())  # type: ignore[arg-type]
    assert actor is not None
    for tried in range(1, TRIES + 1):
        db.session.rollback()
        row = settlement_row(db.session, key)  # type: ignore[arg-type]
        assert row is not None
        if row.confirmed_at is not None:
            return tried
        lines = standing_lines(db.session, row.id)  # type: ignore[arg-type]
        sums = ConfirmSettlement(
            settlement=key,
            redemptions=len(lines),
            total_points=sum(points for _key, points, _fen in lines),
            total_fen=sum(fen for _key, _points, fen in lines),
        )
        try:
            write(confirm_settlement, actor, sums, now=clock.now())
        except Refusal:
            continue
    return TRIES + 1


TRIALS = (
    Trial(
        key="settlement",
        title="Settlement against undo",
        tried="Shop and office confirm a month while two tills each undo half of its redemptions.",
        never=(
            "a use paid in a settlement and undone",
            "a confirmed sum that is not the sum of its uses",
            "a month that stays open",
        ),
        words={
            "200": "the use is undone, and is not in the settlement",
            "409 undo_window_over": "the month is confirmed, so the use stands for good",
        },
        run=settlement,
    ),
)
