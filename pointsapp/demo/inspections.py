"""Inspections in the demo: who inspects, assesses and checks; draws of both quarters; findings in every state; passes.

The finished quarter had a draw that was given up and one that was drawn; the current one waits for tomorrow evening's public value.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable, Iterable
from datetime import datetime, time, timedelta
from typing import Any

from flask import current_app
from PIL import Image, ImageDraw
from sqlalchemy import select
from sqlalchemy.orm import Session

from pointsapp.areas.queries import require_area
from pointsapp.core import clock
from pointsapp.core.actor import Actor, Role
from pointsapp.core.attic import Attic
from pointsapp.core.codes import PASS_LENGTH, encode
from pointsapp.core.transaction import write
from pointsapp.demo import facts
from pointsapp.demo.dice import SEED, Dice
from pointsapp.demo.log_ins import LOG_INS, PASSWORD
from pointsapp.demo.street import Street
from pointsapp.demo.timeline import Timeline
from pointsapp.inspections.models import Inspection, InspectionDraw, InspectionState, Severity
from pointsapp.inspections.queries import free_inspectors
from pointsapp.inspections.services import (
    AnnounceDraw,
    IssuePass,
    RecordFinding,
    Step,
    announce_draw,
    answer_finding,
    cancel_draw,
    close_finding,
    finish_inspection,
    issue_pass,
    open_pass,
    pass_hash,
    record_finding,
    return_finding,
    reveal_draw,
    revoke_pass,
    start_inspection,
)
from pointsapp.people.queries import current_notice, load_actor
from pointsapp.people.services import NewPerson, add_role, create_people, hash_password
from pointsapp.stars.models import Branch
from pointsapp.stars.queries import newest_round

SHEET = "签到表"  # what the demo has a picture of
Happening = Callable[[Session, datetime], object]
BOARD_LOG_INS = ("assessor", "inspector", "district_reader", "auditor")
MORE_INSPECTORS = ("韩立新", "曹玉梅")
SUMMARIES = (
    "看了台账、会议室和公示栏，总体扎实，个别材料要补",
    "现场走了三个楼院，走访两户，做法能落地",
    "台账齐全，抽查两项都对得上",
)
# what, about which star and indicator, how serious, what was done about it, what the second look said
FOUND: tuple[tuple[str, str, Severity, str, str], ...] = (
    ("三会一课记录本缺上个月的签到表", "strong_branch/party_life", Severity.MINOR, "已找到原始签到表并补入台账", "看过原件，齐全"),
    ("党群服务中心灭火器过期两具", "safe_lawful", Severity.SERIOUS, "已更换四具，贴了检查卡", "现场查看，均在有效期内"),
    ("共建协议只有封面，没有盖章页", "joint_building/agreements", Severity.MINOR, "已请共建单位补盖公章", "盖章页已补"),
    ("微心愿台账有三条没有回访记录", "happy_harmony/services_for_people", Severity.MINOR, "三户都已回访并补记", "电话抽查一户，属实"),
    ("挂图作战更新停在上周，与平台不一致", "strong_branch", Severity.MINOR, "已按平台数据更新，今后每周一换", "墙上与平台一致"),
)  # fmt: skip


def plan_inspections(timeline: Timeline, street: Street, *, now: datetime) -> None:
    """Appoint the people, and put draws, visits, findings and passes on the timeline."""
    inspectors = write(_appoint, street, now=street.opened_at)
    dice = Dice(SEED + 5)
    begin = clock.local_day(street.opened_at)

    def at(days: int, hour: int, minute: int = 0) -> datetime:
        return clock.at_local(begin + timedelta(days=days), time(hour, minute))

    first, second = _Draw(street, dice, "飞行检查"), _Draw(street, dice, "台账真实性抽查")
    timeline.at(at(5, 10), first.announce(at(6, 21, 15)))
    timeline.at(at(5, 16), first.cancel("名单公布后发现抽取数量写错，重新公告"))
    timeline.at(at(7, 10), second.announce(at(8, 21, 15)))
    timeline.at(at(9, 9), second.reveal("5 0 8"))
    timeline.at(at(9, 14), lambda session, now: _visit_drawn(session, timeline, street, dice, now))
    today = clock.local_day(now)
    waiting = _Draw(street, dice, f"{'一二三四'[(today.month - 1) // 3]}季度随机抽查")
    evening = clock.at_local(today + timedelta(days=1), time(21, 15))
    timeline.at(now - timedelta(hours=30), waiting.announce(evening))
    _plan_this_quarter(timeline, street, inspectors, now)
    _plan_passes(timeline, street, inspectors[0], now)


def _appoint(session: Session, street: Street, *, now: datetime) -> list[Actor]:
    """Make the people and their roles; return the inspectors, the log-in first."""
    log_ins = [each for each in LOG_INS if each.key in BOARD_LOG_INS]
    home, password = street.areas[facts.OTHER_STREET[0]].id, hash_password(PASSWORD)
    consent = current_notice().consent_version
    same: dict[str, Any] = {"home_area_id": home, "consent_version": consent, "verified_by": "demo"}
    wanted = [NewPerson(name=each.name, phone=each.phone, password_hash=password, **same) for each in log_ins]
    wanted += [NewPerson(name=name, phone=None, password_hash=None, **same) for name in MORE_INSPECTORS]
    made = create_people(session, wanted, now=now)
    given = [(each.role, each.area) for each in log_ins] + [(Role.INSPECTOR, facts.STREET[0])] * len(MORE_INSPECTORS)
    ends_at = clock.at_local(clock.local_day(now) + timedelta(days=365))
    inspectors = []
    for number, (person, (role, area)) in enumerate(zip(made, given, strict=True)):
        assert role is not None
        area_id = require_area(session, area or "").id
        by = street.by_log_in["platform_admin"].person_id
        add_role(session, person.id, role, area_id=area_id, granted_by_id=by, span=(None, ends_at), now=now)
        actor = load_actor(session, person.id, now=now)
        assert actor is not None
        if number < len(log_ins):
            street.by_log_in[log_ins[number].key] = actor
        if role is Role.INSPECTOR:
            inspectors.append(actor)
    return inspectors


class _Draw:
    """One draw of the demo: what is known of it once it is announced."""

    def __init__(self, street: Street, dice: Dice, title: str) -> None:
        self.street, self.title, self.public_id = street, title, ""
        self.seed = hashlib.sha256(f"{title}:{dice.random()}".encode()).hexdigest()  # the demo is the same each time

    def announce(self, value_at: datetime) -> Happening:
        def happen(session: Session, now: datetime) -> None:
            found, office, area = newest_round(session, now=now), self.street.street_admin, facts.STREET[0]
            assert found is not None
            pool = free_inspectors(session, self.street.areas[area].path, (), now=now)
            command = AnnounceDraw(
                round_id=found.public_id,
                area=area,
                title=self.title,
                branches=(),
                inspectors=tuple(one.grant_id for one in pool),
                take=3,
                per_branch=1,
                value_name=f"福彩3D {clock.local_day(value_at):%Y年%m月%d日} 开奖号码",
                value_source="中国福彩网开奖公告（演示数据为虚构）",
                value_at=value_at,
                seed=self.seed,
            )
            self.public_id = announce_draw(session, office, command, now=now).public_id

        return happen

    def reveal(self, value: str) -> Happening:
        where = "中国福彩网当期公告（演示数据为虚构）"
        return lambda session, now: reveal_draw(
            session, self.street.street_admin, self.public_id, value, where, now=now
        )

    def cancel(self, reason: str) -> Happening:
        return lambda session, now: cancel_draw(session, self.street.street_admin, self.public_id, reason, now=now)


def _visit_drawn(session: Session, timeline: Timeline, street: Street, dice: Dice, now: datetime) -> None:
    """Let the drawn inspectors go, day by day; the last of what they find is returned once before it is closed."""
    rows = session.execute(
        select(Inspection.public_id, Inspection.inspector_id, Branch.code)
        .join(Branch, Branch.id == Inspection.branch_id)
        .join(InspectionDraw, InspectionDraw.id == Inspection.draw_id)
        .where(Inspection.state == InspectionState.PLANNED)
        .order_by(Inspection.id)
    ).all()
    for number, (visit, inspector_id, branch) in enumerate(rows):
        inspector = load_actor(session, inspector_id, now=now)
        assert inspector is not None
        moment = now + timedelta(days=number + 1)
        summary = SUMMARIES[number % len(SUMMARIES)]
        story = _Finding(timeline, street, inspector, branch, FOUND[number % len(FOUND)], visit=visit)
        timeline.at(moment, story.record(due_days=10))
        timeline.at(moment + timedelta(hours=1), _finish(inspector, visit, summary))
        story.answer(moment + timedelta(days=dice.randrange(2, 5)))
        if number == len(rows) - 1:
            story.send_back(moment + timedelta(days=6))
            story.answer(moment + timedelta(days=8))
        story.close(moment + timedelta(days=10))


def _finish(inspector: Actor, visit: str, summary: str) -> Happening:
    return lambda session, now: finish_inspection(session, inspector, visit, summary, now=now)


def _plan_this_quarter(timeline: Timeline, street: Street, inspectors: list[Actor], now: datetime) -> None:
    """Something in every state: closed, waiting for a second look, late, returned, fresh; and a visit for today."""
    codes = [f"zb-{code}" for code, _name, _grids in facts.COMMUNITIES]
    mine = inspectors[0]

    def ago(days: int, hour: int) -> datetime:
        return clock.at_local(clock.local_day(now) - timedelta(days=days), time(hour, 20))

    def story(days: int, branch: int, found: int, due_days: int, who: Actor = mine) -> _Finding:
        one = _Finding(timeline, street, who, codes[branch], FOUND[found])
        timeline.at(ago(days, 10), one.record(due_days=due_days))
        return one

    closed = story(20, 1, 0, 10)
    closed.answer(ago(16, 15))
    closed.close(ago(15, 9))
    story(12, 0, 1, 14).answer(ago(1, 16))
    story(11, 2, 3, 7)  # late
    back = story(9, 3, 2, 6, inspectors[1])
    back.answer(ago(5, 17))
    back.send_back(ago(4, 11))
    story(2, 0, 4, 12)  # the log-in secretary's to put right
    for days, branch in ((0.1, 4), (0.05, 5)):
        timeline.at(now - timedelta(days=days), _start(mine, codes[branch]))


def _start(inspector: Actor, branch: str) -> Happening:
    return lambda session, now: start_inspection(session, inspector, branch, now=now)


class _Finding:
    """One finding of the demo and the steps of its life."""

    def __init__(
        self,
        timeline: Timeline,
        street: Street,
        inspector: Actor,
        branch: str,
        found: tuple[str, str, Severity, str, str],
        *,
        visit: str | None = None,
    ) -> None:
        self.timeline, self.inspector, self.branch, self.visit = timeline, inspector, branch, visit
        self.secretary = street.secretaries[branch.removeprefix("zb-")]
        self.text, self.goal, self.severity, self.done, self.seen = found
        self.public_id = ""

    def record(self, *, due_days: int) -> Happening:
        def happen(session: Session, now: datetime) -> None:
            command = RecordFinding(
                branch_id=self.branch,
                text=self.text,
                goal=self.goal,
                severity=self.severity,
                due_on=clock.local_day(now) + timedelta(days=due_days),
                inspection_id=self.visit,
                photos=_picture() if SHEET in self.text else (),
            )
            self.public_id = record_finding(session, self.inspector, command, now=now).public_id

        return happen

    def answer(self, moment: datetime) -> None:
        self.timeline.at(
            moment,
            lambda session, now: answer_finding(
                session, self.secretary, Step(finding_id=self.public_id, text=self.done), now=now
            ),
        )

    def close(self, moment: datetime) -> None:
        self.timeline.at(
            moment,
            lambda session, now: close_finding(
                session, self.inspector, Step(finding_id=self.public_id, text=self.seen), now=now
            ),
        )

    def send_back(self, moment: datetime) -> None:
        def happen(session: Session, now: datetime) -> None:
            due_on = clock.local_day(now) + timedelta(days=7)
            step = Step(finding_id=self.public_id, text="只补了一半，请补齐后再报", due_on=due_on)
            return_finding(session, self.inspector, step, now=now)

        self.timeline.at(moment, happen)


def _plan_passes(timeline: Timeline, street: Street, inspector: Actor, now: datetime) -> None:
    """One pass that is over and was opened twice, one that was taken back, one that holds today."""
    office, codes = street.street_admin, [encode(7_919 * number + SEED, PASS_LENGTH) for number in range(1, 4)]
    branches = [f"zb-{code}" for code, _name, _grids in facts.COMMUNITIES[:3]]
    whom = ("区委组织部督查组", "区纪委监委回访组", "市级互查第二组")
    given: dict[str, str] = {}

    def issue(number: int, who: Actor, hours: int) -> Happening:
        def happen(session: Session, now: datetime) -> None:
            code = codes[number]
            command = IssuePass(branch_id=branches[number], holder=whom[number], hours=hours, code=code)
            given[code] = issue_pass(session, who, command, now=now).public_id

        return happen

    def opened(guest: str) -> Happening:
        def happen(session: Session, now: datetime) -> None:
            open_pass(session, None, pass_hash(codes[0]), guest, now=now)

        return happen

    earlier = now - timedelta(days=8)
    timeline.at(earlier, issue(0, office, 6))
    for hours in (1, 3):
        timeline.at(earlier + timedelta(hours=hours), opened(f"guest{hours}"))
    timeline.at(now - timedelta(days=3), issue(1, inspector, 4))
    timeline.at(
        now - timedelta(days=3) + timedelta(minutes=20),
        lambda session, now: revoke_pass(session, office, given[codes[1]], now=now),
    )
    timeline.at(now - timedelta(hours=1), issue(2, office, 12))


def _picture() -> tuple[str, ...]:
    """Keep a drawn picture, an attendance sheet with empty rows, and return its digest."""
    sheet = Image.new("RGB", (900, 1200), "#f4efe2")
    pen = ImageDraw.Draw(sheet)
    pen.rectangle((60, 70, 840, 1130), outline="#8a7f6a", width=4)
    for row in range(14):
        pen.line((60, 150 + row * 70, 840, 150 + row * 70), fill="#b5ab95", width=2)
    for column in (180, 420, 640):
        pen.line((column, 150, column, 1130), fill="#b5ab95", width=2)
    for row in range(5):
        _scribble(pen, (205, 180 + row * 70), range(6 + row % 3))
    out = io.BytesIO()
    sheet.save(out, "JPEG", quality=70)
    return (Attic(current_app.config["SETTINGS"].instance_path / "findings").keep(out.getvalue()),)


def _scribble(pen: ImageDraw.ImageDraw, start: tuple[int, int], strokes: Iterable[int]) -> None:
    left, top = start
    for stroke in strokes:
        x = left + stroke * 22
        pen.line((x, top, x + 14, top + (stroke % 3) * 9, x + 6, top + 18), fill="#3b4a6b", width=4)
