"""Tasks of the invented city: past ones with who came, scanned and was credited, and those that lie ahead with their sign-ups."""

from __future__ import annotations

import json
import secrets
from array import array
from collections.abc import Sequence
from dataclasses import dataclass

from pointsapp.areas.queries import AreaRow
from pointsapp.demo.dice import Dice
from pointsapp.demo.synth.book import Book
from pointsapp.demo.synth.moments import DAY, HOUR, iso_of, text_of
from pointsapp.demo.synth.news import tell
from pointsapp.demo.synth.party import Party
from pointsapp.demo.synth.plan import COMES, SHIFT_PLACES
from pointsapp.demo.synth.rows import Rows
from pointsapp.ledger import accounts
from pointsapp.rewards.rules import RuleVersionRow

TITLES = (
    "清扫楼道",
    "义务巡逻",
    "陪护老人",
    "文明劝导",
    "护学岗",
    "垃圾分类指导",
    "义诊服务",
    "图书整理",
    "树木浇水",
    "敲门走访",
)
POINTS = (5, 10, 15, 20)
LASTS = (HOUR, 2 * HOUR, 3 * HOUR)


@dataclass(frozen=True, slots=True)
class Work:
    """A task with one shift, from `starts` to `ends` (seconds); its reserve comes from `budget`."""

    task_id: int
    task: str
    title: str
    category: str
    area: AreaRow
    points: int
    places: int
    starts: int
    ends: int

    @property
    def budget(self) -> str:
        return accounts.budget(_community(self.area))

    @property
    def reserve(self) -> str:
        return accounts.task_reserved(self.task_id)


def _community(area: AreaRow) -> int:
    assert area.parent_id is not None
    return area.parent_id


class Works:
    """Makes tasks and what people do in them; `busy` says until when each is at a shift."""

    def __init__(
        self, rows: Rows, book: Book, dice: Dice, grids: Sequence[AreaRow], categories: Sequence[str],
        rules: dict[str, RuleVersionRow], first: int, people: int, party: Party | None = None,
    ) -> None:  # fmt: skip
        self._party = party
        self._rows, self._book, self._dice = rows, book, dice
        self._grids, self._categories, self._rules = grids, categories, rules
        self._first, self._people = first, people
        self._busy = array("q", bytes(8 * people))

    def plan(self, starts: int) -> Work:
        """Think of a task with a shift at `starts`."""
        dice = self._dice
        return Work(
            task_id=self._rows.number("task"),
            task=next(self._rows.names),
            title=dice.choice(TITLES),
            category=dice.choice(self._categories),
            area=dice.choice(self._grids),
            points=dice.choice(POINTS),
            places=SHIFT_PLACES,
            starts=starts,
            ends=starts + dice.choice(LASTS),
        )

    def publish(self, work: Work, at: int) -> None:
        """Reserve the points of all places."""
        self._book.reserve(
            text_of(at), f"task:{work.task_id}:reserve", work.budget, work.reserve, work.points * work.places,
            f'{{"task_id": {work.task_id}}}',
        )  # fmt: skip

    def hold(self, work: Work, closes: int | None, most: int) -> int:
        """Let people come to a past shift, at most `most`; return how many were credited. `closes` is None while it is open."""
        signed = self._signed_up(work)
        came = sum(self._dice.random() < COMES for _ in signed)
        came = min(came, most)
        shift_id = self._add_task(work, closes, len(signed))
        for number, person in enumerate(signed):
            self._attend(work, shift_id, person, comes=number < came)
        return came

    def close(self, work: Work, credited: int, at: int) -> None:
        """Give the rest of the reserve back."""
        self._book.give_back(
            text_of(at), f"task:{work.task_id}:rest", work.budget, work.reserve,
            work.points * (work.places - credited), f'{{"task_id": {work.task_id}}}',
        )  # fmt: skip
        if self._party is not None:
            self._party.closed(self._rows, at, work.area.id, work.task_id, credited)

    def announce(self, work: Work, now: int) -> None:
        """Publish a task that lies ahead, with its sign-ups; one in five is full and has a queue."""
        self.publish(work, now)
        signed = self._signed_up(work)
        if self._dice.random() < 0.2:
            while len(signed) < work.places + 3 and len(signed) < self._people:
                person = self._dice.randrange(self._people)
                if person not in signed:
                    signed.append(person)
        shift_id = self._add_task(work, None, min(len(signed), work.places), max(len(signed) - work.places, 0), now)
        at = text_of(now)
        for number, person in enumerate(signed):
            self._rows.of["signup"].append(
                (
                    self._rows.number("signup"), next(self._rows.names), shift_id, self._first + person,
                    "confirmed" if number < work.places else "waitlisted", at, at, 1, 0, None, None,
                )
            )  # fmt: skip

    def _signed_up(self, work: Work) -> list[int]:
        """Return who has a place: people who are nowhere else at that time."""
        found = []
        for _ in range(self._dice.randrange(work.places * 3 // 4, work.places + 1)):
            person = self._dice.randrange(self._people)
            if self._busy[person] <= work.starts:
                self._busy[person] = work.ends
                found.append(person)
        return found

    def _add_task(
        self, work: Work, closes: int | None, taken: int, waiting: int = 0, published: int | None = None
    ) -> int:
        rows, version = self._rows, self._rules[work.category]
        at = text_of(work.starts - 7 * DAY if published is None else published)
        words = (
            "身体健康，能站立一小时",
            "注意来往车辆",
            "统一培训，现场有人带队",
            "社区统一购买意外险",
            "水杯和帽子",
            "社区办公室",
            "合成社区",
        )
        rows.of["task"].append(
            (
                work.task_id, work.task, work.title, f"{work.title}，欢迎邻里参加。", work.category, work.area.id,
                f"{work.area.name}活动点", 0, work.points, "per_completion", 0, *words, 1, 0, "district",
                "published" if closes is None else "closed", work.budget, version.id, 1, at, at,
                None if closes is None else text_of(closes),
            )
        )  # fmt: skip
        rows.of["notice_text"].append((work.task_id, 1, json.dumps({"title": work.title}, ensure_ascii=False), at))
        shift_id = rows.number("shift")
        rows.of["shift"].append(
            (
                shift_id, next(rows.names), work.task_id, text_of(work.starts), text_of(work.ends), work.places, taken,
                waiting, "open", secrets.token_hex(32),
            )
        )  # fmt: skip
        return shift_id

    def _attend(self, work: Work, shift_id: int, person: int, *, comes: bool) -> None:
        rows, person_id = self._rows, self._first + person
        at = text_of(work.starts) if comes else None
        signup_id = rows.number("signup")
        signed_at = text_of(work.starts - 2 * DAY)
        rows.of["signup"].append(
            (signup_id, next(rows.names), shift_id, person_id, "confirmed", signed_at, signed_at, 1, 0, at, at)
        )
        if at is None:
            return
        minutes = (work.ends - work.starts) // 60
        attendance_id = rows.number("attendance")
        marked = f'{{"category": "{work.category}", "minutes": {minutes}, "task": "{work.task}"}}'
        facts = (
            f'{{"task": "{work.task}", "title": "{work.title}", "category": "{work.category}", "minutes": {minutes}}}'
        )
        entry_id = self._book.credit(
            person, at, f"attendance:{attendance_id}:credit", work.reserve, work.points, minutes, facts, marked,
            work.category, self._trace(work, minutes),
        )  # fmt: skip
        rows.of["attendance"].append(
            (
                attendance_id, next(rows.names), signup_id, shift_id, person_id, "credited", at, 0, at,
                text_of(work.ends), minutes, work.points, "venue_code", person_id, at, entry_id,
            )
        )  # fmt: skip
        rows.of["scan"].append((at, person_id, shift_id, attendance_id, "check_in", "venue_code", person_id, 1, 0))
        about = (
            f'"attendance_id": {attendance_id}, "task_id": {work.task_id}, "shift_id": {shift_id}, '
            f'"category": "{work.category}", "minutes": {minutes}, "points": {work.points}, '
            f'"occurred_at": "{iso_of(work.starts)}"'
        )
        named = f'"task": "{work.task}", "title": "{work.title}", '
        event_id = tell(
            rows,
            "checkin.credited",
            at,
            work.area.id,
            person_id,
            person_id,
            f"attendance:{attendance_id}",
            about,
            named,
        )
        if self._party is not None:
            self._party.came(rows, event_id, work.starts, work.area.id, person_id, minutes)

    def _trace(self, work: Work, minutes: int) -> tuple[str, int, str, str]:
        version = self._rules[work.category]
        inputs = (
            f'{{"category": "{work.category}", "points": {work.points}, "points_mode": "per_completion", '
            f'"minutes": {minutes}, "planned_minutes": {minutes}, "general_version": {version.general_number}, '
            f'"budget": "{work.budget}", "confirmed_by_id": null}}'
        )
        return version.rule, version.number, inputs, f'[{{"key": "per_completion", "result": {work.points}}}]'
