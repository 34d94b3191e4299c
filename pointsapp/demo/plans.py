"""The branches' plans in the demo: written by their secretaries in the first days of each quarter, moved on week by week.

Some items are done in time, some late, some get stuck, one or two are withdrawn; nobody is ranked by them.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from pointsapp.core import clock
from pointsapp.core.actor import Actor
from pointsapp.demo import facts
from pointsapp.demo.dice import SEED, Dice
from pointsapp.demo.street import Street
from pointsapp.demo.timeline import Timeline
from pointsapp.stars.models import Evidence
from pointsapp.stars.queries import RoundRow, newest_round
from pointsapp.stars.services import (
    AddItem,
    ItemDraft,
    LinkEvidence,
    PlanReceipt,
    SetAims,
    accept_item,
    add_item,
    link_evidence,
    set_aims,
    set_progress,
    withdraw_item,
)

# star, indicator (None: the whole star), what, who leads, who is responsible
ITEMS: tuple[tuple[str, str | None, str, str, str], ...] = (
    ("strong_branch", "party_life", "补齐本季度三会一课记录", "街道党建办", "社区党支部"),
    ("strong_branch", "duty_list", "书记领办两件实事", "街道党建办", "社区党支部"),
    ("strong_branch", "members_active", "在职党员报到认领岗位", "街道党建办", "各网格党小组"),
    ("joint_building", "agreements", "与驻区单位签订共建协议", "街道党政办", "共建单位联席会"),
    ("joint_building", "resources", "更新资源、需求、项目三个清单", "街道民政办", "社区居委会"),
    ("joint_building", "residents_active", "楼栋微网格长入户动员", "社区居委会", "各网格"),
    ("safe_lawful", "grid_duty", "排查老旧楼院电动车飞线", "街道平安办", "各网格"),
    ("safe_lawful", "law_talks", "反诈与普法进楼院四场", "街道司法所", "社区居委会"),
    ("safe_lawful", "tasks_done", "组织夜间平安巡逻", "街道平安办", "红马甲巡逻队"),
    ("happy_harmony", "services_for_people", "独居老人每周敲门一遍", "街道民政办", "社区居委会"),
    ("happy_harmony", "neighbours", "办一场楼院邻居节", "街道文化站", "社区居委会"),
    ("work_and_trade", "business_help", "走访沿街商户问需求", "街道发展办", "商户联盟"),
    ("work_and_trade", "vitality", "盘活一处闲置门面", "街道发展办", "产权单位"),
    ("work_and_trade", None, "就业服务日登记岗位", "街道社保所", "社区居委会"),
)
VILLAGE_ITEMS: tuple[tuple[str, str | None, str, str, str], ...] = (
    ("strong_branch", "village_affairs", "村务公开栏每月换一次", "街道党建办", "村委会"),
    ("strong_branch", "leadership", "两名后备干部跟班学习", "街道党建办", "村党支部"),
    ("thriving_trades", "collective_income", "盘活旧小学院子出租", "街道发展办", "村委会"),
    ("thriving_trades", "farm_help", "大棚户一户带两户", "街道农业办", "村党支部"),
    ("green_villages", "streets_and_water", "整治村东河塘", "街道农业办", "村委会"),
    ("green_villages", "clean_ups", "每两周一次人居环境清理", "街道农业办", "红马甲服务队"),
    ("safe_lawful", "disputes", "宅基地边界纠纷就地化解", "街道平安办", "村调解室"),
    ("safe_lawful", "law_in_village", "法律明白人每组一名", "街道司法所", "村委会"),
    ("civil_happy", "customs", "红白理事会议定新标准", "街道文明办", "红白理事会"),
    ("civil_happy", "care", "留守儿童周末有人管", "街道民政办", "村妇联"),
)
NOTES = ("纸质记录在社区档案柜第三格", "会议照片与签到表已存档", "共建协议原件在支部档案盒", "走访登记表一册")
FEWER_STARS = 0.3  # branches that do not aim for all of them
STUCK, LATE, WITHDRAWN = 0.14, 0.2, 0.04


def plan_plans(timeline: Timeline, street: Street, *, now: datetime) -> None:
    """Put the writing and moving of every branch's plan on the timeline, for each quarter that the street lived through."""
    dice = Dice(SEED + 1)  # dice of its own: the rest of the street falls as it did without plans
    quarters = {clock.quarter_of(clock.local_day(moment)) for moment in (street.opened_at, now)}
    for first, last in sorted(quarters):
        begin = max(first, clock.local_day(street.opened_at)) + timedelta(days=2)
        for number, (code, _name, _grids) in enumerate(facts.PLACES):
            moment = clock.at_local(begin + timedelta(days=number % 3), time(9, 10 + number))
            timeline.at(moment, _write_plan(timeline, street, dice, code, begin, last))


def _write_plan(
    timeline: Timeline, street: Street, dice: Dice, code: str, begin: date, last: date
) -> Callable[[Session, datetime], object]:
    def happen(session: Session, now: datetime) -> None:
        secretary, branch = street.secretaries[code], f"zb-{code}"
        found = newest_round(session, now=now, branch=branch)
        assert found is not None
        keys = [star.key for star in found.scheme.stars]
        if dice.chance(FEWER_STARS):
            keys.remove(dice.choice(keys[1:]))
            command = SetAims(round_id=found.public_id, branch_id=branch, stars=tuple(keys))
            set_aims(session, secretary, command, now=now)
        days = (last - begin).days
        meant = [one for one in (*ITEMS, *VILLAGE_ITEMS) if one[0] in keys and _fits(found, one[1])]
        for number, item in enumerate(one for one in meant if dice.chance(0.75)):
            due_on = begin + timedelta(days=round(days * dice.uniform(0.3, 1.0)))
            draft = _draft(street, dice, code, item, due_on)
            moment = now + timedelta(minutes=number)
            added = add_item(
                session, secretary, AddItem(round_id=found.public_id, branch_id=branch, item=draft), now=moment
            )
            _plan_moves(timeline, street, dice, code, added, clock.local_day(moment), due_on)

    return happen


def _fits(found: RoundRow, indicator: str | None) -> bool:
    return indicator is None or found.scheme.indicator(indicator) is not None


def _draft(
    street: Street, dice: Dice, code: str, item: tuple[str, str | None, str, str, str], due_on: date
) -> ItemDraft:
    star, indicator, title, lead, responsible = item
    return ItemDraft(
        star=star,
        indicator=indicator,
        title=title,
        lead_unit=lead,
        responsible_unit=responsible,
        person_id=dice.choice(street.leaders[code]).public_id if dice.chance(0.8) else None,
        due_on=due_on,
    )


def _plan_moves(
    timeline: Timeline, street: Street, dice: Dice, code: str, added: PlanReceipt, begin: date, due_on: date
) -> None:
    """Let the item move in three to five steps towards its end, or get stuck on the way."""
    secretary, branch, item_id = street.secretaries[code], added.branch_id, added.item_id or ""
    days, draw = (due_on - begin).days, dice.random()
    if draw < WITHDRAWN:
        moment = clock.at_local(begin + timedelta(days=days // 2), time(16))
        timeline.at(
            moment,
            lambda session, now: withdraw_item(session, secretary, branch, item_id, "并入街道统一安排", now=now),
        )
        return
    is_stuck, is_late = draw < WITHDRAWN + STUCK, draw < WITHDRAWN + STUCK + LATE
    stretch = 1.25 if is_late else dice.uniform(0.7, 0.95)
    steps = sorted({*(dice.randrange(10, 95, 5) for _ in range(dice.randrange(2, 5))), 100})
    for step in steps:
        if is_stuck and step > 50:
            return
        day = begin + timedelta(days=max(1, round(days * stretch * step / 100)))
        moment = clock.at_local(day, time(dice.randrange(9, 18), dice.randrange(60)))
        timeline.at(moment, _move(secretary, branch, item_id, step))
        if step == 100:
            timeline.at(moment + timedelta(days=1, hours=1), _accept(street, branch, item_id))
        if step > 40 and dice.chance(0.5):
            timeline.at(moment + timedelta(minutes=5), _show(street, dice, code, branch, item_id))


def _move(secretary: Actor, branch: str, item_id: str, step: int) -> Callable[[Session, datetime], object]:
    return lambda session, now: set_progress(session, secretary, branch, item_id, step, now=now)


def _accept(street: Street, branch: str, item_id: str) -> Callable[[Session, datetime], object]:
    """Let the street office look at it; what nothing shows is refused and waits for its branch."""
    return lambda session, now: accept_item(session, street.street_admin, branch, item_id, now=now)


def _show(street: Street, dice: Dice, code: str, branch: str, item_id: str) -> Callable[[Session, datetime], object]:
    """Show by a recent row of the community, or by a note where none fits."""
    area, note, by_note = street.areas[code], dice.choice(NOTES), dice.chance(0.4)

    def happen(session: Session, now: datetime) -> object:
        row = None
        if not by_note:
            row = session.scalar(
                select(Evidence.public_id)
                .where(Evidence.area_id == area.id, Evidence.metric == "task_completed")
                .order_by(Evidence.occurred_at.desc())
                .limit(1)
            )
        command = LinkEvidence(branch_id=branch, item_id=item_id, evidence_id=row, note=None if row else note)
        return link_evidence(session, street.secretaries[code], command, now=now)

    return happen
