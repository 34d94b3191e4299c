"""Words of settlements: states, steps and refusals."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from pointsapp.settlements.models import SettlementState
from pointsapp.web.messages import Message

MESSAGES: dict[str, Message] = {
    "settlement_step": Message(_l("还没到这一步"), _l("这个月的结算不在这一步，请刷新页面看现在轮到谁。")),
    "lines_disputed": Message(_l("还有异议没答复"), _l("有 %(lines)s 行的异议在等社区答复，答复后才能确认整月。")),
    "line_answered": Message(
        _l("这一行已有异议"), _l("每一行可以提一次异议、答复一次；还有不同意见，请在确认时写在备注里。")
    ),
    "needs_another_person": Message(_l("要由另一个人来办"), _l("前一步是您办的，这一步请另一位同事来办。")),
    "nothing_to_pay": Message(_l("没有要付的钱"), _l("这个月的合计是 0 元，不用登记付款。")),
    "paid_in_future": Message(_l("日期还没到"), _l("付款或退回以后再登记，日期不能晚于今天（%(today)s）。")),
}

STATES = {
    SettlementState.DRAFT: _l("待商户确认"),
    SettlementState.CONFIRMED: _l("待社区核对"),
    SettlementState.CHECKED: _l("待街道批准"),
    SettlementState.APPROVED: _l("已批准"),
    SettlementState.PAID: _l("已付款"),
}

BEFORE_THE_MONTH = _l("不能早于这个月")
NOT_BELOW_NOUGHT, NOT_ABOVE_NOUGHT = _l("应是 0 元或以上"), _l("这一行是更正，应是 0 元或负数")
_PAID_BACK = _l("款项已退回")

# A filter finds months that ended either way.
STATES_TO_FILTER = {**STATES, SettlementState.PAID: _l("已付款或已退回")}


def state_words(state: SettlementState, total_fen: int) -> str:
    """Return the state in words. A month whose corrections outweigh it ends with money that the shop gives back."""
    return str(_PAID_BACK if state is SettlementState.PAID and total_fen < 0 else STATES[state])


KINDS_OF_STATE = {
    SettlementState.DRAFT: "wait",
    SettlementState.CONFIRMED: "info",
    SettlementState.CHECKED: "info",
    SettlementState.APPROVED: "yes",
    SettlementState.PAID: "yes",
}
