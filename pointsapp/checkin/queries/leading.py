"""What whoever leads a shift sees: a scanned person, the shifts to lead, one shift's list, the venue's screen."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import and_, case, or_
from sqlalchemy.orm import Session

from pointsapp.areas.models import Area
from pointsapp.areas.queries import below_any
from pointsapp.checkin.errors import NotSignedUp
from pointsapp.checkin.models import Action
from pointsapp.checkin.queries.closing import is_ready
from pointsapp.checkin.queries.codes import refusal_of_code
from pointsapp.checkin.queries.lists import Arrival, Counts, ListLine, counts_of, latest_arrivals, people_page
from pointsapp.checkin.queries.looks import Look, leads_it, looks_among
from pointsapp.checkin.queries.resolving import case_of
from pointsapp.checkin.rules.judge import CHECK_IN, CHECK_OUT, Attempt, infer_action, judge, window
from pointsapp.core import codes
from pointsapp.core.actor import COMMUNITY_STAFF, Actor
from pointsapp.core.errors import Refusal
from pointsapp.core.masking import mask_name
from pointsapp.core.paging import Page, PageRequest, cut, instant
from pointsapp.people.queries import load_actor, name_of, person_by_personal_code
from pointsapp.tasks.models import Shift, Task, TaskState
from pointsapp.tasks.policies import is_on_the_spot, may_lead_shift, may_run_task, sees_full_names
from pointsapp.tasks.queries import Joining, ShiftBrief, joining
from pointsapp.tasks.queries.briefs import as_brief, select_briefs

BEFORE, AFTER = timedelta(hours=3), timedelta(hours=24)


@dataclass(frozen=True, slots=True, kw_only=True)
class ScannedShift:
    """One of the leader's shifts, as it stands for the person who was scanned."""

    brief: ShiftBrief
    action: Action
    step: str  # go, done, refused
    refusal: Refusal | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ScannedPerson:
    """Whose personal code was opened; `shifts` is empty for people who lead nothing now."""

    code: str
    is_self: bool
    name: str
    number_tail: str
    is_verified: bool
    shifts: tuple[ScannedShift, ...]


def scanned_person(session: Session, actor: Actor, typed: str, *, now: datetime) -> ScannedPerson:
    """Return the person behind a personal code, with the shifts at which the actor may check them in."""
    code = codes.read(typed, codes.PERSONAL_LENGTH)
    person = None if code is None else person_by_personal_code(session, code)
    if code is None or person is None:
        raise refusal_of_code(session, code)
    briefs = () if person.id == actor.person_id else shifts_to_lead(session, actor, now=now)
    looks = looks_among(session, person.id, [brief.id for brief in briefs], actor_id=actor.person_id)
    shifts = [_scanned(look, now) for look in looks]
    # Where somebody has a place, the other shifts are noise; who has none is told so for what runs now.
    placed = [shift for shift in shifts if not isinstance(shift.refusal, NotSignedUp)]
    if not placed and shifts:
        them = load_actor(session, person.id, now=now)
        placed = [_could_join(session, them, shift, now) for shift in shifts[:2]]
    return ScannedPerson(
        code=code,
        is_self=person.id == actor.person_id,
        name=mask_name(person.name),
        number_tail=person.volunteer_number[-4:],
        is_verified=person.is_verified,
        shifts=tuple(sorted(placed, key=lambda shift: shift.step != "go")),
    )


def _scanned(look: Look, now: datetime) -> ScannedShift:
    case = case_of(look)
    action = infer_action(case, now)
    verdict = judge(case, Attempt(action=action), now)
    step = "refused" if verdict.refusal else "done" if verdict.is_repeat else "go"
    return ScannedShift(brief=look.brief, action=Action(action), step=step, refusal=verdict.refusal)


def _could_join(session: Session, them: Actor | None, shift: ScannedShift, now: datetime) -> ScannedShift:
    """Say of somebody without a place whether they could take one themself, or what stands in their way."""
    could = joining(session, them, shift.brief.id, now=now) if them is not None else Joining(False)
    return replace(shift, refusal=NotSignedUp(may_join=could.may, clash=could.clash, is_other=True))


def shifts_to_lead(session: Session, actor: Actor, *, now: datetime, limit: int = 6) -> tuple[ShiftBrief, ...]:
    """Return the running and next shifts at which the actor may check people in: named leader, or staff of the area."""
    return lead_page(session, actor, PageRequest(limit=limit), now=now).items


def lead_page(session: Session, actor: Actor, page: PageRequest, *, now: datetime) -> Page[ShiftBrief]:
    """Return a page of those shifts, the ones that are over last. Key: 0 or 1 (is over), start, shift."""
    leads = leads_it(actor.person_id)
    is_over = case((Shift.ends_at < now, 1), else_=0)
    statement = (
        select_briefs(leads.label("actor_leads"))
        .where(
            Task.state == TaskState.PUBLISHED,
            Shift.starts_at <= now + BEFORE,
            Shift.ends_at >= now - AFTER,
            or_(leads, below_any(Area.path, actor.paths(COMMUNITY_STAFF))),
        )
        .order_by(is_over, Shift.starts_at, Shift.id)
        .limit(page.limit + 1)
    )
    if page.after:
        over, at, key = page.after[0], instant(page.after[1]), page.after[2]
        is_later = or_(Shift.starts_at > at, and_(Shift.starts_at == at, Shift.id > key))
        statement = statement.where(or_(is_over > over, and_(is_over == over, is_later)))
    rows = cut(
        session.execute(statement).all(),
        page.limit,
        lambda row: (int(row.ends_at < now), row.starts_at.isoformat(), row.id),
    )
    briefs = ((as_brief(row), bool(row.actor_leads)) for row in rows.items)
    return Page(
        tuple(brief for brief, is_mine in briefs if may_lead_shift(actor, brief, is_mine, now)), rows.next_cursor
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class LeadView:
    """A leader's list: counts, people, and who may confirm what."""

    counts: Counts
    people: Page[ListLine]
    text: str
    full_names: bool
    is_staff: bool
    may_list: bool
    may_scan: bool
    may_place: bool  # 「就在这里」: where the range is measured from
    is_over: bool
    me: int

    def may_confirm(self, line: ListLine) -> bool:
        """Never one's own minutes, never what one ticked oneself after the end."""
        return line.person_id != self.me and (line.cut_off or line.ticked_by_id != self.me)


def lead_view(session: Session, actor: Actor, look: Look, page: PageRequest, *, text: str, now: datetime) -> LeadView:
    """Return the shift's people for its leaders (full names, in their time) and for staff (masked)."""
    full_names = sees_full_names(look.leads, look.brief, now)
    opens, closes = window(case_of(look), CHECK_IN, by_list=True)
    last = CHECK_OUT if look.brief.check_out_required else CHECK_IN
    return LeadView(
        counts=counts_of(session, look.brief.id),
        people=people_page(session, look.brief.id, page, full_names=full_names, text=text),
        text=text,
        full_names=full_names,
        is_staff=may_run_task(actor, look.brief.area_path),
        may_list=opens <= now <= closes,
        may_scan=now <= window(case_of(look), last, by_list=False)[1],
        may_place=look.brief.checkin_radius_m is not None and is_on_the_spot(look.brief, now),
        is_over=is_ready(look.brief, now),
        me=actor.person_id,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class ScreenView:
    """What stands beside the code on the venue's screen."""

    counts: Counts
    arrivals: tuple[Arrival, ...]


def screen_view(session: Session, look: Look, action: str) -> ScreenView:
    """Return who came last; on the way out, who left last."""
    leaving = action == CHECK_OUT
    return ScreenView(
        counts=counts_of(session, look.brief.id), arrivals=latest_arrivals(session, look.brief.id, leaving=leaving)
    )


def shown_name(session: Session, person_id: int) -> str:
    """Return the person's name as a list beside a queue may say it."""
    return mask_name(name_of(session, person_id))
