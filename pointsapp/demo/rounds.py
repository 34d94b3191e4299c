"""How the demo's finished quarters ended: published after the cut-off, two objections answered, closed, one erratum since.

Everything by the services people use, on working days; a quarter that ended a few days ago stands where its dates have brought it.
The villages' round hangs out since the day before yesterday, whenever somebody looks: one objection is answered, one waits.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, time, timedelta

from sqlalchemy.orm import Session

from pointsapp.core import clock
from pointsapp.core.working_days import after_working_days
from pointsapp.demo import facts
from pointsapp.demo.street import Street
from pointsapp.demo.timeline import Timeline
from pointsapp.exports.models import ExportKind
from pointsapp.exports.services import MakeExport, make_export
from pointsapp.stars.models import EditionKind
from pointsapp.stars.queries import RoundRow, latest_rounds, standings
from pointsapp.stars.rules.figures import IndicatorScore
from pointsapp.stars.rules.scheme import HUNDREDTHS, Source
from pointsapp.stars.rules.score import StarState
from pointsapp.stars.services import (
    Answer,
    Object,
    Propose,
    Publish,
    answer_objection,
    confirm_erratum,
    freeze_round,
    object_to,
    propose_erratum,
    publish_round,
)

# Working days after the quarter's end; the defaults of the policies leave five for its records and five for objections.
PUBLISHED, RAISED, ANSWERED, CLOSED, TAKEN_OUT, PROPOSED, CONFIRMED, WAITING = 6, 7, 9, 12, 13, 16, 17, 20
LATE_REASON = "村级台账等区农业农村局联审，审完先公示，缺项按现有记录计。"
WHY_NOT_WAIT = "个别评定材料要等区里联审，先公示，缺项按现有记录计；补来的走异议。"


def plan_rounds(timeline: Timeline, street: Street, *, now: datetime) -> None:
    """Put the end of every quarter that the street has lived through on the timeline."""
    first, _last = clock.quarter_of(clock.local_day(street.opened_at))
    while (following := clock.next_quarter(first)) <= clock.local_day(now):
        _QuarterEnd(timeline, street, first, following - timedelta(days=1)).plan()
        _end_of_villages(timeline, street, first, following - timedelta(days=1), now)
        first = following


class _QuarterEnd:
    """The end of one quarter of the street's communities; each step is called with the round as it stands by then."""

    def __init__(self, timeline: Timeline, street: Street, first: date, last: date) -> None:
        self.timeline, self.street, self.first, self.last = timeline, street, first, last
        codes = [code for code, _name, _grids in facts.COMMUNITIES]
        # Whose secretary objects, about whom a neighbour does, whose points were wrong, and whose star is to be taken back.
        self.own, self.other, self.wrong, self.taken = codes[2], codes[5], codes[4], codes[3]

    def plan(self) -> None:
        self._on(PUBLISHED, 9, self._publish)
        self._on(RAISED, 11, self._raise_own)
        self._on(RAISED, 19, self._raise_other)
        self._on(CLOSED, 9, self._close)
        self._on(TAKEN_OUT, 10, self._take_out)
        self._on(PROPOSED, 16, self._propose)
        self._on(WAITING, 15, self._propose_taking_back)

    def _on(self, days: int, hour: int, act: Callable[[Session, RoundRow, datetime], object]) -> None:
        moment = clock.at_local(after_working_days(self.last, days), time(hour, 20))
        self.timeline.at(moment, lambda session, now: act(session, _round(session, self.first), now))

    def _publish(self, session: Session, found: RoundRow, now: datetime) -> None:
        publish = Publish(round_id=found.public_id, reason=WHY_NOT_WAIT)
        publish_round(session, self.street.street_admin, publish, now=now)

    def _close(self, session: Session, found: RoundRow, now: datetime) -> None:
        freeze_round(session, self.street.street_admin, found.public_id, now=now)

    def _raise_own(self, session: Session, found: RoundRow, now: datetime) -> None:
        text = "本支部上报的会议记录还有一次没有计入，原件在社区档案柜。"
        better = [one for one in _given(session, found, self.own, now=now) if one.score < one.indicator.most]
        if not better:
            return
        key = better[0].indicator.key
        raised = object_to(session, self.street.secretaries[self.own], _about(found, self.own, key, text), now=now)
        self._on(ANSWERED, 10, lambda session, found, now: self._uphold(session, found, raised.public_id, key, now))

    def _uphold(self, session: Session, found: RoundRow, objection_id: str, key: str, now: datetime) -> None:
        one = next(one for one in _given(session, found, self.own, now=now) if one.indicator.key == key)
        answer = Answer(
            objection_id=objection_id,
            is_upheld=True,
            answer="核对了原件，漏计一次，按评定办法补记。",
            score=min(one.score + HUNDREDTHS, one.indicator.most),
        )
        answer_objection(session, self.street.staff[self.own], answer, now=now)

    def _raise_other(self, session: Session, found: RoundRow, now: datetime) -> None:
        text = "我们楼院参加清扫的人不少，总分是不是算低了？"
        neighbour = self.street.residents[self.other][0].actor
        raised = object_to(session, neighbour, _about(found, self.other, None, text), now=now)
        self._on(ANSWERED, 15, lambda session, _found, now: self._reject(session, raised.public_id, now))

    def _reject(self, session: Session, objection_id: str, now: datetime) -> None:
        words = "逐场核对了签到记录，人数和时长与公示一致；楼院自发的清扫没有登记，不计入。"
        answer = Answer(objection_id=objection_id, is_upheld=False, answer=words)
        answer_objection(session, self.street.staff[self.other], answer, now=now)

    def _take_out(self, session: Session, found: RoundRow, now: datetime) -> None:
        """Export what the erratum will replace: the codes of these answer "superseded by"."""
        for kind, branch in ((ExportKind.STANDINGS, None), (ExportKind.BRANCH, f"zb-{self.wrong}")):
            command = MakeExport(kind=kind, round_id=found.public_id, branch_id=branch)
            make_export(session, self.street.street_admin, command, now=now)

    def _propose(self, session: Session, found: RoundRow, now: datetime) -> None:
        lower = [one for one in _given(session, found, self.wrong, now=now) if one.score >= HUNDREDTHS]
        if not lower:
            return
        one = lower[0]
        command = Propose(
            round_id=found.public_id,
            branch_id=f"zb-{self.wrong}",
            kind=EditionKind.ERRATUM,
            target=one.indicator.key,
            corrected=one.score - HUNDREDTHS,
            what=f"“{one.indicator.name}”多记了 1 分",
            why="同一份材料在两个月的台账里各算了一次，档案抽查时发现。",
        )
        proposed = propose_erratum(session, self.street.street_admin, command, now=now)
        second = self.street.by_log_in["platform_admin"]
        self._on(
            CONFIRMED, 9, lambda session, _found, now: confirm_erratum(session, second, proposed.public_id, now=now)
        )

    def _propose_taking_back(self, session: Session, found: RoundRow, now: datetime) -> None:
        """Propose to take a star back; it waits for the second person."""
        row = next(row for row in standings(session, found, now=now) if row.branch.code == f"zb-{self.taken}")
        lit = [one for one in row.score.stars if one.state is StarState.LIT]
        if lit:
            command = Propose(
                round_id=found.public_id,
                branch_id=f"zb-{self.taken}",
                kind=EditionKind.TAKEN_BACK,
                target=lit[-1].star.key,
                corrected=None,
                what=f"收回“{lit[-1].star.name}”",
                why="季末评定后发现一份共建协议是补签的，当时没有开展活动。",
            )
            propose_erratum(session, self.street.street_admin, command, now=now)


def _end_of_villages(timeline: Timeline, street: Street, first: date, last: date, now: datetime) -> None:
    """Publish the villages' round late, so that one hangs out now; a resident and a secretary object."""
    admin = street.street_admin
    own, other = (code for code, _name, _grids in facts.VILLAGES[:2])
    published = max(
        clock.at_local(after_working_days(last, PUBLISHED), time(10)),
        clock.at_local(clock.local_day(now) - timedelta(days=2), time(10)),
    )

    def on(hours: int, act: Callable[[Session, RoundRow, datetime], object]) -> None:
        timeline.at(
            published + timedelta(hours=hours),
            lambda session, now: act(session, _round(session, first, of_villages=True), now),
        )

    def raise_own(session: Session, found: RoundRow, now: datetime) -> None:
        text = "村务公开栏九月那一期的照片交过，好像没有算进去。"
        about = _about(found, own, "village_affairs", text)
        raised = object_to(session, street.secretaries[own], about, now=now)
        on(24, lambda session, _found, now: reject(session, raised.public_id, now))

    def reject(session: Session, objection_id: str, now: datetime) -> None:
        words = "九月那一期的照片在，已经算在内；扣的是八月缺的一期，评定理由里写明了。"
        answer = Answer(objection_id=objection_id, is_upheld=False, answer=words)
        answer_objection(session, street.staff[own], answer, now=now)

    def raise_other(session: Session, found: RoundRow, now: datetime) -> None:
        text = "我们村河塘清了三回，网上只看到两回。"
        object_to(session, street.residents[other][0].actor, _about(found, other, "clean_ups", text), now=now)

    publish = Publish(round_id="", reason=LATE_REASON)
    on(
        0,
        lambda session, found, now: publish_round(session, admin, replace(publish, round_id=found.public_id), now=now),
    )
    on(4, raise_own)
    on(30, raise_other)


def _round(session: Session, first: date, *, of_villages: bool = False) -> RoundRow:
    """Return the round of the quarter from `first`: of a quarter's rounds the urban scheme's came first."""
    return [found for found in latest_rounds(session) if found.starts_on == first][1 if of_villages else 0]


def _about(found: RoundRow, code: str, indicator: str | None, text: str) -> Object:
    return Object(round_id=found.public_id, branch_id=f"zb-{code}", indicator=indicator, text=text)


def _given(session: Session, found: RoundRow, code: str, *, now: datetime) -> list[IndicatorScore]:
    """Return what people assessed of a branch, as it stands."""
    row = next(row for row in standings(session, found, now=now) if row.branch.code == f"zb-{code}")
    every = (one for star in row.score.stars for one in star.indicators)
    return [one for one in every if one.indicator.source is Source.ASSESSED and one.gap is None]
