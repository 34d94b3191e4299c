"""What is worth a second look at a till: bursts, the same resident again and again, the middle of the night."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from pointsapp.core import clock, policy
from pointsapp.core.anomalies import AnomalyRule, EvidenceRow, Found
from pointsapp.core.events import EventRow
from pointsapp.merchants.models import Merchant
from pointsapp.redemption.models import Redemption, Voucher

HEARS = ("redemption.voucher_redeemed",)
MOST_ROWS = 500

BURST_LEAST = policy.declare("redemption.burst_least", 8, _l("异常提示：同一收银员短时间核销几张算扎堆"))
BURST_MINUTES = policy.declare("redemption.burst_minutes", 5, _l("异常提示：几分钟以内的核销算扎堆"))
AGAIN_LEAST = policy.declare("redemption.again_least", 6, _l("异常提示：同一居民在同一商户核销几次"))
AGAIN_DAYS = policy.declare("redemption.again_days", 7, _l("异常提示：看同一居民同一商户时，往前看几天"))
OPENS_AT = policy.declare("redemption.opens_at_hour", 6, _l("异常提示：商户一般几点以后才会核销（0–23）"))
CLOSES_AT = policy.declare("redemption.closes_at_hour", 22, _l("异常提示：商户一般几点以后不再核销（0–23）"))

_Till = tuple[Redemption, EvidenceRow, int]


def _tills(session: Session, *conditions: ColumnElement[bool]) -> list[_Till]:
    """Return redemptions that stand, in their order, each as evidence with the shop's area."""
    query = (
        select(Redemption, Voucher.person_id, Voucher.title, Merchant.name, Merchant.area_id)
        .join(Voucher, Voucher.id == Redemption.voucher_id)
        .join(Merchant, Merchant.id == Redemption.merchant_id)
        .where(Redemption.reversed_at.is_(None), *conditions)
        .order_by(Redemption.redeemed_at, Redemption.id)
        .limit(10 * MOST_ROWS)
    )
    return [
        (row, _evidence(row, person_id, title, shop), area_id)
        for row, person_id, title, shop, area_id in session.execute(query)
    ]


def _evidence(row: Redemption, person_id: int, title: str, shop: str) -> EvidenceRow:
    facts = {"title": title, "shop": shop, "points": row.points}
    return EvidenceRow(
        kind="redemption", row_id=row.id, at=row.redeemed_at, person_id=person_id, by_id=row.clerk_id, facts=facts
    )


def _shops(session: Session, events: Iterable[EventRow]) -> set[int]:
    vouchers = {int(event.subject.partition(":")[2]) for event in events}
    query = select(Redemption.merchant_id).where(Redemption.voucher_id.in_(sorted(vouchers))).distinct()
    return set(session.scalars(query))


def find_bursts(
    session: Session, events: Sequence[EventRow], limits: Mapping[str, Any], _now: datetime
) -> Iterable[Found]:
    """Find one till that uses many vouchers within a few minutes."""
    least, span = limits["burst_least"], timedelta(minutes=limits["burst_minutes"])
    shops = _shops(session, events)
    if not shops:
        return
    rows = _tills(
        session,
        Redemption.merchant_id.in_(shops),
        Redemption.redeemed_at >= min(event.at for event in events) - span,
        Redemption.redeemed_at <= max(event.at for event in events) + span,
    )
    by_till: dict[tuple[int, int], list[_Till]] = defaultdict(list)
    for till in rows:
        by_till[till[0].merchant_id, till[0].clerk_id].append(till)
    for (shop, clerk), tills in sorted(by_till.items()):
        for burst in bursts([row.redeemed_at for row, _evidence, _area in tills], span, least):
            inside = [tills[number] for number in burst]
            day = clock.local_day(inside[0][0].redeemed_at)
            yield Found(
                key=f"till:{shop}:{clerk}:{day.isoformat()}",
                rows=tuple(evidence for _row, evidence, _area in inside),
                least=least,
                area_id=inside[0][2],
                by_id=clerk,
                merchant_id=shop,
            )


def bursts(moments: Sequence[datetime], span: timedelta, least: int) -> list[range]:
    """Return the stretches of `moments` (in order) in which at least `least` stand within `span`, overlapping ones as one."""
    found: list[range] = []
    start = 0
    for end, moment in enumerate(moments):
        while moment - moments[start] > span:
            start += 1
        if end - start + 1 >= least:
            if found and start < found[-1].stop:
                found[-1] = range(found[-1].start, end + 1)
            else:
                found.append(range(start, end + 1))
    return found


def find_again_and_again(
    session: Session, events: Sequence[EventRow], limits: Mapping[str, Any], now: datetime
) -> Iterable[Found]:
    """Find one resident whose vouchers one shop uses again and again."""
    least, since = limits["again_least"], now - timedelta(days=limits["again_days"])
    shops = _shops(session, events)
    if not shops:
        return
    of_shops = (Redemption.merchant_id.in_(shops), Redemption.redeemed_at >= since)
    often = session.execute(
        select(Redemption.merchant_id, Voucher.person_id)
        .join(Voucher, Voucher.id == Redemption.voucher_id)
        .where(Redemption.reversed_at.is_(None), *of_shops)
        .group_by(Redemption.merchant_id, Voucher.person_id)
        .having(func.count() >= least)
        .order_by(Redemption.merchant_id, Voucher.person_id)
        .limit(MOST_ROWS)
    ).all()
    for shop, person in often:
        rows = _tills(
            session, Redemption.merchant_id == shop, Redemption.redeemed_at >= since, Voucher.person_id == person
        )
        yield Found(
            key=f"shop:{shop}:{person}",
            rows=tuple(evidence for _row, evidence, _area in rows),
            least=least,
            area_id=rows[0][2] if rows else None,
            person_id=person,
            by_id=rows[-1][0].clerk_id if rows else None,
            merchant_id=shop,
        )


def is_out_of_hours(at: datetime, opens: int, closes: int) -> bool:
    return not opens <= clock.to_local(at).hour < closes


def find_out_of_hours(
    session: Session, events: Sequence[EventRow], limits: Mapping[str, Any], _now: datetime
) -> Iterable[Found]:
    """Find vouchers used while shops sleep."""
    late = [event for event in events if is_out_of_hours(event.at, limits["opens_at_hour"], limits["closes_at_hour"])]
    if not late:
        return
    vouchers = {int(event.subject.partition(":")[2]) for event in late}
    by_night: dict[tuple[int, str], list[_Till]] = defaultdict(list)
    for till in _tills(session, Redemption.voucher_id.in_(sorted(vouchers))):
        if is_out_of_hours(till[0].redeemed_at, limits["opens_at_hour"], limits["closes_at_hour"]):
            by_night[till[0].merchant_id, clock.local_day(till[0].redeemed_at).isoformat()].append(till)
    for (shop, day), tills in sorted(by_night.items()):
        yield Found(
            key=f"shop:{shop}:{day}",
            rows=tuple(evidence for _row, evidence, _area in tills),
            least=1,
            area_id=tills[0][2],
            by_id=tills[0][0].clerk_id,
            merchant_id=shop,
        )


ANOMALIES = (
    AnomalyRule(
        key="redemption.burst",
        title=_l("同一收银员短时间大量核销"),
        states=_l("同一收银员在 %(burst_minutes)s 分钟内核销 %(burst_least)s 张以上。"),
        hears=HEARS,
        thresholds=(BURST_LEAST, BURST_MINUTES),
        look=find_bursts,
    ),
    AnomalyRule(
        key="redemption.again",
        title=_l("同一居民反复在同一商户核销"),
        states=_l("%(again_days)s 天里，同一居民在同一商户核销 %(again_least)s 次以上。"),
        hears=HEARS,
        thresholds=(AGAIN_LEAST, AGAIN_DAYS),
        look=find_again_and_again,
    ),
    AnomalyRule(
        key="redemption.out_of_hours",
        title=_l("非营业时间核销"),
        states=_l("在 %(closes_at_hour)s 点以后、%(opens_at_hour)s 点以前核销。"),
        hears=HEARS,
        thresholds=(OPENS_AT, CLOSES_AT),
        look=find_out_of_hours,
    ),
)
