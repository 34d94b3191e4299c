"""What a dossier tells: the docket, the pieces, findings with their rectification, and every task of the branch's area in the round with notice, attendance and result.

Attendance is read from the same evidence the board counts, as it was known at the round's end: what the dossier says and what the
score says cannot differ. Without names (遮名) it shows what may leave the house: surnames, no list of fewer than five people, only
pieces that were published, and of findings only days and states.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from pointsapp.checkin.models import Attendance
from pointsapp.core.actor import Actor, require
from pointsapp.core.masking import mask_name
from pointsapp.dossiers.policies import may_make_dossier
from pointsapp.dossiers.queries.work import SheetLine, TaskLine, work_done, work_of
from pointsapp.dossiers.rules import Chapter, Section, entries
from pointsapp.inspections.queries import ToldFinding, told_findings
from pointsapp.people.models import Person
from pointsapp.stars.queries import (
    AssessmentRow,
    Docket,
    DocketLine,
    ProofRow,
    RoundRow,
    Standing,
    assessments_of,
    auto_lines,
    docket_of,
    pieces_of,
)
from pointsapp.stars.queries.evidence import SMALL_GROUP
from pointsapp.stars.queries.metrics import ATTENDANCE, MINUTES, one_branch, reach
from pointsapp.tasks.models import Shift

BATCH = 40  # tasks whose lists are held at a time


@dataclass(frozen=True, slots=True, kw_only=True)
class Came:
    """Somebody's work at one shift; the name masked unless the dossier has names."""

    starts_at: datetime
    name: str
    minutes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskPages:
    """A task with all the dossier tells of it; `is_hidden`: fewer than five people, so no list."""

    line: TaskLine
    came: tuple[Came, ...]
    is_hidden: bool
    pictures: tuple[ProofRow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Dossier:
    """All but the tasks' own pages, which `task_pages` reads a few at a time."""

    round: RoundRow
    standing: Standing
    has_names: bool
    docket: Docket
    pieces: tuple[ProofRow, ...]
    assessments: dict[str, list[AssessmentRow]]
    tasks: tuple[TaskLine, ...]
    sheets: tuple[SheetLine, ...]
    findings: tuple[ToldFinding, ...] = ()
    rows: dict[str, list[ProofRow]] = field(default_factory=dict)  # evidence -> pieces that illustrate it

    def chapters(self) -> tuple[Chapter, ...]:
        """Return the numbered contents: a chapter for each star, then one for bonuses, deductions and vetoes where there are any."""
        stars = [
            Chapter(
                no=str(n),
                star=star.score,
                sections=tuple(self._section(f"{n}.{m}", line) for m, line in enumerate(star.lines, start=1)),
                findings=self._about(star.score.star.key, None),
            )
            for n, star in enumerate(self.docket.stars, start=1)
        ]
        if self.docket.items:
            n = len(stars) + 1
            items = tuple(self._section(f"{n}.{m}", line) for m, line in enumerate(self.docket.items, start=1))
            stars.append(Chapter(no=str(n), star=None, sections=items))
        return tuple(stars)

    def _section(self, no: str, line: DocketLine) -> Section:
        auto, key = line.auto, line.indicator.key
        tasks = self.tasks_behind(auto.evidence) if auto and not auto.members_only else ()
        given = self.assessments.get(key, ())
        found = entries(
            no,
            auto=auto,
            tasks=tasks,
            pieces=line.proofs,
            given=given,
            findings=self._of_line(key, line.item is not None),
        )
        return Section(no=no, line=line, entries=found)

    def _of_line(self, key: str, is_item: bool) -> tuple[ToldFinding, ...]:
        """Return the findings about an indicator, or those that a deduction or veto was assessed for."""
        if is_item:
            return tuple(one for one in self.findings if one.deduction is not None and one.deduction[0] == key)
        return tuple(one for one in self.findings if one.indicator == key)

    def _about(self, star: str, indicator: str | None) -> tuple[ToldFinding, ...]:
        return tuple(one for one in self.findings if (one.star, one.indicator) == (star, indicator))

    def tasks_behind(self, evidence: str) -> tuple[TaskLine, ...]:
        """Return the tasks that gave rows of this kind of evidence; none where it does not come from tasks (deeds, promises, projects)."""
        if evidence == "task_completed":
            return tuple(task for task in self.tasks if task.closed_row is not None)
        if evidence not in (ATTENDANCE, MINUTES):
            return ()
        return tuple(task for task in self.tasks if task.times or task.minutes)


def dossier_of(
    session: Session, found: RoundRow, standing: Standing, actor: Actor, *, has_names: bool, now: datetime
) -> Dossier:
    """Return a branch's dossier of the round; Forbidden for all but officers within their remit."""
    branch = standing.branch
    require(may_make_dossier(actor, branch.area_path))
    every = [piece for piece in pieces_of(session, found, branch, actor) if piece.withdrawn_at is None]
    pieces = tuple(piece if has_names or piece.is_public else _closed(piece) for piece in every)
    illustrated: dict[str, list[ProofRow]] = defaultdict(list)
    for piece in pieces:
        for row in piece.rows:
            illustrated[row].append(piece)
    tasks, sheets = work_done(session, found, standing, now=now)
    return Dossier(
        round=found,
        standing=standing,
        has_names=has_names,
        docket=docket_of(standing, pieces, auto_lines(session, found, standing, actor, now=now)),
        pieces=pieces,
        assessments=_assessments(session, found, standing, actor, has_names=has_names, now=now),
        tasks=tasks,
        sheets=sheets,
        findings=told_findings(session, branch.id, found.id, has_names=has_names, now=now),
        rows=dict(illustrated),
    )


def _closed(piece: ProofRow) -> ProofRow:
    """Return a piece as a dossier that may be handed on tells it: that it is there, and its digest."""
    return replace(piece, words=None, file_name=None, by=None, salt=None, opens=False)


def _assessments(
    session: Session, found: RoundRow, standing: Standing, actor: Actor, *, has_names: bool, now: datetime
) -> dict[str, list[AssessmentRow]]:
    given = assessments_of(session, found, standing.branch, found.closed_at or now, actor)
    if has_names:
        return given
    return {key: [replace(one, by=None) for one in rows] for key, rows in given.items()}


def task_pages(session: Session, dossier: Dossier, *, now: datetime, most: int | None = None) -> Iterator[TaskPages]:
    """Yield the tasks with notice, attendance, pictures and result, a batch at a time: memory stays flat. With `most` only
    the first so many, in one look."""
    tasks, step = dossier.tasks[:most], BATCH if most is None else most
    for start in range(0, len(tasks), step):
        yield from _batch(session, dossier, tasks[start : start + step], now)


def _batch(session: Session, dossier: Dossier, lines: Sequence[TaskLine], now: datetime) -> Iterator[TaskPages]:
    ids = [line.id for line in lines]
    came: dict[int, list[Came]] = defaultdict(list)
    reached = reach(one_branch(dossier.standing.branch.id))
    work = (
        work_of(dossier.round, reached, now)
        .where(Attendance.shift_id.in_(select(Shift.id).where(Shift.task_id.in_(ids))))
        .subquery()
    )
    for row in session.execute(
        select(Shift.task_id, Shift.starts_at, Person.name, work.c.minutes)
        .join(work, work.c.shift_id == Shift.id)
        .join(Person, Person.id == work.c.person_id)
        .where(work.c.times > 0)
        .order_by(Shift.task_id, Shift.starts_at, Person.name, Person.id)
    ):
        name = row.name if dossier.has_names else mask_name(row.name)
        came[row.task_id].append(Came(starts_at=row.starts_at, name=name, minutes=int(row.minutes)))
    for line in lines:
        is_hidden = not dossier.has_names and 0 < line.people < SMALL_GROUP
        yield TaskPages(
            line=line,
            came=() if is_hidden else tuple(came[line.id]),
            is_hidden=is_hidden,
            pictures=tuple(dossier.rows.get(line.closed_row or "", ())),
        )
