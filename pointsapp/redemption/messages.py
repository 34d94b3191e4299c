"""Words of redemption: enum labels and refusals."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from pointsapp.ledger.memos import declare
from pointsapp.redemption import memos
from pointsapp.redemption.models import ShortageChoice, VoucherState
from pointsapp.web.messages import Message

_MORE_OFFERS = (_l("看看别的优惠"), "redemption.show_offers")
_MY_VOUCHERS = (_l("看我的兑换码"), "redemption.show_vouchers")

MESSAGES: dict[str, Message] = {
    "code_unknown": Message(_l("没有这个兑换码"), _l("这个码写法没错，但系统里没有这个兑换码，请再核对一遍。")),
    "photo_without_code": Message(
        _l("照片里没有二维码"), _l("照片里没有找到二维码，请靠近一点、拍清楚再试，或者输入 10 位编号。")
    ),
    "voucher_cancelled": Message(_l("兑换码已退回"), _l("这个兑换码已被顾客自己取消，积分已退回，请让顾客重新兑换。")),
    "already_redeemed": Message(
        _l("兑换码已用过"), _l("这个兑换码已在 %(redeemed_at)s 由 %(redeemed_by)s 核销，不能再用。")
    ),
    "voucher_expired": Message(_l("兑换码已过期"), _l("这个兑换码在 %(expired_at)s 过期，积分会退回，可以重新兑换。")),
    "offer_closed": Message(_l("现在不能兑换"), _l("这个优惠现在不接受兑换，您的积分没有变动。"), _MORE_OFFERS),
    "limit_reached": Message(
        _l("已到兑换上限"), _l("这个优惠每人最多 %(limit)s 份，您的已经换满了；退回的兑换码会还回份数。"), _MY_VOUCHERS
    ),
    "out_of_stock": Message(_l("已经换完"), _l("这个优惠已经换完了，您的积分没有变动。"), _MORE_OFFERS),
    "undo_window_over": Message(_l("不能再撤销"), _l("核销后 %(minutes)s 分钟内才能撤销，如有差错请联系社区。")),
}

VOUCHER_STATES = {
    VoucherState.ISSUED: _l("待使用"),
    VoucherState.REDEEMED: _l("已使用"),
    VoucherState.CANCELLED: _l("已退回"),
    VoucherState.EXPIRED: _l("已过期"),
}

SHORTAGE_CHOICES = {ShortageChoice.REFUND: _l("退回积分"), ShortageChoice.EXTENSION: _l("延长有效期")}

# What the clerk tells the customer, by the code of the refusal.
TELL_CUSTOMER = {
    "code_invalid": _l("请告诉顾客：麻烦再出示一次兑换码，或者念一下编号。"),
    "photo_without_code": _l("请告诉顾客：请把手机屏幕调亮，再出示一次二维码，或者念一下编号。"),
    "code_unknown": _l("请告诉顾客：请打开“我的兑换码”，出示里面的二维码。"),
    "wrong_merchant": _l("请告诉顾客：这个兑换码不是我们店的，兑换码上写着该去哪一家。"),
    "not_allowed": _l("请告诉顾客：请稍等，换一位同事来扫。"),
    "voucher_cancelled": _l("请告诉顾客：这个兑换码您已经退掉了，积分在账上，可以再换一张。"),
    "already_redeemed": _l("请告诉顾客：这个兑换码已经用过了，有疑问可以看“我的兑换码”里的记录。"),
    "voucher_expired": _l("请告诉顾客：这个兑换码过期了，积分会退回，可以再换一张。"),
}
TELL_MYSELF = _l("这一笔刚才是您核销的，已经算数。没看到绿色、还没给货的，请给货；给过了就不用再给。")
TELL_CUSTOMER_ELSE = _l("请告诉顾客：请稍等，再试一次。")

declare(memos.ISSUED, _l("兑换“%(title)s”（%(merchant)s）"))
declare(memos.REDEEMED, _l("在%(merchant)s使用“%(title)s”"))
declare(memos.REVERSED, _l("%(merchant)s撤销了一次核销：“%(title)s”可以再用"))
declare(memos.CANCELLED, _l("退回“%(title)s”（%(merchant)s）"))
declare(memos.ANNULLED, _l("核销争议成立，“%(title)s”（%(merchant)s）的积分退回"))
declare(memos.CARRIED_OUT, _l("“%(title)s”（%(merchant)s）随账号并走"))
declare(memos.CARRIED_IN, _l("“%(title)s”（%(merchant)s）从另一个账号并入"))
declare(memos.EXPIRED, _l("“%(title)s”（%(merchant)s）过期，积分退回"))
