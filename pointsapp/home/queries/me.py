"""What a person sees of themself, put together from the features below."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from pointsapp.areas.queries import AreaRow
from pointsapp.badges.queries import WonMedal, latest_medals
from pointsapp.core import policy
from pointsapp.home.policies import LEVEL_POINTS
from pointsapp.home.rules import Level, level_of
from pointsapp.ledger.queries import PersonPoints, person_balance, person_minutes, person_points
from pointsapp.notices.models import Notice
from pointsapp.people.queries import PersonCard, RoleLine, person_card
from pointsapp.privacy.models import Erasure, ErasureState
from pointsapp.redemption.models import Voucher, VoucherState
from pointsapp.tasks.models import Shift, ShiftState, Signup, SignupState
from pointsapp.tasks.queries import ShiftBrief, shifts_led_by

LED_BACK, LED_AHEAD = timedelta(hours=24), timedelta(days=14)


@dataclass(frozen=True, slots=True, kw_only=True)
class Me:
    """Who one is, and what the two books hold."""

    public_id: str
    display_name: str
    volunteer_number: str
    area: AreaRow | None
    roles: tuple[RoleLine, ...]
    points_balance: int
    service_minutes: int


def who_am_i(session: Session, person_id: int, *, now: datetime) -> Me:
    """Return the answer of `GET /me`."""
    card = person_card(session, person_id, now=now)
    return Me(
        public_id=card.public_id,
        display_name=card.display_name,
        volunteer_number=card.volunteer_number,
        area=card.area,
        roles=card.roles,
        points_balance=person_balance(session, person_id),
        service_minutes=person_minutes(session, person_id),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class MyPage:
    """The person's own page: who they are, their books, and how many of each thing wait for them."""

    card: PersonCard
    points: PersonPoints
    level: Level
    level_steps: tuple[int, ...]
    unread: int
    tasks_ahead: int
    open_vouchers: int
    led: tuple[ShiftBrief, ...]
    medals: tuple[WonMedal, ...]
    leaving_at: datetime | None  # the account is closed then, unless that is taken back


def my_page(session: Session, person_id: int, *, now: datetime) -> MyPage:
    """Return everything on the person's own page."""
    points = person_points(session, person_id, now=now)
    steps = policy.value(session, LEVEL_POINTS, now=now)
    unread = select(func.count()).where(Notice.person_id == person_id, Notice.read_at.is_(None))
    ahead = (
        select(func.count())
        .select_from(Signup)
        .join(Shift, Shift.id == Signup.shift_id)
        .where(Signup.person_id == person_id, Signup.state != SignupState.CANCELLED)
        .where(Shift.ends_at > now, Shift.state == ShiftState.OPEN)
    )
    vouchers = select(func.count()).where(Voucher.person_id == person_id, Voucher.state == VoucherState.ISSUED)
    leaving = select(Erasure.due_at).where(Erasure.person_id == person_id, Erasure.state == ErasureState.WAITING)
    counts = session.execute(
        select(
            unread.scalar_subquery(),
            ahead.scalar_subquery(),
            vouchers.scalar_subquery(),
            leaving.scalar_subquery(),
        )
    ).one()
    return MyPage(
        card=person_card(session, person_id, now=now),
        points=points,
        level=level_of(points.earned_total, steps),
        level_steps=tuple(sorted(steps)),
        unread=counts[0],
        tasks_ahead=counts[1],
        open_vouchers=counts[2],
        led=shifts_led_by(session, person_id, now - LED_BACK, now + LED_AHEAD),
        medals=latest_medals(session, person_id, now=now),
        leaving_at=counts[3],
    )
