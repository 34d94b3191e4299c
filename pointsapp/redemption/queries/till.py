"""What the till reads: the voucher behind a code, and the day."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, and_, func, or_, select
from sqlalchemy.orm import Session, aliased

from pointsapp.areas.models import Area
from pointsapp.core.actor import Actor
from pointsapp.core.codes import VOUCHER_LENGTH, read
from pointsapp.core.errors import Forbidden
from pointsapp.core.events import Event
from pointsapp.core.masking import mask_name
from pointsapp.core.paging import Page, PageRequest, cut, instant
from pointsapp.merchants.errors import WrongMerchant
from pointsapp.merchants.models import Merchant, Offer
from pointsapp.people.models import Person
from pointsapp.redemption.errors import CodeInvalid, CodeReplaced, CodeUnknown
from pointsapp.redemption.models import Redemption, Voucher
from pointsapp.redemption.policies import may_use_till, works_for
from pointsapp.redemption.queries.vouchers import OfferRef, VoucherView, voucher_by_code


def read_code(text: str) -> str:
    """Return the voucher code that `text` carries; CodeInvalid for anything that cannot be one."""
    code = read(text, VOUCHER_LENGTH)
    if code is None:
        typed = sum(char.isalnum() for char in text)
        raise CodeInvalid(typed if "/" not in text and typed != VOUCHER_LENGTH else None, given=text)
    return code


CODE_REPLACED = "redemption.code_replaced"


def replaced(code: str) -> str:
    """Return the subject of the event that tells that this code was replaced."""
    return f"voucher_code:{code}"


def was_replaced(session: Session, code: str) -> bool:
    """Tell whether a code, as core.codes.read gives it, was a voucher's until the voucher got another."""
    is_old = Event.subject == replaced(code)
    return session.scalar(select(Event.id).where(Event.kind == CODE_REPLACED, is_old).limit(1)) is not None


def no_voucher(session: Session, given: str) -> CodeUnknown:
    """Return why no voucher has this well-formed code: its owner has another by now, or it never was one of ours."""
    return CodeReplaced() if was_replaced(session, read_code(given)) else CodeUnknown(given)


def till_voucher(session: Session, actor: Actor, code: str, *, now: datetime, anywhere: bool = False) -> VoucherView:
    """Return the voucher of a code for the merchant's people, in the contract's order: 422 code, 404, 403.

    `anywhere`: of any shop; whoever asks so judges by themself what may be done with it.
    """
    voucher = voucher_by_code(session, read_code(code), now=now)
    if voucher is None:
        raise no_voucher(session, code)
    if not anywhere and not works_for(actor, voucher.merchant.id):
        raise WrongMerchant() if may_use_till(actor) else Forbidden()
    return voucher


@dataclass(frozen=True, slots=True, kw_only=True)
class RedemptionRow:
    """One line of the till's day; names of customers are masked."""

    id: int
    public_id: str
    voucher_id: int
    voucher: str  # public id
    hold_id: int
    holds: int
    expires_at: datetime
    owner_id: int
    owner: str
    merchant_id: int
    merchant_name: str
    merchant_public_id: str
    area_id: int
    area_path: str
    offer: OfferRef
    points: int
    agreed_fen: int | None
    clerk_id: int
    clerk: str
    redeemed_at: datetime
    reversed_at: datetime | None
    reversal_reason: str | None
    settled_at: datetime | None
    is_repeat: bool = False


_Clerk, _Owner = aliased(Person), aliased(Person)
_Select = Select[Redemption, Voucher, str, str, str, Merchant, str]


def _select() -> _Select:
    return (
        select(Redemption, Voucher, Offer.public_id, _Owner.name, _Clerk.name, Merchant, Area.path)
        .join(Voucher, Voucher.id == Redemption.voucher_id)
        .join(Offer, Offer.id == Voucher.offer_id)
        .join(_Owner, _Owner.id == Voucher.person_id)
        .join(_Clerk, _Clerk.id == Redemption.clerk_id)
        .join(Merchant, Merchant.id == Redemption.merchant_id)
        .join(Area, Area.id == Merchant.area_id)
    )


def _rows(session: Session, statement: _Select) -> list[RedemptionRow]:
    return [
        RedemptionRow(
            id=row.id,
            public_id=row.public_id,
            voucher_id=voucher.id,
            voucher=voucher.public_id,
            hold_id=voucher.hold_id,
            holds=voucher.holds,
            expires_at=voucher.expires_at,
            owner_id=voucher.person_id,
            owner=mask_name(owner),
            merchant_id=merchant.id,
            merchant_name=merchant.name,
            merchant_public_id=merchant.public_id,
            area_id=merchant.area_id,
            area_path=path,
            offer=OfferRef(public_id=offer, title=voucher.title),
            points=row.points,
            agreed_fen=row.agreed_fen,
            clerk_id=row.clerk_id,
            clerk=clerk,
            redeemed_at=row.redeemed_at,
            reversed_at=row.reversed_at,
            reversal_reason=row.reversal_reason,
            settled_at=row.settled_at,
        )
        for row, voucher, offer, owner, clerk, merchant, path in session.execute(
            statement.execution_options(populate_existing=True)
        )
    ]


def redemption_by_public_id(session: Session, public_id: str) -> RedemptionRow | None:
    """Return the redemption, undone or not, whoever asks: the caller judges who may read it."""
    return next(iter(_rows(session, _select().where(Redemption.public_id == public_id))), None)


def day_page(
    session: Session, merchant_ids: Iterable[int], start: datetime, end: datetime, page: PageRequest
) -> Page[RedemptionRow]:
    """Return a page of what was redeemed at these merchants in [start, end), newest first, undone ones included.

    Key: the moment, the redemption's key.
    """
    statement = (
        _select()
        .where(
            Redemption.merchant_id.in_(tuple(merchant_ids)),
            Redemption.redeemed_at >= start,
            Redemption.redeemed_at < end,
        )
        .order_by(Redemption.redeemed_at.desc(), Redemption.id.desc())
        .limit(page.limit + 1)
    )
    if page.after:
        at, key = instant(page.after[0]), page.after[1]
        is_older = or_(Redemption.redeemed_at < at, and_(Redemption.redeemed_at == at, Redemption.id < key))
        statement = statement.where(is_older)
    return cut(_rows(session, statement), page.limit, lambda row: (row.redeemed_at.isoformat(), row.id))


@dataclass(frozen=True, slots=True)
class DayTotal:
    """The day's sum without what was undone."""

    redemptions: int = 0
    points: int = 0
    agreed_fen: int = 0


def day_total(session: Session, merchant_ids: Iterable[int], start: datetime, end: datetime) -> DayTotal:
    """Return how many redemptions stand in [start, end), their points, and the fen agreed for them."""
    count, points, fen = session.execute(
        select(
            func.count(),
            func.coalesce(func.sum(Redemption.points), 0),
            func.coalesce(func.sum(Redemption.agreed_fen), 0),
        ).where(
            Redemption.merchant_id.in_(tuple(merchant_ids)),
            Redemption.redeemed_at >= start,
            Redemption.redeemed_at < end,
            Redemption.reversed_at.is_(None),
        )
    ).one()
    return DayTotal(count, int(points or 0), int(fen or 0))
