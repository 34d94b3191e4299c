"""What the star board holds of a person: periods of membership and the work that counted, by key; offices' acts."""

from __future__ import annotations

from datetime import datetime

from flask_babel import lazy_gettext as _l
from sqlalchemy import ScalarSelect, func, select, update
from sqlalchemy.orm import Session

from pointsapp.core.personal import Acts, Closing, Fate, Holding, Nobodys
from pointsapp.core.states import rows_changed
from pointsapp.stars.models import Membership
from pointsapp.web.personal import LAW

_WHY = _l("支部的得分已经公示，要能重新算出来；这里只留编号，查不到您是谁")
PARTS = (
    Holding(table="membership", column="person_id", fate=Fate.STAYS, label=_l("参加支部的起止日期"), why=_WHY),
    Holding(
        table="evidence",
        column="person_id",
        fate=Fate.STAYS,
        label=_l("计入支部得分的服务"),
        why=_WHY,
        plain=frozenset({"public_id", "metric"}),
    ),
    Holding(table="paper_line", column="person_id", fate=Fate.STAYS, label=_l("纸质记录的时长"), why=LAW),
    Acts(table="paper_sheet", columns=("by_id", "decided_by_id")),
    Acts(table="access_line", columns=("by_id",)),
    Acts(table="assessment", columns=("by_id",)),
    Acts(table="erratum", columns=("by_id", "decided_by_id")),
    Acts(table="objection", columns=("by_id", "answered_by_id")),
    Acts(table="plan_change", columns=("by_id",)),
    Acts(table="plan_evidence", columns=("added_by_id",)),
    Acts(table="plan_item", columns=("person_id", "accepted_by_id")),
    Acts(table="proof", columns=("given_by_id",)),
    Acts(table="proof_change", columns=("by_id",)),
    Acts(table="proof_use", columns=("by_id",)),
    Acts(table="round_publication", columns=("by_id",)),
    Acts(table="star_plan", columns=("opened_by_id",)),
    Nobodys(table="proof", columns=("file_name",), why="what an officer called a file, cleaned"),
    Nobodys(table="branch", columns=("name",), why="the name of a branch"),
    Nobodys(table="scheme_version", columns=("name",), why="the name of a scheme"),
)


def _memberships(person_id: int, **_moment: datetime) -> ScalarSelect[int]:
    standing = Membership.person_id == person_id, Membership.ended_at.is_(None)
    return select(func.count()).select_from(Membership).where(*standing).scalar_subquery()


def _leave(session: Session, person_id: int, *, now: datetime) -> int:
    standing = Membership.person_id == person_id, Membership.ended_at.is_(None)
    return rows_changed(session, update(Membership).where(*standing).values(ended_at=now))


CLOSINGS = (
    Closing(key="stars.memberships", label=_l("在 %(n)s 个支部的登记会结束"), counts=_memberships, ends=_leave),
)
