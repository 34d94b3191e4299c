"""What the voucher pack and the till refuse; each with its true reason."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l

from pointsapp.core.errors import Conflict, Forbidden, Gone, NotFound, RuleBroken


class CodeInvalid(RuleBroken):
    """The code has a wrong length or a wrong character: its check character does not fit. Check-in uses it too."""

    code = "code_invalid"
    detail = _l("兑换码是 10 位字母和数字，这个码有一位不对，请核对后再输。")

    def __init__(self, length: int | None = None, *, given: str = "") -> None:
        """`length`: how many characters were typed, where that alone is wrong; `given`: what was scanned."""
        super().__init__()
        if length == 0:
            self.title = _l("还没有码")
            self.detail = _l("请扫码、拍照，或者输入 10 位编号。")
        elif length is not None:
            self.detail = _l("兑换码是 10 位字母和数字，现在是 %(n)s 位，请核对后再输。", n=length)
        self.detail = _another_code(given) or self.detail


class NoCodeInPhoto(RuleBroken):
    """There is no QR in the photograph that was sent instead of a code."""

    code = "photo_without_code"


class CodeUnknown(NotFound):
    """The code is well-formed, but no voucher of ours."""

    code = "code_unknown"

    def __init__(self, given: str = "") -> None:
        """`given`: what was scanned; a QR of ours that is no voucher is called by its name."""
        super().__init__()
        self.detail = _another_code(given)


# By the letter in a payload's path: what customers show at a till instead of a voucher.
_OTHER_CODES: dict[str, Any] = {
    "u": _l("这是顾客的个人码，签到用的，不是兑换码。"),
    "c": _l("这是活动现场的签到码，不是兑换码。"),
    "o": _l("这是顾客的一次性登录码，不是兑换码，请不要替顾客打开。"),
}


def is_another_code(given: str) -> bool:
    """Tell whether what was scanned is a QR that is no voucher's."""
    return _another_code(given) is not None


def _another_code(given: str) -> Any:
    """Return what a scanned payload is where it is no voucher's, None for a voucher's or a bare code."""
    is_address, path = "://" in given, given.partition("/q/")[2]
    kind, has_more, _ = path.partition("/")
    if not has_more and is_address:
        return _l("这个二维码不是我们平台的，请顾客打开“我的兑换码”再出示。")
    if not has_more or kind == "v":
        return None
    return _OTHER_CODES.get(kind, _l("这是平台上别的二维码，不是兑换码。"))


class CodeReplaced(CodeUnknown):
    """The code was good until its owner's lost phone gave the voucher another; to the API it is one that is not ours."""

    def __init__(self) -> None:
        super().__init__()
        self.title = _l("兑换码换过了")
        self.detail = _l("这张码已经作废，换成了新码；优惠还在，请打开“我的兑换码”看新的。")


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


class NothingMissing(Conflict):
    """There is nothing to choose: the shop has the goods again, or another choice was made."""

    detail = _l("店里又有货了，或者您已经选过了，请看看兑换码现在的样子。")
