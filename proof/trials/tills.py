"""Trials at the till: one voucher at many tills, use against cancel against expiry, and undo against use again."""

from __future__ import annotations

import threading
import time
from contextlib import suppress
from datetime import timedelta
from typing import Any

from pointsapp.core import clock
from pointsapp.core.transaction import write
from pointsapp.redemption.services import expire_due
from proof.crowd import Act, Answer
from proof.reading import points_agree, stock_agrees
from proof.street import Person, instant, now
from proof.trial import Judge, NotPrepared, Trial

PRICE = 30
USED = "used, once"
GONE = {
    "409 already_redeemed": "told that it was used, when and by whom",
    "409 voucher_cancelled": "told that its owner gave it back",
}


def use(clerk: Person, voucher: dict[str, Any], **when: float) -> Act:
    body = {"code": voucher["code"]}
    return Act(who=clerk.token, method="POST", path="/redemptions", body=body, tag=voucher["id"], **when)


def _cancel(owner: Person, voucher: dict[str, Any], **when: float) -> Act:
    path = f"/vouchers/{voucher['id']}/cancellation"
    return Act(who=owner.token, method="POST", path=path, tag=voucher["id"], **when)


def by_voucher(answers: list[Answer]) -> dict[str, list[Answer]]:
    found: dict[str, list[Answer]] = {}
    for answer in answers:
        found.setdefault(answer.act.tag, []).append(answer)
    return found


def states(judge: Judge, offer: str) -> dict[str, str]:
    """Return voucher -> its state in the tables."""
    rows = judge.street.place.rows(
        "SELECT v.public_id, v.state FROM voucher v JOIN offer o ON o.id = v.offer_id WHERE o.public_id = :offer",
        offer=offer,
    )
    return {row["public_id"]: row["state"] for row in rows}


def _end(said: list[Answer]) -> str:
    """Return how the answers say that the voucher ended; words that fit no state when they contradict one another."""
    heard = [answer.said for answer in said]
    used, cancelled = heard.count("201"), "200 cancelled" in heard
    codes = {answer.code for answer in said if not answer.ok} - {"wrong_merchant"}
    story = (used, cancelled, tuple(sorted(codes)))
    if used or cancelled:
        # Time is read when a request arrives: one that came in time may be finished a moment after another was told that
        # the time is over. Both are true; one_end() checks the times.
        codes -= {"voucher_expired"}
    if used == 1 and not cancelled and codes <= {"already_redeemed"}:
        return "redeemed"
    if not used and cancelled and codes <= {"voucher_cancelled"}:
        return "cancelled"
    if not used and not cancelled and codes == {"voucher_expired"}:
        return "expired"
    return f"contradiction {story}"


def two_tills(judge: Judge) -> None:
    """Every voucher is scanned by five clerks of the shop and one of another shop."""
    world, dice = judge.street, judge.dice
    owners = world.people(max(2, judge.people // 6))
    world.fund(owners, PRICE)
    offer = world.offer(points=PRICE)["id"]
    pack = world.vouchers(owners, offer)
    acts = [use(clerk, voucher) for _owner, voucher in pack for clerk in dice.sample(world.clerks, 5)]
    acts += [use(dice.choice(world.strangers), voucher) for _owner, voucher in pack]
    answers = judge.crowd(acts)
    judge.none(
        "every voucher was used once", [end for end in map(_end, by_voucher(answers).values()) if end != "redeemed"]
    )
    silent = [a.body for a in answers if a.code == "already_redeemed" and len(a.body.get("facts") or {}) < 2]
    judge.none("every second till was told when and by whom", silent[:2])
    strange = {clerk.token for clerk in world.strangers}
    judge.none(
        "the other shop was always told that it is not theirs",
        [answer.said for answer in answers if (answer.act.who in strange) != (answer.code == "wrong_merchant")],
    )
    judge.equal("the tables agree", set(states(judge, offer).values()), {"redeemed"})
    points_agree(judge, owners)


def one_end(judge: Judge) -> None:
    """Tills, owners and the clock: a second around its expiry each voucher is used twice and cancelled twice."""
    world, dice = judge.street, judge.dice
    owners = world.people(max(2, judge.people // 4))
    world.fund(owners, PRICE)
    patience = 3 + len(owners) * 0.05
    for _ in range(3):
        ends = now() + timedelta(seconds=patience)
        offer = world.offer(points=PRICE, stock=len(owners), ends_at=instant(ends))["id"]
        try:
            pack = world.vouchers(owners, offer)
            break
        except NotPrepared:  # the offer ended while people still took theirs: on a slow machine, give it longer
            _give_back(judge, offer)
            patience *= 2
    else:
        raise NotPrepared("the offer always ended before everybody had a voucher")
    acts, end = [], ends.timestamp()
    for owner, voucher in pack:
        # A third in the second before, the others within a breath of the end itself.
        least, most = dice.choice([(-1.0, -0.2), (-0.1, 0.1), (-0.02, 0.1)])
        acts += [use(dice.choice(world.clerks), voucher, at=end + dice.uniform(least, most)) for _ in range(2)]
        acts += [_cancel(owner, voucher, at=end + dice.uniform(least, most)) for _ in range(2)]
    time.sleep(max(0.0, end - time.time() - 1.5))
    with _expiring(judge):
        answers = judge.crowd(acts)
    judge.street.place.inside(_expire_all)
    told = {voucher: _end(said) for voucher, said in by_voucher(answers).items()}
    judge.equal("every voucher had one end, and everybody heard of that one", told, states(judge, offer))
    late = world.place.rows(
        "SELECT r.public_id FROM redemption r JOIN voucher v ON v.id = r.voucher_id JOIN offer o ON o.id = v.offer_id "
        "WHERE o.public_id = :offer AND r.redeemed_at >= v.expires_at",
        offer=offer,
    )
    judge.none("nothing was used after its time", late)
    early = [end - answer.at for answer in answers if answer.code == "voucher_expired" and answer.at < end]
    judge.none("nobody was told before the end that the time is over", early)
    stock_agrees(judge, offer)
    points_agree(judge, owners)


def _give_back(judge: Judge, offer: str) -> None:
    time.sleep(1)
    judge.street.place.inside(_expire_all)
    left = [state for state in states(judge, offer).values() if state == "issued"]
    if left:
        raise NotPrepared(f"{len(left)} vouchers of an ended offer did not expire")


def _expire_all() -> None:
    while write(expire_due, now=clock.now()):
        pass


class _expiring:  # noqa: N801 - reads as a phrase: with _expiring(judge)
    """A second worker that expires vouchers all the time, beside the one that does so every half minute."""

    def __init__(self, judge: Judge) -> None:
        self._stop, place = threading.Event(), judge.street.place

        def work() -> None:
            while not self._stop.wait(0.02):
                place.inside(_expire_all)

        self._thread = threading.Thread(target=work, daemon=True)

    def __enter__(self) -> None:
        self._thread.start()

    def __exit__(self, *_error: object) -> None:
        self._stop.set()
        with suppress(RuntimeError):
            self._thread.join(30)


def undo(judge: Judge) -> None:
    """Two clerks undo a use, two others use the voucher again, and its owner cancels it, all at once."""
    world, dice = judge.street, judge.dice
    owners = world.people(max(2, judge.people // 5))
    world.fund(owners, PRICE)
    offer = world.offer(points=PRICE, stock=len(owners))["id"]
    pack = world.vouchers(owners, offer)
    first = {
        answer.act.tag: answer.body["id"]
        for answer in world.all_of(use(dice.choice(world.clerks), voucher) for _owner, voucher in pack)
    }
    acts = []
    for owner, voucher in pack:
        clerks = dice.sample(world.clerks, 4)
        path = f"/redemptions/{first[voucher['id']]}/reversal"
        acts += [
            Act(who=by.token, method="POST", path=path, body={"reason": "扫错了"}, tag=voucher["id"])
            for by in clerks[:2]
        ]
        acts += [use(clerk, voucher, after_s=dice.random() / 5) for clerk in clerks[2:]]
        acts.append(_cancel(owner, voucher, after_s=dice.random() / 5))
    answers = judge.crowd(acts)
    kept, wrong = states(judge, offer), []
    for voucher, said in by_voucher(answers).items():
        again = [answer.said for answer in said].count("201")
        cancelled = any(answer.said == "200 cancelled" for answer in said)
        expected = "redeemed" if again else "cancelled" if cancelled else "issued"
        if again + cancelled > 1 or kept[voucher] != expected:
            wrong.append((kept[voucher], [answer.said for answer in said]))
    judge.none("after the undo each voucher was used again, or cancelled, or is still open: one of these", wrong)
    judge.none(
        "every use that was to be undone is undone",
        world.place.rows(
            "SELECT r.public_id FROM redemption r JOIN voucher v ON v.id = r.voucher_id JOIN offer o ON o.id = v.offer_id "
            "WHERE o.public_id = :offer AND r.reversed_at IS NULL AND r.id = "
            "(SELECT MIN(q.id) FROM redemption q WHERE q.voucher_id = v.id)",
            offer=offer,
        ),
    )
    stock_agrees(judge, offer)
    points_agree(judge, owners)


TRIALS = (
    Trial(
        key="two-tills",
        title="One voucher at several tills",
        tried="Every voucher is scanned at five tills of its shop and at one of another shop, at the same moment.",
        never=("a voucher used twice", "a voucher used at another shop"),
        words={"201": USED, **GONE, "403 wrong_merchant": "the other shop was told that it is not theirs"},
        run=two_tills,
    ),
    Trial(
        key="one-end",
        title="Use against cancel against expiry",
        tried="Within the second in which vouchers expire, two tills use each and its owner cancels it twice; the worker expires.",
        never=("a voucher used and given back", "points back twice, or lost", "use after expiry", "stock lost"),
        words={
            "201": USED,
            "200 cancelled": "given back by its owner; points and stock are back",
            **GONE,
            "410 voucher_expired": "told that its time is over",
        },
        run=one_end,
    ),
    Trial(
        key="undo",
        title="Undo against use again",
        tried="Two clerks undo a use while two others scan the voucher again and its owner cancels it.",
        never=("a voucher used twice", "points paid twice to the shop", "a use that cannot be explained"),
        words={"200": "the use is undone", "201": USED, "200 cancelled": "given back by its owner", **GONE},
        run=undo,
    ),
)
