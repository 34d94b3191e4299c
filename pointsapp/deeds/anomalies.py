"""What is worth a second look about deeds: one picture that stands in several of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.orm import Session

from pointsapp.core.anomalies import AnomalyRule, EvidenceRow, Found
from pointsapp.core.events import EventRow
from pointsapp.deeds.messages import KINDS
from pointsapp.deeds.models import Deed, DeedReview
from pointsapp.deeds.policies import SAME_DAYS, SAME_LEAST, SAME_PLACES
from pointsapp.deeds.queries import alike_ids

HEARS = ("deeds.handed_in",)
MOST_ROWS = 100


def find_same_pictures(
    session: Session, events: Sequence[EventRow], limits: Mapping[str, Any], now: datetime
) -> Iterable[Found]:
    """Find deeds, of one or of several people, whose pictures are the same file or look nearly the same."""
    least, since = limits["same_picture_least"], now - timedelta(days=limits["same_picture_days"])
    told: set[int] = set()
    for event in events:
        deed_id = int(event.subject.partition(":")[2])
        if deed_id in told:
            continue
        ids = alike_ids(session, deed_id, most_places=limits["same_picture_places"], since=since)[:MOST_ROWS]
        if len(ids) < least:
            continue
        told |= set(ids)
        yield _case(session, ids, least)


def _case(session: Session, ids: Sequence[int], least: int) -> Found:
    rows = session.execute(
        select(Deed, DeedReview.by_id)
        .outerjoin(DeedReview, (DeedReview.deed_id == Deed.id) & (DeedReview.turn == 1))
        .where(Deed.id.in_(ids))
        .order_by(Deed.id)
        .limit(MOST_ROWS)
    ).all()
    people = {deed.person_id for deed, _by in rows}
    return Found(
        key=f"picture:{ids[0]}",
        rows=tuple(
            EvidenceRow(
                kind="deed",
                row_id=deed.id,
                at=deed.handed_in_at,
                person_id=deed.person_id,
                by_id=by_id,
                facts={"title": deed.kind.value, "points": deed.points, "deed_id": deed.public_id},
            )
            for deed, by_id in rows
        ),
        least=least,
        area_id=rows[0][0].area_id,
        person_id=people.pop() if len(people) == 1 else None,
    )


ANOMALIES = (
    AnomalyRule(
        key="deeds.same_picture",
        title=_l("一张照片用在几件事上"),
        states=_l(
            "%(same_picture_days)s 天里，同一张照片（指纹最多差 %(same_picture_places)s 位）在 %(same_picture_least)s 件以上的随手做志愿里出现，不论是谁交的。"
        ),
        hears=HEARS,
        thresholds=(SAME_LEAST, SAME_PLACES, SAME_DAYS),
        look=find_same_pictures,
        titles={kind.value: word for kind, word in KINDS.items()},
        page=("deeds.show_console_deed", "deed_id"),
    ),
)
