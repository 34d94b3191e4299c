"""The demo's log-ins: printed by `make run` and shown on the demo's sign-in page. Invented people, one password."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from flask_babel import lazy_gettext as _l

from pointsapp.core.actor import Role
from pointsapp.demo.facts import COMMUNITIES, DISTRICT, STREET

PASSWORD = "demo2026"  # noqa: S105 - the demo's, shown on its sign-in page
_FIRST = COMMUNITIES[0][0]


@dataclass(frozen=True, slots=True, kw_only=True)
class LogIn:
    """One way into the demo: whom it shows, and what they do."""

    key: str
    label: object
    name: str
    phone: str
    does: str  # in English, for the terminal
    role: Role | None = None
    area: str | None = None
    merchant: str | None = None


LOG_INS: tuple[LogIn, ...] = (
    LogIn(
        key="resident",
        label=_l("居民", n=1),
        name="林小满",
        phone="10000000001",
        does="resident: grab, check in, spend",
        area=_FIRST,
    ),
    LogIn(key="elder", label=_l("老年居民"), name="周桂兰", phone="10000000002", does="resident over 60", area=_FIRST),
    LogIn(
        key="clerk",
        label=_l("店员"),
        name="何晓燕",
        phone="10000000003",
        does="shop clerk: the till",
        role=Role.MERCHANT_CLERK,
        merchant="congee",
    ),
    LogIn(
        key="manager",
        label=_l("店长"),
        name="马建华",
        phone="10000000004",
        does="shop manager: offers and staff",
        role=Role.MERCHANT_MANAGER,
        merchant="congee",
    ),
    LogIn(
        key="grid_leader",
        label=_l("网格长"),
        name="宋志刚",
        phone="10000000005",
        does="grid leader: run check-in",
        role=Role.GRID_LEADER,
        area=f"{_FIRST}-1",
    ),
    LogIn(
        key="staff",
        label=_l("社区工作者"),
        name="郑雅静",
        phone="10000000006",
        does="community worker: publish, review, desk",
        role=Role.STAFF,
        area=_FIRST,
    ),
    LogIn(
        key="secretary",
        label=_l("支部书记"),
        name="吴德明",
        phone="10000000007",
        does="branch secretary: members, stars",
        role=Role.BRANCH_SECRETARY,
        area=_FIRST,
    ),
    LogIn(
        key="street_admin",
        label=_l("街道管理员"),
        name="孙海涛",
        phone="10000000008",
        does="street office: budget, roles, assessments",
        role=Role.STREET_ADMIN,
        area=STREET[0],
    ),
    LogIn(
        key="platform_admin",
        label=_l("平台管理员"),
        name="高文博",
        phone="10000000009",
        does="platform: everything",
        role=Role.PLATFORM_ADMIN,
    ),
    LogIn(
        key="assessor",
        label=_l("评定员"),
        name="冯秀兰",
        phone="10000000010",
        does="assessor: score branches",
        role=Role.ASSESSOR,
        area=STREET[0],
    ),
    LogIn(
        key="inspector",
        label=_l("督查员"),
        name="许国强",
        phone="10000000011",
        does="inspector: visits, findings, second look",
        role=Role.INSPECTOR,
        area=STREET[0],
    ),
    LogIn(
        key="district_reader",
        label=_l("区级查阅"),
        name="丁晓岚",
        phone="10000000012",
        does="district reader: the board, names masked",
        role=Role.DISTRICT_READER,
        area=DISTRICT[0],
    ),
    LogIn(
        key="auditor",
        label=_l("审计员"),
        name="彭立平",
        phone="10000000013",
        does="auditor: reads everything, changes nothing",
        role=Role.AUDITOR,
        area=STREET[0],
    ),
)


def log_ins_for_page() -> list[tuple[str, str, str]]:
    """Return (label, phone, password) of each log-in, for the sign-in page."""
    return [(f"{each.label} {each.name}", each.phone, PASSWORD) for each in LOG_INS]


def print_log_ins(say: Callable[[str], None], base_url: str) -> None:
    """Print the address and the log-ins by role."""
    say(f"\n  {base_url}\n\n  Log-ins of the demo (password of each: {PASSWORD})")
    for each in LOG_INS:
        say(f"    {each.phone}  {each.label} {each.name}  {each.does}")
    say("")
