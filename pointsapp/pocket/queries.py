"""What a person carries along: the vouchers that can be used, what is next, and their own code."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from pointsapp.checkin.queries import PersonalCode, personal_code
from pointsapp.core.paging import PageRequest
from pointsapp.redemption.queries import VoucherView, vouchers_page
from pointsapp.tasks.models import SignupState
from pointsapp.tasks.queries import MySignup, leaders_of, upcoming_for
from pointsapp.tasks.queries.details import LeaderName

MOST_VOUCHERS = 20
MOST_TASKS = 5
MOST_OLD = 5
OLD_DAYS = 7  # a voucher used last week answers "did I use it?"; an older one does not


@dataclass(frozen=True, slots=True, kw_only=True)
class NextTask:
    """One shift the person is signed up for, with whom to call once the place is theirs."""

    signup: MySignup
    leaders: tuple[LeaderName, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pocket:
    """Everything on the page that is kept for when there is no network, as it was at `as_of`."""

    as_of: datetime
    code: PersonalCode
    tasks: tuple[NextTask, ...]
    vouchers: tuple[VoucherView, ...]
    has_more: bool  # vouchers beyond MOST_VOUCHERS
    old: tuple[VoucherView, ...]

    @property
    def stale_at(self) -> datetime:
        """From when on the copy says that it is old."""
        return self.as_of + timedelta(days=1)


def pocket_of(session: Session, person_id: int, *, now: datetime) -> Pocket:
    """Return what the person carries along."""
    usable = vouchers_page(session, person_id, PageRequest(limit=MOST_VOUCHERS), now=now, is_open=True)
    over = vouchers_page(session, person_id, PageRequest(limit=MOST_OLD), now=now, is_open=False)
    ahead = upcoming_for(session, person_id, now, MOST_TASKS)
    leaders = leaders_of(session, [each.shift_id for each in ahead if each.state is SignupState.CONFIRMED])
    return Pocket(
        as_of=now,
        code=personal_code(session, person_id),
        tasks=tuple(NextTask(signup=each, leaders=leaders.get(each.shift_id, ())) for each in ahead),
        vouchers=tuple(usable.items),
        has_more=usable.next_cursor is not None,
        old=tuple(each for each in over.items if _ended(each) > now - timedelta(days=OLD_DAYS)),
    )


def _ended(voucher: VoucherView) -> datetime:
    return voucher.redeemed_at or voucher.closed_at or voucher.expires_at
