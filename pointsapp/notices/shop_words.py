"""Words of notices about what a till could not give, months and disputes."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from pointsapp.notices.wording import Words

_VOUCHER = ("redemption.show_voucher", "voucher")
_MONTH = ("settlements.show_month", "settlement")
_DISPUTE = ("disputes.show_dispute", "dispute")

SHOP_WORDS: dict[str, Words] = {
    "redemption.out_of_stock": Words(
        _l("店里今天没货"),
        _l("%(shop)s今天没有「%(title)s」。您可以退回 %(points)s 分，或者延长有效期，请打开兑换码选一个。%(note)s"),
        "shop",
        "wait",
        _VOUCHER,
    ),
    "redemption.back_in_stock": Words(
        _l("有货了"), _l("%(shop)s的「%(title)s」又有了，兑换码可以去用。"), "shop", "yes", _VOUCHER
    ),
    "redemption.voucher_extended": Words(
        _l("兑换码延期了"), _l("「%(title)s」可以用到 %(expires_at)s。"), "ticket", "yes", _VOUCHER
    ),
    "settlements.opened": Words(
        _l("上个月的月结出来了"),
        _l("%(month)s 共 %(redemptions)s 笔、%(points)s 分。请逐行看过，有异议就提，没有就确认。"),
        "list",
        "brand",
        _MONTH,
    ),
    "settlements.line_answered": Words(
        _l("月结异议有答复了"), _l("%(month)s「%(title)s」：%(answer)s"), "edit", "info", _MONTH
    ),
    "settlements.returned": Words(
        _l("月结退回了"), _l("%(month)s 的月结退回，请再看一次。%(because)s"), "undo", "wait", _MONTH
    ),
    "settlements.approved": Words(
        _l("月结批准了"),
        _l("%(month)s 的月结已由街道批准，共 %(redemptions)s 笔；付款在线下办理。"),
        "yes",
        "yes",
        _MONTH,
    ),
    "settlements.approved:owed": Words(
        _l("月结批准了"),
        _l("%(month)s 的更正比核销多，街道已批准：应退出资单位 %(money)s，在线下退回，或者从下次付款里减去。"),
        "yes",
        "yes",
        _MONTH,
    ),
    "settlements.approved:nought": Words(
        _l("月结批准了"),
        _l("%(month)s 的月结已由街道批准，共 %(redemptions)s 笔，合计 0 元，不用付款。"),
        "yes",
        "yes",
        _MONTH,
    ),
    "settlements.paid:owed": Words(
        _l("月结退回的款项登记好了"),
        _l("%(month)s 应退的 %(money)s 已登记为退回或从付款里减去，单号 %(reference)s。不对的话请告诉社区。"),
        "yes",
        "yes",
        _MONTH,
    ),
    "settlements.paid": Words(
        _l("月结付款登记好了"),
        _l("%(month)s 的结算款项已登记，单号 %(reference)s。不对的话请告诉社区。"),
        "yes",
        "yes",
        _MONTH,
    ),
    "disputes.opened": Words(
        _l("顾客对一笔核销有争议"),
        _l("「%(title)s」%(redeemed_at)s 核销，请写下店里的说明，社区会看双方的说法。"),
        "scale",
        "wait",
        _DISPUTE,
    ),
    "disputes.answered": Words(
        _l("店家说明了情况"), _l("您对「%(title)s」的争议，店家写了说明，您也可以补充。"), "scale", "info", _DISPUTE
    ),
    "disputes.said_more": Words(_l("顾客补充了说明"), _l("「%(title)s」的争议有新的说明。"), "scale", "info", _DISPUTE),
    "disputes.withdrawn": Words(
        _l("顾客撤回了争议"), _l("「%(title)s」%(redeemed_at)s 的核销照旧。"), "scale", "info", _DISPUTE
    ),
    "disputes.upheld": Words(
        _l("争议成立"),
        _l("「%(title)s」的核销已撤回，%(points)s 分退回您的账上。%(because)s"),
        "scale",
        "yes",
        _DISPUTE,
    ),
    "disputes.rejected": Words(_l("争议不成立"), _l("「%(title)s」的核销照旧。%(because)s"), "scale", "no", _DISPUTE),
    "disputes.upheld_for_shop": Words(
        _l("争议成立，核销撤回"),
        _l("「%(title)s」%(redeemed_at)s 的核销已撤回；已经月结的，下个月减去这一笔。%(because)s"),
        "scale",
        "wait",
        _DISPUTE,
    ),
    "disputes.rejected_for_shop": Words(
        _l("争议不成立"), _l("「%(title)s」%(redeemed_at)s 的核销照旧。%(because)s"), "scale", "yes", _DISPUTE
    ),
}
