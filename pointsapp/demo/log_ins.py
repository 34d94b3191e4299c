"""The demo's log-ins: printed by `make run` and shown on the demo's sign-in page. Invented people, one password."""

from __future__ import annotations

from dataclasses import dataclass

from flask_babel import lazy_gettext as _l

from pointsapp.core.actor import Role
from pointsapp.demo.facts import COMMUNITIES, STREET

PASSWORD = "demo2026"  # noqa: S105 - the demo's, shown on its sign-in page
_FIRST = COMMUNITIES[0][0]


@dataclass(frozen=True, slots=True, kw_only=True)
class LogIn:
    """One way into the demo: whom it shows, and what they do."""

    key: str
    label: object
    name: str
    phone: str
    role: Role | None = None
    area: str | None = None
    merchant: str | None = None


LOG_INS: tuple[LogIn, ...] = (
    LogIn(key="resident", label=_l("居民"), name="林小满", phone="13800000001", area=_FIRST),
    LogIn(key="elder", label=_l("老年居民"), name="周桂兰", phone="13800000002", area=_FIRST),
    LogIn(
        key="clerk", label=_l("店员"), name="何晓燕", phone="13800000003", role=Role.MERCHANT_CLERK, merchant="congee"
    ),
    LogIn(
        key="manager",
        label=_l("店长"),
        name="马建华",
        phone="13800000004",
        role=Role.MERCHANT_MANAGER,
        merchant="congee",
    ),
    LogIn(
        key="grid_leader",
        label=_l("网格长"),
        name="宋志刚",
        phone="13800000005",
        role=Role.GRID_LEADER,
        area=f"{_FIRST}-1",
    ),
    LogIn(key="staff", label=_l("社区工作者"), name="郑雅静", phone="13800000006", role=Role.STAFF, area=_FIRST),
    LogIn(
        key="secretary",
        label=_l("支部书记"),
        name="吴德明",
        phone="13800000007",
        role=Role.BRANCH_SECRETARY,
        area=_FIRST,
    ),
    LogIn(
        key="street_admin",
        label=_l("街道管理员"),
        name="孙海涛",
        phone="13800000008",
        role=Role.STREET_ADMIN,
        area=STREET[0],
    ),
    LogIn(key="platform_admin", label=_l("平台管理员"), name="高文博", phone="13800000009", role=Role.PLATFORM_ADMIN),
)
