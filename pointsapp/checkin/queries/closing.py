"""All that is open of one shift after it, on one page: who is still inside, minutes to confirm, corrections, who did not come."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, case, exists, func, or_, select
from sqlalchemy.orm import Session, aliased

from pointsapp.checkin.models import Attendance, AttendanceState, Correction, CorrectionState, ShiftClosing
from pointsapp.checkin.queries.looks import Look
from pointsapp.core.actor import Actor
from pointsapp.core.masking import mask_name
from pointsapp.people.models import Person
from pointsapp.tasks.models import NoShow, NoShowState, ShiftState, Signup, SignupState, TaskState
from pointsapp.tasks.policies import may_answer_excuse, may_run_task, sees_full_names
from pointsapp.tasks.queries import ShiftBrief

MOST = 300  # open ones are listed first; of a larger shift the rest follows once these are done
NOTED_WITHIN = timedelta(days=8)  # who did not come longer ago was noted by the worker, or before this record began
RAN = (TaskState.PUBLISHED, TaskState.CLOSED)


@dataclass(frozen=True, slots=True, kw_only=True)
class ClosingLine:
    """One person of the shift. `may_decide`: their minutes, or their excuse; `may_approve`: the correction that waits."""

    signup: str
    user_id: str
    person_id: int
    shown_name: str
    number_tail: str
    attendance: str | None
    state: AttendanceState | None
    checked_in_at: datetime | None
    minutes: int
    points: int
    cut_off: bool
    ticked_by: str
    may_decide: bool
    no_show: str | None
    no_show_state: NoShowState | None
    excuse: str
    correction: str | None
    correction_minutes: int
    correction_reason: str
    correction_by: str
    may_approve: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How the shift stands: people, minutes, points; `waiting` excuses and appeals have a way and a limit of their own."""

    came: int
    minutes: int
    points: int
    present: int
    provisional: int
    voided: int
    absent: int  # had a place, did not come, and nobody has said so yet
    missed: int
    excused: int
    waiting: int
    corrected: int
    correcting: int

    @property
    def open(self) -> int:
        return self.present + self.provisional + self.absent + self.correcting

    def facts(self) -> dict[str, int]:
        """Return what a closing keeps of it."""
        names = ("came", "minutes", "points", "voided", "missed", "excused", "waiting", "corrected")
        return {name: getattr(self, name) for name in names}


@dataclass(frozen=True, slots=True, kw_only=True)
class Closed:
    """One time that the shift was closed, and how it stood then."""

    round: int
    closed_at: datetime
    closed_by: str
    facts: dict[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class ClosingView:
    brief: ShiftBrief
    outcome: Outcome
    lines: tuple[ClosingLine, ...]
    closings: tuple[Closed, ...]  # newest first
    is_over: bool
    is_staff: bool
    full_names: bool

    @property
    def is_closed(self) -> bool:
        return bool(self.closings) and self.outcome.open == 0

    @property
    def present(self) -> tuple[ClosingLine, ...]:
        return tuple(line for line in self.lines if line.state is AttendanceState.PRESENT)

    @property
    def provisional(self) -> tuple[ClosingLine, ...]:
        return tuple(line for line in self.lines if line.state is AttendanceState.PROVISIONAL)

    @property
    def correcting(self) -> tuple[ClosingLine, ...]:
        return tuple(line for line in self.lines if line.correction is not None)

    @property
    def absent(self) -> tuple[ClosingLine, ...]:
        return tuple(line for line in self.lines if line.state is None and line.no_show is None)

    @property
    def asked(self) -> tuple[ClosingLine, ...]:
        return tuple(line for line in self.lines if line.no_show_state is NoShowState.EXCUSE_ASKED)

    @property
    def appealed(self) -> tuple[ClosingLine, ...]:
        return tuple(line for line in self.lines if line.no_show_state is NoShowState.APPEALED)

    @property
    def done(self) -> tuple[ClosingLine, ...]:
        """Whose minutes are decided, for who must be corrected."""
        decided = (AttendanceState.CREDITED, AttendanceState.VOIDED)
        return tuple(line for line in self.lines if line.state in decided and line.correction is None)

    @property
    def waits_for_others(self) -> bool:
        """Whether more is open than who is still there, whom any leader checks out."""
        return self.outcome.open > self.outcome.present and not self.may_act

    @property
    def may_act(self) -> bool:
        """Whether anything of it is this person's to decide."""
        return any(line.may_decide or line.may_approve for line in self.lines)


def is_ready(brief: ShiftBrief, now: datetime) -> bool:
    """Whether the shift ran and is over, so that it can be gone through."""
    return brief.task_state in RAN and now >= brief.last_moment


def closing_view(session: Session, actor: Actor, look: Look, *, now: datetime) -> ClosingView:
    """Return what is open of a shift that the actor may lead (the caller asked), and what has been done about it."""
    brief = look.brief
    full_names, is_staff = sees_full_names(look.leads, brief, now), may_run_task(actor, brief.area_path)
    rows = session.execute(_people(brief, now)).all()
    return ClosingView(
        brief=brief,
        outcome=outcome_of(session, brief, now=now),
        lines=tuple(_line(row, actor, brief, full_names=full_names, is_staff=is_staff) for row in rows),
        closings=closings_of(session, brief.id),
        is_over=is_ready(brief, now),
        is_staff=is_staff,
        full_names=full_names,
    )


def closings_of(session: Session, shift_id: int) -> tuple[Closed, ...]:
    """Return who said, and when, that the shift's list is complete, the last time first; names are masked."""
    rows = session.execute(
        select(ShiftClosing.round, ShiftClosing.closed_at, ShiftClosing.facts, Person.name)
        .join(Person, Person.id == ShiftClosing.closed_by_id)
        .where(ShiftClosing.shift_id == shift_id)
        .order_by(ShiftClosing.round.desc())
        .limit(20)
    )
    return tuple(
        Closed(round=row.round, closed_at=row.closed_at, closed_by=mask_name(row.name), facts=dict(row.facts))
        for row in rows
    )


def outcome_of(session: Session, brief: ShiftBrief, *, now: datetime) -> Outcome:
    """Count how the shift stands, in one statement."""

    def count(condition: Any) -> Any:
        return func.count(case((condition, 1)))

    credited = Attendance.state == AttendanceState.CREDITED
    missed = (NoShowState.NOTED, NoShowState.COUNTED, NoShowState.UPHELD)
    corrections = select(func.count()).select_from(Correction).join(Signup, Signup.id == Correction.signup_id)
    corrections = corrections.where(Signup.shift_id == brief.id)
    row = session.execute(
        select(
            count(credited).label("came"),
            func.coalesce(func.sum(case((credited, Attendance.minutes), else_=0)), 0).label("minutes"),
            func.coalesce(func.sum(case((credited, Attendance.points), else_=0)), 0).label("points"),
            count(Attendance.state == AttendanceState.PRESENT).label("present"),
            count(Attendance.state == AttendanceState.PROVISIONAL).label("provisional"),
            count(Attendance.state == AttendanceState.VOIDED).label("voided"),
            count(_is_absent(brief, now)).label("absent"),
            count(NoShow.state.in_(missed)).label("missed"),
            count(NoShow.state == NoShowState.EXCUSED).label("excused"),
            count(NoShow.state.in_((NoShowState.EXCUSE_ASKED, NoShowState.APPEALED))).label("waiting"),
            corrections.where(Correction.state == CorrectionState.APPROVED).scalar_subquery().label("corrected"),
            corrections.where(Correction.state == CorrectionState.PENDING).scalar_subquery().label("correcting"),
        )
        .select_from(Signup)
        .outerjoin(Attendance, Attendance.signup_id == Signup.id)
        .outerjoin(NoShow, NoShow.signup_id == Signup.id)
        .where(Signup.shift_id == brief.id, _is_concerned())
    ).one()
    return Outcome(**{name: int(value) for name, value in row._mapping.items()})


def _is_concerned() -> Any:
    """Who has a place, and who gave it up with a reason that is on record."""
    noted = aliased(NoShow)
    return or_(
        Signup.state == SignupState.CONFIRMED,
        exists(select(noted.id).where(noted.signup_id == Signup.id).correlate(Signup)),
    )


def _is_absent(brief: ShiftBrief, now: datetime) -> Any:
    """A place without an arrival and without a word about it; of a stopped shift nobody is."""
    is_asked = brief.shift_state is ShiftState.OPEN and brief.ends_at > now - NOTED_WITHIN
    return and_(
        Signup.id.is_not(None) if is_asked else Signup.id.is_(None),
        Signup.state == SignupState.CONFIRMED,
        Signup.arrived_at.is_(None),
        Attendance.id.is_(None),
        NoShow.id.is_(None),
    )


def _people(brief: ShiftBrief, now: datetime) -> Any:
    ticker, asker = aliased(Person), aliased(Person)
    is_decided = Attendance.state.in_((AttendanceState.CREDITED, AttendanceState.VOIDED))
    return (
        select(
            Signup.public_id.label("signup"),
            Signup.person_id,
            Person.public_id.label("user_id"),
            Person.name,
            Person.volunteer_number,
            Attendance.public_id.label("attendance"),
            Attendance.state,
            Attendance.checked_in_at,
            Attendance.checked_in_by_id,
            Attendance.minutes,
            Attendance.points,
            Attendance.cut_off,
            ticker.name.label("ticked_by"),
            NoShow.public_id.label("no_show"),
            NoShow.state.label("no_show_state"),
            NoShow.excuse,
            Correction.public_id.label("correction"),
            Correction.minutes.label("correction_minutes"),
            Correction.reason.label("correction_reason"),
            Correction.asked_by_id,
            asker.name.label("correction_by"),
        )
        .select_from(Signup)
        .join(Person, Person.id == Signup.person_id)
        .outerjoin(Attendance, Attendance.signup_id == Signup.id)
        .outerjoin(ticker, ticker.id == Attendance.checked_in_by_id)
        .outerjoin(NoShow, NoShow.signup_id == Signup.id)
        .outerjoin(Correction, and_(Correction.signup_id == Signup.id, Correction.state == CorrectionState.PENDING))
        .outerjoin(asker, asker.id == Correction.asked_by_id)
        .where(
            Signup.shift_id == brief.id,
            _is_concerned(),
            or_(Attendance.id.is_not(None), NoShow.id.is_not(None), _is_absent(brief, now)),
        )
        .order_by(case((and_(is_decided, Correction.id.is_(None)), 1), else_=0), Signup.id)
        .limit(MOST)
    )


def _line(row: Any, actor: Actor, brief: ShiftBrief, *, full_names: bool, is_staff: bool) -> ClosingLine:
    is_own = row.person_id == actor.person_id
    if row.state is AttendanceState.PROVISIONAL:  # as `may_review` says it
        may_decide = not is_own and (bool(row.cut_off) or row.checked_in_by_id != actor.person_id)
    elif row.state is None and row.no_show is None:
        may_decide = True  # anybody who leads may say who was not there
    else:
        asked = row.no_show_state is NoShowState.EXCUSE_ASKED
        may_decide = asked and may_answer_excuse(actor, brief.area_path, row.person_id)
    return ClosingLine(
        signup=row.signup,
        user_id=row.user_id,
        person_id=row.person_id,
        shown_name=row.name if full_names else mask_name(row.name),
        number_tail=row.volunteer_number[-4:],
        attendance=row.attendance,
        state=row.state,
        checked_in_at=row.checked_in_at,
        minutes=row.minutes or 0,
        points=row.points or 0,
        cut_off=bool(row.cut_off),
        ticked_by=mask_name(row.ticked_by) if row.ticked_by else "",
        may_decide=may_decide,
        no_show=row.no_show,
        no_show_state=row.no_show_state,
        excuse=row.excuse or "",
        correction=row.correction,
        correction_minutes=row.correction_minutes or 0,
        correction_reason=row.correction_reason or "",
        correction_by=mask_name(row.correction_by) if row.correction_by else "",
        may_approve=row.correction is not None and is_staff and not is_own and row.asked_by_id != actor.person_id,
    )
