"""What the voucher pack and the till refuse; each with its true reason."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l

from pointsapp.core.errors import Conflict, Forbidden, Gone, NotFound, RuleBroken


class CodeInvalid(RuleBroken):
    """The code has a wrong length or a wrong character: its check character does not fit. Check-in uses it too."""

    code = "code_invalid"
    detail = _l("兑换码是 10 位字母和数字，这个码有一位不对，请核对后再输。")

    def __init__(self, length: int | None = None) -> None:
        """`length`: how many characters were typed, where that alone is wrong."""
        super().__init__()
        if length is not None:
            self.detail = _l("兑换码是 10 位字母和数字，现在是 %(n)s 位，请核对后再输。", n=length)


class CodeUnknown(NotFound):
    """The code is well-formed, but no voucher of ours."""

    code = "code_unknown"


class VoucherCancelled(Conflict):
    code = "voucher_cancelled"


class AlreadyRedeemed(Conflict):
    """facts: redeemed_at, redeemed_by (masked)."""

    code = "already_redeemed"


class VoucherExpired(Gone):
    """facts: expired_at."""

    code = "voucher_expired"


_CLOSED: dict[str, Any] = {
    "not_yet": _l("这个优惠还没到开始的时间，您的积分没有变动。"),
    "ended": _l("这个优惠已经结束，您的积分没有变动。"),
    "paused": _l("这家商户暂停服务，恢复后可以再来兑换，您的积分没有变动。"),
    "withdrawn": _l("这个优惠已经下架，您的积分没有变动。"),
    "not_approved": _l("这个优惠还在审批，上架后才能兑换。"),
}


class OfferClosed(Conflict):
    """facts.reason: not_yet, ended, paused, withdrawn or not_approved; the sentence says which."""

    code = "offer_closed"

    def __init__(self, *, reason: str) -> None:
        super().__init__(reason=reason)
        self.detail = _CLOSED.get(reason)


class LimitReached(Conflict):
    """facts: limit."""

    code = "limit_reached"


class OutOfStock(Conflict):
    """facts.reason: all or today."""

    code = "out_of_stock"

    def __init__(self, *, reason: str) -> None:
        super().__init__(reason=reason)
        self.detail = _l("今天的份数已经换完，明天再来，您的积分没有变动。") if reason == "today" else None


class UndoWindowOver(Conflict):
    """facts.reason: time or settled; facts.minutes: the window's length."""

    code = "undo_window_over"

    def __init__(self, *, reason: str, minutes: int) -> None:
        super().__init__(reason=reason, minutes=minutes)
        self.detail = _l("这次核销已经结算，不能再撤销，如有差错请联系社区。") if reason == "settled" else None


class OwnVoucher(Forbidden):
    """Nobody redeems for themself, nor takes their own redemption back."""

    title = _l("不能给自己核销")
    detail = _l("不能给自己核销，请让店里另一位同事来扫。")


class TotalsMoved(Conflict):
    """The settlement's sums are no longer those the person read; facts: the new ones."""

    detail = _l("这个月的合计刚刚有变化，请看过新的合计再确认。")
