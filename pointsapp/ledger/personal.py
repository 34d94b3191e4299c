"""What the books hold of a person: everything stays, by key; what is left of the points lapses for all to see."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import ScalarSelect, func, select
from sqlalchemy.orm import Session

from pointsapp.core.personal import Acts, Chapter, Closing, Fate, Holding
from pointsapp.ledger import accounts, memos
from pointsapp.ledger.models import Balance, Entry, Posting, Unit
from pointsapp.ledger.services import close_person
from pointsapp.web.personal import BOOKS

_LABEL = _l("积分和时长的每一笔账")
_ENTRY_WORDS = frozenset({"public_id", "reference", "fingerprint", "kind", "memo", "facts", "rule", "inputs", "steps"})


def _book(table: str, *plain: str) -> Holding:
    return Holding(table=table, column="person_id", fate=Fate.STAYS, label=_LABEL, why=BOOKS, plain=frozenset(plain))


PARTS = (
    _book("entry", *_ENTRY_WORDS),
    _book("posting", "unit", "flow", "source", "destination", "behaviour"),
    _book("claim", "public_id", "reference", "to_account", "memo", "facts"),
    Acts(table="claim", columns=("write_off_asked_by_id", "written_off_by_id")),
    _book("lot"),
    _book("hold", "state"),
)


def _balance(person_id: int, **_moment: datetime) -> ScalarSelect[int]:
    """What is held counts too: its vouchers are given back first, and then it lapses with the rest."""
    own = (accounts.person_available(person_id), accounts.person_held(person_id))
    return select(func.coalesce(func.sum(Balance.amount), 0)).where(Balance.account.in_(own)).scalar_subquery()


CLOSINGS = (
    Closing(
        key="ledger.points",
        label=_l("积分连同退回的，一共 %(n)s 分会作废，在公示账单里列为“到期”"),
        counts=_balance,
        ends=close_person,
    ),
)


def _lines(session: Session, person_id: int) -> list[tuple[Any, ...]]:
    rows = session.execute(
        select(Posting.posted_at, Entry.memo, Entry.facts, Posting.unit, Posting.change, Posting.balance_after)
        .join(Entry, Entry.id == Posting.entry_id)
        .where(Posting.person_id == person_id)
        .order_by(Posting.entry_id.desc(), Posting.number)
    )
    return [
        (row.posted_at, memos.say(row.memo, row.facts), _UNITS[row.unit], row.change, row.balance_after) for row in rows
    ]


_UNITS = {Unit.POINT: _l("积分"), Unit.MINUTE: _l("分钟")}
CHAPTERS = (
    Chapter(
        key="books",
        title=_l("积分和时长的账目"),
        heads=(_l("时间"), _l("事由"), _l("单位"), _l("变动"), _l("之后")),
        lists=_lines,
    ),
)
