"""Words of merchants: enum labels and refusals."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from pointsapp.core.actor import Role
from pointsapp.merchants.models import Funding, OfferState
from pointsapp.merchants.rules import Standing, Trouble
from pointsapp.web.messages import Message

MESSAGES: dict[str, Message] = {
    "code_taken": Message(_l("代号已被使用"), _l("已有商户用了代号 %(code)s，请换一个。")),
    "wrong_merchant": Message(_l("不是本店的"), _l("这属于另一家商户，请到那一家办理。")),
    "invitation_invalid": Message(_l("邀请码不对"), _l("没有这个邀请码，请让店长重新出示二维码。")),
    "invitation_over": Message(_l("邀请已失效"), _l("这个邀请已经用过、撤回或过期了，请让店长再出示一个。")),
}

ROLES = {Role.MERCHANT_CLERK: _l("店员"), Role.MERCHANT_MANAGER: _l("店长")}

OFFER_STATES = {
    OfferState.DRAFT: _l("草稿"),
    OfferState.PENDING: _l("待审批"),
    OfferState.APPROVED: _l("已上架"),
    OfferState.REJECTED: _l("已退回"),
    OfferState.WITHDRAWN: _l("已下架"),
}

FUNDINGS = {Funding.GIVEN: _l("商户自己提供"), Funding.SUBSIDISED: _l("有单位补贴")}

NO_SUCH_MERCHANT = _l("没有这家商户")

TROUBLES = {
    Trouble.ENDS_BEFORE_START: _l("结束要晚于开始"),
    Trouble.ENDS_IN_PAST: _l("这个时间已经过了"),
    Trouble.NEEDED_FOR_SUBSIDY: _l("有单位补贴的优惠必须填写"),
    Trouble.NOT_FOR_GIVEN: _l("商户自己提供的优惠不填这一项"),
    Trouble.FUNDED_BACKWARDS: _l("补贴的结束日期要晚于开始日期"),
    Trouble.OUTSIDE_FUNDING: _l("要在补贴日期之内"),
}

STANDINGS = {
    Standing.OPEN: _l("可以兑换"),
    Standing.NOT_APPROVED: _l("还没有上架"),
    Standing.WITHDRAWN: _l("已下架"),
    Standing.PAUSED: _l("商户暂停服务"),
    Standing.NOT_YET: _l("还没到开始时间"),
    Standing.ENDED: _l("已经结束"),
}
