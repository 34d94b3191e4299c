"""Who may do what with vouchers and the till, and the numbers an operator may change."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from pointsapp.core import policy
from pointsapp.core.actor import OFFICE_STAFF, Actor

VOUCHER_DAYS = policy.declare("redemption.voucher_days", 7, _l("兑换码的有效天数"))
UNDO_MINUTES = policy.declare("redemption.undo_minutes", 30, _l("核销后多少分钟内可以撤销"))
REISSUE_HOURS = policy.declare("redemption.reissue_hours", 24, _l("撤销核销后，兑换码至少还能用几小时"))
EXTENSION_DAYS = policy.declare("redemption.extension_days", 7, _l("店里没货时，居民选择延期，兑换码多几天有效"))
MUST_BE_VERIFIED = policy.declare("redemption.must_be_verified", True, _l("核实身份后才能兑换"))


def may_use_till(actor: Actor) -> bool:
    return bool(actor.merchant_ids)


def works_for(actor: Actor, merchant_id: int) -> bool:
    return actor.works_for(merchant_id)


def may_redeem(actor: Actor, merchant_id: int, owner_id: int) -> bool:
    """The merchant's people, and never their own voucher."""
    return actor.works_for(merchant_id) and actor.person_id != owner_id


def may_read_voucher(actor: Actor, owner_id: int, merchant_id: int, area_path: str) -> bool:
    """Whoever may read it and may not do this hears 403; for everybody else it does not exist."""
    return actor.person_id == owner_id or actor.works_for(merchant_id) or actor.holds(OFFICE_STAFF, area_path)
