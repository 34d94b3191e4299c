"""亮赛比 in the demo: promises of every branch in both quarters, a panel that has closed, and one that is scoring today.

The finished quarter's promises were reported and judged; of the current one some are kept, some wait, most still run.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from pointsapp.contest.models import Outcome
from pointsapp.contest.services import (
    CallPanel,
    JudgePledge,
    PublishPledge,
    ReportPledge,
    SeatDraft,
    call_panel,
    close_panel,
    give_score,
    judge_pledge,
    publish_pledge,
    report_pledge,
    withdraw_pledge,
)
from pointsapp.core import clock
from pointsapp.core.actor import Actor
from pointsapp.demo import facts
from pointsapp.demo.dice import SEED, Dice
from pointsapp.demo.street import Street
from pointsapp.demo.timeline import Timeline
from pointsapp.people.models import Person
from pointsapp.stars.queries import newest_round

# Scored by the panel in both quarters; demo/board.py leaves it out.
PANEL_INDICATOR = "duty_list"
Happening = Callable[[Session, datetime], object]

# star, what, how it is shown
PROMISES: tuple[tuple[str, str, str], ...] = (
    ("strong_branch", "书记每月领办一件居民急事", "楼道公告栏贴出事由和办结日期"),
    ("strong_branch", "在职党员报到认岗不少于十二人", "岗位牌挂在党群服务中心"),
    ("joint_building", "和驻区单位共办两场便民日", "每场的时间、摊位和照片贴在院门口"),
    ("joint_building", "腾出会议室给楼院议事用", "门口挂上开放时间表"),
    ("safe_lawful", "三个老院的飞线充电全部清掉", "每院装好集中充电口"),
    ("safe_lawful", "每周三次红马甲夜巡不断档", "巡逻本放在岗亭，随时可翻"),
    ("happy_harmony", "独居老人每周敲门一遍", "敲门卡贴在门后，一次一签"),
    ("happy_harmony", "修好院里两处坏路灯", "晚上亮不亮，大家看得见"),
    ("work_and_trade", "帮十家沿街小店办下证照", "办结名单贴在商户联盟群和橱窗"),
    ("work_and_trade", "办一场家门口招聘会", "岗位清单提前三天上墙"),
)
VILLAGE_PROMISES: tuple[tuple[str, str, str], ...] = (
    ("strong_branch", "村务公开栏每月五号换新", "换下来的旧栏目装订成册，可以翻"),
    ("thriving_trades", "旧小学院子租出去，租金上公开栏", "合同和到账单贴在村务公开栏"),
    ("green_villages", "村东河塘清到见底", "清前清后的照片贴在塘边"),
    ("safe_lawful", "村口路灯坏了三天内修好", "报修电话贴在每根灯杆上"),
    ("civil_happy", "红白事桌数按议定的办", "红白理事会每季度公布一次"),
)
REASONS = {
    Outcome.KEPT: ("按时做完，现场看得到", "全部完成，居民反映不错", "完成，记录齐全"),
    Outcome.PARTLY: ("做了一多半，剩下的等材料", "两处做成一处，另一处产权没谈好"),
    Outcome.NOT_KEPT: ("施工单位没进场，下一轮继续", "场地没协调下来"),
}
NOTES = ("照片和签收单在社区档案柜第二格", "登记本在岗亭", "公告栏底稿存在支部档案盒")
TITLES = ("居民代表", "居民代表", "网格长代表", "社区工作者代表", "商户代表", "党代表", "驻区单位代表")
WITHDRAWN, DISPUTED = 0.06, 0.08
LEFT_WAITING = timedelta(days=5)


def plan_contest(timeline: Timeline, street: Street, *, now: datetime) -> None:
    """Put promises and panels of both quarters on the timeline."""
    dice = Dice(SEED + 5)  # dice of its own: the rest of the street falls as it did without them
    quarters = sorted({clock.quarter_of(clock.local_day(moment)) for moment in (street.opened_at, now)})
    for first, last in quarters:
        begin = max(first, clock.local_day(street.opened_at)) + timedelta(days=3)
        for number, (code, _name, _grids) in enumerate(facts.PLACES):
            moment = clock.at_local(begin + timedelta(days=number % 4), time(10, 5 + number))
            timeline.at(moment, _promise(timeline, street, dice, code, begin, last, now - LEFT_WAITING))
        if last < clock.local_day(now):
            held_at = clock.at_local(last - timedelta(days=9), time(14, 30))
            timeline.at(held_at - timedelta(days=6), _call(timeline, street, dice, held_at, share=1.0))
    # Under way at whatever hour somebody looks: held this morning or yesterday, and the chair still waits for some scores.
    this_morning, yesterday = (
        clock.at_local(clock.local_day(now), time(9, 30)),
        clock.local_day(now) - timedelta(days=1),
    )
    is_day = now - this_morning > timedelta(minutes=30)
    held_at = this_morning if is_day else clock.at_local(yesterday, time(14, 30))
    called_at = max(held_at - timedelta(days=3), clock.at_local(quarters[-1][0], time(8)))
    if called_at < held_at:
        timeline.at(called_at, _call(timeline, street, dice, held_at, share=0.6))


def _promise(
    timeline: Timeline, street: Street, dice: Dice, code: str, begin: date, last: date, judged_until: datetime
) -> Happening:
    """Let a branch promise two or three things, and put what becomes of each on the timeline."""

    def happen(session: Session, now: datetime) -> None:
        found = newest_round(session, now=now, branch=f"zb-{code}")
        assert found is not None
        village = any(code == one for one, _name, _grids in facts.VILLAGES)
        chosen = dice.sample(VILLAGE_PROMISES if village else PROMISES, dice.randrange(2, 4))
        for number, (star, promise, shown_by) in enumerate(chosen):
            due_on = begin + timedelta(days=round((last - begin).days * dice.uniform(0.35, 1.0)))
            command = PublishPledge(
                round_id=found.public_id,
                branch_id=f"zb-{code}",
                star=star,
                promise=promise,
                shown_by=shown_by,
                due_on=due_on,
            )
            made = publish_pledge(session, street.secretaries[code], command, now=now + timedelta(minutes=number))
            _goes_on(timeline, street, dice, code, made.pledge_id, due_on, judged_until)

    return happen


def _goes_on(
    timeline: Timeline, street: Street, dice: Dice, code: str, pledge_id: str, due_on: date, judged_until: datetime
) -> None:
    secretary, branch = street.secretaries[code], f"zb-{code}"
    said_at = clock.at_local(due_on - timedelta(days=dice.randrange(0, 4)), time(dice.randrange(9, 17), 20))
    if dice.chance(WITHDRAWN):
        timeline.at(
            said_at - timedelta(days=8),
            lambda session, now: withdraw_pledge(
                session, secretary, branch, pledge_id, "街道统一安排，本轮不再单独做", now=now
            ),
        )
        return
    outcome = dice.choices(list(Outcome), weights=(7, 2, 1))[0]
    timeline.at(
        said_at, _report(secretary, branch, pledge_id, outcome, dice.choice(REASONS[outcome]), dice.choice(NOTES))
    )
    judged_at = said_at + timedelta(days=1, hours=2)
    if judged_at > judged_until:
        return  # the newest ones wait for somebody to look at them
    staff = street.staff[code]
    if dice.chance(DISPUTED):
        timeline.at(judged_at, _judge(staff, branch, pledge_id, False, "现场只看到一处，请核实后再报"))
        again = _report(secretary, branch, pledge_id, Outcome.PARTLY, "核实后改报：做成一处", dice.choice(NOTES))
        timeline.at(judged_at + timedelta(hours=5), again)
        judged_at += timedelta(days=1)
    timeline.at(judged_at, _judge(staff, branch, pledge_id, True, ""))


def _report(actor: Actor, branch: str, pledge_id: str, outcome: Outcome, reason: str, note: str) -> Happening:
    command = ReportPledge(branch_id=branch, pledge_id=pledge_id, outcome=outcome, reason=reason, note=note)
    return lambda session, now: report_pledge(session, actor, command, now=now)


def _judge(actor: Actor, branch: str, pledge_id: str, agrees: bool, reason: str) -> Happening:
    command = JudgePledge(branch_id=branch, pledge_id=pledge_id, agrees=agrees, reason=reason)
    return lambda session, now: judge_pledge(session, actor, command, now=now)


def _call(timeline: Timeline, street: Street, dice: Dice, held_at: datetime, *, share: float) -> Happening:
    """Call a panel of seven with the street office in the chair; `share` of its scores come in, and all of them close it."""

    def happen(session: Session, now: datetime) -> None:
        found = newest_round(session, now=now)
        assert found is not None
        panellists = _panellists(street, dice)
        everybody = [street.street_admin.person_id, *(one.person_id for one in panellists)]
        numbers = {
            row.id: row.volunteer_number
            for row in session.execute(select(Person.id, Person.volunteer_number).where(Person.id.in_(everybody)))
        }
        seats = [
            SeatDraft(who=numbers[one.person_id], title=title) for one, title in zip(panellists, TITLES, strict=True)
        ]
        chair = SeatDraft(
            who=numbers[street.street_admin.person_id], title="街道党工委副书记", is_chair=True, is_scoring=False
        )
        command = CallPanel(
            round_id=found.public_id, indicator=PANEL_INDICATOR, area=street.areas[facts.STREET[0]].public_id,
            held_at=held_at, place="街道三楼会议室", seats=(chair, *seats),
        )  # fmt: skip
        panel_id = call_panel(session, street.street_admin, command, now=now).panel_id
        indicator = found.scheme.indicator(PANEL_INDICATOR)
        assert indicator is not None
        number = 0
        for code, _name, _grids in facts.COMMUNITIES:
            quality = dice.uniform(0.65, 0.97)
            for person in panellists:
                if share < 1 and not dice.chance(share):
                    continue
                given = min(indicator.most, round(indicator.most * (quality + dice.uniform(-0.12, 0.12)) / 25) * 25)
                moment = held_at + timedelta(seconds=20 * number)
                timeline.at(moment, _score(person, panel_id, f"zb-{code}", given))
                number += 1
        if share >= 1:
            closed_at = held_at + timedelta(hours=2)
            timeline.at(closed_at, lambda session, now: close_panel(session, street.street_admin, panel_id, now=now))

    return happen


def _panellists(street: Street, dice: Dice) -> list[Actor]:
    """Return seven people: three who can be tried at the sign-in page, and others of the street."""
    known = [street.by_log_in["resident"], street.by_log_in["elder"], street.by_log_in["grid_leader"]]
    staff = street.staff[dice.choice(facts.COMMUNITIES[1:])[0]]
    others = dice.sample([one.actor for one in street.everyone() if one.actor.person_id not in _ids(known)], 3)
    return [*known, staff, *others]


def _ids(actors: list[Actor]) -> set[int]:
    return {one.person_id for one in actors}


def _score(person: Actor, panel_id: str, branch: str, given: int) -> Happening:
    return lambda session, now: give_score(session, person, panel_id, branch, given, now=now)
