"""What people holds of a person: who they are and how they prove it goes, what they held stays under a bare key."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement, ScalarSelect, and_, func, or_, select, update
from sqlalchemy.orm import Session

from pointsapp.core.codes import PERSONAL_LENGTH, new_code, new_public_id
from pointsapp.core.masking import ERASED
from pointsapp.core.personal import Acts, Chapter, Closing, Fate, Holding, Nobodys
from pointsapp.core.states import rows_changed
from pointsapp.people.messages import LISTINGS
from pointsapp.people.models import Person, RoleGrant
from pointsapp.people.queries import person_card
from pointsapp.web.personal import TRACE


def _new_number() -> str:
    """Return what stands for a volunteer number that is nobody's: no eleven digits, so nobody signs in or is found with it."""
    return f"x{new_public_id()}"


PARTS = (
    Holding(
        table="person",
        column="id",
        fate=Fate.BLANKED,
        label=_l("姓名、手机号、志愿者编号、密码、个人码、出生年份、语言和大字版的选择"),
        blanks={
            "public_id": new_public_id,
            "name": ERASED,
            "phone": None,
            "password_hash": None,
            "volunteer_number": _new_number,
            "personal_code": lambda: new_code(PERSONAL_LENGTH),
            "locale": None,
            "elder_view": False,
            "shows_on_rankings": False,
            "off_rankings_since": None,
            "birth_year": None,
        },
        plain=frozenset({"consent_version"}),
        secret=frozenset({"password_hash", "session_version"}),
    ),
    Nobodys(table="person", columns=("merged_into_id",), why="another account of the same person"),
    Holding(
        table="role_grant",
        column="person_id",
        fate=Fate.STAYS,
        label=_l("担任过的角色"),
        why=TRACE,
        plain=frozenset({"public_id", "role", "scope"}),
    ),
    Acts(table="role_grant", columns=("granted_by_id", "ended_by_id")),
    Holding(
        table="api_token", column="person_id", fate=Fate.GOES, label=_l("登录凭据"), secret=frozenset({"token_hash"})
    ),
    Holding(
        table="one_time_code", column="person_id", fate=Fate.GOES, label=_l("登录凭据"), secret=frozenset({"code_hash"})
    ),
    Acts(table="one_time_code", columns=("issued_by_id",)),
    Holding(
        table="personal_card", column="person_id", fate=Fate.GOES, label=_l("打印的个人卡"), secret=frozenset({"code"})
    ),
    Acts(table="personal_card", columns=("issued_by_id", "revoked_by_id")),
)


def _held(person_id: int, now: datetime) -> ColumnElement[bool]:
    return and_(RoleGrant.person_id == person_id, or_(RoleGrant.ended_at.is_(None), RoleGrant.ended_at > now))


def _count_roles(person_id: int, *, now: datetime) -> ScalarSelect[int]:
    return select(func.count()).select_from(RoleGrant).where(_held(person_id, now)).scalar_subquery()


def _end_roles(session: Session, person_id: int, *, now: datetime) -> int:
    return rows_changed(session, update(RoleGrant).where(_held(person_id, now)).values(ended_at=now))


CLOSINGS = (Closing(key="people.roles", label=_l("%(n)s 个角色会收回"), counts=_count_roles, ends=_end_roles),)


def _profile(session: Session, person_id: int) -> list[tuple[Any, ...]]:
    person = session.scalars(select(Person).where(Person.id == person_id)).one()
    card = person_card(session, person_id, now=person.created_at)
    return [
        (_l("姓名"), card.display_name),
        (_l("志愿者编号"), card.volunteer_number),
        (_l("手机号"), card.phone or "—"),
        (_l("出生年份"), card.birth_year or "—"),
        (_l("所在社区"), card.area.name if card.area else "—"),
        (_l("加入时间"), card.created_at),
        (_l("核实时间"), person.verified_at or "—"),
        (_l("同意的告知书"), card.consent_version or "—"),
        (_l("同意的时间"), card.consented_at or "—"),
        (_l("上不上榜"), LISTINGS[card.listing][0]),
    ]


CHAPTERS = (Chapter(key="profile", title=_l("我的资料"), heads=(_l("项目"), _l("内容")), lists=_profile),)
