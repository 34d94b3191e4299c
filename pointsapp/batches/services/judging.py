"""What each row of a file would do, judged before anything is written; the same judgement stands before each row as it is written."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from pointsapp.areas.queries import AreaRow, areas_by_codes
from pointsapp.batches.models import BatchKind, Outcome
from pointsapp.batches.policies import may_batch_in
from pointsapp.batches.rules import MODES, MOST_CELL, PEOPLE, TASKS, read_moment, read_number
from pointsapp.batches.services.board import judge_headcount_rows, judge_member_rows
from pointsapp.batches.services.verdicts import Judged, Lines, bad, empty_cell
from pointsapp.core import clock
from pointsapp.core.actor import Actor, require
from pointsapp.core.letters import is_fit, is_seen
from pointsapp.core.masking import mask_name
from pointsapp.people.queries import PersonRow, persons_by_phones
from pointsapp.people.rules import NAME_MOST, read_phone
from pointsapp.people.services.imports import PersonDraft
from pointsapp.tasks.models import PointsMode, Shift, Task, TaskCategory, TaskState
from pointsapp.tasks.services import ShiftDraft, TaskDraft


def judge(session: Session, actor: Actor, kind: BatchKind, lines: Lines, *, now: datetime) -> list[Judged]:
    """Judge every row of an import, in its order."""
    if kind is BatchKind.HEADCOUNTS_IN:
        return judge_headcount_rows(session, actor, lines, now=now)
    if kind is BatchKind.MEMBERS_IN:
        return judge_member_rows(session, actor, lines, now=now)
    return _people(session, actor, lines) if kind is BatchKind.PEOPLE_IN else _tasks(session, actor, lines)


def _areas(session: Session, actor: Actor, codes: Sequence[str]) -> dict[str, AreaRow]:
    """Return the areas of a file that are the actor's; a file of nothing but other people's areas is not theirs to bring in."""
    found = areas_by_codes(session, (code for code in codes if code))
    own = {code: area for code, area in found.items() if may_batch_in(actor, area.path)}
    require(bool(own) or not found)
    return own


def _people(session: Session, actor: Actor, lines: Lines) -> list[Judged]:
    rows = [(line, dict(zip(PEOPLE, cells, strict=True))) for line, cells in lines]
    areas = _areas(session, actor, [row["area_code"] for _line, row in rows])
    phones = {row["phone"]: read_phone(row["phone"]) for _line, row in rows}
    known = persons_by_phones(session, (phone for phone in phones.values() if phone))
    seen: dict[str, int] = {}
    found = []
    for line, row in rows:
        cells, phone, area = tuple(row.values()), phones[row["phone"]], areas.get(row["area_code"])
        if not 1 <= len(row["name"]) <= NAME_MOST:
            found.append(bad(line, cells, "name", most=NAME_MOST))
        elif not is_seen(row["name"]) or not is_fit(row["name"]):
            found.append(bad(line, cells, "letters"))
        elif phone is None:
            found.append(bad(line, cells, "phone"))
        elif area is None:
            found.append(bad(line, cells, "area"))
        elif phone in seen:
            found.append(bad(line, cells, "twice", first=seen[phone]))
        else:
            found.append(_person(line, row, phone, area, known.get(phone), actor))
        seen.setdefault(phone or "", line)
    return found


def _person(
    line: int, row: dict[str, str], phone: str, area: AreaRow, holder: PersonRow | None, actor: Actor
) -> Judged:
    cells = tuple(row.values())
    draft = PersonDraft(line=line, phone=phone, name=row["name"], area_code=area.code)
    if holder is None or (holder.name != row["name"] and not holder.is_verified):
        return Judged(line=line, cells=cells, outcome=Outcome.ADDED, draft=draft)
    is_elsewhere = holder.home_path is None or not may_batch_in(actor, holder.home_path)
    if holder.name != row["name"]:
        if is_elsewhere:  # a file of telephone numbers is no way to learn whose they are
            return bad(line, cells, "taken_elsewhere")
        return bad(line, cells, "taken", name=mask_name(holder.name))
    if is_elsewhere:
        return bad(line, cells, "elsewhere")
    is_same = holder.is_verified and holder.home_area_id == area.id
    return Judged(line=line, cells=cells, outcome=Outcome.SAME if is_same else Outcome.CHANGED, draft=draft)


def _tasks(session: Session, actor: Actor, lines: Lines) -> list[Judged]:
    rows = [(line, dict(zip(TASKS, cells, strict=True))) for line, cells in lines]
    areas = _areas(session, actor, [row["area_code"] for _line, row in rows])
    categories = {
        word: key for key, name in session.execute(select(TaskCategory.key, TaskCategory.name)) for word in (key, name)
    }
    there = _standing(session, {row["title"] for _line, row in rows})
    seen: dict[tuple[str, int, datetime], int] = {}
    found = []
    for line, row in rows:
        judged = _task(line, row, areas, categories)
        if isinstance(judged.draft, TaskDraft):
            key = (judged.draft.title, areas[row["area_code"]].id, judged.draft.shifts[0].starts_at)
            if key in seen:
                judged = bad(line, judged.cells, "again", first=seen[key])
            elif key in there:
                judged = Judged(line=line, cells=judged.cells, outcome=Outcome.SAME)
            seen.setdefault(key, line)
        found.append(judged)
    return found


def _standing(session: Session, titles: set[str]) -> set[tuple[str, int, datetime]]:
    """Return the tasks of these titles that are there already: the same file twice makes none twice."""
    found: set[tuple[str, int, datetime]] = set()
    wanted = sorted(titles)
    for start in range(0, len(wanted), 500):
        rows = session.execute(
            select(Task.title, Task.area_id, Shift.starts_at)
            .join(Shift, Shift.task_id == Task.id)
            .where(Task.title.in_(wanted[start : start + 500]), Task.state != TaskState.CANCELLED)
        )
        found.update((title, area_id, starts_at) for title, area_id, starts_at in rows)
    return found


def _task(line: int, row: dict[str, str], areas: dict[str, AreaRow], categories: dict[str, str]) -> Judged:
    cells = tuple(row.values())
    empty = empty_cell(row)
    if empty is not None:
        return bad(line, cells, "empty", column=empty)
    long = next((name for name, most in MOST_CELL.items() if len(row[name]) > most), None)
    if long is not None:
        return bad(line, cells, "long", column=long, most=MOST_CELL[long])
    if row["area_code"] not in areas:
        return bad(line, cells, "area")
    if row["category"] not in categories:
        return bad(line, cells, "category")
    moments = {name: read_moment(row[name]) for name in ("starts_at", "ends_at")}
    numbers = {"capacity": read_number(row["capacity"], 1, 10_000), "points": read_number(row["points"], 0, 10_000)}
    for why, values in (("moment", moments), ("number", numbers)):
        wrong = next((name for name, value in values.items() if value is None), None)
        if wrong is not None:
            return bad(line, cells, why, column=wrong)
    mode = row["points_mode"]
    if mode not in MODES:
        return bad(line, cells, "mode")
    starts, ends = moments["starts_at"], moments["ends_at"]
    assert starts is not None
    assert ends is not None
    shift = ShiftDraft(
        starts_at=clock.at_local(starts.date(), starts.time()),
        ends_at=clock.at_local(ends.date(), ends.time()),
        capacity=numbers["capacity"] or 1,
    )
    draft = TaskDraft(
        title=row["title"],
        description=row["description"],
        category=categories[row["category"]],
        area_id=areas[row["area_code"]].public_id,
        place=row["place"],
        points=numbers["points"] or 0,
        points_mode=PointsMode(mode),
        check_out_required=PointsMode(mode) is PointsMode.PER_HOUR,
        shifts=(shift,),
        contact=row["contact"] or None,
    )
    return Judged(line=line, cells=cells, outcome=Outcome.ADDED, draft=draft)
