"""今天没货: the shop says that it cannot give what a voucher promises; the owner takes the points back or more time.

Until the owner has chosen the voucher stays usable: the goods may come this afternoon. So a choice and a till may meet, and the
voucher's own row decides which of them was first.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import Update, insert, select, update
from sqlalchemy.orm import Session

from pointsapp.core import policy
from pointsapp.core.actor import Actor
from pointsapp.core.codes import new_public_id
from pointsapp.core.errors import NotFound
from pointsapp.core.states import must_move
from pointsapp.redemption.errors import NothingMissing
from pointsapp.redemption.models import Shortage, ShortageChoice, ShortageState, Voucher, VoucherState
from pointsapp.redemption.policies import EXTENSION_DAYS, works_for
from pointsapp.redemption.queries import (
    ShortageRow,
    VoucherView,
    newest_shortage,
    no_voucher,
    read_code,
    voucher_by_public_id,
)
from pointsapp.redemption.queries.vouchers import voucher_by_code
from pointsapp.redemption.rules import refusal_of
from pointsapp.redemption.services.endings import cancel_voucher
from pointsapp.redemption.services.moves import tell_owner
from pointsapp.redemption.services.till import ReverseRedemption, refusal_at_till, reverse_redemption


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportShortage:
    """`note`: when it comes again, in the shop's words."""

    code: str
    note: str | None = None


def report_shortage(session: Session, actor: Actor, command: ReportShortage, *, now: datetime) -> ShortageRow:
    """Say for one voucher that its goods are out; the owner is told and chooses. A repeat changes nothing."""
    voucher = voucher_by_code(session, read_code(command.code), now=now)
    if voucher is None:
        raise no_voucher(session, command.code)
    refusal = refusal_at_till(actor, voucher)
    if refusal is not None:
        raise refusal
    kept = newest_shortage(session, voucher.id)
    if kept is not None and kept.state is ShortageState.OPEN:
        return replace(kept, is_repeat=True)
    _hold_still(session, voucher, now)
    session.execute(
        insert(Shortage),
        [
            {
                "public_id": new_public_id(),
                "voucher_id": voucher.id,
                "merchant_id": voucher.merchant.id,
                "state": ShortageState.OPEN,
                "reported_by_id": actor.person_id,
                "reported_at": now,
                "note": command.note,
            }
        ],
    )
    tell_owner(session, "redemption.out_of_stock", voucher, actor_id=actor.person_id, now=now, note=command.note or "")
    made = newest_shortage(session, voucher.id)
    assert made is not None
    return made


def _hold_still(session: Session, voucher: VoucherView, now: datetime) -> None:
    """Take the voucher's row, as a till does: whoever used or gave it back a moment ago was first."""
    must_move(
        session,
        update(Voucher)
        .where(Voucher.id == voucher.id, Voucher.state == VoucherState.ISSUED, Voucher.expires_at > now)
        .values(state=VoucherState.ISSUED),
    )


def undo_for_shortage(session: Session, actor: Actor, command: ReverseRedemption, *, now: datetime) -> ShortageRow:
    """Undo a redemption because the goods turned out to be missing, and let the owner choose."""
    row = reverse_redemption(session, actor, command, now=now)
    voucher = voucher_by_public_id(session, row.voucher, now=now)
    assert voucher is not None
    return report_shortage(session, actor, ReportShortage(code=voucher.code), now=now)


def withdraw_shortage(session: Session, actor: Actor, public_id: str, *, now: datetime) -> ShortageRow:
    """The goods have come: the owner is told that the voucher can be used. A repeat changes nothing."""
    row = session.scalar(select(Shortage).where(Shortage.public_id == public_id))
    if row is None or not works_for(actor, row.merchant_id):
        raise NotFound()
    seen = newest_shortage(session, row.voucher_id)
    assert seen is not None
    if row.state is ShortageState.WITHDRAWN:
        return replace(seen, is_repeat=True)
    if row.state is not ShortageState.OPEN:
        raise NothingMissing()
    must_move(session, _open(row.id).values(state=ShortageState.WITHDRAWN, closed_at=now))
    voucher = voucher_by_public_id(session, seen.voucher, now=now)
    assert voucher is not None
    tell_owner(session, "redemption.back_in_stock", voucher, actor_id=actor.person_id, now=now)
    return replace(seen, state=ShortageState.WITHDRAWN, closed_at=now)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChooseAfterShortage:
    """`voucher`: its public id."""

    voucher: str
    choice: ShortageChoice


def choose_after_shortage(
    session: Session, actor: Actor, command: ChooseAfterShortage, *, now: datetime
) -> VoucherView:
    """Take the points back, or some days more. The same choice again changes nothing; a till that was first is named."""
    voucher = voucher_by_public_id(session, command.voucher, now=now)
    if voucher is None or voucher.person_id != actor.person_id:
        raise NotFound()
    seen = newest_shortage(session, voucher.id)
    if seen is not None and seen.choice is command.choice:
        return replace(voucher, is_repeat=True)
    refusal = refusal_of(
        voucher.state,
        expires_at=voucher.expires_at,
        redeemed_at=voucher.redeemed_at,
        redeemed_by=voucher.redeemed_by,
    )
    if refusal is not None:
        raise refusal
    if seen is None or seen.state is not ShortageState.OPEN:
        raise NothingMissing()
    if command.choice is ShortageChoice.REFUND:
        return cancel_voucher(session, actor, command.voucher, now=now)
    until = voucher.expires_at + timedelta(days=policy.value(session, EXTENSION_DAYS, now=now))
    must_move(
        session,
        update(Voucher)
        .where(Voucher.id == voucher.id, Voucher.state == VoucherState.ISSUED, Voucher.expires_at > now)
        .values(expires_at=until),
    )
    must_move(
        session,
        _open(seen.id).values(
            state=ShortageState.CLOSED, choice=ShortageChoice.EXTENSION, extended_until=until, closed_at=now
        ),
    )
    longer = replace(voucher, expires_at=until)
    tell_owner(
        session,
        "redemption.voucher_extended",
        longer,
        actor_id=actor.person_id,
        now=now,
        expires_at=until.isoformat(timespec="seconds"),
    )
    return longer


def _open(key: int) -> Update:
    return update(Shortage).where(Shortage.id == key, Shortage.state == ShortageState.OPEN)
