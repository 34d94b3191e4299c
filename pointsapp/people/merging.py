"""What proves who one is ends with the account that is given up; its cards lead to who goes on. An office is handed over before."""

from __future__ import annotations

from datetime import datetime

from flask_babel import lazy_gettext as _l
from sqlalchemy import ScalarSelect, func, or_, select, update
from sqlalchemy.orm import Session

from pointsapp.core.merging import Bar, Carry, Pair, Stays, whole_rows
from pointsapp.core.states import rows_changed
from pointsapp.people.models import ApiToken, OneTimeCode, RoleGrant


def _roles(absorbed_id: int, _survivor_id: int, *, now: datetime) -> ScalarSelect[int]:
    held = RoleGrant.person_id == absorbed_id, or_(RoleGrant.ended_at.is_(None), RoleGrant.ended_at > now)
    return select(func.count()).select_from(RoleGrant).where(*held).scalar_subquery()


def _tokens(absorbed_id: int, _survivor_id: int, *, now: datetime) -> ScalarSelect[int]:
    open_ones = ApiToken.person_id == absorbed_id, ApiToken.revoked_at.is_(None), ApiToken.expires_at > now
    return select(func.count()).select_from(ApiToken).where(*open_ones).scalar_subquery()


def _end(session: Session, pair: Pair, *, now: datetime) -> int:
    codes = update(OneTimeCode).where(OneTimeCode.person_id == pair.absorbed_id, OneTimeCode.used_at.is_(None))
    rows_changed(session, codes.values(used_at=now))
    tokens = update(ApiToken).where(ApiToken.person_id == pair.absorbed_id, ApiToken.revoked_at.is_(None))
    return rows_changed(session, tokens.values(revoked_at=now))


CARRIES = (
    whole_rows("people.cards", _l("%(n)s 张打印的个人卡，照样能用"), ("personal_card", "person_id")),
    Carry(
        key="people.sign_ins",
        label=_l("%(n)s 处登录会退出"),
        tables=(("api_token", "person_id"), ("one_time_code", "person_id"), ("person", "id")),
        counts=_tokens,
        moves=_end,
        ends=True,
    ),
)
BARS = (
    Bar(
        key="people.roles",
        label=_l("要并走的账号还担任 %(n)s 个角色：请先交接、收回，或者反过来并"),
        counts=_roles,
    ),
)
STAYS = (
    Stays(
        table="role_grant",
        columns=("person_id",),
        why="a role is granted to an account by who may; it is never passed on",
    ),
)
