"""What notices hold of a person: everything they were told goes."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.orm import Session

from pointsapp.core.personal import Chapter, Fate, Holding
from pointsapp.notices.messages import CHANNELS
from pointsapp.notices.models import Address, Notice
from pointsapp.notices.saying import say

_WHERE = _l("在哪里收消息")
# In this order: a sending points at a notice and at an address.
PARTS = (
    Holding(table="notice_sending", column="person_id", fate=Fate.GOES, label=_l("发出去的消息")),
    Holding(
        table="notice_address",
        column="person_id",
        fate=Fate.GOES,
        label=_WHERE,
        secret=frozenset({"address", "digest"}),
    ),
    Holding(table="notice_choice", column="person_id", fate=Fate.GOES, label=_WHERE),
    Holding(table="notice", column="person_id", fate=Fate.GOES, label=_l("收到过的消息")),
)


def _notices(session: Session, person_id: int) -> list[tuple[Any, ...]]:
    rows = session.execute(
        select(Notice.created_at, Notice.kind, Notice.facts)
        .where(Notice.person_id == person_id)
        .order_by(Notice.id.desc())
    )
    return [(row.created_at, said.title, said.text) for row in rows for said in (say(row.kind, row.facts),)]


def _addresses(session: Session, person_id: int) -> list[tuple[Any, ...]]:
    rows = session.scalars(
        select(Address).where(Address.person_id == person_id, Address.address != "").order_by(Address.id)
    )
    return [
        (CHANNELS[row.channel.value], row.label if row.channel == "push" else row.address, row.verified_at)
        for row in rows
    ]


CHAPTERS = (
    Chapter(key="notices", title=_l("我的消息"), heads=(_l("时间"), _l("标题"), _l("内容")), lists=_notices),
    Chapter(key="notice_addresses", title=_WHERE, heads=(_l("方式"), _l("地址"), _l("验证时间")), lists=_addresses),
)
