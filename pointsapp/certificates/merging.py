"""Certificates, honours and requests go over; a certificate that is asked for and not issued is withdrawn, for its hours change."""

from __future__ import annotations

from datetime import datetime

from flask_babel import lazy_gettext as _l
from sqlalchemy import ScalarSelect
from sqlalchemy.orm import Session

from pointsapp.certificates.personal import CLOSINGS
from pointsapp.core.merging import Carry, Pair, whole_rows

_asked = CLOSINGS[0]


def _count(absorbed_id: int, _survivor_id: int, *, now: datetime) -> ScalarSelect[int]:
    return _asked.counts(absorbed_id, now=now)


def _withdraw(session: Session, pair: Pair, *, now: datetime) -> int:
    return _asked.ends(session, pair.absorbed_id, now=now)


CARRIES = (
    Carry(
        key="certificates.asked",
        label=_l("%(n)s 份还没开出的证明申请会撤回，合并后请重新申请"),
        tables=(),
        counts=_count,
        moves=_withdraw,
        ends=True,
    ),
    whole_rows("certificates.issued", _l("%(n)s 份证明"), ("certificate", "person_id")),
    whole_rows("certificates.items", _l("%(n)s 条培训、表彰、评价"), ("record_item", "person_id")),
    whole_rows("certificates.requests", _l("%(n)s 份记录更正的申请"), ("record_request", "person_id")),
)
