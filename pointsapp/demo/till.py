"""The till's afterlife in the demo: months on every step of their way, disputes on both sides, a voucher whose goods are out.

The worker drafts the months as it did every night; here the people take their steps. The congee house, whose people can be tried at
the sign-in page, has one month paid and the newest one as a draft with a line that it disputes.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from pointsapp.core import clock
from pointsapp.core.actor import Actor
from pointsapp.core.errors import Refused
from pointsapp.demo.dice import SEED, Dice
from pointsapp.demo.shops import Shelf, Shops
from pointsapp.demo.street import Resident, Street
from pointsapp.demo.timeline import Timeline
from pointsapp.disputes.models import DisputeKind
from pointsapp.disputes.services import DecideDispute, OpenDispute, SaySide, decide_dispute, open_dispute, say_side
from pointsapp.ledger.queries import person_balance
from pointsapp.redemption.models import Redemption, Voucher
from pointsapp.redemption.services import ReportShortage, issue_voucher, redeem, report_shortage
from pointsapp.settlements.models import Settlement
from pointsapp.settlements.queries import each_line, settlement_row
from pointsapp.settlements.rules import months_before
from pointsapp.settlements.services import (
    AnswerLine,
    DisputeLine,
    NotePayment,
    SeenSums,
    answer_line,
    approve_month,
    check_month,
    confirm_month,
    dispute_line,
    note_payment,
)

Happening = Callable[[Session, datetime], object]
HOUSE = "congee"
MONTHS = 3
STEPS = 4


def plan_till(timeline: Timeline, street: Street, shops: Shops, *, now: datetime) -> None:
    """Put the months' steps, the disputes and the missing goods on the timeline."""
    dice = Dice(SEED + 31)  # dice of its own: the rest of the street falls as it did without them
    months = months_before(clock.local_day(now), MONTHS)
    for month in months:
        is_newest = month == months[-1]
        first = (date.fromisoformat(f"{month}-01") + timedelta(days=32)).replace(day=1)
        for number, shelf in enumerate(shops.shelves):
            is_house = shelf.code == HOUSE
            # Of the newest month every step still waits somewhere; the older ones are through.
            steps = STEPS if not is_newest else (0 if is_house else number % (STEPS + 1))
            moment = clock.at_local(first + timedelta(days=1 + number % 3), time(9 + number % 8, number % 60))
            timeline.at(moment, _steps(timeline, street, shelf, month, steps))
            if is_house:
                timeline.at(moment - timedelta(minutes=20), _dispute_a_line(timeline, street, shelf, month, is_newest))
    _missing(timeline, street, shops, now)
    _disputes(timeline, street, shops, dice, now)


def _month_of(session: Session, shelf: Shelf, month: str) -> str | None:
    return session.scalar(
        select(Settlement.public_id).where(Settlement.merchant_id == shelf.merchant_id, Settlement.month == month)
    )


def _steps(timeline: Timeline, street: Street, shelf: Shelf, month: str, steps: int) -> Happening:
    """Take the first `steps` of: confirm, check, approve, pay."""

    def happen(session: Session, now: datetime) -> None:
        key = _month_of(session, shelf, month)
        if key is None:
            return
        staff = street.staff[shelf.community]
        for number, (step, actor) in enumerate(
            ((confirm_month, shelf.manager), (check_month, staff), (approve_month, street.street_admin))[:steps]
        ):
            timeline.at(now + timedelta(days=number, hours=number), _seen(step, actor, key))
        if steps == STEPS:
            timeline.at(now + timedelta(days=4, hours=5), _pay(staff, key))

    return happen


def _seen(step: Callable[..., object], actor: Actor, key: str) -> Happening:
    def happen(session: Session, now: datetime) -> None:
        row = settlement_row(session, key)
        assert row is not None
        seen = SeenSums(
            settlement=key, redemptions=row.redemptions, total_points=row.total_points, total_fen=row.total_fen
        )
        step(session, actor, seen, now=now)

    return happen


def _pay(staff: Actor, key: str) -> Happening:
    def happen(session: Session, now: datetime) -> None:
        row = settlement_row(session, key)
        if row is None or row.total_fen == 0:
            return
        paid_on = clock.local_day(now)
        reference = f"转 {paid_on:%Y%m%d}-{row.id:03d}"
        note_payment(session, staff, NotePayment(settlement=key, paid_on=paid_on, reference=reference), now=now)

    return happen


def _dispute_a_line(timeline: Timeline, street: Street, shelf: Shelf, month: str, is_newest: bool) -> Happening:
    """The congee house disputes a line; in an older month it was answered at once, the newest one waits."""

    def happen(session: Session, now: datetime) -> None:
        key = _month_of(session, shelf, month)
        row = settlement_row(session, key) if key else None
        line = None if row is None else next(each_line(session, row.id), None)
        if key is None or line is None:
            return
        words = "这一份是双人套餐，说好按两份算" if is_newest else "这天用的是新价，应为 2 元"
        claim = DisputeLine(settlement=key, line=line.public_id, reason=words, claimed_fen=300 if is_newest else 200)
        dispute_line(session, shelf.manager, claim, now=now)
        if not is_newest:
            answer = AnswerLine(settlement=key, line=line.public_id, answer="已查协议，新价从下月起", fen=None)
            staff = street.staff[shelf.community]
            timeline.at(now + timedelta(minutes=10), lambda s, at: answer_line(s, staff, answer, now=at))

    return happen


def _house(shops: Shops) -> Shelf:
    return next(shelf for shelf in shops.shelves if shelf.code == HOUSE)


def _missing(timeline: Timeline, street: Street, shops: Shops, now: datetime) -> None:
    """The elder and the resident each have a breakfast that the congee house could not give this morning."""
    shelf = _house(shops)

    def report(who: str, note: str | None) -> Happening:
        def happen(session: Session, at: datetime) -> object:
            actor = street.by_log_in[who]
            if person_balance(session, actor.person_id) < shelf.points:
                return None
            voucher = issue_voucher(session, actor, shelf.offer, now=at)
            report = ReportShortage(code=voucher.code, note=note)
            return report_shortage(session, shelf.clerk, report, now=at + timedelta(minutes=25))

        return happen

    today = clock.local_day(now)
    morning = clock.at_local(today, time(7, 40))
    if now < morning + timedelta(hours=1):
        morning = clock.at_local(today - timedelta(days=1), time(7, 40))
    timeline.at(morning, report("resident", "鸡蛋明早到"))
    timeline.at(morning + timedelta(minutes=12), report("elder", None))


def _disputes(timeline: Timeline, street: Street, shops: Shops, dice: Dice, now: datetime) -> None:
    """One that waits with both sides heard, one upheld and one rejected some weeks ago."""
    shelf = _house(shops)

    def begin(session: Session, at: datetime) -> None:
        actor = street.by_log_in["resident"]
        if person_balance(session, actor.person_id) < shelf.points:
            return
        voucher = issue_voucher(session, actor, shelf.offer, now=at)
        used = redeem(session, shelf.clerk, voucher.code, now=at + timedelta(minutes=8))
        redeem(session, shelf.clerk, voucher.code, now=at + timedelta(minutes=9))  # pressed again: refused and kept
        if isinstance(used, Refused):
            return
        words = "早上去晚了，粥已经卖完，码被扫了，什么也没给。"
        opening = OpenDispute(redemption=used.public_id, kind=DisputeKind.NOTHING_GIVEN, words=words)
        dispute = open_dispute(session, actor, opening, now=at + timedelta(hours=3)).public_id
        answer = SaySide(dispute=dispute, words="当天 8:25 还有最后两份，记得给了一份打包的，可以看门口监控。")
        say_side(session, shelf.manager, answer, now=at + timedelta(hours=6))

    timeline.at(clock.at_local(clock.local_day(now) - timedelta(days=2), time(8, 24)), begin)
    for weeks, is_upheld in ((3, True), (5, False)):
        timeline.at(now - timedelta(weeks=weeks), _decided(timeline, street, shops, dice, is_upheld))


def _decided(timeline: Timeline, street: Street, shops: Shops, dice: Dice, is_upheld: bool) -> Happening:
    def happen(session: Session, now: datetime) -> None:
        recent = session.execute(
            select(Redemption.public_id, Redemption.merchant_id, Voucher.person_id)
            .join(Voucher, Voucher.id == Redemption.voucher_id)
            .where(Redemption.redeemed_at > now - timedelta(days=5), Redemption.reversed_at.is_(None))
            .order_by(Redemption.id.desc())
            .limit(20)
        ).all()
        if not recent:
            return
        redemption, merchant_id, person_id = dice.choice(recent)
        owner = next((each for each in street.everyone() if each.actor.person_id == person_id), None)
        shelf = next(each for each in shops.shelves if each.merchant_id == merchant_id)
        if owner is None:
            return
        _argue(timeline, street, shelf, owner, redemption, is_upheld, session, now)

    return happen


def _argue(
    timeline: Timeline,
    street: Street,
    shelf: Shelf,
    owner: Resident,
    redemption: str,
    is_upheld: bool,
    session: Session,
    now: datetime,
) -> None:
    kind = DisputeKind.NOT_ME if is_upheld else DisputeKind.NOT_AS_PROMISED
    words = "这天我在外地，不是我用的。" if is_upheld else "写的是大份，给的是小份。"
    dispute = open_dispute(
        session, owner.actor, OpenDispute(redemption=redemption, kind=kind, words=words), now=now
    ).public_id
    says = "店员看错了人，把后面一位的也扫了，愿意退。" if is_upheld else "兑换页写的就是小份，有照片。"
    answer = SaySide(dispute=dispute, words=says)
    timeline.at(now + timedelta(hours=4), lambda s, at: say_side(s, shelf.manager, answer, now=at))
    reason = "双方说法一致，退回积分。" if is_upheld else "优惠说明写明小份，店家按说明给了。"
    decision = DecideDispute(dispute=dispute, is_upheld=is_upheld, reason=reason)
    staff = street.staff[shelf.community]
    timeline.at(now + timedelta(days=2), lambda s, at: decide_dispute(s, staff, decision, now=at))
