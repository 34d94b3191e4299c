"""What disputes hold of a person: that they disputed a use and what came of it stays without a word; an open one is withdrawn."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import ScalarSelect, func, select, update
from sqlalchemy.orm import Session

from pointsapp.core.personal import Acts, Chapter, Closing, Fate, Holding
from pointsapp.core.states import rows_changed
from pointsapp.disputes.messages import KINDS, STATES
from pointsapp.disputes.models import Dispute, DisputeState
from pointsapp.merchants.models import Merchant
from pointsapp.redemption.models import Redemption, Voucher

_LABEL = _l("核销争议的记录")
_WHY = _l("商户的账要说得清积分为什么退回；只留结果，没有您说的话")
BLANK = "—"
PARTS = (
    Holding(
        table="redemption_dispute",
        column="person_id",
        fate=Fate.BLANKED,
        label=_LABEL,
        why=_WHY,
        blanks={"decision_reason": BLANK},
        plain=frozenset({"public_id", "kind", "state"}),
    ),
    Holding(
        table="dispute_statement",
        column="said_by_id",
        fate=Fate.BLANKED,
        label=_LABEL,
        why=_WHY,
        blanks={"words": BLANK},
        plain=frozenset({"side"}),
    ),
    Acts(table="redemption_dispute", columns=("decided_by_id",)),
)


def _open(person_id: int, **_moment: datetime) -> ScalarSelect[int]:
    return (
        select(func.count())
        .select_from(Dispute)
        .where(Dispute.person_id == person_id, Dispute.state == DisputeState.OPEN)
        .scalar_subquery()
    )


def _withdraw(session: Session, person_id: int, *, now: datetime) -> int:
    return rows_changed(
        session,
        update(Dispute)
        .where(Dispute.person_id == person_id, Dispute.state == DisputeState.OPEN)
        .values(state=DisputeState.WITHDRAWN, closed_at=now),
    )


CLOSINGS = (Closing(key="disputes.open", label=_l("%(n)s 个没处理完的核销争议会撤回"), counts=_open, ends=_withdraw),)


def _disputes(session: Session, person_id: int) -> list[tuple[Any, ...]]:
    rows = session.execute(
        select(Voucher.title, Merchant.name, Dispute.kind, Dispute.state, Dispute.opened_at, Dispute.decision_reason)
        .join(Redemption, Redemption.id == Dispute.redemption_id)
        .join(Voucher, Voucher.id == Redemption.voucher_id)
        .join(Merchant, Merchant.id == Dispute.merchant_id)
        .where(Dispute.person_id == person_id)
        .order_by(Dispute.id.desc())
    )
    return [
        (row.title, row.name, KINDS[row.kind], STATES[row.state], row.opened_at, row.decision_reason or BLANK)
        for row in rows
    ]


CHAPTERS = (
    Chapter(
        key="disputes",
        title=_l("我的核销争议"),
        heads=(_l("优惠", n=1), _l("商户", n=1), _l("争议原因"), _l("状态"), _l("提出"), _l("理由")),
        lists=_disputes,
    ),
)
